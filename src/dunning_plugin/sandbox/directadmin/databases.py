"""An account's databases and database users. On a real server they are the database server's; here each database is a
folder in var/lib/mysql, as there, and who may use it stands in data/users/NAME/databases.json (the sandbox's own)."""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List

from dunning_plugin.sandbox.directadmin.disk import Disk

HOST = "localhost"
"""Where a database user may come from unless told otherwise."""
MOST_NAME, MOST_USER = 64, 32


@dataclass
class Kept:
    """What an account has: users by database, hosts by user."""

    databases: Dict[str, List[str]] = field(default_factory=dict)
    users: Dict[str, List[str]] = field(default_factory=dict)


def full(owner: str, name: str) -> str:
    """A name with its owner's prefix."""
    return name if name.startswith(f"{owner}_") else f"{owner}_{name}"


class Databases:
    """The databases of one account."""

    def __init__(self, disk: Disk, owner: str) -> None:
        self.disk, self.owner = disk, owner
        self.server: Path = disk.root / "var/lib/mysql"
        self._file = disk.da / "data/users" / owner / "databases.json"

    def kept(self) -> Kept:
        """What there is now."""
        try:
            return Kept(**json.loads(self._file.read_text("utf-8")))
        except FileNotFoundError:
            return Kept()

    def fits(self, name: str, most: int = MOST_NAME) -> bool:
        """Could this be a name of the account's, prefix included?"""
        return (
            name.startswith(f"{self.owner}_")
            and re.fullmatch(r"[A-Za-z0-9]+_[A-Za-z0-9_]+", name) is not None
            and len(name) <= most
        )

    def create(self, name: str, users: List[str]) -> None:
        """Make a database that these users may use; unknown users are made, for the own host only."""
        with self.disk.lock:
            kept = self.kept()
            kept.databases[name] = users
            for user in users:
                kept.users.setdefault(user, [HOST])
            (self.server / name).mkdir(parents=True, exist_ok=True)
            self._save(kept)

    def drop(self, name: str) -> None:
        """Remove a database, and the users that have no other."""
        with self.disk.lock:
            kept = self.kept()
            users = kept.databases.pop(name, [])
            for user in users:
                if not any(user in others for others in kept.databases.values()):
                    kept.users.pop(user, None)
            shutil.rmtree(self.server / name, ignore_errors=True)
            self._save(kept)

    def set_user(self, user: str, hosts: List[str]) -> None:
        """Make a user or change where he may come from; no hosts: remove him."""
        with self.disk.lock:
            kept = self.kept()
            kept.users.pop(user, None)
            if hosts:
                kept.users[user] = sorted(set(hosts))
            else:
                kept.databases = {name: [one for one in users if one != user] for name, users in kept.databases.items()}
            self._save(kept)

    def hosts(self, name: str) -> List[str]:
        """From where a database may be used: what any of its users may."""
        kept = self.kept()
        return sorted({host for user in kept.databases.get(name, []) for host in kept.users.get(user, [])})

    def _save(self, kept: Kept) -> None:
        data: Dict[str, Any] = {"databases": kept.databases, "users": kept.users}
        self._file.write_text(json.dumps(data, indent=1), "utf-8")
        self._file.chmod(0o600)
