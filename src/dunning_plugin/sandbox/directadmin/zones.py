"""The name server's zones, one file a domain in etc/bind, in BIND's own format as the panel writes them on Debian.

The records of a fresh domain are those of a recorded one (DNS_CONTROL, 1.57.2, 2019); the place of the files is
documented (directories and locations)."""

import ipaddress
import re
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Dict, List, Optional, Sequence

TTL = 14400
"""Seconds, where nobody said otherwise (recorded)."""
TYPES = ("A", "NS", "MX", "CNAME", "PTR", "TXT", "AAAA", "SRV", "CAA", "TLSA", "DS", "SPF")
"""In the order in which the panel lists them (A, NS, MX, CNAME, TXT, AAAA recorded; the rest assumed)."""
HOSTS = ("ftp", "mail", "pop", "smtp", "www")
LINE = re.compile(r"(\S+)\t(\d+)\tIN\t(\S+)\t(.*)")
_LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
NAME = re.compile(rf"@|(\*|{_LABEL})(\.{_LABEL})*\.?")
SHAPES = {"NS": NAME, "CNAME": NAME, "PTR": NAME, "MX": re.compile(r"\d{1,5} \S+")}
_lock = threading.RLock()


@dataclass(frozen=True)
class Record:
    """One record as the zone file has it: a name without a dot at its end lies below the domain. `ttl` in seconds."""

    name: str
    type: str
    value: str
    ttl: int = TTL

    def same(self, other: "Record", domain: str) -> bool:
        """Do both say the same, however they write it? The time to live does not count."""
        if self.type != other.type or absolute(self.name, domain) != absolute(other.name, domain):
            return False
        if self.type in ("TXT", "SPF"):
            return unquoted(self.value) == unquoted(other.value)
        return self.value.rstrip(".").lower() == other.value.rstrip(".").lower()

    @property
    def combined(self) -> str:
        """How a record is named in order to be deleted."""
        return f"name={self.name}&value={self.value}"


def absolute(name: str, domain: str) -> str:
    """A name with its domain, in lower case."""
    lower = name.lower()
    if lower in ("", "@"):
        return f"{domain}."
    return lower if lower.endswith(".") else f"{lower}.{domain}."


