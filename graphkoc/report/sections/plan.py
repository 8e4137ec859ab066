"""The section plan."""

from __future__ import annotations

from typing import Any

from graphkoc.report.view import View

__all__ = ["PLACE", "facts"]

PLACE = 40


def facts(view: View) -> dict[str, Any] | None:
    """The facts of the section."""
    return {}
