"""What the service costs while nothing is due: processor and memory of all its processes.

Everything is checked once before, on a small site of our own, so that nothing is due for hours.
Beside it waits a bare scheduler with as many empty jobs: what ticking costs by itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.passes import told, written
from bench.scales import memory, work_of
from bench.site import WORDS

ROOT = Path(__file__).parents[1]
_BARE = """
import asyncio
from apscheduler.schedulers.asyncio import AsyncIOScheduler
async def nothing(): pass
async def main():
    scheduler = AsyncIOScheduler(timezone="UTC")
    for every in (15, 15, 15, 60, 60, 3600, 86400):
        scheduler.add_job(nothing, "interval", seconds=every)
    scheduler.start()
    print("started", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
Started = tuple[subprocess.Popen[str], float, float]


_LISTS = """lists:
  - {id: team, to: [team@example.org], schedule: "daily 07:00"}
  - {id: ops, to: [ops@example.org], receives: trouble}
"""


def main() -> None:
    """Print what was measured, as lines of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many sources")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--port", type=int, default=8960)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, site(asked.n, asked.port) as base:
        folder = Path(name)
        written(folder, told(base, "/urls"), WORDS)
        (folder / "recipients.yaml").write_text(_LISTS, encoding="utf-8")
        run("check", folder, asked.n)
        measure(folder, asked.n, asked.seconds)


@contextmanager
def site(number: int, port: int) -> Iterator[str]:
    """Serve a site of so many sources, and return where it is told what to do."""
    command = [sys.executable, "-m", "bench.site", "--n", str(number), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        if not server.stdout or server.stdout.readline().strip() != "ready":
            raise SystemExit("the site did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def program(*arguments: str, folder: Path) -> list[str]:
    """Return our command, with all that it needs in one folder."""
    files = ("--sources", str(folder / "sources.yaml"))
    return [sys.executable, "-m", "monitor", *files, *arguments]


def environ(folder: Path) -> dict[str, str]:
    """Return the environment in which the service keeps to one folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    return kept | {"STATE_DIRECTORY": str(folder / "state"), "PYTHONPATH": str(ROOT)}


def run(command: str, folder: Path, number: int) -> None:
    """Check all once; a source that fails would be due again soon."""
    done = subprocess.run(
        program(command, folder=folder), cwd=folder, env=environ(folder), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    said = done.stdout.strip().splitlines()[-1]
    if " 0 failed" not in said:
        raise SystemExit(f"of {number} sources some failed: {said}")


def started(command: list[str], folder: Path, sign: str) -> Started:
    """Start a process, and return it with the seconds, and those of work, until it said so."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environ(folder), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if sign in line:
            return process, time.perf_counter() - begun, work(process.pid)
        said.append(line)
    raise SystemExit(f"{command} ended without «{sign}»: {''.join(said)}")


def family(process: int) -> list[int]:
    """Return the numbers of a process and of all that stem from it."""
    found = [process]
    for each in found:
        for listed in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, listed.read_text(encoding="ascii").split())
    return found


def work(process: int) -> float:
    """Return the seconds of work of a process and of all that stem from it."""
    return sum(map(work_of, family(process)))


def measure(folder: Path, number: int, seconds: float) -> None:
    """Let both wait for so long, and print what each took."""
    service = started(program("run", folder=folder), folder, "'started'")
    bare = started([sys.executable, "-c", _BARE], folder, "started")
    both = {f"service, {number} sources": service, "bare scheduler": bare}
    time.sleep(10)  # the first ticks look at everything once
    before = {name: work(each[0].pid) for name, each in both.items()}
    begun = time.perf_counter()
    time.sleep(seconds)
    lasted = time.perf_counter() - begun
    print("| what | ready s | ready CPU s | % of a core | MB |\n|---|---|---|---|---|")
    for name, (process, wall, cpu) in both.items():
        share = 100 * (work(process.pid) - before[name]) / lasted
        size = sum(map(memory, family(process.pid))) / 1e6
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {share:.3f} | {size:.0f} |")
    for process, *_ in both.values():
        process.terminate()
        process.communicate()


if __name__ == "__main__":
    main()
