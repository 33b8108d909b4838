"""`dunning restore`: lift what we laid, one account or thousands, and nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING, List, Optional, Tuple

import click

from dunning_plugin.cli.output import print_json, print_table
from dunning_plugin.cli.progress import print_outcomes, progress_of
from dunning_plugin.cli.working import as_data, ask, exit_code, patience, who
from dunning_plugin.enforce.wishes import Chosen, RestoreWish, lift, plan_restore
from dunning_plugin.errors import CaseBusy
from dunning_plugin.files import read_text
from dunning_plugin.model import Measure

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context

MOST_BYTES = 16 << 20


@click.command("restore")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--file", "list_file", type=click.Path(dir_okay=False), help="Names from a file, one a line; # begins a comment."
)
@click.option("--debtor", "debtors", multiple=True, metavar="KEY", help="Everything we laid on this debtor's accounts.")
@click.option("--paid", is_flag=True, help="Everything of all debtors who have nothing overdue any more.")
@click.option("--all", "everything", is_flag=True, help="Everything we ever laid that still holds.")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    help="Only this measure (may be given again).",
    type=click.Choice(["lock_login", "notice_web", "suspend"]),
)
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal.")
@click.option(
    "--wait",
    default=0.0,
    callback=patience,
    metavar="SECONDS",
    help="Wait while another process works on a case.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be lifted, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Results as JSON.")
@click.pass_obj
def restore_command(
    context: "Context",
    names: Tuple[str, ...],
    list_file: Optional[str],
    debtors: Tuple[str, ...],
    paid: bool,
    everything: bool,
    measures: Tuple[str, ...],
    why: str,
    wait: float,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Lift what we laid on these accounts, exactly, and nothing that others laid.

    NAME is an account (a reseller stands for his users too), PANEL/ACCOUNT or a debtor's key. The panel is read
    first and read back. Interrupted, it is resumed by running it again."""
    if not (names or list_file or debtors or paid or everything):
        raise click.UsageError("say what to restore: names, --file, --debtor, --paid or --all")
    wish = RestoreWish(names, debtors, paid, everything, tuple(Measure(value) for value in measures), why)
    chosen = plan_restore(context, wish, _names_in(list_file) if list_file else [])
    if dry_run:
        _show(chosen, as_json)
        return 0
    total = sum(len(blocks) for _, blocks in chosen)
    if total:
        ask(f"Lift {total} blocks of {len(chosen)} cases?", yes)
    busy: List[CaseBusy] = []
    with progress_of("restoring", total, as_json) as step:
        outcomes = list(lift(context, chosen, wish, who(), step, wait, busy))
    for waiting in busy:
        click.echo(f"dunning: {waiting}", err=True)
    print_json(as_data(outcomes)) if as_json else print_outcomes(outcomes)
    return exit_code(outcomes)


def _names_in(path: str) -> List[Tuple[str, Optional[str], int]]:
    """Names of a list file with their lines. InputError if it cannot be read."""
    lines = read_text(Path(path), MOST_BYTES).splitlines()
    stripped = ((number, line.split("#", 1)[0].strip()) for number, line in enumerate(lines, 1))
    return [(name, path, number) for number, name in stripped if name]


def _show(chosen: Chosen, as_json: bool) -> None:
    rows = [
        {
            "case": case.ref,
            "debtor": case.debtor_key,
            "account": str(block.account),
            "measure": block.measure.value,
            "state": block.state.value,
        }
        for case, blocks in chosen
        for block in blocks
    ]
    if as_json:
        print_json({"dry_run": True, "would_lift": rows})
    else:
        print_table(
            "Would be lifted", ["case", "debtor", "account", "measure", "state"], [list(r.values()) for r in rows]
        )
