"""One check of a source: read, compare, follow, match, and remember it all in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.diff import Triage, differences, triage
from monitor.due import next_check
from monitor.errors import FetchError, SourceError
from monitor.log import log
from monitor.match import Rules
from monitor.model import Alert, Change, ChangeKind, Item, Source, SourceState, Validators
from monitor.pipeline.alerting import alerts, sure_topics
from monitor.pipeline.comparing import compare
from monitor.pipeline.deciding import STILL_RETURNED, decide, to_save, with_attachments
from monitor.pipeline.figures import with_rows
from monitor.pipeline.following import Debt, Followed, debts, follow, still_owing
from monitor.pipeline.lanes import Lanes
from monitor.pipeline.ledger import Ledger
from monitor.pipeline.raising import Found, raise_alerts
from monitor.pipeline.reading import Fetch, Reading, definition, is_new_reading, read
from monitor.pipeline.suspecting import learnt, patient, still
from monitor.procedure import GRACE
from monitor.reader import HERE, Reader
from monitor.store import Outset, Saved, Store

# Servers exist whose validators never change: now and then we ask without.
FULL_FETCH_EVERY = timedelta(days=7)
# Whatever shrank is looked at again this soon.
SECOND_LOOK = timedelta(minutes=30)


class Outcome(StrEnum):
    """What a check came to; `held` waits for a second look, `baseline` is the first sight.

    `overtaken`: another process checked the source meanwhile, and its result counts.
    """

    BASELINE = "baseline"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    HELD = "held"
    FAILED = "failed"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of one check."""

    source: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    alerts: tuple[Alert, ...] = ()
    error: str | None = None


async def check_source(
    source: Source,
    *,
    store: Store,
    fetch: Fetch,
    rules: Rules,
    now: datetime,
    reader: Reader = HERE,
    outset: Outset | None = None,
    ledger: Ledger | None = None,
) -> Checked:
    """Check one source, remember what was found, and return it, also when it is trouble.

    What is remembered of it may be given as `outset`. A `ledger` may write a result that changed
    nothing later than this returns.
    """
    outset = outset or outsets([source], store, now)[source.id]
    state = outset.state
    stale = state.last_full is None or now - state.last_full >= FULL_FETCH_EVERY
    try:
        anew = is_new_reading(source, state)
        reading = await read(source, state, fetch, afresh=stale or anew, reader=reader)
        if reading.items is None and not (anew or outset.waits or state.shrunk):
            fresh = still(state, _succeeded(source, state, reading, now), now)
            checked, saved = Checked(source.id, Outcome.UNCHANGED), Saved(fresh)
        else:
            checked, saved = await _judge(
                source,
                state,
                reading,
                store=store,
                fetch=fetch,
                rules=rules,
                now=now,
                reader=reader,
            )
    except SourceError as error:
        checked, saved = _failed(source, state, error, store=store, rules=rules, now=now)
    if not await (ledger.enter(state, saved) if ledger else Ledger(store).save(saved)):
        return Checked(source.id, Outcome.OVERTAKEN)
    _report(checked)
    return checked


def outsets(sources: Collection[Source], store: Store, now: datetime) -> dict[str, Outset]:
    """Return where the checks of these sources begin, by their ids."""
    return store.checks.outsets([source.id for source in sources], now - GRACE)


