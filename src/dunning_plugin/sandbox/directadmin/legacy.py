"""The old commands, CMD_… and CMD_API_…, with their recorded encodings and quirks (panel-answers.md, 2 and 3)."""

import re
from typing import Any, Callable, Dict, List, Optional, Tuple

from dunning_plugin.sandbox.directadmin.accounts import Accounts, Done
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.encode import excess, listing, pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.sessions import LoginKeys
from dunning_plugin.sandbox.directadmin.wire import Request, Response

Command = Callable[["Legacy", Caller, Request, bool], Response]
COMMANDS: Dict[str, Tuple[str, Command]] = {}
RANK = {"user": 0, "reseller": 1, "admin": 2}


def command(name: str, level: str = "user") -> Callable[[Command], Command]:
    """Register a command under its name without CMD_ or CMD_API_; `level` may call it and whoever is above."""

    def register(function: Command) -> Command:
        COMMANDS[name] = (level, function)
        return function

    return register


class Legacy:
    """The old commands of one panel."""

    def __init__(self, disk: Disk, options: Options, accounts: Accounts, keys: LoginKeys) -> None:
        self.disk, self.options, self.accounts, self.keys = disk, options, accounts, keys

    def answer(self, name: str, caller: Caller, request: Request) -> Optional[Response]:
        """The answer of a command, None if there is no such command."""
        bare = re.sub(r"^CMD_(API_)?", "", name)
        if bare not in COMMANDS:
            return None
        level, function = COMMANDS[bare]
        as_json = request.form.get("json") == "yes"
        if RANK[caller.kind] < RANK[level]:
            return result(as_json, True, "Access Denied", "You do not have permission to use this command")
        return function(self, caller, request, as_json)

    # -- shared ----------------------------------------------------------------------------------------------------

    def named(self, caller: Caller, request: Request) -> Optional[str]:
        """The account that `user=` names, or the caller; None if it is not his to see."""
        name = request.form.get("user") or caller.name
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
        size = int(form["ipp"]) if form.get("ipp", "").isdecimal() else 50
        number = int(form["page"]) if form.get("page", "").isdecimal() else 1
        size, number = max(1, size), max(1, number)
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


