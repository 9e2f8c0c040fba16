"""What one reading of a source means: the changes, what of them is news, what is to be stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.diff import Triage, shrinkage
from monitor.model import Change, ChangeKind, Item, Source, SourceState
from monitor.pipeline.comparing import Compared
from monitor.pipeline.following import Debt, Followed
from monitor.pipeline.reading import is_new_reading
from monitor.procedure import GRACE
from monitor.store import Saved, Settled, Stored

# Dates beyond tomorrow are misprints or announcements, not news.
LATEST_PUBLISHED = timedelta(days=1)
# What `SourceState.shrunk` says while an earlier text is back, at the first look and the second.
RETURNED = "it shows an earlier text again"
STILL_RETURNED = "it still shows an earlier text"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reading means.

    `changes` is everything that differs, `news` the part of it that may be told: all, or for a
    baseline only what is recent. `held` is a sentence when a second look is due; `postponed` is one
    when only a part waits, which is in none of the others: items that are back in an earlier state.
    `told` has the fingerprints to keep of what changed, by item id.
    """

    found: Triage
    changes: tuple[Change, ...]
    news: tuple[Change, ...]
    baseline: bool
    held: str | None
    told: Mapping[str, frozenset[str]]
    postponed: str | None = None

    @property
    def to_read(self) -> tuple[Item, ...]:
        """The items whose links are followed: those told as new, and those with a new paper."""
        return tuple(c.item for c in self.news if c.kind is ChangeKind.ADDED or _has_new_paper(c))


def decide(source: Source, state: SourceState, compared: Compared, now: datetime) -> Decision:
    """Return what it means that the source differs so from what is remembered of it."""
    found, told = compared.found, compared.differences.told
    changes = compared.differences.changes
    baseline = is_new_reading(source, state)
    shrunk = None if baseline else shrinkage(found, compared.known, complete=source.complete)
    held = shrunk if state.shrunk is None else None
    postponed = None
    if not baseline and (doubt := _doubt(state)):
        back = compared.differences.back - found.renamed.keys()  # it must go by its old id
        if back and len(back) == len(changes):
            held = held or doubt
        elif back:
            postponed = doubt
            changes = tuple(change for change in changes if change.item.id not in back)
            found = _without(found, back)
    news = tuple(c for c in changes if not baseline or _is_recent(c, source, state, now))
    return Decision(found, changes, news, baseline, held, told, postponed)


def _doubt(state: SourceState) -> str | None:
    """What to say of an earlier text that is back, or None when it was there long enough.

    Behind one address several servers may stand, not all of them up to date: two looks more.
    """
    return {None: RETURNED, RETURNED: STILL_RETURNED}.get(state.shrunk)


def _without(found: Triage, items: Collection[str]) -> Triage:
    """The same, but for edits of these items: they stay as they are remembered."""
    edited = {id_: item for id_, item in found.edited.items() if item.id not in items}
    return replace(found, edited=edited)


def _is_recent(change: Change, source: Source, state: SourceState, now: datetime) -> bool:
    """Whether an item of a baseline is told: published within `backfill`, or since the last look
    by the old definition."""
    published = change.item.published
    if change.kind is not ChangeKind.ADDED or published is None:
        return False
    if state.last_success is None and not source.backfill:
        return False
    since = state.last_success or now - source.backfill
    return since <= published <= now + LATEST_PUBLISHED


def with_attachments(change: Change, followed: Followed) -> Change:
    """Return the change with what was followed; an edit keeps what was read before it.

    What a new paper of an edited item says is part of what was added.
    """
    read = followed.items.get(change.item.id)
    if change.kind is not ChangeKind.EDITED or change.before is None:
        return replace(change, item=read or change.item)
    if read is None:
        return replace(change, item=replace(change.item, attached=change.before.attached))
    known = {block for paper in change.before.attached for block in paper.blocks}
    said = (block for paper in read.attached for block in paper.blocks if block not in known)
    return replace(change, item=read, added=(*change.added, *said))


def _has_new_paper(change: Change) -> bool:
    """Whether an edit brings another paper, or an edited version of it."""
    before, now = change.before, change.item
    return (
        change.kind is ChangeKind.EDITED
        and before is not None
        and now.document is not None
        and (now.document, now.state) != (before.document, before.state)
    )


def to_save(
    source: Source,
    state: SourceState,
    decision: Decision,
    changes: tuple[Change, ...],
    *,
    old_debts: Iterable[Debt],
    followed: Followed,
) -> Saved:
    """Return what is to be written, sorted into inserted, updated and merely touched.

    `changes` are those of the decision, with what was followed.
    """
    found = decision.found
    told = {change.item.id: change.item for change in changes}
    touched = dict.fromkeys(
        (*found.returned, *found.renamed, *(item.id for item in found.edited.values()))
    )

    def stored(item: Item) -> Stored:
        debt = followed.owed.get(item.id)
        return Stored(
            item,
            found.marks[item.id],
            decision.told.get(item.id, frozenset()),
            unread=debt.url if debt else None,
            attempts=debt.attempts if debt else 0,
            overdue_told=_overdue_at_first_sight(item, decision, state),
        )

    return Saved(
        state,
        added=tuple(stored(told.get(item.id, item)) for item in found.added),
        edited=tuple(stored(told[i.id]) for i in found.edited.values() if i.id in told),
        removed=found.missing if source.complete else (),
        touched=tuple(found.marks[item] for item in touched if item not in told),
        missing=found.missing,
        renamed=found.renamed,
        settled=tuple(_settled(debt, followed) for debt in old_debts),
    )


def _overdue_at_first_sight(item: Item, decision: Decision, state: SourceState) -> datetime | None:
    """The day of which nobody is told that it passed: it had, when the item was first seen."""
    if not decision.baseline or item.due is None or state.last_checked is None:
        return None
    return item.due if item.due < state.last_checked - GRACE else None


def _settled(debt: Debt, followed: Followed) -> Settled:
    still = followed.owed.get(debt.item.id)
    return Settled(
        debt.item.id,
        followed.items.get(debt.item.id),
        unread=still.url if still else None,
        attempts=still.attempts if still else debt.attempts,
    )
