"""Which numbers are an item's own: file number, ECLI, CELEX, printed paper, application number.

A ruling quotes many others; its own number stands in the title, the address, the head, or a last
line such as «(Urteil vom 4. November 2025, 17 L 3613/25.A)».
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from monitor.model import Citation, Item, Name
from monitor.story.courts import court_in, court_of
from monitor.text.dates import read_date

HEAD = 600
ADDRESS = 2000
LAST_LINE = 300
# Numbers of one decision, whichever court it is: a ruling of one is none of another.
DECISIONS = frozenset({"file-number", "cjeu", "ecthr", "tribunal"})
_KINDS = DECISIONS | {"ecli", "celex", "drucksache", "asylnet", "beckrs"}
_ANYWHERE = frozenset({"ecli", "asylnet"})

# What stands before the number of another ruling.
_OF_OTHERS = re.compile(
    r"\b(?:vgl|siehe|s\.?\s?a|so auch|Anschluss an|im Anschluss|Fortführung|Abgrenzung|Abweichung"
    r"|entgegen|unter (?:Hinweis|Verweis|Bezug)|Bezug auf|Vorinstanz\w*|vorgehend|nachgehend"
    r"|st\. ?Rspr|Rechtsprechung|Anmerkung|Folge[nr]?|nach (?:dem )?EuGH|legt\b.{0,30}vor|zitiert"
    r"|cf|see|following|based on|voir|zie)\b[^\n]{0,120}$",
    re.IGNORECASE,
)
# Where the other instances of a case are named, its own head is over.
_OTHER_INSTANCES = re.compile(
    r"\b(?:Vorinstanz\w*|vorgehend|nachgehend|Parallelentscheidung\w*|Verfahrensgang|Rechtszug"
    r"|Zitier\w+|Fundstelle\w*)\b"
)
_CONNECTED = re.compile(r"[ ,;/&.()]*(?:und|and|et|u\.|sowie|bis|nos?\.)?[ ,;/&.()]*")
_DECIDED = re.compile(
    r"\b(?:Urteil|Beschluss|Beschluß|Gerichtsbescheid|Az|Aktenzeichen|Geschäftszeichen|Drucksache"
    r"|judge?ment|decision|order|arrêt|application|requête|case)\b", re.IGNORECASE
)  # fmt: skip
_LABELLED = re.compile(r"^[^\W\d][^:\n]{2,60}: (?:BT|BR|LT)-Drs\. .*$", re.MULTILINE)
_PRINTED = re.compile(r"/(?P<house>bt[dp]|brd)/(?P<term>\d\d)/\d{3}/\d{2}(?P<number>\d{5})\.")
_BARE = re.compile(r"\((\d\d/\d{1,5})\)")
_DATE = re.compile(
    r"\b(?:vom|of|on|du|van|am|dated|from)\s((?:the\s)?\d{1,2}\.?\s?(?:\d{1,2}\.|[^\W\d]{3,9})\s?\d{4})\b"
)
_GERMAN_ECLI = re.compile(
    r"ECLI:DE:(?P<court>[A-Z]+):(?P<year>\d{4}):(?:(?P<day>\d{4})\.|(?P<short>\d{6})[A-Z])"
    r"(?P<number>[\dIVX]+[A-Z]\w*?\d+\.\d\d)(?!\d)"
)
_AUSTRIAN_ECLI = re.compile(r"ECLI:AT:VWGH:\d{4}:(R[AO])(\d{4})(\d\d)(\d{4})")
_UNSPACED = re.compile(r"\b(\d{1,2})([A-Z]{1,3})(\d{1,5}/\d\d)\b")
_CASE_CELEX = re.compile(r"6(?P<year>\d{4})(?P<court>[CT])(?P<sort>[A-Z])(?P<number>\d{4})")
_SORTS = (
    ("C", r"Schlussantr|Opinion|Generalanw|Advocate"), ("O", r"\border\b|Beschluss"),
    ("J", r"Urteil|judge?ment|arrêt"),
)  # fmt: skip


class Place(NamedTuple):
    """A stretch of text where an item may name itself, and what is cited there."""

    text: str
    cited: Sequence[Citation]


def own_places(item: Item) -> tuple[str, str, str, str]:
    """Return the texts in which an item may name itself: title, address, head, last line."""
    address = " ".join(
        unquote(each) for each in dict.fromkeys((item.url, item.document, item.id)) if each
    )
    address = _PRINTED.sub(_paper, address)
    address = re.sub(r"/rsdb/m(\d{5})\b", r" M\1 ", address)
    body = "\n".join(item.blocks[:60])
    head = _OTHER_INSTANCES.split(body[:HEAD])[0]
    if "(hib/" in head:
        head = _BARE.sub(r"(BT-Drs. \1)", head)
    steps = "\n".join(_LABELLED.findall(body))
    last = item.blocks[-1] if item.blocks and len(body) > HEAD else ""
    last = last if len(last) <= LAST_LINE else ""
    title = _UNSPACED.sub(r"\1 \2 \3", item.title[:HEAD])
    return title, f"{address[:ADDRESS]}\n{steps[:ADDRESS]}", head, last


def own_names(title: Place, address: Place, head: Place, last: Place) -> tuple[Name, ...]:
    """Return the item's own numbers; the first place that names one of a kind decides it.

    What an ECLI or a CELEX number says about file number, court and date is told along.
    """
    found = [*_outright(title), *_outright(address)]
    for place in (head, last):
        known = {_sort(name.kind) for name in found}
        if place is last and not (_DECIDED.search(place.text) or _only(place)):
            continue
        found += (name for name in _first(place) if _sort(name.kind) not in known)
    found += [more for name in found for more in _implied(name)]
    court = next((name.court for name in found if name.kind == "file-number" and name.court), "")
    court = court or next(filter(None, map(court_in, (title.text, head.text))), "")
    return tuple(dict.fromkeys(
        name._replace(court=court) if name.kind == "file-number" and not name.court else name
        for name in found
    ))  # fmt: skip


def compact(number: str) -> str:
    """Return a file number without what courts and papers write differently."""
    short = re.sub(r"\s|-", "", number).replace(".", "/").upper()
    return re.sub(r"(?<=\d)/?A$", "", short)


def _paper(hit: re.Match[str]) -> str:
    house = "BR" if hit["house"] == "brd" else "BT"
    return f" {house}-Drs. {hit['term']}/{int(hit['number'])} "


def _sort(kind: str) -> str:
    return "decision" if kind in DECISIONS else kind


def _only(place: Place) -> bool:
    """Whether a line is nothing but a number."""
    return any(len(place.text.strip()) <= len(each.text) + 12 for each in place.cited)


def _outright(place: Place) -> Iterator[Name]:
    """All numbers of a title or an address, but those of other rulings."""
    for citation in place.cited:
        if citation.kind in _KINDS and not _is_of_others(place, citation):
            yield _name(place, citation)


def _first(place: Place) -> Iterator[Name]:
    """Of each sort the first number of a running text, and those joined to it."""
    end: dict[str, int] = {}
    for citation in place.cited:
        sort = _sort(citation.kind)
        if (
            citation.kind not in _KINDS
            or citation.kind == "celex"
            or _is_of_others(place, citation)
        ):
            continue
        joined = sort in end and _CONNECTED.fullmatch(place.text[end[sort] : citation.start])
        if sort not in end or joined or "(hib/" in place.text:
            end[sort] = citation.end
            yield _name(place, citation)


def _is_of_others(place: Place, citation: Citation) -> bool:
    before = place.text[max(0, citation.start - 160) : citation.start]
    return bool(_OF_OTHERS.search(before.rpartition("\n")[2]))


def _name(place: Place, citation: Citation) -> Name:
    near = place.text[max(0, citation.start - 100) : citation.end + 80]
    if citation.kind == "drucksache":
        house, _, number = citation.id.rpartition("Drs. ")
        return Name("drucksache", number, house.rstrip("-"))
    if citation.kind == "cjeu":
        number = citation.id.partition(" ")[0]
        if case := _CASE_CELEX.fullmatch(citation.text.upper()):
            return Name("cjeu", number, case["sort"])
        return Name("cjeu", number, next((s for s, w in _SORTS if re.search(w, near, re.I)), ""))
    if citation.kind == "file-number":
        number = compact(citation.id)
        court = court_in(near) or court_in(citation.text)
        court = court_of(number) or court
        return Name("file-number", number, court, _date_in(near))
    number = compact(citation.id) if citation.kind in DECISIONS else citation.id
    return Name(citation.kind, number, "", _date_in(near) if citation.kind in DECISIONS else "")


def _implied(name: Name) -> Iterator[Name]:
    if name.kind == "ecli" and (german := _GERMAN_ECLI.match(name.number)):
        day = german["day"] or f"{german['short'][2:4]}{german['short'][:2]}"
        date = f"{german['year']}-{day[:2]}-{day[2:]}"
        yield Name("file-number", compact(german["number"]), german["court"], date)
    if name.kind == "ecli" and (austrian := _AUSTRIAN_ECLI.match(name.number)):
        yield Name("tribunal", f"{austrian[1]}{austrian[2]}/{austrian[3]}/{austrian[4]}")
    if name.kind == "celex" and (case := _CASE_CELEX.fullmatch(name.number)):
        number = f"{case['court']}-{int(case['number'])}/{case['year'][2:]}"
        yield Name("cjeu", number, case["sort"])


def _date_in(text: str) -> str:
    """The day of a decision: «vom 4. November 2025»."""
    days: Iterable[re.Match[str]] = _DATE.finditer(text)
    for hit in days:
        if day := read_date(hit[1], lang="en"):
            return day.strftime("%Y-%m-%d")
    return ""
