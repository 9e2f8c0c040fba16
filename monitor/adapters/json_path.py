"""Dotted paths into JSON: `results[*].title`, `meta.next`, `names[0]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from monitor.model.told import Told
from monitor.text.clean import clean

_STEP = re.compile(r"(?:\.|^)([^.\[\]]+)|\[(\*|\d{1,6})\]")


def path_rule(path: str) -> str | None:
    """Return how a path breaks the rules, as the rest of a sentence, or None."""
    if path == "$" or _steps(path) is not None:
        return None
    return Told("must be a path such as `results[*].title`, not `{path}`", path=path)


def values_at(found: Any, path: str) -> list[Any]:
    """Return everything that a path leads to, in order; [] when it leads nowhere."""
    values = [found]
    for name, index in _steps(path) or []:
        if index == "*":
            values = [each for value in values if isinstance(value, list) for each in value]
        elif index:
            place = int(index)
            values = [v[place] for v in values if isinstance(v, list) and place < len(v)]
        else:
            values = [v[name] for v in values if isinstance(v, Mapping) and name in v]
    return values


def texts_at(found: Any, path: str) -> list[str]:
    """Return the plain values that a path leads to, as texts that are not empty."""
    flat: list[Any] = []
    for value in values_at(found, path):
        flat += value if isinstance(value, list) else [value]
    plain = (value for value in flat if isinstance(value, str | int | float | Decimal))
    return [str(value) for value in plain if not isinstance(value, bool) and clean(str(value))]


def text_at(found: Any, path: str) -> str:
    """Return the first plain value that a path leads to; empty when there is none."""
    return next((clean(text) for text in texts_at(found, path)), "") if path else ""


def _steps(path: str) -> list[tuple[str, str]] | None:
    path = path.removeprefix("$").removeprefix(".")
    steps: list[tuple[str, str]] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        steps.append((step[1] or "", step[2] or ""))
        at = step.end()
    return steps
