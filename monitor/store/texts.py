"""The texts of versions: an item's newest stands whole, each older one differs from the next.

So the present is read at once, the past is small, and the oldest can be forgotten without touching
what came after. After so many differences one version stays whole, lest the way back be long.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from monitor.store import tables
from monitor.store.compress import DamagedError, compress, decompress
from monitor.store.tables import portions

LONGEST_WAY = 80
# A difference that saves less than this is not worth the way.
WORTHWHILE = 0.7
_AT_ONCE = 500  # versions in a statement


@dataclass(frozen=True, slots=True)
class Whole:
    """A version that stands whole; `behind` counts those that are read by way of it."""

    id: int
    body: bytes
    behind: int


def newest(connection: Connection, source: str, items: Collection[str]) -> dict[str, Whole]:
    """Return the newest versions of the items, by item."""
    c, v = tables.item.c, tables.version.c
    query = (
        select(c.item, v.id, v.body, v.behind)
        .join(tables.version, v.id == c.version)
        .where(c.source == source, v.body.is_not(None), v.base.is_(None))
    )
    return {
        row.item: Whole(row.id, row.body, row.behind)
        for some in portions(items)
        for row in connection.execute(query.where(c.item.in_(some)))
    }


def difference(whole: Whole, following: bytes) -> bytes | None:
    """Return a text as a difference from the one that follows; None where it stays whole."""
    if whole.behind >= LONGEST_WAY:
        return None
    text = decompress(whole.body)
    body = compress(text, following)
    if len(body) > WORTHWHILE * len(whole.body) or decompress(body, following) != text:
        return None
    return body


def replace_texts(connection: Connection, rows: Sequence[tuple[int, bytes, int | None]]) -> None:
    """Write (version, body, base): how the text of a version is kept from now on.

    SQLite leaves a row that shrinks alone on its page; a row that is written anew joins others.
    """
    c = tables.version.c
    given: list[BindParameter[Any]] = [bindparam("new_body"), bindparam("new_base")]
    values = [{"which": which, "new_body": body, "new_base": base} for which, body, base in rows]
    if values and connection.dialect.name == "sqlite":
        kept = [column for column in c if column not in (c.body, c.base)]
        row = select(*kept, *given).where(c.id == bindparam("which"))
        names = [column.name for column in (*kept, c.body, c.base)]
        connection.execute(
            insert(tables.version).prefix_with("OR REPLACE").from_select(names, row), values
        )
    elif values:
        changed = update(tables.version).where(c.id == bindparam("which"))
        connection.execute(changed.values(body=given[0], base=given[1]), values)


def texts(connection: Connection, versions: Collection[int]) -> dict[int, bytes]:
    """Return the texts of versions by their numbers, but of those that have none any more.

    Raises DamagedError when one cannot be read.
    """
    rows: dict[int, tuple[int | None, bytes]] = {}
    c = tables.version.c
    wanted = list(versions)
    for start in range(0, len(wanted), _AT_ONCE):
        ways = (
            select(c.id, c.base, c.body)
            .where(c.id.in_(wanted[start : start + _AT_ONCE]))
            .cte("ways", recursive=True)
        )
        step = select(c.id, c.base, c.body).join(ways, ways.c.base == c.id)
        found = connection.execute(select(ways.union(step)))
        rows |= {row.id: (row.base, row.body) for row in found if row.body is not None}
    known: dict[int, bytes] = {}
    return {id_: _text(id_, rows, known) for id_ in wanted if id_ in rows}


def _text(
    version: int, rows: Mapping[int, tuple[int | None, bytes]], known: dict[int, bytes]
) -> bytes:
    """The text of one version, read by way of those that it differs from."""
    way = [version]
    while (base := rows[way[-1]][0]) is not None:
        if base not in rows or base in way:
            raise DamagedError(f"version {way[-1]} differs from one that is not there")
        way.append(base)
    text: bytes | None = None
    for each in reversed(way):
        text = known.get(each) or decompress(rows[each][1], text)
        known[each] = text
    assert text is not None
    return text
