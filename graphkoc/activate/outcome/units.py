"""Units that a programme such as Vine offered for a campaign, and how far they came: `campaigns/units.jsonl`.

A line has at (UTC), campaign (its name), file, and COLUMNS. An offer is identified by its product and its programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.readings import add_readings, merge_readings
from graphkoc.runs.ledger import Entry, read_entries

__all__ = ["COLUMNS", "LEDGER", "STEPS", "add_units", "identify_offer", "read_units"]

LEDGER = "units.jsonl"
STEPS = ("offered", "claimed", "shipped", "received", "reviewed")
"""How far a unit comes, in order."""
COLUMNS = ("offer", "product", "channel", "enrolled_at", *STEPS, "state")
"""The columns of the canonical table of units but for its campaign."""


def add_units(folder: Path, campaign: str, units: pd.DataFrame, file: str, now: datetime) -> list[Entry]:
    """Add the offers of a file to the ledger of a folder of campaigns; returns what was not known before."""
    known = units.reindex(columns=list(COLUMNS)).astype(object)
    rows = known.where(known.notna(), None).to_dict("records")
    return add_readings(folder / LEDGER, campaign, rows, file, now, identify_offer)


def read_units(folder: Path, campaign: str) -> list[Entry]:
    """The offers of a campaign with their newest figures: product, channel, state and STEPS, as far as they are known.

    Of two readings the one that was read later stands: these files state no day on which they were made.
    """
    entries = [one for one in read_entries(folder / LEDGER) if one.get("campaign") == campaign]
    return merge_readings(entries, identify_offer, "at")


def identify_offer(row: Mapping[Any, Any]) -> str:
    """What makes two rows the same offer: its product and its programme."""
    return f"{row.get('product')}:{row.get('channel') or ''}"
