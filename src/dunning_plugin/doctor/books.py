"""The store and the journal: they open, nobody touched them, and the clock does not stand before them."""

from collections import deque
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

from dunning_plugin import journal
from dunning_plugin.doctor.finding import Finding, Level, mistakes
from dunning_plugin.doctor.folders import existing_store
from dunning_plugin.errors import DunningError
from dunning_plugin.store import Store, blocks, entries
from dunning_plugin.store.cases import instant_text

if TYPE_CHECKING:
    from sqlalchemy import Connection


def check_books(state_dir: Path, now: datetime) -> Iterator[Finding]:
    """Open the store (which brings an older one up to date) and look through it."""
    try:
        if not existing_store(state_dir):
            yield Finding(Level.WARN, "store", "there is none yet", "it comes with the first dunning import")
            return
        store = Store.open(state_dir)
    except DunningError as error:
        yield from mistakes("store", error)
        return
    try:
        with store.read() as conn:
            yield from _look_through(conn, state_dir, now)
    finally:
        store.close()


def _look_through(conn: "Connection", state_dir: Path, now: datetime) -> Iterator[Finding]:
    yield Finding(Level.OK, "store", "opens, and is of this version")
    faults = journal.verify(conn, journal.read_seal(state_dir))
    for fault in faults:
        where = f"entry {fault.seq}: " if fault.seq else ""
        yield Finding(
            Level.BAD, "journal", where + fault.what, "keep a copy of the state folder, and compare it with a backup"
        )
    if not faults:
        yield Finding(Level.OK, "journal", f"holds: {entries.head(conn)[0]} entries, none changed or removed")
    unfinished = len(blocks.unfinished(conn))
    if unfinished:
        yield Finding(
            Level.WARN, "blocks", f"{unfinished} were begun and not finished", "the next suspend or restore does it"
        )
    yield from _clock(conn, now)


def _clock(conn: "Connection", now: datetime) -> Iterator[Finding]:
    newest = deque(journal.read(conn), maxlen=1)
    if newest and str(newest[0]["at"]) > instant_text(now):
        what = f"it is {instant_text(now)} here, but the journal's newest entry is of {newest[0]['at']}"
        yield Finding(Level.BAD, "clock", what, "set the machine's clock right: days past due are counted by it")
    else:
        yield Finding(Level.OK, "clock", f"it is {instant_text(now)}, and the journal has nothing later")
