"""Which blocks a restore is about: from names, files, debtors, or all who paid. Needs no panel."""

from datetime import date
from typing import TYPE_CHECKING, Dict, Iterable, List, Optional, Sequence, Tuple

from dunning_plugin.errors import InputError
from dunning_plugin.model import AccountRef, Block, Case
from dunning_plugin.store import blocks as block_rows
from dunning_plugin.store import cases as case_rows
from dunning_plugin.store import ledger

if TYPE_CHECKING:
    from sqlalchemy import Connection

Named = Tuple[str, Optional[str], int]
"""A name, and the file and line that it stands in (None, 0: the command line)."""


def blocks_to_restore(
    conn: "Connection",
    names: Sequence[Named],
    debtors: Sequence[str],
    panels: Sequence[str],
    *,
    paid_on: Optional[date] = None,
    everything: bool = False,
) -> List[Tuple[Case, List[Block]]]:
    """The active blocks that are meant, by case. A reseller stands for the users who were his when they were blocked.

    InputError for a name that neither the store nor a debtor's links know: a typo must not pass for 'nothing to do'."""
    cases = {case.ref: case for case in case_rows.all_open(conn)}
    active = block_rows.active(conn)
    keys = set(debtors) | {name for name, _, _ in names if ledger.debtor(conn, name) is not None}
    for key in debtors:
        if ledger.debtor(conn, key) is None:
            raise InputError(f"no debtor '{key}'", remedy="see `dunning status` for who has blocks")
    if paid_on is not None:
        keys |= {debtor.key for debtor in ledger.paid_debtors(conn, paid_on)}
    refs = _accounts(conn, [named for named in names if named[0] not in keys], panels)
    found: Dict[str, List[Block]] = {}
    for block in active:
        case = cases[block.case_ref]
        owner = AccountRef(block.account.panel, str(block.before.get("owner", "")))
        if everything or case.debtor_key in keys or block.account in refs or owner in refs:
            found.setdefault(block.case_ref, []).append(block)
    return [(cases[ref], chosen) for ref, chosen in found.items()]


def _accounts(conn: "Connection", names: Iterable[Named], panels: Sequence[str]) -> List[AccountRef]:
    """Accounts that the names mean; on which panel is found in what the store knows."""
    known = set(block_rows.known_names(conn))
    for debtor in ledger.debtors_all(conn):
        known |= set(ledger.accounts_of(conn, debtor.key))
    refs: List[AccountRef] = []
    for name, file, line in names:
        panel, slash, account = name.partition("/")
        meant = (
            [ref for ref in known if ref == AccountRef(panel, account)]
            if slash
            else [ref for ref in known if ref.name == name]
        )
        if not meant:
            raise InputError(
                f"'{name}' is no account that dunning ever touched, nor a debtor",
                file=file,
                line=line or None,
                remedy="check the spelling; `dunning status` lists what is blocked",
            )
        if len(meant) > 1:
            raise InputError(
                f"'{name}' is on several panels",
                file=file,
                line=line or None,
                remedy="write " + " or ".join(sorted(str(ref) for ref in meant)),
            )
        refs.extend(meant)
    return refs
