"""How one row of things became another: what stands in both, in order, and what lies between.

First what both begin and end with. What is small then is compared pair by pair; in what is not,
the things that either has only once hold the others in place (Bram Cohen's patience diff), and so
on within each gap. Only so many pairs are compared: the work grows with the length of the rows,
whatever they hold.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import pairwise, starmap, takewhile
from operator import eq
from typing import NamedTuple

# Gaps within gaps: what is deeper counts as replaced.
_DEEPEST = 8
# Pairs that are tried in one gap and in all, some hundredths of a second.
_MOST_PAIRS = 20_000
_MOST_PAIRS_AT_ALL = 200_000
# What stands beside something common in both rows counts so many times.
_TOGETHER = 3


class Step(NamedTuple):
    """`old[i:j]` became `new[k:m]`; of what was replaced one side may be empty."""

    i: int
    j: int
    k: int
    m: int
    kept: bool


# Where in the old row, where in the new one, and how many things are the same.
_Run = tuple[int, int, int]


def steps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Step]:
    """Return the steps from one row to the other, in order and without a hole.

    What is kept and what is replaced take turns.
    """
    found: list[Step] = []
    i = k = 0
    for a, b, length in _joined(sorted(_runs(old, new))):
        if a > i or b > k:
            found.append(Step(i, a, k, b, kept=False))
        i, k = a + length, b + length
        found.append(Step(a, i, b, k, kept=True))
    if i < len(old) or k < len(new):
        found.append(Step(i, len(old), k, len(new), kept=False))
    return found


def _joined(runs: Sequence[_Run]) -> Iterator[_Run]:
    """The runs with neighbours made one."""
    i = k = length = 0
    for a, b, more in runs:
        if (i + length, k + length) == (a, b):
            length += more
        else:
            if length:
                yield i, k, length
            i, k, length = a, b, more
    if length:
        yield i, k, length


def _runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[_Run]:
    """What is kept, in any order."""
    pairs = _MOST_PAIRS_AT_ALL
    gaps = [(0, 0, old, new, 0)]
    while gaps:
        i, k, old, new, depth = gaps.pop()
        tail = _alike(zip(reversed(old), reversed(new), strict=False))
        rest = min(len(old), len(new)) - tail
        head = _alike(zip(old[:rest], new[:rest], strict=True))
        yield i, k, head
        yield i + len(old) - tail, k + len(new) - tail, tail
        old, new = old[head : len(old) - tail], new[head : len(new) - tail]
        i, k = i + head, k + head
        if not old or not new:
            continue
        if len(old) * len(new) <= min(pairs, _MOST_PAIRS):
            pairs -= len(old) * len(new)
            yield from ((i + a, k + b, 1) for a, b in _longest(old, new))
        elif depth < _DEEPEST:
            single = _single(old, new)
            for (a, b), (c, d) in pairwise([(-1, -1), *single, (len(old), len(new))]):
                if single and c - a > 1 and d - b > 1:
                    gap = old[a + 1 : c], new[b + 1 : d]
                    gaps.append((i + a + 1, k + b + 1, *gap, depth + 1))
            yield from ((i + a, k + b, 1) for a, b in single)


def _alike(pairs: Iterable[tuple[Hashable, Hashable]]) -> int:
    """How many pairs there are before the first unequal one."""
    return sum(takewhile(bool, starmap(eq, pairs)))


def _single(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The places of what either has only once: as many as are in the same order."""
    here, there = _places(old), _places(new)
    both = [(a, b) for thing, a in here.items() if a >= 0 and (b := there.get(thing, -1)) >= 0]
    return _rising(both)


def _places(row: Sequence[Hashable]) -> dict[Hashable, int]:
    """Where each thing stands; -1 for what stands in several places."""
    places: dict[Hashable, int] = {}
    for place, thing in enumerate(row):
        places[thing] = -1 if thing in places else place
    return places


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest row of pairs that rise on both sides; on the first all of them do."""
    ends: list[int] = []  # the lowest end of a row of each length
    last: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, b) in enumerate(pairs):
        length = bisect_left(ends, b)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [b]
        last[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        row.append(pairs[at])
        at = before[at]
    return row[::-1]


def _longest(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """The places of much that is common, found pair by pair: rather together than scattered."""
    # By how much of either row is left: what the rests have in common, and the same of rests that
    # begin with something common.
    best, begun = [[0] * (len(new) + 1)], [[0] * (len(new) + 1)]
    backwards = new[::-1]
    for thing in reversed(old):
        line, first, most = [0], [0], 0
        both = zip(backwards, best[-1][1:], best[-1], begun[-1], strict=False)
        for other, without, after, run in both:
            common = 0
            if thing == other:
                common = _TOGETHER + run if run and _TOGETHER + run > after else 1 + after
            if without > most:  # noqa: PLR1730 - `max` takes four times as long
                most = without
            if common > most:  # noqa: PLR1730
                most = common
            first.append(common)
            line.append(most)
        best.append(line)
        begun.append(first)
    a, b = len(old), len(new)
    while best[a][b]:
        if begun[a][b] == best[a][b]:
            yield len(old) - a, len(new) - b
            while (run := begun[a - 1][b - 1]) and begun[a][b] == _TOGETHER + run:
                a, b = a - 1, b - 1
                yield len(old) - a, len(new) - b
            a, b = a - 1, b - 1
        elif best[a - 1][b] == best[a][b]:
            a -= 1
        else:
            b -= 1
