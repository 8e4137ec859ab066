"""Our product among products that nobody was asked to post about: a tick for each, by reviews beyond those expected."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

__all__ = ["draw"]

WIDTH, HEIGHT = 460, 60
EDGE = 10


def draw(controls: Sequence[float], own: float) -> Markup:
    """The ticks; the sentence beside says what they show. controls, own: in standard deviations."""
    low, high = min(*controls, own), max(*controls, own)
    spread = (high - low) or 1.0

    def place(value: float) -> float:
        return round(EDGE + (WIDTH - 2 * EDGE) * (value - low) / spread, 1)

    ticks = "".join(f"M{place(value)} 22V{HEIGHT - 8}" for value in controls)
    return Markup(
        f'<svg class="ticks" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true"><path class="others" d="{ticks}"/>'
        f'<path class="own" d="M{place(own)} 8V{HEIGHT}"/></svg>'
    )
