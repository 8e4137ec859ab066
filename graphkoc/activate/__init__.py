"""Activate: KOLs for exposure and KOCs for niches, chosen together under a budget."""

__all__ = []
