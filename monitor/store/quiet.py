"""Checks that found nothing: where they begin, and their results, many in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, true, update

from monitor.model import SourceState
from monitor.procedure import OPEN
from monitor.store import tables
from monitor.store.saving import GIVEN_UP, state_values
from monitor.store.tables import portions

# Of so few sources it is looked up by name what waits; of more, what waits at all.
_FEW = 500
# What every check writes; other columns are written where they differ.
_ALWAYS = ("checks", "last_checked", "last_success", "next_check")


@dataclass(frozen=True, slots=True)
class Outset:
    """Where a check begins: what is remembered of the source, and whether anything of it waits.

    What waits are linked documents that could not be read yet, and procedures whose day has passed.
    """

    state: SourceState
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Quiet:
    """The state before a check and after it; nothing else is to be written."""

    before: SourceState
    after: SourceState


def waiting(connection: Connection, sources: Collection[str], day: datetime) -> frozenset[str]:
    """Return which of the sources have something that waits; `day` is the last one to be told."""
    c = tables.item.c
    owed = select(c.source).where(c.unread.is_not(None), c.attempts < GIVEN_UP)
    overdue = select(c.source).where(
        c.present,
        c.state.in_(OPEN),
        c.due < day,
        or_(c.overdue_told.is_(None), c.overdue_told != c.due),
    )
    named = c.source.in_(list(sources)) if len(sources) <= _FEW else true()
    found = {
        row.source
        for query in (owed, overdue)
        for row in connection.execute(query.where(named).distinct())
    }
    return frozenset(found & set(sources))


def write_quiet(connection: Connection, results: Sequence[Quiet]) -> frozenset[str]:
    """Write the states, but of sources that another process checked meanwhile; return these."""
    counts = _counts(connection, [each.before.source for each in results])
    overtaken = {r.before.source for r in results if counts.get(r.before.source) != r.before.checks}
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for result in results:
        if result.before.source not in overtaken:
            before, after = state_values(result.before), state_values(result.after)
            differing = (name for name in before if before[name] != after[name])
            names = tuple(sorted({*_ALWAYS, *differing} - {"source", "told"}))
            row = {f"new_{name}": after[name] for name in names}
            groups.setdefault(names, []).append({"which": result.before.source, **row})
    for names, rows in groups.items():
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        statement = update(tables.source).where(tables.source.c.source == bindparam("which"))
        connection.execute(statement.values(values), rows)
    return frozenset(overtaken)


def _counts(connection: Connection, sources: Iterable[str]) -> dict[str, int]:
    """How often each was checked; the rows stay ours until the transaction ends."""
    c = tables.source.c
    query = select(c.source, c.checks).with_for_update()
    return {
        row.source: row.checks
        for some in portions(list(sources))
        for row in connection.execute(query.where(c.source.in_(some)))
    }
