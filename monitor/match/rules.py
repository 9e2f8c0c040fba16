"""A vocabulary made searchable."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from monitor.match.error import TermError
from monitor.match.glance import Glance
from monitor.match.index import Index
from monitor.match.latin import in_latin
from monitor.match.legal import Cited, parse_citation
from monitor.match.mending import mended, mended_company
from monitor.match.places import Located, Way
from monitor.match.spelling import Spelling, parse, sequence_of
from monitor.model import Term, Tier, Vocabulary
from monitor.model.told import Told
from monitor.text.excerpt import Span, merge

Condition = tuple[str, ...]
Owner = TypeVar("Owner")
Parsed = TypeVar("Parsed")
Search = TypeVar("Search")
# So often white space may come and go where a spelling has one break: «a - b».
_MOST_BLANKS = 3
# Shorter words in Latin letters may be words of another language.
_TELLING_IN_LATIN = 7


@dataclass(frozen=True, slots=True)
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

    @property
    def searches(self) -> Iterator[Spelling | Cited]:
        """What reveals it: spellings and citations."""
        yield from self.spellings
        yield from self.cites


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a text may hold: rules with searches of theirs, and spellings of groups."""

    rules: tuple[tuple[Rule, tuple[Spelling | Cited, ...]], ...] = ()
    groups: Mapping[str, tuple[Spelling, ...]] = field(default_factory=dict)

    @property
    def spellings(self) -> Iterator[Spelling]:
        """All spellings of both."""
        for _, searches in self.rules:
            yield from (search for search in searches if isinstance(search, Spelling))
        for spellings in self.groups.values():
            yield from spellings


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in the order of the vocabulary, and the word groups their conditions name.

    To another process go the words alone, which compiles them anew, once.
    """

    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    groups: Mapping[str, tuple[Spelling, ...]]
    _own: tuple[tuple[int, Spelling | Cited], ...]
    _near: tuple[tuple[str, Spelling], ...]
    _beside: tuple[tuple[int, Spelling | Cited], ...]
    _index: Index
    _glance: Glance
    _ways: Mapping[Spelling, tuple[Way, ...]]

    def __reduce__(self) -> tuple[Callable[[bytes], Rules], tuple[bytes]]:
        return _compiled, (pickle.dumps(self.vocabulary),)

    def locate(self, text: str, searches: Iterable[Spelling]) -> dict[Spelling, list[Span]]:
        """In which stretches of words of the normalised text the spellings may stand."""
        ways = {search: self._ways[search] for search in searches}
        wanted = frozenset(at for each in ways.values() for way in each for at in way.chunks)
        located = self._glance.located(text, wanted)
        return {search: _stretches(each, located) for search, each in ways.items()}

    def sight(self, text: str, title: str) -> Sighting:
        """What may stand in a text as it is on the page; of most texts that is nothing."""
        seen = self._glance.glimpse(text)
        own = self._index.first(seen.held) if seen else []
        if seen is None or not own:
            return Sighting()
        above = self._index.others(self._glance.held(title)) if title else []
        near = self._index.others(seen.held)
        if not self._sighting(own, near + above).rules:
            return Sighting()
        own = seen.allowed(own)
        return self._sighting(own, seen.allowed(near) + above) if own else Sighting()

    def _sighting(self, own: Iterable[Way], near: Iterable[Way]) -> Sighting:
        begin, after = len(self._own), len(self._own) + len(self._near)
        others = sorted({way.at for way in near})
        groups = _by_owner(self._near[at - begin] for at in others if at < after)
        owned = _by_owner(self._own[at] for at in sorted({way.at for way in own}))
        pairs = ((self.rules[at], searches) for at, searches in owned.items())
        rules = tuple(pair for pair in pairs if _may_hold(pair[0], groups))
        beside = _by_owner(self._beside[at - after] for at in others if at >= after)
        return Sighting(
            rules + tuple((self.rules[at], s) for at, s in beside.items() if rules), groups
        )


def _stretches(ways: Iterable[Way], located: Located) -> list[Span]:
    """Around the words where all chunks of one of the ways of a spelling meet."""
    around = {
        (max(0, at - reach), at + reach + 1)
        for way in ways
        if (reach := way.reach) is not None
        for at in way.meetings(located)
    }
    return merge([*around])


def _reach(search: Spelling | Cited) -> int | None:
    """How many words a find stretches over, counted by white space; a citation may be a list."""
    return None if isinstance(search, Cited) else _MOST_BLANKS * search.breaks


def _by_owner(owned: Iterable[tuple[Owner, Search]]) -> dict[Owner, tuple[Search, ...]]:
    found: dict[Owner, dict[Search, None]] = {}
    for owner, search in owned:
        found.setdefault(owner, {})[search] = None
    return {owner: tuple(searches) for owner, searches in found.items()}


def _may_hold(rule: Rule, groups: Collection[str]) -> bool:
    """Whether the rule matches where only these groups stand."""
    if not rule.needs or (rule.otherwise is not None and not rule.perhaps):
        return True
    conditions = (*rule.needs, *rule.perhaps)
    return any(all(name in groups for name in names) for names in conditions)


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
    every = [(at, search) for at, rule in enumerate(rules) for search in rule.searches]
    own = tuple((at, search) for at, search in every if not rules[at].beside)
    beside = tuple((at, search) for at, search in every if rules[at].beside)
    near = tuple((name, spelling) for name, members in groups.items() for spelling in members)
    searches = [search for _, search in (*own, *near, *beside)]
    index = Index([(search.ways, _reach(search)) for search in searches], len(own))
    ways = {
        search: ways
        for search, ways in zip(searches, index.ways, strict=True)
        if isinstance(search, Spelling)
    }
    glance = Glance(index.chunks, index.keys)
    return Rules(vocabulary, rules, groups, own, near, beside, index, glance, ways)


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
