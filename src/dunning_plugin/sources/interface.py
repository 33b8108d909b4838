"""What a source of invoices is. A new source is one module beside this file; it knows no store and no policy."""

from dataclasses import dataclass
from typing import Iterator, Protocol, Tuple

Row = Tuple[int, str, str, str, str, str, int, int, str]
"""(line, number, debtor key, issued, due, currency, gross_minor, open_minor, number that it credits).

A plain tuple, days as ISO text: a million of them pass through on every import. Amounts are integers of the
currency's minor unit; a credit note has negative ones."""


@dataclass(frozen=True)
class SourceFacts:
    """What must be known before rows are read: `complete` says that what is missing is settled;
    `allocates` that credit notes are still to be set against the invoices they name."""

    name: str
    path: str
    complete: bool
    allocates: bool
    max_drop: int


class Source(Protocol):
    """Invoices of one source. `rows` may raise InputError (file, line, field, remedy) or SourceUnreachable."""

    facts: SourceFacts

    def rows(self) -> Iterator[Row]:
        """Every invoice and credit note, read once, at constant memory."""

    def digest(self) -> str:
        """SHA-256 of what was read, known after the last row."""
