"""The old commands about a domain's mail. Texts: a Go client; figures and fields: PHP and Go clients."""

import re
from typing import Any, Dict, List, Optional

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed, nested
from dunning_plugin.sandbox.directadmin.encode import pairs, result, tabbed
from dunning_plugin.sandbox.directadmin.mail import BLACKHOLE, FAIL, Mail, is_address, is_box
from dunning_plugin.sandbox.directadmin.wire import Request, Response

LEAST_PASSWORD = 5


@command("POP")
@command("EMAIL_POP")
def pop(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Mailboxes of a domain of the caller's: list (names), full_list (with figures), create, modify, delete."""
    form = request.form
    mail = _mail_of(panel, caller, form)
    if mail is None:
        return result(as_json, True, "Unable to list e-mail accounts", "That domain is not yours")
    boxes, action = panel.disk.mailboxes(mail.domain), form.get("action", "list")
    if action == "full_list":
        return nested({box: mail.figures(box) for box in boxes}, as_json)
    if action in ("create", "modify"):
        return _save(mail, boxes, form, as_json)
    if action == "delete":
        return _delete(mail, boxes, form, as_json)
    if action == "list" and as_json and request.path.endswith("/CMD_EMAIL_POP"):
        return tabbed({"emails": {str(number): _row(mail, box) for number, box in enumerate(boxes)}})
    if action != "list":
        return result(as_json, True, "Unknown action", "none")
    return listed(boxes, as_json)


def _row(mail: Mail, box: str) -> Dict[str, Any]:
    """A mailbox as the page's JSON has it (a Go client)."""
    figures = mail.figures(box)
    usage = {"quota": figures["quota"], "usage": figures["usage"]}
    return {
        "account": box,
        "sent": {"sent": "0", "send_limit": figures["limit"]},
        "suspended": figures["suspended"],
        "usage": usage,
    }


def _save(mail: Mail, boxes: List[str], form: Dict[str, str], as_json: bool) -> Response:
    box, password, new = form.get("user", "").lower(), form.get("passwd", ""), form["action"] == "create"
    refused = "Cannot create that account" if new else "Cannot change that account"
    if not is_box(box) or (box in boxes) == new:
        return result(as_json, True, refused, "That user name cannot be used" if new else "That user does not exist")
    if (new or password) and (len(password) < LEAST_PASSWORD or password != form.get("passwd2", password)):
        return result(as_json, True, refused, "Passwords do not match or are too short")
    numbers = [form.get("quota", ""), form.get("limit", "")]
    if not all(re.fullmatch("[0-9]{0,12}", number) for number in numbers):
        return result(as_json, True, refused, "A limit is no number")
    mail.save_box(box, password, *numbers)
    return result(as_json, False, "Account created" if new else "E-Mail Updated", f"{box}@{mail.domain}")


def _delete(mail: Mail, boxes: List[str], form: Dict[str, str], as_json: bool) -> Response:
    given = [text.lower() for key, text in form.items() if key == "user" or re.fullmatch(r"select\d+", key)]
    names = list(dict.fromkeys(given))
    if not names or any(name not in boxes for name in names):
        return result(as_json, True, "Cannot delete that account", "That user does not exist")
    for name in names:
        mail.drop_box(name)
    return result(as_json, False, "E-Mail Accounts Deleted", "\n".join(f"{name}@{mail.domain}" for name in names))


@command("EMAIL_AUTH")
def email_auth(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """Is this the password of a mailbox of the caller's?"""
    form = request.form
    box, _, domain = form.get("email", "").lower().partition("@")
    if domain in panel.disk.domains(caller.name) and Mail(panel.disk, domain).password_is(box, form.get("passwd", "")):
        return result(as_json, False, "Password Correct", "")
    return result(as_json, True, "Password Incorrect", "")


@command("EMAIL_FORWARDERS")
def email_forwarders(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """name=targets, or create, modify and delete one."""
    form = request.form
    mail = _mail_of(panel, caller, form)
    if mail is None:
        return result(as_json, True, "Unable to list forwarders", "That domain is not yours")
    action, known = form.get("action", "list"), mail.forwarders()
    if action in ("create", "modify"):
        name, targets = form.get("user", "").lower(), [text.strip() for text in form.get("email", "").split(",")]
        if not is_box(name) or (name in known) == (action == "create") or not all(is_address(one) for one in targets):
            return result(as_json, True, "Cannot save forwarder", "The name or an address cannot be used")
        mail.set_forwarder(name, targets)
        return result(as_json, False, "Forwarder created" if action == "create" else "Forwarder updated", "")
    if action == "delete":
        names = [text.lower() for key, text in form.items() if re.fullmatch(r"select\d+", key)]
        if not names or any(name not in known for name in names):
            return result(as_json, True, "Cannot delete forwarder", "That forwarder does not exist")
        for name in names:
            mail.set_forwarder(name, [])
        return result(as_json, False, "Forwarders deleted", "")
    if action not in ("list", "show"):
        return result(as_json, True, "Unknown action", "none")
    if as_json:
        return tabbed({name: targets.split(",") for name, targets in known.items()})
    return pairs(sorted(known.items()))


@command("EMAIL_CATCH_ALL")
def email_catch_all(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """What becomes of mail for nobody: shown, or set by `update` with `catch` (:fail:, :blackhole: or address)."""
    form = request.form
    mail = _mail_of(panel, caller, form)
    if mail is None:
        return result(as_json, True, "Unable to show catch-all", "That domain is not yours")
    if not form.get("update"):
        now = mail.catch_all()
        return tabbed({"value": now}) if as_json else pairs([("value", now)])
    wanted = form.get("value", "") if form.get("catch") == "address" else form.get("catch", "")
    if wanted not in (BLACKHOLE, FAIL) and not is_address(wanted):
        return result(as_json, True, "Cannot set catch-all", "That address cannot be used")
    mail.set_forwarder("*", [wanted])
    return result(as_json, False, "Catch-All updated", "")


def _mail_of(panel: Legacy, caller: Caller, form: Dict[str, str]) -> Optional[Mail]:
    domain = form.get("domain", "").lower()
    return Mail(panel.disk, domain) if domain in panel.disk.domains(caller.name) else None
