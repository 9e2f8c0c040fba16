"""All scheduling arithmetic: when a source is checked, a digest cut off, a mail tried again.

Instants are aware UTC; local time appears only where people said «07:00». Digest times are computed
per local date, so that a day has one digest also when the clock is put forward or back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.model import Schedule, Source
from monitor.model.told import Told, reason
from monitor.text.fingerprint import fingerprint

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])", re.ASCII)
_DAY = f"(?:[0-7]|{'|'.join(WEEKDAYS)})"
_DAYS = re.compile(
    f"(?P<one>{_DAY})|(?:\\*|(?P<first>{_DAY})-(?P<last>{_DAY}))(?:/(?P<step>[1-7]))?"
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CRON_FIELDS = ("minute", "hour", "day", "month", "day_of_week")

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(minutes=67)
INSTANT = timedelta(microseconds=1)


# --- what people write ---------------------------------------------------------------------------


def parse_schedule(text: str) -> Schedule:
    """Return the schedule that `daily 07:00`, `weekly mon 07:00`, `immediately` or `cron: …` says.

    Raises ValueError with a sentence for people.
    """
    words = text.strip().split()
    match words:
        case ["immediately"]:
            return Schedule("immediately")
        case ["daily", clock]:
            hour, minute = _clock(clock)
            return Schedule("daily", hour, minute)
        case ["weekly", day, clock]:
            hour, minute = _clock(clock)
            return Schedule("weekly", hour, minute, weekday=_weekday(day))
        case ["cron:", *fields]:
            expression = " ".join(fields).strip("\"'")
            problem = check_cron(expression)
            if problem:
                raise ValueError(problem)
            return Schedule("cron", cron=expression)
        case _:
            raise ValueError(
                Told(
                    "`{text}` is no schedule; write `daily 07:00`, `weekly mon 07:00`, "
                    "`immediately` or `cron: 0 7 * * mon`",
                    text=text,
                )
            )


def parse_duration(text: str) -> timedelta:
    """Return the length of `90s`, `30m`, `6h`, `14d` or `2w`; ValueError with a sentence else."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError(Told("`{text}` is no duration; write it like 30m, 6h or 14d", text=text))
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _clock(text: str) -> tuple[int, int]:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(Told("`{text}` is no time of day; write it like 07:00", text=text))
    return int(found[1]), int(found[2])


def _weekday(text: str) -> int:
    day = text.lower()[:3]
    if day not in WEEKDAYS:
        raise ValueError(
            Told(
                "`{text}` is no weekday; write one of {known}", text=text, known=", ".join(WEEKDAYS)
            )
        )
    return WEEKDAYS.index(day)


def check_cron(text: str) -> str | None:
    """Return what is wrong with a five-field cron expression, or None."""
    try:
        trigger = _cron(text, "UTC")
    except ValueError as error:
        return reason(error)
    if _next_fire(trigger, datetime(2000, 1, 1, tzinfo=UTC)) is None:
        return Told("`{text}` never comes: no month has that day", text=text)
    return None


def _cron(text: str, timezone: str) -> CronTrigger:
    """A trigger with cron's own weekdays."""
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - few are scheduled by cron

    fields = text.split()
    if len(fields) != len(_CRON_FIELDS):
        raise ValueError(
            Told(
                "`{text}` is no cron expression: five fields are needed (minute hour day "
                "month weekday), there are {fields}",
                text=text,
                fields=len(fields),
            )
        )
    try:
        fields[4] = _days(fields[4].lower())
        return CronTrigger(
            **dict(zip(_CRON_FIELDS, fields, strict=True)), timezone=ZoneInfo(timezone)
        )
    except (ValueError, TypeError) as error:
        raise ValueError(
            Told("`{text}` is no cron expression: {error}", text=text, error=error)
        ) from error


