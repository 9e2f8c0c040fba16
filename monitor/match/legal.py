"""Legal citations as terms: found in every spelling that `cite` knows, and places within them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.match.chunk import Chunk, Literal, Ways
from monitor.match.citations import cite
from monitor.match.error import TermError
from monitor.model.told import Told, form

_PARTLY = form("`{text}` is not read as one citation, only `{part}` is")
_NOT_AT_ALL = form(
    "`{text}` is not read as one citation: write it as in § 3a Abs. 2 Nr. 5 AsylG, or as a spelling"
)
_DIGITS = re.compile(r"\d+")
_SECTION = ("§", "Art.", "ст.")
# How the sign of a section is written: itself, or a word that begins like this in any language.
_SIGN: Chunk = frozenset({Literal("§")})
_SPELT_OUT: Chunk = frozenset(Literal(word, opens=True) for word in ("art", "par", "ст"))


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation looked for, by the id that `cite` gives it; it stands only where its `ways` do."""

    id: str
    ways: Ways


def parse_citation(text: str) -> Cited:
    """The citation made searchable; TermError when `cite` does not read all of it."""
    found = cite(text)
    whole = [each for each in found if text.strip() in (each.text, each.id)]
    if not whole:
        raise TermError(
            Told(_PARTLY if found else _NOT_AT_ALL, text=text, part=found[0].text if found else ""),
            found[0].text if found else None,
        )
    name = whole[0].id
    number = _DIGITS.search(name)
    if whole[0].kind == "eu-act" or number is None:
        raise TermError(
            Told("`{text}` cites a whole law: name a section, or write it as a spelling", text=text)
        )
    return Cited(name, _ways(name, number[0]))


def _ways(name: str, number: str) -> Ways:
    """Its number stands in every text that cites it, and a sign if it is a section."""
    digits = frozenset({Literal(number)})
    if not name.startswith(_SECTION):
        return (frozenset({digits}),)
    return frozenset({digits, _SIGN}), frozenset({digits, _SPELT_OUT})
