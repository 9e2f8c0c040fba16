"""What a million sources for ten thousand lists would take, on paper, from costs measured here.

    python -m bench.capacity --database postgresql+psycopg://postgres@127.0.0.1/some_empty_database

Bytes are measured by storing sources, changes and digests with the real store and dividing the
sizes of the tables; seconds by doing what grows with sources and lists, small. What checks cost
comes from `python -m bench.scale`. Then a pass over hosts of very different sizes is simulated.
"""

from __future__ import annotations

import argparse
import heapq
import random
import tempfile
import time
import tracemalloc
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from monitor.config import load
from monitor.diff import mark, seen
from monitor.health import coverage
from monitor.match import compile_vocabulary, match_change
from monitor.model import (
    Alert,
    Change,
    ChangeKind,
    Item,
    MailingList,
    Schedule,
    Source,
    SourceState,
    Term,
    Topic,
    Vocabulary,
)
from monitor.pipeline import Office, compose_digests
from monitor.render import Templates
from monitor.shipped import shipped
from monitor.store import Saved, Store, Stored

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = 86_400
ITEMS = 30  # of a source: a feed or a listing
CHUNK = 40  # sources that are stored to be measured
ALERTS = 20  # of a digest
MANY_ALERTS = 500
STATES = 20_000
LISTS = 500
_MORE_SOURCES = """
INSERT INTO source
SELECT (jsonb_populate_record(one, jsonb_build_object('source', 'more-' || n))).*
FROM source one, generate_series(1, :many) n WHERE one.source = 's-0'"""
TOPIC = Topic("desertion", {"de": "Desertion"}, (Term("Deserteur*", ("Deserteur*",)),))


@dataclass(frozen=True)
class Costs:
    """What one of each costs: bytes in the server, seconds of a core."""

    source: float
    version: float
    alert: float
    mail: float
    watched: float
    digest: float
    tick: float
    load: float
    kept: float


# --- measured ------------------------------------------------------------------------------------


def _words(chance: random.Random, many: int) -> str:
    syllables = ("be", "ver", "ung", "recht", "asyl", "dienst", "lich", "keit", "ge", "richt", "en")
    return " ".join("".join(chance.choices(syllables, k=3)) for _ in range(many))


def _item(chance: random.Random, name: str) -> Item:
    blocks = tuple(_words(chance, 40) for _ in range(3))
    return Item(name, _words(chance, 8), f"https://court.example/{name}", blocks, published=NOW)


def _stored(item: Item) -> Stored:
    return Stored(item, mark(item), seen(item))


def _sizes(store: Store) -> dict[str, int]:
    """Bytes of each table with its indexes and long values."""
    names = "SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class WHERE relkind = 'r'"
    with store._engine.connect() as connection:
        return {row.relname: row.size for row in connection.execute(text(names))}


def measured(database: str) -> Costs:
    """Store sources, changes, alerts and digests, and return what one of each takes."""
    chance = random.Random(1)
    rules = compile_vocabulary(Vocabulary({TOPIC.id: TOPIC}, {}))
    sources = [Source(f"s-{n}", f"S {n}", "feed", f"https://h{n}.example/") for n in range(CHUNK)]
    names = [f"team-{n}" for n in range(5)]
    readers = tuple(
        MailingList(name, ("team@example.org",), schedule=Schedule("immediately")) for name in names
    )
    office = Office(
        readers,
        {source.id: source for source in sources},
        {TOPIC.id: TOPIC},
        Templates(shipped("templates")),
        "monitor@monitor.example",
    )
    load_, kept = _loading(200)
    with Store.open(database) as store:
        store.digests.meet(names, NOW - timedelta(days=2))
        empty = _sizes(store)
        for source in sources:
            items = tuple(_stored(_item(chance, f"{n}")) for n in range(ITEMS))
            assert store.checks.save(Saved(_state(source.id, 1), added=items))
        full = _sizes(store)
        for source in sources:
            items = tuple(_stored(_item(chance, f"new {n}")) for n in range(ITEMS))
            assert store.checks.save(Saved(_state(source.id, 2), added=items))
        more = _sizes(store)
        raised = tuple(_alert(chance, rules, n) for n in range(ALERTS))
        assert store.checks.save(Saved(_state("s-0", 3), alerts=raised))
        compose_digests(office, store, NOW, only=names[:1])  # the templates are compiled now
        began = time.process_time()
        composed = compose_digests(office, store, NOW, only=names[1:])
        digest = (time.process_time() - began) / len(composed)
        assert [each.alerts for each in composed] == [ALERTS] * (len(names) - 1)
        with store._engine.begin() as connection:
            mail = connection.execute(text("SELECT avg(length(mime)) FROM mail")).scalar_one()
            connection.execute(text(_MORE_SOURCES), {"many": STATES})
        many = [replace(sources[0], id=f"more-{n}") for n in range(1, STATES + 1)]
        began = NOW - timedelta(days=1)
        watched = _timed(lambda: coverage(many, store.checks.states(), began, NOW), 3) / STATES
        quiet = [
            replace(readers[0], id=f"quiet-{n}", schedule=Schedule("daily", 7))
            for n in range(LISTS)
        ]
        waiting = replace(office, lists=tuple(quiet))
        tick = (
            _timed(lambda: compose_digests(waiting, store, NOW + timedelta(minutes=1)), 3) / LISTS
        )
        wide = tuple(_alert(chance, rules, ALERTS + n) for n in range(MANY_ALERTS))
        before = _sizes(store)
        assert store.checks.save(Saved(_state("s-0", 4), alerts=wide))
        alert = _grown(before, _sizes(store)) / MANY_ALERTS
    return Costs(
        source=_grown(empty, full) / CHUNK,
        version=_grown(full, more) / CHUNK / ITEMS,
        alert=alert,
        mail=float(mail),
        watched=watched,
        digest=digest,
        tick=tick,
        load=load_,
        kept=kept,
    )


