"""Spellings, terms with their conditions, and what of a change counts."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.match import Rules, TermError, compile_vocabulary, explain_spelling, find, match_change
from monitor.match.passage import Passage
from monitor.match.spelling import parse
from monitor.model import (
    Attachment,
    Change,
    ChangeKind,
    Item,
    Match,
    Side,
    Term,
    Tier,
    Topic,
    Vocabulary,
)
from monitor.text.normalise import Normalised, normalise

WORDS = {
    "military": ("Soldat*", "Armee*"),
    "asylum": ("Asyl*", "BAMF"),
    "country": ("russ*", "росси*"),
    "history": ("Wehrmacht*",),
}


def rules_of(*terms: Term, topic: str = "desertion") -> Rules:
    return compile_vocabulary(Vocabulary({topic: Topic(topic, {"de": topic}, terms)}, WORDS))


DESERTER = Term("Deserteur*", ("Deserteur*",), unless=(("history",),))
CALL_UP = Term(
    "Einberufung*",
    ("Einberufung*", "einberufen*"),
    needs=(("military",), ("asylum", "country")),
)
SERVICE = Term("Wehrdienst*", ("Wehrdienst*",), needs=(("asylum", "country"),), otherwise=None)
RULES = rules_of(DESERTER, CALL_UP, SERVICE)


def words(spelling: str, text: str) -> list[str]:
    normal = normalise(text)
    spans = [normal.span(*span) for span in parse(spelling).spans(normal.text)]
    return [text[start:end] for start, end in spans]


# --- spellings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "text", "found"),
    [
        ("Deserteur*", "Deserteur*innen, DESERTEURE", ["Deserteur*innen", "DESERTEURE"]),
        ("Deserteur", "Deserteure", []),
        ("Wehrdienst*", "Feuerwehrdienst", []),
        ("*soldat*", "Zeitsoldaten", ["Zeitsoldaten"]),
        ("(Wehr|Militär)dienst*", "Militaerdienstes", ["Militaerdienstes"]),
        (
            "(Teil|)mobilmach*",
            "Mobilmachung, Teilmobilmachung",
            ["Mobilmachung", "Teilmobilmachung"],
        ),
        ("mobil*bescheid*", "Mobilisierungsbescheide", ["Mobilisierungsbescheide"]),
        ("Dienst an der Waffe", "Dienst an\nder Waffe", ["Dienst an\nder Waffe"]),
        ("alternative (civilian|) service", "alternative service", ["alternative service"]),
        ("draft-evad*", "draft evader, draft-evaders", ["draft evader", "draft-evaders"]),
        ("C-238/19", "C‑238/19, C 238/19, C-238/191", ["C‑238/19", "C 238/19"]),
        ("§ 3a Abs* 2 Nr* 5", "§3a Abs. 2 Nr. 5 AsylG", ["§3a Abs. 2 Nr. 5"]),
        ("§ 3a Abs* 2 Nr* 5", "§ 3a Abs. 2 Nr. 51", []),
        ("Reservisten", "148Reservisten: 1324", ["Reservisten"]),
        ("1914", "51914/19", []),
        ("Ёлка", "елка", ["елка"]),
        ("déserteur", "DESERTEUR", ["DESERTEUR"]),
        (
            "verweiger* ~6 Kriegsdienst*",
            "Verweigert der Verfolgte den Kriegsdienst",
            ["Verweigert der Verfolgte den Kriegsdienst"],
        ),
        ("verweiger* ~2 Dienst", "den Dienst zu verweigern", ["Dienst zu verweigern"]),
        ("verweiger* ~2 Dienst", "Dienst eins zwei drei verweigern", []),
        ("leist* >3 Folge", "leistet der Ladung Folge", ["leistet der Ladung Folge"]),
        ("leist* >3 Folge", "in Folge der Leistung", []),
    ],
)
def test_a_spelling_finds_what_it_says(spelling: str, text: str, found: list[str]) -> None:
    assert words(spelling, text) == found


@pytest.mark.parametrize(
    ("spelling", "suggestion"),
    [
        ("", None),
        ("  ", None),
        ("*", None),
        ("ab*", None),
        ("(ab*|Deserteur)", None),
        ("(Wehr|Militärdienst", "(Wehr|Militärdienst)"),
        ("Wehr)dienst", "Wehrdienst"),
        ("Wehr|Militär", "(Wehr|Militär)"),
        ("Dienst ~ Waffe", "Dienst ~6 Waffe"),
        ("Dienst ~6", "Dienst"),
        ("~6 Dienst", "Dienst"),
        ("Dienst ~99 Waffe", None),
        ("Deserteur.*", "Deserteur*"),
        (r"\bDeserteur\w*", "Deserteur*"),
        ("colou?r", "colo(u|)r"),
        ("„Deserteur“", "Deserteur"),
        ("a ~2 b ~2 c ~2 d", None),
        ("\u00ad", None),
    ],
)
def test_what_cannot_match_is_refused_with_a_sentence(
    spelling: str, suggestion: str | None
) -> None:
    with pytest.raises(TermError) as refused:
        explain_spelling(spelling)
    assert " " in str(refused.value)
    assert refused.value.suggestion == suggestion


@given(st.text(alphabet="aбß*()|~>-§ 36.?\\[+", max_size=15))
def test_every_spelling_is_either_searchable_or_refused(spelling: str) -> None:
    try:
        searchable = parse(spelling)
    except TermError as refused:
        if refused.suggestion is not None:
            explain_spelling(refused.suggestion)
    else:
        searchable.pattern.search("a text")


@given(st.text(alphabet="desrtuwh -*\n", max_size=60))
def test_the_prefilter_never_hides_a_find(text: str) -> None:
    for spelling in ("des(er|s)t*", "re* (tu|w)u* t", "des* ~3 (wer|her)*"):
        searchable = parse(spelling)
        if searchable.pattern.search(text):
            assert searchable.may_occur(text)


HOSTILE = ["a" * 50_000, "dienst" * 10_000, "verweiger " * 10_000, "x-" * 30_000, "\u00ad" * 50_000,
           "a " * 30_000, "wehr-, " * 10_000, "&amp;" * 10_000, " " * 50_000, "\n" * 50_000,
           "\n \n12. " * 10_000 + "aaa"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:10])
def test_hostile_text_is_searched_in_linear_time(text: str) -> None:
    rules = rules_of(
        Term("x", ("verweiger* ~6 (Kriegs|Wehr)dienst* ~6 nie", "*dienst*dienst*x", "aaa* >9 abc"))
    )
    before = time.process_time()
    find(rules, text)
    assert time.process_time() - before < 5


# --- terms ---------------------------------------------------------------------------------------


def tiers(text: str, title: str = "") -> list[tuple[str, Tier]]:
    return [(match.words, match.tier) for match in find(RULES, text, title=title)]


def test_a_decisive_term_is_sure() -> None:
    assert tiers("Drei Deserteure klagen.") == [("Deserteure", Tier.SURE)]


def test_a_find_without_what_it_needs_is_perhaps() -> None:
    assert tiers("Die Einberufung kam.") == [("Einberufung", Tier.PERHAPS)]


def test_one_fulfilled_condition_is_enough() -> None:
    assert tiers("Die Einberufung der Soldaten.")[0][1] is Tier.SURE
    assert tiers("Asyl trotz Einberufung in Russland.")[0][1] is Tier.SURE
    assert tiers("Asyl trotz Einberufung.")[0][1] is Tier.PERHAPS


def test_the_title_is_context_for_every_place() -> None:
    far = "Die Einberufung kam. " + "Wort " * 100
    assert tiers(far, title="Soldaten")[0][1] is Tier.SURE


def test_context_ends_sixty_words_away() -> None:
    assert tiers("Die Einberufung " + "Wort " * 59 + "Soldat")[0][1] is Tier.SURE
    assert tiers("Die Einberufung " + "Wort " * 60 + "Soldat")[0][1] is Tier.PERHAPS
    assert tiers("Soldat " + "Wort " * 60 + "Einberufung")[0][1] is Tier.PERHAPS


def test_an_excluded_find_is_none() -> None:
    assert tiers("Deserteure der Wehrmacht") == []
    assert tiers("Deserteure", title="Die Wehrmacht") == []


def test_a_combination_is_dropped_without_its_needs() -> None:
    assert tiers("Der neue Wehrdienst") == []
    assert tiers("Asyl für Russen, die keinen Wehrdienst leisten") == [("Wehrdienst", Tier.SURE)]


def test_matches_quote_the_original() -> None:
    text = "Ein Ur-\nteil über Deserteur*innen: Schutz für alle."
    (match,) = find(RULES, text)
    assert text[match.start : match.end] == "Deserteur*innen"
    assert match.words == "Deserteur*innen"
    assert [piece.text for piece in match.excerpt if piece.hit] == ["Deserteur*innen"]
    assert "".join(piece.text for piece in match.excerpt) == (
        "Ein Ur- teil über Deserteur*innen: Schutz für alle."
    )


def test_only_the_topics_asked_for_are_looked_for() -> None:
    assert find(RULES, "Deserteure", topics=["other"]) == ()
    assert find(RULES, "Deserteure", topics=["desertion"]) != ()


def test_the_same_words_are_one_match_of_a_topic_and_the_surest() -> None:
    rules = rules_of(
        Term("doubtful", ("Deserteur*",), needs=(("military",),)), Term("certain", ("Deserteur*",))
    )
    assert [match.term for match in find(rules, "Deserteure")] == ["certain"]


def test_an_unknown_group_is_named() -> None:
    with pytest.raises(TermError, match=r"Fahnenflucht.*`strike`"):
        rules_of(Term("Fahnenflucht", ("Fahnenflucht",), unless=(("strike",),)))


def test_a_bad_spelling_is_named_with_topic_and_term() -> None:
    with pytest.raises(TermError, match=r"desertion, Flucht: `\(Flucht`"):
        rules_of(Term("Flucht", ("(Flucht",)))


@given(st.lists(st.sampled_from(["Deserteur*innen", "Ein-\nberufung", "Soldat", "&auml;", "ß", " ", ". ",
                                 "Wehr- und Wehrdienst", "Asyl", "russisch"]), max_size=15))  # fmt: skip
def test_offsets_slice_to_the_words(parts: list[str]) -> None:
    text = " ".join(parts)
    for match in find(RULES, text):
        assert " ".join(text[match.start : match.end].split()) == match.words
        assert match.words in " ".join(text.split())


# --- changes -------------------------------------------------------------------------------------


def of(change: Change, *, complete: bool = False) -> list[tuple[str, Side, Tier]]:
    matches = match_change(RULES, change, None, complete=complete)
    return [(match.words, match.side, match.tier) for match in matches]


def test_all_text_of_a_new_item_counts() -> None:
    item = Item(
        "1",
        "Deserteure",
        blocks=("Fast nichts.",),
        attached=(Attachment("u", "application/pdf", ("Ein Deserteur.",)),),
    )
    assert of(Change(ChangeKind.ADDED, item, added=item.blocks)) == [
        ("Deserteure", Side.ADDED, Tier.SURE),
        ("Deserteur", Side.ADDED, Tier.SURE),
    ]


def test_only_the_added_blocks_of_an_edited_item_count() -> None:
    item = Item("1", "Deserteure", blocks=("Alt: Deserteur.", "Neu: Einberufung."))
    change = Change(ChangeKind.EDITED, item, added=("Neu: Einberufung.",))
    assert of(change) == [("Einberufung", Side.ADDED, Tier.PERHAPS)]


def test_the_old_text_is_context_for_the_new() -> None:
    item = Item("1", "Soldaten", blocks=("Neu: Einberufung.",))
    change = Change(ChangeKind.EDITED, item, added=item.blocks)
    assert of(change) == [("Einberufung", Side.ADDED, Tier.SURE)]


def test_a_new_title_counts_and_an_old_one_does_not() -> None:
    item = Item("1", "Deserteure", blocks=("Text.",))
    assert of(Change(ChangeKind.EDITED, item, added=("Text.",))) == []
    renamed = Change(ChangeKind.EDITED, item, added=(), title_changed=True)
    assert of(renamed) == [("Deserteure", Side.ADDED, Tier.SURE)]


def test_an_added_block_that_the_item_does_not_hold_counts_too() -> None:
    change = Change(ChangeKind.EDITED, Item("1", "Titel"), added=("Ein Deserteur.",))
    assert of(change) == [("Deserteur", Side.ADDED, Tier.SURE)]


def test_what_went_counts_only_in_a_complete_source() -> None:
    before = Item("1", "Leitsätze", blocks=("Schutz für Deserteure.", "Rest."))
    after = Item("1", "Leitsätze", blocks=("Rest.",))
    change = Change(ChangeKind.EDITED, after, before, removed=("Schutz für Deserteure.",))
    assert of(change) == []
    assert of(change, complete=True) == [("Deserteure", Side.REMOVED, Tier.SURE)]


def test_what_went_and_came_again_in_other_words_is_only_added() -> None:
    after = Item("1", "Leitsätze", blocks=("Kein Schutz für Deserteure.",))
    change = Change(
        ChangeKind.EDITED, after, added=after.blocks, removed=("Schutz für Deserteure.",)
    )
    assert of(change, complete=True) == [("Deserteure", Side.ADDED, Tier.SURE)]


def test_a_removed_item_is_matched_on_the_removed_side() -> None:
    item = Item("1", "Deserteure", blocks=("Text.",))
    assert of(Change(ChangeKind.REMOVED, item, item)) == [("Deserteure", Side.REMOVED, Tier.SURE)]


def test_a_term_has_at_most_three_matches_and_sure_ones_come_before_doubtful() -> None:
    far = "Wort " * 70
    blocks = tuple(f"Einberufung {number}. {far}" for number in range(4))
    item = Item("1", "Titel", blocks=(*blocks, "Einberufung der Soldaten."))
    found = of(Change(ChangeKind.ADDED, item))
    assert [tier for _, _, tier in found] == [Tier.PERHAPS, Tier.PERHAPS, Tier.SURE]


def test_no_find_reaches_from_an_old_block_into_nothing() -> None:
    found: tuple[Match, ...] = match_change(
        RULES, Change(ChangeKind.EDITED, Item("1", "", blocks=("Deserteur",))), None, complete=False
    )
    assert found == ()


def test_a_find_in_an_attachment_says_where_it_stands_and_one_in_the_item_does_not() -> None:
    paper = Attachment(
        "https://x.example/a.pdf",
        "application/pdf",
        ("Vorwort.", "Es kamen Deserteure.", "Fußnote."),
        ("S. 1", "Frage 3, S. 2", "S. 2"),
    )
    item = Item("1", "Antwort", blocks=("Anfrage zu Deserteuren.",), attached=(paper,))
    matches = match_change(RULES, Change(ChangeKind.ADDED, item), None, complete=False)
    assert [match.place for match in matches] == ["", "Frage 3, S. 2"]
    edited = Change(ChangeKind.EDITED, item, item, added=("Es kamen Deserteure.",))
    (only,) = match_change(RULES, edited, None, complete=False)
    assert only.place == "Frage 3, S. 2"


def test_an_attachment_without_places_gives_none() -> None:
    paper = Attachment("https://x.example/a", "text/html", ("Es kamen Deserteure.",))
    item = Item("1", "Antwort", attached=(paper,))
    (only,) = match_change(RULES, Change(ChangeKind.ADDED, item), None, complete=False)
    assert only.place == ""


# --- citations -----------------------------------------------------------------------------------

CITING = rules_of(
    Term("Verfolgungshandlung", ("Verfolgungshandlung*",), cites=("§ 3a Abs. 2 Nr. 5 AsylG",)),
    Term("ст. 337 УК РФ", ("самовольн* оставлен*",), cites=("ст. 337 УК РФ",)),
    Term("Tarakhel", ("Tarakhel",), cites=("C-238/19",), needs=(("country",),), otherwise=None),
    Term("KDVG", ("KDV-Gesetz",), cites=("§ 2 KDVG",)),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nach § 3a Abs 2 Nr 5 AsylVfG 1992 zu", ["§ 3a Abs 2 Nr 5 AsylVfG 1992"]),
        ("nach §\u00a03a II Nr.\u00a05 AsylG zu", ["§ 3a II Nr. 5 AsylG"]),
        ("nach § 3a Abs. 1 AsylG zu", []),
        ("nach § 2 Abs. 2 KDVG zu", ["§ 2 Abs. 2 KDVG"]),
        ("по статье 337 УК РФ осуждён", ["статье 337 УК РФ"]),
        ("wegen Artikel 337 des russischen StGB", ["Artikel 337 des russischen StGB"]),
        ("Urteil C‑238/19 zu Russen", ["C‑238/19"]),
        ("Urteil C‑238/19 zu Syrern", []),
        ("Straße 337, § 1 BGB", []),
    ],
)
def test_a_citation_is_found_in_every_spelling_and_deeper(text: str, found: list[str]) -> None:
    assert [match.words for match in find(CITING, text)] == found


def test_a_citation_stands_where_the_text_has_it_however_damaged_the_text_before() -> None:
    text = "Die Verhand-\nlung, Fahnen&shy;flüchtige: § 3a Abs. 2 Nr. 5 AsylG und ein Rest."
    (match,) = find(CITING, text)
    assert text[match.start : match.end] == "§ 3a Abs. 2 Nr. 5 AsylG"


@pytest.mark.parametrize(
    ("citation", "suggestion"),
    [
        ("siehe § 3a AsylG oben", "§ 3a AsylG"),
        ("Deserteur", None),
        ("Richtlinie 2011/95/EU", None),
    ],
)
def test_a_citation_that_is_not_recognised_is_refused(
    citation: str, suggestion: str | None
) -> None:
    with pytest.raises(TermError) as refused:
        rules_of(Term("x", ("xyz",), cites=(citation,)))
    assert refused.value.suggestion == suggestion


def test_what_stands_near_may_lift_an_exclusion() -> None:
    rules = rules_of(
        Term(
            "Deserteur*", ("Deserteur*",), unless=(("history",),), despite=(("asylum", "country"),)
        )
    )
    assert not find(rules, "Denkmal für Deserteure der Wehrmacht")
    assert not find(rules, "Denkmal für Deserteure der Wehrmacht in Russland")
    assert find(rules, "Asyl für Deserteure aus Russland, wie einst für jene der Wehrmacht")


# --- doubtful company ----------------------------------------------------------------------------

MOBILISED = Term(
    "Mobilisier*", ("Mobilisier*",), needs=(("military", "country"),), perhaps=(("military",),)
)


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("Russland: Mobilisierung von Soldaten", Tier.SURE),
        ("Mobilisierung von Soldaten", Tier.PERHAPS),
        ("Mobilisierung der Wähler in Russland", None),
        ("Mobilisierung der Wähler", None),
    ],
)
def test_weaker_company_makes_a_find_doubtful_and_none_makes_it_nothing(
    text: str, tier: Tier | None
) -> None:
    found = find(rules_of(MOBILISED), text)
    assert [match.tier for match in found] == ([tier] if tier else [])


# --- weak terms ----------------------------------------------------------------------------------

WEAK = rules_of(
    Term("EuGH", ("EuGH",), needs=(("military", "asylum"),), otherwise=None, weak=True),
)


def test_a_weak_term_shows_the_words_that_it_needs() -> None:
    text = "Der EuGH entschied, dass Soldaten, die fliehen, als Flüchtlinge Asyl erhalten."
    (match,) = find(WEAK, text)
    assert match.words == "Soldaten … Asyl"
    assert text[match.start : match.end] == "EuGH"
    assert [piece.text for piece in match.excerpt if piece.hit] == ["EuGH", "Soldaten", "Asyl"]


def test_a_weak_term_whose_company_stands_in_the_title_shows_itself() -> None:
    (match,) = find(WEAK, "Der EuGH entschied.", title="Asyl für Soldaten")
    assert match.words == "EuGH"


# --- terms beside others, and figures ------------------------------------------------------------


def sorted_rules() -> Rules:
    """One topic that finds, and one that only sorts its finds."""
    return compile_vocabulary(
        Vocabulary(
            {
                "desertion": Topic("desertion", {}, (Term("Deserteur*", ("Deserteur*",)),)),
                "figures": Topic(
                    "figures", {}, (Term("# Fälle*", ("# >2 Fälle*",), beside=("desertion",)),)
                ),
            },
            WORDS,
        )
    )


def test_a_term_beside_a_topic_sorts_its_finds_and_shows_their_words() -> None:
    found = find(sorted_rules(), "In 7.300 neuen Fällen ging es um Deserteure.")
    assert [(match.topic, match.words) for match in found] == [
        ("figures", "Deserteure"),
        ("desertion", "Deserteure"),
    ]


def test_a_term_beside_a_topic_finds_nothing_alone_or_far_away() -> None:
    assert not find(sorted_rules(), "In 7.300 Fällen ging es um Steuern.")
    far = "In 7.300 Fällen ging es um Steuern." + " Wort" * 80 + " Deserteure"
    assert [match.topic for match in find(sorted_rules(), far)] == ["desertion"]


def test_a_topic_asked_for_alone_is_still_sorted_beside_the_other() -> None:
    text = "7.300 Fälle: Deserteure"
    assert [m.topic for m in find(sorted_rules(), text, topics={"figures"})] == ["figures"]
    assert [m.topic for m in find(sorted_rules(), text, topics={"desertion"})] == ["desertion"]


def test_what_is_new_is_asked_of_the_find_that_is_sorted() -> None:
    text = "7.300 Fälle: Deserteure"
    assert find(sorted_rules(), text, within=[(13, 23)])
    assert not find(sorted_rules(), text, within=[(0, 5)])


def test_a_term_beside_an_unknown_topic_is_refused() -> None:
    with pytest.raises(TermError, match="there is no topic `desertoin`"):
        rules_of(Term("Asyl*", ("Asyl*",), beside=("desertoin",)))


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("135 Verfahren", True),
        ("6.374 Verfahren", True),
        ("7 300 Verfahren", True),
        ("67'840 Verfahren", True),
        ("1,200,000 Verfahren", True),
        ("148Verfahren", True),
        ("12 Verfahren", False),  # so few are cases, no figures
        ("2024 Verfahren", False),  # a year
        ("2.024 Verfahren", True),
        ("Drs. 20/7534 Verfahren", False),
        ("am 12.05.2026 Verfahren", False),
        ("Verfahren 135", False),
    ],
)
def test_a_figure_is_a_number_that_counts_something(text: str, stands: bool) -> None:
    assert (parse("# Verfahren").pattern.search(normalise(text).text) is not None) is stands
    assert bool(find(rules_of(Term("#", ("# Verfahren",))), text)) is stands


def test_a_hash_before_letters_is_itself_and_a_lone_one_says_too_little() -> None:
    assert parse("#Mobilmachung").pattern.search("#mobilmachung")
    for spelling in ("#", "# ~3 #", "(#|Verfahren)"):
        with pytest.raises(TermError):
            parse(spelling)


# --- collective papers ---------------------------------------------------------------------------

PAPER = """Schriftliche Fragen mit den eingegangenen Antworten

