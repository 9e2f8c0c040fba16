"""The command that shows how everything stands: status. Watched by people, it is to start fast."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root, now
from monitor.model import Source, SourceState
from monitor.model.told import Told
from monitor.standing import ListStanding, SourceStanding, Standing, standing
from monitor.store import OutboxCount, Pause


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
