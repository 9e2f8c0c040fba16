"""What a spelling consists of, and the regular expression it stands for.

Only literals, choices, bounded repetition and the possessive `\\w*+` are ever produced: there is
nothing a hostile text could make run long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Literals = tuple[str, ...]

_BETWEEN = r"[^\w!?;]{%d,4}"
_GAP = r"(?:[^\w]{1,6}\w++){0,%d}?[^\w]{1,6}"
_TELLING = 4

# What must not stand before and after. Tables glue digits to words («148Reservisten»); «§ 51» is
# not § 5, and beside a sign anything may stand.
_EDGES = {
    "word": (r"(?<![^\W\d])", r"(?![^\W\d])"),
    "number": (r"(?<!\w)", r"(?!\w)"),
    "sign": ("", ""),
}


@dataclass(frozen=True, slots=True)
class Text:
    """Letters, digits and signs as they stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Star:
    """Any letters inside a word."""


@dataclass(frozen=True, slots=True)
class Hyphen:
    """A hyphen, a blank, or nothing."""


@dataclass(frozen=True, slots=True)
class Space:
    """What stands between two words."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    branches: tuple[Sequence, ...]

    def literals(self) -> Literals:
        """One literal of every branch; none when a branch has none."""
        best = [branch.literal() for branch in self.branches]
        return tuple(best) if all(best) else ()


Part = Text | Star | Hyphen | Space | Choice


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts in order."""

    parts: tuple[Part, ...]

    def words(self) -> Iterator[Sequence]:
        """The sequence cut where words end."""
        begin = 0
        for index, part in enumerate((*self.parts, Space())):
            if isinstance(part, Space):
                yield Sequence(self.parts[begin:index])
                begin = index + 1

    def letters(self) -> int:
        """How many letters and digits a find has at least."""
        return sum(
            sum(map(str.isalnum, part.text)) if isinstance(part, Text)
            else min(branch.letters() for branch in part.branches) if isinstance(part, Choice)
            else 0
            for part in self.parts
        )  # fmt: skip

    def stars(self) -> int:
        """How many `*` a find may have to stretch at most."""
        return sum(
            max(branch.stars() for branch in part.branches)
            if isinstance(part, Choice)
            else isinstance(part, Star)
            for part in self.parts
        )

    def literal(self) -> str:
        """The longest literal that every find holds, or nothing."""
        return max((p.text for p in self.parts if isinstance(p, Text)), key=len, default="")

    def required(self) -> tuple[Literals, ...]:
        """Of each of these sets one literal stands in every find; the most telling ones only."""
        sets: list[Literals] = [(self.literal(),)] if self.literal() else []
        sets += [p.literals() for p in self.parts if isinstance(p, Choice) and p.literals()]
        telling = [literals for literals in sets if min(map(len, literals)) >= _TELLING]
        return tuple(telling or sets)

    def bounded(self) -> str:
        """The regular expression, beginning and ending where words do."""
        before = _EDGES[_sort(self.parts[0], 0)][0]
        after = _EDGES[_sort(self.parts[-1], -1)][1]
        return f"{before}{self.regex(word_ends=True)}{after}"

    def regex(self, *, word_ends: bool) -> str:
        """The regular expression; `word_ends` tells whether a word ends behind the sequence."""
        followers = (*self.parts[1:], None)
        return "".join(
            _regex(part, word_ends if after is None else isinstance(after, Space), before)
            for before, part, after in zip((None, *self.parts), self.parts, followers, strict=False)
        )


def _sort(part: Part, index: int) -> str:
    """Whether a part begins or ends like a word, like a number, or with a sign."""
    if not isinstance(part, Text):
        return "word"
    sign = part.text[index]
    return "number" if sign.isdigit() else "word" if sign.isalnum() else "sign"


def _regex(part: Part, word_ends: bool, before: Part | None) -> str:
    match part:
        case Text(text):
            return re.escape(text)
        case Star():  # ahead of more letters it must give back, so it is bounded
            return r"\w*+" if word_ends else r"\w{0,40}"
        case Hyphen():
            return r"[\s-]{0,3}"
        case Space():  # «§3» is written together too
            sign = isinstance(before, Text) and not before.text[-1].isalnum()
            return _BETWEEN % (0 if sign else 1)
        case Choice(branches):
            return f"(?:{'|'.join(branch.regex(word_ends=word_ends) for branch in branches)})"


def near(left: str, right: str, distance: int, *, either_order: bool) -> str:
    """Two expressions with at most `distance` words between them."""
    gap = _GAP % distance
    ahead = f"{left}{gap}{right}"
    return f"(?:{ahead}|{right}{gap}{left})" if either_order else f"(?:{ahead})"
