"""CMD_API_SELECT_USERS: every spelling of public clients, its texts, rights, and what a suspension does elsewhere."""

import pytest
import requests

from tests.sandbox.small import ask, logged_in, pairs, password_of, select, small_panel, suspended

SUSPEND = [
    {"suspend": "Suspend"},
    {"suspend": "suspend"},
    {"dosuspend": "yes"},
    {"dosuspend": "1"},
    {"dosuspend": "Suspend"},
    {"suspend": "Suspend", "location": "CMD_SELECT_USERS"},
    {"dosuspend": "Suspend", "location": "USER_SHOW"},
    {"suspend": "Suspend", "location": "CMD_RESELLER_SHOW", "reason": "abuse", "details": "spam"},
    {"suspend": "Suspend", "action": "delete"},
]
ACTIVATE = [
    {"suspend": "Unsuspend"},
    {"suspend": "unsuspend"},
    {"dounsuspend": "yes"},
    {"dounsuspend": "1"},
    {"dounsuspend": "Unsuspend"},
    {"dounsuspend": "Unsuspend", "location": "CMD_SELECT_USERS"},
]
WAYS = ["get", "body", "query of a post", "both", "without api in the name"]


def send(panel, way, form):
    path = "/CMD_SELECT_USERS" if way == "without api in the name" else "/CMD_API_SELECT_USERS"
    if way == "get":
        return ask(panel, "GET", path, params=form)
    if way == "query of a post":
        return ask(panel, "POST", path, params=form)
    if way == "both":
        names = {key: value for key, value in form.items() if key.startswith("select")}
        return ask(panel, "POST", path, params=names, data={k: v for k, v in form.items() if k not in names})
    return ask(panel, "POST", path, data=form)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", SUSPEND, ids=lambda form: "-".join(form.values()))
def test_every_spelling_of_suspend_suspends(shared, way, form):
    try:
        answer = pairs(send(shared, way, {**form, "select0": "anna", "select1": "carl"}).text)
        assert suspended(shared) == {"anna", "carl"} and answer["error"] == "0"
    finally:
        shared.disk.set_suspended("anna", False)
        shared.disk.set_suspended("carl", False)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", ACTIVATE, ids=lambda form: "-".join(form.values()))
def test_every_spelling_of_unsuspend_activates(shared, way, form):
    shared.disk.set_suspended("anna", True)
    shared.disk.set_suspended("bert", True)
    try:
        answer = pairs(send(shared, way, {**form, "select0": "anna"}).text)
        assert suspended(shared) == {"bert"} and answer["error"] == "0"
        assert answer["details"] == "All selected Users have been unsuspended"
    finally:
        shared.disk.set_suspended("anna", False)
        shared.disk.set_suspended("bert", False)


@pytest.mark.parametrize(
    "form", [{}, {"action": "suspend"}, {"suspend": "yes"}, {"dosuspend": ""}, {"action": "delete"}]
)
def test_without_a_known_button_nothing_is_done_in_the_panels_own_spelling(shared, form):
    answer = select(shared, ["anna"], **form)
    assert pairs(answer.text) == {"error": "1", "text": "Unkown Select Command", "details": "none"}
    assert suspended(shared) == set()


def test_no_name_is_an_error(shared):
    assert pairs(select(shared, [], suspend="Suspend").text)["error"] == "1"


def test_names_may_be_numbered_with_gaps_and_come_in_any_order(fresh):
    form = {
        "select12": "carl",
        "suspend": "Suspend",
        "select3": "anna",
        "selectx": "bert",
        "select" + "9" * 5000: "bert",
    }
    ask(fresh, "POST", "/CMD_API_SELECT_USERS", data=form)
    assert suspended(fresh) == {"anna", "carl"}


