"""`dunning suspend`: lay a measure on resellers or single users, after showing who would be hit."""

from typing import TYPE_CHECKING, Dict, List, Sequence, Tuple

import click

from dunning_plugin.cli.impact import print_impact
from dunning_plugin.cli.output import print_json
from dunning_plugin.cli.progress import print_outcomes, progress_of
from dunning_plugin.cli.working import as_data, ask, exit_code, workshop
from dunning_plugin.enforce.act import BlockOutcome
from dunning_plugin.enforce.orders import orders_to_lay
from dunning_plugin.enforce.targets import Scope, Target, account_refs, targets
from dunning_plugin.errors import GateClosed
from dunning_plugin.exclusive import working_on
from dunning_plugin.impact import Impact, impact_of
from dunning_plugin.model import Measure, format_money

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
    type=click.FloatRange(0, 86400),
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
    wanted = _targets(context, names, debtors, Scope(scope))
    _gate_overdue(context, wanted, without_overdue, why)
    impact = _impact(context, wanted)
    if dry_run:
        print_json({"dry_run": True, "impact": impact.as_data()}) if as_json else print_impact(impact)
        return 0
    if not as_json:
        print_impact(impact)
    ask(f"Lay {measure} on {len(impact.hit)} accounts?", yes)
    outcomes: List[BlockOutcome] = []
    for target in sorted(wanted, key=lambda target: target.debtor.key):
        outcomes.extend(_lay(context, target, Measure(measure), notice, why, wait, as_json))
    print_json(as_data(outcomes)) if as_json else print_outcomes(outcomes)
    return exit_code(outcomes)


def _targets(context: "Context", names: Sequence[str], debtors: Sequence[str], scope: Scope) -> Tuple[Target, ...]:
    with context.store.read() as conn:
        refs = account_refs(conn, names, debtors, tuple(context.config.panels))
        return targets(conn, context.panel, refs, scope)


def _impact(context: "Context", wanted: Sequence[Target]) -> Impact:
    from dunning_plugin.store import blocks

    with context.store.read() as conn:
        ours = frozenset(block.account for block in blocks.active(conn) if block.measure is Measure.SUSPEND)
    return impact_of([account for target in wanted for account in target.accounts], ours)


def _gate_overdue(context: "Context", wanted: Sequence[Target], without_overdue: bool, why: str) -> None:
    """No measure without an open, overdue amount, unless a person decides so and says why."""
    from dunning_plugin.store import ledger

    if without_overdue and not why:
        raise click.UsageError("--without-overdue needs --why: the journal must hold the reason")
    if without_overdue:
        return
    today = context.now().astimezone(context.config.host.zone).date()
    with context.store.read() as conn:
        overdue = {debtor.key for debtor in ledger.overdue_debtors(conn, today)}
    for target in wanted:
        if target.debtor.key not in overdue:
            raise GateClosed(
                f"{target.debtor.key} has nothing overdue, so nothing was done; "
                "import newer invoices, or give --without-overdue and --why"
            )


def _lay(
    context: "Context", target: Target, measure: Measure, notice: bool, why: str, wait: float, quiet: bool
) -> List[BlockOutcome]:
    """Lay one target's blocks, alone on its case; first finish what a crash left."""
    shop = workshop(context, why)
    pages_for = target.whole if measure is Measure.NOTICE_WEB or (notice and measure is Measure.SUSPEND) else ()
    if pages_for and not context.config.panels[target.panel].local:
        raise GateClosed(f"the notice can only be put on pages of {target.panel} on its own host; give --no-notice")
    shop.take_in_spool([target.panel])
    mine = frozenset(account.ref for account in target.accounts)
    finished = [*shop.finish_unfinished(but_not=mine)]
    with working_on(context.config.state_dir, target.debtor.key, shop.wish.who, wait):
        case = shop.open_case(target.debtor.key, facts_of(context, target.debtor.key))
        orders = orders_to_lay(case, target.panel, measure, target.accounts, pages_for, shop.wish)
        with progress_of("suspending", sum(len(order.names) for order in orders), quiet) as step:
            outcomes = list(shop.carry_out(orders, step))
    shop.take_in_spool([target.panel], [outcome.account for outcome in outcomes])
    return finished + outcomes


def facts_of(context: "Context", debtor_key: str) -> Dict[str, object]:
    """The facts that a case is opened on, for the journal: what is overdue, since when, which invoices."""
    from dunning_plugin.store import ledger

    today = context.now().astimezone(context.config.host.zone).date()
    with context.store.read() as conn:
        overdue = [invoice for invoice in ledger.open_invoices(conn, debtor_key) if invoice.due < today]
    amounts: Dict[str, int] = {}
    for invoice in overdue:
        amounts[invoice.currency] = amounts.get(invoice.currency, 0) + invoice.open_minor
    return {
        "overdue": [format_money(minor, currency) for currency, minor in sorted(amounts.items())],
        "invoices": [invoice.number for invoice in overdue if invoice.open_minor > 0],
        "oldest_due": min((invoice.due.isoformat() for invoice in overdue), default=""),
    }
