"""One-time addresses that log their holder in: /api/login-keys/urls makes them, /api/login/url takes them."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import List, Optional, Tuple
from urllib.parse import quote

from dunning_plugin.sandbox.directadmin.auth import inside
from dunning_plugin.sandbox.directadmin.wire import Request


@dataclass
class LoginUrl:
    """One address. `key` is its secret; `expires` in seconds since 1970."""

    id: str
    key: str
    networks: List[str]
    created: float
    created_by: str
    expires: float
    redirect: str = ""


class LoginUrls:
    """The login addresses of all accounts, in data/users/<name>/login_urls.json (the real place is not published)."""

    def __init__(self, users: Path) -> None:
        self.users = users
        self._lock = Lock()

    def of(self, username: str) -> List[LoginUrl]:
        """An account's addresses, oldest first."""
        try:
            rows = json.loads((self.users / username / "login_urls.json").read_text())
        except FileNotFoundError:
            return []
        return [LoginUrl(**row) for row in rows]

    def add(self, username: str, url: LoginUrl) -> None:
        """Keep a new address."""
        with self._lock:
            self._save(username, [*self.of(username), url])

    def drop(self, username: str, url_id: str) -> None:
        """Forget an address; an unknown one is no trouble."""
        with self._lock:
            self._save(username, [url for url in self.of(username) if url.id != url_id])

    def take(self, key: str, client: str, now: float) -> Optional[Tuple[str, LoginUrl]]:
        """The account and address that a key opens, good once; None for an unknown, used, expired or foreign one."""
        with self._lock:
            for file in self.users.glob("*/login_urls.json"):
                username = file.parent.name
                for url in self.of(username):
                    right = secrets.compare_digest(url.key.encode(), key.encode())
                    if right and now < url.expires and inside(client, url.networks or [client]):
                        self._save(username, [other for other in self.of(username) if other.id != url.id])
                        return username, url
        return None

    def _save(self, username: str, urls: List[LoginUrl]) -> None:
        path = self.users / username / "login_urls.json"
        path.write_text(json.dumps([asdict(url) for url in urls], indent=1))
        path.chmod(0o600)


def address_of(url: LoginUrl, request: Request) -> str:
    """The whole address, on the panel as its caller reached it."""
    return f"{'https' if request.secure else 'http'}://{request.header('host')}/api/login/url?key={quote(url.key)}"
