"""To which story of the archive an alert belongs, for ever: addresses of pages never change."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from monitor.model import Alert
from monitor.story import REWRITTEN, STORY_LASTS, figures, stories
from monitor.story.sameness import shared_names

Moment = tuple[str, datetime]


def join(
    alerts: Iterable[Alert], known: Mapping[int, int], complete: Collection[str] = ()
) -> dict[int, int]:
    """Return the story of each alert that has none yet; a story's name is its first alert's number.

    `alerts` come oldest first, from 90 days before the first new one on. What was once told apart
    or together stays so: an alert that joins two stories goes to the older one. So the result does
    not depend on how often the archive was brought up to date.
    """
    told, found = dict(known), dict[int, int]()
    recent = _Recent()
    for (_, now), checked in groupby(alerts, key=_moment):
        batch = list(checked)
        recent.forget(now)
        if any(_number(alert) not in known for alert in batch):
            joined = dict(_joined(batch, recent, told, complete))
            told |= joined
            found |= joined
        if not any(map(figures, batch)):
            recent.add(batch)
    return found


def _joined(
    batch: Sequence[Alert], recent: _Recent, known: Mapping[int, int], complete: Collection[str]
) -> Iterator[tuple[int, int]]:
    rewritten = batch[0].source in complete and len(batch) >= REWRITTEN
    before = [] if rewritten else recent.like(alert for alert in batch if not figures(alert))
    one = len(batch) == 1 and not before
    for group in (tuple(batch),) if one else stories([*before, *batch], complete):
        earlier = [known[_number(alert)] for alert in group if _number(alert) in known]
        story = min(earlier) if earlier else min(map(_number, group))
        yield from ((number, story) for each in group if (number := _number(each)) not in known)


def _moment(alert: Alert) -> Moment:
    return alert.source, alert.detected_at


def _number(alert: Alert) -> int:
    return alert.id or 0


class _Recent:
    """The alerts of the last 90 days, found by what they may share with a new one."""

    def __init__(self) -> None:
        self._order: deque[tuple[Alert, frozenset[str]]] = deque()
        self._named: defaultdict[str, dict[int, Alert]] = defaultdict(dict)

    def add(self, batch: Iterable[Alert]) -> None:
        for alert in batch:
            names = _names(alert)
            self._order.append((alert, names))
            for name in names:
                self._named[name][_number(alert)] = alert

    def forget(self, now: datetime) -> None:
        while self._order and now - self._order[0][0].detected_at > STORY_LASTS:
            alert, names = self._order.popleft()
            for name in names:
                self._named[name].pop(_number(alert), None)
                if not self._named[name]:
                    del self._named[name]

    def like(self, batch: Iterable[Alert]) -> list[Alert]:
        near: dict[int, Alert] = {}
        for alert in batch:
            for name in _names(alert):
                near |= self._named.get(name, {})
            now = alert.detected_at
        return [near[n] for n in sorted(near) if now - near[n].detected_at <= STORY_LASTS]


def _names(alert: Alert) -> frozenset[str]:
    return shared_names(alert) | {f"item {alert.source} {alert.item}"}
