"""The doors of the panel: its login page, /api/login, a login address; and what stands there for who is refused."""

import html
import json
import time
from dataclasses import dataclass
from typing import List, Optional, Tuple
from urllib.parse import parse_qs, quote

from dunning_plugin.sandbox.directadmin.auth import Authenticator, Refusal
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import api_error, tabbed
from dunning_plugin.sandbox.directadmin.endpoints import BadRequest, body, ok
from dunning_plugin.sandbox.directadmin.hooks import Hooks
from dunning_plugin.sandbox.directadmin.loginurls import LoginUrls
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.sessions import LoginKey, Session, Sessions, token
from dunning_plugin.sandbox.directadmin.wire import Request, Response

LOGIN_PAGE = """<!DOCTYPE html>
<html><head><title>DirectAdmin Login</title></head><body><h1>DirectAdmin Login</h1>
<form action="/CMD_LOGIN" method="post">
<input type="hidden" name="referer" value="{referer}">
<label>Username <input name="username" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button type="submit">Login</button></form></body></html>
"""


@dataclass(frozen=True)
class Entry:
    """What came of a login: a session, or what was wrong (blocked, wrong, key, disabled, hook) and a hook's words."""

    session: Optional[Session] = None
    problem: str = ""
    words: str = ""


class Doors:
    """Lets people in, or not."""

    def __init__(
        self, disk: Disk, options: Options, auth: Authenticator, sessions: Sessions, hooks: Hooks, urls: LoginUrls
    ) -> None:
        self.disk, self.options, self.auth, self.sessions = disk, options, auth, sessions
        self.hooks, self.urls = hooks, urls

    def answer(self, request: Request) -> Optional[Response]:
        """The answer of a door; None if the request is at none."""
        doors = {
            ("POST", "/api/login"): self._api,
            ("POST", "/CMD_LOGIN"): self._page,
            ("GET", "/api/login/url"): self._url,
            ("GET", "/CMD_LOGIN"): _show,
            ("GET", "/login"): _show,
            ("GET", "/evo/login"): _show,
        }
        door = doors.get((request.method, request.path))
        return door(request) if door else None

    def enter(self, request: Request, username: str, password: str) -> Entry:
        """A login with name and password: a session if both are right, the account is active and the hooks agree."""
        if self.auth.brute_force.blocked(request.client):
            return Entry(problem="blocked")
        key = self.auth.check(username, password, request.client)
        if key is None:
            self.auth.brute_force.wrong(request.client)
            return Entry(problem="wrong")
        self.auth.brute_force.right(request.client)
        if isinstance(key, LoginKey) and not key.allow_login:
            return Entry(problem="key")
        return self._admit(request, username, password, key.id if isinstance(key, LoginKey) else "")

    def _admit(self, request: Request, username: str, password: str, login_key: str) -> Entry:
        if self.disk.config(username).get("suspended") == "yes":
            return Entry(problem="disabled")
        session_id = token()
        environment = {
            "username": username,
            "password": password,
            "session_id": session_id,
            "ip": request.client,
            "referer": request.header("referer"),
            "user_agent": request.header("user-agent"),
        }
        good, output = self.hooks.run("session_create_pre", environment)
        if not good:
            return Entry(problem="hook", words=output)
        return Entry(self.sessions.create(username, request.client, login_key=login_key, session_id=session_id))

    def _page(self, request: Request) -> Response:
        form = request.form
        session = self.enter(request, form.get("username", ""), form.get("password", "")).session
        if session is None:
            # Wrong or refused by a hook: the login page again, without a word.
            return login_page(form.get("referer", ""))
        return _redirect(302, form.get("referer", ""), session)

    def _api(self, request: Request) -> Response:
        try:
            given = body(request, "username", "password")
        except BadRequest as error:
            return api_error(400, "BAD_REQUEST", str(error))
        entry = self.enter(request, str(given["username"]), str(given["password"]))
        if entry.session is not None:
            answer = ok({"loginURL": "", "sessionID": entry.session.id})
            answer.headers += cookies(entry.session.id, entry.session.key)
            return answer
        if entry.problem == "hook":
            return api_error(492, "PRE_HOOK_ERROR", exitCode=1, output=entry.words, path="session_create_pre.sh")
        statuses = {
            "disabled": (403, "LOGIN_ACCOUNT_DISABLED"),
            "key": (431, "LOGIN_KEY_API_ONLY"),
            "blocked": (403, "ACCESS_DENIED"),
        }
        return api_error(*statuses.get(entry.problem, (401, "UNAUTHORIZED")))

    def _url(self, request: Request) -> Response:
        """A login address leads on to its target, or to the login page if it is none (any more). No word either way."""
        key = parse_qs(request.query).get("key", [""])[0]
        found = self.urls.take(key, request.client, time.time())
        if found is None:
            return Response(303, headers=[("Location", "/login")])
        username, url = found
        session = self._admit(request, username, "", "").session
        if session is None:
            return Response(303, headers=[("Location", "/login")])
        return _redirect(303, url.redirect, session)

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """What who is not let in sees: JSON for who asks for it, the login page else.

        Older clients look for the page's title or the X-DirectAdmin header to learn that their password is wrong."""
        if request.path.startswith("/api/"):
            kind = "UNAUTHORIZED" if refusal.status == 401 else "ACCESS_DENIED"
            return api_error(refusal.status, kind, refusal.words)
        if "application/json" in request.header("accept"):
            said = {"error": refusal.words, "success": "no", "client_ip": request.client}
            return Response(refusal.status, json.dumps(said).encode(), "application/json")
        page = login_page(request.path + (f"?{request.query}" if request.query else ""))
        page.headers.append(("X-DirectAdmin", self.options.unauthorized_word))
        if request.header("authorization") or refusal.status != 401:
            page.status = refusal.status
        return page


def denied_answer(request: Request) -> Response:
    """A command that the caller's login key or commands.deny keeps from him."""
    if request.form.get("json") == "yes" or "application/json" in request.header("accept"):
        return tabbed({"error": "Access Denied", "result": "You do not have access to that command"}, 403)
    return Response(403, b"Access Denied")


def login_page(referer: str) -> Response:
    """The login page, leading on to `referer`."""
    return Response(200, LOGIN_PAGE.format(referer=html.escape(referer, quote=True)).encode(), "text/html")


def _show(request: Request) -> Response:
    return login_page("")


def cookies(session_id: str, key: str) -> List[Tuple[str, str]]:
    """The two cookies of a session; empty ones end it."""
    flags = "; path=/; HttpOnly; SameSite=Lax" + ("" if session_id else "; expires=Thu, 01 Jan 1970 00:00:00 GMT")
    return [("Set-Cookie", f"session={quote(session_id)}{flags}"), ("Set-Cookie", f"key={quote(key)}{flags}")]


def _redirect(status: int, target: str, session: Session) -> Response:
    """On to a place on this panel, and nowhere else."""
    here = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    place = quote(target, safe="/?&=%#+:;,@!$'()*~[]") if here else "/"
    return Response(status, headers=[("Location", place), *cookies(session.id, session.key)])
