"""DirectAdmin as a Panel: accounts with their state in a fixed number of requests, and the measures it can lay."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from dunning_plugin.config.settings import PanelSettings
from dunning_plugin.errors import PanelChanged, PanelRefused
from dunning_plugin.model import Account, AccountKind, Answer, Facts, Measure
from dunning_plugin.panels.directadmin import decode
from dunning_plugin.panels.directadmin.client import Client
from dunning_plugin.panels.directadmin.lock_login import LockLoginLayer
from dunning_plugin.panels.directadmin.locks import Folder
from dunning_plugin.panels.directadmin.session import PanelSessions
from dunning_plugin.panels.directadmin.suspend import SuspendLayer
from dunning_plugin.panels.interface import Capabilities, Identity, Layer, Panel, Sitter

PAGE = 9999
"""Accounts in one listing request (ipp; a Go client asks for as many). Larger servers cost one request more a page."""
DATA = "usr/local/directadmin/data/users"
ADMINS = "usr/local/directadmin/data/admin/admin.list"
VIRTUAL = "etc/virtual"


class DirectAdmin(Panel):
    """One DirectAdmin server."""

    def __init__(self, name: str, settings: PanelSettings, client: Client, logins: Folder, guards: Folder) -> None:
        self.name, self.settings, self.client = name, settings, client
        self.logins, self.guards = logins, guards
        measures = {Measure.SUSPEND, *((Measure.LOCK_LOGIN, Measure.NOTICE_WEB) if settings.local else ())}
        self.capabilities = Capabilities(frozenset(measures), settings.chunk)
        self._suspend = SuspendLayer(self)
        self._sessions = PanelSessions(name, settings)

    def identity(self) -> Identity:
        """Who we are (/api/session), and the panel's version, which only an admin may ask."""
        session = self.client.get("/api/session")
        kind, login = session.get("effectiveRole", ""), session.get("effectiveUsername", "")
        version = self.client.get("/api/version").get("version", "") if kind == "admin" else ""
        return Identity(str(login), str(kind), str(version))

    def resellers(self) -> Tuple[str, ...]:
        """Names of all resellers: with json=yes a bare array (a Go client reads it so)."""
        found = self.client.get("/CMD_API_SHOW_RESELLERS")
        rows = found.get("list", found) if isinstance(found, dict) else found
        if not isinstance(rows, list):
            raise PanelChanged(f"{self.name} answered the list of resellers in a form that this version does not know")
        return tuple(sorted(str(row) for row in rows))

    def reseller_accounts(self, reseller: str) -> Tuple[Account, ...]:
        """The reseller and his users: two requests, however many users (one more for each 9,999)."""
        him = self._resellers().get(reseller)
        if him is None:
            raise PanelRefused(f"{self.name} has no reseller '{reseller}'")
        users = sorted(self._users_of(reseller), key=lambda account: account.name)
        return tuple(self._with_mailboxes(account) for account in (him, *users))

    def _users_of(self, reseller: str) -> Iterable[Account]:
        try:
            return self._listing("/CMD_USER_SHOW", AccountKind.USER, owner=reseller, as_user=reseller).values()
        except PanelRefused:
            # It is open whether the commands.deny of a login lock binds whoever acts as the locked account; a
            # restore must not fail on that. As ourselves we may list all; a refusal of ourselves is raised here.
            everybody = self._listing("/CMD_ALL_USER_SHOW", AccountKind.USER).values()
            return [account for account in everybody if account.owner == reseller]

    def _with_mailboxes(self, account: Account) -> Account:
        """Counted in the panel's own files where its listing has no such column (a Go client knows none)."""
        if account.mailboxes is not None or not self.settings.local:
            return account
        folders = [self.settings.root / VIRTUAL / domain for domain in account.domains if _is_plain(domain)]
        return replace(account, mailboxes=sum(_lines_in(folder / "passwd") for folder in folders))

    def accounts(self, names: Iterable[str]) -> Mapping[str, Account]:
        """The named accounts from the listings of the whole server: two requests (and one a further page)."""
        wanted = set(names)
        if not wanted:
            return {}
        known = {**self._listing("/CMD_ALL_USER_SHOW", AccountKind.USER), **self._resellers()}
        self._check_any(known)
        for name in wanted & self._admins():
            # Should the listing of all users hold admins too, nobody must take them for users.
            if name in known:
                known[name] = replace(known[name], kind=AccountKind.ADMIN)
        return {name: known[name] for name in wanted if name in known}

    def states(self, names: Iterable[str]) -> Mapping[str, Account]:
        """As `accounts`, for who needs state and owner and no kind: resellers are asked about only if the listing of
        users lacks a name, so that users alone cost one request (and one a further page)."""
        wanted = set(names)
        if not wanted:
            return {}
        known = self._listing("/CMD_ALL_USER_SHOW", AccountKind.USER)
        if not wanted <= known.keys():
            known.update(self._resellers())
        self._check_any(known)
        return {name: known[name] for name in wanted if name in known}

    def _check_any(self, known: Mapping[str, Account]) -> None:
        """'All are gone' would end every block; a panel without a single account is likelier an odd answer."""
        if not known:
            raise PanelChanged(f"{self.name} lists no account at all. Nothing was concluded from it")

    def everybody(self) -> Iterable[Account]:
        """The listings of the whole server: two requests (and one a further page)."""
        admins = self._admins()
        known = {**self._listing("/CMD_ALL_USER_SHOW", AccountKind.USER), **self._resellers()}
        return [account for account in known.values() if account.name not in admins]

    def _admins(self) -> Set[str]:
        if not self.settings.local:
            return set()
        try:
            return set((self.settings.root / ADMINS).read_text(encoding="utf-8", errors="replace").split())
        except OSError:
            return set()

    def layers(self) -> Mapping[Measure, Layer]:
        """suspend always; lock_login where we are on the panel's own host."""
        layers: Dict[Measure, Layer] = {Measure.SUSPEND: self._suspend}
        if self.settings.local:
            layers[Measure.LOCK_LOGIN] = LockLoginLayer(self)
        return layers

    def suspensions(self, accounts: Sequence[Account]) -> Mapping[str, Facts]:
        """Reason and details of each: from user.conf on the panel's own host, from what the listing shows elsewhere."""
        return {account.name: self._suspend.facts_of(account) for account in accounts}

    def reinstate(self, befores: Mapping[str, Facts]) -> Mapping[str, Answer]:
        """Suspend again as it was, one request an account: each has its own reason."""
        return self._suspend.reinstate(befores)

    def sitter(self, session_id: str, session_key: str) -> Optional[Sitter]:
        """Two requests with the session's own cookies, and no right of ours."""
        return self._sessions.sitter(session_id, session_key)

    def close(self) -> None:
        """End pooled connections."""
        self.client.close()
        self._sessions.close()

    def user_folder(self, name: str) -> Path:
        """Where the panel keeps an account's own files."""
        return self.settings.root / DATA / name

    def _resellers(self) -> Dict[str, Account]:
        return self._listing("/CMD_RESELLER_SHOW", AccountKind.RESELLER)

    def _listing(self, command: str, kind: AccountKind, owner: str = "", as_user: str = "") -> Dict[str, Account]:
        """All pages of a listing. Accounts below numeric keys; `info` counts the pages."""
        found: Dict[str, Account] = {}
        page, pages = 1, 1
        while page <= pages:
            answer = self.client.get(command, as_user, bytes="yes", ipp=str(PAGE), page=str(page))
            if not isinstance(answer, dict):
                raise PanelChanged(
                    f"{self.name} answered {command} in a form that this version does not know (no object)"
                )
            for key, row in answer.items():
                if key.isdecimal():
                    account = self._account(command, row, kind, owner)
                    found[account.name] = account
            pages = _pages(answer)
            page += 1
        return found

    def _account(self, command: str, row: Any, kind: AccountKind, owner: str) -> Account:
        try:
            name, suspended = str(row["username"]), row["suspended"]
            state, reason = (
                (suspended["value"], suspended.get("reason", "")) if isinstance(suspended, dict) else (suspended, "")
            )
            if state not in ("yes", "no"):
                raise KeyError("suspended")
        except (KeyError, TypeError):
            raise PanelChanged(
                f"{self.name} answered {command} in a form that this version does not know "
                "(no 'username' or 'suspended' for an account). Nothing was concluded from it"
            ) from None
        files = _UserFiles(self.settings, name)
        domains = _domains(row) or files.domains()
        return Account(
            self.name,
            name,
            kind,
            owner or str(row.get("creator") or files.value("creator")),
            state == "yes",
            decode.plain(str(reason or "")),
            tuple(sorted(domains)),
            _mailboxes(row),
            # The notice asks for a reseller's language; a thousand users' files are not read for it.
            files.value("language") if kind is AccountKind.RESELLER else "",
        )


