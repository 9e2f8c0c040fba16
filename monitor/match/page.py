"""A normalised text under search, as bytes too: one for each character, as fast as memory."""

from __future__ import annotations

import re
from codecs import charmap_build, charmap_encode
from collections.abc import Callable, Iterable
from functools import cache, cached_property

from monitor.match.chunk import Literal
from monitor.text.excerpt import Span

_CYRILLIC = "".join(map(chr, range(0x430, 0x450))) + "іїєґ"
_BLANK = b" "
_BYTES, _NONE = 256, "\ufffe"
# Where words have more characters than this on the average, all of the text is one stretch: it has
# hardly a blank, and it must not be read again for each word that is found in it.
_ENOUGH = 100
# A text as short as this is one stretch too: all of it is searched as fast as part of it.
_SHORT = 600
# In a text as long as this everything stands somewhere.
_LONG = 30_000

# Among what a literal is looked for: letters, letters and digits, all signs.
LETTERS, WORDS, SIGNS = 0, 1, 2
# One of the literals of a chunk as bytes, and among what it is to be seen.
Spelt = tuple[int, bytes]


class Alphabet:
    """The characters that tell literals apart; all others look alike.

    Where literals have more of them than there are bytes, more is found than is there, never less.
    """

    def __init__(self, literals: Iterable[Literal]) -> None:
        known = dict.fromkeys(_CYRILLIC)
        known |= dict.fromkeys(sorted({char for literal in literals for char in literal.text}))
        # What is in ASCII stays as it is, an unknown character is written as `?`, which no literal
        # has, and others take the place of capitals, which normalised text has not.
        others = iter(char for char in known if not char.isascii() and char < _NONE)
        table = "".join(
            char if char.isascii() and not char.isupper() else next(others, _NONE)
            for char in map(chr, range(_BYTES))
        )
        self._bytes = charmap_build(table)
        # The same for what stands in Latin-1, which is faster to come by.
        unknown = table.index("?")
        codes = (table.find(chr(code)) for code in range(_BYTES))
        self._latin_1 = bytes(unknown if code < 0 else code for code in codes)
        self._views = self._only(table, str.isalpha), self._only(table, str.isalnum)

    def _only(self, table: str, wanted: Callable[[str], bool]) -> bytes:
        """A table for `bytes.translate`: blanks for what is not wanted."""
        return bytes(code if wanted(char) else ord(_BLANK) for code, char in enumerate(table))

    def views(self, text: str) -> tuple[bytes, bytes, bytes]:
        """A text as letters, as letters and digits, with blanks for all else, and as it is.

        Each has a blank before its first character and one behind its last.
        """
        signs = b"%b%b%b" % (_BLANK, self._encoded(text), _BLANK)
        letters, words = self._views
        return signs.translate(letters), signs.translate(words), signs

    def _encoded(self, text: str) -> bytes:
        try:
            return text.encode("latin-1").translate(self._latin_1)
        except UnicodeEncodeError:
            return charmap_encode(text, "replace", self._bytes)[0]

    def spelt(self, literal: Literal) -> Spelt:
        """The literal as it stands in a view, with blanks where words end."""
        text, first, last = literal.text, literal.text[:1], literal.text[-1:]
        if not any(map(str.isalnum, text)):
            return SIGNS, self._encoded(text)
        view = LETTERS if literal.plain else WORDS
        # Digits may touch a letter, so among them only a digit tells where a word ends.
        before = literal.opens and (literal.plain or first.isdigit())
        after = literal.closes and (literal.plain or last.isdigit())
        spelt = self._encoded(text).translate(self._views[view])
        return view, b"%b%b%b" % (_BLANK * before, spelt, _BLANK * after)


@cache
def _words(count: int) -> re.Pattern[str]:
    """The rest of a word and so many more."""
    return re.compile(rf"\S*+(?:\s++\S++){{0,{count}}}+")


class Page:
    """A normalised text: as it is, and as bytes."""

    def __init__(self, text: str, alphabet: Alphabet) -> None:
        self.text = text
        self.views = alphabet.views(text)
        self.is_one_stretch = len(text) < _SHORT
        self.is_short = len(text) < _LONG
        self._scarce: set[int] = set()

    @property
    def whole(self) -> Span:
        """All of it."""
        return 0, len(self.text)

    def around(self, start: int, end: int, reach: int) -> Span:
        """The words at start … end-1 with so many before and behind them."""
        if reach in self._scarce:
            return self.whole
        words, size = _words(reach), len(self.text)
        behind, before = words.match(self.text, end), words.match(self._backwards, size - start)
        first = size - before.end() if before else start
        last = behind.end() if behind else end
        if last - first > _ENOUGH * (reach + 1):
            self._scarce.add(reach)
            return self.whole
        return first, last

    @cached_property
    def _backwards(self) -> str:
        return self.text[::-1]

    def holds(self, chunk: Iterable[Spelt], span: Span) -> bool:
        """Whether one of the literals may stand in the stretch."""
        first, last = span[0], span[1] + 2
        views = self.views
        return any(views[view].find(literal, first, last) >= 0 for view, literal in chunk)
