"""How the old commands, CMD_… and CMD_API_…, are registered and answered."""

import re
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from dunning_plugin.sandbox.directadmin.accounts import Accounts
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import excess, listing, pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.loginurls import LoginUrls
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.sessions import LoginKeys
from dunning_plugin.sandbox.directadmin.wire import Request, Response

Command = Callable[["Legacy", Caller, Request, bool], Response]
COMMANDS: Dict[str, Tuple[str, Command]] = {}
AUTHORITY = "The request you've made cannot be executed because it does not exist in your authority level"
RANK = {"user": 0, "reseller": 1, "admin": 2}


def command(name: str, level: str = "user") -> Callable[[Command], Command]:
    """Register a command under its name without CMD_ or CMD_API_; `level` may call it and whoever is above."""

    def register(function: Command) -> Command:
        COMMANDS[name] = (level, function)
        return function

    return register


class Legacy:
    """The old commands of one panel."""

    def __init__(self, disk: Disk, options: Options, accounts: Accounts, keys: LoginKeys, urls: LoginUrls) -> None:
        self.disk, self.options, self.accounts = disk, options, accounts
        self.keys, self.urls = keys, urls

    def answer(self, name: str, caller: Caller, request: Request) -> Optional[Response]:
        """The answer of a command, None if there is no such command."""
        bare = re.sub(r"^CMD_(API_)?", "", name)
        if bare not in COMMANDS:
            return None
        level, function = COMMANDS[bare]
        as_json = request.form.get("json") == "yes"
        if RANK[caller.kind] < RANK[level]:
            return above(as_json)
        return function(self, caller, request, as_json)

    # -- shared ----------------------------------------------------------------------------------------------------

    def named(self, caller: Caller, request: Request) -> Optional[str]:
        """The account that `user=` names, or that holds `domain=`, or the caller; None if it is not his to see."""
        form = request.form
        name = form.get("user") or (self.disk.owner_of_domain(form["domain"]) if form.get("domain") else caller.name)
        if name is None:
            return None
        return name if name == caller.name or self.accounts.may_touch(caller, name) else None

    def reason(self, config: Dict[str, str]) -> str:
        """What the lists show as reason of a suspension: an open question, see Options.reason_shown."""
        code, details = config.get("suspended_reason", ""), config.get("suspended_details", "")
        shown = {"details": details or code, "code": code, "code: details": ": ".join(filter(None, (code, details)))}
        return shown.get(self.options.reason_shown, "")

    def shown(self, name: str) -> Dict[str, Any]:
        """One account as USER_SHOW lists it: strings for numbers, suspended as {value, reason}."""
        config = self.disk.config(name)
        domains = self.disk.domains(name)
        boxes = sum(len(self.disk.mailboxes(domain)) for domain in domains)
        suspended = config.get("suspended", "no")
        return {
            "username": name,
            "bandwidth": {"limit": config["bandwidth"], "usage": "0"},
            "quota": {"limit": config["quota"], "usage": "0"},
            "vdomains": {"limit": config["vdomains"], "usage": str(len(domains))},
            "nemails": {"limit": config["nemails"], "usage": str(boxes)},
            "package": config["package"],
            "suspended": {"value": suspended, "reason": self.reason(config) if suspended == "yes" else ""},
            "ip": [config["ip"]],
            "domains": {domain: [] for domain in domains},
            "creator": config["creator"],
            "date_created": "1207000000",
        }

    def page(self, names: List[str], request: Request, as_json: bool) -> Response:
        """A page of accounts: `ipp` a page (50 unless asked), `page` from 1."""
        form = request.form
        size, number = max(1, whole(form.get("ipp", ""), 50)), max(1, whole(form.get("page", ""), 1))
        part = names[(number - 1) * size : number * size]
        if not as_json:
            return Response(200, b"<html><body>" + ", ".join(part).encode() + b"</body></html>", "text/html")
        data: Dict[str, Any] = {str(index): self.shown(name) for index, name in enumerate(part)}
        data["info"] = {
            "current_page": str(number),
            "ipp": str(size),
            "rows": str(len(names)),
            "total_pages": str(-(-len(names) // size) or 1),
        }
        return tabbed(data)


def whole(text: str, otherwise: int) -> int:
    """A whole number of up to nine digits that a parameter gives, or what holds without one."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else otherwise


def above(as_json: bool) -> Response:
    """A command of a higher level: two clients look for this sentence in a page; as JSON its place is assumed."""
    if as_json:
        return result(True, True, "Access Denied", AUTHORITY)
    return Response(200, f"<html><body><p>{AUTHORITY}</p></body></html>\n".encode(), "text/html")


def listed(names: List[str], as_json: bool) -> Response:
    """A list of names in the form that was asked for."""
    return tabbed(names) if as_json else listing(names)


def nested(rows: Mapping[str, Mapping[str, Any]], as_json: bool) -> Response:
    """Rows of values by name; as text the values are encoded twice (recorded LOGIN_KEYS, 2020)."""
    if as_json:
        return tabbed(rows)
    return pairs(
        (name, "&".join(f"{excess(key)}={excess(value)}" for key, value in values.items()))
        for name, values in rows.items()
    )
