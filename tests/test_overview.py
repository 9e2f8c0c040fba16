"""The weekly overview: what is counted, what its pictures are, and when it is mailed."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from monitor.model import Alert, MailingList, Overview, Receives, Remark, Schedule, Tier
from monitor.overview import HIGHLIGHTS, WEEK, WEEKS, overview
from monitor.pipeline import compose_digests
from monitor.pipeline.filing import Office
from monitor.render import Templates
from monitor.render.picture import HEIGHT, bars
from monitor.shipped import shipped
from monitor.store import Store
from tests.test_digest import NOW, SOURCES, TEAM, TOPICS, a_match, an_alert

BOARD = replace(TEAM, id="board", receives=Receives.OVERVIEW)


def overviewed(*alerts: Alert, to: MailingList = BOARD) -> Overview:
    return overview(
        to, alerts, sources=SOURCES, topics=TOPICS, cutoff=NOW, message_id="<1@monitor.example>"
    )


def ago(number: int, days: float, **values: Any) -> Alert:
    return replace(an_alert(number, **values), detected_at=NOW - timedelta(days=days))


def test_each_topic_has_its_counts_per_week_and_only_sure_alerts_count() -> None:
    both = an_alert(4, a_match("asylum", "Asyl"), a_match("desertion"))
    doubtful = an_alert(5, a_match("desertion", tier=Tier.PERHAPS))
    at_the_border = replace(both, detected_at=NOW - WEEK)
    told = overviewed(
        ago(1, 0.5), ago(2, 6.9), ago(3, 8), at_the_border,
        replace(doubtful, detected_at=NOW - timedelta(days=1)), ago(6, 7 * WEEKS + 1), ago(7, 0),
    )  # fmt: skip
    counts = {each.title: each.counts[-3:] for each in told.topics}
    assert counts == {"Asyl": (0, 0, 1), "Desertion": (0, 1, 3)}
    assert (told.count, told.before) == (3, 1)
    assert all(len(each.counts) == WEEKS for each in told.topics)


def test_what_mattered_most_comes_first_and_each_story_once() -> None:
    title = "Gericht: Deserteure aus Russland erhalten Schutz"
    rulings = [ago(n, 1, title=title) for n in range(1, 4)]
    many = [ago(n, 2, title=f"Nachricht {n}") for n in range(10, 30)]
    told = overviewed(*many, *rulings)
    assert [each.title for each in told.highlights].count(title) == 1
    assert len(told.highlights) == HIGHLIGHTS


def test_figures_show_the_newest_course_that_is_known() -> None:
    def counted(number: int, days: float, series: str, periods: str) -> Alert:
        said = (
            ("label", f"Anträge, {periods.rsplit(maxsplit=1)[-1]}"),
            ("after", series.rsplit(maxsplit=1)[-1]),
        )
        more = (("series", series), ("periods", periods))
        return ago(number, days, remarks=(Remark("figure", said + more),))

    told = overviewed(
        counted(1, 40, "1 2 3", "2026-01 2026-02 2026-03"),
        counted(2, 4, "1 2 3 4", "2026-01 2026-02 2026-03 2026-04"),
    )
    (course,) = told.courses
    assert (course.label, course.values, course.last) == (
        "Anträge",
        ("1", "2", "3", "4"),
        "2026-04",
    )


def test_a_chart_is_a_picture_of_one_bar_for_each_number() -> None:
    picture = bars([Decimal(0), Decimal(5), Decimal(10)])
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", picture[16:26])
    assert (width, height, depth, colour) == (60, HEIGHT, 8, 3)
    start = picture.index(b"IDAT") + 4
    (size,) = struct.unpack(">I", picture[start - 8 : start - 4])
    pixels = zlib.decompress(picture[start : start + size])
    rows = [pixels[n * 61 + 1 : (n + 1) * 61] for n in range(HEIGHT)]
    heights = [sum(row[x] in (1, 2) for row in rows) for x in (5, 25, 45)]
    assert heights == [0, 30, 60]
    assert {row[45] for row in rows} == {0, 2, 3}  # the last one has a colour of its own
    assert bars([]).startswith(b"\x89PNG")


def test_an_overview_is_mailed_once_a_week_by_its_schedule(tmp_path: Path) -> None:
    weekly: MailingList = replace(BOARD, schedule=Schedule("weekly", hour=7, weekday=0))
    office = Office(
        (weekly,), SOURCES, TOPICS, Templates(shipped("templates")), "monitor@example.org"
    )
    with Store.open(f"sqlite:///{tmp_path / 'state.db'}") as store:
        first = NOW - timedelta(days=6)  # a Tuesday
        states = [
            [each.state for each in compose_digests(office, store, first + timedelta(days=day))]
            for day in range(9)
        ]
    assert states == [[], [], [], [], [], [], ["composed"], [], []]
