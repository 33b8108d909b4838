"""What levelzerotechnology/directadmin-go sends, and the fields and texts that it checks in the answers. Old commands:
json=yes in the query, a urlencoded body that calls itself JSON. New ones: JSON in, JSON out."""

import json
from datetime import datetime
from urllib.parse import urlencode

import pytest
import requests

from tests.sandbox.small import ask, password_of, suspended

HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "DirectAdmin-Go-SDK"}


def old(panel, method, command, user="admin", /, **form):
    """The decoded answer of an old command."""
    path = f"/CMD_{command}{'&' if '?' in command else '?'}json=yes"
    answer = ask(panel, method, path, user, headers=HEADERS, data=urlencode(form))
    assert answer.status_code == 200 and "json" in answer.headers["Content-Type"], answer.text
    return answer.json()


def new(panel, method, path, user="admin", /, given=None):
    """The decoded answer of a new command, None for an empty one."""
    answer = ask(
        panel, method, f"/api/{path}", user, headers=HEADERS, data=json.dumps(given) if given is not None else ""
    )
    assert answer.status_code // 100 == 2, answer.text
    return answer.json() if answer.content else None


class TestLogin:
    def test_a_login_is_its_text_and_a_config_with_the_right_kind(self, shared):
        for user, kind in (
            ("admin", "admin"),
            ("admin|webbouw", "reseller"),
            ("webbouw|anna", "user"),
            ("anna", "user"),
        ):
            assert old(shared, "GET", "API_LOGIN_TEST", user)["success"] == "Login OK"
            assert new(shared, "GET", "session/user-config", user)["userType"] == kind

    def test_a_wrong_password_is_a_status_and_an_error_in_json(self, shared):
        answer = ask(shared, "GET", "/CMD_API_LOGIN_TEST?json=yes", "admin", "wrong", headers=HEADERS)
        assert answer.status_code == 401 and answer.json()["error"]

    def test_a_session_begins_with_the_password_and_goes_over_to_the_user(self, shared):
        browser = requests.Session()
        form = {"username": "webbouw", "password": password_of("webbouw")}
        begun = browser.post(f"{shared.url}/api/login", json=form, headers=HEADERS, timeout=10)
        assert begun.json()["sessionID"] == browser.cookies["session"]
        switch = browser.post(f"{shared.url}/api/session/login-as/switch", json={"username": "anna"}, timeout=10)
        assert switch.status_code == 204
        session = browser.get(f"{shared.url}/api/session", timeout=10).json()
        assert (session["effectiveUsername"], session["realUsername"], session["effectiveRole"]) == (
            "anna",
            "webbouw",
            "user",
        )
        assert browser.post(f"{shared.url}/api/logout", timeout=10).json() == {"logoutURL": ""}
        assert browser.get(f"{shared.url}/api/session", timeout=10).status_code == 401

    def test_a_login_address_is_made_without_the_password_listed_and_used(self, fresh):
        given = {"allowNetworks": [], "expires": "2099-01-01T00:00:00Z", "redirectURL": "/", "id": "", "url": ""}
        made = new(fresh, "POST", "login-keys/urls", "anna", given={**given, "created": "0001-01-01T00:00:00Z"})
        assert datetime.fromisoformat(made["expires"].replace("Z", "+00:00")).year == 2099
        (listed,) = new(fresh, "GET", "login-keys/urls", "anna")
        assert listed["id"] == made["id"] and "url" not in listed
        assert requests.get(made["url"], allow_redirects=False, timeout=10).cookies.get("session")


