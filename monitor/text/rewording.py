"""What an edit did to the words of a text: what stayed, what went, what came."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*|\s+|[^\w\s]")
_WORD = re.compile(r"\w")
# Below this share of common words two blocks are not one block reworded.
LEAST_ALIKE = 0.35
# Comparing takes the square of the length; what is longer is cut.
_LONGEST = 4_000
_CUT = " … "


class Fate(StrEnum):
    """What became of a stretch of words."""

    KEPT = "kept"
    GONE = "gone"
    CAME = "came"


class Stretch(NamedTuple):
    """Words that share one fate; `hit` marks those that matched a topic."""

    text: str
    fate: Fate
    hit: bool = False


class Rewording(NamedTuple):
    """A block before and after: as stretches in reading order, what went before what came."""

    before: str
    after: str
    stretches: tuple[Stretch, ...]


def rewordings(
    removed: Sequence[str], added: Sequence[str], hits: Collection[str] = ()
) -> tuple[Rewording, ...]:
    """Return the pairs of blocks of which one became the other, in the order of the new text.

    Each block is in one pair at most; blocks that are too different are in none. Occurrences of
    the words `hits` in the new text are marked.
    """
    old = [" ".join(block[:_LONGEST].split()) for block in removed]
    new = [" ".join(block[:_LONGEST].split()) for block in added]
    scored = sorted(
        ((_alike(one, other), k, m) for k, one in enumerate(old) for m, other in enumerate(new)),
        key=lambda each: (-each[0], each[2], each[1]),
    )
    pairs: dict[int, int] = {}
    for score, k, m in scored:
        if score >= LEAST_ALIKE and m not in pairs and k not in pairs.values():
            pairs[m] = k
    return tuple(
        Rewording(removed[k], added[m], reworded(old[k], new[m], hits))
        for m, k in sorted(pairs.items())
    )


def reworded(before: str, after: str, hits: Collection[str] = ()) -> tuple[Stretch, ...]:
    """Return the stretches of a text that was changed: without the gone ones it is `after`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    marked = _marked(after, hits)
    found: list[Stretch] = []
    at = 0
    for what, i, j, k, m in _changes(old, new):
        if what in {"replace", "delete"}:
            found.append(Stretch("".join(old[i:j]), Fate.GONE))
        fate = Fate.KEPT if what == "equal" else Fate.CAME
        for token in new[k:m]:
            found.append(Stretch(token, fate, hit=marked[at]))
            at += len(token)
    return tuple(_joined(found))


def shortened(stretches: Sequence[Stretch], around: int = 90) -> tuple[Stretch, ...]:
    """Return the stretches with kept ones cut to about `around` characters beside a change."""
    last = len(stretches) - 1
    cut: list[Stretch] = []
    for place, stretch in enumerate(stretches):
        if stretch.fate is not Fate.KEPT or stretch.hit:
            cut.append(stretch)
            continue
        head = around if place > 0 else 0
        tail = around if place < last else 0
        cut.append(stretch._replace(text=_without_middle(stretch.text, head, tail)))
    return tuple(cut)


def _without_middle(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail + 30:
        return text
    start = text[:head].rpartition(" ")[0] if head else ""
    end = text[len(text) - tail :].partition(" ")[2] if tail else ""
    return f"{start}{_CUT if start else '… '}{end}" if end else f"{start} …"


def _alike(one: str, other: str) -> float:
    """The share of words that two texts have in common, from 0 to 1."""
    first, second = set(_words(one)), set(_words(other))
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def _words(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text.casefold()) if _WORD.match(token)]


Change = tuple[str, int, int, int, int]


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Steps from old to new; what stayed between two changes must be more than a short word."""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    inner = range(1, len(steps) - 1)
    kept = {
        n
        for n, (what, i, j, *_) in enumerate(steps)
        if what == "equal" and not (n in inner and _is_slight(old[i:j]))
    }
    for is_kept, group in groupby(enumerate(steps), key=lambda each: each[0] in kept):
        run = [step for _, step in group]
        if is_kept:
            yield from run
        else:
            yield "replace", run[0][1], run[-1][2], run[0][3], run[-1][4]


def _is_slight(tokens: Sequence[str]) -> bool:
    """Whether it is nothing but blanks, points and at most one short word."""
    words = [token for token in tokens if _WORD.match(token)]
    return len(words) <= 1 and sum(map(len, words)) <= 3


def _marked(text: str, hits: Collection[str]) -> list[bool]:
    """For each character of the text whether it belongs to one of the hits."""
    marked = [False] * len(text)
    words = sorted({" ".join(hit.split()) for hit in hits} - {""}, key=len, reverse=True)
    if words:
        for found in re.finditer("|".join(map(re.escape, words)), text):
            marked[found.start() : found.end()] = [True] * (found.end() - found.start())
    return marked


def _joined(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    for (fate, hit), run in groupby(stretches, key=lambda each: (each.fate, each.hit)):
        text = "".join(each.text for each in run)
        if text:
            yield Stretch(text, fate, hit)
