"""The command that shows what in a source moves without being news: noise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.looking import since_when
from monitor.cli.root import Root
from monitor.config import read_ignored
from monitor.model import Source
from monitor.model.told import Told
from monitor.noise import Habit, Hidden, Life, Noise, Stand, Why, hides, study
from monitor.store import ItemVersion, Store

_WORDS = {
    Why.NUMBERS: "only numbers and dates",
    Why.FLAPPING: "comes and goes",
    Why.ROTATING: "changes every time",
}
_SHOWN = 5
_LONGEST = 70


@app.command()
def noise(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]…", help="Sources. [all of them]")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only changes found since: 90d, or 2026-11-01.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which parts of a source change without being news, with a line to `ignore` them.

    Learnt from the stored versions. Nothing is hidden until the line stands in sources.yaml; what
    it would have hidden is said, above all where a topic matched surely.
    """
    root: Root = context.obj
    after = since_when(since)
    chosen = [root.source(id_) for id_ in ids] if ids else list(root.config.sources)
    with root.store() as store, show.progress("reading", len(chosen)) as advance:
        reports = []
        for source in chosen:
            lives = _lives(store.history.item_versions(source.id))
            patterns = _compiled(source.ignore_patterns)
            found = study(lives, patterns, source.numbers, after)
            lines = _lines(found.habits)
            more = _compiled(pattern for _, pattern in lines)
            hidden = hides(lives, _alerts(store, source), patterns, source.numbers, more)
            if found.edits:
                reports.append((source, found, [line for line, _ in lines], hidden))
            advance(source.id)
    if as_json:
        show.as_json([_report_json(*report) for report in reports])
        return
    for report in reports:
        _show_report(*report)
    if not reports:
        show.line(Told("no edits are stored, so there is nothing to learn from yet"))


def _lives(versions: Iterable[ItemVersion]) -> list[Life]:
    lives = groupby(versions, attrgetter("item"))
    return [[Stand(version.at, version.body) for version in life] for _, life in lives]


def _compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


def _alerts(store: Store, source: Source) -> list[Any]:
    return [alert for alert in store.history.alerts() if alert.source == source.id]


def _lines(habits: Iterable[Habit]) -> list[tuple[str, str]]:
    """The phrases that can be used as they are, and the patterns they stand for."""
    lines: dict[str, str] = {}
    for habit in habits:
        if habit.ignore is None or habit.times < 2:
            continue
        try:
            pattern = read_ignored(habit.ignore).pattern
        except ValueError:
            continue
        if pattern:
            lines[habit.ignore] = pattern
    return list(lines.items())


def _yaml(lines: Iterable[str]) -> str:
    return f"ignore: [{', '.join(map(show.json_text, lines))}]"


def _report_json(source: Source, found: Noise, lines: list[str], hidden: Hidden) -> dict[str, Any]:
    return {
        "source": source.id,
        "edits": len(found.edits),
        "shares": {why.value: round(found.share(why), 3) for why in Why},
        "habits": [
            {
                "why": habit.why.value,
                "times": habit.times,
                "before": habit.before,
                "after": habit.after,
                "ignore": habit.ignore,
                "between": list(habit.place) if habit.place else None,
            }
            for habit in found.habits
        ],
        "ignore": lines,
        "hidden": {"edits": hidden.edits, "sure_alerts": [alert.id for alert in hidden.sure]},
    }


def _show_report(source: Source, found: Noise, lines: list[str], hidden: Hidden) -> None:
    parts = [f"{found.share(why):.0%} {words}" for why, words in _WORDS.items() if found.share(why)]
    show.line(
        Told(
            "{id}: {edits} edits, {parts}",
            id=source.id,
            edits=len(found.edits),
            parts=", ".join(parts) or Told("all news"),
        ),
        "bold",
    )
    for habit in found.habits[:_SHOWN]:
        after = f" → «{_cut(habit.after)}»" if habit.after else ""
        show.line(f"  {_WORDS[habit.why]}, {habit.times}×: «{_cut(habit.before)}»{after}")
        if habit.place and habit.ignore is None:
            above, below = map(_cut, habit.place)
            show.line(
                Told(
                    "    no phrase fits; find a selector for what is between «{above}» and "
                    "«{below}»",
                    above=above,
                    below=below,
                )
            )
    if lines and hidden.edits:
        show.line(f"  {_yaml(lines)}", "green")
        show.line(
            Told(
                "    would have hidden {hidden} of {edits} edits",
                hidden=hidden.edits,
                edits=len(found.edits),
            )
        )
    elif found.share(Why.NUMBERS):
        show.line("  numbers: none", "green")
    for alert in hidden.sure:
        when = show.moment(alert.detected_at)
        show.line(
            Told(
                "    CAREFUL: it hides the sure alert of {when}: {title}",
                when=when,
                title=alert.title,
            ),
            "red",
        )
    show.line("")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
