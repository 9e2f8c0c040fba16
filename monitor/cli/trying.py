"""The command `try`: fetch once, show what would come of it, store nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.text import Text

from monitor.adapters.propose import Proposal, propose
from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root
from monitor.errors import MonitorError, SourceError
from monitor.match import find
from monitor.model import Fetched, Item, Match, NotModified, Request, Source, SourceState
from monitor.pipeline.reading import read
from monitor.text.slug import slug


@app.command(name="try")
def try_(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ID|URL", help="A source, or any address.")],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The address may be on this machine or network.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch once and show what would be extracted and matched; nothing is stored.

    For an address that is no source yet, an entry for sources.yaml is proposed.
    """
    root: Root = context.obj
    try:
        if "://" in what:
            source, items, feeds = asyncio.run(_try_address(root, what, allow_private))
            entry: dict[str, Any] | None = _entry(source)
        else:
            source, feeds, entry = root.source(what), (), None
            items = asyncio.run(_try_source(root, source))
    except SourceError as error:
        raise MonitorError(f"{what}: {error}") from error
    found = [(item, _matches(root, source, item)) for item in items]
    if as_json:
        show.as_json(_tried_json(found, entry, feeds))
        return
    _show_tried(found)
    for feed in feeds:
        show.line(f"the page names a feed, which is mostly the better source: {feed}")
    if entry:
        show.line("\nproposed entry for sources.yaml:\n")
        show.line(_entry_text(entry))


async def _try_source(root: Root, source: Source) -> Sequence[Item]:
    async with root.fetcher() as fetcher:
        reading = await read(source, SourceState(source.id), fetcher.fetch, afresh=True)
    return reading.items or ()


async def _try_address(
    root: Root, url: str, allow_private: bool
) -> tuple[Source, Sequence[Item], tuple[str, ...]]:
    """Fetch once; the kind is guessed from the answer, which is then read without a second one."""
    source = Source(_id_for(url), url, "page", url, allow_private=allow_private)
    async with root.fetcher() as fetcher:
        answer = await fetcher.fetch(Request(url), source)
        if isinstance(answer, NotModified):
            raise MonitorError(f"{url} answered «not modified» to a first request")
        proposal = propose(answer)
        source = _source(source, proposal)
        reading = await read(source, SourceState(source.id), _Once(answer), afresh=True)
    return source, reading.items or (), proposal.feeds


class _Once:
    """Answers the first request with what was fetched already."""

    def __init__(self, answer: Fetched) -> None:
        self._answer = answer

    async def __call__(
        self, request: Request, source: Source, validators: object = None
    ) -> Fetched | NotModified:
        return self._answer


def _source(tried: Source, proposal: Proposal) -> Source:
    return Source(
        tried.id, proposal.name, proposal.kind, tried.url, allow_private=tried.allow_private
    )


def _id_for(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "source").removeprefix("www.")
    return slug(f"{host} {Path(parts.path).stem}")


def _entry(source: Source) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "every": "6h",
    }
    return entry | ({"allow_private": True} if source.allow_private else {})


def _entry_text(entry: dict[str, Any]) -> str:
    lines = [f"    {key}: {_scalar(value)}" for key, value in entry.items()]
    return "\n".join(["  - " + lines[0].strip(), *lines[1:]])


def _scalar(value: object) -> str:
    """A value as YAML reads it back: JSON strings are YAML strings."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    plain = text and not set(text) & set(":#{}[],&*?|<>=!%@`'\"\\\n") and text == text.strip()
    return text if plain or text.startswith("https://") else show.json_text(text)


def _matches(root: Root, source: Source, item: Item) -> tuple[Match, ...]:
    text = "\n\n".join((item.title, *item.blocks))
    return find(root.rules, text, title=item.title, topics=source.topics or None)


def _tried_json(
    found: list[tuple[Item, tuple[Match, ...]]],
    entry: dict[str, Any] | None,
    feeds: tuple[str, ...],
) -> dict[str, Any]:
    return {
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "url": item.url,
                "published": show.iso(item.published),
                "published_text": item.published_text,
                "blocks": list(item.blocks),
            }
            for item, _ in found
        ],
        "matches": [
            {"item": item.id, **show.match_json(match)}
            for item, matches in found
            for match in matches
        ],
        "entry": entry,
        "feeds": list(feeds),
    }


def _show_tried(found: list[tuple[Item, tuple[Match, ...]]]) -> None:
    for item, matches in found:
        date = show.moment(item.published) if item.published else item.published_text or "no date"
        show.line(item.title, style="bold")
        show.line(f"  {date}  {item.url or ''}")
        for match in matches:
            tier = "" if match.tier.value == "sure" else " (perhaps)"
            show.line(Text.assemble(f"  {match.topic}{tier}: ", show.excerpt(match.excerpt)))
    matched = sum(bool(matches) for _, matches in found)
    show.line(f"\n{len(found)} items, {matched} of them match")
