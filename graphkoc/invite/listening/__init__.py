"""What people answer: feedback, findings and what becomes of them, replies and briefs."""

from __future__ import annotations

__all__ = []
