"""GOV.UK: pages with their history of changes, collections, searches, and pages that are gone."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.adapters import govuk
from monitor.diff import Known, compare, mark, seen, triage
from monitor.errors import ExtractError
from monitor.model import Item, Source
from monitor.text.clean import clean
from tests.contract import PAYLOADS, SAMPLES, answer, talk

SITE = "https://www.gov.uk"
PUBLICATION: dict[str, Any] = json.loads(
    (PAYLOADS / "govuk" / "publication.json").read_text("utf-8")
)
SEARCH: dict[str, Any] = json.loads((PAYLOADS / "govuk" / "search.json").read_text("utf-8"))
SOURCE = Source("x", "X", "govuk", SITE + PUBLICATION["base_path"])
SEARCHING = replace(SOURCE, url=f"{SITE}/api/search.json", options={"words": ("asylum",)})
REAL = SAMPLES / "govuk-cpin"


def read(page: Any, source: Source = SOURCE) -> tuple[Item, ...]:
    return talk(source, lambda _, url: answer(json.dumps(page), "application/json", url))


def details(**changes: Any) -> dict[str, Any]:
    return PUBLICATION | {"details": PUBLICATION["details"] | changes}


@pytest.mark.parametrize("before", [SITE, f"{SITE}/api/content"])
def test_a_page_is_asked_for_at_the_content_api_whichever_address_is_declared(before: str) -> None:
    crawl = govuk.crawl(replace(SOURCE, url=before + PUBLICATION["base_path"]))
    assert next(crawl).url == f"{SITE}/api/content{PUBLICATION['base_path']}"


def test_a_search_asks_for_the_newest_and_for_nothing_undeclared() -> None:
    query = parse_qs(urlsplit(next(govuk.crawl(SEARCHING)).url).query)
    assert (query["q"], query["order"]) == (["asylum"], ["-public_timestamp"])
    assert "filter_organisations" not in query


def test_an_update_is_the_new_note_and_nothing_else() -> None:
    history = PUBLICATION["details"]["change_history"]
    before = read(details(change_history=history[1:]))
    after = read(PUBLICATION)
    assert set(after[0].blocks) - set(before[0].blocks) == {
        f"2026-10-12: {history[0]['note'].strip()}"
    }
    assert after[1:] == before[1:]


def test_renumbered_files_and_technical_stamps_are_no_change() -> None:
    text = json.dumps(PUBLICATION).replace('"id": "700', '"id": "944')
    text = text.replace("09:44:42+01:00", "11:00:00+01:00").replace("21-1786", "21-9999")
    assert json.loads(text) != PUBLICATION
    assert read(json.loads(text)) == read(PUBLICATION)


def test_a_note_attached_twice_is_one_item_that_can_be_read() -> None:
    titles = {item.title: item.url for item in read(PUBLICATION)[1:]}
    assert len(titles) == 2
    url = titles["Country policy and information note: Military service, October 2026"]
    assert (url or "").endswith("october-2026-accessible")


def test_the_order_of_files_does_not_matter() -> None:
    turned = details(attachments=PUBLICATION["details"]["attachments"][::-1])
    assert set(read(turned)) == set(read(PUBLICATION))


@pytest.mark.parametrize("address", ["//[x", "javascript:x", "http://a:99999999/"])
def test_a_page_whose_address_is_none_is_an_error(address: str) -> None:
    with pytest.raises(ExtractError, match="no title, `base_path` or"):
        read(PUBLICATION | {"base_path": address})


def test_a_page_that_moved_or_went_is_told_with_its_successor() -> None:
    moved = {"document_type": "redirect", "redirects": [{"path": "/a", "destination": "/b"}]}
    with pytest.raises(ExtractError, match=r"«redirect» and points to https://www\.gov\.uk/b\."):
        read(moved)
    with pytest.raises(ExtractError, match=r"«gone».*Look for what replaced it"):
        read({"document_type": "gone", "details": {}})


@pytest.mark.parametrize("key", ["attachments", "change_history"])
def test_a_publication_without_its_history_or_files_is_another_format(key: str) -> None:
    found = {k: v for k, v in PUBLICATION["details"].items() if k != key}
    with pytest.raises(ExtractError, match=f"no `details.{key}`"):
        read(PUBLICATION | {"details": found})


def test_notes_that_cannot_be_read_are_another_format() -> None:
    with pytest.raises(ExtractError, match="No note on changes can be read"):
        read(details(change_history=[{"text": "First published."}]))


def test_a_file_without_an_address_is_an_error() -> None:
    with pytest.raises(ExtractError, match=r"attaches «Note» .* without an address"):
        read(details(attachments=[{"attachment_type": "file", "title": "Note"}]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"results": None}, "no list `results`"),
        ({"results": []}, "announced 2 and sent 0"),
        ({"results": SEARCH["results"][:1]}, "announced 2 and sent 1"),
        ({"total": 1}, "1 pages fit the search and sent 2"),
        ({"total": "9" * 5000}, "an unknown number of pages"),
        ({"total": None}, "an unknown number of pages"),
        ({"results": [{"name": "x"}], "total": 1}, "without a title or without a `link`"),
    ],
)
def test_a_search_answered_in_another_way_is_an_error(changes: Any, said: str) -> None:
    with pytest.raises(ExtractError, match=said):
        read(SEARCH | changes, SEARCHING)


def test_a_search_that_is_cut_must_have_the_newest_first() -> None:
    first = replace(SEARCHING, options={**SEARCHING.options, "count": ("2",)})
    assert len(read(SEARCH | {"total": 90}, first)) == 2
    turned = SEARCH | {"total": 90, "results": SEARCH["results"][::-1]}
    with pytest.raises(ExtractError, match="not sorted by date any more"):
        read(turned, first)


def test_a_collection_without_its_documents_is_another_format() -> None:
    collection = json.loads((PAYLOADS / "govuk" / "collection.json").read_text("utf-8"))
    with pytest.raises(ExtractError, match=r"no `links\.documents`"):
        read(collection | {"links": {"organisations": []}})


def test_a_search_that_finds_nothing_says_so() -> None:
    assert read(SEARCH | {"results": [], "total": 0}, SEARCHING) == ()


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample answers are not here")
def test_a_real_publication_has_ten_notes_and_three_documents() -> None:
    page = json.loads((REAL / "russia-publication.json").read_text("utf-8"))
    found = read(page, replace(SOURCE, url=SITE + page["base_path"]))
    assert len(found) == 1 + 3
    assert sum(block[:3] == "202" for block in found[0].blocks) == 10
    assert "punishments for draft evasion and desertion" in found[0].blocks[1]
    assert found[1].title == "Country policy and information note: Military service, August 2026"
    assert all("accessible" in (item.url or "") for item in found[1:])
    older = page | {
        "details": page["details"] | {"change_history": page["details"]["change_history"][1:]}
    }
    before = read(older, replace(SOURCE, url=SITE + page["base_path"]))
    assert [a.id for a, b in zip(found, before, strict=True) if a != b] == [page["base_path"]]


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample answers are not here")
def test_the_real_history_told_again_is_one_edit_per_note() -> None:
    page = json.loads((REAL / "russia-publication.json").read_text("utf-8"))
    history = page["details"]["change_history"]
    source = replace(SOURCE, url=SITE + page["base_path"])
    versions = [
        read(
            page
            | {"details": page["details"] | {"change_history": history[first:]}}
            | {"updated_at": str(first), "publishing_request_id": str(first)},
            source,
        )
        for first in range(len(history))
    ]
    for (after, before), note in zip(pairwise(versions), history, strict=False):
        known = {item.id: Known(item, seen(item)) for item in before}
        found = triage({item.id: mark(item) for item in before}, after)
        (change,) = compare(found, known, complete=True)
        assert change.added == (f"{note['public_timestamp'][:10]}: {clean(note['note'])}",)
        assert not change.removed


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample answers are not here")
def test_a_real_note_recorded_without_its_body_is_refused() -> None:
    page = json.loads((REAL / "russia-military-service-note-headers.json").read_text("utf-8"))
    with pytest.raises(ExtractError, match=r"no title|no `details\.body`"):
        read(page)
