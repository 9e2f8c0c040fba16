"""What is remarked about a change: the stage of a procedure, what is withheld, days to come."""

from __future__ import annotations

from datetime import datetime

from monitor.deadlines import deadlines
from monitor.model import Change, ChangeKind, Deadline, Item, Remark, Source
from monitor.pipeline.figures import figure_remarks
from monitor.procedure import OPEN, State, findings
from monitor.story import DEADLINE, STAGE


def remarks_of(change: Change, source: Source, now: datetime) -> tuple[Remark, ...]:
    """Return the progress of a procedure, what the adapter and new papers say, and days to come."""
    known = change.before.attached if change.before else ()
    papers = [paper for paper in change.item.attached if paper not in known]
    said = findings(block for paper in papers for block in paper.blocks)
    said += (*figure_remarks(change), *_stage(change.item), *_days(change, source, now))
    return tuple(dict.fromkeys((*_progress(change), *change.item.remarks, *said)))


def has_moved(change: Change) -> bool:
    """Return whether a procedure has come further."""
    before, now = change.before, change.item
    return change.kind is ChangeKind.EDITED and before is not None and before.state != now.state


def lateness(item: Item, now: datetime) -> tuple[Remark, ...]:
    """Return the remark that a procedure should have gone on by now."""
    days = (("days", str((now - item.published).days)),) if item.published else ()
    return (Remark("overdue", days), *_stage(item))


def told_text(change: Change) -> str:
    """Return what the alert is about: what changed of an edit, else all of the item."""
    if change.kind is ChangeKind.EDITED:
        return "\n\n".join((*change.added, *change.removed))
    attached = (block for document in change.item.attached for block in document.blocks)
    return "\n\n".join((change.item.title, *change.item.blocks, *attached))


def _progress(change: Change) -> tuple[Remark, ...]:
    state = change.item.state
    if not has_moved(change) or state in {None, State.ASKED}:
        return ()
    was_advance = change.before is not None and change.before.state == State.ADVANCE
    replaced = was_advance and state == State.ANSWERED
    return (Remark("advance-replaced" if replaced else str(state)),)


def _stage(item: Item) -> tuple[Remark, ...]:
    """How far the procedure is, with the day by which it is to go on while it is open."""
    if item.state is None:
        return ()
    due = item.due if item.due and item.state in OPEN else None
    told = (("state", item.state), *((("due", due.date().isoformat()),) if due else ()))
    return (Remark(STAGE, told),)


def _days(change: Change, source: Source, now: datetime) -> tuple[Remark, ...]:
    """The days to come that new text names."""
    if change.kind is ChangeKind.REMOVED or change.item.figure:
        return ()
    text = "\n\n".join(change.added) if change.kind is ChangeKind.EDITED else told_text(change)
    found = deadlines(text, change.item.lang or source.lang, now.date())
    return tuple(map(_day, found))


def _day(deadline: Deadline) -> Remark:
    said = {
        "day": deadline.day.isoformat(),
        "kind": deadline.kind.value,
        "time": deadline.time,
        "words": deadline.words,
    }
    return Remark(DEADLINE, tuple((name, text) for name, text in said.items() if text))
