"""A Vorgang of the DIP as an item: what it is about, its steps as blocks, how far it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from monitor.adapters.api import Record, objects_of, text_at, texts_of
from monitor.model import Item
from monitor.procedure import OPEN, Step, due_of, is_answer, state_of
from monitor.text.dates import read_date

_HOME = "https://dip.bundestag.de/vorgang/-/"


def item_of(record: Record, positions: Sequence[Record]) -> Item:
    """Return the item of a procedure with its steps, in whatever order they came."""
    positions = sorted(positions, key=_age)
    number = text_at(record, "id")
    published = read_date(text_at(record, "datum"))
    steps = _steps(record, positions)
    state = state_of(steps)
    return Item(
        number,
        text_at(record, "titel"),
        f"{_HOME}{number}",
        tuple(dict.fromkeys(filter(None, _blocks(record, positions)))),
        published,
        None if published else text_at(record, "datum") or None,
        lang="de",
        state=state.value if state else None,
        due=due_of(steps),
        document=_paper(positions),
    )


def _blocks(record: Record, positions: Sequence[Record]) -> Iterable[str]:
    """Each block stands for one thing that can become new; time stamps are none of them."""
    descriptors = (text_at(each, "name") for each in objects_of(record, "deskriptor"))
    return chain(
        [_named("Typ", text_at(record, "vorgangstyp")), text_at(record, "abstract")],
        (_named("Schlagwort", name) for name in descriptors),
        (_named("Sachgebiet", area) for area in texts_of(record, "sachgebiet")),
        (_named("Initiative", name) for name in texts_of(record, "initiative")),
        (_step_text(position, positions) for position in positions),
        [
            _named("Beratungsstand", text_at(record, "beratungsstand")),
            _named("Mitteilung", text_at(record, "mitteilung")),
        ],
    )


def _named(name: str, text: str) -> str:
    return f"{name}: {text}" if text else ""


def _step_text(position: Record, positions: Sequence[Record]) -> str:
    """«Antwort: BT-Drs. 21/7982 vom 10.09.2026 (Auswärtiges Amt), verteilt am 16.09.2026»."""
    source = _source_of(position)
    kind = "PlPr." if text_at(source, "dokumentart") == "Plenarprotokoll" else "Drs."
    where = f"{text_at(source, 'herausgeber')}-{kind} {text_at(source, 'dokumentnummer')}"
    page = text_at(source, "anfangsseite")
    asked = text_at(source, "frage_nummer")
    by = [text_at(each, "titel") for each in objects_of(position, "urheber")]
    led = [text_at(r, "titel") for r in objects_of(position, "ressort") if r.get("federfuehrend")]
    spread = text_at(source, "verteildatum") if is_answer(_name(position)) else ""
    return "".join(
        (
            _name(position),
            " (Vorabfassung)" if _is_advance(position, positions) else "",
            f": {where} vom {_written(text_at(position, 'datum'))}",
            f", S. {page}" if page else "",
            f", Frage {asked}" if asked else "",
            f" ({', '.join(led or by)})" if led or by else "",
            f", verteilt am {_written(spread)}" if spread else "",
        )
    )


def _written(day: str) -> str:
    """A day as Germans write it."""
    return re.sub(r"(\d{4})-(\d\d)-(\d\d).*", r"\3.\2.\1", day)


def _source_of(position: Record) -> Record:
    source = position.get("fundstelle")
    return source if isinstance(source, dict) else {}


def _name(position: Record) -> str:
    later = " (Nachtrag)" if position.get("nachtrag") is True else ""
    return f"{text_at(position, 'vorgangsposition')}{later}"


def _age(position: Record) -> tuple[str, int]:
    return text_at(position, "datum"), int(text_at(position, "id"))


def _is_advance(position: Record, positions: Sequence[Record]) -> bool:
    """Whether an answer is not edited yet: it says so, or was not distributed as its question was.

    The interface has no field for it.
    """
    if not is_answer(_name(position)):
        return False
    if "vorabfassung" in json.dumps(position, ensure_ascii=False).casefold():
        return True
    distributed = [bool(text_at(_source_of(each), "verteildatum")) for each in positions]
    return any(distributed) and not text_at(_source_of(position), "verteildatum")


def _steps(record: Record, positions: Sequence[Record]) -> tuple[Step, ...]:
    steps = tuple(
        Step(
            _name(position),
            read_date(text_at(_source_of(position), "datum") or text_at(position, "datum")),
            advance=_is_advance(position, positions),
        )
        for position in positions
    )
    told = [text_at(record, "beratungsstand"), text_at(record, "mitteilung")]
    if state_of(steps) not in OPEN:
        return steps
    # The state of a procedure may be entered before the step that led to it.
    late = (Step(text, until=_last_day(text)) for text in told if text)
    return (*steps, *(step for step in late if not step.name.casefold().startswith("noch nicht")))


def _last_day(text: str) -> datetime | None:
    days = re.findall(r"\bbis (?:zum )?(\d{1,2}\.\s?(?:\d{1,2}\.|\w+)\s?\d{4})", text)
    return read_date(days[-1]) if days else None


def _paper(positions: Sequence[Record]) -> str | None:
    """Where the newest paper lies: an answer, or else what was asked or moved."""
    papers = [
        (is_answer(_name(position)), url)
        for position in positions
        if text_at(_source_of(position), "dokumentart") == "Drucksache"
        and (url := text_at(_source_of(position), "pdf_url")).startswith(("https://", "http://"))
    ]
    answers = [url for answers, url in papers if answers]
    return next(reversed(answers or [url for _, url in papers]), None)
