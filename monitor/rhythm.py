"""How long a source may be quiet, learnt from how long it was quiet before.

Parliaments rest in summer and everybody does at Christmas: time passes more slowly then. A source
that dies in July is noticed later than one that dies in March, but it is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

# The newest changes from which is learnt, and fewer teach nothing.
REMEMBERED = 21
FEWEST = 8
USUAL_TIMES = 3
LONGEST_TIMES = 1.5
# Four days hold a long weekend such as Easter.
LEAST = timedelta(days=4)
# From (month, day) until (month, day), exclusive: how much a day of these counts.
SEASONS = (((1, 1), (1, 8), 0.0), ((7, 1), (9, 11), 0.25), ((12, 20), (13, 1), 0.0))


def patience(changes: Sequence[datetime]) -> timedelta | None:
    """Return how long a source that changed at these times may be quiet; None if they are too few.

    Three times the usual pause and half as long again as the longest of the last twenty, in time
    that counts; at least four days.
    """
    times = sorted(changes)[-REMEMBERED:]
    if len(times) < FEWEST:
        return None
    pauses = [quiet(earlier, later) for earlier, later in pairwise(times)]
    usual = timedelta(seconds=median(pause.total_seconds() for pause in pauses))
    return max(LEAST, USUAL_TIMES * usual, LONGEST_TIMES * max(pauses))


def quiet(since: datetime, now: datetime) -> timedelta:
    """Return the time between two moments as far as it counts; zero when the clock went back."""
    whole = max(now - since, timedelta(0))
    slack = (
        (1 - share) * _overlap(since, now, start, end) for start, end, share in _seasons(since, now)
    )
    return whole - sum(slack, start=timedelta(0))


def _overlap(since: datetime, now: datetime, start: datetime, end: datetime) -> timedelta:
    return max(min(now, end) - max(since, start), timedelta(0))


def _seasons(since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime, float]]:
    for year in range(since.year, now.year + 1):
        for first, last, share in SEASONS:
            yield _day(year, *first), _day(year, *last), share


def _day(year: int, month: int, day: int) -> datetime:
    """The thirteenth month is the next January."""
    return datetime(year + month // 13, (month - 1) % 12 + 1, day, tzinfo=UTC)
