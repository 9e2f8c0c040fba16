"""Jinja2 templates → subject, text, HTML. Nothing undefined, nothing shipped in secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from textwrap import TextWrapper
from traceback import extract_tb
from types import CodeType

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor import model
from monitor.errors import Problem, RenderError
from monitor.model import Appointment, Digest, Entry, Overview, TroubleReport
from monitor.model.told import Told
from monitor.render.calendar import Event, calendar
from monitor.render.changes import changes
from monitor.render.course import course, last_change, numbers
from monitor.render.fitting import ROOM, Fitted, Piece, by_rank, encoded_size, fit
from monitor.render.picture import bars
from monitor.render.places import place_of, places
from monitor.render.plain import address, clip, language, mailto, one_line, safe_link, shown
from monitor.render.retelling import Retelling
from monitor.render.words import Words, sentences, translations
from monitor.text.nearest import nearest

PARTS = ("subject.txt", "body.txt", "body.html")
# Of what a mail lists beside its entries, no more than this.
REPEATS_SHOWN = 15
DAYS_SHOWN = 20
CONTENTS_SHOWN = 3
_FILES = "digest/files.txt"
_SUBJECT_LENGTH = 180
_WIDTH = 78
_NO_VALUE = re.compile(r"'(?:\w+\.)*(\w+) object' has no attribute '(\w+)'")
_BLANK_LINES = re.compile(r"\n{3,}")
# What a template, which staff may edit, can do wrong while it runs.
_FAULTS = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail; one with a `cid` is a picture that the HTML shows."""

    name: str
    media_type: str
    content: bytes
    cid: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """One mail before it has an address; `text` and `html` say the same, in `lang`.

    `site` is the address of the public archive, if there is one.
    """

    subject: str
    text: str
    html: str
    lang: str
    attached: tuple[Attached, ...] = ()
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The entries of a section as they stand in a part of the mail.

    `full` are shown whole, `lines` by title and link, `more` are not shown at all. `first` are the
    first entries themselves, for a table of contents.
    """

    title: str
    topic: str
    count: int
    full: tuple[str, ...]
    lines: tuple[str, ...]
    more: int
    first: tuple[Entry, ...]


class Templates:
    """The mails that a folder of templates makes."""

    def __init__(self, folder: Path) -> None:
        self._environment = cache(partial(environment, folder))

    def digest(self, digest: Digest) -> Rendered:
        """Return the mail of a digest, both parts together below 90 kB as sent.

        What there is no room for is on the archive page, or else in an attached file. Raises
        RenderError when a template fails.
        """
        env = self._environment(digest.lang, digest.timezone)
        digest = shown(digest)
        subject = _subject(render(env, "digest/subject.txt", digest=digest))
        draw, bodies = partial(_drawn, env, digest), partial(_bodies, env, digest, subject)
        frame = sum(map(encoded_size, bodies(Fitted((), (), ()))))
        fitted = fit(by_rank(digest), partial(draw, "full"), partial(draw, "line"), ROOM - frame)
        html, text = bodies(fitted)
        return Rendered(
            subject=subject,
            text=text,
            html=html,
            lang=digest.lang,
            attached=tuple(_attached(env, digest, fitted.rest)),
            site=digest.site,
        )

    def overview(self, overview: Overview) -> Rendered:
        """Return the mail of an overview, its charts as pictures; RenderError as above."""
        env = self._environment(overview.lang, overview.timezone)
        overview = shown(overview)
        mark = overview.message_id.strip("<>")
        charts = [[Decimal(count) for count in each.counts] for each in overview.topics]
        charts += [list(numbers(" ".join(each.values))) for each in overview.courses]
        pictures = tuple(
            Attached(f"chart-{n}.png", "image/png", bars(values), f"{n}.{mark}")
            for n, values in enumerate(charts, start=1)
        )
        subject = _subject(render(env, "overview/subject.txt", overview=overview))
        cids = [each.cid for each in pictures]
        values = {"overview": overview, "subject": subject, "pictures": cids}
        return Rendered(
            subject=subject,
            text=_tidy(render(env, "overview/body.txt", **values)),
            html=render(env, "overview/body.html", **values),
            lang=overview.lang,
            attached=pictures,
            site=overview.site,
        )

    def trouble(self, report: TroubleReport) -> Rendered:
        """Return the operator's mail of a report; RenderError when a template fails."""
        env = self._environment(report.lang, report.timezone)
        report = shown(report)
        subject = _subject(render(env, "trouble/subject.txt", report=report))
        return Rendered(
            subject=subject,
            text=_tidy(render(env, "trouble/body.txt", report=report)),
            html=render(env, "trouble/body.html", report=report, subject=subject),
            lang=report.lang,
        )


