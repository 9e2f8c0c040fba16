"""One more source in a sources.yaml: a pure insertion, which leaves every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.config.tree import Map, Seq, Text, parse
from monitor.model.told import Told

_DASH = re.compile(r"( *)- +\S")
_INDENT = "  "


class NoPlaceError(ValueError):
    """The file is written in a way that nothing can be inserted into; says why."""


@dataclass(frozen=True, slots=True)
class Known:
    """A source as it stands in the file: its id, its address, and its lines from `first`."""

    id: str
    url: str
    first: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry goes: below `line` (counted from 1), its dash after `indent` blanks.

    `below` is the id of the source that it comes to stand below; `gap` asks for an empty line.
    """

    line: int
    indent: int
    gap: bool
    below: str | None


def usual(content: bytes) -> dict[str, str]:
    """Return the single texts below `defaults`, as typed."""
    tree, _ = parse(content)
    defaults = tree.get(Text("defaults", 0))
    found = defaults.items() if isinstance(defaults, Map) else ()
    return {str(key): str(value) for key, value in found if isinstance(value, Text)}


def sources_in(content: bytes) -> tuple[Known, ...]:
    """Return the sources of a file in their order; Unreadable when it is no YAML."""
    return _sources(parse(content)[0])


def _sources(tree: Map) -> tuple[Known, ...]:
    entries = tree.get(Text("sources", 0))
    return tuple(
        Known(str(entry.get(Text("id", 0), "")), str(entry.get(Text("url", 0), "")), entry.line)
        for entry in (entries if isinstance(entries, Seq) else ())
        if isinstance(entry, Map)
    )


def place_for(content: bytes, url: str, below: str | None = None) -> Place:
    """Return where a source with this address belongs: below the last one of the same site.

    `below` names another source to stand below. Without either it is the end of the list.
    Raises NoPlaceError when `sources` is not written as a list of lines that begin with a dash.
    """
    tree, _ = parse(content)
    lines = [line.rstrip("\r") for line in content.decode("utf-8-sig").split("\n")]
    known = _sources(tree)
    if not known:
        return _first_place(tree, lines)
    if not all(_DASH.match(lines[each.first - 1]) for each in known):
        raise NoPlaceError(
            Told("the sources do not each begin with a dash on a line; paste the entry yourself")
        )
    chosen = _neighbour(known, url, below)
    indents = [len(lines[each.first - 1].partition("-")[0]) for each in known]
    ends = _ends(tree, lines, known, indents[0])
    gap = any(_is_apart(lines, each.first) for each in known[1:])
    return Place(ends[chosen], indents[0], gap, known[chosen].id)


def _is_apart(lines: Sequence[str], first: int) -> bool:
    """Whether an empty line stands above an entry, or above the comments before it."""
    above = first - 1
    while lines[above - 1].lstrip().startswith("#"):
        above -= 1
    return not lines[above - 1].strip()


def _first_place(tree: Map, lines: Sequence[str]) -> Place:
    """The place of the first source; `sources:` must stand there, and hold nothing."""
    key = Text("sources", 0)
    line = tree.key_line("sources")
    if key not in tree or lines[line - 1].partition("#")[0].strip() != "sources:":
        raise NoPlaceError(
            Told("there is no list of sources; begin one with a line `sources:`, then add again")
        )
    return Place(line, len(_INDENT), False, None)


def _neighbour(known: Sequence[Known], url: str, below: str | None) -> int:
    """The number of the source that a new one comes to stand below."""
    if below is not None:
        return next(number for number, each in enumerate(known) if each.id == below)
    for site in (_host, _domain):
        alike = [n for n, each in enumerate(known) if each.url and site(each.url) == site(url)]
        if alike:
            return alike[-1]
    return len(known) - 1


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _domain(url: str) -> str:
    return ".".join(_host(url).split(".")[-2:])


def _ends(tree: Map, lines: Sequence[str], known: Sequence[Known], indent: int) -> list[int]:
    """The last line of each source; comments that stand before the next one are not its own."""
    after = [key.line for key in tree if key.line > known[-1].first]
    closing = [n for n, line in enumerate(lines, 1) if line == "..." and n > known[-1].first]
    stops = [*(each.first for each in known[1:]), min([*after, *closing, len(lines) + 1])]
    return [_end(lines, each.first, stop, indent) for each, stop in zip(known, stops, strict=True)]


def _end(lines: Sequence[str], first: int, stop: int, indent: int) -> int:
    last = stop - 1
    while last > first:
        text = lines[last - 1]
        depth = len(text) - len(text.lstrip())
        if text.strip() and not (text.lstrip().startswith("#") and depth <= indent):
            break
        last -= 1
    return last


def inserted(content: bytes, place: Place, entry: Sequence[str]) -> bytes:
    """Return the file with the lines of an entry (the first begins with its dash) at a place."""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    lines = content.split(b"\n")
    before = b"\n".join(lines[: place.line])
    at_the_end = place.line >= len(lines)
    offset = len(before) + (0 if at_the_end else 1)
    shifted = [" " * place.indent + line if line else line for line in entry]
    block = end.join(line.encode() for line in ([""] if place.gap else []) + shifted)
    made = end + block if at_the_end else block + end
    return content[:offset] + made + content[offset:]
