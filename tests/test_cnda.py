"""CNDA: a list in which every decision is linked more than once."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from tests.contract import PAYLOADS, SAMPLES, answer, talk

CASES = PAYLOADS / "cnda"
LIST = (CASES / "list.html").read_text("utf-8")
BARE = (CASES / "bare.html").read_text("utf-8")
OLDER = (CASES / "paged" / "02.html").read_text("utf-8")
URL = "https://www.cnda.fr/decisions-de-justice/jurisprudence/decisions-jurisprudentielles"
SOURCE = Source("x", "X", "cnda", URL)
PAGED = replace(SOURCE, options={"pages": ("2",)})
REAL = SAMPLES / "normalised-wwl" / "FR_CNDA"


def read(*pages: str, source: Source = SOURCE, asked: list[str] | None = None) -> tuple[Item, ...]:
    def give(number: int, url: str) -> Fetched:
        if asked is not None:
            asked.append(url)
        return answer(pages[number], "text/html", url)

    return talk(source, give)


def test_picture_title_and_button_make_one_decision() -> None:
    items = read(LIST)
    assert [item.id for item in items] == [
        "federation-de-russie-refus-de-mobilisation",
        "soudan-du-sud-protection-subsidiaire",
    ]
    assert not any("Lire la suite" in item.blocks for item in items)


def test_a_decision_that_is_cited_lends_neither_date_nor_number() -> None:
    first = read(LIST)[0]
    assert str(first.published) == "2026-10-23 00:00:00+00:00"
    assert "17014903" not in first.id


def test_a_title_without_a_heading_is_the_first_line_of_the_link() -> None:
    first = read(BARE)[0]
    assert first.title.endswith("insoumis biélorusse")
    assert first.blocks == ("Il avait refusé de rejoindre l’armée par objection de conscience.",)


def test_a_link_that_is_no_address_is_no_decision() -> None:
    assert read(LIST.replace("<article", "<a href='https://['>x</a><article", 1)) == read(LIST)


def test_older_pages_are_added_each_decision_once() -> None:
    asked: list[str] = []
    items = read(LIST, OLDER, source=PAGED, asked=asked)
    assert [item.id.split("-")[0] for item in items] == ["federation", "soudan", "erythree"]
    assert asked == [URL, f"{URL}?page=2"]


def test_the_order_of_decisions_does_not_matter() -> None:
    cards = re.findall(r"<article.*?</article>\n", LIST, re.DOTALL)
    turned = LIST.replace("".join(cards), "".join(cards[::-1]))
    assert turned != LIST
    assert set(read(turned)) == set(read(LIST))


def test_another_picture_is_no_change() -> None:
    assert read(LIST.replace("/img/x.jpg", "/img/y.jpg?v=2")) == read(LIST)


def test_a_page_number_that_is_ignored_is_noticed() -> None:
    with pytest.raises(ExtractError, match="same decisions as the page before"):
        read(LIST, LIST, source=PAGED)


@pytest.mark.parametrize(
    "page",
    [
        "<html><title>Accès refusé</title><body>Veuillez patienter",
        LIST.replace("decisions-jurisprudentielles/", "jurisprudence/"),
    ],
)
def test_a_page_without_decisions_is_an_error(page: str) -> None:
    with pytest.raises(ExtractError, match=r"links to no decision .*«(Accès refusé|Décisions)"):
        read(page)


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample records are not here")
def test_real_addresses_name_their_decisions() -> None:
    records = [json.loads(path.read_text("utf-8")) for path in sorted(REAL.glob("*.json"))]
    links = (
        f"<li><a href='{r['url']}'></a><a href='{r['url']}'><h3>{r['title'][:90]}</h3></a>"
        for r in records
    )
    items = read(f"<html><body><ul>{''.join(links)}</ul>")
    assert [item.url for item in items] == [record["url"] for record in records]
    assert len({item.id for item in items}) == len(records) == 5
