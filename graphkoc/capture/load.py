"""Raw files to canonical tables: a source's SELECTs are run by DuckDB, and what they give is cast and checked.

This is the same for every source: ids get the source's prefix, values are cast and checked against
`graphkoc.tables.schema`, one row of each key stays, and every raw row has one fate (`graphkoc.capture.accounting`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from graphkoc.capture import accounting, casts, contacts, macros
from graphkoc.capture.accounting import FileCount, Unread
from graphkoc.capture.casts import quoted
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import html_text, mapping, own_tables, table_file
from graphkoc.capture.reading.files import gather_files
from graphkoc.capture.sources import Source
from graphkoc.errors import DataError
from graphkoc.files import TemporaryFolder
from graphkoc.progress import Progress
from graphkoc.tables.large import Tables
from graphkoc.tables.schema import CANONICAL, Column, Table

BATCH = 50_000
MEMORY = 1536 << 20
"""Bytes of memory in which rows are checked; more go to temporary files."""

CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
}
"""A SELECT reads the files that `read` was given, and nothing else of the machine."""

ORDER = ["file", "row", "table", "reason", "text"]
"""Of the rejects."""

NO_VIEW = "the source does not read it"
REFUSED_HINT = "Is it what it was taken for? --accept-partial takes the good rows all the same."

ALIAS = re.compile(r' AS (\w+|"([^"]|"")*")$')

__all__ = ["FileCount", "Loaded", "read"]


@dataclass(frozen=True, eq=False)
class Loaded:
    """The canonical tables of raw files, with counts and rejects.

    tables: canonical name -> frame with that table's columns as far as the source has them, one row
    a key, sorted by key; ids and text are str or None, integers Int64, numbers float64, times
    datetime64[us] without zone, in UTC.
    rejects: file, row (as `graphkoc.capture.reading.table_file` counts), table, reason, text, fate (rejected, conflict,
    or partial: the row was taken without what this table says of it); sorted by file and row.
    ignored: file -> its columns that no table has; only where files are named after tables.
    unread: files and sheets that were found and of which nothing was taken, each with the reason.
    mentioned: canonical name -> number of rows that other tables mention and that no file has; a store makes them.
    gaps: sentences about what the files lack by their own account.
    """

    source: str
    tables: Tables
    files: tuple[FileCount, ...]
    rejects: pd.DataFrame
    ignored: dict[str, tuple[str, ...]]
    mentioned: dict[str, int]
    unread: tuple[Unread, ...] = ()
    gaps: tuple[str, ...] = ()

    def record(self, at: datetime, invented: bool = False) -> pd.DataFrame:
        """One row of the table `loads`; its key depends on what was loaded, not on rows' order.

        invented: whether the files are made up, which every file's entry then says.
        """
        mark = {"invented": True} if invented else {}
        digest = hashlib.sha256()
        for name in sorted(self.tables):
            digest.update(name.encode())
            for frame in self.tables.parts(name):
                digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return pd.DataFrame(
            {
                "load": [f"{self.source}:{digest.hexdigest()[:16]}"],
                "source": [self.source],
                "loaded_at": pd.array([at.replace(tzinfo=None)], dtype="datetime64[us]"),
                "files": [json.dumps([vars(count) | mark for count in self.files])],
            }
        )


def read(
    source: Source,
    paths: Sequence[Path],
    *,
    encoding: str | None = None,
    key_file: Path | None = None,
    accept_partial: bool = False,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Make canonical tables of the raw files under `paths`.

    `encoding` is that of text files without a byte order mark, by default detected from their bytes. `key_file` has
    the secret for contacts where the environment has none (`graphkoc.capture.contacts`). A time more than a day
    after `now` (UTC, the clock by default) is rejected. accept_partial: take also a file of which less than half can be
    taken. Raises UsageError for an unknown encoding, and DataError when a file or a column that a SELECT names is
    missing, a file is unreadable as a whole, its encoding is not certain, or nothing of any file is taken; a wrong row
    is rejected, and the rest are loaded.
    """
    asked = encodings.check(encoding) if encoding else None
    spill = TemporaryFolder()
    # Contacts are never written to disk, so private files have to fit into memory.
    aside = {"memory_limit": f"{MEMORY}B", "temp_directory": str(spill.path / "checking")}
    config = CLOSED | ({"temp_directory": ""} if source.is_private else aside)
    with duckdb.connect(config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA raw; CREATE SCHEMA clean")
        callers = (casts.MACROS, own_tables.MACROS, *source.selects.values(), source.skipped, source.gaps)
        connection.execute(macros.definitions(*callers))
        connection.create_function("plain_text", html_text.plain_text, ["VARCHAR"], "VARCHAR")
        if source.is_private:
            _define_contact_keys(connection, contacts.find_key(key_file))
        source = _apply_mapping(source, paths)
        files, unread = _read_files(connection, source, paths, asked, progress)
        _keep_raw(connection, files, {name: view.columns for name, view in source.views.items()})
        latest = (now or datetime.now(UTC)).replace(tzinfo=None) + timedelta(days=1)
        refused: dict[str, str] = {}
        shown: list[pd.DataFrame] = []
        while True:
            taken = {name: [file for file in read if file.name not in refused] for name, read in files.items()}
            if refused and not any(taken.values()):
                file, reason = next(iter(refused.items()))
                raise DataError(f"nothing is taken of {file}: {reason}", hint=REFUSED_HINT)
            _define_views(connection, files, refused)
            filled, ignored = _complete_source(source, taken)
            accounting.create_tables(connection)
            columns = _fill_tables(connection, filled, latest, progress)
            counts = accounting.count_files(connection, source.views, files, refused)
            lost = [] if accept_partial else accounting.find_lost(counts)
            if not lost:
                break
            refused |= {file.file: accounting.describe_loss(connection, file) for file in lost}
            shown.append(_list_rejects(connection, [file.file for file in lost]))
        tables = Tables(spill)
        for name in columns:
            found = connection.sql(f"FROM clean.{name}")
            reader = found.to_arrow_reader(BATCH)
            tables.put(name, reader.schema, reader)
        rejects = pd.concat([connection.sql("FROM rejects").df(), *shown]).sort_values(ORDER, ignore_index=True)
        mentioned = _count_mentioned(connection, columns)
        gaps = tuple(gap for (gap,) in connection.sql(source.gaps).fetchall()) if source.gaps else ()
    unread += tuple(Unread(file, reason) for file, reason in refused.items())
    return Loaded(source.name, tables, counts, rejects, ignored, mentioned, unread, gaps)


def _complete_source(
    source: Source, files: Mapping[str, list[table_file.RawFile]]
) -> tuple[Source, dict[str, tuple[str, ...]]]:
    """The source with a SELECT for each table, and the columns of each file that no table has."""
    if source.selects:
        ignored = {file.name: file.left for read in files.values() for file in read if file.left}
        return source, ignored if source.is_mapped else {}
    headers = {name: [column for file in read for column in file.columns] for name, read in files.items() if read}
    unknown = {file.name: own_tables.find_ignored(CANONICAL[name], file) for name in headers for file in files[name]}
    selects = own_tables.write_selects(headers, source.name)
    return replace(source, selects=selects), {name: columns for name, columns in unknown.items() if columns}


def _fill_tables(
    connection: duckdb.DuckDBPyConnection, source: Source, latest: datetime, progress: Progress | None
) -> dict[str, list[str]]:
    """Make the clean tables; the columns of each."""
    if source.skipped:
        connection.execute(f"INSERT INTO skips SELECT _file, _row, reason FROM ({source.skipped})")
    columns = {}
    for name in _order_tables(connection, source):
        if progress:
            progress(f"checking {name}", 0, 0, 0)
        _clean_table(connection, source, CANONICAL[name], latest)
        columns[name] = connection.sql(f"FROM clean.{name}").columns
    return columns


def _define_contact_keys(connection: duckdb.DuckDBPyConnection, secret: bytes | None) -> None:
    """Define contact_keys(cell, country) for SELECTs of private files."""
    connection.create_function("_contact_keys", contacts.keys(secret), ["VARCHAR", "VARCHAR"], "VARCHAR")
    connection.execute(
        "CREATE MACRO contact_keys(cell, country) AS nullif(_contact_keys(cell, coalesce(country, '')), '')"
    )


def _apply_mapping(source: Source, paths: Sequence[Path]) -> Source:
    """The source with the columns of the mapping beside the files."""
    if not source.is_mapped:
        return source
    if file := mapping.find(paths):
        return replace(source, views=mapping.apply(source.views, file))
    if not any(view.files for view in source.views.values()):
        raise DataError(
            f"{source.name} needs a {mapping.NAME} beside the files, which states which column is which",
            hint=f"`graphkoc sources scaffold {source.name} FILE...` proposes one.",
        )
    return source


def _read_files(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    paths: Sequence[Path],
    asked: str | None,
    progress: Progress | None,
) -> tuple[dict[str, list[table_file.RawFile]], tuple[Unread, ...]]:
    """The files of each view, read, and those that belong to none."""
    views = {view for name in source.selects for view in _list_views(connection, source, name)[0]}
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

            gathered = gather_files(files or paths, source.views, asked=asked, progress=progress, keep=keep)
            for last in pending:
                last.result()
        unread = tuple(name for name in gathered.unread if Path(name).name != mapping.NAME)
        return gathered.files, tuple(Unread(name, NO_VIEW) for name in unread)
    found = table_file.find(paths)
    named = _pick_files(source, found, sorted(views)) if source.selects else own_tables.recognise(found)
    labels = table_file.names([path for paths in named.values() for path in paths])
    return {
        name: [
            table_file.read(path, progress, encoding=table_file.detect(path, asked), name=labels[path])
            for path in paths
        ]
        for name, paths in named.items()
    }, ()


def _pick_files(source: Source, found: dict[str, list[Path]], names: Sequence[str]) -> dict[str, list[Path]]:
    """The files of these names, which the source's SELECTs need."""
    for name in names:
        if name not in found:
            raise DataError(
                f"{source.name} needs a file called {name}, and there is none",
                hint=f"Found: {', '.join(sorted(found))}. `graphkoc sources {source.name}` says what the source reads.",
            )
    return {name: found[name] for name in names}


def _keep_raw(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, list[table_file.RawFile]],
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


def _define_views(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, list[table_file.RawFile]], refused: Collection[str]
) -> None:
    """Define the views that SELECTs name: as the files have them in the schema `raw`, without empty texts outside it.

    refused: the files whose rows are left out.
    """
    for name, parts in files.items():
        out = [file for file in parts if file.name in refused]
        gone = sorted({own for file in out for own in file.table["_file"].unique().to_pylist()})
        connection.register(f"_refused_{name}", pa.table({"_file": pa.array(gone, pa.string())}))
        left = f" ANTI JOIN {quoted('_refused_' + name)} USING (_file)" if gone else ""
        connection.execute(f"CREATE OR REPLACE VIEW raw.{quoted(name)} AS FROM {quoted('_raw_' + name)}{left}")
        columns = connection.sql(f"FROM raw.{quoted(name)}").columns
        cells = [
            column if column in ("_file", "_row") else f"nullif({quoted(column)}, '') AS {quoted(column)}"
            for column in columns
        ]
        shown = ", ".join(cells)
        connection.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS SELECT {shown} FROM raw.{quoted(name)}")


