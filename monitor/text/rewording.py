"""What an edit did to the words of a text: what stayed, what went, what came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby, repeat
from typing import NamedTuple

from monitor.text.aligning import Step, steps

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
# A blank belongs to what follows it: by itself it would hold words apart that belong together.
_TOKEN = re.compile(rf"\s*(?:{_WORD.pattern}|[^\w\s])|\s+")
_BLANK = re.compile(r"\s*")
# Below this share of common words two blocks are not one block reworded.
LEAST_ALIKE = 0.35
_LONGEST = 20_000  # characters of a block; what is longer is cut
# So many pairs of blocks are tried. Of more, those with rare words in common: words of at most so
# many blocks, and for each block so many others.
_MOST_PAIRS = 1_600
_RARE = range(1, 9)
_MOST_LIKELY = 4
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
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, k, m in sorted(_scored(old, new), key=lambda each: (-each[0], each[2], each[1])):
        if score >= LEAST_ALIKE and m not in pairs and k not in taken:
            pairs[m] = k
            taken.add(k)
    return tuple(
        Rewording(removed[k], added[m], reworded(old[k], new[m], hits))
        for m, k in sorted(pairs.items())
    )


def reworded(before: str, after: str, hits: Collection[str] = ()) -> tuple[Stretch, ...]:
    """Return the stretches of a text that was changed: without the gone ones it is `after`."""
    marked = _marked(after, hits)
    found: list[Stretch] = []
    place = 0
    for gone, came, kept in _parts(before, after):
        start, place = place, place + len(came)
        same = place if kept else start + _common_blank(gone, came)
        found += _told(after, start, same, Fate.KEPT, marked)
        if not kept:
            found.append(Stretch(gone[same - start :], Fate.GONE))
            found += _told(after, same, place, Fate.CAME, marked)
    return tuple(_joined(found))


def _parts(before: str, after: str) -> Iterator[tuple[str, str, bool]]:
    """What stood there, what stands there now, and whether that is the same; without a hole."""
    # With a blank before it the first word is the same wherever it comes to stand.
    old, new = _TOKEN.findall(f" {before}"), _TOKEN.findall(f" {after}")
    borrowed = " "
    for i, j, k, m, kept in _changes(old, new):
        gone, came = "".join(old[i:j]), "".join(new[k:m])
        if borrowed:
            borrowed = "" if gone and came else " "  # what only came or went has it behind itself
            gone, came = (each and each[1:] + borrowed for each in (gone, came))
        yield gone, came, kept


def _common_blank(one: str, other: str) -> int:
    """How many characters of blank both texts begin with, if it is the same."""
    blank = _BLANK.match(one)
    return len(blank[0]) if blank and other.startswith(blank[0]) else 0


def _told(text: str, start: int, end: int, fate: Fate, marked: Sequence[bool]) -> Iterator[Stretch]:
    """The stretches of a part of the text, the marked ones by themselves."""
    for hit, run in groupby(range(start, end), key=marked.__getitem__):
        places = [*run]
        yield Stretch(text[places[0] : places[-1] + 1], fate, hit)


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


def _scored(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    """How alike the blocks are of which one may have become the other, and their places."""
    before, after = [*map(_words, old)], [*map(_words, new)]
    few = len(old) * len(new) <= _MOST_PAIRS
    likely: Iterable[Sequence[int]] = (
        repeat(range(len(old)), len(new)) if few else _likely(before, after)
    )
    for m, (words, places) in enumerate(zip(after, likely, strict=True)):
        yield from ((_alike(before[k], words), k, m) for k in places)


def _likely(
    before: Sequence[frozenset[str]], after: Sequence[frozenset[str]]
) -> Iterator[Sequence[int]]:
    """For each new block the old ones that share the most rare words with it."""
    places: dict[str, list[int]] = {}
    for k, words in enumerate(before):
        for word in words:
            places.setdefault(word, []).append(k)
    for words in after:
        rare = (places[word] for word in words if len(places.get(word, ())) in _RARE)
        times = Counter(k for found in rare for k in found)
        yield [k for k, _ in times.most_common(_MOST_LIKELY)]


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words that two texts have in common, from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """Steps from old to new; what stayed between two changes must be more than a short word."""
    found = steps(old, new)
    inner = range(1, len(found) - 1)
    kept = {
        n
        for n, step in enumerate(found)
        if step.kept and not (n in inner and _is_slight(old[step.i : step.j]))
    }
    for is_kept, group in groupby(enumerate(found), key=lambda each: each[0] in kept):
        run = [step for _, step in group]
        if is_kept:
            yield from run
        else:
            yield Step(run[0].i, run[-1].j, run[0].k, run[-1].m, kept=False)


def _is_slight(tokens: Sequence[str]) -> bool:
    """Whether it is nothing but blanks, points and at most one short word."""
    words = _WORD.findall("".join(tokens))
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
