"""What a successful check teaches: a rhythm, odd signs, and what an outage hid."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.health import LONG_AWAY
from monitor.model import SourceState
from monitor.pipeline.deciding import Decision
from monitor.pipeline.reading import Reading
from monitor.rhythm import REMEMBERED, patience
from monitor.rot import oddity, to_compare
from monitor.store import Saved, Store

# What was odd once is shown so long, also if the next look is fine: in each daily digest.
ODD_LASTS = timedelta(days=3)


def learnt(
    state: SourceState,
    fresh: SourceState,
    reading: Reading,
    decision: Decision,
    *,
    store: Store,
    now: datetime,
) -> SourceState:
    """Return the state after the check with everything that it taught."""
    what = None if decision.baseline else _odd(state, reading, decision, store)
    return _taught(state, fresh, what, len(decision.changes), now)


def still(state: SourceState, fresh: SourceState, now: datetime) -> SourceState:
    """Return the state after a check that read nothing: what was odd is no less so."""
    return _taught(state, fresh, state.odd, 0, now)


def patient(state: SourceState, saved: Saved, *, store: Store, now: datetime) -> SourceState:
    """Return the state to be saved, with the rhythm of all changes, the present one among them."""
    times = store.history.changed_at(state.source, REMEMBERED)
    late = any(each.item for each in saved.settled)
    if state.last_success and (saved.added or saved.edited or saved.removed or late):
        times = (now, *times)
    return replace(saved.state, patience=patience(times))


def _taught(
    state: SourceState, fresh: SourceState, what: str | None, changes: int, now: datetime
) -> SourceState:
    since = state.odd_since
    if what:
        since = since or now
    elif since and now - since < ODD_LASTS:
        what = state.odd
    else:
        since = None
    outage = _outage(state, now)
    return replace(
        fresh,
        odd=what,
        odd_since=since,
        outage_since=outage or state.outage_since,
        outage_until=now if outage else state.outage_until,
        caught_up=changes if outage else state.caught_up,
    )


def _outage(state: SourceState, now: datetime) -> datetime | None:
    """Since when nothing had been seen, if the source failed or we were away."""
    late = state.next_check is not None and now - state.next_check >= LONG_AWAY
    return state.last_success if state.failures or late else None


def _odd(state: SourceState, reading: Reading, decision: Decision, store: Store) -> str | None:
    """None too when nothing was read anew: then what was odd is no less so."""
    if reading.items is None:
        return state.odd
    ids = to_compare(decision.found)
    known = store.checks.known(state.source, ids) if ids else {}
    return oddity(reading.items, decision.found, known, state.last_success)
