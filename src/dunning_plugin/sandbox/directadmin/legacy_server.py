"""The old commands about the server as a whole. ADMIN_STATS as recorded in an exporter's tests (2023)."""

import os
import shutil
import time
from typing import Dict, List

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed, nested
from dunning_plugin.sandbox.directadmin.encode import nested_json, pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.figures import counts
from dunning_plugin.sandbox.directadmin.limits import LIMITS
from dunning_plugin.sandbox.directadmin.wire import Request, Response

DISK = {
    "info": {
        "columns": {
            "1024-blocks": "2",
            "Available": "4",
            "Capacity": "5",
            "Filesystem": "1",
            "Mounted on": "6",
            "Used": "3",
        },
        "current_page": "1",
        "ipp": "50",
        "rows": "0",
        "total_pages": "0",
    }
}
SERVICES = ("directadmin", "dovecot", "exim", "httpd", "mysqld", "named", "proftpd", "sshd")
STARTED = time.time()


@command("ADMIN_STATS", "admin")
def admin_stats(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Use and limits of the whole server."""
    names = panel.disk.names()
    usage = {
        **counts(panel.disk, names),
        "db_quota": "0",
        "email_deliveries": "0",
        "email_deliveries_incoming": "0",
        "email_deliveries_outgoing": "0",
        "email_quota": "0",
        "last_tally": str(int(time.time())),
        "nresellers": str(len(panel.disk.resellers())),
        "nusers": str(sum(panel.disk.kind(name) == "user" for name in names)),
        "other_quota": "0",
    }
    one, five, fifteen = os.getloadavg()
    flat = {**usage, "device": "eth0", "disk1": _disk(panel)}
    if not as_json:
        return pairs(sorted({**flat, "loadavg": f"{one:.2f}, {five:.2f}, {fifteen:.2f}"}.items()))
    load = {"one": f"{one:.2f}", "five": f"{five:.2f}", "fifteen": f"{fifteen:.2f}"}
    allocated = {name: "unlimited" for name in LIMITS}
    return nested_json({**flat, "allocated": allocated, "disk": DISK, "loadavg": load, "usage": usage})


def _disk(panel: Legacy) -> str:
    """device:kilobytes:used:free:percent:mount point."""
    total, used, free = (size // 1024 for size in shutil.disk_usage(panel.disk.root))
    return f"/dev/sda1:{total}:{used}:{free}:{100 * used // max(total, 1)}%:/"


@command("RESELLER_STATS", "reseller")
def reseller_stats(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """A reseller's use (`type=usage`), what he gave out (`type=allocated`), or his limits."""
    name = panel.named(caller, request)
    if name is None or panel.disk.kind(name) == "user":
        return result(as_json, True, "Unable to show reseller", "Access Denied")
    users = panel.disk.users_of(name)
    kind = request.form.get("type", "")
    if kind == "usage":
        rows = {**counts(panel.disk, [name, *users]), "nusers": str(len(users))}
    elif kind == "allocated":
        rows = {key: _allocated(panel, users, key) for key in LIMITS}
    else:
        config = panel.disk.config(name)
        rows = {key: config[key] for key in LIMITS}
    return tabbed(rows) if as_json else pairs(sorted(rows.items()))


def _allocated(panel: Legacy, users: List[str], key: str) -> str:
    """The sum of what the users may use; unlimited if one of them may use all."""
    given = [panel.disk.config(user)[key] for user in users]
    return "unlimited" if "unlimited" in given else str(sum(map(int, given)))


@command("SYSTEM_INFO")
def system_info(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Processors, load, memory, services and time since the start, of the machine below the sandbox."""
    one, five, fifteen = (f"{value:.2f}" for value in os.getloadavg())
    seconds = int(time.time() - STARTED)
    uptime = {
        "days": str(seconds // 86400),
        "hours": str(seconds // 3600 % 24),
        "minutes": str(seconds // 60 % 60),
        "total_seconds": str(seconds),
        "uptime": f"{seconds // 86400} Days, {seconds // 3600 % 24} Hours and {seconds // 60 % 60} Minutes",
    }
    memory = _memory()
    if as_json:
        return nested_json(
            {
                "cpus": {},
                "load": {"load_1": one, "load_5": five, "load_15": fifteen},
                "mem_info": {key: f"{value}" for key, value in memory.items()},
                "numcpus": str(os.cpu_count() or 1),
                "services": {},
                "uptime_info": uptime,
            }
        )
    rows: Dict[str, str] = {"numcpus": str(os.cpu_count() or 1), "uptime": uptime["uptime"]}
    rows.update({key: f"{value} kB" for key, value in memory.items()})
    rows.update({name: "|running" for name in SERVICES})
    return pairs(sorted(rows.items()))


def _memory() -> Dict[str, int]:
    """Kilobytes."""
    page = os.sysconf("SC_PAGE_SIZE") // 1024
    return {"MemTotal": os.sysconf("SC_PHYS_PAGES") * page, "MemFree": os.sysconf("SC_AVPHYS_PAGES") * page}


@command("LOAD_AVERAGE")
def load_average(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    one, five, fifteen = (f"{value:.2f}" for value in os.getloadavg())
    rows = {"one": one, "five": five, "fifteen": fifteen}
    return tabbed(rows) if as_json else pairs(rows.items())


@command("USER_EXISTS", "admin")
def user_exists(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """exists=1 or 0 (a PHP client)."""
    there = str(int(panel.disk.exists(request.form.get("user", ""))))
    return tabbed({"exists": there}) if as_json else Response(200, f"error=0&exists={there}".encode())


@command("IP_MANAGER", "admin")
def ip_manager(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """The server's addresses with what is known of them; giving out more is no part of the sandbox."""
    if request.form.get("action"):
        return result(as_json, True, "Cannot change addresses", "Not in the sandbox")
    rows = {one: address(panel) for one in panel.disk.addresses()}
    return nested(rows, as_json)


def address(panel: Legacy) -> Dict[str, str]:
    """What is known of an address; fields: PHP clients."""
    users = sum(panel.disk.kind(name) == "user" for name in panel.disk.names())
    return {
        "gateway": "",
        "global": "no",
        "netmask": "255.255.255.0",
        "ns": "",
        "reseller": "",
        "status": "server",
        "value": str(users),
    }


@command("IP_CONFIG", "reseller")
def ip_config(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """The addresses that the caller may give out."""
    if request.form.get("action"):
        return result(as_json, True, "Cannot change addresses", "Not in the sandbox")
    return listed(panel.disk.addresses(), as_json)


@command("SHOW_SERVICES", "admin")
def show_services(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    rows = {name: "on" for name in SERVICES}
    return tabbed(rows) if as_json else pairs(rows.items())
