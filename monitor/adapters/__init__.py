"""One adapter per kind of source; a new kind is one line in ADAPTERS."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitor.adapters import document, feed, gii, hudoc, juris, page, ris_at, telegram
from monitor.adapters.crawl import Adapter, Check, Crawl, Kind, Option, option, single_page
from monitor.adapters.html import check_selector

ADAPTERS: Mapping[str, Kind] = MappingProxyType(
    {
        "feed": feed.KIND,
        "page": page.KIND,
        "document": document.KIND,
        "table": table.KIND,
        "gii": gii.KIND,
        "juris": juris.KIND,
        "hudoc": hudoc.KIND,
        "ris-at": ris_at.KIND,
        "telegram": telegram.KIND,
    }
)

__all__ = [
    "ADAPTERS",
    "Adapter",
    "Check",
    "Crawl",
    "Kind",
    "Option",
    "check_selector",
    "option",
    "single_page",
]
