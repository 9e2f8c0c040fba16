"""Dates as pages and feeds write them, in five languages and more. The rule: read it all or not.

Time, zone, date and weekday are cut out of the text one after the other; when anything but
filler words is left over, the text was not understood and there is no date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.text.clean import clean

_EARLIEST, _LATEST = 1990, 2100
_LONGEST = 120

# de en fr ru uk, then es it nl pl; every unambiguous beginning of three letters or more counts.
_MONTH_NAMES = (  # one row per month
    "januar jänner january janvier январь января січень січня enero gennaio januari "
    "styczeń stycznia",
    "februar feber february février февраль февраля лютий лютого febrero febbraio februari "
    "luty lutego",
    "märz maerz march mars март марта березень березня marzo maart mrt marzec marca",
    "april avril апрель апреля квітень квітня abril aprile kwiecień kwietnia",
    "mai may май мая травень травня mayo maggio mei maj maja",
    "juni june juin июнь июня червень червня junio giugno czerwiec czerwca",
    "juli july juillet июль июля липень липня julio luglio lipiec lipca",
    "august août август августа серпень серпня agosto augustus sierpień sierpnia",
    "september septembre сентябрь сентября вересень вересня septiembre settembre wrzesień września",
    "oktober october octobre октябрь октября жовтень жовтня octubre ottobre "
    "październik października",
    "november novembre ноябрь ноября листопад листопада noviembre listopada",
    "dezember december décembre декабрь декабря грудень грудня diciembre dicembre grudzień grudnia",
)
_WEEKDAY_NAMES = (  # one row per day
    "mo montag monday lundi понедельник понеділок пн lunes lunedì maandag poniedziałek",
    "di dienstag tuesday mardi вторник вівторок вт martes martedì dinsdag wtorek",
    "mi mittwoch wednesday mercredi среда середа ср miércoles mercoledì woensdag środa",
    "do donnerstag thursday jeudi четверг четвер чт jueves giovedì donderdag czwartek",
    "fr freitag friday vendredi пятница п'ятниця пт viernes venerdì vrijdag piątek",
    "sa samstag sonnabend saturday samedi суббота субота сб sábado sabato zaterdag sobota",
    "so sonntag sunday dimanche воскресенье неділя вс нд domingo domenica zondag niedziela",
)
_FILLER_WORDS = (
    "um am at on den der dem the of le la de du a à vom von ab uhr h г года р року в о od "
    "stand datum veröffentlicht aktualisiert published updated date"
)
_HOURS_FROM_UTC = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "mez", "bst", "west"), 1),
    **dict.fromkeys(("cest", "mesz", "eet"), 2),
    **dict.fromkeys(("msk", "eest"), 3),
    **dict.fromkeys(("est", "cdt"), -5),
    **dict.fromkeys(("cst", "mdt"), -6),
    **dict.fromkeys(("mst", "pdt"), -7),
    "edt": -4,
    "pst": -8,
}
_DAY_FIRST = frozenset({"de", "fr", "ru", "uk", "es", "it", "nl", "pl"})

_COMMENT = re.compile(r"\([^()]*\)")
_CLOCK = re.compile(
    r"(?<![\d+:-])(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"|\.(?P<dotted>\d{2})(?=\s*uhr)|h(?P<french>\d{2})|(?=\s*uhr))(?![\d:])"
    r"\s*(?P<half>[ap]\.?m\b\.?)?"
)
_OFFSET = re.compile(
    r"(?:\b(?:gmt|utc)\s*)?(?P<sign>(?<!\d)-|[+\u2212])(?P<hours>\d{2}):?(?P<minutes>\d{2})\s*z?(?![\d:.-])"
)
_PLACE = re.compile(r"\b[a-z]+/[a-z_]+(?:/[a-z_]+)?\b")
_ZONE_NAME = re.compile(rf"(?<![^\W\d])(?:{'|'.join(_HOURS_FROM_UTC)})(?!\w)")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_UNIX = re.compile(r"\d{9,10}|\d{12,13}")
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})(?P<cut>[-/.]?)(?P<m>\d{2})(?P=cut)(?P<d>\d{2})(?!\d)",
        r"(?<!\d)(?P<y>\d{4})(?P<cut>[-/.])(?P<m>\d{1,2})(?P=cut)(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})(?:\.|st|nd|rd|th|er)?[\s-]+(?P<name>[^\W\d_]{3,})\.?,?[\s-]+"
        r"(?P<y>\d{4}|\d{2})(?!\d)",
        r"(?P<name>[^\W\d_]{3,})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?!\d)",
        r"(?<!\d)(?P<one>\d{1,2})(?P<cut>[/ -])(?P<two>\d{1,2})(?P=cut)(?P<y>\d{4}|\d{2})(?!\d)",
    )
)


def _fold(text: str) -> str:
    """Lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _beginnings(rows: tuple[str, ...]) -> dict[str, int]:
    """Map each name and each of its beginnings that fits one row only to that row's number."""
    rows_of: dict[str, set[int]] = {}
    for number, row in enumerate(rows):
        for name in _fold(row).split():
            for end in range(min(3, len(name)), len(name) + 1):
                rows_of.setdefault(name[:end], set()).add(number)
    whole = {name: number for number, row in enumerate(rows) for name in _fold(row).split()}
    return {name: min(numbers) for name, numbers in rows_of.items() if len(numbers) == 1} | whole


