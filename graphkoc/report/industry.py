"""How a report writes the industry's numbers."""

from __future__ import annotations

__all__ = ["PAID", "show_number"]

SHARES = {"engagement_rate", "collect_rate", "interaction_rate", "hit_share"}
TIMES = {"engagement_rate_to_tier", "collect_rate_to_tier", "paid_to_organic"}
PAID = ("paid_to_organic", "response to paid posts", "engagements of a paid post over those of one without a marker")
"""Column, name and definition of the number that is not among `graphkoc.qualify.engagement.NUMBERS`."""


def show_number(name: str, value: float) -> str:
    """An industry number in its unit: a percentage, a multiple, points of 100, or a plain number."""
    if name in SHARES:
        return f"{value:.1%}"
    if name in TIMES:
        return f"{value:.2f} times"
    if name == "engagement_score":
        return f"{value:.0f} of 100"
    return f"{value:,.2f}".removesuffix(".00")
