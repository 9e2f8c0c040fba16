"""Lint for templates: each compiles, each text is translated, each sample becomes a mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import TemplateError, meta, nodes

from monitor.errors import Problem, RenderError
from monitor.model.told import Told
from monitor.render.samples import digests, reports
from monitor.render.templates import PARTS, Templates, environment, problem_of
from monitor.render.words import SOURCE_LANGUAGE, languages

KINDS = {"digest": {"digest", "room"}, "trouble": {"report"}}
_SHARED = set().union(*KINDS.values())
# What pages of the archive may know; `_MAKE` in pipeline/drawing.py gives each its own.
PAGES = {
    *("all", "charts", "entries", "feed", "figures", "head", "here", "id", "line", "lines"),
    *("months", "more", "newer", "now", "older", "places", "ranks", "row", "series", "sheet"),
    *("site", "source", "sources", "stories", "story", "target", "topic", "topics", "troubled"),
    *("up", "updated", "watched", "watching"),
}


def check_templates(folder: Path) -> tuple[Problem, ...]:
    """Return every mistake in a folder of templates, in file order; without network or clock."""
    missing = [
        Problem(folder / kind / part, 0, Told("this template is missing"))
        for kind in KINDS
        for part in PARTS
        if not (folder / kind / part).is_file()
    ]
    if missing:
        return tuple(missing)
    found = (*_unreadable(folder), *_untranslated(folder))
    found = found or tuple(_unrenderable(folder))  # nonsense need not be rendered to be found
    return tuple(sorted(set(found), key=lambda p: (str(p.file), p.line, p.message)))


def _names(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".txt", ".html", ".xml"}:
            yield path.relative_to(folder).as_posix()


def _unreadable(folder: Path) -> Iterator[Problem]:
    """Syntax errors, and names that nothing defines, also where no sample leads."""
    env = environment(folder, SOURCE_LANGUAGE, "UTC")
    for name in _names(folder):
        kinds = KINDS | {"site": PAGES}
        known = kinds.get(name.split("/")[0], _SHARED) | {"lang", "show"} | set(env.globals)
        try:
            tree = env.parse((folder / name).read_text("utf-8"), name, str(folder / name))
            env.get_template(name)
        except (TemplateError, UnicodeDecodeError, OSError) as error:
            yield problem_of(error, env, name)
            continue
        used = list(tree.find_all(nodes.Name))
        set_somewhere = {node.name for node in used if node.ctx == "store"}
        for lost in meta.find_undeclared_variables(tree) - known - set_somewhere:
            line = min((node.lineno for node in used if node.name == lost), default=0)
            yield Problem(folder / name, line, Told("{lost!r} is undefined", lost=lost))


def _untranslated(folder: Path) -> Iterator[Problem]:
    for lang in languages(folder)[1:]:
        path = folder / "locale" / f"{lang}.po"
        try:
            with path.open("rb") as file:
                catalog = read_po(file, locale=lang, abort_invalid=True)
        except (ValueError, OSError):
            continue  # said when it is rendered
        for name, line, message in messages(folder):
            if not _has(catalog, message):
                text = Told(
                    "«{message}» has no translation in locale/{lang}.po", message=message, lang=lang
                )
                yield Problem(folder / name, line, text)


def _has(catalog: Catalog, message: str) -> bool:
    entry = catalog.get(message)
    if entry is None or entry.fuzzy:
        return False
    return all(entry.string) if isinstance(entry.string, tuple | list) else bool(entry.string)


def messages(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield every text to translate: template, line, message (the singular where there are two)."""
    env = environment(folder, SOURCE_LANGUAGE, "UTC")
    for name in _names(folder):
        try:
            found = list(env.extract_translations((folder / name).read_text("utf-8")))  # type: ignore[attr-defined]
        except (TemplateError, UnicodeDecodeError, OSError):
            continue  # said as a template that cannot be read
        for line, _, message in found:
            yield name, line, message[0] if isinstance(message, tuple) else message


def _unrenderable(folder: Path) -> Iterator[Problem]:
    templates = Templates(folder)
    for lang in languages(folder):
        for digest in digests(lang):
            try:
                templates.digest(digest)
            except RenderError as error:
                yield error.problem or Problem(folder, 0, str(error))
        for report in reports(lang):
            try:
                templates.trouble(report)
            except RenderError as error:
                yield error.problem or Problem(folder, 0, str(error))
