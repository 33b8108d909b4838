"""The command line: translates words into calls, nothing more. One module a group of commands.

Commands are imported only when asked for, so that `dunning --help` and shell completion stay instant.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, List, Optional

import click

from dunning_plugin import __version__
from dunning_plugin.cli import streams
from dunning_plugin.cli.context import Context
from dunning_plugin.errors import DunningError
from dunning_plugin.files import shown

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "import": ("import_", "import_command", "Take in invoices or the list of debtors"),
    "overdue": ("overdue", "overdue_command", "Who owes, how much, since when"),
    "impact": ("impact", "impact_command", "Who would be hit by a measure"),
    "suspend": ("suspend", "suspend_command", "Lay a measure on resellers or single users"),
    "restore": ("restore", "restore_command", "Lift what we laid, and nothing else"),
    "status": ("status", "status_command", "Which blocks are laid now"),
    "case": ("case", "case_command", "A debtor's case told in words"),
    "journal": ("journal", "journal_group", "The record of all that happened"),
    "notice": ("notice", "notice_group", "The neutral public page"),
    "store": ("store", "store_group", "The store: where it is, migrate it, back it up"),
    "service": ("service", "service_command", "The resident service behind the panel's page"),
    "doctor": ("doctor", "doctor_command", "Check the installation and say how to mend it"),
    "sandbox": ("sandbox", "sandbox_group", "An embedded panel to try things on"),
    "demo": ("demo", "demo_command", "Play the case of Webbouw Noord on the sandbox"),
    "man": ("man", "man_command", "Write the man pages to a folder"),
}
"""name -> (module below cli/, attribute, one-line help)."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> List[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"dunning_plugin.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, _, help_line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "List[CompletionItem]":
        from click.shell_completion import CompletionItem

        # click's own would import every command for its help line.
        names = [CompletionItem(name, help=line) for name, (_, _, line) in COMMANDS.items()]
        return [item for item in names if item.value.startswith(incomplete)] + click.Command.shell_complete(
            self, ctx, incomplete
        )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dunning")
@click.option(
    "--config",
    "-c",
    "config_path",
    envvar="DUNNING_CONFIG",
    default="/etc/dunning/dunning.yaml",
    show_default=True,
    type=click.Path(dir_okay=False),
    help="The configuration file.",
)
@click.option(
    "--now",
    envvar="DUNNING_NOW",
    default=None,
    metavar="INSTANT",
    help="Set the clock (ISO 8601, host's zone), for demos and trials on a sandbox.",
)
@click.pass_context
def cli(ctx: click.Context, config_path: str, now: Optional[str]) -> None:
    """From 'invoice overdue' to 'paid, and everything back exactly as it was'."""
    ctx.obj = Context(config_path=config_path, now_text=now or "")
    ctx.call_on_close(ctx.obj.close)


def main(argv: Optional[List[str]] = None) -> Any:
    """Run the command line; every DunningError becomes one sentence on stderr and its exit code."""
    streams.prepare()
    try:
        words = streams.words_of(sys.argv[1:] if argv is None else argv)
        code = cli.main(args=words, prog_name="dunning", standalone_mode=False)
        streams.finish()
    except DunningError as error:
        code = _said(error, error.exit_code)
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        code = _said("stopped; nothing more was begun", 1)
    except OSError as error:
        where = f"{shown(error.filename)}: " if error.filename else ""
        code = _said(f"{where}{error.strerror or error}", 1)
    sys.exit(code if isinstance(code, int) else 0)


def _said(what: object, code: int) -> int:
    click.echo(f"dunning: {what}".encode("utf-8", "replace"), err=True)
    return code
