"""What the page of one person says: who follows, when they posted, what makes the score, checks, and campaigns."""

from __future__ import annotations

__all__ = []
