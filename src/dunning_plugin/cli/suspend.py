"""`dunning suspend`: lay a measure on resellers or single users, after showing who would be hit."""

from typing import TYPE_CHECKING, Tuple

import click

from dunning_plugin.cli.impact import print_impact
from dunning_plugin.cli.output import print_json
from dunning_plugin.cli.progress import print_outcomes, progress_of
from dunning_plugin.cli.working import as_data, ask, exit_code, patience, who
from dunning_plugin.enforce.targets import Scope
from dunning_plugin.enforce.wishes import SuspendWish, blocks_of, lay, plan_suspension
from dunning_plugin.errors import GateClosed
from dunning_plugin.model import Measure

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context

MEASURES = (Measure.LOCK_LOGIN, Measure.NOTICE_WEB, Measure.SUSPEND)


@click.command("suspend")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--debtor", "debtors", multiple=True, metavar="KEY", help="All accounts linked to this debtor.")
@click.option(
    "--measure",
    type=click.Choice([m.value for m in MEASURES]),
    default="suspend",
    show_default=True,
    help="What to lay on them.",
)
@click.option(
    "--scope",
    type=click.Choice([s.value for s in Scope]),
    default="all",
    show_default=True,
    help="How far below a reseller it reaches.",
)
@click.option(
    "--notice/--no-notice",
    default=True,
    show_default=True,
    help="With a whole reseller: put the neutral notice on his default pages too.",
)
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal; never shown on the panel.")
@click.option(
    "--without-overdue", is_flag=True, help="Go on although nothing is overdue (a person's decision; needs --why)."
)
@click.option(
    "--wait",
    default=0.0,
    callback=patience,
    metavar="SECONDS",
    help="Wait while another process works on the case.",
)
@click.option("--dry-run", is_flag=True, help="Show who would be hit, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Results as JSON.")
@click.pass_obj
def suspend_command(
    context: "Context",
    names: Tuple[str, ...],
    debtors: Tuple[str, ...],
    measure: str,
    scope: str,
    notice: bool,
    why: str,
    without_overdue: bool,
    wait: float,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Lay a measure on resellers (with their users) or on single users.

    NAME is an account, PANEL/ACCOUNT or a debtor's key. Accounts that somebody else suspended already are
    recorded and left alone. Running it twice changes nothing the second time; after a crash it finishes."""
    if not names and not debtors:
        raise click.UsageError("name at least one account, or give --debtor KEY")
    if without_overdue and not why:
        raise click.UsageError("--without-overdue needs --why: the journal must hold the reason")
    wish = SuspendWish(names, debtors, Measure(measure), Scope(scope), notice, why, without_overdue)
    plan = plan_suspension(context, wish)
    if plan.closed:
        raise GateClosed(plan.closed)
    if dry_run:
        print_json({"dry_run": True, "impact": plan.impact.as_data()}) if as_json else print_impact(plan.impact)
        return 0
    if not as_json:
        print_impact(plan.impact)
    ask(f"Lay {measure} on {len(plan.impact.hit)} accounts?", yes)
    with progress_of("suspending", len(blocks_of(plan, wish)), as_json) as step:
        outcomes = list(lay(context, plan, wish, who(), step, wait))
    print_json(as_data(outcomes)) if as_json else print_outcomes(outcomes)
    return exit_code(outcomes)
