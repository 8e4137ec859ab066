"""Our brand, as a report calls it."""

from __future__ import annotations

from graphkoc.report.view import View

__all__ = ["name_brand"]


def name_brand(view: View) -> str | None:
    """The first of the names that our brand was given; None where none was."""
    own = (view.run.info["settings"]["brand"] or {}).get("own")
    return view.say.data(own[0]) if own else None
