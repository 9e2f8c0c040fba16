"""A vocabulary made searchable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from monitor.match.spelling import Spelling, TermError, parse
from monitor.model import Term, Tier, Vocabulary

Condition = tuple[str, ...]

_WORD = re.compile(r"\w+")


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
    """All rules in the order of the vocabulary, and the word groups their conditions name.

    `by_literal` tells which spellings (place of the rule, place in it) a literal makes worth a
    closer look.
    """

    rules: tuple[Rule, ...]
    groups: Mapping[str, tuple[Spelling, ...]]
    by_literal: Mapping[str, frozenset[tuple[int, int]]]

    def candidates(self, text: str) -> Iterator[tuple[Rule, list[Spelling]]]:
        """The rules that may match the normalised text, and by which spellings.

        Most texts have none, so this decides how fast everything is: letters are looked for in
        the different words of the text only.
        """
        words = "\n".join(set(_WORD.findall(text)))
        places = frozenset().union(
            *(
                places
                for literal, places in self.by_literal.items()
                if literal in (words if literal.isalnum() else text)
            )
        )
        for rule, group in groupby(sorted(places), key=itemgetter(0)):
            yield self.rules[rule], [self.rules[rule].spellings[place] for _, place in group]


def compile_vocabulary(vocabulary: Vocabulary) -> Rules:
    """The vocabulary ready for `find`; TermError names the topic and term that are wrong."""
    groups = {
        name: tuple(_parse(spelling, f"words, {name}") for spelling in spellings)
        for name, spellings in vocabulary.words.items()
    }
    rules = tuple(_rules(vocabulary, groups))
    return Rules(rules, groups, _by_literal(rules))


def _by_literal(rules: Iterable[Rule]) -> dict[str, frozenset[tuple[int, int]]]:
    """For every spelling its most telling literals; the empty one for those that have none."""
    places: dict[str, set[tuple[int, int]]] = {}
    for index, rule in enumerate(rules):
        for place, spelling in enumerate(rule.spellings):
            for literal in spelling.required[0] if spelling.required else [""]:
                places.setdefault(literal, set()).add((index, place))
    return {literal: frozenset(found) for literal, found in places.items()}


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
