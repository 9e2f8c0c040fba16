"""The outbox: rendered mails until the mail server has answered for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, func, select, update

from monitor.model import Mail, MailState, Receipt
from monitor.store import tables


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """A mail of the outbox with what became of it."""

    mail: Mail
    state: MailState
    next_attempt: datetime
    reply: str | None


@dataclass(frozen=True, slots=True)
class OutboxCount:
    """How many mails are in which state; `oldest_pending` is when the oldest was composed.

    `reply` is what was last said about that one.
    """

    pending: int
    accepted: int
    refused: int
    oldest_pending: datetime | None
    reply: str | None = None


class Outbox:
    """Questions and answers about mails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)

    def due(self, now: datetime | None = None) -> tuple[Mail, ...]:
        """Return the mails to be sent: those due by `now`, or all pending, oldest first."""
        c = tables.mail.c
        query = select(tables.mail).where(c.state == MailState.PENDING).order_by(c.id)
        if now is not None:
            query = query.where(c.next_attempt <= now)
        with self._reading.connect() as connection:
            return tuple(
                Mail(
                    list_id=row.list,
                    recipient=row.recipient,
                    message_id=row.message_id,
                    mime=row.mime,
                    created_at=row.created_at,
                    attempts=row.attempts,
                    id=row.id,
                )
                for row in connection.execute(query)
            )

    def settle(
        self, mail: Mail, receipt: Receipt, now: datetime, next_attempt: datetime | None
    ) -> None:
        """Remember what the server answered; a pending mail is tried again at `next_attempt`."""
        done = receipt.state is not MailState.PENDING
        with self._engine.begin() as connection:
            connection.execute(
                update(tables.mail)
                .where(tables.mail.c.id == mail.id, tables.mail.c.state == MailState.PENDING)
                .values(
                    state=receipt.state,
                    reply=receipt.reply,
                    attempts=mail.attempts + 1,
                    next_attempt=next_attempt or now,
                    settled_at=now if done else None,
                )
            )

    def count(self) -> OutboxCount:
        """Return how full the outbox is."""
        c = tables.mail.c
        query = select(c.state, func.count(), func.min(c.created_at)).group_by(c.state)
        with self._reading.connect() as connection:
            rows = {state: (number, oldest) for state, number, oldest in connection.execute(query)}
            waiting = select(c.reply).where(c.state == MailState.PENDING).order_by(c.id).limit(1)
            reply = connection.execute(waiting).scalar()
        number = {state: rows.get(state, (0, None))[0] for state in MailState}
        return OutboxCount(
            pending=number[MailState.PENDING],
            accepted=number[MailState.ACCEPTED],
            refused=number[MailState.REFUSED],
            oldest_pending=rows.get(MailState.PENDING, (0, None))[1],
            reply=reply,
        )

    def state_of(self, message_id: str) -> str:
        """Return what became of a digest: `accepted`, `refused` by all, or `pending` for some."""
        query = select(tables.mail.c.state).where(tables.mail.c.message_id == message_id)
        with self._reading.connect() as connection:
            states = set(connection.execute(query).scalars())
        order = (MailState.PENDING, MailState.ACCEPTED, MailState.REFUSED)
        return next((state.value for state in order if state in states), "unknown")

    def refused(self, since: datetime) -> tuple[OutboxMail, ...]:
        """Return the mails that were refused for good at or after `since`."""
        c = tables.mail.c
        return self._rows(c.state == MailState.REFUSED, c.settled_at >= since)

    def held(self) -> tuple[OutboxMail, ...]:
        """Return the mails that wait because the server has something against us or their text."""
        c = tables.mail.c
        return self._rows(c.state == MailState.PENDING, c.reply.like("5%"))

    def _rows(self, *which: ColumnElement[bool]) -> tuple[OutboxMail, ...]:
        query = select(tables.mail).where(*which).order_by(tables.mail.c.id)
        with self._reading.connect() as connection:
            return tuple(
                OutboxMail(
                    Mail(
                        row.list,
                        row.recipient,
                        row.message_id,
                        row.mime,
                        row.created_at,
                        row.attempts,
                        row.id,
                    ),
                    MailState(row.state),
                    row.next_attempt,
                    row.reply,
                )
                for row in connection.execute(query)
            )
