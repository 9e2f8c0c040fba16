"""What is remembered of sources and their items; writing it is in `saving`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Exists, Row, exists, or_, select

from monitor.diff import Known, Mark
from monitor.model import Alert, ChangeKind, Health, Item, SourceState, Validators
from monitor.procedure import OPEN
from monitor.store import tables
from monitor.store.codec import unpack_alert, unpack_named, unpack_seen
from monitor.store.quiet import Outset, Quiet, waiting, write_quiet
from monitor.store.saving import GIVEN_UP, STATE_COLUMNS, Saved, write
from monitor.store.tables import portions


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An item whose linked document could not be read yet."""

    item: Item
    url: str
    attempts: int


@dataclass(frozen=True, slots=True)
class NeverRead:
    """A linked document that could not be read, and will not be tried again."""

    source: str
    item: str
    url: str


_COLUMNS = tuple(tables.source.c.keys())


class Checks:
    """Questions and answers about sources."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)

    def states(self) -> dict[str, SourceState]:
        """Return what is remembered of every source ever checked, by id."""
        with self._reading.connect() as connection:
            return {row.source: _state(row) for row in connection.execute(select(tables.source))}

    def state(self, source: str) -> SourceState:
        """Return what is remembered of a source; a fresh state when nothing is."""
        query = select(tables.source).where(tables.source.c.source == source)
        with self._reading.connect() as connection:
            row = connection.execute(query).one_or_none()
        return _state(row) if row else SourceState(source)

    def outsets(self, sources: Collection[str], day: datetime) -> dict[str, Outset]:
        """Return where the checks of these sources begin; `day` as `overdue` has it."""
        c = tables.source.c
        with self._reading.connect() as connection:
            known = {
                row.source: _state(row)
                for some in portions(sources)
                for row in connection.execute(select(tables.source).where(c.source.in_(some)))
            }
            waits = waiting(connection, sources, day)
        return {
            source: Outset(known.get(source) or SourceState(source), source in waits)
            for source in sources
        }

    def due(self, now: datetime) -> tuple[str, ...]:
        """Return the sources that were checked before and are due, the longest due first."""
        c = tables.source.c
        query = select(c.source).where(or_(c.next_check.is_(None), c.next_check <= now))
        with self._reading.connect() as connection:
            ordered = query.order_by(c.next_check.nulls_first(), c.source)
            return tuple(connection.execute(ordered).scalars())

    def unchecked(self, sources: Collection[str]) -> frozenset[str]:
        """Return which of the sources were never checked."""
        c = tables.source.c
        with self._reading.connect() as connection:
            known = {
                source
                for some in portions(sources)
                for source in connection.execute(
                    select(c.source).where(c.source.in_(some))
                ).scalars()
            }
        return frozenset(sources) - known

    def marks(self, source: str, items: Collection[str]) -> dict[str, Mark]:
        """Return the marks of the items that were present, and of those named."""
        c = tables.item.c
        query = select(c.item, c.fingerprint, c.identity, c.present).where(c.source == source)
        wanted = [c.present, *(c.item.in_(some) for some in portions(items))]
        with self._reading.connect() as connection:
            return {
                row.item: Mark(*row)
                for which in wanted
                for row in connection.execute(query.where(which))
            }

    def known(self, source: str, items: Collection[str]) -> dict[str, Known]:
        """Return the named items as last stored."""
        lost = _lost().label("lost")
        query = (
            select(tables.item.c.item, tables.item.c.seen, tables.version.c.body, lost)
            .join(tables.version, tables.version.c.id == tables.item.c.version)
            .where(tables.item.c.source == source)
        )
        with self._reading.connect() as connection:
            return {
                row.item: Known(
                    unpack_named(row.item, row.body), unpack_seen(row.seen), bool(row.lost)
                )
                for some in portions(items)
                for row in connection.execute(query.where(tables.item.c.item.in_(some)))
            }

    def follow_ups(self, source: str) -> tuple[FollowUp, ...]:
        """Return the items whose linked document is still to be read."""
        c = tables.item.c
        query = (
            select(c.item, tables.version.c.body, c.unread, c.attempts)
            .join(tables.version, tables.version.c.id == c.version)
            .where(c.source == source, c.unread.is_not(None), c.attempts < GIVEN_UP)
            .order_by(c.version)
        )
        with self._reading.connect() as connection:
            return tuple(
                FollowUp(unpack_named(row.item, row.body), row.unread, row.attempts)
                for row in connection.execute(query)
            )

    def never_read(self) -> tuple[NeverRead, ...]:
        """Return the documents that were given up and of which operators do not know yet."""
        c = tables.item.c
        query = (
            select(c.source, c.item, c.unread)
            .where(c.unread.is_not(None), c.attempts == GIVEN_UP)
            .order_by(c.source, c.version)
        )
        with self._reading.connect() as connection:
            return tuple(NeverRead(*row) for row in connection.execute(query))

    def overdue(self, source: str, before: datetime) -> tuple[Item, ...]:
        """Return the open procedures due before a moment of which this was not told yet."""
        c = tables.item.c
        query = (
            select(c.item, tables.version.c.body)
            .join(tables.version, tables.version.c.id == c.version)
            .where(
                c.source == source,
                c.present,
                c.state.in_(OPEN),
                c.due < before,
                or_(c.overdue_told.is_(None), c.overdue_told != c.due),
            )
            .order_by(c.due, c.item)
        )
        with self._reading.connect() as connection:
            return tuple(unpack_named(row.item, row.body) for row in connection.execute(query))

    def alerts_of(self, source: str, item: str) -> tuple[Alert, ...]:
        """Return the alerts that were ever raised for the item, oldest first."""
        c = tables.alert.c
        query = (
            select(c.id, c.item, c.body).where(c.source == source, c.item == item).order_by(c.id)
        )
        with self._reading.connect() as connection:
            return tuple(
                unpack_alert(row.id, row.item, row.body) for row in connection.execute(query)
            )

    def save(self, saved: Saved) -> bool:
        """Write everything of one check, or nothing.

        False, and nothing written, when another process checked the source in the meantime.
        """
        with self._engine.begin() as connection:
            return write(connection, saved)

    def save_quiet(self, results: Sequence[Quiet]) -> frozenset[str]:
        """Write checks that changed nothing but states, all or none, in one transaction.

        Returns the sources of which nothing was written, for another process checked them.
        """
        with self._engine.begin() as connection:
            return write_quiet(connection, results)


# --- rows and values -----------------------------------------------------------------------------


def _lost() -> Exists:
    """Whether a removal of the item is on record, and no edit after it."""
    gone, edit = tables.version.alias(), tables.version.alias()
    this = tables.item.c
    edited = exists().where(
        edit.c.source == gone.c.source,
        edit.c.item == gone.c.item,
        edit.c.kind == ChangeKind.EDITED,
        edit.c.id > gone.c.id,
    )
    return exists().where(
        gone.c.source == this.source,
        gone.c.item == this.item,
        gone.c.kind == ChangeKind.REMOVED,
        ~edited,
    )


def _state(row: Row[Any]) -> SourceState:
    values = dict(zip(_COLUMNS, row, strict=True))  # thousands at once: half the time of _asdict
    return SourceState(
        **{name: values[name] for name in STATE_COLUMNS} | {"told": Health(values["told"])},
        validators=Validators(values["etag"], values["last_modified"]),
    )
