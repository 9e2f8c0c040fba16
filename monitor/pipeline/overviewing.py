"""The weekly overview of a list, composed when it is due and filed as every mail is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor import digest as digests
from monitor.due import latest_cutoff
from monitor.errors import RenderError
from monitor.model import MailingList, Overview
from monitor.overview import WEEK, WEEKS, overview
from monitor.pipeline.filing import Composed, Office, file, mails
from monitor.store import Filing, Store


def compose_overviews(
    office: Office, lists: Iterable[MailingList], store: Store, now: datetime, *, force: bool
) -> Iterator[Composed]:
    """Compose and file what is due; `force` cuts off now instead of waiting for the schedule.

    A template that fails leaves it to the next attempt.
    """
    for each in lists:
        state = store.digests.states()[each.id]
        cutoff = now if force else latest_cutoff(each.schedule, each.timezone, now)
        if cutoff > state.last_cutoff:
            planned = overview_of(office, each, store, cutoff)
            try:
                rendered = office.templates.overview(planned)
                written = mails(office, each, rendered, planned.message_id, now)
            except RenderError as error:
                yield Composed(each.id, "failed", error=f"{each.id}: {error}")
                continue
            filing = Filing(each.id, cutoff, "overview", settled=state.since_alert)
            yield file(store, filing, written)


def overview_of(
    office: Office, mailing_list: MailingList, store: Store, cutoff: datetime
) -> Overview:
    """Return what the list would be told at the cut-off."""
    return overview(
        mailing_list,
        store.history.alerts(cutoff - WEEKS * WEEK),
        sources=office.sources,
        topics=office.topics,
        cutoff=cutoff,
        message_id=digests.message_id(mailing_list.id, cutoff, office.domain, store.bounces.key()),
        site=office.site,
    )
