"""How commands print: tables for people, JSON for programs. Nothing here decides anything."""

import json
import sys
from typing import Any, Optional, Sequence, TextIO


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], out: Optional[TextIO] = None
) -> None:
    """A table on `out` (default: standard output); cells are plain text, whatever they hold."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    stream = out or sys.stdout
    # In a file or a pipe a line must not be cut at some terminal's width.
    console = Console(file=stream, width=None if stream.isatty() else 200, highlight=False)
    table = Table(title=title or None, title_justify="left", box=SIMPLE)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Names come from resellers: as Text they are never read as markup.
        table.add_row(*(Text(_printable(cell)) for cell in row))
    console.print(table)


def _printable(cell: str) -> str:
    """Without control characters: a name must not be able to move the cursor or colour the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in cell)


def print_json(data: Any, out: Optional[TextIO] = None) -> None:
    """One JSON document, readable, in UTF-8."""
    print(json.dumps(data, indent=2, ensure_ascii=False), file=out or sys.stdout)
