"""A domain's mailboxes and forwarders in the panel's files below etc/virtual/DOMAIN (directories and locations).

passwd (`box:hash:…`), quota (`box:bytes`), limit/BOX (mails a day), aliases (`name: targets`; `*`: what nobody has)."""

import base64
import hashlib
import hmac
import re
import secrets
from pathlib import Path
from typing import Dict, List

from dunning_plugin.sandbox.directadmin.disk import Disk

MEGABYTE = 1024 * 1024
BLACKHOLE, FAIL = ":blackhole:", ":fail:"


def is_box(name: str) -> bool:
    """Could this stand before the @?"""
    return re.fullmatch(r"[a-z0-9_]([a-z0-9_+.-]{0,62}[a-z0-9_])?", name) is not None and ".." not in name


def is_address(text: str) -> bool:
    """A forwarder's target: an address, or the name of a local mailbox."""
    return re.fullmatch(r"[^\s@,:|/\"']+(@[A-Za-z0-9.-]+)?", text) is not None


def hashed(password: str) -> str:
    """A password as Dovecot keeps it (SSHA512)."""
    salt = secrets.token_bytes(8)
    return "{SSHA512}" + base64.b64encode(hashlib.sha512(password.encode() + salt).digest() + salt).decode()


def fits(password: str, kept: str) -> bool:
    """Is this the password?"""
    if not kept.startswith("{SSHA512}"):
        return False
    data = base64.b64decode(kept[9:])
    return hmac.compare_digest(data[:64], hashlib.sha512(password.encode() + data[64:]).digest())


class Mail:
    """One domain's mail files."""

    def __init__(self, disk: Disk, domain: str) -> None:
        self.disk, self.domain = disk, domain
        self.folder = disk.root / "etc/virtual" / domain

    # -- mailboxes -------------------------------------------------------------------------------------------------

    def save_box(self, box: str, password: str = "", quota: str = "", limit: str = "") -> None:
        """Make a mailbox or change one: what is '' stays. `quota` in megabytes, `limit` in mails a day; 0: none."""
        with self.disk.lock:
            if box not in self.disk.mailboxes(self.domain):
                self.disk.add_mailbox(self.domain, box)
            if password:
                lines = [_with_password(line, box, hashed(password)) for line in _lines(self.folder / "passwd")]
                _write(self.folder / "passwd", lines)
            if quota:
                self._set_quota(box, str(int(quota) * MEGABYTE))
            if limit:
                (self.folder / "limit").mkdir(exist_ok=True)
                _write(self.folder / "limit" / box, [limit])

    def drop_box(self, box: str) -> None:
        with self.disk.lock:
            self.disk.drop_mailbox(self.domain, box)
            self._set_quota(box, "")
            (self.folder / "limit" / box).unlink(missing_ok=True)

    def password_is(self, box: str, password: str) -> bool:
        return any(
            line.split(":", 2)[0] == box and fits(password, line.split(":", 2)[1])
            for line in _lines(self.folder / "passwd")
        )

    def figures(self, box: str) -> Dict[str, str]:
        """What the full list shows of a mailbox; quota and usage in megabytes."""
        limit = _lines(self.folder / "limit" / box)
        quota = dict(_pair(line) for line in _lines(self.folder / "quota")).get(box, "0")
        owner = self.disk.owner_of_domain(self.domain) or ""
        return {
            "limit": limit[0] if limit else "0",
            "quota": str(int(quota) // MEGABYTE),
            "sent": "0",
            "suspended": self.disk.config(owner).get("suspended", "no"),
            "usage": "0.0000",
        }

    def _set_quota(self, box: str, size: str) -> None:
        rows = dict(_pair(line) for line in _lines(self.folder / "quota"))
        rows[box] = size
        _write(self.folder / "quota", [f"{name}:{value}" for name, value in rows.items() if value])

    # -- forwarders ------------------------------------------------------------------------------------------------

    def forwarders(self) -> Dict[str, str]:
        """name -> targets, with commas; without the one for what nobody has."""
        return {name: targets for name, targets in self._aliases().items() if name != "*"}

    def set_forwarder(self, name: str, targets: List[str]) -> None:
        """Forward a name; no targets: no more."""
        with self.disk.lock:
            rows = self._aliases()
            rows[name] = ",".join(targets)
            _write(self.folder / "aliases", [f"{one}: {value}" for one, value in rows.items() if value])

    def catch_all(self) -> str:
        """What becomes of mail for nobody: an address, :blackhole: or :fail:."""
        return self._aliases().get("*", FAIL)

    def _aliases(self) -> Dict[str, str]:
        rows = (line.partition(": ") for line in _lines(self.folder / "aliases"))
        return {name: targets for name, _, targets in rows}


def _with_password(line: str, box: str, kept: str) -> str:
    parts = line.split(":")
    return ":".join([box, kept, *parts[2:]]) if parts[0] == box else line


def _pair(line: str) -> List[str]:
    return line.split(":", 1)


def _lines(path: Path) -> List[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line]
    except FileNotFoundError:
        return []


def _write(path: Path, lines: List[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    path.chmod(0o600)
