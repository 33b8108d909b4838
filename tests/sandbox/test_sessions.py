"""Panel sessions: begun at the login page or by /api/login, two cookies, files on disk, login-as, age, end."""

import os
import stat
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.small import ask, logged_in, password_of, script, small_panel

CONFIG = "/CMD_API_SHOW_USER_CONFIG?json=yes"
SWITCH, RETURN = "/api/session/login-as/switch", "/api/session/login-as/return"


def get(panel, browser, path=CONFIG):
    return browser.get(panel.url + path, headers={"Accept": "application/json"}, timeout=10)


def files(panel):
    return [name for name in os.listdir(panel.disk.da / "data/sessions") if not name.startswith(".")]


def test_the_login_page_gives_two_cookies_of_39_characters(fresh):
    browser = logged_in(fresh, "anna")
    assert {name: len(value) for name, value in browser.cookies.items()} == {"session": 39, "key": 39}
    assert get(fresh, browser).json()["username"] == "anna"


def test_the_cookies_are_for_http_only(fresh):
    form = {"username": "anna", "password": password_of("anna")}
    answer = requests.post(fresh.url + "/CMD_LOGIN", data=form, allow_redirects=False, timeout=10)
    lines = answer.raw.headers.getlist("Set-Cookie")
    assert len(lines) == 2 and all("HttpOnly" in line and "path=/" in line for line in lines)


def test_a_session_is_a_file_that_only_root_reads(fresh):
    browser = logged_in(fresh, "anna")
    assert files(fresh) == [f"sess_{browser.cookies['session']}"]
    path = fresh.disk.da / "data/sessions" / files(fresh)[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_deleting_the_file_ends_the_session(fresh):
    browser = logged_in(fresh, "anna")
    (fresh.disk.da / "data/sessions" / files(fresh)[0]).unlink()
    assert get(fresh, browser).status_code == 401


@pytest.mark.parametrize(
    "broken", ["", "id=x\nkey=y\n", "created=never\nid=a\nkey=b\nusername=anna\nip=x\npublic_id=p\n"]
)
def test_a_broken_session_file_is_no_session(fresh, broken):
    browser = logged_in(fresh, "anna")
    (fresh.disk.da / "data/sessions" / files(fresh)[0]).write_text(broken)
    assert get(fresh, browser).status_code == 401
    assert ask(fresh, "GET", "/api/sessions", "anna").json() == []


@pytest.mark.parametrize(
    "cookie",
    [
        "session={id}; key=wrong",
        "session={id}",
        "session=../sess_x; key={key}",
        "session=; key=",
        "session={id}; key=é",
        "session=" + "a" * 400,
    ],
)
def test_a_wrong_cookie_is_no_session(fresh, cookie):
    browser = logged_in(fresh, "anna")
    header = cookie.format(id=browser.cookies["session"], key=browser.cookies["key"])
    answer = requests.get(
        fresh.url + CONFIG, headers={"Cookie": header.encode("latin-1"), "Accept": "application/json"}, timeout=10
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("referer", "place"),
    [
        ("", "/"),
        ("/CMD_PLUGINS_ADMIN/dunning/index.html?a=1&b=%41", "/CMD_PLUGINS_ADMIN/dunning/index.html?a=1&b=%41"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\r\nX: y", "/"),
        ("/é", "/%C3%A9"),
    ],
)
def test_after_the_login_it_goes_on_to_a_place_of_this_panel_only(fresh, referer, place):
    form = {"username": "anna", "password": password_of("anna"), "referer": referer}
    answer = requests.post(fresh.url + "/CMD_LOGIN", data=form, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (302, place)


def test_a_wrong_password_shows_the_login_page_again_without_a_word(fresh):
    form = {"username": "anna", "password": "wrong", "referer": "/CMD_USER"}
    answer = requests.post(fresh.url + "/CMD_LOGIN", data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 200 and 'value="/CMD_USER"' in answer.text
    assert "wrong" not in answer.text.lower() and "set-cookie" not in answer.headers


def test_the_login_page_is_shown_to_everybody(shared):
    assert "<title>DirectAdmin Login</title>" in requests.get(shared.url + "/CMD_LOGIN", timeout=10).text


def test_api_login_gives_the_session_and_its_cookies(fresh):
    answer = requests.post(
        fresh.url + "/api/login", json={"username": "anna", "password": password_of("anna")}, timeout=10
    )
    assert answer.status_code == 200 and len(answer.json()["sessionID"]) == 39
    assert requests.get(fresh.url + CONFIG, cookies=answer.cookies, timeout=10).json()["username"] == "anna"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"username": "anna", "password": "no"}, 401, "UNAUTHORIZED"),
        ({"username": "anna"}, 400, "BAD_REQUEST"),
        (["x"], 400, "BAD_REQUEST"),
    ],
)
def test_api_login_refuses_with_a_type(fresh, body, status, kind):
    answer = requests.post(fresh.url + "/api/login", json=body, timeout=10)
    assert (answer.status_code, answer.json()["type"]) == (status, kind)


