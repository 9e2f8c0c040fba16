"""How statistics write numbers and periods."""

from __future__ import annotations

from decimal import Decimal

import pytest

from monitor.text.numbers import change, decimal_mark, is_missing, percent, read_number, unit_of
from monitor.text.periods import period_within, read_period

SPELLINGS = [
    ("1.150", "de", "1150"),
    ("1.150", "en", "1.150"),
    ("1.150", None, None),
    ("1,150", "de", "1.150"),
    ("1,150", "en", "1150"),
    ("1,150", None, None),
    ("2.337", "de-DE", "2337"),
    ("626", None, "626"),
    ("0", "de", "0"),
    ("12,5 %", "de", "12.5"),
    ("12,5\u00a0%", "de", "12.5"),
    ("12.5 %", "en", "12.5"),
    ("12.5", "de", None),
    ("12,5", "en", None),
    ("12.5", None, None),
    ("1 150", None, "1150"),
    ("1\u00a0150", "de", "1150"),
    ("1\u202f150,25", "fr", "1150.25"),
    ("1'150.5", "en", "1150.5"),
    ("1’150", "de", "1150"),
    ("12 34", "de", None),
    ("−86", "de", "-86"),
    ("-86", "en", "-86"),
    ("– 86", "de", "-86"),
    ("+86", "de", "86"),
    ("(12)", "de", "12"),
    ("(1.150)", "de", "1150"),
    ("- ", "de", None),
    ("–", "de", None),
    ("*", "de", None),
    (".", "de", None),
    ("x", "de", None),
    ("…", "de", None),
    ("...", "en", None),
    ("/", "de", None),
    (":", "en", None),
    ("k. A.", "de", None),
    ("n/a", "en", None),
    ("", "de", None),
    ("1.150¹⁾", "de", "1150"),
    ("1.150¹", "de", "1150"),
    ("1.150*", "de", "1150"),
    ("1.150 **)", "de", "1150"),
    ("1.150 1)", "de", "1150"),
    ("1.1501)", "de", None),
    ("1.150 [a]", "de", "1150"),
    ("1.150†", "de", "1150"),
    ("*¹", "de", None),
    ("1150 p", "en", "1150"),
    ("1150r", "en", "1150"),
    ("1.150.000", None, "1150000"),
    ("1,150,000", None, "1150000"),
    ("1.150,5", None, "1150.5"),
    ("1,150.5", None, "1150.5"),
    ("1,150.5", "en", "1150.5"),
    ("1.15.0", "de", None),
    ("0,150", "de", "0.150"),
    ("0.150", "de", None),
    ("12,5 Mio.", "de", "12500000.0"),
    ("3 Tsd.", "de", "3000"),
    ("1.2 million", "en", "1200000.0"),
    ("85 Personen", "de", "85"),
    ("1.150 €", "de", "1150"),
    ("1.150,– €", "de", "1150"),
    ("€ 1,150", "en", "1150"),
    ("2–3", "de", None),
    ("< 5", "de", None),
    ("ca. 80", "de", None),
    ("12 Monate", "de", None),
    ("rund 1.150", "de", None),
    ("٣٤", "de", None),
    ("1e3", "en", None),
]


@pytest.mark.parametrize(("text", "lang", "value"), SPELLINGS)
def test_a_number_is_read_as_its_language_writes_it_or_not_at_all(
    text: str, lang: str | None, value: str | None
) -> None:
    assert read_number(text, lang) == (None if value is None else Decimal(value))


