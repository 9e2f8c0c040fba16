"""What an archive of all alerts is made of: read in portions, nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select, tuple_

from monitor.model import Alert, ChangeKind, SourceState
from monitor.store import tables
from monitor.store.checks import Checks
from monitor.store.codec import unpack_alert
from monitor.store.history import History, ItemVersion
from monitor.store.tables import MOST_NAMED


@dataclass(frozen=True, slots=True)
class AlertRow:
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
        query = select(c.id, c.source, c.item, c.kind, c.detected_at, c.topics).order_by(c.id)
        kinds = {kind.value: kind for kind in ChangeKind}
        with self._reading.connect() as connection:
            return tuple(
                AlertRow(id_, source, item, kinds[kind], at, tuple(topics))
                for id_, source, item, kind, at, topics in connection.execute(query)
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
