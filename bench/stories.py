"""Same news through several sources: which pairs are joined, which different items are merged.

Gold comes from what records state about themselves (file number, court and date, ECLI, CELEX,
document id, the address of a feed entry), never from their text. Where text is measured, numbers
and addresses are hidden from the matcher; where numbers are measured, the text is another.
Natural pairs are few in the samples: the groups marked «made» are variants of real texts, cut and
worded as databases, agencies and newspapers do it.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import feedparser

from monitor.model import Alert, Change, ChangeKind, Item
from monitor.pipeline.alerting import identify
from monitor.story import identity, stories, story_key
from monitor.text.fingerprint import canonical_url

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
# Below this many words a feed entry is too short for its text to tell anything.
LEAST_WORDS = 40
_TAG = re.compile(r"<[^>]+>|&\w+;")


class Pair(NamedTuple):
    """Two alerts that are the same news."""

    group: str
    one: Alert
    other: Alert


class Record(NamedTuple):
    """A document as some database has it; `number` is what it says of itself."""

    name: str
    title: str
    text: str
    url: str
    number: str
    court: str
    date: str


def an_alert(
    source: str,
    title: str,
    text: str,
    url: str | None = None,
    *,
    item: str = "",
    bare: bool = False,
) -> Alert:
    """Return the alert that an item with this text makes; a `bare` one hides numbers and links."""
    blocks = tuple(block.strip() for block in re.split(r"\n+", text) if block.strip())
    entry = Item(item or url or title, title, url, blocks)
    known = identify(Change(ChangeKind.ADDED, entry, added=blocks))
    if bare:
        known = replace(known, names=(), links=())
    alert = Alert(source, entry.id, ChangeKind.ADDED, title, url, NOW, identity=known)
    return replace(alert, story=story_key(alert))


def joined(pair: Pair) -> bool:
    """Return whether the pair is one story."""
    return len(stories([pair.one, pair.other])) == 1


# --- what is in the samples ----------------------------------------------------------------------


def records() -> Iterator[Record]:
    """Decisions as other projects recorded them."""
    for path in sorted(SAMPLES.glob("legal-sources-normalised/*.json")):
        told = json.loads(path.read_text("utf-8"))
        yield _record(path, told, told.get("case_number") or told.get("document_number") or "")
    for path in sorted(SAMPLES.glob("normalised-wwl/*/*.json")):
        told = json.loads(path.read_text("utf-8"))
        if isinstance(told, dict) and told.get("_type") == "case_law":
            yield _record(path, told, told.get("ecli") or told.get("celex_id") or "")


def _record(path: Path, told: dict[str, Any], number: str) -> Record:
    name = str(path.relative_to(SAMPLES))
    text, court = str(told.get("text") or ""), str(told.get("court") or "").replace("\xa0", " ")
    title = str(told.get("title") or name)
    return Record(name, title, text, str(told.get("url")), number, court, str(told.get("date")))


def listed() -> Iterator[Record]:
    """Hits of the portals of the German states; each decision once."""
    seen = set()
    for path in sorted(SAMPLES.glob("juris-landesrecht/*.json")):
        for hit in json.loads(path.read_text("utf-8"))["resultList"]:
            titles, more = hit.get("titleList") or [], hit.get("subtitleList") or [""]
            if hit["docId"] not in seen and len(titles) == 2 and hit.get("date"):
                seen.add(hit["docId"])
                day = ".".join(reversed(hit["date"].split(".")))
                title = " – ".join((f"{titles[0]}, {more[0]}", titles[1]))
                url = f"https://portal.example/document/{hit['docId']}"
                yield Record(
                    hit["docId"], title, "\n".join(more[1:]), url, titles[1], titles[0], day
                )


def entries() -> Iterator[tuple[str, str, str, str]]:
    """The entries of real feeds: file, address, title, text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in sorted(SAMPLES.glob("feeds/real/*/*")):
            for entry in feedparser.parse(str(path)).entries:
                body = entry.content[0].value if entry.get("content") else entry.get("summary", "")
                text = " ".join(_TAG.sub(" ", body or "").split())
                link = entry.get("link") or ""
                if link.startswith("http") and len(text.split()) >= LEAST_WORDS:
                    yield path.name, canonical_url(link), entry.get("title", ""), text


