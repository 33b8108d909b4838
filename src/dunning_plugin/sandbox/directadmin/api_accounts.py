"""The /api endpoints about accounts: config, usage, owner, kind."""

import time
from typing import Any, Dict, List, Optional, Tuple

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import api_error
from dunning_plugin.sandbox.directadmin.endpoints import NOTHING, Api, body, endpoint, ok, stamp
from dunning_plugin.sandbox.directadmin.figures import counts
from dunning_plugin.sandbox.directadmin.wire import Request, Response

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
        "mailPartition": "",
        "mySqlConf": "",
        "name": config["name"],
        "ns1": config["ns1"],
        "ns2": config["ns2"],
        "package": config["package"],
        "pluginsBlacklist": [],
        "pluginsWhitelist": [],
        "skin": config["skin"],
        "suspended": config.get("suspended") == "yes",
        "twoStepAuth": False,
        "twoStepAuthDesc": "",
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


COUNTED = {
    "autoresponders": "nemailr",
    "bandwidthBytes": "bandwidth",
    "domainPointers": "domainptr",
    "domains": "vdomains",
    "emailAccounts": "nemails",
    "emailForwarders": "nemailf",
    "ftpAccounts": "ftp",
    "inode": "inode",
    "mailingLists": "nemailml",
    "mySqlDatabases": "mysql",
    "quotaBytes": "quota",
    "subdomains": "nsubdomains",
}
"""What a usage answer counts, by the names of user.conf."""
MEGABYTE = 1 << 20


def usage(disk: Disk, names: List[str]) -> Dict[str, Any]:
    """The published shape of a usage answer over some accounts; the limits are those of the first."""
    found, config = counts(disk, names), disk.config(names[0])
    counted = {key: _count(key, found[old], config.get(old, "unlimited")) for key, old in COUNTED.items()}
    return {
        **counted,
        "dbQuotaBytes": 0,
        "emailDeliveries": 0,
        "emailDeliveriesIncoming": 0,
        "emailDeliveriesOutgoing": 0,
        "emailQuotaBytes": 0,
        "otherQuotaBytes": 0,
        "quotaWithoutSystemBytes": 0,
    }


def _count(key: str, used: str, most: str) -> Dict[str, Any]:
    unit = MEGABYTE if key.endswith("Bytes") else 1
    limit = -1 if most == "unlimited" else int(most) * unit
    return {"limit": limit, "unlimited": limit < 0, "usage": int(float(used)) * unit}


@endpoint("GET", "users/{username}/config")
def users_config(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username):
        return api_error(404, "NOT_FOUND")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED")
    return ok(user_config(api.disk, username))


@endpoint("GET", "users/{username}/usage")
def users_usage(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username):
        return api_error(404, "NOT_FOUND")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED")
    return ok(usage(api.disk, [username]))


@endpoint("GET", "resellers/{username}/config", "reseller")
def reseller_config(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username) or api.disk.kind(username) == "user":
        return api_error(404, "NOT_FOUND")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED")
    config = user_config(api.disk, username)
    named = {key[:-3] + "Limit": value for key, value in config.items() if key.endswith("Lim")}
    named["mysqlDatabasesLimit"] = named.pop("mySqlDatabasesLimit")
    own = ("account", "jail", "ssh")
    return ok({**named, **{flag: config[flag] for flag in FLAGS if flag not in own}, "userSsh": config["ssh"]})


@endpoint("GET", "resellers/{username}/usage", "reseller")
def reseller_usage(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username) or api.disk.kind(username) == "user":
        return api_error(404, "NOT_FOUND")
    if not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED")
    users = api.disk.users_of(username)
    counted = usage(api.disk, [username, *users])
    del counted["quotaWithoutSystemBytes"]
    counted["users"] = {"limit": -1, "unlimited": True, "usage": len(users)}
    rows = {key: {**row, "allocation": row["usage"]} if isinstance(row, dict) else row for key, row in counted.items()}
    return ok({**rows, "bandwidthDeletedUserBytes": 0})


@endpoint("GET", "admin-usage", "admin")
def admin_usage(api: Api, caller: Caller, request: Request) -> Response:
    names = api.disk.names()
    counted = {key: row["usage"] if isinstance(row, dict) else row for key, row in usage(api.disk, names).items()}
    del counted["quotaWithoutSystemBytes"]
    users = sum(api.disk.kind(name) == "user" for name in names)
    return ok({**counted, "resellers": len(api.disk.resellers()), "users": users, "lastTally": stamp(time.time())})


@endpoint("POST", "change-user-creator", "admin")
def change_user_creator(api: Api, caller: Caller, request: Request) -> Response:
    given = body(request, "account", "creator")
    name, creator = str(given["account"]), str(given["creator"])
    wrong = _role_mismatch(api, name, ("user",)) or _role_mismatch(api, creator, ("reseller", "admin"))
    if wrong is not None:
        return wrong
    api.disk.move(name, creator)
    return NOTHING


@endpoint("POST", "convert-user-to-reseller", "admin")
def convert_user_to_reseller(api: Api, caller: Caller, request: Request) -> Response:
    """`creator` may be left out: the admin who asks owns him then."""
    given = body(request, "account")
    name, creator = str(given["account"]), str(given.get("creator") or caller.name)
    wrong = _role_mismatch(api, name, ("user",)) or _role_mismatch(api, creator, ("admin",))
    if wrong is not None:
        return wrong
    api.disk.convert(name, "reseller", creator)
    return NOTHING


@endpoint("POST", "convert-reseller-to-user", "admin")
def convert_reseller_to_user(api: Api, caller: Caller, request: Request) -> Response:
    """A reseller who still has users is refused (assumed: they would have no owner)."""
    given = body(request, "account", "creator")
    name, creator = str(given["account"]), str(given["creator"])
    wrong = _role_mismatch(api, name, ("reseller",)) or _role_mismatch(api, creator, ("reseller", "admin"))
    if wrong is not None:
        return wrong
    if creator == name or api.disk.users_of(name):
        return api_error(400, "BAD_REQUEST", "the reseller has users")
    api.disk.convert(name, "user", creator)
    return NOTHING


def _role_mismatch(api: Api, name: str, kinds: Tuple[str, ...]) -> Optional[Response]:
    if not api.disk.exists(name):
        return api_error(419, "ACCOUNT_NOT_FOUND", account=name)
    kind = api.disk.kind(name)
    if kind in kinds:
        return None
    return api_error(409, "ACCOUNT_ROLE_MISMATCH", account=name, actual=kind, expected=kinds[0])
