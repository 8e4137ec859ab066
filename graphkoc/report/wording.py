"""How a report writes shares, amounts and dates."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import pandas as pd

from graphkoc.report.charts import percent

__all__ = ["TEXT", "amount", "date", "number_or_none", "percentage", "text_or_none"]

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


def text_or_none(value: Any) -> str | None:
    """A cell of a table as text; None where it is missing."""
    return None if value is None or pd.isna(value) else str(value)


def number_or_none(value: Any) -> float | None:
    """A cell of a table as a finite number; None where it is missing or not finite."""
    return None if value is None or pd.isna(value) or not math.isfinite(float(value)) else float(value)
