"""The pattern of what is not known, for every figure of a page: it is drawn once, and the style fills with it."""

from __future__ import annotations

from markupsafe import Markup

__all__ = ["draw"]


def draw() -> Markup:
    """The pattern, in a picture that takes no room."""
    return Markup(
        '<svg class="patterns" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="5" height="5" '
        'patternUnits="userSpaceOnUse"><rect class="hatch-ground" width="5" height="5"/>'
        '<path class="hatch-line" d="M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2"/></pattern></defs></svg>'
    )
