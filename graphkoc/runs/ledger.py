"""Ledgers: files beside the runs, a JSON object a line, that are only added to.

An incomplete line, as a crash may leave it at the end, is passed over, and so is one that is not a JSON object.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphkoc.exports.rows import jsonable
from graphkoc.files import extend_lines, read_content, translate_errors

__all__ = ["Entry", "add_entries", "read_entries"]

Entry = dict[str, Any]
"""A line of a ledger."""


def read_entries(path: Path) -> list[Entry]:
    """Every line, the oldest first; none where there is no file yet. StoreError when it cannot be read."""
    return _parse(read_content(path))


def add_entries(path: Path, make: Callable[[list[Entry]], Sequence[Mapping[str, Any]]]) -> list[Entry]:
    """Add at the end of a ledger what `make` makes of the lines that it has, all or none; returns what was added.

    Two writers at once write one after the other: the second one's `make` sees the lines of the first. Where it raises,
    nothing is added. The folder is made if it is missing. Raises StoreError when the file cannot be written.
    """
    added: list[Entry] = []

    def extend(held: bytes) -> list[str]:
        added.extend(jsonable(dict(entry)) for entry in make(_parse(held)))
        return [json.dumps(entry, ensure_ascii=False, allow_nan=False) for entry in added]

    with translate_errors(f"{path.parent} cannot be made"):
        path.parent.mkdir(parents=True, exist_ok=True)
    extend_lines(path, extend)
    return added


def _parse(content: bytes) -> list[Entry]:
    return [entry for line in content.split(b"\n") if (entry := _parse_line(line)) is not None]


def _parse_line(line: bytes) -> Entry | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None
