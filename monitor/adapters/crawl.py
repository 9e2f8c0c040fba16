"""The seam between pipeline and adapters: a conversation of requests and answers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from monitor.model import Fetched, Item, Request, Source

Crawl: TypeAlias = Generator[Request, Fetched, Sequence[Item]]
"""Yields what it wants fetched, is sent the answers, returns the items; raises ExtractError."""

Adapter: TypeAlias = Callable[[Source], Crawl]

Check: TypeAlias = Callable[[str], str | None]
"""Says in a sentence what is wrong with a text that a maintainer wrote, or None."""


def anything(_: str) -> str | None:
    """Let every text pass."""
    return None


@dataclass(frozen=True, slots=True)
class Option:
    """A key that one kind understands, below `options:` in sources.yaml.

    `check` looks at each of its texts; `many` allows a list; `needed` insists on the key.
    """

    description: str
    example: str
    check: Check = anything
    many: bool = False
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of source is read; what of its settings means something.

    `select` maps the keys of `select:` that it uses to how each is checked. `url` is where a
    source lies that names no address of its own. `secrets` are the environment variables that its
    requests may name (see `Request`).
    """

    crawl: Adapter
    select: Mapping[str, Check] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    url: str | None = None
    secrets: tuple[str, ...] = ()

    def __call__(self, source: Source) -> Crawl:
        """Begin the conversation for a source."""
        return self.crawl(source)


def option(source: Source, key: str, default: str = "") -> str:
    """Return the one text of an option, or the default."""
    texts = source.options.get(key, ())
    return texts[0] if texts else default


def single_page(extract: Callable[[Source, Fetched], Sequence[Item]]) -> Adapter:
    """Return the adapter of a kind that reads everything from the source's own address."""

    def crawl(source: Source) -> Crawl:
        fetched = yield Request(source.url)
        return extract(source, fetched)

    return crawl
