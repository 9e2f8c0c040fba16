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

from monitor.edit import compared
from monitor.model import Change, ChangeKind, Item, Numbers
from monitor.text.fingerprint import canonical_url, hashed
from monitor.text.prints import Prints

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

    `seen` also holds the states that it came back to (see `remember`); it is empty for an item that
    is as it was at first sight, for that tells it all. `lost` says that it was missing before and
    came back as it was.
    """

    item: Item
    seen: frozenset[str]
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Differences:
    """What the items mean beside what is known of them.

    `told` has the fingerprints to keep of those that changed, by item id; of new ones none are kept
    (see `Known`). `back` has the ids of those that show an earlier state, with nothing new (see
    `returns`).
    """

    changes: tuple[Change, ...] = ()
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    back: frozenset[str] = frozenset()


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


def mark(item: Item, prints: Prints | None = None) -> Mark:
    """Return the fingerprints of an item that is present."""
    prints = prints or Prints()
    address = canonical_url(item.url) if item.url else ""
    counts = prints.essence(address), *map(prints.essence, _texts(item))
    identity = hashed(*counts[:2]) if address else ""
    return Mark(item.id, hashed(*counts), identity, present=True)


def marked(items: Iterable[Item], prints: Prints | None = None) -> dict[str, Mark]:
    """Return the marks of items by their ids."""
    prints = prints or Prints()
    return {item.id: mark(item, prints) for item in items}


def seen(item: Item, prints: Prints | None = None) -> frozenset[str]:
    """Return the fingerprints of the item's title and blocks."""
    prints = prints or Prints()
    return frozenset(map(prints.of, _texts(item)))


def triage(
    known: Mapping[str, Mark], items: Iterable[Item], marks: Mapping[str, Mark] | None = None
) -> Triage:
    """Sort items into added, edited and unchanged, and find those that are missing.

    An item with a new id is no new item when a missing one has the same address and title: feeds
    exist that invent new ids at every fetch. `marks` are those of the items, where they are known.
    """
    present = {item.id: item for item in items}
    if marks is None:
        marks = marked(present.values())
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


def differences(
    found: Triage,
    known: Mapping[str, Known],
    *,
    complete: bool,
    prints: Prints | None = None,
) -> Differences:
    """Return what `compare`, `remember` and `returns` say of the same items."""
    prints = prints or Prints()
    known = {id_: _whole(each, prints) for id_, each in known.items()}
    changes = compare(found, known, complete=complete, prints=prints)
    changed = {change.item.id for change in changes}
    kept = {
        item.id: remember(item, known[id_], prints)
        for id_, item in found.edited.items()
        if item.id in changed
    }
    back = frozenset(change.item.id for change in returns(changes, known, prints))
    return Differences(changes, kept, back)


def compare(
    found: Triage, known: Mapping[str, Known], *, complete: bool, prints: Prints | None = None
) -> tuple[Change, ...]:
    """Return the changes that a reader would see; `known` holds the edited and missing items.

    Missing items are removals only for a source that is `complete`. A section that merely got
    another heading is an edit, not a removal and an addition. What moves from one item to another
    is news only where the source is `complete`: in an act it means something else there.
    """
    prints = prints or Prints()
    missing = {id_: known[id_] for id_ in found.missing} if complete else {}
    changes = _added(found.added, missing, prints)
    exact = Prints(prints.ignore, Numbers.ALL)
    for id_, item in found.edited.items():
        change = _edit(known[id_], item, exact if item.figure else prints)
        if change is not None:
            changes.append(change)
    if not complete:
        changes = _without_moves(changes, prints)
    for gone in missing.values():
        if not gone.lost:  # a section that comes and goes is told once
            change = Change(ChangeKind.REMOVED, gone.item, gone.item, removed=gone.item.blocks)
            changes.append(change)
    return tuple(changes)


