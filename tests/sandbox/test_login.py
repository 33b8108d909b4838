"""Who is let in by HTTP Basic: passwords, login keys, `admin|user`, wrong ones, too many wrong ones, commands.deny."""

import base64
import json
import time

import pytest
import requests

from tests.sandbox.small import ask, give_key, logged_in, password_of, small_panel, suspended

CONFIG = "/CMD_API_SHOW_USER_CONFIG?json=yes"


def who(answer):
    return answer.json()["username"]


@pytest.mark.parametrize("user", ["admin", "webbouw", "anna"])
def test_the_password_lets_an_account_in_as_itself(shared, user):
    assert who(ask(shared, "GET", CONFIG, user)) == user


@pytest.mark.parametrize(
    ("user", "other"), [("admin", "anna"), ("admin", "webbouw"), ("webbouw", "anna"), ("anna", "anna")]
)
def test_name_bar_name_acts_as_the_other(shared, user, other):
    assert who(ask(shared, "GET", CONFIG, f"{user}|{other}")) == other


@pytest.mark.parametrize(
    "user", ["webbouw|carl", "webbouw|admin", "webbouw|noord", "anna|bert", "anna|admin", "admin|nobody", "admin|"]
)
def test_nobody_acts_as_who_is_not_his(shared, user):
    assert ask(shared, "GET", CONFIG, user).status_code == 403


def test_acting_as_another_has_his_rights_only(shared):
    assert "Access Denied" in ask(shared, "GET", "/CMD_API_SHOW_RESELLERS?json=yes", "admin|anna").text
    assert ask(shared, "GET", "/CMD_API_SHOW_RESELLERS?json=yes").json() == ["webbouw", "noord"]


def test_a_suspended_account_is_refused_and_an_admin_still_acts_as_it(fresh):
    fresh.disk.set_suspended("anna", True)
    refused = ask(fresh, "GET", CONFIG, "anna", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["error"]) == (403, "Account is suspended")
    assert who(ask(fresh, "GET", CONFIG, "admin|anna")) == "anna"


@pytest.mark.parametrize("user", ["admin", "nobody", "../admin", "", "admin|anna", "ADMIN"])
def test_a_wrong_login_answers_401_with_json_to_who_wants_json(shared, user):
    answer = ask(shared, "GET", CONFIG, user or "x", "wrong", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json() == {"error": "Not logged in", "success": "no", "client_ip": "127.0.0.1"}
    ask(shared, "GET", CONFIG)


@pytest.mark.parametrize("word", ["Unauthorized", "unauthorized"])
def test_others_get_the_login_page_with_the_header_that_old_clients_look_for(tmp_path, word):
    with small_panel(tmp_path, unauthorized_word=word) as panel:
        wrong = ask(panel, "GET", CONFIG, "admin", "wrong")
        assert (wrong.status_code, wrong.headers["X-DirectAdmin"]) == (401, word)
        assert "<title>DirectAdmin Login</title>" in wrong.text


def test_without_any_login_the_login_page_leads_on_to_what_was_asked(shared):
    page = requests.get(shared.url + "/CMD_USER?a=<b>", timeout=10)
    assert page.status_code == 200 and page.headers["X-DirectAdmin"] == "Unauthorized"
    assert "<title>DirectAdmin Login</title>" in page.text and "<b>" not in page.text


def test_an_api_endpoint_refuses_with_its_own_kind_of_error(shared):
    answer = requests.get(shared.url + "/api/session", timeout=10)
    assert (answer.status_code, answer.json()["type"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"nocolon").decode(),
        "Basic /w==",
        "Bearer x",
        "basic",
        "Digest a=b",
    ],
)
def test_an_odd_authorization_header_is_no_login(shared, header):
    accept = {"Authorization": header, "Accept": "application/json"}
    assert requests.get(shared.url + CONFIG, headers=accept, timeout=10).status_code == 401


class TestBruteForce:
    def test_after_the_limit_even_the_right_password_is_blocked(self, tmp_path):
        with small_panel(tmp_path, brute_force_limit=3) as panel:
            assert [ask(panel, "GET", CONFIG, "admin", "wrong").status_code for _ in range(3)] == [401] * 3
            blocked = ask(panel, "GET", CONFIG, headers={"Accept": "application/json"})
            assert (blocked.status_code, blocked.json()["error"]) == (403, "Your IP is blacklisted")
            assert ask(panel, "GET", "/api/session").json()["type"] == "ACCESS_DENIED"
            assert panel.try_login("anna", password_of("anna")) is None
            assert panel.try_login("anna", password_of("anna"), ip="192.0.2.7") is not None

    def test_a_right_password_in_time_wipes_the_count(self, tmp_path):
        with small_panel(tmp_path, brute_force_limit=2) as panel:
            for _ in range(3):
                assert ask(panel, "GET", CONFIG, "admin", "wrong").status_code == 401
                assert ask(panel, "GET", CONFIG).status_code == 200

    def test_the_block_ends_after_its_time(self, tmp_path):
        with small_panel(tmp_path, brute_force_limit=1, brute_force_seconds=0.4) as panel:
            ask(panel, "GET", CONFIG, "admin", "wrong")
            assert ask(panel, "GET", CONFIG).status_code == 403
            time.sleep(0.5)
            assert ask(panel, "GET", CONFIG).status_code == 200

    def test_wrong_passwords_at_the_login_page_count_too(self, tmp_path):
        with small_panel(tmp_path, brute_force_limit=2) as panel:
            for _ in range(2):
                requests.post(panel.url + "/CMD_LOGIN", data={"username": "anna", "password": "no"}, timeout=10)
            assert ask(panel, "GET", CONFIG).status_code == 403


