"""Commands to study topics and recordings, storing nothing: explain, evaluate, replay."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root
from monitor.cli.speaking import say
from monitor.match import Score, Scores, cite, find, read_passages
from monitor.match import evaluate as score
from monitor.model import Source
from monitor.model.told import Told
from monitor.pipeline import Checked
from monitor.replay import Recording, recordings
from monitor.replay import replay as play_back
from monitor.store import Store

# --- explain and evaluate ------------------------------------------------------------------------


@app.command()
def explain(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A text file, or - for input.")],
    lang: Annotated[str | None, typer.Option(help="The language of the text, if known.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which topics a text matches, by which words, and what it cites."""
    root: Root = context.obj
    text = _text_of(file)
    matches = find(root.rules, text, lang=lang)
    citations = cite(text)
    topics = list(dict.fromkeys(match.topic for match in matches))
    if as_json:
        show.as_json(
            {
                "relevant": bool(matches),
                "topics": topics,
                "matches": [show.match_json(match) for match in matches],
                "citations": [
                    {**show.citation_json(c), "start": c.start, "end": c.end} for c in citations
                ],
            }
        )
        return
    for match in matches:
        doubt = "" if match.tier.value == "sure" else " (perhaps: its context is missing)"
        show.line(Text.assemble((match.topic, "bold"), f" by «{match.term}»{doubt}"))
        show.line(Text.assemble("  ", show.excerpt(match.excerpt)))
    for citation in citations:
        show.line(
            Told(
                "cites {id} ({kind}), written «{text}»",
                id=citation.id,
                kind=citation.kind,
                text=citation.text,
            )
        )
        if citation.url:
            show.line(f"  {citation.url}")
    show.line(Told("topics: {topics}", topics=", ".join(topics) or Told("none")))


def _text_of(file: str) -> str:
    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise typer.BadParameter(
            say(Told("{file} cannot be read: {why}", file=file, why=error.strerror))
        ) from error


@app.command()
def evaluate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Labelled passages.")],
    as_json: AsJson = False,
) -> None:
    """Score the topics on passages that a person has labelled.

    Each line of the file is an object with id, lang, title, text, relevant and topics.
    """
    root: Root = context.obj
    try:
        passages = read_passages(_text_of(str(file)).split("\n"))
    except ValueError as error:
        raise typer.BadParameter(f"{file}: {error}") from error
    with show.progress("scoring", 1):
        scores = score(root.rules, passages)
    if as_json:
        show.as_json(_scores_json(scores))
    else:
        _show_scores(scores)


def _figures(figures: Score) -> dict[str, float]:
    return {
        "precision": round(figures.precision, 4),
        "recall": round(figures.recall, 4),
        "f1": round(figures.f1, 4),
    }


def _scores_json(scores: Scores) -> dict[str, Any]:
    return {
        **_figures(scores.both),
        "sure": _figures(scores.sure),
        "by_topic": {topic: _figures(each) for topic, each in scores.by_topic.items()},
        "by_lang": {lang: _figures(each) for lang, each in scores.by_lang.items()},
        "items": [
            {
                "id": verdict.id,
                "relevant": verdict.relevant,
                "topics": sorted(verdict.topics),
                "expected": verdict.expected,
            }
            for verdict in scores.items
        ],
    }


def _show_scores(scores: Scores) -> None:
    named = [
        ("both tiers", scores.both),
        ("sure alone", scores.sure),
        *((f"topic {topic}", each) for topic, each in scores.by_topic.items()),
        *((f"language {lang}", each) for lang, each in scores.by_lang.items()),
    ]
    show.table(
        f"{len(scores.items)} passages",
        ["", "precision", "recall", "F1", "hits", "false alarms", "misses"],
        [
            (
                name,
                *(f"{value:.3f}" for value in (each.precision, each.recall, each.f1)),
                *(str(value) for value in (each.hits, each.false_alarms, each.misses)),
            )
            for name, each in named
        ],
    )
    for verdict in scores.items:
        if verdict.relevant != verdict.expected:
            what = "missed" if verdict.expected else f"false alarm ({', '.join(verdict.topics)})"
            show.line(f"{verdict.id}: {what}")


# --- replay --------------------------------------------------------------------------------------


@app.command()
def replay(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="A source.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Recorded answers.")],
    as_json: AsJson = False,
) -> None:
    """Play the files of a folder, in name order, as successive answers of a source.

    Everything goes through the real pipeline into a scratch store. `meta.json` in the folder may
    give times and media types.
    """
    root: Root = context.obj
    source = root.source(id_)
    played = asyncio.run(_replay(root, source, recordings(folder)))
    if as_json:
        show.as_json([_played_json(source, n, *each) for n, each in enumerate(played, 1)])
    else:
        _show_played(source, played)


Played = tuple[Recording, Checked]


async def _replay(root: Root, source: Source, recorded: tuple[Recording, ...]) -> list[Played]:
    with (
        tempfile.TemporaryDirectory(prefix="policy-monitor-") as scratch,
        Store.open(f"sqlite:///{scratch}/replay.db") as store,
        show.progress("replaying", len(recorded)) as advance,
    ):
        played: list[Played] = []
        async with root.reader() as reader:
            async for each in play_back(
                source, recorded, store=store, rules=root.rules, reader=reader
            ):
                played.append(each)
                advance(each[0].file.name)
        return played


def _played_json(
    source: Source, number: int, recording: Recording, checked: Checked
) -> dict[str, Any]:
    return {
        "version": number,
        "file": recording.file.name,
        "at": show.iso(recording.at),
        "outcome": checked.outcome.value,
        "error": checked.error,
        "changes": [
            {
                "kind": change.kind.value,
                "title": change.item.title,
                "added": list(change.added),
                "removed": list(change.removed),
            }
            for change in checked.changes
        ],
        "alerts": [show.alert_json(alert, source) for alert in checked.alerts],
    }


def _show_played(source: Source, played: Iterable[Played]) -> None:
    show.table(
        source.name,
        ["version", "file", "outcome", "changes", "alerts", "trouble"],
        [
            (
                str(number),
                recording.file.name,
                checked.outcome.value,
                ", ".join(f"{c.kind.value} {c.item.title[:40]}" for c in checked.changes[:3]),
                str(len(checked.alerts) or ""),
                checked.error or "",
            )
            for number, (recording, checked) in enumerate(played, 1)
        ],
    )
