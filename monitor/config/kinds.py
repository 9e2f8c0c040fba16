"""What a source says for its kind alone: address, selectors and options, checked by that kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.adapters import ADAPTERS, Kind, Option
from monitor.config.shape import DefaultsShape, SourceShape
from monitor.config.tree import Note
from monitor.model.told import Told
from monitor.text.nearest import nearest


def check_kind(source: SourceShape, usual: DefaultsShape) -> Iterator[Note]:
    """Yield what the kind of the source cannot use, or misses; nothing for an unknown kind.

    What it needs may stand in `defaults` too.
    """
    if not source.kind:
        return
    kind = ADAPTERS[source.kind]
    if kind.url is None and source.lacks("url"):
        yield Note(source.line, Told("`url` is missing"))
    yield from _selectors(source, kind)
    yield from _options(source, kind, usual)


def check_defaults(defaults: DefaultsShape, kinds: Iterable[str]) -> Iterator[Note]:
    """Yield selectors and options of `defaults` that none of the sources' kinds can use."""
    used = [ADAPTERS[kind] for kind in dict.fromkeys(kinds)]
    for key, text in (defaults.select.given if defaults.select else {}).items():
        problems = [kind.select[key](text) for kind in used if key in kind.select]
        if defaults.select and all(problems):
            said = problems[0] if problems else Told("has no effect for the kinds of these sources")
            yield Note(defaults.select.line_of(key), Told("`{key}` {said}", key=key, said=said))
    known = [key for kind in used for key in kind.options]
    for key in defaults.options or {}:
        if key not in known:
            yield Note(key.line, Told("unknown option `{key}`", key=key), nearest(key, known))


def _selectors(source: SourceShape, kind: Kind) -> Iterator[Note]:
    if not source.select:
        return
    if not kind.select:
        line = source.line_of("select")
        yield Note(line, Told("`select` has no effect for the kind {kind}", kind=source.kind))
        return
    for key, text in source.select.given.items():
        line = source.select.line_of(key)
        if key not in kind.select:
            known = ", ".join(kind.select)
            yield Note(
                line,
                Told(
                    "`{key}` has no effect for the kind {kind}; known: {known}",
                    key=key,
                    kind=source.kind,
                    known=known,
                ),
            )
        elif problem := kind.select[key](text):
            yield Note(line, Told("`{key}` {problem}", key=key, problem=problem))


def _options(source: SourceShape, kind: Kind, usual: DefaultsShape) -> Iterator[Note]:
    given = source.options or {}
    for key, texts in given.items():
        known = kind.options.get(key)
        if known is None:
            yield _unknown(source, kind, key, key.line)
        elif len(texts) > 1 and not known.many:
            yield Note(key.line, Told("`{key}` takes a single text, not a list", key=key))
        else:
            yield from _wrong(key, texts, known)
    there = {*given, *(usual.options or ())}
    hurt = source.is_hurt("options") or usual.is_hurt("options")
    for name, wanted in kind.options.items():
        if wanted.needed and name not in there and not hurt:
            yield Note(
                source.line,
                Told(
                    "`options` needs `{name}`: {description}; for example `{example}`",
                    name=name,
                    description=Told(wanted.description),
                    example=wanted.example,
                ),
            )


def _wrong(key: str, texts: tuple[str, ...], known: Option) -> Iterator[Note]:
    for text in texts:
        if problem := known.check(text):
            yield Note(
                getattr(text, "line", 0), Told("`{key}` {problem}", key=key, problem=problem)
            )


def _unknown(source: SourceShape, kind: Kind, key: str, line: int) -> Note:
    near = nearest(key, kind.options)
    if near:
        told = Told("unknown option `{key}` of the kind {kind}", key=key, kind=source.kind)
    elif not kind.options:
        told = Told(
            "unknown option `{key}` of the kind {kind}; known: none", key=key, kind=source.kind
        )
    else:
        known = ", ".join(kind.options)
        told = Told(
            "unknown option `{key}` of the kind {kind}; known: {known}",
            key=key,
            kind=source.kind,
            known=known,
        )
    return Note(line, told, near)
