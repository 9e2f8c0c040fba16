"""Courts: which one a text names, and whether two names are of one court."""

from __future__ import annotations

import re
from collections.abc import Iterator

# «ovg saar» and «ovg saarlands», «vgh hess» and «vgh hessen» begin alike.
_TELLING = 8
_COURTS = (
    ("bverwg", r"BVerwG|Bundesverwaltungsgericht"), ("bverfg", r"BVerfG|Bundesverfassungsgericht"),
    ("bgh", r"BGH|Bundesgerichtshof"), ("ovg", r"OVG|Oberverwaltungsgericht"),
    ("vgh", r"VGH|Verwaltungsgerichtshof"), ("vg", r"VG|Verwaltungsgericht"),
    ("olg", r"OLG|Oberlandesgericht"), ("kg", r"KG|Kammergericht"),
    ("lg", r"LG|Landgericht"), ("ag", r"AG|Amtsgericht"), ("fg", r"FG|Finanzgericht"),
    ("lsg", r"LSG|Landessozialgericht"), ("sg", r"SG|Sozialgericht"),
    ("bsg", r"BSG|Bundessozialgericht"),
    ("lag", r"LAG|Landesarbeitsgericht"), ("arbg", r"ArbG|Arbeitsgericht"),
    ("verfgh", r"VerfGH|Verfassungsgerichtshof|Landesverfassungsgericht"),
)  # fmt: skip
_COURT = re.compile("|".join(rf"(?P<{name}>\b(?:{words})(?:e?s)?\b)" for name, words in _COURTS))
_PLACE = re.compile(
    r"(?:\s(?:für|des|der|das|Landes?|Freien|Hansestadt|in|am))*\s(?P<place>[A-ZÄÖÜ][\wäöüß-]+)"
)
# «Hessischer Verwaltungsgerichtshof», «Schleswig-Holsteinisches Oberlandesgericht».
_PLACE_BEFORE = re.compile(r"(?P<place>[A-ZÄÖÜ][\wäöüß-]+?)(?:isch)?e[srmn]\s$")
_PLACES = {
    "münchen": "bayern", "mannheim": "baden", "kassel": "hessen", "lüneburg": "niedersachsen",
    "münster": "nordrhein", "nrw": "nordrhein", "koblenz": "rheinland", "saarlouis": "saarland",
    "bautzen": "sachsen", "magdeburg": "sachsen-anhalt", "weimar": "thüringen",
    "greifswald": "mecklenburg",
}  # fmt: skip
_HIGH = frozenset({"ovg", "vgh"})
_ALONE = frozenset({"bverwg", "bverfg", "bgh", "bsg", "kg"})
_BY_REGISTER = (("BVR", "bverfg"), ("BVE", "bverfg"), ("BVL", "bverfg"), ("STR", "bgh"))


def court_in(text: str) -> str:
    """Return the first court in a text, such as «vg berlin»; empty when it names none."""
    for hit in _COURT.finditer(text):
        name = str(hit.lastgroup)
        if name in _ALONE:
            return name
        place = _PLACE_BEFORE.search(text, max(0, hit.start() - 40), hit.start())
        if place := place or _PLACE.match(text, hit.end()):
            where = place["place"].casefold()
            return f"{name} {_PLACES.get(where, where) if name in _HIGH else where}"
    return ""


def court_words(text: str) -> str:
    """Return the first court of a text as it stands there: «OVG Berlin-Brandenburg»."""
    for hit in _COURT.finditer(text):
        if str(hit.lastgroup) in _ALONE:
            return hit[0]
        if before := _PLACE_BEFORE.search(text, max(0, hit.start() - 40), hit.start()):
            return before[0] + hit[0]
        if place := _PLACE.match(text, hit.end()):
            return hit[0] + place[0]
    return ""


def court_of(number: str) -> str:
    """Return the court that alone has file numbers of this kind, if there is one."""
    return next((court for letters, court in _BY_REGISTER if letters in number), "")


def courts_agree(one: str, other: str) -> bool:
    """Return whether two names may be of one court: «vg düsseldorf» and the code VGD of an ECLI."""
    if not one or not other or one[:_TELLING] == other[:_TELLING]:
        return True
    plain, code = sorted((one, other), key=str.isupper)
    if plain.isupper() == code.isupper():
        return False
    kind, _, place = plain.upper().partition(" ")
    return code.startswith(kind) and _abbreviates(code.removeprefix(kind), place)


def _abbreviates(code: str, place: str) -> bool:
    """Whether the letters of the code stand in the name in this order, the first at its start."""
    letters: Iterator[str] = iter(place)
    return place.startswith(code[:1]) and all(letter in letters for letter in code)
