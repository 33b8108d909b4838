"""The board: every overdue reseller in one table, oldest debt first. `build` is pure; `Boards` keeps the newest.

Ledger, blocks and the panel's listing change at different times, so each is read anew only when it changed: a page
costs a look at three numbers.
"""

import threading
import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence, Tuple

from dunning_plugin import jobs
from dunning_plugin.errors import DunningError, PanelRefused
from dunning_plugin.model import Account, AccountKind, AccountRef, BlockState, Measure
from dunning_plugin.overdue import Overdue, overdue_by_debtor
from dunning_plugin.store import blocks as block_rows
from dunning_plugin.store import entries, ledger
from dunning_plugin.store.blocks import Held

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dunning_plugin.installation import Installation

LISTING_SECONDS = 60.0
REFUSED_SECONDS = 900.0
"""After a refusal the panel is left in peace for a while: it bans callers who keep trying."""
FIRST_WAIT = 5.0
"""Seconds that the first page waits for the panel's listing."""


@dataclass(frozen=True)
class Row:
    """One account of a debtor who owes, or on whom blocks are still laid; `account` None: he has none linked.

    Amounts are overdue ones in minor units by currency. `users`, `domains`: below and with him, None if unknown.
    `states`: our measures on the account itself; `blocks`: ours on him and all below."""

    account: Optional[AccountRef]
    debtor_key: str
    debtor_name: str
    amounts: Tuple[Tuple[str, int], ...]
    invoices: int
    oldest_due: Optional[date]
    days_past_due: int
    users: Optional[int] = None
    domains: Optional[int] = None
    states: FrozenSet[str] = frozenset()
    foreign: bool = False
    working: bool = False
    blocks: int = 0


@dataclass(frozen=True)
class Figures:
    """The figures of the day; `overdue` in minor units by currency."""

    debtors: int
    overdue: Tuple[Tuple[str, int], ...]
    resellers: int
    blocked_accounts: int
    unfinished: int
    jobs_waiting: int = 0


@dataclass(frozen=True)
class Board:
    """The table and the figures. `panel_trouble`: '' or why numbers of users and domains are missing or old."""

    rows: Tuple[Row, ...]
    figures: Figures
    panel_trouble: str
    as_of: datetime


@dataclass(frozen=True)
class Below:
    """What the panel lists of one account: how many users and domains, and whether somebody else suspended it.

    That is settled when the panel is read: a listing read while our own suspension was there says nothing of others
    once ours is lifted."""

    users: int
    domains: int
    foreign: bool


@dataclass(frozen=True)
class Books:
    """What the ledger says: names and links of all debtors, overdue amounts of those who owe."""

    names: Mapping[str, str]
    links: Mapping[str, Tuple[AccountRef, ...]]
    overdue: Mapping[str, Tuple[Overdue, ...]]


def build(books: Books, held: Iterable[Held], listing: Mapping[AccountRef, Below]) -> Tuple[Tuple[Row, ...], Figures]:
    """The rows, the longest past due first, and the figures. Pure."""
    blocks = list(held)
    on_him: Dict[AccountRef, List[Held]] = {}
    with_all: Dict[AccountRef, int] = {}
    for block in blocks:
        on_him.setdefault(block.account, []).append(block)
        for ref in {block.account, AccountRef(block.account.panel, block.owner)}:
            with_all[ref] = with_all.get(ref, 0) + 1
    rows: List[Row] = []
    for key in {*books.overdue, *(block.debtor_key for block in blocks)}:
        row, linked = _of_debtor(key, books), books.links.get(key, ())
        rows += [_of_account(row, ref, on_him.get(ref, ()), with_all, listing) for ref in linked] or [row]
    rows.sort(key=lambda row: (-row.days_past_due, row.debtor_name, str(row.account or "")))
    return tuple(rows), _figures(rows, books, blocks)


def _of_debtor(key: str, books: Books) -> Row:
    parts = books.overdue.get(key, ())
    oldest = min((part.oldest_due for part in parts if part.oldest_due), default=None)
    return Row(
        None,
        key,
        books.names.get(key, key),
        tuple((part.currency, part.overdue_minor) for part in parts),
        sum(part.invoices for part in parts),
        oldest,
        max((part.days_past_due for part in parts), default=0),
    )


def _of_account(
    row: Row,
    ref: AccountRef,
    on_him: Sequence[Held],
    with_all: Mapping[AccountRef, int],
    listing: Mapping[AccountRef, Below],
) -> Row:
    below = listing.get(ref)
    states = frozenset(block.measure.value for block in on_him)
    return replace(
        row,
        account=ref,
        users=below.users if below else None,
        domains=below.domains if below else None,
        states=states,
        foreign=bool(below and below.foreign and Measure.SUSPEND.value not in states),
        working=any(block.state is not BlockState.LAID for block in on_him),
        blocks=with_all.get(ref, 0),
    )


