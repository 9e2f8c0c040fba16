"""Which alerts are one piece of news, on one day and over the days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import stories as bench
from bench.stories import SAMPLES, by_number, joined, listed, mass_rulings, merged, natural
from monitor.model import Alert, Change, ChangeKind, Item, Match, Piece, Remark, Tier
from monitor.pipeline.alerting import identify
from monitor.story import REWRITTEN, STORY_LASTS, Told, keys, sort_out, stories, story_key

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


# --- by their own numbers, addresses, text --------------------------------------------------------

DAY = timedelta(days=1)
BODY = (
    "Das Gericht hat am Dienstag entschieden, dass ein junger Mann aus Sankt Petersburg nicht in "
    "seine Heimat zurückgeschickt werden darf. Ihm drohe dort die Einberufung zu einem Krieg, der "
    "gegen das Völkerrecht verstößt. Die Richter hielten seine Angaben für glaubhaft. Gegen die "
    "Entscheidung kann das Bundesamt binnen eines Monats die Zulassung der Berufung beantragen, "
    "teilte eine Sprecherin des Gerichts auf Anfrage mit. Verbände begrüßten das Urteil."
)


def told_by(source: str, title: str, *blocks: str, at: datetime = NOW, **item: Any) -> Alert:
    """An alert as the pipeline makes it of an item."""
    entry = Item(item.pop("id", title), title, blocks=blocks, **item)
    known = identify(Change(ChangeKind.ADDED, entry, added=blocks))
    match = Match("desertion", "Deserteur*", 0, 9, "Deserteur", (Piece("Deserteur", True),))
    alert = Alert(
        source, entry.id, ChangeKind.ADDED, title, entry.url, at,
        matches=(match,), added=blocks, identity=known,
    )  # fmt: skip
    return replace(alert, story=story_key(alert))


def own(title: str, *blocks: str, **item: Any) -> set[tuple[str, str]]:
    known = told_by("x", title, *blocks, **item).identity
    assert known is not None
    return {(name.kind, name.number) for name in known.names}


def are_one(one: Alert, other: Alert) -> bool:
    return len(stories([one, other])) == 1


def test_a_ruling_names_itself_in_title_address_head_or_last_line() -> None:
    number = ("file-number", "17L3613/25")
    assert number in own("VG Düsseldorf, Beschluss vom 04.11.2025 – 17 L 3613/25.A")
    assert number in own("Beschluss", "Aktenzeichen: 17 L 3613/25.A", BODY * 9)
    assert number in own("Schutz", BODY, BODY, "(Beschluss vom 4.11.2025, Az.: 17 L 3613/25.A)")
    assert number in own("Beschluss", "ECLI:DE:VGD:2025:1104.17L3613.25A.00")
    url = "https://eur-lex.europa.eu/legal-content/DE/TXT/?uri=CELEX%3A62019CJ0238"
    assert ("cjeu", "C-238/19") in own("Urteil", url=url)
    paper = "https://dserver.bundestag.de/btd/21/083/2108309.pdf"
    assert ("drucksache", "21/8309") in own("Antwort", url=paper)
    assert ("ecthr", "36367/09") in own("CASE OF K. v. RUSSIA", "Application no. 36367/09")


@pytest.mark.parametrize(
    "block",
    [
        "Im Anschluss an EuGH, Urteil vom 19. November 2020 – C-238/19.",
        "Vorinstanz: VG Köln, 5 K 12/25",
        f"{BODY * 3} So auch BVerwG, Urteil vom 19. Januar 2023, 1 C 1.22. {BODY}",
    ],
)
def test_what_a_ruling_quotes_is_not_its_own_number(block: str) -> None:
    assert own("Kein Schutz für Deserteure aus der Ukraine", block, BODY) == set()


def test_rulings_that_quote_one_judgment_are_not_one_story() -> None:
    quoted = f"{BODY} Der Gerichtshof hat dies am 19. November 2020 entschieden (C-238/19). "
    one = told_by("a", "VG Köln, Urteil vom 4. November 2025 – 5 K 12/25.A", quoted * 2)
    other = told_by("b", "VG Köln, Urteil vom 4. November 2025 – 5 K 13/25.A", quoted * 2)
    assert not are_one(one, other)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("VG Köln, Urteil vom 4. November 2025 – 5 K 12/25.A", "VG Köln: 5 K 12/25 A"),
        ("Urteil vom 04.11.2025 – 5 K 12/25", "ECLI:DE:VGK:2025:1104.5K12.25.00"),
        ("Verwaltungsgericht Köln, 5 K 12/25", "ECLI:DE:VGK:2025:1104.5K12.25.00"),
        ("Hessischer VGH, 3 B 535/25", "VGH Kassel, Beschluss: 3 B 535/25"),
        ("Rechtssache C-238/19", "CELEX 62019CJ0238"),
        ("BT-Drs. 21/8309", "Antwort der Bundesregierung, Drucksache 21/8309"),
        ("Ra 2026/03/0007", "ECLI:AT:VWGH:2026:RA2026030007.L01"),
    ],
)  # fmt: skip
def test_one_number_in_two_spellings_is_one_story(title: str, other: str) -> None:
    assert are_one(told_by("a", title), told_by("b", other))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("VG Köln, Urteil – 5 K 12/25.A", "VG Berlin, Urteil – 5 K 12/25.A"),
        ("VG Köln – 5 K 12/25.A", "VG Köln – 5 K 21/25.A"),
        ("Urteil: 5 K 12/25.A", "Beschluss: 5 K 12/25.A"),
        ("Urteil vom 4. Mai 2025 – VG Köln 5 K 1/25", "Urteil vom 5. Mai 2025 – VG Köln 5 K 1/25"),
        ("CELEX 62019CC0238", "CELEX 62019CJ0238"),
        ("BT-Drs. 18/123", "LT-Drs. 18/123"),
    ],
)  # fmt: skip
def test_numbers_of_other_courts_days_and_houses_are_other_stories(title: str, other: str) -> None:
    assert not are_one(told_by("a", title), told_by("b", other))


def test_a_conflicting_number_outweighs_text_title_and_address() -> None:
    where = "https://court.example/rulings"
    one = told_by("a", TELLING, "Az. 5 K 12/25.A, VG Köln", BODY, url=where)
    other = told_by("b", TELLING, "Az. 5 K 13/25.A, VG Köln", BODY, url=where)
    assert not are_one(one, other)


def test_a_press_note_on_two_rulings_joins_one_and_never_both() -> None:
    one = told_by("a", "VG Köln, Urteil – 5 K 12/25.A")
    other = told_by("b", "VG Köln, Urteil – 5 K 13/25.A")
    note = told_by("c", "VG Köln: Urteile 5 K 12/25.A und 5 K 13/25.A")
    grouped = stories([one, other, note])
    assert sorted(map(len, grouped)) == [1, 2]
    assert not any(one in story and other in story for story in grouped)


def test_one_judgment_in_two_languages_of_one_source_is_one_story() -> None:
    english = told_by("hudoc", "CASE OF K. v. RUSSIA", "ECLI:CE:ECHR:2015:0423JUD003636709", id="1")
    french = told_by("hudoc", "AFFAIRE K. c. RUSSIE", "ECLI:CE:ECHR:2015:0423JUD003636709", id="2")
    assert are_one(english, french)


def test_an_article_that_links_to_the_others_document_is_one_story() -> None:
    paper = "https://office.example/guidance.pdf"
    one = told_by("office", "Guidance", url="https://office.example/g", document=paper)
    assert are_one(one, told_by("portal", "Neu", url=paper))


@pytest.mark.parametrize(
    "text",
    [
        f"Köln (dpa) - {BODY}",
        BODY[: len(BODY) * 2 // 3],
        " ".join(BODY.split()[:22]) + " …",
        BODY.replace("Petersburg", "Peters-\nburg").upper(),
    ],
)
def test_an_agency_text_under_another_headline_is_one_story(text: str) -> None:
    assert are_one(
        told_by("a", "Gericht schützt Russen", BODY), told_by("b", "Keine Rückkehr", text)
    )


def test_the_same_words_with_other_numbers_are_another_story() -> None:
    def month(name: str, number: str) -> Alert:
        text = f"Im {name} haben {number} Menschen Asyl beantragt. {BODY}"
        return told_by(name, f"Asylanträge im {name}", text)

    assert not are_one(month("Oktober", "12.345"), month("November", "13.456"))


def test_a_title_alone_does_not_join_texts_that_have_nothing_in_common() -> None:
    other = "Ganz andere Worte zu einer anderen Sache, die mit der ersten nichts zu tun hat. " + (
        "Es geht um Gärten, Beete, Rosen, Hecken, Rasen, Bäume und deren Pflege im Herbst, wenn "
        "die Blätter fallen und die Tage kürzer werden, also um Laub, Kompost und Werkzeug."
    )
    assert not are_one(told_by("a", TELLING, BODY), told_by("b", TELLING, other))
    assert are_one(told_by("a", TELLING, BODY), told_by("b", TELLING))


def test_a_story_is_taken_up_for_ninety_days_a_title_for_a_week() -> None:
    late = NOW + STORY_LASTS
    assert are_one(told_by("a", "Erstens", BODY), told_by("b", "Zweitens", BODY, at=late))
    assert not are_one(told_by("a", "Erstens", BODY), told_by("b", "Zweitens", BODY, at=late + DAY))
    assert are_one(told_by("a", TELLING), told_by("b", TELLING, at=NOW + 7 * DAY))
    assert not are_one(told_by("a", TELLING), told_by("b", TELLING, at=NOW + 8 * DAY))


def test_an_alert_of_an_older_release_is_known_by_address_text_and_title() -> None:
    old = replace(told_by("a", "Erstens", BODY, url="https://a.example/1"), identity=None)
    assert are_one(old, told_by("b", "Zweitens", BODY))
    assert are_one(old, told_by("c", "Drittens", url="https://a.example/1"))


@st.composite
def some_news(draw: st.DrawFn) -> list[Alert]:
    heads = ["VG Köln – 5 K 12/25", "VG Köln – 5 K 13/25", "VG Köln – 5 K 12/25 und 5 K 13/25"]
    titles = st.sampled_from([*heads, "Urteil", TELLING])
    bodies = st.sampled_from(["", BODY, BODY[:260], BODY.replace("Dienstag", "12. Mai 2026")])
    urls = st.none() | st.integers(1, 3).map(lambda n: f"https://x.example/{n}")
    return [
        replace(
            told_by(
                draw(st.sampled_from("abc")), draw(titles), draw(bodies), url=draw(urls),
                id=draw(st.sampled_from("xyz")), at=NOW + DAY * draw(st.integers(0, 9)),
            ),
            id=number,
        )
        for number in range(draw(st.integers(0, 9)))
    ]  # fmt: skip


def groups(alerts: list[Alert]) -> set[frozenset[int | None]]:
    return {frozenset(alert.id for alert in story) for story in stories(alerts)}


@given(some_news(), st.randoms(use_true_random=False))
def test_stories_do_not_depend_on_the_order_of_alerts(alerts: list[Alert], chance: Any) -> None:
    shuffled = list(alerts)
    chance.shuffle(shuffled)
    assert groups(shuffled) == groups(alerts)


@given(some_news())
def test_alerts_of_one_story_are_joined_by_keys_that_the_store_can_look_up(
    alerts: list[Alert],
) -> None:
    for one, other in combinations(alerts, 2):
        if (one.source, one.item) != (other.source, other.item) and are_one(one, other):
            assert keys(one) & keys(other)


# --- over the days --------------------------------------------------------------------------------


@given(some_news(), st.integers(0, 9))
def test_each_pending_alert_is_news_or_a_repeat_and_nothing_is_lost(
    alerts: list[Alert], before: int
) -> None:
    told, pending = [Told(a, NOW) for a in alerts[:before]], alerts[before:]
    found = sort_out(pending, told)
    seen = [a.id for each in (*found.news, *found.repeats) for a in each.alerts]
    assert sorted(seen, key=str) == sorted((a.id for a in pending), key=str)
    assert all(each.before for each in found.repeats)
    assert not told or all(t in told for each in found.news for t in each.before)


def verdict(pending: Alert, *told: Alert) -> str:
    found = sort_out([pending], [Told(alert, NOW) for alert in told])
    if found.repeats:
        return "repeat"
    return "update" if found.news[0].before else "news"


def test_the_same_text_elsewhere_is_a_repeat_and_another_story_is_news() -> None:
    first = told_by("a", "Erstens", BODY)
    assert verdict(told_by("b", "Zweitens", BODY, at=NOW + DAY), first) == "repeat"
    assert verdict(told_by("b", "Zweitens", "Etwas anderes.", at=NOW + DAY), first) == "news"
    assert verdict(told_by("b", "Zweitens", BODY, at=NOW + DAY)) == "news"


def test_the_full_text_after_the_press_note_is_an_update() -> None:
    note = told_by("press", "VG Köln: Schutz für Deserteur (5 K 12/25)", BODY)
    reasons = " ".join(f"Grund {n} spricht für die Auffassung des Klägers." for n in range(40))
    ruling = told_by("courts", "VG Köln, Urteil – 5 K 12/25", reasons, at=NOW + 9 * DAY)
    assert verdict(ruling, note) == "update"
    assert verdict(note, ruling) == "update"
    short = told_by("blog", "VG Köln, 5 K 12/25", "Kurz gemeldet.", at=NOW + 9 * DAY)
    assert verdict(short, note) == "repeat"


def test_new_words_topics_remarks_and_certainty_are_more() -> None:
    first = told_by("a", "Erstens", BODY)
    again = told_by("b", "Zweitens", BODY, at=NOW + DAY)
    (match,) = again.matches
    for more in (
        replace(again, matches=(match, replace(match, term="Asyl*"))),
        replace(again, matches=(match, replace(match, topic="asylum"))),
        replace(again, remarks=(Remark("withdrawn"),)),
        replace(again, kind=ChangeKind.REMOVED),
        replace(again, removed=("Was hier stand.",)),
    ):
        assert verdict(more, first) == "update"
    doubtful = replace(first, matches=(replace(match, tier=Tier.PERHAPS),))
    assert verdict(again, doubtful) == "update"
    assert verdict(replace(again, matches=doubtful.matches), first) == "repeat"


def test_a_later_change_of_an_item_is_news_however_alike() -> None:
    first = told_by("a", "Erstens", BODY)
    edit = replace(first, kind=ChangeKind.EDITED, detected_at=NOW + DAY)
    assert verdict(edit, first) == "news"


def test_a_certain_repeat_does_not_carry_a_doubtful_update_into_the_mail() -> None:
    first = told_by("a", "Erstens", BODY)
    (match,) = first.matches
    doubt = replace(match, topic="asylum", tier=Tier.PERHAPS)
    doubtful = replace(told_by("b", "Zweitens", BODY, at=NOW + DAY), matches=(doubt,))
    again = told_by("c", "Drittens", BODY, at=NOW + DAY)
    found = sort_out([doubtful, again], [Told(first, NOW)])
    assert [each.alerts for each in found.news] == [(doubtful,)]
    assert [each.alerts for each in found.repeats] == [(again,)]


# --- measured on real documents -------------------------------------------------------------------

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="there are no samples here")


@needs_samples
def test_of_real_pairs_nearly_all_are_joined() -> None:
    pairs = [*natural(), *by_number()]
    found = sum(map(joined, pairs))
    assert len(pairs) > 200
    assert found >= 0.95 * len(pairs)


@needs_samples
def test_no_two_real_rulings_are_merged() -> None:
    rulings = [
        (record.number, bench.an_alert("x", record.title, record.text, record.url))
        for record in listed()
    ]
    assert merged(rulings) == (len(rulings), [])
    assert merged(mass_rulings(bare=False))[1] == []
    assert merged(mass_rulings(bare=True))[1] == []
