"""Ledgers of readings: rows of files about posts or units, of which the newest figures stand.

A file that is applied twice adds nothing. An older reading that comes later changes nothing that is newer, and a
figure that one file lacks stands from another: costs may come from an agency's sheet, and reads from the platform.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphkoc.exports.rows import jsonable
from graphkoc.runs.ledger import Entry, add_entries

__all__ = ["add_readings", "merge_readings"]

ABOUT = ("at", "file")
"""What an entry says of its file, and not of its subject."""

Row = Mapping[Any, Any]


def add_readings(
    path: Path, campaign: str, rows: Iterable[Row], file: str, now: datetime, key: Callable[[Row], str]
) -> list[Entry]:
    """Add the rows of a file to a ledger, without those that it knows; returns what was added.

    campaign: its name. rows: columns of a canonical table, missing values as None or NaN. key: of an entry, what it is
    about. A row is known where it says the same as the newest entry of its key, or as the newest one of its key from a
    file of that name. Raises StoreError when the ledger cannot be written.
    """
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    given: list[Entry] = [jsonable({"at": at, "campaign": campaign, "file": file, **row}) for row in rows]

    def choose_new(held: list[Entry]) -> Sequence[Entry]:
        newest: dict[tuple[str, str], Entry] = {}
        for entry in held:
            if entry.get("campaign") == campaign:
                _keep(newest, key(entry), entry)
        new = []
        for entry in given:
            name = key(entry)
            known = (newest.get((name, "")), newest.get((name, file)))
            if not any(one is not None and _strip(one) == _strip(entry) for one in known):
                new.append(entry)
            _keep(newest, name, entry)
        return new

    return add_entries(path, choose_new)


def merge_readings(entries: Iterable[Entry], key: Callable[[Row], str], measured: str) -> list[Entry]:
    """One row a subject, in the order in which each first came: of every field the newest value that is known.

    measured: the field with the day of a reading; a reading without one is as old as its line.
    """
    rows: dict[str, Entry] = {}
    for entry in entries:
        rows.setdefault(key(entry), {})
    # sorted is stable: of two readings of one time the later line stands
    for entry in sorted(entries, key=lambda one: _time(one.get(measured)) or _time(one.get("at")) or datetime.min):
        known = {name: value for name, value in entry.items() if name not in ABOUT and value is not None}
        rows[key(entry)].update(known)
    return list(rows.values())


def _keep(newest: dict[tuple[str, str], Entry], name: str, entry: Entry) -> None:
    newest[name, ""] = newest[name, str(entry.get("file"))] = entry


def _strip(entry: Entry) -> Entry:
    return {name: value for name, value in entry.items() if name not in ABOUT and value is not None}


def _time(text: object) -> datetime | None:
    """A time of a ledger in UTC without its zone; None for what is none."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)
