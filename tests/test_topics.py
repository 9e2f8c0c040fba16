"""The shipped topics hold what they promise on labelled passages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bench.relevance import LABELLED, labelled
from monitor.config import load
from monitor.match import Rules, Scores, compile_vocabulary, evaluate, find
from monitor.model import Tier

ROOT = Path(__file__).parents[1]
SAMPLES, OURS = LABELLED
# Fewer passages than this say nothing of a language.
ENOUGH = 10


@cache
def rules() -> Rules:
    return compile_vocabulary(load(ROOT / "sources.yaml", None, examples=False).vocabulary)


@cache
def scores(folder: Path) -> Scores:
    if not folder.is_dir():
        pytest.skip(f"there is no {folder.name} here")
    return evaluate(rules(), labelled(folder))


def test_on_recorded_passages_hardly_anything_is_missed_and_little_is_idle() -> None:
    found = scores(SAMPLES)
    assert found.both.recall >= 0.99
    assert found.both.precision >= 0.97
    assert found.sure.precision >= 0.98


def test_no_language_is_neglected() -> None:
    for lang, score in scores(SAMPLES).by_lang.items():
        if score.hits + score.misses >= ENOUGH:
            assert score.f1 >= 0.95, lang


def test_on_passages_written_to_be_hard_the_figures_do_not_fall() -> None:
    found = scores(OURS)
    assert found.both.recall >= 0.95
    assert found.both.precision >= 0.98
    assert found.sure.precision >= 0.99


@pytest.mark.parametrize(
    "text",
    [
        "Nach der Operation bei Awdijiwka weigerte sich Roman, an die Front zurückzukehren.",
        "Der Vorsitzende der russischen Duma unterschrieb die Einberufung von 160.000 Rekruten.",
        "The medical committee in the capital Kyiv sent draft notices to conscripts.",
        "Премьер-министр России утвердил порядок вручения повестки и призыва в армию.",
        "Les députés ukrainiens ont voté la loi sur la mobilisation de l'armée.",
    ],
)
def test_ordinary_words_nearby_silence_nothing(text: str) -> None:
    assert any(match.tier is Tier.SURE for match in find(rules(), text))


def test_the_domestic_debate_is_silent_and_asylum_is_not() -> None:
    debate = (
        "Pistorius: Das Recht auf Kriegsdienstverweigerung bleibt; die Bundeswehr wirbt weiter."
    )
    ruling = "VG Berlin: Russischer Kriegsdienstverweigerer erhält Asyl."
    assert not find(rules(), debate)
    assert any(match.tier is Tier.SURE for match in find(rules(), ruling))
