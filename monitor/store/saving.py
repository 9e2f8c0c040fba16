"""Writing a check: what it hands over, and the parts of its one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from monitor.diff import Mark
from monitor.model import Alert, ChangeKind, Item, SourceState
from monitor.store import tables
from monitor.store.codec import pack_alert, pack_seen, write_item
from monitor.store.compress import compress, decompress
from monitor.store.tables import portions
from monitor.store.texts import difference, newest, replace_texts
from monitor.story import keys

STATE_COLUMNS = tuple(f.name for f in fields(SourceState) if f.name != "validators")


# Attempts at a linked document that is not tried again, before and after operators were told.
GIVEN_UP = 100
GIVEN_UP_AND_TOLD = 101


@dataclass(frozen=True, slots=True)
class Stored:
    """An item to be written with a new version.

    `unread` is an address that is still to be followed, `attempts` how often that failed;
    GIVEN_UP attempts mean that it will not be tried again.
    `overdue_told` is the day `due` of which nobody need be told that it passed.
    """

    item: Item
    mark: Mark
    seen: frozenset[str]
    unread: str | None = None
    attempts: int = 0
    overdue_told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a follow-up: the item with its document, or None, and what is still owed."""

    item_id: str
    item: Item | None
    unread: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Saved:
    """Everything that one check changes; `state.checks` is one more than it was.

    `added` and `edited` get a version each, `removed` a version without a body; `touched` are
    items whose marks changed but not their text; `renamed` maps new ids to old ones; `settled` are
    follow-ups that were tried again; `overdue` are items that were told to be overdue.
    """

    state: SourceState
    added: tuple[Stored, ...] = ()
    edited: tuple[Stored, ...] = ()
    removed: tuple[str, ...] = ()
    touched: tuple[Mark, ...] = ()
    missing: tuple[str, ...] = ()
    renamed: Mapping[str, str] | None = None
    settled: tuple[Settled, ...] = ()
    overdue: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """True when nothing but the state is to be written."""
        more = (getattr(self, each.name) for each in fields(self) if each.name != "state")
        return not any(more)


def write(connection: Connection, saved: Saved) -> bool:
    """Write everything of one check; False when another process checked the source meanwhile."""
    source = saved.state.source
    if not _write_state(connection, saved.state):
        return False
    if saved.alerts:
        _number_in_order(connection)
    for new, old in (saved.renamed or {}).items():
        _rename(connection, source, old, new)
    _insert_items(connection, saved.state, saved.added)
    _update_items(connection, saved.state, saved.edited)
    _show_again(connection, saved.state, saved.touched)
    _touch(connection, source, saved.touched)
    _set_missing(connection, source, saved.missing)
    _write_versions(
        connection,
        saved.state,
        [(item, ChangeKind.REMOVED, None) for item in saved.removed],
    )
    _settle(connection, saved.state, saved.settled, saved.renamed or {})
    _set_overdue(connection, source, saved.overdue)
    _insert_alerts(connection, saved.alerts)
    return True


def tell(connection: Connection, told: Mapping[str, str]) -> None:
    """Remember within a transaction what operators were told."""
    for source, health in told.items():
        connection.execute(
            update(tables.source).where(tables.source.c.source == source).values(told=health)
        )


def state_values(state: SourceState) -> dict[str, Any]:
    """Return a state as the columns of its row."""
    values = {name: getattr(state, name) for name in STATE_COLUMNS}
    kept = state.validators
    return values | {"etag": kept.etag, "last_modified": kept.last_modified}


def _write_state(connection: Connection, state: SourceState) -> bool:
    c = tables.source.c
    values = state_values(state)
    if state.checks == 1:
        return tables.insert_new(connection, tables.source, [values]) == 1
    values.pop("told")
    done = connection.execute(
        update(tables.source)
        .where(c.source == state.source, c.checks == state.checks - 1)
        .values(values)
    )
    return done.rowcount == 1


def _write_versions(
    connection: Connection,
    state: SourceState,
    rows: Iterable[tuple[str, ChangeKind, bytes | None]],
    behind: Mapping[str, int] = MappingProxyType({}),
) -> list[int]:
    values = [
        {
            "source": state.source,
            "number": state.checks,
            "item": item,
            "kind": kind,
            "at": state.last_checked,
            "body": body,
            "behind": behind.get(item, 0),
        }
        for item, kind, body in rows
    ]
    if not values:
        return []
    statement = insert(tables.version).returning(tables.version.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, values).scalars())


def _write_next(
    connection: Connection, state: SourceState, rows: Sequence[tuple[str, ChangeKind, bytes]]
) -> list[int]:
    """Write the texts that follow the newest ones, which are kept as differences from now on."""
    before = newest(connection, state.source, [item for item, *_ in rows])
    differing = {
        item: body
        for item, _, text in rows
        if item in before and (body := difference(before[item], text)) is not None
    }
    behind = {item: before[item].behind + 1 for item in differing}
    whole = [(item, kind, compress(text)) for item, kind, text in rows]
    versions = _write_versions(connection, state, whole, behind)
    following = {item: version for (item, *_), version in zip(rows, versions, strict=True)}
    replaced = [(before[item].id, body, following[item]) for item, body in differing.items()]
    replace_texts(connection, replaced)
    return versions


