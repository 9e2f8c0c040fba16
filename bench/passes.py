"""Check every source of a site, pass after pass, and print what each pass took, as JSON lines.

The site is one with the end points of `bench.site`. All is as in the service: the configuration is
read from a file, answers are read by processes of their own, results are stored durably.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import resource
import time
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.scales import Scales

_TICK = 0.005  # seconds
_DOCUMENTS = (
    "{items: '$.documents[*]', title: titel, link: links.self, date: datum, text: abstract}"
)
_ENTRIES = {
    "html": "kind: page, select: {items: article, title: h3, text: .c-teaser__text}",
    "law": "kind: page, ignore: [footer]",
    "feed": "kind: feed",
    "json": f"kind: json, select: {_DOCUMENTS}, options: {{id: id}}",
}


def told(base: str, path: str, *, post: bool = False) -> Any:
    """Return what a control end point of the site says."""
    request = urllib.request.Request(base + path, method="POST" if post else "GET")
    request.data = b"" if post else None
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def changed(base: str) -> dict[str, list[dict[str, Any]]]:
    """Let the site change, and return the truth; times of changes have whole seconds."""
    time.sleep(1.2)
    truth: dict[str, list[dict[str, Any]]] = told(base, "/tick", post=True)
    time.sleep(1.2)
    return truth


def written(folder: Path, places: Iterable[dict[str, Any]], words: Iterable[str]) -> Path:
    """Write the sources.yaml of a site, and return where it lies."""
    terms = "".join(f"      - {json.dumps(word, ensure_ascii=False)}\n" for word in words)
    entries = "".join(
        f"  - {{id: s-{each['id']}, name: Source {each['id']}, url: '{each['url']}', "
        f"{_ENTRIES[each['kind']]}}}\n"
        for each in places
    )
    file = folder / "sources.yaml"
    file.write_text(
        "version: 1\ndefaults: {every: 6h, lang: de, delay: 0s, allow_private: true}\n"
        f"topics:\n  planted:\n    terms:\n{terms}sources:\n{entries}",
        encoding="utf-8",
    )
    return file


def worked() -> float:
    """Return the seconds of work of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Watch:
    """Notes how long the event loop does not come round, by the clock and in work of its own.

    On a machine that others use too, the clock also counts what they take.
    """

    def __init__(self) -> None:
        self.stalls: list[float] = []
        self.busy: list[float] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._tick())

    def stop(self) -> None:
        if self._task:
            self._task.cancel()

    async def _tick(self) -> None:
        while True:
            start, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK)
            self.stalls.append(max(0.0, time.perf_counter() - start - _TICK))
            self.busy.append(time.thread_time() - worked)


def worst(values: Iterable[float], share: float) -> float:
    """Return in milliseconds what this share of the values does not exceed."""
    ordered = sorted(values) or [0.0]
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def score(truth: dict[str, list[dict[str, Any]]], checked: Iterable[Any]) -> dict[str, int]:
    """Return how many planted changes were seen and told, and how much else was."""
    rows = list(checked)
    real = {f"s-{each['id']}" for each in truth["real"]}
    with_word = {f"s-{each['id']}" for each in truth["real"] if each["keyword"]}
    noise = {f"s-{each['id']}" for each in truth["noise"]}
    seen = {each.source for each in rows if each.changes}
    told_of = {each.source for each in rows if each.alerts}
    return {
        "real": len(real),
        "real_seen": len(real & seen),
        "keyword": len(with_word),
        "keyword_told": len(with_word & told_of),
        "noise": len(noise),
        "noise_told": len(noise & told_of),
        "noise_seen": len(noise & seen),
        "others_told": len(told_of - with_word - noise),
        "failed": sum(each.error is not None for each in rows),
    }


async def measure(arguments: argparse.Namespace) -> None:
    """Run the passes; the modules are imported here, for their time is told too."""
    begun = time.perf_counter()
    from monitor.cli.root import now  # noqa: PLC0415
    from monitor.config import load  # noqa: PLC0415
    from monitor.fetch import Fetcher  # noqa: PLC0415
    from monitor.log import configure  # noqa: PLC0415
    from monitor.match import compile_vocabulary  # noqa: PLC0415
    from monitor.pipeline import check_sources  # noqa: PLC0415
    from monitor.reader import Apart  # noqa: PLC0415
    from monitor.store import Store  # noqa: PLC0415

    configure("text", level=40)
    imported = time.perf_counter()
    folder = arguments.folder
    file = folder / "sources.yaml"
    if not file.exists():
        words = arguments.words.read_text(encoding="utf-8").splitlines()
        written(folder, told(arguments.base, "/urls"), words)
    config = load(file, None)
    rules = compile_vocabulary(config.vocabulary)
    ready = time.perf_counter()
    printed(what="start", imports=imported - begun, configuration=ready - imported)
    database = f"sqlite:///{folder / 'state.db'}"
    fetcher = Fetcher(
        user_agent="policy-monitor/bench",
        now=now,
        per_host=arguments.per_host,
        total=arguments.total,
    )
    with Store.open(database) as store:
        async with fetcher, Apart() as reader:
            for name in arguments.passes.split(","):
                truth = changed(arguments.base) if name.startswith("changed") else {}
                told(arguments.base, "/stats/reset", post=True)
                gc.collect()
                watch, scales = Watch(), Scales()
                watch.start()
                before, start = worked(), time.perf_counter()
                rows = await check_sources(
                    config.sources,
                    store=store,
                    fetch=fetcher.fetch,
                    rules=rules,
                    now=lambda: datetime.now(UTC),
                    reader=reader,
                )
                wall, work = time.perf_counter() - start, worked() - before
                watch.stop()
                seen = scales.stop()
                counts = told(arguments.base, "/stats")
                printed(
                    what=name,
                    wall=wall,
                    cpu=work + seen["work"],
                    cpu_readers=seen["work"],
                    requests=counts["requests"],
                    not_modified=counts["s304"],
                    connections=counts["conns"] - 1,  # one is our question for the counts
                    peak_mb=seen["peak"] / 1e6,
                    rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
                    stall_p99_ms=worst(watch.stalls, 0.99),
                    stall_max_ms=worst(watch.stalls, 1.0),
                    busy_p99_ms=worst(watch.busy, 0.99),
                    busy_max_ms=worst(watch.busy, 1.0),
                    disk=sum(each.stat().st_size for each in folder.glob("state.db*")),
                    **(score(truth, rows) if truth else {"failed": sum(map(_failed, rows))}),
                )


def _failed(checked: Any) -> bool:
    return checked.error is not None


def printed(**fields: Any) -> None:
    """Print one line of JSON."""
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in fields.items()}
    print(json.dumps(rounded), flush=True)


def main() -> None:
    """Read the arguments, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="where the site tells and changes")
    parser.add_argument("--folder", type=Path, required=True, help="for configuration and database")
    parser.add_argument("--words", type=Path, required=True, help="a file, one planted word a line")
    parser.add_argument("--passes", default="cold,unchanged,changed")
    parser.add_argument("--per-host", type=int, default=1)
    parser.add_argument("--total", type=int, default=20)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
