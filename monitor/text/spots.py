"""The places of a text where normalisation looks further than one word.

Everywhere else a word (what stands between white space) is normalised alike in any surroundings,
which lets a search remember the words it has seen. A step of normalisation that looks across white
space must be named here; a test compares both ways on random texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from monitor.text.excerpt import Span, merge
from monitor.text.mojibake import HALVES
from monitor.text.normalise import AND, DASHES, HEADS, INVISIBLE, SPACED, SPACED_HINT

# How far a step looks back and ahead; a stretch goes on to the next white space.
_FAR = 80
_USUAL = "äöüÄÖÜß„“”–…§\u00a0"

# Quotation marks and lone dashes are never what other words depend on.
_PLAIN = r"[lrb]dquo;|[lr]squo;|[lr]aquo;|quot;|(?<=\s.)[mn]dash;\s"
# Marks and entities, marks on lone letters.
_MARKED = (
    rf"(?<=[\u00ad{INVISIBLE}])|{HALVES}|(?<=&)(?!{_PLAIN})(?=#?\w{{1,24}};)"
    r"|(?<=\s\w[\u0300-\u036f])"
)
# A hyphen that begins a word, and one that ends it: alone, or with more of the text to judge by,
# for «Bundes- und Landesrecht» stays as it is.
_HYPHEN = f"[{DASHES}-]"
_BEGINS = r"(?<!\S.)(?=\w)"
# What is no letter may be half of one.
_LETTER = r"[\w\x80-\U0010ffff]"
_ENDS = rf"(?<={_LETTER}.)(?=[\s,/)]|\Z)"
_ENDS_AND_CONCERNS_MORE = (
    rf"(?<={_LETTER}.)(?:(?=\s)(?!\s(?:{AND}))|(?=\s{AND}\s\S{{3,40}}-)|\Z"
    rf"|(?=[\s,/)])(?=(?is:.{{1,80}}?(?:{HEADS}|[^\x00-\x7f{_USUAL}]))))"
)
_ANY = rf"[&ÂÃÄÅÐÑâРС\u00ad{INVISIBLE}\u0300-\u036f{DASHES}-]"
_IN_A_WORD = re.compile(rf"{_ANY}(?:{_MARKED}|(?<={_HYPHEN})(?:{_BEGINS}|{_ENDS}))")
_IN_TEXT = re.compile(rf"{_ANY}(?:{_MARKED}|(?<={_HYPHEN})(?:{_BEGINS}|{_ENDS_AND_CONCERNS_MORE}))")
_HALVED = re.compile(r"[ÂÃÄÅÐÑâРС€\x80][\x85\xa0]")
_BLANK = re.compile(r"\s")
# No step of normalisation looks across this.
_APART = "\n.\n"


def spots(words: str) -> Iterator[int]:
    """Where words, one in a line, may depend on what stands around them."""
    return (found.start() for found in _IN_A_WORD.finditer(words))


def has_halved(text: str) -> bool:
    """Whether there may be letters, misread, of which white space is a half."""
    return ("\xa0" in text or "\x85" in text) and _HALVED.search(text) is not None


def has_spaced(text: str) -> bool:
    """Whether there may be letter-spaced words in the text."""
    return SPACED_HINT.search(text) is not None


class Unsettled(NamedTuple):
    """The places of a text with enough around them to be normalised as they are in all of it.

    At most so many words are `torn` in two by white space; None when there is no telling.
    """

    text: str
    torn: int | None


def unsettled(text: str) -> Unsettled:
    """What must be normalised as it stands in the text."""
    places = [found.span() for found in _IN_TEXT.finditer(text)]
    torn = None if has_spaced(text) else len(places)
    if torn is None:
        places += (found.span() for found in SPACED.finditer(text))
    wide = merge([(max(0, start - _FAR), end + _FAR) for start, end in places])
    return Unsettled(_APART.join(text[at:end] for at, end in _between_blanks(text, wide)), torn)


def _between_blanks(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans widened to the next white space; what grows into another becomes one with it."""
    first = last = 0
    for start, end in spans:
        if start > last:
            if first < last:
                yield first, last
            blank = max(text.rfind(" ", last, start), text.rfind("\n", last, start))
            first = max(blank, last)
        if end > last:
            after = _BLANK.search(text, end)
            last = after.start() if after else len(text)
    if first < last:
        yield first, last
