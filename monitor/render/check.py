"""Lint for templates: each compiles, each text is translated, each sample becomes a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import TemplateError, meta, nodes

from monitor.errors import Problem, RenderError
from monitor.model.told import Told
from monitor.render.places import names, place_of, places, strangers
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
_PLACEHOLDER = re.compile(r"%\((\w+)\)")
_SHARED = set().union(*KINDS.values())
# What pages of the archive may know; `_MAKE` in pipeline/drawing.py gives each its own.
PAGES = {
    *("all", "charts", "entries", "feed", "figures", "foot", "head", "here", "id", "line", "lines"),
    *("months", "more", "newer", "now", "older", "places", "ranks", "row", "series", "sheet"),
    *("site", "source", "sources", "stories", "story", "target", "topic", "topics", "troubled"),
    *("top", "up", "updated", "watched", "watching"),
}


def check_templates(folder: Path) -> tuple[Problem, ...]:
    """Return every mistake in a folder of templates, in file order; without network or clock."""
    found = (*_unused(folder), *_unreadable(folder), *_untranslated(folder))
    found = found or tuple(_unrenderable(folder))  # nonsense need not be rendered to be found
    return tuple(sorted(set(found), key=lambda p: (str(p.file), p.line, p.message)))


def _unused(folder: Path) -> Iterator[Problem]:
    """Own templates that take the place of no shipped one, and that no template asks for."""
    env = environment(folder, SOURCE_LANGUAGE, "UTC")
    lone = set(strangers(folder))
    for name in names(folder) if lone else ():
        try:
            text = place_of(folder, name).read_text("utf-8")
            lone -= set(meta.find_referenced_templates(env.parse(text)))
        except (TemplateError, UnicodeDecodeError, OSError):
            lone.discard(name)  # said as a template that cannot be read
    for name in sorted(lone):
        near = nearest(name, names(shipped("templates")))
        yield Problem(folder / name, 0, Told("no mail or page uses a template of this name"), near)


def _unreadable(folder: Path) -> Iterator[Problem]:
    """Syntax errors, and names that nothing defines, also where no sample leads."""
    env = environment(folder, SOURCE_LANGUAGE, "UTC")
    for name in names(folder):
        file = place_of(folder, name)
        kinds = KINDS | {"site": PAGES}
        known = kinds.get(name.split("/")[0], _SHARED) | {"lang", "show"} | set(env.globals)
        try:
            tree = env.parse(file.read_text("utf-8"), name, str(file))
            env.get_template(name)
        except (TemplateError, UnicodeDecodeError, OSError) as error:
            yield problem_of(error, env, name)
            continue
        used = list(tree.find_all(nodes.Name))
        set_somewhere = {node.name for node in used if node.ctx == "store"}
        set_somewhere |= {node.target for node in tree.find_all(nodes.Import)}
        for lost in meta.find_undeclared_variables(tree) - known - set_somewhere:
            line = min((node.lineno for node in used if node.name == lost), default=0)
            told = Told("{lost!r} is undefined", lost=lost)
            yield Problem(file, line, told, nearest(lost, known - set(env.globals)))


def _untranslated(folder: Path) -> Iterator[Problem]:
    for lang in languages(folder)[1:]:
        try:
            catalogs = list(_catalogs(folder, lang))
        except (ValueError, OSError):
            continue  # said when it is rendered
        for name, line, message in messages(folder):
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
            with path.open("rb") as file:
                yield read_po(file, locale=lang, abort_invalid=True)


def _has(catalog: Catalog, message: str) -> bool:
    entry = catalog.get(message)
    if entry is None or entry.fuzzy:
        return False
    return all(entry.string) if isinstance(entry.string, tuple | list) else bool(entry.string)


def messages(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield every text to translate: template, line, message (the singular where there are two)."""
    env = environment(folder, SOURCE_LANGUAGE, "UTC")
    for name in names(folder):
        try:
            text = place_of(folder, name).read_text("utf-8")
            found = list(env.extract_translations(text))  # type: ignore[attr-defined]
        except (TemplateError, UnicodeDecodeError, OSError):
            continue  # said as a template that cannot be read
        for line, _, message in found:
            yield name, line, message[0] if isinstance(message, tuple) else message


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
