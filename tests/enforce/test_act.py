"""carry_out against a layer that keeps its state in a dict, so that every instant can be the last."""

from datetime import datetime, timezone

import pytest

from dunning_plugin import journal
from dunning_plugin.enforce.act import Order, carry_out
from dunning_plugin.enforce.moves import Goal, Outcome
from dunning_plugin.errors import PanelUnreachable
from dunning_plugin.model import Answer, BlockState, Debtor, Measure, Seen, Sighting
from dunning_plugin.store import Store, blocks, cases, ledger

NAMES = ("webbouw", "jan", "piet", "kees")


class Stop(BaseException):
    """The process dies here."""


class DictLayer:
    """name -> reason: '' is free; the reference is ours; anything else foreign."""

    measure = Measure.SUSPEND

    def __init__(self, state):
        self.state, self.owners, self.away, self.sent = dict(state), {}, False, []

    def see(self, names, case_ref):
        if self.away:
            raise PanelUnreachable("da1 is away")
        return {name: self._sight(name, case_ref) for name in names}

    def _sight(self, name, case_ref):
        if name not in self.state:
            return Sighting(Seen.GONE)
        reason = self.state[name]
        seen = Seen.FREE if not reason else Seen.OURS if reason == case_ref else Seen.FOREIGN
        return Sighting(seen, {"reason": reason}, self.owners.get(name, "webbouw"), reason)

    def lay(self, names, case_ref):
        self.sent.append(("lay", tuple(names)))
        return {name: self._set(name, case_ref, "") for name in names}

    def lift(self, befores, case_ref):
        self.sent.append(("lift", tuple(befores)))
        return {name: self._set(name, "", case_ref) for name in befores}

    def _set(self, name, reason, only_if):
        if self.state.get(name) == only_if:
            self.state[name] = reason
        return Answer(True)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "state")
    with store.begin() as conn:
        ledger.put_debtor(conn, Debtor("webbouw-noord", "Webbouw Noord"))
    yield store
    store.close()


@pytest.fixture
def case(store):
    with store.begin() as conn:
        return cases.open_case(conn, "webbouw-noord", now())


def now():
    return datetime(2009, 4, 8, 7, 0, tzinfo=timezone.utc)


def run(store, layer, case, goal, names=NAMES, batch=200):
    order = Order(case, "da1", Measure.SUSPEND, goal, tuple(names), "root", "a reason")
    return {done.account.name: done.outcome for done in carry_out(store, layer, order, now, batch=batch)}


def states(store, case):
    with store.read() as conn:
        return {block.account.name: block.state for block in blocks.of_case(conn, case.ref)}


def acts(store):
    with store.read() as conn:
        return [row["act"] for row in journal.read(conn)]


def test_restore_leaves_an_account_suspended_for_abuse(store, case):
    layer = DictLayer({"webbouw": "", "jan": "abuse", "piet": "", "kees": ""})
    laid = run(store, layer, case, Goal.LAY)
    lifted = run(store, layer, case, Goal.LIFT)
    assert laid["jan"] is Outcome.FOREIGN and lifted["jan"] is Outcome.NOTHING
    assert layer.state == {"webbouw": "", "jan": "abuse", "piet": "", "kees": ""}


def test_a_second_suspend_and_a_second_restore_write_and_send_nothing(store, case):
    layer = DictLayer({"webbouw": "", "jan": "abuse", "piet": "", "kees": ""})
    for goal in (Goal.LAY, Goal.LIFT):
        run(store, layer, case, goal)
        written, sent = acts(store), list(layer.sent)
        run(store, layer, case, goal)
        assert (acts(store), layer.sent) == (written, sent)


def test_an_account_lifted_by_hand_meanwhile_is_said_and_ends_lifted(store, case):
    layer = DictLayer(dict.fromkeys(NAMES, ""))
    run(store, layer, case, Goal.LAY)
    layer.state["jan"] = ""
    assert run(store, layer, case, Goal.LIFT)["jan"] is Outcome.LIFTED_BY_OTHERS
    assert states(store, case)["jan"] is BlockState.LIFTED


