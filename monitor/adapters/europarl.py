"""The European Parliament's Open Data API v2: adopted texts, questions, documents, procedures.

Reference: https://data.europarl.europa.eu/en/developer-corner/opendata-api (JSON-LD). Its lists
hold bare numbers, oldest first, in pages shorter than asked for; beyond their end it answers with
204, so each page is asked for from the last record known. Overload is reported with status 200.
Numbers are listed before there is content; titles arrive language by language.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from urllib.parse import quote

from monitor.adapters.api import (
    Record,
    number_up_to,
    object_of,
    objects_of,
    one_of,
    records_of,
    shaped,
    text_at,
    texts_of,
)
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.html import parse, visible_text
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.dates import read_date

_API = "The European Parliament's API"
_HOME = "https://data.europarl.europa.eu/"
_DOCEO = "https://www.europarl.europa.eu/doceo/document"
_PAGE, _BATCH = 500, 30
_NUMBER = re.compile(r"(?:(?P<series>[A-Z]+)-\d+-)?(?P<year>\d{4})-(?P<number>\d+)")
_QUESTIONS = "parliamentary-questions"
_COLLECTIONS = ("adopted-texts", _QUESTIONS, "plenary-documents", "procedures")
# The year before is read on while its questions are still answered; a new year is asked for when
# it surely has begun to fill: an empty one is no page.
_READ_ON, _BEGIN = timedelta(days=120), timedelta(days=21)


def crawl(source: Source) -> Crawl:
    """Read the newest records of a collection, or certain ones; ExtractError if others come."""
    ids: Sequence[str] = source.options.get("only", ())
    if not ids:
        ids = yield from _newest(source)
    items: dict[str, Item] = {}
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        fetched = yield _request(source, f"/{','.join(batch)}")
        for item in _items(source, fetched, batch):
            items[item.id] = item
    return tuple(items.values())


def _request(source: Source, path: str = "", **query: object) -> Request:
    given = "".join(f"&{name}={value}" for name, value in query.items())
    return Request(
        f"{source.url}/{option(source, 'collection')}{path}?format=application%2Fld%2Bjson{given}",
        headers={"Accept": "application/ld+json"},
        conditional=False,  # the first page is the oldest one: it never changes
    )


def _newest(source: Source) -> Generator[Request, Fetched, list[str]]:
    """The numbers of the newest records, series by series."""
    years = source.options.get("year", ())
    if not years:
        years = yield from _years(source)
    listed: dict[str, Record] = {}
    for year in years:
        listed |= yield from _year(source, year)
    types = source.options.get("type", ())
    series: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for id_, record in listed.items():
        if (parts := _NUMBER.fullmatch(id_)) and (not types or _type(record) in types):
            series[parts["series"] or ""].append((int(parts["year"]), int(parts["number"]), id_))
    if not series:
        known = ", ".join(sorted({_type(record) for record in listed.values()}))
        raise ExtractError(
            f"The European Parliament lists {len(listed)} records of {', '.join(years)}, but none "
            f"that is wanted. Their types are {known or 'not given'}."
        )
    newest = int(option(source, "newest", "100"))
    return [
        id_ for name in sorted(series) for *_, id_ in sorted(series[name], reverse=True)[:newest]
    ]


def _years(source: Source) -> Generator[Request, Fetched, tuple[str, ...]]:
    """The years to list, by the server's own clock."""
    fetched = yield _request(source, offset=0, limit=1)
    _data(fetched)
    today = read_date(fetched.headers.get("date", ""))
    if today is None:
        raise ExtractError(
            "The European Parliament's API does not say what day it is; say with `year` which "
            "years to list."
        )
    return tuple(sorted({str((today - _READ_ON).year), str((today - _BEGIN).year)}))


def _year(source: Source, year: str) -> Generator[Request, Fetched, dict[str, Record]]:
    """All records listed for a year; each page begins with the last record of the one before."""
    known: dict[str, Record] = {}
    offset = 0
    while True:
        fetched = yield _request(source, year=year, offset=offset, limit=_PAGE)
        data = _data(fetched)
        page = {_id(record): record for record in data}
        _check_page(page, known, year, offset)
        if page.keys() <= known.keys() and len(data) == 1:
            return known
        if page.keys() <= known.keys():
            raise ExtractError("The European Parliament's API sends the same page again and again.")
        known |= page
        offset += len(data) - 1


def _check_page(page: dict[str, Record], known: dict[str, Record], year: str, offset: int) -> None:
    first = next(iter(page), "")
    if not any(f"{year}-" in id_ for id_ in page):
        raise ExtractError(
            f"The European Parliament was asked for records of {year} and lists none, but "
            f"{first or 'nothing'}: it ignores the year."
        )
    if offset and first == next(iter(known)):
        raise ExtractError("The European Parliament's API sends the same page again and again.")
    if offset and first not in known:
        raise ExtractError(
            "The European Parliament's list changed while it was read, and records may be "
            "missing; the next check tries again."
        )


def _data(fetched: Fetched) -> list[Record]:
    return records_of(object_of(fetched, _API), "data", _API)


def _id(record: Record) -> str:
    if found := text_at(record, "identifier") or text_at(record, "process_id"):
        return found
    raise ExtractError("The European Parliament sends a record without number; its format changed.")


def _type(record: Record) -> str:
    return (text_at(record, "work_type") or text_at(record, "process_type")).rpartition("/")[2]


