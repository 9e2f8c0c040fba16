"""Decisions of Austrian courts: RIS OGD API 2.6 (data.bka.gv.at/ris/api/v2.6, handbook «OGD-RIS API
Handbuch V2_6»; CC BY 4.0; large harvests only between 18 and 6 o'clock).

Quirks: JSON made of XML, so that one hit is an object and several are a list; errors come with 200;
`Geaendert` moves whenever a text is anonymised again, so only what is said counts; a Rechtssatz of
the VfGH has no day of publication, so `published` is the day of the decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from monitor.adapters.api import (
    at,
    count_at,
    listed,
    number,
    number_up_to,
    object_of,
    one_of,
    text_at,
)
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.html import absolute
from monitor.adapters.identity import shortened, unique
from monitor.adapters.whole import must_be_whole
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_APPLICATIONS = ("Bvwg", "Vwgh", "Vfgh", "Lvwg", "Justiz")
_WINDOWS = ("EinerWoche", "ZweiWochen", "EinemMonat", "DreiMonaten", "SechsMonaten", "EinemJahr")
_PAGE = 100
_BEYOND = "Seitennummer ist höher als die Anzahl"  # how RIS says that there is no such page


def crawl(source: Source) -> Crawl:
    """Yield the pages of a search, newest decision first; no hit is () once RIS proved alive.

    ExtractError when more fits than is to be read: RIS must not choose what is left out.
    """
    pages = number(source, "pages", 5)
    items: list[Item] = []
    total, promised, page = 1, 0, 0
    while page * _PAGE < total:
        page += 1
        fetched = yield _request(source, page)
        total, hits = _hits(fetched, page)
        promised = max(promised, total)
        if total > pages * _PAGE:
            raise ExtractError(
                f"{total} decisions fit the query for {option(source, 'application')}, and at most "
                f"{pages * _PAGE} are to be read. Narrow `words`, `norm` or `since`, or raise "
                "`pages`; it may also be that RIS no longer understands one of them."
            )
        items += [_item(hit, source) for hit in hits]
    must_be_whole(len(items), promised, f"RIS ({option(source, 'application')})")
    if not items:
        _must_be_alive(source, (yield _request(source, 1, anything=True)))
    return unique(items)


def _request(source: Source, page: int, *, anything: bool = False) -> Request:
    asked = {
        "Applikation": option(source, "application"),
        "Suchworte": "" if anything else option(source, "words"),
        "Norm": "" if anything else option(source, "norm"),
        "Dokumenttyp.SucheInRechtssaetzen": "true",
        "Dokumenttyp.SucheInEntscheidungstexten": "true",
        "ImRisSeit": "DreiMonaten" if anything else option(source, "since", "EinemMonat"),
        "Sortierung.SortDirection": "Descending",
        "Sortierung.SortedByColumn": "Datum",
        "DokumenteProSeite": "OneHundred",
        "Seitennummer": str(page),
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return Request(f"{source.url}?{query}", conditional=page == 1 and not anything)


def _must_be_alive(source: Source, fetched: Fetched) -> None:
    """No decision of any kind in three months would be a broken interface, not a quiet court."""
    if not _hits(fetched, 1)[0]:
        raise ExtractError(
            f"RIS has nothing for the query and no decision at all of the last three months for "
            f"{option(source, 'application')}; its search is out of order or has changed."
        )


def _hits(fetched: Fetched, page: int) -> tuple[int, list[Any]]:
    """Return how many documents fit in all, and those of this page."""
    result = object_of(fetched, "RIS").get("OgdSearchResult")
    if problem := at(result, "Error"):
        reason = text_at(problem, "Message") or clean(str(problem))
        if _BEYOND in reason:
            return 0, []
        raise ExtractError(f"RIS refused the query: «{shortened(reason, 300)}». See `options`.")
    total = 0 if result == {} else count_at(result, "OgdDocumentResults", "Hits", "#text")
    hits = listed(at(result, "OgdDocumentResults", "OgdDocumentReference"))
    if total is None:
        raise ExtractError(
            f"The answer of RIS from {fetched.url} has no number of hits at OgdSearchResult."
            "OgdDocumentResults.Hits; its format has changed."
        )
    expected = min(_PAGE, total - (page - 1) * _PAGE)
    must_be_whole(len(hits), expected, f"Page {page} of RIS")
    return total, hits


def _item(hit: Any, source: Source) -> Item:
    data = at(hit, "Data", "Metadaten")
    name = text_at(data, "Technisch", "ID")
    application = text_at(data, "Technisch", "Applikation")
    if not name or application.casefold() != option(source, "application").casefold():
        raise ExtractError(
            f"RIS sent a document «{name or 'without a number'}» of «{application}», but "
            f"{option(source, 'application')} was asked for; its format has changed."
        )
    ruling = at(data, "Judikatur")
    special = at(ruling, application) or {}
    date = text_at(ruling, "Entscheidungsdatum")
    published = read_date(date, lang="de")
    return Item(
        id=name,
        title=_title(data, ruling, special) or name,
        url=_address(hit) or absolute("", text_at(data, "Allgemein", "DokumentUrl")),
        blocks=tuple(dict.fromkeys(_blocks(ruling, special))),
        published=published,
        published_text=None if published else date or None,
        lang=source.lang or "de",
    )


def _title(data: Any, ruling: Any, special: Any) -> str:
    court = text_at(special, "Gericht") or text_at(data, "Technisch", "Organ")
    kind = text_at(special, "Entscheidungsart")
    cases = ", ".join(_texts(at(ruling, "Geschaeftszahl")))
    title = shortened(": ".join(filter(None, [court, f"{kind} {cases}".strip()])), 200)
    note = text_at(ruling, "Dokumenttyp")
    return f"{title} ({note})" if title and note not in {"", "Text"} else title


def _blocks(ruling: Any, special: Any) -> Iterator[str]:
    """What it is about in the court's words, then norms, each for itself, and the ECLI."""
    for key in ("Leitsatz", "Kurzinformation"):
        yield from _texts(at(special, key))
    yield from _texts(at(ruling, "Schlagworte"))
    yield from _texts(at(ruling, "Normen"))
    yield from _texts(at(special, "Indizes"))
    yield from _texts(at(ruling, "EuropeanCaseLawIdentifier"))


