"""Limits and features of accounts and packages as forms send them: `name=number`, `uname=ON` for unlimited, ON/OFF."""

from typing import Dict, Mapping, Optional

LIMITS = (
    *("bandwidth", "domainptr", "ftp", "inode", "mysql", "nemailf", "nemailml", "nemailr", "nemails"),
    *("nsubdomains", "quota", "vdomains"),
)
FEATURES = (
    *("aftp", "catchall", "cgi", "cron", "dnscontrol", "git", "jail", "login_keys", "nginx_unit", "php", "redis"),
    *("spam", "ssh", "ssl", "suspend_at_limit", "sysinfo", "wordpress"),
)
TEXTS = ("email", "language", "ns1", "ns2", "skin")


def of_form(form: Mapping[str, str]) -> Optional[Dict[str, str]]:
    """What a form sets, None if a limit is no number. What it does not name is left alone."""
    values: Dict[str, str] = {}
    for name in LIMITS:
        if form.get(f"u{name}", "").upper() in ("ON", "YES") or form.get(name) == "unlimited":
            values[name] = "unlimited"
        elif form.get(name):
            # A PHP client sends 25000.0 for 25000.
            text = form[name][:-2] if form[name].endswith(".0") else form[name]
            if not (text.isascii() and text.isdecimal() and len(text) < 16):
                return None
            values[name] = text
    values.update({name: form[name].upper() for name in FEATURES if form.get(name, "").upper() in ("ON", "OFF")})
    values.update({name: form[name] for name in TEXTS if form.get(name)})
    return values
