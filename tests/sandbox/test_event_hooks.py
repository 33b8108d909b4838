"""The panel's event hooks: places, order, environment, exit codes; what a failing one stops and says."""

import os

import pytest
import requests

from tests.sandbox.small import ask, logged_in, pairs, password_of, script, select, suspended


def custom(panel, name, body):
    return script(panel.disk.da / "scripts/custom" / name, body)


def plugin(panel, name, hook, body, conf="active=yes\n"):
    folder = panel.disk.da / "plugins" / name
    path = script(folder / "hooks" / f"{hook}.sh", body)
    (folder / "plugin.conf").write_text(conf)
    return path


def heard(tmp_path):
    path = tmp_path / "heard"
    return path.read_text().split("\n")[:-1] if path.exists() else []


def note(tmp_path, words):
    return f'echo "{words}" >> {tmp_path}/heard'


def test_all_places_are_run_in_the_documented_order(fresh, tmp_path):
    plugin(fresh, "zeta", "user_suspend_post", note(tmp_path, "plugin zeta"))
    plugin(fresh, "alpha", "user_suspend_post", note(tmp_path, "plugin alpha"))
    custom(fresh, "user_suspend_post.sh", note(tmp_path, "custom"))
    custom(fresh, "user_suspend_post/b.sh", note(tmp_path, "folder b"))
    custom(fresh, "user_suspend_post/a.sh", note(tmp_path, "folder a"))
    custom(fresh, "user_suspend_post/readme.txt", note(tmp_path, "no hook"))
    select(fresh, ["anna"], suspend="Suspend")
    assert heard(tmp_path) == ["folder a", "folder b", "custom", "plugin alpha", "plugin zeta"]


@pytest.mark.parametrize("conf", ["active=no\n", "", "installed=yes\nid=p\n"])
def test_a_plugin_that_is_not_active_is_not_run(fresh, tmp_path, conf):
    plugin(fresh, "p", "user_suspend_post", note(tmp_path, "run"), conf)
    select(fresh, ["anna"], suspend="Suspend")
    assert heard(tmp_path) == []


def test_a_plugin_is_run_from_when_it_is_made_active(fresh, tmp_path):
    plugin(fresh, "p", "user_suspend_post", note(tmp_path, "run"), "active=no\n")
    select(fresh, ["anna"], suspend="Suspend")
    plugin(fresh, "p", "user_suspend_post", note(tmp_path, "run"))
    select(fresh, ["bert"], suspend="Suspend")
    assert heard(tmp_path) == ["run"]


def test_a_script_is_run_from_when_it_may_be_executed(fresh, tmp_path):
    path = custom(fresh, "user_suspend_post.sh", note(tmp_path, "run"))
    path.chmod(0o600)
    select(fresh, ["anna"], suspend="Suspend")
    path.chmod(0o700)
    select(fresh, ["bert"], suspend="Suspend")
    assert heard(tmp_path) == ["run"]


def test_all_are_run_though_one_fails_and_one_failure_fails_the_set(fresh, tmp_path):
    custom(fresh, "user_suspend_pre/1.sh", note(tmp_path, "first") + "\nexit 3")
    custom(fresh, "user_suspend_pre/2.sh", note(tmp_path, "second"))
    plugin(fresh, "p", "user_suspend_pre", note(tmp_path, "third"))
    select(fresh, ["anna"], suspend="Suspend")
    assert heard(tmp_path) == ["first", "second", "third"] and suspended(fresh) == set()


@pytest.mark.parametrize(
    ("button", "hook", "before"), [("Suspend", "user_suspend_pre", False), ("Unsuspend", "user_activate_pre", True)]
)
def test_a_failing_pre_stops_the_command_and_its_output_is_the_message(fresh, button, hook, before):
    fresh.disk.set_suspended("anna", before)
    custom(
        fresh, f"{hook}.sh", '[ "$username" = anna ] || exit 0\necho "out of hours"; echo "(from stderr)" >&2; exit 1'
    )
    fresh.disk.set_suspended("bert", before)
    answer = pairs(select(fresh, ["anna", "bert"], suspend=button).text)
    assert answer["error"] == "1" and answer["details"] == "out of hours\n(from stderr)"
    assert (fresh.disk.config("anna")["suspended"] == "yes") is before
    assert (fresh.disk.config("bert")["suspended"] == "yes") is not before


