"""`dunning import`: take in invoices, or the list of debtors and their accounts."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Optional

import click

from dunning_plugin.cli.output import print_json
from dunning_plugin.cli.working import who
from dunning_plugin.files import shown
from dunning_plugin.model import format_money

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--source", "source_name", metavar="NAME", help="The source in dunning.yaml; needed if there are several."
)
@click.option(
    "--debtors", "as_debtors", is_flag=True, help="The file lists debtors and their accounts (.yaml always does)."
)
@click.option("--no-check", is_flag=True, help="Take in accounts without asking the panel whether they exist.")
@click.option(
    "--accept-drop", is_flag=True, help="Accept a file with far fewer invoices, or a far smaller sum, than last time."
)
@click.option("--dry-run", is_flag=True, help="Check the file and say what it would do, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Result as JSON.")
@click.pass_obj
def import_command(
    context: "Context",
    file: Path,
    source_name: Optional[str],
    as_debtors: bool,
    no_check: bool,
    accept_drop: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in FILE: invoices from a CSV export, or debtors with their accounts from YAML or CSV.

    One transaction: if anything in the file is wrong, the error names file, line and field, and nothing is changed.
    Taking in the same file again changes nothing."""
    if as_debtors or file.suffix.lower() in (".yaml", ".yml"):
        result = _debtors(context, file, not no_check, dry_run)
        line = (
            f"{shown(file.name)}: {result['debtors']} debtors, {result['changed']} changed; "
            f"{result['accounts']} accounts, {result['linked']} newly linked"
            + (f", {result['unlinked']} no longer his." if result["unlinked"] else ".")
        )
    else:
        result = _invoices(context, file, source_name, accept_drop, dry_run)
        sums = ", ".join(str(amount) for amount in result["open"]) or "nothing"
        line = (
            f"{shown(file.name)}: {result['new']} new, {result['changed']} changed, {result['settled']} settled, "
            f"{result['unchanged']} unchanged; open: {sums}."
        )
    if as_json:
        print_json({**result, "dry_run": dry_run})
    else:
        click.echo(("Would take in " if dry_run else "Took in ") + line)


def _invoices(
    context: "Context", file: Path, source_name: Optional[str], accept_drop: bool, dry_run: bool
) -> Dict[str, Any]:
    from dunning_plugin.store.intake import take_in
    from dunning_plugin.taking_in import csv_source

    source = csv_source(context, file, source_name or "")
    done = take_in(context.store, source, context.now(), who(), accept_drop, dry_run)
    return {
        "source": source.facts.name,
        "new": done.new,
        "changed": done.changed,
        "settled": done.settled,
        "unchanged": done.unchanged,
        "open": [format_money(left, currency) for currency, (_, _, left) in sorted(done.totals.items())],
    }


def _debtors(context: "Context", file: Path, check: bool, dry_run: bool) -> Dict[str, Any]:
    from dunning_plugin.sources.debtors_file import read_debtors
    from dunning_plugin.taking_in import check_accounts, check_panels, take_in_debtors

    listed = read_debtors(file)
    check_panels(context, file, listed)
    if check:
        check_accounts(context, file, listed)
    with context.store.begin() as conn:
        done = take_in_debtors(conn, file, listed, context.now(), who())
        if dry_run:
            conn.rollback()
    return asdict(done)
