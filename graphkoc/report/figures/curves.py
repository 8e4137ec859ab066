"""People reached by what is spent: a line for each mix of a plan, and a marker for each budget, one of which shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

__all__ = ["draw", "find_ticks"]

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 30
STEPS = (1, 2, 5)
LINES = 4
"""Lines across the figure, at most."""


def find_ticks(largest: float) -> list[int]:
    """Round numbers from 0 to at least the largest, at most LINES above 0."""
    power = 1
    while True:
        for step in STEPS:
            if step * power * LINES >= largest:
                return list(range(0, int(-(-largest // (step * power))) * step * power + 1, step * power)) or [0]
        power *= 10


def draw(slider: Mapping[str, Any]) -> Markup:
    """The lines; the numbers belong beside it. slider: points, at, mixes and ticks as `sections.plan` has them."""
    points, ticks = slider["points"], slider["ticks"]
    widest, highest = points[-1]["budget"], max(ticks[-1]["at"], 1)

    def place(budget: float, reached: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * budget / widest
        return round(x, 1), round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * reached / highest, 1)

    pieces = [_draw_tick(place(0, tick["at"])[1], tick["text"]) for tick in ticks]
    last = len(points) - 1
    for number in sorted({0, slider["at"], last}):
        anchor = "end" if number == last else "middle"
        x = place(points[number]["budget"], 0)[0]
        pieces.append(f'<text x="{x}" y="{HEIGHT - 8}" text-anchor="{anchor}">{escape(points[number]["shown"])}</text>')
    for mix in reversed(slider["mixes"]):
        here = [(one["budget"], one["mixes"][mix]["reached"]) for one in points if mix in one["mixes"]]
        known = [(0, 0), *((budget, reached) for budget, reached in here if reached is not None)]
        line = " ".join("{},{}".format(*place(budget, reached)) for budget, reached in known)
        pieces.append(f'<polyline class="line {mix}" points="{line}"/>')
    for number, point in enumerate(points):
        x = place(point["budget"], 0)[0]
        dots = "".join(
            '<circle class="dot {}" cx="{}" cy="{}" r="5"/>'.format(mix, *place(point["budget"], one["reached"]))
            for mix, one in reversed(point["mixes"].items())
            if one["reached"] is not None
        )
        on = " on" if number == slider["at"] else ""
        pieces.append(f'<g class="step{on}"><path class="mark" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>{dots}</g>')
    return Markup(f'<svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(pieces)}</svg>')


def _draw_tick(y: float, text: str) -> str:
    line = f'<path class="rule" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'
    return f'{line}<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(text)}</text>'
