"""`dunning restore`: lift what we laid, one account or thousands, and nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING, Iterable, List, Optional, Sequence, Set, Tuple

import click

from dunning_plugin.cli.output import print_json, print_table
from dunning_plugin.cli.progress import print_outcomes, progress_of
from dunning_plugin.cli.working import as_data, ask, exit_code, workshop
from dunning_plugin.enforce.act import BlockOutcome
from dunning_plugin.enforce.choose import blocks_to_restore
from dunning_plugin.errors import CaseBusy
from dunning_plugin.exclusive import working_on
from dunning_plugin.files import read_text
from dunning_plugin.model import Block, Case

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
    type=click.FloatRange(0, 86400),
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
    wanted = [(name, None, 0) for name in names] + (_names_in(list_file) if list_file else [])
    with context.store.read() as conn:
        chosen = blocks_to_restore(
            conn,
            wanted,
            debtors,
            tuple(context.config.panels),
            paid_on=context.now().astimezone(context.config.host.zone).date() if paid else None,
            everything=everything,
        )
    if measures:
        chosen = [(case, [b for b in blocks if b.measure.value in measures]) for case, blocks in chosen]
    total = sum(len(blocks) for _, blocks in chosen)
    if dry_run:
        _show(chosen, as_json)
        return 0
    if total:
        ask(f"Lift {total} blocks of {len(chosen)} cases?", yes)
    outcomes = _restore_all(context, chosen, why, wait, as_json)
    print_json(as_data(outcomes)) if as_json else print_outcomes(outcomes)
    return exit_code(outcomes)


def _restore_all(
    context: "Context", chosen: Sequence[Tuple[Case, List[Block]]], why: str, wait: float, quiet: bool
) -> List[BlockOutcome]:
    """Case after case; one that another process works on is said and holds up no other."""
    shop = workshop(context, why)
    panels: Set[str] = {block.account.panel for _, blocks in chosen for block in blocks}
    shop.take_in_spool(panels)
    mine = frozenset(block.account for _, blocks in chosen for block in blocks)
    outcomes: List[BlockOutcome] = list(shop.finish_unfinished(but_not=mine))
    busy: List[CaseBusy] = []
    with progress_of("restoring", sum(len(blocks) for _, blocks in chosen), quiet) as step:
        for case, blocks in chosen:
            try:
                with working_on(context.config.state_dir, case.debtor_key, shop.wish.who, wait):
                    outcomes.extend(shop.lift(case, _still(shop.blocks_of(case.debtor_key), blocks), step))
                    shop.close_if_free(case, _settled(context, case))
            except CaseBusy as error:
                busy.append(error)
    shop.take_in_spool(panels, [outcome.account for outcome in outcomes])
    if busy and len(busy) == len(chosen):
        raise busy[0]
    for waiting in busy:
        click.echo(f"dunning: {waiting}", err=True)
    return outcomes


def _still(now_active: Iterable[Block], chosen: Iterable[Block]) -> List[Block]:
    """The chosen blocks as they stand once the case is ours alone: another process may have lifted some."""
    wanted = {block.id for block in chosen}
    return [block for block in now_active if block.id in wanted]


def _settled(context: "Context", case: Case) -> bool:
    from dunning_plugin.store import ledger

    today = context.now().astimezone(context.config.host.zone).date()
    with context.store.read() as conn:
        return case.debtor_key in {debtor.key for debtor in ledger.paid_debtors(conn, today)}


def _names_in(path: str) -> List[Tuple[str, Optional[str], int]]:
    """Names of a list file with their lines. InputError if it cannot be read."""
    lines = read_text(Path(path), MOST_BYTES).splitlines()
    stripped = ((number, line.split("#", 1)[0].strip()) for number, line in enumerate(lines, 1))
    return [(name, path, number) for number, name in stripped if name]


def _show(chosen: Sequence[Tuple[Case, List[Block]]], as_json: bool) -> None:
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