def _texts(value: Any) -> list[str]:
    """The texts of a field that is one text, or an `item` that is one or a list of them."""
    items = listed(value.get("item") if isinstance(value, dict) else value)
    return [line for item in items if isinstance(item, str) and (line := clean(item))]


def _address(hit: Any) -> str | None:
    """The decision as a plain page of its own, readable for people and for `follow`."""
    for document in listed(at(hit, "Data", "Dokumentliste", "ContentReference")):
        if text_at(document, "ContentType") == "MainDocument":
            for form in listed(at(document, "Urls", "ContentUrl")):
                if text_at(form, "DataType") == "Html":
                    return absolute("", text_at(form, "Url"))
    return None


KIND = Kind(
    crawl,
    options={
        "application": Option(
            "whose decisions: a database of RIS", "Bvwg", one_of(*_APPLICATIONS), needed=True
        ),
        "words": Option(
            "what the full text must hold: a blank means and, `oder` or, * any ending",
            "(Wehrdienst* oder Desert*) Russ*",
        ),
        "norm": Option("which provision must be cited; RIS reads it loosely", "AsylG 2005 §3"),
        "since": Option("how long a document is in RIS at most", "EinemMonat", one_of(*_WINDOWS)),
        "pages": Option("how many pages of 100 to read at most", "5", number_up_to(20)),
    },
    url="https://data.bka.gv.at/ris/api/v2.6/Judikatur",
)
