"""What of a list's pending alerts is news, what is more of a story, and what was told already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Alert, ChangeKind, Remark, Tier
from monitor.story.grouping import stories
from monitor.story.sameness import DEADLINE, identity
from monitor.text.sketch import fresh

# A repeat may have its own headline, agency line, closing sentence; so many words are more.
MORE_WORDS = 30
MORE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that stood in a digest of the list, and the cut-off of that digest."""

    alert: Alert
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """A story to be told; `before` is what the list was told of it, oldest first: an update."""

    alerts: tuple[Alert, ...]
    before: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """Pending alerts sorted: each is in one of `news`, or in one of `repeats`, never in both."""

    news: tuple[News, ...]
    repeats: tuple[News, ...]


def sort_out(
    pending: Sequence[Alert], told: Sequence[Told], complete: Collection[str] = ()
) -> Sorted:
    """Return what of the pending alerts is to be told, and what only repeats what was told.

    An alert repeats a story when it comes from elsewhere and brings neither text, words, topics,
    remarks nor certainty that the list was not told. A story with one alert that brings more is
    told as an update, and its repeats are the other places of it.
    """
    when = {id(each.alert): each for each in told}
    news, repeats = [], []
    for story in stories([*(each.alert for each in told), *pending], complete):
        known = sorted((when[id(a)] for a in story if id(a) in when), key=lambda each: each.at)
        waiting = tuple(alert for alert in story if id(alert) not in when)
        if not waiting:
            continue
        more = [alert for alert in waiting if brings_more(alert, [each.alert for each in known])]
        if not more:
            repeats.append(News(waiting, tuple(known)))
            continue
        rest = tuple(alert for alert in waiting if not any(alert is each for each in more))
        elsewhere = tuple(each for each in known if not _changes(waiting, each.alert))
        if rest and all(alert.tier is Tier.PERHAPS for alert in more):
            # What is new is doubtful; that something certain is repeated makes it no surer.
            news.append(News(tuple(more), elsewhere))
            repeats.append(News(rest, tuple(known)))
        else:
            news.append(News((*more, *rest), elsewhere))
    return Sorted(_in_order(news, pending), _in_order(repeats, pending))


def brings_more(alert: Alert, told: Sequence[Alert]) -> bool:
    """Return whether the alert says anything that the told ones of its story did not."""
    if not told or alert.kind is ChangeKind.REMOVED or alert.removed or _changes((alert,), *told):
        return True
    if alert.tier is Tier.SURE and all(each.tier is Tier.PERHAPS for each in told):
        return True
    heard = {(m.topic, m.term, m.tier) for each in told for m in each.matches}
    sure = {(topic, term) for topic, term, tier in heard if tier is Tier.SURE}
    for match in alert.matches:
        known = sure if match.tier is Tier.SURE else {(topic, term) for topic, term, _ in heard}
        if (match.topic, match.term) not in known:
            return True
    if _findings(alert) - {remark for each in told for remark in each.remarks}:
        return True
    text = identity(alert).text
    new = fresh(text, [identity(each).text for each in told])
    return new > MORE_WORDS and new > MORE_SHARE * text.size


def _findings(alert: Alert) -> set[Remark]:
    """What was remarked; that another text names the same day in its own words is no finding."""
    return {remark for remark in alert.remarks if remark.code != DEADLINE}


def _changes(alerts: Sequence[Alert], *told: Alert) -> bool:
    """Whether one is a later change of an item that was told: its own page moved on."""
    items = {(alert.source, alert.item) for alert in alerts}
    return any((each.source, each.item) in items for each in told)


def _in_order(found: Sequence[News], pending: Sequence[Alert]) -> tuple[News, ...]:
    """By the first of their alerts, as these were found."""
    place = {id(alert): number for number, alert in enumerate(pending)}
    return tuple(sorted(found, key=lambda each: min(place[id(a)] for a in each.alerts)))
