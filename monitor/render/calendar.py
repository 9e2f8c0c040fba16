"""Days to come as a calendar file that mail programs and phones read (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_PRODUCT = "-//policy-monitor//digest//EN"
_FOLD = 75  # octets of a line, RFC 5545 section 3.1
_SPECIAL = re.compile(r"([\\;,])")


@dataclass(frozen=True, slots=True)
class Event:
    """A day, or with `hour` («10:30» in `timezone`) a moment of it.

    `uid` stays the same when the event is sent again, so that no calendar holds it twice.
    """

    uid: str
    day: date
    summary: str
    description: str = ""
    url: str | None = None
    hour: str = ""
    timezone: str = "UTC"


def calendar(events: Iterable[Event], stamp: datetime) -> bytes:
    """Return the file: UTF-8, CRLF, lines of at most 75 octets; times as UTC, days without zone."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *(line for event in events for line in _lines(event, stamp)),
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _lines(event: Event, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{_moment(stamp)}"
    yield f"DTSTART:{_moment(_start(event))}" if event.hour else _whole_day(event.day)
    yield f"SUMMARY:{_text(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _whole_day(day: date) -> str:
    return f"DTSTART;VALUE=DATE:{day:%Y%m%d}"


def _start(event: Event) -> datetime:
    hour = time.fromisoformat(event.hour)
    return datetime.combine(event.day, hour, ZoneInfo(event.timezone))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of type TEXT (section 3.3.11)."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _folded(line: str) -> Iterator[str]:
    """The line in portions of at most 75 octets, those after the first begun by a blank."""
    part, octets = "", 0
    for letter in line:
        size = len(letter.encode())
        if octets + size > _FOLD:
            yield part
            part, octets = " ", 1
        part += letter
        octets += size
    yield part