class _Compiled(BytecodeCache):
    """What templates were compiled to, for as long as the process lives: that takes a second."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key] = bucket.checksum, bucket.code


@cache
def _compiled(*_: str) -> _Compiled:
    """One memory for each language, clock and sandbox: what is constant is compiled in."""
    return _Compiled()


def environment(
    folder: Path,
    lang: str,
    timezone: str,
    sandbox: type[ImmutableSandboxedEnvironment] = ImmutableSandboxedEnvironment,
) -> Environment:
    """Return the sandbox that templates run in, speaking `lang`, its clock in `timezone`."""
    words = Words.of(lang, timezone)
    env = sandbox(
        loader=FileSystemLoader(places(folder)),
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or ".html" in name or ".xml" in name,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled(sandbox.__name__, lang, timezone),
    )
    env.install_gettext_translations(translations(folder, lang), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {
        "address": address,
        "clip": clip,
        "language": language,
        "mailto": mailto,
        "safe_link": safe_link,
        "underline": _underline,
        "fill": _fill,
        "date": words.date,
        "moment": words.moment,
        "day": words.day,
        "month": words.month,
        "number": words.number,
        "decimal": words.decimal,
        "calendar_day": words.calendar_day,
        "changes": changes,
        "course": course,
        "last_change": last_change,
        "retold": Retelling(partial(sentences, folder, lang)),
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
    file = place_of(folder, name)
    if isinstance(error, TemplateSyntaxError):
        return Problem(Path(error.filename or file), error.lineno, error.message or "")
    if isinstance(error, TemplateNotFound):
        return Problem(folder / (error.name or name), 0, Told("this template is missing"))
    if isinstance(error, OSError):
        told = Told("cannot be read: {why}", why=error.strerror or error)
        return Problem(file, 0, told)
    roots = [Path(root) for root in env.loader.searchpath]
    frames = [
        frame
        for frame in extract_tb(error.__traceback__)
        if any(Path(frame.filename).is_relative_to(root) for root in roots)
    ]
    place = (Path(frames[-1].filename), frames[-1].lineno or 0) if frames else (file, 0)
    return Problem(*place, *_explained(str(error)))


def _explained(message: str) -> tuple[str, str | None]:
    """What is wrong, and for a value that does not exist the nearest one that does."""
    found = _NO_VALUE.search(message)
    if not found:
        return message, None
    kind = getattr(model, found[1], None)
    known = [each.name for each in fields(kind)] if kind and is_dataclass(kind) else []
    told = Told("{kind} has no value `{name}`", kind=found[1], name=found[2])
    return told, nearest(found[2], known)


def _drawn(env: Environment, digest: Digest, how: str, entry: Entry) -> Piece:
    """An entry in both parts, by the macros `full` or `line` of the templates of an entry."""
    html = _called(env, "digest/entry.html", how, entry, digest)
    text = _called(env, "digest/entry.txt", how, entry, digest)
    return Piece(entry, html, text, encoded_size(html) + encoded_size(text))


def _called(env: Environment, name: str, macro: str, *values: object) -> str:
    try:
        return str(getattr(env.get_template(name).module, macro)(*values))
    except (AttributeError, *_FAULTS) as error:
        raise RenderError(problem_of(error, env, name)) from error


def _bodies(env: Environment, digest: Digest, subject: str, fitted: Fitted) -> tuple[str, str]:
    """The two parts, HTML first."""
    values = {"digest": digest, "subject": subject, "rest": len(fitted.rest)}
    html = render(env, "digest/body.html", **values, **_shelves(digest, fitted, "html"))
    text = render(env, "digest/body.txt", **values, **_shelves(digest, fitted, "text"))
    return html, _tidy(text)


def _shelves(digest: Digest, fitted: Fitted, part: str) -> dict[str, object]:
    """What `shelves` and `doubtful` are in the bodies."""
    full = {id(piece.entry): getattr(piece, part) for piece in fitted.full}
    lines = {id(piece.entry): getattr(piece, part) for piece in fitted.lines}

    def shelf(title: str, topic: str, entries: tuple[Entry, ...]) -> Shelf:
        whole = tuple(full[id(each)] for each in entries if id(each) in full)
        short = tuple(lines[id(each)] for each in entries if id(each) in lines)
        more = len(entries) - len(whole) - len(short)
        return Shelf(title, topic, len(entries), whole, short, more, entries[:CONTENTS_SHOWN])

    return {
        "shelves": [shelf(s.title, s.topic, s.entries) for s in digest.sections if s.entries],
        "doubtful": shelf("", "", digest.perhaps) if digest.perhaps else None,
    }


def _attached(env: Environment, digest: Digest, rest: tuple[Entry, ...]) -> Iterable[Attached]:
    """The days to come as a calendar; what neither the mail nor an archive shows as a text."""
    days = digest.appointments[:DAYS_SHOWN] if digest.calendar else ()
    if days:
        events = [_event(day, _called(env, _FILES, "summary", day), digest) for day in days]
        name = _called(env, _FILES, "calendar")
        yield Attached(name, "text/calendar", calendar(events, digest.cutoff))
    repeats = digest.repeats[REPEATS_SHOWN:]
    if (rest or repeats) and digest.site is None:
        listed = render(env, "digest/more.txt", digest=digest, entries=rest, repeats=repeats)
        yield Attached(_called(env, _FILES, "more"), "text/plain", _tidy(listed).encode())


def _event(appointment: Appointment, summary: str, digest: Digest) -> Event:
    """An appointment as the calendar file has it; its name is the same in each mail of the list."""
    day = appointment.deadline
    domain = digest.message_id.rpartition("@")[2].rstrip(">")
    return Event(
        uid=f"{digest.list_id}-{appointment.alert}-{day.day:%Y%m%d}-{day.kind}@{domain}",
        day=day.day,
        summary=summary.strip(),
        description=" ".join(filter(None, (day.words, f"({appointment.source})"))),
        url=safe_link(appointment.url),
        hour=day.time,
        timezone=appointment.timezone,
    )


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
