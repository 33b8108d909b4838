"""Foreign suspensions stay: written down before a reseller is freed, looked at again after.

Whether DirectAdmin frees a reseller's users along with him is an open question; WHM does. Somebody else's
suspension that went with ours is laid again as it was, and said. It is written down first, so that a crash in
between loses nothing: the next command looks.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Callable, Collection, Iterator, List, Optional, Sequence, Tuple

from dunning_plugin import journal
from dunning_plugin.enforce.act import BlockOutcome
from dunning_plugin.enforce.moves import Outcome
from dunning_plugin.enforce.orders import Wish
from dunning_plugin.model import Account, AccountRef, Answer, Block, BlockState, Case, Measure
from dunning_plugin.panels.interface import Panel
from dunning_plugin.store import blocks as block_rows

if TYPE_CHECKING:
    from dunning_plugin.store import Store


def watch_foreign(
    store: "Store", panel: Panel, resellers: Sequence[str], case: Case, now: Callable[[], datetime]
) -> None:
    """Write down the resellers' users who are suspended, but not by a block of ours."""
    present = panel.accounts(resellers)
    listed: List[Account] = []
    for reseller in resellers:
        if reseller in present:
            listed.extend(panel.reseller_accounts(reseller)[1:])
    with store.begin() as conn:
        ours: Collection[AccountRef] = {block.account for block in block_rows.active(conn, panel=panel.name)}
        known = {block.account for block in block_rows.watched(conn)}
        foreign = [
            account for account in listed if account.suspended and account.ref not in ours and account.ref not in known
        ]
        again = panel.suspensions(foreign)
        befores = {
            account.name: {
                "kind": account.kind.value,
                "owner": account.owner,
                "state": {"reason": account.reason, "again": again[account.name]},
            }
            for account in foreign
        }
        block_rows.watch(conn, case.ref, panel.name, befores, now())


def reinstate_lost(
    store: "Store", panel: Panel, watched: Sequence[Block], wish: Wish, now: Callable[[], datetime]
) -> Iterator[BlockOutcome]:
    """Lay again those of the watched suspensions that are gone now, one outcome each; the rest is as it should be."""
    present = panel.accounts([block.account.name for block in watched])
    lost = [block for block in watched if block.account.name in present and not present[block.account.name].suspended]
    answers = panel.reinstate({block.account.name: block.before["state"]["again"] for block in lost}) if lost else {}
    after = panel.accounts([block.account.name for block in lost]) if lost else {}
    results = [(block, *_said(answers.get(block.account.name), after.get(block.account.name))) for block in lost]
    failed = {block.id for block, outcome, _ in results if outcome is Outcome.FAILED}
    with store.begin() as conn:
        block_rows.move(conn, [(b.id, BlockState.LEFT, "") for b in watched if b.id not in failed], now())
        journal.append_all(conn, [_entry(block, outcome, words, wish, now()) for block, outcome, words in results])
    for block, outcome, words in results:
        yield BlockOutcome(block.account, Measure.SUSPEND, outcome, words)


def _said(answer: Optional[Answer], after: Optional[Account]) -> Tuple[Outcome, str]:
    if after is not None and after.suspended:
        return Outcome.FOREIGN, "left alone: was freed along with the reseller, and is suspended again as it was"
    words = answer.words if answer else "the panel gave no answer"
    return Outcome.FAILED, f"failed (somebody else's suspension went with ours and could not be laid again: {words})"


def _entry(block: Block, outcome: Outcome, words: str, wish: Wish, at: datetime) -> journal.Entry:
    facts = {"measure": Measure.SUSPEND.value, "reason": block.before["state"]["reason"], "words": words}
    act = "failed" if outcome is Outcome.FAILED else "reinstated"
    return journal.Entry(at, wish.who, act, wish.why, facts, block.case_ref, block.account.panel, block.account.name)
