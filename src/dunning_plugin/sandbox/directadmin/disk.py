"""The sandbox's accounts on disk, in DirectAdmin's own file formats below a root folder. The disk is the truth.

Formats: docs.directadmin.com, directories and locations; user.conf's keys as recorded from CMD_API_SHOW_USER_CONFIG.
"""

import functools
import hashlib
import hmac
import os
import re
import secrets
import shutil
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple, TypeVar, Union, cast

from dunning_plugin.sandbox.directadmin import pagefolders
from dunning_plugin.sandbox.directadmin.layout import DEFAULT_PAGES, FIRST_UID, FOLDERS, USER_DEFAULTS
from dunning_plugin.sandbox.directadmin.zones import Zones

CONTROLS = re.compile(r"[\0-\x1f\x7f]")
OWN_KEYS = ("uid", "suspended_reason", "suspended_details")
"""Keys of user.conf that are the sandbox's own: no answer and no hook has them."""
FRESH_NS = 50_000_000
"""Nanoseconds for which a changed file may change again unseen: more than a tick of any kernel's clock."""


Signature = Tuple[int, int, int]
Act = TypeVar("Act", bound=Callable[..., None])


def alone(act: Act) -> Act:
    """One change at a time: requests come in threads, and most changes read a file before they write it."""

    @functools.wraps(act)
    def one_at_a_time(disk: "Disk", *given: Any, **named: Any) -> None:
        with disk.lock:
            act(disk, *given, **named)

    return cast(Act, one_at_a_time)


