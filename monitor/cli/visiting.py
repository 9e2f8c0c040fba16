"""The command `check-sources`: does every entry still lead where it should?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from monitor.adapters.doubts import newest
from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root, now
from monitor.cli.speaking import say
from monitor.model import Source
from monitor.model.told import Told
from monitor.pipeline.visiting import Visit, visit_sources

_COLUMNS = ("source", "kind", "state", "items", "newest", "age", "topics", "what to look at")


@app.command(name="check-sources")
def check_entries(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Sources; all if none is named.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also the disabled ones.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: AsJson = False,
) -> None:
    """Visit every enabled source once and say what looks wrong; nothing is stored.

    To verify entries from a machine with network: run it with --all and paste the table.
    """
    if markdown and as_json:
        raise typer.BadParameter(say(Told("--markdown and --json exclude each other")))
    root: Root = context.obj
    sources = [root.source(id_) for id_ in ids or ()] or [
        source for source in root.config.sources if source.enabled or everything
    ]
    visits = asyncio.run(_visit(root, sources))
    moment = now()
    if as_json:
        show.as_json({"sources": [_json(each, moment) for each in visits]})
        return
    rows = [_row(each, moment) for each in visits]
    if markdown:
        show.markdown(_COLUMNS, rows)
    elif show.out.is_terminal:
        show.table("", _COLUMNS, rows)
    else:
        show.plain(_COLUMNS, rows)
    if not markdown:
        show.line(_summary(visits))


async def _visit(root: Root, sources: Sequence[Source]) -> tuple[Visit, ...]:
    with show.progress("visiting", len(sources)) as advance:
        async with root.fetcher() as fetcher, root.reader() as reader:
            return await visit_sources(
                sources,
                fetch=fetcher.fetch,
                rules=root.rules,
                now=now,
                reader=reader,
                done=lambda visit: advance(visit.source.id),
            )


def _row(visit: Visit, moment: datetime) -> tuple[str, ...]:
    latest = newest(visit.items)
    return (
        visit.source.id if visit.source.enabled else f"{visit.source.id} (off)",
        visit.source.kind,
        visit.state,
        str(len(visit.items)) if visit.error is None else "–",
        f"{latest:%Y-%m-%d}" if latest else "–",
        f"{(moment - latest).days} d" if latest else "–",
        ", ".join(f"{topic} {count}" for topic, count in visit.topics.items()) or "–",
        visit.error or "; ".join(visit.doubts),
    )


def _json(visit: Visit, moment: datetime) -> dict[str, Any]:
    latest = newest(visit.items)
    return {
        "id": visit.source.id,
        "kind": visit.source.kind,
        "enabled": visit.source.enabled,
        "state": visit.state,
        "error": visit.error,
        "url": visit.url,
        "items": len(visit.items),
        "newest": show.iso(latest),
        "age_days": (moment - latest).days if latest else None,
        "topics": dict(visit.topics),
        "doubts": list(visit.doubts),
    }


def _summary(visits: Sequence[Visit]) -> str:
    fine = sum(visit.state == "ok" and not visit.doubts for visit in visits)
    odd = sum(visit.state == "ok" and bool(visit.doubts) for visit in visits)
    failed = len(visits) - fine - odd
    return f"{len(visits)} visited: {fine} fine, {odd} to look at, {failed} failed"
