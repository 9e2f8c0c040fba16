"""To which story of the archive an alert belongs, for ever: addresses of pages never change."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from monitor.model import Alert
from monitor.story import REWRITTEN, STORY_LASTS, figures, stories
from monitor.story.sameness import evidence, shared_names

# So many earlier alerts are compared with a new one.
LIKE = 24
Moment = tuple[str, datetime]


def join(
    alerts: Iterable[Alert], known: Mapping[int, int], complete: Collection[str] = ()
) -> dict[int, int]:
    """Return the story of each alert that has none yet; a story's name is its first alert's number.

    `alerts` come oldest first, from 90 days before the first new one on, or those of them that
    share a name or their item with a new one. What was once told apart
    or together stays so: an alert that joins two stories goes to the older one. So the result does
    not depend on how often the archive was brought up to date.
    """
    told, found = dict(known), dict[int, int]()
    recent = _Recent()
    for (_, now), checked in groupby(alerts, key=_moment):
        batch = list(checked)
        recent.forget(now)
        for part in _parts(batch, complete):
            if any(_number(alert) not in known for alert in part):
                joined = dict(_joined(part, recent, told, complete))
                told |= joined
                found |= joined
            if not any(map(figures, part)):
                recent.add(part)
    return found


def _parts(batch: Sequence[Alert], complete: Collection[str]) -> Iterator[list[Alert]]:
    """The alerts of a check one by one, but all figures, or all sections rewritten, together."""
    together = [alert for alert in batch if figures(alert)]
    if together:
        yield together
    single = [alert for alert in batch if not figures(alert)]
    if single and single[0].source in complete and len(single) >= REWRITTEN:
        yield single
    else:
        yield from ([alert] for alert in single)


def _joined(
    part: Sequence[Alert], recent: _Recent, known: Mapping[int, int], complete: Collection[str]
) -> Iterator[tuple[int, int]]:
    before = recent.like(part[0]) if len(part) == 1 and not figures(part[0]) else []
    one = len(part) == 1 and not before
    for group in (tuple(part),) if one else stories([*before, *part], complete):
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

    def like(self, alert: Alert) -> list[Alert]:
        """The last few that share most with it, oldest first."""
        shared: Counter[int] = Counter()
        near: dict[int, Alert] = {}
        for name in _names(alert):
            near |= (here := self._named.get(name, {}))
            shared.update(here.keys())
        fresh = (n for n in near if alert.detected_at - near[n].detected_at <= STORY_LASTS)
        best = sorted(fresh, key=lambda number: (-shared[number], -number))[:LIKE]
        return [near[n] for n in sorted(best) if _may_tell_the_same(near[n], alert)]


def _may_tell_the_same(one: Alert, other: Alert) -> bool:
    same_item = (one.source, one.item) == (other.source, other.item)
    return same_item or evidence(one, other) is not None


def _names(alert: Alert) -> frozenset[str]:
    return shared_names(alert) | {f"item {alert.source} {alert.item}"}