def remember(item: Item, before: Known | None, prints: Prints | None = None) -> frozenset[str]:
    """Return the fingerprints to keep of an item.

    Without new text the state itself is kept, and the one it came from: when the page flips back
    and forth between the two, only the first flip is told. Every state is kept as one that was
    there.
    """
    prints = prints or Prints()
    told = before.seen if before else frozenset()
    if item.figure:  # compared with what it was last, and nothing before
        return told | seen(item, prints)
    fresh = {text for text in _texts(item) if prints.of(text) not in told}
    here = prints.state(_texts(item))
    now = {*seen(item, prints), *map(prints.lasting, fresh), _was(here)}
    if before is None:
        return frozenset(now)
    there = prints.state(_texts(before.item))
    now.add(_was(there))
    if all(prints.is_told(text, told) for text in _texts(item)):
        now |= {here, there}
    return told | now


def returns(
    changes: Iterable[Change], known: Mapping[str, Known], prints: Prints | None = None
) -> tuple[Change, ...]:
    """Return the edits that show an item exactly as it once was, with nothing new.

    Servers exist that now and then answer with an old copy; a real withdrawal lasts.
    """
    prints = prints or Prints()
    return tuple(
        change
        for change in changes
        if change.kind is ChangeKind.EDITED
        and change.before is not None
        and not (change.added or change.title_changed or change.item.figure)
        and change.before.id in known
        and _was(prints.state(_texts(change.item))) in known[change.before.id].seen
    )


def _whole(known: Known, prints: Prints) -> Known:
    """The same with all that it was seen with, also where it is as it was at first sight."""
    return known if known.seen else replace(known, seen=remember(known.item, None, prints))


def _texts(item: Item) -> tuple[str, ...]:
    return (item.title, *item.blocks)


def _was(state: str) -> str:
    """How it is kept that an item was in a state, beside the states between which it flips."""
    return hashed("was", state)


def _added(items: Iterable[Item], missing: dict[str, Known], prints: Prints) -> list[Change]:
    """The additions; what is a missing item under another heading is taken out of `missing`."""
    former: dict[tuple[str, ...], list[str]] = {}
    for id_, gone in missing.items():
        former.setdefault(tuple(map(prints.of, gone.item.blocks)), []).append(id_)
    changes: list[Change] = []
    for item in items:
        same = former.get(tuple(map(prints.of, item.blocks))) if former and item.blocks else None
        if same:
            before = missing.pop(same.pop(0)).item
            changes.append(Change(ChangeKind.EDITED, item, before, title_changed=True))
        else:
            changes.append(Change(ChangeKind.ADDED, item, added=item.blocks, title_changed=True))
    return changes


def _edit(before: Known, item: Item, prints: Prints) -> Change | None:
    """The edit, or None when only order, layout or noise differs, or a known state is back.

    A figure that is again what it once was is news all the same.
    """
    told = seen(before.item, prints) if item.figure else before.seen
    told |= {prints.lasting(before.item.title)}
    added, removed = compared(before.item.blocks, item.blocks, told, prints)
    title_changed = not prints.is_told(item.title, told)
    if added or title_changed:
        return Change(ChangeKind.EDITED, item, before.item, added, removed, title_changed)
    flips = removed and {prints.state(_texts(each)) for each in (before.item, item)} <= told
    if flips or not removed:
        return None
    return Change(ChangeKind.EDITED, item, before.item, (), removed)


def _without_moves(changes: list[Change], prints: Prints) -> list[Change]:
    """Leave out of the edits what merely stands in another item now."""
    edits = [change for change in changes if _may_move(change)]
    left = Counter(prints.of(block) for change in edits for block in change.removed)
    came = Counter(prints.of(block) for change in edits for block in change.added)
    moved = {block for block in left if left[block] == came[block]}
    if not moved:
        return changes

    def stays(block: str) -> bool:
        return prints.of(block) not in moved

    rest: list[Change] = []
    for change in changes:
        if _may_move(change):
            added, removed = (tuple(filter(stays, b)) for b in (change.added, change.removed))
            if not (added or removed or change.title_changed):
                continue
            change = replace(change, added=added, removed=removed)  # noqa: PLW2901
        rest.append(change)
    return rest


def _may_move(change: Change) -> bool:
    return change.kind is ChangeKind.EDITED and not change.item.figure


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
