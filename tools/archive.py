"""Archives that come out byte for byte the same, whoever builds them, where and when.

Nothing is compressed: what zlib makes of the same bytes differs from one zlib to the next. The wheels inside are
compressed already by those who published them."""

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Iterable, Mapping, NamedTuple

MOMENT = 1_239_148_800
"""The time that every file in a package bears, in seconds since 1970: 2009-04-08, the day of the case."""
MOST_STORED = 65_535
"""Bytes in one stored block (RFC 1951, 3.2.4)."""


class Entry(NamedTuple):
    """One file of a tar: its path, its content, its mode whatever the umask."""

    path: str
    content: bytes
    mode: int = 0o644


def tar_gz(entries: Iterable[Entry]) -> bytes:
    """A .tar.gz of these files, sorted, with their folders, all root's."""
    files = sorted(entries)
    folders = sorted({str(folder) for entry in files for folder in PurePosixPath(entry.path).parents} - {"."})
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for folder in folders:
            tar.addfile(_member(folder, 0o755, tarfile.DIRTYPE))
        for entry in files:
            member = _member(entry.path, entry.mode, tarfile.REGTYPE)
            member.size = len(entry.content)
            tar.addfile(member, io.BytesIO(entry.content))
    return gzip_stored(buffer.getvalue())


def _member(path: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path)
    member.type, member.mode, member.mtime = kind, mode, MOMENT
    member.uname = member.gname = "root"
    return member


def gzip_stored(data: bytes) -> bytes:
    """A gzip file without a name or a time (RFC 1952), its content in stored blocks."""
    parts = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    parts.append(deflate_stored(data))
    parts.append(struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF))
    return b"".join(parts)


def deflate_stored(data: bytes) -> bytes:
    """The bytes as stored deflate blocks."""
    blocks = [data[start : start + MOST_STORED] for start in range(0, len(data), MOST_STORED)] or [b""]
    return b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block for block in blocks
    )


def zip_stored(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files in their given order; mode 0644, the earliest time that a zip knows."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files.items():
            member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            member.create_system, member.external_attr = 3, 0o100644 << 16
            archive.writestr(member, content)
    return buffer.getvalue()
