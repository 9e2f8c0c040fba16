"""What a text says, in a kilobyte: enough to tell whether another says the same, or more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from monitor.model import Sketch

# Words to a shingle; how many of the smallest hashes are kept (the «bottom-k» sample of Broder,
# «On the resemblance and containment of documents», 1997); how many words are the beginning.
LENGTH = 4
KEPT = 256
BEGINNING = 60
# Below this many shingles in common measure there is too little to compare.
ENOUGH = 12
# Texts of one origin share this much of the shorter one, whose length is this share of the other;
# short ones more, for there what stands on every page of a site weighs more.
SHARED = 0.7
SHARE_OF_LENGTH = 0.3
SHORT = 150
SHORT_SHARED = 0.85

_WORD = re.compile(r"[^\W_]+")
# A day is one number, for «12.» alone stands everywhere; a quarter in words is one, too.
_MONTH = (
    r"(?:jan|feb|fév|mär|mar|apr|avr|mai|may|jun|juin|jul|juil|aug|août|sep|okt|oct|nov|dez|dec|déc"
    r"|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[^\W\d_]{0,6}\.?"
)
_NUMBER = re.compile(
    rf"(?:\d{{1,2}}\.?\s)?\b{_MONTH}\s\d{{4}}|\d(?:[\d.,:/]*\d)?"
    r"|\b(?:erst|zweit|dritt|viert)en\s(?:Quartal|Halbjahr)",
    re.IGNORECASE,
)
# A text may be cut off within a day or a number.
_CUT_OFF = re.compile(rf"(?<!\d)\d{{1,9}}[.,:/]?(?:\s{_MONTH})?[\s.…]{{0,9}}$", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zäöüß])")


def sketch(blocks: Iterable[str], title: str = "") -> Sketch:
    """Return the sketch of a text; case, punctuation and how it is broken into lines are nothing.

    Of the title only the numbers count: headlines differ from paper to paper, but «im 1. Quartal»
    is not «im 2. Quartal». The same text gives the same sketch at any time, on any machine.
    """
    text, title = (
        _HYPHENATED.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", each)))
        for each in ("\n".join(blocks), title)
    )
    words = _WORD.findall(text.casefold())
    shingles = _hashes(_sequences(words))
    return Sketch(
        len(shingles),
        tuple(sorted(shingles)[:KEPT]),
        tuple(sorted(_hashes(_sequences(words[:BEGINNING])))),
        tuple(sorted(_hashes(_numbers(f"{title}\n{_CUT_OFF.sub('', text)}")))[:KEPT]),
    )


def same_text(one: Sketch, other: Sketch) -> bool:
    """Return whether two texts are copies of each other, one perhaps cut or with small edits.

    A teaser is the same as the text that it begins, however long that is. Texts that have numbers
    replaced by others are two: other rulings of one kind, the figures of another month.
    """
    short, long = sorted((one, other), key=lambda each: (each.size, each))
    if short.size < ENOUGH or numbers_replaced(short, long):
        return False
    least = SHORT_SHARED if short.size < SHORT else SHARED
    if _share(short.beginning, long.beginning) >= least and short.size <= BEGINNING:
        return True
    begins = _share(short.beginning, long.beginning) >= SHARED
    near = short.size >= SHARE_OF_LENGTH * long.size
    return (begins or near) and _share(short.shingles, long.shingles) >= least


def other_text(one: Sketch, other: Sketch) -> bool:
    """Return whether two texts, neither a mere line, have next to nothing in common."""
    short, long = sorted((one, other), key=lambda each: (each.size, each))
    enough = short.size >= 3 * ENOUGH
    return enough and (numbers_replaced(short, long) or _share(short.shingles, long.shingles) < 0.1)


def fresh(text: Sketch, known: Sequence[Sketch]) -> float:
    """Return about how many word sequences of the text stand in none of the known ones."""
    if not text.size:
        return 0
    limit = min(map(_limit, (text.shingles, *(each.shingles for each in known))))
    mine = {value for value in text.shingles if value <= limit}
    theirs = {value for each in known for value in each.shingles}
    return text.size * len(mine - theirs) / len(mine) if mine else text.size


def rare(text: Sketch) -> tuple[str, ...]:
    """Return names of which two copies of a text are all but sure to share one."""
    if text.size < ENOUGH:
        return ()
    whole = (f"text {value}" for value in text.shingles[:8])
    return (*whole, *(f"begins {value}" for value in text.beginning[:6]))


def numbers_replaced(one: Sketch, other: Sketch) -> bool:
    """Return whether each of two texts has a number that the other has not."""
    limit = min(_limit(one.numbers), _limit(other.numbers))
    mine, theirs = ({v for v in each.numbers if v <= limit} for each in (one, other))
    return bool(mine - theirs and theirs - mine)


def _share(short: tuple[int, ...], long: tuple[int, ...]) -> float:
    """Which share of the one sample, as far as both reach, stands in the other."""
    limit = min(_limit(short), _limit(long))
    mine = [value for value in short if value <= limit]
    return len(set(mine) & set(long)) / len(mine) if len(mine) >= ENOUGH else 0.0


def _limit(sample: tuple[int, ...]) -> int:
    """Up to which hash a sample is complete."""
    return sample[-1] if len(sample) >= KEPT else 2**32


def _sequences(words: Sequence[str]) -> Iterable[str]:
    return (" ".join(words[at : at + LENGTH]) for at in range(len(words) - LENGTH + 1))


def _numbers(text: str) -> Iterable[str]:
    return ("".join(found.split()).casefold() for found in _NUMBER.findall(text))


def _hashes(texts: Iterable[str]) -> set[int]:
    return {
        int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest())
        for text in texts
    }
