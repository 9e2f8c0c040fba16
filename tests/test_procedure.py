"""How far procedures are, where in a paper something stands, and what answers withhold."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from monitor.model import Remark
from monitor.procedure import Step, due_of, findings, has_table, places, state_of
from tests.contract import SAMPLES

DAY = datetime(2026, 11, 3, tzinfo=UTC)
ASKED = Step("Kleine Anfrage", DAY)
ANSWER = Step("Antwort", DAY + timedelta(days=20))


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], None),
        ([Step("Gesetzentwurf"), Step("1. Beratung")], None),
        ([ASKED], "asked"),
        ([ASKED, Step("Fristverlängerung")], "extended"),
        ([ASKED, Step("Die Frist zur Beantwortung wurde verlängert.")], "extended"),
        ([ASKED, Step("Antwort", advance=True)], "advance"),
        ([ASKED, Step("Antwort", advance=True), ANSWER], "answered"),
        ([ASKED, Step("Fristverlängerung"), ANSWER], "answered"),
        ([ASKED, ANSWER, Step("Ergänzung der Antwort")], "followed-up"),
        ([Step("Große Anfrage"), ANSWER, Step("Beratung")], "followed-up"),
        ([ASKED, Step("Zurückgezogen")], "withdrawn"),
        ([ASKED, Step("Erledigt durch Ablauf der Wahlperiode")], "withdrawn"),
        ([Step("Schriftliche Frage/Schriftliche Antwort")], "answered"),
    ],
)
def test_the_steps_say_how_far_a_procedure_is(steps: list[Step], state: str | None) -> None:
    assert state_of(steps) == state


def test_a_kleine_anfrage_is_due_on_the_fourteenth_day_until_it_is_answered() -> None:
    assert due_of([ASKED]) == DAY + timedelta(days=14)
    assert due_of([ASKED, ANSWER]) is None
    assert due_of([Step("Große Anfrage", DAY)]) is None


def test_an_extension_moves_the_day_where_it_tells_one_and_else_leaves_none() -> None:
    until = DAY + timedelta(days=30)
    assert due_of([ASKED, Step("Fristverlängerung", DAY, until)]) == until
    assert due_of([ASKED, Step("Fristverlängerung", DAY)]) is None


# --- places --------------------------------------------------------------------------------------

PAGES = [
    (
        "Antwort der Bundesregierung auf die Kleine Anfrage der Fraktion Die Linke",
        "V o r b e m e r k u n g d e r F r a g e s t e l l e r",
        "Nach Presseberichten hat die Bundesregierung keine Erkenntnisse über Deserteure.",
        "Vorbemerkung der Bundesregierung",
        "Eine Statistik im Sinne der Fragen gibt es.",
    ),
    (
        "1. Wie viele Deserteure haben seit 2022 Asyl beantragt?",
        "Im Sinne der Frage wurden gezählt:",
        "1. Erstanträge,",
        "2. Folgeanträge.",
        "2. a) Welche Länder nehmen Deserteure auf?",
    ),
    (
        "Dazu liegen der Bundesregierung keine eigenen Erkennt-\nnisse vor.",
        "3. Werden Überläufer befragt, und was geschieht mit den Ergebnissen?",
        "Die Fragen 3 und 4 werden aufgrund des Sachzusammenhangs gemeinsam beantwortet.",
        "Die Antwort ist als „VS – Nur für den Dienstgebrauch“ eingestuft.",
    ),
    (
        "Antwort der Bundesregierung zu Frage 12",
        "Auf Tabelle 2 wird verwiesen.",
        "Anlage 1",
        "Rest",
    ),
]
BLOCKS = tuple(chain.from_iterable(PAGES))


def test_each_paragraph_knows_its_page_and_the_question_that_it_answers() -> None:
    where = dict(zip(BLOCKS, places(PAGES), strict=True))
    assert where["Eine Statistik im Sinne der Fragen gibt es."] == "S. 1"
    assert where["2. Folgeanträge."] == "Frage 1, S. 2"
    assert where["2. a) Welche Länder nehmen Deserteure auf?"] == "Frage 2, S. 2"
    assert where[PAGES[2][0]] == "Frage 2, S. 3"
    assert where[PAGES[2][3]] == "Fragen 3 und 4, S. 3"
    assert where["Auf Tabelle 2 wird verwiesen."] == "Frage 12, S. 4"
    assert where["Rest"] == "S. 4"


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("Frage 12:", "Frage 12, S. 1"),
        ("Frage 7", "Frage 7, S. 1"),
        ("Zu Frage 3:", "Frage 3, S. 1"),
        ("Zu den Fragen 6 bis 8", "Fragen 6 bis 8, S. 1"),
        ("1. Abgeordnete Erika Muster (Die Linke) Wie viele sind es?", "Frage 1, S. 1"),
        ("Frage 12 betrifft nicht nur Soldaten.", "S. 1"),
        ("Fragen der Zuständigkeit", "S. 1"),
        ("1. Die Statistik erfasst nur Anträge", "S. 1"),
        ("2026. Ein Jahr", "S. 1"),
    ],
)
def test_a_question_is_recognised_by_how_it_begins(block: str, place: str) -> None:
    assert places([[block]]) == (place,)


def test_a_paper_of_many_questions_is_counted_through() -> None:
    pages = [[f"{n}. Abgeordnete X Y (Z) Wie viele?", f"Es sind {n}."] for n in range(1, 231)]
    assert places(pages)[-1] == "Frage 230, S. 230"


# --- findings ------------------------------------------------------------------------------------


def test_what_is_withheld_names_its_questions_and_not_what_the_askers_wrote() -> None:
    unknown, classified, tables = findings(BLOCKS)
    assert unknown == Remark(
        "withheld", (("question", "2"), ("words", "keine eigenen Erkenntnisse"))
    )
    assert classified == Remark(
        "withheld", (("question", "3 und 4"), ("words", "VS – Nur für den Dienstgebrauch"))
    )
    assert tables == Remark("tables", (("question", "12"),))


def test_one_reason_for_many_questions_is_one_remark() -> None:
    blocks = [
        text
        for n in (1, 2, 3)
        for text in (f"{n}. Wie viele sind es?", "Dazu liegen keine Erkenntnisse vor.")
    ]
    (only,) = findings(blocks)
    assert dict(only.values)["question"] == "1, 2, 3"


@pytest.mark.parametrize(
    "words",
    [
        "aus Gründen des Staatswohls",
        "keine statistische Erfassung",
        "wird nicht gesondert statistisch erfasst",
        "bei der Geheimschutzstelle des Deutschen Bundestages hinterlegt",
        "VS-NfD",
    ],
)
def test_the_ways_to_refuse_are_known(words: str) -> None:
    assert [remark.code for remark in findings([f"Die Angabe ist {words} nicht möglich."])] == [
        "withheld"
    ]


def test_a_plain_answer_and_a_question_about_secrets_withhold_nothing() -> None:
    assert findings(["Es sind 1 234.", "1. Wie oft wurde als VS – Vertraulich eingestuft?"]) == ()


def test_an_answer_in_the_same_paragraph_as_its_question_counts() -> None:
    (only,) = findings(["1. Wie viele? Dazu liegen keine Erkenntnisse vor."])
    assert only == Remark("withheld", (("question", "1"), ("words", "keine Erkenntnisse")))


def test_an_advance_copy_says_so_itself() -> None:
    watermark = "Vorabfassung – wird durch die lektorierte Fassung ersetzt."
    assert findings(["Text.", watermark, watermark]) == (Remark("advance"),)


@pytest.mark.parametrize(
    ("file", "says", "cases"),
    [
        ("classified_recogniser", lambda text: bool(findings([text])), 8),
        ("table_recogniser", has_table, 12),
    ],
)
def test_the_cases_of_kleineanfragen_are_told_apart(
    file: str, says: Callable[[str], bool], cases: int
) -> None:
    path = SAMPLES / "cases" / f"{file}.jsonl"
    if not path.exists():
        pytest.skip("the sample cases are not here")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["text"] for line in lines if says(line["text"]) != line["expected"]] == []
    assert len(lines) == cases
