"""How the /api endpoints are registered, found and answered; shapes as in the published description (openapi, 2025)."""

import json
import re
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Mapping, Tuple

from dunning_plugin.sandbox.directadmin.accounts import Accounts
from dunning_plugin.sandbox.directadmin.auth import Authenticator, Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import JSON, api_error
from dunning_plugin.sandbox.directadmin.loginurls import LoginUrls
from dunning_plugin.sandbox.directadmin.sessions import LoginKeys, Sessions
from dunning_plugin.sandbox.directadmin.wire import Request, Response

Endpoint = Callable[..., Response]
ENDPOINTS: List[Tuple[str, "re.Pattern[str]", str, Endpoint]] = []
RANK = {"user": 0, "reseller": 1, "admin": 2}
VERSION = "1.709"


def endpoint(method: str, path: str, level: str = "user") -> Callable[[Endpoint], Endpoint]:
    """Register an endpoint; {name} in the path becomes an argument."""
    pattern = re.compile("^/api/" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")

    def register(function: Endpoint) -> Endpoint:
        ENDPOINTS.append((method, pattern, level, function))
        return function

    return register


class BadRequest(Exception):
    """The body is no JSON object, or lacks what the endpoint needs."""


class Api:
    """The /api endpoints of one panel."""

    def __init__(
        self,
        disk: Disk,
        accounts: Accounts,
        auth: Authenticator,
        sessions: Sessions,
        keys: LoginKeys,
        urls: LoginUrls,
        hostname: str,
    ) -> None:
        self.disk, self.accounts, self.auth, self.sessions = disk, accounts, auth, sessions
        self.keys, self.urls, self.hostname = keys, urls, hostname

    def answer(self, caller: Caller, request: Request) -> Response:
        """The answer to a request below /api/."""
        fitting = [(found, row) for row in ENDPOINTS for found in [row[1].match(request.path)] if found]
        for found, (method, _, level, function) in fitting:
            if method == request.method:
                if RANK[caller.kind] < RANK[level]:
                    return api_error(403, "ACCESS_DENIED")
                try:
                    return function(self, caller, request, **found.groupdict())
                except BadRequest as error:
                    return api_error(400, "BAD_REQUEST", str(error))
        return api_error(405, "METHOD_NOT_ALLOWED") if fitting else api_error(404, "NOT_FOUND")

    def visible(self, caller: Caller, name: str) -> bool:
        """May the caller read this account?"""
        return name == caller.name or self.accounts.may_touch(caller, name)


def body(request: Request, *needed: str) -> Dict[str, Any]:
    """The JSON object that a request carries; BadRequest if it is none or lacks a field."""
    try:
        given = request.json
    except ValueError:
        raise BadRequest("the body is no JSON object") from None
    lacking = [name for name in needed if name not in given]
    if lacking:
        raise BadRequest(f"{lacking[0]} is missing")
    return given


def texts(given: Mapping[str, Any], name: str) -> List[str]:
    """A field that holds a list of texts; BadRequest if it is something else."""
    value = given.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadRequest(f"{name} is no list of texts")
    return value


def moment(given: Mapping[str, Any], name: str) -> float:
    """A field that holds an instant (RFC 3339), in seconds since 1970; 0 without one."""
    value = given.get(name)
    if not value:
        return 0.0
    try:
        seconds = datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
        datetime.fromtimestamp(seconds, timezone.utc)  # it must be one that can be written again
        return seconds
    except (ValueError, OverflowError, OSError):
        raise BadRequest(f"{name} is no instant") from None


def ok(data: Any, status: int = 200) -> Response:
    """A JSON answer as the /api endpoints give it."""
    return Response(status, json.dumps(data).encode(), JSON)


NOTHING = Response(204)


def stamp(moment: float) -> str:
    """An instant as the API writes it."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
