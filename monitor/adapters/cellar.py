"""EU law and case law by number, subject, title or act, from the Publications Office (CELLAR).

Reference: https://op.europa.eu/en/web/cellar (SPARQL; ontology CDM). A work has expressions, one
per language, and those have titles; fresh judgments have none yet. Titles of judgments hold
parties, keywords and case number, joined by «#». Faults come as plain text with status 200, and a
query that takes too long is answered in part. EUR-Lex itself shuts programs out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from monitor.adapters.api import (
    Record,
    number,
    number_up_to,
    object_of,
    one_of,
    records_of,
    shaped,
    text_at,
    texts_of,
)
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.whole import must_find
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_API = "The Publications Office"
_ROWS = 2000
_EURLEX = "https://eur-lex.europa.eu/legal-content"
_TEXTS = "https://publications.europa.eu/resource/celex"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_CDM = "http://publications.europa.eu/ontology/cdm#"
_ASKING = ("celex", "about", "type", "subject", "title")
_COLUMNS = ("celex", "date", "type", "ecli", "language", "title")
_LANGUAGES = {
    "bg": "BUL", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA",
    "et": "EST", "fi": "FIN", "fr": "FRA", "ga": "GLE", "hr": "HRV", "hu": "HUN", "it": "ITA",
    "lt": "LIT", "lv": "LAV", "mt": "MLT", "nl": "NLD", "pl": "POL", "pt": "POR", "ro": "RON",
    "sk": "SLK", "sl": "SLV", "sv": "SWE",
}  # fmt: skip
_RELATIONS = {
    "work_cites_work": "cites",
    "case-law_interpretes_resource_legal": "interprets",
    "resource_legal_amends_resource_legal": "amends",
    "resource_legal_corrects_resource_legal": "corrects",
    "resource_legal_repeals_resource_legal": "repeals",
    "resource_legal_implements_resource_legal": "implements",
    "resource_legal_based_on_resource_legal": "is based on",
    "resource_legal_proposes_to_amend_resource_legal": "proposes to amend",
    "act_consolidated_consolidates_resource_legal": "consolidates",
}
_TYPES = {
    "JUDG": "Judgment",
    "ORDER": "Order",
    "OPIN_AG": "Opinion of the Advocate General",
    "REG": "Regulation",
    "REG_IMPL": "Implementing regulation",
    "DIR": "Directive",
    "DEC": "Decision",
    "DEC_IMPL": "Implementing decision",
    "CONS_TEXT": "Consolidated text",
}


@dataclass(slots=True)
class _Work:
    """What the rows about one work say together."""

    celex: str
    date: str
    type: str
    ecli: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    relations: dict[str, None] = field(default_factory=dict)


def crawl(source: Source) -> Crawl:
    """Ask what the options of a source describe; ExtractError when they describe nothing."""
    fetched = yield Request(
        source.url,
        headers={
            "Accept": "application/sparql-results+json",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        method="POST",  # queries are too long for an address
        body=urlencode({"query": _query(source)}).encode(),
        conditional=False,
    )
    return items_of(source, fetched)


def items_of(source: Source, fetched: Fetched) -> tuple[Item, ...]:
    """Return the works found, newest first; ExtractError when they are not what was asked for."""
    rows = _rows(source, fetched)
    works: dict[str, _Work] = {}
    for row in rows:
        _add(works, row)
    newest = number(source, "newest", 100)
    if len(rows) >= _ROWS:
        works.popitem()  # the last one may lack rows
        if len(works) < newest:
            raise ExtractError(
                f"The answer of the Publications Office ends at {_ROWS} rows, after {len(works)} "
                f"works, but the newest {newest} are wanted. Narrow the question with `since` or "
                "`type`, or lower `newest`."
            )
    dates = [work.date for work in works.values()]
    if dates != sorted(dates, reverse=True):  # else those left out could be the newest
        raise ExtractError("The Publications Office no longer sorts by date as it was asked to.")
    found = list(works.values())[:newest]
    for work in found:
        _check_fits(source, work)
    _must_have(source, works)
    return tuple(_item(source, work) for work in found)


def _must_have(source: Source, works: Mapping[str, _Work]) -> None:
    """Works that are asked for by number alone are there, unless there may be none."""
    alone = source.options.keys() & {*_ASKING, "since"} == {"celex"}
    missing = set(source.options.get("celex", ())) - works.keys()
    if alone and missing and source.expect.min_items:
        raise ExtractError(
            f"The Publications Office has no {', '.join(sorted(missing))}; look at `celex`. If a "
            "number may be missing, say `expect: {min_items: 0}`."
        )


def _query(source: Source) -> str:
    """The query in SPARQL 1.1; texts of the configuration stand in it only as checked literals."""
    if not source.options.keys() & set(_ASKING):
        raise ExtractError(
            f"Nothing is asked of the Publications Office; say one of {', '.join(_ASKING)}."
        )
    conditions = "\n".join(_conditions(source))
    # A variable that is shown and never bound is an error to their server.
    columns = [*_COLUMNS, *(("relation", "act") if "about" in source.options else ())]
    return f"""PREFIX cdm: <{_CDM}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT DISTINCT ?{" ?".join(columns)} WHERE {{
{conditions}
?work cdm:resource_legal_id_celex ?celex ; cdm:work_date_document ?date ;
  cdm:work_has_resource-type ?type .
OPTIONAL {{ ?work cdm:case-law_ecli ?ecli }}
{_titles(source)}
}} ORDER BY DESC(?date) DESC(STR(?celex)) LIMIT {_ROWS}"""


def _conditions(source: Source) -> Iterator[str]:
    if numbers := source.options.get("celex"):
        yield f"VALUES ?celex {{ {_literals(numbers)} }}"
    if acts := source.options.get("about"):
        yield f"VALUES ?act {{ {_literals(acts)} }}"
        relations = " ".join(f"cdm:{name}" for name in _RELATIONS)
        yield f"VALUES ?relation {{ {relations} }}"
        yield "?law cdm:resource_legal_id_celex ?act . ?work ?relation ?law ."
    if types := source.options.get("type"):
        listed = " ".join(f"<{_AUTHORITY}resource-type/{name}>" for name in types)
        yield f"VALUES ?type {{ {listed} }}"
    if subjects := source.options.get("subject"):
        listed = " ".join(f'"{_escaped(subject)}"@en' for subject in subjects)
        yield f"VALUES ?subject {{ {listed} }}"
        yield "?work cdm:work_is_about_concept_eurovoc/skos:prefLabel ?subject ."
    if since := option(source, "since"):
        yield f'FILTER(STR(?date) >= "{since}")'


def _titles(source: Source) -> str:
    """The part about titles: only those with certain words, or any, and then none is needed."""
    languages = ", ".join(f"<{_AUTHORITY}language/{_LANGUAGES[code]}>" for code in _wanted(source))
    title = f"""?expression cdm:expression_belongs_to_work ?work ;
  cdm:expression_uses_language ?language ; cdm:expression_title ?title .
