"""Text as terms see it: one spelling for what people and PDF files write in many ways.

Every step is a substitution that remembers what it replaced, so that a place in the normalised
text leads back to the words of the page. Nothing is remembered unless somebody asks.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate, chain

from monitor.text.mojibake import HINT, MOJIBAKE, mended
from monitor.text.signs import CUT, GARBLED, GENDERED, NOTHING, RARE, SPACED, Signs, signs

Replace = Callable[[re.Match[str]], str]

_EMPTY_LINE = "\n\n"
# A piece of a text is a little longer.
_LONG = 10_000
_DASHES = "‐‑‒–—―−﹘﹣"
_APOSTROPHES = "’‘ʼ′`´ʹʾ‛"
_QUOTES = "“”„‟«»‹›"
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe00-\ufe0f"
_FOLDED = range(0xA0, 0x600), range(0x1D00, 0x2100), range(0xFB00, 0xFB07), range(0xFF01, 0xFF5F)


@dataclass(frozen=True)
class Normalised:
    """A normalised text which knows where its characters come from."""

    original: str
    text: str
    pieces: tuple[Piece, ...] = ()

    def origin(self, position: int) -> int:
        """The offset in the original that `position` (0 … len(text)) stems from; monotone."""
        if not self.pieces:
            return position
        at = max(0, bisect_right(self._starts, position) - 1)
        return self._offsets[at] + self.pieces[at].origin(position - self._starts[at])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that the characters start … end-1 stand for."""
        if not self.pieces:
            return start, end
        at = max(0, bisect_left(self._starts, end) - 1)
        last = self._offsets[at] + self.pieces[at].end(end - self._starts[at])
        return self.origin(start), last

    def place(self, offset: int) -> int:
        """The first position that stems from `offset` in the original, or from behind it."""
        return bisect_left(range(len(self.text)), offset, key=self.origin)

    @cached_property
    def _starts(self) -> list[int]:
        """Where the pieces begin in the text, and where in the original."""
        return [*accumulate((len(piece.text) for piece in self.pieces[:-1]), initial=0)]

    @cached_property
    def _offsets(self) -> list[int]:
        return [*accumulate((len(piece.original) for piece in self.pieces[:-1]), initial=0)]


@dataclass(frozen=True)
class Piece:
    """Part of a text before and after normalisation, with the steps that changed it."""

    original: str
    text: str
    steps: tuple[tuple[Step, str], ...]

    def origin(self, position: int) -> int:
        """The offset in the original part that a position stems from."""
        return reduce(lambda at, edits: edits.start(at), self._edits, position)

    def end(self, position: int) -> int:
        """Like `origin` for an exclusive end."""
        return reduce(lambda at, edits: edits.end(at), self._edits, position)

    @cached_property
    def _edits(self) -> tuple[_Edits, ...]:
        return tuple(_Edits.of(step, before) for step, before in reversed(self.steps))


@dataclass(frozen=True)
class Step:
    """One substitution; in a text without its `hint`, `sign` or `likely` it changes nothing."""

    pattern: re.Pattern[str]
    replace: Replace
    hint: str = ""
    sign: int = 0
    likely: re.Pattern[str] | None = None

    def apply(self, text: str, seen: Signs) -> str:
        """The text after the substitution."""
        if self.hint not in text or (self.sign and not seen.found & self.sign):
            return text
        if self.likely is not None and not self.likely.search(text):
            return text
        return self.pattern.sub(self.replace, text)


@dataclass(frozen=True)
class _Edits:
    """What a step replaced: where each edit begins and ends, before and after."""

    before: Sequence[tuple[int, int]]
    starts: Sequence[int]
    lengths: Sequence[int]

    @classmethod
    def of(cls, step: Step, text: str) -> _Edits:
        finds = [*step.pattern.finditer(text)]
        before = [found.span() for found in finds]
        lengths = [len(step.replace(found)) for found in finds]
        # By how much more each made the text longer.
        growth = (new - end + start for new, (start, end) in zip(lengths, before, strict=True))
        starts = [
            start + grown
            for (start, _), grown in zip(before, accumulate(growth, initial=0), strict=False)
        ]
        return cls(before, starts, lengths)

    def start(self, position: int) -> int:
        index = bisect_right(self.starts, position) - 1
        if index < 0:
            return position
        behind = position - self.starts[index] - self.lengths[index]
        return self.before[index][0] if behind < 0 else self.before[index][1] + behind

    def end(self, position: int) -> int:
        """Like `start` for an exclusive end: nothing dropped behind the last character counts."""
        if position == 0:
            return 0
        index = bisect_right(self.starts, position - 1) - 1
        if index >= 0 and position <= self.starts[index] + self.lengths[index]:
            return self.before[index][1]
        return self.start(position - 1) + 1


