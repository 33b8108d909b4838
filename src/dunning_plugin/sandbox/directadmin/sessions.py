"""Panel sessions as files data/sessions/sess_<ID>, and login keys.

The fields of a session file are assumed; only its place and name are documented. Its time of change is its last use.
"""

import contextlib
import json
import os
import secrets
import string
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Callable, Dict, List, Optional, Set

LETTERS = string.ascii_letters + string.digits


def token(length: int = 39) -> str:
    """Session ids and keys have 39 characters each (measured, gniza)."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


@dataclass
class Session:
    """One session. `master` is who really sits there, under login-as."""

    id: str
    key: str
    username: str
    ip: str
    created: float
    seen: float
    public_id: str
    master: str = ""
    login_key: str = ""


class Sessions:
    """The sessions on disk; deleting a file ends that session."""

    def __init__(self, folder: Path, seconds: float, on_end: Callable[[Session], None] = lambda session: None) -> None:
        """`seconds` without use end a session; `on_end` is called before one ends by logout, act or age."""
        self.folder, self.seconds, self.on_end = folder, seconds, on_end

    def create(self, username: str, ip: str, master: str = "", login_key: str = "", session_id: str = "") -> Session:
        now = time.time()
        session = Session(session_id or token(), token(), username, ip, now, now, token(16), master, login_key)
        self._write(session)
        return session

    def find(self, session_id: str, key: str) -> Optional[Session]:
        """A live session by its two cookies; its age starts anew."""
        session = self._read(session_id) if session_id.isalnum() else None
        if session is None or not secrets.compare_digest(session.key.encode(), key.encode()):
            return None
        if time.time() - session.seen > self.seconds:
            self.destroy(session)
            return None
        session.seen = time.time()
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.folder / f"sess_{session.id}")
        return session

    def of(self, username: str) -> List[Session]:
        """All live sessions of an account, oldest first; login-as ones count for the account they act as."""
        return sorted((s for s in self.all() if s.username == username), key=lambda s: s.created)

    def all(self) -> List[Session]:
        found = [self._read(name[5:]) for name in os.listdir(self.folder) if name.startswith("sess_")]
        return [session for session in found if session is not None and time.time() - session.seen <= self.seconds]

    def destroy(self, session: Session) -> None:
        """End a session, telling `on_end` first."""
        self.on_end(session)
        (self.folder / f"sess_{session.id}").unlink(missing_ok=True)

    def expire(self) -> None:
        """End all sessions as age does, without anybody's act (a fault)."""
        for session in self.all():
            self.destroy(session)

    def switch(self, session: Session, username: str, master: str) -> None:
        """Act as another account, or return."""
        session.username, session.master = username, master
        self._write(session)

    def _write(self, session: Session) -> None:
        """Whole and at once: another request of the session may be reading."""
        text = "".join(f"{key}={value}\n" for key, value in asdict(session).items() if key != "seen")
        temporary = self.folder / f".{session.id}.{token(8)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        os.replace(temporary, self.folder / f"sess_{session.id}")

    def _read(self, session_id: str) -> Optional[Session]:
        path = self.folder / f"sess_{session_id}"
        try:
            text, seen = path.read_text(), path.stat().st_mtime
        except (OSError, ValueError):
            return None
        values: Dict[str, str] = {key: value for key, _, value in (line.partition("=") for line in text.splitlines())}
        try:
            return Session(
                values["id"],
                values["key"],
                values["username"],
                values["ip"],
                float(values["created"]),
                seen,
                values["public_id"],
                values.get("master", ""),
                values.get("login_key", ""),
            )
        except (KeyError, ValueError):
            return None


@dataclass
class LoginKey:
    """An extra password of an account, with the commands it may or may not give."""

    id: str
    password: str
    allow: List[str] = field(default_factory=list)
    deny: List[str] = field(default_factory=list)
    networks: List[str] = field(default_factory=list)
    allow_login: bool = False
    created: float = 0.0
    expires: float = 0.0
    created_by: str = ""
    auto_remove: bool = False

    def permits(self, command: str) -> bool:
        """May this key give this command? The ALL_… names stand for every command. Denying wins."""
        names = spellings(command) | set(GROUPS)
        return not names & set(self.deny) and (not self.allow or bool(names & set(self.allow)))


GROUPS = ("ALL_USER", "ALL_RESELLER", "ALL_ADMIN")
"""Names of login keys' command lists that stand for all commands of a level (C: public clients' forms)."""


def spellings(command: str) -> Set[str]:
    """A command under its names: CMD_API_X is also CMD_X."""
    return {command, command.replace("CMD_API_", "CMD_", 1)}


class LoginKeys:
    """Login keys of all accounts, kept in data/users/<name>/login_keys.json (the real place is not published)."""

    def __init__(self, users: Path) -> None:
        self.users = users

    def of(self, username: str) -> List[LoginKey]:
        """An account's keys, newest first."""
        try:
            rows = json.loads((self.users / username / "login_keys.json").read_text())
        except FileNotFoundError:
            return []
        return [LoginKey(**row) for row in rows]

    def save(self, username: str, keys: List[LoginKey]) -> None:
        path = self.users / username / "login_keys.json"
        path.write_text(json.dumps([asdict(key) for key in keys], indent=1))
        path.chmod(0o600)

    def find(self, username: str, password: str, now: float) -> Optional[LoginKey]:
        """The key with this password that has not expired."""
        for key in self.of(username):
            if secrets.compare_digest(key.password.encode(), password.encode()) and not 0 < key.expires < now:
                return key
        return None
