"""How a source is doing, judged from what is remembered of its checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Coverage, Failing, Health, Source, SourceState, Unwatched
from monitor.rhythm import quiet

# One failure is a hiccup; the second in a row, at the latest one usual interval later, is told.
FAILURES_TOLD = 2
# So long an answer counts as odd.
ODD_SHOWN = timedelta(days=7)
# Readers are told that news is late when a source was not seen for its interval and so long.
LONG_AWAY = timedelta(days=1)


def health(source: Source, state: SourceState, now: datetime) -> Health:
    """Return the health of a source as it stands."""
    if not source.enabled:
        return Health.DISABLED
    if state.failures:
        return Health.FAILING if _lasts(source, state, now) else Health.SUSPECT
    if state.last_success is None:
        return Health.NEW
    if _is_silent(source, state, now):
        return Health.SILENT
    return Health.SUSPECT if state.shrunk or _is_odd(state, now) else Health.OK


def _is_silent(source: Source, state: SourceState, now: datetime) -> bool:
    """By what people declared, or else by the rhythm that was learnt."""
    since, declared = state.last_changed or state.first_checked, source.expect.max_silence
    if since is None:
        return False
    if declared:
        return now - since > declared
    return state.patience is not None and quiet(since, now) > state.patience


def _is_odd(state: SourceState, now: datetime) -> bool:
    """What stays odd is taken for granted after a while."""
    return state.odd_since is not None and now - state.odd_since < ODD_SHOWN


def failing(source: Source, state: SourceState, now: datetime) -> Failing | None:
    """Return the source's trouble in words, or None when there is none."""
    what = health(source, state, now)
    if state.failures and what is not Health.DISABLED:
        # The address stands beside the error, as a link.
        error = (state.last_error or "").removeprefix(f"{source.url}: ")
        return Failing(source.id, source.name, what, state.failing_since, error, source.url)
    if what is Health.SILENT:
        since = state.last_changed or state.first_checked
        usual = state.patience if not source.expect.max_silence else None
        said = f"there was always something new within {_days(usual)}" if usual else None
        return Failing(source.id, source.name, what, since, said, source.url)
    if what is Health.SUSPECT:
        since = state.odd_since if state.odd else state.last_checked
        return Failing(source.id, source.name, what, since, state.odd or state.shrunk, source.url)
    return None


def _days(length: timedelta) -> str:
    """Rounded up: nobody counts the hours of a month."""
    return f"{max(-(-length // timedelta(days=1)), 1)} days"


def coverage(
    sources: Iterable[Source], states: Mapping[str, SourceState], since: datetime, now: datetime
) -> Coverage:
    """Return what was watched since the last digest; disabled sources do not count."""
    watched = [(s, states.get(s.id, SourceState(s.id))) for s in sources if s.enabled]
    troubles = (failing(source, state, now) for source, state in watched)
    return Coverage(
        total=len(watched),
        checked=sum(_within(state.last_success, since) for _, state in watched),
        changed=sum(_within(state.last_changed, since) for _, state in watched),
        failing=tuple(trouble for trouble in troubles if trouble),
        unwatched=_unwatched(watched, since),
    )


def _unwatched(watched: Iterable[tuple[Source, SourceState]], since: datetime) -> Unwatched | None:
    """What was caught up with since the last digest, if it was long away."""
    outages = [
        (state.outage_since, state.outage_until)
        for source, state in watched
        if state.outage_since
        and state.outage_until
        and state.outage_until >= since
        and state.outage_until - state.outage_since >= LONG_AWAY + source.every
    ]
    if not outages:
        return None
    return Unwatched(len(outages), min(o[0] for o in outages), max(o[1] for o in outages))


def _within(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment >= since


def news_for_operators(
    sources: Iterable[Source], states: Mapping[str, SourceState], now: datetime
) -> tuple[tuple[Failing, ...], tuple[Failing, ...]]:
    """Return what operators were not told yet: (newly in trouble, recovered).

    A first failure is not told: most are over at the next try.
    """
    broken: list[Failing] = []
    recovered: list[Failing] = []
    for source in sources:
        state = states.get(source.id)
        if state is None or not source.enabled:
            continue
        what = health(source, state, now)
        trouble = failing(source, state, now)
        if trouble and what is not state.told and _is_worth_telling(what, state):
            broken.append(trouble)
        elif trouble is None and state.told is not Health.OK:
            recovered.append(_recovered(source, state))
    return tuple(broken), tuple(recovered)


def _recovered(source: Source, state: SourceState) -> Failing:
    """The source that is well again, with what its outage hid."""
    well = Failing(source.id, source.name, state.told, None, None, source.url)
    if state.told is not Health.FAILING:
        return well
    return replace(
        well, since=state.outage_since, until=state.outage_until, caught_up=state.caught_up
    )


def _is_worth_telling(what: Health, state: SourceState) -> bool:
    """A first failure and a second look are not: most of them come to nothing."""
    return what is not Health.SUSPECT or (not state.failures and state.odd is not None)


def _lasts(source: Source, state: SourceState, now: datetime) -> bool:
    """Whether it is more than a hiccup."""
    lasting = state.failing_since is not None and now - state.failing_since >= source.every
    return state.failures >= FAILURES_TOLD or lasting or source.every > timedelta(days=1)
