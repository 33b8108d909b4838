"""The store: SQLite in WAL mode below the state folder; the only place with SQL."""

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from dunning_plugin.errors import InputError
from dunning_plugin.store.migrate import NEWEST, bring_up_to_date, revision_of

FILE = "dunning.db"
BUSY_SECONDS = 30


class Store:
    """An open store. `begin()` for what changes something, `read()` for what looks."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

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
        except OperationalError as error:
            store.close()
            raise InputError(f"cannot be opened: {error.orig}", file=str(path)) from None
        except DatabaseError:
            store.close()
            raise InputError("is no dunning store, or damaged", file=str(path), remedy="bring back a backup") from None
        except InputError:
            store.close()
            raise
        return store

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; rolled back on any exception."""
        with self.engine.connect() as conn:
            conn.info["write"] = True
            try:
                with conn.begin():
                    yield conn
            finally:
                conn.info.pop("write", None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that never waits for a writer."""
        with self.engine.connect() as conn, conn.begin():
            yield conn

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _prepare(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise InputError(
            f"cannot be opened: {error.strerror}",
            file=str(path),
            remedy="run as root, or set state_dir in dunning.yaml",
        ) from None
    status = os.fstat(descriptor)
    os.close(descriptor)
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != 0o600:
        path.chmod(0o600)


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # SQLAlchemy's own BEGIN (below) replaces the driver's, which would begin too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32768"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.info.get("write") else "BEGIN")

    return engine
