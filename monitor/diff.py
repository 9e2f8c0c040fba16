"""Compare what a source shows now with what is known of it.

In two steps, so that the store reads whole items only where fingerprints differ: `triage` sorts by
fingerprint, `compare` says what changed. New text is a block which the item never had before: a
page that flips between two states, or shows an old box again, tells nothing new. Neither does a
block in which only a stamp or a counter moved, or one that was merely divided otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from monitor.edit import Ignore, compared, is_told, lasting, state
from monitor.model import Change, ChangeKind, Item, Numbers
from monitor.text.fingerprint import canonical_url, fingerprint

SHRUNK_TEXT = 0.4
SHRUNK_ITEMS = 0.5
LONG_TEXT = 600


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of an item without reading it.

    `identity` is the fingerprint of address and title, empty for an item without an address;
    `present` says whether the item was there at the last check.
    """

    item: str
    fingerprint: str
    identity: str
    present: bool


@dataclass(frozen=True, slots=True)
class Known:
    """An item as last stored, and the fingerprints of every title and block it ever had.

    `seen` also holds the states that it came back to (see `remember`); `lost` says that it was
    missing before and came back as it was.
    """

    item: Item
    seen: frozenset[str]
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Triage:
    """The present items, sorted by what fingerprints can tell.

    `marks` are the new marks by item id; `renamed` maps a new id to the known item that now goes
    by it; `edited` and `returned` are keyed by the known id; `missing` were present and are not.
    """

    marks: Mapping[str, Mark]
    added: tuple[Item, ...] = ()
    edited: Mapping[str, Item] = field(default_factory=dict)
    returned: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """True when there is nothing to store."""
        return not (self.added or self.edited or self.returned or self.renamed or self.missing)


def mark(item: Item, ignore: Ignore = ()) -> Mark:
    """Return the fingerprints of an item that is present."""
    address = canonical_url(item.url) if item.url else ""
    return Mark(
        item.id,
        fingerprint(address, item.title, *item.blocks, ignore=ignore),
        fingerprint(address, item.title, ignore=ignore) if address else "",
        present=True,
    )


def seen(item: Item, ignore: Ignore = ()) -> frozenset[str]:
    """Return the fingerprints of the item's title and blocks."""
    return frozenset(fingerprint(text, ignore=ignore) for text in _texts(item))


def triage(known: Mapping[str, Mark], items: Iterable[Item], ignore: Ignore = ()) -> Triage:
    """Sort items into added, edited and unchanged, and find those that are missing.

    An item with a new id is no new item when a missing one has the same address and title: feeds
    exist that invent new ids at every fetch.
    """
    present = {item.id: item for item in items}
    marks = {id_: mark(item, ignore) for id_, item in present.items()}
    lost = {m.identity: m.item for m in known.values() if m.item not in present and m.identity}
    added: list[Item] = []
    edited: dict[str, Item] = {}
    returned: list[str] = []
    renamed: dict[str, str] = {}
    for id_, item in present.items():
        before = known.get(id_)
        if before is None and (former := lost.pop(marks[id_].identity, None)) is not None:
            renamed[id_] = former
            before = known[former]
        if before is None:
            added.append(item)
        elif before.fingerprint != marks[id_].fingerprint:
            edited[before.item] = item
        elif not before.present:
            returned.append(id_)
    gone = {m.item for m in known.values() if m.present} - present.keys() - set(renamed.values())
    missing = tuple(id_ for id_ in known if id_ in gone)
    return Triage(marks, tuple(added), edited, tuple(returned), renamed, missing)


def compare(
    found: Triage,
    known: Mapping[str, Known],
    *,
    complete: bool,
    ignore: Ignore = (),
    numbers: Numbers = Numbers.CONTENT,
) -> tuple[Change, ...]:
    """Return the changes that a reader would see; `known` holds the edited and missing items.

    Missing items are removals only for a source that is `complete`. A section that merely got
    another heading is an edit, not a removal and an addition. What moves from one item to another
    is news only where the source is `complete`: in an act it means something else there.
    """
    missing = {id_: known[id_] for id_ in found.missing} if complete else {}
    changes: list[Change] = []
    for item in found.added:
        former = _retitled(item, missing, ignore)
        if former is None:
            changes.append(Change(ChangeKind.ADDED, item, added=item.blocks, title_changed=True))
        else:
            before = missing.pop(former).item
            changes.append(Change(ChangeKind.EDITED, item, before, title_changed=True))
    for id_, item in found.edited.items():
        change = _edit(known[id_], item, ignore, numbers)
        if change is not None:
            changes.append(change)
    if not complete:
        changes = _without_moves(changes, ignore)
    for gone in missing.values():
        if not gone.lost:  # a section that comes and goes is told once
            change = Change(ChangeKind.REMOVED, gone.item, gone.item, removed=gone.item.blocks)
            changes.append(change)
    return tuple(changes)


