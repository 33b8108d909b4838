"""What public Python clients send: directadmin-client and its fork, directadmin-cli, an MCP server."""

from urllib.parse import parse_qs

import pytest

from tests.sandbox.small import ask, password_of, suspended

NEW = {
    "action": "create",
    "add": "Submit",
    "email": "a@b.example",
    "passwd": "Secret-1",
    "passwd2": "Secret-1",
    "notify": "no",
}


class TestDirectadminClient:
    """POSTs with everything in the query and no body; json=yes if it was told so."""

    def call(self, panel, command, user="admin", /, **form):
        answer = ask(panel, "POST", f"/CMD_{command}", user, params=form)
        assert "X-DirectAdmin" not in answer.headers
        return answer.json() if form.get("json") else parse_qs(answer.text)

    def test_a_user_is_made_for_the_address_called_server_and_removed(self, fresh):
        form = {**NEW, "username": "pyu", "domain": "pyu.example", "package": "standard", "ip": "server", "json": "yes"}
        assert self.call(fresh, "ACCOUNT_USER", **form)["success"] == "User pyu created"
        assert self.call(fresh, "ACCOUNT_USER", **form)["error"] == "Cannot Create Account"
        assert self.call(fresh, "API_SHOW_DOMAINS", "admin|pyu") == {"list[]": ["pyu.example"]}
        gone = {"confirmed": "Confirm", "delete": "yes", "select0": "pyu", "json": "yes"}
        assert "error" not in self.call(fresh, "SELECT_USERS", **gone)

    def test_a_wrong_password_is_known_by_the_header(self, shared):
        answer = ask(shared, "POST", "/CMD_API_SHOW_ALL_USERS", "admin", "wrong", params={"json": "yes"})
        assert answer.headers["X-DirectAdmin"] == "Unauthorized"


class TestDirectadminCli:
    """GETs for everything, with the fields in the query."""

    def get(self, panel, command, **form):
        return parse_qs(ask(panel, "GET", f"/CMD_API_{command}", params=form).text)

    def test_accounts_of_all_kinds_are_made_by_get(self, fresh):
        for kind, more in (("ADMIN", {}), ("RESELLER", {"ip": "shared"}), ("USER", {"ip": "192.0.2.10"})):
            form = {
                **NEW,
                "username": f"cli{kind.lower()}",
                "package": "standard",
                "domain": f"{kind.lower()}.example",
                **more,
            }
            assert self.get(fresh, f"ACCOUNT_{kind}", **form)["error"] == ["0"]
        assert {"cliadmin", "clireseller", "cliuser"} <= set(fresh.disk.names())

    def test_several_are_suspended_and_freed_by_get(self, fresh):
        assert self.get(fresh, "SELECT_USERS", dosuspend="1", select0="anna", select1="noord")["error"] == ["0"]
        assert suspended(fresh) == {"anna", "noord"}
        assert self.get(fresh, "SELECT_USERS", dounsuspend="1", select0="anna", select1="noord")["error"] == ["0"]
        assert suspended(fresh) == set()

    @pytest.mark.parametrize(
        ("command", "found"),
        [
            ("SHOW_RESELLERS", ["webbouw", "noord"]),
            ("SHOW_ADMINS", ["admin"]),
            ("SHOW_ALL_USERS", ["anna", "bert", "carl"]),
            ("PACKAGES_RESELLER", ["standard"]),
            ("PACKAGES_USER", ["standard"]),
            ("SHOW_RESELLER_IPS", ["192.0.2.10"]),
        ],
    )
    def test_lists_are_lists(self, shared, command, found):
        assert self.get(shared, command) == {"list[]": found}

    def test_statistics_of_the_server_are_pairs(self, shared):
        stats = self.get(shared, "ADMIN_STATS")
        assert (stats["nusers"], stats["nresellers"]) == (["3"], ["2"])