@pytest.mark.parametrize("shown", [{}, {"json": "yes"}])
def test_an_absent_user_is_named_and_the_others_are_done(fresh, shown):
    answer = select(fresh, ["anna", "nobody", "bert"], suspend="Suspend", **shown)
    words = answer.json()["result"] if shown else pairs(answer.text)["details"]
    assert "User nobody did not exist on the server." in words
    assert suspended(fresh) == {"anna", "bert"}
    assert "success" not in answer.json() if shown else pairs(answer.text)["error"] == "1"


@pytest.mark.parametrize("name", ["carl", "noord", "webbouw", "admin"])
def test_a_reseller_may_suspend_nobody_but_his_own_users(fresh, name):
    answer = select(fresh, ["anna", name], "webbouw", suspend="Suspend", json="yes")
    assert "error" in answer.json() and name in answer.json()["result"]
    assert suspended(fresh) == {"anna"}


def test_a_reseller_may_not_activate_anothers_user(fresh):
    fresh.disk.set_suspended("carl", True)
    select(fresh, ["carl"], "webbouw", suspend="Unsuspend")
    assert suspended(fresh) == {"carl"}


def test_a_user_may_suspend_nobody(fresh):
    assert "error" in select(fresh, ["anna"], "anna", suspend="Suspend", json="yes").json()
    assert suspended(fresh) == set()


def test_an_admin_does_not_suspend_himself(fresh):
    assert pairs(select(fresh, ["admin"], suspend="Suspend").text)["error"] == "1"
    assert suspended(fresh) == set()


def test_deleting_wants_confirmation_and_says_who_went(fresh):
    assert pairs(select(fresh, ["anna"], delete="yes").text)["error"] == "1" and fresh.disk.exists("anna")
    answer = pairs(select(fresh, ["anna"], delete="yes", confirmed="Confirm").text)
    assert (answer["error"], answer["text"], answer["details"]) == ("0", "Users deleted", "User anna Removed")
    assert not fresh.disk.exists("anna") and fresh.disk.users_of("webbouw") == ["bert"]


def test_deleting_an_absent_user_says_so_in_the_panels_words(fresh):
    answer = pairs(select(fresh, ["gone"], delete="yes", confirmed="Confirm").text)
    assert answer["text"] == "Error while deleting Users"
    assert answer["details"] == "User gone did not exist on the server.  Removing it from your list."


@pytest.mark.parametrize(("toggles", "state"), [(False, set()), (True, {"anna"})])
def test_whether_unsuspend_on_an_active_account_toggles_is_switchable(tmp_path, toggles, state):
    with small_panel(tmp_path, unsuspend_toggles=toggles) as panel:
        select(panel, ["anna"], suspend="Unsuspend")
        assert suspended(panel) == state


@pytest.mark.parametrize(("toggles", "state"), [(False, {"anna"}), (True, set())])
def test_whether_suspend_on_a_suspended_account_toggles_is_switchable(tmp_path, toggles, state):
    with small_panel(tmp_path, unsuspend_toggles=toggles) as panel:
        panel.disk.set_suspended("anna", True, "abuse")
        select(panel, ["anna"], suspend="Suspend")
        assert suspended(panel) == state


@pytest.mark.parametrize(("marks", "state"), [(False, {"webbouw"}), (True, {"webbouw", "anna", "bert"})])
def test_whether_a_resellers_suspension_marks_his_users_is_switchable(tmp_path, marks, state):
    with small_panel(tmp_path, reseller_suspension_marks_users=marks) as panel:
        browser = logged_in(panel, "anna")
        select(panel, ["webbouw"], suspend="Suspend")
        assert suspended(panel) == state
        answer = browser.get(panel.url + "/CMD_API_LOGIN_TEST", headers={"Accept": "application/json"}, timeout=10)
        assert answer.status_code == (401 if marks else 200)
        select(panel, ["webbouw"], suspend="Unsuspend")
        assert suspended(panel) == set()


