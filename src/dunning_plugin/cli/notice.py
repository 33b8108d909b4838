"""`dunning notice`: look at the neutral page, and check one's own template."""

from pathlib import Path
from typing import TYPE_CHECKING, Optional, Tuple

import click

from dunning_plugin.files import shown

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context

EXAMPLE = "K7QM-2XHB"
MOST_BYTES = 4 << 20


@click.group("notice")
def notice_group() -> None:
    """The neutral public page."""


@notice_group.command("preview")
@click.option(
    "--language", type=click.Choice(["nl", "en", "de", "fr"]), default=None, help="Default: the host's language."
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Write all that would be published into this new folder, not the page to the terminal.",
)
@click.pass_obj
def preview_command(context: "Context", language: Optional[str], output: Optional[Path]) -> None:
    """Print the page as visitors would get it, with a reference made up; refused if it may not be published."""
    from dunning_plugin.errors import InputError
    from dunning_plugin.notice.render import pages

    wanted = language or context.config.host.language
    files = pages(context.config.notice, context.config.host.contact, EXAMPLE, wanted)
    if output is None:
        click.echo(str(files[f"{wanted}.html" if f"{wanted}.html" in files else "index.html"], "utf-8"))
        return
    try:
        output.mkdir(parents=True, exist_ok=True)
        if any(output.iterdir()):
            raise InputError("is not empty", file=shown(output), remedy="name a new folder")
        for name, text in files.items():
            (output / name).write_bytes(text)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=shown(output)) from None
    click.echo(f"{shown(output)}: {', '.join(sorted(files))}")


@notice_group.command("lint")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def lint_command(files: Tuple[Path, ...]) -> None:
    """Check FILES: no public text may speak of debt, payment or invoices, in any of the four languages."""
    from dunning_plugin.files import read_text
    from dunning_plugin.notice.lint import check_or_raise

    for path in files:
        check_or_raise(read_text(path, MOST_BYTES), shown(path))
    click.echo(f"{len(files)} files hold nothing that may not be published.")
