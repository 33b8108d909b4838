"""`dunning service`: the resident root service behind the panel's page, in the foreground."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import click

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context


@click.command("service")
@click.option(
    "--socket-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Where its socket stands; else /run/dunning below the panel's root.",
)
@click.pass_obj
def service_command(context: "Context", socket_dir: Optional[Path]) -> None:
    """Run the service behind the panel's page until it is stopped. systemd does this: systemctl start dunning.

    It proves every page's request against the panel, works on long jobs, and takes in what the panel's hooks leave.
    What it says goes to standard error, without any session or password."""
    from dunning_plugin.service.run import serve

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    # waitress speaks of clients that went away; that is no news.
    logging.getLogger("waitress").setLevel(logging.ERROR)
    serve(context.config_path, context.now_text, socket_dir)
