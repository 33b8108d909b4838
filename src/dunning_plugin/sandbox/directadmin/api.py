"""The /api endpoints, in the shapes of the published description (directadmin-openapi-2025.json)."""

import json
import re
import time
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Tuple

from dunning_plugin.sandbox.directadmin.accounts import Accounts
from dunning_plugin.sandbox.directadmin.auth import Authenticator, Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import JSON, api_error
from dunning_plugin.sandbox.directadmin.sessions import LoginKey, LoginKeys, Sessions
from dunning_plugin.sandbox.directadmin.wire import Request, Response

Endpoint = Callable[..., Response]
ENDPOINTS: List[Tuple[str, "re.Pattern[str]", str, Endpoint]] = []
RANK = {"user": 0, "reseller": 1, "admin": 2}
VERSION = "1.709"
FLAGS = (
    "account",
    "aftp",
    "catchAll",
    "cgi",
    "clamav",
    "cron",
    "dnsControl",
    "git",
    "jail",
    "loginKeys",
    "nginxUnit",
    "php",
    "redis",
    "spam",
    "ssh",
    "ssl",
    "sysInfo",
    "wordpress",
)
LIMITS = {
    "autorespondersLim": "nemailr",
    "bandwidthLim": "bandwidth",
    "domainPointersLim": "domainptr",
    "domainsLim": "vdomains",
    "emailAccountsLim": "nemails",
    "emailForwardersLim": "nemailf",
    "ftpAccountsLim": "ftp",
    "inodeLim": "inode",
    "mailingListsLim": "nemailml",
    "mySqlDatabasesLim": "mysql",
    "quotaLim": "quota",
    "subdomainsLim": "nsubdomains",
}


