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
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from graphkoc import assets, canonical, origin, raw
from graphkoc import encoding as encodings
from graphkoc.errors import DataError, UsageError
from graphkoc.progress import Progress
from graphkoc.scaffold import Scaffold, scaffold
from graphkoc.tables import CANONICAL, EARLIEST, Column, Table

CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
}
"""A SELECT reads the files that were named to `read`, and nothing else of the machine."""

MACROS = r"""
CREATE MACRO _epoch(n) AS TRY(make_timestamp(n * if(n BETWEEN -99999999999 AND 99999999999, 1000000, 1000)));
CREATE MACRO unix_time(t) AS coalesce(_epoch(TRY_CAST(t AS BIGINT))::VARCHAR, t);
CREATE MACRO crawled_time(t) AS if(regexp_full_match(trim(t), '\d+([.,]\d+)?[eE]\+?\d+'), NULL, unix_time(t));
CREATE MACRO _count_part(x, part) AS regexp_extract(
    x, '^\s*(\d+(?:,\d{3})*(?:\.\d+)?)\s*([万萬wW千kK亿億]?)\s*\+?\s*$', part);
CREATE MACRO to_count(x) AS coalesce(
    TRY(CAST(round(CAST(replace(_count_part(x, 1), ',', '') AS DOUBLE) * CASE _count_part(x, 2)
        WHEN '' THEN 1 WHEN '千' THEN 1e3 WHEN 'k' THEN 1e3 WHEN 'K' THEN 1e3
        WHEN '亿' THEN 1e8 WHEN '億' THEN 1e8 ELSE 1e4 END) AS BIGINT))::VARCHAR, x);
CREATE MACRO to_time(x) AS coalesce(
    TRY_CAST(trim(x::VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    try_strptime(trim(x::VARCHAR), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S',
                                    '%Y年%m月%d日', '%Y年%m月%d日 %H:%M', '%Y年%m月%d日 %H:%M:%S']));
CREATE MACRO to_number(x) AS coalesce(
    TRY_CAST(x AS DOUBLE),
    if(regexp_full_match(trim(x::VARCHAR), '[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,}))'),
       TRY_CAST(replace(x::VARCHAR, ',', '.') AS DOUBLE), NULL));
CREATE MACRO to_whole(x) AS if(to_number(x) = floor(to_number(x)), TRY_CAST(x AS BIGINT), NULL);
CREATE MACRO prefixed(x, source) AS if(contains(x::VARCHAR, ':'), x::VARCHAR, source || ':' || x::VARCHAR);
CREATE MACRO _stamp(t) AS
    if(t = date_trunc('day', t), strftime(t, '%Y-%m-%d'), replace(strftime(t, '%Y-%m-%dT%H:%M:%S.%f'), '.000000', ''));
CREATE MACRO _part(x, source) AS coalesce(replace(replace(
    if(starts_with(x, source || ':'), substr(x, length(source) + 2), x), '~', '~0'), '/', '~1'), '');
CREATE MACRO made_id(source, who, what, t, content) AS
    source || ':' || _part(who, source) || '/' || _part(what, source) || '/'
    || coalesce(_stamp(to_time(t)), 'x' || left(md5(content), 16))
"""
"""What the SELECTs of loaders and the casts are written in.

unix_time: seconds as a time, or milliseconds (from twelve digits on); what is no number stays, so that the
cast to a time rejects it by its words. crawled_time: the same, but null where a spreadsheet has made
1.74E+12 of it, which is off by up to 58 days. to_count: the digits of 2.3万, 1.2w, 99+ (the least that it
can be) and 1,024; what is no count stays.
to_time: UTC; a time that states its zone is moved there. to_number takes a comma as the decimal point
where it cannot be one between thousands. made_id: an id out of who, what and when, or out of a hash of
the row's content where no time is known; a / in an id is escaped, so that no two different rows meet.
"""

__all__ = ["FileCount", "Loaded", "Source", "discover", "find_source", "read"]


