"""Take in a file that a person names: invoices of a source, or the list of debtors with their accounts.

What command line and page share. Each intake is done in the caller's transaction: it holds whole or not at all, and a
preview is the same, taken back.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Dict, List, Sequence

from dunning_plugin import journal
from dunning_plugin.errors import InputError
from dunning_plugin.files import shown
from dunning_plugin.model import AccountRef
from dunning_plugin.sources.debtors_file import ListedDebtor
from dunning_plugin.store import blocks, ledger

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dunning_plugin.installation import Installation
    from dunning_plugin.sources.csv_file import CsvFile


@dataclass(frozen=True)
class DebtorsIntake:
    """Debtors and accounts that a list has; debtors changed by it, accounts newly linked or no longer his."""

    debtors: int
    changed: int
    accounts: int
    linked: int
    unlinked: int

    @property
    def did_something(self) -> bool:
        return bool(self.changed or self.linked or self.unlinked)


def csv_source(installation: "Installation", file: Path, name: str = "", follow: bool = True) -> "CsvFile":
    """The file as the configured source of that name, or as the only one there is. InputError if none is meant."""
    from dunning_plugin.sources.csv_file import CsvFile

    sources = installation.config.sources
    name = name or (next(iter(sources)) if len(sources) == 1 else "")
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
    with installation.store.read() as conn:
        keys = frozenset(person.key for person in ledger.debtors_all(conn))
    return CsvFile(name, file, sources[name], keys, follow)


def take_in_debtors(
    conn: "Connection", file: Path, listed: Sequence[ListedDebtor], at: datetime, who: str
) -> DebtorsIntake:
    """Bring debtors and links in line with a list that was read and checked."""
    _check_moves(conn, file, listed)
    changed = [person.debtor.key for person in listed if ledger.put_debtor(conn, person.debtor)]
    # First what goes, then what comes: an account may pass from one debtor of the list to another.
    unlinked = _no_longer_his(conn, file, listed)
    for ref in unlinked:
        ledger.unlink(conn, ref)
    linked = [str(ref) for person in listed for ref, _ in person.accounts if ledger.link(conn, person.debtor.key, ref)]
    if changed or linked or unlinked:
        gone = [str(ref) for ref in unlinked]
        facts = {"file": shown(file), "debtors": changed, "accounts": linked, "unlinked": gone}
        journal.append(conn, at, who, "import", "", facts)
    accounts = sum(len(person.accounts) for person in listed)
    return DebtorsIntake(len(listed), len(changed), accounts, len(linked), len(unlinked))


def check_panels(installation: "Installation", file: Path, listed: Sequence[ListedDebtor]) -> None:
    """An account on a panel that dunning.yaml does not know could never be acted on, nor restored."""
    known = installation.config.panels
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


def check_accounts(installation: "Installation", file: Path, listed: Sequence[ListedDebtor]) -> None:
    """Every account must be on its panel: a typo here would make a suspension miss, or hit another."""
    places = {ref: line for person in listed for ref, line in person.accounts}
    for panel_name in dict.fromkeys(ref.panel for ref in places):
        present = installation.panel(panel_name).accounts([ref.name for ref in places if ref.panel == panel_name])
        for ref, line in places.items():
            if ref.panel == panel_name and ref.name not in present:
                raise InputError(
                    f"{panel_name} has no account '{ref.name}'",
                    file=shown(file),
                    line=line,
                    field="accounts",
                    remedy="mend the name, or give --no-check if the panel cannot be asked",
                )


def _no_longer_his(conn: "Connection", file: Path, listed: Sequence[ListedDebtor]) -> List[AccountRef]:
    """Links that a listed debtor's accounts no longer name: a measure on him must not hit what he gave away."""
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


def _check_moves(conn: "Connection", file: Path, listed: Sequence[ListedDebtor]) -> None:
    """An account with a block stays with its debtor until that is lifted: the case must go on answering for it."""
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
