"""The search of the European Court of Human Rights: what is asked, and which answers are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.adapters import ADAPTERS
from monitor.diff import Known, compare, mark, seen, triage
from monitor.errors import ExtractError
from monitor.model import Expect, Item, Source
from tests.contract import SAMPLES, answer, talk

KIND = ADAPTERS["hudoc"]
SEARCH = Source(
    id="x",
    name="X",
    kind="hudoc",
    url=KIND.url or "",
    options={"words": ("desertion", "conscientious objection"), "languages": ("ENG",)},
)


def hit(number: int, **columns: str) -> dict[str, Any]:
    return {
        "columns": {
            "itemid": f"001-{number:06}",
            "docname": f"CASE OF X{number} v. RUSSIA",
            "kpdate": "2026-09-10T00:00:00",
            "languageisocode": "ENG",
            "respondent": "RUS",
            "article": "9",
            "documentcollectionid2": "CASELAW;JUDGMENTS;CHAMBER;ENG",
        }
        | columns
    }


def found(*pages: list[dict[str, Any]], total: int | None = None, source: Source = SEARCH) -> Any:
    asked: list[str] = []

    def give(number: int, url: str) -> Any:
        asked.append(url)
        count = sum(map(len, pages)) if total is None else total
        body = {"resultcount": count, "results": pages[number], "message": ""}
        return answer(json.dumps(body), "application/json", url)

    return talk(source, give), asked


def test_the_search_is_written_in_hudocs_language_and_every_parameter_is_sent() -> None:
    items, asked = found([hit(1)], source=replace(SEARCH, options=dict(SEARCH.options) | {
        "states": ("RUS", "UKR"), "articles": ("9",), "collections": ("JUDGMENTS",),
    }))  # fmt: skip
    assert len(items) == 1
    sent = parse_qs(urlsplit(asked[0]).query, keep_blank_values=True)
    assert sent["query"][0].startswith("contentsitename:ECHR AND (NOT (doctype=PR OR ")
    assert sent["query"][0].endswith(
        ' AND ("desertion" OR "conscientious objection") AND (respondent="RUS" OR '
        'respondent="UKR") AND (article="9") AND (documentcollectionid2:"JUDGMENTS") AND '
        '(languageisocode:"ENG")'
    )
    assert sent["sort"] == ["kpdate Descending"]
    assert sent.keys() >= {"select", "start", "length", "rankingModelId", "facetquery"}
    assert "+" not in asked[0]


def test_pages_are_read_until_all_hits_are_there() -> None:
    first, second = [hit(n) for n in range(100)], [hit(n) for n in range(100, 130)]
    items, asked = found(first, second)
    assert len(items) == 130
    assert [parse_qs(urlsplit(url).query)["start"] for url in asked] == [["0"], ["100"]]


def test_no_more_pages_are_read_than_wanted() -> None:
    items, asked = found([hit(n) for n in range(100)], total=9000, source=replace(
        SEARCH, options=dict(SEARCH.options) | {"pages": ("1",)}
    ))  # fmt: skip
    assert (len(items), len(asked)) == (100, 1)


def test_a_document_on_two_pages_is_one_item() -> None:
    items, _ = found([hit(n) for n in range(100)], [hit(99), hit(100)], total=102)
    assert len(items) == 101


def refused(*pages: list[dict[str, Any]], says: str, total: int | None = None) -> None:
    options = dict(SEARCH.options) | {"states": ("RUS",), "articles": ("9",)}
    with pytest.raises(ExtractError, match=says):
        found(*pages, total=total, source=replace(SEARCH, options=options))


@pytest.mark.parametrize(
    "columns", [{"languageisocode": "FRE"}, {"respondent": "FRA"}, {"article": "8;10"}], ids=str
)
def test_a_filter_that_is_ignored_is_noticed(columns: dict[str, str]) -> None:
    refused([hit(1), hit(2, **columns)], says="ignores the filter")


def test_article_9_means_its_paragraphs_and_combinations_but_not_article_99() -> None:
    options = dict(SEARCH.options) | {"articles": ("9",)}
    source = replace(SEARCH, options=options)
    items, _ = found([hit(1, article="8;9-2"), hit(2, article="14+9")], source=source)
    assert len(items) == 2
    refused([hit(1, article="99")], says="ignores the filter")


def test_a_page_cut_short_is_refused() -> None:
    refused([hit(1)], total=40, says="cut short")


def test_a_page_that_comes_again_is_refused() -> None:
    page = [hit(n) for n in range(100)]
    refused(page, page, total=200, says="same page of hits again")


def test_a_count_that_shrinks_while_it_is_read_is_refused() -> None:
    def give(number: int, url: str) -> Any:
        hits = [hit(n + 100 * number) for n in range(50 if number else 100)]
        body = {"resultcount": 150 if number else 300, "results": hits}
        return answer(json.dumps(body), "application/json", url)

    with pytest.raises(ExtractError, match="announced 100 and sent 50"):
        talk(replace(SEARCH, options=dict(SEARCH.options) | {"pages": ("3",)}), give)


def test_hits_that_are_not_sorted_by_date_are_refused() -> None:
    refused([hit(1, kpdate="2020-01-01T00:00:00"), hit(2)], says="no longer sorts")


def test_a_search_that_finds_nothing_is_refused_unless_that_may_be() -> None:
    refused([], says="nothing at all")
    items, _ = found([], source=replace(SEARCH, expect=Expect(min_items=0)))
    assert items == ()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"Message": "An error has occurred."}', "An error has occurred"),
        ('{"resultcount": 1, "results": [{"itemid": "001-1"}]}', "without `columns`"),
        ('{"resultcount": null, "results": []}', "format has changed"),
        ('{"resultcount": 1, "results": [{"columns": {"id": "001-1"}}]}', "without `itemid`"),
        ("[]", "another value"),
        ("<html><head><title>Just a moment...</title></head></html>", "Just a moment"),
    ],
)
def test_another_answer_is_refused_in_a_sentence(body: str, says: str) -> None:
    with pytest.raises(ExtractError, match=says):
        talk(SEARCH, lambda _, url: answer(body, "application/json", url))


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("words", "conscientious objection", '"x" OR "y"'),
        ("states", "RUS", "Russia"),
        ("articles", "P1-1", "Art. 9"),
        ("collections", "CLIN", "PRESS"),
        ("pages", "5", "all"),
    ],
)
def test_options_are_checked(key: str, good: str, bad: str) -> None:
    assert KIND.options[key].check(good) is None
    assert bad in (KIND.options[key].check(bad) or "")


def test_the_real_record_is_read() -> None:
    path = SAMPLES / "hudoc-json" / "hudoc-records.json"
    if not path.exists():
        pytest.skip("the recorded answer of HUDOC is not here")
    body = path.read_text("utf-8")
    (item,) = talk(SEARCH, lambda _, url: answer(body, "application/json", url))
    assert isinstance(item, Item)
    assert (item.id, item.title) == ("001-153906", "CASE OF KAGIROV v. RUSSIA")
    assert item.url == "https://hudoc.echr.coe.int/eng?i=001-153906"
    assert (item.document or "").endswith("/html/body?library=ECHR&id=001-153906")
    assert str(item.published) == "2015-04-23 00:00:00+00:00"
    assert {"Application no. 36367/09", "ECLI:CE:ECHR:2015:0423JUD003636709"} <= set(item.blocks)


def test_a_raised_importance_is_told_and_a_new_rank_is_not() -> None:
    def read(**columns: str) -> tuple[Item, ...]:
        items: tuple[Item, ...] = found([hit(1, **columns)])[0]
        return items

    (first,) = read(importance="3", Rank="9.1")
    marks = {first.id: mark(first)}
    assert triage(marks, read(importance="3", Rank="8.7")).is_quiet
    known = {first.id: Known(first, seen(first))}
    (change,) = compare(triage(marks, read(importance="1")), known, complete=False)
    assert change.added == ("Importance 1 (key case)",)
