"""Who stands on the page, and why: cards, the list of all, and whom to invite."""

from __future__ import annotations

__all__ = []
