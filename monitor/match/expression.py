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
_TORN = r"[^\w!-~]{1,2}"
# Neither a year nor a number that is a name: «Art. 337», «ст. 407», «no 647».
_NO_NAME = "".join(
    rf"(?<!{re.escape(sign)} )"
    for sign in ("§", "art.", "artikel", "article", "ст.", "статье", "статьи", "статьей", "статті",
                 "статтею", "nr.", "no.", "no", "n°", "№")
) + "(?<!№)(?<!§)"  # fmt: skip
_FIGURE = (
    _NO_NAME + r"(?<![\w.,/-])(?:[1-9]\d{0,2}(?:[.,' \u00a0\u2009\u202f]\d{3}){1,3}"
    r"|(?!(?:19|20)\d\d(?!\d))[1-9]\d{2,8})(?![\d/]|[.,]\d)"
)
_BLANKS_IN_A_FIGURE = 3
_REST = r"\w*+"
_SOME = r"\w{0,40}"

# Digits may stand there: tables glue them to words («148Reservisten»).
_NO_LETTER_BEFORE = r"(?<![^\W\d])"
_NO_LETTER_AFTER = r"(?![^\W\d])"


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
class Torn(Space):
    """White space within a word, or a sign that stands for what a copy could not read."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in digits from 100 on which is no year: 135, 6.374, 7 300."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    branches: tuple[Sequence, ...]

    def literals(self) -> Literals:
        """One literal of every branch; none when a branch has none."""
        best = [branch.literal() for branch in self.branches]
        return tuple(best) if all(best) else ()


Part = Text | Star | Hyphen | Space | Figure | Choice


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

    def breaks(self) -> int:
        """Between how many words a find may stretch at most."""
        return sum(
            max(branch.breaks() for branch in part.branches)
            if isinstance(part, Choice)
            else _BLANKS_IN_A_FIGURE
            if isinstance(part, Figure)
            else isinstance(part, Space | Hyphen)
            for part in self.parts
        )

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
        """Of each of these sets one literal stands in every find, the most telling first."""
        sets: list[Literals] = [(part.text,) for part in self.parts if isinstance(part, Text)]
        sets += [p.literals() for p in self.parts if isinstance(p, Choice) and p.literals()]
        return tuple(sorted(sets, key=lambda literals: -min(map(len, literals))))

    def bounded(self) -> str:
        """The regular expression, beginning and ending where words do."""
        after = "" if is_sign(self.parts[-1], -1) else _NO_LETTER_AFTER
        return f"{self.regex(opens=True, closes=True)}{after}"

    def regex(self, *, opens: bool, closes: bool) -> str:
        """The regular expression; a word begins before it if `opens`, ends behind if `closes`."""
        if not self.parts:
            return _NO_LETTER_BEFORE if opens else ""
        neighbours = zip((None, *self.parts), self.parts, (*self.parts[1:], None), strict=False)
        return "".join(
            _regex(
                part,
                before,
                opens=opens if before is None else isinstance(before, Space),
                closes=closes if after is None else isinstance(after, Space),
            )
            for before, part, after in neighbours
        )


def is_sign(part: Part | None, index: int) -> bool:
    """Whether a part begins (0) or ends (-1) with something like § or #."""
    return isinstance(part, Text) and not part.text[index].isalnum()


def _regex(part: Part, before: Part | None, *, opens: bool, closes: bool) -> str:
    match part:
        case Text(text):
            return _literal(text, opens=opens, closes=closes)
        case Star():  # ahead of more letters it must give back, so it is bounded
            return f"{_NO_LETTER_BEFORE if opens else ''}{_REST if closes else _SOME}"
        case Hyphen():
            return r"[\s-]{0,3}"
        case Space():
            return _between(part, before)
        case Figure():
            return _FIGURE
        case Choice(branches):
            inner = (branch.regex(opens=opens, closes=closes) for branch in branches)
            return f"(?:{'|'.join(inner)})"


def _between(part: Space, before: Part | None) -> str:
    """«§3» is written together too, and tables glue «148Reservisten»."""
    if isinstance(part, Torn):
        return _TORN
    return _BETWEEN % (0 if is_sign(before, -1) or isinstance(before, Figure) else 1)


def _literal(text: str, *, opens: bool, closes: bool) -> str:
    """A literal between the right neighbours.

    What must not stand before it is looked at only behind it: a search that begins with a literal
    is many times faster than one that begins with a look back.
    """
    plain = re.escape(text)
    no_digit_after = r"(?!\w)" if closes and text[-1].isdigit() else ""  # «§ 51» is not «§ 5»
    if not opens or is_sign(Text(text), 0):
        return f"{plain}{no_digit_after}"
    taboo = r"\w" if text[0].isdigit() else r"[^\W\d]"
    return f"{plain}(?<!{taboo}{plain}){no_digit_after}"


def near(left: str, right: str, distance: int, *, either_order: bool) -> str:
    """Two expressions with at most `distance` words between them."""
    gap = _GAP % distance
    ahead = f"{left}{gap}{right}"
    return f"(?:{ahead}|{right}{gap}{left})" if either_order else f"(?:{ahead})"