class TestMcpServer:
    """JSON asked for by the Accept header as well; forms urlencoded; acting as a user by `admin|user`."""

    HEADERS = {"Accept": "application/json", "User-Agent": "directadmin-mcp/2.6.0"}

    def old(self, panel, method, command, user="admin", /, **form):
        fields = {**form, "json": "yes"}
        more = {"params": fields} if method == "GET" else {"data": fields}
        answer = ask(panel, method, f"/CMD_API_{command}", user, headers=self.HEADERS, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @pytest.mark.parametrize(
        "path",
        [
            *("version", "session", "session/state", "session/user-config", "session/user-usage", "sessions"),
            *("users/anna/config", "users/anna/usage", "users/anna/login-history", "resellers/webbouw/config"),
            *("resellers/webbouw/usage", "admin-usage", "login-history", "login-keys/keys", "login-keys/urls"),
            *("login-keys/commands", "messages/list", "tickets", "ticket-requests", "reseller-packages"),
            *("reseller-packages/standard", "db-show/info", "db-show/databases", "db-show/users", "license"),
            *("system-info/cpu", "system-info/fs", "system-info/load", "system-info/memory", "system-info/services"),
            *("system-info/uptime", "plugins/list", "redis/status", "session/reseller-config", "info"),
        ],
    )
    def test_what_it_reads_is_there(self, shared, path):
        answer = ask(shared, "GET", f"/api/{path}", headers=self.HEADERS)
        assert answer.status_code == 200 and isinstance(answer.json(), (dict, list))

    def test_accounts_are_searched_by_name_and_by_domain(self, shared):
        assert ask(shared, "GET", "/api/search/users?q=nn").json() == ["anna"]
        assert ask(shared, "GET", "/api/search/users-extended?q=bert.ex", "webbouw").json() == [
            {"domains": ["bert.example"], "user": "bert"}
        ]
        assert ask(shared, "GET", "/api/search/users?q=", "noord").json() == ["carl"]

    def test_suspending_and_freeing_are_the_same_button(self, fresh):
        for state in ({"anna"}, set()):
            form = {"location": "CMD_SELECT_USERS", "suspend": "Suspend/Unsuspend", "select0": "anna"}
            assert "error" not in self.old(fresh, "POST", "SELECT_USERS", **form) and suspended(fresh) == state

    def test_a_package_is_saved_with_yes_and_no_and_used(self, fresh):
        form = {
            "add": "Save",
            "packagename": "mcp",
            "bandwidth": "0",
            "ubandwidth": "yes",
            "quota": "5",
            "uquota": "no",
        }
        assert self.old(fresh, "POST", "PACKAGES_USER", **form)["success"] == "Saved"
        user = {**NEW, "username": "mcpuser", "domain": "mcp.example", "package": "mcp", "ip": "sharedreseller"}
        self.old(fresh, "POST", "ACCOUNT_USER", **user)
        config = ask(fresh, "GET", "/api/users/mcpuser/config").json()
        assert (config["bandwidthLim"], config["quotaLim"], config["package"]) == (-1, 5, "mcp")
        self.old(fresh, "POST", "MODIFY_USER", action="customize", user="mcpuser", uquota="yes", quota="0", php="OFF")
        config = ask(fresh, "GET", "/api/users/mcpuser/config").json()
        assert (config["quotaLim"], config["php"]) == (-1, False)

    def test_pointers_are_added_listed_and_deleted(self, fresh):
        own = {"domain": "anna.example"}
        self.old(
            fresh, "POST", "DOMAIN_POINTER", "admin|anna", action="add", **{"from": "alias.example"}, alias="yes", **own
        )
        assert self.old(fresh, "GET", "DOMAIN_POINTER", "admin|anna", **own) == {"alias.example": "alias"}
        taken = self.old(
            fresh,
            "POST",
            "DOMAIN_POINTER",
            "admin|bert",
            action="add",
            domain="bert.example",
            **{"from": "alias.example"},
        )
        assert "error" in taken
        self.old(fresh, "POST", "DOMAIN_POINTER", "admin|anna", delete="yes", select0="alias.example", **own)
        assert self.old(fresh, "GET", "DOMAIN_POINTER", "admin|anna", **own) == {}

    def test_a_mailbox_named_twice_is_deleted_once(self, fresh):
        own = {"domain": "anna.example", "user": "info"}
        self.old(
            fresh, "POST", "POP", "admin|anna", action="create", passwd="Secret-5", passwd2="Secret-5", quota="0", **own
        )
        gone = self.old(fresh, "POST", "POP", "admin|anna", action="delete", select0="info", **own)
        assert gone == {"result": "info@anna.example", "success": "E-Mail Accounts Deleted"}

    @pytest.mark.parametrize("command", ["FTP", "CRON_JOBS", "REDIRECT", "EMAIL_AUTORESPONDER", "EMAIL_VACATION"])
    def test_what_nobody_has_is_an_empty_list_and_cannot_be_made(self, shared, command):
        assert self.old(shared, "GET", command, "admin|anna", domain="anna.example") == []
        assert "error" in self.old(shared, "POST", command, "admin|anna", domain="anna.example", action="create")
        assert "error" in self.old(shared, "GET", command, "admin|anna", domain="bert.example")

    def test_a_login_key_is_made_changed_shown_and_deleted(self, fresh):
        current = {"currentPassword": fresh.password}
        given = {"id": "mcpkey", "password": "Secret-key-1", "allowCommands": ["CMD_API_LOGIN_TEST"], **current}
        assert ask(fresh, "POST", "/api/login-keys/keys", json=given).status_code == 200
        change = {"denyCommands": ["CMD_API_SELECT_USERS"], **current}
        changed = ask(fresh, "PATCH", "/api/login-keys/keys/mcpkey", json=change).json()
        assert (changed["allowCommands"], changed["denyCommands"]) == (["CMD_API_LOGIN_TEST"], ["CMD_API_SELECT_USERS"])
        assert ask(fresh, "GET", "/api/login-keys/keys/mcpkey/history").json() == []
        assert ask(fresh, "DELETE", "/api/login-keys/keys/mcpkey").status_code == 204
        assert ask(fresh, "GET", "/api/login-keys/keys/mcpkey").status_code == 404

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"currentPassword": "wrong", "newPassword": "New-secret-1"}, 430),
            ({"currentPassword": password_of("anna"), "newPassword": "short"}, 490),
            ({"newPassword": "New-secret-1"}, 400),
            ({"currentPassword": password_of("anna"), "newPassword": "New-secret-1"}, 204),
        ],
    )
    def test_a_password_is_changed_by_who_knows_the_current_one(self, fresh, given, status):
        assert ask(fresh, "POST", "/api/change-password", "anna", json=given).status_code == status
        assert fresh.disk.password_is("anna", "New-secret-1") == (status == 204)
