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
from graphkoc.text import number_or_none

__all__ = ["COLUMNS", "LEDGER", "STEPS", "add_units", "read_units", "sum_units"]

LEDGER = "units.jsonl"
STEPS = ("offered", "claimed", "shipped", "received", "reviewed")
"""How far a unit comes, in order."""
COLUMNS = ("offer", "product", "channel", "enrolled_at", *STEPS, "state")
"""The columns of the canonical table of units but for its campaign."""


def add_units(folder: Path, campaign: str, units: pd.DataFrame, file: str, now: datetime) -> list[Entry]:
    """Add the offers of a file to the ledger of a folder of campaigns; returns what was not known before."""
    known = units.reindex(columns=list(COLUMNS)).astype(object)
    rows = known.where(known.notna(), None).to_dict("records")
    return add_readings(folder / LEDGER, campaign, rows, file, now, _tell_offer)


def read_units(folder: Path, campaign: str) -> list[Entry]:
    """The offers of a campaign with their newest figures: product, channel, state and STEPS, as far as they are known.

    Of two readings the one that was read later stands: these files state no day on which they were made.
    """
    entries = [one for one in read_entries(folder / LEDGER) if one.get("campaign") == campaign]
    return merge_readings(entries, _tell_offer, "at")


def sum_units(offers: list[Entry]) -> dict[str, int | None]:
    """The units of all offers by step; None where no offer states the step."""
    sums: dict[str, int | None] = {}
    for step in STEPS:
        known = [number for one in offers if (number := number_or_none(one.get(step))) is not None]
        sums[step] = int(sum(known)) if known else None
    return sums


def _tell_offer(row: Mapping[Any, Any]) -> str:
    return f"{row.get('product')}\n{row.get('channel')}"
