"""The fate of every source row: read = loaded + duplicate + conflict + rejected + skipped, for each file.

A source row may become rows of several tables. Its fate is that of its main row: the row of the table that comes first
in MAIN. What could not be made of the rest of a row whose main row was taken stands among the rejects as `partial`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa

from graphkoc.capture import casts
from graphkoc.capture.casts import quoted
from graphkoc.capture.reading.table_file import BadRow, RawFile
from graphkoc.capture.reading.views import View
from graphkoc.text import count

__all__ = ["MAIN", "FileCount", "Unread", "count_files", "create_tables", "describe_loss", "find_lost", "record_table"]

MAIN = (
    *("reviews", "engagements", "purchases", "follows", "memberships", "campaign_events", "posts", "campaign_units"),
    *("feedback", "invitations", "identities", "products", "campaigns", "consumers"),
)
"""The canonical tables, those first whose rows say most."""
FATES = ("loaded", "conflict", "duplicate", "rejected")
"""Of several rows of one table that are made of one source row, the first of these fates counts."""


@dataclass(frozen=True)
class FileCount:
    """Counts of a file's rows: read = loaded + duplicate + conflict + rejected + skipped.

    loaded: taken in. duplicate: the same key and the same content as an earlier row. conflict: the same key as an
    earlier row and other content, which is not taken. rejected: no row could be made of it. skipped: no record by the
    layout, such as a repeated header or a cancelled order; `why_skipped` counts these by reason. An archive counts as
    one file, and so do the documents in a folder where they are many. layout: the name of the layout, where the source
    has layouts.
    """

    file: str
    read: int
    loaded: int
    duplicate: int
    conflict: int
    rejected: int
    skipped: int
    layout: str = ""
    why_skipped: dict[str, int] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class Unread:
    """A file, or a sheet of a workbook, of which nothing was taken, and the reason as a sentence's end."""

    file: str
    reason: str


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty tables `fates`, `skips` and `rejects`, in place of those of an earlier pass."""
    connection.execute("""
        CREATE OR REPLACE TABLE fates (_file VARCHAR, _row BIGINT, rank INTEGER);
        CREATE OR REPLACE TABLE skips (_file VARCHAR, _row BIGINT, reason VARCHAR);
        CREATE OR REPLACE TABLE rejects
            (file VARCHAR, "row" BIGINT, "table" VARCHAR, reason VARCHAR, "text" VARCHAR, fate VARCHAR)""")


def record_table(
    connection: duckdb.DuckDBPyConnection, name: str, keys: Sequence[str], columns: Sequence[str], private: bool
) -> None:
    """Record what became of the rows of `_checked`, a table's rows with `fault`, and `_later`, those that repeat a key.

    private: whether the files may hold contacts, which are then hidden as a whole.
    """
    first = len(FATES) * MAIN.index(name)
    connection.execute(f"""
        INSERT INTO fates SELECT _file, _row,
            {first} + CASE WHEN fault IS NOT NULL THEN {FATES.index("rejected")}
                           WHEN _later.place IS NULL THEN {FATES.index("loaded")}
                           WHEN differs THEN {FATES.index("conflict")} ELSE {FATES.index("duplicate")} END
            FROM _checked LEFT JOIN _later ON _checked.rowid = _later.place WHERE _row IS NOT NULL""")
    # The patterns that hide contacts are compiled for each column, which takes longer than to check a few rows.
    if connection.execute("SELECT 1 FROM _checked WHERE fault IS NOT NULL LIMIT 1").fetchall():
        value = casts.hide_contacts("fault.value", private)
        shown = {column: casts.hide_contacts(f"_given.{quoted(column)}", private) for column in columns}
        row = ", ".join(f"{quoted(column)} := {text}" for column, text in shown.items())
        connection.execute(f"""
            INSERT INTO rejects SELECT _file, _row, '{name}',
                fault.reason || coalesce(': ''' || left({value}, 40) || '''', ''),
                left(struct_pack({row})::VARCHAR, 200), 'rejected'
            FROM _checked WHERE fault IS NOT NULL""")
    if connection.execute("SELECT 1 FROM _later WHERE differs LIMIT 1").fetchall():
        key = f"concat_ws(', ', {', '.join(quoted(column) for column in keys)})"
        connection.execute(f"""
            INSERT INTO rejects SELECT _file, _row, '{name}',
                '{" and ".join(keys)} ' || {casts.hide_contacts(key, private)}
                    || ' stands for other content in ' || first_file || ', row ' || first_row || ', which was taken',
                NULL, 'conflict'
            FROM _checked JOIN _later ON _checked.rowid = _later.place WHERE differs AND _row IS NOT NULL""")


def count_files(
    connection: duckdb.DuckDBPyConnection,
    views: Mapping[str, View],
    files: Mapping[str, Sequence[RawFile]],
    refused: Mapping[str, str],
) -> tuple[FileCount, ...]:
    """One count a name, of all files but those refused; several views may have rows of one file."""
    parts = Counter(file.name for name in files for file in files[name])
    counted: dict[str, FileCount] = {}
    for name in sorted(files):
        looked_up = views[name].lookup if name in views else None
        for file in files[name]:
            if file.name in refused:
                continue
            whole = parts[file.name] == 1 and file.table["_file"].unique().to_pylist() == [file.name]
            made = _count_rows(connection, file, whole, looked_up)
            counted[file.name] = _add(counted[file.name], made) if file.name in counted else made
    _record_bad_rows(
        connection, [bad for part in files.values() for file in part if file.name not in refused for bad in file.bad]
    )
    return tuple(counted[name] for name in sorted(counted))


def _add(one: FileCount, other: FileCount) -> FileCount:
    names = ("read", "loaded", "duplicate", "conflict", "rejected", "skipped")
    numbers = {name: getattr(one, name) + getattr(other, name) for name in names}
    why = dict(Counter(one.why_skipped) + Counter(other.why_skipped))
    return replace(one, **numbers, why_skipped=why, layout=one.layout or other.layout)


def _count_rows(connection: duckdb.DuckDBPyConnection, file: RawFile, whole: bool, looked_up: bool | None) -> FileCount:
    """The fates of one file's rows. Those that no table takes are rejected.

    A file that is only `looked_up` (a list of names) is loaded; where nothing says whether it is (None), one whose
    rows no table carries was. Whether `file` is the `whole` of what is known by its name needs no look at each row.
    """
    connection.register("_rows", file.table.select(["_file", "_row"]))
    own = "WHERE _file = $file" if whole else "SEMI JOIN _rows USING (_file, _row)"
    given = {"file": file.name} if whole else {}
    # The smallest rank of a row is the best fate in its main table.
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE _fates AS
            SELECT _file, _row, min(rank) % {len(FATES)} AS fate FROM (FROM fates {own})
            ANTI JOIN skips USING (_file, _row) GROUP BY _file, _row""",
        given,
    )
    # What a skipped row lacks is no fault of it.
    connection.execute("""
        DELETE FROM rejects USING skips WHERE rejects.file = skips._file AND rejects."row" = skips._row""")
    # A row is rejected or in conflict as a whole, or only a part of it is.
    names = ", ".join(f"'{fate}'" for fate in FATES)
    connection.execute(f"""
        UPDATE rejects SET fate = 'partial' FROM _fates
        WHERE rejects.file = _fates._file AND rejects."row" = _fates._row
            AND _fates.fate <> {FATES.index("rejected")} AND rejects.fate <> [{names}][_fates.fate + 1]""")
    found = connection.execute("SELECT fate, count(*) FROM _fates GROUP BY fate").fetchall()
    fates = {FATES[place]: rows for place, rows in found}
    why = dict(connection.execute(f"SELECT reason, count(*) FROM (FROM skips {own}) GROUP BY reason", given).fetchall())
    skipped = sum(why.values())
    if looked_up or (looked_up is None and not fates):
        fates = {"loaded": file.records - skipped}
    if untaken := file.records - sum(fates.values()) - skipped:
        connection.execute("""
            INSERT INTO rejects SELECT DISTINCT _file, _row, NULL, 'no table takes this row', NULL, 'rejected'
            FROM _rows ANTI JOIN fates USING (_file, _row) ANTI JOIN skips USING (_file, _row)""")
    if file.again:
        why["repeated header"] = file.again
    rejected = fates.get("rejected", 0) + untaken + len(file.bad)
    loaded, duplicate, conflict = (fates.get(fate, 0) for fate in ("loaded", "duplicate", "conflict"))
    skipped += file.again
    return FileCount(file.name, file.read, loaded, duplicate, conflict, rejected, skipped, file.layout, why)


def _record_bad_rows(connection: duckdb.DuckDBPyConnection, rows: Sequence[BadRow]) -> None:
    """Put rows that could not be read beside those that a table rejected."""
    if not rows:
        return
    columns = {name: pa.array([getattr(row, name) for row in rows]) for name in ("file", "row", "reason", "text")}
    connection.register("_bad", pa.table(columns))
    connection.execute("""INSERT INTO rejects SELECT file, "row", NULL, reason, masked("text"), 'rejected' FROM _bad""")


def find_lost(counts: Sequence[FileCount]) -> list[FileCount]:
    """The files of which less than half could be taken: most likely they are not what they were taken for."""
    return [file for file in counts if 2 * (file.rejected + file.conflict) > file.read]


def describe_loss(connection: duckdb.DuckDBPyConnection, file: FileCount) -> str:
    """Why nothing of a file is taken, with the commonest reason."""
    found = connection.execute(
        """SELECT regexp_replace(reason, ': ''.*', '') AS why, count(*) FROM rejects
           WHERE file = $file AND fate <> 'partial' GROUP BY why ORDER BY count(*) DESC, why LIMIT 1""",
        {"file": file.file},
    ).fetchall()
    lost = file.rejected + file.conflict
    why = f", most often because {found[0][0]}" if found else ""
    return f"{lost:,} of its {count(file.read, 'rows')} cannot be taken{why}"
