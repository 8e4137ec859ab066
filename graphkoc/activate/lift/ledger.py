"""The lifts that were measured: `campaigns/lifts.jsonl`, a ledger that is only added to.

An entry has at (UTC), campaign (its name, or null), and the rest of what `graphkoc.measure_campaign` gives. Of a
campaign, and of a product and its days where there is none, the newest entry stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from graphkoc.activate.lift.effect import Lift
from graphkoc.exports.rows import jsonable
from graphkoc.runs.ledger import Entry, add_entries, read_entries

__all__ = ["FILE", "keep_lift", "read_lift", "read_lifts", "restore_lift"]

FILE = "lifts.jsonl"


def keep_lift(folder: Path, document: Mapping[str, Any], now: datetime | None = None) -> None:
    """Add a lift to the ledger of a folder of campaigns, unless the newest one of its campaign says the same.

    Raises StoreError when the ledger cannot be written.
    """
    at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    entry = jsonable(dict(document))

    def add(held: list[Entry]) -> Sequence[Entry]:
        known = _find_newest(held).get(_key(entry))
        return [] if known is not None and known == entry | {"at": known.get("at")} else [{"at": at} | entry]

    add_entries(folder / FILE, add)


def read_lifts(folder: Path) -> list[Entry]:
    """The lifts that stand, the one that was measured first before others. StoreError when they cannot be read."""
    return list(_find_newest(read_entries(folder / FILE)).values())


def read_lift(folder: Path, campaign: str) -> Entry | None:
    """The lift of a campaign that stands, None where none was measured. StoreError when it cannot be read."""
    return next((one for one in read_lifts(folder) if one["campaign"] == campaign), None)


def restore_lift(entry: Mapping[str, Any]) -> Lift:
    """The figures of an entry, to be pooled."""
    figures = entry["figures"]
    return Lift(
        float(entry["adoptions"]),
        float(figures["matched"]),
        float(figures["deviation"]),
        np.array(figures["controls"], dtype=float),
    )


def _find_newest(entries: Sequence[Entry]) -> dict[tuple[Any, ...], Entry]:
    return {_key(entry): entry for entry in entries if _is_whole(entry)}


def _key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    campaign = entry["campaign"]
    return (campaign,) if campaign else (None, entry["product"]["product"], entry["from"], entry["to"])


def _is_whole(entry: Mapping[str, Any]) -> bool:
    try:
        _key(entry)
        restore_lift(entry)
    except (LookupError, TypeError, ValueError):
        return False
    return True
