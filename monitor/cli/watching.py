"""Commands that do the work: check, run, digest, deliver."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli import show
from monitor.cli.app import EXIT_UNDONE, AsJson, app
from monitor.cli.publishing import keeper_of
from monitor.cli.root import Root, now
from monitor.cli.speaking import say
from monitor.cli.working import handing_out
from monitor.daemon import Daemon, Plan
from monitor.errors import MonitorError
from monitor.metrics import publish
from monitor.model import Source
from monitor.model.told import Told
from monitor.notify import Notifier
from monitor.pipeline import (
    Checked,
    Composed,
    Delivered,
    Outcome,
    check_sources,
    compose_digests,
    deliver_pending,
    preview_digests,
)
from monitor.render import compose
from monitor.standing import standing
from monitor.store import Store


@app.command()
def check(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Sources; all if none is named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the named sources, or all, once and now, due or not.

    A source in trouble is part of the result, not a failure of this command.
    """
    root: Root = context.obj
    sources = [root.source(id_) for id_ in dict.fromkeys(ids or ())] or [
        source for source in root.config.sources if source.enabled
    ]
    with root.store() as store:
        store.digests.meet([each.id for each in root.config.lists], now())
        checked = asyncio.run(_check(root, store, sources))
    if as_json:
        show.as_json(_checked_json(checked))
    else:
        _show_checked(checked)


async def _check(root: Root, store: Store, sources: list[Source]) -> tuple[Checked, ...]:
    with show.progress("checking", len(sources)) as advance:
        async with root.fetcher() as fetcher, root.reader() as reader:
            return await check_sources(
                sources,
                store=store,
                fetch=fetcher.fetch,
                rules=root.rules,
                now=now,
                reader=reader,
                done=lambda checked: advance(checked.source),
            )


def _checked_json(checked: tuple[Checked, ...]) -> dict[str, Any]:
    outcomes = [each.outcome for each in checked]
    return {
        "checked": len(checked),
        "unchanged": outcomes.count(Outcome.UNCHANGED),
        "changed": outcomes.count(Outcome.CHANGED),
        "failed": outcomes.count(Outcome.FAILED),
        "alerts": sum(len(each.alerts) for each in checked),
        "sources": [
            {
                "id": each.source,
                "outcome": each.outcome.value,
                "changes": len(each.changes),
                "alerts": len(each.alerts),
                "error": each.error,
            }
            for each in checked
        ],
    }


def _show_checked(checked: tuple[Checked, ...]) -> None:
    show.table(
        "",
        ["source", "outcome", "changes", "alerts", "trouble"],
        [
            (
                each.source,
                each.outcome.value,
                str(len(each.changes) or ""),
                str(len(each.alerts) or ""),
                each.error or "",
            )
            for each in checked
        ],
    )
    totals = _checked_json(checked)
    show.line(
        Told(
            "{checked} checked, {changed} changed, {failed} failed, {alerts} alerts",
            checked=totals["checked"],
            changed=totals["changed"],
            failed=totals["failed"],
            alerts=totals["alerts"],
        )
    )


@app.command()
def run(
    context: typer.Context,
    queue: Annotated[
        bool,
        typer.Option("--queue", help="Leave the checks to `policy-monitor worker` (PostgreSQL)."),
    ] = False,
) -> None:
    """Run as a service: check what is due, compose and deliver digests, until told to stop.

    SIGHUP reads the configuration anew; a broken one is refused and the old goes on.
    """
    root: Root = context.obj
    plan = root.plan()
    with root.store() as store, store.only_daemon():
        asyncio.run(_run(root, store, plan, queue=queue))


async def _run(root: Root, store: Store, plan: Any, *, queue: bool) -> None:
    async with (
        root.fetcher() as fetcher,
        root.reader() as reader,
        handing_out(store, queue) as hand_out,
    ):
        daemon = Daemon(
            plan,
            store=store,
            fetch=fetcher.fetch,
            reader=reader,
            door=root.door(),
            reload=root.plan,
            now=now,
            notifier=Notifier(os.environ),
            returns=root.returns(),
            measure=_measure(root, store),
            archive=keeper_of(root, store),
            hand_out=hand_out,
        )
        await daemon.run()


def _measure(root: Root, store: Store) -> Callable[[Plan], None] | None:
    """What publishes how everything stands, if somebody wants to know."""
    if (file := root.settings.metrics) is None:
        return None
    return lambda plan: publish(file, standing(plan.sources, plan.office.lists, store, now()))


