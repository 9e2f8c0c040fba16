"""Jinja2 templates → subject, text, HTML. Nothing undefined, nothing shipped in secret."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import zip_longest
from pathlib import Path
from textwrap import TextWrapper
from traceback import extract_tb

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.errors import Problem, RenderError
from monitor.model import Digest, Entry, TroubleReport
from monitor.model.told import Told
from monitor.render.plain import address, clip, mailto, one_line, safe_link, shown
from monitor.render.words import Words, translations

PARTS = ("subject.txt", "body.txt", "body.html")
HTML_LIMIT = 90_000  # bytes as sent; Gmail cuts a mail off near 102 kB
_SUBJECT_LENGTH = 180
_WIDTH = 78
_BLANK_LINES = re.compile(r"\n{3,}")
# What a template, which staff may edit, can do wrong while it runs.
_FAULTS = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One mail before it has an address; `text` and `html` say the same, in `lang`."""

    subject: str
    text: str
    html: str
    lang: str


@dataclass(frozen=True, slots=True)
class Room:
    """Which alerts are shown in full and which only as title and link; the rest is counted."""

    full: frozenset[int]
    listed: frozenset[int]


class Templates:
    """The mails that a folder of templates makes."""

    def __init__(self, folder: Path) -> None:
        self._environment = cache(partial(environment, folder))

    def digest(self, digest: Digest) -> Rendered:
        """Return the mail of a digest, its HTML at most 90 kB as sent; RenderError otherwise."""
        env = self._environment(digest.lang, digest.timezone)
        digest = shown(digest)
        html, room = _fitted(
            lambda room: render(env, "digest/body.html", digest=digest, room=room), digest
        )
        return Rendered(
            subject=_subject(render(env, "digest/subject.txt", digest=digest)),
            text=_tidy(render(env, "digest/body.txt", digest=digest, room=room)),
            html=html,
            lang=digest.lang,
        )

    def trouble(self, report: TroubleReport) -> Rendered:
        """Return the operator's mail of a report; RenderError when a template fails."""
        env = self._environment(report.lang, report.timezone)
        report = shown(report)
        return Rendered(
            subject=_subject(render(env, "trouble/subject.txt", report=report)),
            text=_tidy(render(env, "trouble/body.txt", report=report)),
            html=render(env, "trouble/body.html", report=report),
            lang=report.lang,
        )


def environment(folder: Path, lang: str, timezone: str) -> Environment:
    """Return the sandbox that templates run in, speaking `lang`, its clock in `timezone`."""
    words = Words.of(lang, timezone)
    env = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or ".html" in name or ".xml" in name,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_translations(translations(folder, lang), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {
        "address": address,
        "clip": clip,
        "mailto": mailto,
        "safe_link": safe_link,
        "underline": _underline,
        "fill": _fill,
        "date": words.date,
        "moment": words.moment,
        "day": words.day,
        "month": words.month,
        "number": words.number,
    }
    return env


def render(env: Environment, name: str, **values: object) -> str:
    """Return what a template makes of the values; RenderError names file, line and fault."""
    try:
        return env.get_template(name).render(**values)
    except _FAULTS as error:
        raise RenderError(problem_of(error, env, name)) from error


def problem_of(error: Exception, env: Environment, name: str) -> Problem:
    """Return where in which template an error arose, and what it says."""
    assert isinstance(env.loader, FileSystemLoader)
    folder = Path(env.loader.searchpath[0])
    if isinstance(error, TemplateSyntaxError):
        return Problem(Path(error.filename or folder / name), error.lineno, error.message or "")
    if isinstance(error, TemplateNotFound):
        return Problem(folder / (error.name or name), 0, Told("this template is missing"))
    if isinstance(error, OSError):
        told = Told("cannot be read: {why}", why=error.strerror or error)
        return Problem(folder / name, 0, told)
    frames = [f for f in extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(folder)]
    place = (Path(frames[-1].filename), frames[-1].lineno or 0) if frames else (folder / name, 0)
    return Problem(*place, str(error))


def _fitted(draw: Callable[[Room], str], digest: Digest) -> tuple[str, Room]:
    """Return the fullest HTML below the limit, and what it shows.

    Titles come first, up to half of the room; what is left goes to entries in full.
    """
    ids = [entry.alert for entry in _by_rank(digest)]

    def room(full: int, listed: int) -> Room:
        return Room(frozenset(ids[:full]), frozenset(ids[: max(full, listed)]))

    def fits(room: Room, limit: int = HTML_LIMIT) -> bool:
        return encoded_size(draw(room)) <= limit

    everything = room(len(ids), len(ids))
    if fits(everything):
        return draw(everything), everything
    listed = _most(len(ids), lambda count: fits(room(0, count), HTML_LIMIT // 2))
    full = _most(len(ids), lambda count: fits(room(count, listed)))
    best = room(full, listed)
    return draw(best), best


def encoded_size(text: str) -> int:
    """Return how many bytes the text takes on the wire: quoted-printable, CRLF."""
    return len(b2a_qp(text.replace("\n", "\r\n").encode(), istext=True))


def _by_rank(digest: Digest) -> Iterator[Entry]:
    """The first entry of every section, then the second of each …, at last the perhaps."""
    ranks = zip_longest(*(section.entries for section in digest.sections))
    yield from (entry for rank in ranks for entry in rank if entry is not None)
    yield from digest.perhaps


def _most(top: int, fits: Callable[[int], bool]) -> int:
    """Return the largest count up to `top` that fits, 0 when none does; tries small ones first."""
    high = 1
    while high <= top and fits(high):
        high *= 2
    low, high = high // 2, min(high - 1, top)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _fill(text: str, indent: str = "", hang: str | None = None) -> str:
    """Return the text in lines of at most 78 characters, those after the first begun by `hang`."""
    lines = TextWrapper(
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
        break_on_hyphens=False,
    )
    return lines.fill(text)


def _underline(text: str, stroke: str) -> str:
    """Return a heading of a plain text: the words, and a line below as long as they are."""
    filled = _fill(text)
    return f"{filled}\n{stroke * max(map(len, filled.splitlines()), default=0)}"


def _subject(text: str) -> str:
    return clip(one_line(text).strip(), _SUBJECT_LENGTH)


def _tidy(text: str) -> str:
    """Return the text without trailing blanks and without gaps of several empty lines."""
    lines = (line if line == "-- " else line.rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"
