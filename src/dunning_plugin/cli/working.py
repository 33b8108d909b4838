"""What the commands that change something share: who asks, the question before the act."""

import os
import pwd
import sys
from typing import Dict, Iterable, List

import click

from dunning_plugin.enforce.act import BlockOutcome
from dunning_plugin.errors import GateClosed
from dunning_plugin.files import printable, shown


def who() -> str:
    """The person at the keyboard for the journal: the login, and who is behind a sudo."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = f"uid {os.geteuid()}"
    behind = printable(shown(os.environ.get("SUDO_USER", "")))
    return f"{name} (sudo by {behind})" if behind and behind != name else name


def patience(_ctx: click.Context, _option: click.Parameter, seconds: float) -> float:
    """The value of --wait, in seconds. 'nan' is a number to float(), and would wait forever."""
    if not 0 <= seconds <= 86400:
        raise click.BadParameter("write seconds from 0 to 86400")
    return seconds


def ask(question: str, yes: bool) -> None:
    """Ask for a yes, unless --yes said it. Without a terminal and without --yes the answer is no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise GateClosed("nobody is there to say yes; give --yes to do it unasked")
    click.confirm(question, abort=True)


def exit_code(outcomes: Iterable[BlockOutcome]) -> int:
    """0 all done, 1 some accounts failed."""
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def as_rows(outcomes: Iterable[BlockOutcome]) -> List[List[str]]:
    """Rows for the table at the end."""
    return [[str(outcome.account), outcome.measure.value, outcome.words] for outcome in outcomes]


def as_data(outcomes: Iterable[BlockOutcome]) -> List[Dict[str, str]]:
    """The same for --json."""
    return [
        {
            "account": str(outcome.account),
            "measure": outcome.measure.value,
            "outcome": outcome.outcome.value,
            "words": outcome.words,
        }
        for outcome in outcomes
    ]
