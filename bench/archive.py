"""An invented archive of any size: two years of alerts in five languages, many of them edits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

from monitor.diff import mark, seen
from monitor.model import Alert, Change, ChangeKind, Item, Match, Source, SourceState
from monitor.pipeline.alerting import identify
from monitor.store import Saved, Store, Stored
from monitor.story import story_key
from monitor.text.excerpt import excerpt

PASSAGES = Path(__file__).parent / "passages"
END = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
DAYS = 730
EDITED = 0.2
LANGS = ("de", "de", "de", "en", "en", "ru", "uk", "fr")
TOPICS = (
    *("desertion", "conscientious_objection", "draft_evasion", "mobilisation"),
    "asylum_practice",
)
_LONG = re.compile(r"[^\W\d_]{8,}")
_NOUN = re.compile(r"\b[A-ZÄÖÜ][a-zäöüß]{4,11}\b")


@dataclass(frozen=True)
class Library:
    """Passages by language, and German words to make compounds of."""

    passages: dict[str, list[tuple[str, str]]]

    @classmethod
    def read(cls) -> Library:
        """Return all labelled passages."""
        found: dict[str, list[tuple[str, str]]] = {}
        for path in sorted(PASSAGES.glob("*.jsonl")):
            for line in path.read_text("utf-8").splitlines():
                told = json.loads(line)
                found.setdefault(told["lang"], []).append((told["title"], told["text"]))
        return cls(found)

    @cached_property
    def nouns(self) -> list[str]:
        texts = (text for _, text in self.passages["de"])
        return sorted({noun for text in texts for noun in _NOUN.findall(text)})

    def block(self, chance: Random, lang: str) -> str:
        """Return a paragraph that nobody wrote, with words that no other has."""
        words = chance.choice(self.passages[lang])[1].split()
        chance.shuffle(words)
        if lang == "de":
            made = chance.choice(self.nouns) + chance.choice(self.nouns).lower()
            words.insert(len(words) // 2, made)
        return " ".join(words[:90]) + f" ({chance.randrange(1, 999)}/{chance.randrange(20, 27)})"


def fill(store: Store, sources: Sequence[Source], number: int, seed: int = 1) -> None:
    """Write so many alerts into an empty store, and the items they are about."""
    chance, library = Random(seed), Library.read()
    states: dict[str, SourceState] = {}
    known: dict[str, list[Item]] = {}
    for at, source, count in _checks(chance, sources, number):
        state = states.get(source.id, SourceState(source.id, first_checked=at, definition="0"))
        states[source.id] = state = replace(
            state, checks=state.checks + 1, last_checked=at, last_success=at, last_changed=at
        )
        there = known.setdefault(source.id, [])
        lang = chance.choice(LANGS)
        changes = [
            _change(chance, library, lang, f"{at:%Y%m%d%H%M%S}-{n}", there) for n in range(count)
        ]
        store.checks.save(
            Saved(
                state,
                added=tuple(_stored(c.item) for c in changes if c.kind is ChangeKind.ADDED),
                edited=tuple(_stored(c.item) for c in changes if c.kind is ChangeKind.EDITED),
                alerts=tuple(_alert(source, c, at, lang, chance.choice(TOPICS)) for c in changes),
            )
        )


def one_more(store: Store, source: Source, at: datetime, title: str) -> None:
    """Write one more alert."""
    state = store.checks.state(source.id)
    item = Item("one-more", title, "https://www.example.org/more", ("Ein Deserteur bekam Schutz.",))
    change = Change(ChangeKind.ADDED, item, added=item.blocks, title_changed=True)
    alert = _alert(source, change, at, "de", "desertion")
    state = replace(state, checks=state.checks + 1, last_checked=at, last_changed=at)
    store.checks.save(Saved(state, added=(_stored(item),), alerts=(alert,)))


def _checks(
    chance: Random, sources: Sequence[Source], number: int
) -> Iterator[tuple[datetime, Source, int]]:
    """Some twelve alerts at a time, from the oldest on."""
    batches = max(1, number // 12)
    left = number
    for place in range(batches):
        count = left if place == batches - 1 else min(left, chance.randint(4, 20))
        left -= count
        at = END - timedelta(days=DAYS) * (1 - place / batches) + timedelta(seconds=place)
        # A few sources say most of what there is.
        source = sources[min(int(chance.paretovariate(0.6)) - 1, len(sources) - 1)]
        if count:
            yield at, source, count


def _change(chance: Random, library: Library, lang: str, name: str, there: list[Item]) -> Change:
    """A new item, or every now and then an edit of one that is there."""
    if there and chance.random() < EDITED:
        old = there.pop(chance.randrange(len(there)))
        place = chance.randrange(len(old.blocks))
        words = old.blocks[place].split()
        words[3:6] = ["nunmehr", "binnen", "zwei", "Wochen"]
        block = " ".join(words)
        now = replace(old, blocks=(*old.blocks[:place], block, *old.blocks[place + 1 :]))
        change = Change(ChangeKind.EDITED, now, old, (block,), (old.blocks[place],))
    else:
        title, text = chance.choice(library.passages[lang])
        made = (library.block(chance, lang) for _ in range(3))
        blocks = (*(block for block in text.split("\n") if block), *made)
        url = f"https://www.example.org/{name}"
        item = Item(name, f"{title} ({name[-9:]})", url, blocks)
        change = Change(ChangeKind.ADDED, item, added=blocks, title_changed=True)
    there.append(change.item)
    return change


def _alert(source: Source, change: Change, at: datetime, lang: str, topic: str) -> Alert:
    text = change.added[0]
    hits = list(_LONG.finditer(text))[:2]
    matches = tuple(
        Match(topic, hit[0], *hit.span(), hit[0], excerpt(text, [hit.span()])) for hit in hits
    )
    item = change.item
    alert = Alert(
        source=source.id,
        item=item.id,
        kind=change.kind,
        title=item.title,
        url=item.url,
        detected_at=at,
        published=item.published,
        lang=lang,
        matches=matches,
        added=change.added,
        removed=change.removed,
        identity=identify(change),
    )
    return replace(alert, story=story_key(alert))


def _stored(item: Item) -> Stored:
    return Stored(item, mark(item), seen(item))
