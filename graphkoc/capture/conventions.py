"""How a column writes days and numbers: decided by the whole column, because one cell may be read in two ways.

03/04/2024 is 3 April or 4 March, and 3.000 is three or three thousand. Another cell of the same column of the same file
decides it: 31/12/2024, or 2.499,90. Where none does, days are ordered as in the other columns of days, if these agree.
Where no cell of the file decides it, a day is not guessed: the file waits until the user states it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from graphkoc.capture.casts import quoted
from graphkoc.tables.schema import CANONICAL

__all__ = ["MACROS", "Conventions", "find_conventions", "list_columns"]

MACROS = "dated pointed _day_parts"
"""What the expressions here call."""
POSSIBLE = (
    "least(TRY_CAST(parts.a AS INT), TRY_CAST(parts.b AS INT)) BETWEEN 1 AND 12"
    " AND greatest(TRY_CAST(parts.a AS INT), TRY_CAST(parts.b AS INT)) <= 31"
)
"""What is a day in some order; what is one in none, such as 32/13/2025, decides nothing of its column."""
THOUSANDS = (r"\.\d{3},\d|,\d{1,2}(\D|$)", r",\d{3}\.\d|\.\d{1,2}(\D|$)|\.\d{4,}")
"""Cells that have a decimal comma, and cells that have a decimal point."""


@dataclass(frozen=True)
class Conventions:
    """What was decided of the columns of a view.

    days: column -> file -> dmy, mdy or ymd. marks: column -> file -> the decimal mark. open: file -> the column that
    leaves the order of day and month open.
    """

    days: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    open: Mapping[str, str] = field(default_factory=dict)

    def read(self, column: str) -> str:
        """The expression for a column's cells, read as decided."""
        cell = quoted(column)
        if column in self.days:
            return f"dated({cell}, {_choose(self.days[column])})"
        if column in self.marks:
            return f"pointed({cell}, {_choose(self.marks[column])})"
        return cell


def _choose(by_file: Mapping[str, str]) -> str:
    """The expression for what holds for a row's file."""
    cases = " ".join(f"WHEN {_text(file)} THEN {_text(value)}" for file, value in by_file.items())
    return f"CASE _file {cases} END" if by_file else "NULL"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def list_columns(selects: Mapping[str, str], table: str) -> tuple[Sequence[str], Sequence[str]]:
    """The columns of a canonical table that hold times, and those that hold numbers; none of a SELECT's own view."""
    table_columns = () if selects else CANONICAL[table].columns
    times, numbers = ([one.name for one in table_columns if one.kind == kind] for kind in ("time", "number"))
    return times, numbers


def find_conventions(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    times: Sequence[str],
    amounts: Sequence[str],
    stated: str,
    this_year: int,
) -> Conventions:
    """Look through the raw rows of a view.

    table: the name of the raw table. stated: the order of day and month that the user stated, "" for none. this_year: a
    two-digit year beyond it is no year.
    """
    columns = {column.lower(): column for column in connection.sql(f"FROM {quoted(table)} LIMIT 0").columns}
    days: dict[str, dict[str, str]] = {}
    open_: dict[str, list[str]] = {}
    for column in (columns[name] for name in times if name in columns):
        own = quoted(columns["times"]) if "times" in columns and column != columns["times"] else "NULL"
        for file, first, second, short, mapped in connection.execute(
            f"""SELECT _file,
                    max(TRY_CAST(parts.a AS INT)) FILTER (is_day), max(TRY_CAST(parts.b AS INT)) FILTER (is_day),
                    bool_or(length(parts.c) = 2) FILTER (is_day), max(mapped)
                FROM (SELECT *, parts.a <> '' AND parts.mark <> '.' AND {POSSIBLE} AS is_day
                      FROM (SELECT _file, _day_parts({quoted(column)}) AS parts, {own} AS mapped
                            FROM {quoted(table)}))
                GROUP BY _file HAVING bool_or(is_day)"""
        ).fetchall():
            order = mapped or stated or _order_days(first, second, short, this_year % 100)
            if order:
                days.setdefault(column, {})[file] = order
            else:
                open_.setdefault(file, []).append(column)
    for file in list(open_):
        others = {by_file[file] for by_file in days.values() if file in by_file}
        if len(others) == 1:
            for column in open_.pop(file):
                days.setdefault(column, {})[file] = next(iter(others))
    marks: dict[str, dict[str, str]] = {}
    for column in (columns[name] for name in amounts if name in columns):
        cell = quoted(column)
        for file, comma, point in connection.execute(
            f"""SELECT _file, bool_or(regexp_matches({cell}, '{THOUSANDS[0]}')),
                    bool_or(regexp_matches({cell}, '{THOUSANDS[1]}'))
                FROM {quoted(table)} WHERE contains({cell}, ',') OR contains({cell}, '.') GROUP BY _file"""
        ).fetchall():
            if comma != point:
                marks.setdefault(column, {})[file] = "," if comma else "."
    return Conventions(days, marks, {file: first for file, (first, *_) in open_.items()})


def _order_days(first: int, second: int, short: bool, this_year: int) -> str:
    """The order that the largest first and second parts of the days leave possible, "" where several are."""
    fits = {
        "dmy": 12 < first <= 31 and second <= 12,
        "mdy": first <= 12 < second,
        "ymd": short and 12 < first <= this_year and second <= 12,
    }
    possible = [order for order in fits if fits[order]]
    return possible[0] if len(possible) == 1 else ""
