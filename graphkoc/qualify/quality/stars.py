"""Which ratings are low, for everything that reads them."""

from __future__ import annotations

__all__ = ["LOW"]

LOW = 2.0
"""The most stars of a low rating."""
