"""Compare what a source shows now with what is known of it.

In two steps, so that the store reads whole items only where fingerprints differ: `triage` sorts by
fingerprint, `compare` says what changed. New text is a block which the item never had before: a
page that flips between two states, or shows an old box again, tells nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.model import Change, ChangeKind, Item
from monitor.text.fingerprint import canonical_url, fingerprint

Ignore = Sequence[re.Pattern[str]]

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
    return frozenset(fingerprint(text, ignore=ignore) for text in (item.title, *item.blocks))


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
    found: Triage, known: Mapping[str, Known], *, complete: bool, ignore: Ignore = ()
) -> tuple[Change, ...]:
    """Return the changes that a reader would see; `known` holds the edited and missing items.

    Missing items are removals only for a source that is `complete`. A section that merely got
    another heading is an edit, not a removal and an addition.
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
        change = _edit(known[id_], item, ignore)
        if change is not None:
            changes.append(change)
    for gone in missing.values():
        if not gone.lost:  # a section that comes and goes is told once
            change = Change(ChangeKind.REMOVED, gone.item, gone.item, removed=gone.item.blocks)
            changes.append(change)
    return tuple(changes)


def remember(item: Item, before: Known | None, ignore: Ignore = ()) -> frozenset[str]:
    """Return the fingerprints to keep of an item.

    Without new text the state itself is kept, and the one it came from: when the page flips back
    and forth between them, only the first flip is told.
    """
    now = seen(item, ignore)
    if before is None:
        return now
    if now <= before.seen:
        now |= {mark(item, ignore).fingerprint, mark(before.item, ignore).fingerprint}
    return before.seen | now


def _edit(before: Known, item: Item, ignore: Ignore) -> Change | None:
    """The edit, or None when only order, layout or noise differs, or a known state is back.

    A figure that is again what it once was is news all the same.
    """
    told = seen(before.item, ignore) if item.figure else before.seen
    if mark(item, ignore).fingerprint in told:
        return None
    now = seen(item, ignore)
    added = tuple(b for b in item.blocks if fingerprint(b, ignore=ignore) not in told)
    removed = tuple(b for b in before.item.blocks if fingerprint(b, ignore=ignore) not in now)
    title_changed = fingerprint(item.title, ignore=ignore) not in told
    if not (added or removed or title_changed):
        return None
    return Change(ChangeKind.EDITED, item, before.item, added, removed, title_changed)


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
