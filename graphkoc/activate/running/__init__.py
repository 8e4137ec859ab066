"""A campaign that runs: its people, its journal, units, money, who is late, and what the next one learns."""

from __future__ import annotations

__all__ = []
