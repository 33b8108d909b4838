"""`dunning man`: man pages in roff, written from the commands' own definitions."""

from pathlib import Path
from typing import Iterable, Iterator, Tuple

import click

from dunning_plugin import __version__
from dunning_plugin.cli.reference import EXIT_CODES, Page, pages
from dunning_plugin.errors import InputError
from dunning_plugin.files import shown


@click.command("man")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def man_command(folder: Path) -> None:
    """Write the man pages, one a command, into FOLDER.

    A folder named man1 below a place that man knows, such as /usr/local/share/man/man1, makes `man dunning` and
    `man dunning-restore` work. What stands there under the same names is overwritten."""
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for page in pages():
            (folder / f"{'-'.join(page.words)}.1").write_text("\n".join(roff(page)) + "\n", encoding="utf-8")
            written += 1
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=shown(folder)) from None
    click.echo(f"{written} man pages written to {shown(folder)}")


def roff(page: Page) -> Iterator[str]:
    """The lines of one man page (section 1), in the man(7) macros."""
    name = "-".join(page.words)
    yield f'.TH "{name.upper()}" "1" "" "dunning {__version__}" "dunning"'
    yield ".SH NAME"
    yield f"{name} \\- {escaped(page.summary)}"
    yield ".SH SYNOPSIS"
    yield f".B {escaped(page.name)}"
    yield escaped(page.usage[len(page.name) :].strip())
    yield ".SH DESCRIPTION"
    for paragraph in page.paragraphs:
        yield ".PP"
        yield f".nf\n{escaped(paragraph.text)}\n.fi" if paragraph.kept else escaped(paragraph.text)
    yield from _pairs("OPTIONS", page.options)
    yield from _pairs("EXIT STATUS", [(str(code), meaning) for code, meaning in EXIT_CODES])
    yield from _see_also(page)


def _pairs(heading: str, pairs: Iterable[Tuple[str, str]]) -> Iterator[str]:
    yield f".SH {heading}"
    for term, meaning in pairs:
        yield ".TP"
        yield f".B {escaped(term)}"
        yield escaped(meaning)


def _see_also(page: Page) -> Iterator[str]:
    name = "-".join(page.words)
    others = [f"{name}-{below}" for below in page.below] or ["-".join(page.words[:-1])]
    yield ".SH SEE ALSO"
    for other in others[:-1]:
        yield f".BR {escaped(other)} (1),"
    yield f".BR {escaped(others[-1])} (1)"


def escaped(text: str) -> str:
    """Plain text for roff: no backslash is an escape, a hyphen stays one, no line begins as a request."""
    lines = text.replace("\\", "\\e").replace("-", "\\-").split("\n")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in lines)
