"""The sandbox panel as a whole: one port for the panel, one for the sites, everything on disk below one folder."""

import html
import json
import secrets
import ssl
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import quote

from dunning_plugin.sandbox.directadmin import api as new_api
from dunning_plugin.sandbox.directadmin.accounts import Accounts
from dunning_plugin.sandbox.directadmin.auth import Authenticator, Caller, Refusal, denied
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import api_error, tabbed
from dunning_plugin.sandbox.directadmin.hooks import Hooks
from dunning_plugin.sandbox.directadmin.legacy import Legacy
from dunning_plugin.sandbox.directadmin.options import Fault, Faults, Options
from dunning_plugin.sandbox.directadmin.plugins import PluginPages
from dunning_plugin.sandbox.directadmin.sessions import LoginKey, LoginKeys, Session, Sessions, token
from dunning_plugin.sandbox.directadmin.sites import Sites
from dunning_plugin.sandbox.directadmin.state import Files, state_of
from dunning_plugin.sandbox.directadmin.wire import Request, Response, Server

NAME = "DirectAdmin Daemon v1.709"
LOGIN_PAGE = """<!DOCTYPE html>
<html><head><title>DirectAdmin Login</title></head><body><h1>DirectAdmin Login</h1>
<form action="/CMD_LOGIN" method="post">
<input type="hidden" name="referer" value="{referer}">
<label>Username <input name="username" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button type="submit">Login</button></form></body></html>
"""
SKIN_PAGE = """<!DOCTYPE html>
<html><head><title>DirectAdmin</title></head>
<body><h1>{title}</h1><main>{body}</main></body></html>
"""


class Seen(NamedTuple):
    """One request that reached the panel, for tests that count."""

    method: str
    path: str
    account: str


