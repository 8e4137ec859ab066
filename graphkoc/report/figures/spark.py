"""Reviews month by month as small bars: the last year in the colour of the people whom one invites."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

__all__ = ["draw"]

HEIGHT, STEP, GAP = 24, 5, 1
FLOOR = 0.6
"""Height of a month without a review, so that one sees that there is nothing."""


def draw(months: Sequence[int], recent: int = 12) -> Markup:
    """The bars, zero-based, oldest first; the number belongs in the text beside it. recent: months that stand out."""
    highest, since = max([*months, 1]), max(len(months) - recent, 0)
    bars = [_draw_bar(place, number, highest) for place, number in enumerate(months)]
    paths = {"before": "".join(bars[:since]), "year": "".join(bars[since:])}
    drawn = "".join(f'<path class="{name}" d="{path}"/>' for name, path in paths.items() if path)
    width = STEP * len(months) - GAP
    return Markup(
        f'<svg class="spark" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>'
    )


def _draw_bar(place: int, number: int, highest: int) -> str:
    height = round(max(HEIGHT * number / highest, FLOOR), 1)
    return f"M{STEP * place} {HEIGHT}v-{height:g}h{STEP - GAP}v{height:g}z"
