"""Alerts and versions, looked at long afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Engine, func, select

from monitor.errors import StoreError
from monitor.model import Alert, ChangeKind, Item
from monitor.store import tables
from monitor.store.codec import read_item, unpack_alert
from monitor.store.texts import texts


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One stored version of a source: its number, when, and how many items changed how."""

    number: int
    at: datetime
    added: int
    edited: int
    removed: int


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One stored state of one item; `body` is None for a removal and for a text long forgotten."""

    number: int
    at: datetime
    kind: ChangeKind
    item: str
    body: Item | None


class History:
    """Questions about the past; nothing is written here."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine.execution_options(reading=True)

    def alerts(self, since: datetime | None = None) -> tuple[Alert, ...]:
        """Return the stored alerts found at or after `since`, newest first."""
        query = select(tables.alert.c.id, tables.alert.c.item, tables.alert.c.body).order_by(
            tables.alert.c.id.desc()
        )
        if since is not None:
            query = query.where(tables.alert.c.detected_at >= since)
        with self._reading.connect() as connection:
            return tuple(
                unpack_alert(row.id, row.item, row.body) for row in connection.execute(query)
            )

    def versions(self, source: str) -> tuple[VersionRow, ...]:
        """Return the stored versions of a source, oldest first."""
        c = tables.version.c

        def count(kind: ChangeKind) -> object:
            return func.count().filter(c.kind == kind)

        query = (
            select(
                c.number,
                func.min(c.at).label("at"),
                count(ChangeKind.ADDED).label("added"),  # type: ignore[attr-defined]
                count(ChangeKind.EDITED).label("edited"),  # type: ignore[attr-defined]
                count(ChangeKind.REMOVED).label("removed"),  # type: ignore[attr-defined]
            )
            .where(c.source == source)
            .group_by(c.number)
            .order_by(c.number)
        )
        with self._reading.connect() as connection:
            return tuple(VersionRow(*row) for row in connection.execute(query))

    def changed_at(self, source: str, most: int) -> tuple[datetime, ...]:
        """Return when a source last changed, newest first; its first version is no change."""
        c = tables.version.c
        first = select(func.min(c.number)).where(c.source == source).scalar_subquery()
        query = (
            select(func.min(c.at))
            .where(c.source == source, c.number > first)
            .group_by(c.number)
            .order_by(c.number.desc())
            .limit(most)
        )
        with self._reading.connect() as connection:
            return tuple(connection.execute(query).scalars())

    def first_version(self, source: str) -> int | None:
        """Return the number of a source's first version: what was there at first sight."""
        c = tables.version.c
        with self._reading.connect() as connection:
            return connection.execute(select(func.min(c.number)).where(c.source == source)).scalar()

    def state_at(self, source: str, number: int) -> dict[str, Item]:
        """Return the items as they stood after the numbered version, by id.

        Raises StoreError when `prune` has forgotten what they said.
        """
        c = tables.version.c
        newest = (
            select(func.max(c.id)).where(c.source == source, c.number <= number).group_by(c.item)
        )
        query = (
            select(c.id, c.item)
            .where(c.id.in_(newest), c.kind != ChangeKind.REMOVED)
            .order_by(c.id)
        )
        with self._reading.connect() as connection:
            rows = connection.execute(query).all()
            found = texts(connection, [row.id for row in rows])
        if len(found) < len(rows):
            raise StoreError(f"the texts of version {number} of {source} are too old to be kept")
        return {row.item: read_item(row.item, found[row.id]) for row in rows}

    def item_versions(self, source: str, item: str | None = None) -> Iterator[ItemVersion]:
        """Yield every stored state of a source, item by item, each item's oldest first.

        With `item`, only the states of that one.
        """
        c = tables.version.c
        query = (
            select(c.id, c.number, c.at, c.kind, c.item)
            .where(c.source == source)
            .order_by(c.item, c.id)
        )
        if item is not None:
            query = query.where(c.item == item)
        with self._reading.connect() as connection:
            for _, rows in groupby(connection.execute(query).all(), key=lambda row: row.item):
                of_item = list(rows)
                found = texts(connection, [row.id for row in of_item])
                for row in of_item:
                    body = read_item(row.item, found[row.id]) if row.id in found else None
                    yield ItemVersion(row.number, row.at, ChangeKind(row.kind), row.item, body)
