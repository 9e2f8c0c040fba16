"""Days to come that stories name: entry into force, hearings, answers due, time limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from monitor.entry import entry_of
from monitor.model import Alert, Appointment, Tier
from monitor.site.telling import READER, Watch
from monitor.story import DEADLINE, STAGE, News

# Of very many, the soonest.
MOST = 300


def last_day(alert: Alert) -> date | None:
    """Return the last day that an alert names, past or to come; None when it names none."""
    told = [dict(each.values) for each in alert.remarks if each.code in {DEADLINE, STAGE}]
    days = [date.fromisoformat(day) for said in told if (day := said.get("day") or said.get("due"))]
    return max(days, default=None)


def appointments(
    stories: Iterable[Sequence[Alert]], watch: Watch, today: date
) -> tuple[Appointment, ...]:
    """Return the days from today on that stories name for certain, soonest first.

    `alert` of each is the number of the story.
    """
    found = sorted(
        _named(stories, watch, today), key=lambda each: (each.deadline.day, each.deadline.time)
    )
    return tuple(found[:MOST])


def _named(stories: Iterable[Sequence[Alert]], watch: Watch, today: date) -> Iterator[Appointment]:
    for story in stories:
        entry, tier = entry_of(News(tuple(story)), READER, watch.sources, watch.topics)
        if tier is Tier.SURE:
            source = watch.sources.get(entry.source_id)
            zone = source.timezone if source else "UTC"
            for each in entry.deadlines:
                if each.day >= today:
                    number = story[0].id or 0
                    yield Appointment(each, number, entry.title, entry.url, entry.source, zone)
