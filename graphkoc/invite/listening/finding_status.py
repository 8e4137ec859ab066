"""What became of findings: a ledger that is only added to.

`campaigns/findings.jsonl` has a line for each change: at (UTC), campaign (the name of the campaign or group), finding
(its id), head, aspect, sole, without and mates (the point that it is, which stays the same from then on), status (one
of FINDING_STATUSES), owner, due (a day), note. The newest line of a finding stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.invite.listening.finding_states import FINDING_STATUSES
from graphkoc.invite.listening.points import Point
from graphkoc.runs.ledger import Entry, add_entries, read_entries
from graphkoc.text import display_name

__all__ = ["FILE", "add_status", "find_standing"]

FILE = "findings.jsonl"
LONGEST = 2_000
"""Characters that are kept of a note; an owner has as many as a name."""


def add_status(
    folder: Path,
    campaign: str,
    finding: str,
    point: Point,
    *,
    status: str | None = None,
    owner: str | None = None,
    due: date | None = None,
    note: str | None = None,
    now: datetime | None = None,
) -> Entry:
    """Record what became of a finding, and return the line that stands; what is not given stays as it is.

    folder: as `graphkoc.invite.saved.campaigns_folder` gives it. A line that changes nothing is not written. Raises
    UsageError for an unknown status and where nothing is given, and StoreError where the ledger cannot be written.
    """
    if status is not None and status not in FINDING_STATUSES:
        raise UsageError(f"there is no status {status!r}", hint=f"There are: {', '.join(FINDING_STATUSES)}.")
    given = {
        "status": status,
        "owner": None if owner is None else display_name(owner),
        "due": None if due is None else due.isoformat(),
        "note": None if note is None else display_name(note, LONGEST),
    }
    if all(value is None for value in given.values()):
        raise UsageError("nothing is to be set", hint="Give --status, --owner, --due or --note.")
    time = now or datetime.now(UTC)
    standing: Entry = {}

    def change(held: list[Entry]) -> list[Entry]:
        before = _find(held, campaign).get(finding, {})
        kept = {name: before.get(name) for name in given} | {n: v for n, v in given.items() if v is not None}
        kept["status"] = kept["status"] or FINDING_STATUSES[0]
        standing.update(
            {"at": time.isoformat(timespec="seconds"), "campaign": campaign, "finding": finding}
            | (_keep_point(before) if before else _write_point(point))
            | kept
        )
        if all(before.get(name) == value for name, value in kept.items()):
            standing.update(before)
            return []
        return [standing]

    add_entries(folder / FILE, change)
    return standing


def find_standing(folder: Path, campaign: str) -> dict[str, tuple[Point, Entry]]:
    """The findings of a campaign or group that have a status, by id, each with its point and the newest line."""
    return {
        finding: (_read_point(entry), entry) for finding, entry in _find(read_entries(folder / FILE), campaign).items()
    }


def _find(entries: list[Entry], campaign: str) -> dict[str, Entry]:
    return {
        entry["finding"]: entry
        for entry in entries
        if entry.get("campaign") == campaign
        and all(isinstance(entry.get(name), str) for name in ("finding", "head"))
        and entry.get("status") in FINDING_STATUSES
    }


def _write_point(point: Point) -> dict[str, Any]:
    return {
        "head": point.head,
        "aspect": point.aspect,
        "sole": point.sole,
        "without": sorted(point.without),
        "mates": list(point.mates),
    }


def _keep_point(entry: Mapping[str, Any]) -> dict[str, Any]:
    return _write_point(_read_point(entry))


def _read_point(entry: Mapping[str, Any]) -> Point:
    """The point of a line; what is damaged in it counts as not there."""
    aspect = entry.get("aspect")
    without, mates = (
        [word for word in entry.get(name) or () if isinstance(word, str)] for name in ("without", "mates")
    )
    return Point(
        entry["head"],
        aspect if isinstance(aspect, str) else None,
        entry.get("sole") is True,
        frozenset(without),
        tuple(mates),
    )
