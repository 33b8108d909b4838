"""Invoices from a CSV export, with the mapping of columns that dunning.yaml declares."""

import csv
import hashlib
import io
from pathlib import Path
from typing import Any, Container, Dict, Iterator, List, NoReturn, Optional

from dunning_plugin.config.settings import CsvSettings
from dunning_plugin.errors import InputError
from dunning_plugin.sources.amounts import amount_reader, day_reader
from dunning_plugin.sources.interface import Row, SourceFacts

NEEDED = ("number", "debtor", "issued", "due", "amount")


class _Hashing(io.RawIOBase):
    """The file's bytes on their way to the reader, hashed as they pass."""

    def __init__(self, file: io.BufferedReader) -> None:
        self.file, self.sha256 = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self.file.readinto(buffer)
        self.sha256.update(memoryview(buffer)[:count])
        return count


class CsvFile:
    """One CSV export as a source (see interface.Source)."""

    def __init__(self, name: str, path: Path, settings: CsvSettings, debtors: Container[str]) -> None:
        self.path, self.settings, self.debtors = path, settings, debtors
        columns = settings.columns
        allocates = "open" not in columns and "paid" not in columns
        self.facts = SourceFacts(name, str(path), settings.complete, allocates, settings.max_drop)
        self._hashing: Optional[_Hashing] = None

    def digest(self) -> str:
        """SHA-256 of the file's bytes, after rows() came to its end."""
        return self._hashing.sha256.hexdigest() if self._hashing else ""

    def rows(self) -> Iterator[Row]:
        """Read the file once. InputError with file, line and field for the first mistake."""
        try:
            with self.path.open("rb") as file:
                self._hashing = _Hashing(file)
                encoding = (
                    "utf-8-sig" if self.settings.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else None
                )
                text = io.TextIOWrapper(
                    io.BufferedReader(self._hashing, 1 << 18), encoding or self.settings.encoding, newline=""
                )
                yield from self._read(csv.reader(text, delimiter=self.settings.delimiter, strict=True))
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", file=str(self.path)) from None

    def _read(self, reader: Any) -> Iterator[Row]:
        try:
            header = next(reader, None)
            if not header:
                raise InputError("is empty", file=str(self.path), remedy="export the invoices anew")
            places = self._places(header)
            yield from self._parse(reader, len(header), places)
        except UnicodeDecodeError as error:
            self._fail(
                f"is not written in {self.settings.encoding} ({error.reason})",
                reader.line_num + 1,
                None,
                "set the right encoding for this source in dunning.yaml (often cp1252 or utf-8)",
            )
        except csv.Error as error:
            self._fail(f"is no CSV with '{self.settings.delimiter}' between fields: {error}", reader.line_num, None, "")

    def _places(self, header: List[str]) -> Dict[str, int]:
        """Our fields -> position in the file. InputError for a heading that the file has not, or has twice."""
        names = [name.strip() for name in header]
        places: Dict[str, int] = {}
        for field, heading in self.settings.columns.items():
            if names.count(heading) != 1:
                problem = "no column" if heading not in names else "more than one column"
                self._fail(
                    f"{problem} '{heading}'",
                    1,
                    field,
                    f"the file has: {', '.join(names)}; mend sources.*.columns or the delimiter in dunning.yaml",
                )
            places[field] = names.index(heading)
        return places

    def _parse(self, reader: Any, width: int, places: Dict[str, int]) -> Iterator[Row]:
        """The loop that a million rows run through: plain locals, one look at each field."""
        number_at, debtor_at, issued_at, due_at, amount_at = (places[field] for field in NEEDED)
        currency_at, credits_at = places.get("currency"), places.get("credits")
        kind_at, open_at, paid_at = places.get("kind"), places.get("open"), places.get("paid")
        amount_of = amount_reader(self.settings.decimal, self.settings.thousands)
        day_of = day_reader(self.settings.date_format)
        debtors, credit_kinds, default = self.debtors, frozenset(self.settings.credit_kinds), self.settings.currency
        currencies = {default}
        for fields in reader:
            if len(fields) != width and self._is_blank(fields, width, reader.line_num):
                continue
            field = "number"
            try:
                number = fields[number_at].strip()
                if not number:
                    raise ValueError("is missing")
                field = "debtor"
                debtor = fields[debtor_at].strip()
                if debtor not in debtors:
                    raise ValueError(f"unknown debtor '{debtor}'")
                field = "currency"
                currency = fields[currency_at].strip().upper() if currency_at is not None else default
                if currency not in currencies:
                    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
                        raise ValueError(f"'{currency}' is no currency code")
                    currencies.add(currency)
                field = "issued"
                issued = day_of(fields[issued_at])
                field = "due"
                due = day_of(fields[due_at])
                if due < issued:
                    raise ValueError(f"due {due} is before issued {issued}")
                field = "amount"
                gross = amount_of(fields[amount_at], currency)
                if kind_at is not None and fields[kind_at].strip() in credit_kinds:
                    gross = -abs(gross)
                left = gross
                if open_at is not None:
                    field = "open"
                    left = _open_part(gross, amount_of(fields[open_at], currency))
                elif paid_at is not None:
                    field = "paid"
                    left = _open_part(gross, abs(gross) - abs(amount_of(fields[paid_at] or "0", currency)))
            except ValueError as error:
                self._fail(str(error), reader.line_num, field, _REMEDIES.get(field, ""))
            credited = fields[credits_at].strip() if credits_at is not None and gross < 0 else ""
            yield reader.line_num, number, debtor, issued, due, currency, gross, left, credited

    def _is_blank(self, fields: List[str], width: int, line: int) -> bool:
        """True for an empty line; any other row of the wrong width is an error."""
        if any(fields):
            self._fail(f"has {len(fields)} fields, the heading {width}", line, None, _QUOTE)
        return True

    def _fail(self, what: str, line: int, field: Optional[str], remedy: str) -> NoReturn:
        named = (
            f"{field} ({self.settings.columns[field]})"
            if field is not None and field in self.settings.columns
            else field
        )
        raise InputError(what, file=str(self.path), line=line, field=named, remedy=remedy) from None


_QUOTE = "quote fields that hold the delimiter"
_REMEDIES = {
    "number": "every invoice needs its number",
    "debtor": "add the debtor to debtors.yaml and import that file first",
    "issued": "mend the row, or date_format in dunning.yaml",
    "due": "mend the row, or date_format in dunning.yaml",
    "amount": "mend the row, or decimal and thousands in dunning.yaml",
    "open": "mend the row, or decimal and thousands in dunning.yaml",
    "paid": "mend the row, or decimal and thousands in dunning.yaml",
    "currency": "write it as EUR",
}


def _open_part(gross: int, left: int) -> int:
    """What is open of an invoice or, negative, of a credit note. ValueError if it cannot be a part of it."""
    if gross < 0:
        left = -abs(left)
    elif left < 0:
        # Paid more than billed: nothing is open. What was paid too much is the billing system's to give back.
        left = 0
    if not min(gross, 0) <= left <= max(gross, 0):
        raise ValueError("what is open or paid is no part of the amount")
    return left
