"""How well the shipped topics do on labelled passages, and how well half of them would.

The rules were written by people who had seen these passages, so their figures are optimistic. The
cross-validation takes that back: of the vocabulary only those spellings are kept that are of use
on one half of the passages, and the other half is scored with what is left. It is too strict where
a good word happens to occur in one half alone, so the truth lies between both figures.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.config import load
from monitor.match import (
    Passage,
    Score,
    Scores,
    compile_vocabulary,
    evaluate,
    read_passages,
)
from monitor.match.spelling import parse
from monitor.model import Term, Topic, Vocabulary
from monitor.text.fingerprint import fingerprint
from monitor.text.normalise import normalise

ROOT = Path(__file__).parents[1]
LABELLED = (
    ROOT.parent / "shared" / "samples" / "relevance-bench",
    ROOT / "bench" / "passages",
)
ROUNDS = 5


def labelled(folder: Path) -> tuple[Passage, ...]:
    """Return the passages of all JSON-lines files of a folder."""
    files = sorted(folder.glob("*.jsonl"))
    return tuple(
        passage for file in files for passage in read_passages(file.read_text("utf-8").split("\n"))
    )


def halves(passages: Sequence[Passage], turn: int) -> tuple[list[Passage], list[Passage]]:
    """Return two halves, split by the passages' ids, a different way at each turn."""
    ranked = sorted(passages, key=lambda passage: fingerprint(f"{turn} {passage.id}"))
    middle = len(ranked) // 2
    return ranked[:middle], ranked[middle:]


def seen_only(vocabulary: Vocabulary, passages: Iterable[Passage]) -> Vocabulary:
    """Return the vocabulary without the spellings that stand in none of the relevant passages.

    Exclusions stay only where one of their words stands in any of the passages.
    """
    seen = list(passages)
    wanted = [normalise(f"{p.title}\n\n{p.text}").text for p in seen if p.relevant]
    every = [normalise(f"{p.title}\n\n{p.text}").text for p in seen]
    silencing = {
        name
        for topic in vocabulary.topics.values()
        for term in topic.terms
        for condition in term.unless
        for name in condition
    }
    words = {
        name: tuple(s for s in spellings if _occurs(s, every)) if name in silencing else spellings
        for name, spellings in vocabulary.words.items()
    }
    topics = {name: _pruned(topic, wanted) for name, topic in vocabulary.topics.items()}
    return Vocabulary(topics, words)


def _pruned(topic: Topic, texts: Sequence[str]) -> Topic:
    terms: list[Term] = []
    for term in topic.terms:
        kept = tuple(s for s in term.spellings if _occurs(s, texts))
        if kept:
            terms.append(replace(term, spellings=kept))
    return replace(topic, terms=tuple(terms))


def _occurs(spelling: str, texts: Iterable[str]) -> bool:
    parsed = parse(spelling)
    return any(parsed.may_occur(text) and parsed.pattern.search(text) for text in texts)


def crossed(vocabulary: Vocabulary, passages: Sequence[Passage]) -> tuple[Score, Score]:
    """Return the sums over both directions of all rounds: both tiers, and *sure* alone."""
    both, sure = Score(0, 0, 0), Score(0, 0, 0)
    for turn in range(ROUNDS):
        one, other = halves(passages, turn)
        for learnt, scored in ((one, other), (other, one)):
            scores = evaluate(compile_vocabulary(seen_only(vocabulary, learnt)), scored)
            both, sure = _sum(both, scores.both), _sum(sure, scores.sure)
    return both, sure


def _sum(one: Score, other: Score) -> Score:
    return Score(
        one.hits + other.hits,
        one.false_alarms + other.false_alarms,
        one.misses + other.misses,
    )


def lines(scores: Scores, cross: Mapping[str, Score]) -> list[str]:
    """Return the table."""
    rows = {"both tiers": scores.both, "sure alone": scores.sure}
    rows |= {f"topic {name}": score for name, score in scores.by_topic.items()}
    rows |= {f"language {name or '?'}": score for name, score in scores.by_lang.items()}
    return [_line(name, score) for name, score in (rows | cross).items()]


def _line(name: str, score: Score) -> str:
    return (
        f"{name:34} P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}"
        f"   {score.hits} hits, {score.false_alarms} false alarms, {score.misses} misses"
    )


def main(arguments: Sequence[str]) -> int:
    """Print a table for the passages of each folder named, else of the samples and our own."""
    vocabulary = load(ROOT / "sources.yaml", None).vocabulary
    for folder in map(Path, arguments) if arguments else LABELLED:
        if not folder.is_dir():
            print(f"No labelled passages at {folder}.")
            continue
        passages = labelled(folder)
        both, sure = crossed(vocabulary, passages)
        cross = {"cross-validated, both tiers": both, "cross-validated, sure alone": sure}
        print(f"{len(passages)} passages of {folder.name}")
        print("\n".join(lines(evaluate(compile_vocabulary(vocabulary), passages), cross)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
