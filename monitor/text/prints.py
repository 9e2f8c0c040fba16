"""What is compared of texts, reckoned out once for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache

from monitor.model import Numbers
from monitor.text.fingerprint import essence, fingerprint, hashed
from monitor.text.moving import repaired, settled

Ignore = tuple[re.Pattern[str], ...]


class Prints:
    """The fingerprints of texts, by what is ignored and which numbers count.

    It remembers each text that it was asked for: to be made for one comparison, and let go.

    `essence` returns what counts of a text as it stands, `of` the fingerprint of that. `lasting`
    returns the fingerprint of what lasts of it: without stamps, or without all numbers.
    """

    def __init__(self, ignore: Ignore = (), numbers: Numbers = Numbers.CONTENT) -> None:
        self.ignore = ignore
        self.numbers = numbers
        taken = cache(lambda text: essence(text, ignore))
        self.essence: Callable[[str], str] = taken
        self.of: Callable[[str], str] = cache(lambda text: hashed(taken(text)))

        def lasts(text: str) -> str:
            return fingerprint("lasts", _settled(taken(repaired(text)), numbers))

        self.lasting: Callable[[str], str] = cache(lasts)

    def __reduce__(self) -> tuple[type[Prints], tuple[Ignore, Numbers]]:
        """Copies and those sent elsewhere remember nothing yet."""
        return Prints, (self.ignore, self.numbers)

    def settled(self, text: str) -> str:
        """Return what lasts of a text."""
        return _settled(self.essence(repaired(text)), self.numbers)

    def state(self, texts: Collection[str]) -> str:
        """Return the fingerprint of a whole item: the same for any order of its blocks."""
        return hashed("state", *sorted({self.lasting(text) for text in texts}))

    def is_told(self, text: str, told: Collection[str]) -> bool:
        """Say whether a title or block is no news: known as it stands, or but for what moves."""
        return self.of(text) in told or self.lasting(text) in told


def _settled(text: str, numbers: Numbers) -> str:
    return text if numbers is Numbers.ALL else settled(text, digits=numbers is Numbers.CONTENT)
