"""`dunning store`: where the store is, bring it up to date, copy it, put a copy back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context


@click.group("store")
def store_group() -> None:
    """The store: who owes, what is laid, the journal."""


@store_group.command("path")
@click.pass_obj
def path_command(context: "Context") -> None:
    """Print the store's file, whether it is there yet or not."""
    click.echo(str(_file(context)))


@store_group.command("migrate")
@click.pass_obj
def migrate_command(context: "Context") -> None:
    """Make the store if there is none, and bring it up to the revision of this version. Twice does no harm."""
    from dunning_plugin.store.migrate import revision_of

    with context.store.read() as conn:
        click.echo(f"The store {_file(context)} is at revision {revision_of(conn)}.")


@store_group.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup_command(context: "Context", file: Path) -> None:
    """Copy the store to a new FILE of mode 0600, while others may be using it. Nothing is migrated."""
    from dunning_plugin.store.backup import back_up

    click.echo(f"{file}: {back_up(_file(context), file)} bytes.")


@store_group.command("put-back")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def put_back_command(context: "Context", file: Path, yes: bool) -> None:
    """Take a migration back: make the store what it was at the backup FILE. What was written since is lost.

    A store of the same revision and shape as the backup is left alone."""
    from dunning_plugin.store.backup import put_back

    store = _file(context)
    if not yes:
        click.confirm(f"Put {file} in the place of {store}?", abort=True)
    done = put_back(store, file)
    click.echo(f"{store} is what it was at {file}." if done else f"{store} was not migrated since {file}: left alone.")


def _file(context: "Context") -> Path:
    from dunning_plugin.store import FILE

    return context.config.state_dir / FILE
