"""Lists, their pending alerts, and the transaction that files a digest with its mails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, exists, func, insert, select, update

from monitor.model import Alert, Mail, MailState
from monitor.store import tables
from monitor.store.checks import tell
from monitor.store.codec import unpack_alert


@dataclass(frozen=True, slots=True)
class ListState:
    """What is remembered of a list; `since_alert` is the last alert from before its time."""

    id: str
    first_seen: datetime
    since_alert: int
    last_cutoff: datetime
    last_mail: datetime


class Digests:
    """Questions and answers about lists and digests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)

    def meet(self, lists: Collection[str], now: datetime) -> None:
        """Make the lists known; a new list gets the alerts found from now on."""
        c = tables.mailing_list.c
        with self._reading.connect() as connection:
            known = set(connection.execute(select(c.list)).scalars())
        new = [list_id for list_id in lists if list_id not in known]
        if not new:
            return
        with self._engine.begin() as connection:
            newest = connection.execute(select(func.max(tables.alert.c.id))).scalar() or 0
            connection.execute(
                insert(tables.mailing_list),
                [
                    {
                        "list": list_id,
                        "first_seen": now,
                        "since_alert": newest,
                        "last_cutoff": now,
                        "last_mail": now,
                    }
                    for list_id in new
                ],
            )

    def states(self) -> dict[str, ListState]:
        """Return what is remembered of every list, by id."""
        with self._reading.connect() as connection:
            rows = connection.execute(select(tables.mailing_list))
            return {row.list: ListState(*row) for row in rows}

    def pending(self, state: ListState) -> tuple[Alert, ...]:
        """Return the alerts that no digest of the list holds, oldest first."""
        filed = exists().where(
            tables.digest_alert.c.list == state.id,
            tables.digest_alert.c.alert == tables.alert.c.id,
        )
        query = (
            select(tables.alert.c.id, tables.alert.c.body)
            .where(tables.alert.c.id > state.since_alert, ~filed)
            .order_by(tables.alert.c.id)
        )
        with self._reading.connect() as connection:
            return tuple(unpack_alert(row.id, row.body) for row in connection.execute(query))

    def pass_cutoff(self, list_id: str, cutoff: datetime, settled: int) -> None:
        """Remember that a cut-off went by with nothing to send.

        Alerts up to number `settled` were looked at and are none of this list's.
        """
        with self._engine.begin() as connection:
            _advance(connection, list_id, {"last_cutoff": cutoff, "since_alert": settled})

    def file(
        self,
        mails: Sequence[Mail],
        *,
        list_id: str,
        cutoff: datetime,
        composed_at: datetime,
        kind: str,
        settled: int,
        alerts: Sequence[int] = (),
        told: Mapping[str, str] | None = None,
    ) -> None:
        """Write a digest, the alerts it settles and its mails: all, or nothing.

        An alert that is already in a digest of the list, or a second digest for the same cut-off,
        makes the whole fail (IntegrityError): two processes composed at once, one of them won.
        """
        with self._engine.begin() as connection:
            digest = connection.execute(
                insert(tables.digest)
                .values(
                    list=list_id,
                    cutoff=cutoff,
                    composed_at=composed_at,
                    message_id=mails[0].message_id,
                    kind=kind,
                )
                .returning(tables.digest.c.id)
            ).scalar_one()
            if alerts:
                connection.execute(
                    insert(tables.digest_alert),
                    [{"list": list_id, "alert": alert, "digest": digest} for alert in alerts],
                )
            connection.execute(insert(tables.mail), [_mail_values(m, digest) for m in mails])
            _advance(
                connection,
                list_id,
                {"last_cutoff": cutoff, "last_mail": cutoff, "since_alert": settled},
            )
            tell(connection, told or {})


def _advance(connection: Connection, list_id: str, values: Mapping[str, object]) -> None:
    connection.execute(
        update(tables.mailing_list).where(tables.mailing_list.c.list == list_id).values(values)
    )


def _mail_values(mail: Mail, digest: int) -> dict[str, object]:
    return {
        "digest": digest,
        "list": mail.list_id,
        "recipient": mail.recipient,
        "message_id": mail.message_id,
        "mime": mail.mime,
        "created_at": mail.created_at,
        "state": MailState.PENDING,
        "attempts": 0,
        "next_attempt": mail.created_at,
    }
