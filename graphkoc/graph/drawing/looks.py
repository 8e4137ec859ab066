"""What the pictures of a network have in common: the marks of people and the colours of niches."""

from __future__ import annotations

__all__ = ["COLOURS", "GREY", "MARKS"]

MARKS = ("koc", "kol", "wide", "other")
"""Key opinion consumer, KOL, widely followed in these data, anybody else."""
COLOURS = (
    *("#4a7fb5", "#3f9b74", "#b8862b", "#8a6bb8", "#c0647e", "#5b8f3c"),
    *("#2f9aa3", "#a8704a", "#6f7fd1", "#a05ca6", "#7f8a2e", "#c76f4f"),
)
"""Of niches, the largest first; further ones begin again. Each contrasts with white and with black."""
GREY = "#8a8577"
"""Of people without a niche."""
