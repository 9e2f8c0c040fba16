"""One adapter per kind of source; a new kind is one line in ADAPTERS."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitor.adapters import document, feed, page
from monitor.adapters.crawl import Adapter, Crawl, single_page
from monitor.adapters.html import check_selector

ADAPTERS: Mapping[str, Adapter] = MappingProxyType(
    {
        "feed": single_page(feed.items_of),
        "page": single_page(page.items_of),
        "document": single_page(document.items_of),
    }
)

__all__ = ["ADAPTERS", "Adapter", "Crawl", "check_selector", "single_page"]
