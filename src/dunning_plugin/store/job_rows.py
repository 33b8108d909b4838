"""Jobs, their results, and used forms in the store. What they mean is said in jobs.py and service/forms.py."""

from datetime import datetime
from typing import Any, Dict, Iterable, List, Mapping, Optional, cast

from sqlalchemy import ColumnElement, Connection, Integer, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dunning_plugin.store.cases import instant_text
from dunning_plugin.store.tables import job_results, jobs, used_forms

Row = Mapping[str, Any]
ARRIVAL: ColumnElement[int] = literal_column("jobs.rowid", Integer)
"""In which order they came: instants are whole seconds, and what was asked for first must be done first."""


def add(conn: Connection, values: Mapping[str, Any]) -> None:
    """A new job."""
    conn.execute(insert(jobs).values(**values))


def get(conn: Connection, job_id: str) -> Optional[Row]:
    """One job's row, or None."""
    row = conn.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()
    return cast(Optional[Row], row)


def newest(conn: Connection, count: int) -> List[Row]:
    """The newest jobs, newest first."""
    query = select(jobs).order_by(ARRIVAL.desc()).limit(count)
    return cast(List[Row], list(conn.execute(query).mappings()))


def waiting(conn: Connection) -> int:
    """How many jobs are queued or running."""
    query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(("queued", "running")))
    return int(conn.execute(query).scalar_one())


def next_one(conn: Connection) -> Optional[Row]:
    """The job to work on: one that a stopped service left running, else the oldest queued one."""
    order = (jobs.c.state.desc(), ARRIVAL)
    query = select(jobs).where(jobs.c.state.in_(("queued", "running"))).order_by(*order).limit(1)
    return cast(Optional[Row], conn.execute(query).mappings().first())


def change(conn: Connection, job_id: str, **values: Any) -> None:
    """Set columns of a job."""
    conn.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def put_results(conn: Connection, job_id: str, rows: Iterable[Mapping[str, str]]) -> None:
    """What came of accounts; a later word on the same account and measure replaces the earlier one."""
    values: List[Dict[str, str]] = [{"job_id": job_id, **row} for row in rows]
    if not values:
        return
    query = upsert(job_results)
    query = query.on_conflict_do_update(
        index_elements=["job_id", "account", "measure"],
        set_={"outcome": query.excluded.outcome, "words": query.excluded.words},
    )
    conn.execute(query, values)


def expect_results(conn: Connection, job_id: str, rows: Iterable[Mapping[str, str]]) -> None:
    """Rows for accounts that the job has not come to; where there is a row already it stays."""
    values: List[Dict[str, str]] = [{"job_id": job_id, **row} for row in rows]
    if values:
        conn.execute(upsert(job_results).on_conflict_do_nothing(), values)


def count_results(conn: Connection, job_id: str) -> int:
    """How many accounts and measures a job is about."""
    return int(conn.execute(select(func.count()).where(job_results.c.job_id == job_id)).scalar_one())


def results(conn: Connection, job_id: str) -> List[Row]:
    """What came of each account, by account and measure."""
    query = select(job_results).where(job_results.c.job_id == job_id)
    order = (job_results.c.account, job_results.c.measure)
    return cast(List[Row], list(conn.execute(query.order_by(*order)).mappings()))


def form_outcome(conn: Connection, token: str) -> Optional[str]:
    """The outcome of a form that was used, None if it was not."""
    found = conn.execute(select(used_forms.c.outcome).where(used_forms.c.token == token)).scalar()
    return None if found is None else str(found)


def use_form(conn: Connection, token: str, outcome: str, at: datetime, forget_before: datetime) -> None:
    """Remember a form's outcome; those used before `forget_before` are forgotten (their tokens are stale by then)."""
    conn.execute(delete(used_forms).where(used_forms.c.used_at < instant_text(forget_before)))
    conn.execute(insert(used_forms).values(token=token, outcome=outcome, used_at=instant_text(at)))
