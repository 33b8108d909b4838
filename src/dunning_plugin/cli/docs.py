"""Writes docs/cli.md: `python -m dunning_plugin.cli.docs [FILE]`. A test fails when the file is stale."""

import sys
from pathlib import Path
from typing import Iterator, List

from dunning_plugin.cli.reference import EXIT_CODES, Page, pages

INTRODUCTION = """\
# The command line

This page is written from the commands' own definitions by `make docs`.

Long work shows its progress on a terminal, and one line an account otherwise. A command that changes something
asks for a yes unless `--yes`; one that lists has `--json`.

## Exit codes

| code | means |
| --- | --- |
{exit_codes}

## Completion and man pages

Completion of commands and options, in the start-up file of your shell:

| shell | file | line |
| --- | --- | --- |
| bash | `~/.bashrc` | `eval "$(_DUNNING_COMPLETE=bash_source dunning)"` |
| zsh | `~/.zshrc` | `eval "$(_DUNNING_COMPLETE=zsh_source dunning)"` |
| fish | `~/.config/fish/completions/dunning.fish` | `_DUNNING_COMPLETE=fish_source dunning \\| source` |

`dunning man /usr/local/share/man/man1` writes one man page a command.
"""


def markdown() -> str:
    """The whole page."""
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES)
    parts = [INTRODUCTION.format(exit_codes=codes)]
    parts += ["\n".join(_section(page)) + "\n" for page in pages()]
    return "\n".join(parts)


def _section(page: Page) -> Iterator[str]:
    yield f"## {page.name}"
    yield ""
    yield f"    {page.usage}"
    for paragraph in page.paragraphs:
        yield ""
        yield "```text\n" + paragraph.text + "\n```" if paragraph.kept else _escaped(paragraph.text)
    if page.below:
        yield ""
        yield "Commands: " + ", ".join(_link(page, name) for name in page.below) + "."
    if page.options:
        yield ""
        yield "| option | meaning |"
        yield "| --- | --- |"
        for spelling, meaning in page.options:
            yield f"| `{_cell(spelling)}` | {_escaped(_cell(meaning))} |"


def _link(page: Page, name: str) -> str:
    return f"[{name}](#{'-'.join([*page.words, name])})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _escaped(text: str) -> str:
    # 'PANEL/<name>' in a help text would be taken for HTML.
    return text.replace("<", "&lt;")


def main(arguments: List[str]) -> None:
    """Write to the named file, or to standard output."""
    if arguments:
        Path(arguments[0]).write_text(markdown(), encoding="utf-8")
    else:
        sys.stdout.write(markdown())


if __name__ == "__main__":
    main(sys.argv[1:])
