"""SIGKILLs of `backup`, `restore` and `prune` at random moments (cases 23 and 24).

    python -m tests.kills_upkeep --kills 60 --seed 1

After each kill the database must be whole and know every alert that it knew, and a copy that has
its name must be whole too. In the end each command runs undisturbed once.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.model import MailState, Receipt
from monitor.store import Saved, Store, verify
from tests.kills import Program
from tests.test_store import a_filing, a_mail, an_alert, an_item, met, state, stored

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ITEMS = 2000  # so that copying takes a while
COMMANDS = {
    "backup": ("backup", "copy.db", "--force"),
    "prune": ("prune", "--mails", "0d", "--versions", "0d"),
    "restore": ("restore", "kept.db"),
}
YAML = """version: 1
topics: {desertion: {title: {de: Desertion}, terms: [Deserteur*]}}
sources: [{id: court, name: Court, kind: page, url: "https://court.example/"}]
"""


@dataclass
class Result:
    """How often each command was killed, how often it was done before, and what broke."""

    killed: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def fill(folder: Path) -> Path:
    """Make a database with alerts, texts and old mails, and return it."""
    (folder / "sources.yaml").write_text(YAML)
    (folder / "state").mkdir()
    file = folder / "state" / "policy-monitor.db"
    with Store.open(f"sqlite:///{file}") as store:
        items = [an_item(f"{n}") for n in range(ITEMS)]
        alerts = tuple(an_alert(item=item.id) for item in items)
        assert store.checks.save(Saved(state(), added=tuple(map(stored, items)), alerts=alerts))
        met(store, "team", at=LONG_AGO)
        store.digests.file(a_filing(cutoff=LONG_AGO + timedelta(days=1)), [a_mail()])
        (mail,) = store.outbox.due()
        store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250"), LONG_AGO, None)
    return file


def known(file: Path) -> list[int]:
    """The numbers of the alerts that a database knows; raises StoreError unless it is whole."""
    verify(file)
    with Store.open(f"sqlite:///{file}") as store:
        assert store.upkeep.damage() is None
        return sorted(alert.id or 0 for alert in store.history.alerts())


async def play(folder: Path, kills: int, seed: int) -> Result:
    """Kill the commands so often in all, let each run once, and return what became of the data."""
    chance, result, file = random.Random(seed), Result(), fill(folder)
    before = known(file)
    usual: dict[str, float] = {}
    await Program(folder, {}, ("backup", "kept.db")).ended()
    for name, command in COMMANDS.items():
        start = time.monotonic()
        assert await Program(folder, {}, command).ended() == 0, (folder / "log").read_text()
        usual[name] = time.monotonic() - start
    while result.killed.total() < kills:
        name = chance.choice([*COMMANDS])
        program = Program(folder, {}, COMMANDS[name])
        ended = asyncio.create_task(program.ended())
        await asyncio.wait({ended}, timeout=chance.uniform(0.1, 1.1) * usual[name])
        program.kill()
        (result.done if await ended == 0 else result.killed)[name] += 1
        copy = folder / "copy.db"
        for each in (file, folder / "kept.db", *([copy] if copy.exists() else ())):
            if known(each) != before:
                result.broken.append(f"{each.name} after {name}")
    for command in COMMANDS.values():
        assert await Program(folder, {}, command).ended() == 0, (folder / "log").read_text()
    return result


def main() -> None:
    """Play as the command line says, print the numbers, and exit 1 when data was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        result = asyncio.run(play(Path(folder), chosen.kills, chosen.seed))
    told = ", ".join(f"{name} {number}" for name, number in sorted(result.killed.items()))
    sys.stdout.write(
        f"{result.killed.total()} kills (seed {chosen.seed}): {told}; "
        f"{result.done.total()} were done before; broken {len(result.broken)}\n"
    )
    if result.broken:
        sys.exit("\n".join(result.broken[:5]))


if __name__ == "__main__":
    main()
