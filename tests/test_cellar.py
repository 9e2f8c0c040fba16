"""The Publications Office: the query that options become, and answers that do not fit it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from monitor.adapters import ADAPTERS
from monitor.adapters.document import read_attachment
from monitor.errors import ExtractError
from monitor.model import Expect, Item, Source
from tests.contract import SAMPLES, answer, talk

KIND = ADAPTERS["cellar"]
TYPE = "http://publications.europa.eu/resource/authority/resource-type/"
CDM = "http://publications.europa.eu/ontology/cdm#"


def source(**options: str | tuple[str, ...]) -> Source:
    texts = {key: (value,) if isinstance(value, str) else value for key, value in options.items()}
    return Source("x", "X", "cellar", KIND.url or "", lang="en", options=texts)


def row(celex: str = "62025CJ0001", date: str = "2026-01-15", **values: str) -> dict[str, Any]:
    plain = {"celex": celex, "date": date, "type": f"{TYPE}JUDG"} | values
    return {name: {"type": "literal", "value": value} for name, value in plain.items()}


def body(*rows: dict[str, Any]) -> str:
    return json.dumps({"head": {"vars": ["celex", "date", "type"]}, "results": {"bindings": rows}})


def found(asked: Source, text: str) -> tuple[Item, ...]:
    return talk(asked, lambda _, url: answer(text, "application/sparql-results+json", url))


def query(asked: Source) -> str:
    sent = next(ADAPTERS["cellar"](asked))
    assert sent.headers["Accept"] == "application/sparql-results+json"
    assert (sent.method, sent.url) == ("POST", KIND.url)
    return parse_qs((sent.body or b"").decode())["query"][0]


def test_works_about_an_act_are_asked_for_with_all_relations() -> None:
    text = query(source(about=("32011L0095", "32024R1347"), type="JUDG", since="2024-01-01"))
    assert 'VALUES ?act { "32011L0095"^^xsd:string "32024R1347"^^xsd:string }' in text
    assert "cdm:case-law_interpretes_resource_legal" in text
    assert f"VALUES ?type {{ <{TYPE}JUDG> }}" in text
    assert 'FILTER(STR(?date) >= "2024-01-01")' in text
    assert "OPTIONAL { ?expression cdm:expression_belongs_to_work ?work" in text


def test_words_and_subjects_become_literals() -> None:
    text = query(source(title=("asylum*", "third country"), subject="right of asylum"))
    assert "?title bif:contains \"'asylum*' OR 'third country'\" ." in text
    assert "?relation" not in text
    assert 'VALUES ?subject { "right of asylum"@en }' in text


def test_nothing_asked_is_a_mistake_and_not_everything() -> None:
    with pytest.raises(ExtractError, match="Nothing is asked"):
        next(ADAPTERS["cellar"](source(since="2024-01-01")))


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("celex", "02024R1347-20260701", 'x" } # '),
        ("about", "12012E078", "2024/1347"),
        ("type", "OPIN_AG", "judgment>"),
        ("subject", "conscientious objection", 'a" . ?s ?p ?o'),
        ("title", "third-country nationals", "a' OR 'b"),
        ("title", "asyl*", "as*"),
        ("since", "2024-01-31", "31.01.2024"),
        ("languages", "de", "DEU"),
        ("newest", "500", "0"),
    ],
)
def test_options_are_checked_before_they_get_into_a_query(key: str, good: str, bad: str) -> None:
    assert KIND.options[key].check(good) is None
    assert bad in (KIND.options[key].check(bad) or "")


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (source(celex="32024R1347"), row()),
        (source(type="ORDER"), row()),
        (source(type="JUDG", since="2026-01-16"), row()),
        (source(about="32024R1347"), row(act="32011L0095", relation=f"{CDM}work_cites_work")),
        (source(about="32024R1347"), row()),
        (source(title="asylum"), row(title="Judgment on milk", language="x/ENG")),
    ],
)
def test_a_work_that_was_not_asked_for_is_refused(asked: Source, wrong: dict[str, Any]) -> None:
    with pytest.raises(ExtractError, match="ignores a part of the question"):
        found(asked, body(wrong))


def test_rows_of_one_work_are_one_item_with_all_relations() -> None:
    rows = [
        row(title="T", language="x/ENG", act="32011L0095", relation=f"{CDM}{relation}")
        for relation in ("work_cites_work", "case-law_interpretes_resource_legal", "brand_new")
    ]
    (item,) = found(source(about="32011L0095"), body(*rows))
    assert item.blocks[1:] == (
        "brand_new 32011L0095",
        "cites 32011L0095",
        "interprets 32011L0095",
    )


def test_the_order_of_rows_about_one_work_does_not_matter() -> None:
    rows = [
        row(title=title, language=f"x/{code}") for title, code in (("Urteil", "DEU"), ("J", "ENG"))
    ]
    asked = source(type="JUDG", languages=("de", "en"))
    assert found(asked, body(*rows)) == found(asked, body(*rows[::-1]))


def test_a_work_without_a_title_is_named_by_type_and_number() -> None:
    (item,) = found(source(type="JUDG"), body(row()))
    assert item.title == "Judgment 62025CJ0001"
    assert item.url == "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62025CJ0001"
    assert item.document == "https://publications.europa.eu/resource/celex/62025CJ0001.ENG.xhtml"


def test_the_last_work_of_a_full_answer_is_left_out_because_it_may_be_cut() -> None:
    rows = [row(f"62025CJ{n:04}") for n in range(2000)]
    items = found(source(type="JUDG", newest="500"), body(*rows))
    assert len(items) == 500
    full = [row(act=f"32011L{n:04}", relation=f"{CDM}work_cites_work") for n in range(1999)]
    items = found(source(type="JUDG", newest="1"), body(*full, row("62024CJ0001", "2025-01-01")))
    assert [item.id for item in items] == ["62025CJ0001"]


@pytest.mark.parametrize("last", ["62025CJ0001", "62024CJ0001"])
def test_a_full_answer_with_fewer_works_than_are_wanted_is_refused(last: str) -> None:
    full = [row(act=f"32011L{n:04}", relation=f"{CDM}work_cites_work") for n in range(1999)]
    with pytest.raises(ExtractError, match=r"ends at 2000 rows, after [01] works, .*newest 100"):
        found(source(type="JUDG"), body(*full, row(last, "2025-01-01")))


def test_a_work_that_was_named_and_is_not_there_is_missed_unless_it_may_be() -> None:
    asked = source(celex=("62025CJ0001", "32024R1347"))
    with pytest.raises(ExtractError, match="has no 32024R1347; look at `celex`"):
        found(asked, body(row()))
    assert len(found(replace(asked, expect=Expect(min_items=0)), body(row()))) == 1
    narrowed = source(celex=("62025CJ0001", "32024R1347"), type="JUDG")
    assert len(found(narrowed, body(row()))) == 1


def test_works_out_of_order_are_refused() -> None:
    rows = [row("62024CJ0001", "2024-01-01"), row("62025CJ0001", "2025-01-01")]
    with pytest.raises(ExtractError, match="no longer sorts"):
        found(source(type="JUDG"), body(*rows))


def test_an_empty_answer_is_refused_unless_it_may_be() -> None:
    asked = source(subject="conscientious objection")
    with pytest.raises(ExtractError, match="nothing at all"):
        found(asked, body())
    assert found(replace(asked, expect=Expect(min_items=0)), body()) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Virtuoso 37000 Error SP030: SPARQL compiler, line 0: syntax error", "Virtuoso 37000"),
        ('{"results": {"bindings": []}}', "no SPARQL results"),
        ('{"head": {"vars": ["s", "p", "o"]}, "results": {"bindings": []}}', "another question"),
        ('{"head": {"vars": 3}, "results": {"bindings": []}}', "another question"),
        ('{"head": {"vars": [["celex"]]}, "results": {"bindings": []}}', "another question"),
        ('{"head": {"vars": ["celex", "date", "type"]}, "results": {}}', "no list `bindings`"),
        (body({"celex": {"type": "literal", "value": "1"}}), "without number, date or type"),
    ],
)
def test_another_answer_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ExtractError, match=says):
        found(source(type="JUDG"), text)


def test_an_answer_that_was_given_up_in_the_middle_is_refused() -> None:
    text = body(row())

    def give(_: int, url: str) -> Any:
        fetched = answer(text, "application/sparql-results+json", url)
        return replace(fetched, headers={"x-sql-state": "S1TAT"})

    with pytest.raises(ExtractError, match="a part of the answer"):
        talk(source(type="JUDG"), give)


@pytest.mark.skipif(
    not (SAMPLES / "cellar-sparql").is_dir(), reason="the answers of the Publications Office"
)
def test_real_bindings_are_read_and_others_are_refused() -> None:
    """Recorded for other queries, so their columns are given our names."""
    names = {"doc_date": "date", "framework_celex": "act"}
    folder = SAMPLES / "cellar-sparql"
    related = json.loads((folder / "related.json").read_text("utf-8"))
    rows = [
        {names.get(name, name): value for name, value in each.items()}
        for each in related["results"]["bindings"]
    ]
    items = found(source(about="32024R1485"), body(*rows))
    assert [(item.id, item.title) for item in items] == [
        ("32026R1708", "Implementing regulation 32026R1708"),
        ("32025R1980", "Implementing regulation 32025R1980"),
    ]
    assert "amends 32024R1485" in items[0].blocks
    assert "based_on 32024R1485" in items[0].blocks
    for name in ("act", "consolidations", "framework", "related"):
        with pytest.raises(ExtractError, match="no column"):
            found(source(type="REG"), (folder / f"{name}.json").read_text("utf-8"))


@pytest.mark.skipif(not (SAMPLES / "cellar-xhtml").is_dir(), reason="the recorded acts")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("aiact-32024R1689-abridged", "trustworthy artificial intelligence"),
        ("gdpr-32016R0679-abridged", "processing of personal data"),
    ],
)
def test_the_text_of_a_real_act_can_be_followed(name: str, words: str) -> None:
    text = (SAMPLES / "cellar-xhtml" / f"{name}.xhtml").read_text("utf-8")
    url = "https://publications.europa.eu/resource/celex/32024R1689.ENG.xhtml"
    attachment = read_attachment(answer(text, "application/xhtml+xml", url))
    assert any(words in block for block in attachment.blocks)
