"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monitor.adapters.body import what_came
from monitor.adapters.entry import Entry, Text
from monitor.adapters.html import absolute
from monitor.errors import ExtractError
from monitor.model import Fetched


def entries_of(fetched: Fetched) -> list[Entry]:
    """Return the entries of a JSON Feed; ExtractError when the answer is none."""
    try:
        feed = json.loads(fetched.text)
    except (ValueError, RecursionError) as error:
        raise ExtractError(
            f"The JSON from {fetched.url} is broken or cut short: {error}."
        ) from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(feed.get("version")):
        raise ExtractError(f"A feed was expected at {fetched.url}, but {what_came(fetched)} came.")
    items = feed.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ExtractError(f"The JSON Feed at {fetched.url} has no proper list of items.")
    base = absolute(fetched.url, _string(feed, "home_page_url")) or fetched.url
    lang = _string(feed, "language")[:2].lower() or None
    return [_entry(item, base, lang) for item in items]


def _entry(item: Mapping[str, Any], base: str, lang: str | None) -> Entry:
    given = item.get("attachments")
    attachments = (
        [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
    )
    candidates = [_string(item, "url"), _string(item, "external_url")]
    candidates += [_string(part, "url") for part in attachments]
    links = (absolute(base, candidate) for candidate in candidates if candidate)
    texts = (
        Text(_string(item, "content_html")),
        Text(_string(item, "content_text"), markup=False),
        Text(_string(item, "summary"), markup=False),
    )
    return Entry(
        id=_string(item, "id"),
        link=next(filter(None, links), None) or absolute("", _string(item, "id")),
        title=Text(_string(item, "title")),
        texts=tuple(text for text in texts if text.value),
        date=_string(item, "date_published") or _string(item, "date_modified") or None,
        lang=_string(item, "language")[:2].lower() or lang,
    )


def _string(values: Mapping[str, Any], key: str) -> str:
    """Ids may be numbers; anything that is no plain value counts as missing."""
    value = values.get(key)
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if plain else ""
