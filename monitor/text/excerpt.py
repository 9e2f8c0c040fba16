"""The words around a find, for people: in the original spelling, cut between words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from monitor.model import Piece

Span = tuple[int, int]
_CUT = "…"
# Between two stretches of an excerpt.
CUT = f" {_CUT} "
_INK = re.compile(r"\S")
_BLANKS = re.compile(r"\s+")
_LAST_BLANKS = re.compile(r"\s+(?=\S*\Z)")
# When two excerpts become one: characters that both show, and characters of the result.
_LEAST_OVERLAP = 20
_LONGEST = 700


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
            pieces.append(Piece(CUT if pieces else CUT.lstrip(), hit=False))
        pieces += _pieces(text, (start, end), [hit for hit in hits if start <= hit[0] < end])
    if windows and _INK.search(text, windows[-1][1]):
        pieces.append(Piece(f" {_CUT}", hit=False))
    return tuple(pieces)


def joined(one: Sequence[Piece], other: Sequence[Piece]) -> tuple[Piece, ...] | None:
    """The two excerpts as one with the hits of both; None when they do not overlap or get long."""
    first, second = _plain(one), _plain(other)
    for whole, part in ((first, second), (second, first)):
        if CUT in part.text and (within := _within(whole.text, part)) is not None:
            return _shown(whole.text, [*whole.hits, *within], whole, whole)
    shift = _shift(first.text, second.text)
    if shift is None:
        first, second = second, first
        shift = _shift(first.text, second.text)
    if shift is None:
        return None
    text = first.text + second.text[len(first.text) - shift :]
    last = second if shift + len(second.text) >= len(first.text) else first
    hits = [*first.hits, *((start + shift, end + shift) for start, end in second.hits)]
    return _shown(text, hits, first, last) if len(text) <= _LONGEST else None


def _shown(text: str, hits: Sequence[Span], first: _Plain, last: _Plain) -> tuple[Piece, ...]:
    """The text with its hits, between the marks of what the first and the last leave out."""
    before = [Piece(f"{_CUT} ", hit=False)] if first.cut_before else []
    after = [Piece(f" {_CUT}", hit=False)] if last.cut_after else []
    return (*before, *_pieces(text, (0, len(text)), merge(hits)), *after)


def _within(text: str, part: _Plain) -> list[Span] | None:
    """Where the hits of an excerpt stand in a text that shows each of its stretches; else None."""
    hits: list[Span] = []
    at = 0
    for stretch in part.text.split(CUT):
        place = text.find(stretch)
        if place < 0:
            return None
        end = at + len(stretch)
        hits += [(s + place - at, e + place - at) for s, e in part.hits if at <= s and e <= end]
        at = end + len(CUT)
    return hits


class _Plain(NamedTuple):
    """An excerpt without the marks of what was left out around it."""

    text: str
    hits: list[Span]
    cut_before: bool
    cut_after: bool


def _plain(pieces: Sequence[Piece]) -> _Plain:
    whole = "".join(piece.text for piece in pieces)
    text = whole.removeprefix(f"{_CUT} ")
    lead = len(whole) - len(text)
    ends = tuple(accumulate(len(piece.text) for piece in pieces))
    hits = [
        (end - len(piece.text) - lead, end - lead)
        for piece, end in zip(pieces, ends, strict=True)
        if piece.hit
    ]
    return _Plain(text.removesuffix(f" {_CUT}"), hits, lead > 0, text.endswith(f" {_CUT}"))


def _shift(first: str, second: str) -> int | None:
    """Where in the first text the second begins, which may go on after it."""
    starts = range(max(1, len(first) - _LEAST_OVERLAP + 1))
    return next((at for at in starts if second.startswith(first[at : at + len(second)])), None)


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
        gap = _BLANKS.search(text, start - 1, hit[0])
        start = gap.end() if gap else start
    if end < len(text):
        gap = _LAST_BLANKS.search(text, hit[1], end + 1)
        end = gap.start() if gap else end
    return start, end


def _pieces(text: str, window: Span, hits: Sequence[Span]) -> Iterator[Piece]:
    """The window split into what is a hit and what is not."""
    at, stop = window
    for start, end in [*hits, (stop, stop)]:
        for words, hit in ((text[at:start], False), (text[start:end], True)):
            if words:
                yield Piece(_even(words), hit)
        at = end


def _even(words: str) -> str:
    """The words with one blank for all white space."""
    first = " " if words[0].isspace() else ""
    last = " " if words[-1].isspace() else ""
    return f"{first}{text}{last}" if (text := " ".join(words.split())) else " "
