"""Unpacking a plugin's .tar.gz as root without being led out of its folder."""

import io
import os
import tarfile
import zlib
from pathlib import Path, PurePosixPath

MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes; a small archive can unpack to a full disk."""
MOST_MEMBERS = 20_000


class BadArchive(Exception):
    """An archive that is none, or holds what no plugin needs; the text says what."""


def unpack(archive: bytes, folder: Path) -> None:
    """Unpack files and folders below `folder`, each new and with the archive's mode as far as the umask lets it.

    BadArchive for anything else: links, devices, ways out of the folder, more than fits. Nothing is kept then but
    what was unpacked so far; the caller unpacks into a folder of its own."""
    left = MOST_UNPACKED
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for number, member in enumerate(tar):
                left -= member.size
                if left < 0 or number >= MOST_MEMBERS:
                    raise BadArchive("the archive unpacks to more than a plugin may be")
                _unpack_one(tar, member, folder)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise BadArchive(f"the file is no usable .tar.gz: {error}") from None


def _unpack_one(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    way = PurePosixPath(member.name)
    if way.is_absolute() or ".." in way.parts or "\0" in member.name:
        raise BadArchive(f"{member.name} leads out of the plugin's folder")
    target = folder / way
    if member.isdir():
        target.mkdir(mode=member.mode & 0o777, parents=True, exist_ok=True)
        return
    reader = tar.extractfile(member) if member.isreg() else None
    if reader is None:
        raise BadArchive(f"{member.name} is neither a file nor a folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Always a new file: whatever stood there keeps its content for those who have it open, as a script run by itself.
    target.unlink(missing_ok=True)
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, member.mode & 0o777), "wb") as file:
        file.write(reader.read())
