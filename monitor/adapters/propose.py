"""Guess how an unknown address is best watched."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.adapters.html import absolute, address_base, looks_like_html, page_title, parse
from monitor.model import Fetched

_FEED = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:rss|feed|(?:\w+:)?RDF)\b", re.DOTALL | re.IGNORECASE
)
_JSON_FEED = re.compile(r'\s*\{.{0,400}?"version"\s*:\s*"https://jsonfeed\.org/', re.DOTALL)
_FEED_TYPES = "application/rss+xml", "application/atom+xml", "application/feed+json"


@dataclass(frozen=True, slots=True)
class Proposal:
    """How to watch an address: its kind and name, and feeds that the page itself names."""

    kind: str
    name: str
    feeds: tuple[str, ...] = ()


def propose(fetched: Fetched) -> Proposal:
    """Return the kind that reads this answer best."""
    if _FEED.match(fetched.text) or _JSON_FEED.match(fetched.text):
        return Proposal("feed", fetched.url)
    if fetched.media_type == "application/pdf" or fetched.content.startswith(b"%PDF-"):
        return Proposal("document", fetched.url)
    if not looks_like_html(fetched.text) and "html" not in fetched.media_type:
        return Proposal("page", fetched.url)
    page = parse(fetched.text)
    base = address_base(page, fetched.url)
    links = (
        absolute(base, str(link.get("href", "")))
        for link in page.select("link[rel~=alternate][type]")
        if str(link["type"]).lower() in _FEED_TYPES
    )
    feeds = tuple(dict.fromkeys(link for link in links if link))
    return Proposal("page", page_title(page) or fetched.url, feeds)