def articles() -> Iterator[tuple[str, str]]:
    """Title and full text of newspaper articles."""
    for line in (SAMPLES / "extraction" / "gold.jsonl").open(encoding="utf-8"):
        told = json.loads(line)
        if len(told["text"].split()) >= LEAST_WORDS:
            yield told.get("title") or "", told["text"]


# --- pairs ---------------------------------------------------------------------------------------


def natural() -> Iterator[Pair]:
    """One document in two places of the samples."""
    places = defaultdict(dict)
    for file, link, title, text in entries():
        places[link].setdefault(text, (file, title))
    for texts in places.values():
        found = [(file, title, text) for text, (file, title) in texts.items()]
        for at, (file, _, text) in enumerate(found):
            for other, _, another in found[at + 1 :]:
                if file != other:
                    one = an_alert("one", "Titel", text, bare=True)
                    yield Pair(
                        "feeds, text only", one, an_alert("two", "Title", another, bare=True)
                    )
    symbols = defaultdict(list)
    for path in sorted(SAMPLES.glob("normalised-wwl/UN_*Juris/*.json")):
        told = json.loads(path.read_text("utf-8"))
        if "\0" in told["text"]:
            continue  # the bytes of a Word file, taken for text
        symbols[told["symbol"]].append(told)
    for same in symbols.values():
        for at, one in enumerate(same):
            for other in same[at + 1 :]:
                first = an_alert("one", "A", one["text"], bare=True)
                second = an_alert("two", "B", other["text"], bare=True)
                yield Pair("UN decisions, text only", first, second)


def by_number() -> Iterator[Pair]:
    """A decision and a note of it in other words that names it as courts and journals do."""
    for record in (*records(), *listed()):
        stated = record.number in f"{record.title} {record.url} {record.text[:500]}"
        if not record.number or not record.text or not stated:
            continue
        here = an_alert("database", record.title, record.text, record.url)
        for form, title, text in _notes(record):
            note = an_alert("elsewhere", title, text, "https://blog.example/" + record.name)
            yield Pair(f"made: {form}", here, note)


def _notes(record: Record) -> Iterator[tuple[str, str, str]]:
    if re.fullmatch(r"\d\d/\d+", record.number):
        paper = f"Drucksache {record.number}"
        yield "printed paper in the title", f"Was steht in {paper}?", "Wir berichten in Kürze."
        return
    year, month, day = record.date.split("-") if "-" in record.date else record.date.split(".")
    when, where = f"{int(day)}.{int(month)}.{year}", f"{record.court}, " if record.court else ""
    lead = "Die Entscheidung betrifft auch andere Verfahren. Wir berichten in Kürze ausführlich."
    yield "number in the title", f"{where}Urteil vom {when} – {record.number}", lead
    last = f"({where}Urteil vom {when}, Az. {record.number})"
    yield "number in the last line", "Gericht entscheidet", f"{lead * 9}\n{last}"


def by_text() -> Iterator[Pair]:
    """A text and what newspapers and databases make of it; numbers and addresses hidden."""
    texts = [text for _, text in articles()]
    texts += [r.text for r in records() if len(re.findall(r"[^\W\d]{2,}", r.text)) >= LEAST_WORDS]
    texts += {text: None for *_, text in entries() if len(text.split()) >= 100}
    for text in texts:
        whole = an_alert("one", "Überschrift", text, bare=True)
        for form, variant in _variants(text):
            yield Pair(f"made: {form}", whole, an_alert("two", "Headline", variant, bare=True))


