"""How fast the topics are matched: MB of UTF-8 text per second of processor time on one core.

    python -m bench.matching [--megabytes 20]

The references of the same run: a regular expression of all literals, and an Aho-Corasick automaton
over lower-case text, which only say that a word stands there.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from bench.texts import SAMPLES
from monitor.config import load
from monitor.match import Rules, compile_vocabulary, find
from monitor.model import Term, Topic, Vocabulary

ROOT = Path(__file__).parents[1]
_PAGE = 5_000
_SEVERAL = 3
_CYRILLIC = re.compile("[а-яіїєґў]", re.IGNORECASE)


def megabytes(texts: Sequence[str]) -> float:
    """The size of the texts."""
    return sum(len(text.encode()) for text in texts) / 1e6


def speed(search: Callable[[str], object], texts: Sequence[str]) -> float:
    """Megabytes in a second; the better of two rounds, as others use the machine too."""
    return max(_once(search, texts) for _ in range(2))


def _once(search: Callable[[str], object], texts: Sequence[str]) -> float:
    before = time.process_time()
    for text in texts:
        search(text)
    return megabytes(texts) / (time.process_time() - before)


def pages(texts: Iterable[str]) -> Iterator[str]:
    """The texts joined to about the length of a news page."""
    page: list[str] = []
    for text in texts:
        page.append(text)
        if sum(map(len, page)) > _PAGE:
            yield "\n\n".join(page)
            page = []
    yield "\n\n".join(page)


def repeated(texts: Sequence[str], least: float) -> list[str]:
    """The texts again and again until there are so many megabytes."""
    return [*texts] * max(1, round(least / max(0.001, megabytes(texts))))


def words_only(count: int, texts: Sequence[str]) -> Rules:
    """So many terms with made-up stems from the words of the texts, which they do not hold."""
    stems = sorted({word.lower() for text in texts for word in re.findall(r"[a-zäöü]{5,9}", text)})
    spellings = [f"{one}{other}*" for one, other in zip(stems, reversed(stems), strict=True)]
    terms = tuple(Term(spelling, (spelling,)) for spelling in spellings[:count])
    return compile_vocabulary(Vocabulary({"t": Topic("t", {}, terms)}, {}))


def literals_of(rules: Rules) -> list[str]:
    """Letters that the spellings cannot do without."""
    spellings = [spelling for rule in rules.rules for spelling in rule.spellings]
    return sorted({min(s.required[0], key=len) for s in spellings if s.required and s.required[0]})


class Row(NamedTuple):
    """What is measured, with what, on which texts."""

    name: str
    search: Callable[[str], object]
    texts: Sequence[str]


def rows_of(place: str) -> list[dict[str, str]]:
    """The rows of a file of the samples."""
    lines = (SAMPLES / place).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def whole(row: Mapping[str, str]) -> str:
    """Title and text."""
    return f"{row.get('title') or ''}\n\n{row['text']}"


def idle_german(rules: Rules) -> list[str]:
    """News pages, and papers of the Bundestag joined to pages, in which nothing is found."""
    gold = [whole(row) for row in rows_of("extraction/gold.jsonl") if row["lang"] == "de"]
    papers = [row for row in rows_of("relevance/dip21.jsonl") if "negative" in row["pool"]]
    return [text for text in (*gold, *pages(map(whole, papers))) if not find(rules, text)]


def on_the_subject(rules: Rules) -> list[str]:
    """Whole articles and papers of the Bundestag in which several words are found."""
    rows = (*rows_of("extraction/gold.jsonl"), *rows_of("relevance/dip21.jsonl"))
    return [text for text in map(whole, rows) if len(find(rules, text)) >= _SEVERAL]


def matches(rules: Rules, texts: Sequence[str]) -> str:
    """How many are found in a megabyte."""
    return f"{sum(len(find(rules, text)) for text in texts) / megabytes(texts):.0f} matches a MB"


def labelled() -> list[dict[str, str]]:
    """The labelled passages."""
    return [*rows_of("relevance-bench/dev.jsonl"), *rows_of("relevance-bench/dev-written.jsonl")]


def strings(value: object) -> Iterator[str]:
    """All strings in what JSON holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from strings(inner)


