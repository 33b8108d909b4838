"""Take a source's invoices into the ledger: one transaction, all or nothing, the same again changes nothing.

Rows are staged first, then checked and merged set by set, so that a million of them cost no memory.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Dict, Iterator, List, NoReturn, Optional, Tuple

from sqlalchemy import Connection

from dunning_plugin import journal
from dunning_plugin.errors import InputError
from dunning_plugin.model import format_money
from dunning_plugin.sources.interface import Row, Source
from dunning_plugin.store import Store, ledger
from dunning_plugin.store.cases import instant_text

BATCH = 20_000

_STAGE = """
CREATE TEMP TABLE staged (
    number TEXT PRIMARY KEY, line INTEGER, debtor_key TEXT, issued TEXT, due TEXT, currency TEXT,
    gross_minor INTEGER, open_minor INTEGER, credits TEXT
) WITHOUT ROWID
"""
_PUT = (
    "INSERT OR IGNORE INTO staged (line, number, debtor_key, issued, due, currency, gross_minor, open_minor, credits)"
)
_FIXED = ("debtor_key", "issued", "due", "currency", "gross_minor")
_FIELD = {"debtor_key": "debtor", "gross_minor": "amount"}


class FarLess(InputError):
    """A file with far fewer invoices, or a far smaller sum, than last time: a person may accept it."""


@dataclass(frozen=True)
class Intake:
    """What an import did: invoices new, changed (more paid), settled (no longer in the file), unchanged.

    `totals`: currency -> (invoices, gross, open), amounts in the minor unit."""

    new: int
    changed: int
    settled: int
    unchanged: int
    totals: Dict[str, Tuple[int, int, int]]

    @property
    def did_something(self) -> bool:
        return bool(self.new or self.changed or self.settled)


def take_in(
    store: Store, source: Source, at: datetime, who: str, accept_drop: bool = False, dry_run: bool = False
) -> Intake:
    """Import all of a source. InputError with file, line and field for the first thing wrong; then nothing changed.

    A file that lists everything (`complete`) settles what it no longer lists. One with far fewer invoices or a far
    smaller sum than last time is refused unless `accept_drop`: half an export would look like 'all paid'.
    `dry_run` does it all, and takes it back."""
    with store.begin() as conn:
        result = take_in_with(conn, source, at, who, accept_drop)
        if dry_run:
            conn.rollback()
    return result


def take_in_with(conn: Connection, source: Source, at: datetime, who: str, accept_drop: bool = False) -> Intake:
    """The same in the caller's transaction, which is to be rolled back after any error."""
    conn.exec_driver_sql("DROP TABLE IF EXISTS temp.staged")
    conn.exec_driver_sql(_STAGE)
    _stage(conn, source)
    known = conn.exec_driver_sql("SELECT 1 FROM invoices LIMIT 1").first() is not None
    if known:
        _check_known(conn, source)
    if source.facts.allocates:
        _allocate(conn, source)
    totals = _totals(conn)
    if source.facts.complete and not accept_drop:
        _check_drop(conn, source, totals)
    result = _merge(conn, source, totals, at, known)
    if result.did_something:
        facts = {
            "source": source.facts.name,
            "file": source.facts.path,
            "sha256": source.digest(),
            "new": result.new,
            "changed": result.changed,
            "settled": result.settled,
            "open": [format_money(row[2], currency) for currency, row in sorted(totals.items())],
        }
        journal.append(conn, at, who, "import", "", facts)
    conn.exec_driver_sql("DROP TABLE temp.staged")
    return result


def _stage(conn: Connection, source: Source) -> None:
    """All rows into the staging table. Repeated numbers are looked at only if there are any."""
    rows: Iterator[Row] = source.rows()
    repeats = 0
    query = f"{_PUT} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    while batch := list(islice(rows, BATCH)):
        repeats += len(batch) - conn.exec_driver_sql(query, batch).rowcount
    if repeats:
        _check_repeats(conn, source)


def _check_repeats(conn: Connection, source: Source) -> None:
    """The same row twice is harmless; the same number with other contents is not."""
    columns = "line, debtor_key, issued, due, currency, gross_minor, open_minor, credits"
    for row in source.rows():
        found = conn.exec_driver_sql(f"SELECT {columns} FROM staged WHERE number = ?", (row[1],)).one()  # noqa: S608
        if tuple(found)[1:] != row[2:]:
            _fail(
                source,
                row[0],
                f"number {row[1]} stands in line {found[0]} with other contents",
                "every invoice number may mean one invoice only",
            )


