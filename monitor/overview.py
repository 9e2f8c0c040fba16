"""From the alerts of the last weeks to an overview: counts per topic, figures, what mattered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.digest import for_list
from monitor.entry import source_name, topic_title
from monitor.model import (
    Alert,
    Course,
    Highlight,
    MailingList,
    Overview,
    Source,
    Tier,
    Topic,
    Weekly,
)
from monitor.priority import priority
from monitor.story import figures

WEEK = timedelta(days=7)
WEEKS = 12
HIGHLIGHTS = 7
COURSES = 10


def overview(
    mailing_list: MailingList,
    alerts: Iterable[Alert],
    *,
    sources: Mapping[str, Source],
    topics: Mapping[str, Topic],
    cutoff: datetime,
    message_id: str,
    site: str | None = None,
) -> Overview:
    """Return the overview of the weeks before `cutoff`; alerts may be given in any order.

    Only what is sure counts, each alert once for each of its topics.
    """
    since = cutoff - WEEKS * WEEK
    sure = [
        alert
        for alert in for_list(alerts, mailing_list)
        if alert.tier is Tier.SURE and since <= alert.detected_at < cutoff
    ]
    sure.sort(key=lambda alert: (alert.detected_at, alert.id or 0))
    last = [alert for alert in sure if alert.detected_at >= cutoff - WEEK]
    return Overview(
        list_id=mailing_list.id,
        list_name=mailing_list.name or mailing_list.id,
        lang=mailing_list.lang,
        timezone=mailing_list.timezone,
        since=cutoff - WEEK,
        cutoff=cutoff,
        message_id=message_id,
        count=len(last),
        before=sum(cutoff - 2 * WEEK <= a.detected_at < cutoff - WEEK for a in sure),
        topics=tuple(
            Weekly(topic_title(topic, topics, mailing_list.lang), _per_week(sure, topic, cutoff))
            for topic in mailing_list.topics or topics
        ),
        courses=tuple(_courses(sure, sources))[:COURSES],
        highlights=tuple(_highlights(last, sources)),
        site=site,
    )


def _per_week(alerts: Sequence[Alert], topic: str, cutoff: datetime) -> tuple[int, ...]:
    """How many alerts of the topic each week had, the last one last."""
    counts = [0] * WEEKS
    for alert in alerts:
        if any(match.topic == topic and match.tier is Tier.SURE for match in alert.matches):
            counts[WEEKS - 1 - (cutoff - alert.detected_at - timedelta.resolution) // WEEK] += 1
    return tuple(counts)


def _highlights(alerts: Sequence[Alert], sources: Mapping[str, Source]) -> Iterator[Highlight]:
    """What mattered most, each story once, the most important first."""
    worth = {id(alert): priority(alert, sources.get(alert.source)).value for alert in alerts}
    ranked = sorted(alerts, key=lambda alert: -worth[id(alert)])
    stories = {alert.story or str(alert.id): alert for alert in reversed(ranked)}
    first = sorted(stories.values(), key=lambda alert: -worth[id(alert)])[:HIGHLIGHTS]
    for alert in first:
        name = source_name(alert.source, sources)
        yield Highlight(alert.id or 0, alert.title, alert.url, name, alert.detected_at, alert.lang)


def _courses(alerts: Sequence[Alert], sources: Mapping[str, Source]) -> Iterator[Course]:
    """The newest course of each figure that changed, the last changed first."""
    told: set[tuple[str, str]] = set()
    for alert in reversed(alerts):
        for remark in figures(alert):
            said = dict(remark.values)
            periods = said.get("periods", "").split()
            if not periods:
                continue
            label = said["label"].removesuffix(f", {periods[-1]}")
            if (alert.source, label) not in told:
                told.add((alert.source, label))
                name = source_name(alert.source, sources)
                values, now = tuple(said["series"].split()), said.get("after", "")
                yield Course(label, name, alert.url, values, periods[0], periods[-1], now)
