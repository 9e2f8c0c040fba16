"""Excerpts as people read them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Piece
from monitor.text.excerpt import excerpt, joined

TEXT = "Die Klage eines Deserteurs aus Omsk war vor dem Gericht in Berlin erfolgreich."


def test_the_find_is_a_hit_between_its_surroundings() -> None:
    assert excerpt(TEXT, [(16, 26)]) == (
        Piece("Die Klage eines ", hit=False),
        Piece("Deserteurs", hit=True),
        Piece(" aus Omsk war vor dem Gericht in Berlin erfolgreich.", hit=False),
    )


def test_a_long_text_is_cut_between_words_and_says_so() -> None:
    assert "".join(piece.text for piece in excerpt(TEXT, [(16, 26)], width=40)) == (
        "… Klage eines Deserteurs aus Omsk war …"
    )


def test_overlapping_spans_are_one_hit() -> None:
    pieces = excerpt(TEXT, [(16, 26), (20, 35)])
    assert [piece.text for piece in pieces if piece.hit] == ["Deserteurs aus Omsk"]


def test_finds_far_apart_are_shown_in_two_stretches() -> None:
    text = f"Deserteure {'und andere ' * 100}Verweigerer"
    shown = "".join(
        piece.text for piece in excerpt(text, [(0, 10), (len(text) - 11, len(text))], 80)
    )
    assert shown.startswith("Deserteure und")
    assert " … " in shown
    assert shown.endswith("Verweigerer")


def test_line_breaks_are_shown_as_blanks() -> None:
    assert excerpt("Kriegs-\ndienst\n\nAsyl", [(0, 14)]) == (
        Piece("Kriegs- dienst", hit=True),
        Piece(" Asyl", hit=False),
    )


def test_without_a_find_it_is_the_beginning() -> None:
    assert excerpt(TEXT, [], width=30) == (
        Piece("Die Klage eines Deserteurs aus", hit=False),
        Piece(" …", hit=False),
    )


def test_nothing_comes_of_nothing() -> None:
    assert excerpt("", []) == ()


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(st.text(alphabet="abc \n.", min_size=1, max_size=200))
    places = st.integers(0, len(text) - 1).flatmap(
        lambda start: st.tuples(st.just(start), st.integers(start + 1, len(text)))
    )
    return text, draw(st.lists(places, min_size=1, max_size=3))


@given(texts_with_spans(), st.integers(0, 100))
def test_every_piece_stands_in_the_text(
    drawn: tuple[str, list[tuple[int, int]]], width: int
) -> None:
    text, spans = drawn
    plain = " ".join(text.split())
    shown = "".join(piece.text for piece in excerpt(text, spans, width))
    for stretch in shown.split("…"):
        assert " ".join(stretch.split()) in plain


@given(texts_with_spans())
def test_all_finds_are_shown_as_hits(drawn: tuple[str, list[tuple[int, int]]]) -> None:
    text, spans = drawn
    covered = {at for start, end in spans for at in range(start, end)}
    hits = "".join(piece.text for piece in excerpt(text, spans, 20) if piece.hit)
    expected = "".join(text[at] for at in sorted(covered))
    assert "".join(hits.split()) == "".join(expected.split())


def shown(pieces: tuple[Piece, ...] | None) -> str:
    """An excerpt with stars around its hits."""
    return "".join(f"*{p.text}*" if p.hit else p.text for p in pieces or ())


def test_two_excerpts_of_one_passage_become_one() -> None:
    first = excerpt(TEXT, [(16, 26)], width=60)
    second = excerpt(TEXT, [(48, 55)], width=53)
    assert shown(first) == "Die Klage eines *Deserteurs* aus Omsk war vor dem …"
    assert shown(second) == "… aus Omsk war vor dem *Gericht* in Berlin erfolgreich."
    both = "Die Klage eines *Deserteurs* aus Omsk war vor dem *Gericht* in Berlin erfolgreich."
    assert shown(joined(first, second)) == shown(joined(second, first)) == both


def test_an_excerpt_with_a_gap_joins_the_one_that_shows_it_all() -> None:
    whole = excerpt(TEXT, [(16, 26)], width=200)
    parts = excerpt(TEXT, [(0, 3), (48, 55)], width=30)
    assert "…" in shown(parts).strip("… ")
    both = shown(joined(whole, parts))
    assert both == shown(joined(parts, whole))
    assert both == f"*Die* Klage eines *Deserteurs*{TEXT[26:48]}*{TEXT[48:55]}*{TEXT[55:]}"


def test_excerpts_that_share_nothing_stay_two() -> None:
    text = f"Deserteure {'und andere ' * 100}Verweigerer"
    first = excerpt(text, [(0, 10)], width=60)
    assert joined(first, excerpt("Ein ganz anderer Text", [(0, 3)])) is None


@given(st.data())
def test_joining_invents_nothing_and_loses_no_hit(data: st.DataObject) -> None:
    text = " ".join(f"wort{number}" for number in range(60))
    ends = [at for at, char in enumerate(f"{text} ") if char == " "]
    spans = [(end - 4, end) for end in ends]
    one, other = (data.draw(st.sampled_from(spans)) for _ in range(2))
    both = joined(excerpt(text, [one], 120), excerpt(text, [other], 120))
    if both is not None:
        plain = "".join(piece.text for piece in both)
        assert plain.removeprefix("… ").removesuffix(" …") in text
        marked = {"".join(p.text for p in both if p.hit)}
        first, last = sorted([one, other])
        assert marked == {text[slice(*first)] + (text[slice(*last)] if first != last else "")}
