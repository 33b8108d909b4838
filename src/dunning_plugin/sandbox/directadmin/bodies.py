"""A request's body as it comes over the wire: by Content-Length or in chunks, whole or not at all (RFC 9112)."""

import re
from io import BufferedIOBase
from typing import Sequence

MOST_BODY = 64 * 1024 * 1024
"""Bytes that a body may have."""
MOST_TRAILERS = 100


class Unusable(Exception):
    """No body can be read from this request; `status` says why. The connection is of no more use."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Truncated(Exception):
    """The caller went away before his request was whole: nothing may come of half a request."""


def read_body(lengths: Sequence[str], encoding: str, stream: BufferedIOBase) -> bytes:
    """The body, from all Content-Length headers and the Transfer-Encoding; the latter wins, as with Go and Apache."""
    if encoding:
        if encoding.strip().lower() != "chunked":
            raise Unusable(501, "no such transfer encoding\n")
        return _chunks(stream)
    if not lengths:
        return b""
    if len(set(lengths)) > 1 or not re.fullmatch("[0-9]{1,18}", lengths[0]):
        raise Unusable(400, "no usable length\n")
    return _exactly(stream, _bounded(int(lengths[0])))


def _chunks(stream: BufferedIOBase) -> bytes:
    found, total = [], 0
    while True:
        line = stream.readline(1024)
        if not line:
            raise Truncated
        size = line.split(b";", 1)[0].strip()
        if not line.endswith(b"\n") or not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", size):
            raise Unusable(400, "no usable chunk\n")
        length = int(size, 16)
        if length == 0:
            break
        total = _bounded(total + length)
        found.append(_exactly(stream, length))
        if stream.readline(3) not in (b"\r\n", b"\n"):
            raise Unusable(400, "a chunk is longer than it said\n")
    for _ in range(MOST_TRAILERS):
        line = stream.readline(65536)
        if line in (b"\r\n", b"\n"):
            return b"".join(found)
        if not line.endswith(b"\n"):
            raise Truncated
    raise Unusable(431, "too many trailers\n")


def _bounded(length: int) -> int:
    if length > MOST_BODY:
        raise Unusable(413, "the body is too long\n")
    return length


def _exactly(stream: BufferedIOBase, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise Truncated
    return data
