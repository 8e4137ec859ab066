"""A source is a folder of SELECTs: one file a canonical table, run by DuckDB over the raw files.

    loaders/ciao/README.md      its first paragraph describes the source
    loaders/ciao/reviews.sql    one SELECT, whose columns are columns of the table `reviews`

A SELECT sees each raw file as a view of text (`ratings.csv.gz` is `ratings`, an empty cell is
null) and each table that is already clean as `clean.<table>`. It gives text as it found it, with
`_file` and `_row` beside it; `unix_time(text)` turns seconds since 1970 into a time. What follows
is the same for every source and is done here: ids get the source's prefix, values are cast and
checked against `graphkoc.tables`, one row of each key stays, and every raw row is accounted for:
read = loaded + duplicate + rejected.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from graphkoc import assets, raw
from graphkoc.errors import DataError, UsageError
from graphkoc.tables import CANONICAL, EARLIEST, Column, Table

UNIX_TIME = """
CREATE MACRO unix_time(t) AS coalesce(strftime(TRY(make_timestamp(CAST(t AS BIGINT) * 1000000)), '%Y-%m-%d %H:%M:%S'), t)
"""
"""What is no number of seconds stays as it is, so that the cast to a time rejects it by its own words."""

__all__ = ["FileCount", "Loaded", "Source", "discover", "find_source", "read"]


@dataclass(frozen=True)
class Source:
    """A place that data come from: a folder in `loaders/`."""

    name: str
    description: str
    readme: str
    selects: dict[str, Path]

    @property
    def tables(self) -> list[str]:
        """The canonical tables that it fills, in the order of `graphkoc.tables`."""
        return [name for name in CANONICAL if name in self.selects]


@dataclass(frozen=True)
class FileCount:
    """What became of a file's rows: read = loaded + duplicate + rejected."""

    file: str
    read: int
    loaded: int
    duplicate: int
    rejected: int


@dataclass(frozen=True, eq=False)
class Loaded:
    """What a source made of raw files.

    tables: canonical name -> frame with that table's columns as far as the source has them, one row
    a key, sorted by key; ids and text are str or None, integers Int64, numbers float64, times
    datetime64[us] without zone, in UTC.
    rejects: file, row (as a spreadsheet counts), table, reason, text; sorted by file and row.
    """

    source: str
    tables: dict[str, pd.DataFrame]
    files: tuple[FileCount, ...]
    rejects: pd.DataFrame

    def record(self, at: datetime) -> pd.DataFrame:
        """One row of the table `loads`; its key depends on what was loaded, not on rows' order."""
        digest = hashlib.sha256()
        for name, frame in sorted(self.tables.items()):
            digest.update(name.encode())
            digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return pd.DataFrame(
            {
                "load": [f"{self.source}:{digest.hexdigest()[:16]}"],
                "source": [self.source],
                "loaded_at": pd.array([at.replace(tzinfo=None)], dtype="datetime64[us]"),
                "files": [json.dumps([vars(count) for count in self.files])],
            }
        )


def discover() -> dict[str, Source]:
    """Every source in `loaders/`, by name.

    Raises DataError for a file that names no canonical table, or a source without a README.md.
    """
    folders = sorted(path for path in assets.folder("loaders").iterdir() if path.is_dir())
    return {path.name: _declared(path) for path in folders}


def find_source(name: str) -> Source:
    """The source called `name`; UsageError when there is none."""
    sources = discover()
    if name not in sources:
        raise UsageError(f"there is no source called {name!r}", hint=f"There are: {', '.join(sources)}.")
    return sources[name]


def _declared(folder: Path) -> Source:
    readme = folder / "README.md"
    if not readme.is_file():
        raise DataError(f"the source {folder.name} has no README.md", hint="Its first paragraph is the description.")
    text = readme.read_text(encoding="utf-8")
    paragraphs = [part.strip() for part in text.split("\n\n")]
    description = next(part for part in paragraphs if part and not part.startswith("#"))
    selects = {path.stem: path for path in sorted(folder.glob("*.sql"))}
    if unknown := sorted(set(selects) - set(CANONICAL)):
        raise DataError(f"{folder / unknown[0]}.sql names no table", hint=f"The tables are: {', '.join(CANONICAL)}.")
    return Source(folder.name, " ".join(description.split()), text, selects)


