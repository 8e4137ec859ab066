"""Files that are named after canonical tables: their required columns, and the SELECTs that take them as they are.

A SELECT written in advance cannot name an optional column, so these are made from `graphkoc.tables.schema` for the
columns that a file has.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path

from graphkoc.capture.reading.table_file import RawFile
from graphkoc.errors import DataError
from graphkoc.tables.schema import CANONICAL, Table

__all__ = ["MACROS", "MADE", "NO_TABLE", "find_ignored", "find_mentions", "id_expression", "recognise", "write_selects"]

MADE = {
    "reviews": ("review", "consumer", "product", "created_at"),
    "engagements": ("engagement", "consumer", "review", "created_at"),
}
"""Tables whose id may be missing: the id, and the columns of who, what and when from which it is made."""

MACROS = "made_id"
"""What the SELECTs written here call."""

NO_TABLE = "is named after no table"
"""Why a file is not read."""

ALIKE = 0.85
"""Minimum likeness (difflib's ratio) for a column's name to be a misspelling of another."""


def recognise(found: Mapping[str, list[Path]]) -> tuple[dict[str, list[Path]], list[Path]]:
    """The files by canonical table, and those that are named after none; DataError where all of them are."""
    named: dict[str, list[Path]] = {}
    stray: list[Path] = []
    for name, paths in found.items():
        if name.lower() in CANONICAL:
            named.setdefault(name.lower(), []).extend(paths)
        else:
            stray += paths
    if not named:
        raise DataError(
            f"{stray[0].name} {NO_TABLE}: the tables are {', '.join(CANONICAL)}",
            hint=f"Rename it, or let `graphkoc sources scaffold csv {stray[0]}` write a loader for it.",
        )
    return named, stray


def find_ignored(table: Table, file: RawFile) -> tuple[str, ...]:
    """The file's columns that the table does not have.

    Raises DataError when a required column is missing, or an id of which another column looks like a misspelling.
    """
    there = {name.lower() for name in file.columns}
    unknown = [name for name in file.columns if name.lower() not in table.names]
    for column in (column.name for column in table if column.required and column.name not in there):
        alike = difflib.get_close_matches(column, [name.lower() for name in unknown], 1, ALIKE)
        can_be_made = table.name in MADE and MADE[table.name][0] == column
        if alike:
            raise DataError(
                f"{file.name} has no column {column!r}, but one called {alike[0]!r}", hint=f"Rename it to {column}."
            )
        if not can_be_made:
            raise DataError(
                f"{file.name} has no column {column!r}, which {table.name} must have",
                hint=f"It has: {', '.join(file.columns)}. A loader for other names: `graphkoc sources scaffold csv`.",
            )
    return tuple(unknown)


def find_mentions(columns: Mapping[str, Collection[str]]) -> dict[str, list[tuple[str, str]]]:
    """For each table of nodes, the (table, column) pairs among these that mention its nodes.

    An identity says of an account who it is, and not that there is one: it mentions nobody.
    """
    nodes = {table.node: table.name for table in CANONICAL.values() if table.node}
    found: dict[str, list[tuple[str, str]]] = {}
    for name, there in columns.items():
        if name == "identities":
            continue
        ends = {
            (nodes.get(label), column)
            for edge in CANONICAL[name].edges
            for label, column in ((edge.source, edge.source_column), (edge.target, edge.target_column))
        }
        for target, column in sorted((t, c) for t, c in ends if t and t != name and c in there):
            found.setdefault(target, []).append((name, column))
    return found


def write_selects(columns: Mapping[str, Collection[str]], source: str) -> dict[str, str]:
    """A SELECT for each table that has columns, and for those that the others mention.

    columns: canonical name -> the raw columns, in any capitals, of the view `raw.<name>`. Nodes that are
    only mentioned are rows without a file where a key is all that they must have.
    """
    have = {
        name: [column for column in CANONICAL[name].names if column in {given.lower() for given in there}]
        for name, there in columns.items()
    }
    texts: dict[str, list[str]] = {}
    for name, there in have.items():
        values = {column: f'"{column}"' for column in there}
        if name in MADE:
            key = MADE[name][0]
            own = f"CASE WHEN trim({values[key]}) <> '' THEN {values[key]} END" if key in there else "NULL"
            values = {key: f"coalesce({own}, {id_expression(name, values, source)})"} | {
                c: v for c, v in values.items() if c != key
            }
        picked = ", ".join(f'{value} AS "{column}"' for column, value in values.items())
        texts[name] = [f"SELECT {picked}, _file, _row FROM raw.{name}"]
    for name, places in find_mentions(have).items():
        key = CANONICAL[name].key[0]
        if [column.name for column in CANONICAL[name] if column.required] == [key]:
            every = " UNION ".join(
                f'SELECT DISTINCT "{column}" AS "{key}" FROM clean.{table}' for table, column in places
            )
            texts.setdefault(name, []).append(
                f'SELECT "{key}", NULL::VARCHAR AS _file, NULL::BIGINT AS _row FROM ({every}) WHERE "{key}" IS NOT NULL'
            )
    return {name: " UNION ALL BY NAME ".join(parts) for name, parts in texts.items()}


def id_expression(table: str, values: Mapping[str, str], source: str) -> str:
    """The expression that makes an id of a row: of who, what and when, or of a hash of the whole row.

    values: canonical column -> the expression of its raw text, for the columns that there are.
    """
    key, who, what, when = MADE[table]
    content = ", ".join(f"'{column}=' || {value}" for column, value in values.items() if column != key)
    parts = [values.get(part, "NULL") for part in (who, what, when)]
    # A like and a comment at the same moment are two engagements.
    kind = f" || coalesce('/' || {values['kind']}, '')" if "kind" in values else ""
    return f"made_id('{source}', {', '.join(parts)}, concat_ws(chr(31), {content})){kind}"
