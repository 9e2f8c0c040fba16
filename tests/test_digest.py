"""From alerts to what a template sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor import digest as digests
from monitor.model import (
    Alert,
    Also,
    ChangeKind,
    Citation,
    Cited,
    Coverage,
    Digest,
    Earlier,
    Failing,
    Health,
    MailingList,
    Match,
    Piece,
    Remark,
    Repeat,
    Side,
    Source,
    Tier,
    Topic,
)
from monitor.story import Told, story_key

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TELLING = "Gericht: Deserteure aus Russland erhalten Schutz"

TOPICS = {
    "asylum": Topic("asylum", {"de": "Asyl", "en": "Asylum"}, ()),
    "desertion": Topic("desertion", {"de": "Desertion", "en": "Desertion"}, ()),
}
SOURCES = {
    "court": Source("court", "Verwaltungsgericht", "feed", "https://court.example/"),
    "agency": Source("agency", "Agentur", "feed", "https://agency.example/"),
}
TEAM = MailingList("team", ("team@example.org",))


def a_match(topic: str = "desertion", words: str = "Deserteure", **values: Any) -> Match:
    return replace(Match(topic, words + "*", 0, 3, words, (Piece(words, True),)), **values)


def an_alert(number: int, *matches: Match, **values: Any) -> Alert:
    alert = Alert(
        "court",
        f"item {number}",
        ChangeKind.ADDED,
        f"Beschluss {number}",
        f"https://court.example/{number}",
        NOW,
        matches=matches or (a_match(),),
        id=number,
    )
    alert = replace(alert, **values)
    return replace(alert, story=story_key(alert))


def perhaps(number: int, topic: str = "desertion") -> Alert:
    return an_alert(number, a_match(topic, "Überläufer", tier=Tier.PERHAPS))


def composed(*alerts: Alert, to: MailingList = TEAM, told: tuple[Told, ...] = ()) -> Digest:
    return digests.compose(
        to,
        alerts,
        told=told,
        sources=SOURCES,
        topics=TOPICS,
        coverage=Coverage(2, 2, 1),
        since=NOW - DAY,
        cutoff=NOW,
        message_id="<1@monitor.example>",
    )


def shape(digest: Digest) -> dict[str, list[int]]:
    """The numbers of the entries by section title."""
    return {s.title: [entry.alert for entry in s.entries] for s in digest.sections}


# --- sections ------------------------------------------------------------------------------------


def test_sections_come_in_the_order_of_the_vocabulary_in_the_lists_language() -> None:
    alerts = [an_alert(1), an_alert(2, a_match("asylum", "Asyl")), an_alert(3)]
    assert list(shape(composed(*alerts))) == ["Asyl", "Desertion"]
    english = composed(*alerts, to=replace(TEAM, lang="en"))
    assert shape(english) == {"Asylum": [2], "Desertion": [1, 3]}
    assert list(shape(composed(*alerts, to=replace(TEAM, lang="fr")))) == ["Asyl", "Desertion"]


def test_news_of_two_topics_stands_once_under_the_first_sure_one() -> None:
    both = an_alert(
        1, a_match("asylum", "Asyl", tier=Tier.PERHAPS), a_match("desertion", "Deserteure")
    )
    digest = composed(both)
    assert shape(digest) == {"Desertion": [1]}
    assert digest.sections[0].entries[0].topics == ("Asyl", "Desertion")


def test_news_stands_under_a_topic_that_the_list_wants() -> None:
    both = an_alert(1, a_match("desertion"), a_match("asylum", "Asyl"))
    assert shape(composed(both, to=replace(TEAM, topics=("asylum",)))) == {"Asyl": [1]}


def test_changes_that_no_topic_matched_have_a_section_of_their_own_at_the_end() -> None:
    every = replace(an_alert(1), matches=(), added=("Neu gefasst wurde § 3.",))
    digest = composed(every, an_alert(2))
    assert shape(digest) == {"Desertion": [2], "": [1]}
    assert digest.sections[1].entries[0].excerpts == ((Piece("Neu gefasst wurde § 3.", False),),)


def test_what_is_doubtful_stands_apart_and_does_not_count() -> None:
    digest = composed(an_alert(1), perhaps(2))
    assert shape(digest) == {"Desertion": [1]}
    assert [entry.alert for entry in digest.perhaps] == [2]
    assert digest.count == 1


def test_a_digest_settles_all_its_alerts_also_those_within_a_story_and_the_doubtful() -> None:
    alerts = [an_alert(1, title=TELLING), an_alert(2, title=TELLING), perhaps(3)]
    assert composed(*alerts).alerts == (1, 2, 3)


def test_a_digest_without_news_says_what_was_watched() -> None:
    digest = composed()
    assert (digest.count, digest.sections, digest.perhaps) == (0, (), ())
    assert digest.coverage == Coverage(2, 2, 1)
    assert digest.topics == ("Asyl", "Desertion")
    assert composed(to=replace(TEAM, topics=("desertion",))).topics == ("Desertion",)


def test_a_list_without_a_name_goes_by_its_id() -> None:
    assert composed().list_name == "team"
    assert composed(to=replace(TEAM, name="Kampagne")).list_name == "Kampagne"


# --- entries -------------------------------------------------------------------------------------


def test_each_story_is_told_once_with_the_other_places() -> None:
    court = an_alert(1, title=TELLING)
    agency = an_alert(2, title=TELLING, source="agency", url="https://agency.example/2")
    ((entry,),) = (section.entries for section in composed(court, agency).sections)
    assert (entry.alert, entry.source) == (1, "Verwaltungsgericht")
    assert entry.also == (Also("Agentur", "https://agency.example/2"),)


def test_two_changes_of_one_item_are_no_other_place() -> None:
    digest = composed(an_alert(1, item="x"), an_alert(2, item="x"))
    ((entry,),) = (section.entries for section in digest.sections)
    assert entry.also == ()


def test_a_story_is_led_by_its_first_sure_alert() -> None:
    doubtful = replace(perhaps(1), title=TELLING, story="s")
    sure = replace(an_alert(2, source="agency"), title=TELLING, story="s")
    digest = composed(doubtful, sure)
    assert shape(digest) == {"Desertion": [2]}
    assert digest.perhaps == ()


def test_an_entry_shows_each_word_once_and_three_excerpts_at_most() -> None:
    matches = [
        a_match(words="Deserteure", excerpt=(Piece(f"passage number {n} about deserters", False),))
        for n in range(5)
    ]
    ((entry,),) = (s.entries for s in composed(an_alert(1, *matches)).sections)
    assert entry.terms == ("Deserteure",)
    assert 1 <= len(entry.excerpts) <= 3


def test_removed_text_is_shown_for_edits_and_removals_only() -> None:
    kinds = {kind: an_alert(1, kind=kind, removed=("old",)) for kind in ChangeKind}
    shown = {kind: composed(alert).sections[0].entries[0].removed for kind, alert in kinds.items()}
    assert shown == {
        ChangeKind.ADDED: (),
        ChangeKind.EDITED: ("old",),
        ChangeKind.REMOVED: ("old",),
    }


def test_words_that_are_gone_are_said_to_be_gone() -> None:
    gone, come = a_match(side=Side.REMOVED), a_match(side=Side.ADDED)
    edit = an_alert(1, gone, kind=ChangeKind.EDITED)
    assert composed(edit).sections[0].entries[0].side is Side.REMOVED
    both = an_alert(1, gone, come, kind=ChangeKind.EDITED)
    assert composed(both).sections[0].entries[0].side is Side.ADDED
    removal = an_alert(1, come, kind=ChangeKind.REMOVED)
    assert composed(removal).sections[0].entries[0].side is Side.REMOVED


def test_citations_are_named_once_each() -> None:
    cited = tuple(Citation("law", f"§ {n % 2} AsylG", "…") for n in range(4))
    entry = composed(an_alert(1, citations=cited)).sections[0].entries[0]
    assert entry.citations == (Cited("§ 0 AsylG"), Cited("§ 1 AsylG"))


def test_an_alert_of_a_source_no_longer_configured_is_still_told() -> None:
    entry = composed(an_alert(1, source="closed")).sections[0].entries[0]
    assert (entry.source, entry.source_id) == ("closed", "closed")


# --- who gets what, and when ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topics", "wanted"),
    [((), True), (("desertion",), True), (("asylum", "desertion"), True), (("asylum",), False)],
)
def test_a_list_gets_its_topics(topics: tuple[str, ...], wanted: bool) -> None:
    assert digests.wanted(an_alert(1), replace(TEAM, topics=topics)) is wanted


def test_an_alert_without_topic_goes_to_every_list() -> None:
    every = replace(an_alert(1), matches=())
    assert digests.wanted(every, replace(TEAM, topics=("asylum",)))


def test_what_is_sure_for_another_topic_may_be_doubtful_for_the_lists_own() -> None:
    mixed = an_alert(1, a_match("desertion"), a_match("asylum", "Flucht", tier=Tier.PERHAPS))
    asylum = replace(TEAM, topics=("asylum",))
    seen = digests.for_list([mixed, an_alert(2)], asylum)
    assert not digests.is_due(seen, NOW, NOW)
    digest = composed(*seen, to=asylum)
    assert (shape(digest), [entry.terms for entry in digest.perhaps]) == ({}, [("Flucht",)])
    assert digests.for_list([mixed], TEAM) == [mixed]


def test_sure_news_makes_a_mail() -> None:
    assert digests.is_due([perhaps(1), an_alert(2)], NOW, NOW)


def test_a_doubt_never_makes_a_mail_of_its_own() -> None:
    assert not digests.is_due([perhaps(1), perhaps(2)], NOW - 6 * DAY, NOW)


def test_a_week_without_mail_ends_with_all_is_well_and_the_doubts() -> None:
    assert not digests.is_due([], NOW - 7 * DAY + timedelta(minutes=1), NOW)
    assert digests.is_due([], NOW - 7 * DAY, NOW)
    assert digests.is_due([perhaps(1)], NOW - 7 * DAY, NOW)


def test_the_message_id_is_the_same_at_every_attempt_and_no_two_mails_share_one() -> None:
    cutoffs = [NOW + timedelta(microseconds=n) for n in (0, 1, 10**6, 10**9)]
    ids = {
        digests.message_id(list_id, cutoff, "monitor.example")
        for list_id in ("team", "press", "te.am")
        for cutoff in cutoffs
    }
    assert len(ids) == 12
    name = digests.message_id("team", NOW, "monitor.example")
    assert name == digests.message_id("team", NOW, "monitor.example")
    assert name.startswith("<team.20260302T060000.000000Z.")
    assert name.endswith("@monitor.example>")


def test_a_trouble_report_holds_what_it_is_told() -> None:
    broken = (Failing("court", "Court", Health.FAILING, NOW, "no answer"),)
    operators = replace(TEAM, id="ops", name="Technik", lang="en")
    report = digests.trouble_report(
        operators,
        broken=broken,
        recovered=(),
        notes=("a note",),
        at=NOW,
        message_id="<2@x.example>",
    )
    assert (report.list_name, report.lang, report.broken) == ("Technik", "en", broken)
    assert (report.recovered, report.notes, report.at) == ((), ("a note",), NOW)


# --- remarks and places --------------------------------------------------------------------------


def test_places_stand_beside_their_passages_and_joined_passages_name_all_of_theirs() -> None:
    first, second = (Piece("a" * 30, True),), (Piece("b" * 30, True),)
    alert = an_alert(
        1,
        a_match(excerpt=first, place="S. 1"),
        a_match(excerpt=second, place="Frage 2, S. 7"),
        a_match(excerpt=second, place="S. 9"),
        a_match(excerpt=(Piece("c" * 30, True),)),
    )
    (section,) = composed(alert).sections
    assert section.entries[0].places == ("S. 1", "Frage 2, S. 7; S. 9", "")


def test_an_entry_without_places_has_none_at_all() -> None:
    (section,) = composed(an_alert(1)).sections
    assert section.entries[0].places == ()


def test_what_was_remarked_about_an_item_in_several_alerts_is_shown_once_each() -> None:
    late, said = Remark("overdue", (("days", "15"),)), Remark("answered")
    same = {"item": "x", "title": TELLING}
    alerts = [
        an_alert(1, remarks=(late,), **same),
        an_alert(2, remarks=(said, late), **same),
        an_alert(3, remarks=(Remark("withdrawn"),), source="agency", title=TELLING),
    ]
    (section,) = composed(*alerts).sections
    assert section.entries[0].remarks == (late, said)


# --- stories that were told before ----------------------------------------------------------------


def test_what_was_told_is_listed_as_a_repeat_and_settled() -> None:
    told = Told(an_alert(1, title=TELLING), NOW - 3 * DAY)
    again = an_alert(2, title=TELLING, source="agency", url="https://agency.example/2")
    digest = composed(again, an_alert(3), told=(told,))
    earlier = Earlier(TELLING, "https://court.example/1", "Verwaltungsgericht", NOW - 3 * DAY)
    assert shape(digest) == {"Desertion": [3]}
    assert digest.repeats == (Repeat(2, TELLING, "https://agency.example/2", "Agentur", earlier),)
    assert digest.alerts == (2, 3)
    assert [alert.id for alert in digests.new_alerts([again], [told], SOURCES)] == []


def test_more_of_a_story_says_when_it_was_first_told() -> None:
    told = Told(an_alert(1, title=TELLING), NOW - 3 * DAY)
    more = an_alert(2, a_match(words="Verweigerer"), title=TELLING, source="agency")
    digest = composed(more, told=(told,))
    (entry,) = digest.sections[0].entries
    assert entry.update_of is not None
    assert (entry.update_of.at, entry.update_of.source) == (NOW - 3 * DAY, "Verwaltungsgericht")
    assert digest.repeats == ()


def test_other_places_are_named_with_their_own_headline_and_words() -> None:
    where = "https://court.example/1"
    court = an_alert(1, title="Beschluss", url=where)
    agency = an_alert(2, a_match(words="Asyl"), title="Schutz", source="agency", url=where)
    (entry,) = composed(court, agency).sections[0].entries
    assert entry.also == (Also("Agentur", where, "Schutz"),)
    assert entry.terms == ("Deserteure", "Asyl")


def test_words_that_are_part_of_others_are_not_named_again() -> None:
    matches = [
        a_match(words=each) for each in ("Schutz", "Schutz für", "Schutzes", "schutz FÜR uns")
    ]
    [entry] = composed(an_alert(1, *matches)).sections[0].entries
    assert entry.terms == ("Schutzes", "schutz FÜR uns")


def test_a_passage_does_not_begin_with_the_title_that_stands_above_it() -> None:
    text = f"{TELLING}: Das Gericht gab der Klage eines Deserteurs aus Omsk statt."
    cut = (
        Piece("Gericht: Deserteure aus", False),
        Piece(" … ", False),
        Piece("Klage eines ", False),
    )
    hit = Piece("Deserteurs", True)
    whole = (Piece(f"{TELLING} ", False), Piece("Das Urteil. ", False), hit)
    shown = [
        composed(an_alert(1, a_match(excerpt=each), title=TELLING, added=(text,)))
        .sections[0].entries[0].excerpts
        for each in ((*cut, hit), whole, (Piece(TELLING, True),))
    ]  # fmt: skip
    assert shown == [
        ((Piece("… ", False), Piece("Klage eines ", False), hit),),
        ((Piece("Das Urteil. ", False), hit),),
        ((Piece(TELLING, True),),),
    ]


def test_an_answer_that_came_is_due_no_more() -> None:
    asked = Remark("stage", (("state", "asked"), ("due", "2026-03-20")))
    came = Remark("stage", (("state", "answered"),))
    first = an_alert(1, title=TELLING, item="x", remarks=(asked,))
    later = an_alert(2, title=TELLING, item="x", remarks=(came,), detected_at=NOW + 9 * DAY)
    assert [day.deadline.day.day for day in composed(first).appointments] == [20]
    assert composed(first, later).appointments == ()
