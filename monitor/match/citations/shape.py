"""A shape: how one family of citations is written, and what it is called then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Named(NamedTuple):
    """A citation in a text: its kind, its normal form, its place."""

    kind: str
    id: str
    start: int
    end: int


Read = Callable[[re.Match[str]], Iterator[Named]]
Names = Callable[[re.Match[str]], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What to look for, how to read a find; `near` must stand somewhere in the text, if given.

    A find claims its span, or that of its group `all`; shapes that come later leave it alone.
    """

    pattern: re.Pattern[str]
    read: Read
    near: re.Pattern[str] | None = None


def shape(kind: str, pattern: str, names: Names | None = None, near: str | None = None) -> Shape:
    """A shape whose finds are one kind and quoted whole; without `names` they are as found."""
    somewhere = re.compile(near) if near else None
    return Shape(re.compile(pattern), whole(kind, names or as_found), somewhere)


def span(hit: re.Match[str]) -> tuple[int, int]:
    """Where the citation stands: the group `all`, else everything."""
    return hit.span("all") if "all" in hit.re.groupindex else hit.span()


def whole(kind: str, names: Names) -> Read:
    """Read a find as one citation, or several of the same words."""

    def read(hit: re.Match[str]) -> Iterator[Named]:
        for name in names(hit):
            yield Named(kind, name, *span(hit))

    return read


def as_found(hit: re.Match[str]) -> Iterator[str]:
    """The words themselves, with single blanks."""
    start, end = span(hit)
    yield " ".join(hit.string[start:end].split())


def upper(hit: re.Match[str]) -> Iterator[str]:
    """The words in capitals."""
    yield hit[0].upper()


def form(template: str) -> Names:
    """The groups of a find put into a template; a missing group is empty, blanks are single."""

    def names(hit: re.Match[str]) -> Iterator[str]:
        yield " ".join(template.format(*(group or "" for group in hit.groups())).split())

    return names
