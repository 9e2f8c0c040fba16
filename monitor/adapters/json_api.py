"""Any JSON API: where its records, their titles, links, dates, texts and numbers stand is declared.

Of a paged answer only a bounded number of pages is read; the query should put the newest first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from monitor.adapters.api import number_up_to
from monitor.adapters.body import what_came
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.figures import Count, items_of
from monitor.adapters.html import absolute, parse, visible_blocks
from monitor.adapters.identity import link_id, shortened, unique
from monitor.adapters.json_path import path_rule, text_at, texts_at, values_at
from monitor.adapters.paging import Progress, following, must_count
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import blocks_of, clean
from monitor.text.dates import read_date
from monitor.text.fingerprint import fingerprint
from monitor.text.numbers import read_number
from monitor.text.periods import read_period

_PAGES = "10"
_FEW = 3  # as many records do not all lack a date or a text by chance
_DIGITS = 100
_HOLE = re.compile(r"\{([^{}]+)\}")
_MARKUP = re.compile(r"<(?:p|br|div|a|b|i|em|strong|ul|ol|li|h\d|span|table)\b[^>]*>", re.I)


def crawl(source: Source) -> Crawl:
    """Ask for page after page; return the records of all as items.

    ExtractError when something else than JSON comes, nothing lies where records should, or a
    declared path leads nowhere in any record.
    """
    items: list[Item] = []
    counts: list[Count] = []
    records: list[Any] = []
    must_count(source)
    request: Request | None = Request(source.url)
    asked: set[str] = set()
    pages = int(option(source, "pages", _PAGES))
    while request is not None and len(asked) < pages and request.url not in asked:
        asked.add(request.url)
        fetched = yield request
        found = _json(fetched)
        page = _records(source, fetched, found)
        if not page and len(asked) > 1:
            break
        records += page
        if source.options.get("value"):
            counts += _figures(source, fetched, page)
        else:
            items += _items(source, fetched, page)
        request = following(source, fetched, found, Progress(len(asked), len(records), len(page)))
    _must_lead(source, records)
    return unique(items) or items_of(counts, source.url, source.lang)


def _json(fetched: Fetched) -> Any:
    try:
        return json.loads(fetched.text, parse_float=_exact, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ExtractError(
            f"JSON was expected at {fetched.url}, but {what_came(fetched)} came."
        ) from error


def _exact(text: str) -> Decimal | str:
    """The number to the last digit; one beyond all counting stays text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if abs(number.adjusted()) < _DIGITS else text


def _must_lead(source: Source, records: Sequence[Any]) -> None:
    """Insist that each declared path leads somewhere in one of the records at least.

    Else records would get other names. A few may well have no date and no text.
    """
    for key, path in _declared(source, many=len(records) >= _FEW) if records else ():
        if not any(values_at(record, path) for record in records):
            there = ", ".join(f"`{name}`" for name in islice(records[0], 20))
            raise ExtractError(
                f"The path `{key}: {path}` leads nowhere in the JSON from {source.url}: none of "
                f"the {len(records)} records has it. The first one has {there}. "
                "Correct the path, or take it out."
            )


def _declared(source: Source, *, many: bool) -> Iterator[tuple[str, str]]:
    """Yield what is declared, by the key under which it stands."""
    select, given = source.select, source.options
    keys = [("title", select.title), ("link", select.link)]
    keys += [("date", select.date), ("text", select.text)] if many else []
    keys += [("link", name) for name in _HOLE.findall(option(source, "link"))]
    for key in ("id", "value", "row", "column", "period", *(("text",) if many else ())):
        keys += [(key, path) for path in given.get(key, ())]
    yield from ((key, path) for key, path in keys if path)


def _records(source: Source, fetched: Fetched, found: Any) -> list[Any]:
    path = source.select.items or "$"
    records = values_at(found, path)
    if len(records) == 1 and isinstance(records[0], list):
        records = records[0]
    if not records and not values_at(found, path.removesuffix("[*]") or "$"):
        there = ", ".join(f"`{key}`" for key in found) if isinstance(found, dict) else "no keys"
        raise ExtractError(
            f"Nothing lies at `{path}` in the JSON from {fetched.url}, which has {there}: "
            f"it says «{shortened(clean(fetched.text[:400]), 120)}»."
        )
    if any(not isinstance(record, dict) for record in records):
        raise ExtractError(f"What lies at `{path}` in the JSON from {fetched.url} are no records.")
    return records


