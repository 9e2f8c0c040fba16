"""Lists, their pending alerts, and the transaction that files a digest with its mails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from monitor.model import Alert, Mail, MailState
from monitor.store import tables
from monitor.store.checks import NeverRead
from monitor.store.codec import unpack_alert
from monitor.store.saving import GIVEN_UP, GIVEN_UP_AND_TOLD, tell
from monitor.store.tables import portions
from monitor.story import STORY_LASTS, Told, keys

# Who sets up a list after the first alerts still gets these.
FIRST_DIGEST_HOLDS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListState:
    """What is remembered of a list; `since_alert` is the last alert from before its time."""

    id: str
    first_seen: datetime
    since_alert: int
    last_cutoff: datetime
    last_mail: datetime


@dataclass(frozen=True, slots=True)
class Filing:
    """A digest about to be written: the alerts it holds, and what it makes of its list.

    Alerts up to number `settled` need not be looked at again; `told` maps sources to the health
    that operators now know of, `never_read` are the documents that they now know were given up,
    `paused` the recipients that they now know get nothing.
    """

    list_id: str
    cutoff: datetime
    kind: str
    settled: int
    alerts: tuple[int, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    never_read: tuple[NeverRead, ...] = ()
    paused: tuple[str, ...] = ()


class Digests:
    """Questions and answers about lists and digests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)

    def meet(self, lists: Collection[str], now: datetime) -> None:
        """Make the lists known; a new list gets the alerts of the last day and all from now on."""
        c = tables.mailing_list.c
        with self._reading.connect() as connection:
            known = set(connection.execute(select(c.list)).scalars())
        new = [list_id for list_id in lists if list_id not in known]
        if not new:
            return
        with self._engine.begin() as connection:
            older = select(func.max(tables.alert.c.id)).where(
                tables.alert.c.detected_at < now - FIRST_DIGEST_HOLDS
            )
            newest = connection.execute(older).scalar() or 0
            tables.insert_new(
                connection,
                tables.mailing_list,
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
            select(tables.alert.c.id, tables.alert.c.item, tables.alert.c.body)
            .where(tables.alert.c.id > state.since_alert, ~filed)
            .order_by(tables.alert.c.id)
        )
        with self._reading.connect() as connection:
            return tuple(
                unpack_alert(row.id, row.item, row.body) for row in connection.execute(query)
            )

    def told(self, list_id: str, alerts: Collection[Alert], now: datetime) -> tuple[Told, ...]:
        """Return what digests of the list told in the past 90 days that the alerts may repeat.

        Each comes with the cut-off of its digest, oldest first; what other lists were told does not
        count.
        """
        wanted = {key for alert in alerts for key in keys(alert)}
        alert, filed, digest, named = (
            tables.alert.c,
            tables.digest_alert.c,
            tables.digest.c,
            tables.alert_key.c,
        )
        found: dict[int, Told] = {}
        with self._reading.connect() as connection:
            for some in portions(wanted):
                query = (
                    select(alert.id, alert.item, alert.body, digest.cutoff)
                    .join(tables.digest_alert, filed.alert == alert.id)
                    .join(tables.digest, digest.id == filed.digest)
                    .where(
                        filed.list == list_id,
                        digest.cutoff >= now - STORY_LASTS,
                        alert.id.in_(select(named.alert).where(named.key.in_(some))),
                    )
                )
                for row in connection.execute(query):
                    if row.id not in found:
                        told = unpack_alert(row.id, row.item, row.body)
                        found[row.id] = Told(told, row.cutoff)
        return tuple(found[number] for number in sorted(found))

    def pass_cutoff(self, list_id: str, cutoff: datetime, settled: int) -> None:
        """Remember that a cut-off went by with nothing to send.

        Alerts up to number `settled` were looked at and are none of this list's.
        """
        with self._engine.begin() as connection:
            _advance(connection, list_id, {"last_cutoff": cutoff, "since_alert": settled})

    def file(self, filing: Filing, mails: Sequence[Mail]) -> bool:
        """Write a digest, the alerts it settles and its mails: all, or nothing.

        False, and nothing written, when an alert already is in a digest of the list, or the
        cut-off has one: two processes composed at once, and the other won.
        """
        try:
            with self._engine.begin() as connection:
                _file(connection, filing, mails)
        except IntegrityError:
            return False
        return True


def _file(connection: Connection, filing: Filing, mails: Sequence[Mail]) -> None:
    digest = connection.execute(
        insert(tables.digest)
        .values(
            list=filing.list_id,
            cutoff=filing.cutoff,
            composed_at=mails[0].created_at,
            message_id=mails[0].message_id,
            kind=filing.kind,
        )
        .returning(tables.digest.c.id)
    ).scalar_one()
    if filing.alerts:
        rows = [{"list": filing.list_id, "alert": a, "digest": digest} for a in filing.alerts]
        connection.execute(insert(tables.digest_alert), rows)
    connection.execute(insert(tables.mail), [_mail_values(mail, digest) for mail in mails])
    passed = {
        "last_cutoff": filing.cutoff,
        "last_mail": filing.cutoff,
        "since_alert": filing.settled,
    }
    _advance(connection, filing.list_id, passed)
    tell(connection, filing.told)
    knows = tables.pause.c.recipient.in_(filing.paused)
    connection.execute(update(tables.pause).where(knows).values(told=True))
    c = tables.item.c
    for document in filing.never_read:
        connection.execute(
            update(tables.item)
            .where(c.source == document.source, c.item == document.item, c.attempts == GIVEN_UP)
            .values(attempts=GIVEN_UP_AND_TOLD)
        )


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
