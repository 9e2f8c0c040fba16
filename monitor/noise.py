"""What in a source changes without being news, learnt from the versions that were stored.

Nothing is hidden by it: a maintainer reads the report and decides what to `ignore`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

from monitor.diff import Known, Triage, compare, remember
from monitor.edit import compared
from monitor.model import Alert, ChangeKind, Item, Numbers, Tier
from monitor.text.aligning import steps
from monitor.text.moving import without_numbers
from monitor.text.prints import Ignore, Prints

# A place rotates when it changed so often, and in so large a part of all edits.
ROTATED_TIMES = 3
ROTATED_SHARE = 0.3
# A phrase to be ignored must say enough to hit nothing else.
LEAST_LETTERS = 6
_LONGEST_PHRASE = 80
_LONGEST_HUNK = 3
_MOST_STARS = 3  # each costs a pattern another pass over the text


class Why(StrEnum):
    """What an edit amounts to."""

    NUMBERS = "numbers"
    FLAPPING = "flapping"
    ROTATING = "rotating"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Stand:
    """One stored state of an item; no item where it was removed or forgotten."""

    at: datetime
    item: Item | None


Life = Sequence[Stand]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit that was told: what was new, what was gone, and what it amounts to."""

    at: datetime
    item: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Habit:
    """What moves again and again: how often, an example, and the phrase to ignore, if there is one.

    `place` names the blocks around a rotating one, for which only a selector may do.
    """

    why: Why
    times: int
    before: str
    after: str
    ignore: str | None
    place: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    """The edits of a source with what they amount to, and its habits, the most frequent first."""

    edits: tuple[Edit, ...]
    habits: tuple[Habit, ...]

    def share(self, why: Why) -> float:
        """Return the part of the edits that amount to this."""
        return sum(edit.why is why for edit in self.edits) / len(self.edits) if self.edits else 0.0


@dataclass(frozen=True, slots=True)
class Hidden:
    """What lines of `ignore` would have hidden: how many edits, and which sure alerts."""

    edits: int
    sure: tuple[Alert, ...]


def study(
    lives: Sequence[Life], ignore: Ignore, numbers: Numbers, since: datetime | None = None
) -> Noise:
    """Return what the stored states of a source's items, each oldest first, say of its noise."""
    edits: list[Edit] = []
    habits: list[Habit] = []
    for life in lives:
        some = [each for each in _edits(life, ignore, numbers) if not since or each[2] >= since]
        if some:
            found, learnt = _judge(life, some, ignore)
            edits += found
            habits += learnt
    return Noise(tuple(edits), _merged(habits))


def hides(
    lives: Sequence[Life], alerts: Iterable[Alert], ignore: Ignore, numbers: Numbers, more: Ignore
) -> Hidden:
    """Return what would have been silent, had `more` been ignored too."""
    count, silent = 0, set()
    for life in lives:
        told = {at: after.id for _, after, at in _edits(life, ignore, numbers)}
        still = {at for _, _, at in _edits(life, (*ignore, *more), numbers)}
        gone = {(at, id_) for at, id_ in told.items() if at not in still}
        count += len(gone)
        silent |= gone
    sure = (a for a in alerts if a.kind is ChangeKind.EDITED and _is_sure(a))
    return Hidden(count, tuple(a for a in sure if (a.detected_at, a.item) in silent))


def _is_sure(alert: Alert) -> bool:
    return any(match.tier is Tier.SURE for match in alert.matches)


def _edits(life: Life, ignore: Ignore, numbers: Numbers) -> Iterator[tuple[Item, Item, datetime]]:
    """The edits that this reading would have told: before, after, when."""
    known: Known | None = None
    prints = Prints(ignore, numbers)
    for stand in life:
        item = stand.item
        if item is None:
            known = None
            continue
        if known is not None:
            found = Triage({}, edited={item.id: item})
            every = {item.id: known}
            if compare(found, every, complete=True, prints=prints):
                yield known.item, item, stand.at
        known = Known(item, remember(item, known, prints))


# --- judging -------------------------------------------------------------------------------------


