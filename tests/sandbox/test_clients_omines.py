"""What omines/directadmin and its forks send: the steps of their live test suites, and what their parsers need."""

import pytest

from tests.sandbox.clients import NEW, call, good
from tests.sandbox.small import ask, pairs, suspended


class TestOmines:
    """The steps of its live test suite, which knows nothing but this interface."""

    def test_an_admin_a_reseller_and_a_user_are_made_shown_and_deleted(self, fresh):
        good(call(fresh, "POST", "ACCOUNT_ADMIN", form={**NEW, "username": "testadmin"}))
        form = {
            **NEW,
            "username": "testresell",
            "ip": "shared",
            "domain": "reseller.test.org",
            "serverip": "ON",
            "dns": "OFF",
        }
        good(call(fresh, "POST", "ACCOUNT_RESELLER", form=form))
        (address,) = call(fresh, "GET", "SHOW_RESELLER_IPS")
        form = {**NEW, "username": "testuser", "ip": address, "domain": "user.test.org"}
        made = ask(fresh, "POST", "/CMD_API_ACCOUNT_USER", "testresell", "Secret-123", data=form)
        assert good(pairs(made.text)) == "User testuser created"
        assert [
            call(fresh, "GET", "SHOW_USER_CONFIG", form={"user": name})["usertype"]
            for name in ("testadmin", "testresell", "testuser")
        ] == ["admin", "reseller", "user"]
        assert call(fresh, "GET", "SHOW_USER_CONFIG", "admin|testuser")["domain"] == "user.test.org"
        gone = {"confirmed": "Confirm", "delete": "yes", "select0": "testuser"}
        assert good(call(fresh, "POST", "SELECT_USERS", form=gone)) == "Users deleted"
        gone = {"confirmed": "Confirm", "delete": "yes", "select0": "testresell", "select1": "testadmin"}
        assert good(call(fresh, "POST", "SELECT_USERS", form=gone)) == "Users deleted"
        assert fresh.disk.names() == ["admin", "anna", "bert", "carl", "noord", "webbouw"]

    def test_suspended_accounts_are_seen_by_login_as_and_freed_again(self, fresh):
        call(fresh, "POST", "SELECT_USERS", form={"suspend": "Suspend", "select0": "anna", "select1": "noord"})
        seen = [call(fresh, "GET", "SHOW_USER_CONFIG", f"admin|{name}")["suspended"] for name in ("anna", "noord")]
        assert seen == ["yes", "yes"]
        call(fresh, "POST", "SELECT_USERS", form={"suspend": "Unsuspend", "select0": "anna", "select1": "noord"})
        assert suspended(fresh) == set()

    @pytest.mark.parametrize("delete", [{"delete": "1", "confirmed": "1"}, {"delete": "yes", "confirmed": "Confirm"}])
    def test_domains_are_made_listed_with_all_their_fields_and_deleted_without_an_action(self, fresh, delete):
        form = {
            "action": "create",
            "domain": "example3.org",
            "bandwidth": "200",
            "quota": "50",
            "ssl": "OFF",
            "php": "ON",
            "cgi": "ON",
        }
        good(call(fresh, "POST", "DOMAIN", "anna", form))
        rows = {name: pairs(row) for name, row in call(fresh, "GET", "ADDITIONAL_DOMAINS", "anna").items()}
        assert sorted(rows) == ["anna.example", "example3.org"]
        assert (
            rows["example3.org"]["bandwidth"] == "0.0 / 200" and rows["anna.example"]["bandwidth"] == "0.0 / unlimited"
        )
        assert (rows["example3.org"]["username"], rows["example3.org"]["ssl"]) == ("anna", "OFF")
        fields = {
            "domain",
            "quota",
            "alias_pointers",
            "pointers",
            "bandwidth_limit",
            "quota_limit",
            "local_mail",
            "suspended",
        }
        assert fields <= set(rows["anna.example"])
        good(call(fresh, "POST", "DOMAIN", "anna", {**delete, "select0": "example3.org"}))
        assert fresh.disk.domains("anna") == ["anna.example"]

    def test_a_whole_config_with_one_limit_changed_sets_that_limit(self, fresh):
        config = call(fresh, "GET", "SHOW_USER_CONFIG", form={"user": "anna"})
        for new in ({"bandwidth": "25000"}, {"quota": "500.0"}, {"vdomains": "5"}):
            good(call(fresh, "POST", "MODIFY_USER", form={**config, **new, "action": "customize", "user": "anna"}))
        assert fresh.disk.config("anna")["vdomains"] == "5"
        config = call(fresh, "GET", "SHOW_USER_CONFIG", form={"user": "anna"})
        without = {key: value for key, value in config.items() if key != "vdomains"}
        good(
            call(
                fresh, "POST", "MODIFY_USER", form={**without, "uvdomains": "ON", "action": "customize", "user": "anna"}
            )
        )
        assert fresh.disk.config("anna")["vdomains"] == "unlimited"

    def test_databases_with_new_and_known_users_and_their_hosts(self, fresh):
        new = {"action": "create", "name": "test1", "user": "test2", "passwd": "test3", "passwd2": "test3"}
        assert good(call(fresh, "POST", "DATABASES", "anna", new)) == "Database Created"
        good(call(fresh, "POST", "DATABASES", "anna", {"action": "create", "name": "test2", "userlist": "test2"}))
        assert call(fresh, "GET", "DATABASES", "anna") == ["anna_test1", "anna_test2"]
        assert call(fresh, "GET", "SHOW_USER_USAGE", form={"user": "anna"})["mysql"] == "2"
        hosts = {"action": "accesshosts", "db": "anna_test1"}
        good(call(fresh, "POST", "DATABASES", "anna", {**hosts, "create": "yes", "host": "192.168.1.1"}))
        assert call(fresh, "GET", "DATABASES", "anna", hosts) == ["192.168.1.1", "localhost"]
        good(call(fresh, "POST", "DATABASES", "anna", {**hosts, "delete": "yes", "select0": "192.168.1.1"}))
        assert call(fresh, "GET", "DATABASES", "anna", hosts) == ["localhost"]
        for name in ("anna_test1", "anna_test2"):
            good(call(fresh, "POST", "DATABASES", "anna", {"action": "delete", "select0": name}))
        assert call(fresh, "GET", "DATABASES", "anna") == {} and not list((fresh.root / "var/lib/mysql").iterdir())

    def test_forwarders_are_a_name_with_its_recipients(self, fresh):
        form = {
            "action": "create",
            "domain": "anna.example",
            "user": "multiple",
            "email": "a@example.org,b@example.com",
        }
        good(call(fresh, "POST", "EMAIL_FORWARDERS", "anna", form))
        assert call(fresh, "GET", "EMAIL_FORWARDERS", "anna", {"domain": "anna.example"}) == {
            "multiple": "a@example.org,b@example.com"
        }
        good(
            call(
                fresh,
                "POST",
                "EMAIL_FORWARDERS",
                "anna",
                {"action": "delete", "domain": "anna.example", "select0": "multiple"},
            )
        )
        assert call(fresh, "GET", "EMAIL_FORWARDERS", "anna", {"domain": "anna.example"}) == {}

    def test_mailboxes_have_quota_limit_use_and_state(self, fresh):
        own = {"domain": "anna.example"}
        form = {
            **own,
            "action": "create",
            "user": "mail2",
            "passwd": "Secret-5",
            "passwd2": "Secret-5",
            "quota": "500",
            "limit": "50",
        }
        good(call(fresh, "POST", "POP", "anna", form))
        row = pairs(call(fresh, "GET", "POP", "anna", {**own, "action": "full_list"})["mail2"])
        assert (row["quota"], row["limit"], row["sent"], row["suspended"], float(row["usage"])) == (
            "500",
            "50",
            "0",
            "no",
            0,
        )
        good(
            call(
                fresh,
                "POST",
                "POP",
                "anna",
                {**own, "action": "modify", "user": "mail2", "passwd": "Other-5", "passwd2": "Other-5"},
            )
        )
        good(call(fresh, "POST", "POP", "anna", {**own, "action": "delete", "user": "mail2"}))
        assert call(fresh, "GET", "POP", "anna", {**own, "action": "full_list"}) == {}

    @pytest.mark.parametrize(
        ("form", "value"),
        [
            ({"catch": "address", "value": "aap@noot.mies"}, "aap@noot.mies"),
            ({"catch": ":blackhole:"}, ":blackhole:"),
            ({"catch": ":fail:"}, ":fail:"),
        ],
    )
    def test_catch_all_is_what_it_was_set_to(self, fresh, form, value):
        good(call(fresh, "POST", "EMAIL_CATCH_ALL", "anna", {"domain": "anna.example", "update": "Update", **form}))
        assert call(fresh, "GET", "EMAIL_CATCH_ALL", "anna", {"domain": "anna.example"})["value"] == value

    def test_subdomains_come_and_go_with_their_folders_or_without(self, fresh):
        site = fresh.disk.home("anna") / "domains/anna.example/public_html"
        for name in ("sub1", "sub2"):
            good(
                call(
                    fresh,
                    "POST",
                    "SUBDOMAIN",
                    "anna",
                    {"action": "create", "domain": "anna.example", "subdomain": name},
                )
            )
        assert call(fresh, "GET", "SUBDOMAINS", "anna", {"domain": "anna.example"}) == ["sub1", "sub2"]
        for name, contents in (("sub1", "yes"), ("sub2", "no")):
            form = {"action": "delete", "domain": "anna.example", "select0": name, "contents": contents}
            good(call(fresh, "POST", "SUBDOMAIN", "anna", form))
        assert [(site / name).exists() for name in ("sub1", "sub2")] == [False, True]

    def test_pointers_and_aliases_are_listed_apart_in_the_domains_row(self, fresh):
        for name, more in (("invalid.pointer.org", {}), ("invalid.alias.org", {"alias": "yes"})):
            good(
                call(
                    fresh,
                    "POST",
                    "DOMAIN_POINTER",
                    "anna",
                    {"domain": "anna.example", "from": name, "action": "add", **more},
                )
            )
        row = pairs(call(fresh, "GET", "ADDITIONAL_DOMAINS", "anna")["anna.example"])
        assert (row["alias_pointers"], row["pointers"]) == ("invalid.alias.org", "invalid.pointer.org")

    @pytest.mark.parametrize("user", ["_invalid", "nobody"])
    def test_a_name_that_is_none_is_refused_with_a_status(self, shared, user):
        assert ask(shared, "GET", "/CMD_API_SHOW_USER_CONFIG", user, "wrong").status_code == 401

    def test_a_command_that_is_none_answers_a_page(self, shared):
        assert ask(shared, "GET", "/CMD_API_INVALID_COMMAND").headers["Content-Type"] == "text/html"
