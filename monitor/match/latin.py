"""Russian, Ukrainian and Belarusian spellings in Latin letters.

People, authorities and library catalogues each write Cyrillic differently: ISO 9 («mobilizaciâ»),
scholars («mobilizacija»), GOST 7.79 and the BGN («mobilizatsiya»), German and French newspapers
(«Mobilisazija», «mobilisatsia»). A spelling is given the choice letter by letter, so mixed schemes
are found too. Accents need not be listed: normalised text has none.
"""

from __future__ import annotations

import re

_LETTERS = {
    "а": "a", "б": "b", "в": "v w", "г": "g h", "ґ": "g", "д": "d", "е": "e", "є": "ye je ie e",
    "ж": "zh z sch sh j", "з": "z s", "и": "i y", "і": "i", "ї": "yi ji i", "й": "i j y -",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u ou", "ў": "u w", "ф": "f", "х": "kh ch h x", "ц": "ts tz c z", "ч": "ch tsch tch c",
    "ш": "sh sch ch s", "щ": "shch schtsch chtch sch sc shh s", "ъ": "' -", "ы": "y i", "ь": "' -",
    "э": "e", "ю": "yu ju iu u", "я": "ya ja ia a", "'": "' -",
}  # fmt: skip
_VOWELS = "аеєиіїоуыэюя"
_CYRILLIC = re.compile(r"[а-яєіїґў']")
# At the beginning and behind a vowel «е» is heard, and mostly written, with a «j».
_JOTATED = "e ye je ie"
# Between vowels German doubles it: «Belarussen».
_HISSED = "s ss"


def in_latin(spelling: str) -> str | None:
    """The spelling with each Cyrillic letter as the choice of its Latin ones; None without any."""
    lower = spelling.lower().replace("ё", "е")
    written = [_written(lower, at) for at in range(len(lower))]
    return "".join(written) if written != [*lower] else None


def _written(text: str, at: int) -> str:
    letter, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    options = _LETTERS.get(letter, letter)
    if letter == "е" and (before in _VOWELS or not _CYRILLIC.match(before)):
        options = _JOTATED
    elif letter == "с" and before and after and before in _VOWELS and after in _VOWELS:
        options = _HISSED
    elif letter not in _LETTERS or " " not in options:
        return options
    return f"({'|'.join(option.strip('-') for option in options.split())})"
