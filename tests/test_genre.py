"""Sorts of news, the case of a ruling, the stage of a procedure, and the days that a text names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor import digest as digests
from monitor.genre import case_of, genre_of, stage_of
from monitor.model import (
    Alert,
    Change,
    ChangeKind,
    Citation,
    Coverage,
    DeadlineKind,
    Figure,
    Genre,
    Identity,
    Item,
    Name,
    Rank,
    Remark,
    Source,
)
from monitor.pipeline.figures import with_rows
from monitor.pipeline.remarking import remarks_of
from monitor.story import Told
from tests.test_digest import NOW, TEAM, TOPICS, an_alert

COURT = Source("court", "BVerwG – Entscheidungen", "juris", "https://c.example/")
PAPERS = Source("dip", "Bundestag", "dip", "https://p.example/")
OFFICE = Source("office", "Bundesamt", "page", "https://o.example/", rank=Rank.AUTHORITY)
PRESS = Source("press", "Tageblatt", "feed", "https://t.example/", rank=Rank.MEDIA)
LAW = Source("law", "Gesetz", "gii", "https://l.example/")
NUMBER = Identity((Name("file-number", "1C7/26", "bverwg", "2026-02-12"),))
CITED = (Citation("file-number", "1 C 7/26", "1 C 7/26"),)


def remark(code: str, **said: str) -> Remark:
    return Remark(code, tuple(said.items()))


@pytest.mark.parametrize(
    ("source", "changes", "genre"),
    [
        (COURT, {"identity": NUMBER}, Genre.RULING),
        (COURT, {"title": "Neuer Präsident ernannt"}, Genre.NOTICE),
        (PRESS, {"identity": NUMBER, "title": "Urteil: 1 C 7/26"}, Genre.RULING),
        (PRESS, {"identity": NUMBER, "title": "Ein Mann vor Gericht"}, Genre.ARTICLE),
        (PAPERS, {"remarks": (remark("stage", state="answered"),)}, Genre.FEDERAL_ANSWER),
        (PAPERS, {"remarks": (remark("stage", state="asked"),)}, Genre.QUESTION),
        (PAPERS, {"title": "Bericht des Ausschusses"}, Genre.PARLIAMENT),
        (replace(PAPERS, kind="feed", rank=Rank.PARLIAMENT), {"title": "Antwort auf die Anfrage"},
         Genre.ANSWER),
        (LAW, {"title": "§ 3"}, Genre.LAW),
        (OFFICE, {"title": "Hinweise"}, Genre.NOTICE),
        (OFFICE, {"remarks": (remark("figure", label="Anträge"),)}, Genre.STATISTIC),
        (None, {"identity": NUMBER}, Genre.RULING),
        (None, {"title": "Was war"}, Genre.ARTICLE),
    ],
)  # fmt: skip
def test_each_sort_of_news_has_a_name(
    source: Source | None, changes: dict[str, Any], genre: Genre
) -> None:
    assert genre_of(replace(an_alert(1), **changes), source) is genre


def test_a_ruling_has_court_number_as_written_and_day() -> None:
    ruling = replace(
        an_alert(1),
        title="VG Berlin, Urteil vom 12.02.2026 – 1 C 7/26",
        identity=NUMBER,
        citations=CITED,
    )
    case = case_of(ruling, COURT)
    assert case is not None
    assert (case.court, case.number, case.decided) == ("VG Berlin", "1 C 7/26", date(2026, 2, 12))
    by_source = case_of(replace(ruling, title="Schutz für Deserteure"), COURT)
    assert by_source is not None
    assert by_source.court == "BVerwG"
    assert case_of(an_alert(1), PRESS) is None


def test_a_procedure_says_how_far_it_is_and_until_when() -> None:
    due = datetime(2026, 3, 17, tzinfo=UTC)
    item = Item("1", "Anfrage", None, ("Deserteure?",), state="asked", due=due)
    change = Change(ChangeKind.ADDED, item, added=item.blocks)
    asked = replace(an_alert(1), remarks=remarks_of(change, PAPERS, NOW))
    stage = stage_of(asked)
    assert stage is not None
    assert (stage.state, stage.due) == ("asked", date(2026, 3, 17))
    done = replace(change, item=replace(item, state="answered"))
    answered = stage_of(replace(asked, remarks=remarks_of(done, PAPERS, NOW)))
    assert answered is not None
    assert answered.due is None


def composed(*alerts: Alert, told: tuple[Told, ...] = ()) -> Any:
    return digests.compose(
        TEAM, alerts, told=told, sources={"court": replace(COURT, lang="de"), "dip": PAPERS},
        topics=TOPICS, coverage=Coverage(2, 2, 1), since=NOW, cutoff=NOW,
        message_id="<1@monitor.example>",
    )  # fmt: skip


def test_days_that_a_text_names_become_appointments_soonest_first() -> None:
    text = "Das Gesetz tritt am 1. Januar 2027 in Kraft. Die Verhandlung ist am 3. März 2026."
    item = Item("1", "Meldung", None, (text,), lang="de")
    change = Change(ChangeKind.ADDED, item, added=item.blocks)
    alert = replace(an_alert(1), remarks=remarks_of(change, COURT, NOW))
    digest = composed(alert)
    kinds = [(each.deadline.day, each.deadline.kind) for each in digest.appointments]
    assert kinds == [
        (date(2026, 3, 3), DeadlineKind.HEARING),
        (date(2027, 1, 1), DeadlineKind.FORCE),
    ]
    assert digest.sections[0].entries[0].remarks == ()


def test_a_removed_text_names_no_days_to_come() -> None:
    item = Item("1", "Meldung", None, ("Das Gesetz tritt am 1. Januar 2027 in Kraft.",))
    gone = Change(ChangeKind.REMOVED, item, removed=item.blocks)
    assert remarks_of(gone, COURT, NOW) == ()


def test_the_same_day_in_other_words_makes_no_update_of_a_told_story() -> None:
    first = replace(an_alert(1), title="Gericht: Deserteure aus Russland erhalten Schutz")
    again = replace(
        first,
        id=2,
        source="agency",
        remarks=(remark("deadline", day="2027-01-01", kind="force", words="anders gesagt"),),
    )
    assert composed(again, told=(Told(first, NOW),)).count == 0


def test_a_figure_goes_with_the_row_it_stands_in() -> None:
    months = ("2025-11", "2025-12", "2026-01", "2026-02")
    items = tuple(
        Item(
            f"a|{month}",
            f"Anträge, {month}",
            figure=Figure(str(n), str(n), f"Anträge, {month}", month),
        )
        for n, month in enumerate(months, start=1)
    )
    other = Item("a|2026", "Anträge, 2026", figure=Figure("9", "9", "Anträge, 2026", "2026"))
    figure = replace(
        an_alert(1),
        item="a|2026-01",
        remarks=(remark("figure", label="Anträge, 2026-01", after="3"),),
    )
    (told,) = with_rows([figure], (*items, other))
    said = dict(told.remarks[0].values)
    assert (said["series"], said["periods"]) == ("1 2 3", "2025-11 2026-01")
    assert with_rows([figure], items[2:]) == (figure,)  # one number shows no course
    assert with_rows([an_alert(1)], items) == (an_alert(1),)
