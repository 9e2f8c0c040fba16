"""Guess where the entries of a list stand: on a page by what repeats, in JSON by their keys.

Every guess is tried with the very adapter that is to use it, and dropped unless it reads a list.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from monitor.adapters import json_api, page
from monitor.adapters.crawl import Crawl
from monitor.adapters.html import (
    PAGE,
    Element,
    absolute,
    address_base,
    every,
    first,
    parse,
    visible_text,
)
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Select, Source
from monitor.text.dates import read_date

LEAST = 3

_CLIMB = 7  # how far an entry may reach beyond its link
_GROUPS = 12  # how many groups are tried
_ENOUGH = 25  # entries; a longer list is no better
_TITLE = 12  # characters
_DATE = 40
_FURNITURE = "nav, header, footer, aside, [role=navigation], [role=banner], [role=contentinfo]"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HEADING = ", ".join(_HEADINGS)
_MAY_BE_DATES = "time, [datetime], span, p, div, small, em, i, b, td, dt, dd, li, strong"
_PLAIN_CLASS = re.compile(r"[A-Za-z][A-Za-z_-]{1,40}")
_MADE_UP = re.compile(r"__(?=\w*[A-Z])\w{5}$")  # by a build, anew each time
# Of one entry only, or of its moment.
_STATE_CLASS = re.compile(
    r"(?:is-|has-)?(?:first|last|odd|even|active|current|selected|new|hidden|visible|open|sticky)"
)
_TITLES = ("title", "titel", "headline", "name", "subject", "label", "thema", "betreff")
_LINKS = ("url", "link", "href", "web_url", "html_url", "permalink", "uri")
_DATES = ("date", "datum", "published", "published_at", "publishedAt", "pubDate", "created_at")
_TEXTS = ("text", "abstract", "summary", "description", "teaser", "content", "body")
_IDS = ("id", "uuid", "guid", "key")


class Guess(NamedTuple):
    """Selectors of a list, the options they need, and what they read."""

    select: Select
    items: tuple[Item, ...]
    options: Mapping[str, tuple[str, ...]] = {}


def listing(source: Source, fetched: Fetched) -> Guess | None:
    """Return selectors for the main list of a page that read at least three entries, or None."""
    soup = parse(fetched.text)
    base = address_base(soup, fetched.url)
    groups = sorted(_groups(soup, base, source.lang), key=lambda group: -group.score)
    for group in groups[:_GROUPS]:
        for select in _selects(soup, group, source.lang):
            items = _read(page.KIND, replace(source, kind="page", select=select), fetched)
            if _is_list(items, group.elements):
                return Guess(select, items)
    return None


def _read(kind: Callable[[Source], Crawl], source: Source, fetched: Fetched) -> tuple[Item, ...]:
    """What an adapter makes of an answer, without asking for more."""
    crawl = kind(source)
    next(crawl)
    try:
        crawl.send(fetched)
    except StopIteration as done:
        return tuple(done.value)
    except ExtractError:
        return ()
    crawl.close()
    return ()


def _is_list(items: Sequence[Item], elements: Sequence[Element]) -> bool:
    links = {item.url for item in items if item.url}
    return (
        len(links) >= LEAST
        and len(links) >= 0.7 * len(items)
        and len(items) <= 1.3 * len(elements) + 1
        and len({item.title for item in items}) >= 0.7 * len(items)
    )


# --- what repeats on a page ----------------------------------------------------------------------


class _Group(NamedTuple):
    """Elements of the same shape in the same surroundings, each around a link of its own."""

    shape: tuple[str, str, str]
    elements: tuple[Element, ...]
    score: float


def _groups(soup: Element, base: str, lang: str | None) -> Iterator[_Group]:
    furniture = set(every(soup, _FURNITURE))
    found: dict[tuple[str, str, str], dict[Element, None]] = {}
    links: dict[Element, list[str]] = {}
    for link in every(soup, "a[href]"):
        url = absolute(base, link.get("href"))
        around = [link, *link.iterancestors()]
        if not url or len(visible_text(link)) < _TITLE:
            continue
        if not furniture.isdisjoint(around):
            continue
        for element, parent, beyond in zip(around, around[1:], around[2:_CLIMB], strict=False):
            if parent.tag in ("html", PAGE):
                break
            if parent.tag == "p":
                continue  # links in running text
            shape = (_shape(beyond), _shape(parent), _shape(element))
            found.setdefault(shape, {})[element] = None
            links.setdefault(element, []).append(url)
    for shape, elements in found.items():
        firsts = {links[key][0] for key in elements}
        each = sum(len(set(links[key])) for key in elements) / len(elements)
        if len(firsts) >= max(LEAST, 0.7 * len(elements)) and each <= 4:
            members = tuple(elements)
            yield _Group(shape, members, _score(members, each, lang))


def _score(elements: Sequence[Element], links: float, lang: str | None) -> float:
    """How much a group looks like the entries of a list: many, dated, headed, with some text."""
    sample = elements[:8]
    dated = sum(_dated(element, lang) for element in sample) / len(sample)
    headed = sum(first(each, _HEADING) is not None for each in sample) / len(sample)
    length = sum(min(len(visible_text(element)), 400) for element in sample) / len(sample) / 400
    alone = 0.3 if links <= 1.5 else 0
    return min(len(elements), _ENOUGH) * (0.4 + 1.5 * dated + 0.5 * headed + length + alone)


def _dated(element: Element, lang: str | None) -> bool:
    return next(_dates(element, lang), None) is not None


def _dates(element: Element, lang: str | None) -> Iterator[Element]:
    """Yield the elements inside one entry that hold a date and hardly anything else."""
    for tag in every(element, _MAY_BE_DATES):
        text = (tag.get("datetime") or "") or visible_text(tag)
        if len(text) <= _DATE and any(map(str.isdigit, text)) and read_date(text, lang=lang):
            yield tag


def _shape(element: Element) -> str:
    """Tag and lasting classes as a selector."""
    names = filter(_is_lasting, element.get("class", "").split())
    return ".".join([element.tag, *islice(names, 2)])


def _is_lasting(name: str) -> bool:
    return bool(
        _PLAIN_CLASS.fullmatch(name)
        and not _STATE_CLASS.fullmatch(name)
        and not _MADE_UP.search(name)
    )


# --- selectors -----------------------------------------------------------------------------------


def _selects(soup: Element, group: _Group, lang: str | None) -> Iterator[Select]:
    sample = group.elements[:12]
    title = _title(sample)
    link = None if title is None or title in _HEADINGS else title
    date = _common(sample, lambda element: map(_shape, _dates(element, lang)))
    if date and not _reads_dates(sample, date, lang):
        date = None
    beyond, parent, own = group.shape
    for items in (own, f"{parent} > {own}", f"{beyond} > {parent} > {own}"):
        if "." not in items and " " not in items:
            continue  # a bare tag finds anything
        if len(every(soup, items)) <= 1.3 * len(group.elements) + 1:
            yield Select(items=items, title=title, link=link, date=date)


def _title(sample: Sequence[Element]) -> str | None:
    """A heading where the entries have one; else the link with words, unless it is the first."""
    heading = _common(sample, lambda element: (tag.tag for tag in every(element, _HEADING)))
    if heading or all(element.tag == "a" for element in sample):
        return heading
    firsts = [first(element, "a[href]") for element in sample]
    if all(link and _is_worded(link) for link in firsts):
        return None
    return _common(
        sample, lambda element: map(_shape, filter(_is_worded, every(element, "a[href]")))
    )


def _is_worded(link: Element) -> bool:
    return len(visible_text(link)) >= _TITLE


def _common(sample: Sequence[Element], named: Callable[[Element], Any]) -> str | None:
    """The selector that most entries share, if six in ten do."""
    counts = Counter(name for element in sample for name in dict.fromkeys(named(element)))
    name, count = max(counts.items(), key=lambda row: row[1], default=("", 0))
    return name if count >= 0.6 * len(sample) else None


def _reads_dates(sample: Sequence[Element], date: str, lang: str | None) -> bool:
    found = (first(element, date) for element in sample)
    texts = ((tag.get("datetime") or "") or visible_text(tag) for tag in found if tag)
    return sum(read_date(text, lang=lang) is not None for text in texts) >= 0.5 * len(sample)


# --- JSON ----------------------------------------------------------------------------------------


def records(source: Source, fetched: Fetched) -> Guess | None:
    """Return paths for the longest list of records in a JSON answer, or None."""
    try:
        answer = json.loads(fetched.text)
    except (ValueError, RecursionError):
        return None
    for path, rows in sorted(_lists(answer), key=lambda found: -len(found[1])):
        keys = Counter(key for row in rows[:20] for key in row)
        select = Select(
            items=path,
            title=_key(keys, _TITLES),
            link=_key(keys, _LINKS),
            date=_key(keys, _DATES),
            text=_key(keys, _TEXTS),
        )
        name = _key(keys, _IDS)
        options = {"id": (name,)} if name else {}
        tried = replace(source, kind="json", select=select, options=options)
        items = _read(json_api.KIND, tried, fetched)
        if (select.title or select.text) and items:
            return Guess(select, items, options)
    return None


def _lists(answer: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield every list of objects with its path, not looking into records."""
    pending: list[tuple[str, Any]] = [("", answer)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{path}.{key}".lstrip("."), part) for key, part in value.items()]
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            yield path or "$", value


def _key(keys: Mapping[str, int], wanted: Sequence[str]) -> str | None:
    """The key that is meant: by its whole name, else by a part of it."""
    low = {key.casefold(): key for key in keys}
    for name in wanted:
        if name.casefold() in low:
            return low[name.casefold()]
    parts = (key for name in wanted for key in keys if len(name) > 3 and name in key.casefold())
    return next(parts, None)