class _UserFiles:
    """What a listing leaves open and the panel's own files tell, on the panel's own host."""

    def __init__(self, settings: PanelSettings, name: str) -> None:
        # Of a thousand rows hardly one asks: the path is made when it does.
        self.settings, self.name = settings, name
        self._values: Optional[Dict[str, str]] = None

    def value(self, key: str) -> str:
        if self._values is None:
            lines = self._lines("user.conf")
            self._values = {name: value for name, _, value in (line.partition("=") for line in lines)}
        return self._values.get(key, "")

    def domains(self) -> List[str]:
        return self._lines("domains.list")

    def _lines(self, name: str) -> List[str]:
        if not self.settings.local or "/" in self.name:
            return []
        try:
            return (self.settings.root / DATA / self.name / name).read_text("utf-8", "replace").split()
        except OSError:
            return []


def _pages(answer: Mapping[str, Any]) -> int:
    info = answer.get("info")
    total = str(info.get("total_pages", "1")) if isinstance(info, dict) else "1"
    return int(total) if total.isdecimal() else 1


def _domains(row: Mapping[str, Any]) -> List[str]:
    domains = row.get("domains")
    return [str(domain) for domain in domains] if isinstance(domains, (dict, list)) else []


def _mailboxes(row: Mapping[str, Any]) -> Optional[int]:
    boxes = row.get("nemails")
    usage = str(boxes.get("usage", "")) if isinstance(boxes, dict) else ""
    return int(usage) if usage.isdecimal() else None


def _is_plain(domain: str) -> bool:
    return bool(domain) and not domain.startswith(".") and "/" not in domain


def _lines_in(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for line in file if line.strip())
    except OSError:
        return 0
