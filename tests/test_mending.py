"""Words as bad copies and Latin letters have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match import Rules, compile_vocabulary, find
from monitor.match.latin import in_latin
from monitor.match.mending import mended
from monitor.match.spelling import parse
from monitor.model import Match, Term, Topic, Vocabulary
from monitor.text.normalise import normalise

LONG = ("Kriegsdienstverweiger*", "(Wehr|Militär)dienst-entzieh*", "Einberufungsbescheid*")
WORDS = ("Kriegsdienstverweigerung", "Militärdienstentziehung", "Einberufungsbescheide")
DAMAGE = ["\n", " ", "\u00a0", "\ufffd", "\uf001"]


def rules_of(*spellings: str, latin: bool = False) -> Rules:
    terms = tuple(Term(spelling, (spelling,), latin=latin) for spelling in spellings)
    return compile_vocabulary(Vocabulary({"desertion": Topic("desertion", {}, terms)}, {}))


RULES = rules_of(*LONG, "Fahnenflucht*", "Wehrpflicht*", "Deserteur*")


def told(text: str, rules: Rules = RULES) -> list[str]:
    return [text[match.start : match.end] for match in find(rules, text)]


# --- torn, glued, without ligatures --------------------------------------------------------------


@given(
    st.sampled_from(WORDS),
    st.integers(min_value=2, max_value=18),
    st.sampled_from(DAMAGE),
    st.sampled_from(["", "Er bekam ", "Zur\n"]),
)
@settings(max_examples=150, deadline=None)
def test_a_long_word_is_found_where_it_is_torn_and_quoted_as_it_stands(
    word: str, at: int, gap: str, before: str
) -> None:
    damaged = word[:at] + gap + word[at:]
    assert told(f"{before}{damaged} heute") == [damaged]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Der Antrag derKriegsdienstverweigererwurde abgelehnt", "derKriegsdienstverweigererwurde"),
        ("AlsKriegsdienstverweigerer anerkannt", "AlsKriegsdienstverweigerer"),
        ("wegen Fahnen\ue001ucht verurteilt", "Fahnen\ue001ucht"),
        ("wegen Fahnen ucht verurteilt", "Fahnen ucht"),
        ("wegen Fahnenucht verurteilt", "Fahnenucht"),
        ("wegen Fahnen\ufb02ucht verurteilt", "Fahnen\ufb02ucht"),
        ("die Wehrp\ufffdicht gilt", "Wehrp\ufffdicht"),
        ("die Wehrp icht gilt", "Wehrp icht"),
    ],
)
def test_glued_words_and_lost_ligatures_are_found_as_they_stand(text: str, found: str) -> None:
    assert told(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "Die Feuerwehrdienstentziehung blieb folgenlos.",  # a longer word is another word
        "Ein Antikriegsdienstverweigerer",
        "De serteure kamen.",  # too short to be told from two words
        "Er gab ihm den Bescheid. Einberufung, Bescheid und Dienst",
        "Kriegsdienst; verweigern",
        "Die Einberufung: Sbescheide",
        "die Wehr picht das Fass",
    ],
)
def test_what_is_whole_is_not_mended(text: str) -> None:
    assert not told(text)


def test_short_words_phrases_and_distances_are_not_mended() -> None:
    for spelling in ("Deserteur*", "*flüchtling*", "conscientious objection", "Dienst ~3 entzieh*"):
        assert not list(mended(spelling))


def test_mending_many_choices_ends() -> None:
    wide = "(" + "|".join(f"kriegsdienst{n:02}ab" for n in range(3)) + ")" + "(a|b|c|d)" * 6 + "*"
    assert len(list(mended(wide))) <= 200


SAMPLES = Path(__file__).parents[2] / "shared" / "samples"


def test_in_ordinary_texts_nothing_is_mended() -> None:
    gold = SAMPLES / "extraction" / "gold.jsonl"
    if not gold.exists():
        pytest.skip("the shared samples are not here")
    plain = {name: parse(name) for name in (*LONG, "Fahnenflucht*", "Wehrpflicht*", "Deserteur*")}

    def is_written(text: str, match: Match) -> bool:
        return bool(plain[match.term].pattern.search(normalise(text[match.start : match.end]).text))

    lines = gold.read_text("utf-8").split("\n")[:60]
    assert [m.words for line in lines for m in find(RULES, line) if not is_written(line, m)] == []


# --- Latin letters -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("мобилизаци*", "mobilizatsiya mobilizacija mobilizaciâ Mobilisazija mobilizaciia"),
        ("повестк*", "povestka powestka povestki"),
        ("военкомат*", "voenkomat wojenkomat vojenkomat voyenkomaty"),
        ("уклонист*", "uklonist Uklonisty"),
        ("отказ(чик|ник)*", "otkaznik otkazčik otkazchiki otkastschik"),
        ("призывник*", "prizyvnik prisywniki"),
        ("ухилянт*", "ukhyliant uchyljant uhilânt uhyljanty"),
        ("військовозобов'язан*", "viiskovozoboviazani vijsʹkovozobov’âzani wijskowosobowjasani"),
        ("ваенкамат*", "vajenkamat vaenkamat waenkamat"),
    ],
)
def test_cyrillic_words_are_found_in_latin_letters(spelling: str, text: str) -> None:
    rules = rules_of(spelling, latin=True)
    assert told(text, rules) == text.split()
    assert not told(text, rules_of(spelling))


def test_a_word_without_cyrillic_letters_or_too_short_is_left_alone() -> None:
    assert in_latin("Deserteur*") is None
    assert not told("del srok", rules_of("дел", "срок*", latin=True))
    assert not told("deserts", rules_of("дэзерц*", latin=True))
    assert told("дел", rules_of("дел", latin=True)) == ["дел"]
