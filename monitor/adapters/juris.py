"""juris: decisions of the courts of a Land, from its juris portal (ten Länder run the same).

There is no reference; this is how the pages of the portals talk to /jportal/wsrest/recherche3/:
`init` gives a session and a token, `search` the hits. Quirks: decisions appear weeks after their
date, mid-list; score, visited and icons move at every visit; headline and norms are filled in later
under the same docId; norms are cited with years (AsylVfG 1992 is the AsylG).
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from monitor.adapters.api import at, count_at, number, number_up_to, object_of, text_at
from monitor.adapters.body import what_came
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.session import cookies
from monitor.adapters.whole import must_be_newest_first, must_be_whole
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_CLIENT = "V06_07_00 - 23.06.2022 11:20"  # old, and what clients still say that work
_MOMENT = "2026-01-01T00:00:00.000Z"  # a portal wants some moment and does not look at it
_PAGE = 50
_MOST_HITS = 3000  # no search by words finds more; the whole database does
_NORMS = re.compile(r"(?:§§?|Art|Nr|Anl|Anh|Kap)\s?\d")
_LIST_CUT = re.compile(r",?\s*\.\.\.$")


def crawl(source: Source) -> Crawl:
    """Return what the searches find, each decision once; without a search the newest decisions.

    Every decision names the searches that found it in a block of its own, because the hits show no
    more of the text than headline and norms.
    """
    known = f'r3autologin="{option(source, "portal")}"'
    answer = yield _request(source, "init", {}, {"cookie": known})
    token = text_at(object_of(answer, "The juris portal"), "csrfToken")
    if not token:
        raise ExtractError(
            f"{answer.url} gave no csrfToken, but {what_came(answer)}: the portal has another "
            "protocol now, or the option `portal` is wrong."
        )
    session = {"x-csrf-token": token, "cookie": cookies(answer, known=known)}
    found: dict[str, Item] = {}
    for words in source.options.get("search", ("",)):
        for item in (yield from _search(source, words, session)):
            blocks = (*found.get(item.id, item).blocks, *item.blocks)
            found[item.id] = replace(item, blocks=tuple(dict.fromkeys(blocks)))
    courts = source.options.get("court", ("",))
    return tuple(item for item in found.values() if item.title.startswith(courts))


def _search(
    source: Source, words: str, session: Mapping[str, str]
) -> Generator[Request, Fetched, list[Item]]:
    """Return the newest hits of one search, `most` at the most."""
    most = number(source, "most", _PAGE)
    items: list[Item] = []
    while True:
        answer = yield _request(source, "search", _query(words, len(items) + 1), session)
        total, results = _results(answer)
        if words and total > _MOST_HITS:
            raise ExtractError(
                f"The search for «{words}» at {answer.url} finds {total} decisions: the portal "
                "does not understand it any more, or the words are far too common."
            )
        more = [_item(source, result, words) for result in results]
        if {item.id for item in more} & {item.id for item in items}:
            raise ExtractError(f"{answer.url} gives the same page of hits again.")
        items += more
        if total > most or total > len(items):
            must_be_newest_first(items, answer.url)
        if len(items) >= min(most, total):
            return items[:most]
        if not more:
            must_be_whole(len(items), total, f"The search for «{words}» at {answer.url}")


def _query(words: str, start: int) -> dict[str, Any]:
    hits = {"start": start, "size": _PAGE, "sort": "date", "addToHistory": True}
    return {
        "searchTasks": {
            "RESULT_LIST": {**hits, "addCategory": True},
            "RESULT_LIST_CACHE": {"start": start + _PAGE, "size": _PAGE},
            "FAST_ACCESS": {},
            "SEARCH_WORD_HITS": {},
        },
        "filters": {"CATEGORY": ["Rechtsprechung"]},
        "searches": [{"id": "Text", "value": words}] if words else [],
    }


def _request(
    source: Source, task: str, body: Mapping[str, Any], session: Mapping[str, str]
) -> Request:
    portal = option(source, "portal")
    client = {"clientID": portal, "clientVersion": f"{portal} - {_CLIENT}", "r3ID": _MOMENT}
    headers = {
        "content-type": "application/json",
        "juris-portalid": portal,
        "origin": urljoin(source.url, "/").rstrip("/"),
        "referer": urljoin(source.url, f"/{portal}/search"),
        **session,
    }
    url = urljoin(source.url, f"/jportal/wsrest/recherche3/{task}")
    return Request(url, headers, "POST", json.dumps({**body, **client}).encode(), conditional=False)


def _results(answer: Fetched) -> tuple[int, Sequence[Any]]:
    """Return how many hits there are, and those of this page; none is an answer without a list."""
    found = object_of(answer, "The juris portal")
    total, results = count_at(found, "hits"), found.get("resultList", [])
    if total is None or not isinstance(results, list):
        raise ExtractError(
            f"A list of hits was expected from {answer.url}, but {what_came(answer)} came."
        )
    return total, results


def _item(source: Source, result: Any, words: str) -> Item:
    if text_at(result, "categoryId") != "Rechtsprechung":
        raise ExtractError(
            f"Among the decisions of {source.url} is something else "
            f"({text_at(result, 'categoryId') or 'of no category'}): the filter is ignored."
        )
    id_, titles, subtitles = (
        text_at(result, "docId"),
        at(result, "titleList"),
        at(result, "subtitleList"),
    )
    if not (id_ and titles and _are_texts(titles) and _are_texts(subtitles)):
        raise ExtractError(
            f"A hit of {source.url} lacks docId, titleList or subtitleList: the portal has changed."
        )
    form, *more = map(clean, subtitles) if subtitles else ("Entscheidung",)
    date = text_at(result, "date")
    published = read_date(date, lang="de")
    return Item(
        id=id_,
        title=" – ".join((f"{clean(titles[0])}, {form}", *map(clean, titles[1:]))),
        url=urljoin(source.url, f"/{option(source, 'portal')}/document/{id_}"),
        blocks=(*_texts(more), *([f"Suche: {words}"] if words else [])),
        published=published,
        published_text=None if published else date or None,
        lang="de",
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _texts(subtitles: Sequence[str]) -> list[str]:
    """The headline, and each norm by itself, so that one more norm is one more block."""
    texts: list[str] = []
    for text in subtitles:
        texts += _LIST_CUT.sub("", text).split(", ") if _NORMS.match(text) else [text]
    return [text for text in texts if text]


KIND = Kind(
    crawl,
    options={
        "portal": Option(
            "the name of the portal (juris-portalid)",
            "bsbe",
            check=lambda text: None if re.fullmatch(r"bs[a-z]{2}", text) else "is `bs` + the Land",
            needed=True,
        ),
        "search": Option("words that all stand in the text", "Wehrdienst Asyl", many=True),
        "court": Option("how the name of the court begins", "VG Berlin", many=True),
        "most": Option("how many of the newest hits per search", "50", check=number_up_to(500)),
    },
)