def read(
    source: Source, paths: Sequence[Path], *, now: datetime | None = None, progress: raw.Progress | None = None
) -> Loaded:
    """Make canonical tables of the raw files under `paths`.

    `now` (UTC, the clock by default) is what a time may not be a day later than. Raises DataError
    when a file or a column that a SELECT names is missing, or a file is unreadable as a whole; a
    row that is wrong is rejected, and the rest is loaded.
    """
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA clean")
        connection.execute(UNIX_TIME)
        files = _register(connection, source, raw.find(paths), progress)
        latest = (now or datetime.now(UTC)).replace(tzinfo=None) + timedelta(days=1)
        connection.execute("CREATE TABLE fates (_file VARCHAR, _row BIGINT, fate VARCHAR)")
        connection.execute(
            'CREATE TABLE rejects (file VARCHAR, "row" BIGINT, "table" VARCHAR, reason VARCHAR, "text" VARCHAR)'
        )
        tables = {}
        for name in _order(connection, source):
            if progress:
                progress(f"checking {name}", 0, 0, 0)
            _clean(connection, source, CANONICAL[name], latest)
            tables[name] = _frame(connection.sql(f"FROM clean.{name}").to_arrow_table(), CANONICAL[name])
        counts = tuple(_count(connection, file) for file in files)
        bad = [(bad.file, bad.row, None, bad.reason, bad.text) for file in files for bad in file.bad]
        if bad:
            connection.executemany("INSERT INTO rejects VALUES (?, ?, ?, ?, ?)", bad)
        rejects = connection.sql("FROM rejects ORDER BY ALL").df()
    return Loaded(source.name, tables, counts, rejects)


def _register(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    found: dict[str, list[Path]],
    progress: raw.Progress | None,
) -> list[raw.RawFile]:
    """Put the raw files that the source's SELECTs name into views, as text."""
    files = []
    for name in sorted({view for table in source.tables for view in _views(connection, source.selects[table])[0]}):
        if name not in found:
            raise DataError(
                f"{source.name} needs a file called {name}, and there is none",
                hint=f"Found: {', '.join(sorted(found))}. `graphkoc sources {source.name}` says what the source reads.",
            )
        read = [raw.read(path, progress) for path in found[name]]
        files += read
        table = pa.concat_tables([file.table for file in read], promote_options="default")
        connection.register(f"_raw_{name}", table)
        cells = [f"nullif({_quoted(c)}, '') AS {_quoted(c)}" for c in table.column_names if c not in ("_file", "_row")]
        connection.execute(f"CREATE VIEW {_quoted(name)} AS SELECT {', '.join([*cells, '_file', '_row'])} FROM _raw_{name}")
    return files


def _views(connection: duckdb.DuckDBPyConnection, select: Path) -> tuple[set[str], set[str]]:
    """The raw views and the clean tables that a SELECT names."""
    names = connection.get_table_names(_text(select), qualified=True)
    clean = {name.removeprefix("clean.") for name in names if name.startswith("clean.")}
    return {name for name in names if not name.startswith("clean.")}, clean


