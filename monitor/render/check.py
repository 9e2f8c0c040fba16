"""Lint for templates: each compiles, each text is translated, each sample becomes a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import TemplateError

from monitor.errors import Problem, RenderError
from monitor.model.told import Told
from monitor.render.places import names, place_of, places, strangers
from monitor.render.reading import read
from monitor.render.samples import digests, overviews, reports
from monitor.render.templates import Templates, environment, problem_of
from monitor.render.words import SOURCE_LANGUAGE, languages
from monitor.shipped import shipped
from monitor.text.nearest import nearest

KINDS = {
    "digest": {"digest", "subject", "rest", "shelves", "doubtful", "entries", "repeats"},
    "overview": {"overview", "subject", "pictures"},
    "trouble": {"report", "subject"},
}
_TIMEZONE = "Europe/Berlin"  # that of the samples: for each, templates are compiled anew
_PLACEHOLDER = re.compile(r"%\((\w+)\)")
_SHARED = set().union(*KINDS.values())
# What pages of the archive may know; `_MAKE` in pipeline/drawing.py gives each its own.
PAGES = {
    *(
        "all",
        "charts",
        "day",
        "days",
        "entries",
        "feed",
        "figures",
        "foot",
        "head",
        "here",
        "id",
        "line",
        "lines",
    ),
    *("months", "more", "newer", "now", "older", "places", "ranks", "row", "series", "sheet"),
    *("site", "source", "sources", "stories", "story", "target", "topic", "topics", "troubled"),
    *("top", "up", "updated", "watched", "watching"),
}


def check_templates(folder: Path) -> tuple[Problem, ...]:
    """Return every mistake in a folder of templates, in file order; without network or clock."""
    return _mistakes(folder, _contents(folder))


def _contents(folder: Path) -> bytes:
    """A fingerprint of all files that are looked at, and of why one cannot be read."""
    told = blake2b()
    for file in sorted(file for place in places(folder) for file in place.rglob("*")):
        try:
            content = b"" if file.is_dir() else file.read_bytes()
        except OSError as error:
            content = repr(error).encode()
        told.update(f"{file}\0{len(content)}\0".encode() + content)
    return told.digest()


@lru_cache(maxsize=8)
def _mistakes(folder: Path, _: bytes) -> tuple[Problem, ...]:
    """What is wrong, found once for what the files hold: a second of work, also for a reload."""
    found = (*_unused(folder), *_unreadable(folder), *_untranslated(folder))
    found = found or tuple(_unrenderable(folder))  # nonsense need not be rendered to be found
    return tuple(sorted(set(found), key=lambda p: (str(p.file), p.line, p.message)))


def _unused(folder: Path) -> Iterator[Problem]:
    """Own templates that take the place of no shipped one, and that no template asks for."""
    lone = set(strangers(folder))
    for name in names(folder) if lone else ():
        try:
            lone -= read(place_of(folder, name).read_text("utf-8")).asks
        except (TemplateError, UnicodeDecodeError, OSError):
            lone.discard(name)  # said as a template that cannot be read
    for name in sorted(lone):
        near = nearest(name, names(shipped("templates")))
        yield Problem(folder / name, 0, Told("no mail or page uses a template of this name"), near)


def _unreadable(folder: Path) -> Iterator[Problem]:
    """Syntax errors, and names that nothing defines, also where no sample leads."""
    env = environment(folder, SOURCE_LANGUAGE, _TIMEZONE)
    for name in names(folder):
        file = place_of(folder, name)
        kinds = KINDS | {"site": PAGES}
        known = kinds.get(name.split("/")[0], _SHARED) | {"lang", "show"} | set(env.globals)
        try:
            text = file.read_text("utf-8")
            env.get_template(name)
            free = read(text).free
        except (TemplateError, UnicodeDecodeError, OSError) as error:
            yield problem_of(error, env, name)
            continue
        for lost, line in free:
            if lost not in known:
                told = Told("{lost!r} is undefined", lost=lost)
                yield Problem(file, line, told, nearest(lost, known - set(env.globals)))


def _untranslated(folder: Path) -> Iterator[Problem]:
    for lang in languages(folder)[1:]:
        try:
            catalogs = list(_catalogs(folder, lang))
        except (ValueError, OSError):
            continue  # said when it is rendered
        for name, line, message in _messages(folder):
            catalog = next((each for each in catalogs if _has(each, message)), None)
            if catalog is None:
                text = Told(
                    "«{message}» has no translation in locale/{lang}.po", message=message, lang=lang
                )
                yield Problem(place_of(folder, name), line, text)
            elif lost := _strange(catalog, message):
                text = Told(
                    "«{message}» has %({lost})s in locale/{lang}.po, which nothing fills in",
                    message=message,
                    lang=lang,
                    lost=lost,
                )
                yield Problem(place_of(folder, name), line, text)


def _strange(catalog: Catalog, message: str) -> str | None:
    """A placeholder of the translation that the message does not have."""
    entry = catalog[message]
    told = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    asked = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
    known = set(_PLACEHOLDER.findall(" ".join(asked)))
    used = _PLACEHOLDER.findall(" ".join(filter(None, told)))
    return next((name for name in used if name not in known), None)


def _catalogs(folder: Path, lang: str) -> Iterator[Catalog]:
    for place in places(folder):
        path = place / "locale" / f"{lang}.po"
        if path.exists() or path.is_symlink():
            yield _catalog(path.read_bytes(), lang)


@lru_cache(maxsize=8)
def _catalog(content: bytes, lang: str) -> Catalog:
    return read_po(BytesIO(content), locale=lang, abort_invalid=True)


def _has(catalog: Catalog, message: str) -> bool:
    entry = catalog.get(message)
    if entry is None or entry.fuzzy:
        return False
    return all(entry.string) if isinstance(entry.string, tuple | list) else bool(entry.string)


def _messages(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Every text to translate: template, line, message (the singular where there are two)."""
    for name in names(folder):
        try:
            said = read(place_of(folder, name).read_text("utf-8")).says
        except (TemplateError, UnicodeDecodeError, OSError):
            continue  # said as a template that cannot be read
        yield from ((name, line, message) for line, message in said)


def _unrenderable(folder: Path) -> Iterator[Problem]:
    templates = Templates(folder)
    for lang in languages(folder):
        drawings = (
            *(partial(templates.digest, each) for each in digests(lang)),
            *(partial(templates.overview, each) for each in overviews(lang)),
            *(partial(templates.trouble, each) for each in reports(lang)),
        )
        for draw in drawings:
            try:
                draw()
            except RenderError as error:
                yield error.problem or Problem(folder, 0, str(error))
