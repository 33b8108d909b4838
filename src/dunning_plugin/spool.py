"""Events that the panel's own hooks left in the spool: what others did, for the journal.

A hook writes one file an event, `key=value` lines, under a hidden name and renames it; we read, write the
journal entry, commit, and only then remove the file, so that a crash repeats an event rather than losing it.
"""

import fcntl
import os
import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Dict, FrozenSet, Iterator, List, Optional, Set, Tuple

from dunning_plugin import journal
from dunning_plugin.model import BlockState, Measure
from dunning_plugin.store import blocks as block_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

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

    What we do ourselves meets the panel's hooks too, and the journal has it already, with its proof. It is known by
    the block: whoever acts takes the spool in before he writes the proof, so that an event of his own always finds
    the block begun, whichever process takes it in. `acted_on`: accounts that this command acted on in any case."""
    with _alone(spool):
        events = list(waiting(spool))
        if not events:
            return 0
        with store.begin() as conn:
            ours = _ours(conn, panel) | {(name, hook) for name in acted_on for hook in OUR_HOOKS}
            news = [_entry(event, panel) for event in events if (event.username, event.hook) not in ours]
            journal.append_all(conn, news)
        for event in events:
            event.path.unlink(missing_ok=True)
    return len(news)


@contextmanager
def _alone(spool: Path) -> Iterator[None]:
    """One process at a time: an event that two read would be told twice."""
    try:
        folder = os.open(spool, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        # Nothing to take in, and nobody to wait for.
        yield
        return
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _ours(conn: "Connection", panel: str) -> Set[Tuple[str, str]]:
    """(account, hook) of what we, or a killed command of ours, began: laying suspends, lifting activates."""
    begun = {
        (block.account.name, "user_suspend_post" if block.state is BlockState.INTENDED else "user_activate_post")
        for block in block_rows.unfinished(conn)
        if block.account.panel == panel and block.measure is Measure.SUSPEND
    }
    # A suspension of others that may go with a reseller's is freed and laid again by our doing.
    watched = {block.account.name for block in block_rows.watched(conn) if block.account.panel == panel}
    return begun | {(name, hook) for name in watched for hook in OUR_HOOKS}


def _entry(event: Event, panel: str) -> journal.Entry:
    return journal.Entry(event.at, "panel", ACTS[event.hook], "", {"creator": event.creator}, "", panel, event.username)