@dataclass(frozen=True)
class Source:
    """A place that data come from: a folder in `loaders/`, or anywhere.

    selects: canonical name -> the SELECT that fills it. A source without any takes files that are named
    after canonical tables and have their columns.
    """

    name: str
    description: str
    readme: str
    selects: dict[str, str]

    @property
    def tables(self) -> list[str]:
        """The canonical tables that it fills, in the order of `graphkoc.tables`."""
        return [name for name in CANONICAL if name in self.selects or not self.selects]

    def scaffold(self, files: Sequence[Path], folder: Path, encoding: str | None = None) -> Scaffold:
        """Write a loader for tables with other names; only a source that takes any table can.

        Raises UsageError for another source, an encoding that does not exist, and a folder that does.
        """
        if self.selects:
            raise UsageError(f"{self.name} reads files of one kind, and no others", hint="Use: sources scaffold csv.")
        return scaffold(files, folder, encodings.checked(encoding) if encoding else None)


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
    rejects: file, row (as `graphkoc.raw` counts), table, reason, text; sorted by file and row.
    ignored: file -> its columns that no table has; only where files are named after tables.
    mentioned: canonical name -> rows that other tables mention and nothing brought; a store makes them.
    """

    source: str
    tables: dict[str, pd.DataFrame]
    files: tuple[FileCount, ...]
    rejects: pd.DataFrame
    ignored: dict[str, tuple[str, ...]]
    mentioned: dict[str, int]

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
    """The source called `name`, or the one in the folder `name` where that has a / in it.

    Raises UsageError when there is none.
    """
    if "/" in name or os.sep in name:
        if not Path(name).is_dir():
            raise UsageError(f"there is no loader folder {name}", hint="`graphkoc sources scaffold` makes one.")
        folder = Path(name).resolve()
        # It becomes the prefix of ids, which ends at a colon.
        if not re.fullmatch(r"[\w-]+", folder.name):
            raise UsageError(f"{folder.name!r} is no name for a source", hint="Use letters, digits, - and _.")
        return _declared(folder)
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
    selects = {path.stem: path.read_text(encoding="utf-8").strip().rstrip(";") for path in sorted(folder.glob("*.sql"))}
    if unknown := sorted(set(selects) - set(CANONICAL)):
        raise DataError(f"{folder / unknown[0]}.sql names no table", hint=f"The tables are: {', '.join(CANONICAL)}.")
    return Source(folder.name, " ".join(description.split()), text, selects)


def read(
    source: Source,
    paths: Sequence[Path],
    *,
    encoding: str | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Make canonical tables of the raw files under `paths`.

    `encoding` is that of text files without a byte order mark, by default told by their bytes. `now`
    (UTC, the clock by default) is what a time may not be a day later than. Raises UsageError for an
    unknown encoding, and DataError when a file or a column that a SELECT names is missing, a file is
    unreadable as a whole, or its encoding is not certain; a row that is wrong is rejected, and the rest
    is loaded.
    """
    asked = encodings.checked(encoding) if encoding else None
    found = raw.find(paths)
    with duckdb.connect(config=CLOSED) as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA raw; CREATE SCHEMA clean")
        connection.execute(MACROS + ";" + origin.macros())
        named = _needed(connection, source, found) if source.selects else canonical.recognised(found)
        files = _register(connection, named, asked, progress)
        ignored: dict[str, tuple[str, ...]] = {}
        if not source.selects:
            columns = {name: [column for file in read for column in file.columns] for name, read in files.items()}
            unread = {f.name: canonical.ignored(CANONICAL[name], f) for name, read in files.items() for f in read}
            ignored = {name: columns for name, columns in unread.items() if columns}
            source = replace(source, selects=canonical.selects(columns, source.name))
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
        every = [file for name in sorted(files) for file in files[name]]
        counts = tuple(_count(connection, file) for file in every)
        bad = [(bad.file, bad.row, None, bad.reason, bad.text) for file in every for bad in file.bad]
        if bad:
            connection.executemany("INSERT INTO rejects VALUES (?, ?, ?, ?, ?)", bad)
        rejects = connection.sql("FROM rejects ORDER BY ALL").df()
        mentioned = _mentioned(connection, {name: list(frame.columns) for name, frame in tables.items()})
    return Loaded(source.name, tables, counts, rejects, ignored, mentioned)


