"""How a run writes the names that it gives to niches and circles, which a report reads again for other languages."""

from __future__ import annotations

__all__ = ["APART", "TOGETHER"]

APART = " · "
"""Between a category and what sets a group apart from others of it."""
TOGETHER = "same products"
"""What sets a group apart that was made of products which the same people review."""
