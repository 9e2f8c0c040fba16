"""Whether a list is whole: all that was promised, and the newest where it is cut.

A ruling that is missed may cost somebody their asylum, so an answer that stops before what it
promised is no end of a list.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.errors import ExtractError
from monitor.model import Item, Source


def must_be_whole(came: int, promised: int, where: str) -> None:
    """Insist that as many records came as were promised; ExtractError when some lack."""
    if came < promised:
        raise ExtractError(
            f"{where} announced {promised} and sent {came}: the answer is cut short or changed "
            "while it was read. It was left unread so that nothing is missed."
        )


def must_be_newest_first(items: Iterable[Item], where: str) -> None:
    """Insist on the order of a list that is cut: what is left out must be the oldest."""
    dates = [item.published for item in items if item.published]
    if dates != sorted(dates, reverse=True):
        raise ExtractError(
            f"The list of {where} is not sorted by date any more, so the newest may be missing."
        )


def must_find(source: Source, found: int, where: str, options: str) -> None:
    """Insist on a hit where one is expected: an answer without any may be a misspelt question."""
    if not found and source.expect.min_items:
        raise ExtractError(
            f"{where} finds nothing at all. Check the spelling of {options}; if there may be none, "
            "say `expect: {min_items: 0}`."
        )
