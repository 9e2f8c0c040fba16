"""What normalisation does to a text, and the way back to the words of the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.normalise import fold, normalise

CASES = [
    ("Fahnenflüchtige", "fahnenfluechtige"),
    ("STRAẞE Straße", "strasse strasse"),
    ("déserté, enrôlé, żołnierz", "deserte, enrole, zolnierz"),
    ("Ёлка, йод, Україна, дезертирів", "елка, йод, україна, дезертирів"),
    ("С‑238/19 – „d’unité“", 'с-238/19 - "d\'unite"'),
    ("ﬁnden, ﬂiehen", "finden, fliehen"),
    ("Kriegs\u00addienst, Kriegs\u200bdienst", "kriegsdienst, kriegsdienst"),
    ("§\u00a03a Abs.\u202f2", "§ 3a abs. 2"),
    ("Milit&auml;r &amp;amp; Asyl&nbsp;", "militaer & asyl "),
    ("a\u0308rmer, и\u0306од", "aermer, йод"),
    ("Verhand-\nlung", "verhandlung"),
    ("Verhand\u00ad\nlung", "verhandlung"),
    ("die Bun- desregierung", "die bundesregierung"),
    ("Polizei- und Wehrämter", "polizei- und wehraemter"),
    ("Nord-\nSüd", "nord-\nsued"),
    ("V o r b e m e r k u n g der", "vorbemerkung der"),
    ("Art. 9 a b", "art. 9 a b"),
    ("Verweigerer*innen", "verweigererinnen"),
    ("Verweigerer:innen", "verweigererinnen"),
    ("Verweigerer_innen", "verweigererinnen"),
    ("Verweigerer/-innen", "verweigererinnen"),
    ("Verweigerer/innen", "verweigererinnen"),
    ("VerweigererInnen", "verweigererinnen"),
    ("Verweigerer(innen)", "verweigererinnen"),
    ("objecteur·rices", "objecteurrices"),
    ("Verweiger(er)innen", "verweigererinnen"),
    ("FlÃ¼chtling", "fluechtling"),
    ("dÃ©serteurs â€“ lâ€™armÃ©e", "deserteurs - l'armee"),
    ("Ð´ÐµÐ·ÐµÑ€Ñ‚Ð¸Ñ€", "дезертир"),
    ("РґРµР·РµСЂС‚РёСЂ", "дезертир"),
    ("äåçåðòèð", "дезертир"),
    ("Ð\xa0Ð¾Ñ\x81Ñ\x81Ð¸Ñ\x8f", "россия"),
    ("Рік, Сім'я, Ähre, Ångström, Ñandú", "рік, сім'я, aehre, angstroem, nandu"),
    ("Militär(Reserve-)Dienst", "militaerdienst (reservedienst)"),
    ("Wehr- bzw. Nationaldienstpflicht", "wehrdienstpflicht bzw. nationaldienstpflicht"),
    (
        "Kriegsdienst- und Wehrdienstverweigerer",
        "kriegsdienstverweigerer und wehrdienstverweigerer",
    ),
    ("draft- or service-evaders", "draft-evaders or service-evaders"),
    ("Wehr- bzw. Militärdienst", "wehrdienst bzw. militaerdienst"),
    ("Wehr-, Reserve- und Nationaldienst", "wehrdienst, reservedienst und nationaldienst"),
    (
        "Militärdienstentziehung/-verweigerung",
        "militaerdienstentziehung/militaerdienstverweigerung",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_many_spellings_become_one(text: str, expected: str) -> None:
    assert normalise(text).text == expected


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("die Verhand-\nlung war", "verhandlung", "Verhand-\nlung"),
        ("für Straße 3", "strasse", "Straße"),
        ("Milit&auml;r!", "militaer", "Milit&auml;r"),
        ("Wehr- bzw. Militärdienst", "wehrdienst", "Wehr-"),
        ("Deserteur*innen.", "deserteurinnen", "Deserteur*innen"),
        ("s. V o r b e m e r k u n g", "vorbemerkung", "V o r b e m e r k u n g"),
        ("verhand-\nlung", "verhand", "verhand"),
    ],
)
def test_a_find_leads_back_to_the_words_of_the_page(text: str, word: str, original: str) -> None:
    normalised = normalise(text)
    at = normalised.text.index(word)
    start, end = normalised.span(at, at + len(word))
    assert text[start:end] == original


PIECES = st.sampled_from(
    ["ä", "ß", "&auml;", "&", ";", "-", "innen", "*", "(", ")", "a", "Z", "wehr", "dienst", "\u00ad",
     "\u0308", "Ã¼", "Ð", "\xa0", "â€‘", "äåçåðòèð", "(er)", "-)", "é", "İ", "ﬁ", "и", "Ё", "…", "und", "verweiger", "/", "\n", " ", "b c d e f"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join)


@given(TEXTS)
def test_origins_rise_and_stay_within_the_original(text: str) -> None:
    normalised = normalise(text)
    origins = [normalised.origin(at) for at in range(len(normalised.text) + 1)]
    assert origins == sorted(origins)
    assert all(0 <= origin <= len(text) for origin in origins)


@given(TEXTS)
def test_every_character_stands_for_something_in_the_original(text: str) -> None:
    normalised = normalise(text)
    for at in range(len(normalised.text)):
        start, end = normalised.span(at, at + 1)
        assert 0 <= start < end <= len(text)


@given(st.text(alphabet="abcxyz ,.\n0123456789"))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert fold(text) == text


@given(TEXTS)
def test_folded_text_has_no_capitals_and_no_umlauts(text: str) -> None:
    assert not set("ÄÖÜäöüßABCXYZ") & set(fold(text))


def test_a_long_text_is_normalised_like_its_parts_and_leads_back_to_them() -> None:
    between = f"\n\n{'wort ' * 3000}\n\n"
    normalised = normalise(between.join(text for text, _ in CASES))
    assert normalised.text == between.join(expected for _, expected in CASES)
    for word, original in (("verhandlung", "Verhand-\nlung"), ("aehre", "Ähre")):
        at = normalised.text.index(word)
        start, end = normalised.span(at, at + len(word))
        assert normalised.original[start:end] == original
        assert normalised.place(start) == at
