"""asylnet: decisions and decrees from the database of asyl.net (Informationsverbund Asyl).

No reference: the search is a form (TYPO3, extension ksrsdb) that is sent by POST in a session, its
answer a list of `div.rsdb_listitem`, newest first. Quirks: the link of a hit may be broken while
its M-number is right; a decree has no file number, some footers no comma or no form of decision;
nonces, cHash and stamps of assets change at every visit.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Set
from urllib.parse import urljoin

from monitor.adapters.api import number, number_up_to
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.forms import Form, form_with, has_field, page_of
from monitor.adapters.html import (
    Element,
    absolute,
    drop,
    every,
    first,
    visible_blocks,
    visible_text,
)
from monitor.adapters.session import cookies
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_HITS = "div.rsdb_listitem"
_FOOTER = ".rsdb_listitem_footer"
_FURNITURE = (_FOOTER, ".courttitle", ".rsdb_listitem_right", ".rsdb_merken")
_NAME = re.compile(r"[\s–-]*asyl\.net:\s*(M\d+)", re.IGNORECASE)
_DATE = re.compile(r"\bvom\s+(\d{1,2}\.\d{1,2}\.\d{4})")
_PAGE_NUMBER = re.compile(r"currentPage(?:%5D|\])=([0-9]{1,6})(?![0-9])", re.IGNORECASE)
_A_PAGE = "100"
_FEW = 20  # so many hits of two searches in the same order are no coincidence
_NARROWING = ("country", "court", "datefrom")


def crawl(source: Source) -> Crawl:
    """Return what the searches find, each document once; without a search the newest documents.

    ExtractError when the form or its answer is not what it was.
    """
    page = yield Request(source.url, conditional=False)
    searches, most = tuple(_searches(source)), number(source, "most", int(_A_PAGE))
    search, session = _search(page, set().union(*searches)), cookies(page)
    found: dict[str, Item] = {}
    former: list[Item] = []
    for words in searches:
        hits = yield from _hits(search, words, session, most)
        if hits == former and len(hits) >= min(max(most, _FEW), int(_A_PAGE)):
            raise ExtractError(
                f"Different searches find the same at {source.url}: it ignores them."
            )
        found |= {hit.id: hit for hit in hits[:most]}
        former = hits
    return tuple(found.values())


def _searches(source: Source) -> Iterator[dict[str, str]]:
    """Yield the fields to fill in for each search."""
    narrowing = {key: option(source, key) for key in _NARROWING if option(source, key)}
    words = [("fulltext", word) for word in source.options.get("search", ())]
    words += [("keyword", word) for word in source.options.get("keyword", ())]
    for field, word in words or [("fulltext", "")]:
        yield {**narrowing, field: word}


def _search(page: Fetched, needed: Set[str]) -> Form:
    """Return the form, set to long pages; ExtractError when it is gone or lacks a needed field."""
    soup = page_of(page)
    form = form_with(soup, "fulltext", needed, page.url)
    long = first(soup, f'select[name=limit] option[value="{_A_PAGE}"]')
    return form._replace(sends={**form.sends, "limit": _A_PAGE}) if long else form


def _hits(
    search: Form, words: Mapping[str, str], session: str, most: int
) -> Generator[Request, Fetched, list[Item]]:
    """Return the hits of as many pages of one search as hold the newest `most`."""
    headers = {"cookie": session} if session else {}
    answer = yield search.filled(words, "newsearch", session)
    items, number_of_page = list[Item](), 1
    while True:
        soup = page_of(answer)
        elements = every(soup, _HITS)
        if not elements and not has_field(soup, "fulltext"):
            raise ExtractError(f"{answer.url} shows neither hits nor the search form any more.")
        more = [_item(element, answer.url) for element in elements]
        if more and {item.id for item in more} <= {item.id for item in items}:
            raise ExtractError(f"{answer.url} gives the same page of hits again.")
        items += more
        number_of_page += 1
        pages = _pages(soup, answer.url)
        if len(items) >= most or max(pages, default=0) < number_of_page:
            return items
        following = pages.get(number_of_page)
        if not elements or not following:
            raise ExtractError(
                f"{answer.url} speaks of {max(pages)} pages of hits, but there is no way from page "
                f"{number_of_page - 1} to the next: its list has changed."
            )
        answer = yield Request(following, headers, conditional=False)


def _pages(soup: Element, url: str) -> dict[int, str | None]:
    """The addresses of the pages of hits that a page links to, by number."""
    links = [link.get("href") for link in every(soup, 'a[href*="currentPage"]')]
    named = [(found[1], link) for link in links if (found := _PAGE_NUMBER.search(link))]
    return {int(name): absolute(url, link) for name, link in named}


def _item(element: Element, url: str) -> Item:
    """Return a hit. What names it stands in its footer: «VG Berlin, … - asyl.net: M33834»."""
    footer = visible_text(first(element, _FOOTER) or element)
    found = _NAME.search(footer)
    title = footer[: found.start()].strip(" -–") if found else ""
    if not found or not title:
        raise ExtractError(
            f"A hit of {url} has no footer that ends in its M-number, but «{footer[:100]}»: "
            "the list has changed."
        )
    name = found[1].upper()
    date = _DATE.search(title)
    published = read_date(date[1], lang="de") if date else None
    drop(element, _FURNITURE)
    blocks = [clean(block) for block in visible_blocks(element)]
    return Item(
        id=name,
        title=title,
        url=urljoin(url, f"/rsdb/{name.lower()}"),
        blocks=tuple(block for block in blocks if not title.startswith(block.rstrip(" :"))),
        published=published,
        published_text=date[1] if date and not published else None,
        lang="de",
    )


KIND = Kind(
    crawl,
    options={
        "search": Option("words in the text", "Wehrdienstentziehung", many=True),
        "keyword": Option("a Schlagwort of asyl.net's thesaurus", "Militärdienst", many=True),
        "country": Option("a country of origin", "Russische Föderation"),
        "court": Option("a court", "VG Berlin"),
        "datefrom": Option("the earliest date of a decision", "01.01.2025"),
        "most": Option("how many of the newest hits per search", "100", check=number_up_to(500)),
    },
    url="https://www.asyl.net/recht/entscheidungsdatenbank",
)