def normalise(text: str) -> Normalised:
    """The text in lower case without accents, marks, hyphens at line ends and spaced letters.

    ä is written ae and ß ss; accents are taken from Latin letters only; ё becomes е; all dashes
    are `-`, all apostrophes `'`. White space and other characters stay as they are.
    """
    pieces = tuple(map(_piece, _cut(text)))
    return Normalised(text, "".join([piece.text for piece in pieces]), pieces)


def _cut(text: str) -> Iterator[str]:
    """The text in pieces, which end where no step looks any further: behind an empty line.

    What is damaged, and where finds are, thus costs a long text no more than a piece of it.
    """
    start = 0
    while (end := text.find(_EMPTY_LINE, start + _LONG)) >= 0:
        yield text[start : end + len(_EMPTY_LINE)]
        start = end + len(_EMPTY_LINE)
    yield text[start:]


def _piece(text: str) -> Piece:
    steps: list[tuple[Step, str]] = []

    def after(text: str, some: Iterable[Step], seen: Signs) -> str:
        for step in some:
            changed = step.apply(text, seen)
            if changed != text:
                steps.append((step, text))
                text = changed
        return text

    whole = after(text, _ENCODED, NOTHING)
    seen = signs(whole)
    mended = after(whole, _DAMAGE, seen)
    seen = seen if mended == whole else signs(mended)
    joined = after(mended, _BREAKS, seen)
    # What was joined may be gendered, or spaced, only now.
    seen = seen if joined == mended else Signs(seen.found | GENDERED | SPACED, seen.letters)
    return Piece(text, after(joined, _WORDS, seen), tuple(steps))


def fold(text: str) -> str:
    """The text with the letters of normalised text, but hyphens, marks and spaces as they are."""
    composed = unicodedata.normalize("NFC", _INVISIBLES.pattern.sub("", text))
    return _SPELLED.apply(composed, signs(composed))


# --- letters -------------------------------------------------------------------------------------


def _folded(char: str) -> str:
    """One character as normalised text has it."""
    if char in _UMLAUTS:
        return _UMLAUTS[char]
    plain = unicodedata.normalize("NFKC", char).lower()
    if not unicodedata.name(char, "").startswith("LATIN"):
        return plain if len(plain) == 1 else char
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return bare.translate(_CROSSED)


_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_CROSSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae",
                          "œ": "oe", "ħ": "h", "ŧ": "t"})  # fmt: skip


def _letters() -> dict[str, str]:
    """What every character of a text becomes before its ASCII letters are made small.

    The others are small then, which is many times faster than to make them so with the whole text.
    """
    chars = [*map(chr, chain(*_FOLDED))]
    changed = {char: _folded(char) for char in chars if char == char.lower()}
    changed |= dict.fromkeys(_DASHES, "-") | dict.fromkeys(_APOSTROPHES, "'")
    changed |= dict.fromkeys(_QUOTES, '"') | {"ё": "е", "…": "."}
    changed = {char: plain for char, plain in changed.items() if plain and plain != char}
    capitals = {char: char.lower() for char in (*chars, "\u212b") if char.lower() in changed}
    # Made small as others are it would become two characters.
    return {char: changed[small] for char, small in capitals.items()} | changed | {"İ": "i"}


_LETTERS = _letters()


# Those that are one byte in Latin-1, with what they become there.
_BYTES = {
    char: (char.encode("latin-1"), plain.encode("latin-1"))
    for char, plain in _LETTERS.items() if max(char + plain) <= "\xff"
}  # fmt: skip
_UNUSUAL = re.compile("[^\x00-\x7fА-Яа-я]")


@dataclass(frozen=True)
class _Spelled(Step):
    """The step for `_LETTERS` and capitals; a text has few different ones.

    To replace them is ten times faster than its pattern, and several times again among bytes. The
    pattern is for those that become several letters: others move nothing.
    """

    def apply(self, text: str, seen: Signs) -> str:
        chars = set(_UNUSUAL.findall(text)) if seen.found & RARE else seen.letters
        chars = _LETTERS.keys() & chars
        for char in chars - _BYTES.keys():
            text = text.replace(char, _LETTERS[char])
        try:
            codes = text.encode("latin-1")
        except UnicodeEncodeError:
            return reduce(lambda now, char: now.replace(char, _LETTERS[char]), chars, text).lower()
        for char in chars & _BYTES.keys():
            codes = codes.replace(*_BYTES[char])
        return codes.lower().decode("latin-1")


_SPELLED = _Spelled(
    re.compile(f"[{re.escape(''.join(c for c, plain in _LETTERS.items() if len(plain) > 1))}]"),
    lambda found: _LETTERS[found[0]],
)
_INVISIBLES = Step(
    re.compile(rf"[\u00ad{_INVISIBLE}](?:(?<=\u00ad)[ \t]*\r?\n[ \t]*)?"), lambda _: "", sign=RARE
)

# --- damage and ellipsis -------------------------------------------------------------------------

