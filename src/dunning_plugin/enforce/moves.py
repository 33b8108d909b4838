"""What to do next with one block: pure, from any state and any sight of the panel.

    state      means                                   may become
    (none)     nothing of ours on this account         intended, left
    intended   written down, perhaps done              laid, left, lifting
    laid       done and read back                      lifting, left
    lifting    to be lifted, perhaps lifted already    lifted, left, intended (wanted again)
    lifted     the account is as it was                -
    left       not ours (any more): never touched      -

A crash leaves `intended` or `lifting`; whoever comes next reads the panel and carries on from here.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Optional

from dunning_plugin.model import BlockState, Seen


class Goal(str, Enum):
    """What is wanted of an account."""

    LAY = "lay"
    LIFT = "lift"


class Act(str, Enum):
    """What to send to the panel."""

    LAY = "lay"
    LIFT = "lift"
    NOTHING = "nothing"


class Outcome(str, Enum):
    """What came of it for one account; the words that a person reads are in `SAID`."""

    LAID = "laid"
    HELD = "held"
    RESTORED = "restored"
    LIFTED_BY_OTHERS = "lifted by others"
    FOREIGN = "foreign"
    GONE = "gone"
    FAILED = "failed"
    NOTHING = "nothing"


SAID = {
    Outcome.LAID: "blocked",
    Outcome.HELD: "was blocked by us already",
    Outcome.RESTORED: "restored",
    Outcome.LIFTED_BY_OTHERS: "had been lifted by someone else already",
    Outcome.FOREIGN: "left alone: blocked by someone else",
    Outcome.GONE: "no longer on the panel",
    Outcome.FAILED: "failed",
    Outcome.NOTHING: "nothing of ours to lift",
}


@dataclass(frozen=True)
class Step:
    """One step: write `intent` first (None: write nothing), then send `act`; without an act `outcome` is final.

    `ends` is the state that the block takes before a new one is begun (lifted by hand, wanted again)."""

    intent: Optional[BlockState]
    act: Act
    outcome: Optional[Outcome] = None
    ends: Optional[BlockState] = None


def next_step(state: Optional[BlockState], goal: Goal, seen: Seen) -> Step:
    """The step from this state towards this goal, given what the panel shows now."""
    return _towards_laid(state, seen) if goal is Goal.LAY else _towards_lifted(state, seen)


def _towards_laid(state: Optional[BlockState], seen: Seen) -> Step:
    if seen is Seen.GONE:
        return Step(BlockState.LEFT if state else None, Act.NOTHING, Outcome.GONE)
    if seen is Seen.FOREIGN:
        return Step(BlockState.LEFT, Act.NOTHING, Outcome.FOREIGN)
    if seen is Seen.OURS and state is BlockState.LAID:
        return Step(None, Act.NOTHING, Outcome.HELD)
    if seen is Seen.FREE and state is BlockState.LAID:
        # Lifted by hand since; a person asks for it again, so the old block ends and a new one begins.
        return Step(BlockState.INTENDED, Act.LAY, ends=BlockState.LIFTED)
    return Step(BlockState.INTENDED, Act.LAY)


def _towards_lifted(state: Optional[BlockState], seen: Seen) -> Step:
    if state not in (BlockState.INTENDED, BlockState.LAID, BlockState.LIFTING):
        return Step(None, Act.NOTHING, Outcome.NOTHING)
    # The act is sent whatever was seen: the layer lifts only what is ours, and clears our own leftovers
    # (guard and lock files) of accounts that are gone or were lifted by hand.
    return Step(BlockState.LIFTING, Act.LIFT)


def proof(goal: Goal, seen_before: Seen, state_before: Optional[BlockState], seen_after: Seen) -> Outcome:
    """What the reading back says of an act that was sent."""
    if seen_after is Seen.GONE:
        return Outcome.GONE
    if seen_after is Seen.FOREIGN:
        return Outcome.FOREIGN
    if goal is Goal.LAY:
        return Outcome.LAID if seen_after is Seen.OURS else Outcome.FAILED
    if seen_after is Seen.OURS:
        return Outcome.FAILED
    by_others = seen_before is Seen.FREE and state_before is BlockState.LAID
    return Outcome.LIFTED_BY_OTHERS if by_others else Outcome.RESTORED


def state_after(goal: Goal, outcome: Outcome) -> Optional[BlockState]:
    """The state that an outcome leaves the block in; None: as it stands (failed, to be tried again)."""
    return {
        Outcome.LAID: BlockState.LAID,
        Outcome.RESTORED: BlockState.LIFTED,
        Outcome.LIFTED_BY_OTHERS: BlockState.LIFTED,
        Outcome.FOREIGN: BlockState.LEFT,
        Outcome.GONE: BlockState.LEFT if goal is Goal.LAY else BlockState.LIFTED,
    }.get(outcome)
