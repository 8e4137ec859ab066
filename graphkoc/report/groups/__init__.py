"""Niches and circles as the page names and counts them."""

from __future__ import annotations

__all__ = []
