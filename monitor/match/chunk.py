"""What must stand in a text for a spelling to match.

A chunk is a part of a spelling that lies within one word of normalised text. A spelling can match
only where all chunks of one of its ways occur; whether it does, its regular expression says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

from monitor.match.expression import Choice, Part, Sequence, Space, Star, Text

_MOST_WAYS = 32
_MOST_LITERALS = 64
# So many letters of one part of a word tell enough.
_ENOUGH = 8


class Literal(NamedTuple):
    """Letters that must stand there; it `opens` or `closes` a word if no letter may touch it."""

    text: str
    opens: bool = False
    closes: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is nothing but letters."""
        return self.text.isalpha()


# One of these stands in every find.
Chunk = frozenset[Literal]
Way = frozenset[Chunk]
Ways = tuple[Way, ...]
# What a choice within a word comes to: texts, and None for any letters between them.
_Flat = tuple[str | None, ...]


def ways(sequence: Sequence) -> Ways:
    """The ways to write the spelling: of one of them all chunks occur in every find."""
    return _ways(sequence, opens=True, closes=True)


def both(left: Ways, right: Ways) -> Ways:
    """The ways of two spellings that must both match; too many are told by one of them."""
    if len(left) * len(right) > _MOST_WAYS:
        return min(left, right, key=len)
    return tuple({one | other: None for one in left for other in right})


def _ways(sequence: Sequence, *, opens: bool, closes: bool) -> Ways:
    """The ways of a sequence; a word begins before it if `opens`, ends behind it if `closes`."""
    parts = sequence.parts
    factors: list[Ways] = []
    for begin, end in _runs(parts):
        opening = opens if begin == 0 else isinstance(parts[begin - 1], Space)
        closing = closes if end == len(parts) else isinstance(parts[end], Space)
        part = parts[begin]
        if isinstance(part, Choice) and not _is_one_word(part):
            each = (_ways(branch, opens=opening, closes=closing) for branch in part.branches)
            factors.append(tuple({way: None for ways in each for way in ways}))
        elif chunk := _chunk(parts[begin:end], opens=opening, closes=closing):
            factors.append((frozenset({chunk}),))
    return reduce(both, factors, (frozenset(),))


def _runs(parts: tuple[Part, ...]) -> Iterator[tuple[int, int]]:
    """Where parts within one word begin and end; a choice of several words is a run of its own."""
    begin = 0
    for at, part in enumerate(parts):
        if not _is_one_word(part):
            if begin < at:
                yield begin, at
            if isinstance(part, Choice):
                yield at, at + 1
            begin = at + 1
    if begin < len(parts):
        yield begin, len(parts)


def _is_one_word(part: Part) -> bool:
    if isinstance(part, Choice):
        return all(_is_one_word(inner) for branch in part.branches for inner in branch.parts)
    return isinstance(part, Text | Star)


def _chunk(parts: tuple[Part, ...], *, opens: bool, closes: bool) -> Chunk:
    """The parts of a word as a chunk; an empty one when it has no letters that must be there."""
    best = _best(parts, opens=opens, closes=closes) if len(parts) > 1 else frozenset()
    flat = _flat(parts) if least(best) < _ENOUGH else []
    if not flat:
        return best or _best(parts, opens=opens, closes=closes)
    found = {_longest(way, opens=opens, closes=closes) for way in flat}
    return frozenset(found) if all(literal.text for literal in found) else frozenset()


def _best(parts: tuple[Part, ...], *, opens: bool, closes: bool) -> Chunk:
    """The most telling of the parts of a word, by itself."""
    last = len(parts) - 1
    each = (
        _branches(part, opens=opens and at == 0, closes=closes and at == last)
        for at, part in enumerate(parts)
    )
    return max(each, key=least)


def _branches(part: Part, *, opens: bool, closes: bool) -> Chunk:
    """A part that is too varied, or stands among such, as a chunk."""
    branches = part.branches if isinstance(part, Choice) else (Sequence((part,)),)
    each = [_chunk(branch.parts, opens=opens, closes=closes) for branch in branches]
    return frozenset().union(*each) if all(each) else frozenset()


def least(chunk: Chunk) -> int:
    """How many letters one must at least read to see the chunk."""
    return min((len(literal.text) for literal in chunk), default=0)


def _flat(parts: tuple[Part, ...]) -> list[_Flat]:
    """All that the parts of a word may be; nothing if that is too much."""
    found: list[_Flat] = [()]
    for part in parts:
        match part:
            case Text(text):
                tails: list[_Flat] = [(text,)]
            case Choice(branches):
                each = [_flat(branch.parts) for branch in branches]
                tails = [tail for flat in each for tail in flat] if all(each) else []
            case _:
                tails = [(None,)]
        if not 0 < len(found) * len(tails) <= _MOST_LITERALS:
            return []
        found = [head + tail for head in found for tail in tails]
    return found


def _longest(flat: _Flat, *, opens: bool, closes: bool) -> Literal:
    texts = [""]
    for part in flat:
        if part is None:
            texts.append("")
        else:
            texts[-1] += part
    at = max(range(len(texts)), key=lambda at: len(texts[at]))
    text = texts[at]
    return Literal(
        text,
        opens and at == 0 and text[:1].isalpha(),
        closes and at == len(texts) - 1 and text[-1:].isalpha(),
    )
