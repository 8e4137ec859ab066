"""Rows of JSON lines, workbooks and Parquet as text cells: each typed value becomes an equivalent text.

Text stays as it is, nulls stay null. A whole number below 2^53 has no decimal point (123, not 123.0,
also where a column of ids became one of floats because some were missing); other floats have as many
digits as restore them exactly; booleans are `true` and `false`; times are UTC; a list of plain values
is those values with spaces between, anything deeper is its JSON.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import python_calamine

from graphkoc.capture.reading import bounds, parquet_size, workbook_size
from graphkoc.errors import DataError
from graphkoc.files import describe_error

__all__ = [
    "DEEP",
    "Cell",
    "Record",
    "documents",
    "json_lines",
    "json_value",
    "nested",
    "parquet",
    "sheets",
    "text",
    "workbook",
    "wrong",
]

Cell = str | None
Record = tuple[int, list[Cell], str, str]
"""Its number, its cells, what is wrong with it ("" when nothing is), and its text or the start of it."""

EXACT = 2**53
"""From here on not every whole number is a float64."""
PRINTED = 1 << 18
"""Letters of an object that Python printed, which take a thousand times their size to read."""
PANIC = "pyo3_runtime"
"""The module of what a library in Rust raises where it gives up, which is no Exception and has no other name."""
DEEP = "it is nested too deeply"
BLANK = re.compile(r"\s*")


def json_lines(
    path: Path,
    lines: Iterable[tuple[int, str, str]],
    header: list[str],
    cell: Callable[[Any], Cell] | None = None,
) -> Iterator[Record]:
    """One record a line of (number, text, what is wrong with it); blank lines are none.

    A key that comes up for the first time is added to `header`; cells are in its order. `cell` makes text of
    a value, by default `text`. Raises DataError for too many keys, or where most lines lack most of them.
    """
    cell = cell or text
    places: dict[str, int] = {}
    made = letters = 0
    few = bounds.LIMITS.cells
    for row, line, reason in lines:
        if not line.strip():
            continue
        cells: list[Cell] = []
        if not reason:
            pairs, reason = json_value(line)
            if not reason and not isinstance(pairs, dict):
                reason = "it is not a JSON object"
            reason = reason or wrong(pairs)
            if not reason:
                for key in pairs:
                    if key not in places:
                        places[key] = len(header)
                        header.append(key)
                        bounds.check_columns(path, len(header))
                made, letters = made + len(header), letters + len(line)
                if made > few:
                    bounds.check_filled(path, made, letters)
                cells = [None] * len(header)
                try:
                    for key, value in pairs.items():
                        cells[places[key]] = cell(value)
                    reason = wrong(cells)
                except RecursionError:
                    reason = DEEP
        yield row, cells, reason, line


def json_value(content: str) -> tuple[Any, str]:
    """The value of a JSON text, and what is wrong with it, if anything is.

    Names are without spaces around them, and no object has one twice. A text that begins like an object of Python's,
    {'name', is read as one, because some files that are called JSON were printed by Python.
    """
    try:
        return json.loads(content, object_pairs_hook=_make_object, parse_constant=_read_constant), ""
    except (ValueError, RecursionError) as error:
        if len(content) <= PRINTED and content.lstrip().startswith("{'"):
            with contextlib.suppress(ValueError, SyntaxError, MemoryError, RecursionError):
                return ast.literal_eval(content.strip()), ""
        return None, f"it is not JSON: {describe_break(error)}"


def documents(content: str) -> Iterator[tuple[Any, str]]:
    """The values of a JSON text that is not one value, and what is wrong with each, if anything is.

    Lists and objects may follow one another; of a list each element is a value. The last one says where the text
    breaks off or is damaged, if it does.
    """
    strict = json.JSONDecoder(object_pairs_hook=_make_object, parse_constant=_read_constant)
    lenient = json.JSONDecoder(parse_int=str)
    position, count, in_list = 0, 0, False
    while (position := BLANK.match(content, position).end()) < len(content) or in_list:  # type: ignore[union-attr]
        if content.startswith("]" if in_list else "[", position):
            position, in_list = position + 1, not in_list
            continue
        value, reason = None, ""
        try:
            value, position = strict.raw_decode(content, position)
        except (ValueError, RecursionError) as error:
            reason = f"it is not JSON: {describe_break(error)}"
            try:
                # Only its names or its numbers are wrong: what follows it can be read.
                _, position = lenient.raw_decode(content, position)
            except (ValueError, RecursionError):
                what = "the list breaks off or is damaged" if in_list else "what follows is not JSON"
                if in_list or count:
                    reason = f"{what}: {describe_break(error)}; {count:,} before it were read"
                yield None, reason
                return
        yield value, reason
        count += 1
        position = BLANK.match(content, position).end()  # type: ignore[union-attr]
        if in_list and content.startswith(",", position):
            position += 1


def describe_break(error: Exception) -> str:
    """What is wrong with a JSON text, and where."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}"
    return DEEP if isinstance(error, RecursionError) else str(error)


def sheets(path: Path) -> list[str]:
    """The names of a workbook's sheets that have a cell, the first one's also where it has none.

    Raises DataError for a file that is not a workbook.
    """
    with _open_workbook(path) as book:
        first, *others = book.sheet_names
        return [first, *(name for name in others if book.get_sheet_by_name(name).height)]


def workbook(path: Path, sheet: str | None = None) -> tuple[list[Cell], Iterator[Record]]:
    """The header and the rows of a workbook's sheet, by default the first; rows without a value are none.

    An empty cell is null, and so is a cell of empty text or of an error, because the format does not distinguish
    them. Raises DataError for a file that is not a workbook.
    """
    with _open_workbook(path) as book:
        found = book.get_sheet_by_index(0) if sheet is None else book.get_sheet_by_name(sheet)
        rows: list[list[Any]] = found.to_python(skip_empty_area=False)
    header = [text(value) or None for value in rows[0]] if rows else []
    return header, _read_sheet(rows)


@contextlib.contextmanager
def _open_workbook(path: Path) -> Iterator[python_calamine.CalamineWorkbook]:
    """The workbook. Within it, whatever the library raises is a DataError, because no list says what it may raise for a
    damaged file."""
    try:
        workbook_size.check(path)
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            if not book.sheet_names:
                raise ValueError("it has no sheet")
            yield book
    except (DataError, MemoryError):
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be read: {describe_error(error)}") from error
    except python_calamine.PasswordError as error:
        raise DataError(f"{path} is locked with a password", hint="Save it without one.") from error
    except zipfile.BadZipFile as error:
        # The library's words are of central directories and magic numbers.
        raise DataError(
            f"{path} is not a readable workbook (its zip structure is broken)", hint="Save it again as .xlsx."
        ) from error
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__module__ != PANIC:
            raise
        words = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"{path} is not a workbook that can be read: {words}", hint="Save it again as .xlsx."
        ) from error


