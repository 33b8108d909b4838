"""Who is asking: HTTP Basic with password or login key, `admin|user` impersonation, or the two session cookies."""

import base64
import binascii
import contextlib
import ipaddress
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Dict, List, Optional, Tuple, Union

from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.sessions import GROUPS, LoginKey, LoginKeys, Session, Sessions, spellings
from dunning_plugin.sandbox.directadmin.wire import Request


@dataclass
class Caller:
    """Who is asking. `master` is who authenticated, `name` whom he acts as."""

    name: str
    kind: str
    master: str
    session: Optional[Session] = None
    key: Optional[LoginKey] = None

    @property
    def is_impersonating(self) -> bool:
        return self.name != self.master


@dataclass
class Refusal:
    """Why nobody is let in: a status and the words for the JSON answer."""

    status: int
    words: str


class BruteForce:
    """Addresses that gave too many wrong passwords are blocked for a while."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._wrong: Dict[str, Tuple[int, float]] = {}
        self._lock = Lock()

    def blocked(self, address: str) -> bool:
        """Did the address give too many wrong passwords, lately?"""
        count, last = self._wrong.get(address, (0, 0.0))
        return count >= self.options.brute_force_limit and time.time() - last < self.options.brute_force_seconds

    def wrong(self, address: str) -> None:
        """Count a wrong password; older ones are forgotten after the time of a block."""
        with self._lock:
            count, last = self._wrong.get(address, (0, 0.0))
            recent = time.time() - last < self.options.brute_force_seconds
            self._wrong[address] = (count + 1 if recent else 1, time.time())

    def right(self, address: str) -> None:
        """Forget what was wrong: the password was right."""
        with self._lock:
            self._wrong.pop(address, None)


class Authenticator:
    """Finds out who a request comes from."""

    def __init__(self, disk: Disk, options: Options, sessions: Sessions, keys: LoginKeys) -> None:
        self.disk, self.options, self.sessions, self.keys = disk, options, sessions, keys
        self.brute_force = BruteForce(options)

    def caller(self, request: Request) -> "Union[Caller, Refusal]":
        """The caller, or why he is refused."""
        if self.brute_force.blocked(request.client):
            return Refusal(403, "Your IP is blacklisted")
        cookies = request.cookies
        if "session" in cookies and not request.header("authorization"):
            return self._by_session(cookies["session"], cookies.get("key", cookies["session"]))
        return self._basic(request)

    def _by_session(self, session_id: str, session_key: str) -> "Union[Caller, Refusal]":
        """A session's caller. One begun with a login key is bound by it, and ends with it (assumed)."""
        session = self.sessions.find(session_id, session_key)
        if session is None or not self.disk.exists(session.username):
            return Refusal(401, "Not logged in")
        master, key = session.master or session.username, None
        if session.login_key:
            key = next((one for one in self.keys.of(master) if one.id == session.login_key), None)
            if key is None or 0 < key.expires < time.time():
                return Refusal(401, "Not logged in")
        return Caller(session.username, self.disk.kind(session.username), master, session, key)

    def _basic(self, request: Request) -> "Union[Caller, Refusal]":
        given = _credentials(request.header("authorization"))
        if given is None:
            return Refusal(401, "Not logged in")
        login, password = given
        master, bar, other = login.partition("|")
        key = self.check(master, password, request.client)
        if key is None:
            self.brute_force.wrong(request.client)
            return Refusal(401, "Not logged in")
        self.brute_force.right(request.client)
        login_key = key if isinstance(key, LoginKey) else None
        name = other if bar else master
        if bar and not self.may_act_as(master, other):
            return Refusal(403, "Access Denied")
        if self.disk.config(master).get("suspended") == "yes":
            return Refusal(403, "Account is suspended")
        return Caller(name, self.disk.kind(name), master, None, login_key)

    def check(self, name: str, password: str, client: str) -> "Union[LoginKey, bool, None]":
        """True for the account's password, its login key for a key's, None for neither or from a wrong network."""
        if not self.disk.exists(name):
            return None
        if self.disk.password_is(name, password):
            return True
        key = self.keys.find(name, password, time.time())
        return None if key is None or (key.networks and not inside(client, key.networks)) else key

    def may_act_as(self, master: str, other: str) -> bool:
        """An admin may act as anybody, a reseller as his own users."""
        if not self.disk.exists(other):
            return False
        kind = self.disk.kind(master)
        return kind == "admin" or other == master or (kind == "reseller" and other in self.disk.users_of(master))


def denied(disk: Disk, options: Options, caller: Caller, command: str) -> bool:
    """Is this command denied to the caller by his login key, or by the account's commands.deny and commands.allow?

    Both files also bind API use (docs, customizing workflow). Whoever acts as another is bound by his own files
    (assumed: else `reseller|user` led around a reseller's commands.deny); by the other's if an option says so."""
    if caller.key is not None and not caller.key.permits(command):
        return True
    if _forbidden(disk, options, caller.master, command):
        return True
    return (
        caller.is_impersonating
        and options.commands_deny_binds_login_as
        and _forbidden(disk, options, caller.name, command)
    )


def _forbidden(disk: Disk, options: Options, name: str, command: str) -> bool:
    """Do an account's own files forbid it this command?"""
    folder = disk.da / "data/users" / name
    deny, allow = _commands(folder / "commands.deny"), _commands(folder / "commands.allow")
    names = spellings(command) | set(GROUPS if options.command_groups else ())
    return bool(names & set(deny or ())) or (allow is not None and not names & set(allow))


def _commands(path: Path) -> Optional[List[str]]:
    try:
        text = path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return None
    return [line.strip() for line in text.split("\n") if line.strip()]


def _credentials(header: str) -> Optional[Tuple[str, str]]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, colon, password = text.partition(":")
    return (name, password) if colon else None


def inside(address: str, networks: List[str]) -> bool:
    """Is an address in one of the networks? One that cannot be read lets nobody in."""
    with contextlib.suppress(ValueError):
        return any(ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False) for network in networks)
    return False


def are_networks(texts: List[str]) -> bool:
    """Is each of them an address or a network?"""
    try:
        return all(ipaddress.ip_network(text, strict=False) is not None for text in texts)
    except ValueError:
        return False
