"""The old commands that act on accounts."""

import re
from typing import Dict, List, Optional

from dunning_plugin.sandbox.directadmin.accounts import Done
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command
from dunning_plugin.sandbox.directadmin.encode import pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.wire import Request, Response


@command("SELECT_USERS", "reseller")
def select_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Routed by the button's name, not by action=."""
    form = request.form
    indexes = sorted((int(key[6:]), key) for key in form if re.fullmatch("select[0-9]{1,9}", key))
    names = list(dict.fromkeys(form[key] for _, key in indexes))
    wish = _wish(form)
    if wish is None:
        return result(as_json, True, "Unkown Select Command", "none")
    if not names:
        return result(as_json, True, "No users selected", "none")
    if wish == "delete":
        return _delete(panel, caller, names, form, as_json)
    if wish == "toggle":
        done = _toggle(panel, caller, names, form)
    elif wish == "suspend":
        done = panel.accounts.suspend(caller, names, form.get("reason", "none"), form.get("details", ""), request.keep)
    else:
        done = panel.accounts.activate(caller, names, request.keep)
    return _select_answer(panel, done, wish, as_json)


def _wish(form: Dict[str, str]) -> Optional[str]:
    """Which button was pressed: every spelling that lives in public clients. The button's name decides, not action=.

    Panels with one button for both toggled; a client of 2026 still sends its label."""
    if form.get("suspend", "").lower() == "suspend/unsuspend":
        return "toggle"
    if form.get("suspend", "").lower() == "suspend" or form.get("dosuspend"):
        return "suspend"
    if form.get("suspend", "").lower() == "unsuspend" or form.get("dounsuspend") or form.get("unsuspend"):
        return "activate"
    return "delete" if form.get("delete") else None


def _toggle(panel: Legacy, caller: Caller, names: List[str], form: Dict[str, str]) -> Done:
    """Each account into the other state."""
    disk = panel.disk
    free = [name for name in names if not disk.exists(name) or disk.config(name).get("suspended") != "yes"]
    done = panel.accounts.suspend(caller, free, form.get("reason", "none"), form.get("details", ""))
    other = panel.accounts.activate(caller, [name for name in names if name not in free])
    return Done([*done.names, *other.names], [*done.problems, *other.problems])


def _select_answer(panel: Legacy, done: Done, wish: str, as_json: bool) -> Response:
    if done.problems:
        text = "Error suspending users" if wish == "suspend" else "Error unsuspending users"
        return result(as_json, True, text, "\n".join(done.problems))
    text = panel.options.suspend_success_text
    if text == "by form":
        text = "User suspended" if as_json else "Success"
    state = "unsuspended" if wish == "activate" else "suspended"
    return result(as_json, False, text, f"All selected Users have been {state}")


def _delete(panel: Legacy, caller: Caller, names: List[str], form: Dict[str, str], as_json: bool) -> Response:
    # Any word will do: a Puppet module says Confirmed, others Confirm, yes or true.
    if not form.get("confirmed"):
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


@command("USER_PASSWD", "reseller")
def user_passwd(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    form = request.form
    name, password = form.get("username", ""), form.get("passwd", "")
    if not panel.accounts.may_touch(caller, name):
        return result(as_json, True, "Cannot change password", "Access Denied")
    if not password or password != form.get("passwd2"):
        return result(as_json, True, "Cannot change password", "Passwords do not match")
    panel.disk.set_password(name, password)
    return result(as_json, False, "Password Changed", "Password successfully changed")


@command("VERIFY_PASSWORD")
def verify_password(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """valid=1 or 0; of the caller or of who is his."""
    name = panel.named(caller, request)
    valid = name is not None and panel.disk.password_is(name, request.form.get("passwd", ""))
    return tabbed({"valid": str(int(valid))}) if as_json else pairs((("error", "0"), ("valid", str(int(valid)))))
