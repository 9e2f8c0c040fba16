"""What there is in the archive: stories, and the shelves on which each of them stands.

A shelf (a topic, a source, a month) grows at its end only. Its sheets are filled from the oldest
story on and then never change their members, so that one new alert touches few pages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.entry import OTHER
from monitor.model import ChangeKind

# Stories of a full sheet; the one that grows holds up to twice as many.
SHEET = 40


class Known(Protocol):
    """An alert in short, as the store tells it."""

    @property
    def id(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def item(self) -> str: ...
    @property
    def kind(self) -> ChangeKind: ...
    @property
    def detected_at(self) -> datetime: ...
    @property
    def topics(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a shelf, newest story first; `number` 0 is the one that grows.

    `older` and `newer` are the numbers of its neighbours, None at the ends.
    """

    kind: str
    key: str
    number: int
    stories: tuple[int, ...]
    older: int | None
    newer: int | None
    total: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All stories with their alerts, oldest first, and all shelves, by kind and key.

    The stories of a shelf stand in the order in which their first alert came to it; `months` tells
    in which month an alert was found, as 2026-11.
    """

    stories: Mapping[int, tuple[Known, ...]]
    shelves: Mapping[str, Mapping[str, tuple[int, ...]]]
    months: Mapping[int, str]

    def sheets(self) -> Iterator[Sheet]:
        """Yield the pages of all shelves."""
        for kind, shelves in self.shelves.items():
            for key, members in shelves.items():
                yield from sheets(kind, key, members)

    @property
    def latest(self) -> list[int]:
        """The stories, the one with the newest alert first."""
        return sorted(self.stories, key=lambda story: -self.stories[story][-1].id)


def catalogue(alerts: Iterable[Known], stories: Mapping[int, int], zone: ZoneInfo) -> Catalogue:
    """Return the catalogue of the alerts, given oldest first; months are those of the zone."""
    members: defaultdict[int, list[Known]] = defaultdict(list)
    months: dict[int, str] = {}
    shelves: dict[str, defaultdict[str, dict[int, None]]] = {
        kind: defaultdict(dict) for kind in ("topic", "source", "month")
    }
    for alert in alerts:
        story = stories[alert.id]
        members[story].append(alert)
        for topic in alert.topics or (OTHER,):
            shelves["topic"][topic].setdefault(story)
        shelves["source"][alert.source].setdefault(story)
        months[alert.id] = at = month(alert.detected_at, zone)
        shelves["month"][at].setdefault(story)
    return Catalogue(
        {story: tuple(told) for story, told in members.items()},
        {
            kind: {key: tuple(stood) for key, stood in sorted(found.items())}
            for kind, found in shelves.items()
        },
        months,
    )


def quiet(
    alerts: Iterable[Known], changed: Mapping[tuple[str, str], tuple[int, int]]
) -> dict[tuple[str, str], int]:
    """Return the items of which a version raised no alert, with the row of their newest version.

    `changed` has that row and the number of versions of each item with several. What was there at
    first sight is a version that no alert tells.
    """
    told: Counter[tuple[str, str]] = Counter()
    begun: set[tuple[str, str]] = set()
    for alert in alerts:
        place = alert.source, alert.item
        told[place] += 1
        if alert.kind is ChangeKind.ADDED:
            begun.add(place)
    return {
        place: newest
        for place, (newest, versions) in changed.items()
        if versions > told[place] + (place not in begun)
    }


def month(moment: datetime, zone: ZoneInfo) -> str:
    """Return the month as 2026-11."""
    local = moment.astimezone(zone)
    return f"{local.year}-{local.month:02}"


def sheets(kind: str, key: str, members: Sequence[int]) -> Iterator[Sheet]:
    """Yield the pages of a shelf whose stories are given in the order they came to it."""
    full = max(0, len(members) // SHEET - 1) if len(members) >= SHEET else 0
    numbers = [*range(1, full + 1), 0]
    cuts = [*(members[n * SHEET : (n + 1) * SHEET] for n in range(full)), members[full * SHEET :]]
    for place, (number, cut) in enumerate(zip(numbers, cuts, strict=True)):
        older = numbers[place - 1] if place else None
        newer = numbers[place + 1] if number else None
        yield Sheet(kind, key, number, tuple(reversed(cut)), older, newer, len(members))


def counts(found: Catalogue, kind: str, months: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return for each shelf of a kind how many alerts there were in each of the months."""
    places = {name: number for number, name in enumerate(months)}
    tally: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(months))
    for alert in chain.from_iterable(found.stories.values()):
        at = places.get(found.months[alert.id])
        if at is not None:
            for key in _keys(alert, kind):
                tally[key][at] += 1
    return {key: tuple(numbers) for key, numbers in sorted(tally.items())}


def _keys(alert: Known, kind: str) -> tuple[str, ...]:
    return (alert.source,) if kind == "source" else alert.topics or (OTHER,)
