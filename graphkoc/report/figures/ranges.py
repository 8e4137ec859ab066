"""Shares with their 95 % ranges: a dot on a band for each ranking, on one scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

__all__ = ["draw"]

STEP = 42
"""Pixels of a row."""
TOP = 4
AXIS = 22
"""Pixels below the rows, for the numbers of the scale."""


def draw(
    rows: Sequence[Mapping[str, Any]], ticks: Sequence[float], describe: str, percent: Callable[[float], str]
) -> Markup:
    """The rows, first on top, in a figure as wide as its place; describe: what it shows, for who cannot see it.

    rows: kind (a class: ours, size, limit), label, note (below the label, or None), mean, low, high (shares, 0 to 1;
    low equals high where the mean is exact), range (low and high in words, or None). ticks: the scale, whose last is
    its end. percent: how the reader writes a share.
    """
    height = TOP + STEP * len(rows)
    end = ticks[-1]
    scale = [
        f'<line class="grid" x1="{_place(tick, end)}" x2="{_place(tick, end)}" y1="0" y2="{height}"/>'
        f'<text class="tick" x="{_place(tick, end)}" y="{height + 16}" text-anchor="middle">{percent(tick)}</text>'
        for tick in ticks
    ]
    words, marks = [], []
    for number, row in enumerate(rows):
        middle = TOP + STEP * number + STEP // 2
        label, value = (middle - 3 if below else middle + 5 for below in (row["note"], row["range"]))
        words.append(f'<text class="label {row["kind"]}" x="0" y="{label}">{escape(row["label"])}</text>')
        words.append(f'<text class="value" x="100%" y="{value}" text-anchor="end">{percent(row["mean"])}</text>')
        if row["note"]:
            words.append(f'<text class="note" x="0" y="{middle + 13}">{escape(row["note"])}</text>')
        if row["range"]:
            text = escape(row["range"])
            words.append(f'<text class="note" x="100%" y="{middle + 13}" text-anchor="end">{text}</text>')
        if row["high"] > row["low"]:
            low, high = _place(row["low"], end), _place(row["high"], end)
            marks.append(f'<line class="band {row["kind"]}" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>')
        marks.append(f'<circle class="dot {row["kind"]}" cx="{_place(row["mean"], end)}" cy="{middle}" r="7"/>')
    return Markup(
        f'<svg class="ranges" width="100%" height="{height + AXIS}" role="img" aria-label="{escape(describe)}">'
        f'<svg class="plot" x="34%" width="46%" height="{height + AXIS}" overflow="visible">'
        f"{''.join(scale)}{''.join(marks)}</svg>{''.join(words)}</svg>"
    )


def _place(share: float, end: float) -> str:
    return f"{100 * share / end:.2f}%"
