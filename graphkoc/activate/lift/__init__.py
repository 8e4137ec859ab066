"""Whether a campaign was worth it: followers of those who posted beside people like them."""

from __future__ import annotations

__all__ = []