def _check_known(conn: Connection, source: Source) -> None:
    """What the ledger knows of an invoice stays: only what is open of it may change."""
    differs = " OR ".join(f"staged.{name} <> known.{name}" for name in _FIXED)
    columns = ", ".join(f"staged.{name}, known.{name}" for name in _FIXED)
    row = conn.exec_driver_sql(
        f"SELECT staged.line, staged.number, known.source, {columns} FROM staged"  # noqa: S608
        f" JOIN invoices AS known USING (number) WHERE {differs} OR known.source <> ? ORDER BY staged.line LIMIT 1",
        (source.facts.name,),
    ).first()
    if row is None:
        return
    line, number, other_source, *pairs = row
    if other_source != source.facts.name:
        _fail(
            source,
            line,
            f"number {number} came from source '{other_source}' before",
            "give each source its own numbers",
        )
    name, index = next((name, 2 * i) for i, name in enumerate(_FIXED) if pairs[2 * i] != pairs[2 * i + 1])
    _fail(
        source,
        line,
        f"number {number} was imported before with {_FIELD.get(name, name)} {pairs[index + 1]}, now {pairs[index]}",
        "an issued invoice does not change: correct it by a credit note and a new number",
        _FIELD.get(name, name),
    )


def _allocate(conn: Connection, source: Source) -> None:
    """Set credit notes against the invoices that they name; what is left over stays open credit of the debtor."""
    named = conn.exec_driver_sql(
        "SELECT line, number, credits, open_minor, debtor_key, currency FROM staged WHERE credits <> '' ORDER BY number"
    ).all()
    for line, number, credited, credit, debtor, currency in named:
        row = conn.exec_driver_sql(
            "SELECT open_minor FROM staged WHERE number = ? AND gross_minor >= 0 AND debtor_key = ? AND currency = ?",
            (credited, debtor, currency),
        ).first()
        if row is None:
            _fail(
                source,
                line,
                f"credits {credited}, which is no invoice of {debtor} in {currency} in this file",
                "leave the field empty to credit the debtor's oldest invoice",
                "credits",
            )
        used = min(row[0], -credit)
        conn.exec_driver_sql("UPDATE staged SET open_minor = open_minor - ? WHERE number = ?", (used, credited))
        conn.exec_driver_sql("UPDATE staged SET open_minor = open_minor + ? WHERE number = ?", (used, number))


def _totals(conn: Connection) -> Dict[str, Tuple[int, int, int]]:
    rows = conn.exec_driver_sql(
        "SELECT currency, count(*), sum(gross_minor), sum(open_minor) FROM staged GROUP BY currency"
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _check_drop(conn: Connection, source: Source, totals: Dict[str, Tuple[int, int, int]]) -> None:
    """Refuse far fewer invoices, or a far smaller sum, than last time."""
    last = ledger.last_import(conn, source.facts.name)
    query = "SELECT currency, invoices, gross_minor FROM import_totals WHERE import_id = ?"
    before: List[Any] = list(conn.exec_driver_sql(query, (last,))) if last is not None else []
    kept = 100 - source.facts.max_drop
    rows_before, rows_now = sum(row[1] for row in before), sum(row[0] for row in totals.values())
    problem: Optional[str] = None
    if rows_now * 100 < rows_before * kept:
        problem = f"{rows_now} invoices, where the last import had {rows_before}"
    for currency, _, gross in before:
        now = totals.get(currency, (0, 0, 0))[1]
        if problem is None and now * 100 < gross * kept:
            problem = (
                f"invoices of {format_money(now, currency)}, where the last import had {format_money(gross, currency)}"
            )
    if problem:
        raise FarLess(
            f"has only {problem}: perhaps half an export, and whatever is missing would pass for paid",
            file=source.facts.path,
            remedy="export again, or give --accept-drop if it is right",
        )


def _merge(
    conn: Connection, source: Source, totals: Dict[str, Tuple[int, int, int]], at: datetime, known: bool
) -> Intake:
    """Bring the ledger in line with the staged rows."""
    number = ledger.add_import(conn, source.facts.name, source.facts.path, source.digest(), instant_text(at))
    for currency, (count, gross, left) in totals.items():
        conn.exec_driver_sql("INSERT INTO import_totals VALUES (?, ?, ?, ?, ?)", (number, currency, count, gross, left))
    changed = (
        0
        if not known
        else conn.exec_driver_sql(
            "UPDATE invoices SET open_minor = staged.open_minor, import_id = ? FROM staged"
            " WHERE staged.number = invoices.number AND staged.open_minor <> invoices.open_minor",
            (number,),
        ).rowcount
    )
    settled = 0
    if source.facts.complete:
        settled = conn.exec_driver_sql(
            "UPDATE invoices SET open_minor = 0, import_id = ? WHERE source = ? AND open_minor <> 0"
            " AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.number = invoices.number)",
            (number, source.facts.name),
        ).rowcount
    new = conn.exec_driver_sql(
        "INSERT OR IGNORE INTO invoices"
        " (number, source, debtor_key, issued, due, currency, gross_minor, open_minor, credits, import_id)"
        " SELECT number, ?, debtor_key, issued, due, currency, gross_minor, open_minor, credits, ? FROM staged",
        (source.facts.name, number),
    ).rowcount
    total = sum(row[0] for row in totals.values())
    return Intake(new, changed, settled, total - new - changed, totals)


def _fail(source: Source, line: int, what: str, remedy: str, field: str = "number") -> NoReturn:
    raise InputError(what, file=source.facts.path, line=line, field=field, remedy=remedy)
