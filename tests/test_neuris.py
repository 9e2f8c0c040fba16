"""The federal case-law and legislation API: paging, filters, and answers that do not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.errors import ExtractError
from monitor.model import Item, Source
from tests.contract import SAMPLES, answer, talk

URL = "https://testphase.rechtsinformationen.bund.de/v1"
SOURCE = Source("n", "N", "neuris", URL, options={"search": ("Desertion Asyl",), "most": ("150",)})
COURT = replace(SOURCE, options={**SOURCE.options, "court": ("BVerwG",)})


def decision(number: int, **fields: Any) -> dict[str, Any]:
    record = {
        "@id": f"/v1/case-law/WBRE{number:09}",
        "documentNumber": f"WBRE{number:09}",
        "ecli": f"ECLI:DE:BVerwG:2026:{number}",
        "decisionDate": f"{2026 - number // 50}-05-04",
        "fileNumbers": [f"1 C {number}.26"],
        "courtType": "BVerwG",
        "courtName": "BVerwG",
        "documentType": "Urteil",
    }
    return {"item": record | fields, "textMatches": []}


def members(*records: dict[str, Any], of: object) -> dict[str, Any]:
    return {"@type": "hydra:Collection", "totalItems": of, "member": list(records)}


def asked(source: Source, *answers: object) -> tuple[list[str], tuple[Item, ...]]:
    """The addresses of a whole conversation, and the items."""
    urls: list[str] = []

    def give(number: int, url: str) -> Any:
        urls.append(url)
        return answer(json.dumps(answers[number]), "application/json", url)

    return urls, talk(source, give)


def test_records_are_read_page_by_page_up_to_the_limit() -> None:
    pages = [members(*(decision(n) for n in range(s, s + 100)), of=480) for s in (0, 100)]
    urls, items = asked(SOURCE, *pages)
    queries = [parse_qs(urlsplit(url).query) for url in urls]
    assert [query["pageIndex"] for query in queries] == [["0"], ["1"]]
    assert queries[0] == {
        "searchTerm": ["Desertion Asyl"],
        "sort": ["-date"],
        "size": ["100"],
        "pageIndex": ["0"],
    }
    assert len(items) == 150
    assert items[0].id == "ECLI:DE:BVerwG:2026:0"


def test_a_decision_that_two_searches_find_comes_once() -> None:
    twice = replace(SOURCE, options={"search": ("Desertion", "Asyl")})
    urls, items = asked(twice, members(decision(1), of=1), members(decision(1), decision(2), of=2))
    assert len(urls) == 2
    assert [item.title for item in items] == [
        "BVerwG, Urteil – 1 C 1.26",
        "BVerwG, Urteil – 1 C 2.26",
    ]


def test_what_moves_at_every_search_is_no_text() -> None:
    quiet = decision(1)
    moved = {**quiet, "textMatches": [{"name": "tenor", "text": "<mark>Asyl</mark>"}]}
    assert asked(SOURCE, members(quiet, of=1)) == asked(SOURCE, members(moved, of=1))


@pytest.mark.parametrize(
    ("source", "answers", "sentence"),
    [
        (SOURCE, [{"errors": [{"code": "x", "message": "size is too big"}]}], "size is too big"),
        (SOURCE, [{"items": []}], "A list of records was expected"),
        (SOURCE, [{"member": ["x"], "totalItems": 1}], "A list of records was expected"),
        (SOURCE, [members(decision(1), of="many")], "totalItems"),
        (SOURCE, [{"member": [decision(1)]}], "totalItems"),
        (SOURCE, [members(decision(1), of=81_000)], "finds 81000 records"),
        (SOURCE, [members(decision(1), of=7)], "announced 7 and sent 1"),
        (SOURCE, [members(decision(1, ecli="", documentNumber=""), of=1)], "none of ecli"),
        (SOURCE, [members({"item": None}, of=1)], "A list of records was expected"),
        (
            COURT,
            [members(decision(1, courtType="VG", courtName="VG X"), of=1)],
            "filter is ignored",
        ),
        (
            SOURCE,
            [members(*(decision(n) for n in range(100)), of=480)] * 2,
            "same page of records again",
        ),
        (
            SOURCE,
            [members(*(decision(n) for n in range(99, -1, -1)), of=480)],
            "not sorted by date",
        ),
    ],
)
def test_an_answer_that_does_not_fit_the_question_is_refused(
    source: Source, answers: list[object], sentence: str
) -> None:
    with pytest.raises(ExtractError, match=rf"{sentence}.*[.?)]$"):
        asked(source, *answers)


@pytest.mark.skipif(not (SAMPLES / "neuris").is_dir(), reason="the sample answers are not here")
def test_the_real_search_for_the_asylum_act_names_its_versions() -> None:
    acts = replace(SOURCE, options={"search": ("AsylG",), "collection": ("legislation",)})
    found = json.loads((SAMPLES / "neuris" / "search_asylg.json").read_text(encoding="utf-8"))
    found |= {"totalItems": len(found["member"])}  # which was left out when it was recorded
    _, items = asked(acts, found)
    assert [(item.id, item.title) for item in items] == [
        ("eli/bund/bgbl-1/1992/s1126/2026-07-10/1/deu", "AsylG – Asylgesetz"),
        (
            "eli/bund/bgbl-1/1995/s695/2026-06-12/1/deu",
            "AZRG-DV – Verordnung zur Durchführung ...",
        ),
    ]


@pytest.mark.skipif(not (SAMPLES / "neuris").is_dir(), reason="the API description is not here")
def test_the_api_still_describes_every_field_that_is_read() -> None:
    text = (SAMPLES / "neuris" / "ris-search_openapi.json").read_text(encoding="utf-8")
    described = json.loads(text)
    case_law = {p["name"] for p in described["paths"]["/v1/case-law"]["get"]["parameters"]}
    assert {"searchTerm", "sort", "size", "pageIndex", "court"} <= case_law
    answered = described["components"]["schemas"][
        "CollectionSchemaSearchMemberSchemaCaseLawSearchSchema"
    ]
    assert {"member", "totalItems"} <= set(answered["required"])
    for field in ("ecli", "legislationIdentifier", "referenceNumbers", "temporalCoverage"):
        assert f'"{field}"' in text
