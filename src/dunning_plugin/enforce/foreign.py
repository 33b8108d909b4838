"""Foreign suspensions stay: looked at before a reseller is freed, and once more after.

Whether DirectAdmin frees a reseller's users along with him is an open question; WHM does. Somebody else's
suspension that went with ours is laid again as it was, and said.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Callable, Collection, Iterator, List, Sequence, Tuple

from dunning_plugin import journal
from dunning_plugin.enforce.act import BlockOutcome
from dunning_plugin.enforce.moves import Outcome
from dunning_plugin.enforce.orders import Wish
from dunning_plugin.model import Account, AccountRef, Case, Measure
from dunning_plugin.panels.interface import Panel

if TYPE_CHECKING:
    from dunning_plugin.store import Store


def suspended_by_others(panel: Panel, resellers: Sequence[str], ours: Collection[AccountRef]) -> Tuple[Account, ...]:
    """The resellers' users who are suspended, but not by a block of ours."""
    listed: List[Account] = []
    present = panel.accounts(resellers)
    for reseller in resellers:
        if reseller in present:
            listed.extend(panel.reseller_accounts(reseller)[1:])
    return tuple(account for account in listed if account.suspended and account.ref not in ours)


def reinstate_lost(
    store: "Store", panel: Panel, before: Sequence[Account], case: Case, wish: Wish, now: Callable[[], datetime]
) -> Iterator[BlockOutcome]:
    """Lay again the foreign suspensions among `before` that are gone now; one outcome for each of those."""
    if not before:
        return
    present = panel.accounts([account.name for account in before])
    lost = [account for account in before if account.name in present and not present[account.name].suspended]
    if not lost:
        return
    answers = panel.reinstate(lost)
    after = panel.accounts([account.name for account in lost])
    for account in lost:
        held = account.name in after and after[account.name].suspended
        words = "was freed along with the reseller; suspended again as it was" if held else answers[account.name].words
        with store.begin() as conn:
            journal.append(
                conn, now(), wish.who, "reinstated" if held else "failed", wish.why,
                {"measure": Measure.SUSPEND.value, "reason": account.reason, "words": words},
                case.ref, account.panel, account.name,
            )
        yield BlockOutcome(account.ref, Measure.SUSPEND, Outcome.FOREIGN if held else Outcome.FAILED, words)
