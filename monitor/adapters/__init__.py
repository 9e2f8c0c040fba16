"""One adapter per kind of source; a new kind is one line in ADAPTERS."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitor.adapters import (
    asylnet,
    bamf_statistics,
    cellar,
    cnda,
    dip,
    document,
    europarl,
    eurostat,
    feed,
    form,
    gii,
    govuk,
    hudoc,
    json_api,
    juris,
    neuris,
    page,
    rechtspraak,
    ris_at,
    table,
    telegram,
)
from monitor.adapters.crawl import Adapter, Check, Crawl, Kind, Option, option, single_page
from monitor.adapters.html import check_selector

ADAPTERS: Mapping[str, Kind] = MappingProxyType(
    {
        "asylnet": asylnet.KIND,
        "feed": feed.KIND,
        "form": form.KIND,
        "page": page.KIND,
        "document": document.KIND,
        "cellar": cellar.KIND,
        "cnda": cnda.KIND,
        "dip": dip.KIND,
        "europarl": europarl.KIND,
        "gii": gii.KIND,
        "govuk": govuk.KIND,
        "hudoc": hudoc.KIND,
        "juris": juris.KIND,
        "neuris": neuris.KIND,
        "rechtspraak": rechtspraak.KIND,
        "ris-at": ris_at.KIND,
        "bamf-statistics": bamf_statistics.KIND,
        "eurostat": eurostat.KIND,
        "json": json_api.KIND,
        "table": table.KIND,
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
