"""The raw files of a source as views of text, which its SELECTs read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa

from graphkoc.capture import macros
from graphkoc.capture.accounting import Unread
from graphkoc.capture.casts import quoted
from graphkoc.capture.conventions import Conventions
from graphkoc.capture.reading import mapping, own_tables, table_file
from graphkoc.capture.reading.files import NO_VIEW, gather_files
from graphkoc.capture.reading.layouts import Layout
from graphkoc.capture.reading.places import find_places, write_reason
from graphkoc.capture.reading.table_file import RawFile
from graphkoc.capture.sources import Source
from graphkoc.errors import DataError
from graphkoc.progress import Progress
from graphkoc.tables.schema import CANONICAL, Table

__all__ = ["RawFiles", "define_views", "explain", "find_names", "keep_raw", "list_views", "read_files"]

RawFiles = Mapping[str, Sequence[RawFile]]
"""View -> its files."""
ALIAS = re.compile(r' AS (\w+|"([^"]|"")*")$')


def read_files(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    paths: Sequence[Path],
    chosen: Mapping[str, Layout | None] | None,
    asked: str | None,
    progress: Progress | None,
) -> tuple[dict[str, list[RawFile]], tuple[Unread, ...]]:
    """The files of each view, read, and those that belong to none.

    chosen: the units to read and the layout of each, see `graphkoc.capture.reading.files.gather_files`.
    """
    views = {view for name in source.selects for view in list_views(connection, source, name)[0]}
    if source.views:
        if unknown := sorted(views - set(source.views)):
            raise DataError(f"the SELECTs of {source.name} name {unknown[0]}, which its files.toml does not declare")
        files = [path for path in paths if path.name != mapping.NAME]

        def put(view: str, chunk: pa.Table) -> None:
            table = quoted(f"_raw_{view}")
            columns = "".join(f"{quoted(column)} VARCHAR, " for column in source.views[view].columns)
            connection.register("_chunk", chunk)
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table} ({columns}_file VARCHAR, _row BIGINT);"
                f"INSERT INTO {table} BY NAME FROM _chunk"
            )
            connection.unregister("_chunk")

        # One chunk is stored while the next is read.
        with ThreadPoolExecutor(1) as pool:
            pending: list[Future[None]] = []

            def keep(view: str, chunk: pa.Table) -> pa.Table:
                while pending:
                    pending.pop().result()
                pending.append(pool.submit(put, view, chunk))
                return chunk.select(["_row"]).add_column(0, "_file", chunk.column("_file").dictionary_encode())

            gathered = gather_files(
                files or paths, source.views, chosen=chosen, asked=asked, progress=progress, keep=keep
            )
            for last in pending:
                last.result()
        unread = tuple(
            Unread(name, reason) for name, reason in gathered.unread.items() if Path(name).name != mapping.NAME
        )
        if unread:
            _drop_rows(connection, [one.file for one in unread])
        return gathered.files, unread
    return _read_tables(source, paths, chosen, sorted(views), asked, progress)


def _drop_rows(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """Remove the rows that were read of files before they turned out to be unreadable."""
    connection.register("_unread", pa.table({"_file": pa.array(files, pa.string())}))
    for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        connection.execute(f"DELETE FROM {quoted(name)} WHERE _file IN (SELECT _file FROM _unread)")
    connection.unregister("_unread")


def _read_tables(
    source: Source,
    paths: Sequence[Path],
    chosen: Collection[str] | None,
    views: Sequence[str],
    asked: str | None,
    progress: Progress | None,
) -> tuple[dict[str, list[RawFile]], tuple[Unread, ...]]:
    """The files of a source without declared views, each of which is a view of its own name."""
    places = find_places(paths)
    found, labels = own_tables.find_files(paths, chosen)
    named, stray = (_pick_files(source, found, views), []) if source.selects else own_tables.recognise(found)
    unread = [Unread(path.name, own_tables.NO_TABLE) for path in stray]
    seen = {path.resolve() for inside in found.values() for path in inside}
    unread += [Unread(place.name, NO_VIEW) for place in places if place.path.resolve() not in seen]
    if chosen is not None:
        unread = []
    files: dict[str, list[RawFile]] = {}
    errors: list[DataError] = []
    for view, inside in named.items():
        for path in inside:
            try:
                parts, strange = _read_file(source, view, path, labels[path], chosen, asked, progress)
            except DataError as error:
                # A SELECT needs all of its files; tables are also read without one another.
                if source.selects:
                    raise
                errors.append(error)
                unread.append(Unread(labels[path], write_reason(error, labels[path])))
                continue
            unread += strange
            for table, file in parts:
                files.setdefault(table, []).append(file)
    if errors and not files:
        raise errors[0]
    if named and not files:
        raise DataError(
            f"there is nothing to read in {', '.join(map(str, paths))}",
            hint=f"Not read: {', '.join(f'{one.file} ({one.reason})' for one in unread[:3])}.",
        )
    return files, tuple(unread)


def _read_file(
    source: Source,
    view: str,
    path: Path,
    label: str,
    chosen: Collection[str] | None,
    asked: str | None,
    progress: Progress | None,
) -> tuple[list[tuple[str, RawFile]], list[Unread]]:
    """The tables in a file, or in the sheets of a workbook, and the sheets that are none."""
    encoding = table_file.detect(path, asked)
    sheets = own_tables.list_parts(view, path, label, None)
    parts: list[tuple[str, RawFile]] = []
    unread: list[Unread] = []
    for own, name, sheet in sheets:
        table = view if source.selects else own
        if chosen is not None and name not in chosen:
            continue
        if table == own_tables.SHEETS:
            unread.append(Unread(name, own_tables.NO_TABLE))
            continue
        if len(sheets) > 1 and not _fits(source, path, sheet, table, sheets[0][2]):
            unread.append(Unread(name, f"it has not the columns of {table}"))
            continue
        parts.append((table, table_file.read(path, progress, encoding=encoding, name=name, sheet=sheet)))
    return parts, unread


def _fits(source: Source, path: Path, sheet: str | None, table: str, first: str | None) -> bool:
    """Whether a sheet of a workbook with several has the table's columns, or else those of the first sheet."""
    header = {(cell or "").lower() for cell in table_file.read_top(path, 1, sheet=sheet)[0]}
    if not source.selects:
        made = own_tables.MADE.get(table, ("",))[0]
        return {column.name for column in CANONICAL[table] if column.required} - {made} <= header
    return header == {(cell or "").lower() for cell in table_file.read_top(path, 1, sheet=first)[0]}


