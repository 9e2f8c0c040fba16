"""Long lists of the kinds whose pages are long: made of the first record of a recorded answer."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from monitor.model import Fetched, Item, Source
from tests.contract import Given, answer, cases, talk

NEWEST = date(2026, 11, 20)


@dataclass(frozen=True)
class Long:
    """Where an answer of a kind says what makes a list a long one."""

    case: str
    answer: int
    records: str
    id: str
    date: str
    total: str
    page: int
    date_form: str = "%Y-%m-%d"
    options: Mapping[str, tuple[str, ...]] | None = None
    refused: str = ""

    def pages(self, kind: str, order: Sequence[int]) -> tuple[Source, list[Given]]:
        """Return settings and answers of a list with as many records as `order` has numbers."""
        case = next(case for case in cases() if (case.kind, case.name) == (kind, self.case))
        given = case.given()
        whole = json.loads(given[self.answer])
        first = _at(whole, self.records)[0]
        records = [self._record(first, number) for number in order]
        lists = [
            self._answer(whole, records[start : start + self.page], len(records))
            for start in range(0, len(records), self.page)
        ]
        options = {**case.source.options, **(self.options or {})}
        return replace(case.source, options=options), [*given[: self.answer], *lists]

    def _record(self, first: Any, number: int) -> Any:
        record = copy.deepcopy(first)
        _set(record, self.id, f"{_at(record, self.id)}{number:04}")
        _set(record, self.date, (NEWEST - timedelta(number)).strftime(self.date_form))
        return record

    def _answer(self, whole: Any, records: Sequence[Any], total: int) -> str:
        page = copy.deepcopy(whole)
        _set(page, self.records, list(records))
        _set(page, self.total, type(_at(page, self.total))(total))
        return json.dumps(page, ensure_ascii=False)


def read(source: Source, given: Sequence[Given]) -> tuple[Item, ...]:
    """Return the items of answers that are given in this order."""

    def give(number: int, url: str) -> Fetched:
        return answer(given[number], "application/json", url)

    return talk(source, give)


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[key]
    return value


def _set(value: Any, path: str, new: object) -> None:
    above, _, last = path.rpartition(".")
    (_at(value, above) if above else value)[last] = new


LONG: Mapping[str, Long] = {
    "hudoc": Long(
        "french",
        0,
        records="results",
        id="columns.itemid",
        date="columns.kpdate",
        total="resultcount",
        page=100,
        date_form="%Y-%m-%dT00:00:00",
        refused="no longer sorts by date",
    ),
    "juris": Long(
        "searches",
        1,
        records="resultList",
        id="docId",
        date="date",
        total="hits",
        page=50,
        date_form="%d.%m.%Y",
        options={"search": ("Wehrdienst",), "most": ("150",)},
        refused="not sorted by date any more",
    ),
    "neuris": Long(
        "decisions",
        0,
        records="member",
        id="item.ecli",
        date="item.decisionDate",
        total="totalItems",
        page=100,
        options={"search": ("Wehrdienst",), "most": ("250",)},
        refused="not sorted by date any more",
    ),
    "ris-at": Long(
        "bvwg.json",
        0,
        records="OgdSearchResult.OgdDocumentResults.OgdDocumentReference",
        id="Data.Metadaten.Technisch.ID",
        date="Data.Metadaten.Judikatur.Entscheidungsdatum",
        total="OgdSearchResult.OgdDocumentResults.Hits.#text",
        page=100,
    ),
}

ONE_PAGE: Mapping[str, str] = {
    "bamf-statistics": "a page leads to one file, and that is the whole month",
    "cellar": "one query with a limit far above what is kept; SPARQL has no pages of its own",
    "document": "a document is one page or one file",
    "eurostat": "a data set comes whole, narrowed by filters",
    "feed": "a feed is its newest entries; older ones were seen when they were new",
    "form": "the form is filled in once for each search, and its first page has the newest",
    "gii": "an act comes whole in one archive",
    "govuk": "a page, a collection or a search is one answer with all that it has",
    "page": "a page is what stands at its address",
    "rechtspraak": "the index takes up to 1000 entries in one answer",
    "table": "a table is what stands at its address",
}
