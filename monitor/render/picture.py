"""Small charts as PNG, without letters: what they say stands beside them as text.

The background is transparent and the colours stand out from white and from black, so that one
picture serves in light and dark (3 : 1 at least, WCAG 2.2, 1.4.11). Format: PNG, ISO/IEC 15948.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from decimal import Decimal

HEIGHT = 64
BAR, GAP = 16, 4
_CLEAR, _PLAIN, _LAST, _GROUND = range(4)
_PALETTE = bytes((0, 0, 0, 74, 134, 197, 201, 98, 45, 128, 136, 144))
_ALPHA = bytes((0, 255, 255, 255))


def bars(values: Sequence[Decimal]) -> bytes:
    """Return a bar for each number, the last in another colour; 20 × 64 pixels each."""
    least, most = min((*values, Decimal(0))), max((*values, Decimal(0)))
    span = (most - least) or Decimal(1)
    heights = [int((value - least) / span * (HEIGHT - 4)) for value in values]
    rows = [_row(heights, HEIGHT - 1 - line) for line in range(HEIGHT)]
    return _png(max(1, len(values)) * (BAR + GAP), HEIGHT, rows)


def _row(heights: Sequence[int], level: int) -> bytes:
    """The pixels at this height above the ground, which is two pixels thick."""
    if level < 2:
        return bytes([_GROUND]) * (max(1, len(heights)) * (BAR + GAP))
    colours = [_PLAIN] * (len(heights) - 1) + [_LAST] * bool(heights)
    pixels = (
        bytes([colour if height > level - 2 else _CLEAR]) * BAR + bytes([_CLEAR]) * GAP
        for height, colour in zip(heights, colours, strict=True)
    )
    return b"".join(pixels) or bytes([_CLEAR]) * (BAR + GAP)


def _png(width: int, height: int, rows: Sequence[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"tRNS", _ALPHA), (b"IDAT", pixels))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, content) for kind, content in (*chunks, (b"IEND", b""))
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
