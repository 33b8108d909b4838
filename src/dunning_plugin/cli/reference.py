"""The command line as data, for docs/cli.md and the man pages: both are written from the definitions themselves."""

import inspect
from dataclasses import dataclass
from typing import Iterator, Optional, Tuple

import click

from dunning_plugin.cli.main import cli

EXIT_CODES = (
    (0, "All done."),
    (1, "Some accounts failed; they are listed."),
    (2, "Wrong use or wrong input; nothing was changed."),
    (3, "Refused by a gate, or somebody else works on the case."),
    (4, "A panel or a source cannot be reached, or refused."),
)
"""Exit code -> what it means; the same for every command."""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of help; `kept` ones have their line breaks kept (click's \\b)."""

    text: str
    kept: bool = False


@dataclass(frozen=True)
class Page:
    """One command: its words ('dunning', 'notice', 'preview'), usage line, help and options (spelling, help)."""

    words: Tuple[str, ...]
    summary: str
    usage: str
    paragraphs: Tuple[Paragraph, ...]
    options: Tuple[Tuple[str, str], ...]
    below: Tuple[str, ...]

    @property
    def name(self) -> str:
        return " ".join(self.words)


def pages() -> Iterator[Page]:
    """Every command, a group before its commands, in the order of `dunning --help`."""
    yield from _pages(cli, ("dunning",), None)


def _pages(command: click.Command, words: Tuple[str, ...], parent: Optional[click.Context]) -> Iterator[Page]:
    context = click.Context(command, info_name=words[-1], parent=parent, **command.context_settings)
    below = tuple(command.list_commands(context)) if isinstance(command, click.Group) else ()
    paragraphs = tuple(paragraphs_of(command.help or ""))
    yield Page(
        words=words,
        summary=paragraphs[0].text.split(". ")[0].rstrip(".") if paragraphs else "",
        usage=" ".join([*words, *command.collect_usage_pieces(context)]),
        paragraphs=paragraphs,
        options=tuple(_options(command, context)),
        below=below,
    )
    for name in below:
        assert isinstance(command, click.Group)
        child = command.get_command(context, name)
        if child is not None and not child.hidden:
            yield from _pages(child, (*words, name), context)


def _options(command: click.Command, context: click.Context) -> Iterator[Tuple[str, str]]:
    for parameter in command.get_params(context):
        # Arguments are told of in the text; some versions of click give an empty line for each.
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None:
            yield record


def paragraphs_of(help_text: str) -> Iterator[Paragraph]:
    """Cut click's help into paragraphs; what stands after a form feed is not meant to be shown."""
    for block in inspect.cleandoc(help_text.split("\f")[0]).split("\n\n"):
        if block.startswith("\b\n"):
            yield Paragraph(block[2:], kept=True)
        elif block.strip():
            yield Paragraph(" ".join(block.split()))
