"""Words that a bad copy has damaged, as further spellings.

From scans and PDF files come words torn in two («Einberufungsbe scheid»), words glued to others
(«derKriegsdienstverweigererwurde»), and words without the letters that a font draws as one
(«Wehrp icht», «Fahnen\ue001ucht»). Text is not mended: what is looked for is spelt damaged too,
once, when the topics are read. That costs texts nothing, places stay those of the page, and nothing
is looked for but words so long that no accident writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from monitor.match.chunk import Ways, least, ways
from monitor.match.expression import (
    Choice,
    Figure,
    Hyphen,
    Part,
    Sequence,
    Space,
    Star,
    Text,
    Torn,
)
from monitor.match.spelling import Spelling, sequence_of

# Half of what is torn may be a word of its own, so the whole must be long.
_LONG = 12
_LONG_WITHOUT_LIGATURE = 9
_LEAST_PIECE = 2
_TELLING_PIECE = 5
_RARE_PIECE = 8
_RARE_ALONE = 10
_MOST_WORDS = 48
_LIGATURES = ("ffi", "ffl", "ff", "fi", "fl")
# What stands before a noun without its blank. Not whatever stands there: a
# «Feuerwehrdienstverweigerer» is none.
_GLUED = (
    "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "und",
    "oder", "von", "vom", "als", "fuer", "zur", "zum", "im", "in", "mit", "auf", "gegen", "ueber",
    "bei", "ist", "sind", "war", "wurde", "wegen", "kein", "keine",
    "the", "of", "to", "and", "as", "for", "by", "with", "from",
)  # fmt: skip


def mended(spelling: str) -> Iterator[Spelling]:
    """Spellings that find the words of this one where they are damaged; none for short words."""
    for word, open_end in _words(spelling):
        rest: tuple[Part, ...] = (Star(),) if open_end else ()
        if len(word) >= _LONG:
            torn = _torn(word, 1 if open_end else _LEAST_PIECE)
            yield _of(spelling, [(*parts, *rest) for parts in torn])
            glue = Choice(tuple(Sequence((Text(before),)) for before in _GLUED))
            yield _of(spelling, [(Star(), glue, Text(word), Star())])
        yield from without_ligatures(word, rest, spelling)


@lru_cache(maxsize=20_000)
def mended_company(spelling: str) -> tuple[Spelling, ...]:
    """Of words that only stand near a find: those without their ligatures."""
    return tuple(
        mended
        for word, open_end in _words(spelling)
        for mended in without_ligatures(word, (Star(),) if open_end else (), spelling)
    )


def without_ligatures(word: str, rest: tuple[Part, ...], source: str) -> Iterator[Spelling]:
    """A word whose «fl», «fi» or «ff» is lost, with or without a gap."""
    if len(word) < _LONG_WITHOUT_LIGATURE:
        return
    for ligature in _LIGATURES:
        before, found, after = word.partition(ligature)
        if found and before and after:
            gap: tuple[Part, ...] = (Text(before), Torn(), Text(after))
            yield _of(source, [(*gap, *rest), (Text(before + after), *rest)])
            return


def _torn(word: str, least: int) -> Iterator[tuple[Part, ...]]:
    """Torn anywhere, but where no piece is left that is rare enough to look for."""
    for at in range(_LEAST_PIECE, len(word) - least + 1):
        shorter, longer = sorted((at, len(word) - at))
        if longer >= (_RARE_PIECE if shorter >= _TELLING_PIECE else _RARE_ALONE):
            yield Text(word[:at]), Torn(), Text(word[at:])


def _of(source: str, choices: list[tuple[Part, ...]]) -> Spelling:
    """One spelling for all of these sequences."""
    sequences = [Sequence(parts) for parts in choices]
    regex = "|".join(sequence.bounded() for sequence in sequences)
    breaks = max(sequence.breaks() for sequence in sequences)
    required = (tuple(sequence.literal() for sequence in sequences),)
    told: Ways = tuple({way: None for sequence in sequences for way in _ways(sequence)})
    return Spelling(source, f"(?:{regex})", required, told, breaks)


def _ways(sequence: Sequence) -> Ways:
    """The chunks that must stand there, but for pieces so short that they stand everywhere."""
    return tuple(
        frozenset(c for c in way if least(c) >= _TELLING_PIECE) or way for way in ways(sequence)
    )


# --- the words of a spelling ---------------------------------------------------------------------


def _words(spelling: str) -> Iterator[tuple[str, bool]]:
    """The words that a spelling of one word stands for, and whether any letters may follow.

    A `*` inside stands for nothing: the usual form is enough for a copy that is damaged.
    """
    sequence = sequence_of(spelling)
    if sequence is None or _is_several(sequence):
        return
    for written in islice(_written(sequence), _MOST_WORDS):
        word = written.replace("*", "")
        if word.isalpha() and not written.startswith("*"):
            yield word, written.endswith("*")


def _is_several(sequence: Sequence) -> bool:
    return any(
        isinstance(part, Space | Figure)
        or (isinstance(part, Choice) and any(map(_is_several, part.branches)))
        for part in sequence.parts
    )


def _written(sequence: Sequence) -> Iterator[str]:
    """Every way to write the parts, hyphens left out, `*` as itself."""
    if not sequence.parts:
        yield ""
        return
    first, rest = sequence.parts[0], Sequence(sequence.parts[1:])
    for ending in _written(rest):
        for beginning in _beginnings(first):
            yield beginning + ending


def _beginnings(part: Part) -> Iterator[str]:
    match part:
        case Text(text):
            yield text
        case Star():
            yield "*"
        case Hyphen():
            yield ""
        case Choice(branches):
            for branch in branches:
                yield from _written(branch)
