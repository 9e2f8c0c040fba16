"""H, the measure of all passes: one httpx2 client that asks for the same addresses, and no more."""

from __future__ import annotations

import argparse
import asyncio
import time

import httpx2 as httpx

from bench.passes import changed, printed, told, worked

AT_ONCE = 20


async def measure(base: str, passes: list[str]) -> None:
    """Ask for every address, pass after pass, with the validators that came last."""
    addresses = [each["url"] for each in told(base, "/urls")]
    kept: dict[str, dict[str, str]] = {}
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    for name in passes:
        if name.startswith("changed"):
            changed(base)
        told(base, "/stats/reset", post=True)
        before, start = worked(), time.perf_counter()
        async with httpx.AsyncClient(limits=limits, timeout=30, follow_redirects=True) as client:
            waiting = iter(addresses)

            async def worker(client: httpx.AsyncClient = client) -> None:
                for address in waiting:  # noqa: B023 – all workers share it
                    answer = await client.get(address, headers=kept.get(address))
                    if answer.status_code == 200:
                        given = {
                            "If-None-Match": answer.headers.get("etag"),
                            "If-Modified-Since": answer.headers.get("last-modified"),
                        }
                        kept[address] = {name: value for name, value in given.items() if value}

            await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        wall, work = time.perf_counter() - start, worked() - before
        counts = told(base, "/stats")
        printed(
            what=name,
            wall=wall,
            cpu=work,
            requests=counts["requests"],
            not_modified=counts["s304"],
            connections=counts["conns"] - 1,
        )


def main() -> None:
    """Read the arguments, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--passes", default="cold,unchanged,changed")
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.base, arguments.passes.split(",")))


if __name__ == "__main__":
    main()