async def check_sources(
    sources: Iterable[Source],
    *,
    store: Store,
    fetch: Fetch,
    rules: Rules,
    now: Callable[[], datetime],
    reader: Reader = HERE,
    done: Callable[[Checked], None] = lambda _: None,
) -> tuple[Checked, ...]:
    """Check sources side by side; politeness towards their hosts is the fetcher's.

    `done` is called after each; results come in the order of the sources.
    """

    sources = tuple(sources)
    results: dict[str, Checked] = {}

    def overtaken(source: str) -> None:
        results[source] = Checked(source, Outcome.OVERTAKEN)

    ledger = Ledger(store, overtaken)

    async def one(source: Source, outset: Outset) -> None:
        checked = await check_source(
            source,
            store=store,
            fetch=fetch,
            rules=rules,
            now=now(),
            reader=reader,
            outset=outset,
            ledger=ledger,
        )
        results[source.id] = checked
        done(checked)

    begins = outsets(sources, store, now())
    async with asyncio.TaskGroup() as group:
        lanes = Lanes(lambda _, lane: group.create_task(lane), one)
        lanes.add((source, begins[source.id]) for source in sources)
    await ledger.write()
    return tuple(results[source.id] for source in sources)


# --- a reading -----------------------------------------------------------------------------------


async def _judge(
    source: Source,
    state: SourceState,
    reading: Reading,
    *,
    store: Store,
    fetch: Fetch,
    rules: Rules,
    now: datetime,
    reader: Reader,
) -> tuple[Checked, Saved]:
    """What the reading comes to, and what is to be written."""
    compared = await compare(source, state, reading, store=store, reader=reader)
    decision = decide(source, state, compared, now)
    fresh = _succeeded(source, state, reading, now)
    fresh = learnt(state, fresh, reading, decision, store=store, now=now)
    if decision.held:
        return _hold(source, state, fresh, decision.held, now)
    owed, waiting = _old_debts(source, store, decision.changes)
    owing = [*debts(source, decision.to_read), *owed]
    followed = await follow(source, owing, fetch, reader=reader)
    followed = still_owing(followed, waiting)
    changes = tuple(with_attachments(change, followed) for change in decision.changes)
    news = tuple(with_attachments(change, followed) for change in decision.news)
    late = _late_news(owed, followed)
    overdue = _overdue(source, store, decision.found, now)
    found = await raise_alerts(
        source, Found(news, late, overdue), rules=rules, now=now, reader=reader
    )
    raised = (
        *with_rows(found.news, reading.items),
        *(alert for alert in found.late if _is_news(alert, store)),
        *found.overdue,
    )
    if changes and not decision.baseline:
        fresh = replace(fresh, last_changed=now)
    if decision.postponed:
        fresh = _waiting(state, fresh, decision.postponed, now)
    saved = to_save(source, fresh, decision, changes, old_debts=owed, followed=followed)
    saved = replace(saved, state=patient(state, saved, store=store, now=now))
    outcome = _outcome(decision.baseline, changed=bool(changes or late))
    shown = () if decision.baseline else changes
    told = tuple(item.id for item in overdue)
    return Checked(source.id, outcome, shown, raised), replace(saved, alerts=raised, overdue=told)


def _outcome(baseline: bool, *, changed: bool) -> Outcome:
    if baseline:
        return Outcome.BASELINE
    return Outcome.CHANGED if changed else Outcome.UNCHANGED


def _hold(
    source: Source, state: SourceState, fresh: SourceState, why: str, now: datetime
) -> tuple[Checked, Saved]:
    """Keep the old snapshot and the old validators until a second look agrees."""
    waiting = _waiting(state, fresh, why, now)
    return Checked(source.id, Outcome.HELD, error=f"{why}; a second look decides"), Saved(waiting)


def _waiting(state: SourceState, fresh: SourceState, why: str, now: datetime) -> SourceState:
    """The state in which the answer is read again soon, also if it stays the same."""
    soon = fresh.next_check if why == STILL_RETURNED else now + SECOND_LOOK
    return replace(
        fresh,
        shrunk=why,
        validators=state.validators,
        body_hash=state.body_hash,
        last_full=state.last_full,
        next_check=min(fresh.next_check or now, soon or now),
    )