def _state(source: str, checks: int) -> SourceState:
    return SourceState(
        source,
        checks=checks,
        first_checked=NOW,
        last_checked=NOW,
        last_success=NOW,
        next_check=NOW + timedelta(hours=6),
        body_hash="f" * 32,
        definition="f" * 16,
    )


def _alert(chance: random.Random, rules: Any, number: int) -> Alert:
    item = _item(chance, f"alert {number}")
    blocks = ("Ein Deserteur beantragt Asyl.", *item.blocks)
    item = Item(item.id, f"Deserteur {number}", item.url, blocks, published=NOW)
    change = Change(ChangeKind.ADDED, item, added=item.blocks, title_changed=True)
    found = match_change(rules, change, None, complete=False)
    return Alert(
        "s-0",
        item.id,
        ChangeKind.ADDED,
        item.title,
        item.url,
        NOW - timedelta(hours=1),
        matches=found,
        added=item.blocks,
        story=f"{number:016x}",
    )


def _grown(before: dict[str, int], after: dict[str, int]) -> float:
    return sum(after.values()) - sum(before.get(name, 0) for name in after)


def _timed(work: Any, times: int = 20) -> float:
    work()
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


def _loading(many: int) -> tuple[float, float]:
    """Seconds to read one entry of sources.yaml, and bytes to keep it in mind."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sources.yaml")
        head = "version: 1\ntopics:\n  a: {title: {de: A}, terms: [Deserteur*]}\nsources:\n"

        def write(number: int) -> None:
            file.write_text(
                head
                + "".join(
                    f"  - {{id: s-{n}, name: S {n}, kind: feed, url: 'https://h{n}.example/'}}\n"
                    for n in range(number)
                )
            )

        def reading(number: int) -> tuple[float, int]:
            write(number)
            seconds = _timed(lambda: load(file, None), 2)
            tracemalloc.start()
            config = load(file, None)
            kept, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert len(config.sources) == number
            return seconds, kept

        (slow, large), (quick, small) = reading(2 * many), reading(many)
        return (slow - quick) / many, (large - small) / many


# --- simulated -----------------------------------------------------------------------------------


def host_sizes(sources: int, hosts: int, skew: float) -> list[int]:
    """How many sources each host has: the n-th largest in proportion to n to the power -skew."""
    weights = [(rank + 1) ** -skew for rank in range(hosts)]
    scale = sources / sum(weights)
    return [max(1, round(weight * scale)) for weight in weights]


def one_pass(sizes: list[int], lanes: int, each: float, seed: int = 1) -> float:
    """Seconds until all hosts are checked by so many lanes, in an order by chance."""
    order = sizes.copy()
    random.Random(seed).shuffle(order)
    free = [0.0] * min(lanes, len(order))
    for size in order:
        heapq.heappush(free, heapq.heappop(free) + size * each)
    return max(free)


def main() -> None:
    """Print what it would take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="an empty PostgreSQL database")
    parser.add_argument("--sources", type=int, default=1_000_000)
    parser.add_argument("--lists", type=int, default=10_000)
    parser.add_argument("--recipients", type=int, default=3, help="of a list")
    parser.add_argument("--hosts", type=int, default=50_000)
    parser.add_argument("--skew", type=float, default=0.8, help="0: all hosts are alike")
    parser.add_argument("--every", type=float, default=6, help="hours between checks of a source")
    parser.add_argument("--delay", type=float, default=2.0, help="seconds between requests")
    parser.add_argument("--latency", type=float, default=0.4, help="seconds of an answer")
    parser.add_argument("--changes", type=float, default=0.3, help="new items a source and day")
    parser.add_argument("--matching", type=float, default=0.01, help="share that is an alert")
    parser.add_argument("--changed-ms", type=float, default=15, help="core, a changed source")
    parser.add_argument("--check-ms", type=float, required=True, help="core, a check: bench.scale")
    parser.add_argument("--server-ms", type=float, required=True, help="server's core, likewise")
    parser.add_argument("--wal", type=float, required=True, help="WAL bytes a check, likewise")
    told = parser.parse_args()
    costs = measured(told.database)
    rows = _on_paper(told, costs)
    print("| what | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")


