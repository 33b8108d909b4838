"""How the pages speak to one admin: texts, numbers, money, days and instants in his language.

Own tables for the two languages that there are texts in. Babel knows all of them, but costs a package of 30 MB
inside the plugin and a tenth of a millisecond a number, which is half of a whole table's time.
"""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping, Tuple, Union

import yaml

from dunning_plugin.model import minor_digits

LANGUAGES = ("en", "nl")
Text = Union[str, Mapping[str, str]]
"""A text, or its two forms: `one` for exactly one of something, `other` for any other number `n`."""
NO_BREAK = "\u00a0"
SYMBOLS = {"EUR": "€", "GBP": "£"}
"""Signs that mean one currency alone; others are named by their code."""


@dataclass(frozen=True, eq=False)
class Speech:
    """One language. `thousands` and `decimal` as people of that language write them. There is one object a language."""

    language: str
    texts: Mapping[str, Text]
    months: Tuple[str, ...]
    thousands: str
    decimal: str

    def text(self, key: str, **values: Any) -> str:
        """The text of that key, values filled in; `n` chooses between one and other. KeyError for an unknown key."""
        found = self.texts[key]
        if isinstance(found, str):
            return found.format(**values) if values else found
        count = values["n"]
        return found["one" if count == 1 else "other"].format(**{**values, "n": self.number(count)})

    def known(self, key: str) -> bool:
        """Is there a text of that key?"""
        return key in self.texts

    def number(self, value: int) -> str:
        """1,234 or 1.234."""
        return f"{value:,}".replace(",", self.thousands)

    def money(self, minor: int, currency: str) -> str:
        """An amount in the currency's minor unit: €1,234.50 or € 1.234,50; exact, no float."""
        digits = minor_digits(currency)
        whole, part = divmod(abs(minor), 10**digits)
        figure = self.number(whole) + (f"{self.decimal}{part:0{digits}d}" if digits else "")
        sign = "-" if minor < 0 else ""
        symbol = SYMBOLS.get(currency)
        if self.language == "nl" or symbol is None:
            return f"{symbol or currency}{NO_BREAK}{sign}{figure}"
        return f"{sign}{symbol}{figure}"

    def day(self, value: date) -> str:
        """8 Apr 2009: no reader can take the month for the day."""
        return f"{value.day}{NO_BREAK}{self.months[value.month - 1]}{NO_BREAK}{value.year}"

    def moment(self, value: datetime, zone: tzinfo) -> str:
        """8 Apr 2009, 09:00 on the host's clock."""
        local = value.astimezone(zone)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def size(self, count: int) -> str:
        """A file's size: 12 kB."""
        if count < 1000:
            return f"{count}{NO_BREAK}B"
        unit, divisor = ("kB", 1000) if count < 1000_000 else ("MB", 1000_000)
        tenths = (count * 10 + divisor // 2) // divisor
        return f"{self.number(tenths // 10)}{self.decimal}{tenths % 10}{NO_BREAK}{unit}"


_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
}
_SIGNS = {"en": (",", "."), "nl": (".", ",")}


@lru_cache(maxsize=32)
def speech(language: str) -> Speech:
    """The speech for a panel language such as 'nl'; English for one that there are no texts in."""
    if language not in LANGUAGES:
        short = language[:2].lower()
        return speech(short if short in LANGUAGES else "en")
    thousands, decimal = _SIGNS[language]
    return Speech(language, texts(language), _MONTHS[language], thousands, decimal)


@lru_cache(maxsize=32)
def texts(language: str) -> Mapping[str, Text]:
    """All texts of one language by key ('overdue.title'), from texts/LANGUAGE.yaml."""
    source = Path(__file__).with_name("texts") / f"{language}.yaml"
    groups: Mapping[str, Mapping[str, Text]] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return {f"{group}.{key}": text for group, members in groups.items() for key, text in members.items()}