class TestAccounts:
    def test_lists_are_bare_arrays(self, shared):
        assert old(shared, "GET", "API_SHOW_ALL_USERS") == ["anna", "bert", "carl"]
        assert old(shared, "GET", "API_SHOW_RESELLERS") == ["webbouw", "noord"]

    def test_the_users_page_has_numbered_rows_of_texts(self, shared):
        rows = old(shared, "GET", "USER_SHOW?bytes=yes&ipp=9999", "webbouw")
        users = {row["username"]: row for key, row in rows.items() if key.isdecimal()}
        row = users["anna"]
        assert sorted(users) == ["anna", "bert"] and row["suspended"] == {"value": "no", "reason": ""}
        assert (row["ip"], row["domains"], row["vdomains"]["usage"]) == (["192.0.2.10"], {"anna.example": []}, "1")
        assert all(isinstance(row[key], str) for key in ("package", "date_created"))

    def test_a_user_is_made_suspended_freed_and_deleted_in_the_words_that_it_checks(self, fresh):
        form = {"action": "create", "add": "Submit", "domain": "go.example", "email": "a@b.example", "ip": "192.0.2.10"}
        more = {"package": "gold", "passwd": "Secret-1", "passwd2": "Secret-1", "username": "gouser", "notify": "no"}
        made = old(fresh, "POST", "API_ACCOUNT_USER?action=create", "webbouw", **form, **more)
        assert made["success"] == "User gouser created"
        for button, state in (("Suspend", {"gouser"}), ("Unsuspend", set())):
            answer = old(fresh, "POST", "API_SELECT_USERS", "webbouw", suspend=button, select0="gouser")
            assert (answer["success"], suspended(fresh)) == ("User suspended", state)
        gone = old(fresh, "POST", "API_SELECT_USERS", "webbouw", confirmed="Confirm", delete="yes", select0="gouser")
        assert gone["success"] == "User deleted" and not fresh.disk.exists("gouser")

    def test_a_user_moves_becomes_a_reseller_and_a_user_again(self, fresh):
        new(fresh, "POST", "change-user-creator", given={"account": "anna", "creator": "noord"})
        assert fresh.disk.config("anna")["creator"] == "noord"
        new(fresh, "POST", "convert-user-to-reseller", given={"account": "anna"})
        assert old(fresh, "GET", "API_SHOW_RESELLERS") == ["webbouw", "noord", "anna"]
        new(fresh, "POST", "convert-reseller-to-user", given={"account": "anna", "creator": "webbouw"})
        assert (fresh.disk.kind("anna"), fresh.disk.users_of("webbouw")) == ("user", ["bert", "anna"])

    def test_usage_counts_what_there_is_against_the_limits(self, fresh):
        fresh.disk.change("anna", vdomains="5", quota="10")
        fresh.disk.add_mailbox("anna.example", "info")
        usage = new(fresh, "GET", "users/anna/usage", "webbouw")
        assert usage["domains"] == {"limit": 5, "unlimited": False, "usage": 1}
        assert usage["quotaBytes"]["limit"] == 10 * 1024 * 1024
        assert usage["emailAccounts"] == {"limit": -1, "unlimited": True, "usage": 1}

    def test_names_that_are_taken_are_found_so(self, shared):
        asked = [
            old(shared, "GET", f"JSON_VALIDATE?type={kind}&value={value}", "webbouw")
            for kind, value in (
                ("username", "anna"),
                ("username", "new"),
                ("domain", "anna.example"),
                ("domain", "new.example"),
            )
        ]
        assert ["error" in one for one in asked] == [True, False, True, False]

    def test_packages_are_saved_renamed_and_deleted_in_the_words_that_it_checks(self, fresh):
        form = {
            "packagename": "gold",
            "bandwidth": "100",
            "quota": "unlimited",
            "php": "ON",
            "CPUQuota": "",
            "inode": "unlimited",
        }
        assert old(fresh, "POST", "MANAGE_USER_PACKAGES?add=yes", "webbouw", **form)["success"] == "Saved"
        renamed = old(
            fresh, "POST", "MANAGE_USER_PACKAGES?action=rename", "webbouw", old_package="gold", new_package="silver"
        )
        assert renamed["success"] == "Saved"
        assert old(fresh, "GET", "API_PACKAGES_USER", "webbouw") == ["silver", "standard"]
        assert old(fresh, "GET", "API_PACKAGES_USER?package=silver", "webbouw")["bandwidth"] == "100"
        gone = {"delete": "yes", "delete0": "silver", "select0": "silver"}
        assert old(fresh, "POST", "MANAGE_USER_PACKAGES", "webbouw", **gone)["success"] == "Deleted"


