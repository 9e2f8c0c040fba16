"""Signs that a source no longer shows what it used to, though it answers as it should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.diff import Known, Triage
from monitor.model import Item

# Fewer items than this say nothing about their source.
FEWEST = 5
# So many items are compared with what is stored of them.
SAMPLE = 20
REDATED = 0.8
A_DAY = timedelta(days=1)


def to_compare(found: Triage) -> tuple[str, ...]:
    """Return the ids of some items that say what they said before."""
    changed = {item.id for item in (*found.added, *found.edited.values())}
    return tuple(id_ for id_ in found.marks if id_ not in changed and id_ not in found.renamed)[
        :SAMPLE
    ]


def oddity(
    items: Sequence[Item],
    found: Triage,
    known: Mapping[str, Known],
    last_success: datetime | None,
) -> str | None:
    """Return in a sentence what is odd about a reading, or None.

    `known` holds the items that `to_compare` named; `last_success` is the look before this one.
    """
    return _replaced(found, last_success) or _redated(items, known)


def _replaced(found: Triage, last_success: datetime | None) -> str | None:
    """Everything is new and nothing is left: the site was built anew, or shows something else.

    A busy list may turn over between two looks; then its items are all younger than the first.
    """
    if min(len(found.missing), len(found.added)) < FEWEST or len(found.added) < len(found.marks):
        return None
    dates = [item.published for item in found.added]
    if last_success and all(date is not None and date >= last_success for date in dates):
        return None
    return (
        f"all {len(found.missing)} items were replaced at once by {len(found.added)} others: "
        "does it still show what it is watched for?"
    )


def _redated(items: Sequence[Item], known: Mapping[str, Known]) -> str | None:
    """Many items say what they said, under another day."""
    pairs = [
        (known[item.id].item.published, item.published)
        for item in items
        if item.id in known and item.published and known[item.id].item.published
    ]
    moved = [now for before, now in pairs if before and now and abs(now - before) >= A_DAY]
    if len(moved) < FEWEST or len(moved) < REDATED * len(pairs):
        return None
    if len(set(moved)) == 1:
        return f"all at once {len(moved)} items bear the same date, and say what they said before"
    return f"{len(moved)} items were re-dated at once, and say what they said before"
