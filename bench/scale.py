"""Let 1, 2 and 4 workers check the same slow site over PostgreSQL, and kill one of four.

    python -m bench.scale --server postgresql://postgres@127.0.0.1:5432 --rounds 3

The site is our own: every answer takes 200 ms, every address 127.x.y.z is a host. Each round starts
so many workers, makes all sources due and takes the time from the first request to the last answer.
In the end news appear everywhere, and one of four workers is killed in the middle of the pass.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

DATABASE = "policy_monitor_scale_bench"
LATENCY = 0.2
FULL = 0.9  # of the cores: beyond it nothing doubles any more
FLOOR, GOAL = 1.8, 1.9
_TICKS = os.sysconf("SC_CLK_TCK")


# --- the slow site -------------------------------------------------------------------------------


@dataclass
class Slow:
    """Answers each request after the latency; `/-/…` is for us and answers at once."""

    generation: int = 1
    working: Counter[str] = field(default_factory=Counter)
    hits: list[tuple[float, float, str, str]] = field(default_factory=list)
    busiest: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                start, *lines = head.rstrip().split("\r\n")
                fields = (line.partition(":") for line in lines)
                headers = {name.lower(): value.strip() for name, _, value in fields}
                path = start.split(" ")[1]
                answer = await self._answer(path, headers)
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _answer(self, path: str, headers: dict[str, str]) -> bytes:
        if path.startswith("/-/"):
            return _wire(200, json.dumps(self._control(path)).encode())
        host = headers["host"]
        began = time.monotonic()
        self.working[host] += 1
        self.busiest = max(self.busiest, self.working[host])
        await asyncio.sleep(LATENCY)
        self.working[host] -= 1
        if path == "/robots.txt":
            return _wire(404, b"")
        self.hits.append((began, time.monotonic(), host, path))
        etag = f'"{self.generation}"'
        if headers.get("if-none-match") == etag:
            return _wire(304, b"", etag)
        return _wire(200, _feed(self.generation, host, path), etag)

    def _control(self, path: str) -> Any:
        if path == "/-/tick":
            self.generation += 1
        if path == "/-/reset":
            self.hits, self.busiest = [], 0
        paths = Counter(f"{host}{path}" for _, _, host, path in self.hits)
        return {
            "requests": len(self.hits),
            "places": len(paths),
            "repeated": sum(number - 1 for number in paths.values()),
            "first": min((hit[0] for hit in self.hits), default=0),
            "last": max((hit[1] for hit in self.hits), default=0),
            "busiest": self.busiest,
        }


def _feed(generation: int, host: str, path: str) -> bytes:
    entries = "".join(
        f"<item><title>Deserteur {number} {host}{path}</title><guid>{number}</guid>"
        f"<link>https://x.example/{number}</link>"
        f"<description>{'Ein Satz über etwas anderes. ' * 20}</description></item>"
        for number in range(generation, 0, -1)
    )
    return f"<rss version='2.0'><channel><title>x</title>{entries}</channel></rss>".encode()


def _wire(status: int, body: bytes, etag: str = "") -> bytes:
    tag = f"ETag: {etag}\r\n" if etag else ""
    length = "" if status == 304 else f"Content-Length: {len(body)}\r\n"
    head = f"HTTP/1.1 {status} x\r\nContent-Type: application/rss+xml\r\n{tag}{length}\r\n"
    return head.encode() + body


async def _site() -> None:
    server = await asyncio.start_server(Slow().serve, "0.0.0.0", 0, backlog=2_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# --- the machines --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """A folder with a configuration, a database, a site, and the service that hands out."""

    folder: Path
    url: str
    port: int
    database: psycopg.Connection[Any]
    hosts: int
    places: int

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start the program as a process of its own."""
        log = (self.folder / "log").open("ab")
        environ = {**os.environ, "MONITOR_DATABASE": self.url, "MONITOR_LOG": "json"}
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", *command],
            cwd=self.folder,
            env={**environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=log,
            stderr=log,
        )

    def told(self, what: str) -> Any:
        """Return what the site says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/{what}") as answer:
            return json.load(answer)

    def asked(self, query: str) -> Any:
        """Return one value of the database."""
        row = self.database.execute(query.encode()).fetchone()
        return row[0] if row else None

    def until(self, query: str, limit: float = 300) -> None:
        """Wait until a query says true."""
        end = time.monotonic() + limit
        while not self.asked(query):
            if time.monotonic() > end:
                raise SystemExit(
                    f"waited in vain for: {query}\n{(self.folder / 'log').read_text()[-3000:]}"
                )
            time.sleep(0.1)

    @contextlib.contextmanager
    def machines(self, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Give so many workers that wait for work."""
        workers = [self.start("worker", "--hosts", str(self.hosts)) for _ in range(number)]
        try:
            self.until(f"SELECT count(*) >= {number} FROM procrastinate_workers")
            time.sleep(1)
            yield workers
        finally:
            for each in workers:
                each.send_signal(signal.SIGTERM)
            for each in workers:
                each.wait()

    def due(self) -> int:
        """Let all sources be due, and return how many checks there were."""
        self.told("reset")
        self.database.execute("UPDATE source SET next_check = now() - interval '1 minute'")
        return int(self.asked("SELECT coalesce(sum(checks), 0) FROM source"))

    def done(self, before: int) -> None:
        """Wait until each source was checked once more."""
        self.until(
            f"SELECT count(*) = {self.places} AND sum(checks) >= {before + self.places} FROM source"
        )

    def timed(self, number: int) -> dict[str, Any]:
        """Let so many workers check everything once, and return what it took."""
        with self.machines(number) as workers:
            pids = [each.pid for each in workers]
            spent, served, written = _spent(pids), self.served(), self.written()
            idle = _idle()
            before = self.due()
            self.done(before)
            told = self.told("look")
            seconds = told["last"] - told["first"]
            cores = os.cpu_count() or 1
            checks = told["requests"]
            return {
                "workers": number,
                "seconds": round(seconds, 2),
                "rate": round(checks / seconds, 1),
                "requests": checks,
                "busiest host": told["busiest"],
                "ms of a core per check": round((_spent(pids) - spent) / checks * 1000, 2),
                "ms of the server per check": round((self.served() - served) / checks * 1000, 2),
                "WAL bytes per check": round((self.written() - written) / checks),
                "machine busy": round(1 - (_idle() - idle) / _TICKS / cores / (seconds + 20), 2),
            }

    def served(self) -> float:
        """CPU seconds of the server's processes for our database."""
        pids = self.database.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchall()
        return _spent([pid for (pid,) in pids])

    def written(self) -> float:
        """Bytes that the server wrote ahead."""
        return float(self.asked("SELECT pg_current_wal_lsn() - '0/0'"))

    def killed(self) -> dict[str, Any]:
        """Publish news everywhere, kill one of four workers in the middle, and count."""
        with self.machines(4) as workers:
            before = self.due()
            self.told("tick")
            alerts = self.asked("SELECT count(*) FROM alert")
            while self.told("look")["requests"] < self.places / 4:
                time.sleep(0.05)
            workers[0].kill()
            self.done(before)
            told = self.told("look")
            rows = self.database.execute(
                "SELECT count(*) - %s, count(*) - count(DISTINCT (source, item, title)) FROM alert",
                (alerts,),
            ).fetchone()
            assert rows is not None
            return {
                "news": self.places,
                "alerts": rows[0],
                "doubled": rows[1],
                "asked again": told["repeated"],
                "busiest host": told["busiest"],
                "seconds": round(told["last"] - told["first"], 1),
            }


