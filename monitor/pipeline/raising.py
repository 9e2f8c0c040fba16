"""Alerts of a check; where texts are long, they are raised by a process that can be killed.

A text can be made so that matching it takes very long, and nothing can stop what runs in the
service itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from monitor.match import Rules
from monitor.model import Alert, Change, Item, Source
from monitor.pipeline.alerting import alerts, overdue_alerts
from monitor.reader import Reader, aside

# Characters; the worst text of that length takes a quarter of a second.
LONG = 30_000


class Found(NamedTuple):
    """What is new, documents that could be read at last, and procedures that are overdue."""

    news: Sequence[Change]
    late: Sequence[Change]
    overdue: Sequence[Item]


class Raised(NamedTuple):
    """The alerts of what was found."""

    news: tuple[Alert, ...]
    late: tuple[Alert, ...]
    overdue: tuple[Alert, ...]


async def raise_alerts(
    source: Source, found: Found, *, rules: Rules, now: datetime, reader: Reader
) -> Raised:
    """Return the alerts of a check. Raises SourceError when matching takes too long."""
    work = partial(_raised, source, found, rules, now)
    if _length(found) <= LONG:
        return work()
    return await aside(reader, source.url, work)


def _raised(source: Source, found: Found, rules: Rules, now: datetime) -> Raised:
    return Raised(
        alerts(source, found.news, rules, now),
        alerts(source, found.late, rules, now),
        overdue_alerts(source, found.overdue, rules, now),
    )


def _length(found: Found) -> int:
    """How many characters there are, papers included, also of what was there before."""
    changes = (*found.news, *found.late)
    before = (change.before for change in changes if change.before)
    return sum(
        len(item.title)
        + sum(map(len, item.blocks))
        + sum(len(block) for paper in item.attached for block in paper.blocks)
        for item in (*(change.item for change in changes), *before, *found.overdue)
    )
