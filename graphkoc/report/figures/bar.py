"""A share as a bar on a track."""

from __future__ import annotations

from markupsafe import Markup

__all__ = ["draw"]


def draw(share: float, kind: str) -> Markup:
    """The bar of a share (0 to 1); the number belongs in the text beside it. kind: a class, koc or kol."""
    return Markup(
        '<svg class="bar-share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="8"/><rect class="{kind}" width="{100 * share:.2f}" height="8"/></svg>'
    )
