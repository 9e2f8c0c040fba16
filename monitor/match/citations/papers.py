"""Papers of parliaments, law gazettes, numbers of collections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.match.citations.shape import Named, Shape, form, shape

# --- Drucksachen ---------------------------------------------------------------------------------

# No parliament is in its 30th term: what begins with more is the Bundesrat's number/year.
_MOST_TERMS = 30

_PAPER = r"(?:Drs\b\.?|DRS\b|Drucks\b\.?|[Dd]rucksachen?|DS\b|KA\b)"
_HOUSE = r"(?P<house>BT|BR|LT|Bundestags?|Bundesrat(?:e?s)?|Landtags?)"
_NUMBERED = r"(?:[\s-]{0,2}(?:Nr|No)\b\.?)?:?\s{0,3}"
_NUMBER = r"\d{1,3}/\d{1,2}\s\d{3}(?!\d)|\d{1,3}/\d{1,5}(?![\d/])"
_NUMBERS = (
    rf"(?P<numbers>(?:{_NUMBER})(?:(?:\s?[,;]\s?|\s(?:und|u\.|sowie|bis)\s)(?:{_NUMBER})){{0,12}})"
)
_DRUCKSACHEN = re.compile(
    rf"(?:\b{_HOUSE}[-\s]{{0,3}}{_PAPER}{_NUMBERED}|\b(?:{_PAPER}|Antwort\szu\s[\d./]{{1,8}}\sin"
    r"|(?:Klein|Groß)en?\sAnfragen?(?:\s\(KA\))?)" + rf"{_NUMBERED}"
    rf"|\b(?P<bare_house>BT|BR)[-\s](?=\d\d\d?/\d\d)){_NUMBERS}"
)
_BRACKETED = re.compile(
    r"\b(?:Anfragen?|Antwort|Antrags?|Gesetzentwurfs?|Unterrichtung|Beschlussempfehlung|Entwurfs?"
    r"|Drucksachen?)\b[^\n()]{0,160}?\((?P<numbers>(?:1[2-9]|2\d)/\d{2,5}(?:,\s(?:1[2-9]|2\d)/\d{2,5}){0,4})(?=[()])"
)
_PROTOCOL = re.compile(
    rf"(?:\b{_HOUSE}[-\s]{{1,2}})?\b(?:Plenarprotokolls?|PlPr\b\.?|Plenarprot\.)\s?"
    r"(?P<number>\d{1,2}/\d{1,3})(?![\d/])"
)


def _house(name: str | None) -> str:
    if name is None:
        return ""
    return f"{ {'bt': 'BT', 'br': 'BR', 'lt': 'LT', 'bu': 'BT', 'la': 'LT'}[name[:2].lower()] }-"


def _drucksachen(hit: re.Match[str]) -> Iterator[Named]:
    found = hit.groupdict()
    named = found.get("house") or found.get("bare_house")
    house = "BR-" if named and named.startswith("Bundesr") else _house(named)
    start = hit.start()
    for each in re.finditer(_NUMBER, hit["numbers"]):
        term, _, number = each[0].replace(" ", "").partition("/")
        in_council = int(term) >= _MOST_TERMS and not house
        end = hit.start("numbers") + each.end()
        yield Named(
            "drucksache", f"{'BR-' if in_council else house}Drs. {int(term)}/{number}", start, end
        )
        start = end + 1


def _bracketed(hit: re.Match[str]) -> Iterator[Named]:
    for each in re.finditer(r"\d+/\d+", hit["numbers"]):
        start = hit.start("numbers") + each.start()
        yield Named("drucksache", f"Drs. {each[0]}", start, start + len(each[0]))


def _protocol(hit: re.Match[str]) -> Iterator[Named]:
    house = "BR-" if (hit["house"] or "").startswith("Bundesr") else _house(hit["house"])
    yield Named("drucksache", f"{house}PlPr. {hit['number']}", *hit.span())


# --- gazettes and collections --------------------------------------------------------------------


def _gazette(hit: re.Match[str]) -> Iterator[str]:
    """Germany: «BGBl. 2024 I Nr. 101», «BGBl. 2012 I S. 1501»; Austria: «BGBl. I Nr. 61/2018»."""
    year = hit["before"] or hit["after"]
    number = f"{hit['unit'] or 'S'}. {hit['number']}"
    turned = f"/{hit['of']}" if hit["of"] else ""
    yield " ".join(word for word in ("BGBl.", year, hit["part"], number + turned) if word)


PAPERS = (
    shape("bgbl", r"\bBGBl\.?,?\s(?:(?P<before>(?:19|20)\d\d)\s)?(?:Teil\s)?(?P<part>I{1,3})\s"
          r"(?:(?P<after>(?:19|20)\d\d)(?:,\s|\s))?(?:(?P<unit>S|Nr)\.\s?)?(?P<number>\d{1,5})"
          r"(?:/(?P<of>(?:19|20)\d\d))?(?![\d/])", _gazette),
    shape("bgbl", r"\bBGBl\.\sNr\.\s(\d{1,4}/(?:19|20)\d\d)(?![\d/])", form("BGBl. Nr. {}")),
    Shape(_PROTOCOL, _protocol),
    Shape(_DRUCKSACHEN, _drucksachen),
)  # fmt: skip
BRACKETED = (
    Shape(_BRACKETED, _bracketed),
    shape(
        "drucksache",
        r"(?<![\w/.])(\d{1,2}/\d{2,5})(?=\s{1,30}(?:Kleine|Große)\sAnfrage)",
        form("Drs. {}"),
    ),
)
COLLECTIONS = (
    shape("asylnet", r"(?<![\w-])M\s?(\d{5})\b(?!-|\s?\d)", form("M{}")),
    shape("beckrs", r"\bBeckRS\s(?:-\s)?(\d{4}),\s?(\d{3,6})\b", form("BeckRS {}, {}")),
)
