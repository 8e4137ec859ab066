"""Raw files to canonical tables: a source's SELECTs are run by DuckDB, and what they give is cast and checked.

This is the same for every source: ids get the source's prefix, values are cast and checked against
`graphkoc.tables.schema`, one row of each key stays, and every raw row has one fate (`graphkoc.capture.accounting`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from graphkoc.capture import accounting, casts, contacts, conventions, macros
from graphkoc.capture.accounting import FileCount, Unread
from graphkoc.capture.answers import NOTHING, Answers, read_answers
from graphkoc.capture.casts import quoted
from graphkoc.capture.conventions import Conventions
from graphkoc.capture.raw_views import RawFiles, define_views, explain, keep_raw, list_views, read_files
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import html_text, own_tables
from graphkoc.capture.reading.layouts import Layout
from graphkoc.capture.reading.places import write_reason
from graphkoc.capture.recognise import recognise
from graphkoc.capture.selection import choose_units, describe_stray, name_other_source
from graphkoc.capture.sources import COMMANDS, Source, sources
from graphkoc.errors import DataError
from graphkoc.files import TemporaryFolder
from graphkoc.progress import Progress
from graphkoc.stores import Changes
from graphkoc.tables.large import Tables, merge_tables
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

REFUSED_HINT = "Is it what it was taken for? --accept-partial takes the good rows all the same."

__all__ = ["FileCount", "Loaded", "read", "read_recognised"]


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
    changes: what they changed in the store; None where they were not stored.
    missing_accounts: those that identities name and that the store does not hold after the load; sorted.
    new_key: the file of the secret for contacts that was made for this load.
    parts: what each source gave, where several did.
    """

    source: str
    tables: Tables
    files: tuple[FileCount, ...]
    rejects: pd.DataFrame
    ignored: dict[str, tuple[str, ...]]
    mentioned: dict[str, int]
    unread: tuple[Unread, ...] = ()
    gaps: tuple[str, ...] = ()
    changes: Changes | None = None
    missing_accounts: tuple[str, ...] = ()
    new_key: Path | None = None
    parts: tuple[Loaded, ...] = ()

    def record(self, at: datetime, invented: bool = False) -> pd.DataFrame:
        """A row of the table `loads` for each source; its key depends on what was loaded, not on rows' order.

        invented: whether the files are made up, which every file's entry then says.
        """
        if self.parts:
            return pd.concat([part.record(at, invented) for part in self.parts], ignore_index=True)
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
                "rows": [sum(count.read for count in self.files)],
                "rejected": [sum(count.rejected for count in self.files)],
            }
        )


