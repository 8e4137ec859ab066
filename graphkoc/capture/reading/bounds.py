"""One set of limits for what a file may become when it is unpacked and laid out as a table.

A packed or a sparse file may be a thousand times smaller than what it holds. Each reader passes its bytes, and the size
of what it is about to make, through this module, which raises a DataError at the limit, before the memory is taken.
Nothing that people wrote comes near these limits, and a plain text file may have any length.

To use other limits, replace them: `bounds.LIMITS = dataclasses.replace(bounds.LIMITS, ratio=1000)`.
"""

from __future__ import annotations

import gzip
import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from graphkoc.errors import DataError

__all__ = [
    "LIMITS",
    "Limits",
    "check_bad_rows",
    "check_columns",
    "check_filled",
    "check_line",
    "check_unpacked",
    "counted",
    "read_document",
    "unpacked",
]

MB = 1 << 20
BLOCK = MB
"""Bytes between two checks of a stream."""


@dataclass(frozen=True)
class Limits:
    """What a file may become, in bytes unless stated otherwise."""

    ratio: int = 200
    """Times its size that a file may unpack to: a forum's topics reach 13, and nothing that people wrote 200."""
    free: int = 8 * MB
    """What it may unpack to however small it is."""
    line: int = 16 * MB
    """One line, or one record of several lines, or one cell of a workbook."""
    columns: int = 16_384
    """Columns of a table: as many as a sheet of a workbook has."""
    cells: int = 4_000_000
    """Cells of a table, full or empty, however few of them are full."""
    sparse: int = 10
    """Cells of a table for each cell with a value, or for each byte of its text."""
    bad_rows: int = 500_000
    """Rows that cannot be read, each of which is listed."""
    document: int = 256 * MB
    """A JSON document, which is read as a whole."""
    values: int = 512 * MB
    """The values of a JSON document in memory, however short its text is."""
    value_ratio: int = 8
    """Times its text that the values of a longer document may take in memory: those of an API's answers take 5."""
    text_ratio: int = 20
    """Times the size of its file that the text of a document may have to count as one that people wrote."""


LIMITS = Limits()


class _Counted(io.RawIOBase):
    """A stream that raises a DataError where it has given more than its file can hold, or too long a line."""

    def __init__(self, stream: BinaryIO, path: Path, size: int, lines: bool) -> None:
        self._stream, self._path, self._size, self._lines = stream, path, size, lines
        self._given = self._line = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._given += len(data)
        check_unpacked(self._path, self._given, self._size)
        if self._lines:
            end = data.rfind(b"\n")
            self._line = len(data) - end - 1 if end >= 0 else self._line + len(data)
            check_line(self._path, self._line)
        return len(data)


@contextmanager
def counted(stream: BinaryIO, path: Path, size: int, *, lines: bool = False) -> Iterator[BinaryIO]:
    """The stream, which ends with a DataError where it gives more than a file of `size` bytes can hold.

    With `lines` it also ends where a line is too long, by at most BLOCK bytes more than the limit.
    """
    with io.BufferedReader(_Counted(stream, path, size, lines), BLOCK) as bounded:
        yield cast(BinaryIO, bounded)


@contextmanager
def unpacked(stream: BinaryIO, path: Path, size: int, *, lines: bool = False) -> Iterator[BinaryIO]:
    """The stream as it was before `path` (by its last suffix) was packed, counted; `size` is that of the whole file."""
    name = path.name.lower()
    unpack = (
        gzip.open if name.endswith((".gz", ".tgz")) else lzma.open if name.endswith((".xz", ".txz")) else nullcontext
    )
    with unpack(stream) as plain, counted(cast(BinaryIO, plain), path, size, lines=lines) as bounded:
        yield bounded


def check_unpacked(path: Path, given: int, size: int) -> None:
    """Raise where `given` bytes are more than a file of `size` bytes can hold."""
    if given > LIMITS.free + LIMITS.ratio * size:
        raise DataError(
            f"{path} unpacks to more than {LIMITS.ratio} times its size, which no text does",
            hint="Unpack it yourself, or save it as CSV, if you know what is in it.",
        )


def check_line(path: Path, length: int, what: str = "a line") -> None:
    """Raise where `what` of so many bytes is longer than a row of a table can be."""
    if length > LIMITS.line:
        raise DataError(
            f"{path} has {what} of more than {_write_size(LIMITS.line)}, which no table has",
            hint="It may be damaged, or be no table.",
        )


def check_columns(path: Path, columns: int) -> None:
    """Raise where a table has more columns than are read."""
    if columns > LIMITS.columns:
        raise DataError(
            f"{path} has {columns:,} columns, and a table may have {LIMITS.columns:,}",
            hint="Keep the columns that you need.",
        )


def check_filled(path: Path, cells: int, full: int) -> None:
    """Raise where a table of `cells` cells is nearly empty: `full` of them have a value."""
    if cells > LIMITS.cells + LIMITS.sparse * full:
        raise DataError(
            f"{path} is nearly empty: its values are spread over {cells:,} cells",
            hint="Remove the values that stand far from the table, or keep the columns that you need.",
        )


def check_bad_rows(name: str, count: int) -> None:
    """Raise where so many rows cannot be read that a list of them is of no use."""
    if count > LIMITS.bad_rows:
        raise DataError(
            f"{name} has more than {LIMITS.bad_rows:,} rows that cannot be read", hint="Is the suffix the right one?"
        )


def read_document(stream: BinaryIO, size: int) -> tuple[bytes, str]:
    """The whole of a JSON document, and what is wrong with its size, if anything is; `size` is that of its file."""
    data = stream.read(LIMITS.document + 1)
    if len(data) > LIMITS.document:
        return b"", f"it is larger than {_write_size(LIMITS.document)}"
    text = min(len(data), LIMITS.text_ratio * size)
    if _weigh(data) > LIMITS.values + LIMITS.value_ratio * text:
        return b"", "it has more values than a document of this size should have"
    return data, ""


def _weigh(data: bytes) -> int:
    """Bytes that a JSON text and its values take in memory at most, by the sizes of CPython's objects."""
    letters = (
        1 if data.isascii() else 4 if any(mark in data for mark in (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")) else 2
    )
    marks = 240 * data.count(b"{") + 80 * data.count(b"[") + 60 * data.count(b",")
    return (2 + letters) * len(data) + marks


def _write_size(size: int) -> str:
    return f"{size // MB} MB"
