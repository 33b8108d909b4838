"""The sandbox panel as a whole: one port for the panel, one for the sites, everything on disk below one folder."""

import html
import secrets
import ssl
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from dunning_plugin.sandbox.directadmin import api as new_api
from dunning_plugin.sandbox.directadmin import pluginmenus
from dunning_plugin.sandbox.directadmin.accounts import Accounts
from dunning_plugin.sandbox.directadmin.auth import Authenticator, Caller, Refusal, denied
from dunning_plugin.sandbox.directadmin.da_program import write_da
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import api_error, tabbed
from dunning_plugin.sandbox.directadmin.hooks import Hooks
from dunning_plugin.sandbox.directadmin.legacy import Legacy
from dunning_plugin.sandbox.directadmin.login import Doors, cookies, denied_answer
from dunning_plugin.sandbox.directadmin.loginurls import LoginUrls
from dunning_plugin.sandbox.directadmin.options import Fault, Faults, Options
from dunning_plugin.sandbox.directadmin.plugins import PluginPages
from dunning_plugin.sandbox.directadmin.sessions import LoginKeys, Session, Sessions
from dunning_plugin.sandbox.directadmin.sites import Sites
from dunning_plugin.sandbox.directadmin.state import Files, state_of
from dunning_plugin.sandbox.directadmin.wire import Request, Response, Server

NAME = "DirectAdmin Daemon v1.709"
HOSTNAME = "da1.host.example"
RECORDED = (("X-Frame-Options", "sameorigin"), ("Vary", "Accept-Encoding"))
"""Headers of every recorded answer (1.57.2)."""
NO_SESSION = ("Set-Cookie", "session=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly")
"""Sent with the answer to a caller by HTTP Basic (recorded, 1.57.2)."""
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
        # First the ports: one that is in use must leave nothing behind.
        self._server = Server((host, port), self.handle, NAME, tls)
        try:
            self._sites_server = Server((host, sites_port), lambda request: self.sites.handle(request), "Apache/2")
        except OSError:
            self._server.server_close()
            raise
        self._threads: List[threading.Thread] = []
        self.options, self.faults = options or Options(), Faults()
        self.disk = Disk(root)
        self.root, self.host, self.tls = root, host, tls
        self.admin, self.password = "admin", secrets.token_urlsafe(12)
        self.control_token = secrets.token_urlsafe(16)
        self.hooks = Hooks(self.disk.da, root / "var/log/directadmin")
        self.sessions = Sessions(self.disk.da / "data/sessions", self.options.session_seconds, self._session_ends)
        self.keys, self.urls = LoginKeys(self.disk.da / "data/users"), LoginUrls(self.disk.da / "data/users")
        self.auth = Authenticator(self.disk, self.options, self.sessions, self.keys)
        self.accounts = Accounts(self.disk, self.options, self.hooks, self.sessions)
        self.legacy = Legacy(self.disk, self.options, self.accounts, self.keys, self.urls)
        self.doors = Doors(self.disk, self.options, self.auth, self.sessions, self.hooks, self.urls)
        self.api = new_api.Api(self.disk, self.accounts, self.auth, self.sessions, self.keys, self.urls, HOSTNAME)
        self.plugins = PluginPages(self.disk)
        self.sites = Sites(self.disk, self.options)
        self.requests: List[Seen] = []
        if not self.disk.exists(self.admin):
            self.disk.create(self.admin, "admin", "", self.password)
        else:
            self.disk.set_password(self.admin, self.password)
        self._write_conf()

    def _write_conf(self) -> None:
        conf = self.disk.da / "conf/directadmin.conf"
        conf.write_text(f"servername={self.host}\nport={self._server.port}\nssl={1 if self.tls else 0}\n")
        write_da(self.disk.da, self.url, self.admin, self.password)

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
        return self.doors.enter(request, username, password).session

    def mail_login_allowed(self, name: str) -> bool:
        """May the account's mailboxes be read? Not while it is suspended (assumed)."""
        return self.disk.config(name).get("suspended") != "yes"

    ftp_login_allowed = mail_login_allowed
    cron_runs = mail_login_allowed

    def mail_accepted(self, domain: str) -> bool:
        """Is mail for a domain taken in? Not while its account is suspended (assumed)."""
        owner = self.disk.owner_of_domain(domain)
        return owner is not None and self.mail_login_allowed(owner)

    @property
    def mistakes(self) -> List[str]:
        """Tracebacks of requests that the sandbox itself failed at. Should be empty."""
        return [*self._server.mistakes, *self._sites_server.mistakes]

    def _session_ends(self, session: Session) -> None:
        """session_destroy_pre.sh, with the documented variables; its exit code keeps no session alive (assumed)."""
        environment = {"username": session.username, "key": session.key, "host": HOSTNAME, "ip": session.ip}
        self.hooks.run("session_destroy_pre", environment)

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
        if not answer.raw:
            # A list of its own: some answers are the same object each time.
            answer = replace(answer, headers=[*answer.headers, *RECORDED])
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
            self.sessions.expire()
        if fault.kind == "half":
            request.keep = fault.keep
        return None

    def _control(self, request: Request) -> Response:
        if not secrets.compare_digest(request.header("x-sandbox-token").encode(), self.control_token.encode()):
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
            return self.doors.refuse(request, caller)
        if request.path.startswith("/api/"):
            if denied(self.disk, self.options, caller, f"API {request.path}"):
                return api_error(403, "ACCESS_DENIED")
            return self.api.answer(caller, request)
        return self._command(caller, request)

    def _command(self, caller: Caller, request: Request) -> Response:
        name = request.path.lstrip("/").split("/", 1)[0]
        if denied(self.disk, self.options, caller, name):
            return denied_answer(request)
        answer = self._page_or_command(name, caller, request)
        if caller.session is None and not answer.raw:
            answer.headers.append(NO_SESSION)
        return answer

    def _page_or_command(self, name: str, caller: Caller, request: Request) -> Response:
        if name in ("CMD_PLUGINS", "CMD_PLUGINS_RESELLER", "CMD_PLUGINS_ADMIN", "evo"):
            return self.plugins.answer(caller, request)
        if name == "":
            return pluginmenus.classic(self.disk, caller)
        if name == "CMD_LOGOUT" and caller.session is not None:
            self.sessions.destroy(caller.session)
            return Response(302, headers=[("Location", "/"), *cookies("", "")])
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
        if (request.method, request.path) == ("GET", "/api/info"):
            return new_api.ok(new_api.public_info(HOSTNAME))
        return self.doors.answer(request)

    def _get_session(self, caller: Caller, request: Request) -> Response:
        if request.method != "POST":
            return tabbed({"error": "Cannot get session", "result": "POST only"})
        form = request.form
        session = self.sessions.find(form.get("session_id", ""), form.get("session_key", ""))
        if caller.kind != "admin" or session is None:
            return tabbed({"error": "Cannot get session", "result": "no such session"})
        return tabbed({"username": session.username, "ip": session.ip})