def _list_rejects(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> pd.DataFrame:
    """The rejects of some files."""
    connection.register("_named", pa.table({"file": pa.array(files, pa.string())}))
    return connection.sql("FROM rejects SEMI JOIN _named USING (file)").df()


def _count_mentioned(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, list[str]]) -> dict[str, int]:
    counts = {}
    for name, places in own_tables.find_mentions(columns).items():
        key = CANONICAL[name].key[0]
        every = " UNION ".join(
            f"SELECT DISTINCT {quoted(column)} AS {key} FROM clean.{table}" for table, column in places
        )
        known = f"ANTI JOIN clean.{name} USING ({key})" if name in columns else ""
        found = connection.sql(f"SELECT count(*) FROM ({every}) {known} WHERE {key} IS NOT NULL").fetchall()
        counts[name] = found[0][0]
    return {name: count for name, count in counts.items() if count}


def _list_views(connection: duckdb.DuckDBPyConnection, source: Source, table: str) -> tuple[set[str], set[str]]:
    """The raw views and the clean tables that a SELECT names."""
    try:
        qualified = connection.get_table_names(source.selects[table], qualified=True)
    except duckdb.Error as error:
        raise _explain(error, source, CANONICAL[table]) from error
    bare = [ALIAS.sub("", name) for name in qualified]
    names = [name[1:-1].replace('""', '"') if name.startswith('"') else name for name in bare]
    clean = {name.removeprefix("clean.") for name in names if name.startswith("clean.")}
    return {name for name in names if not name.startswith("clean.")}, clean


