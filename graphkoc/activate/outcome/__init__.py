"""What came of a campaign: posts and their figures, and the wrap-up."""

from __future__ import annotations

__all__ = []
