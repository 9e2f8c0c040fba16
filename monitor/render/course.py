"""The course of a statistic in one line of text: ▁▂▃▅▇."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from monitor.text.numbers import percent

_BARS = "▁▂▃▄▅▆▇█"


def course(series: str) -> str:
    """Return bars for decimal numbers between blanks, from zero or the least below it to the most.

    Empty when one is no number, or there are fewer than two.
    """
    values = numbers(series)
    if len(values) < 2:
        return ""
    least, most = min(*values, Decimal(0)), max(values)
    if most == least:
        return _BARS[0] * len(values)
    heights = ((each - least) / (most - least) * (len(_BARS) - 1) for each in values)
    return "".join(_BARS[int(height + Decimal("0.5"))] for height in heights)


def numbers(series: str) -> Sequence[Decimal]:
    """Return the decimal numbers between blanks; none when one is no number."""
    try:
        found = [Decimal(each) for each in series.split()]
    except InvalidOperation:
        return ()
    return found if all(each.is_finite() for each in found) else ()


def last_change(series: str) -> str:
    """Return by how much the last number differs from the one before: «−86 %»; else nothing."""
    values = numbers(series)
    return percent(values[-2], values[-1]) if len(values) > 1 else ""