def test_a_suspended_account_cannot_log_in_at_either_door(fresh):
    fresh.disk.set_suspended("anna", True)
    form = {"username": "anna", "password": password_of("anna")}
    page = requests.post(fresh.url + "/CMD_LOGIN", data=form, allow_redirects=False, timeout=10)
    assert page.status_code == 200 and "DirectAdmin Login" in page.text
    assert requests.post(fresh.url + "/api/login", json=form, timeout=10).json()["type"] == "LOGIN_ACCOUNT_DISABLED"
    assert files(fresh) == []


def test_a_session_lives_by_use_and_dies_without(tmp_path):
    with small_panel(tmp_path, session_seconds=0.8) as panel:
        browser = logged_in(panel, "anna")
        for _ in range(4):
            time.sleep(0.3)
            assert get(panel, browser).status_code == 200
        time.sleep(1)
        assert get(panel, browser).status_code == 401
        assert files(panel) == []


def test_logging_out_ends_the_session_and_takes_the_cookies_back(fresh):
    browser = logged_in(fresh, "anna")
    answer = browser.get(fresh.url + "/CMD_LOGOUT", allow_redirects=False, timeout=10)
    assert answer.status_code == 302 and files(fresh) == []
    assert not browser.cookies.get("session")


def test_session_destroy_pre_hears_of_a_logout(fresh, tmp_path):
    script(
        fresh.disk.da / "scripts/custom/session_destroy_pre.sh", f'echo "$username $ip $key $host" >> {tmp_path}/heard'
    )
    browser = logged_in(fresh, "anna")
    key = browser.cookies["key"]
    browser.get(fresh.url + "/CMD_LOGOUT", allow_redirects=False, timeout=10)
    assert (tmp_path / "heard").read_text().split()[:3] == ["anna", "127.0.0.1", key]


class TestOwnSessions:
    def test_they_are_listed_with_the_current_one_marked_and_no_secret(self, fresh):
        browser, other = logged_in(fresh, "anna"), logged_in(fresh, "anna")
        logged_in(fresh, "bert")
        rows = get(fresh, browser, "/api/sessions").json()
        assert len(rows) == 2 and sum(row["current"] for row in rows) == 1
        text = str(rows)
        assert all(value not in text for value in (*browser.cookies.values(), *other.cookies.values()))

    def test_one_is_destroyed_by_its_public_id(self, fresh):
        browser, other = logged_in(fresh, "anna"), logged_in(fresh, "anna")
        public = next(row["publicID"] for row in get(fresh, browser, "/api/sessions").json() if not row["current"])
        assert browser.post(fresh.url + f"/api/sessions/destroy/{public}", timeout=10).status_code == 204
        assert (get(fresh, browser).status_code, get(fresh, other).status_code) == (200, 401)

    def test_nobody_destroys_another_accounts(self, fresh):
        mine = logged_in(fresh, "anna")
        public = get(fresh, mine, "/api/sessions").json()[0]["publicID"]
        ask(fresh, "POST", f"/api/sessions/destroy/{public}", "bert")
        ask(fresh, "POST", f"/api/sessions/destroy/{public}", "admin")
        assert get(fresh, mine).status_code == 200
        ask(fresh, "POST", f"/api/sessions/destroy/{public}", "admin|anna")
        assert get(fresh, mine).status_code == 401

    def test_all_others_go_at_once(self, fresh):
        browser, other = logged_in(fresh, "anna"), logged_in(fresh, "anna")
        browser.post(fresh.url + "/api/sessions/destroy-all-other", timeout=10)
        assert (get(fresh, browser).status_code, get(fresh, other).status_code) == (200, 401)


