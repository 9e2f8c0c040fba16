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
from monitor.store import Store

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
        patience=patience(store.history.changed_at(state.source, REMEMBERED)),
        outage_since=outage or state.outage_since,
        outage_until=now if outage else state.outage_until,
        caught_up=len(decision.changes) if outage else state.caught_up,
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
