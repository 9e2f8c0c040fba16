"""A vocabulary made searchable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.match.spelling import Spelling, TermError, parse
from monitor.model import Term, Tier, Vocabulary

Condition = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A term of a topic with its spellings; conditions are as in `model.Term`."""

    topic: str
    term: str
    spellings: tuple[Spelling, ...]
    needs: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    otherwise: Tier | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in the order of the vocabulary, and the word groups their conditions name."""

    rules: tuple[Rule, ...]
    groups: Mapping[str, tuple[Spelling, ...]]


def compile_vocabulary(vocabulary: Vocabulary) -> Rules:
    """The vocabulary ready for `find`; TermError names the topic and term that are wrong."""
    groups = {
        name: tuple(_parse(spelling, f"words, {name}") for spelling in spellings)
        for name, spellings in vocabulary.words.items()
    }
    return Rules(tuple(_rules(vocabulary, groups)), groups)


def _rules(vocabulary: Vocabulary, groups: Mapping[str, object]) -> Iterator[Rule]:
    for topic in vocabulary.topics.values():
        for term in topic.terms:
            _check_conditions(topic.id, term, groups)
            yield Rule(
                topic.id,
                term.name,
                tuple(_parse(s, f"{topic.id}, {term.name}") for s in term.spellings),
                term.needs,
                term.unless,
                term.otherwise,
            )


def _parse(spelling: str, place: str) -> Spelling:
    try:
        return parse(spelling)
    except TermError as error:
        raise TermError(f"{place}: {error}", error.suggestion) from None


def _check_conditions(topic: str, term: Term, groups: Mapping[str, object]) -> None:
    for condition in (*term.needs, *term.unless):
        for name in condition:
            if name not in groups:
                raise TermError(f"{topic}, {term.name}: there is no group `{name}` among the words")
