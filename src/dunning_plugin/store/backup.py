"""Copies of the store: one made while it is in use, and one put back after a migration that failed.

SQLite's own backup API works on a store that others have open, write-ahead log included (sqlite.org/backup.html)."""

import os
import sqlite3
from pathlib import Path
from typing import Tuple

from dunning_plugin.errors import InputError

BUSY_SECONDS = 30


def back_up(store: Path, target: Path) -> int:
    """Copy the store, as it is and without migrating it, to a new file of mode 0600; the copy's size in bytes.

    InputError if there is no store, or the target exists or cannot be made. No half copy is left."""
    if not store.is_file():
        raise InputError("is not there, so there is nothing to back up", file=str(store))
    try:
        # Made before SQLite opens it, so that the umask has no say in who may read it.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", file=str(target), remedy="name a new file") from None
    try:
        _copy(store, target)
    except sqlite3.Error as error:
        target.unlink()
        raise InputError(f"cannot be copied: {error}", file=str(store)) from None
    return target.stat().st_size


def put_back(store: Path, backup: Path) -> bool:
    """Make the store what it was at the backup, unless its shape is still the same: did it have to?

    A migration that failed was rolled back, and what others wrote since the backup must not be lost for nothing.
    InputError if the backup is none, or the store cannot be written."""
    if not backup.is_file():
        raise InputError("is not there", file=str(backup))
    try:
        if shape(store) == shape(backup):
            return False
        _copy(backup, store)
    except sqlite3.Error as error:
        raise InputError(f"cannot be put back: {error}", file=str(store), remedy=f"copy {backup} there") from None
    return True


def shape(store: Path) -> Tuple[Tuple[str, ...], ...]:
    """Tables, indexes and triggers of a store, and its revision."""
    connection = _connect(store)
    try:
        rows = connection.execute("SELECT coalesce(sql, name) FROM sqlite_master ORDER BY type, name").fetchall()
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            rows += connection.execute("SELECT version_num FROM alembic_version").fetchall()
        return tuple(rows)
    finally:
        connection.close()


def _copy(source: Path, target: Path) -> None:
    reader, writer = _connect(source), _connect(target)
    try:
        reader.backup(writer)
    finally:
        reader.close()
        writer.close()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS)