def _figures(rows: Sequence[Row], books: Books, blocks: Sequence[Held]) -> Figures:
    sums: Dict[str, int] = {}
    for parts in books.overdue.values():
        for part in parts:
            sums[part.currency] = sums.get(part.currency, 0) + part.overdue_minor
    return Figures(
        len(books.overdue),
        tuple(sorted(sums.items())),
        sum(row.account is not None for row in rows),
        len({block.account for block in blocks}),
        sum(block.state is not BlockState.LAID for block in blocks),
    )


class Boards:
    """Gives the board as it is now; safe for several threads."""

    def __init__(self, installation: "Installation") -> None:
        self.installation = installation
        self._lock = threading.Lock()
        self._books: Tuple[Any, Books] = (None, Books({}, {}, {}))
        self._made: Tuple[Any, Tuple[Tuple[Row, ...], Figures]] = (None, ((), Figures(0, (), 0, 0, 0)))
        self._listing = Listing(installation)

    def now(self) -> Board:
        """The board. Costs a look at what changed, and what it takes to read that anew."""
        installation = self.installation
        listing, stamp, trouble = self._listing.newest()
        today = installation.today()
        with self._lock, installation.store.read() as conn:
            ledger_key = (today, *ledger.version(conn))
            if self._books[0] != ledger_key:
                self._books = (ledger_key, read_books(conn, today))
            key = (ledger_key, entries.head(conn)[0], stamp)
            if self._made[0] != key:
                self._made = (key, build(self._books[1], block_rows.held(conn), listing))
            rows, figures = self._made[1]
            waiting = jobs.waiting(conn)
        return Board(rows, replace(figures, jobs_waiting=waiting), trouble, installation.now())


def read_books(conn: "Connection", today: date) -> Books:
    """The ledger's part: a row a debtor who owes, whatever the number of his invoices."""
    overdue = {}
    for parts in overdue_by_debtor(ledger.open_invoices(conn), today):
        late = tuple(part for part in parts if part.overdue_minor > 0)
        if late:
            overdue[late[0].debtor_key] = late
    links: Dict[str, List[AccountRef]] = {}
    for ref, key in ledger.links(conn).items():
        links.setdefault(key, []).append(ref)
    names = {person.key: person.name for person in ledger.debtors_all(conn)}
    return Books(names, {key: tuple(sorted(refs, key=str)) for key, refs in links.items()}, overdue)


class Listing:
    """How many hang below each reseller, from the panels; read anew in the background once it is old."""

    def __init__(self, installation: "Installation") -> None:
        self.installation = installation
        self._lock = threading.Lock()
        self._first = threading.Event()
        self._below: Dict[AccountRef, Below] = {}
        self._stamp, self._due, self._trouble, self._running = 0, 0.0, "", False

    def newest(self) -> Tuple[Mapping[AccountRef, Below], int, str]:
        """(what is known, a number that changes with it, trouble or ''). Waits for the panels the first time only."""
        with self._lock:
            if time.monotonic() >= self._due and not self._running:
                self._running = True
                threading.Thread(target=self._read, name="dunning-listing", daemon=True).start()
        self._first.wait(FIRST_WAIT)
        with self._lock:
            return self._below, self._stamp, self._trouble

    def _read(self) -> None:
        trouble, seconds = "", LISTING_SECONDS
        below = dict(self._below)
        try:
            for name in self.installation.config.panels:
                try:
                    before = self._suspended_by_us()
                    everybody = tuple(self.installation.panel(name).everybody())
                    news = counted(everybody, before | self._suspended_by_us())
                    below = {**{ref: kept for ref, kept in below.items() if ref.panel != name}, **news}
                except DunningError as error:
                    trouble = str(error)
                    seconds = REFUSED_SECONDS if isinstance(error, PanelRefused) else LISTING_SECONDS
            if seconds == REFUSED_SECONDS:
                # A client that was refused speaks no more; the next one reads its password anew.
                self.installation.forget_panels()
        finally:
            with self._lock:
                self._stamp += below != self._below
                self._below, self._trouble = below, trouble
                self._due, self._running = time.monotonic() + seconds, False
            self._first.set()

    def _suspended_by_us(self) -> FrozenSet[AccountRef]:
        with self.installation.store.read() as conn:
            return frozenset(block.account for block in block_rows.held(conn) if block.measure is Measure.SUSPEND)


def counted(accounts: Iterable[Account], ours: FrozenSet[AccountRef]) -> Dict[AccountRef, Below]:
    """Users and domains of each account with all below it; `ours`: whom we suspended. Pure."""
    users: Dict[AccountRef, int] = {}
    domains: Dict[AccountRef, int] = {}
    foreign: Dict[AccountRef, bool] = {}
    for account in accounts:
        foreign[account.ref] = account.suspended and account.ref not in ours
        above = AccountRef(account.panel, account.owner)
        for ref in (account.ref, above) if account.kind is AccountKind.USER else (account.ref,):
            domains[ref] = domains.get(ref, 0) + len(account.domains)
        if account.kind is AccountKind.USER:
            users[above] = users.get(above, 0) + 1
    return {ref: Below(users.get(ref, 0), domains.get(ref, 0), by_others) for ref, by_others in foreign.items()}
