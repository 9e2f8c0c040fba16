"""Which alerts are one piece of news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Alert, ChangeKind
from monitor.story import REWRITTEN, stories, story_key

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
TELLING = "Gericht: Deserteure aus Russland erhalten Schutz"


def an_alert(
    number: int,
    title: str = "Urteil",
    source: str = "court",
    url: str | None = None,
    item: str = "",
) -> Alert:
    alert = Alert(source, item or f"{number}", ChangeKind.ADDED, title, url, NOW, id=number)
    return replace(alert, story=story_key(alert))


def numbers(*alerts: Alert) -> list[list[int | None]]:
    return [[alert.id for alert in story] for story in stories(alerts)]


def test_a_telling_title_makes_one_story_of_two_sources() -> None:
    one = an_alert(1, TELLING, "court", "https://court.example/1")
    other = an_alert(2, TELLING.upper(), "agency", "https://agency.example/9")
    assert numbers(one, other) == [[1, 2]]


def test_a_short_title_says_nothing_about_sameness() -> None:
    one = an_alert(1, "Pressemitteilung Nr. 12", "court", "https://court.example/1")
    other = an_alert(2, "Pressemitteilung Nr. 12", "ministry", "https://ministry.example/1")
    assert numbers(one, other) == [[1], [2]]


def test_one_address_in_two_feeds_is_one_story() -> None:
    one = an_alert(1, "Urteil", "court", "https://court.example/1?utm_source=rss")
    other = an_alert(2, "Neues Urteil", "portal", "http://court.example/1/")
    assert numbers(one, other) == [[1, 2]]


def test_two_changes_of_one_item_are_one_story() -> None:
    assert numbers(an_alert(1, "Urteil", item="x"), an_alert(2, "Beschluss", item="x")) == [[1, 2]]


def test_two_sections_of_one_page_stay_two_stories() -> None:
    one = an_alert(1, "§ 2 Antrag", url="https://law.example/kdvg", item="§ 2")
    other = an_alert(2, "§ 6 Anhörung", url="https://law.example/kdvg", item="§ 6")
    assert numbers(one, other) == [[1], [2]]


def test_two_rulings_under_one_heading_in_one_source_stay_two_stories() -> None:
    one = an_alert(1, TELLING, url="https://court.example/1")
    other = an_alert(2, TELLING, url="https://court.example/2")
    assert numbers(one, other) == [[1], [2]]


def test_a_rewritten_law_is_one_story_and_a_few_of_its_sections_are_not() -> None:
    sections = [an_alert(n, f"§ {n}", "law", "https://law.example/") for n in range(REWRITTEN)]
    elsewhere = an_alert(99, "§ 1", "other law", "https://other.example/")
    assert [len(s) for s in stories([*sections, elsewhere], {"law"})] == [REWRITTEN, 1]
    assert all(len(story) == 1 for story in stories(sections[1:], {"law"}))
    assert all(len(story) == 1 for story in stories(sections))


def test_items_of_the_same_name_in_two_sources_are_two_stories() -> None:
    one, other = an_alert(1, source="court", item="1"), an_alert(2, source="ministry", item="1")
    assert numbers(one, other) == [[1], [2]]


def test_an_alert_that_belongs_to_two_stories_joins_them() -> None:
    by_title = an_alert(1, TELLING, "court", "https://court.example/1")
    by_url = an_alert(2, "Urteil", "portal", "https://agency.example/9")
    unrelated = an_alert(3, "Beschluss", "ministry", "https://ministry.example/5")
    both = an_alert(4, TELLING, "agency", "https://agency.example/9")
    assert numbers(by_title, by_url, unrelated, both) == [[1, 2, 4], [3]]


def test_stories_come_in_the_order_of_their_first_alert() -> None:
    alerts = [an_alert(n, item=str(n % 3)) for n in range(9)]
    assert numbers(*alerts) == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]


@st.composite
def some_alerts(draw: st.DrawFn) -> list[Alert]:
    titles = st.sampled_from(["Urteil", TELLING, TELLING + " und Asyl"])
    urls = st.none() | st.integers(1, 4).map(lambda n: f"https://x.example/{n}")
    return [
        an_alert(
            n, draw(titles), draw(st.sampled_from("ab")), draw(urls), draw(st.sampled_from("xyz"))
        )
        for n in range(draw(st.integers(0, 8)))
    ]


@given(some_alerts())
def test_every_alert_is_in_exactly_one_story(alerts: list[Alert]) -> None:
    told = [alert.id for story in stories(alerts) for alert in story]
    assert sorted(told, key=str) == [alert.id for alert in alerts]


@given(some_alerts())
def test_no_story_holds_two_items_of_one_source(alerts: list[Alert]) -> None:
    for story in stories(alerts):
        items = {(alert.source, alert.item) for alert in story}
        assert len(items) == len({source for source, _ in items})
