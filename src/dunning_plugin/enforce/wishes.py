"""What a person asks for, planned and carried out: the same for command line and page.

A wish is data (it waits in the queue of jobs and survives a restart); a plan is what would be done now and to whom.
Nothing here prints or asks.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from dunning_plugin.enforce.act import BlockOutcome, Progress
from dunning_plugin.enforce.choose import Named, blocks_to_restore
from dunning_plugin.enforce.orders import Wish, orders_to_lay
from dunning_plugin.enforce.targets import Scope, Target, account_refs, targets
from dunning_plugin.enforce.workshop import Workshop
from dunning_plugin.errors import CaseBusy, GateClosed, InputError
from dunning_plugin.exclusive import working_on
from dunning_plugin.impact import Impact, impact_of
from dunning_plugin.model import Account, AccountRef, Block, BlockState, Case, Measure, format_money
from dunning_plugin.store import blocks as block_rows
from dunning_plugin.store import ledger

if TYPE_CHECKING:
    from dunning_plugin.installation import Installation
    from dunning_plugin.panels.interface import Layer

Chosen = Tuple[Tuple[Case, Tuple[Block, ...]], ...]
"""What a restore is about: the blocks to lift, by case."""


@dataclass(frozen=True)
class SuspendWish:
    """Lay a measure on accounts ('panel/account', a plain name, or a debtor's key) or on all accounts of debtors.

    `notice`: with a whole reseller, his default pages become the neutral notice too. `why` is kept in the journal and
    never shown on the panel."""

    names: Tuple[str, ...] = ()
    debtors: Tuple[str, ...] = ()
    measure: Measure = Measure.SUSPEND
    scope: Scope = Scope.ALL
    notice: bool = True
    why: str = ""
    without_overdue: bool = False

    def to_data(self) -> Dict[str, Any]:
        """JSON-able; from_data reads it back."""
        return {**asdict(self), "measure": self.measure.value, "scope": self.scope.value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "SuspendWish":
        """What to_data wrote."""
        lists = {key: tuple(data[key]) for key in ("names", "debtors")}
        return cls(**{**data, **lists, "measure": Measure(data["measure"]), "scope": Scope(data["scope"])})


@dataclass(frozen=True)
class RestoreWish:
    """Lift what we laid: on accounts, on debtors' accounts, on all who paid, or everywhere."""

    names: Tuple[str, ...] = ()
    debtors: Tuple[str, ...] = ()
    paid: bool = False
    everything: bool = False
    measures: Tuple[Measure, ...] = ()
    why: str = ""

    def to_data(self) -> Dict[str, Any]:
        """JSON-able; from_data reads it back."""
        return {**asdict(self), "measures": [measure.value for measure in self.measures]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "RestoreWish":
        """What to_data wrote."""
        lists = {key: tuple(data[key]) for key in ("names", "debtors")}
        return cls(**{**data, **lists, "measures": tuple(Measure(value) for value in data["measures"])})


@dataclass(frozen=True)
class SuspensionPlan:
    """Who would be hit. `closed`: '' or why the gate refuses, in words for a person."""

    targets: Tuple[Target, ...]
    impact: Impact
    closed: str = ""


def plan_suspension(installation: "Installation", wish: SuspendWish) -> SuspensionPlan:
    """Read the panel and say who would be hit. InputError for names that mean nothing; the panel's own errors."""
    if not wish.names and not wish.debtors:
        raise InputError("nobody is named", remedy="name at least one account or debtor")
    with installation.store.read() as conn:
        refs = account_refs(conn, wish.names, wish.debtors, tuple(installation.config.panels))
        wanted = targets(conn, installation.panel, refs, wish.scope)
        active = [block for block in block_rows.active(conn) if block.measure is wish.measure]
    ours = frozenset(block.account for block in active)
    unfinished = frozenset(block.account for block in active if block.state is not BlockState.LAID)
    reached = [account for target in wanted for account in _reached(target, wish)]
    impact = impact_of(reached, ours, wish.measure, unfinished)
    return SuspensionPlan(wanted, impact, _closed(installation, wanted, wish))


def _reached(target: Target, wish: SuspendWish) -> Iterable[Account]:
    """The accounts that the measure is laid on; the notice stands on a reseller's own pages."""
    if wish.measure is not Measure.NOTICE_WEB:
        return target.accounts
    return (account for account in target.accounts if account.name in target.whole)


def _closed(installation: "Installation", wanted: Sequence[Target], wish: SuspendWish) -> str:
    """No measure without an open, overdue amount, unless a person decides so and says why."""
    for target in wanted:
        pages = _pages_for(target, wish)
        if pages and not installation.config.panels[target.panel].local:
            return f"the notice can only be put on pages of {target.panel} on its own host; go without it (--no-notice)"
    if wish.without_overdue and not wish.why:
        return "a measure although nothing is overdue needs a reason: the journal must hold it"
    if wish.without_overdue:
        return ""
    with installation.store.read() as conn:
        overdue = {debtor.key for debtor in ledger.overdue_debtors(conn, installation.today())}
    for target in wanted:
        if target.debtor.key not in overdue:
            return (
                f"{target.debtor.key} has nothing overdue, so nothing was done; "
                "import newer invoices, or give --without-overdue and --why"
            )
    return ""


def _pages_for(target: Target, wish: SuspendWish) -> Tuple[str, ...]:
    """The resellers whose default pages become the notice."""
    wanted = wish.measure is Measure.NOTICE_WEB or (wish.notice and wish.measure is Measure.SUSPEND)
    return target.whole if wanted else ()


def lay(
    installation: "Installation",
    plan: SuspensionPlan,
    wish: SuspendWish,
    who: str,
    progress: Optional[Progress] = None,
    wait: float = 0.0,
) -> Iterator[BlockOutcome]:
    """Lay the plan's blocks, debtor after debtor, each alone on its case; first finish what a crash left.

    GateClosed if the plan says so, CaseBusy (after `wait` seconds) if another process works on a case."""
    if plan.closed:
        raise GateClosed(plan.closed)
    shop = workshop(installation, Wish(who, wish.why))
    for target in sorted(plan.targets, key=lambda target: target.debtor.key):
        shop.take_in_spool([target.panel])
        yield from shop.finish_unfinished(but_not=frozenset(account.ref for account in target.accounts))
        outcomes: List[BlockOutcome] = []
        with working_on(installation.config.state_dir, target.debtor.key, who, wait):
            case = shop.open_case(target.debtor.key, _facts(installation, target.debtor.key))
            orders = orders_to_lay(
                case, target.panel, wish.measure, target.accounts, _pages_for(target, wish), shop.wish
            )
            for outcome in shop.carry_out(orders, progress):
                outcomes.append(outcome)
                yield outcome
        shop.take_in_spool([target.panel], [outcome.account for outcome in outcomes])


def blocks_of(plan: SuspensionPlan, wish: SuspendWish) -> Tuple[Tuple[AccountRef, Measure], ...]:
    """Every block that the plan is about: on accounts, and the notice on resellers' pages."""
    pages = [
        (AccountRef(target.panel, name), Measure.NOTICE_WEB)
        for target in plan.targets
        for name in _pages_for(target, wish)
    ]
    accounts = [] if wish.measure is Measure.NOTICE_WEB else [a.ref for t in plan.targets for a in t.accounts]
    return (*pages, *((ref, wish.measure) for ref in accounts))


def _facts(installation: "Installation", debtor_key: str) -> Dict[str, object]:
    """The facts that a case is opened on, for the journal: what is overdue, since when, which invoices."""
    today = installation.today()
    with installation.store.read() as conn:
        overdue = [invoice for invoice in ledger.open_invoices(conn, debtor_key) if invoice.due < today]
    amounts: Dict[str, int] = {}
    for invoice in overdue:
        amounts[invoice.currency] = amounts.get(invoice.currency, 0) + invoice.open_minor
    return {
        "overdue": [format_money(minor, currency) for currency, minor in sorted(amounts.items())],
        "invoices": [invoice.number for invoice in overdue if invoice.open_minor > 0],
        "oldest_due": min((invoice.due.isoformat() for invoice in overdue), default=""),
    }


def plan_restore(installation: "Installation", wish: RestoreWish, named: Sequence[Named] = ()) -> Chosen:
    """The blocks to lift, by case; needs no panel. `named`: more names, each with the file and line it stands in."""
    with installation.store.read() as conn:
        found = blocks_to_restore(
            conn,
            [*((name, None, 0) for name in wish.names), *named],
            wish.debtors,
            tuple(installation.config.panels),
            paid_on=installation.today() if wish.paid else None,
            everything=wish.everything,
        )
    kept = [(case, [b for b in blocks if not wish.measures or b.measure in wish.measures]) for case, blocks in found]
    return tuple((case, tuple(blocks)) for case, blocks in kept if blocks)


def lift(
    installation: "Installation",
    chosen: Chosen,
    wish: RestoreWish,
    who: str,
    progress: Optional[Progress] = None,
    wait: float = 0.0,
    busy: Optional[List[CaseBusy]] = None,
) -> Iterator[BlockOutcome]:
    """Lift the chosen blocks, case after case. One that another process works on holds up no other: its CaseBusy is
    put into `busy`, and raised if all were."""
    shop = workshop(installation, Wish(who, wish.why))
    panels = {block.account.panel for _, blocks in chosen for block in blocks}
    shop.take_in_spool(panels)
    yield from shop.finish_unfinished(but_not=frozenset(block.account for _, blocks in chosen for block in blocks))
    waiting: List[CaseBusy] = []
    outcomes: List[BlockOutcome] = []
    for case, blocks in chosen:
        try:
            with working_on(installation.config.state_dir, case.debtor_key, who, wait):
                for outcome in shop.lift(case, _still(shop.blocks_of(case.debtor_key), blocks), progress):
                    outcomes.append(outcome)
                    yield outcome
                shop.close_if_free(case, _settled(installation, case))
        except CaseBusy as error:
            waiting.append(error)
    shop.take_in_spool(panels, [outcome.account for outcome in outcomes])
    if waiting and len(waiting) == len(chosen):
        raise waiting[0]
    if busy is not None:
        busy.extend(waiting)


def _still(now_active: Iterable[Block], chosen: Iterable[Block]) -> List[Block]:
    """The chosen blocks as they stand once the case is ours alone: another process may have lifted some."""
    wanted = {block.id for block in chosen}
    return [block for block in now_active if block.id in wanted]


def _settled(installation: "Installation", case: Case) -> bool:
    today = installation.today()
    with installation.store.read() as conn:
        return case.debtor_key not in {debtor.key for debtor in ledger.overdue_debtors(conn, today)}


def workshop(installation: "Installation", wish: Wish) -> Workshop:
    """A workshop on the configured store and panels; measures are found on the panel, the notice beside it."""

    def layer_for(panel_name: str, measure: Measure, case: Case) -> "Optional[Layer]":
        if measure is Measure.NOTICE_WEB:
            return notice_layer(installation, panel_name, case.debtor_key)
        return installation.panel(panel_name).layers().get(measure)

    return Workshop(
        installation.store, installation.config.state_dir, installation.panel, layer_for, installation.now, wish
    )


def notice_layer(installation: "Installation", panel_name: str, debtor_key: str) -> "Optional[Layer]":
    """The layer that publishes the notice, linted against the debtor's name; None where the panel is not local."""
    from dunning_plugin.notice.from_config import notice_layer as build

    settings = installation.config.panels[panel_name]
    if not settings.local:
        return None
    with installation.store.read() as conn:
        debtor = ledger.debtor(conn, debtor_key)
    panel = installation.panel(panel_name)

    def language_of(name: str) -> str:
        found = panel.accounts([name])
        return found[name].language if name in found else ""

    return build(installation.config, settings, [debtor.name] if debtor else [], language_of)
