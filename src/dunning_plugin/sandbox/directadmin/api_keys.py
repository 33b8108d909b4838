"""The /api endpoints about login keys and login addresses; the caller's own."""

import time
from typing import Any, Dict, List, Mapping, Optional

from dunning_plugin.sandbox.directadmin.auth import Caller, are_networks
from dunning_plugin.sandbox.directadmin.encode import api_error
from dunning_plugin.sandbox.directadmin.endpoints import (
    NOTHING,
    RANK,
    Api,
    BadRequest,
    body,
    endpoint,
    moment,
    ok,
    stamp,
    texts,
)
from dunning_plugin.sandbox.directadmin.legacy import COMMANDS
from dunning_plugin.sandbox.directadmin.loginurls import LoginUrl, address_of
from dunning_plugin.sandbox.directadmin.sessions import LoginKey, token
from dunning_plugin.sandbox.directadmin.wire import Request, Response

LEAST_PASSWORD = 8
URL_SECONDS = 24 * 3600.0
"""How long a login address lives unless told otherwise (assumed)."""


@endpoint("GET", "login-keys/commands")
def commands(api: Api, caller: Caller, request: Request) -> Response:
    """Commands that a login key may be bound to."""
    rows = [
        {"available": RANK[caller.kind] >= RANK[level], "command": f"CMD_API_{name}", "role": level}
        for name, (level, _) in sorted(COMMANDS.items())
    ]
    return ok({"commands": [row["command"] for row in rows if row["available"]], "extended": rows})


@endpoint("GET", "login-keys/keys")
def login_keys(api: Api, caller: Caller, request: Request) -> Response:
    return ok([key_shape(key) for key in api.keys.of(caller.name)])


@endpoint("POST", "login-keys/keys")
def login_key_create(api: Api, caller: Caller, request: Request) -> Response:
    given = body(request, "id", "password", "currentPassword")
    keys = api.keys.of(caller.name)
    if any(key.id == given["id"] for key in keys):
        return api_error(490, "LOGIN_KEY_ALREADY_EXISTS", id=given["id"])
    key = LoginKey(str(given["id"]), "", created=time.time(), created_by=caller.master)
    problem = _fill(api, caller, key, given, keys, 491)
    if problem is not None:
        return problem
    api.keys.save(caller.name, [key, *keys])
    return ok(key_shape(key))


@endpoint("GET", "login-keys/keys/{key_id}")
def login_key(api: Api, caller: Caller, request: Request, key_id: str) -> Response:
    found = [key for key in api.keys.of(caller.name) if key.id == key_id]
    return ok(key_shape(found[0])) if found else api_error(404, "NOT_FOUND")


@endpoint("GET", "login-keys/keys/{key_id}/history")
def login_key_history(api: Api, caller: Caller, request: Request, key_id: str) -> Response:
    """The sandbox writes down no use of a key: an empty history, once the key is there."""
    return ok([]) if any(key.id == key_id for key in api.keys.of(caller.name)) else api_error(404, "NOT_FOUND")


@endpoint("PATCH", "login-keys/keys/{key_id}")
def login_key_change(api: Api, caller: Caller, request: Request, key_id: str) -> Response:
    """Change what the body names; the rest stays."""
    given = body(request, "currentPassword")
    keys = api.keys.of(caller.name)
    found = [key for key in keys if key.id == key_id]
    if not found:
        return api_error(404, "NOT_FOUND")
    others = [key for key in keys if key.id != key_id]
    problem = _fill(api, caller, found[0], given, others, 490)
    if problem is not None:
        return problem
    api.keys.save(caller.name, keys)
    return ok(key_shape(found[0]))


@endpoint("DELETE", "login-keys/keys/{key_id}")
def login_key_delete(api: Api, caller: Caller, request: Request, key_id: str) -> Response:
    api.keys.save(caller.name, [key for key in api.keys.of(caller.name) if key.id != key_id])
    return NOTHING


def _fill(
    api: Api, caller: Caller, key: LoginKey, given: Mapping[str, Any], others: List[LoginKey], taken: int
) -> Optional[Response]:
    """Put what a body names into a key; the refusal if it may not be."""
    if not api.disk.password_is(caller.master, str(given["currentPassword"])):
        return api_error(430, "LOGIN_KEY_BAD_CURRENT_PASSWORD")
    if "password" in given:
        password = str(given["password"])
        if len(password) < LEAST_PASSWORD:
            return api_error(492, "WEAK_PASSWORD", "the password is too short")
        if any(other.password == password for other in others):
            return api_error(taken, "LOGIN_KEY_DUPLICATE_PASSWORD")
        key.password = password
    for field, name in (("allow", "allowCommands"), ("deny", "denyCommands")):
        if name in given:
            setattr(key, field, texts(given, name))
    if "allowNetworks" in given:
        key.networks = _networks(given)
    if "hasExpiry" in given or "expires" in given:
        key.expires = moment(given, "expires") if given.get("hasExpiry", True) else 0.0
    key.allow_login = bool(given.get("allowLogin", key.allow_login))
    key.auto_remove = bool(given.get("autoRemove", key.auto_remove))
    return None


def _networks(given: Mapping[str, Any]) -> List[str]:
    networks = texts(given, "allowNetworks")
    if not are_networks(networks):
        raise BadRequest("allowNetworks holds something that is no network")
    return networks


def key_shape(key: LoginKey) -> Dict[str, Any]:
    """A login key as the API shows it; never its password."""
    return {
        "allowCommands": key.allow,
        "allowLogin": key.allow_login,
        "allowNetworks": key.networks,
        "autoRemove": key.auto_remove,
        "created": stamp(key.created),
        "createdBy": key.created_by,
        "denyCommands": key.deny,
        "expires": stamp(key.expires),
        "hasExpiry": key.expires > 0,
        "id": key.id,
        "readOnly": False,
    }


@endpoint("GET", "login-keys/urls")
def login_urls(api: Api, caller: Caller, request: Request) -> Response:
    return ok([url_shape(url) for url in api.urls.of(caller.name)])


@endpoint("POST", "login-keys/urls")
def login_url_create(api: Api, caller: Caller, request: Request) -> Response:
    """The address itself is shown this once. A wrong `currentPassword` is refused; a client that leaves it out, as a
    published Go client does, is believed by its login alone (C)."""
    given = body(request)
    if given.get("currentPassword") and not api.disk.password_is(caller.master, str(given["currentPassword"])):
        return api_error(430, "LOGIN_KEY_BAD_CURRENT_PASSWORD")
    now = time.time()
    asked = moment(given, "expires")
    url = LoginUrl(
        token(16),
        token(39),
        _networks(given),
        now,
        caller.master,
        asked if asked > now else now + URL_SECONDS,
        str(given.get("redirectURL") or ""),
    )
    api.urls.add(caller.name, url)
    return ok({**url_shape(url), "url": address_of(url, request)})


@endpoint("DELETE", "login-keys/urls/{url_id}")
def login_url_delete(api: Api, caller: Caller, request: Request, url_id: str) -> Response:
    api.urls.drop(caller.name, url_id)
    return NOTHING


def url_shape(url: LoginUrl) -> Dict[str, Any]:
    """A login address as the API lists it; never its secret."""
    return {
        "allowNetworks": url.networks,
        "created": stamp(url.created),
        "createdBy": url.created_by,
        "expires": stamp(url.expires),
        "id": url.id,
        "redirectURL": url.redirect,
    }
