"""How far a parliamentary procedure is, and what a long answer says where and does not say at all.

Papers of the Bundestag repeat each numbered question before its answer, so that every paragraph
belongs to the question last seen (GOBT, §§ 100–105).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model import Remark

# § 104 Absatz 2 GOBT: the government is to answer within fourteen days.
DAYS_TO_ANSWER = 14


class State(StrEnum):
    """How far a procedure is; the later row holds where several apply."""

    ASKED = "asked"
    EXTENDED = "extended"
    ADVANCE = "advance"
    ANSWERED = "answered"
    FOLLOWED_UP = "followed-up"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.ASKED, State.EXTENDED})


# The day itself is left to the answer.
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure: what it is called, its day, and until when it gives time."""

    name: str
    at: datetime | None = None
    until: datetime | None = None
    advance: bool = False


_QUESTION = re.compile(
    r"(?:kleine|große) anfrage|(?:schriftliche|mündliche|dringliche) frage", re.I
)
_ANSWER = re.compile(r"antwort|beantwortung", re.I)
_EXTENSION = re.compile(r"fristverlängerung|frist\b.*\bverlängert", re.I)
_WITHDRAWAL = re.compile(r"zurück(?:gezogen|ziehung|genommen)|ablauf der wahlperiode", re.I)
_AFTERWARDS = re.compile(
    r"nachfrage|nachtrag|ergänzung|berichtigung|beratung|entschließungsantrag", re.I
)


def is_answer(name: str) -> bool:
    """Return whether a step of this name answers."""
    return _ANSWER.search(name) is not None


def state_of(steps: Iterable[Step]) -> State | None:
    """Return how far the steps, oldest first, have come; None where nothing was asked."""
    state: State | None = None
    for step in steps:
        state = _after(state, step)
    return state


def _after(state: State | None, step: Step) -> State | None:
    if state is State.WITHDRAWN or _WITHDRAWAL.search(step.name):
        return State.WITHDRAWN
    if state is not None and _EXTENSION.search(step.name):
        return State.EXTENDED if state in OPEN else state
    if state in {State.ANSWERED, State.FOLLOWED_UP} and _AFTERWARDS.search(step.name):
        return State.FOLLOWED_UP
    if is_answer(step.name):
        return State.ADVANCE if step.advance else State.ANSWERED
    return State.ASKED if state is None and _QUESTION.search(step.name) else state


def due_of(steps: Sequence[Step]) -> datetime | None:
    """Return the day by which an open Kleine Anfrage is to be answered, at midnight UTC.

    An extension whose end is not told leaves none.
    """
    if state_of(steps) not in OPEN:
        return None
    extensions = [step for step in steps if _EXTENSION.search(step.name)]
    if extensions:
        return extensions[-1].until
    asked = next((step.at for step in steps if step.name.casefold() == "kleine anfrage"), None)
    return asked + timedelta(days=DAYS_TO_ANSWER) if asked else None


# --- where a paragraph stands --------------------------------------------------------------------

_SEVERAL = r"(?P<several>\d{1,3}[a-z]?(?:\s*(?:,|und|bis|sowie|–|-)\s*\d{1,3}[a-z]?)*)"
_NAMED = re.compile(
    r"(?:(?:Schriftliche\s+|Mündliche\s+)?Fragen?"
    r"|(?:Antwort(?:en)?(?:\s+der\s+\w+)?\s+)?[Zz]u(?:\s+den)?\s+Fragen?"
    rf"|Antwort(?:en)?(?:\s+der\s+\w+)?\s+auf\s+Fragen?|Die\s+Fragen)\s+(?:Nr\.\s*)?{_SEVERAL}"
    r"\s*(?=[:.]|$|werden|wird)"
)
_NUMBERED = re.compile(r"(?P<number>\d{1,3})\.\s*(?:[a-z]\)\s*)?(?P<rest>[^\W\d_].*)", re.DOTALL)
_ASKING = re.compile(
    r"W(?:ie|elche[rnms]?|as|ann|o|arum|er|en|em|eshalb|ieso|oher|omit|odurch)\b"
    r"|In(?:wie(?:weit|fern)| wie vielen| welche[rnm]?)\b"
    r"|(?:Aus|An|Auf|Bei|Durch|Für|Mit|Nach|Seit|Unter|Von|Vor|Zu) (?:welche[rnms]?|wie|wann|wem)\b"
    r"|(?:Hat|Haben|Ist|Sind|Wird|Werden|Wurden?|Kann|Können|Gibt|Gab|Liegen|Plant|Teilt|Trifft)\b"
    r"|Abgeordnete[rn]?\b",
)
_PREFACE = re.compile(r"(?:vorbemerkung|begründung)(?:der|des)?\w*", re.I)
_APPENDIX = re.compile(r"Anlagen?(?:\s+\d+)?(?:\s+zu\b.{0,80})?\.?")


@dataclass(frozen=True, slots=True)
class _Where:
    """The question that a block belongs to; whether the block asks it; whether askers comment."""

    questions: str
    asks: bool
    by_askers: bool = False


