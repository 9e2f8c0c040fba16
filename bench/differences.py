"""What comparing two versions of a document takes, beside difflib in the same run.

    python -m bench.differences --reps 3

Documents of 5,000 and 50,000 lines: `small` (of a thousand lines five edited, put in or taken out),
`move` (a tenth stands elsewhere), `rewrite` (a fifth is other text), and made to be slow:
`repeated` (few different lines, in any order), `reversed` and `shuffled`. All in CPU milliseconds,
medians of rounds in which everyone has a turn. What takes longer than --cap seconds is killed.
"""

from __future__ import annotations

import argparse
import difflib
import math
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from statistics import median

from monitor.edit import compared
from monitor.site.telling import beside
from monitor.text.aligning import steps
from monitor.text.prints import Prints
from monitor.text.rewording import rewordings

SIZES = (5_000, 50_000)
Lines = list[str]
_PROSE = (
    "das Bundesamt prüft den Antrag binnen zwei Wochen nach Eingang der Unterlagen und teilt dem "
    "Betroffenen mit ob die Voraussetzungen des Gesetzes erfüllt sind solange die Frist läuft darf "
    "niemand zum Dienst einberufen werden gegen den Bescheid steht der Widerspruch offen"
)


def lines(number: int) -> Lines:
    """Return so many lines of prose, each another one."""
    chance, known = random.Random(number), _PROSE.split()
    return [" ".join(chance.choices(known, k=chance.randint(8, 30))) for _ in range(number)]


def small(old: Lines) -> Lines:
    """Return the lines with few edits."""
    new, chance = list(old), random.Random(1)
    for _ in range(max(1, len(old) // 200)):
        place, kind = chance.randrange(len(new)), chance.random()
        if kind < 0.5:
            new[place] += " nicht"
        elif kind < 0.8:
            new.insert(place, f"neu {chance.random()}")
        else:
            del new[place]
    return new


def move(old: Lines) -> Lines:
    """Return the lines with the first tenth of them in the middle."""
    part, rest = old[: len(old) // 10], old[len(old) // 10 :]
    return rest[: len(old) // 2] + part + rest[len(old) // 2 :]


def rewrite(old: Lines) -> Lines:
    """Return the lines with a fifth of them other ones."""
    new, chance = list(old), random.Random(2)
    for place in chance.sample(range(len(new)), len(new) // 5):
        new[place] = f"{chance.random()} {' '.join(reversed(new[place].split()))}"
    return new


def cases(number: int) -> Iterator[tuple[str, Lines, Lines]]:
    """Yield the name of each case, and the lines before and after."""
    old = lines(number)
    yield "small", old, small(old)
    yield "move", old, move(old)
    yield "rewrite", old, rewrite(old)
    few = [old[n % 40] for n in range(number)]
    yield "repeated", few, random.Random(3).sample(few, number)
    yield "reversed", old, old[::-1]
    yield "shuffled", old, random.Random(4).sample(old, number)


# --- who is measured -----------------------------------------------------------------------------


def align(old: Lines, new: Lines) -> None:
    """What stands in both, in order: the work that the reference does."""
    steps(old, new)


def decide(old: Lines, new: Lines) -> None:
    """What a check does: which blocks are news."""
    prints = Prints()
    compared(old, new, {*map(prints.of, old)}, prints)


def show(old: Lines, new: Lines) -> None:
    """Which blocks differ, and word by word what of them is shown."""
    beside(*_changed(old, new))


def words(old: Lines, new: Lines) -> None:
    """Which blocks differ, and word by word all of them."""
    rewordings(*_changed(old, new))


def _changed(old: Lines, new: Lines) -> tuple[Lines, Lines]:
    gone, come = set(old).difference(new), set(new).difference(old)
    return [line for line in old if line in gone], [line for line in new if line in come]


def unified(old: Lines, new: Lines) -> None:
    """The reference."""
    for _ in difflib.unified_diff(old, new, lineterm=""):
        pass


def exact(old: Lines, new: Lines) -> None:
    """The reference without its guess which lines are junk, as we used it before."""
    difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


WHO: dict[str, Callable[[Lines, Lines], None]] = {
    "align": align,
    "decide": decide,
    "show": show,
    "words": words,
    "difflib": unified,
    "difflib, no junk": exact,
}


def cost(work: Callable[[Lines, Lines], None], old: Lines, new: Lines, cap: float) -> float:
    """Return the CPU milliseconds of a piece of work; infinite when it was killed."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_timed, args=(theirs, work, old, new))
    process.start()
    taken = float(ours.recv()) if ours.poll(cap) else math.inf
    process.kill()
    process.join()
    return taken


def _timed(line: Connection, work: Callable[[Lines, Lines], None], old: Lines, new: Lines) -> None:
    start = time.process_time()
    work(old, new)
    line.send(1000 * (time.process_time() - start))


def measured(reps: int, cap: float) -> dict[tuple[str, str, int], float]:
    """Return the medians by who, case and size; who was killed once is not asked again."""
    found: dict[tuple[str, str, int], float] = {}
    for number in SIZES:
        for case, old, new in cases(number):
            taken: dict[str, list[float]] = {who: [] for who in WHO}
            for _ in range(reps):
                for who, work in WHO.items():
                    if math.inf not in taken[who]:
                        taken[who].append(cost(work, old, new, cap))
            found |= {(who, case, number): _median(each) for who, each in taken.items()}
    return found


def _median(taken: list[float]) -> float:
    return math.inf if math.inf in taken else median(taken)


def table(found: dict[tuple[str, str, int], float], cap: float) -> str:
    """Return the medians as Markdown, with the worst case and how the work grows with the size."""
    heads = ["lines", "case", *WHO]
    rows = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]

    def row(first: str, second: str, cells: list[float]) -> None:
        shown = (f"> {1000 * cap:.0f}" if math.isinf(cell) else f"{cell:.3g}" for cell in cells)
        rows.append(f"| {first} | {second} | " + " | ".join(shown) + " |")

    names = list(dict.fromkeys(case for _, case, _ in found))
    worst = {(w, n): max(found[w, case, n] for case in names) for w in WHO for n in SIZES}
    for number in SIZES:
        for case in names:
            row(str(number), case, [found[who, case, number] for who in WHO])
        row(str(number), "worst", [worst[who, number] for who in WHO])
    growth = math.log(SIZES[1] / SIZES[0])
    exponents = (
        max(math.log(found[who, case, SIZES[1]] / found[who, case, SIZES[0]]) for case in names)
        for who in WHO
    )
    grown = (f"{each / growth:.2f}" if math.isfinite(each) else "?" for each in exponents)
    rows.append("| | greatest exponent | " + " | ".join(grown) + " |")
    return "\n".join(rows)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--cap", type=float, default=20.0, help="seconds that one may take")
    arguments = parser.parse_args()
    multiprocessing.set_start_method("fork")
    print(table(measured(arguments.reps, arguments.cap), arguments.cap))


if __name__ == "__main__":
    main()
