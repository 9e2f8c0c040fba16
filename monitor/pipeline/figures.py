"""What a change says about a figure: before, after, by how much."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal

from monitor.model import Alert, Change, ChangeKind, Figure, Item, Remark
from monitor.story import FIGURE, figures
from monitor.text.numbers import percent

# Two years of months; a row of fewer numbers shows no course.
LONGEST_ROW = 24
SHORTEST_ROW = 3


def figure_remarks(change: Change) -> tuple[Remark, ...]:
    """Return the remark on a figure that came, changed or went; () for anything else."""
    figure = change.item.figure
    if figure is None:
        return ()
    before = change.before.figure if change.before else None
    after = None if change.kind is ChangeKind.REMOVED else figure
    said = {
        "label": figure.label,
        "before": before.text if before else "",
        "after": after.text if after else "",
        "change": percent(_value(before), _value(after)) if figure.unit != "%" else "",
    }
    return (Remark(FIGURE, tuple((key, text) for key, text in said.items() if text)),)


def with_rows(alerts: Iterable[Alert], items: Collection[Item] | None) -> tuple[Alert, ...]:
    """Return the alerts, those on figures with the row that the figure stands in.

    The row is what the same statistic says for earlier periods, as `series` of decimal numbers and
    `periods` from first to last; the newest is the figure itself.
    """
    alerts = tuple(alerts)
    if items is None or not any(figures(alert) for alert in alerts):
        return alerts
    known = {item.id: item.figure for item in items if item.figure}
    rows: dict[_Row, dict[str, str]] = {}
    for figure in known.values():
        if figure.period and figure.value is not None:
            rows.setdefault(_row(figure), {})[figure.period] = figure.value
    return tuple(_with_row(alert, known.get(alert.item), rows) for alert in alerts)


_Row = tuple[str, str, int]


def _row(figure: Figure) -> _Row:
    """What is counted, whenever: the label without its period, for periods of one length."""
    period = figure.period or ""
    return figure.label.removesuffix(f", {period}"), figure.unit or "", len(period)


def _with_row(alert: Alert, figure: Figure | None, rows: dict[_Row, dict[str, str]]) -> Alert:
    if figure is None or figure.period is None or not figures(alert):
        return alert
    row = rows.get(_row(figure), {})
    periods = sorted(period for period in row if period <= figure.period)[-LONGEST_ROW:]
    if len(periods) < SHORTEST_ROW or periods[-1] != figure.period:
        return alert
    more = (
        ("series", " ".join(row[period] for period in periods)),
        ("periods", f"{periods[0]} {periods[-1]}"),
    )
    return replace(
        alert,
        remarks=tuple(
            replace(remark, values=(*remark.values, *more)) if remark.code == FIGURE else remark
            for remark in alert.remarks
        ),
    )


def _value(figure: Figure | None) -> Decimal | None:
    return Decimal(figure.value) if figure and figure.value is not None else None
