"""How often the shipped vocabulary sounds on German texts that have nothing to do with its topics.

    python -m bench.ordinary [--sources FILE] [--alarms FILE] [PATH …]

Each path is a JSON-lines file or a folder (see `bench.texts`); without any, the shared samples and
the German manuals of this machine are read. Only documents of full length count. Each alarm of the
sure tier goes to the file of `--alarms`, to be read by a person: documents found to be really about
a topic are named in `ABOUT` with the reason, and left out.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.texts import SAMPLES, Group, Text, texts
from monitor.config import load
from monitor.match import Rules, compile_vocabulary, find
from monitor.model import Match, Tier

ROOT = Path(__file__).parents[1]
FULL_LENGTH = 1000
TARGET = 0.002
PATHS = (
    SAMPLES / "extraction" / "gold.jsonl",
    SAMPLES / "relevance" / "dip21.jsonl",
    SAMPLES / "relevance" / "thurgau.jsonl",
    Path("/usr/share/man/de"),
    Path("/usr/share/help/de"),
)
_ALL = "all together"
_TOTALS = (*Group, _ALL)
# About asylum, objectors or the three countries by their descriptors, so not ordinary.
_NOT_ORDINARY = frozenset({"dip21 core", "dip21 asylum", "dip21 country"})
ABOUT = {
    "fundus/ch/NZZ_2024_07_18.html.gz": "call-up of the ultra-Orthodox in Israel",
    "fundus/ch/SRF_2025_01_05.html.gz": "Druze who deserted or refused to fight for Assad",
    "fundus/de/ZDF_2025_11_07.html.gz": "mobilisation of ethnic minorities in Russia",
    "dip21-257414": "conscripts at forced labour in Eritrea",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A document with what was found in it."""

    document: Text
    matches: tuple[Match, ...]

    @property
    def sure(self) -> tuple[Match, ...]:
        """The matches of the sure tier."""
        return tuple(match for match in self.matches if match.tier is Tier.SURE)


def ordinary(paths: Iterable[Path]) -> Iterator[Text]:
    """The full-length documents of the paths that are not about the topics."""
    for path in paths:
        for document in texts(path):
            if document.corpus in _NOT_ORDINARY or document.name in ABOUT:
                continue
            if len(document.whole) >= FULL_LENGTH:
                yield document


def listen(rules: Rules, documents: Iterable[Text]) -> Iterator[Heard]:
    """Each document with its matches in either tier."""
    for document in documents:
        yield Heard(document, find(rules, document.whole, title=document.title))


def shipped(sources: Path) -> Rules:
    """The vocabulary of a sources.yaml."""
    return compile_vocabulary(load(sources, None).vocabulary)


def _report(heard: Iterable[Heard]) -> Iterator[str]:
    number, letters, sure, both = (Counter[str]() for _ in range(4))
    for each in heard:
        for name in (each.document.corpus, each.document.group, _ALL):
            number[name] += 1
            letters[name] += len(each.document.whole)
            sure[name] += bool(each.sure)
            both[name] += bool(each.matches)
    if not number:
        yield "No documents: the shared samples are not here; name folders of German texts."
        return
    yield f"{'corpus':28} {'documents':>9} {'MB':>6} {'sure':>12} {'both tiers':>12}"
    for name in sorted(number, key=lambda name: (name in _TOTALS, name)):
        shares = (f"{n[name]:4} {n[name] / number[name]:6.2%}" for n in (sure, both))
        yield " ".join([f"{name:28} {number[name]:9,} {letters[name] / 1e6:6.1f}", *shares])
    for name in _TOTALS:
        kept = sure[name] <= TARGET * number[name]
        yield f"{name}: at most {TARGET:.1%} in the sure tier {'kept' if kept else 'NOT kept'}"
    yield f"left out after reading, as they are about a topic: {len(ABOUT)}"


def _alarm(document: Text, match: Match) -> str:
    near = document.whole[max(0, match.start - 100) : match.end + 100]
    told = [document.corpus, document.name, document.title, match.topic, match.term, match.words]
    return json.dumps([*told, " ".join(near.split())], ensure_ascii=False)


def main() -> None:
    """Print a line for each corpus, and write down what was heard."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("paths", nargs="*", type=Path)
    asked.add_argument("--sources", type=Path, default=ROOT / "sources.yaml")
    asked.add_argument("--alarms", type=Path)
    given = asked.parse_args()
    if missing := [str(path) for path in given.paths if not path.exists()]:
        asked.error(f"there is no {', '.join(missing)}")
    paths = given.paths or [path for path in PATHS if path.exists()]
    heard = tuple(listen(shipped(given.sources), ordinary(paths)))
    print(*_report(heard), sep="\n")
    if given.alarms:
        lines = [_alarm(each.document, match) for each in heard for match in each.sure]
        given.alarms.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