@pytest.mark.parametrize("text", ["-", "–", ".", "…", "x", "*", "/", ":", "k. A.", " ", "*¹⁾"])
def test_marks_for_no_number_are_known(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize("text", ["0", "12", "rund 5", "Iran"])
def test_zero_and_words_are_no_missing_numbers(text: str) -> None:
    assert not is_missing(text)


@pytest.mark.parametrize(
    ("column", "lang", "mark"),
    [
        (["1.150", "626", "361", "81"], None, ","),
        (["1.150", "626", "361", "81"], "en", ","),
        (["1,150", "626", "361"], "de", "."),
        (["1.150", "1150", "81"], "en", "."),
        (["1.150", "2.337"], None, None),
        (["1.150", "12,5"], None, ","),
        (["1.150", "12,5", "3.4"], None, None),
        (["1.150", "12.5"], "de", ","),
        (["0.150", "1.150"], None, "."),
        (["1.150.000", "2.337"], None, ","),
        ([], None, None),
    ],
)
def test_a_column_tells_the_notation_of_its_numbers(
    column: list[str], lang: str | None, mark: str | None
) -> None:
    assert decimal_mark(column, lang) == mark


@pytest.mark.parametrize(("lang", "value"), [("en", 2 * 10**9), ("de", None), (None, None)])
def test_a_billion_is_computed_with_in_english_only(lang: str | None, value: int | None) -> None:
    assert read_number("2 billion", lang) == value


def test_the_notation_of_the_column_settles_what_is_ambiguous() -> None:
    assert read_number("1.150", None, decimal=",") == 1150
    assert read_number("1.150", "en", decimal=",") == 1150


@pytest.mark.parametrize(
    ("text", "unit"),
    [("12,5 %", "%"), ("85 Personen", "Personen"), ("€ 12", "€"), ("12", None), ("%", None)],
)
def test_the_unit_beside_a_number_is_kept(text: str, unit: str | None) -> None:
    assert unit_of(text) == unit


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("81", "11", "81 → 11 (−86 %)"),
        ("1.150", "2.337", "1.150 → 2.337 (+103 %)"),
        ("0", "11", "0 → 11"),
        ("-", "11", "- → 11"),
        ("11", "*", "11 → *"),
        ("100.000", "100.001", "100.000 → 100.001"),
    ],
)
def test_a_change_is_told_with_its_share(before: str, after: str, told: str) -> None:
    assert change(before, after, "de") == told


def test_the_share_of_a_negative_number_has_the_sign_of_the_move() -> None:
    assert percent(Decimal(-10), Decimal(-5)) == "+50 %"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026", "2026"),
        ("Oktober 2026", "2026-10"),
        ("Okt. 2026", "2026-10"),
        ("October 2026", "2026-10"),
        ("März 2026", "2026-03"),
        ("2026-10", "2026-10"),
        ("2026M10", "2026-10"),
        ("202610", "2026-10"),
        ("10/2026", "2026-10"),
        ("2026-Q3", "2026-Q3"),
        ("3. Quartal 2026", "2026-Q3"),
        ("III/2026", "2026-Q3"),
        ("1. Halbjahr 2026", "2026-01/2026-06"),
        ("31.10.2026", "2026-10-31"),
        ("Stand: 31. Oktober 2026", "2026-10-31"),
        ("24.2.2022-31.12.2022", "2022-02-24/2022-12-31"),
        ("01.01.2023 – 31.08.2023", "2023-01-01/2023-08-31"),
        ("1.1. bis 31.8.2023", "2023-01-01/2023-08-31"),
        ("Januar bis Oktober 2026", "2026-01/2026-10"),
        ("01.02.2026 - 28.02.2026", "2026-02"),
        ("1.1.2025 bis 31.12.2025", "2025"),
        ("Anträge", None),
        ("626", None),
        ("1150", None),
        ("13/2026", None),
        ("Erstanträge 2026", None),
    ],
)
def test_a_period_is_read_as_iso_8601(text: str, period: str | None) -> None:
    assert read_period(text) == period


@pytest.mark.parametrize(
    ("heading", "period"),
    [
        ("Anträge und Entscheidungen 2026-10", "2026-10"),
        ("Entscheidungen 2026-Q3", "2026-Q3"),
        ("Stand: 10/2026", "2026-10"),
        ("Entscheidungen über Asylanträge im Oktober 2026", "2026-10"),
        ("Zeitraum: 01.01.2026 - 31.10.2026, vorläufig", "2026-01-01/2026-10-31"),
        ("Asylanträge Januar bis Oktober 2026", "2026-01/2026-10"),
        ("Asylanträge 2025 und 2026", None),
        ("Asylanträge", None),
    ],
)
def test_a_heading_may_name_one_period(heading: str, period: str | None) -> None:
    assert period_within(heading) == period
