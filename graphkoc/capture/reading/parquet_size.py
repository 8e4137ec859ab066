"""How much a Parquet file becomes: by its metadata before it is read, then by the texts of each batch.

In Parquet a few bytes repeat a text, or nothing, a million times. Columns that repeat texts are read as dictionaries,
whose rows are counted before they are laid out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from graphkoc.capture.reading import bounds

__all__ = ["Plan", "count_bytes", "plan"]

ROWS = 16_384
"""Rows of a batch, at most."""
FEWEST = 16
PIECE = 64 * bounds.MB
"""Bytes that a batch may take where its texts cannot be counted before they are laid out."""


@dataclass(frozen=True)
class Plan:
    """How a file is read in bounded memory: the columns to read as dictionaries, and the rows of a batch."""

    dictionaries: list[str]
    rows: int


def plan(path: Path, metadata: pyarrow.parquet.FileMetaData) -> Plan:
    """How to read this file; DataError for one that unpacks to too much by its own metadata.

    Raises UnicodeDecodeError where the name of a column is not UTF-8.
    """
    bounds.check_columns(path, metadata.num_columns)
    size, given, longest = path.stat().st_size, 0, 1
    repeated: set[str] = set()
    changed: set[str] = set()
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            width = metadata.schema.column(place).length if chunk.physical_type == "FIXED_LEN_BYTE_ARRAY" else 1
            given += chunk.total_uncompressed_size + max(1, width) * chunk.num_values
            bounds.check_unpacked(path, given, size)
            if chunk.physical_type == "BYTE_ARRAY":
                if any(encoding.endswith("_DICTIONARY") for encoding in chunk.encodings):
                    repeated.add(chunk.path_in_schema)
                # Arrow makes no dictionary of texts of which only the differences are written.
                if any(encoding.startswith("DELTA_") for encoding in chunk.encodings):
                    changed.add(chunk.path_in_schema)
                    longest = max(longest, chunk.total_uncompressed_size)
    rows = min(ROWS, bounds.LIMITS.cells // max(1, metadata.num_columns), max(FEWEST, PIECE // longest))
    return Plan(sorted(repeated - changed), rows)


def count_bytes(values: pa.Array) -> int:
    """Bytes of these values when each stands for itself: of a dictionary, those of its texts in every row."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        lengths = pa.compute.binary_length(values.dictionary)
        return int(pa.compute.sum(lengths.take(values.indices)).as_py() or 0)
    if pa.types.is_struct(kind):
        return sum(map(count_bytes, values.flatten()))
    if pa.types.is_map(kind):
        return count_bytes(values.keys) + count_bytes(values.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return count_bytes(values.flatten())
    return int(values.nbytes)