def _order(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """The source's tables, each after the clean ones that its SELECT names."""
    needs = {name: _views(connection, path)[1] for name, path in source.selects.items()}
    order: list[str] = []
    while len(order) < len(needs):
        ready = [name for name in source.tables if name not in order and needs[name] <= set(order)]
        if not ready:
            raise DataError(f"the SELECTs of {source.name} need each other's tables, or one that none makes")
        order += ready
    return order


def _clean(connection: duckdb.DuckDBPyConnection, source: Source, table: Table, latest: datetime) -> None:
    """Run a SELECT into `clean.<table>`: cast, checked, one row a key; note every row's fate."""
    path = source.selects[table.name]
    try:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW _select AS {_text(path)}")
    except duckdb.Error as error:
        raise _explained(error, source, path) from error
    names = connection.sql("FROM _select LIMIT 0").columns
    if unknown := sorted(set(names) - {*table.names, "_file", "_row"}):
        raise DataError(f"{path} gives a column {unknown[0]!r} that {table.name} does not have")
    columns = [column for column in table if column.name in names]
    if missing := [column.name for column in table if column.required and column.name not in names]:
        raise DataError(f"{path} gives no column {missing[0]!r}, which {table.name} must have")

    origin = "_file, _row" if "_row" in names else "NULL::VARCHAR AS _file, NULL::BIGINT AS _row"
    values = ", ".join(f"{_value(column, source.name)} AS {_quoted(column.name)}" for column in columns)
    wrong = " ".join(_wrong(column, latest) for column in columns)
    given = ", ".join(f"{_quoted(column.name)} AS {_quoted('_' + column.name)}" for column in columns)
    keys = ", ".join(map(_quoted, table.key))
    everything = ", ".join(_quoted(column.name) for column in columns)
    connection.execute(f"""
        CREATE TEMP TABLE _checked AS
        WITH given AS (SELECT {given}, {origin} FROM _select),
             cast_ AS (SELECT *, {values} FROM given),
             judged AS (SELECT *, CASE {wrong} END AS reason FROM cast_)
        SELECT *, reason IS NULL AND 1 = row_number()
            OVER (PARTITION BY {keys}, reason IS NULL ORDER BY {everything}, _file, _row) AS stays
        FROM judged""")
    row = ", ".join(f"{_quoted(column.name)} := {_quoted('_' + column.name)}" for column in columns)
    connection.execute(f"""
        CREATE TABLE clean.{table.name} AS SELECT {everything} FROM _checked WHERE stays ORDER BY {keys};
        INSERT INTO rejects SELECT _file, _row, '{table.name}', reason, left(struct_pack({row})::VARCHAR, 200)
            FROM _checked WHERE reason IS NOT NULL;
        INSERT INTO fates SELECT _file, _row,
            CASE WHEN reason IS NOT NULL THEN 'rejected' WHEN stays THEN 'loaded' ELSE 'duplicate' END
            FROM _checked WHERE _row IS NOT NULL;
        DROP TABLE _checked""")


TYPES = {"id": "VARCHAR", "text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "time": "TIMESTAMP"}
WORDS = {"integer": "a whole number", "number": "a number", "time": "a time"}


def _value(column: Column, prefix: str) -> str:
    given = _quoted("_" + column.name)
    if column.kind == "id":
        return f"CASE WHEN trim({given}::VARCHAR) <> '' THEN if(contains({given}::VARCHAR, ':'), {given}::VARCHAR, '{prefix}:' || {given}::VARCHAR) END"
    return f"TRY_CAST({given} AS {TYPES[column.kind]})"


def _wrong(column: Column, latest: datetime) -> str:
    """WHEN clauses that say what is wrong with a value, in words."""
    given, value = _quoted("_" + column.name), _quoted(column.name)
    shown = f"'''' || left({given}::VARCHAR, 40) || ''''"
    clauses = []
    if column.required:
        clauses.append(f"WHEN {value} IS NULL AND ({given} IS NULL OR trim({given}::VARCHAR) = '') THEN 'no {column.name}'")
    if column.kind in WORDS:
        clauses.append(
            f"WHEN {given} IS NOT NULL AND {value} IS NULL THEN '{column.name} is not {WORDS[column.kind]}: ' || {shown}"
        )
    if column.kind == "number":
        clauses.append(f"WHEN NOT isfinite({value}) THEN '{column.name} is not a number: ' || {shown}")
    if column.kind == "time":
        clauses.append(
            f"WHEN {value} < '{EARLIEST}' THEN '{column.name} ' || {value}::VARCHAR || ' is before {EARLIEST:%Y}'"
            f" WHEN {value} > '{latest}' THEN '{column.name} ' || {value}::VARCHAR || ' lies in the future'"
        )
    if column.low is not None:
        clauses.append(f"WHEN {value} < {column.low} THEN '{column.name} is below {column.low:g}: ' || {shown}")
    if column.high is not None:
        clauses.append(f"WHEN {value} > {column.high} THEN '{column.name} is above {column.high:g}: ' || {shown}")
    if column.choices:
        allowed = ", ".join(f"'{choice}'" for choice in column.choices)
        clauses.append(f"WHEN {value} NOT IN ({allowed}) THEN '{column.name} is none of {', '.join(column.choices)}: ' || {shown}")
    return " ".join(clauses)


def _count(connection: duckdb.DuckDBPyConnection, file: raw.RawFile) -> FileCount:
    """A row is rejected when any table rejects it or none takes it, else loaded when any keeps it,
    else a duplicate. A file whose rows no table carries (a list of names) was looked up: loaded."""
    counts = dict(
        connection.execute(
            """SELECT fate, count(*) FROM (
                   SELECT CASE WHEN bool_or(fate = 'rejected') THEN 'rejected'
                               WHEN bool_or(fate = 'loaded') THEN 'loaded' ELSE 'duplicate' END AS fate
                   FROM fates WHERE _file = ? GROUP BY _row) GROUP BY fate""",
            [file.name],
        ).fetchall()
    )
    rows = file.table.num_rows
    if not counts:
        return FileCount(file.name, file.read, rows, 0, len(file.bad))
    if untaken := rows - sum(counts.values()):
        connection.register("_rows", file.table.select(["_file", "_row"]))
        connection.execute(
            """INSERT INTO rejects SELECT _file, _row, NULL, 'no table takes this row', NULL
               FROM _rows ANTI JOIN fates USING (_file, _row)"""
        )
    rejected = counts.get("rejected", 0) + untaken + len(file.bad)
    return FileCount(file.name, file.read, counts.get("loaded", 0), counts.get("duplicate", 0), rejected)


def _frame(arrow: pa.Table, table: Table) -> pd.DataFrame:
    frame = arrow.to_pandas(integer_object_nulls=True, date_as_object=False)
    kinds = {column.name: column.kind for column in table}
    dtypes = {"id": "str", "text": "str", "integer": "Int64", "number": "float64", "time": "datetime64[us]"}
    return frame.astype({name: dtypes[kinds[name]] for name in frame.columns})


def _explained(error: duckdb.Error, source: Source, path: Path) -> DataError:
    words = str(error).splitlines()[0]
    missing = re.search(r'(?:Referenced column|column named) "([^"]+)"', words)
    if missing:
        column = missing[1]
        return DataError(
            f"the files have no column {column!r}, which {source.name} needs for its {path.stem}",
            hint=f"`graphkoc sources {source.name}` says what the files look like; were they changed, or from elsewhere?",
        )
    return DataError(f"{path.name} of the source {source.name} does not run: {words}")


def _text(select: Path) -> str:
    return select.read_text(encoding="utf-8").strip().rstrip(";")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
