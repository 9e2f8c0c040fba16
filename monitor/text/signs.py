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
# Letters misread, alone in spaces, before a sign of gender, before a hyphen and a blank.
GARBLED, SPACED, GENDERED, BROKEN = 2, 4, 8, 16

_LATIN = "".join(chr(code) for code in range(0xC0, 0x100) if code not in {0xD7, 0xF7})
_CYRILLIC = "".join(map(chr, range(0x410, 0x450))) + "ЁёІіЇїЄєҐґ"
_MARKS = "„“”‘’–—‐‑…§°«»·•€\xa0"
_ASCII = "\t\n\r" + "".join(map(chr, range(0x20, 0x7F)))
_DASHES = "-‐‑"


# What each byte stands for; the rest is never used.
_TABLE = f"\0{_ASCII}{_LATIN}{_CYRILLIC}{_MARKS}".ljust(256, "\ufffe")
_BYTES = charmap_build(_TABLE)
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
_JOINED = _classes({"*": "*:_/", "+": "·•", "-": _DASHES, " ": " \t\r\n"}, other=None)
_GENDERED = tuple(
    map(
        re.compile,
        (rb"\*-?in(?:nen|[^a-z0-9]|\Z)", rb"\(-?in(?:nen)?\)", rb"\)innen", rb"\+-?[iesr]"),
    )
)
_LEADS = frozenset(_TABLE.index(char) for char in "ÂÃÄÅÐÑâ")
_PLAIN = bytes(
    code for code, char in enumerate(_TABLE)
    if char.isascii() or "а" <= char.lower() <= "я"
)  # fmt: skip


class Signs(NamedTuple):
    """What may stand in a text: the sum of the constants above, and the letters to be respelt.

    Letters are in lower case, and only to be trusted when nothing is rare.
    """

    found: int
    letters: frozenset[str]


def signs(text: str) -> Signs:
    """The signs of a text."""
    codes, size = charmap_encode(text, "ignore", _BYTES)
    found = 0
    if len(codes) < size:
        found = RARE
        codes, _ = charmap_encode(text.replace(_UNKNOWN, "!"), "replace", _BYTES)
    special = frozenset(codes.translate(None, _PLAIN))
    read = codes.translate(_READ)
    found |= GARBLED * (
        (not special.isdisjoint(_LEADS) and b"lt" in read)
        or (b"R" in read and b"RtRtRt" in read)
        or b"lllll" in read
    )
    found |= SPACED * bool(_SPACED.search(codes.translate(_ALONE)))
    joined = codes.translate(_JOINED)
    found |= GENDERED * any(pattern.search(joined) for pattern in _GENDERED)
    found |= BROKEN * (b"- " in joined)
    return Signs(found, frozenset(_TABLE[code].lower() for code in special))


NOTHING = Signs(0, frozenset())
