"""Where in a text the chunks of spellings stand, and which of them stand near each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

Places = frozenset[int]
# In which words of a text, counted from 0, chunks stand.
Located = Mapping[int, Sequence[int]]


class Way(NamedTuple):
    """Chunks, by their place in the list of all, that stand together where a search finds.

    The search is the one that is `at` this place in a list. The `key` is the most telling chunk.
    A find stretches over `reach` words at most; None if there is no telling.
    """

    at: int
    key: int
    others: Places
    reach: int | None

    @property
    def chunks(self) -> Places:
        """All of them."""
        return self.others | {self.key}

    def meetings(self, located: Located) -> Sequence[int]:
        """The words with the key that have all the other chunks near enough."""
        found = located.get(self.key, ())
        if self.reach is not None:
            for other in self.others:
                found = _near(found, located.get(other, ()), self.reach)
        return found


def _near(words: Iterable[int], others: Sequence[int], reach: int) -> list[int]:
    """Those of the words that have one of the others at most `reach` words away."""
    return [
        word for word in words
        if (at := bisect_left(others, word - reach)) < len(others) and others[at] <= word + reach
    ]  # fmt: skip


class Glimpse:
    """The chunks that a text may hold, and where.

    Of those `anywhere` it is not known where. Words may stand nearer to each other than it seems,
    by as many as were `torn` in two; None if nobody knows.
    """

    def __init__(
        self, held: Places, locate: Callable[[Places], Located], anywhere: Places, torn: int | None
    ) -> None:
        self.held = held
        self._locate = locate
        self._anywhere = anywhere
        self._torn = torn

    def allowed(self, ways: Collection[Way]) -> list[Way]:
        """Those of the ways whose chunks may stand near enough to each other."""
        torn = self._torn
        if torn is None:
            return [*ways]
        wanted = [way.chunks - self._anywhere for way in ways]
        several = (places for places in wanted if len(places) > 1)
        located = self._locate(frozenset().union(*several))
        return [
            way for way, places in zip(ways, wanted, strict=True)
            if way.reach is None or _meet([located[at] for at in places], way.reach + torn)
        ]  # fmt: skip


def _meet(words: Iterable[Sequence[int]], reach: int) -> bool:
    """Whether one word of each lies near enough to one of the rarest."""
    found, *others = sorted(words, key=len) or [()]
    for other in others:
        found = _near(found, other, reach)
    return bool(found) or not others
