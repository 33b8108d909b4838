"""Invoices from a CSV export, with the mapping of columns that dunning.yaml declares."""

import codecs
import csv
import hashlib
import io
from pathlib import Path
from typing import Any, BinaryIO, Container, Dict, Iterator, List, NoReturn, Optional

from dunning_plugin.config.settings import CsvSettings
from dunning_plugin.errors import InputError
from dunning_plugin.files import open_regular, shown
from dunning_plugin.model import CURRENCIES
from dunning_plugin.sources.amounts import amount_reader, day_reader
from dunning_plugin.sources.interface import Row, SourceFacts

NEEDED = ("number", "debtor", "issued", "due", "amount")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The longer ones first: UTF-32's little-endian mark begins with UTF-16's."""


class _Hashing(io.RawIOBase):
    """The file's bytes on their way to the reader, hashed as they pass."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.sha256 = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count: int = self.file.readinto(buffer)  # type: ignore[attr-defined]
        self.sha256.update(memoryview(buffer)[:count])
        return count


class CsvFile:
    """One CSV export as a source (see interface.Source)."""

    def __init__(
        self, name: str, path: Path, settings: CsvSettings, debtors: Container[str], follow: bool = True
    ) -> None:
        self.path, self.settings, self.debtors, self.follow = path, settings, debtors, follow
        columns = settings.columns
        allocates = "open" not in columns and "paid" not in columns
        self.facts = SourceFacts(name, shown(path), settings.complete, allocates, settings.max_drop)
        self._hashing: Optional[_Hashing] = None
        self._row_end = 0

    def digest(self) -> str:
        """SHA-256 of the file's bytes, after rows() came to its end."""
        return self._hashing.sha256.hexdigest() if self._hashing else ""

    def rows(self) -> Iterator[Row]:
        """Read the file once. InputError with file, line and field for the first mistake."""
        self._row_end = 0
        with open_regular(self.path, self.follow) as file:
            self._hashing = _Hashing(file)
            buffered = io.BufferedReader(self._hashing, 1 << 18)
            try:
                encoding = self._encoding_of(buffered.peek(4))
                text = io.TextIOWrapper(buffered, encoding, newline="")
                yield from self._read(csv.reader(text, delimiter=self.settings.delimiter, strict=True))
            except UnicodeError:
                self._fail(
                    f"is not written in {encoding}",
                    self._line_not_in(encoding),
                    None,
                    "set the right encoding for this source in dunning.yaml (often cp1252 or utf-8)",
                )
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror}", file=shown(self.path)) from None

    def _encoding_of(self, beginning: bytes) -> str:
        """What a byte order mark says is believed before the setting: editors and Excel write one unasked."""
        for mark, encoding in BYTE_ORDER_MARKS:
            if beginning.startswith(mark):
                return encoding
        return self.settings.encoding

    def _line_not_in(self, encoding: str) -> int:
        """The line of the first bytes that cannot be read: the reader itself is a block ahead of its lines."""
        decoder, line = codecs.getincrementaldecoder(encoding)(), 1
        with open_regular(self.path, self.follow) as file:
            for piece in file:
                try:
                    line += decoder.decode(piece).count("\n")
                except UnicodeError:
                    break
        return line

    def _read(self, reader: Any) -> Iterator[Row]:
        try:
            header = next((row for row in reader if row), None)
            if header is None:
                raise InputError("is empty", file=shown(self.path), remedy="export the invoices anew")
            places = self._places(header, reader.line_num)
            self._row_end = reader.line_num
            yield from self._parse(reader, len(header), places)
        except csv.Error as error:
            self._fail(
                f"is no CSV with '{self.settings.delimiter}' between fields: {error}",
                self._row_end + 1,
                None,
                "mind the quotes from this line on, or mend the delimiter in dunning.yaml",
            )

    def _places(self, header: List[str], line: int) -> Dict[str, int]:
        """Our fields -> position in the file. InputError for a heading that the file has not, or has twice."""
        names = [name.strip() for name in header]
        places: Dict[str, int] = {}
        for field, heading in self.settings.columns.items():
            if names.count(heading) != 1:
                problem = "no column" if heading not in names else "more than one column"
                self._fail(
                    f"{problem} '{heading}'",
                    line,
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
            # A quoted field may hold line breaks: people look for the line that the row begins in.
            line, self._row_end = self._row_end + 1, reader.line_num
            if len(fields) != width and self._is_blank(fields, width, line):
                continue
            field = "number"
            try:
                number = _number(fields[number_at])
                field = "debtor"
                debtor = fields[debtor_at].strip()
                if debtor not in debtors:
                    raise ValueError(f"unknown debtor '{debtor}'")
                field = "currency"
                currency = fields[currency_at].strip().upper() if currency_at is not None else default
                if currency not in currencies:
                    if currency not in CURRENCIES:
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
                    left = _open_part(gross, abs(gross) - abs(amount_of(fields[paid_at].strip() or "0", currency)))
            except ValueError as error:
                self._fail(str(error), line, field, _REMEDIES.get(field, ""))
            credited = fields[credits_at].strip() if credits_at is not None and gross < 0 else ""
            yield line, number, debtor, issued, due, currency, gross, left, credited

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
        raise InputError(what, file=shown(self.path), line=line, field=named, remedy=remedy) from None


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


def _number(text: str) -> str:
    """An invoice's number, stripped. ValueError if there is none, or one that a terminal would obey."""
    number = text.strip()
    if not number:
        raise ValueError("is missing")
    if not number.isprintable():
        raise ValueError("holds a control character")
    return number


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
