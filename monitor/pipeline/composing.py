"""From pending alerts to mails in the outbox: one transaction per list and cut-off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from monitor import digest as digests
from monitor.due import latest_cutoff
from monitor.errors import RenderError
from monitor.health import coverage, news_for_operators
from monitor.log import log
from monitor.model import Alert, Digest, Mail, MailingList, Receives, Source, Topic
from monitor.render import Rendered, Templates, compose
from monitor.store import ListState, Store

# Operators hear of a waiting outbox after this long, and of notes at most once a day.
MAIL_WAITS = timedelta(hours=4)
NOTES_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Office:
    """What composing needs besides the store: who gets what, in which form, from whom."""

    lists: tuple[MailingList, ...]
    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    templates: Templates
    sender: str

    @property
    def domain(self) -> str:
        """The right side of Message-IDs."""
        return self.sender.rpartition("@")[2].rstrip(">")


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of a list's cut-off: `composed`, `nothing` (to tell) or `failed` (see the log)."""

    list_id: str
    state: str
    message_id: str | None = None
    alerts: int = 0
    error: str | None = None


def compose_digests(
    office: Office,
    store: Store,
    now: datetime,
    *,
    only: Collection[str] = (),
    force: bool = False,
) -> tuple[Composed, ...]:
    """Compose what is due for the lists (`only` these, if any are named), and file it.

    `force` cuts off now instead of waiting for the schedule. A template that fails leaves its
    alerts pending; operators are told.
    """
    store.digests.meet([mailing_list.id for mailing_list in office.lists], now)
    chosen = [each for each in office.lists if not only or each.id in only]
    done = [
        _compose(office, each, store, now, force=force)
        for each in chosen
        if each.receives is Receives.DIGEST
    ]
    notes = [composed.error for composed in done if composed and composed.error]
    operators = [each for each in chosen if each.receives is Receives.TROUBLE]
    done += _compose_trouble(office, operators, store, now, notes=notes)
    return tuple(composed for composed in done if composed)


def preview_digests(
    office: Office, store: Store, now: datetime, *, only: Collection[str] = ()
) -> Iterator[tuple[Digest, Rendered]]:
    """Yield what each list would get now; nothing is stored, raises RenderError."""
    store.digests.meet([mailing_list.id for mailing_list in office.lists], now)
    for each in office.lists:
        if each.receives is Receives.DIGEST and (not only or each.id in only):
            state = store.digests.states()[each.id]
            alerts = [a for a in store.digests.pending(state) if digests.wanted(a, each)]
            digest = _digest(office, each, state, alerts, store, now)
            yield digest, office.templates.digest(digest)


def _compose(
    office: Office, mailing_list: MailingList, store: Store, now: datetime, *, force: bool
) -> Composed | None:
    """None when the list's next cut-off is still to come."""
    state = store.digests.states()[mailing_list.id]
    cutoff = now if force else latest_cutoff(mailing_list.schedule, mailing_list.timezone, now)
    if cutoff <= state.last_cutoff:
        return None
    pending = store.digests.pending(state)
    alerts = [alert for alert in pending if digests.wanted(alert, mailing_list)]
    newest = max((alert.id or 0 for alert in pending), default=state.since_alert)
    if not digests.is_due(alerts, state.last_mail, now):
        first = min((alert.id or 0 for alert in alerts), default=newest + 1)
        if force or mailing_list.schedule.kind != "immediately" or pending:
            store.digests.pass_cutoff(mailing_list.id, cutoff, settled=first - 1)
        return Composed(mailing_list.id, "nothing")
    digest = _digest(office, mailing_list, state, alerts, store, cutoff)
    try:
        rendered = office.templates.digest(digest)
        mails = _mails(office, mailing_list, rendered, digest.message_id, now)
    except RenderError as error:
        log.error("digest not composed", list=mailing_list.id, error=str(error))
        return Composed(mailing_list.id, "failed", error=f"{mailing_list.id}: {error}")
    return _file(
        store,
        mails,
        alerts=digest.alerts,
        list_id=mailing_list.id,
        cutoff=cutoff,
        composed_at=now,
        settled=newest,
        kind="digest",
    )


