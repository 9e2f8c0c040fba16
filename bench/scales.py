"""What a process and all that stem from it hold and work, watched from beside it.

    python -m bench.scales PID

It says `ready`, watches until its standard input is closed, and prints what it saw as JSON: the
most bytes that all held together, what they share counted once (PSS), and the seconds of work of
those that stem from the process, also of those that ended. Watching is no work of the one watched.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

_PAUSE = 0.1  # seconds


def family(head: int) -> list[int]:
    """Return the numbers of a process and of all that stem from it, but for the one that asks."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(rest[1]), []).append(int(stat.parent.name))
    found, wanted = [], [head]
    while wanted:
        found.append(wanted.pop())
        wanted += parents.get(found[-1], [])
    return [each for each in found if each != os.getpid()]


def memory(process: int) -> int:
    """Return the bytes a process holds, what it shares counted in parts (PSS)."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(
        (int(line.split()[1]) * 1024 for line in text.splitlines() if line[:4] == "Pss:"), 0
    )


def work_of(process: int) -> float:
    """Return the seconds of work of a process that lives."""
    try:
        rest = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, rest[11:13])) / os.sysconf("SC_CLK_TCK")


class Scales:
    """Watches this very process from another one."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.scales", str(os.getpid())]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def stop(self) -> dict[str, Any]:
        """Return what was seen: `peak` in bytes, `work` in seconds."""
        seen: dict[str, Any] = json.loads(self._process.communicate()[0])
        return seen


def main() -> None:
    """Watch until standard input is closed."""
    head = int(sys.argv[1])
    before = {each: work_of(each) for each in family(head)}
    works, peak = dict(before), 0
    print("ready", flush=True)
    while True:
        over = select.select([sys.stdin], [], [], _PAUSE)[0]
        alive = family(head)
        works |= {each: max(work_of(each), works.get(each, 0.0)) for each in alive}
        peak = max(peak, sum(map(memory, alive)))
        if over:
            break
    work = sum(works[each] - before.get(each, 0.0) for each in works if each != head)
    print(json.dumps({"peak": peak, "work": work}))


if __name__ == "__main__":
    main()
