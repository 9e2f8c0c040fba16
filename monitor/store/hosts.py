"""Whose turn it is with a host: one row per host, for all machines that share a PostgreSQL server.

Every moment here is one of the server's own clock: those of the machines differ, and a pause of two
seconds is soon eaten up by the difference.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, Engine, text

from monitor.model.turns import NotYet

# Who waits for somebody else's turn to end looks again this often.
_LOOK_AGAIN = timedelta(milliseconds=250)
# These commits need not wait for the disk: after a crash all turns are free anyway.
_CARELESS = "RETURNING set_config('synchronous_commit', 'off', true)"
_TAKE = text(f"""
INSERT INTO host (host, holder, held_until, last)
VALUES (:host, :holder, clock_timestamp() + :lasts, clock_timestamp())
ON CONFLICT (host) DO UPDATE
SET holder = excluded.holder, held_until = excluded.held_until, last = excluded.last
WHERE (host.held_until IS NULL OR host.held_until <= clock_timestamp()
       OR host.holder = excluded.holder)
  AND (host.last IS NULL OR host.last + :gap <= clock_timestamp())
  AND (host.closed_until IS NULL OR host.closed_until <= clock_timestamp())
{_CARELESS}""")
_ASK = text("""
SELECT closed_until - clock_timestamp() AS closed, last + :gap - clock_timestamp() AS pause,
       coalesce(held_until > clock_timestamp() AND holder <> :holder, false) AS held, state
FROM host WHERE host = :host""")
_GIVE = text(f"""
UPDATE host SET holder = NULL, held_until = NULL, last = clock_timestamp()
WHERE host = :host AND holder = :holder {_CARELESS}""")
_CLOSE = text(f"""
UPDATE host SET closed_until = greatest(closed_until, clock_timestamp() + :closed), state = :state
WHERE host = :host {_CARELESS}""")


class Hosts:
    """Hands out turns to machines; only one has a host at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, host: str, holder: str, gap: timedelta, lasts: timedelta) -> NotYet | None:
        """Give the holder the host's turn and return None, or return why not.

        The turn begins `gap` after the latest one began or ended. A holder that does not give it
        back, because its machine died, loses it when it `lasts` longer than that.
        """
        turn = {"host": host, "holder": holder, "gap": gap, "lasts": lasts}
        with self._engine.begin() as connection:
            if connection.execute(_TAKE, turn).first():
                return None
            return _not_yet(connection, host, holder, gap)

    def give(self, host: str, holder: str) -> None:
        """Take the host's turn back."""
        with self._engine.begin() as connection:
            connection.execute(_GIVE, {"host": host, "holder": holder})

    def close(self, host: str, wait: timedelta, state: str) -> None:
        """Let nobody have the host's turn for so long; `state` is what they are told."""
        with self._engine.begin() as connection:
            connection.execute(_CLOSE, {"host": host, "closed": wait, "state": state})


def _not_yet(connection: Connection, host: str, holder: str, gap: timedelta) -> NotYet:
    asked = {"host": host, "holder": holder, "gap": gap}
    row = connection.execute(_ASK, asked).one()
    if row.closed and row.closed > timedelta(0):
        return NotYet(row.closed, closed=True, state=row.state or "")
    wait = max(row.pause or timedelta(0), timedelta(milliseconds=1))
    return NotYet(max(wait, _LOOK_AGAIN) if row.held else wait)
