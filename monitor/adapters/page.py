"""A page: a listing whose elements are declared by selectors, or one text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

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
    first_or_self,
    outermost,
    page_language,
    page_title,
    parse,
    remove,
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
_FEW = 3  # as many entries do not all lack a date or a text by chance


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
    _must_find(source, elements, base, where)
    items = [_teaser(source, element, base, lang) for element in elements]
    readable = unique([item for item in items if item])
    if not readable:
        raise ExtractError(f"There is no visible text in what `{selector}` finds on {where}.")
    return readable


def _must_find(source: Source, elements: Sequence[Element], base: str, where: str) -> None:
    """Insist that each declared selector finds something in one of the elements at least.

    Without its title or link an entry would get another name; a few may well have no date or text.
    """
    select, many = source.select, len(elements) >= _FEW
    declared = {"title": select.title, "link": select.link}
    declared |= {"date": select.date, "text": select.text} if many else {}
    for key, css in declared.items():
        if css and not any(first_or_self(element, css) for element in elements):
            what = f"`{key}: {css}` finds nothing"
        elif css and key == "link" and not any(_declared(one, css, base) for one in elements):
            what = f"`link: {css}` finds nothing that leads to an address"
        else:
            continue
        raise ExtractError(
            f"{what} in any of the {len(elements)} elements that `items: {select.items}` finds on "
            f"{where}. Either the page was rebuilt, and `select` needs another selector, or "
            f"`{key}` is better left out there."
        )


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
    """The declared link; the first one, where none is declared.

    An element without its declared link has the only one it holds: among several, which comes
    first may change, and its name with it.
    """
    if selector is None:
        return next(_addresses(element, base), None)
    if first_or_self(element, selector):
        return _declared(element, selector, base)
    found = set(_addresses(element, base))
    return found.pop() if len(found) == 1 else None


def _declared(element: Element, selector: str, base: str) -> str | None:
    """The address of what the selector finds, of an `a` in it, or of the `a` around."""
    declared = first_or_self(element, selector)
    around = next(declared.iterancestors("a"), None) if declared else None
    candidates = (_addresses(tag, base) for tag in (declared, around) if tag)
    return next(chain.from_iterable(candidates), None)


def _addresses(element: Element, base: str) -> Iterator[str]:
    """Yield the addresses that the element and what is in it lead to."""
    for tag in [element, *every(element, "a[href]")]:
        if tag.tag in {"a", "area", "link"} and (url := absolute(base, tag.get("href"))):
            yield url


def _title_tag(element: Element, selector: str | None) -> Element | None:
    if selector:
        return first_or_self(element, selector)
    return first(element, _HEADING) or first(element, "a[href]")


def _date(
    element: Element, selector: str | None, lang: str | None
) -> tuple[datetime | None, str | None]:
    """Return (moment, None), or (None, what the page says) when that could not be read."""
    found = first_or_self(element, selector or "time[datetime]")
    if found is None:
        return None, None
    marked = found if "datetime" in found.attrib else first(found, "[datetime]")
    given = [marked.get("datetime")] if marked else []
    given += [visible_text(found)]
    moments = (read_date(text, lang=lang) for text in given)
    moment = next(filter(None, moments), None)
    return moment, None if moment else next(filter(None, reversed(given)), None)


def _without(element: Element, heading: Element | None, date: str | None) -> tuple[str, ...]:
    """The blocks of a teaser beside its title and its date."""
    if heading is element:
        return ()
    if heading:
        remove(heading)
    if date:
        drop(element, [date])
    return visible_blocks(element)


KIND = Kind(
    single_page(items_of),
    select=dict.fromkeys(("items", "title", "link", "date", "text"), selector_rule),
)
