"""The first glance leaves out nothing that the spellings themselves would find."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import load
from monitor.match import Rules, compile_vocabulary
from monitor.match.passage import Passage
from monitor.match.rules import Rule
from monitor.model import Term, Topic, Vocabulary
from monitor.text.normalise import normalise

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"


@cache
def shipped() -> Rules:
    return compile_vocabulary(load(ROOT / "sources.yaml", None).vocabulary)


def missed(rules: Rules, text: str, title: str = "") -> Iterator[str]:
    """Spellings which stand in the text, though at a glance they do not."""
    sighting = rules.sight(text, title)
    sighted = {spelling for _, spellings in sighting.rules for spelling in spellings}
    near = {spelling for spellings in sighting.groups.values() for spelling in spellings}
    plain, head = normalise(text).text, normalise(title).text
    found = [(r, s) for r in rules.rules for s in r.spellings if s.pattern.search(plain)]
    groups = {
        name: [s for s in spellings if s.pattern.search(plain) or s.pattern.search(head)]
        for name, spellings in rules.groups.items()
    }
    for rule, spelling in found:
        if spelling not in sighted and _can_hold(rule, {name for name in groups if groups[name]}):
            yield f"{rule.term}: {spelling.source}"
    if sighting.rules:
        for name, spellings in groups.items():
            yield from (f"{name}: {each.source}" for each in spellings if each not in near)


def _can_hold(rule: Rule, groups: set[str]) -> bool:
    """Whether the rule may match, sure or not, where these groups stand."""
    if not rule.needs or (rule.otherwise is not None and not rule.perhaps):
        return True
    return any(groups.issuperset(names) for names in (*rule.needs, *rule.perhaps))


def words_of(spelling: str) -> list[str]:
    """The words that a spelling begins its branches with, good enough to build texts from."""
    return [word for word in re.split(r"[()|~>\s*]|\b\d+\b", spelling) if word]


@cache
def vocabulary() -> list[str]:
    rules = shipped()
    spellings = [s for rule in rules.rules for s in rule.spellings]
    spellings += [s for members in rules.groups.values() for s in members]
    return sorted({word for spelling in spellings for word in words_of(spelling.source)})


def mangled(word: str, encoding: str) -> str:
    """UTF-8 read in another encoding."""
    return word.encode().decode(encoding, "ignore")


def hurt(word: str, how: int, at: int) -> str:
    """The word as a page may write it."""
    cut = at % (len(word) + 1)
    head, tail = word[:cut], word[cut:]
    return [
        word, word.upper(), word.capitalize(), f"{head}-\n{tail}", f"{head}- {tail}",
        f"{head}\u00ad{tail}", f"{head}\u00ad\n{tail}", f"{head}\u200b{tail}", " ".join(word),
        " ".join(word).upper(), f"{word}*innen", f"{word}/-innen", f"{word}(innen)", f"„{word}“,",
        f"{head}-, {word}", f"{head}- bzw. {word}", f"{word}/-{tail}", f"{word} und -{tail}",
        word.replace("ü", "ue").replace("ä", "ae"), word.replace("ü", "u\u0308"),
        word.replace("ü", "&uuml;").replace("ä", "&amp;auml;"), f"{head}&shy;{tail}",
        f"148{word}", f"{word}-", f"-{word}", f"({word}-)", f"{head}&nbsp;{tail}",
        f"{head} {tail}", f"{head}'{tail}", f"{head}-{tail}", f"{head}.{tail}", f"{head}İ{tail}",
        mangled(word, "cp1252"), mangled(word, "latin-1"), f"{head}â€‘\n{tail}", f"{head}({word}-){tail}",
        mangled(word, "cp1251"), mangled(word.upper(), "cp1251"), mangled(word.upper(), "latin-1"),
        f"&bdquo;{word}&ldquo;", f"{head}&ndash; {tail}", f"{word} &ndash; {tail}",
    ][how % 42]  # fmt: skip


HURT = st.builds(
    hurt, st.deferred(lambda: st.sampled_from(vocabulary())), st.integers(0, 41), st.integers(0, 30)
)
NOISE = st.sampled_from(
    ["und", "der", "zu", "a", "b", "и", "в", ".", "-", "–", "&", "§", "2", "3a", "nicht", "\u00ad"]
) | st.text(max_size=4)
TEXTS = st.lists(
    st.tuples(HURT | NOISE, st.sampled_from([" ", " ", " ", "\n", "", ", ", "\n\n"])), max_size=12
).map(lambda pieces: "".join(word + gap for word, gap in pieces))


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_a_glance_misses_nothing_in_damaged_texts(text: str, title: str) -> None:
    assert [*missed(shipped(), text, title)] == []


def test_letters_of_which_white_space_is_a_half_are_seen() -> None:
    for word in ("Розыск дезертиров", "дезертир-"):
        for encoding in ("cp1251", "latin-1"):
            text = f"{word.encode().decode(encoding)} {mangled(word.upper(), encoding)}"
            assert [*missed(shipped(), text)] == []


def test_words_of_a_spelling_far_apart_are_no_reason_to_look_closer() -> None:
    term = Term("far", ("refus* ~3 tank*",))
    rules = compile_vocabulary(Vocabulary({"t": Topic("t", {}, (term,))}, {}))
    assert rules.sight("refused, they said, any tank", "").rules
    assert not rules.sight(f"refused {'and so on ' * 9} tank", "").rules
    assert rules.sight(f"refused {'- ' * 9} tank", "").rules


@settings(deadline=None)
@given(st.text(alphabet="desrtuwh -*\n\u00ad&;ü'", max_size=60))
def test_a_glance_misses_nothing_in_noise(text: str) -> None:
    assert [*missed(odd(), text)] == []


@cache
def odd() -> Rules:
    """Spellings of every form, on few letters so that noise holds them."""
    spellings = ("des(er|s)t*", "*wer*", "re* (tu|w)u* t", "des* ~3 (wer|her)*", "(des (er|st) t|u)wer",
                 "des-we(rt|)", "(st|) der", "tus*s*u", "(d|e)st >2 (w|h)er*")  # fmt: skip
    term = Term("odd", spellings)
    return compile_vocabulary(Vocabulary({"t": Topic("t", {}, (term,))}, {}))


def lines_of(*places: str) -> list[dict[str, str]]:
    files = [SAMPLES / place for place in places]
    if not all(file.exists() for file in files):
        pytest.skip("the samples are not here")
    texts = (file.read_text(encoding="utf-8") for file in files)
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


@pytest.mark.parametrize(
    "place",
    ["relevance-bench/dev.jsonl", "relevance-bench/dev-written.jsonl", "extraction/gold.jsonl"],
)
def test_a_glance_misses_nothing_in_real_texts(place: str) -> None:
    rows = lines_of(place)
    texts = [(f"{row.get('title') or ''}\n\n{row['text']}", row.get("title") or "") for row in rows]
    assert [(text[:40], [*missed(shipped(), text, title)]) for text, title in texts
            if [*missed(shipped(), text, title)]] == []  # fmt: skip


def apart(rules: Rules, text: str) -> Iterator[str]:
    """Spellings that near the words that hold them are found elsewhere than in the whole text."""
    normal = normalise(text)
    spellings = [*rules.sight(text, "").spellings]
    passage = Passage(normal, "", {}, rules.locate(normal.text, spellings))
    for spelling in spellings:
        if {*passage.places(spelling)} != {*spelling.spans(normal.text)}:
            yield spelling.source


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_what_is_found_near_its_words_is_what_is_found_in_all(text: str) -> None:
    assert [*apart(shipped(), text)] == []


@settings(deadline=None)
@given(st.text(alphabet="desrtuwh -\n'", max_size=80))
def test_what_is_found_near_its_words_in_noise_is_what_is_found_in_all(text: str) -> None:
    assert [*apart(odd(), text)] == []


def test_what_is_found_near_its_words_in_real_texts_is_what_is_found_in_all() -> None:
    rows = lines_of("relevance-bench/dev.jsonl", "extraction/gold.jsonl")
    assert [found for row in rows for found in apart(shipped(), row["text"])] == []
