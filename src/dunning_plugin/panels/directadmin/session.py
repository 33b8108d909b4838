"""Whose session is it? Asked of the panel by replaying the session's two cookies (measured, gniza: with
admin_run_as a page still gets SESSION_ID and SESSION_KEY, and CMD_API_SHOW_USER_CONFIG answers the caller's own).

A session value is a password for as long as it lives: it goes into one request header and nowhere else.
"""

import json
import re
from pathlib import Path
from threading import local
from typing import Any, Dict, Optional

import requests

from dunning_plugin.config.settings import PanelSettings
from dunning_plugin.errors import PanelRefused, PanelUnreachable
from dunning_plugin.panels.directadmin import decode
from dunning_plugin.panels.directadmin.client import is_login_page, reason_of, tls_verification
from dunning_plugin.panels.interface import Sitter

CONF = "usr/local/directadmin/conf/directadmin.conf"
VALUE = re.compile(r"[A-Za-z0-9_.~-]{8,128}")
"""Session ids and keys were measured as 39 letters and digits; anything that could end a cookie is none."""
SECONDS = (5, 10)
"""To connect, and to wait for an answer: a person is waiting for his page."""


class PanelSessions:
    """Asks one panel about sessions; knows no credential of ours."""

    def __init__(self, panel: str, settings: PanelSettings) -> None:
        self.panel, self.settings = panel, settings
        self._of_thread = local()

    def sitter(self, session_id: str, session_key: str) -> Optional[Sitter]:
        """Who sits there; None for what is no live session. PanelUnreachable, or PanelRefused if we are banned."""
        if not VALUE.fullmatch(session_id) or not VALUE.fullmatch(session_key):
            return None
        cookie = f"session={session_id}; key={session_key}"
        answer = self._get("/CMD_API_SHOW_USER_CONFIG", cookie)
        if answer.status_code == 401 or is_login_page(answer):
            return None
        if answer.status_code == 403:
            raise PanelRefused(f"{self.panel} denies the question whose session it is{decode.words(answer.text)}")
        if answer.status_code != 200:
            raise PanelUnreachable(f"{self.panel} answered whose session it is with status {answer.status_code}")
        values = decode.pairs(answer.text) if "<" not in answer.text else {}
        name, kind = values.get("username", ""), values.get("usertype", "")
        if not name or kind not in ("admin", "reseller", "user"):
            return None
        master = self._master(cookie)
        return Sitter(name, kind, values.get("language", ""), "" if master == name else master)

    def _master(self, cookie: str) -> str:
        """Who really sits there under login-as; '' where the panel does not say (/api/session, since 1.6x)."""
        answer = self._get("/api/session", cookie)
        try:
            said: Any = json.loads(answer.text) if answer.status_code == 200 else {}
        except ValueError:
            return ""
        return str(said.get("realUsername") or "") if isinstance(said, dict) else ""

    def _get(self, path: str, cookie: str) -> requests.Response:
        try:
            session = self._opened()
            # It keeps what it is sent back, and the next question is about somebody else.
            session.cookies.clear()
            return session.get(
                self._address() + path, headers={"Cookie": cookie}, timeout=SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise PanelUnreachable(
                f"{self.panel} could not be asked whose session it is ({reason_of(error)})"
            ) from None

    def _opened(self) -> requests.Session:
        """A pooled session for each thread: requests' own is not made for several."""
        session: Optional[requests.Session] = getattr(self._of_thread, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.headers.update({"Accept": "application/json", "User-Agent": "dunning"})
            session.verify = tls_verification(self.panel, self.settings)
            self._of_thread.session = session
        return session

    def _address(self) -> str:
        """The configured one, else from the panel's own conf: the certificate is for the server's name, so that
        https://127.0.0.1:2222 would fail (measured)."""
        if self.settings.url:
            return self.settings.url.rstrip("/")
        values = _conf(self.settings.root / CONF)
        scheme = "https" if values.get("ssl", "1") != "0" else "http"
        return f"{scheme}://{values.get('servername') or 'localhost'}:{values.get('port') or '2222'}"

    def close(self) -> None:
        """Close this thread's pooled connections; the others' end with their threads."""
        session: Optional[requests.Session] = getattr(self._of_thread, "session", None)
        if session is not None:
            session.close()


def _conf(path: Path) -> Dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
