"""Names of items that last from fetch to fetch, whatever the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.model import Item
from monitor.text.fingerprint import canonical_url, fingerprint


def link_id(url: str | None) -> str | None:
    """Return the name that a link gives: the address without what changes from visit to visit."""
    return canonical_url(url) if url else None


def unique(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the items with no name twice, none of them named by its position.

    Items that share a name are told apart by link and title, then by text; true doubles are one.
    """
    items = tuple(dict.fromkeys(items))
    items = _told_apart(items, lambda item: fingerprint(link_id(item.url) or "", item.title))
    items = _told_apart(items, lambda item: fingerprint(*item.blocks))
    by_id: dict[str, Item] = {}
    for item in items:
        by_id.setdefault(item.id, item)
    return tuple(by_id.values())


def _told_apart(items: Sequence[Item], mark: Callable[[Item], str]) -> tuple[Item, ...]:
    times = Counter(item.id for item in items)
    return tuple(
        replace(item, id=f"{item.id}~{mark(item)}") if times[item.id] > 1 else item
        for item in items
    )


def shortened(text: str, width: int = 120) -> str:
    """Return the start of a text, cut between words: a title for what has none."""
    if len(text) <= width:
        return text
    return text[:width].rsplit(" ", 1)[0].rstrip(" ,;:–-") + " …"
