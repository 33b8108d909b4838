"""The /api endpoints about the server, its licence and packages, and what concerns an account besides its limits.

Shapes: the published description (2025), for searches and plugins its list of operations (2026)."""

import os
import shutil
import time
from typing import Any, Dict, List

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.encode import api_error
from dunning_plugin.sandbox.directadmin.endpoints import NOTHING, VERSION, Api, body, endpoint, ok, stamp
from dunning_plugin.sandbox.directadmin.hooks import plugin_conf
from dunning_plugin.sandbox.directadmin.legacy_server import SERVICES, STARTED
from dunning_plugin.sandbox.directadmin.packages import Packages
from dunning_plugin.sandbox.directadmin.wire import Request, Response

LEAST_PASSWORD = 8


@endpoint("GET", "license", "admin")
def license_info(api: Api, caller: Caller, request: Request) -> Response:
    names = api.disk.names()
    kinds = [api.disk.kind(name) for name in names]
    return ok(
        {
            "expires": stamp(time.time() + 30 * 86400),
            "lid": 1,
            "limits": {
                "legacy": False,
                "maxAdminsOrResellers": 0,
                "maxDomains": 0,
                "maxUsers": 0,
                "onlyVPS": False,
                "proPack": True,
                "trial": False,
            },
            "name": "sandbox",
            "pid": 1,
            "type": "sandbox",
            "uid": 1,
            "usage": {
                "adminsOrResellers": len(names) - kinds.count("user"),
                "domains": sum(len(api.disk.domains(name)) for name in names),
                "users": kinds.count("user"),
            },
        }
    )


@endpoint("GET", "login-history")
def login_history(api: Api, caller: Caller, request: Request) -> Response:
    return ok(_history(api, caller.name))


@endpoint("GET", "users/{username}/login-history", "reseller")
def users_login_history(api: Api, caller: Caller, request: Request, username: str) -> Response:
    if not api.disk.exists(username) or not api.visible(caller, username):
        return api_error(403, "ACCESS_DENIED")
    return ok(_history(api, username))


def _history(api: Api, name: str) -> List[Dict[str, Any]]:
    """From where the account logged in, as far as its sessions tell; the newest first."""
    found = [one for one in api.sessions.all() if (one.master or one.username) == name]
    rows: Dict[str, List[float]] = {}
    for session in found:
        rows.setdefault(session.ip, []).append(session.created)
    newest = sorted(rows.items(), key=lambda row: -max(row[1]))
    return [{"attempts": 0, "host": host, "timestamp": stamp(max(times))} for host, times in newest]


@endpoint("POST", "change-password")
def change_password(api: Api, caller: Caller, request: Request) -> Response:
    """The caller's own password; whoever acts as another gives his own as the current one."""
    given = body(request, "currentPassword", "newPassword")
    if not api.disk.password_is(caller.master, str(given["currentPassword"])):
        return api_error(430, "BAD_CURRENT_PASSWORD")
    if len(str(given["newPassword"])) < LEAST_PASSWORD:
        return api_error(490, "WEAK_PASSWORD", "the password is too short")
    api.disk.set_password(caller.name, str(given["newPassword"]))
    return NOTHING


@endpoint("POST", "logout")
def logout(api: Api, caller: Caller, request: Request) -> Response:
    """Ends the caller's session."""
    if caller.session is None:
        return api_error(403, "ACCESS_DENIED")
    api.sessions.destroy(caller.session)
    return ok({"logoutURL": ""})


@endpoint("GET", "messages")
@endpoint("GET", "messages/list")
@endpoint("GET", "ticket-requests")
def nothing_to_read(api: Api, caller: Caller, request: Request) -> Response:
    """Nobody writes to anybody in the sandbox."""
    return ok([])


@endpoint("GET", "tickets", "reseller")
def tickets(api: Api, caller: Caller, request: Request) -> Response:
    return ok([])


