"""A scan for literals finds what the spellings themselves would find, no less and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import load
from monitor.match import Rules, compile_vocabulary, find
from monitor.match.legal import Cited
from monitor.match.page import Page
from monitor.match.scan import Scan
from monitor.match.spelling import Spelling
from monitor.model import Term, Topic, Vocabulary
from monitor.text.normalise import normalise

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"


# One in so many terms and spellings of groups is enough each time; all take half a minute.
SOME = 5


@cache
def shipped() -> Rules:
    """Some of the terms of each topic."""
    whole = load(ROOT / "sources.yaml", None, examples=False).vocabulary
    topics = {
        name: replace(topic, terms=topic.terms[::SOME]) for name, topic in whole.topics.items()
    }
    words = {name: spellings[::SOME] for name, spellings in whole.words.items()}
    return compile_vocabulary(replace(whole, topics=topics, words=words))


class Plainly:
    """What `Sight` tells, found out by nothing but the spellings: everything may stand anywhere."""

    def __init__(self, scan: Scan, page: Page) -> None:
        self._scan = scan
        self._text = page.text
        self.page = page

    def searches(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for search, owner in enumerate(self._scan.owners):
            found.setdefault(owner, []).append(search)
        return found

    def sought(self, search: int) -> Spelling | Cited:
        return self._scan.searches[search]

    def spans(self, search: int) -> list[tuple[int, int]]:
        sought = self._scan.searches[search]
        return [*sought.spans(self._text)] if isinstance(sought, Spelling) else [(0, 1)]


def missed(rules: Rules, text: str) -> Iterator[str]:
    """Searches that find something in the text which the scan does not, or the other way round."""
    page = Page(normalise(text).text, rules.alphabet)
    for scan in (rules._own, rules._near):
        sight, plainly = scan.look(page), Plainly(scan, page)
        seen = {search for found in sight.searches().values() for search in found}
        for search, sought in enumerate(scan.searches):
            if isinstance(sought, Spelling):
                spans = {*sight.spans(search)} if search in seen else set()
                if spans != {*plainly.spans(search)}:
                    yield sought.source


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


@settings(max_examples=20, deadline=None)
@given(TEXTS)
def test_a_scan_finds_in_damaged_texts_what_the_spellings_find(text: str) -> None:
    assert [*missed(shipped(), text)] == []


@settings(max_examples=20, deadline=None)
@given(TEXTS, TEXTS)
def test_with_and_without_a_scan_the_matches_are_the_same(text: str, title: str) -> None:
    rules = shipped()
    plainly = Unscanned(**{field.name: getattr(rules, field.name) for field in fields(rules)})
    assert find(rules, text, title=title) == find(plainly, text, title=title)


class Unscanned(Rules):
    """Rules that look at every text with all of their spellings."""

    def look(self, text: str) -> Any:
        return Plainly(self._own, Page(text, self.alphabet))

    def look_around(self, page: Page) -> Any:
        return Plainly(self._near, page)


def test_letters_of_which_white_space_is_a_half_are_seen() -> None:
    for word in ("Розыск дезертиров", "дезертир-"):
        for encoding in ("cp1251", "latin-1"):
            text = f"{word.encode().decode(encoding)} {mangled(word.upper(), encoding)}"
            assert [*missed(shipped(), text)] == []


def test_words_of_a_spelling_far_apart_are_no_find() -> None:
    term = Term("far", ("refus* ~3 tank*",))
    rules = compile_vocabulary(Vocabulary({"t": Topic("t", {}, (term,))}, {}))
    assert rules.look("refused, they said, any tank").spans(0)
    assert not rules.look(f"refused {'and so on ' * 9} tank").spans(0)
    assert rules.look("refused - - a - - b\n\nc .. tank").spans(0)


@pytest.mark.parametrize("blank", ["", " ", "\n", "\u3000", "x" * 5000])
def test_a_text_with_hardly_a_blank_is_searched_too(blank: str) -> None:
    text = f"{'desertwer' * 50}{blank}{'re tu t des-wert ' * 3}{blank}{'der wer' * 50}"
    assert [*missed(odd(), text)] == []


def test_more_characters_than_there_are_bytes_are_told_apart_as_well_as_can_be() -> None:
    words = ["".join(map(chr, range(start, start + 5))) for start in range(0x4E00, 0x5400, 5)]
    terms = tuple(Term(word, (f"{word}*",)) for word in words)
    rules = compile_vocabulary(Vocabulary({"t": Topic("t", {}, terms)}, {}))
    assert [match.words for match in find(rules, f"{words[0]} und {words[-1]}!")] == [
        words[0], words[-1],
    ]  # fmt: skip


@settings(deadline=None)
@given(st.text(alphabet="desrtuwh -*\n\u00ad&;ü'123§", max_size=80))
def test_a_scan_finds_in_noise_what_the_spellings_find(text: str) -> None:
    assert [*missed(odd(), text)] == []


@cache
def odd() -> Rules:
    """Spellings of every form, on few letters so that noise holds them."""
    spellings = ("des(er|s)t*", "*wer*", "re* (tu|w)u* t", "des* ~3 (wer|her)*", "(des (er|st) t|u)wer",
                 "des-we(rt|)", "(st|) der", "tus*s*u", "(d|e)st >2 (w|h)er*", "§ 3 d", "e (1|12)",
                 "r 2(d|)", "333(1|)e*", "(|d)2 st", "(2|w)1st*", "d-3 (u|)", "e 123* (er|)")  # fmt: skip
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
def test_a_scan_finds_in_real_texts_what_the_spellings_find(place: str) -> None:
    rows = lines_of(place)[::7]
    texts = [f"{row.get('title') or ''}\n\n{row['text'][:3000]}" for row in rows]
    wrong = {text[:40]: [*missed(shipped(), text)] for text in texts}
    assert {start: spellings for start, spellings in wrong.items() if spellings} == {}
