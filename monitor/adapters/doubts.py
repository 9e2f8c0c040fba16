"""What looks wrong about a source that could be read, in words for those who verify entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.adapters.html import looks_like_html
from monitor.adapters.identity import shortened
from monitor.model import Fetched, Item, Source

_FEW = 3
_STALE = timedelta(days=365)
_AHEAD = timedelta(days=2)
_LITTLE_TEXT = 400  # characters
# UTF-8 that was read as something else.
_MOJIBAKE = re.compile(r"�|Ã[¤¶¼ŸÃ©¨]|â€[žœ“™]|(?:[ÐÑ][^\w\s]){3}")


def doubts(
    source: Source, asked: str, page: Fetched, items: Sequence[Item], now: datetime
) -> tuple[str, ...]:
    """Return what a person should look at before trusting what was read from the source.

    `asked` is the first address asked for, `page` what came from it.
    """
    return (
        *_about_the_page(asked, page, items),
        *_about_the_items(source, items),
        *_about_the_dates(source, items, now),
    )


def newest(items: Sequence[Item]) -> datetime | None:
    """Return the latest date of the items, or None where none has one."""
    return max((item.published for item in items if item.published), default=None)


def is_list(source: Source) -> bool:
    """Return whether a source has entries, so that a single one would be odd."""
    return source.kind != "document" and (source.kind != "page" or source.select.items is not None)


def _about_the_page(asked: str, page: Fetched, items: Sequence[Item]) -> Iterator[str]:
    wanted, got = (urlsplit(url).hostname or "" for url in (asked, page.url))
    if wanted.removeprefix("www.") != got.removeprefix("www."):
        yield f"leads to another host, {got}"
    said = " ".join(text for item in items for text in (item.title, *item.blocks))
    if found := _MOJIBAKE.search(said):
        word = said.rfind(" ", 0, found.start()) + 1
        yield f"letters look misread: «{said[word : found.end() + 20].split()[0]}»"
    scripts = page.text.count("<script")
    if looks_like_html(page.text) and len(said) < _LITTLE_TEXT and scripts >= _FEW:
        yield f"hardly any text beside {scripts} scripts: written by JavaScript?"


def _about_the_items(source: Source, items: Sequence[Item]) -> Iterator[str]:
    if not is_list(source):
        return
    if len(items) < _FEW:
        yield f"only {len(items)} item{'s' if len(items) != 1 else ''}"
        return
    if without := sum(item.url is None for item in items):
        yield f"{without} of {len(items)} items without a link"
    if len({item.title for item in items}) == 1:
        yield f"all items are titled «{shortened(items[0].title, 40)}»"


def _about_the_dates(source: Source, items: Sequence[Item], now: datetime) -> Iterator[str]:
    if not is_list(source) or not items:
        return
    unread = [item.published_text for item in items if item.published_text]
    dated = [item.published for item in items if item.published]
    if unread:
        yield f"{len(unread)} dates not understood, such as «{shortened(unread[0], 40)}»"
    if not dated:
        yield from () if unread else ("no dates",)
        return
    if undated := len(items) - len(dated) - len(unread):
        yield f"{undated} of {len(items)} items undated"
    if len(dated) >= _FEW and len(set(dated)) == 1:
        yield "all dates are the same"
    if max(dated) > now + _AHEAD:
        yield f"a date lies in the future: {max(dated):%Y-%m-%d}"
    silence = source.expect.max_silence
    if now - max(dated) > (silence or _STALE):
        limit = f"max_silence is {silence.days} days" if silence else "is it still kept up?"
        yield f"nothing new for {(now - max(dated)).days} days; {limit}"
