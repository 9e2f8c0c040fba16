"""Mails that came back, and recipients that get none for the time being."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from monitor.store import tables

# Databases take only so many values in one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail of ours that a report may be about."""

    id: int
    recipient: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Bounce:
    """One mail that came back; `severity` is hard or soft."""

    mail: int
    recipient: str
    severity: str
    at: datetime
    status: str
    told: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A recipient for whom nothing is composed, since when and why; whether operators know."""

    recipient: str
    since: datetime
    reason: str
    told: bool = False


class Bounces:
    """Questions and answers about mails that came back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)

    def key(self) -> bytes:
        """Return the key of this database, made by chance when it was: what we sign with."""
        with self._reading.connect() as connection:
            return bytes(connection.execute(select(tables.signing_key.c.key)).scalar_one())

    def sent(self, mail: int) -> Sent | None:
        """Return the mail of that number, unless its address was forgotten."""
        return next(iter(self._sent(tables.mail.c.id == mail)), None)

    def sent_as(self, message_id: str) -> tuple[Sent, ...]:
        """Return the mails with that Message-ID, one per recipient."""
        return self._sent(tables.mail.c.message_id == message_id)

    def _sent(self, which: ColumnElement[bool]) -> tuple[Sent, ...]:
        c = tables.mail.c
        query = select(c.id, c.recipient, c.created_at).where(which, func.length(c.mime) > 0)
        with self._reading.connect() as connection:
            return tuple(Sent(*row) for row in connection.execute(query))

    def add(self, bounces: Collection[Bounce]) -> int:
        """Remember them, and return how many were not known; of a mail one of each severity."""
        if not bounces:
            return 0
        rows = [
            {
                "mail": each.mail,
                "severity": each.severity,
                "recipient": each.recipient,
                "at": each.at,
                "status": each.status,
                "told": each.told,
            }
            for each in bounces
        ]
        with self._engine.begin() as connection:
            return sum(
                tables.insert_new(connection, tables.bounce, rows[start : start + _AT_ONCE])
                for start in range(0, len(rows), _AT_ONCE)
            )

    def all(self) -> tuple[Bounce, ...]:
        """Return what came back of the mails whose addresses are still known, oldest first."""
        c = tables.bounce.c
        query = select(c.mail, c.recipient, c.severity, c.at, c.status, c.told).order_by(c.mail)
        with self._reading.connect() as connection:
            return tuple(Bounce(*row) for row in connection.execute(query))

    # --- pauses ----------------------------------------------------------------------------------

    def paused(self) -> tuple[Pause, ...]:
        """Return who gets nothing for the time being."""
        c = tables.pause.c
        query = select(c.recipient, c.since, c.reason, c.told).where(c.resumed.is_(None))
        with self._reading.connect() as connection:
            return tuple(Pause(*row) for row in connection.execute(query.order_by(c.recipient)))

    def resumed(self) -> dict[str, datetime]:
        """Return when recipients were taken up again; what came back before no longer counts."""
        c = tables.pause.c
        query = select(c.recipient, c.resumed).where(c.resumed.is_not(None))
        with self._reading.connect() as connection:
            return {row.recipient: row.resumed for row in connection.execute(query)}

    def pause(self, pause: Pause) -> None:
        """Compose nothing for this recipient from now on."""
        with self._engine.begin() as connection:
            connection.execute(
                delete(tables.pause).where(tables.pause.c.recipient == pause.recipient)
            )
            connection.execute(insert(tables.pause).values(asdict(pause)))

    def resume(self, recipient: str, now: datetime) -> bool:
        """Take a recipient up again; False when there was no pause."""
        c = tables.pause.c
        with self._engine.begin() as connection:
            return bool(
                connection.execute(
                    update(tables.pause)
                    .where(func.lower(c.recipient) == recipient.lower(), c.resumed.is_(None))
                    .values(resumed=now)
                ).rowcount
            )


def forget(connection: Connection) -> None:
    """Forget what came back of mails whose addresses are forgotten: it cannot be read again."""
    kept = exists().where(
        tables.mail.c.id == tables.bounce.c.mail, func.length(tables.mail.c.mime) > 0
    )
    connection.execute(delete(tables.bounce).where(~kept))
