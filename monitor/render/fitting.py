"""Which entries a mail has room for: in full, as a line with title and link, or not at all.

Gmail cuts what is longer than 102 kB; nobody reads it on a phone. Titles come first, up to half of
the room; what is left goes to entries in full, the most important first.
"""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from monitor.model import Digest, Entry

# Bytes of both parts as sent; with headers and a calendar file a mail stays below 100 kB.
ROOM = 88_000


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry as it stands in the two parts, and the bytes that it takes on the wire."""

    entry: Entry
    html: str
    text: str
    size: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """The entries of a digest by how much of them is shown, each group in the order of rank."""

    full: tuple[Piece, ...]
    lines: tuple[Piece, ...]
    rest: tuple[Entry, ...]


Draw = Callable[[Entry], Piece]


def fit(entries: Sequence[Entry], full: Draw, line: Draw, room: int) -> Fitted:
    """Return the fullest showing of the entries, given by rank, that takes at most `room` bytes."""
    drawn, everything = _drawn(entries, full, room)
    if everything:
        return Fitted(tuple(drawn), (), ())
    lines, _ = _drawn(entries, line, room // 2)
    used, whole = sum(each.size for each in lines), 0
    for number, piece in enumerate(drawn):
        used += piece.size - (lines[number].size if number < len(lines) else 0)
        if used > room:
            break
        whole += 1
    shown = max(whole, len(lines))
    return Fitted(tuple(drawn[:whole]), tuple(lines[whole:]), tuple(entries[shown:]))


def _drawn(entries: Sequence[Entry], draw: Draw, room: int) -> tuple[list[Piece], bool]:
    """As many as there is room for, and whether these are all."""
    pieces: list[Piece] = []
    for entry in entries:
        piece = draw(entry)
        room -= piece.size
        if room < 0:
            return pieces, False
        pieces.append(piece)
    return pieces, True


def by_rank(digest: Digest) -> list[Entry]:
    """Return the first entry of every section, then the second of each …, at last the perhaps."""
    ranks = zip_longest(*(section.entries for section in digest.sections))
    sure = [entry for rank in ranks for entry in rank if entry is not None]
    return [*sure, *digest.perhaps]


def encoded_size(text: str) -> int:
    """Return how many bytes the text takes on the wire: quoted-printable, CRLF."""
    return len(b2a_qp(text.replace("\n", "\r\n").encode("utf-8", "replace"), istext=True))