def _digest(
    office: Office,
    mailing_list: MailingList,
    state: ListState,
    alerts: Sequence[Alert],
    store: Store,
    cutoff: datetime,
) -> Digest:
    watched = coverage(office.sources.values(), store.checks.states(), state.last_mail, cutoff)
    return digests.compose(
        mailing_list,
        alerts,
        sources=office.sources,
        topics=office.topics,
        coverage=watched,
        since=state.last_mail,
        cutoff=cutoff,
        message_id=digests.message_id(mailing_list.id, cutoff, office.domain),
    )


def _mails(
    office: Office,
    mailing_list: MailingList,
    rendered: Rendered,
    message_id: str,
    now: datetime,
) -> list[Mail]:
    """One mail per recipient: nobody sees the others, and each is retried alone."""
    return [
        Mail(
            list_id=mailing_list.id,
            recipient=recipient,
            message_id=message_id,
            mime=compose(
                rendered,
                message_id=message_id,
                date=now,
                sender=office.sender,
                recipient=recipient,
                list_id=mailing_list.id,
                list_name=mailing_list.name or mailing_list.id,
            ),
            created_at=now,
        )
        for recipient in mailing_list.to
    ]


def _file(
    store: Store,
    mails: Sequence[Mail],
    *,
    list_id: str,
    cutoff: datetime,
    composed_at: datetime,
    settled: int,
    kind: str,
    alerts: tuple[int, ...] = (),
    told: Mapping[str, str] | None = None,
) -> Composed:
    try:
        store.digests.file(
            mails,
            list_id=list_id,
            cutoff=cutoff,
            composed_at=composed_at,
            kind=kind,
            settled=settled,
            alerts=alerts,
            told=told,
        )
    except IntegrityError:
        log.warning("digest already composed by another process", list=list_id)
        return Composed(list_id, "nothing")
    log.info("digest composed", list=list_id, kind=kind, alerts=len(alerts), mails=len(mails))
    return Composed(list_id, "composed", mails[0].message_id, len(alerts))


# --- operator mail -------------------------------------------------------------------------------


def _compose_trouble(
    office: Office,
    operators: Iterable[MailingList],
    store: Store,
    now: datetime,
    *,
    notes: list[str],
) -> list[Composed | None]:
    states = store.checks.states()
    broken, recovered = news_for_operators(office.sources.values(), states, now)
    told = {trouble.source: trouble.health.value for trouble in broken}
    told |= {trouble.source: "ok" for trouble in recovered}
    done: list[Composed | None] = []
    for each in operators:
        state = store.digests.states()[each.id]
        all_notes = (*notes, *_outbox_notes(store, state, now))
        if not (broken or recovered) and (not all_notes or now - state.last_mail < NOTES_EVERY):
            continue
        report = digests.trouble_report(
            each,
            broken=broken,
            recovered=recovered,
            notes=all_notes,
            at=now,
            message_id=digests.message_id(each.id, now, office.domain),
        )
        try:
            rendered = office.templates.trouble(report)
            mails = _mails(office, each, rendered, report.message_id, now)
        except RenderError as error:
            log.error("operator mail not composed", list=each.id, error=str(error))
            done.append(Composed(each.id, "failed", error=str(error)))
            continue
        done.append(
            _file(
                store,
                mails,
                list_id=each.id,
                cutoff=now,
                composed_at=now,
                settled=state.since_alert,
                kind="trouble",
                told=told,
            )
        )
    return done


def _outbox_notes(store: Store, state: ListState, now: datetime) -> Iterator[str]:
    """Mails that were refused since the last operator mail, and an outbox that does not empty."""
    for row in store.outbox.refused(state.last_mail):
        yield f"mail to {row.mail.recipient} ({row.mail.list_id}) was refused: {row.reply}"
    oldest = store.outbox.count().oldest_pending
    if oldest and now - oldest > MAIL_WAITS:
        yield f"mails have been waiting for the mail server since {oldest:%Y-%m-%d %H:%M} UTC"
