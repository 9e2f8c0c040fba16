"""How well docs/examples/bundestag.yaml finds what the Bundestag's documentalists filed.

Gold nobody here wrote: 15,686 procedures of 1976–2021 with their descriptors. The terms were
written from the papers of odd years; those of even years tell how good they are. A topic counts as
found when a term of it is sure in title and abstract, the only text there is.

One rule is of the office, not of the language: until 2005 «Zivildienst» had the descriptor of
objectors. It was seen in the odd years, but asked for by the even ones (objection F1 .727 without).

What can be expected: of 42 misses read in even years, in 28 neither title nor abstract says
anything of the topic; of 44 false alarms, 23 speak of it and merely lack the descriptor. A linear
support vector machine on words and letter groups of the odd years reaches F1 .743 (objection), .516
(desertion), .777 (conscription) and .857 (asylum) on the even ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.texts import SAMPLES
from monitor.config import load
from monitor.match import Rules, Score, compile_vocabulary, find
from monitor.model import Tier

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "bundestag.yaml"
PROCEDURES = SAMPLES / "relevance" / "dip21.jsonl"

# What stands for each topic in the samples.
FILED = {
    "objection": "kdv",
    "desertion": "desertion",
    "conscription": "conscription",
    "asylum": "asylum",
}
# Precision and recall that the README of the samples names; it names none for the other two.
FLOORS = {"objection": (0.77, 0.67), "desertion": (0.63, 0.84)}
# Plain substrings, as other monitors take them: the topic's own word, and the handful of somebody
# who knows the field («Einberuf», «Musterung», «Zivildienst», «Flucht» made it worse).
WORD = {
    "objection": ("kriegsdienstverweiger",),
    "desertion": ("desert",),
    "conscription": ("wehrpflicht",),
    "asylum": ("asyl",),
}
HANDFUL = {
    "objection": ("kriegsdienstverweiger", "wehrdienstverweiger", "totalverweiger"),
    "desertion": ("desert", "fahnenfl"),
    "conscription": ("wehrpflicht", "wehrdienst"),
    "asylum": ("asyl", "flüchtling", "abschieb"),
}

Finds = Callable[[str], bool]


class Procedure(NamedTuple):
    """A procedure, and the topics of its descriptors."""

    year: int
    title: str
    text: str
    filed: frozenset[str]

    @property
    def whole(self) -> str:
        """Title and abstract."""
        return f"{self.title}\n\n{self.text}"


def procedures(file: Path = PROCEDURES) -> tuple[Procedure, ...]:
    """All procedures of the samples that have a date."""
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return tuple(
        Procedure(int(row["date"][:4]), row["title"], row["text"] or "", frozenset(row["topics"]))
        for row in rows
        if row["date"]
    )


def example() -> Rules:
    """The vocabulary of the example."""
    return compile_vocabulary(load(EXAMPLE, None).vocabulary)


def scored(rules: Rules, papers: Iterable[Procedure]) -> dict[str, Score]:
    """What the terms reach, topic by topic."""
    found = [(paper, _sure_topics(rules, paper)) for paper in papers]
    return {
        topic: _score((topic in topics, filed in paper.filed) for paper, topics in found)
        for topic, filed in FILED.items()
    }


def naive(substrings: tuple[str, ...], filed: str, papers: Iterable[Procedure]) -> Score:
    """What plain substrings reach."""
    return _score(
        (any(part in paper.whole.lower() for part in substrings), filed in paper.filed)
        for paper in papers
    )


def _sure_topics(rules: Rules, paper: Procedure) -> frozenset[str]:
    matches = find(rules, paper.whole, title=paper.title)
    return frozenset(match.topic for match in matches if match.tier is Tier.SURE)


def _score(pairs: Iterable[tuple[bool, bool]]) -> Score:
    told = list(pairs)
    return Score(told.count((True, True)), told.count((True, False)), told.count((False, True)))


def _report(papers: tuple[Procedure, ...]) -> Iterator[str]:
    rules = example()
    yield f"{'':26} {'n':>5}  {'P':>4} {'R':>4} {'F1':>4}   gain of the terms"
    for half, remainder in (("written from odd years", 1), ("scored on even years", 0)):
        yield f"\n{half}"
        part = [paper for paper in papers if paper.year % 2 == remainder]
        for topic, ours in scored(rules, part).items():
            yield _line(topic, ours)
            if topic in FLOORS:
                precision, recall = FLOORS[topic]
                floor = 2 * precision * recall / (precision + recall)
                yield (
                    f"{'  floor of the samples':26}        {precision:.2f} {recall:.2f} {floor:.3f}"
                    f"  {ours.f1 - floor:+.3f}"
                )
            for substrings in (WORD[topic], HANDFUL[topic]):
                plain = naive(substrings, FILED[topic], part)
                gain = f"  {ours.f1 - plain.f1:+.3f}"
                yield _line("  " + ", ".join(substrings), plain) + gain


def _line(name: str, score: Score) -> str:
    figures = " ".join(
        f"{figure:.3f}".lstrip("0") for figure in (score.precision, score.recall, score.f1)
    )
    return f"{name:26.26} {score.hits + score.misses:5}  {figures}"


def main() -> None:
    """Print precision, recall and F1 of each topic, and of plain substrings."""
    if not PROCEDURES.exists():
        lines: Iterable[str] = ["No procedures: the shared samples are not here."]
    else:
        lines = _report(procedures())
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
