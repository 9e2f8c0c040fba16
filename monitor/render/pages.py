"""Jinja2 → pages of the archive, in every language there is a catalogue for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.errors import RenderError
from monitor.model import Appointment
from monitor.render.calendar import Event, calendar
from monitor.render.places import place_of, places
from monitor.render.plain import safe_link
from monitor.render.templates import environment, render
from monitor.render.words import languages, translations
from monitor.site.names import story_path, up, urn

_ENGINES = frozenset({TemplateModule, LoopContext})
_FOLDERS = ("site", "shared", "locale")
# Pages that the head of every page leads to.
DOORS = frozenset(
    {
        *("index.html", "topic/index.html", "source/index.html", "month/index.html"),
        *("days.html", "statistics.html", "search.html"),
    }
)


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
        self._translations = cache(partial(translations, folder))
        self._kept: dict[tuple[object, ...], str] = {}
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
        shared = {
            "lang": lang,
            "site": frame,
            "topics": frame.topics[lang],
            "sources": frame.sources,
            "up": up(path),
        }
        door = path if path in DOORS else ""
        return render(
            env,
            f"site/{template}",
            here=path,
            top=self._once(env, "top.html", (lang, shared["up"], door), here=door, **shared),
            foot=self._once(env, "foot.html", (lang,), **shared),
            row=lambda line: self._once(
                env, "row.html", (lang, shared["up"], line.story), line=line, **shared
            ),
            **shared,
            **page,
        )

    def calendar(
        self,
        template: str,
        path: str,
        lang: str,
        frame: Frame,
        *,
        days: Sequence[Appointment],
        stamp: datetime,
    ) -> str:
        """Return days to come as a calendar file (RFC 5545); the template says what each is."""
        env = self._environment(lang)
        top = f"{frame.url}/{lang}/" if frame.url else None
        return calendar(
            (
                Event(
                    uid=urn(
                        "day", str(each.alert), each.deadline.day.isoformat(), each.deadline.kind
                    ),
                    day=each.deadline.day,
                    summary=render(env, f"site/{template}", day=each).strip(),
                    description=" ".join(filter(None, (each.deadline.words, f"({each.source})"))),
                    url=f"{top}{story_path(each.alert)}" if top else safe_link(each.url),
                    hour=each.deadline.time,
                    timezone=each.timezone,
                )
                for each in days
            ),
            stamp,
        ).decode()

    def say(self, lang: str, words: str) -> str:
        """Return words that templates say too, in a language."""
        return str(self._translations(lang).gettext(words))

    def forget(self) -> None:
        """Forget what was kept of the pages drawn so far."""
        self._kept.clear()

    def _made(self, lang: str) -> Environment:
        return environment(self._folder, lang, self._timezone, Sandbox)

    def _once(
        self, env: Environment, template: str, of: tuple[object, ...], **values: object
    ) -> str:
        """What stands in many pages the same: the head of all, a story in each list, is kept."""
        known = (template, *of)
        if known not in self._kept:
            self._kept[known] = render(env, f"site/{template}", **values)
        return self._kept[known]


class Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox of all templates, quicker where pages are busy: our values, macros, fixed words.

    It allows what that one allows; only the way there is shorter.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._said: dict[tuple[str, bool], str] = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what a template asks for; of frozen values any field but hidden ones."""
        if _is_plain(type(obj)) and not attribute.startswith("_"):  # type: ignore[arg-type]
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Return what a callable returns; a macro and a sentence without values need no check."""
        if type(obj) is Macro:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return obj(context.eval_ctx, *args, **kwargs)
        if obj is self.globals.get("_") and len(args) == 1 and not kwargs:
            known = args[0], context.eval_ctx.autoescape
            if known not in self._said:
                self._said[known] = super().call(context, obj, *args)
            return self._said[known]
        return super().call(context, obj, *args, **kwargs)


@cache
def _is_plain(kind: type) -> bool:
    """Whether values of this type are ours, or the engine's own, and hide nothing but `_names`."""
    named = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return named or is_dataclass(kind) or kind in _ENGINES
