"""Days to come that a text names: entry into force, expiry, hearings, answers and time limits.

German and English. A day counts only when the text gives it whole: a month alone, «in two weeks»
or «the day after publication» are none. A year that is not written is taken only where weekday or
«this year» leave one choice; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from monitor.model import Deadline, DeadlineKind

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner january jan", "februar february feb", "märz maerz march mrz mar",
            "april apr", "mai may", "juni june jun", "juli july jul", "august aug",
            "september sept sep", "oktober october okt oct", "november nov",
            "dezember december dez dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "montag monday", "dienstag tuesday", "mittwoch wednesday", "donnerstag thursday",
            "freitag friday", "samstag sonnabend saturday", "sonntag sunday",
        )
    )
    for name in names.split()
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAYS = "|".join(_WEEKDAYS)
_DATE = re.compile(
    rf"(?:(?P<weekday>{_DAYS}),?\s+(?:(?:den|dem|the)\s+)?)?(?:"
    r"(?<![\d.])(?P<d1>\d{1,2})\.\s?(?P<m1>\d{1,2})\.\s?(?P<y1>20\d\d)?(?!\d)"
    r"|(?<!\d)(?P<y2>20\d\d)-(?P<m2>\d\d)-(?P<d2>\d\d)(?!\d)"
    rf"|(?<!\d)(?P<d3>\d{{1,2}})(?:\.|st|nd|rd|th)?\s(?:of\s)?(?P<m3>{_NAMES})\b\.?"
    r"(?:,?\s(?P<y3>20\d\d))?(?!\d)"
    rf"|\b(?P<m4>{_NAMES})\b\.?\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\.\d)(?:,?\s(?P<y4>20\d\d))?"
    r")",
    re.IGNORECASE,
)
_THIS_YEAR = re.compile(r"\s*(?:dieses Jahres|d\. ?J\.|of this year|this year)", re.IGNORECASE)
_NEXT_YEAR = re.compile(
    r"\s*(?:(?:nächsten|kommenden) Jahres|of next year|next year)", re.IGNORECASE
)
_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ„“\"«(])|\n+|(?<=;)\s")
_ABBREVIATED = re.compile(r"(?:\d|\b(?:Abs|Art|Nr|bzw|vgl|ca|Dr|St|Az|z\. ?B|No|Mr|Ms|Hon))\.$")
_LOOK = 130  # characters on either side in which the words stand that say what the day is

# What stands before and after the day; the first pair that fits says what it is.
_SIGNS = tuple(
    (kind, re.compile(before, re.IGNORECASE), re.compile(after, re.IGNORECASE))
    for kind, before, after in (
        (DeadlineKind.EXPIRY, r"\btr(?:itt|eten)\b[^.]{0,90}$", r"^[^.]{0,40}\baußer Kraft"),
        (DeadlineKind.DEADLINE,
         r"\b(?:Fristende|Einsendeschluss|Fristablauf|Frist\w* (?:bis|endet|läuft|ist)|deadline"
         r"|no later than|closes? on|closing date)\b[^.]{0,40}$", r""),
        (DeadlineKind.EXPIRY, r"\b(?:läuft|laufen)\b[^.]{0,60}$", r"^[^.]{0,20}\baus\b"),
        (DeadlineKind.EXPIRY,
         r"\b(?:endet|enden|expires?|ends?|(?:gilt|gelten|gültig) bis|valid until)\b[^.\d]{0,60}$",
         r""),
        (DeadlineKind.FORCE, r"\b(?:am|zum|mit Wirkung vom|ab(?: dem)?|on|with effect from)\s*$",
         r"^[^.]{0,40}\b(?:in Kraft|wirksam)\b"),
        (DeadlineKind.FORCE,
         r"\b(?:Inkrafttreten|in Kraft (?:ge)?treten|in Kraft treten sie|in Kraft tritt es)\b"
         r"[^.\d]{0,30}$", r""),
        (DeadlineKind.FORCE,
         r"\b(?:gilt|gelten|gültig|anzuwenden|Anwendung finden|wirksam)\b[^.]{0,30}"
         r"\bab(?: dem)?\s*$", r""),
        (DeadlineKind.FORCE,
         r"\b(?:(?:enters?|comes?|coming|entering|entry) into (?:force|effect)|takes? effect"
         r"|effective)\b[^.\d]{0,40}$", r""),
        (DeadlineKind.FORCE, r"\bappl(?:y|ies)\b[^.\d]{0,30}\b(?:from|as of)\s*$", r""),
        (DeadlineKind.HEARING,
         r"\b(?:Verhandlung\w*|Verhandlungstermin|verhandelt|Anhörung\w*|Urteilsverkündung"
         r"|Verkündungstermin|Erörterungstermin|hearings?|will (?:be )?heard?)\b[^.]{0,90}$",
         r""),
        (DeadlineKind.HEARING, r"\b(?:am|on)\s*$",
         r"^[^.]{0,90}\b(?:Verhandlung|verhandelt|verhandeln|Anhörung|hearing|be heard)\b"),
        (DeadlineKind.ANSWER,
         r"\b(?:Antwort|Beantwortung|beantworten|Fristverlängerung|reply|answer)\b[^.]{0,60}"
         r"\b(?:bis(?: zum)?|spätestens(?: am)?|by|due(?: on| by)?)\s*$", r""),
        (DeadlineKind.ANSWER, r"\bbis (?:zum|spätestens)\s*$",
         r"^[^.]{0,40}\b(?:beantwort\w+|zu antworten)\b"),
        (DeadlineKind.DEADLINE,
         r"\b(?:Stellungnahmen?|einzureichen|einreichen|Anträge|Bewerbungen|submissions?|comments?"
         r"|applications?|responses?)\b[^.]{0,60}\b(?:bis(?: zum)?|by|until)\s*$", r""),
        (DeadlineKind.DEADLINE, r"\b(?:bis (?:zum|spätestens)|spätestens (?:am|bis zum)|by)\s*$",
         r"^[^.]{0,60}\b(?:einzureichen|eingereicht|vorzulegen|vorgelegt|umzusetzen|abzugeben"
         r"|zu stellen|be submitted|must submit|at the latest|submit)\b"),
    )
)  # fmt: skip
_TIME = re.compile(
    r"\b(?:(?P<h>[01]?\d|2[0-3])(?:[:.](?P<m>[0-5]\d))?\s?Uhr"
    r"|(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)(?!\d)\s?(?P<half>[ap]\.?m\b)?"
    r"|(?P<h3>1[0-2]|0?\d)\s?(?P<half3>[ap]\.?m\b))",
    re.IGNORECASE,
)
_LANGUAGES = frozenset({"de", "en", None})
_LATEST = timedelta(days=366 * 15)
_WORDS = 240
MOST = 5


def deadlines(text: str, lang: str | None, reference: date) -> tuple[Deadline, ...]:
    """Return the days after `reference` that the text names, soonest first, at most `MOST`.

    `lang` is that of the text, None when not known; of other languages nothing is read.
    """
    if lang not in _LANGUAGES:
        return ()
    found: dict[tuple[date, DeadlineKind], Deadline] = {}
    for hit in _DATE.finditer(text):
        day = _day(hit, text, reference)
        if day is None or not reference < day < reference + _LATEST:
            continue
        start, end = _sentence(text, hit)
        if kind := _kind(text[start : hit.start()], text[hit.end() : end]):
            words = " ".join(text[start:end].split())
            deadline = Deadline(day, kind, _cut(words), _time(text[start:end], kind))
            found.setdefault((day, kind), deadline)
    return tuple(sorted(found.values(), key=lambda each: (each.day, each.time))[:MOST])


def _day(hit: re.Match[str], text: str, reference: date) -> date | None:
    """The day if it is whole, or its year the only one that fits."""
    part = {
        name[0]: value for name, value in hit.groupdict().items() if value and name[-1] in "1234"
    }
    month = part["m"].casefold()
    number = int(month) if month.isdigit() else _MONTHS[month]
    weekday = hit["weekday"]
    if "y" in part:
        return _date(int(part["y"]), number, int(part["d"]))
    if _THIS_YEAR.match(text, hit.end()):
        return _date(reference.year, number, int(part["d"]))
    if _NEXT_YEAR.match(text, hit.end()):
        return _date(reference.year + 1, number, int(part["d"]))
    if weekday is None:
        return None
    # Announcements look less than a year ahead; the weekday must agree, else it is another year.
    near = [_date(reference.year + ahead, number, int(part["d"])) for ahead in (0, 1)]
    following = next((day for day in near if day and day > reference), None)
    fits = following and following.weekday() == _WEEKDAYS[weekday.casefold()]
    return following if fits else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _sentence(text: str, hit: re.Match[str]) -> tuple[int, int]:
    """Where the sentence around the day begins and ends."""
    start, end = max(0, hit.start() - 4 * _LOOK), min(len(text), hit.end() + 4 * _LOOK)
    for border in _borders(text, start, end):
        if border <= hit.start():
            start = border
        elif border >= hit.end():
            return start, border
    return start, end


def _borders(text: str, start: int, end: int) -> Iterator[int]:
    for border in _END.finditer(text, start, end):
        if "\n" in border[0] or not _ABBREVIATED.search(text[start : border.start()]):
            yield border.end()


def _kind(before: str, after: str) -> DeadlineKind | None:
    before, after = before[-_LOOK:], after[:_LOOK]
    for kind, lead, follow in _SIGNS:
        if lead.search(before) and follow.search(after):
            return kind
    return None


def _time(sentence: str, kind: DeadlineKind) -> str:
    """The one hour of a hearing; none when there are several."""
    if kind is not DeadlineKind.HEARING:
        return ""
    times = {_hour(hit) for hit in _TIME.finditer(sentence)}
    return times.pop() if len(times) == 1 else ""


def _hour(hit: re.Match[str]) -> str:
    hour = int(hit["h"] or hit["h2"] or hit["h3"])
    half = (hit["half"] or hit["half3"] or "").casefold()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{hit['m'] or hit['m2'] or '00'}"


def _cut(words: str) -> str:
    return words if len(words) <= _WORDS else f"{words[: _WORDS - 1].rsplit(' ', 1)[0]}…"
