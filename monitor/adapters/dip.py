"""DIP, the procedures of Bundestag and Bundesrat: one item per Vorgang, its steps as blocks.

Reference: https://search.dip.bundestag.de/api/v1/swagger-ui/ (OpenAPI 1.4). Quirks: filters that
the server does not know are ignored with 200; a cursor forgets the filters, so each page repeats
them, and the last page's cursor is the one it was asked with; newest papers come first; there is
no search in full texts. `f.vorgang` takes a single id, so steps cost one request per Vorgang.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlencode

from monitor.adapters.api import (
    Record,
    count_at,
    number_up_to,
    object_of,
    objects_of,
    records_of,
    shaped,
    text_at,
    texts_of,
)
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.vorgang import item_of
from monitor.adapters.whole import must_be_whole, must_find
from monitor.errors import ExtractError
from monitor.model import Fetched, Request, Source
from monitor.text.clean import clean

_API = "The DIP interface of the Bundestag"
_KEY = "MONITOR_DIP_KEY"
_USUAL = 50
_MOST = 150
_MOST_STEPS = 1000  # the longest procedures, budgets, have some hundred
_ID = re.compile(r"[0-9]{1,15}")

Records: TypeAlias = Generator[Request, Fetched, list[Record]]

_day = shaped(r"\d{4}-\d\d-\d\d", "a day such as 2026-01-31")
_moment = shaped(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?", "a time such as 2026-01-31T00:00:00"
)
_number = shaped(r"\d+", "a number")

# What `/vorgang` filters by; the server would ignore anything else without a word.
_FILTERS: Mapping[str, Option] = {
    "vorgangstyp": Option("types of procedures, any of them", "Kleine Anfrage", many=True),
    "wahlperiode": Option("electoral terms, any of them", "21", _number, many=True),
    "titel": Option("words or phrases of the title, any of them", "Deserteure", many=True),
    "deskriptor": Option("keywords of the DIP, all of them", "Kriegsdienstverweigerung", many=True),
    "sachgebiet": Option("subject areas, all of them", "Verteidigung", many=True),
    "initiative": Option("who started it, all of them", "Fraktion Die Linke", many=True),
    "urheber": Option("authors of its papers, all of them", "Bundesregierung", many=True),
    "ressort_fdf": Option("leading ministries, all of them", "Auswärtiges Amt", many=True),
    "beratungsstand": Option("how far it is, any of them", "Noch nicht beantwortet", many=True),
    "drucksachetyp": Option("type of a paper", "Antwort"),
    "dokumentnummer": Option("numbers of papers, any of them", "21/3168", many=True),
    "gesta": Option("numbers of bills, any of them", "B101", many=True),
    "id": Option("numbers of procedures, any of them", "329025", _number, many=True),
    "datum.start": Option("not before this day", "2026-01-01", _day),
    "datum.end": Option("not after this day", "2026-12-31", _day),
    "aktualisiert.start": Option("touched since", "2026-01-01T00:00:00", _moment),
    "aktualisiert.end": Option("touched until", "2026-12-31T23:59:59", _moment),
}


def crawl(source: Source) -> Crawl:
    """Ask for the newest procedures, then for the steps of each."""
    most = int(option(source, "most", str(_USUAL)))
    asked = [(key, text) for key in _FILTERS for text in source.options.get(key, ())]
    found = yield from _listed(source, "vorgang", asked, most)
    _insist_on_fit(source, found)
    _insist_on_order(found[:most], found[most:])
    items = []
    for record in found[:most]:
        number = text_at(record, "id")
        steps = yield from _steps(source, number)
        items.append(item_of(record, steps))
    return items


def _steps(source: Source, number: str) -> Records:
    """All steps of a procedure."""
    steps = yield from _listed(source, "vorgangsposition", [("vorgang", number)], _MOST_STEPS)
    if any(text_at(step, "vorgang_id") != number for step in steps):
        raise ExtractError(
            f"{_API} answered with steps of other procedures than {number}: it no longer "
            "knows the filter `f.vorgang`. This kind needs an update."
        )
    if len(steps) >= _MOST_STEPS:
        raise ExtractError(
            f"{_API} gives procedure {number} {_MOST_STEPS} steps or more; no procedure has so "
            "many. This kind needs an update."
        )
    return steps


def _listed(
    source: Source, resource: str, filters: Sequence[tuple[str, str]], most: int
) -> Records:
    """The records of all pages, or as many pages as hold `most`; ExtractError if some lack."""
    found: dict[str, Record] = {}
    cursor = ""
    while True:
        query = [(f"f.{key}", text) for key, text in filters]
        query += [("cursor", cursor)] if cursor else []
        fetched = yield Request(
            f"{source.url.rstrip('/')}/{resource}?{urlencode(query)}",
            {"Authorization": f"ApiKey ${{{_KEY}}}", "Accept": "application/json"},
            conditional=False,
        )
        answer = _answer(fetched)
        records, wanted = records_of(answer, "documents", _API), min(most, _count(answer))
        known = len(found)
        found |= {_number_of(record): record for record in records}
        if len(found) >= wanted:
            return list(found.values())
        last, cursor = cursor, text_at(answer, "cursor")
        if len(found) == known or cursor in {"", last}:
            must_be_whole(len(found), wanted, f"{_API} ({resource})")


def _answer(fetched: Fetched) -> Record:
    if "/.enodia/" in fetched.url or "/.enodia/" in fetched.text[:20_000]:
        raise ExtractError(
            f"{_API} sent its bot protection (Enodia) in place of an answer. "
            "Ask less often: raise `delay` or `every`, or lower the option `most`.",
            state="blocked",
        )
    return object_of(fetched, _API)


def _count(answer: Record) -> int:
    count = count_at(answer, "numFound")
    if count is None:
        raise ExtractError(
            f"{_API} no longer says how much it found (`numFound`); its format has changed."
        )
    return count


def _number_of(record: Record) -> str:
    number = text_at(record, "id")
    if not _ID.fullmatch(number) or not text_at(record, "titel"):
        raise ExtractError(
            f"{_API} sent a record without a number or a title; its fields are "
            f"{', '.join(sorted(record)[:12]) or 'none'}. The format has probably changed."
        )
    return number


# --- what came is what was asked for -------------------------------------------------------------


def _insist_on_fit(source: Source, found: Sequence[Record]) -> None:
    must_find(source, len(found), _API, "the options")
    for key, fits in _FITS.items():
        asked = [text.casefold() for text in source.options.get(key, ())]
        if asked and (strange := next((r for r in found if not fits(r, asked)), None)):
            raise ExtractError(
                f"{_API} ignores the filter `{key}`: procedure {text_at(strange, 'id')} "
                f"({clean(text_at(strange, 'titel'))[:80]}) does not fit it."
            )


def _insist_on_order(kept: Iterable[Record], left_out: Iterable[Record]) -> None:
    newest, newer = (
        max((text_at(record, "datum") for record in some), default="") for some in (kept, left_out)
    )
    if newer > newest:
        raise ExtractError(
            f"{_API} no longer sends the newest procedures first ({newer} comes after {newest}). "
            "Narrow the options so that all fit into `most`."
        )


def _values(record: Record, key: str) -> list[str]:
    if key == "deskriptor":
        return [text_at(each, "name").casefold() for each in objects_of(record, key)]
    return [text.casefold() for text in (*texts_of(record, key), text_at(record, key)) if text]


def _any(key: str) -> Callable[[Record, list[str]], bool]:
    return lambda record, asked: any(text in _values(record, key) for text in asked)


def _every(key: str) -> Callable[[Record, list[str]], bool]:
    return lambda record, asked: all(
        any(text in value for value in _values(record, key)) for text in asked
    )


def _from(key: str) -> Callable[[Record, list[str]], bool]:
    return lambda record, asked: text_at(record, key)[:10] >= asked[0][:10]


def _until(key: str) -> Callable[[Record, list[str]], bool]:
    return lambda record, asked: text_at(record, key)[:10] <= asked[0][:10]


_FITS: Mapping[str, Callable[[Record, list[str]], bool]] = {
    **{key: _any(key) for key in ("vorgangstyp", "wahlperiode", "beratungsstand", "gesta", "id")},
    **{key: _every(key) for key in ("deskriptor", "sachgebiet", "initiative")},
    "datum.start": _from("datum"),
    "datum.end": _until("datum"),
    "aktualisiert.start": _from("aktualisiert"),
    "aktualisiert.end": _until("aktualisiert"),
}


KIND = Kind(
    crawl,
    options={
        **_FILTERS,
        "most": Option(
            f"how many of the newest procedures to read (usually {_USUAL}); each is a request",
            "30",
            check=number_up_to(_MOST),
        ),
    },
    url="https://search.dip.bundestag.de/api/v1",
    secrets=(_KEY,),
)