class TestDomains:
    def test_a_domain_is_made_changed_chosen_and_deleted_in_the_words_that_it_checks(self, fresh):
        form = {
            "domain": "go2.example",
            "ubandwidth": "unlimited",
            "uquota": "20",
            "cgi": "OFF",
            "php": "ON",
            "ssl": "ON",
        }
        assert old(fresh, "POST", "API_DOMAIN?action=create", "anna", **form)["success"] == "Domain Created"
        assert (
            old(fresh, "POST", "API_DOMAIN?action=modify", "anna", **{**form, "ubandwidth": "10"})["success"]
            == "The domain has been modified"
        )
        row = old(fresh, "GET", "API_ADDITIONAL_DOMAINS?bytes=yes&domain=go2.example", "anna")["go2.example"]
        assert (row["bandwidth_limit"], row["quota_limit"], row["php"], row["subdomain"]) == ("10", "20", "ON", "0")
        chosen = old(fresh, "POST", "API_DOMAIN?action=select", "anna", select0="go2.example", default="yes")
        assert (chosen["success"], fresh.disk.config("anna")["domain"]) == (
            "Your default domain has been set",
            "go2.example",
        )
        gone = {
            "delete": "yes",
            "confirmed": "yes",
            "delete_data_aware": "yes",
            "delete_data": "no",
            "select0": "go2.example",
        }
        assert old(fresh, "POST", "API_DOMAIN?action=select", "anna", **gone)["success"] == "Domain Deletion Results"
        assert (fresh.disk.domains("anna"), fresh.disk.config("anna")["domain"]) == (["anna.example"], "anna.example")

    def test_subdomains_have_their_texts_one_of_them_as_result(self, fresh):
        made = old(fresh, "POST", "API_SUBDOMAINS?action=create", "anna", domain="anna.example", subdomain="shop")
        assert made["result"] == "Subdomain created"
        assert old(fresh, "GET", "API_SUBDOMAINS?bytes=yes&domain=anna.example", "anna") == ["shop"]
        gone = old(
            fresh, "POST", "API_SUBDOMAINS?action=delete", "anna", domain="anna.example", contents="yes", select0="shop"
        )
        assert gone["success"] == "Subdomains deleted"

    def test_mailboxes_have_their_texts_and_rows_with_numbers_as_text(self, fresh):
        form = {
            "domain": "anna.example",
            "user": "info",
            "passwd": "Secret-9",
            "passwd2": "Secret-9",
            "quota": "5",
            "limit": "7",
        }
        assert old(fresh, "POST", "API_EMAIL_POP?action=create", "anna", **form)["success"] == "Account created"
        (row,) = old(fresh, "GET", "EMAIL_POP?bytes=yes&domain=anna.example", "anna")["emails"].values()
        assert (row["account"], row["suspended"], row["usage"]["quota"], row["sent"]["send_limit"]) == (
            "info",
            "no",
            "5",
            "7",
        )
        right, wrong = (
            old(fresh, "POST", "API_EMAIL_AUTH", "anna", email="info@anna.example", passwd=one)
            for one in ("Secret-9", "nope")
        )
        assert (right.get("success"), "error" in wrong) == ("Password Correct", True)
        assert old(fresh, "POST", "API_EMAIL_POP?action=modify", "anna", **form)["success"] == "E-Mail Updated"
        gone = old(fresh, "POST", "API_EMAIL_POP?action=delete", "anna", domain="anna.example", user="info")
        assert gone["success"] == "E-Mail Accounts Deleted"

    def test_forwarders_have_their_texts_and_a_list_of_recipients(self, fresh):
        form = {"domain": "anna.example", "email": "a@b.example,c@d.example", "user": "sales"}
        assert (
            old(fresh, "POST", "API_EMAIL_FORWARDERS?action=create", "anna", **form)["success"] == "Forwarder created"
        )
        listed = old(fresh, "GET", "API_EMAIL_FORWARDERS?domain=anna.example", "anna")
        assert listed == {"sales": ["a@b.example", "c@d.example"]}
        changed = {**form, "email": "z@b.example"}
        assert (
            old(fresh, "POST", "API_EMAIL_FORWARDERS?action=modify", "anna", **changed)["success"]
            == "Forwarder updated"
        )
        gone = old(fresh, "POST", "API_EMAIL_FORWARDERS?action=delete", "anna", domain="anna.example", select0="sales")
        assert gone["success"] == "Forwarders deleted"


