"""Whom to invite: a card for each of the first, and a list of all."""

from __future__ import annotations

from typing import Any

from graphkoc.report.cards import make_card
from graphkoc.report.view import View

__all__ = ["PLACE", "facts", "make_card"]

PLACE = 10
CARDS = 6


def facts(view: View) -> dict[str, Any] | None:
    """The facts of the section."""
    cards = [make_card(view, person["consumer"]) for person in view.kocs[:CARDS]]
    return {"count": len(view.kocs), "cards": cards, "open": [], "rows": []}
