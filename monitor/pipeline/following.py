"""`follow: true`: read what new items link to, once, and make it part of the item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from monitor.adapters.guarded import attachment
from monitor.errors import ExtractError, FetchError, SourceError
from monitor.log import log
from monitor.model import Item, NotModified, Request, Source
from monitor.pipeline.reading import Fetch
from monitor.reader import HERE, Ended, Reader
from monitor.store import GIVEN_UP
from monitor.text.fingerprint import canonical_url

# Politeness: a check reads at most so many documents, the rest waits for the next check.
MOST_PER_CHECK = 20
MOST_ATTEMPTS = 5
# Trying again changes nothing about these.
_FINAL = frozenset({"gone", "refused", "robots"})


@dataclass(frozen=True, slots=True)
class Debt:
    """A linked document that is still to be read."""

    item: Item
    url: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """Items with what was read, by id, and what is still owed; `GIVEN_UP` counts as attempts."""

    items: dict[str, Item] = field(default_factory=dict)
    owed: dict[str, Debt] = field(default_factory=dict)


def debts(source: Source, items: Iterable[Item]) -> list[Debt]:
    """Return what is to be followed for new items; a link to the source itself leads nowhere."""
    if not source.follow:
        return []
    home = canonical_url(source.url)
    links = ((item, item.document or item.url) for item in items)
    return [Debt(item, link) for item, link in links if link and canonical_url(link) != home]


async def follow(
    source: Source, owed: Iterable[Debt], fetch: Fetch, *, reader: Reader = HERE
) -> Followed:
    """Read the linked documents one after another; what fails now is owed for the next check."""
    followed = Followed()
    for number, debt in enumerate(owed):
        if number >= MOST_PER_CHECK:
            followed.owed[debt.item.id] = debt
            continue
        try:
            followed.items[debt.item.id] = await _attach(source, debt, fetch, reader)
        except SourceError as error:
            _postpone(source, debt, error, followed)
    return followed


def still_owing(followed: Followed, waiting: Iterable[Debt]) -> Followed:
    """Return it with the debts that were not tried, but for documents read all the same."""
    more = {debt.item.id: debt for debt in waiting if debt.item.id not in followed.items}
    return replace(followed, owed=more | followed.owed)


async def _attach(source: Source, debt: Debt, fetch: Fetch, reader: Reader) -> Item:
    page = await fetch(Request(debt.url, conditional=False), source)
    if isinstance(page, NotModified):
        raise FetchError("«not modified» to a first request", state="broken")
    async with reader.begin(partial(attachment, source, debt.url)) as talk:
        read = await talk.tell(page)
    if not isinstance(read, Ended):
        raise ExtractError(f"{debt.url} wants more to be fetched, which no linked document may")
    return replace(debt.item, attached=(*debt.item.attached, read.value))


def _postpone(source: Source, debt: Debt, error: SourceError, followed: Followed) -> None:
    """Owe it again, or give up loudly: what was never read may be what mattered."""
    final = isinstance(error, FetchError) and error.state in _FINAL
    attempts = debt.attempts + 1
    if final or attempts >= MOST_ATTEMPTS:
        # Kept as it is, so that operators can be told.
        followed.owed[debt.item.id] = replace(debt, attempts=GIVEN_UP)
        log.warning("document never read", source=source.id, url=debt.url, error=str(error))
    else:
        followed.owed[debt.item.id] = replace(debt, attempts=attempts)
        log.info("document owed", source=source.id, url=debt.url, error=str(error))
