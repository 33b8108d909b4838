"""CMD_API_DATABASES: the caller's databases. Texts: a Perl client's tests (2012); fields: a PHP client's live tests."""

import re
from typing import Dict, List

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed
from dunning_plugin.sandbox.directadmin.databases import MOST_USER, Databases, full
from dunning_plugin.sandbox.directadmin.encode import result
from dunning_plugin.sandbox.directadmin.wire import Request, Response


@command("DATABASES")
def databases(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Names, or create, delete, and the hosts from which one may be used (accesshosts)."""
    form, own = request.form, Databases(panel.disk, caller.name)
    action = form.get("action", "list")
    if action == "create":
        return _create(panel, own, form, as_json)
    if action == "delete":
        return _delete(own, form, as_json)
    if action == "accesshosts":
        return _hosts(own, form, as_json)
    if action not in ("list", "show"):
        return result(as_json, True, "Unknown action", "none")
    return listed(sorted(own.kept().databases), as_json)


def _create(panel: Legacy, own: Databases, form: Dict[str, str], as_json: bool) -> Response:
    """With a new user (`user`, `passwd`, `passwd2`), or one that is there already (`userlist`)."""
    kept, refused = own.kept(), "Could not create database"
    name = full(own.owner, form.get("name", ""))
    user = full(own.owner, form.get("user") or form.get("userlist", ""))
    limit = panel.disk.config(own.owner).get("mysql", "unlimited")
    if not own.fits(name) or not own.fits(user, MOST_USER):
        return result(as_json, True, refused, "Invalid name")
    if name in kept.databases:
        return result(as_json, True, refused, "That database already exists")
    if limit != "unlimited" and len(kept.databases) >= int(limit):
        return result(as_json, True, refused, "You have reached your limit")
    if form.get("user") and (not form.get("passwd") or form["passwd"] != form.get("passwd2", form["passwd"])):
        return result(as_json, True, refused, "Passwords do not match")
    if not form.get("user") and user not in kept.users:
        return result(as_json, True, refused, "That database user does not exist")
    own.create(name, [user])
    return result(as_json, False, "Database Created", "Database Created")


def _selected(form: Dict[str, str]) -> List[str]:
    return [text for key, text in form.items() if re.fullmatch(r"select\d+", key)]


def _delete(own: Databases, form: Dict[str, str], as_json: bool) -> Response:
    names = _selected(form)
    if not names or any(name not in own.kept().databases for name in names):
        return result(as_json, True, "Could not delete database", "You do not own that database")
    for name in names:
        own.drop(name)
    return result(as_json, False, "Databases Deleted", "")


def _hosts(own: Databases, form: Dict[str, str], as_json: bool) -> Response:
    """The hosts of all users of a database; with `create` or `delete` one more or less."""
    name, kept = form.get("db", ""), own.kept()
    if name not in kept.databases:
        return result(as_json, True, "Could not show access hosts", "You do not own that database")
    adding, gone = form.get("host", ""), set(_selected(form))
    if not form.get("create") and not form.get("delete"):
        return listed(own.hosts(name), as_json)
    if form.get("create") and not re.fullmatch(r"[A-Za-z0-9.:%_/-]{1,255}", adding):
        return result(as_json, True, "Could not add access host", "Invalid host")
    for user in kept.databases[name]:
        hosts = {*kept.users[user], adding} if form.get("create") else set(kept.users[user]) - gone
        own.set_user(user, sorted(hosts) or kept.users[user])
    return result(as_json, False, "Access Hosts updated", "")
