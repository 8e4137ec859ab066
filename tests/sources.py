"""What the tests of sources share: a source's fixture, how it is read, and its rows as plain values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.capture import load
from graphkoc.capture.sources import find_source

__all__ = ["NOW", "Rows", "file_counts", "fixture", "read", "reasons", "rows", "rows_without"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Rows = list[tuple[Any, ...]]


def fixture(source: str) -> Path:
    """The folder with the source's files."""
    return Path(__file__).with_name("data") / source


def read(source: str, *paths: Path, encoding: str | None = None) -> load.Loaded:
    """What the source makes of these files; `partial(read, "amazon")` reads Amazon's."""
    return load.read(find_source(source), paths, encoding=encoding, accept_partial=True, now=NOW)


def file_counts(loaded: load.Loaded) -> dict[str, tuple[int, ...]]:
    """File -> its rows: read, loaded, duplicate, rejected; where some are in conflict or skipped, these as well."""
    return {
        count.file: (count.read, count.loaded, count.duplicate, count.rejected)
        + ((count.conflict, count.skipped) if count.conflict or count.skipped else ())
        for count in loaded.files
    }


def reasons(loaded: load.Loaded) -> list[list[Any]]:
    """File, row and reason of each rejected row."""
    return loaded.rejects[["file", "row", "reason"]].values.tolist()


def rows(frame: pd.DataFrame, *columns: str, shorten: Callable[[str], str] = str) -> Rows:
    """Rows of these columns, with None for whatever is null; `shorten` makes each text easier to read."""
    return [
        tuple(None if pd.isna(cell) else shorten(cell) if isinstance(cell, str) else cell for cell in row)
        for row in frame[list(columns)].itertuples(index=False)
    ]


def rows_without(prefix: str) -> Callable[..., Rows]:
    """The function `rows`, with ids that lack this prefix."""
    return partial(rows, shorten=lambda cell: cell.removeprefix(prefix))
