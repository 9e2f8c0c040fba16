"""Replay recorded histories through the real pipeline and count false and missed alerts.

Baselines in the same run: whether bytes, main text or visible lines differ from the version before;
of each the false steps and the missed ones.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import trafilatura

from bench.histories import ADJUDICATED, INCIDENTS, LISTS, NUMBERS_COUNT, SOURCES
from monitor.adapters.html import looks_like_html, parse, visible_blocks
from monitor.config import load
from monitor.log import configure
from monitor.match import Rules, compile_vocabulary
from monitor.model import AlertOn, Source
from monitor.pipeline import Checked, Outcome
from monitor.replay import Recording, recordings, replay
from monitor.store import Store
from monitor.text.decode import decode

REPLAYS = Path(__file__).parents[2] / "shared" / "samples" / "replays"
_HEADS = (
    ("steps real raised missed false | bytes main lines false | bytes main lines missed")
    .replace("| ", "")
    .replace("lines false", "lines")
    .replace("lines missed", "lines")
    .split()
)


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of a history: what gold says (None: cannot be told), and who raised it.

    `given` is the gold of meta.json, `ruled` the same without what was told before, `real` the
    adjudicated one; a step that was held and then told by the next has None.
    """

    history: str
    number: int
    given: bool | None
    ruled: bool | None
    real: bool | None
    raised: bool
    held: bool
    baselines: tuple[bool, bool, bool]
    said: str


def sources() -> dict[str, tuple[Source, Rules]]:
    """Return the declared sources by the name of their history."""
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "sources.yaml"
        file.write_text(SOURCES, encoding="utf-8")
        config = load(file, None)
    rules = compile_vocabulary(config.vocabulary)
    return {source.id: (source, rules) for source in config.sources}


def play(source: Source, rules: Rules) -> list[tuple[Recording, Checked]]:
    """Return every recording of a history with what its check came to."""

    async def run(database: str) -> list[tuple[Recording, Checked]]:
        with Store.open(database) as store:
            recorded = recordings(REPLAYS / source.id)
            return [each async for each in replay(source, recorded, store=store, rules=rules)]

    with tempfile.TemporaryDirectory() as home:
        return asyncio.run(run(f"sqlite:///{home}/replay.db"))


# --- gold ----------------------------------------------------------------------------------------


def given(name: str, version: dict[str, Any]) -> bool | None:
    """Return what meta.json says of a transition: real, not, or (None) a link or layout only."""
    if gold := version.get("gold"):
        if gold["kinds"] == ["formatting_or_link_only"]:
            return None
        return "content" in gold["kinds"]
    if links := version.get("link_gold"):
        return bool(links["n_new"])
    change = version["change"]
    if feed := change.get("feed_cls"):
        return feed in {"new_items", "edited_items"}
    kind = change.get("cls", "text")
    return kind == "text" or (kind == "numbers_dates_only" and name.startswith(NUMBERS_COUNT))


def told_before(name: str, version: dict[str, Any], earlier: Iterable[dict[str, Any]]) -> bool:
    """Whether the very same answer was there before, or a list only lost entries."""
    only_lost = (
        name in LISTS and "link_gold" not in version and not version["change"].get("added", 1)
    )
    same = version.get("sha256")
    return only_lost or (same is not None and any(e.get("sha256") == same for e in earlier))


# --- baselines -----------------------------------------------------------------------------------


def _lines(recording: Recording) -> tuple[str, ...]:
    text = decode(recording.file.read_bytes(), recording.media_type)[0]
    if looks_like_html(text):
        return visible_blocks(parse(text))
    return tuple(line.strip() for line in text.splitlines())


def _main_text(recording: Recording) -> str:
    text = decode(recording.file.read_bytes(), recording.media_type)[0]
    return (trafilatura.extract(text) or "") if looks_like_html(text) else text


def baselines(recorded: Iterable[Recording]) -> Iterator[tuple[bool, bool, bool]]:
    """Yield for each step whether bytes, main text, visible lines differ from the one before."""
    before: tuple[object, object, object] | None = None
    for recording in recorded:
        now = (recording.file.read_bytes(), _main_text(recording), _lines(recording))
        if before is not None:
            yield (before[0] != now[0], before[1] != now[1], before[2] != now[2])
        before = now


# --- scoring -------------------------------------------------------------------------------------


