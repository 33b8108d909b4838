"""The sandbox's accounts on disk, in DirectAdmin's own file formats below a root folder. The disk is the truth.

Formats: docs.directadmin.com, directories and locations; user.conf's keys as recorded from CMD_API_SHOW_USER_CONFIG.
"""

import hashlib
import hmac
import os
import secrets
import shutil
import time
from pathlib import Path
from typing import Dict, Iterable, List, Mapping, Optional, Tuple

FIRST_UID = 20001
DEFAULT_PAGES = {
    "default": {"index.html": "<html><body><h1>Welcome to your new site</h1></body></html>\n"},
    "suspended": {"index.html": "<html><body><h1>This site has been suspended</h1></body></html>\n"},
}
USER_DEFAULTS = {
    "account": "ON",
    "additional_bandwidth": "0",
    "aftp": "OFF",
    "api_with_password": "yes",
    "bandwidth": "unlimited",
    "catchall": "OFF",
    "cgi": "OFF",
    "cron": "ON",
    "dnscontrol": "ON",
    "docsroot": "./data/skins/evolution",
    "domainptr": "unlimited",
    "email_limit": "1000",
    "ftp": "unlimited",
    "inode": "unlimited",
    "ip": "192.0.2.10",
    "language": "en",
    "login_keys": "ON",
    "mysql": "unlimited",
    "nemailf": "unlimited",
    "nemailml": "unlimited",
    "nemailr": "unlimited",
    "nemails": "unlimited",
    "notify_on_all_question_failures": "yes",
    "notify_on_all_twostep_auth_failures": "yes",
    "ns1": "ns1.host.example",
    "ns2": "ns2.host.example",
    "nsubdomains": "unlimited",
    "package": "standard",
    "php": "ON",
    "quota": "unlimited",
    "security_questions": "no",
    "skin": "evolution",
    "spam": "ON",
    "ssh": "OFF",
    "ssl": "ON",
    "suspend_at_limit": "ON",
    "suspended": "no",
    "sysinfo": "OFF",
    "twostep_auth": "no",
    "vdomains": "unlimited",
    "zoom": "100",
}


