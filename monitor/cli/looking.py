"""Commands that look at what was stored: alerts, history, diff, status."""

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
from monitor.model import Alert, Item, Source, SourceState
from monitor.model.told import Told
from monitor.standing import ListStanding, SourceStanding, Standing, standing
from monitor.store import OutboxCount, Pause, VersionRow
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


@app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the health of every source, the lists, and the outbox."""
    root: Root = context.obj
    with root.store() as store:
        shown = standing(root.config.sources, root.config.lists, store, now())
    if as_json:
        show.as_json(
            {
                "sources": [_source_json(each) for each in shown.sources],
                "lists": [_list_json(each) for each in shown.lists],
                "outbox": _outbox_json(shown.outbox),
                "paused": [paused_json(each) for each in shown.paused],
            }
        )
    else:
        _show_status(shown)
        for each in shown.paused:
            show.line(paused_line(each), style="red")


def _source_json(row: SourceStanding) -> dict[str, Any]:
    state = row.state
    return {
        "id": row.source.id,
        "state": row.health.value,
        "last_checked": show.iso(state.last_checked),
        "last_changed": show.iso(state.last_changed),
        "last_error": state.last_error,
        "next_check": show.iso(state.next_check),
        "failing_since": show.iso(state.failing_since),
        "failures": state.failures,
        "held": state.shrunk,
        "odd": state.odd,
        "patience_days": state.patience and round(state.patience / timedelta(days=1), 1),
        "outage": {
            "since": show.iso(state.outage_since),
            "until": show.iso(state.outage_until),
            "caught_up": state.caught_up,
        },
    }


def _list_json(row: ListStanding) -> dict[str, Any]:
    return {
        "id": row.state.id,
        "last_cutoff": show.iso(row.state.last_cutoff),
        "last_mail": show.iso(row.state.last_mail),
        "due_since": show.iso(row.due),
    }


def _show_status(shown: Standing) -> None:
    show.table(
        "",
        ["source", "state", "checked", "changed", "next", "trouble"],
        [
            (
                row.source.id,
                row.health.value,
                show.moment(row.state.last_checked),
                show.moment(row.state.last_changed),
                show.moment(row.state.next_check),
                row.state.last_error or _doubt(row.source, row.state) or row.state.odd or "",
            )
            for row in shown.sources
        ],
    )
    for each in shown.lists:
        due = Told(", a digest is due since {when}", when=show.moment(each.due)) if each.due else ""
        show.line(
            Told(
                "list {id}: last cut off {cut}, last mail {mail}{due}",
                id=each.state.id,
                cut=show.moment(each.state.last_cutoff),
                mail=show.moment(each.state.last_mail),
                due=due,
            )
        )
    outbox = shown.outbox
    show.line(
        Told(
            "outbox: {pending} waiting, {accepted} sent, {refused} refused",
            pending=outbox.pending,
            accepted=outbox.accepted,
            refused=outbox.refused,
        )
    )
    if outbox.oldest_pending and shown.at - outbox.oldest_pending > timedelta(hours=1):
        why = f": {outbox.reply}" if outbox.reply else ""
        told = f"the oldest mail waits since {show.moment(outbox.oldest_pending)}{why}"
        show.line(told, style="red")


def _doubt(source: Source, state: SourceState) -> str:
    """What waits for another look, and where to see whether it does so often."""
    return f"{state.shrunk} (see `noise {source.id}`)" if state.shrunk else ""


def _outbox_json(outbox: OutboxCount) -> dict[str, Any]:
    return {
        "pending": outbox.pending,
        "accepted": outbox.accepted,
        "refused": outbox.refused,
        "oldest_pending": show.iso(outbox.oldest_pending),
        "reply": outbox.reply,
    }


def paused_json(pause: Pause) -> dict[str, Any]:
    """A pause as the interface names its parts."""
    return {"recipient": pause.recipient, "since": show.iso(pause.since), "reason": pause.reason}


def paused_line(pause: Pause) -> str:
    """A pause for people."""
    return f"{pause.recipient} gets nothing since {show.moment(pause.since)}: {pause.reason}"
