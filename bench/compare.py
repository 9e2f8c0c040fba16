"""`make bench`: what passes cost beside H, in one interleaved run; a table and a plot of it.

Memory is told twice: the most that the service alone held (RSS), and the most that it and all
readers held together, what they share counted once (PSS).

With BENCH_HARNESS naming a folder that has `website.py` (and, for its peers, `peers.py`), its site
is measured with, by its Python (BENCH_LIB_PY); without it, the small one of `bench.site`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.site import WORDS

PORT = 8870
# Each line is a process of its own: its memory is that of its passes alone. The first changes that
# it reads start the readers; what a change takes is reckoned from the second ones.
_PASSES = ("cold", "unchanged,changed,changed2")
_MEASURES: dict[str, str] = {
    "requests": "requests",
    "not_modified": "not modified",
    "connections": "connections",
    "rss_mb": "MB alone",
    "peak_mb": "MB with readers",
    "stall_p99_ms": "stall p99 ms",
    "busy_p99_ms": "of own work",
}
_COLUMNS = ("what", "pass", "n", "wall s", "CPU s", "x H wall", "x H CPU", *_MEASURES.values())
Row = dict[str, Any]


def harness() -> Path | None:
    """Return the folder of the large harness, if there is one."""
    named = os.environ.get("BENCH_HARNESS")
    return Path(named) if named and (Path(named) / "website.py").exists() else None


@contextmanager
def site(number: int) -> Iterator[str]:
    """Serve a site of so many sources, and return where it is told what to do."""
    folder = harness()
    python = os.environ.get("BENCH_LIB_PY", sys.executable)
    program = (
        [python, str(folder / "website.py")] if folder else [sys.executable, "-m", "bench.site"]
    )
    command = [*program, "--n", str(number), "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        if not server.stdout.readline().startswith("ready"):
            raise SystemExit("the site did not start")
        yield f"http://127.0.0.1:{PORT}"
    finally:
        server.terminate()
        server.wait()


def words(folder: Path) -> Path:
    """Write the words that are planted, one a line, and return where."""
    known = harness()
    if known:
        code = "import gen; print('\\n'.join(gen.KEYWORDS))"
        python = os.environ.get("BENCH_LIB_PY", sys.executable)
        text = subprocess.check_output([python, "-c", code], cwd=known, text=True)
    else:
        text = "\n".join(WORDS)
    file = folder / "words"
    file.write_text(text.strip(), encoding="utf-8")
    return file


def measured(what: str, *arguments: str) -> list[Row]:
    """Run one of our modules, and return the lines that it printed."""
    command = [sys.executable, "-m", what, *arguments]
    text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    rows: list[Row] = [json.loads(line) for line in text.splitlines()]
    return [row for row in rows if row["what"] != "start"]


def once(number: int) -> Iterator[tuple[str, Row]]:
    """Measure H and us once, each with a site of its own."""
    with site(number) as base:
        for row in measured("bench.loop", "--base", base, "--passes", ",".join(_PASSES)):
            yield "H", row
    with tempfile.TemporaryDirectory() as folder, site(number) as base:
        given = ("--base", base, "--folder", folder, "--words", str(words(Path(folder))))
        for passes in _PASSES:
            for row in measured("bench.passes", *given, "--passes", passes):
                yield _OURS, row
    yield from _peers(number)


def _peers(number: int) -> Iterator[tuple[str, Row]]:
    """The peers that the harness has, by its own driver."""
    folder = harness()
    environments = Path(os.environ.get("BENCH_VENVS", "")) if folder else None
    if not folder or not environments or not (environments / "urlwatch").exists():
        return
    with tempfile.TemporaryDirectory() as results:
        python = os.environ.get("BENCH_LIB_PY", sys.executable)
        options = ["--peer", "urlwatch", "--n", str(number), "--config", "default", "--reps", "1"]
        environ = {**os.environ, "BENCH_RESULTS": results}
        command = [python, "peers.py", *options]
        subprocess.run(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, check=True)
        for line in (Path(results) / "peers.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield "urlwatch", {**row, "what": row["pass"], "connections": row.get("conns")}


def table(found: dict[tuple[str, str, int], list[Row]]) -> str:
    """Return the medians as Markdown."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    for (who, name, number), rows in found.items():
        wall, cpu = (median(row[key] for row in rows) for key in ("wall", "cpu"))
        loop = found["H", name, number]
        base = [median(row[key] for row in loop) for key in ("wall", "cpu")]
        ratios = (f"{wall / base[0]:.2f}", f"{cpu / base[1]:.2f}")
        cells = (who, name, number, f"{wall:.2f}", f"{cpu:.2f}", *ratios)
        more = (_cell([row[key] for row in rows if row.get(key) is not None]) for key in _MEASURES)
        lines.append("| " + " | ".join(map(str, (*cells, *more))) + " |")
    return "\n".join(lines)


