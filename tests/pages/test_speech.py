"""Numbers, money, days and instants as the admin's language writes them."""

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from dunning_plugin.model import minor_digits
from dunning_plugin.pages.speech import speech


@pytest.mark.parametrize(
    "language, number, money, debt, yen, dinar, day, moment",
    [
        ("en", "1,234,567", "€1,234,567.05", "-€0.05", "JPY\u00a01,234", "KWD\u00a01.234", "8\u00a0May\u00a02009", "8\u00a0May\u00a02009, 01:30"),
        ("nl", "1.234.567", "€\u00a01.234.567,05", "€\u00a0-0,05", "JPY\u00a01.234", "KWD\u00a01,234", "8\u00a0mei\u00a02009", "8\u00a0mei\u00a02009, 01:30"),
    ],
)  # fmt: skip
def test_each_language_has_its_own_signs(language, number, money, debt, yen, dinar, day, moment):
    tongue = speech(language)
    assert tongue.number(1234567) == number
    assert (tongue.money(123456705, "EUR"), tongue.money(-5, "EUR")) == (money, debt)
    assert (minor_digits("KWD"), tongue.money(1234, "JPY"), tongue.money(1234, "KWD")) == (3, yen, dinar)
    assert tongue.day(date(2009, 5, 8)) == day
    late = datetime(2009, 5, 7, 23, 30, tzinfo=timezone.utc)
    assert tongue.moment(late, ZoneInfo("Europe/Amsterdam")) == moment


@pytest.mark.parametrize("panel, ours", [("nl", "nl"), ("nl_NL", "nl"), ("NL", "nl"), ("en", "en"), ("de", "en"), ("", "en"), ("../x", "en"), ("n" * 9999, "en")])  # fmt: skip
def test_a_panel_language_without_texts_is_english(panel, ours):
    assert speech(panel).language == ours


@pytest.mark.parametrize(
    "count, size", [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (1_250_000, "1.3 MB"), (5_000_000_000, "5,000.0 MB")]
)  # fmt: skip
def test_a_size_is_short(count, size):
    assert speech("en").size(count) == size.replace(" ", "\u00a0")


def test_one_and_many_differ():
    assert [speech("nl").text("overdue.users", n=n) for n in (0, 1, 1200)] == [
        "0 gebruikers",
        "één gebruiker",
        "1.200 gebruikers",
    ]


def test_the_pages_speak_the_language_of_who_asks(busy):
    dutch = busy.browser("nl").get("overdue")
    assert dutch.heading == "Achterstallig" and dutch.rows()[0][2].startswith("€ 6.387,13")
    assert dutch.find("div", **{"class": "dunning"}).attributes["lang"] == "nl"
    assert busy.browser("en").get("overdue").heading == "Overdue"
