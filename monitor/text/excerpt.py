"""The words around a find, for people: in the original spelling, cut between words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from monitor.model import Piece

Span = tuple[int, int]
_CUT = "…"


def excerpt(text: str, spans: Sequence[Span], width: int = 300) -> tuple[Piece, ...]:
    """About `width` characters of `text` around the spans, which become the hits.

    White space is shown as one blank, what is left out as `…`; spans far apart are shown as
    several stretches. Without spans it is the beginning of the text.
    """
    hits = merge(spans)
    room = max(0, width - sum(end - start for start, end in hits)) // (2 * max(1, len(hits)))
    widened = [_widened(text, hit, room) for hit in hits] or [_widened(text, (0, 0), width)]
    windows = merge(widened)
    pieces: list[Piece] = []
    for start, end in windows:
        if start > 0:
            pieces.append(Piece(f" {_CUT} " if pieces else f"{_CUT} ", hit=False))
        pieces += _pieces(text, (start, end), [hit for hit in hits if start <= hit[0] < end])
    if windows and windows[-1][1] < len(text.rstrip()):
        pieces.append(Piece(f" {_CUT}", hit=False))
    return tuple(pieces)


def also_marked(pieces: Sequence[Piece], words: str) -> tuple[Piece, ...] | None:
    """The excerpt with these words as hits too, or None when they do not stand in it."""
    text = "".join(piece.text for piece in pieces)
    sought = rf"(?<!\w){re.escape(' '.join(words.split()))}(?!\w)"
    found = [place.span() for place in re.finditer(sought, text)]
    if not found:
        return None
    ends = tuple(accumulate(len(piece.text) for piece in pieces))
    known = [
        (end - len(piece.text), end) for piece, end in zip(pieces, ends, strict=True) if piece.hit
    ]
    return tuple(_pieces(text, (0, len(text)), merge([*known, *found])))


def merge(spans: Sequence[Span]) -> list[Span]:
    """The spans in order of place, touching and overlapping ones joined."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _widened(text: str, hit: Span, room: int) -> Span:
    """The hit with up to `room` characters on each side, cut between words where there are any."""
    start, end = max(0, hit[0] - room), min(len(text), hit[1] + room)
    if start > 0:
        gap = re.compile(r"\s+").search(text, start - 1, hit[0])
        start = gap.end() if gap else start
    if end < len(text):
        gap = re.compile(r"\s+(?=\S*\Z)").search(text, hit[1], end + 1)
        end = gap.start() if gap else end
    return start, end


def _pieces(text: str, window: Span, hits: Sequence[Span]) -> Iterator[Piece]:
    """The window split into what is a hit and what is not."""
    at, stop = window
    for start, end in [*hits, (stop, stop)]:
        for words, hit in ((text[at:start], False), (text[start:end], True)):
            if words:
                yield Piece(re.sub(r"\s+", " ", words), hit)
        at = end