def _figures(source: Source, fetched: Fetched, records: Sequence[Any]) -> list[Count]:
    counts = [count for record in records for count in _counts(source, record)]
    if records and not counts:
        raise ExtractError(
            f"None of the {len(records)} records from {fetched.url} has a value where the "
            "option `value` says; its path may have changed."
        )
    return counts


def _items(source: Source, fetched: Fetched, records: Sequence[Any]) -> Sequence[Item]:
    items = [item for record in records if (item := _item(source, fetched, record))]
    if len(items) < len(records):
        raise ExtractError(
            f"{len(records) - len(items)} of {len(records)} records from {fetched.url} have "
            "neither a title nor a text where `select` says; the paths may have changed."
        )
    return items


def _item(source: Source, fetched: Fetched, record: Any) -> Item | None:
    select = source.select
    paths = [*([select.text] if select.text else []), *source.options.get("text", ())]
    blocks = [block for path in paths for text in texts_at(record, path) for block in _blocks(text)]
    title = _line(text_at(record, select.title or "title")) or shortened(clean(" ".join(blocks)))
    if not title:
        return None
    url = _link(source, fetched, record)
    id_ = text_at(record, option(source, "id")) or link_id(url) or fingerprint(title)
    date = text_at(record, select.date or "")
    published = read_date(date, lang=source.lang) if date else None
    return Item(
        id=id_,
        title=title,
        url=url,
        blocks=tuple(block for block in dict.fromkeys(blocks) if block != title),
        published=published,
        published_text=None if published else date or None,
        lang=source.lang,
    )


def _link(source: Source, fetched: Fetched, record: Any) -> str | None:
    """The address of a record, or the declared pattern with its `{…}` filled in."""
    pattern = option(source, "link")
    if pattern:
        parts = {name: text_at(record, name) for name in _HOLE.findall(pattern)}
        filled = _HOLE.sub(lambda name: parts[name[1]], pattern)
        return absolute(fetched.url, filled) if all(parts.values()) else None
    return absolute(fetched.url, text_at(record, source.select.link or "url"))


def _blocks(text: str) -> tuple[str, ...]:
    return visible_blocks(parse(text)) if _MARKUP.search(text) else blocks_of(text)


def _line(text: str) -> str:
    return clean(" ".join(visible_blocks(parse(text)))) if _MARKUP.search(text) else clean(text)


def _counts(source: Source, record: Any) -> Iterator[Count]:
    """The numbers of a record; each path of `value` is a column."""
    paths = source.options["value"]
    row = ", ".join(
        text for path in source.options.get("row", ()) for text in texts_at(record, path)
    )
    named = text_at(record, option(source, "column"))
    when = text_at(record, option(source, "period"))
    for path in paths:
        for value in values_at(record, path):
            if isinstance(value, bool | dict | list) or value is None:
                continue
            key = re.split(r"[.\[]", path.rstrip("[]*0123456789"))[-1]
            yield Count(
                row=clean(row),
                column=", ".join(filter(None, (named, key if len(paths) > 1 or not named else ""))),
                text=clean(str(value)),
                value=_number(value, source.lang),
                period=read_period(when) or when or None,
                unit=option(source, "unit") or None,
                key=text_at(record, option(source, "id")),
            )


def _number(value: object, lang: str | None) -> Decimal | None:
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return read_number(str(value), lang)


KIND = Kind(
    crawl,
    select=dict.fromkeys(("items", "title", "link", "date", "text"), path_rule),
    options={
        "id": Option("path of what names a record for ever", "id", check=path_rule),
        "text": Option("paths of more texts", "abstract", check=path_rule, many=True),
        "link": Option("address of a record, with paths in braces", "https://example.org/{id}"),
        "next": Option(
            "path of the next page's address, or of its cursor", "next", check=path_rule
        ),
        "cursor": Option("query parameter that takes the cursor", "cursor"),
        "page": Option("query parameter that counts pages", "page"),
        "offset": Option("query parameter that counts records", "offset"),
        "page_size": Option("records of a full page", "100", check=number_up_to(10_000)),
        "pages": Option("how many pages to read at most", _PAGES, check=number_up_to(100)),
        "value": Option("paths of numbers; makes each a figure", "count", path_rule, many=True),
        "row": Option("paths of what a number counts", "country", path_rule, many=True),
        "column": Option("path of how it is counted", "decision", check=path_rule),
        "period": Option("path of the period", "year", check=path_rule),
        "unit": Option("what is counted", "Personen"),
    },
)
