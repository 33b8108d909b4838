"""The old commands about domains, mailboxes and login keys; the caller's own."""

from typing import Dict

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed, nested
from dunning_plugin.sandbox.directadmin.disk import is_domain
from dunning_plugin.sandbox.directadmin.encode import pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.wire import Request, Response


@command("SHOW_DOMAINS")
def show_domains(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return listed(panel.disk.domains(caller.name), as_json)


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
    """The caller's domains with their figures; one of them with `domain=`, its page's fields with `action=view`."""
    wanted = request.form.get("domain")
    held = panel.disk.domains(caller.name)
    if wanted and wanted not in held:
        return result(as_json, True, "Unable to show domain", "You do not own that domain")
    if wanted and request.form.get("action") == "view":
        view = {"domain": wanted, "modsecurity": "no", "has_php_selector": "no"}
        return tabbed({**view, "php1_select": {}}) if as_json else pairs(view.items())
    rows = {domain: _figures(panel, caller.name, domain, as_json) for domain in held if wanted in (None, "", domain)}
    return nested(rows, as_json)


def _figures(panel: Legacy, name: str, domain: str, as_json: bool) -> Dict[str, str]:
    """A domain's row: as JSON use and limit stand apart (a Go client), as text in one field (a PHP client)."""
    config = panel.disk.config(name)
    row = {
        "active": "yes",
        "alias_pointers": "",
        "bandwidth": "0.0 / unlimited",
        "cgi": config["cgi"],
        "defaultdomain": "yes" if domain == config["domain"] else "no",
        "domain": domain,
        "open_basedir": "ON",
        "php": config["php"],
        "pointers": "",
        "quota": "0.0",
        "safemode": "OFF",
        "ssl": config["ssl"],
        "subdomain": "0",
        "suspended": config.get("suspended", "no"),
        "username": name,
    }
    return {**row, "bandwidth": "0.0", "bandwidth_limit": "unlimited", "quota_limit": "unlimited"} if as_json else row


@command("DOMAIN")
def domain(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """action=create makes a domain of the caller's, action=select with delete= and confirmed= removes some."""
    form = request.form
    if form.get("action") == "create":
        name = form.get("domain", "").lower()
        if not is_domain(name):
            return result(as_json, True, "Cannot create that domain", "Invalid domain name")
        if panel.disk.owner_of_domain(name) is not None:
            return result(as_json, True, "Cannot create that domain", "That domain already exists on the system")
        panel.disk.add_domain(caller.name, name)
        return result(as_json, False, "Domain Created", "Domain Created Successfully")
    if form.get("action") in ("select", "delete") and form.get("delete") and form.get("confirmed"):
        chosen = [value for key, value in form.items() if key.startswith("select") and key[6:].isdecimal()]
        held = panel.disk.domains(caller.name)
        if not chosen or any(name not in held for name in chosen):
            return result(as_json, True, "Unable to delete domain", "You do not own that domain")
        for name in chosen:
            panel.disk.drop_domain(caller.name, name)
        return result(as_json, False, "Domain Deletion Results", "Deleted")
    return result(as_json, True, "Unknown action", "none")


@command("DOMAIN_OWNERS", "admin")
def domain_owners(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """domain=owner, for the whole server."""
    owners = {domain: name for name in panel.disk.names() for domain in panel.disk.domains(name)}
    return tabbed(owners) if as_json else pairs(sorted(owners.items()))


@command("POP")
def pop(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Mailboxes of a domain of the caller's: list (names), full_list (with figures), create, delete."""
    form = request.form
    name = form.get("domain", "")
    if name not in panel.disk.domains(caller.name):
        return result(as_json, True, "Unable to list e-mail accounts", "That domain is not yours")
    boxes, box = panel.disk.mailboxes(name), form.get("user", "").lower()
    action = form.get("action", "list")
    if action == "full_list":
        figures = {"limit": "0", "quota": "0", "sent": "0", "suspended": "no", "usage": "0"}
        return nested({box: figures for box in boxes}, as_json)
    if action == "create":
        if not is_domain(f"{box}.example") or box in boxes:
            return result(as_json, True, "Cannot create that account", "That user name cannot be used")
        panel.disk.add_mailbox(name, box)
        return result(as_json, False, "Account created", f"{box}@{name}")
    if action == "delete":
        panel.disk.drop_mailbox(name, box)
        return result(as_json, False, "Account deleted", f"{box}@{name}")
    return listed(boxes, as_json)


@command("SUBDOMAINS")
@command("EMAIL_FORWARDERS")
@command("DATABASES")
def empty(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Lists of what the sandbox's accounts have none of; changing them is no part of it and is refused."""
    if request.form.get("action", "list") not in ("list", "show"):
        return result(as_json, True, "Not in the sandbox", "none")
    return listed([], as_json)


@command("LOGIN_KEYS")
def login_keys(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    keys = panel.keys.of(caller.name)
    rows = {
        key.id: {"allow": ":".join(key.allow), "created_by": key.created_by, "deny": ":".join(key.deny)} for key in keys
    }
    return nested(rows, as_json)


@command("JSON_VALIDATE")
def json_validate(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Is a user name or a domain still free? An error says that it is not."""
    value, kind = request.form.get("value", ""), request.form.get("type", "")
    if kind not in ("username", "domain"):
        return tabbed({"error": "Unknown type", "result": ""})
    taken = panel.disk.exists(value) if kind == "username" else panel.disk.owner_of_domain(value) is not None
    return tabbed({"error": f"That {kind} already exists on the system"} if taken else {"success": "1"})
