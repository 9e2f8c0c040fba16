"""Selected decisions of the French asylum court: www.cnda.fr, «Décisions jurisprudentielles».

There is no interface; the list holds about 30 decisions a page. Quirks: a decision is linked twice,
from its picture and from its title; the first «n°» and the first date in a text often belong to a
decision that is merely cited, so that the end of the address is the name.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from monitor.adapters.api import number, number_up_to
from monitor.adapters.body import Form, form_of, what_came
from monitor.adapters.crawl import Crawl, Kind, Option
from monitor.adapters.html import (
    PAGE,
    Element,
    absolute,
    address_base,
    every,
    outermost,
    outline,
    parse,
    visible_text,
)
from monitor.adapters.identity import shortened, unique
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_DECISION = re.compile(r".*/decisions-jurisprudentielles/([\w.%-]+)/?")
_DATED = re.compile(r"^(?:publiée?|mise? en ligne|lecture|décision)\b(?=.{0,12}\d)", re.IGNORECASE)
_BUTTON = re.compile(r"(?:voir|lire|télécharger|en savoir plus|consulter)\b.{0,40}", re.IGNORECASE)

_SITE = "https://www.cnda.fr/"
_FRAMES = frozenset({"main", "body", PAGE})


def crawl(source: Source) -> Crawl:
    """Yield the first pages of the list, newest decisions first."""
    items: dict[str, Item] = {}
    for page in range(1, number(source, "pages", 1) + 1):
        url = source.url if page == 1 else f"{source.url}?page={page}"
        fetched = yield Request(url, conditional=page == 1)
        found = _decisions(source, fetched)
        if found and found.keys() <= items.keys():
            raise ExtractError(
                f"{url} shows the same decisions as the page before it; the list is paged in "
                "another way now."
            )
        items |= found | items
    return unique(tuple(items.values()))


def _decisions(source: Source, fetched: Fetched) -> dict[str, Item]:
    """Return the decisions of a page by name; ExtractError when there is none."""
    page = parse(fetched.text) if form_of(fetched) is Form.HTML else None
    links: dict[str, list[Element]] = {}
    for link in every(page, "a[href]") if page else ():
        if name := _name(link):
            links.setdefault(name, []).append(link)
    if page is None or not links:
        raise ExtractError(
            f"{fetched.url} links to no decision (…/decisions-jurisprudentielles/…): "
            f"{what_came(fetched)} came."
        )
    base = address_base(page, fetched.url)
    return {name: _item(source, name, tags, base) for name, tags in links.items()}


def _name(link: Element) -> str | None:
    parts = urlsplit(absolute(_SITE, link.get("href")) or "")
    found = _DECISION.fullmatch(parts.path)
    return found[1].casefold() if found and not parts.query else None


def _item(source: Source, name: str, links: list[Element], base: str) -> Item:
    """Return the item of a decision from everything on the page that belongs to it alone."""
    blocks = [block for card in outermost(_cards(name, links)) for block in outline(card)]
    texts = [block.text for block in blocks]
    dates = {text: moment for text in texts if (moment := _moment(text))}
    headings = [block.text for block in blocks if block.level]
    words = [text for text in texts if text not in dates and not _BUTTON.fullmatch(text)]
    named = [text for link in links if (text := visible_text(link)) and text not in dates]
    title = next(iter([*headings, *words, *named]), "") or name.replace("-", " ")
    return Item(
        id=name,
        title=shortened(clean(title), 300),
        url=absolute(base, links[0].get("href")),
        blocks=tuple(dict.fromkeys(text for text in words if text != title)),
        published=next(iter(dates.values()), None),
        lang=source.lang or "fr",
    )


def _moment(text: str) -> datetime | None:
    return read_date(_DATED.sub("", text), lang="fr")


def _cards(name: str, links: list[Element]) -> list[Element]:
    """The widest elements around the links that lead to no other decision."""
    cards: dict[Element, None] = {}
    for link in links:
        card = link
        for around in link.iterancestors():
            if around.tag in _FRAMES:
                break
            if {_name(other) for other in every(around, "a[href]")} - {None, name}:
                break
            card = around
        cards[card] = None
    return list(cards)


KIND = Kind(
    crawl,
    options={"pages": Option("how many pages of the list to read", "2", number_up_to(20))},
    url="https://www.cnda.fr/decisions-de-justice/jurisprudence/decisions-jurisprudentielles",
)
