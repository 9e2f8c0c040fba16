"""What moves in a text while it says the same: stamps, counters, damaged and decorative characters.

None of it is taken from what readers see; it only decides whether a block is new.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MONTHS = (
    "jan feb mär mar apr mai may jun jul aug sep sept okt oct nov dez dec janv févr mars avr juin "
    "juil août déc січ лют берез квіт трав черв лип серп верес жовт листоп груд янв февр марта апр "
    "мая июн июл авг сент окт нояб дек"
)
# Endings are bounded: «маймаймай…» would be read to its end from each of its places.
_MONTH = "(?:" + "|".join(_MONTHS.split()) + r")[^\W\d]{0,12}\.?"
_DAYS = (
    "mo di mi do fr sa so mon tue wed thu fri sat sun lun mar mer jeu ven sam dim "
    "пн вт ср чт пт сб нд вс"
)
_DAY = (
    r"(?:(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|[^\W\d]{3,6}day"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|понед[^\W\d]{1,12}|вівтор[^\W\d]{1,12}"
    r"|серед[^\W\d]{1,12}|четвер[^\W\d]{0,12}|вторн[^\W\d]{1,12}|п['’ʼ]?ятни[^\W\d]{1,12}"
    r"|субот[^\W\d]{1,12}|суббот[^\W\d]{1,12}"
    r"|неділ[^\W\d]{1,12}|воскр[^\W\d]{1,12})|(?:" + "|".join(_DAYS.split()) + r")\b\.?),?\s{0,2}"
)
_DATE = (
    rf"(?:\d{{4}}-\d\d?-\d\d?|\d{{1,2}}[./-]\s?\d{{1,2}}(?:[./-]\s?\d{{2,4}}|\.)"
    rf"|\d{{1,2}}(?:\.|st|nd|rd|th|er)?\s?(?:of\s)?{_MONTH}(?:,?\s\d{{4}})?"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|{_MONTH}\s\d{{4}}|(?:19|20)\d\d(?!\d))"
)
_TIME = (
    r"\d{1,2}(?:h\d\d|[:.]\d\d(?::\d\d)?\s?(?:uhr|h|[ap]\.?m\.?)?|\s?(?:uhr|h|[ap]\.?m\.?))(?![^\W\d])"
    r"(?:\s?(?:utc|gmt|me[sz]z|cet|cest|msk|eet|eest))?"
)
_BETWEEN = r"(?:,|\s|\bum\b|\bat\b|\bà\b|\bо\b|\bв\b|-|–|T|\||/){0,4}"
_WHEN = rf"(?:{_DAY})?{_DATE}(?:\s?р\.|\s?г\.)?(?:{_BETWEEN}{_TIME})?"
_CUES = (
    r"(?:daten|sach|redaktions|bearbeitungs)?stand|letzte\w{0,2} (?:änderung|aktualisierung"
    r"|bearbeitung|update)|(?:zu)?letzt (?:geändert|aktualisiert|bearbeitet|geprüft)"
    r"|(?:letztmalig )?aktualisiert|aktualisierung|update|upd|updated|abgerufen"
    r"|abruf(?:datum)?|gedruckt|druckdatum|heute ist"
    r"|last (?:updated?|modified|changed?|reviewed|checked|edited)"
    r"|(?:page )?updated|retrieved|accessed|printed"
    r"|(?:dernière )?mise à jour|mis à jour|dernière modification|consulté|actualisé"
    r"|(?:останн[єя] )?оновлен[оняі]+|(?:последн[еяи]+ )?обновлен[оие]+|станом|по состоянию"
)
_STAMP = re.compile(
    rf"(?<![^\W\d])(?:{_CUES})(?:\s?[:：]|\s(?:am|vom|on|at|le|du|zum|на)(?=\s))?[\s*_]{{0,3}}"
    rf"(?:{_WHEN}|{_TIME})",
    re.IGNORECASE,
)
_COUNTED = (
    r"(?:seiten)?aufrufe|zugriffe|ansichten|klicks|kommentare?|leser(?=\s*$)|(?:page ?)?views?|hits"
    r"|visits|comments?|likes?|shares|vues?|commentaires?|просмотр\w*|перегляд\w*|коммент\w*|комент\w*"
)
_COUNTER = re.compile(
    rf"(?<![\w.,])\d[\d.,'\s]{{0,12}}\s?(?:{_COUNTED})(?!\w)"
    rf"|(?<!\w)(?:{_COUNTED})\s?[:(]\s?\d[\d.,'\s]{{0,12}}\)?",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\bvor \d+ (?:sekunden?|minuten?|stunden?|min\.?|std\.?)"
    r"|\b\d+ ?(?:seconds?|minutes?|mins?|hours?|hrs?|days?) ago\b"
    r"|\bil y a \d+ (?:secondes?|minutes?|heures?|jours?)"
    r"|(?<!\d)\d+ (?:секунд\w*|минут\w*|хвилин\w*|час\w*|годин\w*) (?:назад|тому)",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s?(?:\(c\)\s?|©\s?)?(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)\d\d)?", re.I
)
# An answer in the wrong charset shows ?, ?? or ??? for what is no ASCII letter.
_DAMAGED = re.compile(r"\ufffd|\?{2,}|(?<=[^\W\d_])\?(?=[^\W\d_])")
_DECORATION = re.compile(
    "[\"'`´\u2018-\u201f\u2039\u203a\u00ab\u00bb\u2032\u2033\u00ad\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f"
    "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_MOJIBAKE = re.compile("[\u00c2-\u00c5\u00e2\u00d0\u00d1][\u0080-\u2122]")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(rf"(?:{_DAY})?{_DATE}|{_TIME}|\d+(?:[.,:'\s]\d+)*", re.IGNORECASE)

# Each pattern with words of which one stands in whatever it finds, in lower case: looking for them
# first takes a thirtieth of the time.
_Pattern = tuple[re.Pattern[str], tuple[str, ...]]
_MOVES: tuple[_Pattern, ...] = (
    (
        _STAMP,
        (
            *(
                "stand",
                "letzt",
                "aktualisier",
                "upd",
                "abgerufen",
                "abruf",
                "gedruckt",
                "druckdatum",
            ),
            *("heute ist", "last ", "retrieved", "accessed", "printed", "à jour", "modification"),
            *("consulté", "actualisé", "оновлен", "обновлен", "станом", "состоянию"),
        ),
    ),
    (
        _COUNTER,
        (
            *("aufruf", "zugriff", "ansicht", "klick", "komment", "leser", "view", "hits", "visit"),
            *("comment", "like", "share", "vue", "просмотр", "перегляд", "коммент", "комент"),
        ),
    ),
    (_AGO, ("vor ", "ago", "il y a", "назад", "тому")),
    (_COPYRIGHT, ("©", "(c)", "copyright")),
)
_COUNTS: tuple[_Pattern, ...] = (_MOVES[2], (_NUMBER, ("",)))


def settled(text: str, *, digits: bool = True) -> str:
    """Return the text without what moves by itself and without white space, for comparing only.

    Taken out: a date or time after words such as «Stand» or «last updated», counters of views and
    comments, «vor 5 Minuten», the year of a copyright, quotation marks, pictograms, and what a
    wrong charset leaves behind. Without `digits` every number, date and time is taken out too.
    """
    if _DIGIT.search(text):
        low = _lowered(text)
        for pattern, words in _MOVES if digits else _COUNTS:
            if _holds(low, words):
                text = pattern.sub("#", text)
    if "?" in text or "\ufffd" in text:
        text = _DAMAGED.sub("", text)
    return "".join(_DECORATION.sub("", text).split())


def _holds(text: str, words: Sequence[str]) -> bool:
    for word in words:  # noqa: SIM110 - `any` takes twice the time, and this is asked for each block
        if word in text:
            return True
    return False


def _lowered(text: str) -> str:
    """The text as patterns see it that ignore case: in lower case, of three «i» only one."""
    return text.casefold().replace("\u0307", "").replace("ı", "i")


def repaired(text: str) -> str:
    """Return UTF-8 that was read as Windows-1252 as it should be; any other text as it is."""
    if not _MOJIBAKE.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def without_numbers(text: str, instead: str = "*") -> str:
    """Return the text with `instead` in place of every number, date and time."""
    return _NUMBER.sub(instead, text)