def remember(
    item: Item, before: Known | None, ignore: Ignore = (), numbers: Numbers = Numbers.CONTENT
) -> frozenset[str]:
    """Return the fingerprints to keep of an item.

    Without new text the state itself is kept, and the one it came from: when the page flips back
    and forth between the two, only the first flip is told. Every state is kept as one that was
    there.
    """
    told = before.seen if before else frozenset()
    if item.figure:  # compared with what it was last, and nothing before
        return told | seen(item, ignore)
    fresh = {text for text in _texts(item) if fingerprint(text, ignore=ignore) not in told}
    now = {*seen(item, ignore), *(lasting(text, ignore, numbers) for text in fresh)}
    here = _state(item, ignore, numbers)
    now.add(_was(here))
    if before is None:
        return frozenset(now)
    there = _state(before.item, ignore, numbers)
    now.add(_was(there))
    if all(is_told(text, told, ignore, numbers) for text in _texts(item)):
        now |= {here, there}
    return told | now


def returns(
    changes: Iterable[Change],
    known: Mapping[str, Known],
    ignore: Ignore = (),
    numbers: Numbers = Numbers.CONTENT,
) -> tuple[Change, ...]:
    """Return the edits that show an item exactly as it once was, with nothing new.

    Servers exist that now and then answer with an old copy; a real withdrawal lasts.
    """
    return tuple(
        change
        for change in changes
        if change.kind is ChangeKind.EDITED
        and change.before is not None
        and not (change.added or change.title_changed or change.item.figure)
        and change.before.id in known
        and _was(_state(change.item, ignore, numbers)) in known[change.before.id].seen
    )


def _texts(item: Item) -> tuple[str, ...]:
    return (item.title, *item.blocks)


def _state(item: Item, ignore: Ignore, numbers: Numbers) -> str:
    return state(_texts(item), ignore, numbers)


def _was(state: str) -> str:
    """How it is kept that an item was in a state, beside the states between which it flips."""
    return fingerprint("was", state)


def _edit(before: Known, item: Item, ignore: Ignore, numbers: Numbers) -> Change | None:
    """The edit, or None when only order, layout or noise differs, or a known state is back.

    A figure that is again what it once was is news all the same, and all its digits count.
    """
    told = seen(before.item, ignore) if item.figure else before.seen
    if item.figure:
        numbers = Numbers.ALL
    if _flips({mark(each, ignore).fingerprint for each in (before.item, item)}, told):
        return None
    told |= {lasting(before.item.title, ignore, numbers)}
    added, removed = compared(before.item.blocks, item.blocks, told, ignore, numbers)
    title_changed = not is_told(item.title, told, ignore, numbers)
    if added or title_changed:
        return Change(ChangeKind.EDITED, item, before.item, added, removed, title_changed)
    states = {_state(each, ignore, numbers) for each in (before.item, item)} if removed else set()
    if not removed or _flips(states, told):
        return None
    return Change(ChangeKind.EDITED, item, before.item, (), removed)


def _flips(states: set[str], told: frozenset[str]) -> bool:
    """Whether an item went from one to the other of two states and this was told before."""
    return states <= told


def _without_moves(changes: Iterable[Change], ignore: Ignore) -> list[Change]:
    """Leave out of the edits what merely stands in another item now."""
    changes = list(changes)
    edits = [c for c in changes if c.kind is ChangeKind.EDITED and not c.item.figure]
    left = Counter(fingerprint(b, ignore=ignore) for c in edits for b in c.removed)
    came = Counter(fingerprint(b, ignore=ignore) for c in edits for b in c.added)
    moved = {block for block in left if left[block] == came[block]}
    if not moved:
        return changes

    def stays(block: str) -> bool:
        return fingerprint(block, ignore=ignore) not in moved

    rest: list[Change] = []
    for change in changes:
        if change in edits:
            added, removed = (tuple(filter(stays, b)) for b in (change.added, change.removed))
            if not (added or removed or change.title_changed):
                continue
            change = replace(change, added=added, removed=removed)  # noqa: PLW2901
        rest.append(change)
    return rest


def _retitled(item: Item, missing: Mapping[str, Known], ignore: Ignore) -> str | None:
    """The id of the missing item with exactly these blocks."""
    if not item.blocks:
        return None
    blocks = [fingerprint(block, ignore=ignore) for block in item.blocks]
    for id_, gone in missing.items():
        if blocks == [fingerprint(block, ignore=ignore) for block in gone.item.blocks]:
            return id_
    return None


def shrinkage(found: Triage, known: Mapping[str, Known], *, complete: bool) -> str | None:
    """Return a sentence when so much vanished at once that a second look is due, else None.

    Truncated answers, placeholders and half-loaded pages look like this; a real withdrawal is
    confirmed by the next check.
    """
    were = len(found.marks) - len(found.added) + len(found.missing)
    if complete and were > 1 and len(found.missing) > SHRUNK_ITEMS * were:
        return f"{len(found.missing)} of {were} items are missing"
    if len(found.marks) == 1 and len(found.edited) == 1:
        (id_, item), *_ = found.edited.items()
        before, after = _length(known[id_].item), _length(item)
        if before > LONG_TEXT and after < SHRUNK_TEXT * before:
            return f"the text shrank from {before} to {after} characters"
    return None


def _length(item: Item) -> int:
    return sum(map(len, item.blocks))
