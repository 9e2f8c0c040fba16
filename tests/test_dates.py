"""Dates are read wholly and rightly, or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.dates import read_date

CASES = Path(__file__).parents[2] / "shared" / "samples" / "cases" / "feed_dates.jsonl"


@pytest.mark.parametrize(
    ("text", "lang", "moment"),
    [
        ("2026-11-21T14:30:00+01:00", None, "2026-11-21T13:30:00"),
        ("2026-11-21T13:30:00.123Z", None, "2026-11-21T13:30:00"),
        ("2026-11-21 14:30", "de", "2026-11-21T13:30:00"),
        ("2026-11-21+01:00", None, "2026-11-20T23:00:00"),
        ("20261121", None, "2026-11-21T00:00:00"),
        ("2026/1/9 14:16:00", None, "2026-01-09T14:16:00"),
        ("Sat, 21 Nov 2026 14:30:00 GMT", None, "2026-11-21T14:30:00"),
        ("Sa, 21 Nov 2026", "de", "2026-11-20T23:00:00"),
        ("21.11.2026", "de", "2026-11-20T23:00:00"),
        ("21.11.2026", None, "2026-11-21T00:00:00"),
        ("21. November 2026, 14:30 Uhr", "de", "2026-11-21T13:30:00"),
        ("21. Juli 2026, 14.30 Uhr", "de", "2026-07-21T12:30:00"),
        ("21.11.2026 14 Uhr", "de-AT", "2026-11-21T13:00:00"),
        ("Stand: 1. März 2026", "de", "2026-02-28T23:00:00"),
        ("1. Jänner 2026", "de", "2025-12-31T23:00:00"),
        ("30.10.23", None, "2023-10-30T00:00:00"),
        ("Di, 23 Jan 2018 00:00:00 +0100", "de", "2018-01-22T23:00:00"),
        ("le 5 août 2026 à 14h30", "fr", "2026-08-05T14:30:00"),
        ("mar. 3 mars 2026", "fr", "2026-03-03T00:00:00"),
        ("21 ноября 2026 г.", "ru", "2026-11-21T00:00:00"),
        ("Пт, 20 ноя 2026 12:00:00 +0300", "ru", "2026-11-20T09:00:00"),
        ("21 листопада 2026 року, 14:05", "uk", "2026-11-21T14:05:00"),
        ("21 Nov 2026 10:00 MESZ", None, "2026-11-21T08:00:00"),
        ("21 Nov 2026 10:00 EST", None, "2026-11-21T15:00:00"),
        ("21 Nov 2026 10:00 Europe/Kyiv", None, "2026-11-21T08:00:00"),
        ("1520932969", None, "2018-03-13T09:22:49"),
        ("1520932969000", None, "2018-03-13T09:22:49"),
        ("2016-12-31T23:59:60Z", None, "2016-12-31T23:59:59"),
        ("12:05 am, May 4, 2026", None, "2026-05-04T00:05:00"),
        ("03/04/2026", "fr", "2026-04-03T00:00:00"),
        ("Fri, 03/04/2026", None, "2026-04-03T00:00:00"),
        ("Wed, 03/04/2026", None, "2026-03-04T00:00:00"),
        ("04/04/2026", None, "2026-04-04T00:00:00"),
    ],
)
def test_a_date_is_read_as_its_writer_meant_it(text: str, lang: str | None, moment: str) -> None:
    assert read_date(text, lang=lang) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gestern",
        "vor 3 Stunden",
        "November 2026",
        "Nov. 2020",
        "2026",
        "2026-11",
        "21. November",
        "30 Feb 2026",
        "2026-13-45",
        "2026-02-30T08:00:00Z",
        "03/04/2026",
        "1.1.2026 – 5.1.2026",
        "21.11.2026 25:00",
        "2026-11-21T10:00:00+9999",
        "21 Nov 2026 10:00 Mars/Olympus",
        "21 Nov 2026 10:00 XYZ",
        "21 Foo 2026",
        "0001-01-01",
        "1989-12-31",
        "9999-12-31T23:59:59Z",
        "2026-11-21 Drucksache 20/1234",
        "x" * 10_000,
    ],
)
def test_what_is_unclear_impossible_or_implausible_is_no_date(text: str) -> None:
    assert read_date(text) is None


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    moment = read_date(text)
    assert moment is None or 1990 <= moment.year <= 2100


@given(st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_survives_being_written_in_three_standards(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert read_date(moment.isoformat()) == moment
    assert read_date(moment.strftime("%d %b %Y %H:%M:%S +0000")) == moment
    assert read_date(moment.strftime("%a, %d.%m.%Y %H:%M:%S UTC")) == moment


@pytest.mark.skipif(not CASES.exists(), reason="the sample dates are not here")
def test_odd_feed_dates_are_read_and_none_is_wrong() -> None:
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    read = {case["text"]: read_date(case["text"]) for case in cases}
    exact = {case["text"]: case["unix"] for case in cases if "unix" in case}
    assert {text: moment.timestamp() for text in exact if (moment := read[text])} == exact
    assert [text for text, moment in read.items() if not moment] == ["Nov. 2020"]
