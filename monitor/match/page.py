"""A normalised text under search, as bytes too: one for each character, as fast as memory."""

from __future__ import annotations

import re
from codecs import charmap_build, charmap_encode
from collections.abc import Iterable
from functools import cache, cached_property

from monitor.match.chunk import Literal
from monitor.text.excerpt import Span

_ASCII = "\t\n\r" + "".join(map(chr, range(0x20, 0x7F)))
_CYRILLIC = "".join(map(chr, range(0x430, 0x450))) + "іїєґ"
_UNKNOWN, _BLANK = "?", " "
_BYTES, _NONE = 256, "\ufffe"
# Where words have more characters than this on the average, all of the text is one stretch: it has
# hardly a blank, and it must not be read again for each word that is found in it.
_ENOUGH = 100
# A text as short as this is one stretch too: all of it is searched as fast as part of it.
_SHORT = 600

# One of the literals of a chunk as bytes, and whether it is to be seen among letters or all signs.
Spelt = tuple[bool, bytes]


class Alphabet:
    """The characters that tell literals apart; all others look alike.

    Where literals have more of them than there are bytes, more is found than is there, never less.
    """

    def __init__(self, literals: Iterable[Literal]) -> None:
        known = dict.fromkeys(_ASCII.replace(_UNKNOWN, "") + _CYRILLIC)
        known |= dict.fromkeys(sorted({char for literal in literals for char in literal.text}))
        # An unknown character is written as `?`, which is the second.
        table = ("\0" + _UNKNOWN + "".join(char for char in known if char < _NONE))[:_BYTES]
        self._bytes = charmap_build(table.ljust(_BYTES, _NONE))
        self._blank = bytes([table.index(_BLANK)])
        self._letters = bytes(
            code if code < len(table) and table[code].isalpha() else self._blank[0]
            for code in range(_BYTES)
        )

    def signs(self, text: str) -> bytes:
        """Every character as it is."""
        codes, _ = charmap_encode(text.replace(_UNKNOWN, "!"), "replace", self._bytes)
        return codes

    def letters(self, signs: bytes) -> bytes:
        """The same with blanks for all that is no letter, and one at each end."""
        return b"%b%b%b" % (self._blank, signs.translate(self._letters), self._blank)

    def spelt(self, literal: Literal) -> Spelt:
        """The literal as it stands among letters, with blanks where words end, or among signs."""
        signs = self.signs(literal.text)
        if not literal.plain:
            return False, signs
        before, after = self._blank * literal.opens, self._blank * literal.closes
        return True, b"%b%b%b" % (before, signs.translate(self._letters), after)


@cache
def _words(count: int) -> re.Pattern[str]:
    """The rest of a word and so many more."""
    return re.compile(rf"\S*+(?:\s++\S++){{0,{count}}}+")


class Page:
    """A normalised text: as it is, as bytes, and as bytes of nothing but letters and blanks."""

    def __init__(self, text: str, alphabet: Alphabet) -> None:
        self.text = text
        self.signs = alphabet.signs(text)
        self.letters = alphabet.letters(self.signs)
        self._whole = 0, len(text)
        self.is_one_stretch = len(text) < _SHORT
        self._scarce: set[int] = set()
        self._holding: dict[tuple[Spelt, ...], bool] = {}

    def around(self, start: int, end: int, reach: int) -> Span:
        """The words at start … end-1 with so many before and behind them."""
        if reach in self._scarce:
            return self._whole
        words, size = _words(reach), len(self.text)
        behind, before = words.match(self.text, end), words.match(self._backwards, size - start)
        first = size - before.end() if before else start
        last = behind.end() if behind else end
        if last - first > _ENOUGH * (reach + 1):
            self._scarce.add(reach)
            return self._whole
        return first, last

    @cached_property
    def _backwards(self) -> str:
        return self.text[::-1]

    def holds(self, span: Span, chunks: Iterable[tuple[Spelt, ...]]) -> bool:
        """Whether a literal of each chunk may stand in the stretch."""
        if span == self._whole:
            return self._has(chunks)
        first, last = span
        letters = self.letters[first : last + 2]
        for chunk in chunks:
            for among, literal in chunk:
                if literal in (letters if among else self.signs[first:last]):
                    break
            else:
                return False
        return True

    def _has(self, chunks: Iterable[tuple[Spelt, ...]]) -> bool:
        for chunk in chunks:
            has = self._holding.get(chunk)
            if has is None:
                has = self._holding[chunk] = any(
                    literal in (self.letters if among else self.signs) for among, literal in chunk
                )
            if not has:
                return False
        return True