def _spent(pids: list[int]) -> float:
    """CPU seconds of processes and their children."""
    total = 0.0
    for pid in pids:
        children = subprocess.run(
            ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        for each in (str(pid), *children):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def _idle() -> int:
    return int(Path("/proc/stat").read_text().split()[4])


@contextlib.contextmanager
def _bench(server: str, hosts: int, machines: int, each: int) -> Iterator[Bench]:
    with (
        tempfile.TemporaryDirectory() as folder,
        psycopg.connect(f"{server}/postgres", autocommit=True) as root,
        subprocess.Popen([sys.executable, "-m", "bench.scale", "--site"], stdout=-1) as site,
    ):
        assert site.stdout is not None
        port = int(site.stdout.readline())
        root.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())
        root.execute(f"CREATE DATABASE {DATABASE}".encode())
        names = [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(machines)]
        entries = "".join(
            f"  - {{id: s-{n}-{m}, name: S, kind: feed, url: 'http://{name}:{port}/{m}.xml'}}\n"
            for n, name in enumerate(names)
            for m in range(each)
        )
        Path(folder, "sources.yaml").write_text(
            "version: 1\ntopics:\n  desertion: {title: {de: D}, terms: [Deserteur*]}\n"
            "defaults: {every: 12h, delay: 0s, allow_private: true}\n"
            f"sources:\n{entries}"
        )
        url = f"{server.replace('postgresql', 'postgresql+psycopg')}/{DATABASE}"
        with psycopg.connect(f"{server}/{DATABASE}", autocommit=True) as database:
            bench = Bench(Path(folder), url, port, database, hosts, machines * each)
            service = bench.start("run", "--queue")
            try:
                bench.until("SELECT to_regclass('procrastinate_workers') IS NOT NULL", 90)
                yield bench
            finally:
                service.send_signal(signal.SIGTERM)
                service.wait()
                site.terminate()
        root.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)".encode())


def main() -> None:
    """Print a table, and what a kill came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="postgresql://postgres@127.0.0.1:5432")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hosts", type=int, default=8, help="that each worker checks at once")
    parser.add_argument("--machines", type=int, default=400, help="hosts of the site")
    parser.add_argument("--each", type=int, default=3, help="sources of a host")
    parser.add_argument("--site", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.site:
        asyncio.run(_site())
        return
    with _bench(wanted.server, wanted.hosts, wanted.machines, wanted.each) as bench:
        with bench.machines(4):
            bench.done(0)
        print(f"{bench.places} sources on {wanted.machines} hosts, {LATENCY * 1000:.0f} ms each")
        runs = [bench.timed(number) for _ in range(wanted.rounds) for number in (1, 2, 4)]
        for run in runs:
            print(json.dumps(run))
        rates = {n: median(run["rate"] for run in runs if run["workers"] == n) for n in (1, 2, 4)}
        print(
            f"\n| workers | checks/s | per doubling (goal {GOAL}, floor {FLOOR}) |\n|---|---|---|"
        )
        for number, rate in rates.items():
            ratio = f"{rate / rates[number // 2]:.2f}" if number > 1 else ""
            print(f"| {number} | {rate:.1f} | {ratio} |")
        print("\nkill -9 of one of four:", json.dumps(bench.killed()))


if __name__ == "__main__":
    main()
