"""Which citation contains which: a section its paragraphs, an act its articles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.match.citations.acts import QUALIFICATION

_EU_ACT = re.compile(r"\d{2,4}/\d{1,4}")
_EU_ARTICLE = re.compile(
    r"Art\. (?P<number>\d{1,3}[a-z]?)(?P<levels>(?:\([0-9a-z]{1,3}\)){0,5})"
    r"(?: (?P<act>\d{2,4}/\d{1,4}))?"
)
_STATUTE = re.compile(
    r"(?:(?P<sign>§|Art\.|ст\.) (?P<number>\d{1,4}(?:\.\d)?[a-z]?)"
    r"(?P<levels>(?: (?:U?Abs\.|S\.|Nr\.|Buchst\.|Alt\.|Hs\.|ч\.|п\.) [\w.]{1,4}){0,6}) )?"
    r"(?P<law>[A-ZÄÖÜА-Я][^\d§]{1,40}(?:[IVX]{1,4})?)"
)
_APPLICATION = re.compile(r"\d{1,7}/\d\d")
# Left out as often as not: «Abs. 7 S. 1 Nr. 2» is also written «Abs. 7 Nr. 2».
_OPTIONAL = ("S.", "Hs.")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a citation points: an act, and the way down into it."""

    act: str | None
    way: tuple[str, ...] = ()


def covers(wide: str, narrow: str) -> bool:
    """Whether the citation `wide` means `narrow` too: the same, or a place within it.

    Both are ids as `cite` gives them; a law alone («KDVG», «2011/95») covers all its sections.
    An article without an act («Art. 9(2)(e)») stands for the qualification directives and the
    regulation that followed them, but one with an act does not cover one without. A Drucksache
    without its house stands for that of any house; an application for its judgments by ECLI.
    """
    if wide == narrow:
        return True
    if wide.startswith("Drs. ") and narrow[2:] == f"-{wide}":
        return True
    if narrow.startswith("ECLI:CE:ECHR:") and _APPLICATION.fullmatch(wide):
        return _in_strasbourg(wide, narrow)
    outer, inner = _place(wide), _place(narrow)
    if outer is None or inner is None:
        return False
    known = outer.act == inner.act or (outer.act is None and inner.act in QUALIFICATION)
    return known and _leads_to(outer.way, inner.way)


def _in_strasbourg(application: str, ecli: str) -> bool:
    """The Court's ECLI ends with the number of the application: JUD002345903 is 23459/03."""
    number, _, year = application.partition("/")
    return ecli.endswith(f"{number:0>7}{year}")


def _place(name: str) -> _Place | None:
    if _EU_ACT.fullmatch(name):
        return _Place(name)
    if hit := _EU_ARTICLE.fullmatch(name):
        return _Place(hit["act"], (hit["number"], *re.findall(r"\w+", hit["levels"])))
    if hit := _STATUTE.fullmatch(name):
        levels = re.findall(r"\S+ \S+", hit["levels"] or "")
        start = (f"{hit['sign']} {hit['number']}",) if hit["number"] else ()
        return _Place(hit["law"], (*start, *levels))
    return None


def _leads_to(outer: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Whether `inner` begins with `outer`, leaving sentences aside that only `inner` names."""
    place = 0
    for level in inner:
        if place < len(outer) and level == outer[place]:
            place += 1
        elif place < len(outer) and not level.startswith(_OPTIONAL):
            return False
    return place == len(outer)
