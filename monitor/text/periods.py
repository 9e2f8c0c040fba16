"""The period that a column, row or heading of a statistic stands for, in ISO 8601."""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.text.clean import clean
from monitor.text.dates import read_date

_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_MONTH = re.compile(rf"{_YEAR}(?:-?M|[-/.]|\s)?(?P<m>0[1-9]|1[0-2])")
_MONTH_FIRST = re.compile(rf"(?P<m>0?[1-9]|1[0-2])[/.]{_YEAR}")
_QUARTER = re.compile(rf"{_YEAR}[-\s]?Q(?P<q>[1-4])", re.IGNORECASE)
_QUARTER_FIRST = re.compile(
    rf"(?:Q\s?(?P<q>[1-4])|(?P<n>[1-4])\.\s?(?:Quartal|Vierteljahr)|(?P<r>I{{1,3}}|IV))[\s/.]*{_YEAR}",
    re.IGNORECASE,
)
_HALF = re.compile(
    rf"(?:(?P<h>[12])\.\s?Halbjahr|H(?P<i>[12]))\s*{_YEAR}|(?P<z>(?:19|20)\d\d)-?[HS](?P<k>[12])",
    re.IGNORECASE,
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_RANGE = re.compile(r"\s*(?:\s[-–—]\s|–|—|(?<=\d{4})-(?=\d{1,2}\.)|\bbis\b|\bto\b|/)\s*")
_FILLER = re.compile(
    r"^(?:stand|zeitraum|berichtsmonat|berichtszeitraum|monat|im|in|seit|vom|von|ab|from|as of|"
    r"month|year|jahr|period|am|zum)\s*:?\s+|[*¹²³⁴⁵)]+$|(?<=\d)\s?[pebr]$",
    re.IGNORECASE,
)
_LONGEST = 200  # characters, fillers and footnote marks among them
_DAY = r"\d{1,2}\.\s?(?:\d{1,2}\.|[A-ZÄÖÜ][a-zä]+\.?)"
_NAME = r"[A-ZÄÖÜ][a-zä]+\.?"
_WITHIN = re.compile(
    rf"(?<!\d)(?:(?:{_DAY}|{_NAME})\s?(?:(?:19|20)\d\d)?\s?(?:-|–|bis)\s?)?"
    rf"(?:{_DAY}|{_NAME})\s?(?:19|20)\d\d(?!\d|-?[MQ]?\d)"
    r"|(?<![\d/])\d{1,2}/(?:19|20)\d\d(?!\d)"
    r"|(?<![\d/])(?:19|20)\d\d(?:-?(?:[MQ]\d{1,2}|(?<=-)\d\d))?(?!\d)"
)


def read_period(text: str) -> str | None:
    """Return a text that is nothing but a period as ISO 8601, else None.

    2026, 2026-Q3, 2026-10, 2026-10-31, or an interval of two such: 2023-01-01/2023-08-31.
    """
    plain = clean(text)
    if len(plain) > _LONGEST:
        return None
    plain = _FILLER.sub("", _FILLER.sub("", plain))
    if not 4 <= len(plain) <= 60:
        return None
    return _single(plain) or _interval(plain)


def period_within(text: str) -> str | None:
    """Return the one period that a heading names («Asylanträge im Oktober 2026»), else None."""
    found: set[str] = set()
    for part in _WITHIN.findall(clean(text)):
        period = read_period(part)
        found |= {period} if period else set(_BARE_YEAR.findall(part))
    return found.pop() if len(found) == 1 else None


def _single(plain: str) -> str | None:
    if re.fullmatch(_YEAR, plain):
        return plain
    if found := _MONTH.fullmatch(plain) or _MONTH_FIRST.fullmatch(plain):
        return f"{found['y']}-{int(found['m']):02}"
    if found := _QUARTER.fullmatch(plain):
        return f"{found['y']}-Q{found['q']}"
    if found := _QUARTER_FIRST.fullmatch(plain):
        number = found["q"] or found["n"] or _ROMAN[found["r"].upper()]
        return f"{found['y']}-Q{number}"
    if found := _HALF.fullmatch(plain):
        first = (found["h"] or found["i"] or found["k"]) == "1"
        year = found["y"] or found["z"]
        return f"{year}-01/{year}-06" if first else f"{year}-07/{year}-12"
    return _day(plain) or _named_month(plain)


def _day(plain: str) -> str | None:
    if not re.search(r"\d\D+\d", plain) or ":" in plain:
        return None
    moment = read_date(plain)
    return moment.date().isoformat() if moment else None


def _named_month(plain: str) -> str | None:
    """«Oktober 2026», «Okt. 2026»: read as its first day."""
    if not re.fullmatch(rf"[^\W\d]{{3,}}\.?\s+{_YEAR}", plain):
        return None
    moment = read_date(f"1 {plain.replace('.', '')}")
    return moment.strftime("%Y-%m") if moment else None


def _interval(plain: str) -> str | None:
    parts = _RANGE.split(plain)
    if len(parts) != 2:
        return None
    end = _single(parts[1])
    year = end[:4] if end else ""
    begin = _single(parts[0]) or (_single(f"{parts[0].rstrip('.')} {year}") if year else None)
    begin = begin or (_single(f"{parts[0].rstrip('.')}.{year}") if year else None)
    return _whole(begin, end) if begin and end and "/" not in begin + end else None


def _whole(begin: str, end: str) -> str:
    """The interval, or the month or year that it fills."""
    if len(begin) == len(end) == 10 and begin.endswith("-01"):
        if begin[5:] == "01-01" and end == f"{begin[:4]}-12-31":
            return begin[:4]
        if begin[:7] == end[:7] and (date.fromisoformat(end) + timedelta(days=1)).day == 1:
            return begin[:7]
    return f"{begin}/{end}"
