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
# So many letters of one part of a word tell enough if there are many ways to write all of it.
_ENOUGH = 8
_FEW = 12


class Literal(NamedTuple):
    """Letters that must stand there.

    It `opens` or `closes` a word if no letter may touch it; one that begins or ends with a digit
    if neither a letter nor a digit may.
    """

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
    flat = _flat(parts)
    if not flat or (len(flat) > _FEW and least(best) >= _ENOUGH):
        return best or _best(parts, opens=opens, closes=closes)
    # A digit is told from its neighbours only where its word cannot go on without it.
    digits = opens and _is_there(parts, 0), closes and _is_there(parts, -1)
    found = {_longest(way, opens=opens, closes=closes, digits=digits) for way in flat}
    return frozenset(found) if all(literal.text for literal in found) else frozenset()


def _is_there(parts: tuple[Part, ...], index: int) -> bool:
    """Whether every way to write the parts begins (0) or ends (-1) with a text of that part."""
    part = parts[index] if parts else None
    if isinstance(part, Choice):
        return all(_is_there(branch.parts, index) for branch in part.branches)
    return isinstance(part, Text)


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


def _longest(flat: _Flat, *, opens: bool, closes: bool, digits: tuple[bool, bool]) -> Literal:
    """The longest text of a word; `digits` says where one at its ends stands alone."""
    texts = [""]
    for part in flat:
        if part is None:
            texts.append("")
        else:
            texts[-1] += part
    at = max(range(len(texts)), key=lambda at: len(texts[at]))
    text = texts[at]
    first = text[:1] if at == 0 else ""
    last = text[-1:] if at == len(texts) - 1 else ""
    return Literal(
        text,
        digits[0] if first.isdigit() else opens and first.isalpha(),
        digits[1] if last.isdigit() else closes and last.isalpha(),
    )