def _item_values(stored: Stored, version: int) -> dict[str, Any]:
    return {
        "fingerprint": stored.mark.fingerprint,
        "identity": stored.mark.identity,
        "present": True,
        "seen": pack_seen(stored.seen),
        "version": version,
        "unread": stored.unread,
        "attempts": stored.attempts,
        "state": stored.item.state,
        "due": stored.item.due,
    }


def _insert_items(connection: Connection, state: SourceState, items: tuple[Stored, ...]) -> None:
    versions = _write_versions(
        connection,
        state,
        [(s.item.id, ChangeKind.ADDED, compress(write_item(s.item))) for s in items],
    )
    if items:
        connection.execute(
            insert(tables.item),
            [
                {
                    "source": state.source,
                    "item": stored.item.id,
                    "overdue_told": stored.overdue_told,
                    **_item_values(stored, version),
                }
                for stored, version in zip(items, versions, strict=True)
            ],
        )


def _update_items(connection: Connection, state: SourceState, items: tuple[Stored, ...]) -> None:
    versions = _write_next(
        connection, state, [(s.item.id, ChangeKind.EDITED, write_item(s.item)) for s in items]
    )
    for stored, version in zip(items, versions, strict=True):
        connection.execute(
            update(tables.item)
            .where(tables.item.c.source == state.source, tables.item.c.item == stored.item.id)
            .values(_item_values(stored, version))
        )


def _show_again(connection: Connection, state: SourceState, marks: tuple[Mark, ...]) -> None:
    """Give what was withdrawn and stands there again, unchanged, a version with its old text."""
    c, v = tables.item.c, tables.version.c
    later = select(v.id).where(v.source == c.source, v.item == c.item, v.id > c.version)
    query = (
        select(c.item, v.body)
        .join(tables.version, v.id == c.version)
        .where(c.source == state.source, ~c.present, later.correlate(tables.item).exists())
    )
    back = {mark.item for mark in marks}
    rows = [
        (row.item, ChangeKind.ADDED, decompress(row.body))
        for row in connection.execute(query)
        if row.item in back
    ]
    for (item, *_), version in zip(rows, _write_next(connection, state, rows), strict=True):
        connection.execute(
            update(tables.item)
            .where(c.source == state.source, c.item == item)
            .values(version=version)
        )


def _touch(connection: Connection, source: str, marks: tuple[Mark, ...]) -> None:
    if marks:
        connection.execute(
            update(tables.item)
            .where(tables.item.c.source == source, tables.item.c.item == bindparam("which"))
            .values(
                fingerprint=bindparam("new_fingerprint"),
                identity=bindparam("new_identity"),
                present=True,
            ),
            [
                {
                    "which": mark.item,
                    "new_fingerprint": mark.fingerprint,
                    "new_identity": mark.identity,
                }
                for mark in marks
            ],
        )


def _set_missing(connection: Connection, source: str, items: tuple[str, ...]) -> None:
    c = tables.item.c
    for some in portions(items):
        connection.execute(
            update(tables.item).where(c.source == source, c.item.in_(some)).values(present=False)
        )


def _set_overdue(connection: Connection, source: str, items: tuple[str, ...]) -> None:
    c = tables.item.c
    for some in portions(items):
        connection.execute(
            update(tables.item)
            .where(c.source == source, c.item.in_(some))
            .values(overdue_told=c.due)
        )


def _settle(
    connection: Connection,
    state: SourceState,
    settled: tuple[Settled, ...],
    renamed: Mapping[str, str],
) -> None:
    """Follow-ups were taken up by the names that items had before this check."""
    names = {old: new for new, old in renamed.items()}
    for debt in settled:
        name = names.get(debt.item_id, debt.item_id)
        values: dict[str, Any] = {"unread": debt.unread, "attempts": debt.attempts}
        if debt.item is not None:
            row = (name, ChangeKind.EDITED, write_item(debt.item))
            values["version"] = _write_next(connection, state, [row])[0]
        c = tables.item.c
        connection.execute(
            update(tables.item).where(c.source == state.source, c.item == name).values(values)
        )


def _rename(connection: Connection, source: str, old: str, new: str) -> None:
    for table in (tables.item, tables.version, tables.alert):
        connection.execute(
            update(table).where(table.c.source == source, table.c.item == old).values(item=new)
        )


def _number_in_order(connection: Connection) -> None:
    """Let nobody else number alerts until this transaction ends.

    Lists remember how far they have read by the number of an alert. SQLite has one writer at a
    time; PostgreSQL would let a lower number turn up after a higher one, never to be mailed.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE alert IN SHARE ROW EXCLUSIVE MODE"))


def _insert_alerts(connection: Connection, alerts: tuple[Alert, ...]) -> None:
    if not alerts:
        return
    statement = insert(tables.alert).returning(tables.alert.c.id, sort_by_parameter_order=True)
    numbers = connection.execute(statement, [_alert_values(alert) for alert in alerts]).scalars()
    named = [
        {"alert": number, "key": key}
        for number, alert in zip(numbers, alerts, strict=True)
        for key in sorted(keys(alert))
    ]
    connection.execute(insert(tables.alert_key), named)


def _alert_values(alert: Alert) -> dict[str, str | datetime | list[str] | bytes | None]:
    return {
        "source": alert.source,
        "item": alert.item,
        "kind": alert.kind,
        "detected_at": alert.detected_at,
        "title": alert.title,
        "url": alert.url,
        "story": alert.story,
        "topics": list(alert.topics),
        "body": pack_alert(alert),
    }
