"""How everything stands at a moment: what `status` shows and what a monitoring system reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.due import latest_cutoff
from monitor.health import health
from monitor.model import Health, MailingList, Receives, Source, SourceState
from monitor.store import ListState, OutboxCount, Pause, Store


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """A source with what is remembered of its checks, and what that means."""

    source: Source
    state: SourceState
    health: Health


@dataclass(frozen=True, slots=True)
class ListStanding:
    """What is remembered of a list; `due` is the cut-off that has passed without a digest."""

    state: ListState
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How sources, lists, outbox and paused recipients stand `at` a moment."""

    at: datetime
    sources: tuple[SourceStanding, ...]
    lists: tuple[ListStanding, ...]
    outbox: OutboxCount
    paused: tuple[Pause, ...]


def standing(
    sources: Collection[Source], lists: Collection[MailingList], store: Store, now: datetime
) -> Standing:
    """Return how everything stands; reads the store and writes nothing."""
    states = store.checks.states()
    known = {each.id: each for each in lists}
    return Standing(
        at=now,
        sources=tuple(_source(source, states, now) for source in sources),
        lists=tuple(
            ListStanding(state, due_since(known.get(state.id), state, now))
            for state in store.digests.states().values()
        ),
        outbox=store.outbox.count(),
        paused=store.bounces.paused(),
    )


def _source(source: Source, states: Mapping[str, SourceState], now: datetime) -> SourceStanding:
    state = states.get(source.id, SourceState(source.id))
    return SourceStanding(source, state, health(source, state, now))


def due_since(mailing_list: MailingList | None, state: ListState, now: datetime) -> datetime | None:
    """Return the cut-off that has passed and was not composed for, or None.

    A list that is mailed immediately has none, nor have operators, nor has a list that is no longer
    configured.
    """
    if mailing_list is None or mailing_list.receives is not Receives.DIGEST:
        return None
    if mailing_list.schedule.kind == "immediately":
        return None
    cutoff = latest_cutoff(mailing_list.schedule, mailing_list.timezone, now)
    return cutoff if cutoff > state.last_cutoff else None
