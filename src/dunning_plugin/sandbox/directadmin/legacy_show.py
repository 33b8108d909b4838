"""The old commands that show accounts."""

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed
from dunning_plugin.sandbox.directadmin.disk import OWN_KEYS
from dunning_plugin.sandbox.directadmin.encode import pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.figures import counts
from dunning_plugin.sandbox.directadmin.legacy_server import address
from dunning_plugin.sandbox.directadmin.wire import Request, Response


@command("LOGIN_TEST")
def login_test(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return result(as_json, False, "Login OK", "Login OK" if not as_json else "")


@command("SHOW_USERS", "reseller")
def show_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    owner = request.form.get("reseller") or caller.name
    if owner != caller.name and caller.kind != "admin":
        return result(as_json, True, "Access Denied", "That reseller is not yours")
    users = panel.disk.users_of(owner) if panel.disk.exists(owner) else []
    return listed([name for name in users if panel.disk.kind(name) == "user"], as_json)


@command("SHOW_ALL_USERS", "admin")
def show_all_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return listed([name for name in panel.disk.names() if panel.disk.kind(name) == "user"], as_json)


@command("SHOW_RESELLERS", "admin")
def show_resellers(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return listed(panel.disk.resellers(), as_json)


@command("SHOW_ADMINS", "admin")
def show_admins(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return listed(panel.disk.admins(), as_json)


@command("SHOW_RESELLER_IPS", "reseller")
def show_reseller_ips(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """The addresses that a reseller may give out; with `ip=` what is known of one."""
    wanted = request.form.get("ip")
    if wanted and wanted not in panel.disk.addresses():
        return result(as_json, True, "Unable to show address", "That address is not yours")
    if wanted:
        known = address(panel)
        return tabbed(known) if as_json else pairs(known.items())
    return listed(panel.disk.addresses(), as_json)


@command("SHOW_USER_CONFIG")
def show_user_config(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None:
        return result(as_json, True, "Unable to show user", "Access Denied")
    shown = {key: value for key, value in panel.disk.config(name).items() if key not in OWN_KEYS}
    return tabbed(shown) if as_json else pairs(sorted(shown.items()))


@command("SHOW_USER_USAGE")
def show_user_usage(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None:
        return result(as_json, True, "Unable to show user", "Access Denied")
    usage = {**counts(panel.disk, [name]), "db_quota": "0", "email_quota": "0"}
    return tabbed(usage) if as_json else pairs(sorted(usage.items()))


@command("SHOW_RESELLER_CONFIG", "reseller")
def show_reseller_config(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None or panel.disk.kind(name) == "user":
        return result(as_json, True, "Unable to show reseller", "Access Denied")
    shown = {key: value for key, value in panel.disk.config(name).items() if key not in OWN_KEYS}
    return tabbed(shown) if as_json else pairs(sorted(shown.items()))


@command("USER_SHOW", "reseller")
def user_show(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    owner = request.form.get("reseller") or caller.name
    if owner != caller.name and caller.kind != "admin":
        return result(as_json, True, "Access Denied", "That reseller is not yours")
    users = panel.disk.users_of(owner) if panel.disk.exists(owner) else []
    return panel.page([name for name in users if panel.disk.kind(name) == "user"], request, as_json)


@command("ALL_USER_SHOW", "admin")
def all_user_show(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return panel.page([name for name in panel.disk.names() if panel.disk.kind(name) == "user"], request, as_json)


@command("RESELLER_SHOW", "admin")
def reseller_show(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return panel.page(sorted(panel.disk.resellers()), request, as_json)