_LOWER = "a-zß-öø-ÿœа-яёіїєґўј"
_AND = r"(?:und|oder|bzw|sowie|and|or|et|ou|и|или|та|або)\b"
_ENTITIES = Step(
    re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,24}\d{0,2});"),
    lambda found: html.unescape(found[0]),
    hint="&",
)
_MOJIBAKE = Step(MOJIBAKE, mended, sign=GARBLED, likely=HINT)
_ACCENTS = Step(
    re.compile(r"\w[\u0300-\u036f]+"),
    lambda found: unicodedata.normalize("NFC", found[0]),
    sign=RARE,
    likely=re.compile(r"[\u0300-\u036f]"),
)
# «Verhand-\nlung», «Bun- desregierung»; but «Wehr- und Zivildienst» stays.
_BROKEN, *_BROKEN_TOO = (
    Step(
        re.compile(rf"{dash}(?<=[{_LOWER}].)(?:[ \t]*\r?\n[ \t]*| )(?!{_AND})(?=[{_LOWER}])"),
        lambda _: "",
        hint=dash,
        sign=CUT,
    )
    for dash in "-‐‑"
)
# «Verweigerer*innen», «Verweigerer/-innen», «objecteur·rices»; capital I needs only lower case.
_GENDERED = Step(
    re.compile(rf"[*:_/·•](?<=[{_LOWER}].)-?(?=in\b|innen\b|(?<=[·•])(?:e|es|s|rices?|euses?)\b)"),
    lambda _: "",
    sign=GENDERED,
)
_BRACKETED = Step(
    re.compile(rf"\((?<=[{_LOWER}].)-?(in|innen)\)"),
    lambda found: found[1],
    sign=GENDERED,
)
# «Verweiger(er)innen»
_ENDED = Step(re.compile(r"\((er|en|r|n)\)(?=innen\b)"), lambda found: found[1], sign=GENDERED)
# «V o r b e m e r k u n g»: four letters or more, one blank between each two.
_SPACED = Step(
    re.compile(r"(?<![\w'])[^\W\d_](?: [^\W\d_]){3,}(?![\w'])"),
    lambda found: found[0].replace(" ", ""),
    sign=SPACED,
    likely=re.compile(r" [^\W\d_] [^\W\d_] [^\W\d_]\b"),
)
_HEAD = (
    r"(?:dienst|pflicht|verweiger|entzieh|entzug|einberuf|einzieh|rekrutier|fluecht|soldat|befehl"
    r"|bescheid)"
)


def _without_double(found: re.Match[str]) -> str:
    """The head that is missing: of «kriegsdienst- und wehrdienstverweigerer» it is no «dienst»."""
    head = found[1]
    begun = re.match(_HEAD, head)
    before = found.string[max(0, found.start() - 12) : found.start()]
    return head[begun.end() :] if begun and before.endswith(begun[0]) else head


_LINK = r"(?:,|/| und| oder| bzw\.?| sowie| or| and)"
# «wehr- bzw. militaerdienst» → «wehrdienst bzw. militaerdienst»
_HEADLESS = Step(
    re.compile(rf"-(?<=\w\w-)(?={_LINK} ?(?:\w{{2,20}}-{_LINK} ?)?\w{{2,20}}?({_HEAD}\w*))"),
    _without_double,
    sign=CUT,
)
# «militaer(reserve-)dienst» → «militaerdienst (reservedienst)»
_ENCLOSED = Step(
    re.compile(rf"\((?<=\w\()(\w{{3,20}})-\)({_HEAD}\w*)"),
    lambda found: f"{found[2]} ({found[1]}{found[2]})",
    sign=CUT,
)
# «draft- or service-evaders» → «draft-evaders or service-evaders»
_EVADERS = Step(
    re.compile(r"-(?<=\w\w-)(?= (?:or|and|und|oder|et|ou) \w{3,20}(-\w{3,20}))"),
    lambda found: found[1],
    sign=CUT,
)
# «wehrdienstentziehung/-verweigerung» → «wehrdienstentziehung/wehrdienstverweigerung»
_TAILLESS = Step(
    re.compile(rf"\b(\w{{3,20}}dienst)(\w{{3,20}})({_LINK} ?)-(?={_HEAD})"),
    lambda found: f"{found[1]}{found[2]}{found[3]}{found[1]}",
    hint="dienst",
    likely=re.compile(rf"-(?:(?<=[,/ ].)|(?<=(?:nd|er|or|zw|w\.|ie).))(?={_HEAD})"),
)


# In this order.
_ENCODED = (_ENTITIES, _ENTITIES)
_DAMAGE = (_MOJIBAKE, _INVISIBLES, _ACCENTS)
_BREAKS = (_BROKEN, *_BROKEN_TOO)
_WORDS = (
    _GENDERED,
    _BRACKETED,
    _ENDED,
    _SPACED,
    _SPELLED,
    _ENCLOSED,
    _EVADERS,
    _HEADLESS,
    _TAILLESS,
)