class Disk:
    """The panel's files. As root every account has a numeric uid of its own; as an ordinary user all is his."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.da = root / "usr/local/directadmin"
        self.as_root = os.geteuid() == 0
        self._configs: Dict[str, Tuple[Tuple[int, int], Dict[str, str]]] = {}
        self._passwords: Dict[str, str] = {}
        self._prepare()

    def _prepare(self) -> None:
        for name in (
            "conf",
            "data/users",
            "data/admin",
            "data/sessions",
            "data/templates",
            "plugins",
            "scripts/custom",
        ):
            (self.da / name).mkdir(parents=True, exist_ok=True)
        (self.da / "data/sessions").chmod(0o700)
        for name in ("home", "etc/virtual", "var/log/directadmin"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for folder, files in DEFAULT_PAGES.items():
            (self.da / "data/templates" / folder).mkdir(exist_ok=True)
            for name, text in files.items():
                (self.da / "data/templates" / folder / name).write_text(text)

    # -- what there is ---------------------------------------------------------------------------------------------

    def names(self) -> List[str]:
        """All accounts, sorted."""
        return sorted(os.listdir(self.da / "data/users"))

    def exists(self, name: str) -> bool:
        return _is_name(name) and (self._folder(name) / "user.conf").is_file()

    def config(self, name: str) -> Dict[str, str]:
        """user.conf as a dict, read anew when the file changed. KeyError if there is no such account."""
        path = self._folder(name) / "user.conf"
        try:
            status = os.stat(path)
        except FileNotFoundError:
            raise KeyError(name) from None
        signature = (status.st_mtime_ns, status.st_ino)
        known = self._configs.get(name)
        if known is None or known[0] != signature:
            pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
            known = self._configs[name] = (signature, {key: value for key, value in pairs})
        return known[1]

    def kind(self, name: str) -> str:
        """admin, reseller or user."""
        return self.config(name)["usertype"]

    def users_of(self, owner: str) -> List[str]:
        """The users below a reseller or admin, as users.list says."""
        return self._lines(self._folder(owner) / "users.list")

    def resellers(self) -> List[str]:
        return self._lines(self.da / "data/admin/reseller.list")

    def admins(self) -> List[str]:
        return self._lines(self.da / "data/admin/admin.list")

    def domains(self, name: str) -> List[str]:
        return self._lines(self._folder(name) / "domains.list")

    def mailboxes(self, domain: str) -> List[str]:
        """Local parts of a domain's mailboxes."""
        return [line.split(":", 1)[0] for line in self._lines(self.root / "etc/virtual" / domain / "passwd")]

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

    def create(self, name: str, kind: str, creator: str, password: str, domain: str = "", **values: str) -> None:
        """Make an account with its home and, for resellers and admins, their default pages."""
        if not _is_name(name) or self.exists(name):
            raise ValueError(f"{name}: no name, or there already")
        folder = self._folder(name)
        folder.mkdir(mode=0o711)
        (folder / "domains").mkdir(mode=0o711)
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
            (folder / list_name).write_text("192.0.2.10\n" if list_name == "user_ip.list" else "")
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

    def add_domain(self, name: str, domain: str, mailboxes: Iterable[str] = ()) -> None:
        """A domain with its site, a copy of the owner's default page, and its mailboxes."""
        folder = self._folder(name)
        self._add_line(folder / "domains.list", domain)
        (folder / "domains" / f"{domain}.conf").write_text(
            f"active=yes\ndomain={domain}\nsuspended=no\nusername={name}\n"
        )
        self._add_line(self.root / "etc/virtual/domainowners", f"{domain}: {name}")
        mail = self.root / "etc/virtual" / domain
        mail.mkdir(exist_ok=True)
        (mail / "passwd").write_text(
            "".join(f"{box}:{{SHA512}}x:8:12::/home/{name}/imap/{domain}/{box}\n" for box in mailboxes)
        )
        site = self.home(name) / "domains" / domain / "public_html"
        site.mkdir(parents=True)
        (site / "index.html").write_text(f"<html><body><h1>{domain}</h1></body></html>\n")
        self.own(self.home(name) / "domains" / domain, name)

    def add_mailbox(self, domain: str, box: str) -> None:
        owner = self.owner_of_domain(domain)
        self._add_line(
            self.root / "etc/virtual" / domain / "passwd", f"{box}:{{SHA512}}x:8:12::/home/{owner}/imap/{domain}/{box}"
        )

    def set_suspended(self, name: str, suspended: bool, reason: str = "", details: str = "") -> None:
        """Mark an account; the reason's place in user.conf is assumed (see behaviours)."""
        config = dict(self.config(name))
        config["suspended"] = "yes" if suspended else "no"
        for key, value in (("suspended_reason", reason), ("suspended_details", details)):
            config.pop(key, None)
            if suspended and value:
                config[key] = value.replace("\n", " ")
        self._write_config(name, config)

    def change(self, account: str, **values: str) -> None:
        """Set keys of user.conf."""
        self._write_config(account, {**self.config(account), **values})

    def move(self, name: str, creator: str) -> None:
        """Give an account another owner."""
        self._drop_line(self._folder(self.config(name)["creator"]) / "users.list", name)
        self._add_line(self._folder(creator) / "users.list", name)
        self.change(name, creator=creator)

    def delete(self, name: str) -> None:
        """Remove an account, its domains, mail and home."""
        config = self.config(name)
        for domain in self.domains(name):
            self._drop_line(self.root / "etc/virtual/domainowners", f"{domain}: {name}")
            shutil.rmtree(self.root / "etc/virtual" / domain, ignore_errors=True)
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
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}:{value}\n" for name, value in self._passwords.items())

    # -- files -----------------------------------------------------------------------------------------------------

    def _folder(self, name: str) -> Path:
        return self.da / "data/users" / name

    def _next_uid(self) -> int:
        return FIRST_UID + len(os.listdir(self.da / "data/users"))

    def _write_config(self, name: str, config: Mapping[str, str]) -> None:
        path = self._folder(name) / "user.conf"
        temporary = path.with_name(".user.conf")
        temporary.write_text("".join(f"{key}={config[key]}\n" for key in sorted(config)))
        temporary.chmod(0o600)
        os.replace(temporary, path)

    def _make_home(self, name: str, kind: str) -> None:
        home = self.home(name)
        (home / "domains").mkdir(parents=True)
        if kind in ("reseller", "admin"):
            for folder in ("default", "suspended", "sharedip"):
                template = "default" if folder == "sharedip" else folder
                shutil.copytree(self.da / "data/templates" / template, home / "domains" / folder)
        home.chmod(0o711)
        self.own(home, name)
        (home / "domains").chmod(0o711)

    def own(self, top: Path, name: str) -> None:
        """Give a tree to the account, links included, as on a real panel; without root it stays the caller's."""
        if not self.as_root:
            return
        uid = int(self.config(name)["uid"])
        for folder, _, files in os.walk(top):
            os.chown(folder, uid, uid)
            for file in files:
                os.chown(os.path.join(folder, file), uid, uid, follow_symlinks=False)

    @staticmethod
    def _lines(path: Path) -> List[str]:
        try:
            return [line for line in path.read_text().splitlines() if line]
        except FileNotFoundError:
            return []

    def _add_line(self, path: Path, line: str) -> None:
        with path.open("a") as file:
            file.write(line + "\n")

    def _drop_line(self, path: Path, line: str) -> None:
        kept = [other for other in self._lines(path) if other != line]
        if path.exists():
            path.write_text("".join(f"{other}\n" for other in kept))


def _is_name(name: str) -> bool:
    """DirectAdmin's account names: lower case letters and digits, beginning with a letter."""
    return 0 < len(name) <= 32 and name.isascii() and name.isalnum() and name[0].isalpha() and name == name.lower()


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}{password}".encode()).hexdigest()
