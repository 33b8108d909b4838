"""Amounts are exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning_plugin.sources.amounts import amount_reader, day_reader

DUTCH = amount_reader(",", ".")
ENGLISH = amount_reader(".", ",")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1.234,56", 123456),
        ("1234,56", 123456),
        ("0,05", 5),
        ("-1.234,5", -123450),
        ("1,23-", -123),
        ("+7", 700),
        ("7", 700),
        (" 7,00 ", 700),
        ("1.000.000,00", 100000000),
        ("1,2300", 123),
    ],
)
def test_an_amount_is_read_exactly(text, minor):
    assert DUTCH(text, "EUR") == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "x",
        "1,234",
        "1.23",
        "1..2",
        "12.34,56",
        ".123,00",
        "1,",
        ",5",
        "--1",
        "+-1",
        "1-2",
        "1e3",
        "٣,00",
        "1 000,00",
        "NaN",
    ],
)
def test_what_is_no_amount_in_this_notation_is_refused(text):
    with pytest.raises(ValueError, match="is no amount|decimals"):
        DUTCH(text, "EUR")


def test_each_currency_has_its_own_decimals():
    assert (ENGLISH("1,500", "JPY"), ENGLISH("1.234", "KWD")) == (1500, 1234)
    with pytest.raises(ValueError, match="more than 0 decimals"):
        ENGLISH("1.5", "JPY")


@given(st.integers(-(10**15), 10**15))
def test_every_amount_of_cents_comes_back_as_it_was_written(minor):
    text = f"{Decimal(minor).scaleb(-2):,.2f}"
    assert ENGLISH(text, "EUR") == minor
    assert DUTCH(text.translate(str.maketrans(",.", ".,")), "EUR") == minor


@given(st.text(max_size=12))
def test_any_text_is_either_an_amount_or_refused(text):
    try:
        assert isinstance(DUTCH(text, "EUR"), int)
    except ValueError as error:
        assert str(error)


def test_a_day_is_read_in_the_declared_format_only():
    read = day_reader("%d-%m-%Y")
    assert read("28-11-2008") == "2008-11-28"
    for text in ("2008-11-28", "31-02-2009", "", "28-11-08"):
        with pytest.raises(ValueError, match="is no day"):
            read(text)
