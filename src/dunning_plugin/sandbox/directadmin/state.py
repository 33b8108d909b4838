"""The whole state of a folder as data, for a comparison before and after."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Any, Dict, Sequence, Tuple

Files = Dict[str, Tuple[Any, ...]]
"""path -> (type, mode, uid, gid, link target or content's SHA-256[, mtime_ns])."""


def state_of(root: Path, times: bool = True, leave_out: Sequence[str] = ()) -> Files:
    """Everything below a folder. Links are not followed."""
    found: Files = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            short = os.path.relpath(path, root)
            if not any(f"{short}/".startswith(prefix) for prefix in leave_out):
                found[short] = _facts(path, times)
    return found


def _facts(path: str, times: bool) -> Tuple[Any, ...]:
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    content = ""
    if stat.S_ISLNK(status.st_mode):
        content = os.readlink(path)
    elif stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            content = hashlib.sha256(file.read()).hexdigest()
    facts = (kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, content)
    return (*facts, status.st_mtime_ns) if times else facts
