"""A bar for one stage of a funnel, as long as its part of the first stage."""

from __future__ import annotations

from markupsafe import Markup

__all__ = ["draw"]


def draw(people: int, first: int) -> Markup:
    """The bar; the number belongs beside it. first: people of the first stage, at least one."""
    width = round(100 * people / first, 2)
    return Markup(
        '<svg class="funnel" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="8"/><rect class="part" width="{width}" height="8"/></svg>'
    )
