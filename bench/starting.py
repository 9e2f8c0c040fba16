"""What commands take before they have anything to show: processor, imports, memory.

Each is started several times in turn with others, in a folder with the shipped sources and an
empty database; beside them Python that does nothing, and the libraries that `status` needs.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
_LIBRARIES = "import typer, rich.console, rich.table, sqlalchemy, sqlite3"
_PROGRAM = "import monitor.cli.starting as begin; begin.main()"
COMMANDS = ("--help", "status", "alerts", "lint")


def main() -> None:
    """Print what was measured, as lines of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "sources.yaml", folder)
        shutil.copy(ROOT / "docs" / "recipients.example.yaml", folder / "recipients.yaml")
        measure(folder, asked.reps)


def measure(folder: Path, repetitions: int) -> None:
    """Run all, again and again, and print the medians; the first time counts by itself."""
    python = [sys.executable, "-X", "utf8"]
    started = {
        "python, nothing": [*python, "-c", "pass"],
        "python, typer, rich, sqlalchemy": [*python, "-c", _LIBRARIES],
        **{name: [*python, "-c", _PROGRAM, name] for name in COMMANDS},
    }
    taken: dict[str, list[tuple[float, float]]] = {}
    first = once(started["status"], folder)
    for _ in range(repetitions):
        for name, command in started.items():
            taken.setdefault(name, []).append(once(command, folder))
    print("| what | CPU s | wall s |\n|---|---|---|")
    print(f"| status, for the first time | {first[0]:.2f} | {first[1]:.2f} |")
    for name, rows in taken.items():
        work, wall = (median(column) for column in zip(*rows, strict=True))
        print(f"| {name} | {work:.2f} | {wall:.2f} |")


def once(command: list[str], folder: Path) -> tuple[float, float]:
    """Return the seconds of work of a process, and those that passed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    before, begun = _children(), time.perf_counter()
    subprocess.run(
        command, cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True
    )
    return _children() - before, time.perf_counter() - begun


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
