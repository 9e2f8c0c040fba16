"""From what the files say to the values that the program works with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.adapters import ADAPTERS
from monitor.config.ignoring import read_ignored
from monitor.config.shape import (
    DefaultsShape,
    ListShape,
    RecipientsFile,
    SourcesFile,
    SourceShape,
    TermShape,
    TopicShape,
)
from monitor.config.tree import Text
from monitor.model import (
    Config,
    Expect,
    MailingList,
    Receives,
    Schedule,
    Select,
    Source,
    Term,
    Topic,
    Vocabulary,
)

# When an overview is mailed unless its list says otherwise.
EVERY_MONDAY = Schedule("weekly", hour=7, weekday=0)
Conditions = tuple[tuple[str, ...], ...]


def build(sources: SourcesFile, recipients: RecipientsFile | None) -> Config:
    """Return the values of two files without mistakes."""
    usual = sources.defaults or DefaultsShape()
    return Config(
        sources=tuple(_source(each, usual) for each in sources.sources),
        lists=tuple(_list(each) for each in recipients.lists) if recipients else (),
        vocabulary=build_vocabulary(sources),
        contact=_plain(sources.contact) if sources.contact else None,
    )


def build_vocabulary(file: SourcesFile) -> Vocabulary:
    """Return topics and word groups."""
    return Vocabulary(
        topics={str(name): _topic(str(name), topic) for name, topic in file.topics.items()},
        words={str(name): _texts(spellings) for name, spellings in file.words.items()},
    )


# --- sources -------------------------------------------------------------------------------------


def _source(entry: SourceShape, usual: DefaultsShape) -> Source:
    """What the source says itself comes before the defaults; `select` and `expect` are joined."""
    own, inherited = entry.given, usual.given
    if "every" in own:
        inherited.pop("cron", None)
    fields = {**inherited, **own}
    for name, made in (("select", Select), ("expect", Expect)):
        layers = [layer[name].given for layer in (inherited, own) if name in layer]
        if layers:
            fields[name] = made(**{k: _plain(v) for layer in layers for k, v in layer.items()})
    fields |= _ignore(fields.pop("ignore", ()))
    options = {**(inherited.get("options") or {}), **(own.get("options") or {})}
    fields["options"] = {str(name): _texts(texts) for name, texts in options.items()}
    fields.setdefault("url", ADAPTERS[entry.kind].url)
    return Source(**{key: _plain(value) for key, value in fields.items()}, line=entry.line)


def _ignore(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    ignored = [read_ignored(text) for text in _texts(texts)]
    return {
        "ignore_selectors": tuple(each.selector for each in ignored if each.selector),
        "ignore_patterns": tuple(each.pattern for each in ignored if each.pattern),
    }


# --- topics --------------------------------------------------------------------------------------


def _topic(name: str, topic: TopicShape) -> Topic:
    title: Mapping[str, str] = {str(k): str(v) for k, v in (topic.title or {}).items()}
    unless, despite = _conditions(topic.unless), _conditions(topic.despite)
    return Topic(name, title, tuple(_term(term, unless, despite) for term in topic.terms))


def _term(term: TermShape, unless: Conditions, despite: Conditions) -> Term:
    given = term.given
    return Term(
        name=str(term.term),
        spellings=_texts([term.term, *(term.also or [])]),
        lang=_plain(term.lang),
        needs=_conditions(term.needs),
        unless=_conditions(term.unless) + unless,
        despite=_conditions(term.despite) + despite,
        perhaps=_conditions(term.perhaps),
        **({"otherwise": term.otherwise} if "otherwise" in given else {}),
        cites=_texts(term.cites or []),
        weak=bool(term.weak),
        beside=_texts(term.beside or []),
        latin=bool(term.latin),
        note=_plain(term.note),
        yes=_texts(term.yes or []),
        no=_texts(term.no or []),
        line=term.line,
    )


def _conditions(conditions: Iterable[Iterable[str]] | None) -> Conditions:
    return tuple(_texts(condition) for condition in conditions or ())


# --- lists ---------------------------------------------------------------------------------------


def _list(entry: ListShape) -> MailingList:
    fields = {key: _plain(value) for key, value in entry.given.items()}
    if fields.get("receives") is Receives.OVERVIEW:
        fields.setdefault("schedule", EVERY_MONDAY)
    return MailingList(**fields)


# --- plain values --------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Texts without their lines, lists as tuples; anything else as it is."""
    if isinstance(value, Text):
        return str(value)
    return _texts(value) if isinstance(value, list) else value


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(text) for text in texts)
