"""RIS: hits in all their shapes, pages, and answers that only look like one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from tests.contract import PAYLOADS, SAMPLES, answer, talk

SOURCE = Source(
    "x",
    "X",
    "ris-at",
    "https://data.bka.gv.at/ris/api/v2.6/Judikatur",
    options={"application": ("Bvwg",), "words": ("Desert*",)},
)
PAGE = json.loads((PAYLOADS / "ris-at" / "bvwg.json").read_text("utf-8"))
HITS: list[dict[str, Any]] = PAGE["OgdSearchResult"]["OgdDocumentResults"]["OgdDocumentReference"]
NOTHING: dict[str, Any] = {"OgdSearchResult": {}}
BEYOND = {
    "OgdSearchResult": {
        "Error": {
            "Applikation": "Bvwg",
            "Message": "soap:Client Die Seitennummer ist höher als die Anzahl der verfügbaren Seiten",
        }
    }
}
REAL = SAMPLES / "ris-at"


def found(hits: Sequence[Any], total: int | None = None) -> dict[str, Any]:
    counted = {
        "@pageNumber": "1",
        "@pageSize": "100",
        "#text": str(len(hits) if total is None else total),
    }
    results = {"Hits": counted, "OgdDocumentReference": list(hits)}
    return {"OgdSearchResult": {"OgdDocumentResults": results}}


def read(*pages: Any, source: Source = SOURCE, asked: list[str] | None = None) -> tuple[Item, ...]:
    def give(number: int, url: str) -> Fetched:
        if asked is not None:
            asked.append(url)
        return answer(json.dumps(pages[number]), "application/json", url)

    return talk(source, give)


def numbered(count: int, start: int = 0) -> list[Any]:
    """As many different hits."""
    raw = json.dumps(HITS[0])
    return [
        json.loads(raw.replace("2300001", str(n)))
        for n in range(start + 2400000, start + 2400000 + count)
    ]


def test_the_query_says_what_was_declared_and_nothing_empty() -> None:
    asked: list[str] = []
    read(PAGE, asked=asked)
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["Suchworte"] == ["Desert*"]
    assert query["ImRisSeit"] == ["EinemMonat"]
    assert query["Dokumenttyp.SucheInEntscheidungstexten"] == ["true"]
    assert "Norm" not in query


def test_a_single_hit_comes_as_an_object() -> None:
    alone = found(HITS[:1])
    alone["OgdSearchResult"]["OgdDocumentResults"]["OgdDocumentReference"] = HITS[0]
    assert read(alone) == read(found(HITS[:1]))


def test_pages_are_read_to_the_end() -> None:
    asked: list[str] = []
    pages = found(numbered(100), 101), found(numbered(1, start=100), 101)
    assert len(read(*pages, asked=asked)) == 101
    assert [parse_qs(urlsplit(url).query)["Seitennummer"] for url in asked] == [["1"], ["2"]]


def test_what_moves_to_the_next_page_meanwhile_is_one_item() -> None:
    assert len(read(found(numbered(100), 101), found(numbered(1, start=99), 101))) == 100


@pytest.mark.parametrize("second", [BEYOND, NOTHING, found([], 0), found([], 100)])
def test_pages_that_end_before_what_was_promised_are_an_error(second: Any) -> None:
    with pytest.raises(ExtractError, match="announced 101 and sent 100"):
        read(found(numbered(100), 101), second)


def test_a_list_that_shrinks_while_it_is_read_is_an_error() -> None:
    with pytest.raises(ExtractError, match="announced 300 and sent 150"):
        read(found(numbered(100), 300), found(numbered(50, start=100), 150))


def test_more_hits_than_are_to_be_read_are_an_error_and_no_choice() -> None:
    source = replace(SOURCE, options={**SOURCE.options, "pages": ("1",)})
    with pytest.raises(ExtractError, match=r"282153 decisions fit .* at most 100 .*Narrow `words`"):
        read(found(numbered(100), 282153), source=source)


def test_a_page_that_comes_short_is_left_unread() -> None:
    with pytest.raises(ExtractError, match="Page 1 of RIS announced 100 and sent 3"):
        read(found(HITS, 150))


def test_the_order_of_hits_does_not_matter() -> None:
    assert set(read(found(HITS[::-1]))) == set(read(PAGE))


def test_a_moved_date_of_change_is_no_change() -> None:
    moved = json.loads(json.dumps(PAGE).replace("2026-11-17", "2026-11-20"))
    assert moved != PAGE
    assert read(moved) == read(PAGE)


@pytest.mark.parametrize(
    "empty", [NOTHING, found([]), BEYOND], ids=["nothing", "no hits", "beyond"]
)
def test_no_hit_is_believed_when_the_court_has_others(empty: Any) -> None:
    asked: list[str] = []
    assert read(empty, found(HITS[:1], 1), asked=asked) == ()
    assert "Suchworte" not in asked[1]


def test_a_court_without_any_decision_is_a_broken_interface() -> None:
    with pytest.raises(ExtractError, match="no decision at all of the last three months for Bvwg"):
        read(NOTHING, NOTHING)


def test_a_refusal_inside_an_answer_with_200_is_passed_on() -> None:
    error = {"Applikation": "Bvwg", "Message": "soap:Client.ValidationError: Suchworte ungültig"}
    with pytest.raises(ExtractError, match=r"refused the query: «soap:Client.*Suchworte ungültig»"):
        read({"OgdSearchResult": {"Error": error}})


@pytest.mark.parametrize(
    "strange",
    [
        {},
        {"OgdSearchResult": None},
        {"OgdSearchResult": {"Documents": []}},
        {"OgdSearchResult": {"OgdDocumentResults": {"Hits": {"total": 3}}}},
    ],
)
def test_another_structure_is_an_error(strange: Any) -> None:
    with pytest.raises(ExtractError, match="no number of hits at OgdSearchResult"):
        read(strange)


def test_documents_of_another_court_show_that_a_filter_is_ignored() -> None:
    source = replace(SOURCE, options={"application": ("Vwgh",)})
    with pytest.raises(ExtractError, match="of «Bvwg», but Vwgh was asked for"):
        read(PAGE, source=source)


def test_a_document_without_a_number_is_an_error() -> None:
    with pytest.raises(ExtractError, match="«without a number»"):
        read(found([{"Data": {"Metadaten": {"Technisch": {"Id": "x"}}}}]))


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample answers are not here")
@pytest.mark.parametrize(("court", "norms"), [("bvwg", 15), ("vfgh", 4)])
def test_real_answers_are_read_whole(court: str, norms: int) -> None:
    page = json.loads((REAL / f"{court}_search_page1.json").read_text("utf-8"))
    page["OgdSearchResult"]["OgdDocumentResults"]["Hits"]["#text"] = "10"  # of 282,153
    items = read(page, source=replace(SOURCE, options={"application": (court.title(),)}))
    assert len(items) == 10
    assert sum("§" in block or "Art" in block for block in items[0].blocks) >= norms
    for item in items:
        assert item.url
        assert item.url.endswith(f"/{item.id}.html")
        assert item.published
        assert any(block.startswith("ECLI:AT:") for block in item.blocks)
        assert any(len(block) > 60 for block in item.blocks)


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample answers are not here")
def test_real_federal_law_is_not_taken_for_decisions() -> None:
    page = json.loads((REAL / "bundesrecht_search_page1.json").read_text("utf-8"))
    page["OgdSearchResult"]["OgdDocumentResults"]["Hits"]["#text"] = "10"
    with pytest.raises(ExtractError, match="of «BrKons», but Bvwg was asked for"):
        read(page)
