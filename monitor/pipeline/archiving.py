"""The values that pages of the archive are drawn from, read from the store when a page asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from monitor.model import Alert, Appointment, Item, Rank
from monitor.priority import rank
from monitor.render import shown
from monitor.site.catalogue import Catalogue, quiet
from monitor.site.days import appointments
from monitor.site.overview import watched
from monitor.site.pages import Line, Story, Watched
from monitor.site.telling import Version, Watch, line, story
from monitor.store import Store

Place = tuple[str, str]


class Reading:
    """The archive while its pages are made: what was read for one page may serve the next."""

    def __init__(
        self,
        store: Store,
        *,
        found: Catalogue,
        watch: Watch,
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._store = store
        self.changed = quiet(chain.from_iterable(found.stories.values()), store.archive.changed())
        self.states = store.archive.states()
        self._alerts: dict[int, Alert] = {}
        self._lines: dict[int, Line] = {}
        self._watched: tuple[Watched, ...] | None = None
        self._days: tuple[Appointment, ...] | None = None
        self.ahead: tuple[int, ...] = ()
        self.found = found
        self.watch = watch
        self.zone = zone
        self.now = now
        self.today = now.astimezone(zone).date()

    def load(self, stories: Iterable[int]) -> None:
        """Read the alerts of these stories, and forget all others."""
        wanted = [alert.id for name in stories for alert in self.found.stories[name]]
        missing = [number for number in wanted if number not in self._alerts]
        kept = {number: self._alerts[number] for number in wanted if number in self._alerts}
        self._alerts = kept | self._store.archive.alerts(missing)

    def alerts(self, number: int) -> tuple[Alert, ...]:
        """Return the alerts of a story, oldest first."""
        wanted = [alert.id for alert in self.found.stories[number]]
        if any(each not in self._alerts for each in wanted):
            self._alerts |= self._store.archive.alerts(wanted)
        return tuple(self._alerts[each] for each in wanted)

    def line(self, number: int) -> Line:
        """Return a story as lists show it."""
        if number not in self._lines:
            self._lines[number] = shown(line(self.alerts(number), self.watch))
        return self._lines[number]

    def lines(self, numbers: Sequence[int]) -> tuple[Line, ...]:
        """Return several stories as lists show them."""
        missing = [number for number in numbers if number not in self._lines]
        if missing:
            self.load(missing)
        return tuple(map(self.line, numbers))

    def story(self, number: int) -> Story:
        """Return a story with all its reports and versions."""
        alerts = self.alerts(number)
        places = {(a.source, a.item) for a in self.found.stories[number]} & self.changed.keys()
        versions = {place: tuple(self._versions(place)) for place in sorted(places)[:3]}
        told = shown(story(alerts, versions, self.watch))
        self._lines[number] = told.line
        return told

    def _versions(self, place: Place) -> Iterator[Version]:
        for each in self._store.archive.versions(*place):
            yield Version(each.number, each.at, each.kind, each.body)

    def watched(self) -> tuple[Watched, ...]:
        """Return all sources with their health."""
        if self._watched is None:
            told = watched(self.found, self.watch.sources, self.states, self.now)
            self._watched = shown(told)
        return self._watched

    def look_ahead(self, stories: Iterable[int]) -> None:
        """Take up which stories name days to come, oldest first."""
        self.ahead = tuple(sorted(set(stories)))

    def days(self) -> tuple[Appointment, ...]:
        """Return the days to come, soonest first."""
        if self._days is None:
            told = map(self.alerts, self.ahead)
            self._days = shown(appointments(told, self.watch, self.today))
        return self._days

    def statistics(self) -> tuple[str, ...]:
        """Return the sources that publish figures and were ever read."""
        return tuple(
            id_
            for id_, source in self.watch.sources.items()
            if source.enabled and rank(source) is Rank.STATISTICS and id_ in self.states
        )

    def items(self, source: str) -> tuple[Item, ...]:
        """Return the items of a source as they were last stored."""
        versions = self._store.history.versions(source)
        if not versions:
            return ()
        return tuple(self._store.history.state_at(source, versions[-1].number).values())
