"""The command that writes the archive: site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root, now
from monitor.cli.speaking import say
from monitor.daemon import Plan
from monitor.model.told import Told
from monitor.pipeline.publishing import Keeper, Site, publish
from monitor.site.telling import Watch
from monitor.store import Store


@app.command()
def site(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Where the pages go. [MONITOR_SITE]")
    ] = None,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Write every page anew, not only what changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write all alerts as pages that any web server can show, or bring these up to date.

    Stories with their versions side by side, by topic, source and month; the health of the sources,
    statistics, a search without a service, an Atom feed per topic. No address of a recipient is in
    them.
    """
    root: Root = context.obj
    where = site_of(root, folder)
    if where is None:
        raise typer.BadParameter(say(Told("name a folder, or set MONITOR_SITE")))
    config = root.config
    watch = Watch({each.id: each for each in config.sources}, config.vocabulary.topics)
    with root.store() as store:
        published = publish(where, store, watch, now(), afresh=afresh)
    if as_json:
        show.as_json({"folder": str(where.folder), **asdict(published)})
        return
    show.line(
        Told(
            "{stories} stories of {alerts} alerts, {new} of them new: {written} files "
            "written, {removed} removed, {unchanged} left as they are",
            stories=published.stories,
            alerts=published.alerts,
            new=published.new,
            written=published.written,
            removed=published.removed,
            unchanged=published.unchanged,
        )
    )
    show.line(str(where.folder / "index.html"))


def site_of(root: Root, folder: Path | None = None) -> Site | None:
    """Return the archive that the settings ask for, or the one in `folder`; None without either."""
    settings = root.settings
    where = Path.cwd() / folder if folder else settings.site
    if where is None:
        return None
    return Site(
        where, root.pages(), url=settings.site_url, indexable=settings.site_robots == "index"
    )


def keeper_of(root: Root, store: Store) -> Callable[[Plan], None] | None:
    """Return what keeps the archive up to date while the service runs, if somebody wants one."""
    where = site_of(root)
    if where is None:
        return None
    keeper = Keeper(where, store)

    def keep(plan: Plan) -> None:
        watch = Watch({each.id: each for each in plan.sources}, plan.office.topics)
        keeper.keep(watch, now())

    return keep
