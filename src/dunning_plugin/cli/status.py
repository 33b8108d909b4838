"""`dunning status`: which blocks are laid now, and what is unfinished."""

from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

import click

from dunning_plugin.cli.output import print_json, print_table

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context
    from dunning_plugin.model import Block, Case


@click.command("status")
@click.argument("debtor", required=False)
@click.option("--accounts", is_flag=True, help="One row an account, not one a reseller.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a block.")
@click.pass_obj
def status_command(context: "Context", debtor: Optional[str], accounts: bool, as_json: bool) -> None:
    """Show the blocks that hold now, of one DEBTOR or all, from the store: what we laid, not what others did."""
    from dunning_plugin.errors import InputError
    from dunning_plugin.store import blocks, cases, ledger

    with context.store.read() as conn:
        if debtor and ledger.debtor(conn, debtor) is None:
            raise InputError(f"no debtor '{debtor}'", remedy="`dunning status` without a name lists all")
        rows = blocks.active(conn, debtor_key=debtor)
        open_cases = {case.ref: case for case in cases.all_open(conn)}
    if as_json:
        print_json([_data(open_cases[block.case_ref], block) for block in rows])
        return
    if not rows:
        click.echo("No blocks are laid." if not debtor else f"No blocks are laid for {debtor}.")
        return
    table = _by_account(open_cases, rows) if accounts else _by_owner(open_cases, rows)
    print_table(
        "Blocks", ["debtor", "case", "account" if accounts else "reseller", "measure", "state", "accounts"], table
    )
    unfinished = [block for block in rows if block.state.value != "laid"]
    if unfinished:
        click.echo(f"{len(unfinished)} are unfinished; the next suspend or restore finishes them.")


def _data(case: "Case", block: "Block") -> Dict[str, str]:
    return {
        "debtor": case.debtor_key,
        "case": case.ref,
        "account": str(block.account),
        "measure": block.measure.value,
        "state": block.state.value,
        "owner": str(block.before.get("owner", "")),
        "note": block.note,
    }


def _by_account(open_cases: "Dict[str, Case]", rows: "Tuple[Block, ...]") -> List[List[str]]:
    return [
        [open_cases[b.case_ref].debtor_key, b.case_ref, str(b.account), b.measure.value, b.state.value, "1"]
        for b in rows
    ]


def _by_owner(open_cases: "Dict[str, Case]", rows: "Tuple[Block, ...]") -> List[List[str]]:
    """Users are counted with the reseller above them: the host thinks in resellers."""
    counted: Dict[Tuple[str, ...], int] = {}
    for block in rows:
        own = block.before.get("kind") == "reseller"
        reseller = block.account.name if own else str(block.before.get("owner", "")) or block.account.name
        key = (
            open_cases[block.case_ref].debtor_key,
            block.case_ref,
            f"{block.account.panel}/{reseller}",
            block.measure.value,
            block.state.value,
        )
        counted[key] = counted.get(key, 0) + 1
    return [[*key, str(number)] for key, number in counted.items()]