def _items(source: Source, fetched: Fetched, asked: Sequence[str]) -> Iterator[Item]:
    """The records of a batch that have content by now, and the answers among them."""
    found = {_id(record): record for record in _data(fetched)}
    if not found or not found.keys() <= set(asked):
        raise ExtractError(
            f"The European Parliament was asked for {asked[0]} and others, but sends "
            f"{', '.join(found.keys() - set(asked)) or 'none of them'}."
        )
    if len(asked) == _BATCH and len(found) < _BATCH / 2:
        raise ExtractError(
            f"The European Parliament was asked for {_BATCH} records and sends {len(found)}: so "
            "many cannot be without content yet, so its answer is cut short."
        )
    if missing := set(source.options.get("only", ())) & set(asked) - found.keys():
        raise ExtractError(
            f"The European Parliament has no {', '.join(sorted(missing))}; look at `only`."
        )
    for id_ in filter(found.__contains__, asked):
        record = found[id_]
        if "process_id" in record:
            yield from _procedure(source, record)
            continue
        answers = objects_of(record, "inverse_answers_to")
        state = ("answered" if answers else "asked") if _asks(source) else None
        yield from (question := tuple(_document(source, record, state)))
        for answer in answers:
            title = question[0].title if question else ""
            yield from _document(source, answer, "answered", title)


def _asks(source: Source) -> bool:
    return option(source, "collection") == _QUESTIONS


def _document(source: Source, record: Record, state: str | None, about: str = "") -> Iterator[Item]:
    """The document as an item, or none while it has no title; `about` is what it answers."""
    lang, title = _worded(source, record.get("title_dcterms"))
    if not title:
        return
    expression = _expression(record, lang)
    long_title = _worded(source, expression.get("title_alternative"))[1]
    published = read_date(date) if (date := text_at(record, "document_date")) else None
    blocks = (long_title, text_at(record, "label"))
    yield Item(
        id=_id(record),
        title=f"{about} – {title}" if about else title,
        url=f"{_DOCEO}/{_id(record)}_{lang.upper()}.html",
        document=_text(expression),
        blocks=tuple(block for block in blocks if block and block != title),
        published=published,
        published_text=None if published else date or None,
        lang=lang,
        state=state,
    )


def _procedure(source: Source, record: Record) -> Iterator[Item]:
    """The procedure with what has happened in it, oldest first; none while it has no title."""
    lang, title = _worded(source, record.get("process_title"))
    if not title:
        return
    events = sorted(
        (text_at(event, "activity_date"), _event(event))
        for event in objects_of(record, "consists_of", "was_scheduled_in")
        if text_at(event, "activity_date")
    )
    label = text_at(record, "label")
    yield Item(
        id=_id(record),
        title=f"{title} – {label}" if label else title,
        url="https://oeil.europarl.europa.eu/oeil/en/procedure-file?reference="
        + quote(label or _id(record), safe="/()"),
        blocks=tuple(dict.fromkeys(f"{date}: {event}" for date, event in events)),
        lang=lang,
    )


def _event(event: Record) -> str:
    """What happened, in the API's own words, and the documents it was about."""
    kind = (text_at(event, "had_activity_type") or text_at(event, "type")).rpartition("/")[2]
    papers = texts_of(event, "decided_on_a_realization_of")
    named = ", ".join(sorted(paper.rpartition("/")[2] for paper in papers))
    foreseen = "foreseen: " if text_at(event, "type").startswith("Foreseen") else ""
    return f"{foreseen}{kind.replace('_', ' ').lower()}{f' ({named})' if named else ''}"


def _worded(source: Source, texts: object) -> tuple[str, str]:
    """Language and wording of a text that stands there in several languages; empty if in none."""
    by_language = texts if isinstance(texts, dict) else {}
    wanted = source.options.get("languages") or (source.lang or "en", "en")
    for code in (*wanted, *sorted(by_language)):
        if isinstance(text := by_language.get(code), str) and text.strip():
            return code, visible_text(parse(text))  # long titles hold <br/>
    return wanted[0], ""


def _expression(record: Record, lang: str) -> Record:
    """The document in one language."""
    for found in objects_of(record, "is_realized_by"):
        if text_at(found, "id").endswith(f"/{lang}"):
            return found
    return {}


def _text(expression: Record) -> str | None:
    """Where the text of the document lies; the pages for readers shut programs out."""
    files = [text_at(f, "is_exemplified_by") for f in objects_of(expression, "is_embodied_by")]
    for ending in (".xhtml", ".pdf"):
        if found := next((file for file in files if file.endswith(ending)), None):
            return _HOME + found
    return None


KIND = Kind(
    crawl,
    options={
        "collection": Option(
            "what is read",
            _QUESTIONS,
            check=one_of(*_COLLECTIONS),
            needed=True,
        ),
        "only": Option(
            "these records instead of the newest",
            "2025-0059",
            check=shaped(
                r"[A-Z0-9]+(?:-[A-Z0-9]+)+", "a number such as 2025-0059 or A-9-2024-0163"
            ),
            many=True,
        ),
        "year": Option(
            "these years instead of the current one",
            "2026",
            check=shaped(r"\d{4}", "a year"),
            many=True,
        ),
        "type": Option(
            "only records of these types, as the API calls them",
            "QUESTION_WRITTEN",
            check=shaped(r"[A-Z][A-Z_]*", "a type such as QUESTION_WRITTEN"),
            many=True,
        ),
        "newest": Option("how many of each series are read", "100", check=number_up_to(2000)),
        "languages": Option(
            "languages of titles, the preferred one first; otherwise that of the source",
            "en",
            check=shaped(r"[a-z]{2}", "a language code such as en"),
            many=True,
        ),
    },
    url="https://data.europarl.europa.eu/api/v2",
)
