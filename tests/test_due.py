"""Scheduling arithmetic: what people write, when checks and digests come, also across clock changes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.due import (
    FIRST_RETRY,
    LONGEST_RETRY,
    check_cron,
    latest_cutoff,
    mail_retry,
    next_check,
    parse_duration,
    parse_schedule,
)
from monitor.model import Schedule, Source

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_source(id_: str = "court", every: timedelta = 6 * HOUR, cron: str | None = None) -> Source:
    return Source(id_, "Court", "feed", "https://court.example/", every=every, cron=cron)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def cutoff(text: str, at: datetime) -> datetime:
    return latest_cutoff(parse_schedule(text), "Europe/Berlin", at)


# --- what people write ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("daily 07:00", Schedule("daily", 7, 0)),
        ("  daily   7:05 ", Schedule("daily", 7, 5)),
        ("daily 23:59", Schedule("daily", 23, 59)),
        ("weekly mon 07:00", Schedule("weekly", 7, 0, weekday=0)),
        ("weekly Sunday 18:30", Schedule("weekly", 18, 30, weekday=6)),
        ("immediately", Schedule("immediately")),
        ("cron: 0 7 * * mon", Schedule("cron", cron="0 7 * * mon")),
        ('cron: "0 7 * * 1-5"', Schedule("cron", cron="0 7 * * 1-5")),
    ],
)
def test_a_schedule_is_read_as_written(text: str, schedule: Schedule) -> None:
    assert parse_schedule(text) == schedule


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is no schedule"),
        ("daily", "is no schedule"),
        ("hourly 07:00", "is no schedule"),
        ("daily 07:00 UTC", "is no schedule"),
        ("immediately 07:00", "is no schedule"),
        ("daily 24:00", "`24:00` is no time of day"),
        ("daily 7", "`7` is no time of day"),
        ("daily 07:60", "is no time of day"),
        ("daily 07:00:00", "is no time of day"),
        ("weekly funday 07:00", "`funday` is no weekday"),
        ("cron: 0 7 * *", "five fields are needed.*there are 4"),
        ("cron: 61 7 * * *", "is no cron expression"),
        ("cron: x 7 * * *", "is no cron expression"),
        ("cron: 0 7 * * 8", "`8` is no weekday"),
        ("cron: 0 7 * * mon-fri#2", "is no weekday"),
        ("cron: 0 7 * * 1/2", "is no weekday"),
        ("cron: 0 7 31 2 *", "never comes"),
        ("cron:", "five fields"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_schedule(text)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_schedules_and_durations(text: str) -> None:
    for read in (parse_schedule, parse_duration):
        try:
            read(text)
        except ValueError as error:
            assert "`" in str(error)  # noqa: PT017 – what was written is quoted


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("6 h", timedelta(hours=6)),
        (" 14d ", timedelta(days=14)),
        ("2w", timedelta(days=14)),
    ],
)
def test_a_duration_is_read_as_written(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "6", "h", "-6h", "1.5h", "6 hours", "6H", "9999999d", "٦h"])
def test_a_duration_that_cannot_be_read_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write it like 30m, 6h or 14d"):
        parse_duration(text)


# --- cron ----------------------------------------------------------------------------------------


def cron_days(weekdays: str) -> set[str]:
    """The weekdays on which a cron expression with this last field cuts off, within two weeks."""
    schedule = Schedule("cron", cron=f"0 12 * * {weekdays}")
    noons = (datetime(2026, 6, day, 12, 30, tzinfo=UTC) for day in range(1, 15))
    return {f"{noon:%a}" for noon in noons if noon - latest_cutoff(schedule, "UTC", noon) < HOUR}


WEEK = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", {"Sun"}),
        ("7", {"Sun"}),
        ("1", {"Mon"}),
        ("6", {"Sat"}),
        ("sun", {"Sun"}),
        ("MON", {"Mon"}),
        ("1-5", WEEK - {"Sat", "Sun"}),
        ("mon-fri", WEEK - {"Sat", "Sun"}),
        ("5-7", {"Fri", "Sat", "Sun"}),
        ("0-4", WEEK - {"Fri", "Sat"}),
        ("0-6", WEEK),
        ("1-7", WEEK),
        ("0-7", WEEK),
        ("0,6", {"Sat", "Sun"}),
        ("2,4-5", {"Tue", "Thu", "Fri"}),
        ("*", WEEK),
        ("1-5/2", {"Mon", "Wed", "Fri"}),
        ("sat-mon", {"Sat", "Sun", "Mon"}),
        ("fri-sun", {"Fri", "Sat", "Sun"}),
        ("0-6/2", {"Sun", "Tue", "Thu", "Sat"}),
        ("*/2", {"Sun", "Tue", "Thu", "Sat"}),
    ],
)
def test_weekdays_are_those_of_crontab(field: str, days: set[str]) -> None:
    assert cron_days(field) == days


def test_a_good_cron_expression_has_no_problem() -> None:
    assert check_cron("*/15 6-22 * * 1-5") is None
    assert "five fields" in (check_cron("7 o'clock") or "")


def test_a_cron_that_never_comes_is_a_problem_and_has_no_cutoff() -> None:
    assert check_cron("0 7 30 2 *") == "`0 7 30 2 *` never comes: no month has that day"
    never = latest_cutoff(Schedule("cron", cron="0 7 30 2 *"), "Europe/Berlin", NOW)
    assert never == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "latest"),
    [
        ("* * * * *", "2026-03-02T06:30+00:00"),
        ("0 * * * *", "2026-03-02T06:00+00:00"),
        ("0 7 1 * *", "2026-03-01T06:00+00:00"),
        ("0 7 1 1 *", "2026-01-01T06:00+00:00"),
        ("0 7 29 2 *", "2024-02-29T06:00+00:00"),
        ("0 7 * * mon", "2026-03-02T06:00+00:00"),
    ],
)
def test_the_latest_cutoff_of_a_cron_is_found_however_rare(expression: str, latest: str) -> None:
    schedule = Schedule("cron", cron=expression)
    assert latest_cutoff(schedule, "Europe/Berlin", NOW) == datetime.fromisoformat(latest)


# --- cut-offs ------------------------------------------------------------------------------------


def test_a_daily_cutoff_is_todays_from_its_minute_on_and_yesterdays_before() -> None:
    seven = berlin("2026-03-02T07:00")
    assert cutoff("daily 07:00", seven) == seven
    assert cutoff("daily 07:00", seven - timedelta(microseconds=1)) == seven - 24 * HOUR


def test_a_weekly_cutoff_is_that_of_the_named_day() -> None:
    monday = berlin("2026-03-02T07:00")
    for hours in (0, 1, 24, 7 * 24 - 1):
        assert cutoff("weekly mon 07:00", monday + hours * HOUR) == monday
    assert cutoff("weekly mon 07:00", monday - HOUR) == monday - 7 * 24 * HOUR


def test_an_immediate_cutoff_is_now() -> None:
    assert cutoff("immediately", NOW) == NOW


def test_after_a_week_off_there_is_one_cutoff_not_seven() -> None:
    assert cutoff("daily 07:00", NOW + timedelta(days=8)) == berlin("2026-03-10T07:00")


@pytest.mark.parametrize("schedule", ["daily 07:00", "daily 02:30"])
def test_every_local_date_of_three_years_has_exactly_one_cutoff(schedule: str) -> None:
    """Hour by hour, as the daemon sees it; 02:30 does not exist on one day, and exists twice on
    another."""
    at, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    seen: list[datetime] = []
    while at < end:
        latest = cutoff(schedule, at)
        assert latest <= at
        if not seen or latest > seen[-1]:
            seen.append(latest)
        assert latest == seen[-1], "a cut-off never goes back"
        at += HOUR
    per_date = Counter(moment.astimezone(BERLIN).date() for moment in seen)
    days = {date(2026, 1, 1) + timedelta(days=n) for n in range(365 + 365 + 366)}
    assert set(per_date.values()) == {1}
    assert days <= set(per_date) | {date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("schedule", "at", "expected"),
    [
        ("daily 07:00", "2026-03-29T05:00+00:00", "2026-03-29T05:00+00:00"),
        ("daily 07:00", "2026-03-29T04:59+00:00", "2026-03-28T06:00+00:00"),
        ("daily 07:00", "2026-10-25T06:00+00:00", "2026-10-25T06:00+00:00"),
        ("daily 07:00", "2026-10-25T05:59+00:00", "2026-10-24T05:00+00:00"),
        ("daily 07:00", "2027-03-28T05:00+00:00", "2027-03-28T05:00+00:00"),
        # 02:30 does not exist: half an hour after the clock was put forward
        ("daily 02:30", "2026-03-29T01:30+00:00", "2026-03-29T01:30+00:00"),
        ("daily 02:30", "2027-03-28T01:29+00:00", "2027-03-27T01:30+00:00"),
        # 02:30 exists twice: the first counts, the second does not
        ("daily 02:30", "2026-10-25T00:30+00:00", "2026-10-25T00:30+00:00"),
        ("daily 02:30", "2026-10-25T01:30+00:00", "2026-10-25T00:30+00:00"),
        # leap day
        ("daily 07:00", "2028-02-29T12:00+00:00", "2028-02-29T06:00+00:00"),
        ("weekly tue 07:00", "2028-03-06T12:00+00:00", "2028-02-29T06:00+00:00"),
        # the end of a year with 53 weeks
        ("weekly thu 07:00", "2027-01-01T00:00+00:00", "2026-12-31T06:00+00:00"),
    ],
)
def test_cutoffs_around_odd_days(schedule: str, at: str, expected: str) -> None:
    assert cutoff(schedule, datetime.fromisoformat(at)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2027-03-28"])
def test_a_cron_within_the_changed_hour_fires_once_that_day(day: str) -> None:
    start = berlin(f"{day}T00:00")
    minutes = (start + timedelta(minutes=n) for n in range(0, 6 * 60, 10))
    fired = {cutoff("cron: 30 2 * * *", minute) for minute in minutes}
    assert sum(f"{fire.astimezone(BERLIN):%F}" == day for fire in fired) == 1


def test_a_cron_for_every_hour_also_comes_in_the_hour_that_is_there_twice() -> None:
    start = berlin("2026-10-25T00:00")
    fired = {cutoff("cron: 30 * * * *", start + n * HOUR) for n in range(1, 6)}
    assert len(fired) == 5


# --- checks --------------------------------------------------------------------------------------


@given(st.text(max_size=20), st.integers(1, 10**6))
def test_the_usual_pause_is_spread_by_a_twentieth(id_: str, minutes: int) -> None:
    every = timedelta(minutes=minutes)
    pause = next_check(a_source(id_, every), NOW) - NOW
    assert 0.95 * every <= pause <= 1.05 * every + timedelta(microseconds=1)


def test_the_spread_is_the_same_every_time_and_differs_between_sources() -> None:
    pauses = {id_: next_check(a_source(id_), NOW) for id_ in map(str, range(100))}
    assert pauses == {id_: next_check(a_source(id_), NOW) for id_ in pauses}
    assert len(set(pauses.values())) == 100


def test_a_source_with_cron_is_checked_within_the_minute() -> None:
    source = a_source(cron="0 7 * * 1-5")
    at = next_check(source, NOW)
    assert timedelta(0) <= at - berlin("2026-03-03T07:00") < timedelta(minutes=1)
    friday = berlin("2026-03-06T07:01")
    assert f"{next_check(source, friday).astimezone(BERLIN):%a %H:%M}" == "Mon 07:00"


def test_a_source_with_cron_is_not_checked_twice_for_one_time() -> None:
    source = a_source(cron="0 7 * * *")
    seven = berlin("2026-03-02T07:00")
    assert next_check(source, seven) >= seven + 24 * HOUR


def test_a_failing_source_is_tried_soon_then_ever_more_rarely_never_beyond_usual() -> None:
    source = a_source(every=6 * HOUR)
    usual = next_check(source, NOW) - NOW
    pauses = [next_check(source, NOW, failures=n) - NOW for n in range(1, 60)]
    assert pauses[:4] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY, 8 * FIRST_RETRY]
    assert pauses == sorted(pauses)
    assert pauses[-1] == usual


def test_a_source_checked_every_minute_is_not_tried_less_often_for_failing() -> None:
    source = a_source(every=timedelta(minutes=1))
    assert next_check(source, NOW, failures=5) == next_check(source, NOW)


@given(st.integers(0, 40), st.integers(0, 24 * 60))
def test_retry_after_is_obeyed(failures: int, minutes: int) -> None:
    wait = timedelta(minutes=minutes)
    assert next_check(a_source(), NOW, failures=failures, retry_after=wait) >= NOW + wait


# --- mails ---------------------------------------------------------------------------------------


def test_a_mail_is_tried_again_after_five_minutes_then_twice_as_long_up_to_67() -> None:
    minutes = [mail_retry(attempts) // timedelta(minutes=1) for attempts in range(1, 8)]
    assert minutes == [5, 10, 20, 40, 67, 67, 67]
    assert mail_retry(10**9) == LONGEST_RETRY
    assert mail_retry(0) == FIRST_RETRY
