"""What of an edited text is news: not its order, its division into blocks, its stamps and counters.

`told` are fingerprints of what was there before: of each block as it stood, and of what of it lasts
when stamps and counters move (see `lasting`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from monitor.model import Numbers
from monitor.text.fingerprint import essence, fingerprint
from monitor.text.moving import repaired, settled

# So many pairs of equal blocks are tried, a second's work at the worst.
_MOST_PAIRS = 2_000_000
Ignore = tuple[re.Pattern[str], ...]


class Compared(NamedTuple):
    """The blocks that are new and those that are gone, in the order of the page."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


@lru_cache(maxsize=4096)  # the same blocks are asked for several times within a check
def lasting(text: str, ignore: Ignore, numbers: Numbers) -> str:
    """Return the fingerprint of what lasts of a block: without stamps, or without all numbers."""
    return fingerprint("lasts", _settled(text, ignore, numbers))


def state(texts: Collection[str], ignore: Ignore, numbers: Numbers) -> str:
    """Return the fingerprint of a whole item: the same for any order of its blocks."""
    return fingerprint("state", *sorted({lasting(text, ignore, numbers) for text in texts}))


def is_told(text: str, told: Collection[str], ignore: Ignore, numbers: Numbers) -> bool:
    """Say whether a title or block is no news: known as it stands, or but for what moves."""
    return fingerprint(text, ignore=ignore) in told or lasting(text, ignore, numbers) in told


def compared(
    before: Sequence[str],
    now: Sequence[str],
    told: Collection[str],
    ignore: Ignore,
    numbers: Numbers,
) -> Compared:
    """Return what is new and what is gone; `told` may hold more than `before`."""
    here = {fingerprint(block, ignore=ignore) for block in now}
    gone = [b for b in before if fingerprint(b, ignore=ignore) not in here]
    known = {*told, *(lasting(block, ignore, numbers) for block in gone)}
    added = [b for b in now if not is_told(b, known, ignore, numbers)]
    if gone:
        fresh = {lasting(b, ignore, numbers) for b in now if fingerprint(b, ignore=ignore) in here}
        gone = [b for b in gone if lasting(b, ignore, numbers) not in fresh]
    if added and gone:
        same = _divided_otherwise(before, now, ignore, numbers)
        added = [block for block in added if block not in same]
        gone = [block for block in gone if block not in same]
    return Compared(tuple(added), tuple(gone))


def _divided_otherwise(
    before: Sequence[str], now: Sequence[str], ignore: Ignore, numbers: Numbers
) -> frozenset[str]:
    """The blocks of stretches that say the same, only with other breaks between the blocks.

    None where so many blocks are equal that comparing would take for ever: rather told than lost.
    """
    old, new = ([fingerprint(b, ignore=ignore) for b in blocks] for blocks in (before, now))
    count = Counter(old)
    if sum(count[block] for block in new) > _MOST_PAIRS:
        return frozenset()
    same: set[str] = set()
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace":
            left, right = before[i:j], now[k:m]
            if _joined(left, ignore, numbers) == _joined(right, ignore, numbers):
                same.update(left, right)
    return frozenset(same)


def _joined(blocks: Sequence[str], ignore: Ignore, numbers: Numbers) -> str:
    return "".join(_settled(block, ignore, numbers) for block in blocks)


def _settled(text: str, ignore: Ignore, numbers: Numbers) -> str:
    text = essence(repaired(text), ignore)
    return text if numbers is Numbers.ALL else settled(text, digits=numbers is Numbers.CONTENT)
