"""Legal sources and document numbers as pages really write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.match import cite

FORMS = [
    ("statute", "§ 3a Abs. 2 Nr. 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3a Abs 2 Nr 5 AsylVfG 1992", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3a II Nr. 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§\u00a03a Absatz 2 Nummer 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 22 Satz 2 des Aufenthaltsgesetzes", "§ 22 S. 2 AufenthG"),
    ("statute", "Artikel 4 Absatz 3 des Grundgesetzes", "Art. 4 Abs. 3 GG"),
    ("statute", "ст. 337 УК РФ", "ст. 337 УК РФ"),
    ("statute", "статтею 407 КК України", "ст. 407 КК України"),
    ("eu-article", "Art. 9 Abs. 2 Buchst. e RL 2011/95/EU", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Art. 9 Abs. 2 Bst. e QualifikationsRL", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Article 9(2)(e)", "Art. 9(2)(e)"),
    ("eu-article", "Art. 9 (2) (e)", "Art. 9(2)(e)"),
    ("eu-article", "Article 9(2e)", "Art. 9(2)(e)"),
    ("eu-article", "art. 9, par. 2, lett. e)", "Art. 9(2)(e)"),
    ("eu-article", "artikel 9, stk. 2, litra e)", "Art. 9(2)(e)"),
    ("eu-article", "Art9 Abs2 lite", "Art. 9(2)(e)"),
    ("eu-article", "Art. 9 II lit. e", "Art. 9(2)(e)"),
    ("eu-act", "Richtlinie 2004/83/EG", "2004/83"),
    ("eu-act", "EURL 95/2011", "2011/95"),
    ("ecli", "ECLI:EU:C:2020:404", "ECLI:EU:C:2020:404"),
    ("celex", "62013CJ0472", "62013CJ0472"),
    ("celex", "32011L0095", "32011L0095"),
    ("cjeu", "C‑238/19", "C-238/19"),
    ("cjeu", "C- 472/13", "C-472/13"),
    ("cjeu", "C123/23", "C-123/23"),
    ("ecthr", "Bayatyan v. Armenia, no. 23459/03", "23459/03"),
    ("file-number", "VG Berlin, 33 K 504/24 A", "33 K 504/24 A"),
    ("file-number", "VG 33 K 143.19 A", "33 K 143/19 A"),
    ("file-number", "OVG 12 B 18/23", "12 B 18/23"),
    ("file-number", "VG München, M 4 K 22.30123", "M 4 K 22.30123"),
    ("file-number", "BGH, 4 ARs 11/24", "4 ARs 11/24"),
    ("file-number", "OLG Dresden, OAus 174/24", "OAus 174/24"),
    ("drucksache", "BT-Drs. 20/5963", "BT-Drs. 20/5963"),
    ("drucksache", "BT 20/5963", "BT-Drs. 20/5963"),
    ("drucksache", "Drucksache 19/13051", "Drs. 19/13051"),
    ("bgbl", "BGBl. 2024 I Nr. 101", "BGBl. 2024 I Nr. 101"),
    ("bgbl", "BGBl. I S. 1234", "BGBl. I S. 1234"),
    ("asylnet", "M 32836", "M32836"),
    ("tribunal", "[2018] UKUT 00241 (IAC)", "[2018] UKUT 241 (IAC)"),
    ("tribunal", "D-1234/2019", "D-1234/2019"),
    ("beckrs", "BeckRS 2023, 12345", "BeckRS 2023, 12345"),
]


@pytest.mark.parametrize(("kind", "text", "normal"), FORMS)
def test_each_form_has_one_normal_form(kind: str, text: str, normal: str) -> None:
    sentence = f"Siehe {text} und anderes."
    assert [(c.kind, c.id) for c in cite(sentence)] == [(kind, normal)]
    (citation,) = cite(sentence)
    assert sentence[citation.start : citation.end] == citation.text
    assert citation.text in text


def test_letter_lists_are_several_citations() -> None:
    ids = [c.id for c in cite("Art. 9 Abs. 2 Buchst. b, c, und e")]
    assert ids == ["Art. 9(2)(b)", "Art. 9(2)(c)", "Art. 9(2)(e)"]


def test_two_places_of_one_section_are_two_citations() -> None:
    ids = [c.id for c in cite("§ 3a Abs. 2 Nr. 5, Abs. 3 AsylG")]
    assert ids == ["§ 3a Abs. 2 Nr. 5 AsylG", "§ 3a Abs. 3 AsylG"]


def test_the_law_behind_a_list_belongs_to_all_its_sections() -> None:
    ids = [c.id for c in cite("§ 3 Abs. 1 und § 3a Abs. 2 AsylG")]
    assert ids == ["§ 3 Abs. 1 AsylG", "§ 3a Abs. 2 AsylG"]


def test_a_source_is_named_once_where_it_stands_first() -> None:
    (citation,) = cite("C-238/19, dazu nochmals C 238/19")
    assert citation.start == 0


@pytest.mark.parametrize(
    "text", ["", "Um 9 Uhr kamen 20 Leute.", "§ 5", "M 123", "Kapitel 3/4", "12 Uhr 30/24"]
)
def test_other_numbers_are_no_citations(text: str) -> None:
    assert cite(text) == ()


@given(
    st.lists(
        st.sampled_from([text for _, text, _ in FORMS] + [" ", ",", " und ", "x", "§", "Art. "]),
        max_size=12,
    ).map("".join)
)
def test_offsets_hold_the_words(text: str) -> None:
    for citation in cite(text):
        assert text[citation.start : citation.end] == citation.text