def places(pages: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return for each block of each page where it stands: «S. 7», «Frage 12, S. 7»."""
    numbered = [(block, number) for number, page in enumerate(pages, 1) for block in page]
    found = _located(block for block, _ in numbered)
    return tuple(
        f"{_label(where.questions)}S. {number}"
        for where, (_, number) in zip(found, numbered, strict=True)
    )


def _label(questions: str) -> str:
    if not questions:
        return ""
    return f"{'Frage' if questions.isalnum() else 'Fragen'} {questions}, "


def _located(blocks: Iterable[str]) -> Iterator[_Where]:
    questions, highest, asking = "", 0, False
    for block in blocks:
        plain = _plain(block)
        if _is_preface(plain):
            questions, asking = "", "fragestell" in "".join(plain.split()).casefold()
        elif _APPENDIX.fullmatch(plain):
            questions, asking = "", False
        elif named := _NAMED.match(plain):
            questions, asking = _tidy(named["several"]), False
            highest = max(highest, *map(int, re.findall(r"\d+", questions)))
        elif number := _asked(plain, highest):
            questions, highest, asking = str(number), number, False
            yield _Where(questions, asks=True)
            continue
        yield _Where(questions, plain.endswith("?"), asking)


def _plain(block: str) -> str:
    """The block in one line, its divided words whole."""
    return " ".join(block.replace("-\n", "").split())


def _is_preface(plain: str) -> bool:
    """Whether it is the heading of a preface, letter-spaced or not."""
    squeezed = "".join(plain.split())
    return len(squeezed) < 60 and _PREFACE.match(squeezed) is not None


def _tidy(several: str) -> str:
    return re.sub(r"\s*,\s*", ", ", " ".join(several.replace("-", "–").split()))


def _asked(plain: str, highest: int) -> int | None:
    """The number of the question that begins here; lists within answers are none."""
    found = _NUMBERED.match(plain)
    if found is None:
        return None
    number = int(found["number"])
    follows = number == highest + 1 or (highest < number and "?" in plain)
    return number if follows and (_ASKING.match(found["rest"]) or "?" in plain) else None


# --- what an answer does not say -----------------------------------------------------------------

_WITHHELD = re.compile(
    r"(?P<classified>(?:VS\s?[-–—]\s?|Verschlusssache\s?[-–—,]?\s?)"
    r"(?:NfD\b|Nur für den Dienstgebrauch|Vertraulich|Geheim)|Geheimschutzstelle"
    r"|als Verschlusssache\b.{0,60}?\beingestuft"
    r"|streng geheim)"
    r"|(?P<welfare>(?:aus Gründen des|Gefährdung des|Gründe des|wegen des) Staatswohls?"
    r"|Staatswohl(?:gründen|erwägungen|interessen?|s? nicht))"
    r"|(?P<unknown>kein(?:e|erlei) (?:eigenen |belastbaren |weiteren |näheren |weitergehenden )?"
    r"(?:Erkenntnisse|Kenntnis(?:se)?\b))"
    r"|(?P<uncounted>kein(?:e|erlei) (?:\w+ )?(?:statistische[n]? (?:Erfassung|Angaben|Daten)"
    r"|Statistik(?:en)?)|(?:nicht|werden nicht) (?:gesondert |automatisiert )?statistisch erfasst"
    r"|statistisch nicht (?:gesondert )?erfasst)",
    re.IGNORECASE,
)
_ADVANCE = re.compile(r"Vorabfassung\s*[-–—]?\s*wird durch die lektorierte", re.I)


def findings(blocks: Iterable[str]) -> tuple[Remark, ...]:
    """Return what a reader of an answer should know before opening it.

    `withheld` (one for each reason, with the `question` numbers, «3, 7», and the telling `words`),
    `tables` (with the questions that are answered by one), and `advance` for an advance copy.
    What the askers themselves write does not count.
    """
    blocks = tuple(blocks)
    withheld: dict[str, tuple[str, list[str]]] = {}
    tables: list[str] = []
    for where, block in zip(_located(blocks), blocks, strict=True):
        said = _said(where, block)
        if found := _WITHHELD.search(said):
            reason = found.lastgroup or ""
            withheld.setdefault(reason, (found.group(), []))[1].append(where.questions)
        if where.questions and said and has_table(block):
            tables.append(where.questions)
    advance = any(_ADVANCE.search(_plain(block)) for block in blocks)
    return (
        *(Remark("withheld", (*_which(which), ("words", words)))
          for words, which in withheld.values()),
        *([Remark("tables", _which(tables))] if tables else []),
        *([Remark("advance")] if advance else []),
    )  # fmt: skip


def _said(where: _Where, block: str) -> str:
    """What the government says in a block: of one that asks, what follows the question."""
    if where.by_askers:
        return ""
    _, mark, answer = _plain(block).rpartition("?")
    if where.asks:
        return answer if mark else ""
    return _plain(block)


def _which(questions: Iterable[str]) -> tuple[tuple[str, str], ...]:
    listed = ", ".join(filter(None, dict.fromkeys(questions)))
    return (("question", listed),) if listed else ()


_TABLE_WORDS = re.compile(
    r"(?:nach|vor|unten)stehende[rnms]? Tabelle|folgende[rnms]? Tabelle|\bTabelle \d+", re.I
)
_NUMBER_CELL = re.compile(r"[-–+]?\d[\d.]*(?:,\d+)?%?$")
_DAY = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}")
_FEWEST_ROWS = 3


def has_table(text: str) -> bool:
    """Return whether a text shows a table or points to one: rows of lines that end in numbers."""
    if _TABLE_WORDS.search(_plain(text)):
        return True
    lines = [_DAY.sub("", line).split() for line in text.splitlines()]
    return sum(bool(cells) and bool(_NUMBER_CELL.match(cells[-1])) for cells in lines) >= (
        _FEWEST_ROWS
    )
