"""What counts as the same text, the same address, the same name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.fingerprint import canonical_url, essence, fingerprint
from monitor.text.slug import slug

anything = st.text(st.characters(exclude_categories=()), max_size=40)


@given(
    st.lists(
        st.sampled_from(
            [
                *("Asyl ", "§ 3", "ß", "É", "Война", "ї", "–", "„x“", "\u00ad", "\u0301", "ﬁ", "`"),
                *("\x00", "\u00a0", "\n", "https://x.example/?utm_source=a ", "×", "÷", "½", "Ѐ"),
                *("3f2a9c0d1e4b5a69788790ab1c2d3e4f", "џ", "Ѡ", "~", "\x7f", "a" * 30, "’", "´"),
            ]
        )
        | anything
    )
)
def test_the_short_way_for_ordinary_text_comes_to_the_same(parts: list[str]) -> None:
    text = "".join(parts)
    never = re.compile("(?!)")
    assert essence(text) == essence(text, [never])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b", "  a \n\t b "),
        ("a b", "a\u00a0b"),
        ("Deserteur", "De\u00adser\u200bteur"),
        ("Deserteur", "\ufeffDeserteur\u200e"),
        ("2014–2024", "2014-2024"),
        ("2014—2024", "2014\u22122024"),
        ("„Nein“", '"Nein"'),
        ("l’asile", "l'asile"),
        ("ﬁnden", "finden"),
        ("e\u0301", "é"),
        ("see https://x.example/?utm_source=mail now", "see https://x.example/ now"),
        ("token 3f2a9c0d1e4b5a69788790ab1c2d3e4f", "token 00aa11bb22cc33dd44ee55ff00aa11bb"),
    ],
)
def test_noise_does_not_count(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 Anträge", "4 Anträge"),
        ("1.234", "1.235"),
        ("nicht anerkannt", "anerkannt"),
        ("Soldat", "soldat"),
        ("§ 3a AsylG", "§ 3 AsylG"),
        ("https://x.example/a", "https://x.example/b"),
        ("", "0"),
        ("ё", "е"),
    ],
)
def test_words_and_digits_count(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_parts_are_told_apart() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("a") != fingerprint("a", "")


def test_what_an_ignore_pattern_finds_does_not_count() -> None:
    ignore = (re.compile(r"Stand: \d+\.\d+\.\d+"),)
    today, tomorrow = "Gesetz. Stand: 1.2.2026", "Gesetz. Stand:\n2.2.2026"
    assert fingerprint(today) != fingerprint(tomorrow)
    assert fingerprint(today, ignore=ignore) == fingerprint(tomorrow, ignore=ignore)


@given(anything)
def test_a_fingerprint_is_sixteen_hex_digits_of_any_text(text: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(text))


@given(st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1), min_size=1))
def test_white_space_never_counts(words: list[str]) -> None:
    assert fingerprint(" ".join(words)) == fingerprint("\n\t ".join(["", *words, ""]))


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Court.Example/Path", "https://court.example/Path"),
        ("https://court.example:443/", "https://court.example"),
        ("http://court.example:80/a/", "https://court.example/a"),
        ("https://court.example:8443/a", "https://court.example:8443/a"),
        ("https://court.example/a;jsessionid=1A2B.node3?x=1", "https://court.example/a?x=1"),
        ("https://x.example/?b=2&a=1&utm_source=m&fbclid=z", "https://x.example?a=1&b=2"),
        ("https://x.example/?nn=123&cms_pos=4", "https://x.example"),
        ("https://x.example/?q=", "https://x.example?q="),
        ("https://x.example/law#:~:text=Soldat", "https://x.example/law"),
        ("https://x.example/law#xtor=RSS-1", "https://x.example/law"),
        ("https://x.example/law#p3", "https://x.example/law#p3"),
        (" https://x.example/ä?q=ö ", "https://x.example/ä?q=%C3%B6"),
    ],
)
def test_what_changes_from_reader_to_reader_is_removed(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_pages_of_one_site_stay_apart() -> None:
    pages = ["", "?id=1", "?id=2", "?page=2", "/a", "/A", "#s1", "#s2", "?sidebar=1", "?lang=de"]
    assert len({canonical_url(f"https://x.example{page}") for page in pages}) == len(pages)


addresses = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTPS", "ftp"]),
    st.sampled_from(["x.example", "X.example:80", "x.example:443", "[::1]:8080", "ä.example"]),
    st.lists(st.text("aB/%;=.ä", max_size=5), max_size=3).map(
        lambda p: "".join("/" + x for x in p)
    ),
    st.text("abutm_=&+%20", max_size=12).map(lambda q: q and "?" + q),
    st.text("ab:~=", max_size=6).map(lambda f: f and "#" + f),
)


@given(addresses)
def test_a_canonical_address_is_its_own_canonical_address(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(anything)
def test_no_text_from_a_page_is_too_odd_an_address(text: str) -> None:
    canonical_url(text)
    canonical_url(f"https://{text}")


@pytest.mark.parametrize("url", ["http://[oops", "https://a℀b.example/", "http://x]y/"])
def test_what_is_no_address_stays_as_it_is(url: str) -> None:
    assert canonical_url(url) == url


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bundesverwaltungsgericht – Presse", "bundesverwaltungsgericht-presse"),
        ("Straßburg: Größe", "strassburg-groesse"),
        ("www.gesetze-im-internet.de", "www.gesetze-im-internet.de"),
        ("...", "source"),
        ("Военкомат", "source"),
        ("Łódź à Genève", "odz-a-geneve"),
    ],
)
def test_names_for_machines(text: str, name: str) -> None:
    assert slug(text) == name


@given(anything)
def test_a_slug_can_always_be_a_source_id(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,63}", slug(text))
    assert slug(slug(text)) == slug(text)
