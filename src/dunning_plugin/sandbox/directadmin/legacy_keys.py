"""CMD_API_LOGIN_KEYS: the caller's login keys and one-time login addresses. Fields and texts: recorded in a PHP
client's tests (1.61.3, 2020); login addresses: a billing panel and others ('URL Created', the address as details)."""

import re
import time
from datetime import datetime
from typing import Dict, List, Optional

from dunning_plugin.sandbox.directadmin.auth import Caller, are_networks
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, nested
from dunning_plugin.sandbox.directadmin.encode import result
from dunning_plugin.sandbox.directadmin.loginurls import LoginUrl, address_of
from dunning_plugin.sandbox.directadmin.sessions import LoginKey, token
from dunning_plugin.sandbox.directadmin.wire import Request, Response

UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
BACK = '<a href="CMD_LOGIN_KEYS">Back</a>'
CREATED = "Key Created. Take note of it's value and keep it safe."
LEAST_KEY = 8
DATE = ("year", "month", "day", "hour", "minute")


@command("LOGIN_KEYS")
def login_keys(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """All keys, or create one (`type=one_time_url`: an address), or delete some."""
    form = request.form
    if panel.disk.config(caller.name).get("login_keys") != "ON" and form.get("type") != "one_time_url":
        return result(as_json, True, "Cannot use login keys", "Login keys are not enabled for this account")
    action = form.get("action", "show")
    if action == "create" and form.get("type") == "one_time_url":
        return _create_url(panel, caller, request, as_json)
    if action in ("create", "modify"):
        return _save(panel, caller, form, as_json)
    if form.get("delete") or action == "delete":
        return _delete(panel, caller, form, as_json)
    return nested({key.id: _row(key) for key in sorted(panel.keys.of(caller.name), key=lambda one: one.id)}, as_json)


def _row(key: LoginKey) -> Dict[str, str]:
    row = {
        "allow": ":".join(key.allow),
        "allow_htm": "yes" if key.allow_login else "no",
        "clear_key": "yes" if key.auto_remove else "no",
        "created_by": key.created_by,
        "date_created": str(int(key.created)),
        "deny": ":".join(key.deny),
        "expiry": str(int(key.expires)),
        "max_uses": "0",
        "uses": "0",
    }
    return {name: value for name, value in row.items() if value}


def _save(panel: Legacy, caller: Caller, form: Dict[str, str], as_json: bool) -> Response:
    keys, name, refused = panel.keys.of(caller.name), form.get("keyname", ""), "Cannot save key"
    secret, new = form.get("key", ""), form["action"] == "create"
    others = [key for key in keys if key.id != name]
    if not panel.disk.password_is(caller.master, form.get("passwd", "")):
        return result(as_json, True, refused, "The current password is wrong")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) or (len(others) < len(keys)) == new:
        return result(as_json, True, refused, "That key name cannot be used" if new else "That key does not exist")
    if len(secret) < LEAST_KEY or secret != form.get("key2") or any(key.password == secret for key in others):
        return result(as_json, True, refused, "The keys do not match, are too short, or in use already")
    networks, expires = form.get("ips", "").split(), _expiry(form)
    if not are_networks(networks) or expires is None:
        return result(as_json, True, refused, "An address or the date of expiry cannot be read")
    key = LoginKey(name, secret, _picked(form, "allow"), _picked(form, "deny"), networks, created=time.time())
    key.created_by, key.expires = caller.master, expires
    key.allow_login, key.auto_remove = form.get("allow_htm") == "yes", form.get("clear_key") == "yes"
    panel.keys.save(caller.name, [key, *others])
    if not new:
        return result(as_json, False, "Key Modified", "")
    # The answer that was recorded has the key's digits as entities; every client decodes those.
    shown = secret if as_json else re.sub(r"[0-9]", lambda found: f"&#{ord(found[0])};", secret)
    return result(as_json, False, CREATED, shown)


def _picked(form: Dict[str, str], what: str) -> List[str]:
    return [text for key, text in form.items() if re.fullmatch(rf"select_{what}\d+", key) and text]


def _expiry(form: Dict[str, str]) -> Optional[float]:
    """When a key ends, in seconds since 1970; 0: never; None: no such date. Without a year it never does."""
    if form.get("never_expires") == "yes" or not form.get("year"):
        return 0.0
    try:
        year, month, day, hour, minute = (int(form.get(name, "0")) for name in DATE)
        return datetime(year, month, day, hour, minute).timestamp()
    except (ValueError, OverflowError):
        return None


def _delete(panel: Legacy, caller: Caller, form: Dict[str, str], as_json: bool) -> Response:
    gone = {text for key, text in form.items() if re.fullmatch(r"select\d+", key)}
    keys = panel.keys.of(caller.name)
    if not gone or gone - {key.id for key in keys}:
        return result(as_json, True, "Cannot delete key", "That key does not exist")
    panel.keys.save(caller.name, [key for key in keys if key.id not in gone])
    return result(as_json, False, "Key(s) Deleted", BACK)


def _create_url(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """`expiry` such as 30m, 12h or 3d; `redirect-url` where it leads."""
    form = request.form
    found = re.fullmatch(r"(\d{1,6})([mhdw])", form.get("expiry", "30m"))
    if found is None:
        return result(as_json, True, "Cannot create URL", "The time of expiry cannot be read")
    now = time.time()
    ends = now + int(found[1]) * UNITS[found[2]]
    url = LoginUrl(
        token(16), token(39), form.get("ips", "").split(), now, caller.master, ends, form.get("redirect-url", "")
    )
    if not are_networks(url.networks):
        return result(as_json, True, "Cannot create URL", "An address cannot be read")
    panel.urls.add(caller.name, url)
    return result(as_json, False, "URL Created", address_of(url, request))
