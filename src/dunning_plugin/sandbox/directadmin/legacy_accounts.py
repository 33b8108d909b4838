"""The old commands that act on accounts."""

import re
from typing import Dict, List, Optional

from dunning_plugin.sandbox.directadmin.accounts import Done
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command
from dunning_plugin.sandbox.directadmin.encode import pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.wire import Request, Response

LIMITS = (
    *("bandwidth", "domainptr", "ftp", "inode", "mysql", "nemailf", "nemailml", "nemailr", "nemails"),
    *("nsubdomains", "quota", "vdomains"),
)
FEATURES = (
    *("aftp", "catchall", "cgi", "cron", "dnscontrol", "login_keys", "php", "spam", "ssh", "ssl"),
    *("suspend_at_limit", "sysinfo"),
)


@command("SELECT_USERS", "reseller")
def select_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Routed by the button's name, not by action=."""
    form = request.form
    indexes = sorted((int(key[6:]), key) for key in form if re.fullmatch(r"select\d+", key))
    names = list(dict.fromkeys(form[key] for _, key in indexes))
    wish = _wish(form)
    if wish is None:
        return result(as_json, True, "Unkown Select Command", "none")
    if not names:
        return result(as_json, True, "No users selected", "none")
    if wish == "delete":
        return _delete(panel, caller, names, form, as_json)
    if wish == "suspend":
        done = panel.accounts.suspend(caller, names, form.get("reason", "none"), form.get("details", ""), request.keep)
    else:
        done = panel.accounts.activate(caller, names, request.keep)
    return _select_answer(panel, done, wish, as_json)


def _wish(form: Dict[str, str]) -> Optional[str]:
    """Which button was pressed: every spelling that lives in public clients. The button's name decides, not action=."""
    if form.get("suspend", "").lower() == "suspend" or form.get("dosuspend"):
        return "suspend"
    if form.get("suspend", "").lower() == "unsuspend" or form.get("dounsuspend") or form.get("unsuspend"):
        return "activate"
    return "delete" if form.get("delete") else None


def _select_answer(panel: Legacy, done: Done, wish: str, as_json: bool) -> Response:
    if done.problems:
        text = "Error suspending users" if wish == "suspend" else "Error unsuspending users"
        return result(as_json, True, text, "\n".join(done.problems))
    state = "suspended" if wish == "suspend" else "unsuspended"
    return result(as_json, False, panel.options.suspend_success_text, f"All selected Users have been {state}")


def _delete(panel: Legacy, caller: Caller, names: List[str], form: Dict[str, str], as_json: bool) -> Response:
    if form.get("confirmed") not in ("Confirm", "yes", "1"):
        return result(as_json, True, "Not confirmed", "none")
    done = panel.accounts.delete(caller, names)
    if done.problems:
        gone = [text.replace("server.", "server.  Removing it from your list.") for text in done.problems]
        return result(as_json, True, "Error while deleting Users", "\n".join(gone))
    text = "User deleted" if as_json else "Users deleted"
    return result(as_json, False, text, "\n".join(f"User {name} Removed" for name in done.names))


def _created(panel: Legacy, caller: Caller, request: Request, as_json: bool, kind: str) -> Response:
    form = request.form
    if form.get("action") != "create":
        return result(as_json, True, "Cannot Create Account", "Unknown action")
    done, text, details = panel.accounts.create(caller, kind, form)
    return result(as_json, not done, text, details)


@command("ACCOUNT_USER", "reseller")
def account_user(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _created(panel, caller, request, as_json, "user")


@command("ACCOUNT_RESELLER", "admin")
def account_reseller(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _created(panel, caller, request, as_json, "reseller")


@command("ACCOUNT_ADMIN", "admin")
def account_admin(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _created(panel, caller, request, as_json, "admin")


@command("MODIFY_USER", "reseller")
def modify_user(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """action=customize sets limits and features, action=package the package (C: several clients)."""
    form = request.form
    name = form.get("user", "")
    if not panel.accounts.may_touch(caller, name):
        return result(as_json, True, "Cannot modify user", "Access Denied")
    if form.get("action") not in ("customize", "package"):
        return result(as_json, True, "Cannot modify user", "Unknown action")
    values = _limits(form) if form["action"] == "customize" else {"package": form.get("package", "")}
    if values is None:
        return result(as_json, True, "Cannot modify user", "A limit is no number")
    panel.disk.change(name, **values)
    return result(as_json, False, "User Modified", f"User {name} modified")


def _limits(form: Dict[str, str]) -> Optional[Dict[str, str]]:
    """Limits (a number, or unlimited by u<name>=ON) and ON/OFF features of a form; None if a limit is no number."""
    values: Dict[str, str] = {}
    for name in LIMITS:
        if form.get(f"u{name}", "").upper() == "ON" or form.get(name) == "unlimited":
            values[name] = "unlimited"
        elif form.get(name):
            if not form[name].isdecimal():
                return None
            values[name] = form[name]
    values.update({name: form[name].upper() for name in FEATURES if form.get(name, "").upper() in ("ON", "OFF")})
    values.update({name: form[name] for name in ("ns1", "ns2", "email", "language") if form.get(name)})
    return values


@command("USER_PASSWD", "reseller")
def user_passwd(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    form = request.form
    name, password = form.get("username", ""), form.get("passwd", "")
    if not panel.accounts.may_touch(caller, name):
        return result(as_json, True, "Cannot change password", "Access Denied")
    if not password or password != form.get("passwd2"):
        return result(as_json, True, "Cannot change password", "Passwords do not match")
    panel.disk.set_password(name, password)
    return result(as_json, False, "Password Changed", f"Password of {name} changed")


@command("VERIFY_PASSWORD")
def verify_password(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """valid=1 or 0; of the caller or of who is his."""
    name = panel.named(caller, request)
    valid = name is not None and panel.disk.password_is(name, request.form.get("passwd", ""))
    return tabbed({"valid": str(int(valid))}) if as_json else pairs((("error", "0"), ("valid", str(int(valid)))))
