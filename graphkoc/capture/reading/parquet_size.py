"""How much a Parquet file becomes: by the headers of its pages before it is read, then by the texts of each batch.

In Parquet a few bytes repeat a text, or nothing, a million times. Columns that repeat texts are read as dictionaries,
whose rows are counted before they are laid out. The sizes and encodings in the file's own summary may be wrong,
so the header of each page is read; pyarrow reads them too, but does not show them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

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
HEADER = 64 * 1024
"""Bytes that a page's header may have, which holds the least and the greatest value of the page."""
BY_DICTIONARY = {2, 8}
BY_DIFFERENCE = {5, 6, 7}
"""Encodings, by their numbers in parquet.thrift."""


@dataclass(frozen=True)
class Plan:
    """How a file is read in bounded memory: the columns to read as dictionaries, and the rows of a batch.

    No batch has rows of two groups.
    """

    dictionaries: list[str]
    rows: int


@dataclass(frozen=True)
class _Page:
    size: int
    encoding: int | None
    """None where it holds the texts of a dictionary."""


def plan(path: Path, metadata: pyarrow.parquet.FileMetaData) -> Plan:
    """How to read this file; DataError for one that unpacks to too much.

    Raises UnicodeDecodeError where the name of a column is not UTF-8, and pa.ArrowInvalid for a broken page.
    """
    bounds.check_columns(path, metadata.num_columns)
    size, given, longest = path.stat().st_size, 0, 1
    repeated: set[str] = set()
    changed: set[str] = set()
    with path.open("rb") as file:
        for group in range(metadata.num_row_groups):
            for place in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(place)
                width = metadata.schema.column(place).length if chunk.physical_type == "FIXED_LEN_BYTE_ARRAY" else 1
                given += max(1, width) * chunk.num_values
                whole, encodings = 0, set()
                for page in _read_pages(file, chunk):
                    whole += page.size
                    encodings.add(page.encoding)
                    bounds.check_unpacked(path, given + whole, size)
                given += whole
                if chunk.physical_type != "BYTE_ARRAY" or not encodings & (BY_DICTIONARY | BY_DIFFERENCE):
                    continue
                # Arrow makes no dictionary of texts of which only the differences are written, and within lists and
                # objects only where a group of rows has one dictionary and nothing else.
                is_nested = "." in chunk.path_in_schema
                if encodings & BY_DIFFERENCE or (is_nested and encodings - BY_DICTIONARY - {None}):
                    changed.add(chunk.path_in_schema)
                    longest = max(longest, whole)
                else:
                    repeated.add(chunk.path_in_schema)
    rows = min(ROWS, bounds.LIMITS.cells // max(1, metadata.num_columns), max(FEWEST, PIECE // longest))
    return Plan(sorted(repeated - changed), rows)


def _read_pages(file: BinaryIO, chunk: pyarrow.parquet.ColumnChunkMetaData) -> Iterator[_Page]:
    """The pages of one column in one group of rows, by their headers."""
    start = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < start:
        start = chunk.dictionary_page_offset
    end = start + chunk.total_compressed_size
    while start < end:
        file.seek(start)
        data = file.read(HEADER)
        try:
            header, length = _read_struct(data, 0)
            # Fields of PageHeader: 2 and 3 are sizes, 5 and 8 describe the two kinds of pages of values.
            encoding = header[5][2] if 5 in header else header[8][4] if 8 in header else None
            page = _Page(header[2], encoding)
            start += length + header[3]
            if min(header[2], header[3]) < 0:
                raise ValueError
        except (IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise pa.ArrowInvalid("a page has no header") from error
        yield page


def _read_struct(data: bytes, at: int) -> tuple[dict[int, Any], int]:
    """The fields of a struct in Thrift's compact protocol, by number, and where it ends; only integers have values."""
    fields: dict[int, Any] = {}
    number = 0
    while data[at]:
        step, kind = divmod(data[at], 16)
        at += 1
        if step:
            number += step
        else:
            number, at = _read_integer(data, at)
        # A truth value is its kind alone.
        fields[number], at = (None, at) if kind in (1, 2) else _read_value(data, at, kind)
    return fields, at + 1


def _read_value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (4, 5, 6):
        return _read_integer(data, at)
    if kind in (1, 2, 3):
        return None, at + 1
    if kind == 7:
        return None, at + 8
    if kind == 8:
        length, at = _read_count(data, at)
        return None, at + length
    if kind == 12:
        return _read_struct(data, at)
    raise ValueError(f"a page's header has no field of the kind {kind}")


def _read_integer(data: bytes, at: int) -> tuple[int, int]:
    count, at = _read_count(data, at)
    return (count >> 1) ^ -(count & 1), at


def _read_count(data: bytes, at: int) -> tuple[int, int]:
    count = shift = 0
    while True:
        count |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return count, at


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
