"""Scores on labelled passages."""

from __future__ import annotations

import json

import pytest

from monitor.match import Passage, Score, compile_vocabulary, evaluate, read_passages
from monitor.model import Term, Topic, Vocabulary

RULES = compile_vocabulary(
    Vocabulary(
        {
            "desertion": Topic("desertion", {}, (Term("Deserteur*", ("Deserteur*",)),)),
            "mobilisation": Topic(
                "mobilisation",
                {},
                (Term("Einberufung", ("Einberufung*",), needs=(("military",),)),),
            ),
        },
        {"military": ("Soldat*",)},
    )
)


def passage(name: str, text: str, *topics: str, lang: str = "de") -> Passage:
    return Passage(name, lang, "", text, bool(topics), frozenset(topics))


PASSAGES = [
    passage("hit", "Deserteure", "desertion"),
    passage("miss", "Flucht vor dem Krieg", "desertion", lang="fr"),
    passage("alarm", "Einberufung der Versammlung"),
    passage("quiet", "Wetter"),
]


def test_both_tiers_count_together_and_sure_alone() -> None:
    scores = evaluate(RULES, PASSAGES)
    assert scores.both == Score(hits=1, false_alarms=1, misses=1)
    assert scores.sure == Score(hits=1, false_alarms=0, misses=1)


def test_topics_and_languages_have_their_own_figures() -> None:
    scores = evaluate(RULES, PASSAGES)
    assert scores.by_topic["desertion"] == Score(1, 0, 1)
    assert scores.by_topic["mobilisation"] == Score(0, 1, 0)
    assert scores.by_lang == {"de": Score(1, 1, 0), "fr": Score(0, 0, 1)}


def test_each_passage_has_its_verdict() -> None:
    verdict = evaluate(RULES, PASSAGES).items[2]
    assert (verdict.id, verdict.relevant, verdict.expected) == ("alarm", True, False)
    assert (verdict.topics, verdict.sure) == (frozenset({"mobilisation"}), frozenset())


@pytest.mark.parametrize("lines", [[], ["", "  "]])
def test_a_file_without_passages_scores_nothing(lines: list[str]) -> None:
    with pytest.raises(ValueError, match="no passage"):
        read_passages(lines)


def test_the_title_is_searched_too() -> None:
    titled = Passage("x", None, "Deserteure", "Text", relevant=True)
    assert evaluate(RULES, [titled]).both == Score(1, 0, 0)


def test_figures_are_shares() -> None:
    score = Score(hits=3, false_alarms=1, misses=2)
    assert (score.precision, score.recall) == (0.75, 0.6)
    assert score.f1 == pytest.approx(2 / 3)


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    assert (Score(0, 0, 0).precision, Score(0, 0, 0).recall, Score(0, 0, 0).f1) == (1, 1, 1)
    assert (Score(0, 1, 0).precision, Score(0, 0, 1).recall, Score(0, 1, 1).f1) == (0, 0, 0)


def test_passages_are_read_from_json_lines() -> None:
    row = {"id": "a", "lang": "de", "title": "T", "text": "X", "relevant": True, "topics": ["x"]}
    assert read_passages([json.dumps(row), "", "\n"]) == (
        Passage("a", "de", "T", "X", True, frozenset({"x"})),
    )


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}', '{"id":1,"text":"","relevant":"no"}'])
def test_a_line_that_is_no_passage_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_passages(["", line])
