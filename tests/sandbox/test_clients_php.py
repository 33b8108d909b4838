"""What public PHP and Perl clients send about accounts and what is theirs, and what their parsers need of the answers:
a billing panel's DirectAdmin server manager, TomMalbran/DirectAdmin, WHSuite's addon, regru's API, a Puppet module."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from tests.sandbox.clients import NEW, call, good
from tests.sandbox.small import ask, pairs, password_of, select, suspended


class TestBillingPanel:
    """POSTs with the fields in the query and in the body; an error is `error=1` in the decoded answer."""

    def post(self, panel, command, login="admin", /, **form):
        answer = ask(panel, "POST", f"/CMD_{command}", login, params=form, data=form)
        assert answer.status_code == 200 and "DirectAdmin Login" not in answer.text
        return {key: value if key == "list[]" else value[0] for key, value in parse_qs(answer.text, True).items()}

    def test_a_login_test_passes_with_the_right_password_only(self, shared):
        assert self.post(shared, "API_LOGIN_TEST")["error"] == "0"
        assert ask(shared, "POST", "/CMD_API_LOGIN_TEST", "admin", "wrong").status_code == 401

    def test_an_account_is_made_of_a_package_that_the_panel_lists(self, fresh):
        assert self.post(fresh, "API_PACKAGES_USER")["list[]"] == ["standard"]
        (address,) = self.post(fresh, "API_SHOW_RESELLER_IPS")["list[]"]
        form = {
            **NEW,
            "username": "fossuser",
            "domain": "foss.example",
            "ip": address,
            "notify": "no",
            "package": "standard",
        }
        assert self.post(fresh, "API_ACCOUNT_USER", **form)["error"] == "0"
        assert fresh.disk.config("fossuser")["package"] == "standard"

    def test_an_account_without_a_package_has_the_limits_of_the_form(self, fresh):
        limits = {
            "bandwidth": "unlimited",
            "ubandwidth": "ON",
            "quota": "500",
            "vdomains": "3",
            "mysql": "2",
            "php": "OFF",
            "ssl": "ON",
        }
        form = {**NEW, "username": "fosscust", "domain": "cust.example", "ip": "192.0.2.10", "notify": "no", **limits}
        self.post(fresh, "API_ACCOUNT_USER", **form)
        config = fresh.disk.config("fosscust")
        assert [config[key] for key in ("bandwidth", "quota", "vdomains", "mysql", "php", "ssl")] == [
            *("unlimited", "500", "3", "2", "OFF", "ON")
        ]

    def test_a_reseller_is_made_by_the_page_without_api_in_its_name(self, fresh):
        form = {**NEW, "username": "fossres", "domain": "fossres.example", "ip": "shared", "notify": "no"}
        answer = self.post(fresh, "ACCOUNT_RESELLER", **form)
        assert answer["error"] == "0" and "Unable to assign" not in "".join(answer.values())
        assert fresh.disk.kind("fossres") == "reseller"

    def test_suspending_asks_first_and_sends_reason_and_details(self, fresh):
        ask_first = {"action": "create", "add": "Submit", "user": "anna"}
        assert self.post(fresh, "API_SHOW_USER_CONFIG", **ask_first)["suspended"] == "no"
        form = {
            "location": "USER_SHOW",
            "suspend": "Suspend",
            "select0": "anna",
            "reason": "other",
            "details": "a note",
        }
        assert self.post(fresh, "API_SELECT_USERS", **form)["error"] == "0"
        assert self.post(fresh, "API_SHOW_USER_CONFIG", **ask_first)["suspended"] == "yes"
        form = {"location": "USER_SHOW", "suspend": "Unsuspend", "select0": "anna"}
        assert self.post(fresh, "API_SELECT_USERS", **form)["error"] == "0" and suspended(fresh) == set()

    def test_a_login_address_for_a_user_is_the_details_of_the_answer_and_opens_once(self, fresh):
        form = {
            "action": "create",
            "expiry": "30m",
            "login_keys_notify_on_creation": "0",
            "redirect-url": fresh.url,
            "type": "one_time_url",
        }
        answer = self.post(fresh, "API_LOGIN_KEYS", "admin|anna", **form)
        assert (answer["error"], answer["text"]) == ("0", "URL Created")
        browser = requests.Session()
        assert browser.get(answer["details"], allow_redirects=False, timeout=10).status_code == 303
        assert browser.get(fresh.url + "/api/session", timeout=10).json()["effectiveUsername"] == "anna"
        assert requests.get(answer["details"], allow_redirects=False, timeout=10).headers["Location"] == "/login"

    def test_cancelling_twice_fails_in_words_and_the_account_is_in_no_list(self, fresh):
        form = {"confirmed": "Confirm", "delete": "yes", "select0": "anna"}
        assert [self.post(fresh, "API_SELECT_USERS", **form)["error"] for _ in range(2)] == ["0", "1"]
        assert "anna" not in self.post(fresh, "API_SHOW_USERS", "admin|webbouw")["list[]"]


class TestTomMalbran:
    def test_an_unlimited_reseller_of_his_own_form(self, fresh):
        form = {
            **NEW,
            "username": "tomres",
            "domain": "tomres.example",
            "ubandwidth": "ON",
            "unemailml": "OFF",
            "ips": "0",
            "userssh": "OFF",
            "ssh": "OFF",
            "serverip": "ON",
            "dns": "OFF",
            "ip": "shared",
            "notify": "no",
        }
        good(call(fresh, "POST", "ACCOUNT_RESELLER", form=form))
        assert fresh.disk.config("tomres")["bandwidth"] == "unlimited"

    @pytest.mark.parametrize(
        ("form", "key", "value"),
        [
            ({"email": "Save", "evalue": "z@b.example"}, "email", "z@b.example"),
            ({"name": "Save", "nvalue": "New Name"}, "name", "New Name"),
            ({"additional_bandwidth": "100", "additional_bw": "add"}, "additional_bandwidth", "100"),
        ],
    )
    def test_one_field_is_changed_by_its_button(self, fresh, form, key, value):
        good(call(fresh, "POST", "MODIFY_USER", form={"action": "single", "user": "anna", **form}))
        assert fresh.disk.config("anna")[key] == value

    def test_users_are_moved_and_the_lists_follow(self, fresh):
        good(call(fresh, "POST", "MOVE_USERS", form={"action": "moveusers", "select1": "anna", "creator": "noord"}))
        assert (fresh.disk.users_of("webbouw"), fresh.disk.users_of("noord")) == (["bert"], ["carl", "anna"])

    @pytest.mark.parametrize(
        "form",
        [{"select1": "anna", "creator": "bert"}, {"select1": "webbouw", "creator": "noord"}, {"creator": "noord"}],
    )
    def test_who_cannot_be_moved_is_refused(self, fresh, form):
        assert call(fresh, "POST", "MOVE_USERS", form={"action": "moveusers", **form})["error"] == "1"
        assert fresh.disk.users_of("webbouw") == ["anna", "bert"]

    def test_an_account_is_there_if_its_usage_is_no_error(self, shared):
        assert call(shared, "GET", "SHOW_USER_USAGE", form={"user": "nobody"})["error"] == "1"
        assert call(shared, "GET", "SHOW_USER_USAGE", form={"domain": "anna.example"})["vdomains"] == "1"
        assert call(shared, "GET", "SHOW_USER_CONFIG", form={"domain": "anna.example"})["username"] == "anna"

    def test_a_resellers_statistics_are_his_limits_his_use_or_what_he_gave_out(self, fresh):
        fresh.disk.change("anna", quota="100")
        fresh.disk.change("bert", quota="50")
        asked = [
            call(fresh, "GET", "RESELLER_STATS", form={"user": "webbouw", **more})
            for more in ({}, {"type": "usage"}, {"type": "allocated"})
        ]
        assert [row["quota"] for row in asked] == ["unlimited", "0.0", "150"] and asked[1]["nusers"] == "2"

    def test_a_login_key_is_made_with_the_password_and_its_digits_come_as_entities(self, fresh):
        form = {
            "action": "create",
            "keyname": "tomkey",
            "key": "Key-42-secret",
            "key2": "Key-42-secret",
            "never_expires": "yes",
            "max_uses": "0",
            "allow_htm": "no",
            "select_allow0": "ALL_USER",
            "select_deny67": "CMD_API_LOGIN_KEYS",
            "ips": "",
            "passwd": password_of("anna"),
            "create": "Create",
        }
        text = ask(fresh, "POST", "/CMD_API_LOGIN_KEYS", "anna", data=form).text
        assert text.startswith(
            "error=0&text=Key%20Created%2E%20Take%20note%20of%20it%27s%20value%20and%20keep%20it%20safe%2E&details="
        )
        assert text.endswith("Key%2D%26%23%35%32%3B%26%23%35%30%3B%2Dsecret")
        assert ask(fresh, "GET", "/CMD_API_SHOW_DOMAINS", "anna", "Key-42-secret").status_code == 200
        assert ask(fresh, "GET", "/CMD_API_LOGIN_KEYS", "anna", "Key-42-secret").status_code == 403

    def test_login_keys_are_listed_encoded_twice_and_deleted_in_the_recorded_words(self, fresh):
        form = {
            "action": "create",
            "keyname": "k1",
            "key": "secret-key",
            "key2": "secret-key",
            "passwd": password_of("anna"),
            "allow_htm": "yes",
            "clear_key": "yes",
        }
        call(fresh, "POST", "LOGIN_KEYS", "anna", form)
        row = pairs(call(fresh, "GET", "LOGIN_KEYS", "anna")["k1"])
        assert (row["allow_htm"], row["clear_key"], row["expiry"], row["max_uses"]) == ("yes", "yes", "0", "0")
        text = ask(
            fresh, "POST", "/CMD_API_LOGIN_KEYS", "anna", data={"delete": "Delete", "action": "select", "select1": "k1"}
        ).text
        assert (
            text == "error=0&text=Key%28s%29%20Deleted&details=%3Ca%20href%3D%22CMD%5FLOGIN%5FKEYS%22%3EBack%3C%2Fa%3E"
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"passwd": "wrong"},
            {"key2": "other-key"},
            {"keyname": "../x"},
            {"key": "short", "key2": "short"},
            {"ips": "no address"},
            {"year": "2031", "month": "13"},
        ],
    )
    def test_a_login_key_that_is_none_is_refused(self, fresh, change):
        form = {
            "action": "create",
            "keyname": "k1",
            "key": "secret-key",
            "key2": "secret-key",
            "passwd": password_of("anna"),
        }
        assert call(fresh, "POST", "LOGIN_KEYS", "anna", {**form, **change})["error"] == "1"
        assert fresh.keys.of("anna") == []


class TestPerlClient:
    """The answers that its tests hold from a panel of 2012."""

    NEW = {
        "action": "create",
        "add": "Submit",
        "notify": "no",
        "username": "zsezse",
        "domain": "zse1.example",
        "passwd": "qwerty",
        "passwd2": "qwerty",
        "email": "test@example.com",
        "ip": "192.0.2.10",
        "package": "newpackage",
    }

    def test_an_unknown_package_is_no_obstacle_to_a_new_account_but_to_a_change(self, fresh):
        made = call(fresh, "GET", "ACCOUNT_USER", form=self.NEW)
        assert (made["text"], made["details"].split("\n")[0]) == (
            "User zsezse created",
            "Unix User created successfully",
        )
        again = call(fresh, "GET", "ACCOUNT_USER", form=self.NEW)
        assert (again["error"], again["text"], again["details"]) == (
            "1",
            "Cannot Create Account",
            "That username already exists on the system",
        )
        form = {"action": "package", "user": "zsezse", "package": "newpackage"}
        assert call(fresh, "POST", "MODIFY_USER", form=form)["text"] == "No such package newpackage on server"

    def test_a_password_is_changed_in_its_words(self, fresh):
        answer = call(
            fresh, "POST", "USER_PASSWD", form={"username": "anna", "passwd": "sdfdsfsdf", "passwd2": "sdfdsfsdf"}
        )
        assert (answer["text"], answer["details"]) == ("Password Changed", "Password successfully changed")
        assert ask(fresh, "GET", "/CMD_API_LOGIN_TEST", "anna", "sdfdsfsdf").status_code == 200

    def test_suspending_and_deleting_answer_its_words(self, fresh):
        form = {"suspend": "Suspend", "location": "CMD_SELECT_USERS", "select0": "anna"}
        answer = call(fresh, "POST", "SELECT_USERS", form=form)
        assert (answer["text"], answer["details"]) == ("Success", "All selected Users have been suspended")
        gone = {"confirmed": "Confirm", "delete": "yes", "select0": "anna"}
        answers = [call(fresh, "POST", "SELECT_USERS", form=gone) for _ in range(2)]
        assert [(one["text"], one["details"]) for one in answers] == [
            ("Users deleted", "User anna Removed"),
            ("Error while deleting Users", "User anna did not exist on the server.  Removing it from your list."),
        ]

    def test_a_domain_that_is_there_is_refused_in_its_words(self, fresh):
        form = {"action": "create", "domain": "ssssss.example", "php": "ON", "cgi": "ON"}
        answers = [call(fresh, "POST", "DOMAIN", "anna", form) for _ in range(2)]
        assert [(one["text"], one["details"]) for one in answers] == [
            ("Domain Created", "Domain Created Successfully"),
            ("Cannot create that domain", "That domain already exists"),
        ]


class TestWhsuite:
    def test_a_connection_is_good_if_the_server_tells_its_uptime_or_processors(self, shared):
        answer = call(shared, "GET", "SYSTEM_INFO")
        assert answer["uptime"] and int(answer["numcpus"]) > 0

    def test_a_users_domains_are_rows_of_ten_fields(self, shared):
        (row,) = call(shared, "GET", "SHOW_USER_DOMAINS", form={"user": "anna"}).values()
        assert row.split(":") == ["0.0", "unlimited", "0.0", "0.0", "0", "no", "unlimited", "ON", "OFF", "ON"]


class TestPackages:
    FORM = {
        "packagename": "gold plus",
        "bandwidth": "100",
        "uquota": "ON",
        "vdomains": "3",
        "php": "ON",
        "ssl": "OFF",
        "cgi": "ON",
    }

    @pytest.mark.parametrize("command", ["MANAGE_USER_PACKAGES", "PACKAGES_USER"])
    def test_a_package_is_saved_shown_used_and_deleted(self, fresh, command):
        assert good(call(fresh, "POST", command, "webbouw", {"add": "Save", **self.FORM})) == "Saved"
        assert call(fresh, "GET", "PACKAGES_USER", "webbouw") == ["gold plus", "standard"]
        shown = call(fresh, "GET", "PACKAGES_USER", "webbouw", {"package": "gold plus"})
        assert [shown[key] for key in ("bandwidth", "quota", "vdomains", "ssl")] == ["100", "unlimited", "3", "OFF"]
        good(
            call(fresh, "POST", "MODIFY_USER", "webbouw", {"action": "package", "user": "anna", "package": "gold plus"})
        )
        config = fresh.disk.config("anna")
        assert [config[key] for key in ("package", "bandwidth", "ssl")] == ["gold plus", "100", "OFF"]
        assert good(call(fresh, "POST", command, "webbouw", {"delete": "Delete", "delete0": "gold plus"})) == "Deleted"
        assert call(fresh, "GET", "PACKAGES_USER", "webbouw") == ["standard"]

    def test_all_packages_come_with_their_values_if_asked_for_in_full(self, shared):
        rows = call(shared, "GET", "PACKAGES_RESELLER", form={"full": "yes"})
        row = pairs(rows["standard"])
        assert (row["bandwidth"], row["packagename"], row["serverip"]) == ("unlimited", "standard", "ON")

    @pytest.mark.parametrize("change", [{"packagename": "../x"}, {"packagename": ""}, {"bandwidth": "much"}])
    def test_a_package_that_is_none_is_refused(self, fresh, change):
        answer = call(fresh, "POST", "MANAGE_USER_PACKAGES", "webbouw", {"add": "Save", **self.FORM, **change})
        assert answer["error"] == "1" and call(fresh, "GET", "PACKAGES_USER", "webbouw") == ["standard"]

    @pytest.mark.parametrize("command", ["PACKAGES_USER", "SHOW_ALL_USERS", "ACCOUNT_RESELLER", "SELECT_USERS"])
    def test_a_command_above_the_caller_answers_the_sentence_that_clients_look_for(self, shared, command):
        text = ask(shared, "POST", f"/CMD_API_{command}", "anna", data={"select0": "bert", "suspend": "Suspend"}).text
        assert "The request you've made cannot be executed because it does not exist in your authority level" in text
        assert suspended(shared) == set()


@pytest.mark.parametrize("word", ["Confirm", "Confirmed", "yes", "true"])
def test_any_word_confirms_a_deletion_and_none_does_not(fresh, word):
    without = pairs(select(fresh, ["anna"], delete="yes").text)
    assert without["error"] == "1" and fresh.disk.exists("anna")
    assert pairs(select(fresh, ["anna"], delete="yes", confirmed=word).text)["error"] == "0"
    assert not fresh.disk.exists("anna")


def test_one_button_for_both_changes_each_accounts_state(fresh):
    fresh.disk.set_suspended("bert", True, "abuse")
    answer = select(fresh, ["anna", "bert"], suspend="Suspend/Unsuspend", location="CMD_SELECT_USERS")
    assert pairs(answer.text)["error"] == "0" and suspended(fresh) == {"anna"}


def test_the_page_after_a_wrong_password_is_known_by_title_and_header(shared):
    answer = ask(shared, "GET", "/CMD_API_SHOW_ALL_USERS", "admin", "wrong")
    assert "<title>DirectAdmin Login</title>" in answer.text
    assert answer.headers["X-DirectAdmin"] == "Unauthorized" and 'action="/CMD_LOGIN"' in answer.text


def test_an_answers_host_is_the_one_that_was_asked(fresh):
    form = {"action": "create", "expiry": "1h", "type": "one_time_url"}
    details = call(fresh, "POST", "LOGIN_KEYS", "anna", form)["details"]
    assert urlsplit(details).netloc == urlsplit(fresh.url).netloc and re.search(r"\?key=\w{39}$", unquote(details))
