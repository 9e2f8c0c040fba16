"""Texts as few bytes, alone or as what differs from another text; the only door to zstd (RFC 8878).

Every frame holds a checksum of its text: a flipped bit, or a wrong text to compare with, shows.
"""

from __future__ import annotations

import sys
import zlib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_P = zstd.CompressionParameter
_LEVEL = 3  # 9 saves a tenth and takes five times as long
_OFF = 2  # matches over long distances are found worse, not better, in texts of this size
_SHORTEST = 8
_SMALLEST_WINDOW, _LARGEST_WINDOW = 10, 27  # powers of two
_OLD = b"\x78"  # how zlib's format (RFC 1950) begins, in which releases before 0.2 wrote


class DamagedError(ValueError):
    """These are no bytes that a text was made into, or the other text is another one."""


_OPTIONS: dict[int, int] = {_P.compression_level: _LEVEL, _P.checksum_flag: 1}
_ALONE = zstd.ZstdCompressor(options=_OPTIONS)  # one call makes a frame; threads take turns


def compress(text: bytes, other: bytes | None = None) -> bytes:
    """Return the text as few bytes; with `other` only what differs from it."""
    prefix = _prefix(other)
    if other is None or prefix is None:
        return _ALONE.compress(text, mode=zstd.ZstdCompressor.FLUSH_FRAME)
    window = (len(text) + len(other)).bit_length()
    options: dict[int, int] = {
        **_OPTIONS,
        _P.window_log: min(max(window, _SMALLEST_WINDOW), _LARGEST_WINDOW),
        _P.enable_long_distance_matching: _OFF,
    }
    return zstd.compress(text, options=options, zstd_dict=prefix)


def decompress(body: bytes, other: bytes | None = None) -> bytes:
    """Return the text, also of an older release. Raises DamagedError."""
    try:
        if body[:1] == _OLD:
            return zlib.decompress(body)
        return zstd.decompress(body, zstd_dict=_prefix(other))
    except (zlib.error, zstd.ZstdError) as error:
        raise DamagedError(str(error)) from error


def _prefix(other: bytes | None) -> tuple[zstd.ZstdDict, int] | None:
    """What to compare with; zstd takes eight bytes or more."""
    if other is None or len(other) < _SHORTEST:
        return None
    return zstd.ZstdDict(other, is_raw=True).as_prefix
