"""`dunning demo`: the case of Webbouw Noord, played on the embedded sandbox with the real commands."""

from typing import Optional

import click


@click.command("demo")
@click.option("--serve", "serving", is_flag=True, help="Do not play: leave panel and service running for a browser.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False),
    default=None,
    metavar="FOLDER",
    help="Play in this new folder and leave it there; else a temporary one is removed at the end.",
)
def demo_command(keep: Optional[str], serving: bool) -> int:
    """Play the main job, step by step, on an embedded panel over real sockets; nothing outside it is touched.

    Webbouw Noord owes 11 invoices since 2008; he holds 4 resellers with 88 users. Ends with exit code 0 if the
    panel is afterwards exactly as it was, timestamps aside."""
    from dunning_plugin.sandbox.demo import play, serve

    return serve(keep) if serving else play(keep)
