"""What must stand in a text, word by word, for a spelling to match.

A chunk is a part of a spelling that lies within one word of normalised text. A spelling can match
only where all chunks of one of its ways occur; whether it does, its regular expression says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from monitor.match.expression import Choice, Part, Sequence, Space, Star, Text, is_sign

_MOST_WAYS = 32


@dataclass(frozen=True, slots=True)
class Chunk:
    """A regular expression for one word, and literals one of which stands in every find.

    `opens` and `closes` say that no letter stands before, or behind, the literal; `is_word` that
    it is all of the letters between others signs.
    """

    regex: str
    literals: tuple[str, ...]
    opens: bool
    closes: bool
    is_word: bool = False

    def touches(self, word: str, start: int, end: int) -> bool:
        """False when the literal at start … end-1 of the text cannot be the one meant."""
        return not (
            (self.opens and start > 0 and word[start - 1].isalpha())
            or (self.closes and end < len(word) and word[end].isalpha())
        )


Way = frozenset[Chunk]
Ways = tuple[Way, ...]


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
        elif chunk := _chunk(Sequence(parts[begin:end]), opens=opening, closes=closing):
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


def _chunk(run: Sequence, *, opens: bool, closes: bool) -> Chunk | None:
    """The run as a chunk; None when it has no letters that must be there."""
    keys = [(literals, at) for at, part in enumerate(run.parts) if (literals := _literals(part))]
    if not keys:
        return None
    literals, at = max(keys, key=lambda key: min(map(len, key[0])))
    last = run.parts[-1]
    after = "" if is_sign(last, -1) or not closes else r"(?![^\W\d])"
    bare = _is_bare(run.parts[at])
    opening = opens and bare and at == 0 and not is_sign(run.parts[at], 0)
    closing = bool(after) and bare and at == len(run.parts) - 1
    return Chunk(
        f"{run.regex(opens=opens, closes=closes)}{after}",
        literals,
        opening,
        closing,
        is_word=opening and closing and run == Sequence((Text(literals[0]),))
        and literals[0].isalpha(),
    )  # fmt: skip


def _literals(part: Part) -> tuple[str, ...]:
    match part:
        case Text(text):
            return (text,)
        case Choice():
            return tuple(dict.fromkeys(part.literals()))
    return ()


def _is_bare(part: Part) -> bool:
    """Whether its literals are all there is, and begin with letters or digits."""
    if isinstance(part, Choice):
        return all(
            len(branch.parts) == 1 and isinstance(branch.parts[0], Text)
            and branch.parts[0].text[0].isalnum()
            for branch in part.branches
        )  # fmt: skip
    return True


def pattern_of(chunk: Chunk) -> re.Pattern[str]:
    """The compiled expression of a chunk."""
    return re.compile(chunk.regex)