def _on_paper(told: argparse.Namespace, costs: Costs) -> list[tuple[str, str]]:
    a_day = told.sources * 24 / told.every
    changes = told.sources * told.changes
    alerts = changes * told.matching
    mails = told.lists * told.recipients
    sizes = host_sizes(told.sources, told.hosts, told.skew)
    each = told.delay + told.latency
    most = round(told.every * 3600 / each)
    too_large = [size for size in sizes if size > most]
    lanes = next(n for n in range(50, 10**6, 50) if _fits(sizes, n, each, told.every, most))
    base = told.sources * costs.source
    grown = 365 * (changes * costs.version + alerts * costs.alert)
    kept = 30 * mails * costs.mail
    return [
        ("checks a second, on average", f"{a_day / DAY:,.0f}"),
        (
            "cores for workers",
            f"{(a_day * told.check_ms + changes * told.changed_ms) / DAY / 1e3:.2f}",
        ),
        ("cores of the server for checks", f"{a_day * told.server_ms / DAY / 1e3:.2f}"),
        ("WAL a day", f"{a_day * told.wal / 1e9:,.0f} GB"),
        ("lanes (hosts at once) that keep up", f"{lanes:,} = {-(-lanes // 50)} workers of 50"),
        (
            f"hosts with more sources than {told.every:g} h hold ({most:,})",
            f"{len(too_large)} with {sum(too_large):,} sources",
        ),
        ("bytes of a source with 30 items", f"{costs.source:,.0f}"),
        ("bytes of a further version of an item", f"{costs.version:,.0f}"),
        ("bytes of an alert", f"{costs.alert:,.0f}"),
        (f"bytes of a mail with {ALERTS} alerts", f"{costs.mail:,.0f}"),
        ("database at the start", f"{base / 1e9:,.0f} GB"),
        ("growth a year", f"{grown / 1e9:,.0f} GB"),
        ("mails of 30 days", f"{kept / 1e9:,.1f} GB"),
        ("alerts a day", f"{alerts:,.0f}"),
        ("mails a day; an hour at 100 a second", f"{mails:,}; {mails / 100 / 60:,.0f} minutes"),
        ("composing a digest", f"{costs.digest * 1e3:,.0f} ms"),
        ("composing all, one after the other", f"{told.lists * costs.digest / 60:,.0f} minutes"),
        ("looking at all lists when none is due", f"{told.lists * costs.tick:,.1f} s"),
        (
            "what the digests of one hour say of all sources",
            f"{told.sources * costs.watched:,.0f} s",
        ),
        ("reading sources.yaml", f"{told.sources * costs.load / 60:,.0f} minutes"),
        ("the configuration in memory", f"{told.sources * costs.kept / 1e9:,.1f} GB"),
    ]


def _fits(sizes: list[int], lanes: int, each: float, every: float, most: int) -> bool:
    """Whether so many lanes finish a pass in time, but for hosts that are too large anyway."""
    return one_pass([size for size in sizes if size <= most], lanes, each) <= every * 3600


if __name__ == "__main__":
    main()