class SandboxPanel:
    """A DirectAdmin as documented, on 127.0.0.1. Use as a context manager; `root` holds its files."""

    def __init__(
        self,
        root: Path,
        options: Optional[Options] = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        sites_port: int = 0,
        tls: Optional[ssl.SSLContext] = None,
    ) -> None:
        self.options, self.faults = options or Options(), Faults()
        self.disk = Disk(root)
        self.root, self.host, self.tls = root, host, tls
        self.admin, self.password = "admin", secrets.token_urlsafe(12)
        self.control_token = secrets.token_urlsafe(16)
        self.sessions = Sessions(self.disk.da / "data/sessions", self.options.session_seconds)
        self.keys = LoginKeys(self.disk.da / "data/users")
        self.hooks = Hooks(self.disk.da, root / "var/log/directadmin")
        self.auth = Authenticator(self.disk, self.options, self.sessions, self.keys)
        self.accounts = Accounts(self.disk, self.options, self.hooks, self.sessions)
        self.legacy = Legacy(self.disk, self.options, self.accounts, self.keys)
        self.api = new_api.Api(self.disk, self.accounts, self.auth, self.sessions, self.keys, "da1.host.example")
        self.plugins = PluginPages(self.disk)
        self.sites = Sites(self.disk, self.options)
        self.requests: List[Seen] = []
        self._server = Server((host, port), self.handle, NAME, tls)
        self._sites_server = Server((host, sites_port), self.sites.handle, "Apache/2")
        self._threads: List[threading.Thread] = []
        if not self.disk.exists(self.admin):
            self.disk.create(self.admin, "admin", "", self.password)
        else:
            self.disk.set_password(self.admin, self.password)
        self._write_conf()

    def _write_conf(self) -> None:
        conf = self.disk.da / "conf/directadmin.conf"
        conf.write_text(f"servername={self.host}\nport={self._server.port}\nssl={1 if self.tls else 0}\n")

    @property
    def url(self) -> str:
        """The panel's address."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self._server.port}"

    @property
    def sites_url(self) -> str:
        """The address where all sites answer, by their Host header."""
        return f"http://{self.host}:{self._sites_server.port}"

    def start(self) -> "SandboxPanel":
        """Listen, each port in a thread of its own."""
        for server in (self._server, self._sites_server):
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Stop listening; the files stay."""
        for server in (self._server, self._sites_server):
            if self._threads:
                server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def __enter__(self) -> "SandboxPanel":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for tests and demos ---------------------------------------------------------------------------------------

    def snapshot(self) -> Files:
        """Every file, folder and link below the root: type, mode, owner, times, link target, content's hash."""
        return state_of(self.root)

    def state_without_times(self) -> Dict[str, Tuple[Any, ...]]:
        """The same without times, and without logs and sessions, which record the past."""
        return state_of(self.root, times=False, leave_out=("var/log/", "usr/local/directadmin/data/sessions/"))

    def try_login(self, username: str, password: str, ip: str = "127.0.0.1") -> Optional[Session]:
        """A login as from the panel's own page; the session, or None if it is refused."""
        request = Request("POST", "/CMD_LOGIN", "", {}, b"", ip)
        return self._log_in(request, username, password)[0]

    def mail_login_allowed(self, name: str) -> bool:
        """May the account's mailboxes be read? Not while it is suspended (assumed)."""
        return self.disk.config(name).get("suspended") != "yes"

    ftp_login_allowed = mail_login_allowed
    cron_runs = mail_login_allowed

    def mail_accepted(self, domain: str) -> bool:
        """Is mail for a domain taken in? Not while its account is suspended (assumed)."""
        owner = self.disk.owner_of_domain(domain)
        return owner is not None and self.mail_login_allowed(owner)

    # -- requests --------------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request to the panel's port."""
        if request.path == "/__sandbox__/faults":
            return self._control(request)
        fault = self.faults.due(request.path)
        early = self._fault_before(fault, request)
        if early is not None:
            self.requests.append(Seen(request.method, request.path, "?"))
            return early
        answer = self._answer(request)
        if fault is not None and fault.kind == "cut":
            return Response(cut=True)
        if fault is not None and fault.kind == "half":
            return Response(500, b"")
        return answer

    def _fault_before(self, fault: Optional[Fault], request: Request) -> Optional[Response]:
        if fault is None:
            return None
        if fault.kind == "error":
            return Response(fault.status, b"")
        if fault.kind == "hang":
            time.sleep(fault.seconds)
            return Response(cut=True)
        if fault.kind == "logout":
            for session in self.sessions.all():
                self.sessions.destroy(session)
        if fault.kind == "half":
            request.keep = fault.keep
        return None

    def _control(self, request: Request) -> Response:
        if not secrets.compare_digest(request.header("x-sandbox-token"), self.control_token):
            return Response(403, b"wrong token\n")
        try:
            self.faults.set(request.json)
        except (ValueError, TypeError) as error:
            return Response(400, f"{error}\n".encode())
        return Response(204)

    def _answer(self, request: Request) -> Response:
        public = self._public(request)
        if public is not None:
            self.requests.append(Seen(request.method, request.path, ""))
            return public
        caller = self.auth.caller(request)
        self.requests.append(Seen(request.method, request.path, caller.name if isinstance(caller, Caller) else ""))
        if isinstance(caller, Refusal):
            return self._refuse(request, caller)
        if request.path.startswith("/api/"):
            if denied(self.disk, self.options, caller, f"API {request.path}"):
                return api_error(403, "ACCESS_DENIED", "Access denied")
            return self.api.answer(caller, request)
        return self._command(caller, request)

    def _command(self, caller: Caller, request: Request) -> Response:
        name = request.path.lstrip("/").split("/", 1)[0]
        if denied(self.disk, self.options, caller, name):
            return self._denied(request)
        if name in ("CMD_PLUGINS", "CMD_PLUGINS_RESELLER", "CMD_PLUGINS_ADMIN", "evo"):
            return self.plugins.answer(caller, request)
        if name == "CMD_LOGOUT" and caller.session is not None:
            self.sessions.destroy(caller.session)
            return Response(302, headers=[("Location", "/"), *_cookies("", "")])
        if name == "CMD_API_GET_SESSION":
            return self._get_session(caller, request)
        answer = self.legacy.answer(name, caller, request) if name.startswith("CMD_") else None
        if answer is not None:
            return answer
        # An unknown legacy route gets a page of the skin, not an API error (stated by a developer, 1.701).
        body = SKIN_PAGE.format(title="DirectAdmin", body=html.escape(caller.name))
        return Response(200, body.encode(), "text/html")

    def _public(self, request: Request) -> Optional[Response]:
        """What is answered without a login."""
        if request.path == "/api/info" and request.method == "GET":
            return new_api.ok(new_api.public_info("da1.host.example"))
        if request.path == "/api/login" and request.method == "POST":
            return self._api_login(request)
        if request.path == "/CMD_LOGIN" and request.method == "POST":
            return self._page_login(request)
        if request.path in ("/login", "/evo/login") or (request.path == "/CMD_LOGIN" and request.method == "GET"):
            return _login_page("")
        return None

    def _log_in(self, request: Request, username: str, password: str) -> "Tuple[Optional[Session], str, str]":
        """(session, '', '') or (None, what is wrong, words)."""
        if self.auth.brute_force.blocked(request.client):
            return None, "blocked", "Your IP is blacklisted"
        key = self.auth.check(username, password, request.client)
        if key is None:
            self.auth.brute_force.wrong(request.client)
            return None, "wrong", ""
        if isinstance(key, LoginKey) and not key.allow_login:
            return None, "key", ""
        if self.disk.config(username).get("suspended") == "yes":
            return None, "disabled", ""
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
            return None, "hook", output
        self.auth.brute_force.right(request.client)
        login_key = key.id if isinstance(key, LoginKey) else ""
        return self.sessions.create(username, request.client, login_key=login_key, session_id=session_id), "", ""

    def _page_login(self, request: Request) -> Response:
        form = request.form
        session, _, _ = self._log_in(request, form.get("username", ""), form.get("password", ""))
        if session is None:
            # Wrong or refused by a hook: the login page again, without a word.
            return _login_page(form.get("referer", ""))
        target = form.get("referer", "")
        target = target if target.startswith("/") and not target.startswith("//") else "/"
        return Response(302, headers=[("Location", target), *_cookies(session.id, session.key)])

    def _api_login(self, request: Request) -> Response:
        try:
            wanted = request.json
            session, problem, words = self._log_in(request, str(wanted["username"]), str(wanted["password"]))
        except (ValueError, KeyError):
            return api_error(400, "BAD_REQUEST", "username and password are needed")
        if session is not None:
            answer = new_api.ok({"loginURL": "", "sessionID": session.id})
            answer.headers += _cookies(session.id, session.key)
            return answer
        if problem == "hook":
            return api_error(492, "PRE_HOOK_ERROR", exitCode=1, output=words, path="session_create_pre.sh")
        statuses = {
            "disabled": (403, "LOGIN_ACCOUNT_DISABLED"),
            "key": (431, "LOGIN_KEY_API_ONLY"),
            "blocked": (403, "ACCESS_DENIED"),
        }
        status, kind = statuses.get(problem, (401, "UNAUTHORIZED"))
        return api_error(status, kind)

    def _get_session(self, caller: Caller, request: Request) -> Response:
        if request.method != "POST":
            return tabbed({"error": "Cannot get session", "result": "POST only"})
        form = request.form
        session = self.sessions.find(form.get("session_id", ""), form.get("session_key", ""))
        if caller.kind != "admin" or session is None:
            return tabbed({"error": "Cannot get session", "result": "no such session"})
        return tabbed({"username": session.username, "ip": session.ip})

    def _refuse(self, request: Request, refusal: Refusal) -> Response:
        if request.path.startswith("/api/"):
            kind = "UNAUTHORIZED" if refusal.status == 401 else "ACCESS_DENIED"
            return api_error(refusal.status, kind, refusal.words, client_ip=request.client)
        if "application/json" in request.header("accept"):
            body = {"error": refusal.words, "success": "no", "client_ip": request.client}
            return Response(refusal.status, json.dumps(body).encode(), "application/json")
        if request.header("authorization"):
            return Response(refusal.status, refusal.words.encode(), headers=[("X-DirectAdmin", "Unauthorized")])
        page = _login_page(request.path + (f"?{request.query}" if request.query else ""))
        page.headers.append(("X-DirectAdmin", "Unauthorized"))
        return page

    def _denied(self, request: Request) -> Response:
        if request.form.get("json") == "yes" or "application/json" in request.header("accept"):
            return tabbed({"error": "Access Denied", "result": "You do not have access to that command"}, 403)
        return Response(403, b"Access Denied")


def _login_page(referer: str) -> Response:
    body = LOGIN_PAGE.format(referer=html.escape(referer, quote=True))
    return Response(200, body.encode(), "text/html")


def _cookies(session_id: str, key: str) -> List[Tuple[str, str]]:
    flags = "; path=/; HttpOnly; SameSite=Lax" + ("" if session_id else "; expires=Thu, 01 Jan 1970 00:00:00 GMT")
    return [("Set-Cookie", f"session={quote(session_id)}{flags}"), ("Set-Cookie", f"key={quote(key)}{flags}")]
