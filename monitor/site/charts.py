"""Numbers as drawings: bars and points in a box of 100 by 40, which any width stretches."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitor.model import Item
from monitor.text.numbers import percent

WIDTH, HEIGHT = 100.0, 40.0
_GAP = 0.22
SERIES_SHOWN = 30
POINTS_SHOWN = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a chart, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart; `top` is the number at its upper edge."""

    bars: tuple[Bar, ...]
    top: int
    total: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A number of a series: as the source writes it, its place, and the change from the one before.

    A number that could not be read (withheld, missing) has no place.
    """

    period: str
    text: str
    change: str
    x: float
    y: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """A watched number over its periods, oldest first; `path` draws the line through them."""

    label: str
    unit: str | None
    dots: tuple[Dot, ...]
    path: str
    low: str
    high: str


def bars(labels: Sequence[str], values: Sequence[int]) -> Bars:
    """Return a bar for each value, the highest as high as the box."""
    top = max(values, default=0)
    step = WIDTH / max(1, len(values))
    drawn = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        height = HEIGHT * value / top if top else 0.0
        x, y = step * (place + _GAP / 2), HEIGHT - height
        drawn.append(
            Bar(_short(x), _short(y), _short(step * (1 - _GAP)), _short(height), label, value)
        )
    return Bars(tuple(drawn), top, sum(values))


def series(items: Iterable[Item]) -> tuple[Series, ...]:
    """Return the figures among the items as series: those with most periods first.

    Figures are one series if nothing but the period tells their labels apart. One that has a single
    period is none.
    """
    found: defaultdict[tuple[str, str | None], dict[str, Item]] = defaultdict(dict)
    for item in items:
        if item.figure and item.figure.period:
            found[_name(item.figure.label, item.figure.period), item.figure.unit][
                item.figure.period
            ] = item
    several = [(name, points) for name, points in found.items() if len(points) > 1]
    several.sort(key=lambda each: (-len(each[1]), each[0][0]))
    return tuple(_series(*name, points) for name, points in several)


def _name(label: str, period: str) -> str:
    return re.sub(rf"[\s,;:–-]*{re.escape(period)}\b", "", label).strip() or label


def _series(label: str, unit: str | None, points: dict[str, Item]) -> Series:
    periods = sorted(points)[-POINTS_SHOWN:]
    figures = [figure for period in periods if (figure := points[period].figure)]
    values = [Decimal(figure.value) if figure.value is not None else None for figure in figures]
    read = [value for value in values if value is not None]
    top, bottom = max(read, default=Decimal(0)), min([*read, Decimal(0)])
    span = float(top - bottom) or 1.0
    step = WIDTH / max(1, len(periods) - 1)
    dots = []
    for place, (period, figure, value) in enumerate(zip(periods, figures, values, strict=True)):
        y = None if value is None else _short(HEIGHT * (1 - float(value - bottom) / span))
        before = values[place - 1] if place else None
        change = percent(before, value) if unit != "%" else ""
        dots.append(Dot(period, figure.text, change, _short(step * place), y))
    low, high = (_text_of(figures, values, end) for end in (bottom, top))
    return Series(label, unit, tuple(dots), _path(dots), low, high)


def _text_of(figures: Sequence[object], values: Sequence[Decimal | None], end: Decimal) -> str:
    texts = [
        getattr(f, "text", "") for f, value in zip(figures, values, strict=True) if value == end
    ]
    return texts[0] if texts else f"{end.normalize():f}"


def _path(dots: Sequence[Dot]) -> str:
    """The line through the points, broken where a number is missing (SVG 1.1, 8.3)."""
    told, pen = [], "M"
    for dot in dots:
        if dot.y is None:
            pen = "M"
            continue
        told.append(f"{pen}{dot.x:g} {dot.y:g}")
        pen = "L"
    return "".join(told)


def _short(number: float) -> float:
    return round(number, 2)