def _variants(text: str) -> Iterator[tuple[str, str]]:
    words = text.split()
    sentences = re.split(r"(?<=[^\W\d_][.!?])\s+", text)
    yield "cut to 60 % from the end", " ".join(words[: max(30, len(words) * 6 // 10)])
    yield (
        "every seventh sentence left out",
        " ".join(sentence for number, sentence in enumerate(sentences) if number % 7 != 6),
    )
    yield "agency line before, credit behind", f"Berlin (dpa/AFP) - {text} © dpa 261102-99-1234"
    yield (
        "broken with hyphens",
        re.sub(r"([a-zäöüß]{5})([a-zäöüß]{5})", r"\1-\n\2", text.replace(". ", ".\n")),
    )
    if len(words) >= 80:
        yield "teaser of 30 words", " ".join(words[:30]) + " …"


# --- items that are different --------------------------------------------------------------------


def merged(population: Iterable[tuple[str, Alert]]) -> tuple[int, list[tuple[Alert, Alert]]]:
    """Return how many alerts there are, and which were joined although their gold differs."""
    gold = {}
    for number, (name, alert) in enumerate(population):
        moved = replace(alert, source=f"s{number}")
        gold[id(moved)] = (name, moved)
    found = []
    for story in stories([alert for _, alert in gold.values()]):
        first = story[0]
        found += [(first, each) for each in story[1:] if gold[id(each)][0] != gold[id(first)][0]]
    return len(gold), found


def procedures(most: int | None = None) -> Iterator[tuple[str, Alert]]:
    """Procedures of the Bundestag, numbers hidden: many are alike, all are different."""
    with (SAMPLES / "relevance" / "dip21.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number == most:
                return
            told = json.loads(line)
            yield told["id"], an_alert("dip", told["title"], told["text"], bare=True)


def everything(*, bare: bool) -> Iterator[tuple[str, Alert]]:
    """All decisions, articles and feed entries; those of one address are the same."""
    for record in (*records(), *listed()):
        name = re.sub(r"\.L\d\d$", "", record.number) or record.text
        yield name, an_alert("x", record.title, record.text, record.url, bare=bare)
    for title, text in articles():
        yield text, an_alert("x", title, text, bare=bare)
    for _, link, title, text in entries():
        yield link, an_alert("x", title, text, link, bare=bare)


def mass_rulings(*, bare: bool) -> Iterator[tuple[str, Alert]]:
    """Of each German ruling three made siblings: same court, day and words, another case."""
    for record in records():
        if not record.name.startswith("legal-") or not re.search(r"\d+/\d\d", record.number):
            continue
        for sibling in range(4):
            shift = 7 * sibling
            number = re.sub(
                r"\d+(?=/\d\d)", lambda hit, by=shift: str(int(hit[0]) + by), record.number
            )
            text = record.text.replace(record.number, number)
            text = re.sub(
                r"(\d{1,2})(\. (?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober"
                r"|November|Dezember) )(\d{4})",
                lambda hit, by=sibling: f"{(int(hit[1]) + 3 * by) % 28 + 1}{hit[2]}{hit[3]}",
                text,
            )
            text = re.sub(
                r"\b(\d{1,2})(\.\d{1,2}\.\d{4})\b",
                lambda hit, by=sibling: f"{(int(hit[1]) + 3 * by) % 28 + 1}{hit[2]}",
                text,
            )
            title = f"{record.court}, Urteil vom {record.date} – {number}"
            yield number, an_alert("vg", title, text, f"https://vg.example/{number}", bare=bare)


# --- the report ----------------------------------------------------------------------------------


def main() -> int:
    """Print how many pairs were joined, what was missed, and what was merged by mistake."""
    if not SAMPLES.is_dir():
        print("no samples here: nothing to measure")
        return 0
    total: dict[str, list[int]] = {}
    missed: list[Pair] = []
    for pair in (*natural(), *by_number(), *by_text()):
        count = total.setdefault(pair.group, [0, 0])
        count[0] += 1
        if joined(pair):
            count[1] += 1
        else:
            missed.append(pair)
    for group, (pairs, found) in total.items():
        print(f"{group:44} {found:5} of {pairs:5} joined  {found / pairs:7.2%}")
    pairs, found = (sum(count[at] for count in total.values()) for at in (0, 1))
    print(f"{'all':44} {found:5} of {pairs:5} joined  {found / pairs:7.2%}\n")
    for name, population in (
        ("all documents, as they are", everything(bare=False)),
        ("all documents, numbers and links hidden", everything(bare=True)),
        ("mass rulings (made)", mass_rulings(bare=False)),
        ("mass rulings (made), numbers hidden", mass_rulings(bare=True)),
        ("Bundestag procedures, numbers hidden", procedures()),
    ):
        size, wrong = merged(population)
        print(f"{name:44} {size:5} items, {len(wrong)} merged by mistake")
        if "-v" in sys.argv:
            for one, other in wrong[:40]:
                print("   ", one.title[:70], "|", other.title[:70], one.item[:50], other.item[:50])
    if "-v" in sys.argv:
        for pair in missed[:80]:
            print("missed", pair.group, "|", pair.one.title[:60], "|", pair.other.title[:80],
                  identity(pair.one).names, identity(pair.other).names)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
