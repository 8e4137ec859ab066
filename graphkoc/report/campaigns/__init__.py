"""Campaigns as the page shows them: the one that runs, and what people answered."""

from __future__ import annotations

__all__ = []
