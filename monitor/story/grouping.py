"""Which alerts are the same piece of news: one entry for the reader, «also at …» for the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations

from monitor.model import Alert
from monitor.story.sameness import Evidence, evidence, figures, identity, in_conflict, keys

# As many changes of a law or guideline in one check are its rewriting, told as one.
REWRITTEN = 8

Moment = tuple[str, datetime]
Rank = tuple[datetime, str, str, str, str, str, int]
Link = tuple[Evidence, Rank, Rank, int, int]


def stories(
    alerts: Sequence[Alert], complete: Collection[str] = ()
) -> tuple[tuple[Alert, ...], ...]:
    """Group the alerts that tell the same; order of first appearance.

    The groups do not depend on the order of the alerts: the surest evidence joins first, and no
    group holds two that are known to be different. Different items of one source stay apart,
    however alike they are, unless one number is that of both: the source itself lists them as two.
    But a source of `complete` that changed in many places at once was rewritten, and all that
    makes one story; so do the figures of one check.
    """
    rewritten = _rewritten(alerts, complete)
    units = _units(alerts, rewritten)
    home = {id(alert): number for number, unit in enumerate(units) for alert in unit}
    group = {number: [number] for number in range(len(units))}
    for *_, one, other in sorted(_links(units)):
        mine, theirs = group[one], group[other]
        if mine is not theirs and _fit(mine, theirs, units):
            mine += theirs
            group.update(dict.fromkeys(theirs, mine))
    found: dict[int, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(id(group[home[id(alert)]]), []).append(alert)
    return tuple(map(tuple, found.values()))


def _units(alerts: Sequence[Alert], rewritten: frozenset[Moment]) -> list[list[Alert]]:
    """What is one for certain: the changes of one item, a source rewritten, one check's figures."""
    parent: dict[tuple[str, ...], tuple[str, ...]] = {}

    def root(place: tuple[str, ...]) -> tuple[str, ...]:
        while parent.setdefault(place, place) != place:
            place = parent[place]
        return place

    for alert in alerts:
        item = root(("item", alert.source, alert.item))
        for place in _together(alert, rewritten):
            parent[root(place)] = item
    units: dict[tuple[str, ...], list[Alert]] = {}
    for alert in alerts:
        units.setdefault(root(("item", alert.source, alert.item)), []).append(alert)
    return list(units.values())


def _together(alert: Alert, rewritten: frozenset[Moment]) -> Iterator[tuple[str, ...]]:
    check = (alert.source, alert.detected_at.isoformat())
    if _moment(alert) in rewritten and not figures(alert):
        yield "check", *check
    if figures(alert):
        yield "figures", *check


def _links(units: Sequence[Sequence[Alert]]) -> Iterator[Link]:
    """The pairs of units that something joins, with what sorts them wherever they stood."""
    places: defaultdict[str, set[int]] = defaultdict(set)
    for number, unit in enumerate(units):
        for alert in unit:
            for key in keys(alert):
                places[key].add(number)
    pairs = {pair for near in places.values() for pair in combinations(sorted(near), 2)}
    for one, other in pairs:
        reasons = [
            (reason, min(_rank(a), _rank(b)), max(_rank(a), _rank(b)))
            for a in units[one]
            for b in units[other]
            if (reason := evidence(a, b))
        ]
        if reasons:
            surest, first, last = min(reasons)
            yield surest, first, last, one, other


def _rank(alert: Alert) -> Rank:
    """An order of alerts that depends on nothing but themselves."""
    return (
        alert.detected_at,
        alert.source,
        alert.item,
        alert.kind,
        alert.title,
        alert.url or "",
        alert.id or 0,
    )


def _fit(mine: Iterable[int], theirs: Iterable[int], units: Sequence[Sequence[Alert]]) -> bool:
    """Whether all of one group may be one story with all of another."""
    others = list(theirs)
    return all(_may_join(units[one], units[other]) for one in mine for other in others)


def _may_join(mine: Sequence[Alert], theirs: Sequence[Alert]) -> bool:
    for one in mine:
        for other in theirs:
            if one.source == other.source and evidence(one, other) is not Evidence.NUMBER:
                return False
            if in_conflict(identity(one).names, identity(other).names):
                return False
    return True


def _rewritten(alerts: Iterable[Alert], complete: Collection[str]) -> frozenset[Moment]:
    """The checks at which a complete source had changed in many places."""
    changes = Counter(_moment(a) for a in alerts if a.source in complete and not figures(a))
    return frozenset(moment for moment, number in changes.items() if number >= REWRITTEN)


def _moment(alert: Alert) -> Moment:
    return alert.source, alert.detected_at
