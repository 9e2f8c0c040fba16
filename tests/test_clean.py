"""What is kept is what a reader sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.clean import blocks_of, clean


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("  zwei \n\t Wörter\u00a0hier ", "zwei Wörter hier"),
        ("a\x00b\x1b[31mc\x9fd", "ab[31mcd"),
        ("links\u202erechts\u2066", "linksrechts"),
        ("De\u200bser\ufeffteur", "Deserteur"),
        ("Kriegsdienst\u00adverweigerung", "Kriegsdienst\u00adverweigerung"),
        ("halb\ud83d", "halb"),
        ("zeile\u2028um", "zeile um"),
        ("Її ґанок", "Її ґанок"),
    ],
)
def test_one_line_without_the_invisible(text: str, seen: str) -> None:
    assert clean(text) == seen


@given(st.text())
def test_cleaning_twice_changes_nothing_and_gives_one_line(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once.splitlines()) <= 1


def test_paragraphs_end_at_blank_lines() -> None:
    assert blocks_of("eins\nzwei\n\n\n drei \n") == ("eins zwei", "drei")


def test_list_items_headings_and_table_rows_stand_alone() -> None:
    markdown = (
        "# Titel\nText\n- a\n- b\n  weiter\n1. c\n| Land | Zahl |\n|---|---|\n| UA | 3 |\n---\nEnde"
    )
    assert blocks_of(markdown) == (
        "# Titel",
        "Text",
        "- a",
        "- b weiter",
        "1. c",
        "| Land | Zahl |",
        "| UA | 3 |",
        "Ende",
    )


def test_a_word_divided_at_a_line_end_keeps_the_line_end() -> None:
    assert blocks_of("die Kriegsdienst-\nverweigerung – \nso") == (
        "die Kriegsdienst-\nverweigerung – so",
    )


def test_a_long_text_of_unwrapped_lines_has_a_block_per_line() -> None:
    lines = [f"{number} " + "wort " * 60 for number in range(9)]
    assert len(blocks_of("\n".join(lines))) == 9


def test_a_long_wrapped_text_is_not_cut_inside_its_sentences() -> None:
    paragraph = ["wort " * 14 + "weiter"] * 20 + ["Schluss."]
    blocks = blocks_of("\n".join(paragraph * 3))
    assert len(blocks) == 3
    assert all(block.endswith("Schluss.") for block in blocks)


@given(st.text(max_size=300))
def test_no_visible_character_of_a_text_is_lost_but_rules(text: str) -> None:
    assert all(block.strip() for block in blocks_of(text))
