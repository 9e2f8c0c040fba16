"""A few dozen random inputs for each target, always the same; `make fuzz` throws for as long as
one likes. What was found that way stands here by itself."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from monitor.adapters.article import main_text
from monitor.config.ignoring import read_ignored
from monitor.match import TermError, explain_spelling
from monitor.text.moving import settled
from monitor.text.numbers import change, is_missing, read_number
from monitor.text.periods import read_period
from tests.fuzz import TARGETS, Target, mutated, trouble

THROWS = {"page": 10, "configuration": 15, "feed": 40, "spelling": 100}


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_thrown_comes_back_as_a_value_or_a_sentence(name: str) -> None:
    target, chance = TARGETS[name], random.Random(name)
    seeds = target.seeds()
    assert seeds
    for content in seeds:
        assert trouble(target, content) is None
    for number in range(THROWS.get(name, 60)):
        content = mutated(seeds[number % len(seeds)], target.words, chance)
        assert trouble(target, content) is None, content


# --- found by throwing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "marks", ["¹" * 200 + "x", "*" * 250 + "x", " ¹" * 120 + "x", "¹⁾" * 99 + "x"]
)
def test_a_row_of_footnote_marks_is_read_at_once(marks: str) -> None:
    assert not is_missing(marks)
    assert read_number(f"81{marks}", "de") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("81¹⁾²", 81), ("81 1) 2)", 81), ("81** [a]", 81), ("1.150 **) ¹", 1150), ("81¹x", None)],
)
def test_footnote_marks_are_still_no_part_of_a_number(text: str, value: int | None) -> None:
    assert read_number(text, "de") == (None if value is None else Decimal(value))


def test_a_number_too_long_to_reckon_with_is_none() -> None:
    assert read_number("9" * 29, "de") is None
    assert change("9" * 40, "1", "de") == f"{'9' * 40} → 1"
    assert change("0,0000000001", "9" * 18, "de") == f"0,0000000001 → {'9' * 18}"


def test_a_long_cell_is_no_period() -> None:
    assert read_period("II. Quartal 2026" + ")" * 10_000) is None


def test_a_spelling_of_parentheses_alone_is_refused_in_words() -> None:
    with pytest.raises(TermError, match="within parentheses more than 10 deep"):
        explain_spelling("(" * 400 + "Asyl" + ")" * 400)
    explain_spelling("(a|(b|(c|Asyl*)))sylverfahren")


def test_markup_that_trafilatura_stumbles_over_is_read_all_the_same() -> None:
    page = "<html><body><p>Ein <hi rend='uppercase'>Wort</hi> zu Deserteuren.</p></body></html>"
    assert [block.text for block in main_text(page)] == ["Ein Wort zu Deserteuren."]


@pytest.mark.parametrize(
    "pattern", ["/a{99999999999}/", "/" + "(" * 5000 + ")" * 5000 + "/", "/(/"]
)
def test_a_pattern_that_cannot_be_compiled_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(ValueError, match="must be a regular expression"):
        read_ignored(pattern)


@pytest.mark.parametrize("text", ["1" * 60_000, "1 " + "понед" * 40_000, "1 " + "mai" * 60_000])
def test_what_moves_in_a_long_line_is_found_at_once(text: str) -> None:
    def throw(_: bytes) -> None:
        settled(text)
        settled(text, digits=False)

    assert trouble(Target(throw, lambda: (), seconds=4), b"") is None


def test_a_distance_of_thousands_of_digits_is_refused_in_words() -> None:
    with pytest.raises(TermError, match="~"):
        explain_spelling("Asyl ~" + "9" * 5000 + " Deserteur")
