"""Lay and lift blocks: write the intent, act, read back, write the proof. Any instant may be the last.

Works on one case, one panel and one measure at a time, in batches; `moves.py` decides, this module acts.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from dunning_plugin import journal
from dunning_plugin.enforce.moves import SAID, Act, Goal, Outcome, Step, next_step, proof, state_after
from dunning_plugin.errors import DunningError
from dunning_plugin.model import (
    AccountKind,
    AccountRef,
    Answer,
    Block,
    BlockState,
    Case,
    Facts,
    Measure,
    Seen,
    Sighting,
)
from dunning_plugin.panels.interface import Layer
from dunning_plugin.store import blocks as block_rows

if TYPE_CHECKING:
    from dunning_plugin.store import Store

Progress = Callable[[int], None]
"""Told how many accounts more were acted on."""


@dataclass(frozen=True)
class Order:
    """Who wants what and why: one goal, one measure, one case, accounts of one panel."""

    case: Case
    panel: str
    measure: Measure
    goal: Goal
    names: Tuple[str, ...]
    who: str
    why: str
    kind: AccountKind = AccountKind.USER


@dataclass(frozen=True)
class BlockOutcome:
    """What came of it for one account; `words` are for a person."""

    account: AccountRef
    measure: Measure
    outcome: Outcome
    words: str

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAILED


@dataclass(frozen=True)
class _Work:
    """One account on its way through carry_out."""

    name: str
    block: Optional[Block]
    sight: Sighting
    step: Step

    @property
    def state(self) -> Optional[BlockState]:
        return self.block.state if self.block else None


def carry_out(
    store: "Store",
    layer: Layer,
    order: Order,
    now: Callable[[], datetime],
    *,
    batch: int = 200,
    progress: Optional[Progress] = None,
    before_proof: Callable[[], None] = lambda: None,
) -> Iterator[BlockOutcome]:
    """Carry out an order; one BlockOutcome for every name, those that need no act first.

    `batch` accounts share one intent transaction and one act. The reading back comes once, after the last
    batch, so that the number of listings does not grow with the accounts. `before_proof` is called after the acts,
    while their blocks still stand as begun. Raises PanelUnreachable and the like
    only before anything was sent; later trouble is the outcome of the accounts concerned."""
    active = _active_blocks(store, order)
    seen = layer.see(order.names, order.case.ref)
    works = [_work(order, name, active.get(name), seen[name]) for name in order.names]
    yield from _settle_without_act(store, order, [work for work in works if work.step.act is Act.NOTHING], now)
    acting = [work for work in works if work.step.act is not Act.NOTHING]
    answers: Dict[str, Answer] = {}
    done: List[_Work] = []
    for start in range(0, len(acting), batch):
        part = acting[start : start + batch]
        done.extend(_intend(store, order, part, now))
        trouble = _send(layer, order, done[start:], answers)
        if progress:
            progress(len(part))
        if trouble:
            # The panel is away: what was not begun stays undone, what was begun is finished by the next command.
            rest = acting[start + batch :]
            yield from (_outcome(order, work.name, Outcome.FAILED, f"not begun: {trouble}") for work in rest)
            break
    if done:
        before_proof()
    yield from _prove(store, layer, order, done, answers, now)


def _active_blocks(store: "Store", order: Order) -> Mapping[str, Block]:
    with store.read() as conn:
        found = block_rows.active(conn, panel=order.panel, case_ref=order.case.ref)
    return {block.account.name: block for block in found if block.measure is order.measure}


def _work(order: Order, name: str, block: Optional[Block], sight: Sighting) -> _Work:
    return _Work(name, block, sight, next_step(block.state if block else None, order.goal, sight.seen))


def _settle_without_act(
    store: "Store", order: Order, works: Sequence[_Work], now: Callable[[], datetime]
) -> Iterator[BlockOutcome]:
    """Accounts that need nothing sent: held already, foreign, gone, never ours."""
    changed = [work for work in works if work.step.intent is not None and not _known_as_left(store, order, work)]
    if changed:
        with store.begin() as conn:
            fresh = {work.name: _before(order, work) for work in changed if work.block is None}
            notes = {work.name: work.sight.words for work in changed}
            block_rows.add(conn, order.case.ref, order.panel, order.measure, BlockState.LEFT, fresh, now(), notes)
            moves = [(work.block.id, BlockState.LEFT, work.sight.words) for work in changed if work.block]
            block_rows.move(conn, moves, now())
            journal.append_all(conn, [_entry(order, work, "left", now(), work.sight.words) for work in changed])
    for work in works:
        outcome = work.step.outcome or Outcome.NOTHING
        yield _outcome(order, work.name, outcome, work.sight.words)


def _known_as_left(store: "Store", order: Order, work: _Work) -> bool:
    """Was this foreign block recorded already? Then a second run writes nothing."""
    if work.block is not None:
        return False
    with store.read() as conn:
        rows = block_rows.of_case(conn, order.case.ref)
    same = [
        block
        for block in rows
        if block.account == AccountRef(order.panel, work.name) and block.measure is order.measure
    ]
    return bool(same) and same[-1].state is BlockState.LEFT


def _before(order: Order, work: _Work) -> Facts:
    return {"kind": order.kind.value, "owner": work.sight.owner, "state": dict(work.sight.before)}


def _intend(store: "Store", order: Order, works: Sequence[_Work], now: Callable[[], datetime]) -> List[_Work]:
    """Write down what will be done, before it is done; answers the works with their blocks."""
    at = now()
    act = "intended" if order.goal is Goal.LAY else "lifting"
    with store.begin() as conn:
        ended = [(work.block.id, work.step.ends, "lifted by others") for work in works if work.block and work.step.ends]
        block_rows.move(conn, ended, at)
        gone = {number for number, _, _ in ended}
        fresh = {work.name: _before(order, work) for work in works if work.block is None or work.block.id in gone}
        added = block_rows.add(conn, order.case.ref, order.panel, order.measure, BlockState.INTENDED, fresh, at)
        kept = [
            (work.block.id, work.step.intent, "")
            for work in works
            if work.block and work.name not in fresh and work.step.intent and work.step.intent is not work.block.state
        ]
        block_rows.move(conn, kept, at)
        begun = set(fresh) | {work.name for work in works if work.block and work.block.id in {k[0] for k in kept}}
        journal.append_all(conn, [_entry(order, work, act, at) for work in works if work.name in begun])
    return [replace(work, block=added[work.name]) if work.name in fresh else work for work in works]


def _send(layer: Layer, order: Order, works: Sequence[_Work], answers: Dict[str, Answer]) -> str:
    """Send one batch; '' or the words of what made it impossible to go on."""
    try:
        if order.goal is Goal.LAY:
            answers.update(layer.lay([work.name for work in works], order.case.ref))
        else:
            befores = {work.name: work.block.before.get("state", {}) for work in works if work.block}
            answers.update(layer.lift(befores, order.case.ref))
    except DunningError as error:
        answers.update({work.name: Answer(False, str(error)) for work in works})
        return str(error)
    return ""


def _prove(
    store: "Store",
    layer: Layer,
    order: Order,
    works: Sequence[_Work],
    answers: Mapping[str, Answer],
    now: Callable[[], datetime],
) -> Iterator[BlockOutcome]:
    """Read back once, write the proof, say what came of each."""
    if not works:
        return
    try:
        seen = layer.see([work.name for work in works], order.case.ref)
    except DunningError as error:
        words = f"done or not, the panel could not be read back; the next command finishes it: {error}"
        yield from (_outcome(order, work.name, Outcome.FAILED, words) for work in works)
        return
    results = [_proven(order, work, seen[work.name], answers.get(work.name)) for work in works]
    at = now()
    with store.begin() as conn:
        moves = []
        news = []
        for work, outcome, words in results:
            state = state_after(order.goal, outcome)
            if state is not None and work.block is not None:
                moves.append((work.block.id, state, words))
            news.append(_entry(order, work, _act_of(order, outcome), at, words))
        block_rows.move(conn, moves, at)
        journal.append_all(conn, news)
    for work, outcome, words in results:
        yield _outcome(order, work.name, outcome, words)


def _proven(order: Order, work: _Work, after: Sighting, answer: Optional[Answer]) -> Tuple[_Work, Outcome, str]:
    state_before = work.block.state if work.block else None
    outcome = proof(order.goal, work.sight.seen, state_before, after.seen)
    said = answer.words if answer else ""
    words = [after.words if outcome is Outcome.FOREIGN else "", said, _moved(work, after)]
    if outcome is Outcome.FAILED and answer and answer.ok:
        words.append("the panel said yes, but reading it back shows no change")
    return work, outcome, "; ".join(dict.fromkeys(word for word in words if word))


def _moved(work: _Work, after: Sighting) -> str:
    """Said when the account has another owner now than when the block was laid."""
    owner = str(work.block.before.get("owner", "")) if work.block else ""
    if owner and after.owner and owner != after.owner and after.seen is not Seen.GONE:
        return f"moved from {owner} to {after.owner} meanwhile"
    return ""


def _act_of(order: Order, outcome: Outcome) -> str:
    if outcome is Outcome.FAILED:
        return "failed"
    if outcome is Outcome.FOREIGN:
        return "left"
    return "laid" if order.goal is Goal.LAY and outcome is Outcome.LAID else "lifted"


def _entry(order: Order, work: _Work, act: str, at: datetime, words: str = "") -> journal.Entry:
    facts: Dict[str, object] = {"measure": order.measure.value, "seen": work.sight.seen.value}
    if act in ("intended", "left"):
        facts.update(_before(order, work))
    if words:
        facts["words"] = words
    return journal.Entry(at, order.who, act, order.why, facts, order.case.ref, order.panel, work.name)


def _outcome(order: Order, name: str, outcome: Outcome, words: str) -> BlockOutcome:
    said = SAID[outcome] + (f" ({words})" if words else "")
    return BlockOutcome(AccountRef(order.panel, name), order.measure, outcome, said)


def failed(outcomes: Iterable[BlockOutcome]) -> List[BlockOutcome]:
    """Those that failed, for the exit code and the table at the end."""
    return [outcome for outcome in outcomes if outcome.failed]
