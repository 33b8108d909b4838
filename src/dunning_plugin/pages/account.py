"""The page of one reseller or user: what he owes, what is laid on him, what happened, and the buttons."""

from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Tuple

from dunning_plugin import journal
from dunning_plugin.errors import DunningError
from dunning_plugin.model import Account, AccountKind, AccountRef, Block, BlockState, Case, Debtor, Invoice, Measure
from dunning_plugin.overdue import days_past_due, overdue_of
from dunning_plugin.pages.asking import asked, cut, part, refs
from dunning_plugin.pages.desk import desk, tongue
from dunning_plugin.pages.mistakes import PageMistake
from dunning_plugin.pages.rendering import render
from dunning_plugin.pages.story import tell
from dunning_plugin.store import blocks as block_rows
from dunning_plugin.store import cases as case_rows
from dunning_plugin.store import ledger

MOST_INVOICES = 100
MOST_ENTRIES = 300


@dataclass(frozen=True)
class Look:
    """What the panel says now: the account first, then his users; `trouble` if it could not be asked."""

    family: Tuple[Account, ...] = ()
    trouble: Optional[DunningError] = None


@dataclass(frozen=True)
class UserRow:
    """One user of a reseller."""

    ref: AccountRef
    domains: Tuple[str, ...]
    states: FrozenSet[str]
    foreign: bool
    working: bool
    reason: str


@dataclass(frozen=True)
class BlockGroup:
    """Blocks of one case and measure."""

    measure: str
    case_ref: str
    count: int
    unfinished: int


@dataclass(frozen=True)
class Kept:
    """What the store knows of the account."""

    debtor: Optional[Debtor]
    blocks: Tuple[Block, ...]
    cases: Tuple[Case, ...]
    invoices: Tuple[Invoice, ...]
    known: bool


def show() -> str:
    """The page of the account that the address names."""
    ref = refs()[0]
    if ref.panel not in desk().installation.config.panels:
        raise PageMistake("no_account", 404)
    look = look_at(ref)
    himself = look.family[0] if look.family else None
    kept = _kept(ref, himself)
    if himself is None and not kept.known:
        raise look.trouble or PageMistake("no_account", 404)
    return render("account.html.j2", "overdue", **_values(ref, look, kept))


def look_at(ref: AccountRef) -> Look:
    """Ask the panel. Its trouble is shown on the page; what the store knows is shown all the same."""
    try:
        panel = desk().installation.panel(ref.panel)
        himself = panel.accounts([ref.name]).get(ref.name)
        if himself is None:
            return Look()
        if himself.kind is AccountKind.RESELLER:
            return Look(tuple(panel.reseller_accounts(ref.name)))
        return Look((himself,))
    except DunningError as error:
        return Look(trouble=error)


def _kept(ref: AccountRef, himself: Optional[Account]) -> Kept:
    with desk().installation.store.read() as conn:
        debtor = ledger.debtor_of_account(conn, ref.panel, ref.name)
        linked = debtor is not None
        if debtor is None and himself is not None and himself.kind is AccountKind.USER:
            debtor = ledger.debtor_of_account(conn, ref.panel, himself.owner)
        all_blocks = block_rows.active(conn, panel=ref.panel)
        blocks = tuple(b for b in all_blocks if b.account == ref or b.before.get("owner") == ref.name)
        touched = linked or ref in block_rows.known_names(conn)
        cases = case_rows.of_debtor(conn, debtor.key) if debtor else ()
        invoices = tuple(ledger.open_invoices(conn, debtor.key)) if debtor else ()
    return Kept(debtor, blocks, cases, invoices, touched)


def _values(ref: AccountRef, look: Look, kept: Kept) -> Dict[str, Any]:
    today = desk().installation.today()
    himself = look.family[0] if look.family else None
    below = any(block.account != ref for block in kept.blocks)
    kind = himself.kind if himself else AccountKind.RESELLER if below or kept.known else AccountKind.USER
    on_him = [block for block in kept.blocks if block.account == ref]
    overdue = overdue_of(kept.invoices, today)
    query = asked("q").strip()
    users = _users(look.family[1:], kept.blocks)
    found = [user for user in users if _fits(user, query)] if query else users
    return {
        "ref": ref,
        "kind": kind.value,
        "owner": AccountRef(ref.panel, himself.owner) if himself and himself.kind is AccountKind.USER else None,
        "debtor": kept.debtor,
        "trouble": str(look.trouble or ""),
        "gone": himself is None and not look.trouble,
        "states": frozenset(block.measure.value for block in on_him),
        "foreign": _is_foreign(himself, on_him),
        "working": any(block.state is not BlockState.LAID for block in on_him),
        "sums": [(part.currency, part.overdue_minor) for part in overdue if part.overdue_minor > 0],
        "days": max((part.days_past_due for part in overdue), default=0),
        "domains": himself.domains if himself else (),
        "acts": _acts(kind, bool(himself), bool(kept.blocks)),
        "user_count": len(users) if himself else None,
        "users_total": len(users) if himself else None,
        "q": query,
        "cut": cut(found, part()),
        "invoices": kept.invoices[:MOST_INVOICES],
        "invoices_more": max(0, len(kept.invoices) - MOST_INVOICES),
        "past_due": lambda invoice: days_past_due(invoice.due, today),
        "block_groups": _groups(kept.blocks),
        "sentences": _sentences(ref, kind, kept.cases),
    }


def _acts(kind: AccountKind, present: bool, blocked: bool) -> List[str]:
    """The buttons. The default pages that the notice takes are a reseller's."""
    acts = ["lock_login", *(["notice_web"] if kind is AccountKind.RESELLER else []), "suspend"] if present else []
    return [*acts, *(["restore"] if blocked else [])]


def _users(accounts: Sequence[Account], blocks: Sequence[Block]) -> List[UserRow]:
    held: Dict[AccountRef, List[Block]] = {}
    for block in blocks:
        held.setdefault(block.account, []).append(block)
    rows = []
    for account in accounts:
        his = held.get(account.ref, [])
        rows.append(
            UserRow(
                account.ref,
                account.domains,
                frozenset(block.measure.value for block in his),
                _is_foreign(account, his),
                any(block.state is not BlockState.LAID for block in his),
                account.reason,
            )
        )
    return rows


def _is_foreign(account: Optional[Account], blocks: Sequence[Block]) -> bool:
    """Suspended, and not by a block of ours."""
    return account is not None and account.suspended and all(b.measure is not Measure.SUSPEND for b in blocks)


def _fits(user: UserRow, query: str) -> bool:
    return query.casefold() in "\n".join((user.ref.name, *user.domains)).casefold()


def _groups(blocks: Sequence[Block]) -> List[BlockGroup]:
    counted: Dict[Tuple[str, str], List[Block]] = {}
    for block in blocks:
        counted.setdefault((block.measure.value, block.case_ref), []).append(block)
    return [
        BlockGroup(measure, case, len(rows), sum(row.state is not BlockState.LAID for row in rows))
        for (measure, case), rows in counted.items()
    ]


def _sentences(ref: AccountRef, kind: AccountKind, cases: Sequence[Case]) -> Tuple[Any, ...]:
    """A reseller's page tells his debtor's cases whole, a user's only what was done to him."""
    whole = [case.ref for case in cases] if kind is AccountKind.RESELLER else []
    with desk().installation.store.read() as conn:
        rows = journal.about(conn, whole, ref.panel, ref.name, MOST_ENTRIES)
    return tell(rows, tongue())
