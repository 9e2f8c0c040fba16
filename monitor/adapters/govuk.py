"""GOV.UK: a page with its history of changes and its files, a collection, or a search.

GOV.UK Content API (content-api.publishing.service.gov.uk) and Search API (docs.publishing.service.
gov.uk/repos/search-api); Open Government Licence v3. Quirks: a file's `id` is renumbered at every
edit, so its address is its name; one note is attached twice, as a page «(accessible)» and as a PDF;
`updated_at` and `publishing_request_id` move without an edit; a page that was moved or removed
answers with 200 too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from monitor.adapters.api import (
    Record,
    at,
    count_at,
    listed,
    number,
    number_up_to,
    object_of,
    records_of,
    text_at,
)
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.html import absolute, parse, visible_blocks
from monitor.adapters.identity import unique
from monitor.adapters.whole import must_be_newest_first, must_be_whole
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_SITE = "https://www.gov.uk"
_COUNT = 50
_SEARCH = "/api/search.json"
_CONTENT = "/api/content"
_ACCESSIBLE = re.compile(r"\s*\(accessible(?: version)?\)\s*$", re.IGNORECASE)
_NEEDED = {"publication": ("attachments", "change_history"), "html_publication": ("body",)}


def crawl(source: Source) -> Crawl:
    """Yield the one request for a page, collection or search."""
    path = urlsplit(source.url).path.rstrip("/")
    if path == _SEARCH:
        return unique(_results(source, (yield Request(_query(source)))))
    path = f"{_CONTENT}{path.removeprefix(_CONTENT)}"
    return unique(tuple(_page(source, (yield Request(f"{_SITE}{path}")))))


def _query(source: Source) -> str:
    asked = {
        "q": option(source, "words"),
        "filter_organisations": option(source, "organisation"),
        "filter_content_store_document_type": option(source, "type"),
        "order": "-public_timestamp",
        "count": str(number(source, "count", _COUNT)),
        "fields": "title,link,description,public_timestamp",
    }
    return f"{_SITE}{_SEARCH}?{urlencode({key: value for key, value in asked.items() if value})}"


def _results(source: Source, fetched: Fetched) -> list[Item]:
    """Return what a search finds, newest first; () when it says that there is nothing."""
    answer = object_of(fetched, "GOV.UK")
    found = records_of(answer, "results", "GOV.UK")
    total = count_at(answer, "total")
    if total is None or total < len(found):
        raise ExtractError(
            f"GOV.UK says that {'an unknown number of' if total is None else total} pages fit the "
            f"search and sent {len(found)}; its format has changed."
        )
    count = number(source, "count", _COUNT)
    must_be_whole(len(found), min(total, count), "The search of GOV.UK")
    items = [_linked(source, result, "link", "public_timestamp") for result in found]
    if total > count:
        must_be_newest_first(items, fetched.url)
    return items


def _linked(source: Source, record: Record, link: str, date: str) -> Item:
    """Return the item of a page that a search or a collection links to."""
    url, title = absolute(_SITE, text_at(record, link)), text_at(record, "title")
    if not url or not title:
        raise ExtractError(
            f"GOV.UK lists a page without a title or without a `{link}` at {source.url}; "
            "its format has changed."
        )
    description = text_at(record, "description")
    return _item(source, url, title, [description], text_at(record, date))


def _page(source: Source, fetched: Fetched) -> Iterator[Item]:
    """Yield the page, then what it attaches or, for a collection, what it collects."""
    page = object_of(fetched, "GOV.UK")
    details, schema = at(page, "details"), text_at(page, "schema_name")
    _must_be_there(source, page)
    for key in _NEEDED.get(schema or text_at(page, "document_type"), ()):
        if at(details, key) is None:
            raise ExtractError(
                f"The {schema} at {fetched.url} has no `details.{key}`; the format of GOV.UK's "
                "Content API has changed."
            )
    date = text_at(page, "public_updated_at") or text_at(details, "public_timestamp")
    withdrawn = _html(at(page, "withdrawn_notice", "explanation"))
    yield _item(
        source,
        absolute(_SITE, text_at(page, "base_path")) or fetched.url,
        text_at(page, "title"),
        [
            *withdrawn,
            text_at(page, "description"),
            *_notes(details),
            *_html(at(details, "body")),
        ],
        date,
        state="withdrawn" if withdrawn else None,
    )
    yield from _attachments(source, listed(at(details, "attachments")))
    collected = listed(at(page, "links", "documents"))
    if schema == "document_collection" and not collected:
        raise ExtractError(
            f"The collection at {fetched.url} has no `links.documents`: the format of GOV.UK's "
            "Content API has changed."
        )
    for document in collected:
        yield _linked(source, document, "base_path", "public_updated_at")


def _must_be_there(source: Source, page: Record) -> None:
    kind = text_at(page, "document_type")
    if kind in {"redirect", "gone", "vanish"}:
        targets = (text_at(move, "destination") for move in listed(at(page, "redirects")))
        where = ", ".join(filter(None, (absolute(_SITE, target) for target in targets)))
        raise ExtractError(
            f"{source.url} is no page any more: GOV.UK answers «{kind}»"
            + (f" and points to {where}." if where else ". Look for what replaced it.")
        )
    address = absolute(_SITE, text_at(page, "base_path"))
    if not (text_at(page, "title") and address and at(page, "details")):
        raise ExtractError(
            f"GOV.UK's answer for {source.url} has no title, `base_path` or `details`; "
            "the address is wrong or the format of its Content API has changed."
        )


def _notes(details: Any) -> list[str]:
    """Return the notes on changes, newest first, each with its day."""
    history = listed(at(details, "change_history"))
    notes = [
        (text_at(change, "public_timestamp")[:10], text_at(change, "note")) for change in history
    ]
    found = [f"{day}: {note}" for day, note in notes if note]
    if history and not found:
        raise ExtractError(
            "No note on changes can be read (`details.change_history[].note`); the format of "
            "GOV.UK's Content API has changed."
        )
    return found


def _html(value: Any) -> tuple[str, ...]:
    return visible_blocks(parse(value)) if isinstance(value, str) and value.strip() else ()


def _attachments(source: Source, attachments: Sequence[Record]) -> Iterator[Item]:
    """Yield each document once: the page that can be read, or else the file."""
    chosen: dict[str, Record] = {}
    for attachment in sorted(attachments, key=lambda a: text_at(a, "attachment_type") != "html"):
        title = _ACCESSIBLE.sub("", text_at(attachment, "title"))
        chosen.setdefault(title or text_at(attachment, "url"), attachment)
    for title, attachment in chosen.items():
        url = absolute(_SITE, text_at(attachment, "url"))
        if not url:
            raise ExtractError(f"GOV.UK attaches «{title}» to {source.url} without an address.")
        yield _item(source, url, title, ())


def _item(
    source: Source,
    url: str,
    title: str,
    blocks: Sequence[str],
    date: str = "",
    *,
    state: str | None = None,
) -> Item:
    published = read_date(date) if date else None
    return Item(
        id=urlsplit(url).path or url,
        title=clean(title),
        url=url,
        blocks=tuple(dict.fromkeys(filter(None, blocks))),
        published=published,
        published_text=None if published else date or None,
        lang=source.lang or "en",
        state=state,
    )


KIND = Kind(
    crawl,
    options={
        "words": Option("what to search for", "country policy and information note Russia"),
        "organisation": Option("whose pages to search", "home-office"),
        "type": Option("which type of page to search", "guidance"),
        "count": Option("how many results to read, newest first", "50", number_up_to(500)),
    },
    url=f"{_SITE}{_SEARCH}",
)
