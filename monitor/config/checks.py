"""What only shows when entries are seen together: names that lead nowhere, doubles, dead ends.

An entry that was broken still defines its name, so that one mistake gives one note.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from monitor.config.build import build_vocabulary
from monitor.config.kinds import check_defaults, check_kind
from monitor.config.shape import (
    DefaultsShape,
    ListShape,
    RecipientsFile,
    SourcesFile,
    TermShape,
    TopicShape,
)
from monitor.config.tree import Note, Text
from monitor.match import Rules, compile_vocabulary, find
from monitor.model import Vocabulary
from monitor.model.told import Told, form
from monitor.text.nearest import nearest


def check_sources(file: SourcesFile, lists: Iterable[ListShape] | None) -> Iterator[Note]:
    """Yield what does not fit together in sources.yaml; `lists` is None when they are not known."""
    yield from _doubles((source.id for source in file.sources), _ID_TWICE)
    for source in [*filter(None, [file.defaults]), *file.sources]:
        yield from _clock(source)
        yield from _unknown(source.topics or (), _NO_TOPIC, file.names("topics"))
    if file.defaults:
        yield from check_defaults(file.defaults, (s.kind for s in file.sources if s.kind))
    for entry in file.sources:
        yield from check_kind(entry, file.defaults or DefaultsShape())
    if lists is not None:
        yield from _unreachable(file, lists)
    yield from _word_groups(file)
    for topic in file.topics.values():
        yield from _lone_weak(topic)
        beside = [name for term in topic.terms for name in term.beside or ()]
        yield from _unknown(beside, _NO_TOPIC, file.names("topics"))
        yield from _stray_perhaps(topic)


def check_recipients(file: RecipientsFile, sources: SourcesFile | None) -> Iterator[Note]:
    """Yield what does not fit together in recipients.yaml, and with the sources."""
    yield from _doubles((each.id for each in file.lists), _ID_TWICE)
    for each in file.lists:
        yield from _doubles(each.to, _ADDRESS_TWICE, str.casefold)
        if sources:
            yield from _unknown(each.topics or (), _NO_TOPIC, sources.names("topics"))
            yield from _nothing_to_mail(each, sources)


_ID_TWICE = form("the id `{text}` stands already in line {first}")
_ADDRESS_TWICE = form("the address `{text}` stands already in line {first}")
_NO_TOPIC = form("there is no topic `{name}`")
_NO_WORDS = form("there is no group of words `{name}`")


def check_languages(file: RecipientsFile, known: Sequence[str]) -> Iterator[Note]:
    """Yield the lists whose mails nobody can write, as their language has no catalogue."""
    for each in file.lists:
        if each.lang and each.lang not in known:
            told = Told(
                "no mails can be written in `{lang}`, only in {known}; a language is one file, "
                "locale/{lang}.po",
                lang=each.lang,
                known=", ".join(sorted(known)),
            )
            yield Note(each.line_of("lang"), told)


def _doubles(texts: Iterable[Text], twice: str, key: Callable[[str], str] = str) -> Iterator[Note]:
    seen: dict[str, int] = {}
    for text in filter(None, texts):
        if key(text) in seen:
            yield Note(text.line, Told(twice, text=text, first=seen[key(text)]))
        seen.setdefault(key(text), text.line)


def _unknown(names: Iterable[Text], unknown: str, known: Collection[str] | None) -> Iterator[Note]:
    """Names that lead nowhere; `known` is None when that cannot be told."""
    for name in names if known is not None else ():
        if name not in (known or ()):
            yield Note(name.line, Told(unknown, name=name), nearest(name, known or ()))


def _meant(names: Iterable[str], known: Collection[str]) -> set[str]:
    """The names, misspelt ones as what they were probably meant to be."""
    return {name if name in known else nearest(name, known) or name for name in names}


# --- sources -------------------------------------------------------------------------------------


def _clock(source: DefaultsShape) -> Iterator[Note]:
    if source.every and source.cron:
        line = max(source.line_of("every"), source.line_of("cron"))
        yield Note(line, Told("`every` and `cron` are both given; keep one of them"))


# --- topics --------------------------------------------------------------------------------------


def _carried(file: SourcesFile) -> set[str]:
    """The topics that enabled sources look for; a source without `topics` looks for all."""
    usual = file.defaults or DefaultsShape()
    topics: set[str] = set()
    for source in file.sources:
        if {**usual.given, **source.given}.get("enabled", True):
            topics.update(_meant(source.topics or usual.topics or file.topics, file.topics))
    return topics


def _unreachable(file: SourcesFile, lists: Iterable[ListShape]) -> Iterator[Note]:
    if not file.sources:
        return  # one mistake, which is told as such
    used = _carried(file)
    for each in lists:
        used |= _meant(each.topics or file.topics, file.topics)
    for name in file.topics:
        if name not in used:
            line = file.topics[name].line
            yield Note(
                line, Told("the topic `{name}` is used by no enabled source and no list", name=name)
            )


def _nothing_to_mail(each: ListShape, file: SourcesFile) -> Iterator[Note]:
    known = file.names("topics") or ()
    names = [name for name in each.topics or () if name in known]
    if names and len(names) == len(each.topics or ()) and _carried(file).isdisjoint(names):
        line = each.line_of("topics")
        yield Note(line, Told("no enabled source looks for any topic of this list"))


# --- words ---------------------------------------------------------------------------------------


def _word_groups(file: SourcesFile) -> Iterator[Note]:
    known = file.names("words")
    named = [name for topic in file.topics.values() for name in _groups_named(topic)]
    yield from _unknown(named, _NO_WORDS, known)
    used = _meant(named, known or ())
    for name in file.words if not file.is_hurt("topics") else ():
        if name not in used:
            line = getattr(name, "line", file.line)
            yield Note(line, Told("the group of words `{name}` is used by no term", name=name))


def _groups_named(topic: TopicShape) -> Iterator[Text]:
    per_term = (
        conditions or ()
        for term in topic.terms
        for conditions in (term.needs, term.unless, term.despite, term.perhaps)
    )
    return chain.from_iterable(chain(topic.unless or (), topic.despite or (), *per_term))


def _lone_weak(topic: TopicShape) -> Iterator[Note]:
    for term in topic.terms:
        if term.weak and term.term and term.lacks("needs"):
            yield Note(
                term.line_of("weak"),
                Told(
                    "the term `{term}` is weak, so it needs other words: name them in `needs`",
                    term=term.term,
                ),
            )


def _stray_perhaps(topic: TopicShape) -> Iterator[Note]:
    for term in topic.terms:
        if term.perhaps and term.term and term.lacks("needs"):
            yield Note(
                term.line_of("perhaps"),
                Told(
                    "the term `{term}` is sure without needs, so `perhaps` says nothing: "
                    "name its `needs`",
                    term=term.term,
                ),
            )
        elif term.perhaps and term.term and not term.lacks("otherwise"):
            yield Note(
                term.line_of("otherwise"),
                Told(
                    "the term `{term}` has `perhaps`, which says what it is without its "
                    "needs: remove `otherwise`",
                    term=term.term,
                ),
            )


# --- examples ------------------------------------------------------------------------------------


def _can_be_tried(file: SourcesFile) -> bool:
    """Whether the vocabulary is otherwise without fault."""
    known = file.names("words") or ()
    return not (file.is_hurt("topics") or file.is_hurt("words")) and all(
        all(term.term for term in topic.terms)
        and all(name in known for name in _groups_named(topic))
        for topic in file.topics.values()
    )


def check_examples(file: SourcesFile) -> Iterator[Note]:
    """Yield the sentences beside terms that do not do what they stand there for."""
    if not _can_be_tried(file):
        return
    vocabulary = build_vocabulary(file)
    for name, topic in vocabulary.topics.items():
        for term, shape in zip(topic.terms, file.topics[Text(name, 0)].terms, strict=True):
            if shape.yes or shape.no:
                named = set(
                    chain.from_iterable(term.needs + term.unless + term.despite + term.perhaps)
                )
                words = {group: vocabulary.words[group] for group in named}
                lone = replace(term, beside=())  # as though something stood beside it
                alone = Vocabulary({name: replace(topic, terms=(lone,))}, words)
                yield from _disobedient(shape, compile_vocabulary(alone))


_MISSED = form("the term `{term}` does not match «{text}»")
_HIT = form("the term `{term}` matches «{text}»")


def _disobedient(term: TermShape, rules: Rules) -> Iterator[Note]:
    """Each term is tried alone: where several match the same words, `find` keeps one."""
    wanted = [(sentence, True) for sentence in term.yes or ()]
    unwanted = [(sentence, False) for sentence in term.no or ()]
    for sentence, should in wanted + unwanted:
        if bool(find(rules, sentence, lang=term.lang)) is not should:
            shown = " ".join(sentence.split())
            yield Note(sentence.line, Told(_MISSED if should else _HIT, term=term.term, text=shown))
