"""CMD_API_DNS_CONTROL: the records of a domain of the caller's. Answers: recorded in a DNS library's tests (2019)."""

import re
from typing import Any, Dict, List, Optional

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command
from dunning_plugin.sandbox.directadmin.domainfiles import pointers
from dunning_plugin.sandbox.directadmin.encode import nested_json, result
from dunning_plugin.sandbox.directadmin.wire import Request, Response
from dunning_plugin.sandbox.directadmin.zones import TTL, TYPES, Record, Zones, listed, parse_key, problem_of

FLAGS = {
    "dnssec": "1",
    "user_dnssec_control": "1",
    "dns_spf": "0",
    "dns_ttl": "1",
    "dns_tlsa": "1",
    "dns_caa": "1",
    "allow_dns_underscore": "1",
    "full_mx_records": "1",
}
"""What the JSON list says besides the records (recorded)."""
CANNOT = "Cannot View Dns Record"


@command("DNS_CONTROL")
def dns_control(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Lists without an action; add, edit and select (delete) change, by GET as well as by POST.

    A Go client names the record to delete as it was added, with action=delete."""
    form = request.form
    domain = form.get("domain", "").lower()
    if not domain:
        return result(as_json, True, CANNOT, "No domain provided")
    if domain not in panel.disk.domains(caller.name):
        return result(as_json, True, CANNOT, "You do not own that domain")
    if panel.disk.config(caller.name).get("dnscontrol") != "ON":
        return result(as_json, True, CANNOT, "You do not have DNS control")
    zones = panel.disk.zones
    action = form.get("action", "")
    if not action:
        return _list(zones, domain, form, as_json)
    if action not in ("add", "edit", "select", "delete"):
        return result(as_json, True, "Unknown action", "none")
    gone = {"add": [], "delete": [_new(form)]}.get(action, _named(form))
    new = _new(form) if action in ("add", "edit") else None
    problem = "" if new is None else problem_of(new)
    if action == "select" and not gone:
        problem = "No records selected"
    targets = [domain, *(pointers(panel.disk, domain) if _with_pointers(form) else ())]
    for target in targets:
        problem = problem or zones.change(target, gone, new)
    if problem:
        return result(as_json, True, "Cannot delete records" if new is None else "Cannot add record", problem)
    return result(as_json, False, _word(action, request, as_json), "")


def _word(action: str, request: Request, as_json: bool) -> str:
    """The words for what was done. As JSON, 'record added' for an edit too, was recorded in 2019; a Go client, which
    asks by its Accept header as well, checks for 'Record Added' and 'Record Edited': each gets what it was told."""
    if action in ("select", "delete"):
        return "Records Deleted"
    if as_json and "application/json" not in request.header("accept"):
        return "record added"
    return "Record Edited" if action == "edit" else "Record Added"


def _list(zones: Zones, domain: str, form: Dict[str, str], as_json: bool) -> Response:
    if not as_json:
        return Response(200, zones.text(domain).encode())
    full = form.get("full_mx_records") == "yes"
    data: Dict[str, Any] = {"records": [listed(row, full) for row in zones.records(domain)], **FLAGS}
    return nested_json(data)


def _with_pointers(form: Dict[str, str]) -> bool:
    return "yes" in (form.get("affect_pointers"), form.get("action_pointers"))


def _new(form: Dict[str, str]) -> Record:
    kind, value, ttl = form.get("type", "").upper(), form.get("value", ""), form.get("ttl", "")
    name = form.get("name", "") or f"{form['domain']}."
    if kind == "MX" and not re.fullmatch(r"\d+ \S+", value):
        # The old form: the exchanger is the name, its preference the value.
        given = form.get("mx_value", "") or value
        name, value = (
            (name, f"{given} {form['value']}") if form.get("mx_value") else (f"{form['domain']}.", f"{value} {name}")
        )
    seconds = int(ttl) if ttl.isdecimal() and len(ttl) < 11 else (0 if ttl else TTL)
    return Record(name, kind, value, seconds)


def _named(form: Dict[str, str]) -> List[Record]:
    """The records that parameters such as txtrecs0 name. The number says nothing: name and value must fit (a DNS
    library's author). A client that sends `&amp;` between the two, not encoded, is understood."""
    found: List[Record] = []
    for key, text in form.items():
        kind = _kind_of(key)
        if kind is None:
            continue
        if "&value=" not in text and form.get("amp;value"):
            text = f"{text}&value={form['amp;value']}"
        record = parse_key(text, kind)
        if kind == "MX" and record.value.isdecimal():
            record = Record(f"{form['domain']}.", kind, f"{record.value} {record.name}")
        found.append(record)
    return found


def _kind_of(key: str) -> Optional[str]:
    found = re.fullmatch(r"([a-z]+)recs\d+", key)
    kind = found[1].upper() if found else ""
    return kind if kind in TYPES else None
