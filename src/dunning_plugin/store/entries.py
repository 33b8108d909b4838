"""Rows of the journal. Only journal.py calls this: an entry without its hash must not be written."""

from typing import Iterable, Iterator, Mapping, Optional, Sequence, Tuple

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from dunning_plugin.store.tables import journal, journal_head

Row = Mapping[str, object]


def head(conn: Connection) -> Tuple[int, str]:
    """Number of entries and hash of the newest one; (0, '') for an empty journal."""
    row = conn.execute(select(journal_head.c.entries, journal_head.c.hash)).first()
    return (int(row.entries), str(row.hash)) if row else (0, "")


def add(conn: Connection, rows: Iterable[Row], entries: int, newest_hash: str) -> None:
    """Write entries and move the head, in the caller's transaction."""
    conn.execute(insert(journal), list(rows))
    values = {"entries": entries, "hash": newest_hash}
    if conn.execute(update(journal_head).values(**values)).rowcount == 0:
        conn.execute(insert(journal_head).values(one=1, **values))


def read(conn: Connection, case_ref: Optional[str] = None) -> Iterator[Row]:
    """Entries in order, of one case or all; streamed, so that a long journal costs no memory."""
    query = select(journal).order_by(journal.c.seq)
    if case_ref is not None:
        query = query.where(journal.c.case_ref == case_ref)
    for row in conn.execution_options(stream_results=True).execute(query).mappings():
        yield dict(row)


def between(conn: Connection, first: int, last: int) -> Tuple[Row, ...]:
    """The entries with these numbers, both included, newest first."""
    query = select(journal).where(journal.c.seq.between(first, last)).order_by(journal.c.seq.desc())
    return tuple(dict(row) for row in conn.execute(query).mappings())


def about(conn: Connection, case_refs: Sequence[str], panel: str, account: str, most: int) -> Tuple[Row, ...]:
    """The newest entries of these cases or about this account, newest first."""
    his = and_(journal.c.panel == panel, journal.c.account == account)
    query = select(journal).where(or_(journal.c.case_ref.in_(case_refs), his)).order_by(journal.c.seq.desc())
    return tuple(dict(row) for row in conn.execute(query.limit(most)).mappings())


def count(conn: Connection) -> int:
    """How many entries there are, counted, whatever the head says."""
    return int(conn.execute(select(func.count()).select_from(journal)).scalar_one())
