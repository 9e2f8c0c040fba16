"""A search without a service: which words stand in which alerts, cut into small files.

A script in the page reads the same files, so what is said here of folding and of shares is said
there again (`templates/site/search.js`), and a test in a browser compares the two.

The list of all words finds parts of compounds; a share holds the alerts of all words whose first
four letters fall to it. Alerts stand there newest first, so that a new one is written in front:
`desertion 7k2 3 1a` are numbers to the base 36, the first as it is, the others as gaps; half of a
number is that of the alert, and an odd one tells that the word stands in its title.
"""

from __future__ import annotations

import json
import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.model import Alert

SHARES = 512
HEAD = 4
LONGEST_WORD = 40
WORDS_OF_ALERT = 3_000
# Alerts of a file that results are shown from: ten results are read from up to ten files.
CHUNK = 16
_TEXT_READ = 60_000
_TITLE_SHOWN = 220
_EXCERPT_SHOWN = 180
_WORD = re.compile(r"[^\W_]+")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ё": "е"})
_ACCENTS = re.compile("[\u0300-\u036f]+")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Indexed:
    """The words of an alert, those of its title apart."""

    alert: int
    title: frozenset[str]
    text: frozenset[str]


def folded(text: str) -> str:
    """Return the text in lower case, ä as ae, ß as ss, ё as е, without accents."""
    lower = unicodedata.normalize("NFC", text).lower().translate(_SPELLED)
    if lower.isascii():
        return lower
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", lower))


def words(text: str) -> list[str]:
    """Return the words of a text as they are searched for, in order; one letter is no word."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(folded(text)))
    return [word for word in found if len(word) > 1]


def share(word: str) -> int:
    """Return in which share a word stands: FNV-1a of its first letters."""
    state = 0x811C9DC5
    for char in word[:HEAD]:
        state = (state ^ ord(char)) * 0x01000193 & 0xFFFFFFFF
    return state % SHARES


def indexed(alert: Alert, source: str) -> Indexed:
    """Return by which words an alert is found; of very long texts the first."""
    title = frozenset(words(alert.title))
    told = [source, alert.published_text or "", *(citation.id for citation in alert.citations)]
    told += [citation.text for citation in alert.citations]
    told += ["".join(piece.text for piece in match.excerpt) for match in alert.matches]
    told += [value for remark in alert.remarks for _, value in remark.values]
    room = _TEXT_READ
    for block in (*alert.added, *alert.removed):
        if room <= 0:
            break
        told.append(block[:room])
        room -= len(block)
    text = dict.fromkeys(word for each in told for word in words(each) if word not in title)
    return Indexed(alert.id or 0, title, frozenset(list(text)[:WORDS_OF_ALERT]))


class Gathering:
    """The words of many alerts, taken up oldest first, to be written at once."""

    def __init__(self) -> None:
        self._found: defaultdict[str, array[int]] = defaultdict(lambda: array("Q"))

    def add(self, alert: Indexed) -> None:
        """Take up an alert."""
        for word in alert.title:
            self._found[word].append(2 * alert.alert + 1)
        for word in alert.text:
            self._found[word].append(2 * alert.alert)

    def words(self) -> frozenset[str]:
        """Return all words taken up."""
        return frozenset(self._found)

    def shares(self) -> Iterator[tuple[int, dict[str, array[int]]]]:
        """Yield what is to be written into each share."""
        split: defaultdict[int, dict[str, array[int]]] = defaultdict(dict)
        for word, numbers in self._found.items():
            split[share(word)][word] = numbers
        yield from sorted(split.items())


def with_new(text: str, found: Mapping[str, Iterable[int]]) -> str:
    """Return the text of a share with more numbers, higher than those there, in front.

    Numbers that are there already are left out: writing twice changes nothing.
    """
    lines = dict(line.split(" ", 1) for line in text.splitlines())
    for word, numbers in found.items():
        lines[word] = _in_front(lines.get(word, ""), numbers)
    return "".join(f"{word} {lines[word]}\n" for word in sorted(lines))


def _in_front(line: str, numbers: Iterable[int]) -> str:
    newest, _, rest = line.partition(" ")
    told = [rest] if rest else []
    last = int(newest, 36) if newest else None
    for number in numbers:
        if last is None:
            last = number
        elif number // 2 > last // 2:
            told.append(base36(number - last))
            last = number
    # The gaps were gathered oldest first, but for the rest that was there.
    gaps = [*reversed(told[1:] if rest else told), *told[: 1 if rest else 0]]
    return " ".join([base36(last or 0), *gaps])


def base36(number: int) -> str:
    """Return a number as JavaScript's parseInt(…, 36) reads it."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def chunk(alerts: Iterable[tuple[Alert, int, str]]) -> str:
    """Return what results show of alerts, each given with its story and its source's name."""
    rows = {
        str(alert.id): [
            story,
            _cut(alert.title, _TITLE_SHOWN),
            alert.detected_at.date().isoformat(),
            source,
            alert.lang or "",
            _cut(_excerpt(alert), _EXCERPT_SHOWN),
        ]
        for alert, story, source in alerts
    }
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _excerpt(alert: Alert) -> str:
    for match in alert.matches:
        if match.excerpt:
            return "".join(piece.text for piece in match.excerpt)
    return " ".join((alert.added or alert.removed)[:1])


def _cut(text: str, length: int) -> str:
    text = " ".join(text[: 2 * length].split())
    return text if len(text) <= length else f"{text[: length - 1]}…"
