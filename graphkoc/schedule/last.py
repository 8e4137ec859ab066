"""How the last refresh went, whichever host began it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphkoc.runs.ledger import read_entries
from graphkoc.schedule.reports import LOG

__all__ = ["find_last_refresh"]


def find_last_refresh(reports: Path) -> dict[str, Any] | None:
    """The entry of the last refresh in this folder of reports: {time, outcome, report, error, ...}; None without one.

    Raises StoreError where the log of refreshes cannot be read.
    """
    return next((dict(entry) for entry in reversed(read_entries(reports / LOG)) if "outcome" in entry), None)
