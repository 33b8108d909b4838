"""The folder that files for import lie in: plain files directly in it, and nothing else."""

import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import List, Tuple

ENDINGS = (".csv", ".yaml", ".yml")
NAME = re.compile(r"[^./\x00-\x1f\x7f][^/\x00-\x1f\x7f]{0,149}")
MOST_FILES = 200


@dataclass(frozen=True)
class Dropped:
    """One file: its name, when it was changed last (UTC), its size in bytes."""

    name: str
    changed_at: datetime
    bytes: int


def listing(folder: Path) -> Tuple[Dropped, ...]:
    """The files, the newest first. OSError if the folder cannot be read.

    Passed over: folders, links (hard ones too: whoever may write here could name a file of others by one), hidden
    files, names that are no text, and endings that no import reads."""
    found: List[Dropped] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _is_name(entry.name):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
                found.append(
                    Dropped(entry.name, datetime.fromtimestamp(int(status.st_mtime), timezone.utc), status.st_size)
                )
    found.sort(key=lambda file: (file.changed_at, file.name), reverse=True)
    return tuple(found[:MOST_FILES])


def _is_name(name: str) -> bool:
    if not name.isprintable() or not NAME.fullmatch(name):
        return False
    return name.lower().endswith(ENDINGS)
