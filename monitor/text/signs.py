"""Which steps of normalisation a text may need, told many times faster than by their patterns.

A text becomes one byte for each character, by the C code behind the codecs of the standard library
(`codecs.charmap_encode`, as in `encodings/cp1252.py`); classes of bytes are then compared at the
speed of memory. A sign that is not there proves that a step changes nothing; one that is there
proves nothing.
"""

from __future__ import annotations

import re
from codecs import charmap_build, charmap_encode
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monitor.text.mojibake import LATER

# Something that is not among the characters below.
RARE = 1
# Letters misread, alone in spaces, before a sign of gender; a hyphen before a blank or a link.
GARBLED, SPACED, GENDERED, CUT = 2, 4, 8, 16

_LATIN = "".join(chr(code) for code in range(0xC0, 0x100) if code not in {0xD7, 0xF7})
_CYRILLIC = "".join(map(chr, range(0x410, 0x450))) + "ЁёІіЇїЄєҐґ"
_MARKS = "„“”‘’–—‐‑…§°«»·•€\xa0"
_ASCII = "\t\n\r" + "".join(map(chr, range(0x20, 0x7F)))
_DASHES = "-‐‑–—"


# What each byte stands for; the rest is never used.
_TABLE = f"\0{_ASCII}{_LATIN}{_CYRILLIC}{_MARKS}".ljust(256, "\ufffe")
_BYTES = charmap_build(_TABLE)
# The same for what stands in Latin-1, which is faster to come by.
_LATIN_1 = bytes(max(0, _TABLE.find(chr(code))) for code in range(256))
_NOT_IN_TABLE = bytes(code for code in range(256) if chr(code) not in _TABLE)
# How the codec writes a character that is not in the table.
_UNKNOWN = "?"


def _classes(members: Mapping[str, Iterable[str]], other: str | None = ".") -> bytes:
    """A table for `bytes.translate`: each character becomes its class; others, or unknown ones."""
    named = {char: name for name, chars in members.items() for char in chars}
    return bytes(
        ord(named.get(char, char if other is None and char.isascii() else other or "."))
        for char in _TABLE
    )


_READ = _classes({"l": _LATIN, "R": "РС", "t": {*LATER, _UNKNOWN}})
_ALONE = _classes({"a": {*filter(re.compile(r"[^\W\d_]").match, _TABLE), _UNKNOWN}, " ": " "})
_SPACED = re.compile(b" a a a")
# Every other byte of four letters in spaces.
_BLANKS = bytes([_TABLE.index(" ")]) * 3
_JOINED = _classes({"*": "*:_/()", "+": "·•", "-": _DASHES, " ": " \t\r\n\xa0"}, other=None)
_GENDERED = re.compile(rb"\*-?in(?:nen|[^a-z0-9]|\Z)")
_CUT = re.compile(rb"-(?<=[^ *,-]-)[ *,]")
_LEADS = frozenset(_TABLE.index(char) for char in "ÂÃÄÅÐÑâ")
_PLAIN = bytes(
    code for code, char in enumerate(_TABLE)
    if char.isascii() or "а" <= char.lower() <= "я"
)  # fmt: skip


class Signs(NamedTuple):
    """What may stand in a text: the sum of the constants above, and the letters to be respelt.

    Letters are only to be trusted when nothing is rare.
    """

    found: int
    letters: frozenset[str]


def signs(text: str) -> Signs:
    """The signs of a text."""
    codes = _codes(text)
    found = 0
    if len(codes) < len(text):
        found = RARE
        codes, _ = charmap_encode(text.replace(_UNKNOWN, "!"), "replace", _BYTES)
    special = frozenset(codes.translate(None, _PLAIN))
    read = codes.translate(_READ)
    found |= GARBLED * (
        (not special.isdisjoint(_LEADS) and b"lt" in read)
        or (b"R" in read and b"RtRtRt" in read)
        or b"lllll" in read
    )
    if any(_BLANKS in codes[first::2] for first in (0, 1)):
        found |= SPACED * bool(_SPACED.search(codes.translate(_ALONE)))
    joined = codes.translate(_JOINED)
    found |= GENDERED * (b"+" in joined or bool(_GENDERED.search(joined)))
    # Some of what is rare becomes a hyphen or what may follow it.
    found |= CUT * (bool(found & RARE) or bool(_CUT.search(joined)))
    return Signs(found, frozenset(_TABLE[code] for code in special))


def _codes(text: str) -> bytes:
    """The characters of the table."""
    try:
        return text.encode("latin-1").translate(_LATIN_1, _NOT_IN_TABLE)
    except UnicodeEncodeError:
        return charmap_encode(text, "ignore", _BYTES)[0]


NOTHING = Signs(0, frozenset())
