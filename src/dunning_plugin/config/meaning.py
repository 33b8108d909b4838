"""What a setting's text must mean, beyond its type: each check answers what is wrong, '' if nothing is.

A setting that only fails when it is used fails at night; so each is tried here the way it will be used."""

import codecs
import csv
import re
from datetime import date, datetime
from typing import Any, Callable, Dict, Iterator, Mapping, Tuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dunning_plugin.model import CURRENCIES

LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
NOT_FOR_FILES = ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape")
SAMPLE_DAY = date(2008, 11, 28)


def delimiter(text: str) -> str:
    """One character that csv can cut at."""
    if text == "\\t":
        return 'is a backslash and a t: in YAML a tab is written "\\t", in double quotes'
    if len(text) != 1 or text in '"\r\n':
        return "is not one character between fields"
    try:
        csv.reader([], delimiter=text)
    except (TypeError, ValueError):  # pragma: no cover - what later Pythons refuse too
        return "cannot stand between fields"
    return ""


def encoding(text: str) -> str:
    """An encoding of text files that Python knows."""
    try:
        found = codecs.lookup(text)
    except (LookupError, ValueError):
        return "is no encoding"
    # codecs knows transformations (base64, zlib) too; only text encodings can be read from.
    is_text = getattr(found, "_is_text_encoding", True)
    return "" if is_text and found.name.replace("-", "_") not in NOT_FOR_FILES else "is no encoding of text files"


def date_format(text: str) -> str:
    """A format that a day can be written in and read back from."""
    try:
        read = datetime.strptime(SAMPLE_DAY.strftime(text), text).date()
    except (ValueError, re.error):
        read = None
    return "" if read == SAMPLE_DAY else "does not say day, month and year in strptime's words"


def currency(text: str) -> str:
    """A code of ISO 4217."""
    return "" if text in CURRENCIES else "is no currency code of ISO 4217"


def timezone(text: str) -> str:
    """A zone of the IANA database."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "is no time zone"
    return ""


def thousands(text: str) -> str:
    """Nothing, or one character that is no part of a number itself."""
    return "is not one sign between thousands" if len(text) > 1 or text.isdigit() or text in ("-", "+") else ""


def panel_url(text: str) -> str:
    """The panel's address, without a path and without a password."""
    return _url(text, ("https", "http")) or ("must end after the port" if urlsplit(text).path not in ("", "/") else "")


def contact_url(text: str) -> str:
    """A public page. 'javascript:' would run at every visitor of a notice."""
    return _url(text, ("https", "http"))


def email(text: str) -> str:
    """Roughly an address: one @ with something on both sides."""
    return "" if re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", text) else "is no e-mail address"


def phone(text: str) -> str:
    """Digits, and what people write between them."""
    return "" if re.fullmatch(r"[+(]?[0-9][0-9 ()./-]*", text) else "is no telephone number"


def path(text: str) -> str:
    """A path as it is: nobody's home is meant by a '~'."""
    return "is a place in somebody's home: write the whole path" if text.startswith("~") else ""


def _url(text: str, schemes: Tuple[str, ...]) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no address"
    if parts.username is not None or parts.password is not None:
        return "holds a name or password, which do not belong in this file"
    if parts.scheme not in schemes or not host or re.search(r"\s", text):
        return "is no address that begins with https://"
    return ""


CHECKS: Dict[str, Callable[[str], str]] = {
    "delimiter": delimiter,
    "encoding": encoding,
    "date_format": date_format,
    "currency": currency,
    "timezone": timezone,
    "thousands": thousands,
    "panel_url": panel_url,
    "contact_url": contact_url,
    "email": email,
    "phone": phone,
    "path": path,
}
"""What schema.yaml names under `check`."""


def of_panel(panel: Mapping[str, Any]) -> Iterator[Tuple[str, str, str]]:
    """(key, what is wrong, remedy) for settings of a panel that do not go together."""
    url = panel["url"] or ""
    if url.startswith("http://") and panel["verify_tls"] and not LOOPBACK.fullmatch(urlsplit(url).hostname or ""):
        yield "url", "would send the admin's password unencrypted", "write https://"


def of_source(source: Mapping[str, Any]) -> Iterator[Tuple[str, str, str]]:
    """(key, what is wrong, remedy) for settings of a source that do not go together."""
    columns = source["columns"]
    if "open" in columns and "paid" in columns:
        yield "columns", "has both open and paid", "keep the one that the file is sure of"
    if "kind" in columns and not source["credit_kinds"]:
        # Without it every credit note would pass for an invoice: somebody would owe what he is owed.
        yield "credit_kinds", "is missing, though columns.kind is given", "list the values that mean a credit note"
    if source["credit_kinds"] and "kind" not in columns:
        yield "credit_kinds", "is given without columns.kind", "add kind: and the file's heading for it"
    if source["thousands"] and source["thousands"] == source["decimal"]:
        yield "thousands", "is the same sign as decimal", 'write thousands: "" if the file has none'
