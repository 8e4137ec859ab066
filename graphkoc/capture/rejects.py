"""The rows of a load that were not taken, as a file with the reason for each."""

from __future__ import annotations

from pathlib import Path

from graphkoc.capture.load import Loaded
from graphkoc.exports.rows import safe_cell
from graphkoc.files import translate_errors
from graphkoc.text import count

__all__ = ["write_rejects"]


def write_rejects(loaded: Loaded, folder: Path = Path()) -> Path | None:
    """Write the rejected rows of a load with their reasons into a folder; None where there are none.

    The file of an earlier load of the same source is replaced or, where nothing was rejected, removed. Raises
    StoreError when it cannot be written.
    """
    path = folder / f"graphkoc-rejects-{loaded.source if not loaded.parts else 'load'}.csv"
    if loaded.rejects.empty:
        path.unlink(missing_ok=True)
        return None
    texts = loaded.rejects.select_dtypes(exclude="number").columns
    safe = loaded.rejects.assign(**{name: loaded.rejects[name].map(safe_cell, na_action="ignore") for name in texts})
    rejected = count(len(safe), "rejected rows")
    with translate_errors(f"the good rows were taken, but {path}, with {rejected}, cannot be written"):
        safe.to_csv(path, index=False, encoding="utf-8-sig")
    return path