def transitions(source: Source, rules: Rules, *, compared: bool) -> Iterator[Transition]:
    """Yield the steps of a history; a step that waited for a second look is told by the next."""
    versions = json.loads((REPLAYS / source.id / "meta.json").read_text())["versions"]
    played = play(source, rules)
    steps = (
        list(baselines(r for r, _ in played)) if compared else [(False,) * 3] * (len(played) - 1)
    )
    waiting = [False, False]
    for index, (_, checked) in enumerate(played[1:], 1):
        number = versions[index]["n"]
        says = given(source.id, versions[index])
        repeat = told_before(source.id, versions[index], versions[:index])
        verdict = ADJUDICATED.get((source.id, number))
        ruled = None if says is None else says and not repeat
        real = verdict.real if verdict else ruled
        held = checked.outcome is Outcome.HELD
        yield Transition(
            source.id,
            number,
            says,
            _due(ruled, waiting[0], held=held),
            _due(real, waiting[1], held=held),
            bool(checked.alerts),
            held,
            steps[index - 1],
            _said(checked),
        )
        waiting = [
            held and bool(each or was) for each, was in zip((ruled, real), waiting, strict=True)
        ]


def _due(real: bool | None, waiting: bool, *, held: bool) -> bool | None:
    """Whether this step is to raise; what is held is due at the next."""
    if real is None or (held and (real or waiting)):
        return None
    return real or waiting


def _said(checked: Checked) -> str:
    parts = [checked.outcome.value, checked.error or ""]
    for alert in checked.alerts[:3]:
        parts.append(f"{alert.kind} «{alert.title[:40]}» +{alert.added[:2]} -{alert.removed[:2]}")
    return " ".join(filter(None, parts))


# --- the report ----------------------------------------------------------------------------------


def kdvg_alerts() -> int:
    """Return how many alerts the shipped topics raise for the act of 2026-01-04."""
    config = load(Path(__file__).parents[1] / "sources.yaml", None)
    source = replace(sources()["law-kdvg"][0], alert=AlertOn.MATCHING, lang="de")
    played = play(source, compile_vocabulary(config.vocabulary))
    return len(played[-1][1].alerts)


def _row(name: str, found: Sequence[Transition]) -> str:
    real, idle = [t for t in found if t.real], [t for t in found if t.real is False]
    figures = [
        len(found),
        len(real),
        sum(t.raised for t in found),
        sum(not t.raised for t in real),
        sum(t.raised for t in idle),
        *(sum(t.baselines[i] for t in idle) for i in range(3)),
        *(sum(not t.baselines[i] for t in real) for i in range(3)),
    ]
    return f"{name:38}" + "".join(f"{figure:7}" for figure in figures)


def _rates(what: str, found: Iterable[tuple[bool | None, bool]]) -> str:
    """`found` are pairs: real, raised."""
    pairs = [(real, raised) for real, raised in found if real is not None]
    real = [raised for is_real, raised in pairs if is_real]
    idle = [raised for is_real, raised in pairs if not is_real]
    return (
        f"{what:40} real raised {sum(real)}/{len(real)} = {sum(real) / (len(real) or 1):.1%}, "
        f"others raised {sum(idle)}/{len(idle)} = {sum(idle) / (len(idle) or 1):.1%}"
    )


def _report(found: Sequence[Transition]) -> Iterator[str]:
    names = ("raw bytes differ", "main text differs (trafilatura)", "visible lines differ")
    yield _rates("policy-monitor", ((t.real, t.raised) for t in found))
    yield _rates("policy-monitor, not adjudicated", ((t.ruled, t.raised) for t in found))
    yield _rates("policy-monitor, repeats as real", ((t.given, t.raised) for t in found))
    for i, name in enumerate(names):
        yield _rates(name, ((t.real, t.baselines[i]) for t in found))
    for what, (history, steps, most) in INCIDENTS.items():
        raised = sum(t.raised for t in found if t.history == history and t.number in steps)
        verdict = "as expected" if raised <= most else "NOT as expected"
        yield f"incident: {what}: {raised} raised, at most {most}: {verdict}"
    told = sum(t.raised for t in found if t.history == "feed-hetzner-news")
    distinct = sum(bool(t.real) for t in found if t.history == "feed-hetzner-news")
    yield f"incident: feed in two states: {told} raised for {distinct} real changes"


def main() -> int:
    """Print the table; with names of histories, only these and each of their wrong steps."""
    configure("text", level=logging.CRITICAL)
    if not REPLAYS.is_dir():
        print("No recorded histories beside this checkout: nothing was measured.")
        return 0
    chosen = sys.argv[1:]
    print(f"{'':38}" + "".join(f"{head:>7}" for head in _HEADS))
    everything: list[Transition] = []
    for name, (source, rules) in sources().items():
        if chosen and name not in chosen:
            continue
        found = list(transitions(source, rules, compared=not chosen))
        everything += found
        print(_row(name, found), flush=True)
        for t in found:
            if chosen and t.real is not None and t.real is not t.raised:
                print(f"  {t.number}: given {t.given}, real {t.real}: {t.said[:400]}")
    if not chosen:
        print(*_report(everything), sep="\n")
        print(f"KDVG of 2026-01-04 with the shipped topics: {kdvg_alerts()} alerts")
        print(f"{len(ADJUDICATED)} steps adjudicated, with reasons in bench/histories.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
