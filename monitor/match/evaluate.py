"""How well the topics do on passages that a person has labelled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from monitor.match.find import find
from monitor.match.rules import Rules
from monitor.model import Tier


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and what a person says about it."""

    id: str
    lang: str | None
    title: str
    text: str
    relevant: bool
    topics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Score:
    """Hits, false alarms and misses. Without any of them the figures are 1."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        """The share of alerts that are right."""
        return self.hits / ((self.hits + self.false_alarms) or 1) if self._any else 1.0

    @property
    def recall(self) -> float:
        """The share of relevant passages that are found."""
        return self.hits / ((self.hits + self.misses) or 1) if self._any else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        wrong = self.false_alarms + self.misses
        return 2 * self.hits / (2 * self.hits + wrong) if self._any else 1.0

    @property
    def _any(self) -> int:
        return self.hits + self.false_alarms + self.misses


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a passage: `topics` in either tier, `sure` in that tier alone."""

    id: str
    lang: str
    relevant: bool
    topics: frozenset[str]
    sure: frozenset[str]
    expected: bool
    expected_topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures for both tiers together, for *sure* alone, per topic and per language."""

    both: Score
    sure: Score
    by_topic: Mapping[str, Score]
    by_lang: Mapping[str, Score]
    items: tuple[Verdict, ...]


def read_passages(lines: Iterable[str]) -> tuple[Passage, ...]:
    """The passages of a JSON-lines file; ValueError names the line that is not one.

    A file without any passage would score full marks, and is refused too.
    """
    passages = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                passages.append(_passage(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"line {number} is not a labelled passage: {error!r}") from error
    if not passages:
        raise ValueError("there is no passage in it")
    return tuple(passages)


def _passage(row: Mapping[str, object]) -> Passage:
    if not isinstance(row["relevant"], bool):
        raise ValueError("`relevant` must be true or false")
    topics = row.get("topics") or ()
    return Passage(
        id=str(row["id"]),
        lang=str(row["lang"]) if row.get("lang") else None,
        title=str(row.get("title") or ""),
        text=str(row["text"]),
        relevant=row["relevant"],
        topics=frozenset(map(str, topics)) if isinstance(topics, list) else frozenset(),
    )


def evaluate(rules: Rules, passages: Iterable[Passage]) -> Scores:
    """The scores; a passage counts as found when any topic matches."""
    items = tuple(_verdict(rules, passage) for passage in passages)
    topics = {rule.topic: None for rule in rules.rules}
    return Scores(
        both=_score(items, lambda v: v.relevant, lambda v: v.expected),
        sure=_score(items, lambda v: bool(v.sure), lambda v: v.expected),
        by_topic={topic: _topic_score(items, topic) for topic in topics},
        by_lang={lang: _lang_score(items, lang) for lang in sorted({v.lang for v in items})},
        items=items,
    )


def _verdict(rules: Rules, passage: Passage) -> Verdict:
    text = f"{passage.title}\n\n{passage.text}"
    matches = find(rules, text, title=passage.title, lang=passage.lang)
    topics = frozenset(match.topic for match in matches)
    sure = frozenset(match.topic for match in matches if match.tier is Tier.SURE)
    return Verdict(
        passage.id,
        passage.lang or "",
        bool(topics),
        topics,
        sure,
        passage.relevant,
        passage.topics,
    )


def _topic_score(items: Iterable[Verdict], topic: str) -> Score:
    return _score(items, lambda v: topic in v.topics, lambda v: topic in v.expected_topics)


def _lang_score(items: Iterable[Verdict], lang: str) -> Score:
    of_lang = [verdict for verdict in items if verdict.lang == lang]
    return _score(of_lang, lambda v: v.relevant, lambda v: v.expected)


def _score(
    items: Iterable[Verdict],
    found: Callable[[Verdict], bool],
    expected: Callable[[Verdict], bool],
) -> Score:
    pairs = [(found(verdict), expected(verdict)) for verdict in items]
    return Score(
        hits=pairs.count((True, True)),
        false_alarms=pairs.count((True, False)),
        misses=pairs.count((False, True)),
    )
