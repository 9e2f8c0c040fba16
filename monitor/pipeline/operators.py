"""Operator mail: what broke, what recovered, what could not be mailed; each told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from monitor import digest as digests
from monitor.errors import RenderError
from monitor.health import news_for_operators
from monitor.model import Health, MailingList, TroubleReport
from monitor.pipeline.filing import Composed, Office, file, mails
from monitor.store import Filing, ListState, NeverRead, Pause, Store

# Operators hear of a waiting outbox after this long, and of notes at most once a day.
MAIL_WAITS = timedelta(hours=4)
NOTES_EVERY = timedelta(days=1)


def compose_trouble(
    office: Office,
    operators: Iterable[MailingList],
    store: Store,
    now: datetime,
    *,
    notes: tuple[str, ...] = (),
) -> Iterator[Composed]:
    """Compose and file the operator mails that are due; `notes` are sentences to add."""
    states = store.checks.states()
    broken, recovered = news_for_operators(office.sources.values(), states, now)
    told = {trouble.source: trouble.health.value for trouble in broken}
    told |= {trouble.source: Health.OK.value for trouble in recovered}
    unread = store.checks.never_read()
    paused = [each for each in store.bounces.paused() if not each.told]
    for mailing_list in operators:
        state = store.digests.states()[mailing_list.id]
        all_notes = (
            *notes,
            *_outbox_notes(store, state, now),
            *_pause_notes(office, paused),
            *_document_notes(office, unread),
        )
        notes_due = bool(all_notes) and now - state.last_mail >= NOTES_EVERY
        if broken or recovered or notes_due:
            report = digests.trouble_report(
                mailing_list,
                broken=broken,
                recovered=recovered,
                notes=all_notes,
                at=now,
                message_id=digests.message_id(
                    mailing_list.id, now, office.domain, store.bounces.key()
                ),
            )
            filing = Filing(
                mailing_list.id,
                now,
                "trouble",
                settled=state.since_alert,
                told=told,
                never_read=unread,
                paused=tuple(each.recipient for each in paused),
            )
            yield _write(office, mailing_list, store, report, filing)


def _write(
    office: Office,
    mailing_list: MailingList,
    store: Store,
    report: TroubleReport,
    filing: Filing,
) -> Composed:
    try:
        rendered = office.templates.trouble(report)
        written = mails(office, mailing_list, rendered, report.message_id, report.at)
    except RenderError as error:
        return Composed(mailing_list.id, "failed", error=f"{mailing_list.id}: {error}")
    return file(store, filing, written)


def _outbox_notes(store: Store, state: ListState, now: datetime) -> Iterator[str]:
    """Mails refused since the last operator mail, and an outbox that does not empty."""
    for row in store.outbox.refused(state.last_mail):
        yield f"mail to {row.mail.recipient} ({row.mail.list_id}) was refused: {row.reply}"
    for row in store.outbox.held():
        yield (
            f"mail to {row.mail.recipient} ({row.mail.list_id}) is held back, the mail server "
            f"says: {row.reply}; it is offered again ever more rarely, or at once by "
            "`policy-monitor deliver --now`"
        )
    outbox = store.outbox.count()
    oldest = outbox.oldest_pending
    if oldest and now - oldest > MAIL_WAITS:
        told = f": {outbox.reply}" if outbox.reply else ""
        yield (
            f"mails have been waiting for the mail server since {oldest:%Y-%m-%d %H:%M} UTC{told}"
        )


def _pause_notes(office: Office, paused: Iterable[Pause]) -> Iterator[str]:
    """Recipients that get nothing, and how to change that."""
    for pause in paused:
        lists = ", ".join(each.id for each in office.lists if pause.recipient in each.to)
        yield (
            f"mails to {pause.recipient} ({lists or 'no list'}) came back twice "
            f"({pause.reason}), so none are made any more; once the address works again: "
            f"policy-monitor bounces --resume {pause.recipient}"
        )


def _document_notes(office: Office, unread: Iterable[NeverRead]) -> Iterator[str]:
    """Documents that nobody will read unless a person does."""
    for document in unread:
        name = office.sources[document.source].name if document.source in office.sources else ""
        yield f"{name or document.source}: a linked document could not be read: {document.url}"
