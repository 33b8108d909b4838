"""`dunning doctor`: check the installation, say how to mend it, and mend what is safe to mend unasked."""

from typing import TYPE_CHECKING, Iterator

import click

from dunning_plugin.cli.output import print_json
from dunning_plugin.doctor import Finding, Level, examine, mend, read_config

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red"}


@click.command("doctor")
@click.option("--mend", "mending", is_flag=True, help="Create missing folders and install the hooks first.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def doctor_command(context: "Context", mending: bool, as_json: bool) -> int:
    """Check configuration, folders, store, journal, clock, notice, and every panel's access, rights, hooks and web
    server; say how to mend each.

    Only asks the panels, and changes nothing unless --mend. Exit code 1 if anything is bad."""
    findings = []
    for finding in _findings(context, mending):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json([{**vars(finding), "level": finding.level.value} for finding in findings])
    return 1 if any(finding.level is Level.BAD for finding in findings) else 0


def _findings(context: "Context", mending: bool) -> Iterator[Finding]:
    config, said = read_config(context.config_path)
    yield from said
    if config is not None:
        if mending:
            yield from mend(config)
        yield from examine(config, context.panel, context.now())


def _print(finding: Finding) -> None:
    level = click.style(f"{finding.level.value:<5}", fg=COLOURS[finding.level])
    click.echo(f"{level} {finding.topic}: {finding.what}")
    if finding.remedy:
        click.echo(f"      mend: {finding.remedy}")