_MONTHS = _beginnings(_MONTH_NAMES)
_WEEKDAYS = _beginnings(_WEEKDAY_NAMES)
_FILLER = frozenset(_fold(_FILLER_WORDS).split())


def read_date(text: str, *, lang: str | None = None) -> datetime | None:
    """Return the moment in UTC, or None when any part of the text is not understood.

    Knows RFC 822, RFC 3339, unix times, and dates in words or digits with day, month and year.
    Without a zone a German text (`lang`) means Europe/Berlin, any other UTC; without a time
    midnight. Years before 1990 or after 2100 are implausible and None.
    """
    if len(text) > _LONGEST:
        return None
    rest = _fold(_COMMENT.sub(" ", clean(text)))
    try:
        moment = _unix(rest) if _UNIX.fullmatch(rest) else _civil(rest, (lang or "")[:2].lower())
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        return None
    return moment if moment and _EARLIEST <= moment.year <= _LATEST else None


def _unix(digits: str) -> datetime:
    return datetime.fromtimestamp(int(digits) / (1000 if len(digits) > 10 else 1), UTC)


def _civil(rest: str, lang: str) -> datetime | None:
    rest = re.sub(r"(?<=\d)t(?=\d)", " ", rest)
    clock, rest = _cut(_CLOCK, rest)
    zone, rest = _zone(rest)
    if zone is None:
        zone = ZoneInfo("Europe/Berlin") if lang == "de" else UTC
    for pattern in _DATES:
        found, remainder = _cut(pattern, rest)
        if found and (known := _understood(remainder)) is not None:
            days = set(_days(found, known, lang))
            if len(days) == 1:
                return datetime.combine(days.pop(), _time(clock), zone).astimezone(UTC)
    return None


def _cut(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    found = pattern.search(text)
    return found, f"{text[: found.start()]} {text[found.end() :]}" if found else text


def _zone(rest: str) -> tuple[tzinfo | None, str]:
    """Return the zone that the text names and the text without it; ValueError if impossible."""
    found, rest = _cut(_OFFSET, rest)
    if found:
        minutes = int(found["hours"]) * 60 + int(found["minutes"])
        if minutes > 14 * 60 or int(found["minutes"]) > 59:
            raise ValueError(found.group())
        return timezone(timedelta(minutes=minutes if found["sign"] == "+" else -minutes)), rest
    found, rest = _cut(_PLACE, rest)
    if found:
        return ZoneInfo(found.group().title()), rest
    found, rest = _cut(_ZONE_NAME, rest)
    return (timezone(timedelta(hours=_HOURS_FROM_UTC[found.group()])) if found else None), rest


def _understood(rest: str) -> set[int] | None:
    """Return the weekdays among the words left over, or None when there is anything else."""
    if re.sub(r"[\s,.:|–—-]+", "", _WORD.sub("", rest)):
        return None
    words = set(_WORD.findall(rest)) - _FILLER
    return {_WEEKDAYS[word] for word in words} if words <= _WEEKDAYS.keys() else None


def _days(found: re.Match[str], weekdays: set[int], lang: str) -> Iterator[date]:
    """Yield every day that the digits may mean; more than one is nobody's guess to make."""
    part = found.groupdict()
    year = int(part["y"]) + (0 if len(part["y"]) == 4 else 2000 if int(part["y"]) < 69 else 1900)
    if "name" in part:
        if part["name"] in _MONTHS:
            yield date(year, _MONTHS[part["name"]] + 1, int(part["d"]))
    elif "m" in part:
        yield date(year, int(part["m"]), int(part["d"]))
    else:
        yield from _either_order(year, int(part["one"]), int(part["two"]), weekdays, lang)


def _either_order(year: int, one: int, two: int, weekdays: set[int], lang: str) -> Iterator[date]:
    """03/04/2026 is in April for a German, in March for an American; a weekday tells."""
    day_first = not weekdays and lang in _DAY_FIRST and two <= 12
    for day, month in ((one, two),) if day_first else ((one, two), (two, one)):
        if month <= 12:
            candidate = date(year, month, day)
            if not weekdays or candidate.weekday() in weekdays:
                yield candidate


def _time(clock: re.Match[str] | None) -> time:
    if clock is None:
        return time()
    part = clock.groupdict()
    hour, minute = int(part["hour"]), int(part["minute"] or part["dotted"] or part["french"] or 0)
    if part["half"] and hour <= 12:
        hour = hour % 12 + (12 if part["half"].startswith("p") else 0)
    second = int(part["second"] or 0)
    return time(hour, minute, 59 if second == 60 else second)  # RFC 3339 allows leap seconds
