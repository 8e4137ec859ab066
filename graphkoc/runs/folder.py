"""Run folders: where a run may be written, and the one reader of what is in it.

What is read is checked against the columns that `graphkoc.runs.tables` declares.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from graphkoc.errors import BusyError, StoreError, UsageError
from graphkoc.files import replace_folder, sweep_folder
from graphkoc.runs.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FORMAT",
    "HINT",
    "check_free",
    "chosen_rows",
    "needed_columns",
    "new_run",
    "next_run",
    "read_batches",
    "read_frame",
    "read_info",
    "read_rows",
    "run_folders",
]

FORMAT = 13
"""The format of run.json and the tables. A run of another format is not read."""

ARROW = {
    "str": {"string", "large_string"},
    "float64": {"double"},
    "int64": {"int64"},
    "Int64": {"int64"},
    "int32": {"int32"},
    "bool": {"bool"},
    "datetime64[us]": {"timestamp[us]"},
}
"""The types that a column of each dtype may have in a Parquet file."""


REMOVED = ("positions", "ties")
"""Tables of older runs that no run has any more; an analysis replaces their files."""
FILES = {"run.json", "report.html", "probabilities.parquet", *(f"{name}.parquet" for name in (*TABLES, *REMOVED))}
HINT = "Is the disk full, or the folder not yours? --out names another."


def check_free(folder: Path) -> None:
    """Raise StoreError when a run cannot be written to a folder, before an analysis begins.

    The folder may hold an older run and its report, which are replaced, and nothing else.
    """
    hint = "Name another folder with --out."
    above = next(path for path in folder.resolve().parents if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        why = "takes no files of yours" if above.is_dir() else "is not a folder"
        raise StoreError(f"the run cannot be written to {folder}: {above} {why}", hint=hint)
    if not folder.exists():
        return
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
    if there and "run.json" not in there:
        raise StoreError(f"{folder} is there and is not a run", hint=hint)
    if others := sorted(there - FILES):
        raise StoreError(f"{folder} holds {others[0]} too, which an analysis would remove", hint=hint)


@contextmanager
def new_run(folder: Path, *, replaces: bool = True) -> Iterator[Path]:
    """Give the folder in which a run is put together; once the block is through, it is at `folder`.

    When the block raises, or is interrupted, `folder` is as it was. Nobody else can write a run there meanwhile.
    replaces: whether it may take the place of an older run. Raises StoreError when the folder holds something else or
    cannot be written, and BusyError when another analysis is writing it.
    """
    check_free(folder)
    failure = f"the run cannot be written to {folder}"
    with replace_folder(folder.resolve(), failure, HINT, replaces=replaces) as fresh:
        yield fresh


@contextmanager
def next_run(folder: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """Give where a new run will be in `folder`, and the folder in which it is put together, as `new_run` does.

    The run is called `name` or, where another run has the name or another analysis is writing one, `name-2` and so on:
    analyses that begin at the same time each make a run of their own.
    """
    names = itertools.chain([name], (f"{name}-{turn}" for turn in itertools.count(2)))
    with ExitStack() as stack:
        for path in map(folder.joinpath, names):
            with suppress(BusyError):
                fresh = stack.enter_context(new_run(path, replaces=False))
                break
        yield path, fresh


def run_folders(folder: Path) -> list[Path]:
    """The run folders in `folder`, by name; what an analysis that was killed left behind is put right before."""
    sweep_folder(folder)
    return sorted(path.parent for path in folder.glob("*/run.json") if not path.parent.name.startswith("."))


class _Info(dict[str, Any]):
    """The entries of run.json; asking for one that is missing raises UsageError."""

    def __init__(self, path: Path, entries: dict[str, Any]) -> None:
        super().__init__(entries)
        self._path = path

    def __missing__(self, entry: str) -> Any:
        raise _damaged(self._path, f"it has no entry {entry}")


def read_info(folder: Path) -> dict[str, Any]:
    """The contents of run.json.

    Raises UsageError when there is no run, when run.json cannot be read, when it is of another format, or when the
    file of a table is missing.
    """
    path = folder / "run.json"
    if not path.is_file():
        raise UsageError(f"there is no run in {folder}", hint="`graphkoc analyse` makes one.")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(info, dict) or info.get("format") != FORMAT:
        raise UsageError(
            f"the run in {folder} has a format that this version of graphkoc does not read", hint="Analyse again."
        )
    for table in TABLES:
        if not (folder / f"{table}.parquet").is_file():
            raise _damaged(folder / f"{table}.parquet", "the file is missing")
    return _Info(path, info)


def read_frame(folder: Path, table: str) -> pd.DataFrame:
    """A whole table of the run in `folder`; UsageError when its file is damaged."""
    with _opened(folder, table) as file:
        frame: pd.DataFrame = file.read().replace_schema_metadata(None).to_pandas()
        return frame.astype({name: dtype for name, dtype in TABLES[table].required.items() if dtype == "Int64"})


def read_rows(
    folder: Path, table: str, columns: Sequence[str] | None = None, where: tuple[str, Collection[Any]] | None = None
) -> list[dict[str, Any]]:
    """Rows of a table of the run in `folder`, with None for null, without pandas.

    columns: those to read, all by default. where: a column, and the values that it must have. Raises UsageError when
    the file is damaged.
    """
    with _opened(folder, table) as file:
        return chosen_rows(file.read(columns=needed_columns(columns, where)), columns, where)


BATCH = 1 << 20
"""Rows that are in memory at once of a table that is read in pieces."""


def read_batches(folder: Path, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Columns of a table of the run in `folder` in pieces, in which a text is kept once (dictionaries), without pandas.

    For tables with many rows that name few people. Raises UsageError when the file is damaged.
    """
    texts = [name for name in columns if TABLES[table].required.get(name) == "str"]
    with _opened(folder, table, texts) as file:
        yield from file.iter_batches(BATCH, columns=list(columns))


