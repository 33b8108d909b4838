"""From a person's wish to orders: which accounts, which measures, in which order.

Laying: the notice first, so that a visitor meets it from the first second; then the users, the reseller last.
Lifting: the reseller first and by himself. Whether a panel marks or frees a reseller's users along with him is an
open question on DirectAdmin, so users are read anew after him, and an account that somebody else had suspended
is looked at once more at the end.
"""

from dataclasses import dataclass
from typing import Dict, Iterable, List, Sequence, Tuple

from dunning_plugin.enforce.act import Order
from dunning_plugin.enforce.moves import Goal
from dunning_plugin.model import Account, AccountKind, Block, BlockState, Case, Measure


@dataclass(frozen=True)
class Wish:
    """Who wants what and why."""

    who: str
    why: str


def orders_to_lay(
    case: Case, panel: str, measure: Measure, accounts: Sequence[Account], notice_for: Sequence[str], wish: Wish
) -> List[Order]:
    """Orders for accounts of one panel. `notice_for` are the resellers whose default pages become the notice."""
    users = tuple(account.name for account in accounts if account.kind is not AccountKind.RESELLER)
    resellers = tuple(account.name for account in accounts if account.kind is AccountKind.RESELLER)
    reseller, user = AccountKind.RESELLER, AccountKind.USER
    wanted: List[Tuple[Measure, AccountKind, Tuple[str, ...]]] = [(Measure.NOTICE_WEB, reseller, tuple(notice_for))]
    if measure is not Measure.NOTICE_WEB:
        wanted += [(measure, user, users), (measure, reseller, resellers)]
    return [
        Order(case, panel, which, Goal.LAY, names, wish.who, wish.why, kind) for which, kind, names in wanted if names
    ]


def orders_to_finish(case: Case, unfinished: Iterable[Block], wish: Wish) -> List[Order]:
    """Orders that bring what a crash left half done where it was going: intended ones laid, lifting ones lifted."""
    rows = list(unfinished)
    orders = orders_to_lift(case, [block for block in rows if block.state is BlockState.LIFTING], wish)
    groups: Dict[Tuple[str, Measure, AccountKind], List[str]] = {}
    for block in rows:
        if block.state is BlockState.INTENDED:
            groups.setdefault((block.account.panel, block.measure, kind_of(block)), []).append(block.account.name)
    for (panel, measure, kind), names in groups.items():
        orders.append(Order(case, panel, measure, Goal.LAY, tuple(names), wish.who, wish.why, kind))
    return orders


LIFT_ORDER = (Measure.SUSPEND, Measure.THROTTLE, Measure.NOTICE_WEB, Measure.HOLD_MAIL, Measure.LOCK_LOGIN)


def orders_to_lift(case: Case, blocks: Iterable[Block], wish: Wish) -> List[Order]:
    """Orders that lift these blocks of one case: hardest measure first, a reseller before his users."""
    groups: Dict[Tuple[str, int, int], List[str]] = {}
    for block in blocks:
        below = 0 if kind_of(block) is AccountKind.RESELLER else 1
        rank = LIFT_ORDER.index(block.measure)
        groups.setdefault((block.account.panel, rank, below), []).append(block.account.name)
    return [
        Order(case, panel, LIFT_ORDER[rank], Goal.LIFT, tuple(names), wish.who, wish.why, _KINDS[below])
        for (panel, rank, below), names in sorted(groups.items())
    ]


_KINDS = (AccountKind.RESELLER, AccountKind.USER)


def kind_of(block: Block) -> AccountKind:
    """Reseller or user, as it was when the block was laid."""
    return AccountKind(block.before.get("kind", AccountKind.USER.value))
