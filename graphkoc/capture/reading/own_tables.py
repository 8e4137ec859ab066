"""Files that are named after canonical tables: their required columns, and the SELECTs that take them as they are.

A SELECT written in advance cannot name an optional column, so these are made from `graphkoc.tables.schema` for the
columns that a file has.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from graphkoc.capture.reading import table_file
from graphkoc.capture.reading.places import Place, find_places, list_files
from graphkoc.capture.reading.table_file import RawFile
from graphkoc.capture.reading.units import name_sheets
from graphkoc.errors import DataError
from graphkoc.tables.schema import CANONICAL, Table

__all__ = [
    "MACROS",
    "MADE",
    "NO_TABLE",
    "SHEETS",
    "find_files",
    "find_ignored",
    "find_mentions",
    "hold_contacts",
    "id_expression",
    "list_parts",
    "recognise",
    "write_selects",
]

MADE = {
    "reviews": ("review", "consumer", "product", "created_at"),
    "engagements": ("engagement", "consumer", "review", "created_at"),
}
"""Tables whose id may be missing: the id, and the columns (who, what and when) from which it is made."""

MACROS = "made_id id_of"
"""What the SELECTs written here call."""

SHEETS = ""
"""What stands for a table's name where only a workbook's sheets have one."""
NO_TABLE = "is named after no table"
"""Why a file is not read."""

CONTACTS = ("email", "phone")
"""Columns beside the canonical ones, in tables that name a person, of which contact keys are made."""
KEYED = ("consumers", "reviews")

ALIKE = 0.85
"""Minimum likeness (difflib's ratio) for a column's name to be a misspelling of another."""


def find_files(paths: Sequence[Path], chosen: Collection[str] | None) -> tuple[dict[str, list[Path]], dict[Path, str]]:
    """The files that may be tables, by their names in SQL, and what each is called in counts and rejects.

    chosen: the units to read; by default all of them. Raises DataError as `table_file.find` does.
    """
    if chosen is None:
        found = table_file.find(paths)
        return found, table_file.names([path for inside in found.values() for path in inside])
    files = list_files(chosen)
    picked = [place for place in find_places(paths) if place.name in files]
    return table_file.find([place.path for place in picked]), {place.path: place.name for place in picked}


def list_parts(view: str, path: Path, name: str, chosen: Collection[str] | None) -> list[tuple[str, str, str | None]]:
    """What is read of a file called `name`: the table, the name, and the sheet of each part of it.

    Of a workbook with several sheets each is a part, which may be named after a table. Raises DataError for a workbook
    that cannot be read.
    """
    sheets = name_sheets(Place(path, name, path.parent))
    return [
        (sheet if len(sheets) > 1 and sheet in CANONICAL else view, part, sheet)
        for part, sheet in sheets
        if chosen is None or part in chosen
    ]


def hold_contacts(paths: Sequence[Path], chosen: Collection[str] | None = None, asked: str | None = None) -> bool:
    """Whether a table of people among the files that are read has a column of e-mail addresses or phone numbers."""
    try:
        found, names = find_files(paths, chosen)
        named, _ = recognise(found)
    except DataError:
        return False  # the error appears when the files are read
    return any(
        _has_contacts(table, path, names[path], chosen, asked) for table, inside in named.items() for path in inside
    )


def _has_contacts(table: str, path: Path, name: str, chosen: Collection[str] | None, asked: str | None) -> bool:
    try:
        headers = [
            table_file.read_header(path, asked, sheet=sheet)
            for part, _, sheet in list_parts(table, path, name, chosen)
            if part in KEYED
        ]
    except DataError:
        return False  # it is not read
    return any(column.lower() in CONTACTS for header in headers for column in header)


def recognise(found: Mapping[str, list[Path]]) -> tuple[dict[str, list[Path]], list[Path]]:
    """The files by canonical table, and those that are named after none; DataError where all of them are.

    A workbook of another name that has sheets named after tables stands under SHEETS.
    """
    named: dict[str, list[Path]] = {}
    stray: list[Path] = []
    for name, paths in found.items():
        if name.lower() in CANONICAL:
            named.setdefault(name.lower(), []).extend(paths)
            continue
        books = [path for path in paths if _has_table_sheets(path)]
        if books:
            named.setdefault(SHEETS, []).extend(books)
        stray += [path for path in paths if path not in books]
    if not named:
        raise DataError(
            f"{stray[0].name} {NO_TABLE}: the tables are {', '.join(CANONICAL)}",
            hint=f"Rename it, or let `graphkoc sources scaffold csv {stray[0]}` write a loader for it.",
        )
    return named, stray


def _has_table_sheets(path: Path) -> bool:
    try:
        sheets = name_sheets(Place(path, path.name, path.parent))
    except DataError:
        return False  # it is named with its error
    return len(sheets) > 1 and any(sheet in CANONICAL for _, sheet in sheets)


def find_ignored(table: Table, file: RawFile) -> tuple[str, ...]:
    """The file's columns that the table does not have.

    Raises DataError when a required column is missing, or an id of which another column looks like a misspelling.
    """
    there = {name.lower() for name in file.columns}
    known = {*table.names, *((*CONTACTS, "country") if table.name in KEYED else ())}
    unknown = [name for name in file.columns if name.lower() not in known]
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

    An identity states who an account belongs to, and not that the account exists: it mentions nobody.
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
    stated = _write_stated_keys(columns.get("reviews", ()))
    for name, there in have.items():
        values = {column: f'"{column}"' for column in there}
        if name in MADE:
            key = MADE[name][0]
            own = f"CASE WHEN trim({values[key]}) <> '' THEN {values[key]} END" if key in there else "NULL"
            values = {key: f"coalesce({own}, {id_expression(name, values, source)})"} | {
                c: v for c, v in values.items() if c != key
            }
        rows = f"raw.{name} AS own"
        if name == "consumers":
            keys = ['"contact_key"'] * ("contact_key" in there) + [key for key in [_write_key(columns[name])] if key]
            if stated:
                rows += f" LEFT JOIN ({stated}) AS stated ON stated.who = id_of(own.consumer)"
                keys.append("stated.keys")
            if keys:
                values["contact_key"] = f"coalesce({', '.join(keys)})"
        picked = ", ".join(f'{value} AS "{column}"' for column, value in values.items())
        texts[name] = [f"SELECT {picked}, own._file, own._row FROM {rows}"]
    for name, places in find_mentions(have).items():
        key = CANONICAL[name].key[0]
        if [column.name for column in CANONICAL[name] if column.required] == [key]:
            every = " UNION ".join(
                f'SELECT DISTINCT "{column}" AS "{key}" FROM clean.{table}' for table, column in places
            )
            texts.setdefault(name, []).append(
                f'SELECT "{key}", NULL::VARCHAR AS _file, NULL::BIGINT AS _row FROM ({every}) WHERE "{key}" IS NOT NULL'
            )
    if stated:
        # People without a row of their own come before those that are only mentioned, because the first row counts.
        place = int("consumers" in have)
        row = (
            f"SELECT who AS consumer, keys AS contact_key, NULL::VARCHAR AS _file, NULL::BIGINT AS _row FROM ({stated})"
        )
        texts.setdefault("consumers", []).insert(place, row)
    return {name: " UNION ALL BY NAME ".join(parts) for name, parts in texts.items()}


def _write_key(columns: Collection[str], table: str = "own") -> str:
    """The expression of the keys of a row's contacts, "" where it has none."""
    lower = {given.lower() for given in columns}
    cells = [f'{table}."{column}"' for column in CONTACTS if column in lower]
    country = f'{table}."country"' if "country" in lower else "NULL"
    return f"contact_keys(concat_ws(chr(10), {', '.join(cells)}), {country})" if cells else ""


def _write_stated_keys(columns: Collection[str]) -> str:
    """A SELECT of who and keys: the contacts that reviews have of their writers; "" where they have none."""
    key = _write_key(columns)
    if not key or "consumer" not in {given.lower() for given in columns}:
        return ""
    return f"""SELECT id_of(consumer) AS who,
        array_to_string(list_sort(list_distinct(flatten(list(string_split(keys, ' '))))), ' ') AS keys
        FROM (SELECT consumer, {key} AS keys FROM raw.reviews AS own) WHERE keys IS NOT NULL GROUP BY who"""


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
