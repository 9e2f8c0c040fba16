"""A page: a listing whose elements are declared by selectors, or one text."""

from __future__ import annotations

from datetime import datetime

from monitor.adapters import body
from monitor.adapters.crawl import Kind, single_page
from monitor.adapters.html import (
    Element,
    absolute,
    address_base,
    at_least_one,
    drop,
    every,
    first,
    outermost,
    page_language,
    page_title,
    parse,
    selector_rule,
    visible_blocks,
    visible_text,
    without_furniture,
)
from monitor.adapters.identity import link_id, shortened, unique
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date
from monitor.text.fingerprint import fingerprint

_HEADING = "h1, h2, h3, h4, h5, h6"


def items_of(source: Source, fetched: Fetched) -> tuple[Item, ...]:
    """Return one item per element of `select.items`, or the whole page as the item "page".

    ExtractError when a selector finds nothing or nothing is to be read.
    """
    form = body.form_of(fetched)
    if form is not body.Form.HTML:
        return (_plain(source, fetched, form),)
    soup = parse(fetched.text)
    drop(soup, source.ignore_selectors)
    if source.select.items is None:
        return (_whole(source, fetched, soup),)
    return _listing(source, fetched, soup, source.select.items)


def _where(fetched: Fetched, title: str) -> str:
    return f"{fetched.url} («{title}»)" if title else fetched.url


def _plain(source: Source, fetched: Fetched, form: body.Form) -> Item:
    if source.select.items or source.select.text:
        raise ExtractError(
            f"{fetched.url} answered with {form}, in which CSS selectors find nothing."
        )
    blocks = body.blocks(fetched, form)
    if not blocks:
        raise ExtractError(f"There is no visible text in the {form} at {fetched.url}.")
    words = form in {body.Form.TEXT, body.Form.PDF}
    title = (shortened(clean(blocks[0]).strip("#% ")) if words else "") or source.name
    return Item("page", title, fetched.url, blocks, lang=source.lang)


def _whole(source: Source, fetched: Fetched, soup: Element) -> Item:
    title = page_title(soup)
    if source.select.text is None:
        blocks = visible_blocks(without_furniture(soup))
    else:
        parts = at_least_one(soup, source.select.text, _where(fetched, title))
        blocks = tuple(block for part in outermost(parts) for block in visible_blocks(part))
    if not blocks:
        raise ExtractError(
            f"There is no visible text on {_where(fetched, title)}; "
            "it may be filled in by JavaScript only."
        )
    lang = source.lang or page_language(soup)
    return Item("page", title or source.name, fetched.url, blocks, lang=lang)


def _listing(source: Source, fetched: Fetched, soup: Element, selector: str) -> tuple[Item, ...]:
    where = _where(fetched, page_title(soup))
    elements = at_least_one(soup, selector, where)
    base, lang = address_base(soup, fetched.url), source.lang or page_language(soup)
    items = [_teaser(source, element, base, lang) for element in elements]
    readable = unique([item for item in items if item])
    if not readable:
        raise ExtractError(f"There is no visible text in what `{selector}` finds on {where}.")
    return readable


def _teaser(source: Source, element: Element, base: str, lang: str | None) -> Item | None:
    """Return the item of one element of a listing; None for one that shows nothing."""
    select = source.select
    url = _link(element, select.link, base)
    published, published_text = _date(element, select.date, lang)
    heading = _title_tag(element, select.title)
    title = visible_text(heading) if heading else ""
    if select.text:
        blocks = tuple(b for part in every(element, select.text) for b in visible_blocks(part))
    else:
        blocks = _without(element, heading if title else None, select.date)
    title = title or shortened(clean(" ".join(blocks)))
    if not title:
        return None
    return Item(
        id=link_id(url) or fingerprint(title),
        title=title,
        url=url,
        blocks=() if blocks == (title,) else blocks,
        published=published,
        published_text=published_text,
        lang=lang,
    )


def _link(element: Element, selector: str | None, base: str) -> str | None:
    """The declared link, or an `a` in or around it, or the first link; the element may be one."""
    candidates = [element]
    if selector and (declared := first(element, selector)):
        candidates = [declared, *([around] if (around := declared.find_parent("a")) else [])]
    for candidate in candidates:
        for tag in [candidate, *every(candidate, "a[href]")]:
            if tag.name in {"a", "area", "link"} and (
                url := absolute(base, str(tag.get("href", "")))
            ):
                return url
    return None


def _title_tag(element: Element, selector: str | None) -> Element | None:
    if selector:
        return first(element, selector)
    return first(element, _HEADING) or first(element, "a[href]")


def _date(
    element: Element, selector: str | None, lang: str | None
) -> tuple[datetime | None, str | None]:
    """Return (moment, None), or (None, what the page says) when that could not be read."""
    found = first(element, selector or "time[datetime]")
    if found is None:
        return None, None
    marked = found if found.has_attr("datetime") else first(found, "[datetime]")
    given = [str(marked["datetime"])] if marked else []
    given += [visible_text(found)]
    moments = (read_date(text, lang=lang) for text in given)
    moment = next(filter(None, moments), None)
    return moment, None if moment else next(filter(None, reversed(given)), None)


def _without(element: Element, heading: Element | None, date: str | None) -> tuple[str, ...]:
    """The blocks of a teaser beside its title and its date."""
    if heading is element:
        return ()
    if heading:
        heading.extract()
    if date:
        drop(element, [date])
    return visible_blocks(element)


KIND = Kind(
    single_page(items_of),
    select=dict.fromkeys(("items", "title", "link", "date", "text"), selector_rule),
)
