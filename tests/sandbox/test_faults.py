"""Faults on request: each kind does what it says, counted, through the control endpoint and its token."""

import json
import time

import pytest
import requests

from dunning_plugin.sandbox.directadmin.options import Fault, Faults
from tests.sandbox.small import ask, logged_in, select, suspended

TEST = "/CMD_API_LOGIN_TEST"


def plan(panel, body, token=None):
    headers = {"X-Sandbox-Token": panel.control_token if token is None else token}
    return requests.post(panel.url + "/__sandbox__/faults", json=body, headers=headers, timeout=10)


def outcome(panel, path=TEST):
    """The status, or 'cut'."""
    try:
        return ask(panel, "GET", path).status_code
    except requests.ConnectionError:
        return "cut"


def test_an_error_is_answered_once_with_its_status_and_nothing_is_done(fresh):
    assert plan(fresh, {"faults": [{"kind": "error", "status": 503}]}).status_code == 204
    assert select(fresh, ["anna"], suspend="Suspend").status_code == 503 and suspended(fresh) == set()
    assert outcome(fresh) == 200


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "error"}, [500, 200, 200, 200]),
        ({"kind": "error", "nth": 3}, [200, 200, 500, 200]),
        ({"kind": "error", "nth": 2, "times": 2}, [200, 500, 500, 200]),
        ({"kind": "cut", "nth": 2}, [200, "cut", 200, 200]),
        ({"kind": "error", "path": "SELECT_USERS"}, [200, 200, 200, 200]),
        ({"kind": "error", "path": "LOGIN_TEST$", "status": 502}, [502, 200, 200, 200]),
    ],
)
def test_a_fault_meets_the_nth_request_that_matches_so_many_times(fresh, fault, expected):
    plan(fresh, {"faults": [fault]})
    assert [outcome(fresh) for _ in range(4)] == expected


def test_the_same_plan_gives_the_same_run_twice(fresh):
    faults = [{"kind": "error", "status": 500}, {"kind": "error", "nth": 2, "status": 502}, {"kind": "cut", "nth": 4}]
    runs = []
    for _ in range(2):
        plan(fresh, {"faults": faults})
        runs.append([outcome(fresh) for _ in range(5)])
    assert runs == [[500, 502, 200, "cut", 200]] * 2


def test_a_cut_acts_first(fresh):
    plan(fresh, {"faults": [{"kind": "cut", "path": "SELECT_USERS"}]})
    with pytest.raises(requests.ConnectionError):
        select(fresh, ["anna", "bert"], suspend="Suspend")
    assert suspended(fresh) == {"anna", "bert"}


@pytest.mark.parametrize(("keep", "state"), [(0, set()), (1, {"anna"}), (2, {"anna", "bert"})])
def test_a_half_batch_acts_on_its_first_accounts_and_answers_500(fresh, keep, state):
    plan(fresh, {"faults": [{"kind": "half", "path": "SELECT_USERS", "keep": keep}]})
    assert select(fresh, ["anna", "bert", "carl"], suspend="Suspend").status_code == 500
    assert suspended(fresh) == state


def test_a_half_batch_activates_by_half_too(fresh):
    for name in ("anna", "bert"):
        fresh.disk.set_suspended(name, True)
    plan(fresh, {"faults": [{"kind": "half"}]})
    assert select(fresh, ["anna", "bert"], suspend="Unsuspend").status_code == 500
    assert suspended(fresh) == {"bert"}


def test_a_hang_holds_one_caller_and_nobody_else_and_acts_on_nothing(fresh):
    plan(fresh, {"faults": [{"kind": "hang", "seconds": 1.5, "path": "SELECT_USERS"}]})
    with pytest.raises(requests.Timeout):
        requests.post(
            fresh.url + "/CMD_API_SELECT_USERS",
            data={"suspend": "Suspend", "select0": "anna"},
            auth=("admin", fresh.password),
            timeout=0.3,
        )
    assert outcome(fresh) == 200
    time.sleep(1.5)
    assert suspended(fresh) == set()


def test_a_hang_ends_in_a_cut(fresh):
    plan(fresh, {"faults": [{"kind": "hang", "seconds": 0.4}]})
    began = time.monotonic()
    assert outcome(fresh) == "cut" and time.monotonic() - began >= 0.4


def test_logout_ends_all_sessions_first(fresh):
    browser = logged_in(fresh, "anna")
    plan(fresh, {"faults": [{"kind": "logout"}]})
    answer = browser.get(fresh.url + TEST, headers={"Accept": "application/json"}, timeout=10)
    assert answer.status_code == 401 and fresh.sessions.all() == []


def test_latency_holds_every_request_until_it_is_taken_back(fresh):
    plan(fresh, {"latency": 0.3})
    began = time.monotonic()
    assert outcome(fresh) == outcome(fresh) == 200 and time.monotonic() - began >= 0.6
    plan(fresh, {})
    began = time.monotonic()
    assert outcome(fresh) == 200 and time.monotonic() - began < 0.3


def test_a_new_plan_replaces_the_old_one(fresh):
    plan(fresh, {"faults": [{"kind": "error", "times": 9}]})
    plan(fresh, {"faults": []})
    assert outcome(fresh) == 200


@pytest.mark.parametrize("token", ["", "wrong", "é", "x" * 1000])
def test_nothing_is_planned_without_the_token(fresh, token):
    headers = {"X-Sandbox-Token": token.encode("latin-1")}
    body = {"faults": [{"kind": "error"}]}
    answer = requests.post(fresh.url + "/__sandbox__/faults", json=body, headers=headers, timeout=10)
    assert answer.status_code == 403 and outcome(fresh) == 200


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"faults": [{"kind": "explode"}]},
        {"faults": [{}]},
        {"faults": [5]},
        {"faults": {"kind": "error"}},
        {"faults": [{"kind": "error", "path": "("}]},
        {"faults": [{"kind": "error", "path": 5}]},
        {"faults": [{"kind": "error", "nth": "2"}]},
        {"faults": [{"kind": "error", "nth": 0}]},
        {"faults": [{"kind": "error", "status": 99}]},
        {"faults": [{"kind": "error", "colour": "red"}]},
        {"faults": [{"kind": "hang", "seconds": -1}]},
        {"faults": [{"kind": "hang", "seconds": "soon"}]},
        {"faults": [{"kind": "half", "keep": 1.5}]},
        {"latency": -1},
        {"latency": "x"},
        {"latency": None},
        {"latency": 1e400},
        {"fault": []},
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_the_old_one_stays(shared, body):
    shared.faults.set({"latency": 0.01, "faults": [{"kind": "error", "path": "NEVER"}]})
    try:
        answer = requests.post(
            shared.url + "/__sandbox__/faults",
            data=json.dumps(body),
            headers={"X-Sandbox-Token": shared.control_token},
            timeout=10,
        )
        assert answer.status_code == 400 and answer.text.strip()
        assert (shared.faults.latency, len(shared.faults.planned)) == (0.01, 1)
    finally:
        shared.faults.set({})


def test_the_plan_in_python_is_as_strict():
    with pytest.raises(ValueError, match="no fault"):
        Faults().plan("explode")
    assert Fault("hang", seconds=1).seconds == 1.0
