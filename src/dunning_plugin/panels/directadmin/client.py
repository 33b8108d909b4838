"""Requests to one DirectAdmin: one pooled session, careful retries, no secret in any message."""

import os
import stat
import subprocess
import warnings
from pathlib import Path
from typing import Any, Mapping, Optional, Tuple, Union
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InsecureRequestWarning
from urllib3.util.retry import Retry

from dunning_plugin.config.settings import PanelSettings
from dunning_plugin.errors import InputError, PanelChanged, PanelRefused, PanelUnreachable
from dunning_plugin.panels.directadmin import decode

DA = "usr/local/directadmin/directadmin"
DA_SECONDS = 20
RETRIES = Retry(
    total=2,
    connect=2,
    read=2,
    status=2,
    other=0,
    backoff_factor=0.3,
    status_forcelist=(502, 503, 504),
    allowed_methods=frozenset({"GET"}),
    redirect=0,
    raise_on_status=False,
)
"""Only what is safe to repeat: reading. An act whose answer was lost is read back instead."""


class Client:
    """Speaks to one panel. After the first 401 it speaks no more: the panel bans callers who guess."""

    def __init__(self, panel: str, settings: PanelSettings) -> None:
        self.panel, self.settings = panel, settings
        self._session: Optional[requests.Session] = None
        self._closed = ""
        self._login: Tuple[str, str] = ("", "")
        self._url = settings.url.rstrip("/")

    def get(self, path: str, as_user: str = "", **query: str) -> Any:
        """The JSON answer of a reading request; `as_user`: as that account, by impersonation."""
        return self._ask("GET", path, as_user, query, None)

    def post(self, path: str, form: Mapping[str, str], as_user: str = "") -> Any:
        """The JSON answer of an acting request; never repeated."""
        return self._ask("POST", path, as_user, {}, form)

    def close(self) -> None:
        """Close pooled connections."""
        if self._session is not None:
            self._session.close()

    def _ask(
        self, method: str, path: str, as_user: str, query: Mapping[str, str], form: Optional[Mapping[str, str]]
    ) -> Any:
        if self._closed:
            raise PanelRefused(self._closed)
        known = self._session is not None
        answer = self._send(method, path, as_user, query, form)
        if known and self._is_refusal(answer) and self.settings.password_file is None:
            # The temporary key of `da api-url` has expired: a fresh one is no guess, and a 401 has done nothing.
            self.close()
            self._session = None
            answer = self._send(method, path, as_user, query, form)
        return self._read(path.split("?", 1)[0], answer)

    def _send(
        self, method: str, path: str, as_user: str, query: Mapping[str, str], form: Optional[Mapping[str, str]]
    ) -> requests.Response:
        session = self._opened()
        name, password = self._login
        parameters = {**query, "json": "yes"} if path.startswith("/CMD_") else dict(query)
        what = path.split("?", 1)[0]
        try:
            return session.request(
                method,
                self._url + path,
                params=parameters,
                data=form,
                timeout=(10, self.settings.timeout),
                auth=(f"{name}|{as_user}" if as_user else name, password),
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise PanelUnreachable(
                f"{self.panel}: its certificate cannot be verified ({reason_of(error)}); "
                "give ca_file, or mend the certificate"
            ) from None
        except requests.RequestException as error:
            raise PanelUnreachable(f"{self.panel} gave no answer to {what} ({reason_of(error)})") from None

    @staticmethod
    def _is_refusal(answer: requests.Response) -> bool:
        return answer.status_code == 401 or is_login_page(answer)

    def _read(self, what: str, answer: requests.Response) -> Any:
        if self._is_refusal(answer):
            self._closed = (
                f"{self.panel} does not accept the login of {self._login[0]}; check username and password_file. "
                "Nothing more was asked of it, because it bans callers who guess"
            )
            raise PanelRefused(self._closed)
        if answer.status_code == 403:
            raise PanelRefused(
                f"{self.panel} denies {what}{decode.words(answer.text)}: "
                "the login lacks this command, or the address is banned"
            )
        if answer.status_code >= 500:
            raise PanelUnreachable(f"{self.panel} answered {what} with status {answer.status_code}")
        if answer.status_code == 404 and what.startswith("/api/"):
            raise PanelRefused(f"{self.panel} knows no {what}")
        if answer.status_code == 204:
            return {}
        if answer.status_code != 200:
            raise PanelChanged(f"{self.panel} answered {what} with status {answer.status_code}")
        found = decode.document(self.panel, what, answer.text)
        decode.refused(self.panel, what, found)
        return found

    def _opened(self) -> requests.Session:
        if self._session is not None:
            return self._session
        self._url, self._login = self._credentials()
        session = requests.Session()
        # Proxies and .netrc of root's environment are no business of this connection.
        session.trust_env = False
        session.headers.update({"Accept": "application/json", "User-Agent": "dunning"})
        adapter = HTTPAdapter(max_retries=RETRIES)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.verify = tls_verification(self.panel, self.settings)
        self._session = session
        return session

    def _credentials(self) -> Tuple[str, Tuple[str, str]]:
        if self.settings.password_file is not None:
            if not self._url:
                raise InputError("has a password_file but no url", field=f"panels.{self.panel}", remedy="add url:")
            return self._url, (self.settings.username, read_secret(self.settings.password_file))
        if not self.settings.local:
            raise InputError(
                "needs a password_file", field=f"panels.{self.panel}", remedy="only on its own host it works without"
            )
        return ask_da(self.panel, self.settings.root / DA)


def read_secret(path: Path) -> str:
    """The first line of a file that nobody else may read. InputError with the remedy otherwise."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", file=str(path), remedy="write the password into it, chmod 600"
        ) from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise InputError("is no file", file=str(path), remedy="name a file of mode 0600 with the password in it")
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        if stat.S_IMODE(mode) & 0o077:
            raise InputError("may be read by others", file=str(path), remedy=f"chmod 600 {path}")
        secret = file.readline().rstrip("\r\n")
    if not secret:
        raise InputError("is empty", file=str(path), remedy="write the password or a login key into it")
    return secret


def ask_da(panel: str, program: Path) -> Tuple[str, Tuple[str, str]]:
    """Address and a fresh temporary login key from `da api-url` (1.64 and later), so that no password is stored."""
    try:
        done = subprocess.run(
            [str(program), "api-url"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DA_SECONDS,
            check=False,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise PanelUnreachable(f"{panel}: {program} api-url gave no answer; give url and password_file") from None
    parts = urlsplit(done.stdout.strip())
    if done.returncode != 0 or not parts.hostname or parts.username is None or parts.password is None:
        raise PanelChanged(f"{panel}: {program} api-url printed no address with a login")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}", (parts.username, parts.password)


def tls_verification(panel: str, settings: PanelSettings) -> Union[bool, str]:
    """What requests calls `verify`: True, a file of authorities, or False, which warns."""
    if settings.verify_tls:
        authorities = settings.ca_file
        if authorities is not None and not authorities.is_file():
            raise InputError(
                f"there is no file {authorities}", field=f"panels.{panel}.ca_file", remedy="mend dunning.yaml"
            )
        return str(authorities) if authorities else True
    warnings.warn(f"{panel}: TLS verification is switched off; anyone between can read the password", stacklevel=2)
    warnings.simplefilter("ignore", InsecureRequestWarning)
    return False


def is_login_page(answer: requests.Response) -> bool:
    """Older versions refuse with the login page, status 200 and a header whose case differs (two clients each way)."""
    return answer.headers.get("X-DirectAdmin", "").strip().lower() == "unauthorized"


def reason_of(error: Exception) -> str:
    """The kind of network trouble, without addresses, queries or anything secret."""
    inner: Any = error.args[0] if error.args else error
    inner = getattr(inner, "reason", inner)
    return type(inner).__name__ if isinstance(inner, Exception) else type(error).__name__
