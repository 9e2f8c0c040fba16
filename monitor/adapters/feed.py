"""RSS 0.9–2.0, RDF, Atom and JSON Feed; the only door to feedparser.

feedparser gets a stream of our own decoded text, never a body: it opens paths and addresses.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import feedparser

from monitor.adapters import jsonfeed, xml
from monitor.adapters.body import Form, form_of, what_came
from monitor.adapters.crawl import Kind, single_page
from monitor.adapters.entry import Entry, Text, item_of
from monitor.adapters.html import absolute
from monitor.adapters.identity import unique
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source

_DATES = ("published", "created", "updated")
_LINK_ORDER = ("alternate", "enclosure", "related", "via")


def items_of(source: Source, fetched: Fetched) -> tuple[Item, ...]:
    """Return the entries of a feed as items; () for a feed that is valid and empty.

    ExtractError when something else came or the feed is cut short.
    """
    form = form_of(fetched)
    if form is Form.PDF:
        raise ExtractError(f"A feed was expected at {fetched.url}, but a PDF came.")
    entries = jsonfeed.entries_of(fetched) if form is Form.JSON else _xml_entries(fetched)
    items = unique([item for entry in entries if (item := item_of(entry, source))])
    if entries and not items:
        raise ExtractError(
            f"The feed at {fetched.url} has {len(entries)} entries, but none has an id, "
            "a title, a link or a text."
        )
    return items


def _xml_entries(fetched: Fetched) -> list[Entry]:
    text = xml.neutral(fetched.text)
    parsed = feedparser.parse(
        io.BytesIO(text.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # only visible text is taken, by our own rules
        resolve_relative_uris=False,
    )
    if not parsed["entries"] and not parsed.get("version"):
        raise ExtractError(f"A feed was expected at {fetched.url}, but {what_came(fetched)} came.")
    if parsed["bozo"] and not xml.is_whole(text):
        raise ExtractError(
            f"The feed at {fetched.url} is cut short after {len(parsed['entries'])} entries; "
            "it was left unread so that nothing seems to be removed."
        )
    base = absolute(fetched.url, parsed["feed"].get("link")) or fetched.url
    lang = str(parsed["feed"].get("language") or "")[:2].lower() or None
    return [_entry(raw, base, lang) for raw in parsed["entries"]]


def _entry(raw: Mapping[str, Any], base: str, lang: str | None) -> Entry:
    plain = dict(raw)  # FeedParserDict answers a missing date with another one
    dates = [str(plain[name]) for name in _DATES if plain.get(name)]
    contents = [_text(part) for part in plain.get("content", [])]
    summary = plain.get("summary_detail") or {"value": plain.get("summary")}
    return Entry(
        id=str(plain.get("id") or ""),
        link=_link(plain, base),
        title=_text(plain.get("title_detail") or {"value": plain.get("title")}),
        texts=tuple(text for text in [*contents, _text(summary)] if text.value),
        date=dates[0] if dates else None,
        lang=lang,
    )


def _text(detail: Mapping[str, Any]) -> Text:
    media_type = str(detail.get("type") or "text/html")
    readable = media_type.startswith("text/") or "html" in media_type
    return Text(str(detail.get("value") or "") if readable else "", media_type != "text/plain")


def _link(plain: Mapping[str, Any], base: str) -> str | None:
    """The entry's own link, or else an enclosure, or else an id that is an address."""
    links = [link for link in plain.get("links", ()) if link.get("rel") in _LINK_ORDER]
    links.sort(key=lambda link: _LINK_ORDER.index(link["rel"]))
    candidates = [plain.get("link"), *(link.get("href") for link in links)]
    addresses = (absolute(base, candidate) for candidate in candidates if candidate)
    return next(filter(None, addresses), None) or absolute("", plain.get("id"))


KIND = Kind(single_page(items_of))
