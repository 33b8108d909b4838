"""Long work on a terminal shows a bar; elsewhere it prints one line an account at the end."""

import sys
from contextlib import contextmanager
from typing import Callable, Dict, Iterator, List, Sequence

import click

from dunning_plugin.cli.output import print_table
from dunning_plugin.cli.working import as_rows
from dunning_plugin.enforce.act import BlockOutcome
from dunning_plugin.enforce.moves import Outcome

Step = Callable[[int], None]
LEFT_ALONE = (Outcome.FOREIGN, Outcome.GONE, Outcome.LIFTED_BY_OTHERS, Outcome.NOTHING)


@contextmanager
def progress_of(what: str, total: int, quiet: bool = False) -> Iterator[Step]:
    """A bar over `total` accounts on stderr when that is a terminal; else a step that says nothing."""
    if quiet or total == 0 or not sys.stderr.isatty():
        yield lambda count: None
        return
    with click.progressbar(length=total, label=what, file=sys.stderr) as bar:
        yield bar.update


def print_outcomes(outcomes: Sequence[BlockOutcome]) -> None:
    """What was done in numbers, then every account that was left alone or failed; few accounts all by name."""
    if not outcomes:
        click.echo("Nothing of ours to do.")
        return
    for line in _counts(outcomes):
        click.echo(line)
    shown = (
        list(outcomes)
        if len(outcomes) <= 20 or not sys.stdout.isatty()
        else [outcome for outcome in outcomes if outcome.failed or outcome.outcome in LEFT_ALONE]
    )
    if shown:
        print_table("", ["account", "measure", "what came of it"], as_rows(shown))


def _counts(outcomes: Sequence[BlockOutcome]) -> List[str]:
    counts: Dict[str, int] = {}
    for outcome in outcomes:
        key = f"{outcome.measure.value}: {outcome.outcome.value}"
        counts[key] = counts.get(key, 0) + 1
    return [f"{key} {count}" for key, count in counts.items()]