def _order_tables(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """The source's tables, each after the clean ones that its SELECT names."""
    needs = {name: _list_views(connection, source, name)[1] for name in source.selects}
    order: list[str] = []
    while len(order) < len(needs):
        ready = [name for name in source.tables if name not in order and needs[name] <= set(order)]
        if not ready:
            raise DataError(f"the SELECTs of {source.name} need each other's tables, or one that none makes")
        order += ready
    return order


def _lose_figures(columns: Sequence[Column], latest: datetime) -> tuple[str, str]:
    """Expressions for the faults of a row's figures, a list, and for the row without these figures."""
    faults = {column.name: f"CASE {casts.find_faults(column, latest)} END" for column in columns if column.figure}
    if not faults:
        return "NULL::STRUCT(reason VARCHAR, value VARCHAR)[]", "*"
    kept = (f"if({fault} IS NULL, {quoted(name)}, NULL) AS {quoted(name)}" for name, fault in faults.items())
    return (
        f"list_filter([{', '.join(faults.values())}], lambda fault: fault IS NOT NULL)",
        f"* REPLACE ({', '.join(kept)})",
    )


def _record_lost(connection: duckdb.DuckDBPyConnection, source: Source, table: Table) -> None:
    """Put the figures that rows of `_checked` have lost among the rejects, without contacts."""
    if not connection.execute("SELECT 1 FROM _checked WHERE fault IS NULL AND len(lost) > 0 LIMIT 1").fetchone():
        return
    value = casts.hide_contacts("lost.value", source.is_private)
    connection.execute(f"""
        INSERT INTO rejects BY NAME
        SELECT _file AS file, _row AS "row", '{table.name}' AS "table",
            lost.reason || coalesce(': ''' || left({value}, 40) || '''', '') AS reason, 'partial' AS fate
        FROM (SELECT _file, _row, unnest(lost) AS lost FROM _checked WHERE fault IS NULL AND len(lost) > 0)""")


def _clean_table(connection: duckdb.DuckDBPyConnection, source: Source, table: Table, latest: datetime) -> None:
    """Run a SELECT into `clean.<table>`: cast, checked, one row per key; note every row's fate."""
    file = f"{source.name}/{table.name}.sql"
    try:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW _select AS {source.selects[table.name]}")
    except duckdb.Error as error:
        raise _explain(error, source, table) from error
    names = connection.sql("FROM _select LIMIT 0").columns
    if unknown := sorted(set(names) - {*table.names, "_file", "_row"}):
        raise DataError(f"{file} gives a column {unknown[0]!r} that {table.name} does not have")
    columns = [column for column in table if column.name in names]
    if missing := [column.name for column in table if column.required and column.name not in names]:
        raise DataError(f"{file} gives no column {missing[0]!r}, which {table.name} must have")

    origin = "_file, _row" if "_row" in names else "NULL::VARCHAR AS _file, NULL::BIGINT AS _row"
    values = ", ".join(f"{casts.cast(column, source.name)} AS {quoted(column.name)}" for column in columns)
    ends = [(edge.source_column, edge.target_column) for edge in table.edges if edge.source == edge.target]
    selves = " ".join(casts.reject(f"{quoted(a)} = {quoted(b)}", f"'{a} and {b} are one'") for a, b in ends)
    wrong = " ".join(casts.find_faults(column, latest) for column in columns if not column.figure)
    lost, kept = _lose_figures(columns, latest)
    given = ", ".join(f"{quoted(column.name)} AS {quoted('_' + column.name)}" for column in columns)
    keys = ", ".join(map(quoted, table.key))
    everything = ", ".join(quoted(column.name) for column in columns)
    texts = ", ".join(f"{quoted(column.name)} := {quoted('_' + column.name)}::VARCHAR" for column in columns)
    checked = f"""
        CREATE TEMP TABLE _checked AS
        WITH given AS (SELECT {given}, {origin} FROM _select),
             cast_ AS (SELECT *, {values} FROM given),
             judged AS (SELECT *, CASE {wrong} {selves} END AS fault, {lost} AS lost FROM cast_)
        SELECT {everything}, _file, _row, fault, lost,
            CASE WHEN fault IS NOT NULL THEN struct_pack({texts}) END AS _given
        FROM (SELECT {kept} FROM judged)"""
    try:
        connection.execute(checked)
    except duckdb.Error as error:
        raise _explain(error, source, table) from error
    _record_lost(connection, source, table)
    # Only rows with a repeated key are sorted: to sort all of them would take as long as the whole rest of the load.
    # What other tables only mention has no row of a file, and comes last.
    connection.execute(f"""
        CREATE TEMP TABLE _later AS SELECT place, differs, first_file, first_row FROM (
            SELECT _checked.rowid AS place,
                row_number() OVER earlier AS number,
                row({everything}) IS DISTINCT FROM first_value(row({everything})) OVER earlier AS differs,
                first_value(_file) OVER earlier AS first_file,
                first_value(_row) OVER earlier AS first_row
            FROM _checked
            SEMI JOIN (SELECT {keys} FROM _checked WHERE fault IS NULL GROUP BY ALL HAVING count(*) > 1) AS twice
                USING ({keys})
            WHERE fault IS NULL
            WINDOW earlier AS (PARTITION BY {keys} ORDER BY _row IS NULL, _file, _row, {everything})
        ) WHERE number > 1;
        CREATE OR REPLACE TABLE clean.{table.name} AS SELECT {everything} FROM _checked
            ANTI JOIN _later ON _checked.rowid = place WHERE fault IS NULL ORDER BY {keys}""")
    accounting.record_table(connection, table.name, table.key, [column.name for column in columns], source.is_private)
    connection.execute("DROP TABLE _checked; DROP TABLE _later")


def _explain(error: duckdb.Error, source: Source, table: Table) -> DataError:
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
