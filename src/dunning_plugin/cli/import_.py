"""`dunning import`: take in invoices, or the list of debtors and their accounts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence

import click

from dunning_plugin.cli.output import print_json
from dunning_plugin.cli.working import who
from dunning_plugin.errors import InputError
from dunning_plugin.files import shown
from dunning_plugin.model import AccountRef, format_money

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dunning_plugin.cli.context import Context
    from dunning_plugin.sources.debtors_file import ListedDebtor


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
    from dunning_plugin.sources.csv_file import CsvFile
    from dunning_plugin.store import ledger
    from dunning_plugin.store.intake import take_in

    sources = context.config.sources
    name = source_name or (next(iter(sources)) if len(sources) == 1 else "")
    if name not in sources:
        known = ", ".join(sources) or "none"
        what = (
            f"no source '{name}' in dunning.yaml"
            if name
            else "several sources are configured"
            if sources
            else "no source is configured"
        )
        raise InputError(what, field="--source", remedy=f"sources: {known}")
    with context.store.read() as conn:
        keys = frozenset(person.key for person in ledger.debtors_all(conn))
    source = CsvFile(name, file, sources[name], keys)
    done = take_in(context.store, source, context.now(), who(), accept_drop, dry_run)
    return {
        "source": name,
        "new": done.new,
        "changed": done.changed,
        "settled": done.settled,
        "unchanged": done.unchanged,
        "open": [format_money(left, currency) for currency, (_, _, left) in sorted(done.totals.items())],
    }


def _debtors(context: "Context", file: Path, check: bool, dry_run: bool) -> Dict[str, Any]:
    from dunning_plugin import journal
    from dunning_plugin.sources.debtors_file import read_debtors
    from dunning_plugin.store import ledger

    listed = read_debtors(file)
    _check_panels(context, file, listed)
    if check:
        _check_accounts(context, file, listed)
    changed: List[str] = []
    linked: List[str] = []
    unlinked: List[str] = []
    with context.store.begin() as conn:
        _check_moves(conn, file, listed)
        for person in listed:
            if ledger.put_debtor(conn, person.debtor):
                changed.append(person.debtor.key)
        # First what goes, then what comes: an account may pass from one debtor of the list to another.
        for ref in _no_longer_his(conn, file, listed):
            ledger.unlink(conn, ref)
            unlinked.append(str(ref))
        for person in listed:
            linked += [str(ref) for ref, _ in person.accounts if ledger.link(conn, person.debtor.key, ref)]
        if changed or linked or unlinked:
            facts = {"file": shown(file), "debtors": changed, "accounts": linked, "unlinked": unlinked}
            journal.append(conn, context.now(), who(), "import", "", facts)
        if dry_run:
            conn.rollback()
    accounts = sum(len(person.accounts) for person in listed)
    return {
        "debtors": len(listed),
        "changed": len(changed),
        "accounts": accounts,
        "linked": len(linked),
        "unlinked": len(unlinked),
    }


def _check_panels(context: "Context", file: Path, listed: "Sequence[ListedDebtor]") -> None:
    """An account on a panel that dunning.yaml does not know could never be acted on, nor restored."""
    known = context.config.panels
    for person in listed:
        for ref, line in person.accounts:
            if ref.panel not in known:
                raise InputError(
                    f"no panel '{ref.panel}'",
                    file=shown(file),
                    line=line,
                    field="accounts",
                    remedy=f"configured panels: {', '.join(sorted(known))}",
                )


def _no_longer_his(conn: "Connection", file: Path, listed: "Sequence[ListedDebtor]") -> List[AccountRef]:
    """Links that a listed debtor's accounts no longer name: a measure on him must not hit what he gave away."""
    from dunning_plugin.store import blocks, ledger

    held = {block.account for block in blocks.active(conn)}
    named = {ref for person in listed for ref, _ in person.accounts}
    gone: List[AccountRef] = []
    for person in listed:
        for ref in ledger.accounts_of(conn, person.debtor.key) if person.lists_accounts else ():
            if ref in named:
                continue
            if ref in held:
                raise InputError(
                    f"no longer lists {ref}, which is blocked in the case of {person.debtor.key}",
                    file=shown(file),
                    line=person.line,
                    field="accounts",
                    remedy=f"restore it first: dunning restore {ref}",
                )
            gone.append(ref)
    return gone


def _check_accounts(context: "Context", file: Path, listed: "Sequence[ListedDebtor]") -> None:
    """Every account must be on its panel: a typo here would make a suspension miss, or hit another."""
    places = {ref: line for person in listed for ref, line in person.accounts}
    for panel_name in dict.fromkeys(ref.panel for ref in places):
        present = context.panel(panel_name).accounts([ref.name for ref in places if ref.panel == panel_name])
        for ref, line in places.items():
            if ref.panel == panel_name and ref.name not in present:
                raise InputError(
                    f"{panel_name} has no account '{ref.name}'",
                    file=shown(file),
                    line=line,
                    field="accounts",
                    remedy="mend the name, or give --no-check if the panel cannot be asked",
                )


def _check_moves(conn: "Connection", file: Path, listed: "Sequence[ListedDebtor]") -> None:
    """An account with a block stays with its debtor until that is lifted: the case must go on answering for it."""
    from dunning_plugin.store import blocks, ledger

    held = {block.account for block in blocks.active(conn)}
    holders: Dict[AccountRef, str] = ledger.links(conn)
    for person in listed:
        for ref, line in person.accounts:
            if holders.get(ref, person.debtor.key) != person.debtor.key and ref in held:
                raise InputError(
                    f"{ref} is blocked in the case of {holders[ref]}",
                    file=shown(file),
                    line=line,
                    field="accounts",
                    remedy=f"restore it first: dunning restore {ref}",
                )
