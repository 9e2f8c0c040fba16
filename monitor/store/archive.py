"""What an archive of all alerts is made of: read in portions, nothing is written."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import Engine, Text, cast, func, select, tuple_

from monitor.model import Alert, ChangeKind, SourceState
from monitor.store import tables
from monitor.store.checks import Checks
from monitor.store.codec import unpack_alert
from monitor.store.history import History, ItemVersion
from monitor.store.tables import MOST_NAMED, portions
from monitor.story import STORY_LASTS, keys


class AlertRow(NamedTuple):
    """What is known of an alert without unpacking it."""

    id: int
    source: str
    item: str
    kind: ChangeKind
    detected_at: datetime
    topics: tuple[str, ...]


Place = tuple[str, str]


class Archive:
    """Questions of a reader who wants everything: by number, never by list or recipient."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine.execution_options(reading=True)
        self._checks = Checks(engine)
        self._history = History(engine)

    def rows(self) -> tuple[AlertRow, ...]:
        """Return all alerts in short, oldest first."""
        c = tables.alert.c
        # Topics come as text: of the few combinations that there are, each is read once.
        said = cast(c.topics, Text)
        query = select(c.id, c.source, c.item, c.kind, c.detected_at, said).order_by(c.id)
        kinds = {kind.value: kind for kind in ChangeKind}
        topics = cache(lambda text: tuple(json.loads(text)))
        with self._reading.connect() as connection:
            return tuple(
                AlertRow(id_, source, item, kinds[kind], at, topics(told))
                for id_, source, item, kind, at, told in connection.execute(query).all()
            )

    def alerts_after(self, number: int) -> Iterator[Alert]:
        """Yield the alerts with a higher number, oldest first."""
        c = tables.alert.c
        query = select(c.id, c.item, c.body).where(c.id > number).order_by(c.id)
        with self._reading.connect() as connection:
            for row in connection.execution_options(yield_per=500).execute(query):
                yield unpack_alert(row.id, row.item, row.body)

    def alerts(self, numbers: Collection[int]) -> dict[int, Alert]:
        """Return the alerts with these numbers; one that is not there is left out."""
        c = tables.alert.c
        query, wanted = select(c.id, c.item, c.body), list(numbers)
        with self._reading.connect() as connection:
            return {
                row.id: unpack_alert(row.id, row.item, row.body)
                for start in range(0, len(wanted), MOST_NAMED)
                for row in connection.execute(
                    query.where(c.id.in_(wanted[start : start + MOST_NAMED])).order_by(c.id)
                )
            }

    def akin(self, numbers: Collection[int]) -> tuple[Alert, ...]:
        """Return these alerts and those of the 90 days before that may tell the same, oldest first.

        Whatever shares a key or its item with one of them; keys are kept for twice as long.
        """
        new = self.alerts(numbers)
        if not new:
            return ()
        a, named = tables.alert.c, tables.alert_key.c
        since = min(alert.detected_at for alert in new.values()) - STORY_LASTS
        places = {(alert.source, alert.item) for alert in new.values()}
        shared = {key for alert in new.values() for key in keys(alert)}
        found = set(new)
        with self._reading.connect() as connection:
            for some in portions(shared):
                near = select(named.alert).where(named.key.in_(some))
                found.update(connection.execute(near).scalars())
            for each in portions(places):
                same = select(a.id).where(tuple_(a.source, a.item).in_(each))
                found.update(connection.execute(same).scalars())
        known = self.alerts(sorted(found - set(new)))
        return tuple(
            alert for _, alert in sorted((new | known).items()) if alert.detected_at >= since
        )

    def newest(self) -> int:
        """Return the number of the newest alert; 0 if there is none."""
        with self._reading.connect() as connection:
            return connection.execute(select(func.max(tables.alert.c.id))).scalar() or 0

    def first_since(self, moment: datetime) -> int:
        """Return the number of the first alert found at or after the moment; 0 if there is none."""
        c = tables.alert.c
        query = select(func.min(c.id)).where(c.detected_at >= moment)
        with self._reading.connect() as connection:
            return connection.execute(query).scalar() or 0

    def changed(self) -> dict[Place, tuple[int, int]]:
        """Return, of each item that has alerts and several versions, the newest row and how many.

        By source and name of the item.
        """
        v, a = tables.version.c, tables.alert.c
        told = select(a.source, a.item).distinct()
        query = (
            select(v.source, v.item, func.max(v.id), func.count())
            .where(tuple_(v.source, v.item).in_(told))
            .group_by(v.source, v.item)
            .having(func.count() > 1)
        )
        with self._reading.connect() as connection:
            rows = connection.execute(query)
            return {(source, item): (newest, number) for source, item, newest, number in rows}

    def versions(self, source: str, item: str) -> tuple[ItemVersion, ...]:
        """Return every stored state of an item, oldest first."""
        return tuple(self._history.item_versions(source, item))

    def states(self) -> dict[str, SourceState]:
        """Return what is remembered of every source ever checked, by id."""
        return self._checks.states()
