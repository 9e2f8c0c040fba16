"""Commands that look at what was stored: alerts, history, diff."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root, now
from monitor.cli.speaking import say
from monitor.digest import wanted
from monitor.due import parse_duration
from monitor.model import Alert, Item, Source
from monitor.model.told import Told
from monitor.store import VersionRow
from monitor.story import stories

_KIND_STYLES = {"added": "green", "edited": "yellow", "removed": "red"}


def duration(text: str) -> timedelta:
    """A length of time from `14d` or `6h`; wrong usage else."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def since_when(text: str | None) -> datetime | None:
    """A moment from `14d`, `2026-11-01` or an ISO time."""
    if text is None:
        return None
    with suppress(ValueError, OverflowError):
        return now() - parse_duration(text)
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            say(Told("`{text}` is no time; write 14d, 2026-11-01 or 2026-11-01T07:00", text=text))
        ) from None


@app.command()
def alerts(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="Only those found since: 14d, or 2026-11-01.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Only those of this topic.")] = None,
    mailing_list: Annotated[
        str | None, typer.Option("--list", help="Only those that this list wants.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the stored alerts, newest first."""
    root: Root = context.obj
    if topic is not None and topic not in root.config.vocabulary.topics:
        known = ", ".join(root.config.vocabulary.topics)
        raise typer.BadParameter(
            say(Told("there is no topic `{topic}`; there are {known}", topic=topic, known=known))
        )
    chosen = root.mailing_list(mailing_list) if mailing_list else None
    with root.store() as store:
        found = [
            alert
            for alert in store.history.alerts(since_when(since))
            if (topic is None or topic in alert.topics)
            and (chosen is None or wanted(alert, chosen))
        ]
    if as_json:
        sources = {source.id: source for source in root.config.sources}
        told = _stories(found, sources)
        show.as_json(
            [show.alert_json(each, sources.get(each.source)) | told[each.id] for each in found]
        )
        return
    for alert in found:
        kind = Text(alert.kind.value, style=_KIND_STYLES[alert.kind.value])
        show.line(Text.assemble(show.moment(alert.detected_at), "  ", kind, f"  {alert.source}"))
        show.line(f"  {alert.title}", style="bold")
        for match in alert.matches[:3]:
            show.line(Text.assemble("  ", show.excerpt(match.excerpt)))
        show.line(f"  {', '.join(alert.topics) or '(every change)'}  {alert.url or ''}\n")
    show.line(Told("{found} alerts", found=len(found)))


def _stories(
    alerts: Sequence[Alert], sources: Mapping[str, Source]
) -> dict[int | None, dict[str, Any]]:
    """For each alert its story's name, which is that of the oldest among these, and all of it."""
    complete = {source.id for source in sources.values() if source.complete}
    named: dict[int | None, dict[str, Any]] = {}
    for story in stories(alerts, complete):
        oldest = min(story, key=lambda alert: alert.id or 0)
        members = sorted(alert.id or 0 for alert in story)
        named |= {each.id: {"story": oldest.story, "story_members": members} for each in story}
    return named


@app.command()
def history(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="A source.")],
    as_json: AsJson = False,
) -> None:
    """Show the stored versions of a source."""
    root: Root = context.obj
    source = root.source(id_)
    with root.store() as store:
        versions = store.history.versions(source.id)
    if as_json:
        show.as_json([_version_json(version) for version in versions])
        return
    show.table(
        source.name,
        ["version", "at", "added", "edited", "removed"],
        [
            (
                str(v.number),
                show.moment(v.at),
                *(str(n or "") for n in (v.added, v.edited, v.removed)),
            )
            for v in versions
        ],
    )


def _version_json(version: VersionRow) -> dict[str, Any]:
    return {
        "version": version.number,
        "at": show.iso(version.at),
        "added": version.added,
        "edited": version.edited,
        "removed": version.removed,
    }


@app.command()
def diff(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="A source.")],
    a: Annotated[int | None, typer.Argument(metavar="A", help="The older version.")] = None,
    b: Annotated[int | None, typer.Argument(metavar="B", help="The newer version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two stored versions: the last two, A and the last, or A and B."""
    root: Root = context.obj
    source = root.source(id_)
    with root.store() as store:
        numbers = [version.number for version in store.history.versions(source.id)]
        older, newer = _choose(numbers, a, b, id_)
        before = store.history.state_at(source.id, older)
        after = store.history.state_at(source.id, newer)
    lines = _unified(before, after, f"version {older}", f"version {newer}")
    if as_json:
        show.as_json({"a": older, "b": newer, "lines": lines})
        return
    for each in lines:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(each[:1], "")
        show.line(each, style=style)
    if not lines:
        show.line(Told("versions {older} and {newer} read the same", older=older, newer=newer))


def _choose(numbers: list[int], a: int | None, b: int | None, id_: str) -> tuple[int, int]:
    if not numbers:
        raise typer.BadParameter(
            say(Told("nothing is stored of `{id}` yet; run `check {id}` first", id=id_))
        )
    for wanted_number in (a, b):
        if wanted_number is not None and wanted_number not in numbers:
            known = ", ".join(map(str, numbers[-10:]))
            raise typer.BadParameter(
                say(
                    Told(
                        "`{id}` has no version {number}; there are {known}",
                        id=id_,
                        number=wanted_number,
                        known=known,
                    )
                )
            )
    newer = b if b is not None else numbers[-1]
    older = a if a is not None else (numbers[-2] if len(numbers) > 1 else numbers[-1])
    return older, newer


def _unified(before: Mapping[str, Item], after: Mapping[str, Item], a: str, b: str) -> list[str]:
    return list(difflib.unified_diff(_lines(before), _lines(after), a, b, lineterm="", n=1))


def _lines(items: Mapping[str, Item]) -> list[str]:
    return [text for id_ in sorted(items) for text in (f"# {items[id_].title}", *items[id_].blocks)]