11. Abgeordnete Muster (Fraktion) Wie viele Soldaten der russischen Armee kamen?

Es waren zwölf.

12. Abgeordneter Beispiel (Fraktion) Wann wird der Ausschuss einberufen?

Die Einberufung erfolgt im Mai.

13. Abgeordnete Probe (Fraktion) Welche Asylanträge von Russen gab es wegen der Einberufung?
"""


def test_no_question_of_a_collective_paper_lends_its_words_to_the_next() -> None:
    found = find(RULES, PAPER)
    assert [(match.words, match.tier) for match in found] == [
        ("einberufen", Tier.PERHAPS),
        ("Einberufung", Tier.PERHAPS),
        ("Einberufung", Tier.SURE),
    ]


@pytest.mark.parametrize("border", ["Zu Frage 3:", "Frage 12", "Antwort zu Frage 7",
                                    "12. Abgeordnete Muster", "VG Berlin, Urteil vom 1.2.2024:"])  # fmt: skip
def test_a_passage_ends_where_the_next_question_or_ruling_begins(border: str) -> None:
    assert tiers(f"Die russische Armee.\n\n{border} Die Einberufung kam.")[0][1] is Tier.PERHAPS
    assert tiers(f"Die Einberufung kam.\n \n{border} Die russische Armee.")[0][1] is Tier.PERHAPS


@pytest.mark.parametrize("more", ["12. Der Kläger", "3) Er", "Fragen bleiben.", "Das Urteil"])
def test_a_numbered_paragraph_is_no_border(more: str) -> None:
    assert tiers(f"Die russische Armee.\n\n{more} Die Einberufung kam.")[0][1] is Tier.SURE


def test_no_find_reaches_over_a_border() -> None:
    rules = rules_of(Term("x", ("Wehrdienst >6 verweiger*",)))
    assert find(rules, "Der Wehrdienst.\n\nFrage 12 verweigern") == ()
    assert find(rules, "Der Wehrdienst.\n\nViele 12 verweigern") != ()


@given(st.lists(st.sampled_from(["a", "bbb", "7", "-", "- " * 600, "§"]), max_size=300))
def test_the_window_holds_sixty_words_on_each_side(words: list[str]) -> None:
    before = " ".join([*words, "deserter"])
    text = " ".join([before, *words])
    spans = [found.span() for found in re.finditer(r"\w+", text)]
    at = spans.index((len(before) - len("deserter"), len(before)))
    rules = compile_vocabulary(Vocabulary({}, {}))
    passage = Passage(rules, Normalised(text, text), rules.look(text))
    for place in (at, 0, len(spans) - 1, len(spans) // 2):
        around = passage.around(*spans[place])
        last = spans[min(place + 60, len(spans) - 1)]
        assert (around.start, around.end) == (spans[max(0, place - 60)][0], last[1])


def test_of_many_finds_of_a_term_the_surest_are_told() -> None:
    rules = rules_of(
        Term("deserter*", ("deserter*",), needs=(("military",),), otherwise=Tier.PERHAPS)
    )
    text = f"deserter {('so on ' * 40 + 'deserter ') * 4}Armee"
    all_of_them = find(rules, text)
    told = find(rules, text, most=2)
    assert len(all_of_them) == 5
    assert [match.tier for match in told] == [Tier.PERHAPS, Tier.SURE]
    assert told == (all_of_them[0], all_of_them[-1])