class TestLoginAs:
    def switch(self, panel, browser, name):
        return browser.post(panel.url + SWITCH, json={"username": name}, timeout=10)

    def test_an_admin_becomes_a_user_and_returns(self, fresh):
        browser = logged_in(fresh)
        assert self.switch(fresh, browser, "anna").status_code == 204
        seen = get(fresh, browser, "/api/session").json()
        assert (seen["effectiveUsername"], seen["realUsername"], seen["effectiveRole"]) == ("anna", "admin", "user")
        assert get(fresh, browser).json()["username"] == "anna"
        assert browser.post(fresh.url + RETURN, timeout=10).status_code == 204
        assert get(fresh, browser).json()["username"] == "admin"

    def test_the_session_and_its_cookies_stay_the_same(self, fresh):
        browser = logged_in(fresh)
        before = dict(browser.cookies)
        self.switch(fresh, browser, "anna")
        assert dict(browser.cookies) == before and len(files(fresh)) == 1

    def test_an_admin_goes_into_a_suspended_account(self, fresh):
        fresh.disk.set_suspended("anna", True)
        browser = logged_in(fresh)
        assert self.switch(fresh, browser, "anna").status_code == 204
        assert get(fresh, browser).json()["username"] == "anna"

    @pytest.mark.parametrize(
        ("who", "whom"), [("webbouw", "carl"), ("webbouw", "admin"), ("anna", "bert"), ("admin", "nobody")]
    )
    def test_nobody_becomes_who_is_not_his(self, fresh, who, whom):
        browser = logged_in(fresh, who)
        assert self.switch(fresh, browser, whom).status_code == 403
        assert get(fresh, browser).json()["username"] == who

    def test_a_reseller_lists_his_users_only(self, fresh):
        rows = get(fresh, logged_in(fresh, "webbouw"), "/api/session/login-as/user-list").json()
        assert [row["user"] for row in rows] == ["anna", "bert"]

    def test_suspending_the_account_leaves_the_admin_in_it(self, fresh):
        browser, own = logged_in(fresh), logged_in(fresh, "anna")
        self.switch(fresh, browser, "anna")
        ask(fresh, "POST", "/CMD_API_SELECT_USERS", data={"suspend": "Suspend", "select0": "anna"})
        assert get(fresh, browser).json()["username"] == "anna"
        assert get(fresh, own).status_code == 401

    @pytest.mark.parametrize(("runs", "status"), [(True, 409), (False, 204)])
    def test_whether_the_session_hook_runs_for_it_is_switchable(self, tmp_path, runs, status):
        with small_panel(tmp_path / "panel", login_as_runs_session_hook=runs) as panel:
            hook = '[ "$username" = anna ] || exit 0\necho "no: [$password]"; exit 1'
            script(panel.disk.da / "scripts/custom/session_create_pre.sh", hook)
            answer = self.switch(panel, logged_in(panel), "anna")
            assert answer.status_code == status
            if runs:
                assert (answer.json()["type"], answer.json()["output"]) == ("PRE_HOOK_ERROR", "no: []\n")


class TestLoginAddresses:
    def make(self, panel, **wish):
        wish = {"currentPassword": password_of("anna"), **wish}
        return ask(panel, "POST", "/api/login-keys/urls", "anna", json=wish).json()

    def test_an_address_lets_in_once_and_leads_on(self, fresh):
        url = self.make(fresh, redirectURL="/CMD_USER")["url"]
        assert url.startswith(fresh.url + "/api/login/url?key=")
        first = requests.get(url, allow_redirects=False, timeout=10)
        assert (first.status_code, first.headers["Location"]) == (303, "/CMD_USER")
        assert requests.get(fresh.url + CONFIG, cookies=first.cookies, timeout=10).json()["username"] == "anna"
        assert requests.get(url, allow_redirects=False, timeout=10).headers["Location"] == "/login"

    def test_an_expired_or_foreign_one_leads_to_the_login_page(self, fresh):
        far = self.make(fresh, allowNetworks=["192.0.2.0/24"])["url"]
        for url in (far, fresh.url + "/api/login/url?key=none", fresh.url + "/api/login/url"):
            answer = requests.get(url, allow_redirects=False, timeout=10)
            assert urlsplit(answer.headers["Location"]).path == "/login" and "Set-Cookie" not in answer.headers


def test_get_session_wants_post_and_an_admin_and_tells_no_password(fresh):
    browser = logged_in(fresh, "anna")
    form = {"session_id": browser.cookies["session"], "session_key": browser.cookies["key"]}
    assert "error" in ask(fresh, "GET", "/CMD_API_GET_SESSION", params=form).json()
    assert "error" in ask(fresh, "POST", "/CMD_API_GET_SESSION", "webbouw", data=form).json()
    assert ask(fresh, "POST", "/CMD_API_GET_SESSION", data=form).json()["username"] == "anna"
