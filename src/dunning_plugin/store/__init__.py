"""The store: SQLite in WAL mode below the state folder; the only place with SQL."""

import errno
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Iterator, Tuple

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from dunning_plugin.errors import InputError, StoreTrouble
from dunning_plugin.store.migrate import NEWEST, bring_up_to_date, revision_of

FILE = "dunning.db"
BUSY_SECONDS = 30
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "cache_size = -32768",
    # Without it a REPLACE deletes a row past the triggers that keep the journal append-only.
    "recursive_triggers = ON",
)


class Store:
    """An open store. `begin()` for what changes something, `read()` for what looks."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.path = str(engine.url.database)

    @classmethod
    def open(cls, state_dir: Path) -> "Store":
        """Open the store in this folder, made and migrated as needed; folder 0700, file 0600.

        InputError if the folder cannot be used, or the file is no store or one of a newer dunning."""
        path = state_dir / FILE
        _prepare(path)
        store = cls(_engine(path))
        try:
            with store.engine.connect() as conn:
                current = revision_of(conn)
            if current != NEWEST:
                bring_up_to_date(store.engine, current)
        except DBAPIError as error:
            store.close()
            what, remedy = words_of(error)
            raise InputError(what, file=str(path), remedy=remedy) from None
        except InputError:
            store.close()
            raise
        return store

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; rolled back on any exception.

        StoreTrouble if the database cannot be written: nothing of the transaction holds then."""
        with _in_words(self.path), self.engine.connect() as conn:
            conn.info["write"] = True
            try:
                with conn.begin():
                    yield conn
            finally:
                conn.info.pop("write", None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that never waits for a writer. StoreTrouble if the database cannot be read."""
        with _in_words(self.path), self.engine.connect() as conn, conn.begin():
            yield conn

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _in_words(path: str) -> Iterator[None]:
    """The database's trouble as one sentence. A broken constraint stays what it is: a fault of ours."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, (IntegrityError, ProgrammingError)):
            raise
        what, remedy = words_of(error)
        raise StoreTrouble(f"{path}: {what}; nothing of this step was written; {remedy}") from None


def words_of(error: DBAPIError) -> Tuple[str, str]:
    """What is wrong with the database file, and what to do."""
    said = str(error.orig)
    for part, what, remedy in TROUBLES:
        if part in said:
            return what, remedy
    return f"cannot be used: {said}", "check the disk, and run dunning doctor"


TROUBLES = (
    ("disk is full", "the disk is full", "make room and run the command again"),
    ("readonly", "cannot be written", "run as root, and check that the disk is not mounted read-only"),
    ("is locked", "another process keeps it locked", "wait for it, and run the command again"),
    (
        "disk I/O error",
        "the disk cannot be read or written",
        "check its room and its health, and run the command again",
    ),
    ("not a database", "is no dunning store, or damaged", "bring back a backup"),
    ("malformed", "is no dunning store, or damaged", "bring back a backup"),
    ("unable to open", "cannot be opened", "run as root, or set state_dir in dunning.yaml"),
)
"""Part of SQLite's words, what it means, what to do."""


def _prepare(path: Path) -> None:
    """The folder 0700 and an empty file 0600, unless there is one. One that is there is never opened here: closing
    any descriptor of it would drop the locks that SQLite holds for this process (sqlite.org/howtocorrupt, 2.2)."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file")
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != 0o600:
            path.chmod(0o600)
    except OSError as error:
        raise InputError(
            f"cannot be opened: {error.strerror}",
            file=str(path),
            remedy="run as root, or set state_dir in dunning.yaml",
        ) from None


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # SQLAlchemy's own BEGIN (below) replaces the driver's, which would begin too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.info.get("write") else "BEGIN")

    return engine
