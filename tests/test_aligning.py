"""How one row became another, at a cost that grows with their length."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.aligning import Step, steps

rows = st.lists(st.sampled_from("abcdef"), max_size=14)


@given(rows, rows)
def test_the_steps_lead_from_one_row_to_the_other(old: list[str], new: list[str]) -> None:
    i = k = 0
    kept: bool | None = None
    for step in steps(old, new):
        assert (step.i, step.k) == (i, k)
        assert step.kept is not kept
        assert (step.j, step.m) > (i, k)
        if step.kept:
            assert old[step.i : step.j] == new[step.k : step.m]
        i, k, kept = step.j, step.m, step.kept
    assert (i, k) == (len(old), len(new))


@given(rows)
def test_what_is_the_same_is_kept_whole(row: list[str]) -> None:
    assert steps(row, row) == ([Step(0, len(row), 0, len(row), kept=True)] if row else [])


def test_what_is_there_once_holds_the_rest_in_its_place() -> None:
    old, new = [*"(a)1(b)"], [*"(c)1(bd)"]
    assert [(s.kept, old[s.i : s.j], new[s.k : s.m]) for s in steps(old, new)] == [
        (True, ["("], ["("]),
        (False, ["a"], ["c"]),
        (True, [")", "1", "(", "b"], [")", "1", "(", "b"]),
        (False, [], ["d"]),
        (True, [")"], [")"]),
    ]


def test_of_what_moved_the_larger_part_is_kept() -> None:
    old = [*range(10)]
    assert [s.j - s.i for s in steps(old, old[7:] + old[:7]) if s.kept] == [7]


class Counted:
    """Something whose comparisons are counted."""

    times = 0

    def __init__(self, name: int) -> None:
        self.name = name

    def __hash__(self) -> int:
        Counted.times += 1
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        Counted.times += 1
        return isinstance(other, Counted) and self.name == other.name


def shuffled(names: list[int]) -> list[int]:
    return random.Random(1).sample(names, len(names))


@pytest.mark.parametrize(
    "row",
    [
        lambda n: ([1] * n, [1] * (n // 2) + [2] + [1] * (n // 2)),
        lambda n: ([x % 2 for x in range(n)], shuffled([x % 2 for x in range(n)])),
        lambda n: ([x % 50 for x in range(n)], [x % 49 for x in range(n)]),
        lambda n: ([*range(n)], [*reversed(range(n))]),
        lambda n: ([*range(n)], shuffled([*range(n)])),
        lambda n: ([x // 2 for x in range(n)], shuffled([x // 2 for x in range(n)])),
        lambda n: ([x if x % 5 else 0 for x in range(n)], [x if x % 3 else 1 for x in range(n)]),
    ],
)
def test_no_rows_take_more_than_a_multiple_of_their_length(
    row: Callable[[int], tuple[list[int], list[int]]],
) -> None:
    old, new = row(20_000)
    Counted.times = 0
    steps([Counted(name) for name in old], [Counted(name) for name in new])
    assert Counted.times < 20 * 40_000 + 200_000  # the last for small gaps, pair by pair