def test_an_account_blocked_by_someone_else_since_is_left(store, case):
    layer = DictLayer(dict.fromkeys(NAMES, ""))
    run(store, layer, case, Goal.LAY)
    layer.state["jan"] = "abuse"
    assert run(store, layer, case, Goal.LIFT)["jan"] is Outcome.FOREIGN
    assert layer.state["jan"] == "abuse" and states(store, case)["jan"] is BlockState.LEFT


def test_a_deleted_account_holds_up_no_other(store, case):
    layer = DictLayer(dict.fromkeys(NAMES, ""))
    run(store, layer, case, Goal.LAY)
    del layer.state["jan"]
    outcomes = run(store, layer, case, Goal.LIFT)
    assert outcomes["jan"] is Outcome.GONE and outcomes["piet"] is Outcome.RESTORED


def test_an_account_that_moved_to_another_reseller_is_lifted_and_said(store, case):
    layer = DictLayer(dict.fromkeys(NAMES, ""))
    run(store, layer, case, Goal.LAY)
    layer.owners["jan"] = "noordweb"
    order = Order(case, "da1", Measure.SUSPEND, Goal.LIFT, NAMES, "root", "")
    words = {done.account.name: done.words for done in carry_out(store, layer, order, now)}
    assert "moved from webbouw to noordweb" in words["jan"] and layer.state["jan"] == ""


def test_a_panel_that_is_away_before_the_first_look_changes_nothing(store, case):
    layer = DictLayer(dict.fromkeys(NAMES, ""))
    layer.away = True
    with pytest.raises(PanelUnreachable):
        run(store, layer, case, Goal.LAY)
    assert states(store, case) == {} and acts(store) == []


def test_a_panel_that_goes_away_in_the_middle_fails_what_was_begun_and_begins_no_more(store, case):
    layer = DictLayer(dict.fromkeys(NAMES, ""))
    send = layer.lay

    def break_down(names, case_ref):
        layer.away = True
        raise PanelUnreachable("da1 is away")

    layer.lay = break_down
    outcomes = run(store, layer, case, Goal.LAY, batch=2)
    assert set(outcomes.values()) == {Outcome.FAILED}
    assert set(states(store, case)) == {"webbouw", "jan"}
    layer.lay, layer.away = send, False
    assert set(run(store, layer, case, Goal.LAY).values()) == {Outcome.LAID}


def test_a_panel_that_says_yes_and_does_nothing_is_found_out_by_the_reading_back(store, case):
    layer = DictLayer(dict.fromkeys(NAMES, ""))
    layer.lay = lambda names, case_ref: {name: Answer(True) for name in names}
    assert set(run(store, layer, case, Goal.LAY).values()) == {Outcome.FAILED}
    assert set(states(store, case).values()) == {BlockState.INTENDED}


@pytest.mark.parametrize("goal", list(Goal))
@pytest.mark.parametrize("step", range(12))
def test_whatever_the_instant_of_death_the_next_command_reaches_the_same_end(store, case, goal, step, monkeypatch):
    layer = DictLayer({"webbouw": "", "jan": "abuse", "piet": "", "kees": ""})
    if goal is Goal.LIFT:
        run(store, layer, case, Goal.LAY)
    die_at(monkeypatch, store, layer, step)
    try:
        run(store, layer, case, goal, batch=1)
    except Stop:
        monkeypatch.undo()
    monkeypatch.undo()
    run(store, layer, case, goal, batch=1)
    ours = "" if goal is Goal.LIFT else case.ref
    assert layer.state == {"webbouw": ours, "jan": "abuse", "piet": ours, "kees": ours}
    ended = BlockState.LIFTED if goal is Goal.LIFT else BlockState.LAID
    assert states(store, case) == {"webbouw": ended, "jan": BlockState.LEFT, "piet": ended, "kees": ended}


def die_at(monkeypatch, store, layer, step):
    """Die before or after the n-th thing that touches the store or the panel."""
    count = iter(range(1000))

    def mortal(function, after):
        def call(*args, **kwargs):
            if next(count) == step:
                if after:
                    function(*args, **kwargs)
                raise Stop
            return function(*args, **kwargs)

        return call

    for owner, name, after in (
        (journal, "append_all", False),
        (blocks, "move", True),
        (layer, "lay", True),
        (layer, "lift", True),
    ):
        monkeypatch.setattr(owner, name, mortal(getattr(owner, name), after))