def _needed(
    connection: duckdb.DuckDBPyConnection, source: Source, found: dict[str, list[Path]]
) -> dict[str, list[Path]]:
    """The files that the source's SELECTs name."""
    names = sorted({view for name in source.selects for view in _views(connection, source, name)[0]})
    for name in names:
        if name not in found:
            raise DataError(
                f"{source.name} needs a file called {name}, and there is none",
                hint=f"Found: {', '.join(sorted(found))}. `graphkoc sources {source.name}` says what the source reads.",
            )
    return {name: found[name] for name in names}


def _register(
    connection: duckdb.DuckDBPyConnection,
    named: dict[str, list[Path]],
    asked: str | None,
    progress: Progress | None,
) -> dict[str, list[raw.RawFile]]:
    """Put raw files into views as text: as they are in the schema `raw`, and without empty texts outside it."""
    files: dict[str, list[raw.RawFile]] = {}
    labels = raw.names([path for paths in named.values() for path in paths])
    for name, paths in named.items():
        files[name] = [raw.read(path, progress, encoding=raw.detect(path, asked), name=labels[path]) for path in paths]
        spelled: dict[str, str] = {}
        alike = [
            file.table.rename_columns([spelled.setdefault(c.lower(), c) for c in file.table.column_names])
            for file in files[name]
        ]
        table = pa.concat_tables(alike, promote_options="default")
        connection.register(f"_raw_{name}", table)
        view = _quoted(name)
        own = [column for column in table.column_names if column not in ("_file", "_row")]
        cells = [f"nullif({_quoted(column)}, '') AS {_quoted(column)}" for column in own]
        connection.execute(f"CREATE VIEW raw.{view} AS FROM {_quoted('_raw_' + name)}")
        connection.execute(f"CREATE VIEW {view} AS SELECT {', '.join([*cells, '_file', '_row'])} FROM raw.{view}")
    return files


def _mentioned(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, list[str]]) -> dict[str, int]:
    counts = {}
    for name, places in canonical.mentions(columns).items():
        key = CANONICAL[name].key[0]
        every = " UNION ".join(
            f"SELECT DISTINCT {_quoted(column)} AS {key} FROM clean.{table}" for table, column in places
        )
        known = f"ANTI JOIN clean.{name} USING ({key})" if name in columns else ""
        found = connection.sql(f"SELECT count(*) FROM ({every}) {known} WHERE {key} IS NOT NULL").fetchall()
        counts[name] = found[0][0]
    return {name: count for name, count in counts.items() if count}


def _views(connection: duckdb.DuckDBPyConnection, source: Source, table: str) -> tuple[set[str], set[str]]:
    """The raw views and the clean tables that a SELECT names."""
    try:
        qualified = connection.get_table_names(source.selects[table], qualified=True)
    except duckdb.Error as error:
        raise _explained(error, source, CANONICAL[table]) from error
    names = [name[1:-1].replace('""', '"') if name.startswith('"') else name for name in qualified]
    clean = {name.removeprefix("clean.") for name in names if name.startswith("clean.")}
    return {name for name in names if not name.startswith("clean.")}, clean