def cyrillic() -> Iterator[str]:
    """Paragraphs in Russian, Ukrainian and Belarusian: laws and rulings as other projects store
    them, news pages, labelled passages. There is about half a megabyte of them, each taken once."""
    rows = (*rows_of("extraction/gold.jsonl"), *labelled())
    texts = [row["text"] for row in rows if row["lang"] in {"ru", "uk", "be"}]
    for file in sorted((SAMPLES / "normalised-wwl").glob("[BKRU][YUZA]_*/*.json")):
        texts += strings(json.loads(file.read_text(encoding="utf-8")))
    parts = dict.fromkeys(part for text in texts for part in re.split(r"\n+|(?<=[.;]) ", text))
    yield from (part for part in parts if len(_CYRILLIC.findall(part)) > len(part) / 2)


def shipped(rules: Rules, idle: Sequence[str], least: float) -> Iterator[Row]:
    """The shipped vocabulary on texts of many kinds."""

    def search(text: str) -> object:
        return find(rules, text)

    dense = [whole(row) for row in labelled() if row["relevant"]]
    russian = [page for page in pages(part for part in cyrillic() if not search(part))
               if not search(page)]  # fmt: skip
    yield Row("German, nothing to find", search, repeated(idle, least))
    yield Row("Russian and Ukrainian, nothing to find", search, repeated(russian, 2))
    subject = on_the_subject(rules)
    name = f"real documents on the subject, {matches(rules, subject)}"
    yield Row(name, search, repeated(subject, 2))
    # A match in every fifty characters: passages of 250, each with four or five.
    name = f"dense: labelled passages, {matches(rules, dense)}"
    yield Row(name, search, repeated(dense, 0.5))
    yield Row("the same joined to pages", search, repeated([*pages(dense)], 0.5))
    yield Row("the same, three of a term as in mails",
              lambda text: find(rules, text, most=3), repeated([*pages(dense)], 0.5))  # fmt: skip
    for times in (1, 2, 4):
        yield Row(f"German, one text {times}x", search, ["\n\n".join([*idle[:200]] * times)])


def grown(idle: Sequence[str]) -> Iterator[Row]:
    """More and more terms on text that holds none."""
    for count in (50, 500, 5000):
        before = time.process_time()
        rules = words_only(count, idle)
        built = time.process_time() - before
        name = f"{count} terms, built in {built:.2f} s"
        yield Row(name, lambda text, rules=rules: find(rules, text), idle)  # type: ignore[misc]


def references(rules: Rules, idle: Sequence[str]) -> Iterator[Row]:
    """What says only that letters stand somewhere."""
    literals = literals_of(rules)
    automaton = AhoCorasick(literals)
    pattern = re.compile("|".join(map(re.escape, literals)))
    yield Row(f"reference: Aho-Corasick, {len(literals)} literals",
              lambda text: automaton.find_matches_as_indexes(text.lower()), idle)  # fmt: skip
    yield Row("reference: `re` alternation", lambda text: pattern.findall(text.lower()), idle[:60])


def measure(least: float) -> Iterator[str]:
    """The lines of the table."""
    rules = compile_vocabulary(load(ROOT / "sources.yaml", None).vocabulary)
    idle = idle_german(rules)
    fresh = compile_vocabulary(load(ROOT / "sources.yaml", None).vocabulary)
    first = _once(lambda text: find(fresh, text), idle)
    yield f"{'':54} {'MB':>6} {'MB/s':>7} {'of ref':>7}"
    reference = 0.0
    for row in (*references(rules, idle), *shipped(rules, idle, least), *grown(idle)):
        value = speed(row.search, row.texts)
        reference = reference or value
        size = megabytes(row.texts)
        yield f"{row.name:54} {size:6.1f} {value:7.1f} {value / reference:7.2f}"
    name, size = "German, words never seen before", megabytes(idle)
    yield f"{name:54} {size:6.1f} {first:7.1f} {first / reference:7.2f}"


def main() -> None:
    """Measure, or say that there is nothing to measure with."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=float, default=20)
    if not SAMPLES.is_dir():
        print("no samples beside the checkout: nothing to measure")
        return
    for line in measure(arguments.parse_args().megabytes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
