"""Whose turn it is with a host: one row per host, for all machines that share a PostgreSQL server.

Every moment here is one of the server's own clock: those of the machines differ, and a pause of two
seconds is soon eaten up by the difference.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Function,
    Interval,
    and_,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from monitor.model.turns import NotYet
from monitor.store import tables

# Who waits for somebody else's turn to end looks again this often.
_LOOK_AGAIN = timedelta(milliseconds=250)


class Hosts:
    """Hands out turns to machines; only one has a host at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, host: str, holder: str, gap: timedelta, lasts: timedelta) -> NotYet | None:
        """Give the holder the host's turn and return None, or return why not.

        The turn begins `gap` after the latest one began or ended. A holder that does not give it
        back, because its machine died, loses it when it `lasts` longer than that.
        """
        c = tables.host.c
        free = or_(c.held_until.is_(None), c.held_until <= _now(), c.holder == holder)
        turn = {"holder": holder, "held_until": _now() + _length(lasts), "last": _now()}
        statement = insert(tables.host).values(host=host, **turn)
        statement = statement.on_conflict_do_update(
            index_elements=[c.host],
            set_=turn,
            where=and_(
                free,
                or_(c.last.is_(None), c.last + _length(gap) <= _now()),
                or_(c.closed_until.is_(None), c.closed_until <= _now()),
            ),
        )
        with self._engine.begin() as connection:
            if connection.execute(statement.returning(_careless())).first():
                return None
            return _not_yet(connection, host, holder, gap)

    def give(self, host: str, holder: str, closed: timedelta, state: str) -> None:
        """Take the host's turn back; `closed` is how long nobody may have it, in which state."""
        c = tables.host.c
        until = func.greatest(c.closed_until, _now() + _length(closed))
        shut = {"closed_until": until, "state": state} if closed else {}
        with self._engine.begin() as connection:
            connection.execute(
                update(tables.host)
                .where(c.host == host, c.holder == holder)
                .values(holder=None, held_until=None, last=_now(), **shut)
                .returning(_careless())
            )


def _not_yet(connection: Connection, host: str, holder: str, gap: timedelta) -> NotYet:
    c = tables.host.c
    query = select(
        c.closed_until - _now(),
        c.last + _length(gap) - _now(),
        c.held_until.is_not(None) & (c.held_until > _now()) & (c.holder != holder),
        c.state,
    ).where(c.host == host)
    closed, pause, held, state = connection.execute(query).one()
    if closed and closed > timedelta(0):
        return NotYet(closed, closed=True, state=state or "")
    wait = max(pause or timedelta(0), timedelta(milliseconds=1))
    return NotYet(max(wait, _LOOK_AGAIN) if held else wait)


def _now() -> Function[datetime]:
    """The server's clock; its `now()` would be when the transaction began."""
    return func.clock_timestamp(type_=DateTime(timezone=True))


def _length(span: timedelta) -> object:
    return literal(span, Interval(native=True))


def _careless() -> Function[str]:
    """Let this commit not wait for the disk: after a crash all turns are free anyway."""
    return func.set_config("synchronous_commit", "off", True)
