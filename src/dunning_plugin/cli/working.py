"""What the commands that change something share: who asks, the workshop, the question before the act."""

import os
import pwd
import sys
from typing import TYPE_CHECKING, Dict, Iterable, List, Optional

import click

from dunning_plugin.enforce.act import BlockOutcome
from dunning_plugin.enforce.orders import Wish
from dunning_plugin.enforce.workshop import Workshop
from dunning_plugin.errors import GateClosed
from dunning_plugin.files import printable, shown
from dunning_plugin.model import Case, Measure
from dunning_plugin.panels.interface import Layer

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context


def who() -> str:
    """The person at the keyboard for the journal: the login, and who is behind a sudo."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = f"uid {os.geteuid()}"
    behind = printable(shown(os.environ.get("SUDO_USER", "")))
    return f"{name} (sudo by {behind})" if behind and behind != name else name


def workshop(context: "Context", why: str) -> Workshop:
    """A workshop on the configured store and panels; measures are found on the panel, the notice beside it."""

    def layer_for(panel_name: str, measure: Measure, case: Case) -> Optional[Layer]:
        if measure is Measure.NOTICE_WEB:
            return notice_layer(context, panel_name, case.debtor_key)
        return context.panel(panel_name).layers().get(measure)

    return Workshop(context.store, context.config.state_dir, context.panel, layer_for, context.now, Wish(who(), why))


def notice_layer(context: "Context", panel_name: str, debtor_key: str) -> Optional[Layer]:
    """The layer that publishes the notice, linted against the debtor's name; None where the panel is not local."""
    from dunning_plugin.notice.from_config import notice_layer as build
    from dunning_plugin.store import ledger

    settings = context.config.panels[panel_name]
    if not settings.local:
        return None
    with context.store.read() as conn:
        debtor = ledger.debtor(conn, debtor_key)
    panel = context.panel(panel_name)

    def language_of(name: str) -> str:
        found = panel.accounts([name])
        return found[name].language if name in found else ""

    return build(context.config, settings, [debtor.name] if debtor else [], language_of)


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