class Disk:
    """The panel's files. As root every account has a numeric uid of its own; as an ordinary user all is his."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.da = root / "usr/local/directadmin"
        self._users = str(self.da / "data/users")
        self.as_root = os.geteuid() == 0
        self._configs: Dict[str, Tuple[Signature, Dict[str, str]]] = {}
        self._listed: Dict[str, Tuple[Signature, List[str]]] = {}
        self.lock = threading.RLock()
        self.zones = Zones(root)
        self._prepare()
        pairs = (line.split(":", 1) for line in self._lines(root / "etc/shadow"))
        self._passwords: Dict[str, str] = {name: value for name, value in pairs}

    def _prepare(self) -> None:
        """The panel's folders, with modes of their own whatever the umask; what is there already stays."""
        for name, mode in FOLDERS.items():
            folder = self.root / name
            if not folder.is_dir():
                folder.mkdir(parents=True)
                folder.chmod(mode)
        for place, files in DEFAULT_PAGES.items():
            for name, text in files.items():
                page = self.da / "data/templates" / place / name
                if not page.exists():
                    _write(page, text)

    # -- what there is ---------------------------------------------------------------------------------------------

    def names(self) -> List[str]:
        """All accounts, sorted."""
        return sorted(os.listdir(self.da / "data/users"))

    def exists(self, name: str) -> bool:
        return is_name(name) and os.path.isfile(f"{self._users}/{name}/user.conf")

    def config(self, name: str) -> Dict[str, str]:
        """user.conf as a dict, read anew when the file changed. KeyError if there is no such account."""
        # Asked a thousand times in one listing: a plain string costs a tenth of a Path.
        path = f"{self._users}/{name}/user.conf"
        try:
            status = os.stat(path)
        except FileNotFoundError:
            raise KeyError(name) from None
        signature = _signature(status)
        known = self._configs.get(name)
        if known is None or known[0] != signature:
            pairs = (line.split("=", 1) for line in _text(path).split("\n") if "=" in line)
            known = self._configs[name] = (signature, {key: value for key, value in pairs})
        return known[1]

    def kind(self, name: str) -> str:
        """admin, reseller or user."""
        return self.config(name)["usertype"]

    def users_of(self, owner: str) -> List[str]:
        """The users below a reseller or admin, as users.list says."""
        return self._lines(f"{self._users}/{owner}/users.list")

    def resellers(self) -> List[str]:
        return self._lines(self.da / "data/admin/reseller.list")

    def admins(self) -> List[str]:
        return self._lines(self.da / "data/admin/admin.list")

    def domains(self, name: str) -> List[str]:
        return self._lines(f"{self._users}/{name}/domains.list")

    def addresses(self) -> List[str]:
        """The server's addresses that accounts may be given."""
        return [USER_DEFAULTS["ip"]]

    def mailboxes(self, domain: str) -> List[str]:
        """Local parts of a domain's mailboxes."""
        return [line.split(":", 1)[0] for line in self._lines(f"{self.root}/etc/virtual/{domain}/passwd")]

    def owner_of_domain(self, domain: str) -> Optional[str]:
        """The account that holds a domain."""
        for line in self._lines(self.root / "etc/virtual/domainowners"):
            name, _, owner = line.partition(": ")
            if name == domain:
                return owner
        return None

    def uid(self, name: str) -> int:
        """The numeric uid of an account's files."""
        return int(self.config(name)["uid"]) if self.as_root else os.geteuid()

    def home(self, name: str) -> Path:
        return self.root / "home" / name

    # -- changes ---------------------------------------------------------------------------------------------------

    @alone
    def create(self, name: str, kind: str, creator: str, password: str, domain: str = "", **values: str) -> None:
        """Make an account with its home and, for resellers and admins, their default pages."""
        if not is_name(name) or self.exists(name):
            raise ValueError(f"{name}: no name, or there already")
        if domain and not is_domain(domain):
            raise ValueError(f"{domain}: no domain")
        folder = self._folder(name)
        for new in (folder, folder / "domains"):
            new.mkdir()
            new.chmod(0o711)
        config = {
            **USER_DEFAULTS,
            "username": name,
            "usertype": kind,
            "creator": creator,
            "name": values.pop("full_name", name),
            "email": values.pop("email", f"{name}@{domain or 'host.example'}"),
            "domain": domain,
            "date_created": values.pop("date_created", time.ctime()),
            "uid": str(self._next_uid()),
            **values,
        }
        for list_name in ("domains.list", "users.list", "user_ip.list"):
            _write(folder / list_name, "192.0.2.10\n" if list_name == "user_ip.list" else "", 0o600)
        self._write_config(name, config)
        self.set_password(name, password)
        self._make_home(name, kind)
        if kind == "reseller":
            self._add_line(self.da / "data/admin/reseller.list", name)
        if kind == "admin":
            self._add_line(self.da / "data/admin/admin.list", name)
        elif creator:
            self._add_line(self._folder(creator) / "users.list", name)
        if domain:
            self.add_domain(name, domain)

    @alone
    def add_domain(self, name: str, domain: str, mailboxes: Iterable[str] = ()) -> None:
        """A domain with its site, a copy of the owner's default page, and its mailboxes."""
        if not is_domain(domain):
            raise ValueError(f"{domain}: no domain")
        folder = self._folder(name)
        self._add_line(folder / "domains.list", domain)
        _write(
            folder / "domains" / f"{domain}.conf",
            f"active=yes\ndomain={domain}\nsuspended=no\nusername={name}\n",
            0o600,
        )
        self._add_line(self.root / "etc/virtual/domainowners", f"{domain}: {name}")
        mail = self.root / "etc/virtual" / domain
        mail.mkdir(exist_ok=True)
        mail.chmod(0o711)
        lines = (f"{box}:{{SHA512}}x:8:12::/home/{name}/imap/{domain}/{box}\n" for box in mailboxes)
        _write(mail / "passwd", "".join(lines), 0o600)
        site = self.home(name) / "domains" / domain / "public_html"
        site.mkdir(parents=True)
        site.parent.chmod(0o711)
        owner = self.home(self.config(name)["creator"] or name)
        pagefolders.fill(site, domain, owner / "domains/default", self.da / "data/templates/default/index.html")
        site.chmod(0o755)
        self.own(self.home(name) / "domains" / domain, name)
        self.add_zone(name, domain)

    def add_zone(self, name: str, domain: str) -> None:
        """The fresh zone of a domain of an account's."""
        config = self.config(name)
        self.zones.create(domain, config["ip"], (config["ns1"], config["ns2"]))

    @alone
    def add_mailbox(self, domain: str, box: str) -> None:
        owner = self.owner_of_domain(domain)
        self._add_line(
            self.root / "etc/virtual" / domain / "passwd", f"{box}:{{SHA512}}x:8:12::/home/{owner}/imap/{domain}/{box}"
        )

    @alone
    def drop_mailbox(self, domain: str, box: str) -> None:
        """Remove a mailbox; one that is not there is no trouble."""
        path = self.root / "etc/virtual" / domain / "passwd"
        for line in self._lines(path):
            if line.split(":", 1)[0] == box:
                self._drop_line(path, line)

    @alone
    def drop_domain(self, name: str, domain: str) -> None:
        """Remove a domain of an account with its site and mail."""
        self._drop_line(self._folder(name) / "domains.list", domain)
        self._drop_line(self.root / "etc/virtual/domainowners", f"{domain}: {name}")
        for kind in ("conf", "pointers", "subdomains"):
            (self._folder(name) / "domains" / f"{domain}.{kind}").unlink(missing_ok=True)
        self.zones.drop(domain)
        for tree in (self.root / "etc/virtual" / domain, self.home(name) / "domains" / domain):
            shutil.rmtree(tree, ignore_errors=True)

    @alone
    def set_suspended(self, name: str, suspended: bool, reason: str = "", details: str = "") -> None:
        """Mark an account; the reason's place in user.conf is assumed (see behaviours)."""
        config = dict(self.config(name))
        config["suspended"] = "yes" if suspended else "no"
        for key, value in (("suspended_reason", reason), ("suspended_details", details)):
            config.pop(key, None)
            if suspended and value:
                config[key] = value
        self._write_config(name, config)

    @alone
    def change(self, account: str, **values: str) -> None:
        """Set keys of user.conf."""
        self._write_config(account, {**self.config(account), **values})

    @alone
    def move(self, name: str, creator: str) -> None:
        """Give an account another owner."""
        self._drop_line(self._folder(self.config(name)["creator"]) / "users.list", name)
        self._add_line(self._folder(creator) / "users.list", name)
        self.change(name, creator=creator)

    @alone
    def convert(self, name: str, kind: str, creator: str) -> None:
        """Make a user a reseller, with default pages of his own, or a reseller a user; `creator` owns him then.

        A former reseller's page folders stay in his home: nothing published says that they go."""
        if self.config(name)["creator"] != creator:
            self.move(name, creator)
        self.change(name, usertype=kind)
        resellers = self.da / "data/admin/reseller.list"
        self._drop_line(resellers, name)
        if kind == "reseller":
            self._add_line(resellers, name)
            self._add_pages(name)
            self.own(self.home(name) / "domains", name)

    @alone
    def delete(self, name: str) -> None:
        """Remove an account, its domains, mail and home."""
        config = self.config(name)
        for domain in self.domains(name):
            self._drop_line(self.root / "etc/virtual/domainowners", f"{domain}: {name}")
            shutil.rmtree(self.root / "etc/virtual" / domain, ignore_errors=True)
            self.zones.drop(domain)
        for database in (self.root / "var/lib/mysql").glob(f"{name}_*"):
            shutil.rmtree(database, ignore_errors=True)
        if config["creator"] and self.exists(config["creator"]):
            self._drop_line(self._folder(config["creator"]) / "users.list", name)
        for list_name in ("reseller.list", "admin.list"):
            self._drop_line(self.da / "data/admin" / list_name, name)
        shutil.rmtree(self._folder(name))
        shutil.rmtree(self.home(name), ignore_errors=True)
        self._configs.pop(name, None)
        self._passwords.pop(name, None)
        self._write_passwords()

    # -- passwords -------------------------------------------------------------------------------------------------

    @alone
    def set_password(self, name: str, password: str) -> None:
        salt = secrets.token_hex(8)
        self._passwords[name] = f"{salt}${_digest(salt, password)}"
        self._write_passwords()

    def password_is(self, name: str, password: str) -> bool:
        salt, _, digest = self._passwords.get(name, "").partition("$")
        return bool(digest) and hmac.compare_digest(digest, _digest(salt, password))

    def _write_passwords(self) -> None:
        path = self.root / "etc/shadow"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{name}:{value}\n" for name, value in self._passwords.items())

    # -- files -----------------------------------------------------------------------------------------------------

    def _folder(self, name: str) -> Path:
        return self.da / "data/users" / name

    def _next_uid(self) -> int:
        """A uid that no account has had: one above the highest, so that a deleted account's is not given out again."""
        given = self.da / "data/admin/last_uid"
        last = self._lines(given)
        uid = int(last[0]) + 1 if last else FIRST_UID
        _write(given, f"{uid}\n", 0o600)
        return uid

    def _write_config(self, name: str, config: Mapping[str, str]) -> None:
        """Whole and at once, as readers expect. A value cannot begin a line, and so a key, of its own."""
        folder = f"{self._users}/{name}"
        # Hardly a value has a character to be taken away.
        clean = {key: v if (v := config[key]).isprintable() else CONTROLS.sub(" ", v) for key in sorted(config)}
        text = "".join([f"{key}={value}\n" for key, value in clean.items()]).encode()
        descriptor = os.open(f"{folder}/.user.conf", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, text)
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        os.replace(f"{folder}/.user.conf", f"{folder}/user.conf")
        self._configs[name] = (_signature(status), clean)

    def _make_home(self, name: str, kind: str) -> None:
        home = self.home(name)
        (home / "domains").mkdir(parents=True)
        if kind in ("reseller", "admin"):
            self._add_pages(name)
        self.own(home, name)
        for folder in (home, home / "domains"):
            folder.chmod(0o711)

    def _add_pages(self, name: str) -> None:
        pagefolders.add(self.home(name) / "domains", self.da / "data/templates")

    def own(self, top: Path, name: str) -> None:
        """Give a tree to the account, links included, as on a real panel; without root it stays the caller's."""
        if not self.as_root:
            return
        uid = int(self.config(name)["uid"])
        os.chown(top, uid, uid)
        for folder, folders, files in os.walk(top):
            # A link to a folder counts as a folder here.
            for one in (*folders, *files):
                os.chown(os.path.join(folder, one), uid, uid, follow_symlinks=False)

    def _lines(self, path: Union[Path, str]) -> List[str]:
        """A file's lines, read anew when it changed; [] for none. Lists are asked for again and again."""
        try:
            status = os.stat(path)
        except FileNotFoundError:
            return []
        signature = _signature(status)
        known = self._listed.get(str(path))
        if known is None or known[0] != signature:
            try:
                lines = [line for line in _text(path).split("\n") if line]
            except FileNotFoundError:
                return []
            known = (signature, lines)
            # Two changes within one tick of the clock look alike: what changed just now is not kept.
            if time.time_ns() - status.st_mtime_ns > FRESH_NS:
                self._listed[str(path)] = known
        return list(known[1])

    def _add_line(self, path: Path, line: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _drop_line(self, path: Path, line: str) -> None:
        lines = self._lines(path)
        if line in lines:
            path.write_text("".join(f"{other}\n" for other in lines if other != line), "utf-8")


def _signature(status: os.stat_result) -> Signature:
    """What changes when a file does."""
    return status.st_mtime_ns, status.st_ino, status.st_size


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.write_text(text, "utf-8")
    path.chmod(mode)


def is_domain(name: str) -> bool:
    """Could this be a domain: two labels or more, no path, nothing that a file of the panel could trip over."""
    label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    return len(name) <= 253 and re.fullmatch(rf"({label}\.)+{label}", name) is not None


def is_name(name: str) -> bool:
    """DirectAdmin's account names: lower case letters and digits, beginning with a letter."""
    return 0 < len(name) <= 32 and name.isascii() and name.isalnum() and name[0].isalpha() and name == name.lower()


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}{password}".encode()).hexdigest()


def _text(path: Union[Path, str]) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