def _pick_files(source: Source, found: dict[str, list[Path]], names: Sequence[str]) -> dict[str, list[Path]]:
    """The files of these names, which the source's SELECTs need."""
    for name in names:
        if name not in found:
            raise DataError(
                f"{source.name} needs a file called {name}, and there is none",
                hint=f"Found: {', '.join(sorted(found))}. `graphkoc sources {source.name}` says what the source reads.",
            )
    return {name: found[name] for name in names}


def keep_raw(
    connection: duckdb.DuckDBPyConnection,
    files: RawFiles,
    columns: Mapping[str, list[str]],
) -> None:
    """Put the rows of each view's files into one table of text.

    `columns` are those that a view has even where none of its files does.
    """
    kept = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for name, parts in files.items():
        spelled: dict[str, str] = {}
        alike = [
            file.table.rename_columns([spelled.setdefault(c.lower(), c) for c in file.table.column_names])
            for file in parts
            if file.columns
        ]
        table = pa.concat_tables(
            [*alike, table_file.make_table(columns.get(name, []), [], [], [])], promote_options="default"
        )
        if f"_raw_{name}" in kept:
            connection.register("_others", table)
            connection.execute(f"INSERT INTO {quoted('_raw_' + name)} BY NAME FROM _others")
            connection.unregister("_others")
        else:
            connection.register(f"_raw_{name}", table)


def define_views(
    connection: duckdb.DuckDBPyConnection,
    files: RawFiles,
    refused: Collection[str],
    conventions: Mapping[str, Conventions],
) -> None:
    """Define the views that SELECTs name: as the files have them in the schema `raw`, without empty texts outside it.

    refused: the files whose rows are left out. conventions: how the columns of a view write days and numbers.
    """
    for name, parts in files.items():
        out = [file for file in parts if file.name in refused]
        gone = sorted({own for file in out for own in file.table["_file"].unique().to_pylist()})
        connection.register(f"_refused_{name}", pa.table({"_file": pa.array(gone, pa.string())}))
        left = f" WHERE _file NOT IN (SELECT _file FROM {quoted('_refused_' + name)})" if gone else ""
        known = conventions.get(name, Conventions())
        decided = [f"{known.read(column)} AS {quoted(column)}" for column in (*known.days, *known.marks)]
        every = f"SELECT * REPLACE ({', '.join(decided)})" if decided else ""
        connection.execute(f"CREATE OR REPLACE VIEW raw.{quoted(name)} AS {every} FROM {quoted('_raw_' + name)}{left}")
        columns = connection.sql(f"FROM raw.{quoted(name)}").columns
        cells = [
            column if column in ("_file", "_row") else f"nullif({quoted(column)}, '') AS {quoted(column)}"
            for column in columns
        ]
        shown = ", ".join(cells)
        connection.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS SELECT {shown} FROM raw.{quoted(name)}")


def list_views(connection: duckdb.DuckDBPyConnection, source: Source, table: str) -> tuple[set[str], set[str]]:
    """The raw views and the clean tables that the SELECT of a table names."""
    try:
        return find_names(connection, source.selects[table])
    except duckdb.Error as error:
        raise explain(error, source, CANONICAL[table]) from error


def find_names(connection: duckdb.DuckDBPyConnection, select: str) -> tuple[set[str], set[str]]:
    """The same of any SELECT; duckdb.Error for one that does not run."""
    bare = [ALIAS.sub("", name) for name in connection.get_table_names(select, qualified=True)]
    names = [name[1:-1].replace('""', '"') if name.startswith('"') else name for name in bare]
    clean = {name.removeprefix("clean.") for name in names if name.startswith("clean.")}
    return {name for name in names if not name.startswith("clean.")}, clean


def explain(error: duckdb.Error, source: Source, table: Table) -> DataError:
    """The error that says what is wrong with a SELECT, or with the files that it reads."""
    words = str(error).splitlines()[0]
    if macros.REFUSED in words:
        return DataError(words.partition(macros.REFUSED)[2], hint=f"`graphkoc sources {source.name}` says more.")
    missing = re.search(r'(?:Referenced column|column named) "([^"]+)"', words)
    if missing:
        column = missing[1]
        return DataError(
            f"the files have no column {column!r}, which {source.name} needs for its {table.name}",
            hint=f"`graphkoc sources {source.name}` says what the files look like; are they from elsewhere?",
        )
    return DataError(f"{table.name}.sql of the source {source.name} does not run: {words}")
