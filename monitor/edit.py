"""What of an edited text is news: not its order, its division into blocks, its stamps and counters.

`told` are fingerprints of what was there before: of each block as it stood, and of what of it lasts
when stamps and counters move (see `Prints.lasting`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from monitor.text.aligning import steps
from monitor.text.prints import Prints


class Compared(NamedTuple):
    """The blocks that are new and those that are gone, in the order of the page."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def compared(
    before: Sequence[str], now: Sequence[str], told: Collection[str], prints: Prints
) -> Compared:
    """Return what is new and what is gone; `told` may hold more than `before`."""
    here = set(map(prints.of, now))
    gone = [block for block in before if prints.of(block) not in here]
    known = {*told, *map(prints.lasting, gone)}
    added = [block for block in now if not prints.is_told(block, known)]
    if gone:
        fresh = set(map(prints.lasting, now))
        gone = [block for block in gone if prints.lasting(block) not in fresh]
    if added and gone:
        same = _divided_otherwise(before, now, prints)
        added = [block for block in added if block not in same]
        gone = [block for block in gone if block not in same]
    return Compared(tuple(added), tuple(gone))


def _divided_otherwise(before: Sequence[str], now: Sequence[str], prints: Prints) -> frozenset[str]:
    """The blocks of stretches that say the same, only with other breaks between the blocks."""
    same: set[str] = set()
    for i, j, k, m, kept in steps([*map(prints.of, before)], [*map(prints.of, now)]):
        left, right = before[i:j], now[k:m]
        if not kept and left and right and _joined(left, prints) == _joined(right, prints):
            same.update(left, right)
    return frozenset(same)


def _joined(blocks: Sequence[str], prints: Prints) -> str:
    return "".join(map(prints.settled, blocks))
