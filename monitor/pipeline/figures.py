"""What a change says about a figure: before, after, by how much."""

from __future__ import annotations

from decimal import Decimal

from monitor.model import Change, ChangeKind, Figure, Remark
from monitor.story import FIGURE
from monitor.text.numbers import percent


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


def _value(figure: Figure | None) -> Decimal | None:
    return Decimal(figure.value) if figure and figure.value is not None else None
