"""form: a list of hits behind a search form (GET or POST) on a page, read by selectors.

The form is fetched, its own fields are kept, the words are filled in; a cookie that came with the
page goes back with them.
"""

from __future__ import annotations

from monitor.adapters import page
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.forms import form_with, has_field, page_of
from monitor.adapters.html import every
from monitor.adapters.session import cookies
from monitor.errors import ExtractError
from monitor.model import Item, Request, Source

_FULL = 10  # as many hits twice in the same order are no coincidence


def crawl(source: Source) -> Crawl:
    """Return the hits of all searches, each once; a search may find nothing.

    ExtractError when the form is gone or its answer is neither hits nor the form.
    """
    hits = source.select.items
    if hits is None:
        raise ExtractError("Kind `form` needs `select: {items: …}`: which elements are the hits.")
    start = yield Request(source.url, conditional=False)
    field = option(source, "field")
    filled = dict(text.split("=", 1) for text in source.options.get("fill", ()))
    form = form_with(page_of(start), field, {field, *filled}, start.url)
    found: dict[str, Item] = {}
    former: tuple[Item, ...] = ()
    for words in source.options["search"]:
        fields = {**filled, field: words}
        answer = yield form.filled(fields, option(source, "button"), cookies(start))
        soup = page_of(answer)
        if not every(soup, hits) and has_field(soup, field):
            continue
        items = page.items_of(source, answer)
        if len(items) >= _FULL and items == former:
            raise ExtractError(
                f"Different searches find the same at {answer.url}: it ignores them."
            )
        found |= {item.id: item for item in items}
        former = items
    return tuple(found.values())


def _pair(text: str) -> str | None:
    name, sign, _ = text.partition("=")
    return None if name and sign else "must be written `name=value`"


KIND = Kind(
    crawl,
    select=page.KIND.select,
    options={
        "field": Option("the name of the field for the words", "q", needed=True),
        "search": Option("what to search for", "Wehrdienst Asyl", many=True, needed=True),
        "fill": Option("other fields to fill in", "sort=date", check=_pair, many=True),
        "button": Option("the name of the button to press", "submit"),
    },
)
