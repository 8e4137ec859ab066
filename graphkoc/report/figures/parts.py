"""People in four parts, by who reaches them, as a bar without a gap."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from graphkoc.runs.reached import PARTS

__all__ = ["draw"]


def draw(parts: Mapping[str, int]) -> Markup:
    """The bar; the numbers belong in the text beside it. parts: people in each of PARTS."""
    pieces, x, total = [], 0.0, max(sum(parts[name] for name in PARTS), 1)
    for name in PARTS:
        width = 100 * parts[name] / total
        if width:
            pieces.append(f'<rect class="{name}" x="{x:.2f}" width="{width:.2f}" height="8"/>')
        x += width
    return Markup(
        f'<svg class="parts" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{"".join(pieces)}</svg>'
    )
