"""The old commands about domains, subdomains and pointers; the caller's own. Texts: a Go and a Perl client."""

import re
from typing import Any, Dict

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed, nested
from dunning_plugin.sandbox.directadmin.disk import is_domain
from dunning_plugin.sandbox.directadmin.domainfiles import (
    add_subdomain,
    drop_subdomain,
    limits,
    owner_of_pointer,
    pointers,
    set_limits,
    set_pointers,
    subdomains,
)
from dunning_plugin.sandbox.directadmin.encode import pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.wire import Request, Response
from dunning_plugin.sandbox.directadmin.zones import Record


@command("SHOW_DOMAINS")
def show_domains(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    return listed(panel.disk.domains(caller.name), as_json)


@command("SHOW_USER_DOMAINS")
def show_user_domains(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    name = panel.named(caller, request)
    if name is None:
        return result(as_json, True, "Unable to show user", "Access Denied")
    suspended = panel.disk.config(name).get("suspended", "no")
    rows = {}
    for domain in panel.disk.domains(name):
        most, below = limits(panel.disk, domain), len(subdomains(panel.disk, domain))
        rows[domain] = f"0.0:{most['bandwidth']}:0.0:0.0:{below}:{suspended}:{most['quota']}:ON:OFF:ON"
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


def _figures(panel: Legacy, name: str, domain: str, as_json: bool) -> Dict[str, Any]:
    """A domain's row: as JSON use and limit stand apart (a Go client), as text in one field (a PHP client) too."""
    config, held = panel.disk.config(name), pointers(panel.disk, domain)
    most = limits(panel.disk, domain)
    row = {
        "active": "yes",
        "alias_pointers": "|".join(one for one, kind in held.items() if kind == "alias"),
        "bandwidth": f"0.0 / {most['bandwidth']}",
        "cgi": most.get("cgi", config["cgi"]),
        "defaultdomain": "yes" if domain == config["domain"] else "no",
        "domain": domain,
        "open_basedir": "ON",
        "php": most.get("php", config["php"]),
        "pointers": "|".join(one for one, kind in held.items() if kind == "pointer"),
        "quota": "0.0",
        "safemode": "OFF",
        "ssl": most.get("ssl", config["ssl"]),
        "subdomain": str(len(subdomains(panel.disk, domain))),
        "suspended": config.get("suspended", "no"),
        "username": name,
    }
    more = {"bandwidth_limit": most["bandwidth"], "local_mail": "yes", "quota_limit": most["quota"]}
    return {**row, **more, "bandwidth": "0.0", "ips": [config["ip"]]} if as_json else {**row, **more}


@command("DOMAIN")
def domain(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Create or modify a domain of the caller's, delete some, or make one the default."""
    form = request.form
    if form.get("action") == "create":
        return _create(panel, caller, form, as_json)
    if form.get("action") == "modify":
        return _modify(panel, caller, form, as_json)
    chosen = [value for key, value in form.items() if re.fullmatch(r"select\d+", key)]
    held = panel.disk.domains(caller.name)
    if not (form.get("delete") and form.get("confirmed")) and not form.get("default"):
        return result(as_json, True, "Unknown action", "none")
    if not chosen or any(name not in held for name in chosen):
        return result(as_json, True, "Unable to change domain", "You do not own that domain")
    if form.get("default"):
        panel.disk.change(caller.name, domain=chosen[0])
        return result(as_json, False, "Your default domain has been set", "")
    for name in chosen:
        panel.disk.drop_domain(caller.name, name)
    left = panel.disk.domains(caller.name)
    if panel.disk.config(caller.name)["domain"] not in left:
        panel.disk.change(caller.name, domain=left[0] if left else "")
    return result(as_json, False, "Domain Deletion Results", "Deleted")


def _create(panel: Legacy, caller: Caller, form: Dict[str, str], as_json: bool) -> Response:
    refused, name = "Cannot create that domain", form.get("domain", "").lower()
    limit, held = panel.disk.config(caller.name)["vdomains"], panel.disk.domains(caller.name)
    if not is_domain(name):
        return result(as_json, True, refused, "Invalid domain name")
    if panel.disk.owner_of_domain(name) is not None or owner_of_pointer(panel.disk, name):
        return result(as_json, True, refused, "That domain already exists")
    if limit != "unlimited" and len(held) >= int(limit):
        return result(as_json, True, refused, "You have already reached your assigned domain limit")
    panel.disk.add_domain(caller.name, name)
    set_limits(panel.disk, name, _limits(form))
    if not panel.disk.config(caller.name)["domain"]:
        panel.disk.change(caller.name, domain=name)
    return result(as_json, False, "Domain Created", "Domain Created Successfully")


def _modify(panel: Legacy, caller: Caller, form: Dict[str, str], as_json: bool) -> Response:
    name = form.get("domain", "").lower()
    if name not in panel.disk.domains(caller.name):
        return result(as_json, True, "Unable to change domain", "You do not own that domain")
    set_limits(panel.disk, name, _limits(form))
    return result(as_json, False, "The domain has been modified", "")


def _limits(form: Dict[str, str]) -> Dict[str, str]:
    """Traffic and space in megabytes, or unlimited, as a Go client sends it in `ubandwidth` too; and what is on."""
    found = {}
    for name in ("bandwidth", "quota"):
        text = form.get(name) or form.get(f"u{name}", "")
        whole = text[:-2] if text.endswith(".0") else text
        unlimited = form.get(f"u{name}", "").lower() in ("on", "yes", "unlimited") or not re.fullmatch("[0-9]+", whole)
        found[name] = "unlimited" if unlimited else whole
    return {**found, **{key: form[key] for key in ("cgi", "php", "ssl") if form.get(key) in ("ON", "OFF")}}


@command("SUBDOMAINS")
@command("SUBDOMAIN")
def subdomains_of(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """The names before a domain of the caller's; create, delete."""
    form, name = request.form, request.form.get("domain", "").lower()
    if name not in panel.disk.domains(caller.name):
        return result(as_json, True, "Unable to show subdomains", "You do not own that domain")
    known, action = subdomains(panel.disk, name), form.get("action", "list")
    if action == "create":
        new = form.get("subdomain", "").lower()
        if not is_domain(f"{new}.{name}") or new in known:
            return result(as_json, True, "Cannot create that subdomain", "That subdomain exists or is invalid")
        add_subdomain(panel.disk, name, new)
        return result(as_json, False, "Subdomain Created", "Subdomain created")
    if action == "delete":
        gone = [value.lower() for key, value in form.items() if re.fullmatch(r"select\d+", key)]
        if not gone or any(one not in known for one in gone):
            return result(as_json, True, "Cannot delete that subdomain", "That subdomain does not exist")
        for one in gone:
            drop_subdomain(panel.disk, name, one, form.get("contents") == "yes")
        return result(as_json, False, "Subdomains deleted", "")
    if action not in ("list", "show"):
        return result(as_json, True, "Unknown action", "none")
    return listed(known, as_json)


@command("DOMAIN_POINTER")
def domain_pointer(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Other domains that lead to one of the caller's, pointer=type; add (`alias=yes`), delete."""
    form, name = request.form, request.form.get("domain", "").lower()
    if name not in panel.disk.domains(caller.name):
        return result(as_json, True, "Unable to show pointers", "You do not own that domain")
    known, action = pointers(panel.disk, name), form.get("action", "list")
    if action == "add":
        new = form.get("from", "").lower()
        taken = panel.disk.owner_of_domain(new) is not None or owner_of_pointer(panel.disk, new)
        if not is_domain(new) or taken:
            return result(as_json, True, "Cannot create that pointer", "That domain exists or is invalid")
        set_pointers(panel.disk, name, {**known, new: "alias" if form.get("alias") == "yes" else "pointer"})
        panel.disk.add_zone(caller.name, new)
        return result(as_json, False, "Domain Pointer Created", "")
    if form.get("delete") or action == "delete":
        gone = [value.lower() for key, value in form.items() if re.fullmatch(r"select\d+", key)]
        if not gone or any(one not in known for one in gone):
            return result(as_json, True, "Cannot delete that pointer", "That pointer does not exist")
        set_pointers(panel.disk, name, {one: kind for one, kind in known.items() if one not in gone})
        for one in gone:
            panel.disk.zones.drop(one)
        return result(as_json, False, "Domain Pointers Deleted", "")
    return tabbed(known) if as_json else pairs(known.items())


@command("DOMAIN_OWNERS", "reseller")
def domain_owners(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """domain=owner, for all that the caller may see; with `domain=` of that one alone."""
    wanted = request.form.get("domain", "").lower()
    seen = [name for name in panel.disk.names() if name == caller.name or panel.accounts.may_touch(caller, name)]
    owners = {domain: name for name in seen for domain in panel.disk.domains(name) if wanted in ("", domain)}
    if wanted and not owners:
        return result(as_json, True, "Unable to show owner", "That domain does not exist")
    return tabbed(owners) if as_json else pairs(sorted(owners.items()))


@command("JSON_VALIDATE")
def json_validate(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Is a user name, a domain or a DNS record still free? An error says that it is not."""
    form = request.form
    value, kind = form.get("value", ""), form.get("type", "")
    if kind == "username":
        taken = panel.disk.exists(value)
    elif kind == "domain":
        taken = panel.disk.owner_of_domain(value) is not None or owner_of_pointer(panel.disk, value) != ""
    elif kind == "dns":
        taken = _record_is_there(panel, caller, form)
    else:
        return tabbed({"error": "Unknown type", "result": ""})
    return tabbed({"error": f"That {kind} already exists on the system"} if taken else {"success": "1"})


def _record_is_there(panel: Legacy, caller: Caller, form: Dict[str, str]) -> bool:
    domain = form.get("domain", "").lower()
    record = Record(form.get("name", ""), form.get("record", "").upper(), form.get("value", ""))
    if domain not in panel.disk.domains(caller.name):
        return False
    return any(row.same(record, domain) for row in panel.disk.zones.records(domain))
