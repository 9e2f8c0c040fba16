"""Days to come that a text names, and those that it only seems to name."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.deadlines import MOST, deadlines
from monitor.model import DeadlineKind

TODAY = date(2026, 11, 22)  # a Sunday


def found(text: str, lang: str | None = "de") -> list[tuple[str, str, str]]:
    return [(d.day.isoformat(), d.kind.value, d.time) for d in deadlines(text, lang, TODAY)]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Dieses Gesetz tritt am 1. Januar 2027 in Kraft.", "de", ("2027-01-01", "force", "")),
        ("Artikel 5 Abs. 2 tritt am 1. Juli 2027 in Kraft.", "de", ("2027-07-01", "force", "")),
        ("Die Regelung gilt ab dem 15.12.2026.", "de", ("2026-12-15", "force", "")),
        ("Inkrafttreten: 01.02.2027", "de", ("2027-02-01", "force", "")),
        ("Die Verordnung tritt am 31.12.2026 außer Kraft.", "de", ("2026-12-31", "expiry", "")),
        (
            "Die mündliche Verhandlung ist am Donnerstag, dem 3. Dezember 2026, um 10:30 Uhr.",
            "de",
            ("2026-12-03", "hearing", "10:30"),
        ),
        (
            "Das Gericht verhandelt am 8.12.2026 um 9 Uhr über die Klage.",
            "de",
            ("2026-12-08", "hearing", "09:00"),
        ),
        (
            "Zu dem Antrag findet am 14. Dezember 2026 eine öffentliche Anhörung statt.",
            "de",
            ("2026-12-14", "hearing", ""),
        ),
        ("Die Antwort ist bis zum 4.12.2026 fällig.", "de", ("2026-12-04", "answer", "")),
        (
            "Die Anfrage ist bis zum 4. Dezember 2026 zu beantworten.",
            "de",
            ("2026-12-04", "answer", ""),
        ),
        ("Stellungnahmen sind bis zum 10.01.2027 möglich.", "de", ("2027-01-10", "deadline", "")),
        (
            "Unterlagen sind bis zum 30. November 2026 einzureichen.",
            "de",
            ("2026-11-30", "deadline", ""),
        ),
        (
            "The regulation shall enter into force on 1 January 2027.",
            "en",
            ("2027-01-01", "force", ""),
        ),
        ("It applies from 12 June 2027 onwards.", "en", ("2027-06-12", "force", "")),
        (
            "The hearing will be held on December 3, 2026 at 2 pm.",
            "en",
            ("2026-12-03", "hearing", "14:00"),
        ),
        ("The deadline is 2026-12-24.", "en", ("2026-12-24", "deadline", "")),
        ("Responses must be submitted by 5th January 2027.", "en", ("2027-01-05", "deadline", "")),
        ("A reply is due by 30 November 2026.", None, ("2026-11-30", "answer", "")),
    ],
)
def test_a_day_is_read_with_what_is_to_happen(
    text: str, lang: str | None, expected: tuple[str, str, str]
) -> None:
    assert found(text, lang) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Das Gesetz tritt im Januar 2027 in Kraft.",  # no day
        "Es tritt am Tag nach der Verkündung in Kraft.",
        "Die Verhandlung ist in zwei Wochen.",
        "Die Regelung gilt ab dem 1. März.",  # no year
        "Die Verhandlung ist am Montag, dem 3. Dezember.",  # in 2026 that is a Thursday
        "Dieses Gesetz tritt am 1. Januar 2025 in Kraft.",  # long past
        "Die Regelung gilt ab dem 22.11.2026.",  # today is no day to come
        "Das Urteil vom 3. Dezember 2026 liegt vor.",  # nothing to happen
        "Die Regelung gilt ab dem 30.02.2027.",  # no such day
        "Die Regelung gilt ab dem 1.1.2099.",  # a misprint
        "Am 3.12.2026 wird gefeiert. Die mündliche Verhandlung war schon.",
        "Version 1.12.2026 gilt",
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    assert found(text) == []


def test_a_year_that_is_not_written_may_follow_from_the_text() -> None:
    assert found("Die Verhandlung ist am Donnerstag, dem 3. Dezember.") == [
        ("2026-12-03", "hearing", "")
    ]
    assert found("Das gilt ab dem 1. März nächsten Jahres.") == [("2027-03-01", "force", "")]
    assert found("It applies from 1 December of this year.", "en") == [("2026-12-01", "force", "")]


def test_other_languages_are_left_alone() -> None:
    assert found("De wet gilt ab dem 1. Januar 2027 in Kraft.", "nl") == []


def test_each_day_is_told_once_soonest_first_and_not_too_many() -> None:
    text = " ".join(f"Teil {n} tritt am {n}. Januar 2027 in Kraft." for n in range(9, 0, -1))
    told = deadlines(text, "de", TODAY)
    assert [each.day.day for each in told] == [1, 2, 3, 4, 5][:MOST]
    assert told[0].kind is DeadlineKind.FORCE
    assert told[0].words == "Teil 1 tritt am 1. Januar 2027 in Kraft."


def test_two_hours_are_none() -> None:
    text = "Die Verhandlung ist am 3. Dezember 2026 um 9 Uhr oder um 11 Uhr."
    assert found(text) == [("2026-12-03", "hearing", "")]


def test_a_sentence_is_not_cut_at_an_abbreviation() -> None:
    text = "Vorab. Nach Art. 3 Abs. 2 Satz 1 tritt das Gesetz am 1. Januar 2027 in Kraft. Danach."
    (told,) = deadlines(text, "de", TODAY)
    assert told.words == "Nach Art. 3 Abs. 2 Satz 1 tritt das Gesetz am 1. Januar 2027 in Kraft."
