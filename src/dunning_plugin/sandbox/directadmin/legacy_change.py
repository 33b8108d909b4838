"""The old commands that change an account's limits, package or owner. Fields: PHP, Go and Perl clients."""

import re
from typing import Dict, Optional

from dunning_plugin.sandbox.directadmin import limits
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command
from dunning_plugin.sandbox.directadmin.encode import result
from dunning_plugin.sandbox.directadmin.packages import Packages
from dunning_plugin.sandbox.directadmin.wire import Request, Response


@command("MODIFY_USER", "reseller")
def modify_user(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """action=customize sets limits and features, package the package, single one field (email, name, bandwidth)."""
    form, name = request.form, request.form.get("user", "")
    if not panel.accounts.may_touch(caller, name):
        return result(as_json, True, "Cannot modify user", "Access Denied")
    if form.get("action") == "customize":
        return _customize(panel, name, form, as_json)
    if form.get("action") == "package":
        owner = caller.name if caller.kind == "reseller" else panel.disk.config(name)["creator"]
        return _package(panel, name, Packages(panel.disk, owner, False), form, as_json)
    if form.get("action") == "single":
        return _single(panel, name, form, as_json)
    return result(as_json, True, "Cannot modify user", "Unknown action")


@command("MODIFY_RESELLER", "admin")
def modify_reseller(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """The same for resellers, whose packages are the admins'."""
    form, name = request.form, request.form.get("user", "")
    if not panel.accounts.may_touch(caller, name) or panel.disk.kind(name) != "reseller":
        return result(as_json, True, "Cannot modify reseller", "Access Denied")
    if form.get("action") == "customize":
        return _customize(panel, name, form, as_json)
    if form.get("action") == "package":
        return _package(panel, name, Packages(panel.disk, caller.name, True), form, as_json)
    return result(as_json, True, "Cannot modify reseller", "Unknown action")


def _customize(panel: Legacy, name: str, form: Dict[str, str], as_json: bool) -> Response:
    values = limits.of_form(form)
    if values is None:
        return result(as_json, True, "Cannot modify user", "A limit is no number")
    panel.disk.change(name, **values)
    return result(as_json, False, "User Modified", f"User {name} modified")


def _package(panel: Legacy, name: str, packages: Packages, form: Dict[str, str], as_json: bool) -> Response:
    wanted = form.get("package", "")
    try:
        values = packages.get(wanted)
    except KeyError:
        # The text is that of a Perl client's tests (2012).
        return result(as_json, True, f"No such package {wanted} on server", "")
    known = (*limits.LIMITS, *limits.FEATURES)
    panel.disk.change(name, package=wanted, **{key: value for key, value in values.items() if key in known})
    return result(as_json, False, "User Modified", f"User {name} modified")


def _single(panel: Legacy, name: str, form: Dict[str, str], as_json: bool) -> Response:
    """One field, named by its button."""
    values = _one(form)
    if values is None:
        return result(as_json, True, "Cannot modify user", "Unknown field")
    panel.disk.change(name, **values)
    return result(as_json, False, "User Modified", f"User {name} modified")


def _one(form: Dict[str, str]) -> Optional[Dict[str, str]]:
    if form.get("email") and "@" in form.get("evalue", ""):
        return {"email": form["evalue"]}
    if form.get("name") and form.get("nvalue"):
        return {"name": form["nvalue"]}
    if form.get("additional_bw") and re.fullmatch("[0-9]{1,9}", form.get("additional_bandwidth", "")):
        return {"additional_bandwidth": form["additional_bandwidth"]}
    return None


@command("MOVE_USERS", "admin")
def move_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Users get another owner; all of them or none."""
    form = request.form
    names = [text for key, text in form.items() if re.fullmatch(r"select\d+", key)]
    creator, disk = form.get("creator", ""), panel.disk
    if not disk.exists(creator) or disk.kind(creator) == "user":
        return result(as_json, True, "Cannot move users", "That reseller does not exist")
    if not names or any(not disk.exists(name) or disk.kind(name) != "user" for name in names):
        return result(as_json, True, "Cannot move users", "That user does not exist")
    for name in names:
        disk.move(name, creator)
    return result(as_json, False, "Users moved", "")
