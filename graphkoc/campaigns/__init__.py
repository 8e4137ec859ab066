"""Campaigns: what is asked of a store and a run together, to invite people and to plan."""

from __future__ import annotations

__all__ = []
