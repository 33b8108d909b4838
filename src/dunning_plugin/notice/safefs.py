"""Files below folders that a hostile user owns, handled by root: only through directory descriptors, never a link.

Every step opens one component with O_NOFOLLOW below a descriptor that is held already, so nothing that the owner
swaps in between can lead us elsewhere.
"""

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Mapping, Optional

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def opened(root: Path, *parts: str) -> Iterator[int]:
    """A descriptor of root/part/part…; OSError (ELOOP, ENOTDIR) if a part is a link or no folder.

    `root` itself is trusted (the panel's /home); the parts below are not."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            if part in ("", ".", "..") or "/" in part:
                raise ValueError(f"{part!r} is no name of a folder")
            following = os.open(part, FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = following
        yield descriptor
    finally:
        os.close(descriptor)


def there(folder: int, name: str) -> Optional[os.stat_result]:
    """What stands under a name, links not followed; None if nothing does."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def write_folder(parent: int, name: str, files: Mapping[str, bytes]) -> None:
    """A new folder with files, all ours, 0755 and 0644 under any umask, on the disk when this returns."""
    os.mkdir(name, 0o700, dir_fd=parent)
    folder = os.open(name, FOLDER, dir_fd=parent)
    try:
        for file, content in files.items():
            descriptor = os.open(
                file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder
            )
            with os.fdopen(descriptor, "wb") as out:
                out.write(content)
                out.flush()
                os.fchmod(out.fileno(), 0o644)
                os.fsync(out.fileno())
        os.fchmod(folder, 0o755)
        os.fsync(folder)
    finally:
        os.close(folder)


def remove_folder(parent: int, name: str, last: str = "") -> None:
    """Remove a folder of ours with all that is in it; what is no folder is unlinked. Nothing there is fine.

    Only for folders that nobody else can write to. The file `last` goes last, so that what a crash leaves half
    removed is still known by it."""
    status = there(parent, name)
    if status is None:
        return
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(name, dir_fd=parent)
        return
    folder = os.open(name, FOLDER, dir_fd=parent)
    try:
        for entry in sorted(os.listdir(folder), key=lambda entry: entry == last):
            remove_folder(folder, entry)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=parent)


def content(parent: int, name: str, file: str, most: int = 200) -> Optional[bytes]:
    """The beginning of a small file in a folder; None if it is not there, or anything on the way is a link."""
    try:
        folder = os.open(name, FOLDER, dir_fd=parent)
    except OSError:
        return None
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)
    with os.fdopen(descriptor, "rb") as opened_file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return opened_file.read(most)


def move(source: int, name: str, target: int, new_name: str) -> None:
    """Rename an entry, whatever it is (a link stays a link), from one folder to another, on the disk after."""
    os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=target)
    os.fsync(source)
    if target != source:
        os.fsync(target)