def _days(field: str) -> str:
    """The weekdays of crontab(5), where 0 and 7 are Sunday, one by one.

    APScheduler counts from Monday, knows no range across Sunday and passes over steps.
    """
    days: set[str] = set()
    for part in field.split(","):
        found = _DAYS.fullmatch(part)
        if not found:
            raise ValueError(Told("`{part}` is no weekday", part=part))
        first = _number(found["one"] or found["first"] or "0")
        last = _number(found["one"] or found["last"] or "6")
        if last < first:
            last += 7
        days.update(WEEKDAYS[day - 1] for day in _week(first, last, int(found["step"] or 1)))
    return ",".join(sorted(days, key=WEEKDAYS.index))


def _number(day: str) -> int:
    """Counted from Sunday = 0; 7 is Sunday too, at the end of a range."""
    return int(day) if day.isdigit() else (WEEKDAYS.index(day) + 1) % 7


def _week(first: int, last: int, step: int) -> Iterator[int]:
    return (day % 7 for day in range(first, last + 1, step))


# --- checks of sources ---------------------------------------------------------------------------


def next_check(
    source: Source, now: datetime, *, failures: int = 0, retry_after: timedelta | None = None
) -> datetime:
    """Return when the source is to be checked again.

    A failing source is tried again soon, then ever more rarely, never more rarely than usual. What
    a server asked for with Retry-After is obeyed. Sources with the same interval are spread by a
    stable offset made from their ids.
    """
    if source.cron:
        fire = _next_fire(_cron(source.cron, source.timezone), now + INSTANT)
        usual = (fire or now + source.every) + timedelta(seconds=60 * _spread(source.id))
    else:
        usual = now + source.every * (0.95 + 0.1 * _spread(source.id))
    if failures:
        usual = min(usual, now + FIRST_RETRY * (1 << min(failures - 1, 12)))
    if retry_after is not None:
        usual = max(usual, now + retry_after)
    return usual


def _spread(source_id: str) -> float:
    """A number in [0, 1) that belongs to the id."""
    return int(fingerprint(source_id), 16) / 2**64


# --- cut-offs of digests -------------------------------------------------------------------------


def latest_cutoff(schedule: Schedule, timezone: str, now: datetime) -> datetime:
    """Return the newest cut-off that is not in the future."""
    zone = ZoneInfo(timezone)
    if schedule.kind == "immediately":
        return now
    if schedule.kind == "cron":
        return _latest_fire(_cron(schedule.cron or "", timezone), now)
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(-1, 9))
    return max(
        moment
        for day in days
        if schedule.weekday in (None, day.weekday())
        and (moment := _local(day, schedule, zone)) <= now
    )


def _local(day: date, schedule: Schedule, zone: ZoneInfo) -> datetime:
    clock = time(schedule.hour, schedule.minute)
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _latest_fire(trigger: CronTrigger, now: datetime) -> datetime:
    """Look back in growing windows, so that neither a yearly nor a minutely cron takes long."""
    for window in (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=1830)):
        latest = None
        fire = _next_fire(trigger, now - window)
        while fire is not None and fire <= now:
            latest = fire
            fire = _next_fire(trigger, fire + INSTANT)
        if latest is not None:
            return latest
    return datetime.min.replace(tzinfo=UTC)


def _next_fire(trigger: CronTrigger, start: datetime) -> datetime | None:
    """The first fire time at or after `start`; None when there is none (30 February).

    What is named by its hour comes once, also when the clock shows that hour twice.
    """
    named = not any(field.name == "hour" and "*" in str(field) for field in trigger.fields)
    fire: datetime | None = trigger.get_next_fire_time(None, start)
    while fire is not None and fire.fold and named:
        fire = trigger.get_next_fire_time(None, fire.astimezone(UTC) + INSTANT)
    return fire.astimezone(UTC) if fire else None


# --- mails ---------------------------------------------------------------------------------------


def mail_retry(attempts: int) -> timedelta:
    """Return the pause after that many failed attempts: 5 minutes, doubling to 67 minutes."""
    return min(FIRST_RETRY * (1 << min(max(attempts - 1, 0), 12)), LONGEST_RETRY)


def held_retry(attempts: int) -> timedelta:
    """Return the pause after that many refusals «for good» of what may yet be put right.

    67 minutes, doubling to a day: a rejected text that is offered every hour looks like spam.
    """
    return min(LONGEST_RETRY * (1 << min(max(attempts - 1, 0), 8)), timedelta(days=1))