class TestLoginKeys:
    def test_a_key_lets_in_like_the_password(self, fresh):
        give_key(fresh, "anna", "secret-key")
        assert who(ask(fresh, "GET", CONFIG, "anna", "secret-key")) == "anna"

    def test_one_accounts_key_is_nobody_elses(self, fresh):
        give_key(fresh, "anna", "secret-key")
        assert ask(fresh, "GET", CONFIG, "bert", "secret-key").status_code == 401

    @pytest.mark.parametrize("denied", [["CMD_API_SHOW_USER_CONFIG"], ["CMD_SHOW_USER_CONFIG"], ["ALL_USER"]])
    def test_a_denied_command_answers_403_access_denied(self, fresh, denied):
        give_key(fresh, "anna", "secret-key", deny=denied)
        answer = ask(fresh, "GET", CONFIG, "anna", "secret-key")
        assert (answer.status_code, answer.json()["error"]) == (403, "Access Denied")
        assert ask(fresh, "GET", CONFIG.partition("?")[0], "anna", "secret-key").text == "Access Denied"

    def test_a_key_that_is_denied_one_command_gives_the_others(self, fresh):
        give_key(fresh, "anna", "secret-key", deny=["CMD_API_SHOW_USER_CONFIG"])
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST?json=yes", "anna", "secret-key").json()["success"] == "Login OK"

    def test_a_key_with_allowed_commands_gives_no_other(self, fresh):
        give_key(fresh, "anna", "secret-key", allow=["CMD_API_LOGIN_TEST"])
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna", "secret-key").status_code == 200
        assert ask(fresh, "GET", CONFIG, "anna", "secret-key").status_code == 403
        assert ask(fresh, "GET", "/api/session", "anna", "secret-key").status_code == 403

    def test_denying_wins_over_allowing(self, fresh):
        give_key(fresh, "anna", "secret-key", allow=["ALL_USER"], deny=["CMD_API_LOGIN_TEST"])
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna", "secret-key").status_code == 403
        assert ask(fresh, "GET", CONFIG, "anna", "secret-key").status_code == 200

    def test_a_key_binds_who_acts_as_another_with_it(self, fresh):
        give_key(fresh, "admin", "secret-key", deny=["CMD_API_SELECT_USERS"])
        form = {"suspend": "Suspend", "select0": "anna"}
        assert ask(fresh, "POST", "/CMD_API_SELECT_USERS", "admin|webbouw", "secret-key", data=form).status_code == 403
        assert suspended(fresh) == set()

    @pytest.mark.parametrize(
        ("networks", "status"),
        [(["127.0.0.0/8"], 200), (["192.0.2.0/24", "127.0.0.1"], 200), (["192.0.2.0/24"], 401), (["nonsense"], 401)],
    )
    def test_a_key_works_from_its_networks_only(self, fresh, networks, status):
        give_key(fresh, "anna", "secret-key", networks=networks)
        assert ask(fresh, "GET", CONFIG, "anna", "secret-key").status_code == status

    @pytest.mark.parametrize(("seconds", "status"), [(60, 200), (-60, 401)])
    def test_a_key_works_until_it_expires(self, fresh, seconds, status):
        give_key(fresh, "anna", "secret-key", expires=time.time() + seconds)
        assert ask(fresh, "GET", CONFIG, "anna", "secret-key").status_code == status

    def test_a_key_begins_a_session_only_if_it_may(self, fresh):
        give_key(fresh, "anna", "secret-key")
        give_key(fresh, "anna", "browser-key", allow_login=True)
        assert fresh.try_login("anna", "secret-key") is None
        assert fresh.try_login("anna", "browser-key").login_key == "keybrowser-"

    def test_a_key_that_may_not_begin_a_session_is_told_so_by_the_api(self, fresh):
        give_key(fresh, "anna", "secret-key")
        answer = requests.post(
            fresh.url + "/api/login", json={"username": "anna", "password": "secret-key"}, timeout=10
        )
        assert (answer.status_code, answer.json()["type"]) == (431, "LOGIN_KEY_API_ONLY")

    def test_a_session_begun_with_a_key_is_bound_by_it_and_ends_with_it(self, fresh):
        give_key(fresh, "anna", "browser-key", allow_login=True, deny=["CMD_API_LOGIN_TEST"])
        session = fresh.try_login("anna", "browser-key")
        cookies = {"session": session.id, "key": session.key}
        assert requests.get(fresh.url + CONFIG, cookies=cookies, timeout=10).status_code == 200
        assert requests.get(fresh.url + "/CMD_API_LOGIN_TEST", cookies=cookies, timeout=10).status_code == 403
        fresh.keys.save("anna", [])
        accept = {"Accept": "application/json"}
        assert requests.get(fresh.url + CONFIG, cookies=cookies, headers=accept, timeout=10).status_code == 401

    def test_keys_are_made_listed_and_deleted_by_their_owner_without_showing_the_secret(self, fresh):
        wish = {
            "id": "backup",
            "password": "long-enough",
            "currentPassword": password_of("anna"),
            "denyCommands": ["CMD_API_LOGIN_TEST"],
        }
        made = ask(fresh, "POST", "/api/login-keys/keys", "anna", json=wish)
        assert made.status_code == 200 and "long-enough" not in made.text
        listed = ask(fresh, "GET", "/api/login-keys/keys", "anna").json()
        assert [(key["id"], key["denyCommands"]) for key in listed] == [("backup", ["CMD_API_LOGIN_TEST"])]
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna", "long-enough").status_code == 403
        assert ask(fresh, "DELETE", "/api/login-keys/keys/backup", "anna").status_code == 204
        assert ask(fresh, "GET", CONFIG, "anna", "long-enough").status_code == 401

    def test_a_key_is_made_only_with_the_current_password(self, fresh):
        wish = {"id": "backup", "password": "long-enough", "currentPassword": "wrong"}
        answer = ask(fresh, "POST", "/api/login-keys/keys", "anna", json=wish)
        assert (answer.status_code, answer.json()["type"]) == (430, "LOGIN_KEY_BAD_CURRENT_PASSWORD")


