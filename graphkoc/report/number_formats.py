"""How a report writes shares, amounts and dates."""

from __future__ import annotations

import math
from datetime import datetime

from graphkoc.text import percent

__all__ = ["TEXT", "amount", "date", "percentage", "sentence"]

TEXT = 200
"""Characters of a sentence that holds other people's words."""
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""In English whatever the locale, which strftime would follow."""


def date(iso: str) -> str:
    """A time in ISO 8601 as a day, such as 12 April 2011."""
    day = datetime.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def percentage(share: float | None) -> str:
    """A share as percent, and – where there is none."""
    return "–" if share is None or math.isnan(share) else percent(share)


def amount(number: float | None) -> str:
    """A number with at most one decimal, and – where there is none."""
    return "–" if number is None or math.isnan(number) else f"{number:,.1f}".removesuffix(".0")


def sentence(text: str) -> str:
    """A phrase as a sentence: with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."