@endpoint("GET", "plugins/list")
def plugins_list(api: Api, caller: Caller, request: Request) -> Response:
    """The active plugins that have pages for the caller's level."""
    rows = []
    for folder in sorted((api.disk.da / "plugins").glob("*")):
        conf = plugin_conf(folder)
        if conf.get("active") == "yes" and conf.get("installed") == "yes" and (folder / caller.kind).is_dir():
            name = {"admin": "CMD_PLUGINS_ADMIN", "reseller": "CMD_PLUGINS_RESELLER", "user": "CMD_PLUGINS"}[
                caller.kind
            ]
            entry = {"icon": "", "title": conf.get("name", folder.name), "url": f"/{name}/{folder.name}"}
            rows.append({"id": folder.name, "menuEntry": entry, "role": caller.kind})
    return ok(rows)


@endpoint("GET", "search/users", "reseller")
def search_users(api: Api, caller: Caller, request: Request) -> Response:
    """Names that the caller may manage."""
    wanted = request.form.get("q", "")
    return ok([name for name in api.disk.names() if wanted in name and api.accounts.may_touch(caller, name)])


@endpoint("GET", "search/users-extended", "reseller")
def search_users_extended(api: Api, caller: Caller, request: Request) -> Response:
    """The same with their domains, by name or domain."""
    wanted, rows = request.form.get("q", ""), []
    for name in api.disk.names():
        domains = api.disk.domains(name)
        if api.accounts.may_touch(caller, name) and (wanted in name or any(wanted in domain for domain in domains)):
            rows.append({"domains": domains, "user": name})
    return ok(rows)


@endpoint("GET", "reseller-packages", "admin")
def reseller_packages(api: Api, caller: Caller, request: Request) -> Response:
    return ok(Packages(api.disk, caller.name, True).names())


@endpoint("GET", "reseller-packages/{package}", "admin")
def reseller_package(api: Api, caller: Caller, request: Request, package: str) -> Response:
    try:
        return ok(Packages(api.disk, caller.name, True).get(package))
    except KeyError:
        return api_error(404, "NOT_FOUND")


@endpoint("GET", "redis/status")
def redis_status(api: Api, caller: Caller, request: Request) -> Response:
    return ok({"active": False, "version": ""})


@endpoint("GET", "system-info/cpu")
def cpu(api: Api, caller: Caller, request: Request) -> Response:
    return ok({"cores": [], "coresCount": os.cpu_count() or 1})


@endpoint("GET", "system-info/fs")
def file_systems(api: Api, caller: Caller, request: Request) -> Response:
    total, used, free = shutil.disk_usage(api.disk.root)
    row = {"availableBytes": free, "device": "/dev/sda1", "fileSystem": "ext4", "mountPoint": "/"}
    return ok([{**row, "reservedBytes": 0, "totalBytes": total, "usedBytes": used}])


@endpoint("GET", "system-info/load")
def load(api: Api, caller: Caller, request: Request) -> Response:
    one, five, fifteen = os.getloadavg()
    return ok({"last1": one, "last5": five, "last15": fifteen})


@endpoint("GET", "system-info/memory")
def memory(api: Api, caller: Caller, request: Request) -> Response:
    page = os.sysconf("SC_PAGE_SIZE")
    total, free = os.sysconf("SC_PHYS_PAGES") * page, os.sysconf("SC_AVPHYS_PAGES") * page
    ram = {"cachedBytes": 0, "freeBytes": free, "totalBytes": total, "usedBytes": total - free}
    return ok({"ram": ram, "swap": {"freeBytes": 0, "totalBytes": 0, "usedBytes": 0}})


@endpoint("GET", "system-info/services")
def services(api: Api, caller: Caller, request: Request) -> Response:
    return ok({name: {"inUse": True, "isRunning": True, "version": VERSION} for name in SERVICES})


@endpoint("GET", "system-info/uptime")
def uptime(api: Api, caller: Caller, request: Request) -> Response:
    return ok({"uptimeNano": int((time.time() - STARTED) * 1e9)})