class TestCommandFiles:
    def deny(self, panel, name, text, kind="deny"):
        (panel.disk.da / "data/users" / name / f"commands.{kind}").write_text(text)

    @pytest.mark.parametrize(
        "line", ["CMD_API_SHOW_USER_CONFIG", "CMD_SHOW_USER_CONFIG", "  CMD_API_SHOW_USER_CONFIG\r"]
    )
    def test_commands_deny_binds_api_use(self, fresh, line):
        self.deny(fresh, "anna", f"CMD_OTHER\n{line}\n")
        assert ask(fresh, "GET", CONFIG, "anna").status_code == 403
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna").status_code == 200
        assert ask(fresh, "GET", CONFIG, "bert").status_code == 200

    def test_commands_deny_binds_a_login_key_and_a_session_too(self, fresh):
        give_key(fresh, "anna", "secret-key")
        browser = logged_in(fresh, "anna")
        self.deny(fresh, "anna", "CMD_API_SHOW_USER_CONFIG\n")
        assert ask(fresh, "GET", CONFIG, "anna", "secret-key").status_code == 403
        assert browser.get(fresh.url + CONFIG, timeout=10).status_code == 403

    def test_commands_allow_leaves_nothing_else(self, fresh):
        self.deny(fresh, "anna", "CMD_API_LOGIN_TEST\n", "allow")
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna").status_code == 200
        assert ask(fresh, "GET", CONFIG, "anna").status_code == 403

    def test_an_empty_commands_allow_leaves_nothing_and_an_empty_deny_all(self, fresh):
        self.deny(fresh, "anna", "", "allow")
        self.deny(fresh, "bert", "")
        assert ask(fresh, "GET", CONFIG, "anna").status_code == 403
        assert ask(fresh, "GET", CONFIG, "bert").status_code == 200

    def test_a_reseller_does_not_get_round_his_own_commands_deny_by_acting_as_a_user(self, fresh):
        self.deny(fresh, "webbouw", "CMD_API_SHOW_USER_CONFIG\n")
        assert ask(fresh, "GET", CONFIG, "webbouw|anna").status_code == 403

    @pytest.mark.parametrize(("groups", "status"), [(True, 403), (False, 200)])
    def test_whether_commands_deny_knows_the_groups_is_switchable(self, tmp_path, groups, status):
        with small_panel(tmp_path, command_groups=groups) as panel:
            self.deny(panel, "anna", "ALL_USER\n")
            assert ask(panel, "GET", CONFIG, "anna").status_code == status
            assert ask(panel, "GET", "/api/session", "anna").status_code == status

    @pytest.mark.parametrize(("binds", "status"), [(True, 403), (False, 200)])
    def test_whether_commands_deny_binds_an_admin_who_acts_as_the_account_is_switchable(self, tmp_path, binds, status):
        with small_panel(tmp_path, commands_deny_binds_login_as=binds) as panel:
            self.deny(panel, "anna", "CMD_API_SHOW_USER_CONFIG\n")
            assert ask(panel, "GET", CONFIG, "admin|anna").status_code == status
            browser = logged_in(panel)
            browser.post(panel.url + "/api/session/login-as/switch", json={"username": "anna"}, timeout=10)
            assert browser.get(panel.url + CONFIG, timeout=10).status_code == status


def test_api_login_with_half_a_character_in_the_password_is_a_bad_request(shared):
    body = json.dumps({"username": "anna", "password": "\ud800"})
    answer = requests.post(shared.url + "/api/login", data=body, timeout=10)
    assert (answer.status_code, answer.json()["type"]) == (400, "BAD_REQUEST")
