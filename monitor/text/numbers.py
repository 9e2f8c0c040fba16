"""Numbers as statistics write them, in the notation of a language or of their column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from monitor.text.clean import clean

_COMMA_LANGUAGES = frozenset(
    ("de", "fr", "ru", "uk", "be", "es", "it", "nl", "pl", "pt", "sv", "da", "nb", "no", "fi", "cs")
)
_POINT_LANGUAGES = frozenset({"en"})
_OTHER = {",": ".", ".": ","}

# «Nothing», «unknown», «withheld», «not applicable», as Destatis and Eurostat write them.
_MISSING = (
    frozenset(("-", "--", "–", "—", "―", "‒", "•", "·", ".", "..", "...", "…", "/", "//", ":"))
    | frozenset(("x", "X", "*", "**", "c", "nan", "null", "NA", "n/a", "N/A", "n.a.", "n. a."))
    | frozenset(("k.a.", "k.A.", "k. A.", "k. a.", "n. v.", "keine Angabe", "keine Angaben"))
)

# Possessive (`++`): tried in one way only, or a row of marks that is none takes for ever.
_FOOTNOTE = re.compile(
    r"(?:\s*+(?:[¹²³⁴⁵⁶⁷⁸⁹⁰]++[⁾)]?+|⁽[¹²³⁴⁵⁶⁷⁸⁹⁰]++⁾|[*†‡§]++\)?+|(?<=\s)\d{1,2}\)|\[\w{1,3}\]))++$"
)
_MOST_DIGITS = 28  # what is reckoned with exactly
_LARGEST_SHARE = 10**15
_LONGEST = 300  # characters of a cell that holds a number, with all that stands beside it
_FLAG = re.compile(r"(?<=[\d%)])\s?(?:[bdefprsuz]{1,2})$")
_TIMES = {
    "tsd.": 1_000, "tsd": 1_000, "tausend": 1_000, "thousand": 1_000, "тыс.": 1_000,
    "mio.": 1_000_000, "mio": 1_000_000, "million": 1_000_000, "millionen": 1_000_000,
    "millions": 1_000_000, "млн": 1_000_000, "mrd.": 1_000_000_000, "mrd": 1_000_000_000,
    "milliarden": 1_000_000_000, "billion": 1_000_000_000,
}  # fmt: skip
_ENGLISH_ONLY = "billion"  # a thousand times as much elsewhere
_UNITS = (
    "%|‰|€|EUR|Euro|US\\$|USD|\\$|£|GBP|Prozent|v\\.\\s?H\\.|per\\s?cent|percent|процентов|"
    "Personen|Pers\\.|persons|people|Fälle|cases|чел\\.|человек"
)
_UNIT_AFTER = re.compile(rf"\s?(?P<unit>{_UNITS})\.?$", re.IGNORECASE)
_UNIT_BEFORE = re.compile(r"^(?P<unit>€|EUR|US\$|USD|\$|£|GBP)\s?")
_TIMES_AFTER = re.compile(
    rf"(?<=\d)\s?({'|'.join(map(re.escape, sorted(_TIMES, key=len, reverse=True)))})$", re.I
)
_GAP = "[ '’`\u00a0\u2009\u202f]"
_BARE = re.compile(r"[0-9]+")
_SPACED = re.compile(rf"[0-9]{{1,3}}(?:{_GAP}[0-9]{{3}})+(?:(?P<mark>[.,])[0-9]+)?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?P<mark>[.,])[0-9]{3}")
_REPEATED = re.compile(r"[1-9][0-9]{0,2}(?:(?P<mark>[.,])[0-9]{3})(?:(?P=mark)[0-9]{3})+")
_BOTH = re.compile(
    r"[1-9][0-9]{0,2}(?:(?P<group>[.,])[0-9]{3})(?:(?P=group)[0-9]{3})*(?P<mark>(?!(?P=group))[.,])[0-9]+"
)
_DECIMAL = re.compile(r"[0-9]+(?P<mark>[.,])[0-9]+")
_SIGN = re.compile(r"^([+\-−–‐‑])\s?(?=[0-9])")


def is_missing(text: str) -> bool:
    """Say whether a cell says that there is no number: none, unknown, withheld."""
    plain = clean(text)
    return not plain or plain in _MISSING or _without_footnote(plain) in _MISSING | {""}


def unit_of(text: str) -> str | None:
    """Return the unit that stands with a number («%», «€», «Personen»), or None."""
    plain = _without_footnote(clean(text))
    found = _UNIT_AFTER.search(plain) or _UNIT_BEFORE.search(plain)
    return found["unit"] if found and re.search("[0-9]", plain) else None


def _without_footnote(text: str) -> str:
    return _FOOTNOTE.sub("", text) if len(text) <= _LONGEST else text


def decimal_mark(texts: Iterable[str], lang: str | None) -> str | None:
    """Return the decimal mark of a column of numbers: «,» or «.», None when nothing tells.

    The language decides. Without one, what can be read in one way only decides for all. In a
    column of whole numbers below 1000 that holds the likes of «1.150», the mark groups digits,
    whatever the language.
    """
    cores = [core for text in texts if (core := _core(text))]
    spoken = _of_language(lang)
    if counted := _mark_of_counts(cores):
        return counted
    if spoken:
        return spoken
    told = {mark for core in cores if (mark := _told_mark(core))}
    return told.pop() if len(told) == 1 else None


def read_number(text: str, lang: str | None, *, decimal: str | None = None) -> Decimal | None:
    """Return the number of a cell, or None when it holds none or could be read in two ways.

    «1.150» is 1150 for a German and 1.15 for an English text; without a language and without the
    column's `decimal` mark it stays unread. Footnote marks, flags and units do not count; «Tsd.»
    and «Mio.» do. Brackets mark an uncertain value, as in German statistics, and no loss.
    """
    if is_missing(text):
        return None
    core, factor = _core(text), _factor(text, lang)
    negative = False
    if core and (sign := _SIGN.match(core)):
        negative, core = sign[1] != "+", core[sign.end() :]
    value = _value(core, decimal or _of_language(lang)) if core else None
    if value is None or factor is None:
        return None
    return (-value if negative else value) * factor


def holds_number(text: str) -> bool:
    """Say whether a cell holds a number, in whichever notation."""
    return any(read_number(text, None, decimal=mark) is not None for mark in _OTHER)


def percent(before: Decimal | None, after: Decimal | None) -> str:
    """Return by how much a number changed («−86 %»); empty when nothing can be said."""
    if before is None or after is None or before == 0:
        return ""
    exact = (after - before) * 100 / abs(before)
    if abs(exact) >= _LARGEST_SHARE:
        return ""
    share = exact.quantize(Decimal(1), ROUND_HALF_UP)
    sign = "−" if share < 0 else "+"
    return f"{sign}{abs(share)} %" if share else ""


def change(before: str, after: str, lang: str | None = None) -> str:
    """Return a change of a number as people read it: «81 → 11 (−86 %)»."""
    share = percent(read_number(before, lang), read_number(after, lang))
    return f"{before} → {after} ({share})" if share else f"{before} → {after}"


def _core(text: str) -> str:
    """The number alone: sign, digits and marks."""
    plain = _without_footnote(clean(text))
    plain = _FLAG.sub("", plain)
    if plain.startswith("(") and plain.endswith(")"):
        plain = _without_footnote(plain[1:-1].strip())
    plain = _UNIT_BEFORE.sub("", _UNIT_AFTER.sub("", plain))
    plain = _TIMES_AFTER.sub("", plain).strip()
    return re.sub(r"(?<=[0-9]),[-–—]+$", "", plain)


def _factor(text: str, lang: str | None) -> int | None:
    """What «Tsd.» and the like multiply by; None where that depends on an unknown language."""
    plain = _UNIT_AFTER.sub("", _without_footnote(clean(text)))
    found = _TIMES_AFTER.search(plain)
    if found and found[1].lower() == _ENGLISH_ONLY and (lang or "")[:2].lower() != "en":
        return None
    return _TIMES[found[1].lower()] if found else 1


def _value(core: str, decimal: str | None) -> Decimal | None:
    """The value of digits and marks, the decimal mark being known or not."""
    mark = _told_mark(core) or decimal
    plain = bool(_BARE.fullmatch(core) or _SPACED.fullmatch(core) or _REPEATED.fullmatch(core))
    if found := _DECIMAL.fullmatch(core):
        if decimal is None or (found["mark"] != decimal and not _GROUPED.fullmatch(core)):
            return None
        mark = decimal
    elif not plain and not _BOTH.fullmatch(core):
        return None
    whole, _, part = core.rpartition(mark) if mark and mark in core else (core, "", "")
    digits = re.sub(r"[^0-9]", "", whole)
    if len(digits) + len(part) > _MOST_DIGITS:
        return None
    return Decimal(f"{digits}.{part}" if part else digits)


def _told_mark(core: str) -> str | None:
    """The decimal mark of a number that can be read in one way only."""
    core = _SIGN.sub("", core)
    if found := _BOTH.fullmatch(core):
        return found["mark"]
    if found := _REPEATED.fullmatch(core):
        return _OTHER[found["mark"]]
    if found := _SPACED.fullmatch(core):
        return found["mark"]
    found = _DECIMAL.fullmatch(core)
    return found["mark"] if found and not _GROUPED.fullmatch(core) else None


def _mark_of_counts(cores: list[str]) -> str | None:
    """The decimal mark, where small whole numbers stand beside grouped ones and nothing else."""
    plain = [core for core in map(_unsigned, cores) if _BARE.fullmatch(core)]
    marked = [core for core in map(_unsigned, cores) if not _BARE.fullmatch(core)]
    marks = {found["mark"] for core in marked if (found := _GROUPED.fullmatch(core))}
    all_grouped = all(_GROUPED.fullmatch(core) for core in marked)
    if len(plain) < 2 or len(marks) != 1 or not all_grouped or max(map(len, plain)) > 3:
        return None
    return _OTHER[marks.pop()]


def _unsigned(core: str) -> str:
    return _SIGN.sub("", core)


def _of_language(lang: str | None) -> str | None:
    code = (lang or "")[:2].lower()
    return "," if code in _COMMA_LANGUAGES else "." if code in _POINT_LANGUAGES else None