FILTER(?language IN ({languages}))"""
    words = " OR ".join(f"'{word}'" for word in source.options.get("title", ()))
    return f'{title}\n?title bif:contains "{words}" .' if words else f"OPTIONAL {{ {title} }}"


def _literals(numbers: tuple[str, ...]) -> str:
    return " ".join(f'"{_escaped(number)}"^^xsd:string' for number in numbers)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _wanted(source: Source) -> tuple[str, ...]:
    """The languages of titles, the first one preferred."""
    own = source.lang if source.lang in _LANGUAGES else "en"
    return source.options.get("languages") or (own or "en",)


def _rows(source: Source, fetched: Fetched) -> list[dict[str, str]]:
    answer = object_of(fetched, _API)
    head, results = answer.get("head"), answer.get("results")
    if not isinstance(head, dict) or not isinstance(results, dict):
        raise ExtractError("The Publications Office sends no SPARQL results; its format changed.")
    if missing := {"celex", "date", "type"}.difference(texts_of(head, "vars")):
        raise ExtractError(
            f"The answer of the Publications Office has no column {', '.join(sorted(missing))}: "
            "it belongs to another question."
        )
    if "x-sql-state" in fetched.headers:
        raise ExtractError(
            "The Publications Office gave up in the middle and sent a part of the answer. "
            "If that happens again, narrow the question with `since` or `type`."
        )
    rows = [_plain(row) for row in records_of(results, "bindings", _API)]
    must_find(source, len(rows), _API, "numbers, subjects and types")
    return rows


def _plain(row: Record) -> dict[str, str]:
    """The values of a row; what is not bound is missing."""
    return {name: text_at(bound, "value") for name, bound in row.items()}


def _add(works: dict[str, _Work], row: Mapping[str, str]) -> None:
    if not (row.get("celex") and row.get("date") and row.get("type")):
        raise ExtractError("The Publications Office sends a row without number, date or type.")
    new = _Work(row["celex"], row["date"][:10], row["type"].rpartition("/")[2])
    work = works.setdefault(row["celex"], new)
    work.ecli = work.ecli or row.get("ecli", "")
    if row.get("title"):
        work.titles.setdefault(row.get("language", "").rpartition("/")[2], row["title"])
    if row.get("act"):
        name = row.get("relation", "").rpartition("#")[2] or row.get("relation", "")
        work.relations[f"{_RELATIONS.get(name, name)} {row['act']}"] = None


def _check_fits(source: Source, work: _Work) -> None:
    asked = source.options
    about = {relation.rpartition(" ")[2] for relation in work.relations}
    if (
        ("celex" in asked and work.celex not in asked["celex"])
        or ("type" in asked and work.type not in asked["type"])
        or ("about" in asked and not about & set(asked["about"]))
        or ("title" in asked and not _has_words(work, asked["title"]))
        or work.date < option(source, "since")
    ):
        raise ExtractError(
            f"The Publications Office answers with {work.celex} ({work.type} of {work.date}), "
            "which does not fit the options: it ignores a part of the question."
        )


def _has_words(work: _Work, words: tuple[str, ...]) -> bool:
    titles = " ".join(_folded(title) for title in work.titles.values())
    return any(_folded(word) in titles for word in words)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _item(source: Source, work: _Work) -> Item:
    codes = _wanted(source)
    titles = [title for code in codes if (title := work.titles.get(_LANGUAGES[code]))]
    name = f"{_TYPES.get(work.type, work.type)} {work.celex}"
    title, *parts = _parts(titles[0]) if titles else [name]
    others = [" ".join(_parts(other)) for other in titles[1:]]
    published = read_date(work.date)
    number = quote(work.celex, safe="")
    return Item(
        id=work.celex,
        title=title,
        url=f"{_EURLEX}/{codes[0].upper()}/TXT/?uri=CELEX:{number}",
        document=f"{_TEXTS}/{number}.{_LANGUAGES[codes[0]]}.xhtml",
        blocks=tuple(filter(None, [*parts, *others, name, *sorted(work.relations), work.ecli])),
        published=published,
        published_text=None if published else work.date,
        lang=codes[0],
    )


def _parts(title: str) -> list[str]:
    """A title, which of a judgment holds court and date, parties and case; then its keywords."""
    court, *rest = [part for part in map(clean, title.split("#")) if part] or [title]
    if not rest:
        return [court]
    case = [rest.pop()] if len(rest) > 1 else []
    return [" ".join([court, rest[0], *case]), *rest[1:]]


_NUMBER = shaped(r"[0-9CE]\d{4}[A-Z]{1,3}[0-9A-Z()/_-]*", "a CELEX number such as 32024R1347")

KIND = Kind(
    crawl,
    options={
        "celex": Option("these works", "32024R1347", check=_NUMBER, many=True),
        "about": Option(
            "works that cite, interpret, amend, correct, repeal, implement or consolidate one of "
            "these acts, or are based on it",
            "32011L0095",
            check=_NUMBER,
            many=True,
        ),
        "type": Option(
            "only works of these types of the EU's authority table",
            "JUDG",
            check=shaped(r"[A-Z][A-Z_]*", "a type of resource such as JUDG, OPIN_AG or REG"),
            many=True,
        ),
        "subject": Option(
            "works filed under one of these EuroVoc descriptors, in English",
            "right of asylum",
            check=shaped(r"[^\"\\\s]+(?: [^\"\\\s]+)*", "a descriptor of EuroVoc"),
            many=True,
        ),
        "title": Option(
            "one of these words or phrases stands in the title",
            "international protection",
            check=shaped(r"\w+(?:[ -]\w+)*|\w{4,}\*", "words, or the beginning of one with `*`"),
            many=True,
        ),
        "since": Option(
            "only works dated on this day or later",
            "2024-01-01",
            check=shaped(r"\d{4}-\d{2}-\d{2}", "a date like 2024-01-01"),
        ),
        "languages": Option(
            "languages of titles, the preferred one first; otherwise that of the source",
            "en",
            check=one_of(*_LANGUAGES),
            many=True,
        ),
        "newest": Option("how many works are read", "100", check=number_up_to(500)),
    },
    url="https://publications.europa.eu/webapi/rdf/sparql",
)