def endpoint(method: str, path: str, level: str = "user") -> Callable[[Endpoint], Endpoint]:
    """Register an endpoint; {name} in the path becomes an argument."""
    pattern = re.compile("^/api/" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")

    def register(function: Endpoint) -> Endpoint:
        ENDPOINTS.append((method, pattern, level, function))
        return function

    return register


class Api:
    """The /api endpoints of one panel."""

    def __init__(
        self, disk: Disk, accounts: Accounts, auth: Authenticator, sessions: Sessions, keys: LoginKeys, hostname: str
    ) -> None:
        self.disk, self.accounts, self.auth, self.sessions = disk, accounts, auth, sessions
        self.keys, self.hostname = keys, hostname

    def answer(self, caller: Caller, request: Request) -> Response:
        """The answer to a request below /api/."""
        known = False
        for method, pattern, level, function in ENDPOINTS:
            found = pattern.match(request.path)
            if not found:
                continue
            known = True
            if method == request.method:
                if RANK[caller.kind] < RANK[level]:
                    return api_error(403, "ACCESS_DENIED", "Access denied")
                try:
                    return function(self, caller, request, **found.groupdict())
                except (ValueError, KeyError, AttributeError, TypeError):
                    return api_error(400, "BAD_REQUEST", "malformed request")
        return api_error(405, "METHOD_NOT_ALLOWED") if known else api_error(404, "NOT_FOUND", "no such endpoint")

    def visible(self, caller: Caller, name: str) -> bool:
        """May the caller read this account?"""
        return name == caller.name or self.accounts.may_touch(caller, name)


def ok(data: Any, status: int = 200) -> Response:
    """A JSON answer as the /api endpoints give it."""
    return Response(status, json.dumps(data).encode(), JSON)


NOTHING = Response(204)


def stamp(moment: float) -> str:
    """An instant as the API writes it."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def user_config(disk: Disk, name: str) -> Dict[str, Any]:
    """The published shape of /api/users/{user}/config: camelCase, real booleans, negative for no limit."""
    config = disk.config(name)
    limits = {
        key: -1 if config.get(old, "unlimited") == "unlimited" else int(config[old]) for key, old in LIMITS.items()
    }
    flags = {flag: config.get(_old(flag), "OFF") == "ON" for flag in FLAGS}
    return {
        **flags,
        **limits,
        "apiAllowPassword": config.get("api_with_password", "yes") == "yes",
        "creator": config["creator"],
        "dateCreated": config["date_created"],
        "domain": config["domain"],
        "domains": disk.domains(name),
        "email": config["email"],
        "featureSets": [],
        "ip": config["ip"],
        "language": config["language"],
        "letsEncrypt": 1,
        "name": config["name"],
        "ns1": config["ns1"],
        "ns2": config["ns2"],
        "package": config["package"],
        "skin": config["skin"],
        "suspended": config.get("suspended") == "yes",
        "twoStepAuth": False,
        "userType": config["usertype"],
        "username": name,
        "users": disk.users_of(name),
        "usersLim": -1,
        "usersManageDomains": 0,
        "zoom": int(config["zoom"]),
    }


def _old(flag: str) -> str:
    return {"catchAll": "catchall", "dnsControl": "dnscontrol", "loginKeys": "login_keys", "sysInfo": "sysinfo"}.get(
        flag, flag
    )


def usage(disk: Disk, names: List[str]) -> Dict[str, Any]:
    """The published shape of a usage answer over some accounts."""
    domains = [domain for name in names for domain in disk.domains(name)]
    boxes = sum(len(disk.mailboxes(domain)) for domain in domains)

    def count(number: int) -> Dict[str, Any]:
        return {"limit": -1, "unlimited": True, "usage": number}

    counted = {
        key: count(0)
        for key in (
            "autoresponders",
            "bandwidthBytes",
            "domainPointers",
            "emailForwarders",
            "ftpAccounts",
            "inode",
            "mailingLists",
            "mySqlDatabases",
            "quotaBytes",
            "subdomains",
        )
    }
    return {
        **counted,
        "domains": count(len(domains)),
        "emailAccounts": count(boxes),
        "dbQuotaBytes": 0,
        "emailDeliveries": 0,
        "emailDeliveriesIncoming": 0,
        "emailDeliveriesOutgoing": 0,
        "emailQuotaBytes": 0,
        "otherQuotaBytes": 0,
    }


@endpoint("GET", "info")
def info(api: Api, caller: Caller, request: Request) -> Response:
    return ok(public_info(api.hostname))


def public_info(hostname: str) -> Dict[str, Any]:
    """/api/info needs no login."""
    return {
        "OTPTrustDays": 30,
        "allowPasswordReset": False,
        "hostname": hostname,
        "languages": ["en", "nl", "de", "fr"],
        "license": {"active": True, "legacy": False, "missing": False, "reason": ""},
        "time": stamp(time.time()),
    }


@endpoint("GET", "version", "admin")
def version(api: Api, caller: Caller, request: Request) -> Response:
    update = {
        "available": False,
        "availableChannels": ["current"],
        "channel": "current",
        "commit": "",
        "version": VERSION,
    }
    return ok(
        {
            "arch": "amd64",
            "commit": "",
            "distro": "debian",
            "eol": False,
            "os": "linux",
            "update": update,
            "uptime": 1,
            "version": VERSION,
        }
    )


@endpoint("GET", "session")
def session(api: Api, caller: Caller, request: Request) -> Response:
    return ok(
        {
            "allowedCommands": [],
            "demo": False,
            "effectiveRole": caller.kind,
            "effectiveUsername": caller.name,
            "havePluginHooksAdmin": True,
            "havePluginHooksReseller": False,
            "havePluginHooksUser": False,
            "homeDir": f"/home/{caller.name}",
            "realUsername": caller.master,
        }
    )


@endpoint("GET", "session/state")
def session_state(api: Api, caller: Caller, request: Request) -> Response:
    domains = api.disk.domains(caller.name)
    return ok(
        {
            "newMessages": 0,
            "newTickets": 0,
            "realUsername": caller.master,
            "skinVersion": "1",
            "selectedDomain": domains[0] if domains else "",
            "sessionID": caller.session.public_id if caller.session else "",
        }
    )


@endpoint("GET", "session/user-config")
def session_user_config(api: Api, caller: Caller, request: Request) -> Response:
    return ok(user_config(api.disk, caller.name))


@endpoint("GET", "session/user-usage")
def session_user_usage(api: Api, caller: Caller, request: Request) -> Response:
    return ok(usage(api.disk, [caller.name]))


@endpoint("GET", "session/login-as/user-list", "reseller")
def login_as_list(api: Api, caller: Caller, request: Request) -> Response:
    wanted = request.form.get("q", "")
    rows = []
    for name in api.disk.names():
        if api.auth.may_act_as(caller.master, name) and name != caller.name:
            matched = [domain for domain in api.disk.domains(name) if wanted in domain]
            if wanted in name or matched:
                rows.append({"matchedDomains": matched, "user": name})
    limit = request.form.get("limit", "")
    return ok(rows[: int(limit)] if limit.isdecimal() else rows)


@endpoint("POST", "session/login-as/switch", "reseller")
def login_as_switch(api: Api, caller: Caller, request: Request) -> Response:
    name = str(request.json["username"])
    if caller.session is None or not api.auth.may_act_as(caller.name, name):
        return api_error(403, "ACCESS_DENIED", "Access denied")
    if api.accounts.options.login_as_runs_session_hook:
        environment = {
            "username": name,
            "password": "",
            "session_id": caller.session.id,
            "ip": request.client,
            "referer": request.header("referer"),
            "user_agent": request.header("user-agent"),
        }
        good, output = api.accounts.hooks.run("session_create_pre", environment)
        if not good:
            return api_error(409, "PRE_HOOK_ERROR", output=output, exitCode=1, path="session_create_pre.sh")
    api.sessions.switch(caller.session, name, caller.master)
    return NOTHING


@endpoint("POST", "session/login-as/return")
def login_as_return(api: Api, caller: Caller, request: Request) -> Response:
    if caller.session is None:
        return api_error(403, "ACCESS_DENIED", "Access denied")
    api.sessions.switch(caller.session, caller.master, "")
    return NOTHING


@endpoint("GET", "sessions")
def sessions(api: Api, caller: Caller, request: Request) -> Response:
    """The caller's own sessions; as `admin|user` those of the user."""
    return ok(
        [
            {
                "created": stamp(s.created),
                "current": caller.session is not None and s.id == caller.session.id,
                "expires": stamp(s.seen + api.sessions.seconds),
                "host": "",
                "ip": s.ip,
                "loggedInAs": s.username,
                "loginKey": s.login_key,
                "publicID": s.public_id,
                "valid": True,
            }
            for s in api.sessions.all()
            if (s.master or s.username) == caller.name
        ]
    )


@endpoint("POST", "sessions/destroy/{public_id}")
def session_destroy(api: Api, caller: Caller, request: Request, public_id: str) -> Response:
    for one in api.sessions.all():
        if one.public_id == public_id and (one.master or one.username) == caller.name:
            api.sessions.destroy(one)
    return NOTHING


@endpoint("POST", "sessions/destroy-all-other")
def session_destroy_others(api: Api, caller: Caller, request: Request) -> Response:
    for one in api.sessions.all():
        if (one.master or one.username) == caller.name and (caller.session is None or one.id != caller.session.id):
            api.sessions.destroy(one)
    return NOTHING


@endpoint("GET", "users/{username}/config")
def users_config(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username):
        return api_error(404, "NOT_FOUND", "user not found")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED", "Access denied")
    return ok(user_config(api.disk, username))


@endpoint("GET", "users/{username}/usage")
def users_usage(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username):
        return api_error(404, "NOT_FOUND", "user not found")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED", "Access denied")
    return ok(usage(api.disk, [username]))


@endpoint("GET", "resellers/{username}/config", "reseller")
def reseller_config(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username) or api.disk.kind(username) == "user":
        return api_error(404, "NOT_FOUND", "reseller not found")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED", "Access denied")
    config = user_config(api.disk, username)
    named = {key[:-3] + "Limit": value for key, value in config.items() if key.endswith("Lim")}
    return ok({**named, **{flag: config[flag] for flag in FLAGS if flag in config}, "userSsh": False})


@endpoint("GET", "resellers/{username}/usage", "reseller")
def reseller_usage(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username) or api.disk.kind(username) == "user":
        return api_error(404, "NOT_FOUND", "reseller not found")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED", "Access denied")
    users = api.disk.users_of(username)
    counted = usage(api.disk, [username, *users])
    counted["users"] = {"allocation": len(users), "limit": -1, "unlimited": True, "usage": len(users)}
    return ok({**counted, "bandwidthDeletedUserBytes": 0})


@endpoint("GET", "admin-usage", "admin")
def admin_usage(api: Api, caller: Caller, request: Request) -> Response:
    names = api.disk.names()
    counted = {key: row["usage"] if isinstance(row, dict) else row for key, row in usage(api.disk, names).items()}
    users = sum(api.disk.kind(name) == "user" for name in names)
    return ok({**counted, "resellers": len(api.disk.resellers()), "users": users, "lastTally": stamp(time.time())})


@endpoint("POST", "change-user-creator", "admin")
def change_user_creator(api: Api, caller: Caller, request: Request) -> Response:
    name, creator = str(request.json["account"]), str(request.json["creator"])
    for account in (name, creator):
        if not api.disk.exists(account):
            return api_error(419, "ACCOUNT_NOT_FOUND", account=account)
    if api.disk.kind(name) != "user" or api.disk.kind(creator) == "user":
        wrong = name if api.disk.kind(name) != "user" else creator
        return api_error(
            409,
            "ACCOUNT_ROLE_MISMATCH",
            account=wrong,
            actual=api.disk.kind(wrong),
            expected="user" if wrong == name else "reseller",
        )
    api.disk.move(name, creator)
    return NOTHING


@endpoint("GET", "login-keys/keys")
def login_keys(api: Api, caller: Caller, request: Request) -> Response:
    return ok([key_shape(key) for key in api.keys.of(caller.name)])


@endpoint("POST", "login-keys/keys")
def login_key_create(api: Api, caller: Caller, request: Request) -> Response:
    wanted = request.json
    if not api.disk.password_is(caller.name, str(wanted.get("currentPassword", ""))):
        return api_error(430, "LOGIN_KEY_BAD_CURRENT_PASSWORD")
    keys = api.keys.of(caller.name)
    if any(key.id == wanted["id"] for key in keys):
        return api_error(490, "LOGIN_KEY_ALREADY_EXISTS", id=wanted["id"])
    if any(key.password == wanted["password"] for key in keys):
        return api_error(491, "LOGIN_KEY_DUPLICATE_PASSWORD")
    if len(str(wanted["password"])) < 8:
        return api_error(492, "WEAK_PASSWORD", "the password is too short")
    key = LoginKey(
        str(wanted["id"]),
        str(wanted["password"]),
        list(wanted.get("allowCommands") or []),
        list(wanted.get("denyCommands") or []),
        list(wanted.get("allowNetworks") or []),
        bool(wanted.get("allowLogin")),
        time.time(),
        0.0,
        caller.master,
    )
    api.keys.save(caller.name, [key, *keys])
    return ok(key_shape(key))


@endpoint("GET", "login-keys/keys/{key_id}")
def login_key(api: Api, caller: Caller, request: Request, key_id: str) -> Response:
    found = [key for key in api.keys.of(caller.name) if key.id == key_id]
    return ok(key_shape(found[0])) if found else api_error(404, "NOT_FOUND", "no such key")


@endpoint("DELETE", "login-keys/keys/{key_id}")
def login_key_delete(api: Api, caller: Caller, request: Request, key_id: str) -> Response:
    api.keys.save(caller.name, [key for key in api.keys.of(caller.name) if key.id != key_id])
    return NOTHING


def key_shape(key: LoginKey) -> Dict[str, Any]:
    """A login key as the API shows it; never its password."""
    return {
        "allowCommands": key.allow,
        "allowLogin": key.allow_login,
        "allowNetworks": key.networks,
        "autoRemove": False,
        "created": stamp(key.created),
        "createdBy": key.created_by,
        "denyCommands": key.deny,
        "expires": stamp(key.expires),
        "hasExpiry": key.expires > 0,
        "id": key.id,
        "readOnly": False,
    }
