"""The command `try`: fetch once, show what would come of it, store nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit

import typer
from rich.text import Text

from monitor.adapters.guarded import proposal as proposal_of
from monitor.adapters.propose import MOST_FEEDS, Proposal
from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.entry import as_comment, entry_of, entry_text
from monitor.cli.root import Root
from monitor.cli.speaking import say
from monitor.errors import ExtractError, MonitorError, SourceError
from monitor.fetch import Fetcher
from monitor.match import find
from monitor.model import Fetched, Item, Match, NotModified, Request, Select, Source, SourceState
from monitor.model.told import Told, reason
from monitor.pipeline import Fetch
from monitor.pipeline.reading import Reading, read
from monitor.reader import Ended, Reader
from monitor.text.fingerprint import canonical_url
from monitor.text.slug import slug

Found: TypeAlias = tuple[Source, Sequence[Item]]

# A feed that shares so many links with the page shows the same, and better.
_SAME = 2


@dataclass(frozen=True, slots=True)
class Tried:
    """What was read, how it would be watched, and how else it could be.

    `feeds` are all that the page names; `others` those of them, or the page itself, that work too.
    """

    source: Source
    items: Sequence[Item]
    is_new: bool = False
    feeds: tuple[str, ...] = ()
    others: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = ()


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

    For an address that is no source yet, an entry for sources.yaml is proposed: a feed that the
    page names, selectors for its list, or what else reads it best.
    """
    root: Root = context.obj
    try:
        tried = asyncio.run(_try(root, what, allow_private))
    except SourceError as error:
        raise MonitorError(reason(error)) from error
    found = [(item, _matches(root, tried.source, item)) for item in tried.items]
    if as_json:
        show.as_json(_tried_json(found, tried))
    else:
        _show_tried(found, tried)


async def _try(root: Root, what: str, allow_private: bool) -> Tried:
    async with root.fetcher() as fetcher, root.reader() as reader:
        if "://" in what:
            return await try_address(fetcher, reader, what, allow_private)
        source = root.source(what)
        reading = await _fresh(source, fetcher.fetch, reader)
        return Tried(source, reading.items or ())


# --- a new address -------------------------------------------------------------------------------


async def _fresh(source: Source, fetch: Fetch, reader: Reader) -> Reading:
    return await read(source, SourceState(source.id), fetch, afresh=True, reader=reader)


async def try_address(fetcher: Fetcher, reader: Reader, url: str, allow_private: bool) -> Tried:
    """Fetch once; what is proposed is read from the same answer, without a second one."""
    source = Source(_id_for(url), url, "page", url, allow_private=allow_private)
    answer = await fetcher.fetch(Request(url), source)
    if isinstance(answer, NotModified):
        raise MonitorError(Told("{url} answered «not modified» to a first request", url=url))
    proposal, links = await _proposed(source, answer, reader)
    proposed = proposal.applied_to(source)
    items, warnings = await _read(proposed, proposal, answer, reader)
    tried = Tried(proposed, items, True, proposal.feeds, (), warnings)
    working: list[Found] = []
    for address in proposal.feeds[:MOST_FEEDS]:
        try:
            working += await _feed(fetcher, reader, tried, address)
        except SourceError as error:
            tried = replace(
                tried,
                warnings=(*tried.warnings, Told("a feed that it names: {error}", error=error)),
            )
    return _best(tried, working, links)


async def _proposed(
    source: Source, answer: Fetched, reader: Reader
) -> tuple[Proposal, frozenset[str]]:
    """How the answer is best read, and where it links to. Raises SourceError."""
    async with reader.begin(partial(proposal_of, source)) as talk:
        found = await talk.tell(answer)
    if not isinstance(found, Ended):
        raise ExtractError(f"{source.url}: nothing could be proposed from one answer")
    return found.value


