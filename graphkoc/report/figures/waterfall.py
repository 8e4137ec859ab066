"""One step of a score: a bar from where the step before ended to where this one ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

__all__ = ["draw"]


def draw(step: Mapping[str, Any], low: float, high: float) -> Markup:
    """The bar of a step: kind (its class), start and end in points, on a scale from low to high.

    The number belongs in the text beside it.
    """
    scale = 100 / (high - low or 1)
    left, right = sorted(round((step[end] - low) * scale, 1) for end in ("start", "end"))
    # A step of nothing still shows where the score stands.
    width = max(right - left, 0.6)
    return Markup(f'<svg class="step"><rect class="{step["kind"]}" x="{left:g}%" width="{width:.3g}%"/></svg>')