class TestDatabases:
    def test_databases_and_users_come_and_go(self, fresh):
        both = {"database": "anna_shop", "dbuser": "anna_shop", "password": "Secret-77"}
        assert new(fresh, "POST", "db-manage/create-db-with-user", "anna", given=both)["hostPatterns"] == ["localhost"]
        new(fresh, "POST", "db-manage/create-db", "anna", given={"database": "anna_extra"})
        new(
            fresh,
            "POST",
            "db-manage/create-user",
            "anna",
            given={"dbuser": "anna_extra", "password": "Secret-78", "hostPatterns": None},
        )
        assert [row["database"] for row in new(fresh, "GET", "db-show/databases", "anna")] == [
            "anna_extra",
            "anna_shop",
        ]
        assert new(fresh, "GET", "db-show/databases/anna_shop", "anna")["userCount"] == 1
        new(fresh, "POST", "db-manage/users/anna_shop/change-password", "anna", given={"newPassword": "Secret-88"})
        new(fresh, "POST", "db-manage/users/anna_shop/change-hosts", "anna", given=["localhost", "10.0.0.1"])
        assert new(fresh, "GET", "db-show/users/anna_shop", "anna")["hostPatterns"] == ["10.0.0.1", "localhost"]
        new(fresh, "DELETE", "db-manage/databases/anna_shop", "anna")
        assert [row["dbuser"] for row in new(fresh, "GET", "db-show/users", "anna")] == ["anna_extra"]

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"database": "bert_x"}, 400),
            ({"database": "anna_../../x"}, 400),
            ({"database": "anna_there"}, 409),
            ({}, 400),
        ],
    )
    def test_a_name_that_is_none_of_his_or_taken_is_refused(self, fresh, given, status):
        new(fresh, "POST", "db-manage/create-db", "anna", given={"database": "anna_there"})
        answer = ask(fresh, "POST", "/api/db-manage/create-db", "anna", json=given)
        assert answer.status_code == status and answer.json()["type"]
        assert [path.name for path in (fresh.root / "var/lib/mysql").iterdir()] == ["anna_there"]

    def test_databases_go_with_their_account(self, fresh):
        new(fresh, "POST", "db-manage/create-db", "anna", given={"database": "anna_x"})
        old(fresh, "POST", "API_SELECT_USERS", confirmed="Confirm", delete="yes", select0="anna")
        assert list((fresh.root / "var/lib/mysql").iterdir()) == []


class TestServer:
    def test_the_licence_the_messages_and_the_information_have_its_fields(self, shared):
        licence = new(shared, "GET", "license")
        assert licence["usage"] == {"adminsOrResellers": 3, "domains": 5, "users": 3}
        assert new(shared, "GET", "messages", "anna") == [] and new(shared, "GET", "info")["hostname"]
        system = old(shared, "GET", "API_SYSTEM_INFO")
        assert int(system["numcpus"]) > 0 and {"load_1", "load_5", "load_15"} == set(system["load"])

    @pytest.mark.parametrize("path", ["license", "reseller-packages", "version", "admin-usage"])
    def test_what_is_an_admins_alone_is_refused_to_others(self, shared, path):
        assert ask(shared, "GET", f"/api/{path}", "webbouw", headers=HEADERS).status_code == 403

    def test_an_exporter_finds_the_statistics_of_the_whole_server(self, shared):
        stats = old(shared, "GET", "API_ADMIN_STATS")
        assert (stats["nusers"], stats["nresellers"], stats["usage"]["vdomains"]) == ("3", "2", "5")
        assert stats["allocated"]["quota"] == "unlimited" and len(stats["disk1"].split(":")) == 6
        assert {"one", "five", "fifteen"} == set(stats["loadavg"]) and stats["disk"]["info"]["columns"]["Used"] == "3"