@command("LOGIN_TEST")
def login_test(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return result(as_json, False, "Login OK", "Login OK" if not as_json else "")


def _names(names: List[str], as_json: bool) -> Response:
    return tabbed(names) if as_json else listing(names)


@command("SHOW_USERS", "reseller")
def show_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    owner = request.form.get("reseller") or caller.name
    if owner != caller.name and caller.kind != "admin":
        return result(as_json, True, "Access Denied", "That reseller is not yours")
    users = panel.disk.users_of(owner) if panel.disk.exists(owner) else []
    return _names([name for name in users if panel.disk.kind(name) == "user"], as_json)


@command("SHOW_ALL_USERS", "admin")
def show_all_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _names([name for name in panel.disk.names() if panel.disk.kind(name) == "user"], as_json)


@command("SHOW_RESELLERS", "admin")
def show_resellers(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _names(panel.disk.resellers(), as_json)


@command("SHOW_ADMINS", "admin")
def show_admins(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _names(panel.disk.admins(), as_json)


@command("SHOW_RESELLER_IPS", "reseller")
def show_reseller_ips(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _names(["192.0.2.10"], as_json)


@command("SHOW_USER_CONFIG")
def show_user_config(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None:
        return result(as_json, True, "Unable to show user", "Access Denied")
    hidden = ("uid", "suspended_reason", "suspended_details")
    shown = {key: value for key, value in panel.disk.config(name).items() if key not in hidden}
    return tabbed(shown) if as_json else pairs(sorted(shown.items()))


@command("SHOW_USER_USAGE")
def show_user_usage(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None:
        return result(as_json, True, "Unable to show user", "Access Denied")
    domains = panel.disk.domains(name)
    usage = {
        "bandwidth": "0.0",
        "quota": "0.0",
        "vdomains": str(len(domains)),
        "nsubdomains": "0",
        "mysql": "0",
        "ftp": "0",
        "nemails": str(sum(len(panel.disk.mailboxes(domain)) for domain in domains)),
        "nemailf": "0",
        "nemailr": "0",
        "nemailml": "0",
        "domainptr": "0",
        "inode": "0",
    }
    return tabbed(usage) if as_json else pairs(sorted(usage.items()))


@command("SHOW_RESELLER_CONFIG", "reseller")
def show_reseller_config(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None or panel.disk.kind(name) == "user":
        return result(as_json, True, "Unable to show reseller", "Access Denied")
    shown = {key: value for key, value in panel.disk.config(name).items() if key not in ("uid", "suspended_details")}
    return tabbed(shown) if as_json else pairs(sorted(shown.items()))


@command("SHOW_DOMAINS")
def show_domains(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _names(panel.disk.domains(caller.name), as_json)


@command("SHOW_USER_DOMAINS")
def show_user_domains(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None:
        return result(as_json, True, "Unable to show user", "Access Denied")
    suspended = panel.disk.config(name).get("suspended", "no")
    rows = {domain: f"0.0:unlimited:0.0:0.0:0:{suspended}:unlimited:ON:OFF:ON" for domain in panel.disk.domains(name)}
    return tabbed(rows) if as_json else pairs(rows.items())


@command("ADDITIONAL_DOMAINS")
def additional_domains(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    suspended = panel.disk.config(caller.name).get("suspended", "no")
    rows = {
        domain: {"active": "yes", "bandwidth": "0.0", "domain": domain, "quota": "0.0", "suspended": suspended}
        for domain in panel.disk.domains(caller.name)
    }
    if as_json:
        return tabbed(rows)
    # Nested values are encoded twice.
    nested = {d: "&".join(f"{excess(k)}={excess(v)}" for k, v in values.items()) for d, values in rows.items()}
    return pairs(nested.items())


@command("LOGIN_KEYS")
def login_keys(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    rows = {
        key.id: {"allow": ":".join(key.allow), "created_by": key.created_by, "deny": ":".join(key.deny)}
        for key in panel.keys.of(caller.name)
    }
    if as_json:
        return tabbed(rows)
    nested = {name: "&".join(f"{excess(k)}={excess(v)}" for k, v in values.items()) for name, values in rows.items()}
    return pairs(nested.items())


@command("POP")
def pop(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    domain = request.form.get("domain", "")
    if panel.disk.owner_of_domain(domain) != caller.name:
        return result(as_json, True, "Unable to list e-mail accounts", "That domain is not yours")
    return _names(panel.disk.mailboxes(domain), as_json)


@command("USER_SHOW", "reseller")
def user_show(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    owner = request.form.get("reseller") or caller.name
    if owner != caller.name and caller.kind != "admin":
        return result(as_json, True, "Access Denied", "That reseller is not yours")
    users = panel.disk.users_of(owner) if panel.disk.exists(owner) else []
    return panel.page([name for name in users if panel.disk.kind(name) == "user"], request, as_json)


@command("ALL_USER_SHOW", "admin")
def all_user_show(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return panel.page([name for name in panel.disk.names() if panel.disk.kind(name) == "user"], request, as_json)


@command("RESELLER_SHOW", "admin")
def reseller_show(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return panel.page(sorted(panel.disk.resellers()), request, as_json)


@command("SELECT_USERS", "reseller")
def select_users(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Routed by the button's name, not by action=."""
    form = request.form
    indexes = sorted((int(key[6:]), key) for key in form if re.fullmatch(r"select\d+", key))
    names = [form[key] for _, key in indexes]
    wish = _wish(form)
    if wish is None:
        return result(as_json, True, "Unkown Select Command", "none")
    if not names:
        return result(as_json, True, "No users selected", "none")
    if wish == "delete":
        return _delete(panel, caller, names, form, as_json)
    if wish == "suspend":
        done = panel.accounts.suspend(caller, names, form.get("reason", "none"), form.get("details", ""), request.keep)
    else:
        done = panel.accounts.activate(caller, names, request.keep)
    return _select_answer(panel, done, wish, as_json)


def _wish(form: Dict[str, str]) -> Optional[str]:
    """Which button was pressed: every spelling that lives in public clients."""
    if form.get("suspend", "").lower() == "suspend" or form.get("dosuspend"):
        return "suspend"
    if form.get("suspend", "").lower() == "unsuspend" or form.get("dounsuspend") or form.get("unsuspend"):
        return "activate"
    return "delete" if form.get("delete") else None


def _select_answer(panel: Legacy, done: Done, wish: str, as_json: bool) -> Response:
    if done.problems:
        text = "Error suspending users" if wish == "suspend" else "Error unsuspending users"
        return result(as_json, True, text, "\n".join(done.problems))
    state = "suspended" if wish == "suspend" else "unsuspended"
    return result(as_json, False, panel.options.suspend_success_text, f"All selected Users have been {state}")


def _delete(panel: Legacy, caller: Caller, names: List[str], form: Dict[str, str], as_json: bool) -> Response:
    if form.get("confirmed") not in ("Confirm", "yes", "1"):
        return result(as_json, True, "Not confirmed", "none")
    done = panel.accounts.delete(caller, names)
    if done.problems:
        gone = [text.replace("server.", "server.  Removing it from your list.") for text in done.problems]
        return result(as_json, True, "Error while deleting Users", "\n".join(gone))
    text = "User deleted" if as_json else "Users deleted"
    return result(as_json, False, text, "\n".join(f"User {name} Removed" for name in done.names))


def _created(panel: Legacy, caller: Caller, request: Request, as_json: bool, kind: str) -> Response:
    done, text, details = panel.accounts.create(caller, kind, request.form)
    return result(as_json, not done, text, details)


@command("ACCOUNT_USER", "reseller")
def account_user(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _created(panel, caller, request, as_json, "user")


@command("ACCOUNT_RESELLER", "admin")
def account_reseller(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return _created(panel, caller, request, as_json, "reseller")
