"""Invented digests and reports that lead through every branch of the templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from monitor.model import (
    Also,
    Appointment,
    Case,
    ChangeKind,
    Cited,
    Course,
    Coverage,
    Deadline,
    DeadlineKind,
    Digest,
    Earlier,
    Entry,
    Failing,
    Genre,
    Health,
    Highlight,
    Overview,
    Part,
    Piece,
    Remark,
    Repeat,
    Section,
    Side,
    Stage,
    TroubleReport,
    Unwatched,
    Weekly,
)

REMARKS = (
    *("answered", "advance", "advance-replaced", "extended", "followed-up", "withdrawn"),
    *("overdue", "withheld", "tables"),
)
_VALUES = (("days", "15"), ("words", "no findings"), ("question", "3, 7"))
_NOW = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
_HOSTILE = "{{ 7*7 }} <script>=?utf-8?q?a=0d=0aBcc:_x@y?=\r\nBcc: x@y\x00\u202e\ud800"
_TROUBLE = (
    Failing("a", "Court", Health.FAILING, _NOW - timedelta(days=2), "404", "https://a.example/"),
    Failing("b", "Office", Health.SILENT, _NOW - timedelta(days=40), None),
    Failing("c", "Registry", Health.FAILING, None, "no answer"),
    Failing("d", "Journal", Health.SUSPECT, _NOW, "all 9 items were replaced at once"),
    Failing("e", "Gazette", Health.FAILING, _NOW - timedelta(days=9), None, None, _NOW, 3),
)


_CASES = (Case("VG", "1 K 1/26", _NOW.date()), Case("", "1 K 2/26"))
_STATES = ("asked", "extended", "advance", "answered", "followed-up", "withdrawn", "a new one")
_STAGES = (*(Stage(state) for state in _STATES), Stage("asked", _NOW.date()))
_DAYS = tuple(
    Appointment(Deadline(_NOW.date(), kind, words, hour), 1, "A title", None, "Court")
    for kind in DeadlineKind
    for words, hour in (("It is told.", "10:30"), ("", ""))
)
_EARLIER = Earlier("What was told", "https://court.example/0", "Court", _NOW - timedelta(days=9))


def _entry(number: int, kind: ChangeKind = ChangeKind.ADDED, title: str = "A title") -> Entry:
    gone = kind is ChangeKind.REMOVED
    return Entry(
        alert=number,
        kind=kind,
        title=title,
        url=f"https://court.example/{number}",
        source="Court",
        source_id="court",
        published=_NOW,
        published_text=None,
        detected_at=_NOW,
        topics=("Desertion",),
        terms=("deserter",),
        excerpts=((Piece("of a ", hit=False), Piece("deserter", hit=True)),),
        removed=() if kind is ChangeKind.ADDED else ("what was there",),
        side=Side.REMOVED if gone else Side.ADDED,
        lang="en",
        answer=f"[no-{number}]",
    )


def _digest(
    lang: str, *sections: Section, perhaps: tuple[Entry, ...] = (), repeats: int = 0
) -> Digest:
    return Digest(
        list_id="sample",
        list_name="Sample",
        lang=lang,
        timezone="Europe/Berlin",
        since=_NOW - timedelta(days=1),
        cutoff=_NOW,
        message_id="<sample@example.org>",
        sections=sections,
        perhaps=perhaps,
        coverage=Coverage(3, 3, 0)
        if not sections
        else Coverage(40, 38, 2, _TROUBLE * 10, Unwatched(7, _NOW - timedelta(days=8), _NOW)),
        alerts=(),
        topics=("Desertion",) if sections else (),
        answers_to="news@example.org",
        repeats=tuple(
            Repeat(number, "A title", f"https://registry.example/{number}", "Registry", _EARLIER)
            for number in range(20, 20 + repeats)
        ),
    )


def _many() -> tuple[Section, ...]:
    """Every kind of change, of date, of link and of tier."""
    added, edited, removed = (_entry(n, kind) for n, kind in enumerate(ChangeKind, start=1))
    unread = replace(added, alert=4, published=None, published_text="Tuesday last", lang=None)
    bare = replace(edited, alert=5, published=None, url=None, excerpts=(), terms=())
    withdrawn = replace(removed, alert=6, excerpts=())
    told = replace(
        added,
        alert=7,
        topics=("Desertion", "Asylum"),
        citations=(Cited("§ 3 AsylG", "https://www.gesetze-im-internet.de/asylvfg_1992/__3.html"),),
        also=(Also("Registry", "https://registry.example/7"), Also("Office", None, "Its title")),
        update_of=_EARLIER,
    )
    codes = (*REMARKS, "a code of tomorrow")
    remarked = replace(
        edited,
        alert=10,
        places=("S. 7",),
        remarks=(
            *(Remark(code, _VALUES) for code in codes),
            Remark("overdue"),
            Remark("withheld", _VALUES[1:2]),
            Remark("figure", (("label", "A row"), ("before", "81"), ("change", "−86 %"))),
            *(Remark("figure", (("label", f"Row {n}"), ("after", "11"))) for n in range(22)),
            Remark("figure", (("label", "A course"), ("series", "3 1 2"), ("periods", "1 2 3"))),
        ),
    )
    reworded = replace(
        edited,
        alert=12,
        added=("what is there now, a deserter too",),
        removed=("what was there, a deserter too", "altogether other words"),
    )
    parts = tuple(Part(kind, f"§ {n}", edited.url) for n, kind in enumerate([*ChangeKind] * 15))
    rewritten = replace(edited, alert=11, parts=parts)
    sorts = tuple(
        replace(_entry(100 + n, kind), genre=genre, case=_CASES[n % 2], stage=_STAGES[n % 8])
        for n, (genre, kind) in enumerate(product(Genre, ChangeKind))
    )
    many = replace(
        told,
        alert=13,
        citations=told.citations * 15,
        also=tuple(Also(f"Place {n}", None) for n in range(14)),
    )
    return (
        Section("", "", (reworded, many, *sorts)),
        Section("d", "Desertion", (added, edited, removed)),
        Section("a", "Asylum", (unread, bare, withdrawn, told, remarked, rewritten)),
        Section("n", "Nothing in it", ()),
    )


def digests(lang: str) -> tuple[Digest, ...]:
    """Return sample digests in a language: one entry, many, none, hostile, too many."""
    crowds = tuple(Section(f"t{n}", f"Topic {n}", _crowd()[n::4]) for n in range(4))
    hostile = replace(_entry(1, title=_HOSTILE), url="javascript:alert(1)", source=_HOSTILE)
    return (
        _digest(lang, Section("d", "Desertion", (_entry(1),))),
        replace(
            _digest(lang, *_many(), perhaps=(_entry(8), _entry(9)), repeats=17),
            appointments=_DAYS,
        ),
        _digest(lang),
        replace(_digest(lang, Section("d", "Desertion", (_entry(1),))), neutral=True),
        _digest(lang, perhaps=(_entry(1),)),
        _digest(lang, Section("d", _HOSTILE, (hostile,))),
        _digest(lang, *crowds),
        replace(_digest(lang, *crowds), site="https://archive.example"),
    )


def _crowd() -> tuple[Entry, ...]:
    """So many that a few need not be shown, and their addresses so long that not all are listed."""
    far = f"https://court.example/{'x' * 800}"
    return tuple(replace(_entry(number), url=far) for number in range(100))


def overviews(lang: str) -> tuple[Overview, ...]:
    """Return sample overviews in a language: with everything, and with nothing."""
    full = Overview(
        list_id="board",
        list_name="Board",
        lang=lang,
        timezone="Europe/Berlin",
        since=_NOW - timedelta(days=7),
        cutoff=_NOW,
        message_id="<sample@example.org>",
        count=7,
        before=4,
        topics=(Weekly("Desertion", (0, 2, 5)), Weekly("Asylum", (0, 0, 0))),
        courses=(Course("A row", "Office", None, ("3", "1.5"), "2025-11", "2025-12", "1.5"),),
        highlights=(Highlight(1, "A title", "https://court.example/1", "Court", _NOW, "en"),),
        site="https://archive.example",
    )
    return full, replace(full, count=0, topics=(), courses=(), highlights=(), site=None)


def reports(lang: str) -> tuple[TroubleReport, ...]:
    """Return sample trouble reports in a language."""
    calm = TroubleReport(
        "ops", "Operators", lang, "Europe/Berlin", _NOW, "<sample@example.org>", (), ()
    )
    return (
        calm,
        replace(calm, broken=_TROUBLE[:1]),
        replace(calm, broken=_TROUBLE, recovered=_TROUBLE, notes=("a note", _HOSTILE)),
        replace(calm, recovered=_TROUBLE[:1]),
        replace(calm, notes=("a note",)),
    )
