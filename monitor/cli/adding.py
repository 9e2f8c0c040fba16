"""The command `add`: what `try` proposes for an address, written into sources.yaml."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.entry import entry_of, entry_text
from monitor.cli.root import Root
from monitor.cli.speaking import say
from monitor.cli.trying import Tried, try_address
from monitor.config import Known, NoPlaceError, Place, inserted, load, place_for, sources_in, usual
from monitor.config.texts import WrongValueError, read_id
from monitor.config.tree import Text
from monitor.errors import ConfigError, MonitorError, SourceError
from monitor.model.told import Told, reason
from monitor.text.fingerprint import canonical_url
from monitor.text.nearest import nearest

_FIRST = "https://first.example/"
_FIRST_SOURCE = f"id: first, name: First, kind: page, url: '{_FIRST}'"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the maintainer says of the new source."""

    url: str
    id: str | None
    name: str | None
    topics: tuple[str, ...]
    below: str | None
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Added:
    """What is, or would be, written: where, and the lines of the entry."""

    tried: Tried
    entry: dict[str, Any]
    place: Place
    lines: tuple[str, ...]


@app.command()
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a page, feed or API.")],
    *,
    id_: Annotated[
        str | None, typer.Option("--id", help="Its id; without it, one is made of the address.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The name that readers see.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Look for this topic only; may be repeated.")
    ] = None,
    below: Annotated[
        str | None, typer.Option(metavar="ID", help="Write it below this source.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The address may be on this machine or network.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be written, and where.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch an address once, and write what reads it best into sources.yaml.

    The entry is the one that `try` proposes. It comes to stand below the last source of the same
    site, or at the end; everything else in the file stays as it is, comments too. An address or id
    that is there already is refused.
    """
    root: Root = context.obj
    wanted = Wanted(url, id_, name, tuple(topic or ()), below, allow_private)
    file = root.settings.sources.resolve()
    with _sound(root, file) as sound:
        content = file.read_bytes()
        known = sources_in(content)
        _check(sound, wanted, known)
        try:
            tried = asyncio.run(_tried(sound, wanted))
        except SourceError as error:
            raise MonitorError(reason(error)) from error
    _refuse_known_address(tried.source.url, known)
    added = _entry(content, tried, wanted, {each.id for each in known})
    made = inserted(content, added.place, added.lines)
    _prove(root, file, made, known, added)
    if not dry_run:
        _replace(file, made)
    _show(file, added, dry_run=dry_run, as_json=as_json)


@contextmanager
def _sound(root: Root, file: Path) -> Iterator[Root]:
    """The root once its files are without mistakes; ConfigError with all of them otherwise.

    That nothing is watched yet is no mistake here: then another file with one source stands in.
    """
    if not file.exists() or not (content := file.read_bytes()) or sources_in(content):
        _ = root.config
        yield root
        return
    first = inserted(content, _place(content, _FIRST), (f"- {{{_FIRST_SOURCE}}}",))
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "sources.yaml"
        trial.write_bytes(first)
        recipients = root.settings.recipients
        there = recipients if recipients.exists() else trial.with_name("recipients.yaml")
        yield replace(root, settings=replace(root.settings, sources=trial, recipients=there))


def _place(content: bytes, url: str, below: str | None = None, entry: str = "") -> Place:
    try:
        return place_for(content, url, below)
    except NoPlaceError as error:
        raise MonitorError(
            Told("{error}\n\n{entry}", error=error, entry=entry) if entry else reason(error)
        ) from error


def _check(root: Root, wanted: Wanted, known: Sequence[Known]) -> None:
    """Refuse what can be refused before anything is fetched."""
    if "://" not in wanted.url:
        raise typer.BadParameter(
            say(Told("`{url}` is no address; write it with https://", url=wanted.url))
        )
    _refuse_known_address(wanted.url, known)
    lines = {each.id: each.first for each in known}
    if wanted.id is not None:
        try:
            read_id(Text(wanted.id, 0))
        except WrongValueError as error:
            raise typer.BadParameter(say(reason(error)), param_hint="--id") from error
        if wanted.id in lines:
            line = lines[wanted.id]
            told = Told("the id `{id}` stands already in line {line}", id=wanted.id, line=line)
            raise MonitorError(told)
    if wanted.below is not None and wanted.below not in lines:
        raise typer.BadParameter(say(_unknown("source", wanted.below, lines)), param_hint="--below")
    topics = root.config.vocabulary.topics
    for topic in wanted.topics:
        if topic not in topics:
            raise typer.BadParameter(say(_unknown("topic", topic, topics)), param_hint="--topic")


def _unknown(what: str, name: str, known: Any) -> Told:
    near = nearest(name, known)
    if what == "topic":
        told = Told("there is no topic `{name}`", name=name)
    else:
        told = Told("there is no source `{name}`", name=name)
    return Told("{told} – did you mean `{near}`?", told=told, near=near) if near else told


def _refuse_known_address(url: str, known: Sequence[Known]) -> None:
    for each in known:
        if each.url and _plain(each.url) == _plain(url):
            raise MonitorError(
                Told(
                    "{url} is a source already: `{id}` in line {line}; see what it gives with "
                    "`policy-monitor try {id}`",
                    url=url,
                    id=each.id,
                    line=each.first,
                )
            )


def _plain(url: str) -> str:
    return canonical_url(url.partition("#")[0])


async def _tried(root: Root, wanted: Wanted) -> Tried:
    async with root.fetcher() as fetcher, root.reader() as reader:
        return await try_address(fetcher, reader, wanted.url, wanted.allow_private)


def _entry(content: bytes, tried: Tried, wanted: Wanted, ids: set[str]) -> Added:
    source = replace(
        tried.source,
        id=wanted.id or _free(tried.source.id, ids),
        name=wanted.name or tried.source.name,
        topics=wanted.topics,
    )
    defaults = usual(content)
    entry = {key: v for key, v in entry_of(source).items() if defaults.get(key) != v}
    place = _place(content, source.url, wanted.below, entry_text(entry))
    text = entry_text(entry, tuple(map(say, tried.warnings)))
    return Added(tried, entry, place, tuple(line.removeprefix("  ") for line in text.splitlines()))


def _free(id_: str, taken: set[str]) -> str:
    """The id, or the first of `id-2`, `id-3` … that is free."""
    number, free = 1, id_
    while free in taken:
        number += 1
        free = f"{id_[:60]}-{number}"
    return free


def _prove(root: Root, file: Path, made: bytes, known: Sequence[Known], added: Added) -> None:
    """Lint the new file before it takes the place of the old one."""
    ids = [each.id for each in known]
    number = ids.index(added.place.below) + 1 if added.place.below else 0
    new = str(added.entry["id"])
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / file.name
        trial.write_bytes(made)
        recipients = root.settings.recipients
        try:
            load(trial, recipients if recipients.exists() else None)
        except ConfigError as error:
            raise ConfigError(
                [replace(p, file=file) if p.file == trial else p for p in error.problems]
            ) from error
    if [each.id for each in sources_in(made)] != [*ids[:number], new, *ids[number:]]:
        entry = "\n".join(added.lines)
        raise MonitorError(
            Told(
                "nobody can tell where the entry belongs; paste it yourself:\n\n{entry}",
                entry=entry,
            )
        )


def _replace(file: Path, content: bytes) -> None:
    """Put the new text in the place of the old, all or nothing, with its permissions."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as new:
            new.write(content)
        os.chmod(new.name, file.stat().st_mode)  # noqa: PTH101 - a name, not a path
        os.replace(new.name, file)  # noqa: PTH105
    except OSError as error:
        why = error.strerror or error
        raise MonitorError(Told("{file} cannot be written: {why}", file=file, why=why)) from error


def _show(file: Path, added: Added, *, dry_run: bool, as_json: bool) -> None:
    line = added.place.line + 1 + added.place.gap
    if as_json:
        show.as_json(
            {
                "file": str(file),
                "line": line,
                "below": added.place.below,
                "written": not dry_run,
                "items": len(added.tried.items),
                "entry": added.entry,
                "warnings": list(added.tried.warnings),
            }
        )
        return
    where = {"file": file, "line": line, "items": len(added.tried.items)}
    if dry_run:
        show.line(Told("would be written to {file}, line {line} ({items} entries read):", **where))
    else:
        show.line(Told("written to {file}, line {line} ({items} entries read):", **where))
    show.line("\n" + "\n".join(added.lines) + "\n")
    for warning in added.tried.warnings:
        show.line(Told("mind: {warning}", warning=warning), style="yellow")
    if not dry_run:
        show.line(Told("see what it gives with `policy-monitor try {id}`", id=added.entry["id"]))
