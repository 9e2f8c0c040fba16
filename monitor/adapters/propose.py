"""Propose how an unknown address is best watched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from monitor.adapters import guess
from monitor.adapters.article import main_text
from monitor.adapters.html import (
    Element,
    absolute,
    address_base,
    every,
    looks_like_html,
    page_language,
    page_title,
    parse,
    visible_text,
)
from monitor.adapters.signs import WANTS_SCRIPTS
from monitor.adapters.wall import wall
from monitor.model import Expect, Fetched, Select, Source
from monitor.model.told import Told
from monitor.text.fingerprint import canonical_url

MOST_FEEDS = 3

_FEED = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:rss|feed|(?:\w+:)?RDF)\b", re.DOTALL | re.IGNORECASE
)
_JSON_FEED = re.compile(r'\s*\{.{0,400}?"version"\s*:\s*"https://jsonfeed\.org/', re.DOTALL)
_FEED_TYPES = "application/rss+xml", "application/atom+xml", "application/feed+json"
_FEED_PATH = re.compile(
    r"/(?:rss|feed|atom)/?$|\.(?:rss|atom)$|(?:rss|feed|atom)[\w-]*\.xml$", re.I
)
_FEED_WORDS = re.compile(r"\b(?:RSS|Atom)\b")
_PARAGRAPH = 120  # characters
_ARTICLE = 600  # characters in paragraphs, where nothing looks like a list
_LONG_ARTICLE = 1500  # the same, beside something that does
_HARDLY_ANY = 400


@dataclass(frozen=True, slots=True)
class Proposal:
    """How to watch an address, the feeds that the page itself names, and what to mind."""

    kind: str
    name: str
    feeds: tuple[str, ...] = ()
    select: Select = field(default_factory=Select)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lang: str | None = None
    browser: bool = False
    min_items: int = 1
    warnings: tuple[str, ...] = ()

    def applied_to(self, source: Source) -> Source:
        """Return the source as proposed."""
        return replace(
            source,
            name=self.name,
            kind=self.kind,
            select=self.select,
            options=self.options,
            lang=self.lang,
            browser=self.browser,
            expect=Expect(min_items=self.min_items),
        )


def propose(source: Source, fetched: Fetched) -> Proposal:
    """Return what reads this answer to the source's address best."""
    if _FEED.match(fetched.text) or _JSON_FEED.match(fetched.text):
        return Proposal("feed", fetched.url)
    if fetched.media_type == "application/pdf" or fetched.content.startswith(b"%PDF-"):
        return Proposal("document", fetched.url)
    if fetched.text.lstrip().startswith(("{", "[")):
        return _json(source, fetched)
    if not looks_like_html(fetched.text) and "html" not in fetched.media_type:
        return Proposal("page", fetched.url)
    return _page(source, fetched)


def links_of(fetched: Fetched) -> frozenset[str]:
    """Return the addresses that a page links to, in their canonical form."""
    if not looks_like_html(fetched.text):
        return frozenset()
    soup = parse(fetched.text)
    base = address_base(soup, fetched.url)
    links = (absolute(base, link.get("href")) for link in every(soup, "a[href]"))
    return frozenset(canonical_url(link) for link in links if link)


def _json(source: Source, fetched: Fetched) -> Proposal:
    found = guess.records(source, fetched)
    if found is None:
        return Proposal(
            "page", fetched.url, warnings=(Told("no list of records was found in the JSON"),)
        )
    least = max(1, len(found.items) // 3)
    return Proposal(
        "json", fetched.url, select=found.select, options=found.options, min_items=least
    )


def _page(source: Source, fetched: Fetched) -> Proposal:
    soup = parse(fetched.text)
    feeds = tuple(dict.fromkeys(_feeds(soup, address_base(soup, fetched.url))))
    name, lang = page_title(soup) or fetched.url, page_language(soup)
    plain = Proposal("page", name, feeds, lang=lang)
    if stands := wall(fetched, source, source.url):
        needs_scripts = stands.what == WANTS_SCRIPTS.what
        return replace(plain, browser=needs_scripts, warnings=(stands.what,))
    found = guess.listing(replace(source, lang=lang), fetched)
    if _is_article(fetched, found):
        return replace(plain, kind="document")
    if found is None:
        return replace(plain, warnings=tuple(_thin(soup)))
    undated = not any(item.published for item in found.items)
    return replace(
        plain,
        select=found.select,
        min_items=max(1, len(found.items) // 3),
        warnings=(Told("no dates were found in the list"),) if undated else (),
    )


def _is_article(fetched: Fetched, found: guess.Guess | None) -> bool:
    """Whether there is far more text in paragraphs than a list on the page holds."""
    blocks = main_text(fetched.text)
    length = sum(len(block.text) for block in blocks if len(block.text) >= _PARAGRAPH)
    if found is None:
        return length >= _ARTICLE
    listed = sum(len(text) for item in found.items for text in (item.title, *item.blocks))
    return length >= _LONG_ARTICLE and length > 2 * listed


def _thin(soup: Element) -> Iterator[str]:
    scripts = len(every(soup, "script"))
    if scripts >= guess.LEAST and len(visible_text(soup)) < _HARDLY_ANY:
        yield Told(
            "hardly any text beside {scripts} scripts; it may need `browser: true`", scripts=scripts
        )
    else:
        yield Told("no list was found; the whole text is watched as one item")


def _feeds(page: Element, base: str) -> Iterator[str]:
    """Yield the feeds that a page names: in its head first, then by links."""
    for link in every(page, "link[rel~=alternate][type]"):
        url = absolute(base, link.get("href"))
        if url and link.get("type").lower() in _FEED_TYPES:
            yield url
    for link in every(page, "a[href]"):
        url = absolute(base, link.get("href"))
        named = _FEED_WORDS.search(visible_text(link)) or _FEED_WORDS.search(link.get("title", ""))
        if url and (_FEED_PATH.search(urlsplit(url).path) or named):
            yield url
