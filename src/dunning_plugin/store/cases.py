"""Cases in the store: opened with the first measure, closed when settled and free."""

import secrets
from datetime import datetime, timezone
from functools import lru_cache
from typing import Optional, Tuple

from sqlalchemy import Connection, insert, select, update

from dunning_plugin.model import Case
from dunning_plugin.store.tables import cases

# No I, O, 0, 1: a reference is read out on the phone.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@lru_cache(maxsize=256)
def instant_text(moment: datetime) -> str:
    """'2009-04-08T07:00:00Z' from an aware datetime."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """The aware datetime (UTC) that instant_text wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def new_reference() -> str:
    """A public reference that says nothing: not the debtor, not how many cases there are. 40 random bits."""
    letters = [secrets.choice(ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def open_case(conn: Connection, debtor_key: str, at: datetime) -> Case:
    """Open a case for a debtor who has none open."""
    case = Case(new_reference(), debtor_key, at)
    conn.execute(insert(cases).values(ref=case.ref, debtor_key=debtor_key, opened_at=instant_text(at)))
    return case


def close_case(conn: Connection, ref: str, at: datetime) -> None:
    """Close a case; its reference is never used again."""
    conn.execute(update(cases).where(cases.c.ref == ref).values(closed_at=instant_text(at)))


def current(conn: Connection, debtor_key: str) -> Optional[Case]:
    """The debtor's open case, or None."""
    found = [case for case in of_debtor(conn, debtor_key) if case.closed_at is None]
    return found[0] if found else None


def of_debtor(conn: Connection, debtor_key: str) -> Tuple[Case, ...]:
    """All cases of a debtor, oldest first."""
    query = select(cases).where(cases.c.debtor_key == debtor_key).order_by(cases.c.opened_at, cases.c.ref)
    return tuple(_case(row) for row in conn.execute(query).mappings())


def by_ref(conn: Connection, ref: str) -> Optional[Case]:
    """The case with that public reference, or None."""
    row = conn.execute(select(cases).where(cases.c.ref == ref)).mappings().first()
    return _case(row) if row else None


def all_open(conn: Connection) -> Tuple[Case, ...]:
    """Every open case, oldest first."""
    query = select(cases).where(cases.c.closed_at.is_(None)).order_by(cases.c.opened_at, cases.c.ref)
    return tuple(_case(row) for row in conn.execute(query).mappings())


def _case(row: "object") -> Case:
    values = dict(row)  # type: ignore[call-overload]
    closed = values["closed_at"]
    return Case(values["ref"], values["debtor_key"], instant(values["opened_at"]), instant(closed) if closed else None)