def _cell(values: list[float]) -> str:
    """The median, or a dash where nothing was measured."""
    return f"{median(values):.0f}" if values else "–"


def each_change(found: dict[tuple[str, str, int], list[Row]]) -> str:
    """Return what a source that differs takes beyond one that does not."""
    lines = []
    for (who, name, number), rows in found.items():
        if (who, name) == _CHANGED:
            quiet = median(row["cpu"] for row in found[who, "unchanged", number])
            busy, differ = median(row["cpu"] for row in rows), rows[0]["real"] + rows[0]["noise"]
            each = 1000 * (busy - quiet) / differ
            lines.append(f"CPU of a changed source of {number}: {each:.1f} ms ({differ} differ).")
    return "\n".join(lines)


def verdicts(found: dict[tuple[str, str, int], list[Row]]) -> str:
    """Return what became of the planted changes."""
    rows = [r for (who, _, _), rs in found.items() for r in rs if "real" in r and who != "H"]
    counts = {key: sum(row[key] for row in rows) for key in _COUNTED}
    return (
        f"Planted changes seen {counts['real_seen']} of {counts['real']}, with a word told "
        f"{counts['keyword_told']} of {counts['keyword']}; noise told {counts['noise_told']} of "
        f"{counts['noise']}; others told {counts['others_told']}; failed {counts['failed']}."
    )


_OURS = "policy-monitor"
_CHANGED = (_OURS, "changed2")
_COUNTED = (
    *("real", "real_seen", "keyword", "keyword_told"),
    *("noise", "noise_told", "others_told", "failed"),
)


def plot(found: dict[tuple[str, str, int], list[Row]], file: Path) -> None:
    """Draw the cost against the number of sources, if there is something to draw with."""
    try:
        from matplotlib import pyplot  # noqa: PLC0415 - only for the picture
    except ImportError:
        print("matplotlib is not installed: no plot")
        return
    figure, axes = pyplot.subplots(1, 3, figsize=(12, 4), constrained_layout=True)
    for name, axis in zip(("cold", "unchanged", "changed2"), axes, strict=True):
        for who in dict.fromkeys(who for who, _, _ in found):
            points = sorted(
                (number, median(row["cpu"] for row in rows))
                for (whose, pass_, number), rows in found.items()
                if (whose, pass_) == (who, name)
            )
            axis.plot(*zip(*points, strict=True), marker="o", label=who)
        axis.set(title=name, xlabel="sources", ylabel="CPU seconds", xscale="log", yscale="log")
        axis.legend()
    figure.savefig(file, dpi=120)


def main() -> None:
    """Measure, and write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("bench-output"))
    arguments = parser.parse_args()
    found: dict[tuple[str, str, int], list[Row]] = {}
    for number in arguments.n:
        for _ in range(arguments.reps):
            for who, row in once(number):
                found.setdefault((who, row["what"], number), []).append(row)
    arguments.out.mkdir(exist_ok=True)
    text = f"{table(found)}\n\n{each_change(found)}\n\n{verdicts(found)}\n"
    (arguments.out / "passes.md").write_text(text, encoding="utf-8")
    plot(found, arguments.out / "passes.png")
    print(text)


if __name__ == "__main__":
    main()