async def _read(
    source: Source, proposal: Proposal, answer: Fetched, reader: Reader
) -> tuple[Sequence[Item], tuple[str, ...]]:
    """The items of the proposal; a page that cannot be read is proposed with a warning."""
    if proposal.kind == "page" and proposal.warnings and proposal.select == Select():
        plain = replace(source, browser=False)
        try:
            reading = await _fresh(plain, _Once(answer), reader)
        except SourceError as error:
            return (), (reason(error),)
        return reading.items or (), proposal.warnings
    once = replace(source, options={**source.options, **_one_page(source)})
    reading = await _fresh(once, _Once(answer), reader)
    return reading.items or (), proposal.warnings


def _one_page(source: Source) -> dict[str, tuple[str, ...]]:
    return {"pages": ("1",)} if source.kind == "json" else {}


async def _feed(fetcher: Fetcher, reader: Reader, tried: Tried, url: str) -> list[Found]:
    """A feed that the page names; nothing if it has no entries. Raises SourceError."""
    source = replace(
        tried.source,
        id=_id_for(url),
        kind="feed",
        url=url,
        select=Select(),
        expect=replace(tried.source.expect, min_items=1),
        browser=False,
    )
    reading = await _fresh(source, fetcher.fetch, reader)
    return [(source, reading.items)] if reading.items else []


def _best(tried: Tried, working: list[Found], links: frozenset[str]) -> Tried:
    """Prefer the feed that shows what the page shows, or any where the page shows no list."""
    if not working:
        return tried

    def shared(items: Sequence[Item]) -> int:
        return sum(bool(item.url) and canonical_url(item.url or "") in links for item in items)

    feed, items = max(working, key=lambda each: shared(each[1]))
    sources = [source for source, _ in working]
    has_list = tried.source.select.items is not None
    is_article = tried.source.kind == "document"
    if shared(items) >= _SAME or not (has_list or is_article):
        rest = [*(source for source in sources if source is not feed), *([tried.source] * has_list)]
        return replace(tried, source=feed, items=items, others=tuple(rest), warnings=())
    return replace(tried, others=tuple(sources))


class _Once:
    """Answers the first request with what was fetched already."""

    def __init__(self, answer: Fetched) -> None:
        self._answer = answer

    async def __call__(
        self, request: Request, source: Source, validators: object = None
    ) -> Fetched | NotModified:
        return self._answer


def _id_for(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "source").removeprefix("www.")
    return slug(f"{host} {Path(parts.path).stem}")


# --- shown ---------------------------------------------------------------------------------------


def _matches(root: Root, source: Source, item: Item) -> tuple[Match, ...]:
    text = "\n\n".join((item.title, *item.blocks))
    return find(root.rules, text, title=item.title, topics=source.topics or None)


def _tried_json(found: list[tuple[Item, tuple[Match, ...]]], tried: Tried) -> dict[str, Any]:
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
        "entry": entry_of(tried.source) if tried.is_new else None,
        "feeds": list(tried.feeds),
        "others": [entry_of(source) for source in tried.others],
        "warnings": list(tried.warnings),
    }


def _show_tried(found: list[tuple[Item, tuple[Match, ...]]], tried: Tried) -> None:
    for item, matches in found:
        date = (
            show.moment(item.published)
            if item.published
            else item.published_text or say(Told("no date"))
        )
        show.line(item.title, style="bold")
        show.line(f"  {date}  {item.url or ''}")
        for match in matches:
            tier = "" if match.tier.value == "sure" else say(Told(" (perhaps)"))
            show.line(Text.assemble(f"  {match.topic}{tier}: ", show.excerpt(match.excerpt)))
    matched = sum(bool(matches) for _, matches in found)
    counted = say(Told("{items} items, {matched} of them match", items=len(found), matched=matched))
    show.line(f"\n{counted}")
    for warning in tried.warnings:
        show.line(Told("mind: {warning}", warning=warning), style="yellow")
    if tried.is_new:
        show.line("\n" + say(Told("proposed entry for sources.yaml:")) + "\n")
        show.line(entry_text(entry_of(tried.source), (counted, *map(say, tried.warnings))))
        for other in tried.others:
            feed = other.kind == "feed"
            told = Told("or, as a feed:") if feed else Told("or, as the page itself:")
            show.line(f"\n  # {say(told)}")
            show.line(as_comment(entry_text(entry_of(other))))