def _judge(
    life: Life, edits: Sequence[tuple[Item, Item, datetime]], ignore: Ignore
) -> tuple[list[Edit], list[Habit]]:
    """The edits of one item, and its habits."""
    exact, lasts = Prints(ignore, Numbers.ALL), Prints(ignore, Numbers.NONE)
    flapping = _flapping(life, exact)
    places: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for before, after, _ in edits:
        for place, pair in _replaced(before.blocks, after.blocks):
            places[place].append(pair)
    often = max(ROTATED_TIMES, ROTATED_SHARE * len(edits))
    places = defaultdict(list, {p: pairs for p, pairs in places.items() if len(pairs) >= often})
    rotating = {text for pairs in places.values() for pair in pairs for text in pair}
    judged: list[Edit] = []
    habits: list[Habit] = []
    for before, after, at in edits:
        told = set(map(exact.of, before.blocks))
        rest = compared(before.blocks, after.blocks, told, exact)
        lasting = compared(before.blocks, after.blocks, told, lasts)
        moved = {*rest.added, *rest.removed}
        if before.title != after.title:
            why = Why.NEWS
        elif not (lasting.added or lasting.removed):
            why = Why.NUMBERS
            habits += _counting(rest.removed, rest.added)
        elif moved <= flapping:
            why = Why.FLAPPING
        elif moved <= flapping | rotating:
            why = Why.ROTATING
        else:
            why = Why.NEWS
        judged.append(Edit(at, after.id, rest.added, rest.removed, why))
    habits += [_rotation(place, pairs) for place, pairs in places.items()]
    return judged, habits + _comebacks(life, flapping)


def _flapping(life: Life, prints: Prints) -> set[str]:
    """The blocks that were gone and came back."""
    was: set[str] = set()
    here: set[str] = set()
    back: set[str] = set()
    for stand in life:
        blocks = {prints.of(block): block for block in stand.item.blocks} if stand.item else {}
        back |= {text for name, text in blocks.items() if name in was - here}
        was |= blocks.keys()
        here = set(blocks)
    return back


def _comebacks(life: Life, flapping: set[str]) -> list[Habit]:
    times: Counter[str] = Counter()
    here: set[str] = set()
    for stand in life:
        blocks = set(stand.item.blocks) & flapping if stand.item else set()
        times.update(blocks ^ here)
        here = blocks
    return [
        Habit(Why.FLAPPING, count, text, "", _phrase(text[:_LONGEST_PHRASE], cut=text))
        for text, count in times.items()
    ]


def _replaced(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Short stretches that were replaced: the blocks around them, and old and new text."""
    for i, j, k, m, kept in steps(before, after):
        if not kept and j - i == m - k <= _LONGEST_HUNK:
            for old, new in zip(before[i:j], after[k:m], strict=True):
                around = (before[i - 1] if i else "", before[j] if j < len(before) else "")
                yield around, (old, new)


def _rotation(place: tuple[str, str], pairs: Sequence[tuple[str, str]]) -> Habit:
    columns = zip(*(text.split() for pair in pairs for text in pair), strict=False)
    start = " ".join(words[0] for words in takewhile(lambda words: len(set(words)) == 1, columns))
    before, after = pairs[-1]
    return Habit(Why.ROTATING, len(pairs), before, after, _phrase(f"{start} *"), place)


def _counting(removed: Sequence[str], added: Sequence[str]) -> Iterator[Habit]:
    """One habit per block of which only numbers changed."""
    old = {without_numbers(block): block for block in removed}
    for block in added:
        shape = without_numbers(block)
        if shape in old:
            yield Habit(
                Why.NUMBERS, 1, old[shape], block, _phrase(re.sub(r"\*[\s*]*\*", "*", shape))
            )


def _phrase(text: str, *, cut: str = "") -> str | None:
    """What to write after `ignore:`, or None when it would say too little to be safe."""
    if len(cut) > len(text):
        text = f"{text.rpartition(' ')[0]} *"
    text = " ".join(text.split())
    letters = sum(map(str.isalpha, text))
    sound = letters >= LEAST_LETTERS and text.count("*") <= _MOST_STARS
    return text if sound and text[:1] not in "/.#[" else None


def _merged(habits: Iterable[Habit]) -> tuple[Habit, ...]:
    """The same phrase once, with how often it would have helped."""
    merged: dict[tuple[Why, str], Habit] = {}
    for habit in habits:
        name = (habit.why, habit.ignore or without_numbers(habit.before))
        times = habit.times + (merged[name].times if name in merged else 0)
        merged[name] = Habit(habit.why, times, habit.before, habit.after, habit.ignore, habit.place)
    return tuple(sorted(merged.values(), key=lambda habit: -habit.times))
