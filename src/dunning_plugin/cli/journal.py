"""`dunning journal`: show the record, and prove that nobody touched it."""

from typing import TYPE_CHECKING, Optional

import click

from dunning_plugin.cli.output import print_json

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context


@click.group("journal")
def journal_group() -> None:
    """The append-only record of all that happened."""


@journal_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def verify_command(context: "Context", as_json: bool) -> int:
    """Walk the hash chain and say whether an entry was changed, removed or put in between. Exit code 1 if so."""
    from dunning_plugin import journal
    from dunning_plugin.store import entries

    with context.store.read() as conn:
        faults = journal.verify(conn, journal.read_seal(context.config.state_dir))
        count, newest = entries.head(conn)
    if as_json:
        print_json({"entries": count, "newest": newest, "faults": [vars(fault) for fault in faults]})
    elif not faults:
        click.echo(f"The journal holds: {count} entries, newest {newest[:16] or 'none'}.")
    for fault in faults if not as_json else ():
        click.echo(f"entry {fault.seq}: {fault.what}" if fault.seq else fault.what)
    return 1 if faults else 0


@journal_group.command("show")
@click.option("--case", "case_ref", metavar="REF", help="Only this case.")
@click.option("--last", type=click.IntRange(1), default=None, metavar="N", help="Only the newest N entries.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, hashes included.")
@click.pass_obj
def show_command(context: "Context", case_ref: Optional[str], last: Optional[int], as_json: bool) -> None:
    """Show entries, oldest first."""
    from collections import deque

    from dunning_plugin import journal

    with context.store.read() as conn:
        rows = deque(journal.read(conn, case_ref), maxlen=min(last, 10**9) if last else None)
    if as_json:
        print_json([dict(row) for row in rows])
        return
    for row in rows:
        account = f"{row['panel']}/{row['account']}" if row["account"] else ""
        parts = [str(row["seq"]), row["at"], row["who"], row["act"], account, row["case_ref"], row["why"]]
        click.echo("  ".join(str(part) for part in parts if part))
