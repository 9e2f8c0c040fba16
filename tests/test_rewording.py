"""What an edit did to the words of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.rewording import Fate, Stretch, reworded, rewordings, shortened

BEFORE = "Der Antrag ist binnen sechs Monaten zu bescheiden."
AFTER = "Der Antrag von Deserteuren ist binnen zwei Wochen zu bescheiden."


def plain(stretches: tuple[Stretch, ...]) -> str:
    marks = {Fate.KEPT: "{}", Fate.GONE: "[-{}-]", Fate.CAME: "{{+{}+}}"}
    return "".join(
        marks[each.fate].format(f"*{each.text}*" if each.hit else each.text) for each in stretches
    )


def test_a_change_of_words_is_shown_word_by_word() -> None:
    assert plain(reworded(BEFORE, AFTER, {"Deserteuren"})) == (
        "Der Antrag{+ von +}{+*Deserteuren*+} ist binnen "
        "[-sechs Monaten-]{+zwei Wochen+} zu bescheiden."
    )


def test_short_words_between_changes_do_not_tear_them_apart() -> None:
    found = reworded("in der Regel Schutz zuzuerkennen", "nur in Ausnahmefällen Schutz zu gewähren")
    assert (
        plain(found)
        == "[-in der Regel-]{+nur in Ausnahmefällen+} Schutz [-zuzuerkennen-]{+zu gewähren+}"
    )


def test_blocks_find_their_counterpart_and_strangers_stay_alone() -> None:
    removed = ("Ganz anderes stand hier einmal.", BEFORE)
    added = (AFTER, "Neu ist ein Hinweis auf das Formular.")
    (pair,) = rewordings(removed, added)
    assert (pair.before, pair.after) == (BEFORE, AFTER)


def test_what_stayed_is_cut_to_what_stands_beside_the_change() -> None:
    long = "Wort " * 100
    cut = shortened(reworded(f"{long}drei {long}", f"{long}vier {long}"), around=20)
    assert plain(cut) == "… Wort Wort Wort [-drei-]{+vier+} Wort Wort Wort …"


@given(st.text("ab .ж\n", max_size=40), st.text("ab .ж\n", max_size=40))
def test_nothing_is_lost_of_either_text(before: str, after: str) -> None:
    found = reworded(before, after)
    assert "".join(each.text for each in found if each.fate is not Fate.GONE) == after
    assert "".join(each.text for each in found if each.fate is not Fate.CAME) == before


def test_a_change_far_into_a_long_block_is_shown() -> None:
    before = " ".join(f"Satz {n} der Begründung." for n in range(400))
    (pair,) = rewordings([before], [before.replace("Satz 390 der", "Satz 390 einer")])
    assert [each.text for each in pair.stretches if each.fate is not Fate.KEPT] == ["der", "einer"]


def test_of_very_many_blocks_each_finds_its_counterpart() -> None:
    removed = [f"Der Fall {n} wird bis Ende {n} entschieden." for n in range(120)]
    added = [f"Der Fall {n} wird sofort und bis Ende {n} entschieden." for n in range(120)]
    pairs = rewordings(removed[::-1], added)
    assert [(pair.before, pair.after) for pair in pairs] == [*zip(removed, added, strict=True)]


def test_a_word_holds_its_place_where_only_blanks_are_common_too() -> None:
    found = reworded("Er wird angehört, wenn Zweifel bestehen.", "Er wird stets angehört.")
    assert plain(found) == "Er wird{+ stets+} angehört[-, wenn Zweifel bestehen-]."


def test_the_first_word_is_the_same_behind_a_new_one() -> None:
    assert plain(reworded("Asyl wird gewährt.", "Kein Asyl wird gewährt.")) == (
        "{+Kein +}Asyl wird gewährt."
    )
    assert plain(reworded("Kein Asyl wird gewährt.", "Asyl wird gewährt.")) == (
        "[-Kein -]Asyl wird gewährt."
    )
