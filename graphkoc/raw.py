"""A raw file as a table of text: every row is either in it, or named with what is wrong with it.

Nothing is guessed here. The suffix gives the dialect (`.csv`, `.tsv`, `.txt`; each also `.gz`), the
first row of a CSV or TSV gives the columns, and a `.txt` has one column, `line`. What the text
means is the business of the SELECTs in `loaders/`.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from graphkoc.errors import DataError

__all__ = ["BadRow", "Progress", "RawFile", "find", "read"]

Progress = Callable[[str, int, int, int], None]
"""Called as progress(step, done, total, rows): done and total in one unit, rows so far."""

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": None}
CHUNK = 65_536
LONGEST_RECORD = 1_000
"""Lines that one quoted record may span. More than this is a quote that nobody closed."""
LONGEST_FIELD = 16 * 1024 * 1024


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read at all. `row` counts as a spreadsheet does, the header being row 1."""

    file: str
    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class RawFile:
    """What one file held: `table` has a text column a header cell, `_file`, and `_row` (int64)."""

    name: str
    table: pa.Table
    bad: tuple[BadRow, ...]

    @property
    def read(self) -> int:
        """Rows read, good and bad; the header and blank lines are none."""
        return self.table.num_rows + len(self.bad)


def find(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """The files under `paths` that can be read, by the name under which SQL sees them.

    A folder stands for the files in it. The name is the file's own, less its suffixes, with
    anything but letters, digits and _ turned into _: `ratings.csv.gz` is `ratings`.
    Raises DataError for a path that is not there, or when nothing is found.
    """
    found: dict[str, list[Path]] = {}
    for path in paths:
        if not path.exists():
            raise DataError(f"there is no file or folder {path}", hint="Check the spelling of the path.")
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and _suffix(file) in DELIMITERS:
                stem = file.name.split(".")[0]
                found.setdefault(re.sub(r"\W", "_", stem), []).append(file)
            elif not path.is_dir():
                raise DataError(f"{file} is of no kind that graphkoc reads", hint=f"It reads {_kinds()}.")
    if not found:
        raise DataError(f"there is nothing to read in {', '.join(map(str, paths))}", hint=f"graphkoc reads {_kinds()}.")
    return found


def read(path: Path, progress: Progress | None = None) -> RawFile:
    """Read one file whole, as UTF-8 with or without a byte order mark.

    A row with a NUL, a byte that is no UTF-8, a quote never closed, or more or fewer cells than the
    header is bad, and harms no other row. Raises DataError when the file as a whole is not what its
    suffix says: empty, no text, two columns of one name, a cut-off .gz.
    """
    try:
        with path.open("rb") as file:
            return _read(path, file, progress)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged or cut off: {error}", hint="Copy or download it again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


def _read(path: Path, file: BinaryIO, progress: Progress | None) -> RawFile:
    size = path.stat().st_size
    stream: BinaryIO = gzip.open(file) if path.suffix == ".gz" else file  # type: ignore[assignment]
    delimiter = DELIMITERS[_suffix(path)]
    records = _lines(stream) if delimiter is None else _records(stream, delimiter)

    header = ["line"]
    if delimiter is not None:
        _, cells, reason, _ = next(records, (1, [], "", ""))
        header = [cell.strip() for cell in cells]
        if reason:
            raise DataError(f"{path} does not begin with a header row: {reason}", hint="It may not be a text file.")
    names = pa.schema([(name, pa.string()) for name in header] + [("_file", pa.string()), ("_row", pa.int64())])
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise DataError(f"{path} has two columns called {twice[0]!r}", hint="Rename one of them in its first row.")

    chunks: list[pa.RecordBatch] = []
    bad: list[BadRow] = []
    rows: list[list[str]] = []
    numbers: list[int] = []

    def flush() -> None:
        columns = list(zip(*rows, strict=True)) or [() for _ in header]
        arrays = [pa.array(column, pa.string()) for column in columns]
        arrays += [pa.array([path.name] * len(rows), pa.string()), pa.array(numbers, pa.int64())]
        chunks.append(pa.record_batch(arrays, schema=names))
        rows.clear()
        numbers.clear()

    total = 0
    for row, cells, reason, text in records:
        if not reason and len(cells) != len(header):
            reason = f"it has {len(cells)} cells, the header has {len(header)}"
        if reason:
            bad.append(BadRow(path.name, row, reason, text.rstrip("\r\n")[:200]))
            continue
        rows.append(cells)
        numbers.append(row)
        if len(rows) == CHUNK:
            total += CHUNK
            flush()
            if progress:
                progress(f"reading {path.name}", file.tell(), size, total)
    total += len(rows)
    flush()
    if not header or (not bad and size == 0):
        raise DataError(f"{path} is empty", hint="Export it again; it should begin with a header row.")
    if progress:
        progress(f"reading {path.name}", size, size, total)
    return RawFile(path.name, pa.Table.from_batches(chunks, names), tuple(bad))


Record = tuple[int, list[str], str, str]
"""Its number, its cells, what is wrong with it ("" when nothing is), and its first line."""


def _decoded(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """The stream's lines and what is wrong with each."""
    first = True
    for line in stream:
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        try:
            text, reason = line.decode(), ""
        except UnicodeDecodeError as error:
            text, reason = line.decode(errors="replace"), f"byte {line[error.start]:#04x} is not UTF-8"
        yield text, "it holds a NUL byte" if "\0" in text else reason


def _lines(stream: BinaryIO) -> Iterator[Record]:
    for row, (text, reason) in enumerate(_decoded(stream), 1):
        text = text.rstrip("\r\n")
        if text or reason:
            yield row, [text], reason, text


def _records(stream: BinaryIO, delimiter: str) -> Iterator[Record]:
    """CSV records after RFC 4180, by Python's csv, which is fed line by line so that one row with a
    quote that nobody closes is rejected alone: the lines that it swallowed are read again."""
    source = _decoded(stream)
    again: deque[tuple[str, str]] = deque()
    taken: list[tuple[str, str]] = []

    def feed() -> Iterator[str]:
        while len(taken) < LONGEST_RECORD and (line := again.popleft() if again else next(source, None)):
            taken.append(line)
            yield line[0]

    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        for row in itertools.count(1):
            taken.clear()
            try:
                cells = next(reader, None)
            except csv.Error:
                again.extendleft(reversed(taken[1:]))
                yield row, [], "its quotes are not closed or not doubled", taken[0][0]
                reader = csv.reader(feed(), delimiter=delimiter, strict=True)
                continue
            if cells is None:
                return
            if cells:
                reason = next((reason for _, reason in taken if reason), "")
                yield row, cells, reason, taken[0][0]
    finally:
        csv.field_size_limit(limit)


def _suffix(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _kinds() -> str:
    return ", ".join(DELIMITERS) + ", each also with .gz"
