"""neuris: court decisions, acts and directives of the Federation, from rechtsinformationen.bund.de.

Reference: docs.rechtsinformationen.bund.de (RIS API v1, no key, 600 requests a minute). Quirks: the
host will change when the test phase ends; of an act every version is a record of its own; without
`sort` hits come by relevance, which moves.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple
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
    texts_of,
)
from monitor.adapters.body import what_came
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.html import absolute
from monitor.adapters.whole import must_be_newest_first, must_be_whole
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.dates import read_date

_PAGE = 100
_MOST_HITS = 5000  # no search by words finds more; the whole collection does


class _Collection(NamedTuple):
    """A part of the database: what it is sorted by and how a record of it is read."""

    sort: str
    id: tuple[str, ...]
    date: tuple[str, ...]
    title: Callable[[Any], str]
    blocks: Callable[[Any], list[str]]


def crawl(source: Source) -> Crawl:
    """Return what the searches find, each record once, newest first.

    ExtractError when the answer is no list of records or does not fit what was asked.
    """
    found: dict[str, Item] = {}
    for words in source.options["search"]:
        hits = yield from _search(source, words)
        found |= {item.id: item for item in hits}
    return tuple(found.values())


def _search(source: Source, words: str) -> Generator[Request, Fetched, list[Item]]:
    collection = _COLLECTIONS[option(source, "collection", "case-law")]
    most = number(source, "most", _PAGE)
    items: list[Item] = []
    while True:
        answer = yield Request(_address(source, words, len(items) // _PAGE), conditional=False)
        total, records = _records(answer)
        if total > _MOST_HITS:
            raise ExtractError(
                f"The search for «{words}» at {answer.url} finds {total} records: it is not "
                "understood any more, or the words are far too common."
            )
        more = [_item(source, collection, record) for record in records]
        if {item.id for item in more} & {item.id for item in items}:
            raise ExtractError(f"{answer.url} gives the same page of records again.")
        items += more
        if total > most or total > len(items):
            must_be_newest_first(items, answer.url)
        if len(items) >= min(most, total):
            return items[:most]
        if len(more) < _PAGE:
            must_be_whole(len(items), total, f"The search for «{words}» in NeuRIS")


def _address(source: Source, words: str, page: int) -> str:
    name = option(source, "collection", "case-law")
    query = {"searchTerm": words, "sort": _COLLECTIONS[name].sort, "size": _PAGE, "pageIndex": page}
    court = {"court": option(source, "court")} if option(source, "court") else {}
    return f"{source.url.rstrip('/')}/{name}?{urlencode(query | court)}"


def _records(answer: Fetched) -> tuple[int, list[Any]]:
    """Return how many records there are, and those of this page."""
    found = object_of(answer, "NeuRIS")
    members = found.get("member")
    if not isinstance(members, list) or not all(isinstance(at(m, "item"), dict) for m in members):
        said = "; ".join(text_at(error, "message") for error in listed(found.get("errors")))
        raise ExtractError(
            f"A list of records was expected from {answer.url}, "
            f"but {f'it says «{said}»' if said else f'{what_came(answer)} came'}."
        )
    total = count_at(found, "totalItems")
    if total is None:
        raise ExtractError(f"{answer.url} no longer says how many records there are (totalItems).")
    return total, [member["item"] for member in members]


def _item(source: Source, collection: _Collection, record: Any) -> Item:
    id_ = next(filter(None, (text_at(record, key) for key in collection.id)), "")
    title = collection.title(record)
    if not id_ or not title:
        raise ExtractError(
            f"A record of {source.url} has no title or none of {', '.join(collection.id)}: "
            "the format has changed."
        )
    _ensure_court(source, record)
    date = next(filter(None, (text_at(record, *key.split(".")) for key in collection.date)), "")
    published = read_date(date, lang="de")
    return Item(
        id=id_,
        title=title,
        url=_page(source, record),
        blocks=tuple(dict.fromkeys(filter(None, collection.blocks(record)))),
        published=published,
        published_text=None if published else date or None,
        lang="de",
    )


def _ensure_court(source: Source, record: Any) -> None:
    court = option(source, "court")
    named = {text_at(record, "courtType"), text_at(record, "courtName")}
    if court and court not in named:
        raise ExtractError(
            f"{source.url} was asked for decisions of {court} and gives one of "
            f"{' '.join(sorted(named)) or 'no court'}: the filter is ignored."
        )


def _page(source: Source, record: Any) -> str | None:
    """The record as a page to read, else the record itself."""
    encodings = listed(record.get("encoding"))
    pages = [
        text_at(e, "contentUrl") for e in encodings if text_at(e, "encodingFormat") == "text/html"
    ]
    path = next(filter(None, (*pages, text_at(record, "@id"))), "")
    return absolute(source.url, path)


def _decision(record: Any) -> str:
    court = text_at(record, "courtName") or text_at(record, "courtType")
    numbers = ", ".join(texts_of(record, "fileNumbers"))
    kind = text_at(record, "documentType") or "Entscheidung"
    return " – ".join(filter(None, (f"{court}, {kind}" if court else kind, numbers)))


def _decision_blocks(record: Any) -> list[str]:
    keys = ("headline", "titleLine", "outline", "otherLongText", "judicialBody")
    return [*(text_at(record, key) for key in keys), *texts_of(record, "decisionName")]


def _act(record: Any) -> str:
    return " – ".join(filter(None, (text_at(record, "abbreviation"), text_at(record, "name"))))


def _act_blocks(record: Any) -> list[str]:
    """When a version ends is no news of its own: its successor is."""
    since = text_at(record, "temporalCoverage").partition("/")[0].strip(".")
    return [text_at(record, "alternateName"), f"Fassung ab {since}" if since else ""]


def _directive(record: Any) -> str:
    numbers = ", ".join(texts_of(record, "referenceNumbers"))
    return " – ".join(filter(None, (text_at(record, "headline"), numbers)))


def _directive_blocks(record: Any) -> list[str]:
    texts = [
        text_at(record, key) for key in ("documentType", "legislationAuthority", "shortReport")
    ]
    return [*texts, *texts_of(record, "outline")]


_COLLECTIONS: Mapping[str, _Collection] = {
    "case-law": _Collection(
        "-date", ("ecli", "documentNumber"), ("decisionDate",), _decision, _decision_blocks
    ),
    "legislation": _Collection(
        "-temporalCoverageFrom", ("legislationIdentifier",), (), _act, _act_blocks
    ),
    "administrative-directive": _Collection(
        "-date", ("documentNumber",), ("entryIntoForceDate",), _directive, _directive_blocks
    ),
}

KIND = Kind(
    crawl,
    options={
        "search": Option(
            "words that all occur; words in quotes stand together",
            '"Verordnung (EU) 2024/1347" Militärdienst',
            many=True,
            needed=True,
        ),
        "collection": Option("what is searched", "case-law", check=one_of(*_COLLECTIONS)),
        "court": Option("a court or a type of court", "BVerwG"),
        "most": Option("how many of the newest hits per search", "100", check=number_up_to(1000)),
    },
    url="https://testphase.rechtsinformationen.bund.de/v1",
)