def _read_sheet(rows: list[list[Any]]) -> Iterator[Record]:
    for row, values in enumerate(rows[1:], 2):
        cells = [text(value) or None for value in values]
        if any(cell is not None for cell in cells):
            cut = next((v for v in values if isinstance(v, float) and v.is_integer() and abs(v) >= EXACT), None)
            reason = f"the number {cut:.0f} has more digits than a spreadsheet keeps; make it a text" if cut else ""
            yield row, cells, reason or wrong(cells), ",".join(cell or "" for cell in cells)


def parquet(path: Path) -> tuple[list[str], Iterator[Record]]:
    """The columns and the rows of a Parquet file; its first row is row 2, as if it had a header.

    Raises DataError for what is not Parquet.
    """
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            planned = parquet_size.plan(path, file.metadata)
        file = pyarrow.parquet.ParquetFile(path, read_dictionary=planned.dictionaries)
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} is not a Parquet file that can be read", hint="Was it copied whole?") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} has a column whose name is not UTF-8", hint="Rename that column.") from error
    return names, _read_batches(path, file, planned.rows)


def _read_batches(path: Path, file: pyarrow.parquet.ParquetFile, rows: int) -> Iterator[Record]:
    row, given, size = 1, 0, path.stat().st_size
    with file:
        try:
            groups = range(file.num_row_groups)
            for batch in itertools.chain.from_iterable(file.iter_batches(rows, row_groups=[group]) for group in groups):
                given += sum(map(parquet_size.count_bytes, batch.columns))
                bounds.check_unpacked(path, given, size)
                for cells in zip(*map(_column_texts, batch.columns), strict=True):
                    row += 1
                    yield row, list(cells), wrong(cells), ",".join(cell or "" for cell in cells)
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{path} is damaged after row {row}", hint="Was it copied whole?") from error


def _column_texts(values: pa.Array) -> list[Cell]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _column_texts(values.dictionary_decode())
    if pa.types.is_timestamp(kind):
        moments = values.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.timestamp("us"))
        return list(moments.cast(pa.string()).to_pylist())
    if pa.types.is_integer(kind) or pa.types.is_date(kind):
        return list(values.cast(pa.string()).to_pylist())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        try:
            return list(values.to_pylist())
        except UnicodeDecodeError:
            values = values.cast(pa.large_binary())
    return [text(value) for value in values.to_pylist()]


def text(value: Any) -> Cell:
    """The text that is equivalent to a value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    if isinstance(value, datetime):
        return str(value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return " ".join(text(item) or "" for item in value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def nested(value: Any) -> Cell:
    """The same, but a list or an object is its JSON."""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else text(value)


def wrong(cells: Iterable[Cell]) -> str:
    """Why a table cannot hold these cells; "" where it can."""
    whole = "".join(cell for cell in cells if cell)
    if "\0" in whole:
        return "it holds a NUL byte"
    try:
        whole.encode()
    except UnicodeEncodeError:
        return "it holds bytes or half characters that are not UTF-8"
    return ""


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Not every space that Python knows: Meta writes bytes as letters, of which \xa0 may be the last.
    found = {name.strip(" \t\r\n"): value for name, value in pairs}
    if len(found) < len(pairs):
        raise ValueError("two values have one name")
    if "" in found:
        raise ValueError("a value has no name")
    return found


def _read_constant(name: str) -> str | None:
    """The constants that pandas writes and JSON lacks: NaN is a missing value, and an infinite number stays a text."""
    return None if name == "NaN" else name
