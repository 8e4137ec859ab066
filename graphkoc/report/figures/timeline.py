"""When one person posted on one platform: a dot for each post, along a line of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

__all__ = ["draw"]

KINDS = ("other", "own", "other_low", "own_low")
"""Drawn in this order: about other brands, about ours, and the same with 1 or 2 stars, which are hollow."""


def draw(dots: Mapping[str, Sequence[int]], days: int) -> Markup:
    """The lane of a platform, as wide as its box, so that the dots stay round whatever the width.

    dots: for each of KINDS the days of its posts, from 0 to `days`, the whole length of the lane.
    """
    drawn = []
    for kind in KINDS:
        if path := "".join(f"M{day} 0h0" for day in dots.get(kind, ())):
            drawn.append(f'<path class="dot {kind}" d="{path}"/>')
            if kind.endswith("_low"):
                drawn.append(f'<path class="hole" d="{path}"/>')
    return Markup(f'<svg class="lane" viewBox="-9 -5 {days + 18} 10" preserveAspectRatio="none">{"".join(drawn)}</svg>')
