"""Who owes, how much, since when: pure, from the ledger's open invoices and today's date."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Dict, Iterable, Iterator, List, Optional, Tuple

from dunning_plugin.model import Invoice

BUCKETS = ((1, 30, "1-30"), (31, 60, "31-60"), (61, 90, "61-90"), (91, None, "90+"))
"""Ageing buckets in days past due: first day, last day (None: open-ended), label."""


@dataclass(frozen=True)
class Overdue:
    """What one debtor owes in one currency; amounts in the currency's minor unit.

    `open_minor` is all that is open, due or not, less open credit; `overdue_minor` what is past due, less credit,
    and `buckets` its parts by age. `invoices` counts the overdue invoices that still have something open."""

    debtor_key: str
    currency: str
    open_minor: int
    overdue_minor: int
    invoices: int
    oldest_due: Optional[date]
    days_past_due: int
    buckets: Dict[str, int]


def days_past_due(due: date, today: date) -> int:
    """Calendar days since the due date; 0 on the day itself, negative before it.

    Ageing runs from the due date, never from the invoice date (Kill Bill ages from the latter, and its users
    object: killbill#2297)."""
    return (today - due).days


def overdue_by_debtor(invoices: Iterable[Invoice], today: date) -> Iterator[Tuple[Overdue, ...]]:
    """One tuple a debtor, one Overdue a currency. The invoices come grouped by debtor, as the ledger gives them."""
    for _, group in groupby(invoices, key=lambda invoice: invoice.debtor_key):
        yield overdue_of(list(group), today)


def overdue_of(invoices: Iterable[Invoice], today: date) -> Tuple[Overdue, ...]:
    """What one debtor owes, by currency in alphabetical order."""
    by_currency: Dict[str, List[Invoice]] = {}
    for invoice in invoices:
        by_currency.setdefault(invoice.currency, []).append(invoice)
    return tuple(_in_one_currency(currency, rows, today) for currency, rows in sorted(by_currency.items()))


def _in_one_currency(currency: str, rows: List[Invoice], today: date) -> Overdue:
    credit = -sum(row.open_minor for row in rows if row.open_minor < 0)
    owed = sorted((row for row in rows if row.open_minor > 0), key=lambda row: (row.due, row.number))
    left = _after_credit(owed, credit)
    late = [(row, minor) for row, minor in left if days_past_due(row.due, today) > 0 and minor > 0]
    buckets = {label: 0 for _, _, label in BUCKETS}
    for row, minor in late:
        buckets[bucket_of(days_past_due(row.due, today))] += minor
    oldest = late[0][0].due if late else None
    return Overdue(
        rows[0].debtor_key,
        currency,
        sum(row.open_minor for row in rows),
        sum(minor for _, minor in late),
        len(late),
        oldest,
        days_past_due(oldest, today) if oldest else 0,
        buckets,
    )


def _after_credit(owed: List[Invoice], credit: int) -> List[Tuple[Invoice, int]]:
    """What is left of each invoice once open credit has been set against the oldest first."""
    left = []
    for row in owed:
        used = min(row.open_minor, credit)
        credit -= used
        left.append((row, row.open_minor - used))
    return left


def bucket_of(days: int) -> str:
    """The label of the ageing bucket for a number of days past due (1 or more)."""
    for first, last, label in BUCKETS:
        if days >= first and (last is None or days <= last):
            return label
    raise ValueError(f"{days} days past due is not overdue")