@pytest.mark.parametrize(
    ("shown", "reason"),
    [("details", "his words"), ("code", "abuse"), ("code: details", "abuse: his words"), ("none", "")],
)
def test_what_the_lists_show_as_reason_is_switchable(tmp_path, shown, reason):
    with small_panel(tmp_path, reason_shown=shown) as panel:
        select(panel, ["anna"], suspend="Suspend", reason="abuse", details="his words")
        rows = ask(panel, "GET", "/CMD_API_USER_SHOW?json=yes&reseller=webbouw").json()
        assert (rows["0"]["suspended"], rows["1"]["suspended"]["reason"]) == ({"value": "yes", "reason": reason}, "")


def test_a_reason_is_gone_with_the_suspension(fresh):
    before = fresh.disk.config("anna")
    select(fresh, ["anna"], suspend="Suspend", reason="abuse", details="his words")
    select(fresh, ["anna"], suspend="Unsuspend")
    assert fresh.disk.config("anna") == before


@pytest.mark.parametrize("details", ["a\nsuspended=no\nb", "x\r\nusertype=admin", "\0", "é=ü&<b>"])
def test_odd_details_begin_no_line_of_user_conf(fresh, details):
    select(fresh, ["anna"], suspend="Suspend", details=details)
    config = fresh.disk.config("anna")
    assert (config["suspended"], config["usertype"]) == ("yes", "user")
    lines = (fresh.disk.da / "data/users/anna/user.conf").read_text(encoding="utf-8").split("\n")
    assert sum(line.startswith("suspended=") for line in lines) == 1


class TestEffects:
    def test_both_apis_say_suspended(self, fresh):
        select(fresh, ["anna"], suspend="Suspend")
        assert ask(fresh, "GET", "/api/users/anna/config").json()["suspended"] is True
        assert pairs(ask(fresh, "GET", "/CMD_API_SHOW_USER_CONFIG?user=anna").text)["suspended"] == "yes"
        rows = ask(fresh, "GET", "/CMD_API_SHOW_USER_DOMAINS?user=anna&json=yes").json()
        assert rows["anna.example"].split(":")[5] == "yes"

    def test_panel_login_api_use_and_running_sessions_end(self, fresh):
        browser = logged_in(fresh, "anna")
        select(fresh, ["anna"], suspend="Suspend")
        accept = {"Accept": "application/json"}
        assert browser.get(fresh.url + "/CMD_API_LOGIN_TEST", headers=accept, timeout=10).status_code == 401
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna").status_code == 403
        assert fresh.try_login("anna", password_of("anna")) is None
        select(fresh, ["anna"], suspend="Unsuspend")
        assert fresh.try_login("anna", password_of("anna")) is not None

    def test_mail_ftp_and_cron_stop_and_come_back_and_the_neighbours_keep_theirs(self, fresh):
        def works(name):
            mail = fresh.mail_login_allowed(name), fresh.mail_accepted(f"{name}.example")
            return {*mail, fresh.ftp_login_allowed(name), fresh.cron_runs(name)}

        select(fresh, ["anna"], suspend="Suspend")
        assert works("anna") == {False} and works("bert") == {True}
        select(fresh, ["anna"], suspend="Unsuspend")
        assert works("anna") == {True}
        assert not fresh.mail_accepted("unknown.example")

    def test_the_sites_show_the_owners_page_and_the_neighbours_their_own(self, fresh):
        def site(host):
            return requests.get(fresh.sites_url, headers={"Host": host}, timeout=10).text

        select(fresh, ["anna"], suspend="Suspend")
        assert "This site has been suspended" in site("anna.example") and "bert.example" in site("bert.example")
        select(fresh, ["anna"], suspend="Unsuspend")
        assert "anna.example" in site("anna.example")

    def test_nothing_but_user_conf_changes_on_disk_and_it_comes_back_as_it_was(self, fresh):
        before = fresh.state_without_times()
        select(fresh, ["anna"], suspend="Suspend", reason="abuse", details="x")
        changed = {path for path, facts in fresh.state_without_times().items() if before.get(path) != facts}
        assert changed == {"usr/local/directadmin/data/users/anna/user.conf"}
        select(fresh, ["anna"], suspend="Unsuspend")
        assert fresh.state_without_times() == before
