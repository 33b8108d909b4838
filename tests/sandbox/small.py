"""A small panel to ask: two resellers with users, everybody's password known, asked over real sockets."""

import os
import socket
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, List
from urllib.parse import unquote, urlsplit

import requests

from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.server import SandboxPanel
from dunning_plugin.sandbox.directadmin.sessions import LoginKey

RESELLERS = {"webbouw": ("anna", "bert"), "noord": ("carl",)}


@contextmanager
def small_panel(root: Path, **options: Any) -> Iterator[SandboxPanel]:
    """webbouw with anna and bert, noord with carl; each has a domain. In the end the sandbox made no mistake itself."""
    with SandboxPanel(root, Options(**options)) as panel:
        for reseller, users in RESELLERS.items():
            panel.disk.create(reseller, "reseller", "admin", password_of(reseller), f"{reseller}.example")
            for name in users:
                panel.disk.create(name, "user", reseller, password_of(name), f"{name}.example")
        yield panel
        assert panel.mistakes == []


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that every account of this machine may enter, as plugin pages need; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="sandbox-test-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def password_of(name: str) -> str:
    return f"pw {name}: ü&="


def ask(panel: SandboxPanel, method: str, path: str, user: str = "admin", password: str = "", **more: Any) -> Any:
    """One request with HTTP Basic; `user` '' for none. `admin|anna` gives admin's password."""
    master = user.partition("|")[0]
    known = panel.password if master == "admin" else password_of(master)
    auth = (user.encode(), (password or known).encode()) if user else None
    return requests.request(method, panel.url + path, auth=auth, timeout=15, allow_redirects=False, **more)


def logged_in(panel: SandboxPanel, user: str = "admin") -> requests.Session:
    """A browser's session, begun at the login page."""
    browser = requests.Session()
    known = panel.password if user == "admin" else password_of(user)
    form = {"username": user, "password": known}
    done = browser.post(panel.url + "/CMD_LOGIN", data=form, allow_redirects=False, timeout=15)
    assert done.status_code == 302, done.text
    return browser


def raw(url: str, data: bytes, wait: float = 10) -> bytes:
    """Send bytes as they are, and read until the other side closes."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=wait) as link:
        link.sendall(data)
        link.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: link.recv(65536), b""))


def pairs(text: str) -> "dict[str, str]":
    """A url-encoded answer, decoded once."""
    return {unquote(key): unquote(value) for key, _, value in (part.partition("=") for part in text.split("&"))}


def suspended(panel: SandboxPanel) -> "set[str]":
    """Who is suspended, by the panel's own files."""
    return {name for name in panel.disk.names() if panel.disk.config(name)["suspended"] == "yes"}


def select(panel: SandboxPanel, names: "List[str]", user: str = "admin", **form: str) -> Any:
    """CMD_API_SELECT_USERS with these names and this form."""
    chosen = {f"select{number}": name for number, name in enumerate(names)}
    return ask(panel, "POST", "/CMD_API_SELECT_USERS", user, data={**chosen, **form})


def give_key(panel: SandboxPanel, owner: str, secret: str, **values: Any) -> None:
    """A login key of an account."""
    panel.keys.save(owner, [*panel.keys.of(owner), LoginKey(f"key{secret[:8]}", secret, **values)])


def script(path: Path, body: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path
