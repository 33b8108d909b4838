"""The plugin's icon, drawn by us: a sheet of paper with a pause sign on it. One list of shapes, as SVG and as PNG."""

import struct
import zlib
from typing import NamedTuple, Tuple

from tools.archive import deflate_stored

SIZE = 48
"""Width and height, in pixels."""
FINE = 4
"""Points looked at in each direction of a pixel, for smooth edges."""


class Box(NamedTuple):
    """A rectangle with round corners: its place, size and radius in pixels, its colour (red, green, blue)."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    colour: Tuple[int, int, int]


BLUE, WHITE = (0x2B, 0x5B, 0x84), (0xFF, 0xFF, 0xFF)
SHAPES = (
    Box(2, 2, 44, 44, 9, BLUE),
    Box(12, 8, 24, 32, 3, WHITE),
    Box(17.5, 14, 4.5, 13, 1.5, BLUE),
    Box(26, 14, 4.5, 13, 1.5, BLUE),
    Box(17, 32, 14, 3, 1.5, BLUE),
)


def svg() -> bytes:
    """The icon as SVG."""
    boxes = "".join(
        f'<rect x="{b.x:g}" y="{b.y:g}" width="{b.width:g}" height="{b.height:g}" rx="{b.radius:g}" '
        f'fill="#{"".join(f"{part:02x}" for part in b.colour)}"/>'
        for b in SHAPES
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
    return f"{head}{boxes}</svg>\n".encode("ascii")


def png() -> bytes:
    """The icon as PNG with transparency (ISO 15948), stored so that it does not depend on anybody's zlib."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
    image = b"\x78\x01" + deflate_stored(rows) + struct.pack(">I", zlib.adler32(rows))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", image) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _pixel(x: int, y: int) -> bytes:
    """The mean of a pixel's points; colours count as much as their point is seen."""
    points = [
        _colour(x + (column + 0.5) / FINE, y + (row + 0.5) / FINE) for row in range(FINE) for column in range(FINE)
    ]
    seen = [colour for colour in points if colour is not None]
    mean = [round(sum(colour[part] for colour in seen) / len(seen)) if seen else 0 for part in range(3)]
    return bytes([*mean, round(255 * len(seen) / len(points))])


def _colour(x: float, y: float) -> "Tuple[int, int, int] | None":
    """What is uppermost at a point; None where there is nothing."""
    for box in reversed(SHAPES):
        # How far the point lies outside the box without its corners: within the radius it is still inside.
        across = max(box.x + box.radius - x, x - (box.x + box.width - box.radius), 0.0)
        down = max(box.y + box.radius - y, y - (box.y + box.height - box.radius), 0.0)
        if across * across + down * down <= box.radius * box.radius:
            return box.colour
    return None
