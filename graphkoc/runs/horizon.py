"""The horizon: how far a forecast looks ahead, in days and in words."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["HORIZONS", "describe_horizons"]


HORIZONS = {31.0: "month", 62.0: "2 months", 92.0: "3 months", 184.0: "6 months", 366.0: "12 months"}
"""Days, and what they are called: the longest months that there are, so that a month after a 31st has reviews in it."""


def describe_horizons(days: Sequence[float]) -> str:
    """Horizons in words, each once, to follow "the": month, 3 months, 6 months or 12 months, 500 days."""
    return " or ".join(dict.fromkeys(HORIZONS.get(one, f"{one:.0f} days") for one in days))
