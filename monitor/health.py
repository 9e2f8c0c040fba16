"""How a source is doing, judged from what is remembered of its checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from monitor.model import Coverage, Failing, Health, Source, SourceState

# One failure is a hiccup; the second in a row, at the latest one usual interval later, is told.
FAILURES_TOLD = 2


def health(source: Source, state: SourceState, now: datetime) -> Health:
    """Return the health of a source as it stands."""
    if not source.enabled:
        return Health.DISABLED
    if state.failures:
        return Health.FAILING
    if state.last_success is None:
        return Health.NEW
    silence = source.expect.max_silence
    quiet_since = state.last_changed or state.first_checked
    if silence and quiet_since and now - quiet_since > silence:
        return Health.SILENT
    return Health.OK


def failing(source: Source, state: SourceState, now: datetime) -> Failing | None:
    """Return the source's trouble in words, or None when there is none."""
    what = health(source, state, now)
    if what is Health.FAILING:
        # The address stands beside the error, as a link.
        error = (state.last_error or "").removeprefix(f"{source.url}: ")
        return Failing(source.id, source.name, what, state.failing_since, error, source.url)
    if what is Health.SILENT:
        since = state.last_changed or state.first_checked
        return Failing(source.id, source.name, what, since, None, source.url)
    return None


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
    )


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
        if trouble and what is not state.told and _is_worth_telling(source, state, now):
            broken.append(trouble)
        elif trouble is None and state.told is not Health.OK:
            was = state.told
            recovered.append(Failing(source.id, source.name, was, None, None, source.url))
    return tuple(broken), tuple(recovered)


def _is_worth_telling(source: Source, state: SourceState, now: datetime) -> bool:
    if not state.failures:
        return True
    lasting = state.failing_since is not None and now - state.failing_since >= source.every
    return state.failures >= FAILURES_TOLD or lasting or source.every > timedelta(days=1)
