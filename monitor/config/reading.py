"""One file to one shape: what is wrong becomes notes, what is right is kept for further checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.shape import DefaultsShape, Shape, SourceShape
from monitor.config.tree import Map, Note, Seq, Text, Unreadable, parse
from monitor.model.told import Told, form
from monitor.text.nearest import nearest

FileShape = TypeVar("FileShape", bound=Shape)
_IN_KEY = "[key]"


def read(shape: type[FileShape], path: Path) -> tuple[FileShape | None, list[Note]]:
    """Return what the file says, as far as it can be used, and everything that is wrong with it.

    The shape is None when the file cannot be read as YAML at all.
    """
    try:
        tree, notes = parse(path.read_bytes())
    except OSError as error:
        return None, [Note(0, Told("the file cannot be read: {why}", why=error.strerror or error))]
    except Unreadable as error:
        return None, [error.note]
    result, more = _validate(shape, tree)
    return result, [*notes, *more, *_missing(result)]


def _validate(shape: type[FileShape], tree: Map) -> tuple[FileShape, list[Note]]:
    """Validate; whatever is wrong is noted, cut out, and the rest validated again."""
    try:
        return shape.model_validate(tree), []
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
    notes = [_note(shape, tree, mistake) for mistake in mistakes]
    _cut_out(tree, mistakes)
    rest, _ = _validate(shape, tree)
    return rest, notes


def _missing(value: object) -> Iterator[Note]:
    """Notes for needed keys that are absent, in this shape and all within."""
    if isinstance(value, Shape):
        for key in value.missing:
            yield Note(value.line, Told("`{key}` is missing", key=key))
        yield from _missing(list(value.given.values()))
    elif isinstance(value, dict):
        yield from _missing(list(value.values()))
    elif isinstance(value, list):
        for part in value:
            yield from _missing(part)


# --- mistakes ------------------------------------------------------------------------------------


def _note(shape: type[Shape], tree: Map, mistake: ErrorDetails) -> Note:
    *outer, last = mistake["loc"]
    value, place = mistake["input"], _at(tree, outer)
    if mistake["type"] == "extra_forbidden" and isinstance(place, Map):
        return _unknown_key(_shape_at(shape, outer), place, str(last), top=not outer)
    names = [step for step in (*outer, last) if isinstance(step, str)]
    subject = Told("a key in `{key}`", key=names[-3]) if last == _IN_KEY else f"`{names[-1]}`"
    line = getattr(value, "line", 0) or place.line
    cause = mistake.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return Note(
            line,
            Told("{subject} {cause}", subject=subject, cause=cause),
            getattr(cause, "suggestion", None),
        )
    return Note(
        line,
        Told(
            "{subject} {complaint}",
            subject=subject,
            complaint=_complaint(mistake["type"], value, last),
        ),
    )


def _complaint(kind: str, value: object, last: object) -> str:
    """What pydantic itself found, as the rest of a sentence."""
    if kind == "too_short":
        return Told("is an empty list; fill it in or remove it")
    if value == "":
        return Told("has no value; fill it in or remove the line")
    if kind == "list_type":
        return (
            Told("must be a list, such as [{value}]", value=value)
            if isinstance(value, Text)
            else Told("must be a list")
        )
    if kind in ("model_type", "dict_type"):
        shown = Told("a list") if isinstance(value, Seq) else f"`{value}`"
        if isinstance(last, int):
            return Told("must hold entries of `key: value` lines, not {shown}", shown=shown)
        return Told("must hold `key: value` lines, not {shown}", shown=shown)
    return Told("cannot be used ({kind})", kind=kind)


def _unknown_key(shape: type[Shape], entry: Map, key: str, *, top: bool) -> Note:
    line = entry.key_line(key)
    if shape is DefaultsShape and key in SourceShape.model_fields:
        return Note(line, Told("`{key}` belongs to each single source, not to `defaults`", key=key))
    near = nearest(key, shape.model_fields)
    if near is not None:
        entry.settled.add(near)
    known = ", ".join(shape.model_fields)
    if near:
        return Note(line, Told("unknown key `{key}`", key=key), near)
    there = _KNOWN_AT_TOP if top else _KNOWN_HERE
    return Note(line, Told(there, key=key, known=known))


_KNOWN_AT_TOP = form("unknown key `{key}`; known at the top of the file: {known}")
_KNOWN_HERE = form("unknown key `{key}`; known here: {known}")


def _shape_at(shape: type[Shape], path: list[int | str]) -> type[Shape]:
    """The shape of the entry at a path, found through the declared types."""
    for step in path:
        field = shape.model_fields.get(str(step))
        if field is not None:
            shape = next(_shapes_in(field.annotation), shape)
    return shape


def _shapes_in(annotation: Any) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes_in(part)


# --- the tree behind a path ----------------------------------------------------------------------


def _at(tree: Map, path: Sequence[int | str]) -> Map | Seq:
    """The map or list at a path, or the last one on the way."""
    return _follow(tree, path)[-1]


def _follow(tree: Map, path: Sequence[int | str]) -> list[Map | Seq]:
    """The maps and lists along a path, as far as there are any."""
    places: list[Any] = [tree]
    for step in path:
        place = places[-1]
        below = place.get(step) if isinstance(place, dict) else place[step]
        if not isinstance(below, Map | Seq):
            break
        places.append(below)
    return places


def _cut_out(tree: Map, mistakes: Iterable[ErrorDetails]) -> None:
    """Remove every wrong value; a removed key is settled, so nobody calls it missing.

    Where a path goes on below a plain text (the short form of a term), the text is removed.
    """
    doomed: dict[tuple[int, int], Seq] = {}
    for mistake in mistakes:
        path = [step for step in mistake["loc"] if step != _IN_KEY]
        tree.hurt.add(str(path[0]))
        places = _follow(tree, path[:-1])
        place, step = places[-1], path[len(places) - 1]
        if isinstance(place, Map):
            place.settled.add(str(step))
            place.pop(Text(str(step), 0), None)
        else:
            doomed[int(step), id(place)] = place
    for (index, _), items in sorted(doomed.items(), reverse=True, key=lambda pair: pair[0]):
        del items[index]
