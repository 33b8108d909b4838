"""Amounts and days as files write them: exact, or refused."""

from datetime import datetime
from typing import Callable, Dict

from dunning_plugin.model import minor_digits

LARGEST = 10**15
"""Minor units: ten thousand milliard euro. What is larger is no invoice, and a sum of many must fit the store."""


def amount_reader(decimal: str, thousands: str) -> Callable[[str, str], int]:
    """A function (text, currency) -> integer of the currency's minor unit.

    It raises ValueError with the reason: text that is no amount, or more decimals than the currency has. Trailing
    zeros beyond those are fine. No float is involved."""
    digits_of: Dict[str, int] = {}

    def read(text: str, currency: str) -> int:
        digits = digits_of.get(currency)
        if digits is None:
            digits = digits_of[currency] = minor_digits(currency)
        # Nearly every amount of a million is plain digits, the decimal sign, and all decimals: no need for more.
        if digits and text[-digits - 1 : -digits] == decimal:
            plain = text[: -digits - 1] + text[-digits:]
            if plain.isascii() and plain.isdigit() and digits < len(plain) < 16:
                return int(plain)
        bare = text.strip()
        negative = bare[:1] == "-" or bare[-1:] == "-"
        if negative or bare[:1] == "+":
            bare = bare.strip("+-") if len(bare) - len(bare.strip("+-")) == 1 else "?"
        whole, point, part = bare.partition(decimal)
        if thousands and thousands in whole:
            whole = _without_thousands(whole, thousands)
        if len(part) > digits:
            part = part[:digits] if not part[digits:].strip("0") else _too_many(text, currency, digits)
        if (
            not (whole + part).isdecimal()
            or not (whole + part).isascii()
            or not whole
            or (point and not part and digits)
        ):
            raise ValueError(f"'{_short(text)}' is no amount")
        if len(whole.lstrip("0")) + digits > 16 or int(whole + part) * 10 ** (digits - len(part)) > LARGEST:
            raise ValueError(f"'{_short(text)}' is larger than any invoice")
        minor: int = int(whole + part) * 10 ** (digits - len(part))
        return -minor if negative else minor

    return read


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _too_many(text: str, currency: str, digits: int) -> str:
    raise ValueError(f"'{_short(text)}' has more than {digits} decimals, which {currency} has not")


def _without_thousands(whole: str, thousands: str) -> str:
    """'1.234.567' -> '1234567'; groups of any other length are no number but a mistake in the mapping."""
    first, *groups = whole.split(thousands)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in groups):
        return "?"
    return first + "".join(groups)


def day_reader(date_format: str) -> Callable[[str], str]:
    """A function text -> ISO day. It raises ValueError with the reason. Days repeat, so each is read once."""
    known: Dict[str, str] = {}

    def read(text: str) -> str:
        day = known.get(text)
        if day is None:
            try:
                day = datetime.strptime(text.strip(), date_format).date().isoformat()
            except (ValueError, OverflowError):
                raise ValueError(f"'{_short(text)}' is no day written as {date_format}") from None
            if len(known) < 100_000:
                known[text] = day
        return day

    return read
