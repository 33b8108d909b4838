"""`dunning impact`: who would be hit by a measure, and who would be left alone."""

from typing import TYPE_CHECKING, List, Tuple

import click

from dunning_plugin.cli.output import print_json, print_table
from dunning_plugin.impact import Impact

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context
    from dunning_plugin.model import Account


@click.command("impact")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every account by name.")
@click.option("--accounts", is_flag=True, help="List every account that would be hit.")
@click.pass_obj
def impact_command(context: "Context", names: Tuple[str, ...], as_json: bool, accounts: bool) -> None:
    """Show who would be hit if NAME (a reseller, a user, or a debtor's key) were suspended. Changes nothing."""
    from dunning_plugin.enforce.targets import Scope, account_refs, listed, reach
    from dunning_plugin.impact import impact_of
    from dunning_plugin.model import Measure
    from dunning_plugin.store import blocks

    with context.store.read() as conn:
        refs = account_refs(conn, names, (), tuple(context.config.panels))
        ours = frozenset(block.account for block in blocks.active(conn) if block.measure is Measure.SUSPEND)
    found: List[Account] = []
    for panel_name in dict.fromkeys(ref.panel for ref in refs):
        panel = context.panel(panel_name)
        named = listed(panel, [ref.name for ref in refs if ref.panel == panel_name])
        found.extend(reach(panel, named.values(), Scope.ALL))
    impact = impact_of(found, ours)
    print_json(impact.as_data()) if as_json else print_impact(impact, accounts)


def print_impact(impact: Impact, accounts: bool = False) -> None:
    """The impact in numbers, then who is left alone and why."""
    mailboxes = "unknown" if impact.mailboxes is None else str(impact.mailboxes)
    rows = [
        ["resellers", str(impact.resellers)],
        ["users", str(impact.users)],
        ["domains", str(impact.domains)],
        ["mailboxes", mailboxes],
        ["already blocked by us", str(len(impact.ours))],
        ["left alone (blocked by someone else)", str(len(impact.foreign))],
    ]
    print_table("Impact", ["would be hit", "number"], rows)
    if impact.foreign:
        left = [[str(a.ref), a.owner, a.reason or "no reason shown", ", ".join(a.domains)] for a in impact.foreign]
        print_table("Left alone", ["account", "owner", "reason on the panel", "domains"], left)
    if accounts:
        hit = [[str(a.ref), a.kind.value, a.owner, ", ".join(a.domains)] for a in impact.hit]
        print_table("Would be hit", ["account", "kind", "owner", "domains"], hit)
