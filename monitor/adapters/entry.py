"""A feed entry in plain values, whichever format it came in, and the item it becomes."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from monitor.adapters.html import absolute, drop, parse, visible_blocks, visible_text
from monitor.adapters.identity import link_id, shortened
from monitor.model import Item, Source
from monitor.text.clean import blocks_of, clean
from monitor.text.dates import read_date
from monitor.text.fingerprint import fingerprint

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_REFERENCE = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);")


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the feed holds it; `markup` unless the feed says that it is plain."""

    value: str
    markup: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says about one piece of news; `link` is absolute, `date` as written."""

    id: str
    link: str | None
    title: Text
    texts: tuple[Text, ...]
    date: str | None
    lang: str | None


def item_of(entry: Entry, source: Source) -> Item | None:
    """Return the entry as an item named by its id, else its link, else its title and date.

    None for an entry that shows nothing.
    """
    texts = [_blocks(text, source) for text in entry.texts]
    blocks = max(texts, key=lambda found: sum(map(len, found)), default=())
    title = _title(entry.title.value) or shortened(" ".join(blocks))
    title = title or entry.link or clean(entry.id)
    if not title:
        return None
    lang = source.lang or entry.lang
    published = read_date(entry.date, lang=lang) if entry.date else None
    return Item(
        id=_name(entry.id) or link_id(entry.link) or fingerprint(title, entry.date or ""),
        title=title,
        url=entry.link,
        blocks=blocks,
        published=published,
        published_text=clean(entry.date) if entry.date and not published else None,
        lang=lang,
    )


def _name(given: str) -> str | None:
    """Ids are often addresses, and those change in what does not matter."""
    return (link_id(given) if absolute("", given) else clean(given)) or None


def _title(value: str) -> str:
    if _TAG.search(value):
        return visible_text(parse(value))
    return clean(html.unescape(value) if _REFERENCE.search(value) else value)


def _blocks(text: Text, source: Source) -> tuple[str, ...]:
    if not (text.markup or _TAG.search(text.value)):
        return blocks_of(text.value)
    tree = parse(text.value)
    drop(tree, source.ignore_selectors)
    return visible_blocks(tree)
