"""From pending alerts to mails in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import cache

from monitor import digest as digests
from monitor.due import latest_cutoff
from monitor.errors import RenderError
from monitor.health import coverage
from monitor.model import Alert, Coverage, Digest, MailingList, Overview, Receives
from monitor.pipeline.bouncing import without_paused
from monitor.pipeline.filing import Composed, Office, file, mails
from monitor.pipeline.operators import compose_trouble
from monitor.pipeline.overviewing import compose_overviews, overview_of
from monitor.render import Rendered
from monitor.store import Filing, ListState, Store
from monitor.story import Told

Watched = Callable[[datetime, datetime], Coverage]
"""Returns what the sources came to from one moment to another."""


def compose_digests(
    office: Office,
    store: Store,
    now: datetime,
    *,
    only: Collection[str] = (),
    force: bool = False,
    trouble: bool = True,
) -> tuple[Composed, ...]:
    """Compose what is due for the lists (`only` these, if any are named), and file it.

    `force` cuts off now instead of waiting for the schedule. Without `trouble` operators are not
    told yet: for that the state of every source has to be looked at. A template that fails leaves
    its alerts pending; operators are told. Nothing is composed for recipients that are paused; the
    alerts of a list that has no others wait until one is taken up again.
    """
    store.digests.meet([mailing_list.id for mailing_list in office.lists], now)
    active = without_paused(office.lists, store.bounces.paused())
    chosen = [each for each in active if not only or each.id in only]
    states, watched = store.digests.states(), _watched(office, store)
    done = [
        composed
        for each in chosen
        if each.receives is Receives.DIGEST
        and (
            composed := _compose(
                office, each, store, now, state=states[each.id], watched=watched, force=force
            )
        )
    ]
    weekly = [each for each in chosen if each.receives is Receives.OVERVIEW]
    done += compose_overviews(office, weekly, store, now, force=force)
    notes = tuple(composed.error for composed in done if composed.error)
    operators = [each for each in chosen if trouble and each.receives is Receives.TROUBLE]
    told = compose_trouble(office, operators, store, now, notes=notes) if operators else ()
    return (*done, *told)


def preview_digests(
    office: Office, store: Store, now: datetime, *, only: Collection[str] = ()
) -> Iterator[tuple[Digest | Overview, Rendered]]:
    """Yield what each list would get now; nothing is composed. Raises RenderError."""
    store.digests.meet([mailing_list.id for mailing_list in office.lists], now)
    states, watched = store.digests.states(), _watched(office, store)
    for each in office.lists:
        if only and each.id not in only:
            continue
        if each.receives is Receives.OVERVIEW:
            planned = overview_of(office, each, store, now)
            yield planned, office.templates.overview(planned)
        if each.receives is Receives.DIGEST:
            state = states[each.id]
            alerts = digests.for_list(store.digests.pending(state), each)
            told = _told(store, each, alerts, now)
            digest = _digest(
                office,
                each,
                store,
                state=state,
                alerts=alerts,
                told=told,
                watched=watched(state.last_mail, now),
                cutoff=now,
            )
            yield digest, office.templates.digest(digest)


def _watched(office: Office, store: Store) -> Watched:
    """What answers for all digests of a time at once: most lists are mailed at the same hours."""
    states = cache(store.checks.states)
    return cache(lambda since, cutoff: coverage(office.sources.values(), states(), since, cutoff))


def _compose(
    office: Office,
    mailing_list: MailingList,
    store: Store,
    now: datetime,
    *,
    state: ListState,
    watched: Watched,
    force: bool,
) -> Composed | None:
    """None when the list's next cut-off is still to come, and nothing is urgent."""
    cutoff = now if force else latest_cutoff(mailing_list.schedule, mailing_list.timezone, now)
    is_early = cutoff <= state.last_cutoff and cutoff < now
    if is_early and mailing_list.urgent is None:
        return None
    pending = store.digests.pending(state)
    alerts = digests.for_list(pending, mailing_list)
    newest = max((alert.id or 0 for alert in pending), default=state.since_alert)
    told = _told(store, mailing_list, alerts, cutoff)
    new = digests.new_alerts(alerts, told, office.sources)
    if is_early and not digests.is_urgent(mailing_list, new, office.sources):
        return None
    cutoff = now if is_early else cutoff
    if not digests.is_due(new, state.last_mail, now):
        # What waits (a doubtful alert, a repeat) must stay pending; all before it is settled.
        waiting = min((alert.id or 0 for alert in alerts), default=newest + 1)
        if pending or mailing_list.schedule.kind != "immediately":
            store.digests.pass_cutoff(mailing_list.id, cutoff, settled=waiting - 1)
        return Composed(mailing_list.id, "nothing")
    digest = _digest(
        office,
        mailing_list,
        store,
        state=state,
        alerts=alerts,
        told=told,
        watched=watched(state.last_mail, cutoff),
        cutoff=cutoff,
    )
    try:
        rendered = office.templates.digest(digest)
        written = mails(office, mailing_list, rendered, digest.message_id, now)
    except RenderError as error:
        return Composed(mailing_list.id, "failed", error=f"{mailing_list.id}: {error}")
    filing = Filing(mailing_list.id, cutoff, "digest", settled=newest, alerts=digest.alerts)
    return file(store, filing, written)


def _told(
    store: Store, mailing_list: MailingList, alerts: Sequence[Alert], now: datetime
) -> tuple[Told, ...]:
    """What the list was told of these alerts' stories, as it saw them: by its own topics."""
    found = store.digests.told(mailing_list.id, alerts, now)
    return tuple(
        Told(alert, each.at)
        for each in found
        for alert in digests.for_list([each.alert], mailing_list)
    )


def _digest(
    office: Office,
    mailing_list: MailingList,
    store: Store,
    *,
    state: ListState,
    alerts: Sequence[Alert],
    told: Sequence[Told],
    watched: Coverage,
    cutoff: datetime,
) -> Digest:
    return digests.compose(
        mailing_list,
        alerts,
        told=told,
        sources=office.sources,
        topics=office.topics,
        coverage=watched,
        since=state.last_mail,
        cutoff=cutoff,
        message_id=digests.message_id(mailing_list.id, cutoff, office.domain, store.bounces.key()),
        answers_to=office.answers_to,
        site=office.site,
    )