def test_a_failing_pre_without_a_word_still_stops_the_command(fresh):
    custom(fresh, "user_suspend_pre.sh", "exit 1")
    assert pairs(select(fresh, ["anna"], suspend="Suspend").text)["error"] == "1" and suspended(fresh) == set()


def test_a_failing_post_is_reported_though_the_act_is_done(fresh):
    custom(fresh, "user_suspend_post.sh", "echo sorry; exit 1")
    answer = pairs(select(fresh, ["anna"], suspend="Suspend").text)
    assert (answer["error"], answer["details"]) == ("1", "sorry") and suspended(fresh) == {"anna"}


@pytest.mark.parametrize(
    ("hook", "button"),
    [
        ("user_suspend_pre", "Suspend"),
        ("user_suspend_post", "Suspend"),
        ("user_activate_pre", "Unsuspend"),
        ("user_activate_post", "Unsuspend"),
    ],
)
def test_user_hooks_get_the_contents_of_user_conf_and_no_reason(fresh, tmp_path, hook, button):
    fresh.disk.set_suspended("anna", button == "Unsuspend", "abuse", "words")
    custom(fresh, f"{hook}.sh", f"env > {tmp_path}/heard; cat >> {tmp_path}/heard")
    select(fresh, ["anna"], suspend=button, reason="abuse", details="words")
    given = dict(line.split("=", 1) for line in heard(tmp_path))
    expected = {
        "username": "anna",
        "creator": "webbouw",
        "usertype": "user",
        "domain": "anna.example",
        "language": "en",
    }
    assert {key: given.get(key) for key in expected} == expected
    assert given["email"] == "anna@anna.example"
    state = {"user_suspend_post": "yes", "user_activate_pre": "yes"}.get(hook, "no")
    assert given["suspended"] == state and "suspended_reason" not in given and "suspended_details" not in given
    assert "HOME" not in given


def test_hooks_run_as_the_panel_itself(fresh, tmp_path):
    custom(fresh, "user_suspend_pre.sh", f"id -u > {tmp_path}/heard")
    select(fresh, ["anna"], suspend="Suspend")
    assert heard(tmp_path) == [str(os.geteuid())]


def test_creating_an_account_tells_its_password_and_user_conf(fresh, tmp_path):
    custom(fresh, "user_create_post.sh", note(tmp_path, "$username $creator $usertype $domain $passwd"))
    form = {
        "action": "create",
        "username": "dora",
        "passwd": "p w",
        "domain": "dora.example",
        "ip": "shared",
        "email": "d@x.example",
    }
    assert pairs(ask(fresh, "POST", "/CMD_API_ACCOUNT_USER", "webbouw", data=form).text)["error"] == "0"
    assert heard(tmp_path) == ["dora webbouw user dora.example p w"]


def test_deleting_an_account_tells_its_user_conf_before_and_after(fresh, tmp_path):
    folder = fresh.disk.da / "data/users/anna"
    for hook in ("user_destroy_pre", "user_destroy_post"):
        custom(
            fresh,
            f"{hook}.sh",
            f'[ -d {folder} ] && there=yes || there=no\necho "{hook} $username $creator $there" >> {tmp_path}/heard',
        )
    select(fresh, ["anna"], delete="yes", confirmed="Confirm")
    assert heard(tmp_path) == ["user_destroy_pre anna webbouw yes", "user_destroy_post anna webbouw no"]


def test_a_failing_user_destroy_pre_keeps_the_account(fresh):
    custom(fresh, "user_destroy_pre.sh", "echo not this one; exit 1")
    answer = pairs(select(fresh, ["anna"], delete="yes", confirmed="Confirm").text)
    assert answer["error"] == "1" and "not this one" in answer["details"] and fresh.disk.exists("anna")