def unquoted(text: str) -> str:
    """The value of a TXT record without its quotes."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def problem_of(record: Record) -> str:
    """Why a record cannot stand in a zone; '' if it can."""
    if record.type not in TYPES:
        return f"Unknown record type {record.type}"
    if not NAME.fullmatch(record.name) or len(record.name) > 253:
        return f"Invalid name {record.name}"
    if not record.value or not record.value.isprintable() or len(record.value) > 4000:
        return "Invalid value"
    if not 1 <= record.ttl <= 2**31 - 1:
        return "Invalid ttl"
    wanted = {"A": ipaddress.IPv4Address, "AAAA": ipaddress.IPv6Address}.get(record.type)
    if wanted is not None:
        try:
            wanted(record.value)
        except ValueError:
            return f"{record.value} is no address for a record of type {record.type}"
    shape = SHAPES.get(record.type)
    return f"Invalid value {record.value}" if shape is not None and not shape.fullmatch(record.value) else ""


class Zones:
    """The zones below one root."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "etc/bind"

    def path(self, domain: str) -> Path:
        return self.folder / f"{domain}.db"

    def create(self, domain: str, address: str, servers: Sequence[str]) -> None:
        """The zone of a fresh domain."""
        own = f"{domain}."
        records = [Record(host, "A", address) for host in HOSTS] + [Record(own, "A", address)]
        records += [Record(own, "NS", f"{server}.") for server in servers]
        records += [Record(own, "MX", "10 mail"), Record(own, "TXT", f'"v=spf1 a mx ip4:{address} ~all"')]
        self._write(domain, records, f"{servers[0]}.")

    def drop(self, domain: str) -> None:
        """Forget a domain's zone; one without is no trouble."""
        self.path(domain).unlink(missing_ok=True)

    def text(self, domain: str) -> str:
        """The zone as it stands in its file."""
        try:
            return self.path(domain).read_text("utf-8")
        except FileNotFoundError:
            return ""

    def records(self, domain: str) -> List[Record]:
        """All records but the SOA, in the panel's order: by type, then by name."""
        found = [LINE.fullmatch(line) for line in self.text(domain).split("\n")]
        rows = [Record(one[1], one[3], one[4], int(one[2])) for one in found if one]
        rows = [row for row in rows if row.type in TYPES]
        return sorted(rows, key=lambda row: (TYPES.index(row.type), row.name, row.value))

    def change(self, domain: str, gone: Sequence[Record], new: Optional[Record] = None) -> str:
        """Take records out and put one in, at once; why not, '' if done. Records that are not there are no trouble."""
        if new is not None:
            new = stored(new)
        with _lock:
            kept = [row for row in self.records(domain) if not any(row.same(other, domain) for other in gone)]
            if new is not None:
                if any(row.same(new, domain) for row in kept):
                    return "Record already exists"
                kept.append(new)
            self._write(domain, kept, self._server(domain))
        return ""

    def _server(self, domain: str) -> str:
        found = re.search(r"SOA\t(\S+)", self.text(domain))
        return found[1] if found else f"ns1.{domain}."

    def _write(self, domain: str, records: Sequence[Record], server: str) -> None:
        """Whole and at once. The serial rises with every change."""
        times = "\n\t".join((str(self._serial(domain)), "14400", "3600", "1209600", "86400"))
        soa = f"@\tIN\tSOA\t{server}\thostmaster.{domain}. (\n\t{times} )\n"
        lines = [f"{row.name}\t{row.ttl}\tIN\t{row.type}\t{row.value}\n" for row in records]
        temporary = self.folder / f".{domain}.db"
        temporary.write_text(f"$TTL {TTL}\n{soa}\n{''.join(lines)}", "utf-8")
        temporary.chmod(0o644)
        temporary.replace(self.path(domain))

    def _serial(self, domain: str) -> int:
        found = re.search(r"\(\n\t(\d+)\n", self.text(domain))
        return max(int(time.strftime("%Y%m%d00")), int(found[1]) + 1 if found else 0)


def stored(record: Record) -> Record:
    """A record as the zone file can hold it: a plain word stays as it was given (recorded), other text gets quotes and
    stands in pieces of at most 255 characters."""
    text = record.value
    if record.type not in ("TXT", "SPF") or re.fullmatch(r'[\w+/=.:-]{1,255}|("[^"\\]{0,255}" ?)+', text):
        return record
    plain = unquoted(text).replace("\\", "\\\\").replace('"', '\\"')
    pieces = (plain[start : start + 250] for start in range(0, len(plain), 250))
    return replace(record, value=" ".join(f'"{piece}"' for piece in pieces))


def parse_key(text: str, kind: str) -> Record:
    """A record as `name=…&value=…` names it, in a parameter such as txtrecs0."""
    name, _, value = text.partition("&value=")
    return Record(name[5:] if name.startswith("name=") else name, kind, value)


def as_mail(row: Record) -> Record:
    """A mail exchanger as the panel lists it unless full records are asked for: its name, and its preference as value
    (recorded)."""
    preference, _, host = row.value.partition(" ")
    return replace(row, name=host, value=preference)


def listed(row: Record, full_mail: bool) -> Dict[str, str]:
    """One record of the JSON answer. NS and MX records come without a time to live (recorded)."""
    shown = as_mail(row) if row.type == "MX" and not full_mail else row
    answer = {"type": shown.type, "name": shown.name, "value": shown.value, "combined": shown.combined}
    return answer if row.type in ("NS", "MX") else {**answer, "ttl": str(row.ttl)}