MANY = 20_000
"""Cells from which on rows are taken at once, which loads pandas; slices of single rows would take longer."""


def needed_columns(columns: Sequence[str] | None, where: tuple[str, Collection[Any]] | None = None) -> list[str] | None:
    """The columns that `chosen_rows` needs for its arguments; None for all."""
    if columns is None:
        return None
    return list(dict.fromkeys([*columns, *(() if where is None else where[:1])]))


def chosen_rows(
    table: pa.Table, columns: Sequence[str] | None = None, where: tuple[str, Collection[Any]] | None = None
) -> list[dict[str, Any]]:
    """Rows of an Arrow table, as `read_rows` gives them."""
    if where is not None:
        column, values = where
        found = [place for place, value in enumerate(table.column(column).to_pylist()) if value in values]
        if len(found) * table.num_columns > MANY:
            table = table.take(pa.array(found, pa.int64()))
        else:
            table = pa.concat_tables([table.slice(0, 0), *(table.slice(place, 1) for place in found)])
    rows: list[dict[str, Any]] = (table if columns is None else table.select(list(columns))).to_pylist()
    return rows


@contextmanager
def _opened(folder: Path, table: str, dictionaries: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
    """The file of a table, whose schema is the declared one. dictionaries: columns to read as dictionaries."""
    path = folder / f"{table}.parquet"
    try:
        with pq.ParquetFile(path, read_dictionary=list(dictionaries)) as file:
            there = {field.name: _name_type(field.type) for field in file.schema_arrow}
            for column, dtype in TABLES[table].required.items():
                if column not in there:
                    raise _damaged(path, f"it has no column {column}")
                if there[column] not in ARROW[dtype]:
                    raise _damaged(path, f"its column {column} has the type {there[column]}")
            yield file
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _damaged(path, str(error)) from error


def _name_type(kind: pa.DataType) -> str:
    return str(kind.value_type if pa.types.is_dictionary(kind) else kind)


def _damaged(path: Path, why: str) -> UsageError:
    return UsageError(f"the run in {path.parent} is damaged: {path.name}: {why}", hint="Analyse again.")
