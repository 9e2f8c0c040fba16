"""The spelling language of the topics: what staff write, turned into something to search with.

Deserteur*                     any ending
(Wehr|Militär)dienst*          either
abandon* of unit               words in sequence
draft-evad*                    with a hyphen, a blank, or written together
verweiger* ~6 Wehrdienst       within 6 words of each other, in either order
leist* >4 Folge                the second within 4 words after the first
# Verfahren                    a number of three digits or more, no year, and the word
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from monitor.match.chunk import Ways, both, ways
from monitor.match.error import TermError
from monitor.match.expression import (
    Choice,
    Figure,
    Hyphen,
    Literals,
    Part,
    Sequence,
    Space,
    Star,
    Text,
    near,
)
from monitor.model.told import Told, reason
from monitor.text.excerpt import Span
from monitor.text.normalise import fold

_FARTHEST = 30
_STEM = 3
_MOST_STARS = 3
_MOST_DISTANCES = 2
_DEEPEST = 10
# Every figure holds these.
_DIGITS = re.compile(r"\d{3}")
_NEAR = re.compile(r"\s*([~>])\s*(\d*)\s*")
_TOKEN = re.compile(r"[(|)]|\*+|-+|[\s.,]+|[^\s.,()|*-]+")
_SYNTAX = frozenset("()|*~>-., \t\n")
_SIGNS = frozenset("§/'&%#@:_=№°")
_REGEX = frozenset("\\[]{}^$?+")
_REGEX_PLAIN = (  # what people who know regular expressions mean by them
    (r"\(\?:", "("), (r"\\w[*+]?|\.[*+]", "*"), (r"\\s[*+]?", " "), (r"\(([^()|]*)\)\?", r"(\1|)"),
    (r"(\w)\?", r"(\1|)"), (r"\\b|[\\\[\]{}^$?+]", ""),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Spelling:
    """A spelling ready for search in normalised text.

    `required` are sets of literals; of each, one must occur for the spelling to match. Of one of
    its `ways` all chunks must. A find stretches over `breaks` breaks between words at most;
    if it `has_figure` every find holds one.
    """

    source: str
    regex: str
    required: tuple[Literals, ...]
    ways: Ways
    breaks: int
    has_figure: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled expression; on most days most spellings never need it."""
        return re.compile(self.regex)

    def may_occur(self, text: str) -> bool:
        """False when the spelling certainly does not stand in the normalised text."""
        return all(any(literal in text for literal in literals) for literals in self.required)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the spelling stands in the normalised text."""
        return self.within(text, [(0, len(text))])

    def within(self, text: str, stretches: Iterable[Span]) -> Iterator[Span]:
        """Where it stands in some stretches, which end where words do."""
        search = self.pattern.finditer
        if self.has_figure:
            stretches = [place for place in stretches if _DIGITS.search(text, *place)]
        return (found.span() for start, end in stretches for found in search(text, start, end))


@lru_cache(maxsize=20_000)  # each term is also tried alone, with the same groups of words
def parse(spelling: str) -> Spelling:
    """The spelling made searchable; TermError when it cannot match."""
    try:
        return _parse(spelling)
    except TermError as error:
        raise TermError(reason(error), _if_valid(error.suggestion)) from None


def sequence_of(spelling: str) -> Sequence | None:
    """The parts of a valid spelling; None of one with distances."""
    sides = _NEAR.split(_trimmed(fold(spelling)))
    return _read(spelling, sides[0]) if len(sides) == 1 else None


def explain_spelling(spelling: str) -> None:
    """Raises TermError, a sentence for people, when the spelling can never match."""
    parse(spelling)


# --- reading -------------------------------------------------------------------------------------


def _parse(spelling: str) -> Spelling:
    _refuse_signs(spelling)
    first, *rest = _NEAR.split(_trimmed(fold(spelling)))
    orders, distances, others = rest[::3], rest[1::3], rest[2::3]
    _refuse_distances(spelling, [first, *others], orders, distances)
    left = _read(spelling, first)
    _refuse_mere_figures(spelling, [first, *others])
    regex, required, written = left.bounded(), left.required(), ways(left)
    breaks, has_figure = left.breaks(), Figure() in left.parts
    for order, distance, other in zip(orders, distances, others, strict=True):
        right = _read(spelling, other)
        regex = near(regex, right.bounded(), int(distance), either_order=order == "~")
        required += right.required()
        written = both(written, ways(right))
        breaks += right.breaks() + int(distance) + 1
        has_figure |= Figure() in right.parts
    return Spelling(spelling, regex, required, written, breaks, has_figure)


def _trimmed(text: str) -> str:
    return text.strip(" \t\n.,")


def _read(spelling: str, side: str) -> Sequence:
    """One side of a distance, or the whole spelling."""
    tokens = _TOKEN.findall(_trimmed(side))
    _refuse_unbalanced(spelling, tokens)
    sequence, _ = _sequence(iter([*tokens, ")"]))
    if sequence != Sequence((Figure(),)):
        _refuse_weak(spelling, sequence)
    return sequence


def _sequence(tokens: Iterator[str]) -> tuple[Sequence, str]:
    """The parts up to `|` or `)`, and which of them ended the sequence."""
    parts: list[Part] = []
    for token in tokens:
        match token[0]:
            case "|" | ")":
                return Sequence(_with_optional_words(parts)), token
            case "(":
                parts.append(_choice(tokens))
            case "*":
                parts.append(Star())
            case "-":
                parts.append(Hyphen())
            case sign if sign.isspace() or sign in ".,":
                parts.append(Space())
            case "#" if token == "#":
                parts.append(Figure())
            case _:
                parts.append(Text(token))
    raise AssertionError("parentheses were counted before")


def _with_optional_words(parts: list[Part]) -> tuple[Part, ...]:
    """A word that may be missing, as in `a (b|) c`, takes the space at its side along."""
    for index, part in enumerate(parts):
        before, after = parts[index - 1 : index], parts[index + 1 : index + 2]
        if not (isinstance(part, Choice) and Sequence(()) in part.branches):
            continue
        if after == [Space()] and before in ([], [Space()]):
            whole = [Sequence((*b.parts, Space())) if b.parts else b for b in part.branches]
            return _with_optional_words([*parts[:index], Choice(tuple(whole)), *parts[index + 2 :]])
        if not after and before == [Space()]:
            whole = [Sequence((Space(), *b.parts)) if b.parts else b for b in part.branches]
            return (*parts[: index - 1], Choice(tuple(whole)))
    return tuple(parts)


def _choice(tokens: Iterator[str]) -> Choice:
    branches: list[Sequence] = []
    end = "|"
    while end == "|":
        branch, end = _sequence(tokens)
        branches.append(branch)
    return Choice(tuple(branches))


# --- refusing ------------------------------------------------------------------------------------


def _refuse_signs(spelling: str) -> None:
    if not _trimmed(spelling):
        raise TermError(Told("The spelling is empty; write the word to look for"))
    for sign in spelling:
        if sign in _REGEX:
            raise TermError(
                Told(
                    "`{spelling}` contains `{sign}`; spellings are no regular expressions: "
                    "write `*` for any ending and `(a|b)` for either",
                    spelling=spelling,
                    sign=sign,
                ),
                _without_regex(spelling),
            )
    for sign in fold(spelling):
        if not (sign.isalnum() or sign in _SYNTAX or sign in _SIGNS):
            raise TermError(
                Told(
                    "`{spelling}` contains `{sign}`, which is never searched for: leave it out",
                    spelling=spelling,
                    sign=sign,
                ),
                "".join(c for c in spelling if fold(c) != sign),
            )


def _without_regex(spelling: str) -> str:
    for pattern, plain in _REGEX_PLAIN:
        spelling = re.sub(pattern, plain, spelling)
    return re.sub(r"\*+", "*", spelling).strip()


def _if_valid(suggestion: str | None) -> str | None:
    try:
        return _parse(suggestion).source if suggestion else None
    except TermError:
        return None


def _refuse_distances(
    spelling: str, sides: list[str], orders: list[str], distances: list[str]
) -> None:
    for order, distance in zip(orders, distances, strict=True):
        if not all(_trimmed(side) for side in sides):
            lone = [side.strip() for side in _NEAR.split(spelling)[::3] if side.strip()]
            raise TermError(
                Told(
                    "`{spelling}` needs words on both sides of `{order}`",
                    spelling=spelling,
                    order=order,
                ),
                lone[0] if len(lone) == 1 else None,
            )
        if not distance:
            raise TermError(
                Told(
                    "`{spelling}` does not say within how many words: add a number after `{order}`",
                    spelling=spelling,
                    order=order,
                ),
                re.sub(r"\s*([~>])\s*(?!\d)", r" \g<1>6 ", spelling),
            )
        if len(distance) > 9 or not 1 <= int(distance) <= _FARTHEST:
            raise TermError(
                Told(
                    "`{spelling}`: the distance is 1 to {farthest} words, not {distance}",
                    spelling=spelling,
                    farthest=_FARTHEST,
                    distance=distance,
                )
            )
    if len(orders) > _MOST_DISTANCES:
        raise TermError(
            Told(
                "`{spelling}` has more than two distances: make it several spellings",
                spelling=spelling,
            )
        )


def _refuse_mere_figures(spelling: str, sides: list[str]) -> None:
    if all(_trimmed(side) == "#" for side in sides):
        raise TermError(
            Told("`{spelling}` is any number: say of what, as in `# Verfahren`", spelling=spelling)
        )


def _refuse_unbalanced(spelling: str, tokens: list[str]) -> None:
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if depth < 0:
            break
        if depth > _DEEPEST:
            raise TermError(
                Told(
                    "`{spelling}` has parentheses within parentheses more than {deepest} deep",
                    spelling=spelling,
                    deepest=_DEEPEST,
                )
            )
        if token == "|" and not depth:
            guess = None if "(" in spelling else f"({spelling})"
            raise TermError(
                Told("`{spelling}`: put the alternatives in parentheses", spelling=spelling), guess
            )
    if depth:
        missing = spelling.count("(") - spelling.count(")")
        guess = spelling + ")" * missing if missing > 0 else spelling.replace(")", "", -missing)
        raise TermError(
            Told("`{spelling}` has a parenthesis without its other half", spelling=spelling), guess
        )


def _refuse_weak(spelling: str, sequence: Sequence) -> None:
    match sequence.parts:
        case (Choice(branches),):
            for branch in branches:
                _refuse_weak(spelling, branch)
            return
    words = list(sequence.words())
    if not sequence.letters():
        raise TermError(Told("`{spelling}` has no letters to look for", spelling=spelling))
    if any(word.stars() and not word.letters() for word in words):
        raise TermError(
            Told(
                "`{spelling}` has a `*` without letters: it stands for the rest of a word",
                spelling=spelling,
            ),
            re.sub(r"(\w)[.\s]+\*", r"\1*", spelling),
        )
    if any(word.stars() > _MOST_STARS for word in words):
        raise TermError(
            Told(
                "`{spelling}` has a word with more than {most} `*`",
                spelling=spelling,
                most=_MOST_STARS,
            )
        )
    if all(word.stars() and word.letters() < _STEM for word in words):
        raise TermError(
            Told(
                "`{spelling}` would match far too much: give at least {least} letters before `*`",
                spelling=spelling,
                least=_STEM,
            )
        )
