"""How results look on a terminal: tables, excerpts with marked words, progress; JSON on request.

JSON goes to stdout alone; everything else for people goes there too, progress to stderr.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from monitor.cli.speaking import say, translated
from monitor.model import Alert, Citation, Match, Piece, Source
from monitor.priority import priority

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


class Advance(Protocol):
    """Tells the progress bar that one more is done."""

    def __call__(self, what: str) -> None: ...


def json_text(value: Any) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def as_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table; what pages say is shown as it is, never as markup."""
    drawn = Table(title=say(title), title_justify="left", header_style="bold")
    for column in columns:
        drawn.add_column(translated(column), overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(say(cell)) if isinstance(cell, str) else cell for cell in row))
    out.print(drawn)


def plain(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as aligned text, one line a row however long: for files and mails."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    for row in (columns, tuple("-" * width for width in widths), *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    for row in (columns, ("---",) * len(columns), *rows):
        cells = (" ".join(cell.split()).replace("|", "\\|") for cell in row)
        typer.echo(f"| {' | '.join(cells)} |")


def line(text: str | Text, style: str = "") -> None:
    """Print one line."""
    out.print(Text(say(text), style=style) if isinstance(text, str) else text, soft_wrap=True)


def moment(when: datetime | None) -> str:
    """An instant in local time, or a dash."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M") if when else "–"


def iso(when: datetime | None) -> str | None:
    """An instant for JSON."""
    return when.isoformat() if when else None


def excerpt(pieces: Iterable[Piece]) -> Text:
    """An excerpt with its matched words marked."""
    return Text.assemble(*((p.text, "bold yellow") if p.hit else p.text for p in pieces))


def match_json(match: Match) -> dict[str, Any]:
    """A match as the interface names its parts."""
    return {
        "topic": match.topic,
        "term": match.term,
        "start": match.start,
        "end": match.end,
        "words": match.words,
        "tier": match.tier.value,
        "side": match.side.value,
        "excerpt": "".join(piece.text for piece in match.excerpt),
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation as the interface names its parts."""
    return {
        "kind": citation.kind,
        "id": citation.id,
        "text": citation.text,
        "url": citation.url,
    }


def alert_json(alert: Alert, source: Source | None) -> dict[str, Any]:
    """An alert as the interface names its parts."""
    matters = priority(alert, source)
    return {
        "id": alert.id,
        "detected_at": iso(alert.detected_at),
        "source": alert.source,
        "kind": alert.kind.value,
        "title": alert.title,
        "url": alert.url,
        "published": iso(alert.published),
        "published_text": alert.published_text,
        "topics": list(alert.topics),
        "tier": alert.tier.value,
        "matches": [match_json(match) for match in alert.matches],
        "citations": [citation_json(citation) for citation in alert.citations],
        "story": alert.story,
        "priority": matters.value,
        "priority_reasons": dict(matters.reasons),
    }


@contextmanager
def progress(title: str, total: int) -> Iterator[Advance]:
    """A progress bar on stderr; nothing where that is no terminal."""
    bar = Progress(
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    with bar:
        task = bar.add_task(title, total=total, what="")
        yield lambda what: bar.update(task, advance=1, what=what)
