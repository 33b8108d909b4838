"""Who owes, how much, since when: ageing from the due date, credit against the oldest, each currency by itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning_plugin.model import Invoice
from dunning_plugin.overdue import BUCKETS, bucket_of, days_past_due, overdue_by_debtor, overdue_of

TODAY = date(2009, 4, 8)


def invoice(number, days, open_minor, currency="EUR", debtor="webbouw", gross=None):
    """An invoice that has been due for `days` days."""
    due = TODAY - timedelta(days=days)
    return Invoice(number, debtor, due - timedelta(days=14), due, currency, gross or open_minor, open_minor)


@pytest.mark.parametrize(
    ("days", "label"),
    [(1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "90+"), (6000, "90+")],
)
def test_each_bucket_begins_and_ends_on_its_very_day(days, label):
    (owed,) = overdue_of([invoice("F1", days, 100)], TODAY)
    assert {name: minor for name, minor in owed.buckets.items() if minor} == {label: 100}
    assert owed.days_past_due == days


@pytest.mark.parametrize("days", [0, -1, -400])
def test_what_is_due_today_or_later_is_open_and_not_overdue(days):
    (owed,) = overdue_of([invoice("F1", days, 100)], TODAY)
    assert (owed.open_minor, owed.overdue_minor, owed.invoices, owed.oldest_due) == (100, 0, 0, None)
    with pytest.raises(ValueError, match="not overdue"):
        bucket_of(days)


def test_ageing_runs_from_the_due_date_and_counts_calendar_days():
    assert days_past_due(date(2008, 2, 28), date(2008, 3, 1)) == 2
    assert days_past_due(date(2008, 11, 28), TODAY) == 131


def test_each_currency_is_counted_by_itself():
    owed = overdue_of([invoice("F1", 10, 100), invoice("F2", 40, 5000, "JPY"), invoice("F3", 50, 1, "EUR")], TODAY)
    assert [(o.currency, o.overdue_minor, o.invoices, o.days_past_due) for o in owed] == [
        ("EUR", 101, 2, 50),
        ("JPY", 5000, 1, 40),
    ]


def test_open_credit_is_set_against_the_oldest_invoice_first():
    (owed,) = overdue_of([invoice("F1", 100, 300), invoice("F2", 10, 300), invoice("C", 5, -400)], TODAY)
    assert (owed.overdue_minor, owed.invoices, owed.days_past_due) == (200, 1, 10)
    assert owed.buckets == {"1-30": 200, "31-60": 0, "61-90": 0, "90+": 0}


def test_credit_of_one_currency_pays_nothing_of_another():
    owed = overdue_of([invoice("F1", 100, 300), invoice("C", 5, -400, "USD")], TODAY)
    assert [(o.currency, o.overdue_minor, o.open_minor) for o in owed] == [("EUR", 300, 300), ("USD", 0, -400)]


def test_more_credit_than_debt_is_nothing_overdue():
    (owed,) = overdue_of([invoice("F1", 100, 300), invoice("C", 5, -400)], TODAY)
    assert (owed.overdue_minor, owed.open_minor, owed.oldest_due) == (0, -100, None)


def test_debtors_come_one_by_one():
    rows = [invoice("F1", 1, 1, debtor="a"), invoice("F2", 1, 2, debtor="a"), invoice("F3", 1, 4, debtor="b")]
    assert [(o[0].debtor_key, o[0].overdue_minor) for o in overdue_by_debtor(rows, TODAY)] == [("a", 3), ("b", 4)]


@given(st.lists(st.tuples(st.integers(-200, 400), st.integers(-(10**6), 10**6).filter(bool)), min_size=1, max_size=12))
def test_the_buckets_add_up_to_what_is_overdue_and_never_beyond_what_is_owed(rows):
    (owed,) = overdue_of([invoice(f"F{n}", days, minor) for n, (days, minor) in enumerate(rows)], TODAY)
    assert sum(owed.buckets.values()) == owed.overdue_minor
    assert 0 <= owed.overdue_minor <= sum(minor for days, minor in rows if minor > 0 and days > 0)
    assert (owed.oldest_due is None) == (owed.overdue_minor == 0) == (owed.invoices == 0)


def test_the_buckets_leave_no_day_out():
    assert [bucket_of(days) for days in range(1, 200)].count("90+") == 109 and len(BUCKETS) == 4