class TestSessionCreatePre:
    def test_it_gets_what_is_documented(self, fresh, tmp_path):
        custom(fresh, "session_create_pre.sh", f"env > {tmp_path}/heard")
        form = {"username": "anna", "password": password_of("anna")}
        headers = {"User-Agent": "A Browser", "Referer": "http://x.example/y"}
        answer = requests.post(fresh.url + "/CMD_LOGIN", data=form, headers=headers, allow_redirects=False, timeout=10)
        given = dict(line.split("=", 1) for line in heard(tmp_path))
        expected = {
            "username": "anna",
            "password": password_of("anna"),
            "ip": "127.0.0.1",
            "referer": "http://x.example/y",
            "user_agent": "A Browser",
        }
        assert {key: given.get(key) for key in expected} == expected
        assert given["session_id"] == answer.cookies["session"]

    def test_a_failing_one_shows_the_login_page_without_a_word_and_one_line_in_the_log(self, fresh):
        custom(fresh, "session_create_pre.sh", 'echo "locked:"; echo "call us"; exit 1')
        form = {"username": "anna", "password": password_of("anna")}
        answer = requests.post(fresh.url + "/CMD_LOGIN", data=form, allow_redirects=False, timeout=10)
        assert answer.status_code == 200 and "DirectAdmin Login" in answer.text and "locked" not in answer.text
        assert "Set-Cookie" not in answer.headers and list((fresh.disk.da / "data/sessions").iterdir()) == []
        lines = (fresh.root / "var/log/directadmin/error.log").read_text().splitlines()
        assert len(lines) == 1 and "session_create_pre.sh" in lines[0] and "locked: call us" in lines[0]

    def test_the_login_api_tells_its_output(self, fresh):
        custom(fresh, "session_create_pre.sh", "echo locked; exit 1")
        answer = requests.post(
            fresh.url + "/api/login", json={"username": "anna", "password": password_of("anna")}, timeout=10
        )
        assert (answer.status_code, answer.json()["type"], answer.json()["output"]) == (
            492,
            "PRE_HOOK_ERROR",
            "locked\n",
        )

    def test_it_is_not_called_for_a_wrong_password_nor_for_a_suspended_account(self, fresh, tmp_path):
        custom(fresh, "session_create_pre.sh", note(tmp_path, "called"))
        fresh.disk.set_suspended("bert", True)
        fresh.try_login("anna", "wrong")
        fresh.try_login("bert", password_of("bert"))
        assert heard(tmp_path) == []

    def test_it_is_not_called_for_basic_nor_for_each_use_of_a_session(self, fresh, tmp_path):
        browser = logged_in(fresh, "anna")
        custom(fresh, "session_create_pre.sh", note(tmp_path, "called") + "; exit 1")
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna").status_code == 200
        assert browser.get(fresh.url + "/CMD_API_LOGIN_TEST", timeout=10).status_code == 200
        assert heard(tmp_path) == []

    def test_an_odd_name_or_password_reaches_it_as_data(self, fresh, tmp_path):
        custom(fresh, "session_create_pre.sh", f'printf "%s" "$password" > {tmp_path}/heard')
        fresh.disk.set_password("anna", "$(touch /nowhere)\n`x`;é")
        assert fresh.try_login("anna", "$(touch /nowhere)\n`x`;é") is not None
        assert (tmp_path / "heard").read_text() == "$(touch /nowhere)\n`x`;é"


@pytest.mark.parametrize("body", ["#!/no/such/interpreter\n", "no program at all \x00\x01"])
def test_a_script_that_cannot_be_run_fails_the_set(fresh, body):
    path = custom(fresh, "user_suspend_pre.sh", "")
    path.write_text(body)
    assert pairs(select(fresh, ["anna"], suspend="Suspend").text)["error"] == "1" and suspended(fresh) == set()


def test_what_a_hook_prints_in_odd_bytes_is_still_a_message(fresh):
    custom(fresh, "user_suspend_pre.sh", "printf '\\377\\376<b>&'; exit 1")
    assert "<b>&" in pairs(select(fresh, ["anna"], suspend="Suspend").text)["details"]
