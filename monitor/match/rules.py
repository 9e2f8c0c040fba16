"""A vocabulary made searchable."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from monitor.match.error import TermError
from monitor.match.latin import in_latin
from monitor.match.legal import Cited, parse_citation
from monitor.match.mending import mended, mended_company
from monitor.match.page import Alphabet, Page
from monitor.match.scan import Scan, Sight, chunks_of
from monitor.match.spelling import Spelling, parse, sequence_of
from monitor.model import Term, Tier, Vocabulary
from monitor.model.told import Told

Condition = tuple[str, ...]
Parsed = TypeVar("Parsed")
# Shorter words in Latin letters may be words of another language.
_TELLING_IN_LATIN = 7


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A term of a topic with its spellings; conditions are as in `model.Term`."""

    topic: str
    term: str
    spellings: tuple[Spelling, ...]
    needs: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    despite: tuple[Condition, ...]
    perhaps: tuple[Condition, ...]
    otherwise: Tier | None
    cites: tuple[Cited, ...] = ()
    weak: bool = False
    beside: tuple[str, ...] = ()

    def may_hold(self, groups: Set[str]) -> bool:
        """Whether it can hold where only these groups stand."""
        if not self.needs or (self.otherwise is not None and not self.perhaps):
            return True
        return any(groups >= {*names} for names in (*self.needs, *self.perhaps))

    @property
    def searches(self) -> Iterator[Spelling | Cited]:
        """What reveals it: spellings and citations."""
        yield from self.spellings
        yield from self.cites


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in the order of the vocabulary, and the word groups their conditions name.

    To another process go the words alone, which compiles them anew, once.
    """

    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    groups: Mapping[str, tuple[Spelling, ...]]
    alphabet: Alphabet
    # The searches of rules that hold by themselves; the owner of each is the place of its rule.
    _own: Scan
    # Those of rules that hold beside others, and of groups, whose places are behind all rules.
    _near: Scan
    _names: Mapping[int, str]

    def __reduce__(self) -> tuple[Callable[[bytes], Rules], tuple[bytes]]:
        return _compiled, (pickle.dumps(self.vocabulary),)

    def look(self, text: str) -> Sight:
        """What rules that hold by themselves see in a normalised text."""
        return self._own.look(Page(text, self.alphabet))

    def look_around(self, page: Page) -> Sight:
        """What is seen of groups, and of rules that hold beside others."""
        return self._near.look(page)

    def sighted(self, sight: Sight) -> list[tuple[Rule, list[int]]]:
        """The rules of which searches, given with each, may find something."""
        return [
            (self.rules[at], searches) for at, searches in sight.searches().items()
            if at < len(self.rules)
        ]  # fmt: skip

    def nearby(self, sight: Sight) -> dict[str, list[int]]:
        """The groups of which words may stand there, each with the searches that may find them."""
        return {
            self._names[at]: searches for at, searches in sight.searches().items()
            if at in self._names
        }  # fmt: skip


def compile_vocabulary(vocabulary: Vocabulary) -> Rules:
    """The vocabulary ready for `find`; TermError names the topic and term that are wrong."""
    groups = {
        name: tuple(
            each
            for spelling in spellings
            for each in (_parse(parse, spelling, f"words, {name}"), *mended_company(spelling))
        )
        for name, spellings in vocabulary.words.items()
    }
    rules = tuple(_rules(vocabulary, groups))
    names = dict(enumerate(groups, len(rules)))
    own = {at: [*rule.searches] for at, rule in enumerate(rules) if not rule.beside}
    near = {at: [*rule.searches] for at, rule in enumerate(rules) if rule.beside}
    near |= {at: [*groups[name]] for at, name in names.items()}
    every = chain.from_iterable((*own.values(), *near.values()))
    alphabet = Alphabet(literal for chunk in {*chunks_of(every)} for literal in chunk)
    return Rules(
        vocabulary, rules, groups, alphabet, _scan(own, alphabet), _scan(near, alphabet), names
    )


def _scan(searches: Mapping[int, Iterable[Spelling | Cited]], alphabet: Alphabet) -> Scan:
    """A scan for the searches of each owner."""
    each = [(at, search) for at, found in searches.items() for search in found]
    return Scan([search for _, search in each], [at for at, _ in each], alphabet)


@lru_cache(maxsize=1)
def _compiled(vocabulary: bytes) -> Rules:
    return compile_vocabulary(pickle.loads(vocabulary))


def _rules(vocabulary: Vocabulary, groups: Mapping[str, object]) -> Iterator[Rule]:
    for topic in vocabulary.topics.values():
        for term in topic.terms:
            _check_conditions(topic.id, term, groups)
            _check_beside(topic.id, term, vocabulary.topics)
            yield Rule(
                topic.id,
                term.name,
                tuple(_spellings(term, f"{topic.id}, {term.name}")),
                term.needs,
                term.unless,
                term.despite,
                term.perhaps,
                term.otherwise,
                tuple(_parse(parse_citation, c, f"{topic.id}, {term.name}") for c in term.cites),
                term.weak,
                term.beside,
            )


def _spellings(term: Term, place: str) -> Iterator[Spelling]:
    """As given, then in Latin letters where that is asked for, then as bad copies have them."""
    for spelling in term.spellings:
        yield _parse(parse, spelling, place)
        latin = in_latin(spelling) if term.latin else None
        written = sequence_of(latin) if latin else None
        if latin and written and written.letters() >= _TELLING_IN_LATIN:
            yield _parse(parse, latin, place)
        if not (term.weak or term.beside):
            yield from mended(spelling)


def _parse(read: Callable[[str], Parsed], text: str, place: str) -> Parsed:
    try:
        return read(text)
    except TermError as error:
        raise TermError(
            Told("{place}: {error}", place=place, error=error), error.suggestion
        ) from None


def _check_conditions(topic: str, term: Term, groups: Mapping[str, object]) -> None:
    for condition in (*term.needs, *term.unless, *term.despite, *term.perhaps):
        for name in condition:
            if name not in groups:
                raise TermError(
                    Told(
                        "{topic}, {term}: there is no group `{name}` among the words",
                        topic=topic,
                        term=term.name,
                        name=name,
                    )
                )


def _check_beside(topic: str, term: Term, topics: Collection[str]) -> None:
    for name in term.beside:
        if name not in topics:
            raise TermError(
                Told(
                    "{topic}, {term}: there is no topic `{name}`",
                    topic=topic,
                    term=term.name,
                    name=name,
                )
            )