def _old_debts(
    source: Source, store: Store, changes: tuple[Change, ...]
) -> tuple[list[Debt], list[Debt]]:
    """What earlier checks could not read: to be tried now, and of items that just changed, which
    wait for the next check."""
    busy = {change.item.id for change in changes}
    owed = [Debt(d.item, d.url, d.attempts) for d in store.checks.follow_ups(source.id)]
    waiting = [debt for debt in owed if debt.item.id in busy]
    return [debt for debt in owed if debt not in waiting], waiting


def _late_news(owed: list[Debt], followed: Followed) -> tuple[Change, ...]:
    """Items whose document could be read at last."""
    return tuple(
        Change(ChangeKind.ADDED, followed.items[debt.item.id], title_changed=True)
        for debt in owed
        if debt.item.id in followed.items
    )


def _is_news(alert: Alert, store: Store) -> bool:
    """Whether a document read late is told: not if all its topics were, as surely, before."""
    told = store.checks.alerts_of(alert.source, alert.item)
    surely = frozenset().union(*map(sure_topics, told))
    at_all = {topic for each in told for topic in each.topics}
    return not told or bool(sure_topics(alert) - surely or set(alert.topics) - at_all)


def _overdue(source: Source, store: Store, found: Triage, now: datetime) -> tuple[Item, ...]:
    """Procedures whose day has passed; what just changed waits for the next check."""
    busy = {*found.edited, *found.missing, *found.renamed.values()}
    open_ones = store.checks.overdue(source.id, now - GRACE)
    return tuple(item for item in open_ones if item.id not in busy)


def _succeeded(source: Source, state: SourceState, reading: Reading, now: datetime) -> SourceState:
    return replace(
        state,
        checks=state.checks + 1,
        first_checked=state.first_checked or now,
        last_checked=now,
        last_success=now,
        last_full=now if reading.items is not None else state.last_full,
        next_check=next_check(source, now),
        failing_since=None,
        failures=0,
        last_error=None,
        error_state=None,
        validators=reading.validators,
        body_hash=reading.body_hash,
        definition=definition(source),
        shrunk=None,
    )


# --- trouble -------------------------------------------------------------------------------------


def _failed(
    source: Source,
    state: SourceState,
    error: SourceError,
    *,
    store: Store,
    rules: Rules,
    now: datetime,
) -> tuple[Checked, Saved]:
    """A failure leaves the snapshot alone, but for a page that is gone for good."""
    kind = error.state
    retry_after = error.retry_after if isinstance(error, FetchError) else None
    failures = state.failures + 1
    failing = replace(
        state,
        checks=state.checks + 1,
        first_checked=state.first_checked or now,
        last_checked=now,
        failing_since=state.failing_since or now,
        failures=failures,
        last_error=str(error),
        error_state=kind,
        next_check=next_check(source, now, failures=failures, retry_after=retry_after),
    )
    if kind == "gone" and state.error_state == "gone" and source.complete:
        changes = _withdrawn(source, store)
        raised = alerts(source, changes, rules, now)
        gone = tuple(change.item.id for change in changes)
        # The page must be read when it is back, also if it comes back as it was.
        forgotten = replace(failing, validators=Validators(), body_hash=None)
        saved = Saved(forgotten, removed=gone, missing=gone, alerts=raised)
        return Checked(source.id, Outcome.FAILED, changes, raised, str(error)), saved
    return Checked(source.id, Outcome.FAILED, error=str(error)), Saved(failing)


def _withdrawn(source: Source, store: Store) -> tuple[Change, ...]:
    """The removal of everything, once a second look found the page gone too."""
    found = triage(store.checks.marks(source.id, ()), ())
    known = store.checks.known(source.id, found.missing)
    return differences(found, known, complete=True).changes


def _report(checked: Checked) -> None:
    fields = {"source": checked.source, "outcome": checked.outcome.value}
    if checked.error:
        log.warning("source checked", **fields, error=checked.error)
    else:
        numbers = {"changes": len(checked.changes), "alerts": len(checked.alerts)}
        log.info("source checked", **fields, **numbers)