def read(
    source: Source,
    paths: Sequence[Path],
    *,
    chosen: Mapping[str, Layout | None] | None = None,
    answers: Answers = NOTHING,
    encoding: str | None = None,
    key_file: Path | None = None,
    new_key_file: Path | None = None,
    without_contacts: bool = False,
    accept_partial: bool = False,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Make canonical tables of the raw files under `paths`.

    chosen: the units to read and the layout of each, as `graphkoc.capture.recognise` found them; by default those that
    are of this source. answers: what the user states of files that leave it open. encoding: of text files without a
    byte order mark, by default detected from their bytes. key_file: has the secret for contacts where the environment
    has none (`graphkoc.capture.contacts`). new_key_file: where a secret is made once there are contacts and no secret;
    without it such files are refused. without_contacts: pass over addresses and numbers. accept_partial: take also a
    file of which less than half can be taken. A time more than a day after `now` (UTC, the clock by default) is
    rejected.
    Raises UsageError for an unknown encoding, and DataError when a file or a column that a SELECT names is missing, a
    file is unreadable as a whole, its encoding is not certain, or nothing of any file is taken; a wrong row is
    rejected, and the rest are loaded.
    """
    asked = encodings.check(encoding) if encoding else None
    answers = read_answers(paths, answers)
    spill = TemporaryFolder()
    source = replace(source, private=not source.selects and own_tables.hold_contacts(paths, chosen, asked))
    made: list[Path] = []
    # A file that is no key is an error of its own, and not one of the SELECT in which the first contact comes.
    secret = contacts.find_key(key_file) if source.is_private and not without_contacts else None

    def find_secret() -> bytes | None:
        if secret or new_key_file is None:
            return secret
        if not new_key_file.exists():
            made.append(contacts.new_key(new_key_file))
        return contacts.find_key(new_key_file)

    # Contacts are never written to disk, so private files have to fit into memory.
    aside = {"memory_limit": f"{MEMORY}B", "temp_directory": str(spill.path / "checking")}
    config = CLOSED | ({"temp_directory": ""} if source.is_private else aside)
    with duckdb.connect(config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA raw; CREATE SCHEMA clean")
        callers = (casts.MACROS, own_tables.MACROS, conventions.MACROS, source.skipped, source.gaps)
        connection.execute(macros.definitions(*callers, *source.selects.values()))
        connection.create_function("plain_text", html_text.plain_text, ["VARCHAR"], "VARCHAR")
        if source.is_private:
            _define_contact_keys(connection, find_secret, without_contacts)
        wrong: tuple[Unread, ...] = ()
        is_recognised = chosen is not None
        if chosen is None:
            source, chosen, wrong = choose_units(source, paths, answers, asked)
        try:
            files, unread = read_files(connection, source, paths, chosen, asked, progress)
        except DataError as error:
            raise (None if is_recognised else name_other_source(source, paths, asked)) or error from error
        unread = wrong + tuple(describe_stray(one, paths, asked) for one in unread)
        keep_raw(connection, files, {name: view.columns for name, view in source.views.items()})
        latest = (now or datetime.now(UTC)).replace(tzinfo=None) + timedelta(days=1)
        found = _find_conventions(connection, source, files, answers, latest)
        refused = {
            file: f"the column {column} leaves open which part of 03/04/2024 is the day: say --dates dmy or --dates mdy"
            for decided in found.values()
            for file, column in decided.open.items()
        }
        waiting = set(refused)
        shown: list[pd.DataFrame] = []
        while True:
            taken = {name: [file for file in read if file.name not in refused] for name, read in files.items()}
            if refused and not any(taken.values()):
                file, reason = next(iter(refused.items()))
                raise DataError(f"nothing is taken of {file}: {reason}", hint="" if file in waiting else REFUSED_HINT)
            define_views(connection, files, refused, found)
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
            reader = connection.sql(f"FROM clean.{name}").to_arrow_reader(BATCH)
            tables.put(name, reader.schema, reader)
        rejects = pd.concat([connection.sql("FROM rejects").df(), *shown]).sort_values(ORDER, ignore_index=True)
        mentioned = _count_mentioned(connection, columns)
        gaps = tuple(gap for (gap,) in connection.sql(source.gaps).fetchall()) if source.gaps else ()
    unread += tuple(Unread(file, reason) for file, reason in refused.items())
    counts = tuple(replace(count, source=source.name) for count in counts)
    new_key = made[0] if made else None
    return Loaded(source.name, tables, counts, rejects, ignored, mentioned, unread, gaps, new_key=new_key)


def read_recognised(
    paths: Sequence[Path], answers: Answers = NOTHING, *, encoding: str | None = None, **options: Any
) -> Loaded:
    """Make canonical tables of all files under `paths` that are recognised, whatever sources they are of.

    options: as `read` has them. Files that are not recognised, or that a source cannot read, are named as unread.
    Raises DataError where there is nothing else.
    """
    asked = encodings.check(encoding) if encoding else None
    known = sources()
    found = recognise(paths, list(known.values()), read_answers(paths, answers), asked)
    unread = [Unread(one.file, one.reason) for one in found if one.reason]
    parts = []
    for name in dict.fromkeys(one.source for one in found if not one.reason):
        chosen = {one.file: one.chosen for one in found if one.source == name and not one.reason}
        read_some = partial(read, known[name], paths, answers=answers, encoding=encoding, **options)
        part, failed = _read_sound(read_some, chosen)
        unread += failed
        parts += [part] if part else []
    if not parts:
        first = unread[0] if unread else Unread("", "there is nothing to read")
        named = any(one.file == first.file and one.source in COMMANDS for one in found)
        hint = "`graphkoc load SOURCE FILE` names the source, and `graphkoc sources scaffold csv FILE` writes one."
        raise DataError(f"{first.file or ', '.join(map(str, paths))}: {first.reason}", hint="" if named else hint)
    return _combine(parts, unread)


def _read_sound(
    read_some: Callable[..., Loaded], chosen: Mapping[str, Layout | None]
) -> tuple[Loaded | None, list[Unread]]:
    """What a source gives of some units, without those that cannot be read at all."""
    try:
        return read_some(chosen=chosen), []
    except DataError as error:
        if len(chosen) == 1:
            return None, [Unread(file, write_reason(error, file)) for file in chosen]
    failed = [one for file, layout in chosen.items() for one in _read_sound(read_some, {file: layout})[1]]
    sound = {file: layout for file, layout in chosen.items() if file not in {one.file for one in failed}}
    if not failed or not sound:
        return None, failed or [Unread(file, "it cannot be read together with the others") for file in chosen]
    part, others = _read_sound(read_some, sound)
    return part, [*failed, *others]


def _combine(parts: Sequence[Loaded], unread: Sequence[Unread]) -> Loaded:
    """What several sources gave, as one load."""
    if len(parts) == 1:
        return replace(parts[0], unread=(*unread, *parts[0].unread))
    tables = merge_tables([part.tables for part in parts])
    mentioned = dict[str, int]()
    for part in parts:
        for name, rows in part.mentioned.items():
            mentioned[name] = mentioned.get(name, 0) + rows
    return Loaded(
        ", ".join(part.source for part in parts),
        tables,
        tuple(sorted((file for part in parts for file in part.files), key=lambda file: file.file)),
        pd.concat([part.rejects for part in parts], ignore_index=True),
        {file: columns for part in parts for file, columns in part.ignored.items()},
        mentioned,
        (*unread, *(one for part in parts for one in part.unread)),
        tuple(gap for part in parts for gap in part.gaps),
        new_key=next((part.new_key for part in parts if part.new_key), None),
        parts=tuple(parts),
    )


def _find_conventions(
    connection: duckdb.DuckDBPyConnection, source: Source, files: RawFiles, answers: Answers, latest: datetime
) -> dict[str, Conventions]:
    """How the columns of each view write days and numbers."""
    found = {}
    for name, parts in files.items():
        if not parts:
            continue
        view = source.views.get(name)
        times, amounts = (view.times, view.amounts) if view else conventions.list_columns(source.selects, name)
        if times or amounts:
            raw = f"_raw_{name}"
            found[name] = conventions.find_conventions(connection, raw, times, amounts, answers.dates, latest.year)
    return found


def _complete_source(source: Source, files: RawFiles) -> tuple[Source, dict[str, tuple[str, ...]]]:
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


def _define_contact_keys(
    connection: duckdb.DuckDBPyConnection, find_secret: Callable[[], bytes | None], none: bool
) -> None:
    """Define contact_keys(cell, country) for SELECTs of private files, which gives `none` where they are not wanted."""
    if none:
        connection.execute("CREATE MACRO contact_keys(cell, country) AS NULL::VARCHAR")
        return
    connection.create_function("_contact_keys", contacts.keys(find_secret), ["VARCHAR", "VARCHAR"], "VARCHAR")
    connection.execute(
        "CREATE MACRO contact_keys(cell, country) AS nullif(_contact_keys(cell, coalesce(country, '')), '')"
    )


def _list_rejects(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> pd.DataFrame:
    """The rejects of some files."""
    connection.register("_named", pa.table({"file": pa.array(files, pa.string())}))
    found: pd.DataFrame = connection.sql("FROM rejects SEMI JOIN _named USING (file)").df()
    return found


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


def _order_tables(connection: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """The source's tables, each after the clean ones that its SELECT names."""
    needs = {name: list_views(connection, source, name)[1] for name in source.selects}
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
        raise explain(error, source, table) from error
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
        raise explain(error, source, table) from error
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
            ANTI JOIN _later ON _checked.rowid = _later.place WHERE fault IS NULL ORDER BY {keys}""")
    accounting.record_table(connection, table.name, table.key, [column.name for column in columns], source.is_private)
    connection.execute("DROP TABLE _checked; DROP TABLE _later")