@app.command()
def digest(
    context: typer.Context,
    lists: Annotated[
        list[str] | None, typer.Argument(metavar="[LIST]...", help="Lists; all if none is named.")
    ] = None,
    preview: Annotated[
        Path | None, typer.Option(help="Only write what would be mailed into this folder.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Do not wait for the schedule: cut off now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compose the digests that are due, and deliver them."""
    root: Root = context.obj
    only = [root.mailing_list(id_).id for id_ in lists or ()]
    if preview and force:
        raise typer.BadParameter(
            say(Told("--preview shows what would be mailed now; leave out --force"))
        )
    with root.store() as store:
        if preview:
            _show_previews(_preview(root, store, preview, only), as_json=as_json)
            return
        composed = compose_digests(root.office(), store, now(), only=only, force=force)
        delivered = _deliver(root, store)
        rows = [_composed_json(each, store) for each in composed]
    if as_json:
        show.as_json({"digests": rows})
    else:
        _show_composed(rows, delivered)
    undone = delivered.retry or delivered.failed
    if undone or any(each.state == "failed" for each in composed):
        raise typer.Exit(EXIT_UNDONE)


def _preview(root: Root, store: Store, folder: Path, only: list[str]) -> list[dict[str, Any]]:
    """Write the mails, and return what they are; MonitorError when they cannot be written."""
    written: list[dict[str, Any]] = []
    for planned, rendered in preview_digests(root.office(), store, now(), only=only):
        wire = compose(
            rendered,
            message_id=planned.message_id,
            date=planned.cutoff,
            sender=root.settings.mail_from,
            recipient=root.mailing_list(planned.list_id).to[0],
            list_id=planned.list_id,
            list_name=planned.list_name,
            unsubscribe=root.settings.mail_unsubscribe,
        )
        forms = {".eml": wire, ".html": rendered.html.encode(), ".txt": rendered.text.encode()}
        files = {folder / f"{planned.list_id}{ending}": form for ending, form in forms.items()}
        _write(folder, files)
        names = list(map(str, files))
        written.append({"list": planned.list_id, "alerts": planned.count, "files": names})
    return written


def _write(folder: Path, files: Mapping[Path, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            path.write_bytes(content)
    except OSError as error:
        where = error.filename or folder
        raise MonitorError(
            Told(
                "{file} cannot be written: {why}",
                file=where,
                why=error.strerror or error,
            )
        ) from error


def _show_previews(written: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show.as_json({"previews": written})
        return
    for each in written:
        show.line(
            Told(
                "{list}: {alerts} entries – {file}",
                list=each["list"],
                alerts=each["alerts"],
                file=each["files"][1],
            )
        )


def _composed_json(composed: Composed, store: Store) -> dict[str, Any]:
    state = composed.state
    if composed.message_id is not None:
        state = store.outbox.state_of(composed.message_id)
    return {
        "list": composed.list_id,
        "message_id": composed.message_id,
        "alerts": composed.alerts,
        "state": state,
        "error": composed.error,
    }


def _show_composed(rows: list[dict[str, Any]], delivered: Delivered) -> None:
    if rows:
        show.table(
            "",
            ["list", "alerts", "state", "message"],
            [(r["list"], str(r["alerts"]), r["state"], r["message_id"] or "") for r in rows],
        )
    else:
        show.line(Told("no digest is due"))
    for row in rows:
        if row["error"]:
            show.line(row["error"], style="red")
    _show_delivered(delivered)


@app.command()
def deliver(
    context: typer.Context,
    at_once: Annotated[
        bool, typer.Option("--now", help="Also what waits for its next attempt.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send what is in the outbox and due."""
    root: Root = context.obj
    with root.store() as store:
        delivered = _deliver(root, store, waiting_too=at_once)
    if as_json:
        show.as_json({"sent": delivered.sent, "retry": delivered.retry, "failed": delivered.failed})
    else:
        _show_delivered(delivered)
    if delivered.retry or delivered.failed:
        raise typer.Exit(EXIT_UNDONE)


def _deliver(root: Root, store: Store, *, waiting_too: bool = False) -> Delivered:
    return asyncio.run(
        deliver_pending(
            store,
            root.door(),
            now,
            waiting_too=waiting_too,
            bounces_to=root.settings.mail_return,
        )
    )


def _show_delivered(delivered: Delivered) -> None:
    show.line(
        Told(
            "{sent} mails sent, {retry} to be tried again, {failed} refused",
            sent=delivered.sent,
            retry=delivered.retry,
            failed=delivered.failed,
        )
    )
