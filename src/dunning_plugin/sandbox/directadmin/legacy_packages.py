"""The old commands about packages. Texts: a PHP client's tests (1.61.3) and a Go client ('Saved', 'Deleted')."""

import re
from typing import Dict, List

from dunning_plugin.sandbox.directadmin import limits
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed, nested
from dunning_plugin.sandbox.directadmin.encode import pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.packages import STANDARD, Packages, is_package
from dunning_plugin.sandbox.directadmin.wire import Request, Response

OTHERS = ("dns", "ips", "oversell", "serverip", "userssh")
"""What a reseller's package says besides a user's."""


@command("PACKAGES_USER", "reseller")
def packages_user(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _show(Packages(panel.disk, caller.name, False), request, as_json)


@command("PACKAGES_RESELLER", "admin")
def packages_reseller(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _show(Packages(panel.disk, caller.name, True), request, as_json)


@command("MANAGE_USER_PACKAGES", "reseller")
def manage_user_packages(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _manage(Packages(panel.disk, caller.name, False), request, as_json)


@command("MANAGE_RESELLER_PACKAGES", "admin")
def manage_reseller_packages(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _manage(Packages(panel.disk, caller.name, True), request, as_json)


def _show(packages: Packages, request: Request, as_json: bool) -> Response:
    """All names; one package's values with `package=`; all with their values with `full=yes`. One client saves and
    deletes here too, with the fields that the managing command takes."""
    form = request.form
    if form.get("add") or form.get("delete"):
        return _manage(packages, request, as_json)
    name = form.get("package")
    if name:
        try:
            values = packages.get(name)
        except KeyError:
            return result(as_json, True, "Unable to show package", f"No such package {name} on server")
        return tabbed(values) if as_json else pairs(sorted(values.items()))
    if form.get("full") == "yes":
        return nested({one: {**packages.get(one), "packagename": one} for one in packages.names()}, as_json)
    return listed(packages.names(), as_json)


def _manage(packages: Packages, request: Request, as_json: bool) -> Response:
    form = request.form
    if form.get("delete"):
        return _delete(packages, form, as_json)
    if form.get("action") == "rename":
        return _rename(packages, form, as_json)
    if not form.get("add"):
        return result(as_json, True, "Unknown action", "none")
    name, values = form.get("packagename", ""), limits.of_form(form)
    if not is_package(name):
        return result(as_json, True, "Cannot save package", "Invalid package name")
    if values is None:
        return result(as_json, True, "Cannot save package", "A limit is no number")
    more = {key: form[key] for key in OTHERS if form.get(key)}
    packages.save(name, {**packages.defaults, **values, **more})
    return result(as_json, False, "Saved", "")


def _delete(packages: Packages, form: Dict[str, str], as_json: bool) -> Response:
    names: List[str] = [text for key, text in form.items() if re.fullmatch(r"(delete|select)\d+", key)]
    unknown = [name for name in names if name not in packages.names()]
    if not names or unknown:
        return result(as_json, True, "Cannot delete package", f"No such package {''.join(unknown[:1])} on server")
    for name in names:
        packages.drop(name)
    return result(as_json, False, "Deleted", "")


def _rename(packages: Packages, form: Dict[str, str], as_json: bool) -> Response:
    old, new = form.get("old_package", ""), form.get("new_package", "")
    if old not in packages.names() or not is_package(new) or new in packages.names() or old == STANDARD:
        return result(as_json, True, "Cannot rename package", f"No such package {old} on server")
    packages.save(new, packages.get(old))
    packages.drop(old)
    return result(as_json, False, "Saved", "")
