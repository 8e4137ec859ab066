"""Headline numbers, and the findings in a few sentences."""

from __future__ import annotations

from typing import Any

from graphkoc.report.run_view import View

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 10, "In short"

FIRST = 3


def facts(view: View) -> dict[str, Any]:
    """The first key opinion consumers, the limits of a small audience and why the score is of its kind.

    The rest is read from other sections.
    """
    first = view.run.kocs(limit=FIRST)[["consumer", "name", "rank"]].to_dict("records")
    return {
        "first": [view.link(person) for person in first],
        "tiers": view.run.info["tiers"],
        "why": view.run.info["score"]["why"],
    }