def _order(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """The source's tables, each after the clean ones that its SELECT names."""
    needs = {name: _views(connection, source, name)[1] for name in source.selects}
    order: list[str] = []
    while len(order) < len(needs):
        ready = [name for name in source.tables if name not in order and needs[name] <= set(order)]
        if not ready:
            raise DataError(f"the SELECTs of {source.name} need each other's tables, or one that none makes")
        order += ready
    return order


def _clean(connection: duckdb.DuckDBPyConnection, source: Source, table: Table, latest: datetime) -> None:
    """Run a SELECT into `clean.<table>`: cast, checked, one row a key; note every row's fate."""
    file = f"{source.name}/{table.name}.sql"
    try:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW _select AS {source.selects[table.name]}")
    except duckdb.Error as error:
        raise _explained(error, source, table) from error
    names = connection.sql("FROM _select LIMIT 0").columns
    if unknown := sorted(set(names) - {*table.names, "_file", "_row"}):
        raise DataError(f"{file} gives a column {unknown[0]!r} that {table.name} does not have")
    columns = [column for column in table if column.name in names]
    if missing := [column.name for column in table if column.required and column.name not in names]:
        raise DataError(f"{file} gives no column {missing[0]!r}, which {table.name} must have")

    origin = "_file, _row" if "_row" in names else "NULL::VARCHAR AS _file, NULL::BIGINT AS _row"
    values = ", ".join(f"{_value(column, source.name)} AS {_quoted(column.name)}" for column in columns)
    ends = [(edge.source_column, edge.target_column) for edge in table.edges if edge.source == edge.target]
    selves = " ".join(f"WHEN {_quoted(a)} = {_quoted(b)} THEN '{a} and {b} are one'" for a, b in ends)
    wrong = " ".join(_wrong(column, latest) for column in columns)
    given = ", ".join(f"{_quoted(column.name)} AS {_quoted('_' + column.name)}" for column in columns)
    keys = ", ".join(map(_quoted, table.key))
    everything = ", ".join(_quoted(column.name) for column in columns)
    connection.execute(f"""
        CREATE TEMP TABLE _checked AS
        WITH given AS (SELECT {given}, {origin} FROM _select),
             cast_ AS (SELECT *, {values} FROM given),
             judged AS (SELECT *, CASE {wrong} {selves} END AS reason FROM cast_)
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


WORDS = {"integer": "a whole number", "number": "a number", "time": "a time"}


def _value(column: Column, prefix: str) -> str:
    given = _quoted("_" + column.name)
    if column.kind == "id":
        return f"CASE WHEN trim({given}::VARCHAR) <> '' THEN prefixed({given}, '{prefix}') END"
    if column.kind == "time":
        return f"to_time({given})"
    if column.kind == "number":
        return f"to_number({given})"
    if column.kind == "integer" and column.high == 1:
        return f"coalesce(to_whole({given}), TRY_CAST(TRY_CAST({given}::VARCHAR AS BOOLEAN) AS BIGINT))"
    if column.kind == "integer":
        return f"to_whole({given})"
    return f"nullif(lower(trim({given}::VARCHAR)), '')" if column.choices else f"{given}::VARCHAR"


def _wrong(column: Column, latest: datetime) -> str:
    """WHEN clauses that say what is wrong with a value, in words."""
    given, value = _quoted("_" + column.name), _quoted(column.name)
    shown = f"'''' || left({given}::VARCHAR, 40) || ''''"
    blank = f"coalesce(trim({given}::VARCHAR), '') = ''"
    clauses = []
    if column.required:
        clauses.append(f"WHEN {value} IS NULL AND {blank} THEN 'no {column.name}'")
    if column.kind in WORDS:
        clauses.append(
            f"WHEN {value} IS NULL AND NOT {blank} THEN '{column.name} is not {WORDS[column.kind]}: ' || {shown}"
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
        words = f"{column.name} is none of {', '.join(column.choices)}: "
        clauses.append(f"WHEN {value} NOT IN ({allowed}) THEN '{words}' || {shown}")
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
    frame: pd.DataFrame = arrow.to_pandas(integer_object_nulls=True, date_as_object=False)
    kinds = {column.name: column.kind for column in table}
    dtypes = {"id": "str", "text": "str", "integer": "Int64", "number": "float64", "time": "datetime64[us]"}
    return frame.astype({name: dtypes[kinds[name]] for name in frame.columns})


def _explained(error: duckdb.Error, source: Source, table: Table) -> DataError:
    words = str(error).splitlines()[0]
    missing = re.search(r'(?:Referenced column|column named) "([^"]+)"', words)
    if missing:
        column = missing[1]
        return DataError(
            f"the files have no column {column!r}, which {source.name} needs for its {table.name}",
            hint=f"`graphkoc sources {source.name}` says what the files look like; are they from elsewhere?",
        )
    return DataError(f"{table.name}.sql of the source {source.name} does not run: {words}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
