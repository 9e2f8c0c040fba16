"""How sources are doing, and what of it is told to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.health import coverage, failing, health, news_for_operators
from monitor.model import Expect, Health, Source, SourceState

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COURT = Source(
    "court", "Court", "feed", "https://court.example/", expect=Expect(max_silence=30 * DAY)
)
WELL = SourceState(
    "court", checks=9, first_checked=NOW - 90 * DAY, last_success=NOW, last_changed=NOW
)
FAILED = replace(WELL, failures=1, failing_since=NOW, last_error="no answer", error_state="timeout")
AGAIN = replace(FAILED, failures=2)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (SourceState("court"), Health.NEW),
        (WELL, Health.OK),
        (FAILED, Health.SUSPECT),
        (AGAIN, Health.FAILING),
        (replace(WELL, last_changed=NOW - 30 * DAY), Health.OK),
        (replace(WELL, last_changed=NOW - 31 * DAY), Health.SILENT),
        (replace(WELL, last_changed=None), Health.SILENT),
        (replace(AGAIN, last_changed=NOW - 31 * DAY), Health.FAILING),
        (replace(FAILED, last_success=None), Health.SUSPECT),
        (replace(WELL, shrunk="3 of 4 items are missing"), Health.SUSPECT),
        (replace(WELL, odd="re-dated", odd_since=NOW - DAY), Health.SUSPECT),
        (replace(WELL, odd="re-dated", odd_since=NOW - 7 * DAY), Health.OK),
        (replace(WELL, shrunk="x", last_changed=NOW - 31 * DAY), Health.SILENT),
    ],
)
def test_health_follows_from_what_is_remembered(state: SourceState, expected: Health) -> None:
    assert health(COURT, state, NOW) is expected


def test_a_disabled_source_is_never_in_trouble() -> None:
    off = replace(COURT, enabled=False)
    assert health(off, FAILED, NOW) is Health.DISABLED
    assert failing(off, FAILED, NOW) is None
    assert news_for_operators([off], {"court": FAILED}, NOW) == ((), ())


def test_a_source_without_expectation_may_be_silent_for_ever() -> None:
    quiet = replace(COURT, expect=Expect())
    assert health(quiet, replace(WELL, last_changed=NOW - 999 * DAY), NOW) is Health.OK


def test_trouble_says_since_when_and_why() -> None:
    trouble = failing(COURT, FAILED, NOW + HOUR)
    assert trouble is not None
    assert (trouble.name, trouble.since, trouble.error) == ("Court", NOW, "no answer")
    assert trouble.url == "https://court.example/"


def test_coverage_counts_what_was_watched_since_the_last_mail() -> None:
    sources = [replace(COURT, id=i) for i in ("well", "broken", "new", "stale")]
    sources.append(replace(COURT, id="off", enabled=False))
    states = {
        "well": replace(WELL, source="well"),
        "broken": replace(FAILED, source="broken", last_success=NOW - 3 * DAY, last_changed=None),
        "stale": replace(
            WELL, source="stale", last_success=NOW - 2 * DAY, last_changed=NOW - 9 * DAY
        ),
        "off": replace(FAILED, source="off"),
    }
    covered = coverage(sources, states, NOW - DAY, NOW)
    assert (covered.total, covered.checked, covered.changed) == (4, 1, 1)
    assert [(t.source, t.health) for t in covered.failing] == [("broken", Health.SUSPECT)]


def told(
    state: SourceState, now: datetime = NOW, source: Source = COURT
) -> tuple[list[str], list[str]]:
    broken, recovered = news_for_operators([source], {source.id: state}, now)
    return [t.source for t in broken], [t.source for t in recovered]


def test_a_first_failure_is_a_hiccup_and_not_told() -> None:
    assert told(FAILED) == ([], [])


def test_a_second_failure_is_told_once() -> None:
    again = replace(FAILED, failures=2)
    assert told(again) == (["court"], [])
    assert told(replace(again, told=Health.FAILING)) == ([], [])


def test_a_failure_that_lasts_an_interval_is_told() -> None:
    assert told(FAILED, NOW + COURT.every) == (["court"], [])


def test_a_source_looked_at_rarely_is_told_at_the_first_failure() -> None:
    assert told(FAILED, source=replace(COURT, every=2 * DAY)) == (["court"], [])


def test_recovery_is_told_once_and_only_of_what_was_told() -> None:
    assert told(replace(WELL, told=Health.FAILING)) == ([], ["court"])
    assert told(WELL) == ([], [])


def test_silence_is_told_and_so_is_its_end() -> None:
    silent = replace(WELL, last_changed=NOW - 31 * DAY)
    assert told(silent) == (["court"], [])
    assert told(replace(silent, told=Health.SILENT)) == ([], [])
    assert told(replace(WELL, told=Health.SILENT)) == ([], ["court"])


def test_silence_that_turns_into_failure_is_news_and_no_recovery() -> None:
    broken = replace(FAILED, failures=2, last_changed=NOW - 31 * DAY, told=Health.SILENT)
    assert told(broken) == (["court"], [])


def test_a_source_that_outstays_its_own_rhythm_is_silent_and_says_what_is_usual() -> None:
    usual = replace(COURT, expect=Expect())
    state = replace(WELL, last_changed=NOW - 10 * DAY, patience=9.5 * DAY)
    trouble = failing(usual, state, NOW)
    assert trouble is not None
    assert trouble.health is Health.SILENT
    assert trouble.error == "there was always something new within 10 days"
    assert told(state, source=usual) == (["court"], [])
    assert health(usual, replace(state, patience=11 * DAY), NOW) is Health.OK


def test_what_people_declare_comes_before_what_was_learnt() -> None:
    state = replace(WELL, last_changed=NOW - 20 * DAY, patience=4 * DAY)
    assert health(COURT, state, NOW) is Health.OK
    assert health(COURT, replace(state, last_changed=NOW - 31 * DAY), NOW) is Health.SILENT


def test_an_odd_answer_is_told_once_and_a_second_look_not_at_all() -> None:
    odd = replace(WELL, odd="all 9 items were replaced at once", odd_since=NOW)
    assert told(odd) == (["court"], [])
    assert told(replace(odd, told=Health.SUSPECT)) == ([], [])
    assert told(replace(WELL, shrunk="3 of 4 items are missing")) == ([], [])


def test_a_source_that_is_well_again_says_how_long_it_was_away_and_what_was_found() -> None:
    back = replace(
        WELL, told=Health.FAILING, outage_since=NOW - 5 * DAY, outage_until=NOW, caught_up=3
    )
    _, (well,) = news_for_operators([COURT], {"court": back}, NOW)
    assert (well.since, well.until, well.caught_up) == (NOW - 5 * DAY, NOW, 3)
    _, (well,) = news_for_operators([COURT], {"court": replace(back, told=Health.SILENT)}, NOW)
    assert (well.since, well.until) == (None, None)


def test_a_source_no_longer_configured_or_never_checked_is_no_news() -> None:
    assert news_for_operators([], {"court": FAILED}, NOW) == ((), ())
    assert news_for_operators([COURT], {}, NOW) == ((), ())
