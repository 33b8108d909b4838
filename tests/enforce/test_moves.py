"""The table of moves, walked whole: every state, every goal, every sight."""

import itertools

import pytest

from dunning_plugin.enforce.moves import SAID, Act, Goal, Outcome, next_step, proof, state_after
from dunning_plugin.model import ACTIVE_BLOCK_STATES, BlockState, Seen

STATES = [None, *ACTIVE_BLOCK_STATES]
ALL = list(itertools.product(STATES, Goal, Seen))


@pytest.mark.parametrize(("state", "goal", "seen"), ALL)
def test_every_step_either_acts_or_says_what_came_of_it(state, goal, seen):
    step = next_step(state, goal, seen)
    assert (step.act is Act.NOTHING) == (step.outcome is not None)


@pytest.mark.parametrize(("state", "seen"), list(itertools.product(STATES, Seen)))
def test_nothing_is_laid_on_an_account_that_somebody_else_blocked_or_that_is_gone(state, seen):
    step = next_step(state, Goal.LAY, seen)
    if seen in (Seen.FOREIGN, Seen.GONE):
        assert step.act is Act.NOTHING
        assert step.intent in (BlockState.LEFT, None)


@pytest.mark.parametrize("seen", list(Seen))
def test_nothing_is_lifted_where_we_laid_nothing(seen):
    step = next_step(None, Goal.LIFT, seen)
    assert (step.act, step.intent, step.outcome) == (Act.NOTHING, None, Outcome.NOTHING)


@pytest.mark.parametrize(("state", "goal", "seen"), ALL)
def test_an_act_is_never_sent_without_an_intent_in_the_store(state, goal, seen):
    step = next_step(state, goal, seen)
    if step.act is not Act.NOTHING:
        assert step.intent is not None


def test_laying_what_is_laid_is_a_no_op():
    assert next_step(BlockState.LAID, Goal.LAY, Seen.OURS).act is Act.NOTHING


def test_a_block_lifted_by_hand_ends_before_a_new_one_begins():
    step = next_step(BlockState.LAID, Goal.LAY, Seen.FREE)
    assert step.ends is BlockState.LIFTED and step.intent is BlockState.INTENDED


@pytest.mark.parametrize("state", [BlockState.INTENDED, BlockState.LIFTING])
def test_a_crash_while_laying_or_lifting_is_carried_on_towards_either_goal(state):
    assert next_step(state, Goal.LAY, Seen.FREE).act is Act.LAY
    assert next_step(state, Goal.LAY, Seen.OURS).act is Act.LAY
    assert next_step(state, Goal.LIFT, Seen.OURS).act is Act.LIFT
    assert next_step(state, Goal.LIFT, Seen.FREE).act is Act.LIFT


@pytest.mark.parametrize(
    ("goal", "before", "state", "after", "outcome"),
    [
        (Goal.LAY, Seen.FREE, BlockState.INTENDED, Seen.OURS, Outcome.LAID),
        (Goal.LAY, Seen.FREE, BlockState.INTENDED, Seen.FREE, Outcome.FAILED),
        (Goal.LAY, Seen.FREE, BlockState.INTENDED, Seen.FOREIGN, Outcome.FOREIGN),
        (Goal.LAY, Seen.FREE, BlockState.INTENDED, Seen.GONE, Outcome.GONE),
        (Goal.LIFT, Seen.OURS, BlockState.LAID, Seen.FREE, Outcome.RESTORED),
        (Goal.LIFT, Seen.FREE, BlockState.LAID, Seen.FREE, Outcome.LIFTED_BY_OTHERS),
        (Goal.LIFT, Seen.FREE, BlockState.LIFTING, Seen.FREE, Outcome.RESTORED),
        (Goal.LIFT, Seen.OURS, BlockState.LAID, Seen.OURS, Outcome.FAILED),
        (Goal.LIFT, Seen.FOREIGN, BlockState.LAID, Seen.FOREIGN, Outcome.FOREIGN),
        (Goal.LIFT, Seen.GONE, BlockState.LAID, Seen.GONE, Outcome.GONE),
    ],
)
def test_the_reading_back_decides_what_came_of_an_act(goal, before, state, after, outcome):
    assert proof(goal, before, state, after) is outcome


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_failed_act_keeps_its_intent_and_every_outcome_has_words(outcome):
    assert SAID[outcome]
    if outcome is Outcome.FAILED:
        assert state_after(Goal.LAY, outcome) is None and state_after(Goal.LIFT, outcome) is None


def test_a_foreign_block_is_never_recorded_as_ours():
    assert state_after(Goal.LIFT, Outcome.FOREIGN) is BlockState.LEFT
    assert state_after(Goal.LAY, Outcome.FOREIGN) is BlockState.LEFT
