"""Jinja2 → pages of the archive, in every language there is a catalogue for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Environment

from monitor.errors import RenderError
from monitor.render.places import place_of, places
from monitor.render.templates import environment, render
from monitor.render.words import languages
from monitor.site.names import up

_FOLDERS = ("site", "shared", "locale")


@dataclass(frozen=True, slots=True)
class Named:
    """A source or topic as pages speak of it: its name, and the path of its shelf if it has one."""

    name: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What all pages share; `topics` has the names by language."""

    sources: Mapping[str, Named]
    topics: Mapping[str, Mapping[str, Named]]
    style: str
    script: str
    icon: str
    langs: tuple[str, ...]
    url: str | None
    indexable: bool


class Pages:
    """The pages that a folder of templates makes."""

    def __init__(self, folder: Path, timezone: str) -> None:
        self._folder = folder
        self._timezone = timezone
        self._environment = cache(self._made)
        self._rows: dict[tuple[str, str, int], str] = {}
        self.langs = languages(folder)
        # German first: it is what most of the lists speak.
        self.langs = tuple(sorted(self.langs, key=lambda lang: (lang != "de", lang)))

    def mark(self) -> str:
        """Return a mark of all that pages are made from; RenderError when it cannot be read."""
        state = blake2b(digest_size=8)
        try:
            for folder in _FOLDERS:
                for place in places(self._folder):
                    for path in sorted((place / folder).rglob("*")):
                        if path.is_file():
                            state.update(f"{path.relative_to(place)}\0".encode())
                            state.update(path.read_bytes())
        except OSError as error:
            raise RenderError(f"{error.filename}: {error.strerror or error}") from error
        return state.hexdigest()

    def source(self, name: str) -> str:
        """Return a file of the folder that is published as it is; RenderError without it."""
        path = place_of(self._folder, f"site/{name}")
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise RenderError(f"{path}: {error.strerror or error}") from error

    def draw(self, template: str, path: str, lang: str, frame: Frame, **page: Any) -> str:
        """Return a page that will lie at the path below its language; RenderError otherwise."""
        env = self._environment(lang)
        return render(
            env,
            f"site/{template}",
            lang=lang,
            site=frame,
            topics=frame.topics[lang],
            sources=frame.sources,
            here=path,
            up=up(path),
            row=lambda line: self._row(env, lang, frame, up(path), line),
            **page,
        )

    def forget(self) -> None:
        """Forget the lines of lists drawn so far."""
        self._rows.clear()

    def _made(self, lang: str) -> Environment:
        return environment(self._folder, lang, self._timezone)

    def _row(self, env: Environment, lang: str, frame: Frame, up_: str, line: Any) -> str:
        """The same story stands in many lists: what it looks like there is drawn once."""
        known = lang, up_, line.story
        if known not in self._rows:
            self._rows[known] = render(
                env,
                "site/row.html",
                line=line,
                lang=lang,
                up=up_,
                topics=frame.topics[lang],
                sources=frame.sources,
            )
        return self._rows[known]
