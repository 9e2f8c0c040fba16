"""How long a source may be quiet: three times its usual pause, more slowly when everybody rests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rhythm import FEWEST, LEAST, patience, quiet

DAY = timedelta(days=1)
SPRING = datetime(2026, 2, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 60 * 366 * 24).map(lambda hours: SPRING + timedelta(hours=hours))


def every(pause: timedelta, times: int, start: datetime = SPRING) -> list[datetime]:
    return [start + pause * n for n in range(times)]


def test_a_weekly_source_may_be_quiet_for_three_weeks() -> None:
    assert patience(every(7 * DAY, 20)) == 21 * DAY


def test_a_busy_source_may_be_quiet_over_a_long_weekend() -> None:
    assert patience(every(timedelta(hours=2), 20)) == LEAST


def test_a_source_that_comes_in_bursts_may_be_quiet_longer_than_it_ever_was() -> None:
    bursts = [SPRING + week * 30 * DAY + n * DAY for week in range(4) for n in range(4)]
    learnt = patience(bursts)
    assert learnt is not None
    assert learnt > 27 * DAY


def test_a_few_changes_teach_nothing() -> None:
    assert patience(every(DAY, FEWEST - 1)) is None
    assert patience([]) is None


def test_only_the_newest_changes_count() -> None:
    slow_then_fast = every(60 * DAY, 10, SPRING - 800 * DAY) + every(DAY, 21)
    assert patience(slow_then_fast) == LEAST


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-03-02", "2026-03-12", 10),
        ("2026-12-20", "2027-01-08", 0),
        ("2026-12-15", "2027-01-13", 10),
        ("2026-07-01", "2026-09-11", 18),
        ("2026-06-20", "2026-07-11", 13.5),
        ("2026-03-12", "2026-03-02", 0),
    ],
)
def test_time_passes_slowly_in_recess_and_not_at_all_at_christmas(
    since: str, until: str, days: float
) -> None:
    start, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, until))
    assert quiet(start, end) == timedelta(days=days)


def test_a_weekly_source_is_not_missed_in_the_summer_recess_but_once_it_is_over() -> None:
    limit = patience(every(7 * DAY, 20))
    assert limit is not None
    last = datetime(2026, 7, 3, tzinfo=UTC)
    assert quiet(last, datetime(2026, 9, 11, tzinfo=UTC)) < limit
    assert quiet(last, datetime(2026, 9, 20, tzinfo=UTC)) > limit


@given(st.tuples(MOMENTS, MOMENTS, MOMENTS))
def test_what_counts_adds_up_and_never_exceeds_what_passed(moments: tuple[datetime, ...]) -> None:
    first, second, third = sorted(moments)
    assert timedelta(0) <= quiet(first, third) <= third - first
    parts = quiet(first, second) + quiet(second, third)
    assert abs(parts - quiet(first, third)) < timedelta(milliseconds=1)


@given(st.lists(MOMENTS))
def test_whatever_the_history_patience_is_at_least_four_days(changes: list[datetime]) -> None:
    learnt = patience(changes)
    assert (learnt is None) == (len(changes) < FEWEST)
    assert learnt is None or learnt >= LEAST
