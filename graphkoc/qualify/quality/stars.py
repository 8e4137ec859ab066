"""Which ratings are low and which high, for everything that reads them."""

from __future__ import annotations

__all__ = ["HIGH", "LOW"]

LOW, HIGH = 2.0, 4.0
"""The most stars of a low rating, and the fewest of a high one."""
