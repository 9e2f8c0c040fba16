"""Commands that keep the database safe and small: backup, restore, prune."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.looking import duration
from monitor.cli.root import Root, now
from monitor.errors import StoreError
from monitor.model.told import Told, form
from monitor.store import Retention, Store, back_up
from monitor.store import restore as put_back

_KEPT = Retention()

_DID = form("{mails} mails were emptied, {versions} old texts forgotten, {digests} digests removed")
_WOULD = form(
    "{mails} mails would be emptied, {versions} old texts forgotten, {digests} digests removed"
)


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy is to be.")],
    force: Annotated[
        bool, typer.Option("--force", help="Take the place of a file that is there.")
    ] = False,
) -> None:
    """Copy the database into a file, also while the service runs.

    The copy appears under its name only when it is whole and verified. It holds mail addresses:
    keep it as safe as the database.
    """
    root: Root = context.obj
    with show.progress("copying", 1) as advance:
        size = back_up(root.settings.database, file, replace=force)
        advance(str(file))
    show.line(Told("{file}: {megabytes}, verified", file=file, megabytes=_megabytes(size)))


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `backup` made.")],
) -> None:
    """Put a copy in the place of the database; stop the service first.

    The copy is verified before anything changes, and the present database is kept beside it. What
    was mailed after the copy was made is not known to it, and may be mailed again.
    """
    root: Root = context.obj
    with show.progress("restoring", 1) as advance:
        restored = put_back(root.settings.database, file, now())
        advance(str(file))
    show.line(Told("{file} is again what {copy} holds", file=restored.file, copy=file))
    if restored.before:
        show.line(Told("what was there before is kept as {before}", before=restored.before))
    with root.store() as store:
        _tell_what_follows(store)


def _tell_what_follows(store: Store) -> None:
    """What the copy does not know, and what that leads to."""
    mails = store.outbox.count().pending
    states = store.digests.states().values()
    alerts = {alert.id for state in states for alert in store.digests.pending(state)}
    show.line(
        Told(
            "It knows nothing of what happened after {when}. In it {mails} mails wait in "
            "the outbox and {alerts} alerts for a digest. What of these was mailed since "
            "will be mailed again: mails with the same bytes and Message-ID, alerts in a new "
            "digest. What sources changed since will be found and told again. "
            "`policy-monitor digest --preview DIR` shows what waits; warn the readers, then "
            "start the service.",
            when=show.moment(store.upkeep.newest()),
            mails=mails,
            alerts=len(alerts),
        )
    )


@app.command()
def prune(
    context: typer.Context,
    mails: Annotated[
        str, typer.Option(help="Keep text and address of settled mails this long.")
    ] = f"{_KEPT.mails.days}d",
    versions: Annotated[
        str, typer.Option(help="Keep old texts of items, and digests, this long.")
    ] = f"{_KEPT.versions.days}d",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing, only say how much it would be.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forget what is old: mails with their addresses, texts that were replaced long ago, digests.

    Alerts stay, with the newest text of each item, texts that raised an alert, and the
    fingerprints of all that was ever seen: nothing is told again. The service does the same once
    a day, with the default times. Run by hand while it is stopped, the file is made smaller, too.
    """
    root: Root = context.obj
    retention = Retention(duration(mails), duration(versions))
    with root.store() as store:
        pruned = store.upkeep.prune(now(), retention, dry_run=dry_run)
        note = None if dry_run else _shrink(store)
    if as_json:
        numbers = {name: getattr(pruned, name) for name in ("mails", "versions", "digests")}
        show.as_json(numbers | {"dry_run": dry_run})
        return
    show.line(
        Told(
            _WOULD if dry_run else _DID,
            mails=pruned.mails,
            versions=pruned.versions,
            digests=pruned.digests,
        )
    )
    if note:
        show.line(note)


def _shrink(store: Store) -> str | None:
    """Write the file anew where that pays, and say what came of it."""
    before = store.upkeep.room()
    if before is None or not before.is_worth_shrinking:
        return None
    try:
        with store.only_daemon(), show.progress("shrinking", 1):
            store.upkeep.shrink()
    except StoreError as error:
        unused = _megabytes(before.unused)
        return f"{unused} within the file are free for new rows; it was not made smaller: {error}"
    after = store.upkeep.room() or before
    return f"the file shrank from {_megabytes(before.size)} to {_megabytes(after.size)}"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
