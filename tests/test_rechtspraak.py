"""Rechtspraak: an index that must be whole, and decisions that must be those asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.adapters import rechtspraak
from monitor.errors import ExtractError
from monitor.model import Expect, Fetched, Item, Source
from tests.contract import PAYLOADS, SAMPLES, answer, talk

CASES = PAYLOADS / "rechtspraak"
INDEX = (CASES / "index.xml").read_text("utf-8")
DECISION = (CASES / "words" / "02.xml").read_text("utf-8")
SOURCE = Source(
    "x",
    "X",
    "rechtspraak",
    "https://data.rechtspraak.nl/uitspraken/zoeken",
    options={"subject": ("bestuursrecht_vreemdelingenrecht",)},
)
READING = replace(SOURCE, options={**SOURCE.options, "words": ("russisch",)})
REAL = SAMPLES / "rechtspraak"


def read(
    *answers: str, source: Source = SOURCE, asked: list[str] | None = None
) -> tuple[Item, ...]:
    def give(number: int, url: str) -> Fetched:
        if asked is not None:
            asked.append(url)
        return answer(answers[number], "application/xml", url)

    return talk(source, give)


def index(eclis: Sequence[str], total: int) -> str:
    """An index of these decisions, each with a summary that names Russia."""
    entry = re.findall(r"<entry>.*?</entry>", INDEX, re.DOTALL)[0]
    entries = (entry.replace("ECLI:NL:RBDHA:2026:20001", ecli) for ecli in eclis)
    return f"<feed><subtitle>Aantal gevonden ECLI's: {total}</subtitle>{''.join(entries)}</feed>"


def test_the_index_is_asked_for_the_field_of_law_last_changed_first() -> None:
    query = parse_qs(urlsplit(next(rechtspraak.crawl(SOURCE)).url).query)
    assert query["subject"] == [
        "http://psi.rechtspraak.nl/rechtsgebied#bestuursrecht_vreemdelingenrecht"
    ]
    assert (query["sort"], query["max"], query["type"]) == (["DESC"], ["300"], ["Uitspraak"])


def test_only_decisions_that_name_a_word_are_read_whole() -> None:
    asked: list[str] = []
    (item,) = read(INDEX, DECISION, source=READING, asked=asked)
    assert parse_qs(urlsplit(asked[1]).query) == {"id": [item.id]}
    assert any("in strijd met het internationaal recht" in block for block in item.blocks)
    assert "Vreemdelingenwet 2000 29" in item.blocks


def test_a_summary_that_is_a_dash_is_no_text() -> None:
    assert [bool(item.blocks) for item in read(INDEX)] == [True, False, True]


def test_a_decision_that_was_taken_back_is_marked() -> None:
    assert [item.state for item in read(INDEX)] == [None, None, "withdrawn"]


@pytest.mark.parametrize("reference", ["&#xD800;", "&#0;", "&#x1;", "&#1114112;", "&#xFFFE;"])
def test_a_reference_to_what_is_no_character_is_left_out(reference: str) -> None:
    assert read(INDEX.replace("<title>", f"<title>{reference}")) == read(INDEX)


def test_metadata_issued_again_are_no_change() -> None:
    again = INDEX.replace("2026-11-19T09:00:12Z", "2026-12-01T01:02:03Z")
    assert again != INDEX
    assert read(again) == read(INDEX)


def test_the_order_of_the_index_does_not_matter() -> None:
    entries = re.findall(r"  <entry.*?</entry>\n", INDEX, re.DOTALL)
    turned = INDEX.replace("".join(entries), "".join(entries[::-1]))
    assert turned != INDEX
    assert set(read(turned)) == set(read(INDEX))


def test_an_index_that_comes_short_is_left_unread() -> None:
    with pytest.raises(ExtractError, match="announced 300 and sent 3"):
        read(INDEX.replace("ECLI's: 3", "ECLI's: 3701402"))


def test_an_index_without_its_count_is_another_format() -> None:
    with pytest.raises(ExtractError, match="does not say how many decisions"):
        read(INDEX.replace("ECLI's: 3", "ECLI's"))


def test_a_field_of_law_without_any_decision_is_misspelt() -> None:
    with pytest.raises(ExtractError, match="Check the spelling of `subject`, `court`"):
        read(index([], 0))
    assert read(index([], 0), source=replace(SOURCE, expect=Expect(min_items=0))) == ()


def test_more_decisions_than_are_to_be_read_are_an_error_and_no_choice() -> None:
    source = replace(READING, options={**READING.options, "texts": ("1",)})
    with pytest.raises(ExtractError, match=r"2 decisions name .* at most 1 are to be read"):
        read(index(["ECLI:NL:HR:2026:1", "ECLI:NL:HR:2026:2"], 2), source=source)


def test_an_entry_that_is_no_decision_is_an_error() -> None:
    with pytest.raises(ExtractError, match="named «urn:x», which is no Dutch ECLI"):
        read(index(["urn:x"], 1))


def test_another_decision_than_asked_for_is_an_error() -> None:
    with pytest.raises(ExtractError, match="ECLI:NL:RBDHA:2026:20001 was asked for, but"):
        read(INDEX, DECISION.replace("2026:20001", "2026:20009"), source=READING)


def test_a_decision_of_another_field_shows_that_the_filter_is_ignored() -> None:
    tax = DECISION.replace("bestuursrecht_vreemdelingenrecht", "bestuursrecht_belastingrecht")
    with pytest.raises(ExtractError, match="belastingrecht, which was not asked for"):
        read(INDEX, tax, source=READING)


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ("<html><title>429 Too Many Requests</title></html>", "«429 Too Many Requests» came"),
        ("<open-rechtspraak/>", "<feed> was expected .* but <open-rechtspraak> came"),
        (INDEX[: len(INDEX) // 2], "broken or cut short"),
    ],
)
def test_what_is_no_index_is_an_error(came: str, said: str) -> None:
    with pytest.raises(ExtractError, match=said):
        read(came)


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample decisions are not here")
@pytest.mark.parametrize(("name", "paragraphs"), [("1992:AA1835", 3), ("1994:AA2948", 5)])
def test_real_decisions_are_read_whole(name: str, paragraphs: int) -> None:
    ecli = f"ECLI:NL:HR:{name}"
    document = (REAL / f"{ecli.replace(':', '.')}.xml").read_text("utf-8")
    source = replace(
        READING, options={"subject": ("bestuursrecht_belastingrecht",), "words": ("russisch",)}
    )
    (item,) = read(index([ecli], 1), document, source=source)
    assert "Bestuursrecht; Belastingrecht" in item.blocks
    assert sum(len(block) > 80 for block in item.blocks) >= paragraphs
    assert "-" not in item.blocks


@pytest.mark.skipif(not REAL.is_dir(), reason="the sample decisions are not here")
def test_an_odd_real_document_is_refused() -> None:
    odd = (REAL / "weird_rechtspraak.xml").read_text("utf-8")
    with pytest.raises(ExtractError, match=r"<open-rechtspraak> was expected .* but <docs> came"):
        read(INDEX, odd, source=READING)
