"""Debtors, their accounts and their invoices in the store."""

from dataclasses import dataclass
from datetime import date
from typing import Dict, Iterator, Optional, Tuple

from sqlalchemy import Connection, case, delete, exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dunning_plugin.model import AccountRef, Debtor, Invoice
from dunning_plugin.store.tables import blocks, cases, debtor_accounts, debtors, imports, invoices, journal


@dataclass(frozen=True)
class Holdings:
    """Is there anything in the books yet? For the first steps on a fresh installation."""

    debtors: bool
    links: bool
    invoices: bool


def holdings(conn: Connection) -> Holdings:
    """Are there debtors, linked accounts, invoices? One look at each."""
    found = [bool(conn.execute(select(exists().select_from(table))).scalar()) for table in _BOOKS]
    return Holdings(*found)


_BOOKS = (debtors, debtor_accounts, invoices)


def put_debtor(conn: Connection, person: Debtor) -> bool:
    """Add a debtor, or bring his name, address and language up to date; True if that changed anything."""
    if debtor(conn, person.key) == person:
        return False
    values = {"name": person.name, "email": person.email, "language": person.language}
    query = upsert(debtors).values(key=person.key, **values)
    conn.execute(query.on_conflict_do_update(index_elements=["key"], set_=values))
    return True


def link(conn: Connection, key: str, account: AccountRef) -> bool:
    """Say that this account is this debtor's; True if that is new. The caller has checked that it may move."""
    holder = debtor_of_account(conn, account.panel, account.name)
    if holder is not None and holder.key == key:
        return False
    values = {"panel": account.panel, "account": account.name, "debtor_key": key}
    query = upsert(debtor_accounts).values(**values)
    conn.execute(query.on_conflict_do_update(index_elements=["panel", "account"], set_={"debtor_key": key}))
    return True


def unlink(conn: Connection, account: AccountRef) -> None:
    """The account is nobody's any more."""
    condition = (debtor_accounts.c.panel == account.panel) & (debtor_accounts.c.account == account.name)
    conn.execute(delete(debtor_accounts).where(condition))


def debtors_all(conn: Connection) -> Tuple[Debtor, ...]:
    """All debtors by key."""
    return tuple(Debtor(*row) for row in conn.execute(select(debtors).order_by(debtors.c.key)))


def debtor(conn: Connection, key: str) -> Optional[Debtor]:
    """The debtor with this key, or None."""
    row = conn.execute(select(debtors).where(debtors.c.key == key)).first()
    return Debtor(*row) if row else None


def debtor_of_account(conn: Connection, panel: str, account: str) -> Optional[Debtor]:
    """The debtor that this account is linked to, or None."""
    join = select(debtors).join(debtor_accounts, debtor_accounts.c.debtor_key == debtors.c.key)
    row = conn.execute(join.where(debtor_accounts.c.panel == panel, debtor_accounts.c.account == account)).first()
    return Debtor(*row) if row else None


def accounts_of(conn: Connection, key: str) -> Tuple[AccountRef, ...]:
    """The accounts linked to a debtor, by panel and name."""
    query = select(debtor_accounts.c.panel, debtor_accounts.c.account).where(debtor_accounts.c.debtor_key == key)
    return tuple(AccountRef(*row) for row in conn.execute(query.order_by(*query.selected_columns)))


def links(conn: Connection) -> Dict[AccountRef, str]:
    """Every linked account with its debtor's key."""
    query = select(debtor_accounts.c.panel, debtor_accounts.c.account, debtor_accounts.c.debtor_key)
    return {AccountRef(row[0], row[1]): row[2] for row in conn.execute(query)}


def open_invoices(conn: Connection, debtor_key: Optional[str] = None) -> Iterator[Invoice]:
    """Invoices and credit notes with something open, grouped by debtor, oldest due first; streamed."""
    query = select(invoices).where(invoices.c.open_minor != 0)
    if debtor_key is not None:
        query = query.where(invoices.c.debtor_key == debtor_key)
    query = query.order_by(invoices.c.debtor_key, invoices.c.due, invoices.c.number)
    for row in conn.execution_options(stream_results=True).execute(query):
        yield Invoice(
            row.number,
            row.debtor_key,
            date.fromisoformat(row.issued),
            date.fromisoformat(row.due),
            row.currency,
            row.gross_minor,
            row.open_minor,
            row.credits,
        )


def overdue_debtors(conn: Connection, today: date) -> Tuple[Debtor, ...]:
    """Debtors with an overdue amount in any currency after open credit, by key."""
    late = case((invoices.c.due < today.isoformat(), invoices.c.open_minor), else_=0)
    owed = case((invoices.c.open_minor > 0, late), else_=0)
    credit = case((invoices.c.open_minor < 0, invoices.c.open_minor), else_=0)
    sums = (
        select(invoices.c.debtor_key)
        .where(invoices.c.open_minor != 0)
        .group_by(invoices.c.debtor_key, invoices.c.currency)
        .having(func.sum(owed) + func.sum(credit) > 0)
    )
    query = select(debtors).where(debtors.c.key.in_(sums)).order_by(debtors.c.key)
    return tuple(Debtor(*row) for row in conn.execute(query))


def paid_debtors(conn: Connection, today: date) -> Tuple[Debtor, ...]:
    """Debtors who have nothing overdue, by key."""
    owing = {person.key for person in overdue_debtors(conn, today)}
    return tuple(person for person in debtors_all(conn) if person.key not in owing)


def blocks_now(conn: Connection) -> Dict[str, int]:
    """Number of blocks that hold or are on their way, by debtor."""
    query = (
        select(cases.c.debtor_key, func.count())
        .join(blocks, blocks.c.case_ref == cases.c.ref)
        .where(blocks.c.state.in_(("intended", "laid", "lifting")))
        .group_by(cases.c.debtor_key)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def version(conn: Connection) -> Tuple[int, int]:
    """What changes whenever invoices, debtors or links do: the newest import, and the newest entry about one."""
    newest = conn.execute(select(func.max(imports.c.id))).scalar() or 0
    query = select(journal.c.seq).where(journal.c.act == "import").order_by(journal.c.seq.desc()).limit(1)
    return int(newest), int(conn.execute(query).scalar() or 0)


def last_import(conn: Connection, source: str) -> Optional[int]:
    """The id of the source's newest import, or None."""
    found = conn.execute(select(func.max(imports.c.id)).where(imports.c.source == source)).scalar()
    return int(found) if found is not None else None


def add_import(conn: Connection, source: str, file_name: str, sha256: str, at: str) -> int:
    """Record an import; answers its id."""
    values = {"source": source, "file_name": file_name, "sha256": sha256, "imported_at": at}
    key = conn.execute(insert(imports).values(**values)).inserted_primary_key
    return int(key[0]) if key else 0


def set_digest(conn: Connection, import_id: int, sha256: str) -> None:
    """The file's SHA-256, known once it was read to its end."""
    conn.execute(update(imports).where(imports.c.id == import_id).values(sha256=sha256))
