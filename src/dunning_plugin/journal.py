"""The journal: append-only and hash-chained, the record that a case file is cut from.

Each entry's hash covers the entry and the hash before it, so an entry that was changed, removed or put in
between breaks the chain. What a chain alone cannot show, that its newest entries were cut off, the seal shows:
a small file beside the store with the number of entries and the newest hash, written after each command. It may
lag behind (a crash), it can never be ahead of an honest journal.
"""

import hashlib
import json
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from sqlalchemy import Connection

from dunning_plugin.store import entries
from dunning_plugin.store.cases import instant_text

HASHED = ("seq", "at", "who", "act", "case_ref", "panel", "account", "why", "facts", "previous")
SEAL = "journal.seal"
# json.dumps makes an encoder for every call with arguments of one's own: a third of what a thousand entries cost.
FACTS = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
FIELDS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Entry:
    """One thing that happened: who did what to which account, when, why, on which facts."""

    at: datetime
    who: str
    act: str
    why: str = ""
    facts: Optional[Mapping[str, Any]] = None
    case_ref: str = ""
    panel: str = ""
    account: str = ""


@dataclass(frozen=True)
class Fault:
    """A place where the journal does not hold: entry number (0: the whole) and what is wrong."""

    seq: int
    what: str


def append(
    conn: Connection,
    at: datetime,
    who: str,
    act: str,
    why: str = "",
    facts: Optional[Mapping[str, Any]] = None,
    case_ref: str = "",
    panel: str = "",
    account: str = "",
) -> None:
    """Write one entry in the caller's transaction: it holds exactly when the act's own rows do."""
    append_all(conn, [Entry(at, who, act, why, facts, case_ref, panel, account)])


def append_all(conn: Connection, news: Iterable[Entry]) -> None:
    """Write entries in order in the caller's transaction."""
    count, previous = entries.head(conn)
    rows: List[Dict[str, Any]] = []
    for entry in news:
        count += 1
        row: Dict[str, Any] = {
            "seq": count,
            "at": instant_text(entry.at),
            "who": entry.who,
            "act": entry.act,
            "case_ref": entry.case_ref,
            "panel": entry.panel,
            "account": entry.account,
            "why": entry.why,
            "facts": FACTS(dict(entry.facts or {})),
            "previous": previous,
        }
        previous = row["hash"] = hash_of(row)
        rows.append(row)
    if rows:
        entries.add(conn, rows, count, previous)


def hash_of(row: Mapping[str, Any]) -> str:
    """SHA-256 over the entry's fields in fixed order, as JSON: no field can flow into the next."""
    text = FIELDS([row[name] for name in HASHED])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read(conn: Connection, case_ref: Optional[str] = None) -> Iterator[Mapping[str, Any]]:
    """Entries in order; `facts` as an object."""
    for row in entries.read(conn, case_ref):
        yield _with_facts(row)


def newest(conn: Connection, skip: int, most: int) -> Tuple[Mapping[str, Any], ...]:
    """`most` entries, newest first, after leaving out the `skip` newest ones."""
    last = entries.head(conn)[0] - skip
    return tuple(_with_facts(row) for row in entries.between(conn, last - most + 1, last))


def about(
    conn: Connection, case_refs: Sequence[str], panel: str, account: str, most: int
) -> Tuple[Mapping[str, Any], ...]:
    """The newest entries of these cases or about this account, newest first."""
    return tuple(_with_facts(row) for row in entries.about(conn, case_refs, panel, account, most))


def _with_facts(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "facts": json.loads(str(row["facts"]))}


def verify(conn: Connection, seal: Optional[Tuple[int, str]] = None) -> Sequence[Fault]:
    """Walk the whole chain. An empty answer means: nothing was changed, removed or put in between."""
    faults: List[Fault] = []
    count, previous, sealed_hash = 0, "", ""
    for row in entries.read(conn):
        number = int(str(row["seq"]))
        if number != count + 1:
            faults.append(Fault(number, f"entry {count + 1} is missing or out of order"))
        if row["previous"] != previous:
            faults.append(Fault(number, "does not follow the entry before it: one was removed or put in between"))
        if row["hash"] != hash_of(row):
            faults.append(Fault(number, "was changed after it was written"))
        count, previous = number, str(row["hash"])
        if seal and number == seal[0]:
            sealed_hash = previous
    faults.extend(_ends(conn, count, previous))
    if seal and seal[0] > count:
        faults.append(Fault(seal[0], f"the seal knows {seal[0]} entries, the journal ends at {count}"))
    elif seal and seal[0] and sealed_hash != seal[1]:
        faults.append(Fault(seal[0], "is not the entry that was sealed"))
    return faults


def _ends(conn: Connection, count: int, newest: str) -> List[Fault]:
    if entries.head(conn) == (count, newest):
        return []
    return [Fault(0, f"the head names {entries.head(conn)[0]} entries, the journal ends at {count}")]


def read_seal(state_dir: Path) -> Optional[Tuple[int, str]]:
    """The seal beside the store, None if there is none yet; an unreadable one counts as (a fault's) impossible."""
    try:
        words = (state_dir / SEAL).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    if len(words) != 2 or not words[0].isdigit():
        return (1 << 62, "unreadable")
    return int(words[0]), words[1]


def seal(conn: Connection, state_dir: Path) -> None:
    """Write the seal: new file, fsync, rename; 0600."""
    count, newest = entries.head(conn)
    if not count or read_seal(state_dir) == (count, newest):
        return
    # The service seals from several threads at once.
    temporary = state_dir / f".{SEAL}.{os.getpid()}.{threading.get_native_id()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{count} {newest}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, state_dir / SEAL)
