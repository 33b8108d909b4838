"""Events that the panel's own hooks left in the spool: what others did, for the journal.

A hook writes one file an event, `key=value` lines, under a hidden name and renames it; we read, write the
journal entry, commit, and only then remove the file, so that a crash repeats an event rather than losing it.
"""

import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Dict, FrozenSet, Iterator, List, Optional

from dunning_plugin import journal
from dunning_plugin.store import blocks as block_rows

if TYPE_CHECKING:
    from dunning_plugin.store import Store

SAFE = re.compile(r"[A-Za-z0-9@._ -]{0,255}")
ACTS = {
    "user_suspend_post": "seen suspended",
    "user_activate_post": "seen activated",
    "user_create_post": "seen created",
    "user_destroy_post": "seen deleted",
}
OUR_HOOKS = ("user_suspend_post", "user_activate_post")
MOST_BYTES = 4096


@dataclass(frozen=True)
class Event:
    """One thing that the panel did to an account, by whoever's hand."""

    path: Path
    at: datetime
    hook: str
    username: str
    creator: str


def waiting(spool: Path) -> Iterator[Event]:
    """Events in the order they happened. What is no event of ours (links, odd names, too large) is passed over."""
    try:
        names = sorted(os.listdir(spool))
    except FileNotFoundError:
        return
    found: List[Event] = []
    for name in names:
        event = None if name.startswith(".") else _read(spool / name)
        if event:
            found.append(event)
    yield from sorted(found, key=lambda event: (event.at, event.path.name))


def _read(path: Path) -> Optional[Event]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            return None
        values = _values(file.read(MOST_BYTES).decode("utf-8", "replace"))
    if values.get("hook") not in ACTS or not values.get("username"):
        return None
    at = datetime.fromtimestamp(int(status.st_mtime), timezone.utc)
    return Event(path, at, values["hook"], values["username"], values.get("creator", ""))


def _values(text: str) -> Dict[str, str]:
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key: value for key, value in pairs if SAFE.fullmatch(value)}


def take_in(store: "Store", spool: Path, panel: str, acted_on: FrozenSet[str] = frozenset()) -> int:
    """Write waiting events into the journal and remove them; answers how many were of other people's doing.

    `acted_on` are the accounts that this command suspended or activated itself: the panel's hooks told of that
    too, but the journal has it already, with its proof. The same holds for what a killed command began."""
    events = list(waiting(spool))
    if not events:
        return 0
    with store.begin() as conn:
        begun = {block.account.name for block in block_rows.unfinished(conn) if block.account.panel == panel}
        news = [
            _entry(event, panel)
            for event in events
            if not (event.username in acted_on | begun and event.hook in OUR_HOOKS)
        ]
        journal.append_all(conn, news)
    for event in events:
        event.path.unlink(missing_ok=True)
    return len(news)


def _entry(event: Event, panel: str) -> journal.Entry:
    return journal.Entry(event.at, "panel", ACTS[event.hook], "", {"creator": event.creator}, "", panel, event.username)
