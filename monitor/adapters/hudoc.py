"""Case law of the European Court of Human Rights, by the query API behind hudoc.echr.coe.int.

No reference is published; the query language is that of the site's own searches. The API wants
every parameter (else 404), pages to 10,000 hits, and names what is no date «0001-01-01».
`application` is a file type; the number of an application is `appno`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlencode

from monitor.adapters.api import (
    Record,
    count_at,
    number,
    number_up_to,
    object_of,
    one_of,
    records_of,
    shaped,
    text_at,
)
from monitor.adapters.crawl import Crawl, Kind, Option
from monitor.adapters.whole import must_be_whole, must_find
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_API = "HUDOC"
_PAGE = 100
_SCOPE = "contentsitename:ECHR AND (NOT (doctype=PR OR doctype=HFCOMOLD OR doctype=HECOMOLD))"
_CONDITIONS = {  # option: how one of its texts is written in a query
    "words": '"{}"',
    "states": 'respondent="{}"',
    "articles": 'article="{}"',
    "collections": 'documentcollectionid2:"{}"',
    "languages": 'languageisocode:"{}"',
}
_FILTERED = {  # option: the column in which its texts must show up
    "states": "respondent",
    "articles": "article",
    "collections": "documentcollectionid2",
    "languages": "languageisocode",
}
_COLUMNS = (
    "itemid,ecli,appno,docname,doctype,kpdate,judgementdate,decisiondate,introductiondate,"
    "languageisocode,importance,respondent,article,conclusion,issue,documentcollectionid2"
)
_DATES = ("kpdate", "judgementdate", "decisiondate", "introductiondate")
_LANGUAGES = {"ENG": "en", "FRE": "fr", "GER": "de", "RUS": "ru", "UKR": "uk"}
_SORTS = {
    "GRANDCHAMBER": "Grand Chamber",
    "CHAMBER": "Chamber",
    "COMMITTEE": "Committee",
    "JUDGMENTS": "judgment",
    "DECISIONS": "decision",
    "COMMUNICATEDCASES": "communicated case",
    "CLIN": "case-law information note",
}
_IMPORTANCE = {"1": "key case", "2": "high", "3": "medium", "4": "low"}
_TEXT = "https://hudoc.echr.coe.int/app/conversion/docx/html/body?library=ECHR&id="
_PUBLIC = "https://hudoc.echr.coe.int/eng?i="


def crawl(source: Source) -> Crawl:
    """Read the newest hits of a search, page after page; ExtractError when they do not fit it."""
    hits: list[Record] = []
    promised = 0
    for page in range(number(source, "pages", 2)):
        fetched = yield Request(_address(source, page * _PAGE), conditional=page == 0)
        total, found = _hits(source, fetched)
        if found and _names(found) <= _names(hits):
            raise ExtractError(f"HUDOC gives the same page of hits again as page {page + 1}.")
        hits += found
        promised = max(promised, total)
        if len(hits) >= promised:
            break
        must_be_whole(len(found), min(_PAGE, promised - page * _PAGE), f"Page {page + 1} of HUDOC")
    return _items(source, hits)


def _address(source: Source, start: int) -> str:
    parameters = {
        "query": _query(source),
        "select": _COLUMNS,
        "sort": "kpdate Descending",
        "start": start,
        "length": _PAGE,
        "rankingModelId": "11111111-0000-0000-0000-000000000000",
        "facetquery": "",
    }
    return f"{source.url}?{urlencode(parameters, quote_via=quote)}"


def _query(source: Source) -> str:
    alternatives = (
        " OR ".join(pattern.format(text) for text in source.options.get(key, ()))
        for key, pattern in _CONDITIONS.items()
    )
    return " AND ".join([_SCOPE, *(f"({either})" for either in alternatives if either)])


def _hits(source: Source, fetched: Fetched) -> tuple[int, list[Record]]:
    """The number of all hits, and those of this page."""
    found = object_of(fetched, _API)
    total = count_at(found, "resultcount")
    results = records_of(found, "results", _API)
    if total is None or total < len(results):
        raise ExtractError(
            f"HUDOC says that it found «{text_at(found, 'resultcount')}» documents, and sends "
            f"{len(results)}: its format has changed."
        )
    must_find(source, total, _API, "its words, states and articles")
    if not all(isinstance(result.get("columns"), dict) for result in results):
        raise ExtractError("HUDOC sends hits without `columns`: its format has changed.")
    return total, [result["columns"] for result in results]


def _names(hits: Iterable[Record]) -> set[str]:
    return {text_at(hit, "itemid") for hit in hits}


def _items(source: Source, hits: list[Record]) -> tuple[Item, ...]:
    items: dict[str, Item] = {}
    newest = ""
    for hit in hits:
        if not (id_ := text_at(hit, "itemid")) or not text_at(hit, "docname"):
            raise ExtractError("HUDOC sends a hit without `itemid` or `docname`; it has changed.")
        _check_fits(source, hit)
        date = text_at(hit, "kpdate")
        if newest and date > newest:
            raise ExtractError(
                f"HUDOC no longer sorts by date: {id_} of {date} comes after one of {newest}, "
                "so the newest documents may be missing."
            )
        newest = date
        items[id_] = _item(hit, id_)
    return tuple(items.values())


def _check_fits(source: Source, hit: Record) -> None:
    """An unknown filter is ignored in silence, and everything comes."""
    for key, column in _FILTERED.items():
        wanted = source.options.get(key, ())
        has = re.split(r"[;+]", text_at(hit, column))
        fits = any(part == text or part.startswith(f"{text}-") for text in wanted for part in has)
        if wanted and not fits:
            raise ExtractError(
                f"HUDOC was asked for {key} {', '.join(wanted)}, but {text_at(hit, 'itemid')} has "
                f"«{text_at(hit, column)}»: it ignores the filter `{column}`."
            )


def _item(hit: Record, id_: str) -> Item:
    published, unreadable = None, None
    for given in filter(None, (text_at(hit, key) for key in _DATES)):
        unreadable = unreadable or given
        if published := read_date(given, lang="fr"):  # day before month, in both languages
            break
    return Item(
        id=id_,
        title=text_at(hit, "docname"),
        url=_PUBLIC + id_,
        document=_TEXT + id_,
        blocks=tuple(filter(None, map(clean, _blocks(hit)))),
        published=published,
        published_text=None if published else unreadable,
        lang=_LANGUAGES.get(text_at(hit, "languageisocode")),
    )


def _blocks(hit: Record) -> Iterator[str]:
    """What is known of a document, as sentences that a search for words can read."""
    belongs = text_at(hit, "documentcollectionid2").split(";")
    yield ", ".join(words for sort, words in _SORTS.items() if sort in belongs)
    if numbers := text_at(hit, "appno"):
        yield f"Application no. {numbers.replace(';', ', no. ')}"
    yield from text_at(hit, "conclusion").split(";")
    if articles := text_at(hit, "article"):
        yield f"Article {articles.replace(';', ', Article ')}"
    yield from text_at(hit, "issue").split(";")
    if respondents := text_at(hit, "respondent"):
        yield f"Respondent: {respondents.replace(';', ', ')}"
    if level := text_at(hit, "importance"):
        yield f"Importance {level} ({_IMPORTANCE.get(level, 'not known')})"
    yield text_at(hit, "ecli")


KIND = Kind(
    crawl,
    options={
        "words": Option(
            "one of these words or phrases stands in the text",
            "conscientious objection",
            check=shaped(r'[^"]+', "words without quotation marks"),
            many=True,
            needed=True,
        ),
        "states": Option(
            "one of these states is the respondent",
            "RUS",
            check=shaped(r"[A-Z]{3}", "a state by its three letters (ISO 3166)"),
            many=True,
        ),
        "articles": Option(
            "one of these articles of the Convention is at issue",
            "9",
            check=shaped(r"(?:P\d+-)?\d+(?:-\d+)?", "an article such as 9, 9-1 or P1-1"),
            many=True,
        ),
        "collections": Option(
            "only documents of these sorts",
            "JUDGMENTS",
            check=one_of("JUDGMENTS", "DECISIONS", "COMMUNICATEDCASES", "CLIN", "GRANDCHAMBER"),
            many=True,
        ),
        "languages": Option(
            "only texts in these languages",
            "ENG",
            check=shaped(r"[A-Z]{3}", "a language by its three letters, such as ENG"),
            many=True,
        ),
        "pages": Option("how many pages of 100 hits are read", "2", check=number_up_to(20)),
    },
    url="https://hudoc.echr.coe.int/app/query/results",
)
