"""form: a list of hits behind a search form (GET or POST) on a page, read by selectors.

The form is fetched, its own fields are kept, the words are filled in; a cookie that came with the
page goes back with them.
"""

from __future__ import annotations

import re

from monitor.adapters import page
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.forms import form_with, has_field, page_of
from monitor.adapters.html import Element, every, visible_text
from monitor.adapters.session import cookies
from monitor.errors import ExtractError
from monitor.model import Item, Request, Source
from monitor.model.told import Told
from monitor.text.clean import clean

_FULL = 10  # as many hits twice in the same order are no coincidence
_HITS = r"(?:treffer|ergebnisse?|dokumente?|entscheidung(?:en)?|einträge|datensätze)"
_RESULTS = r"(?:results?|hits|matches|documents|decisions|records)"
_NOTHING = re.compile(
    rf"\bkeine(?:n|rlei)?\b[^.!?]{{0,40}}\b(?:{_HITS}|gefunden)\b|\bnichts gefunden\b"
    rf"|(?<![\d.,])0 (?:{_HITS}|{_RESULTS})\b|\b(?:{_HITS}|{_RESULTS})\s?: ?0(?![\d.,])"
    rf"|\bno (?:\w+ )?{_RESULTS}\b|\bnothing (?:was )?found\b"
    r"|\baucune? (?:résultat|document|décision)|\bничего не найдено|\bнічого не знайдено"
)


def crawl(source: Source) -> Crawl:
    """Return the hits of all searches, each once; a search may find nothing.

    ExtractError when the form is gone or its answer is neither hits nor the form, and when no
    search has hits though no page says so: then the selector may be out of date.
    """
    hits = source.select.items
    if hits is None:
        raise ExtractError("Kind `form` needs `select: {items: …}`: which elements are the hits.")
    start = yield Request(source.url, conditional=False)
    field, button = option(source, "field"), option(source, "button")
    filled = _filled(source)
    needed = {field, *filled, *filter(None, [button])}
    form = form_with(page_of(start), field, needed, start.url)
    found: dict[str, Item] = {}
    former: tuple[Item, ...] = ()
    silent = ""
    for words in source.options["search"]:
        answer = yield form.filled({**filled, field: words}, button, cookies(start))
        soup = page_of(answer)
        if not every(soup, hits) and has_field(soup, field):
            silent = silent or ("" if _says_nothing_found(source, soup) else words)
            continue
        items = page.items_of(source, answer)
        if len(items) >= _FULL and items == former:
            raise ExtractError(
                f"Different searches find the same at {answer.url}: it ignores them."
            )
        found |= {item.id: item for item in items}
        former = items
    if silent and not found:
        raise ExtractError(
            f"No search at {source.url} has hits, but the answer to «{silent}» does not say that "
            f"there are none. Either `items: {hits}` is out of date, or the page says it in words "
            "that are not known: name them with the option `none`."
        )
    return tuple(found.values())


def _filled(source: Source) -> dict[str, tuple[str, ...]]:
    """What to fill in by field; a field that is named twice sends both."""
    filled: dict[str, tuple[str, ...]] = {}
    for text in source.options.get("fill", ()):
        name, _, value = text.partition("=")
        filled[name] = (*filled.get(name, ()), value)
    return filled


def _says_nothing_found(source: Source, soup: Element) -> bool:
    said = visible_text(soup).casefold()
    if declared := source.options.get("none"):
        return any(clean(words).casefold() in said for words in declared)
    return _NOTHING.search(said) is not None


def _pair(text: str) -> str | None:
    name, sign, _ = text.partition("=")
    return None if name and sign else Told("must be written `name=value`")


KIND = Kind(
    crawl,
    select=page.KIND.select,
    options={
        "field": Option("the name of the field for the words", "q", needed=True),
        "search": Option("what to search for", "Wehrdienst Asyl", many=True, needed=True),
        "fill": Option("other fields to fill in", "sort=date", check=_pair, many=True),
        "button": Option("the name of the button to press", "submit"),
        "none": Option("what the page says when there are no hits", "Keine Treffer", many=True),
    },
)
