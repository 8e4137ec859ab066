"""SQL expressions that cast and check what a loader's SELECT gives, column by column."""

from __future__ import annotations

from datetime import datetime

from graphkoc.capture import contacts
from graphkoc.tables.schema import EARLIEST, Column
from graphkoc.tables.types import TYPES

__all__ = ["cast", "find_faults", "hide_contacts", "quoted"]


def cast(column: Column, prefix: str) -> str:
    """An expression for the canonical value, null if none.

    It reads the SELECT's value under the column's name with an underscore before it.
    """
    given = quoted("_" + column.name)
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
    if column.choices:
        return f"nullif(lower(trim({given}::VARCHAR)), '')"
    return f"masked({given}::VARCHAR)" if column.contacts == "masked" else f"{given}::VARCHAR"


def hide_contacts(value: str, private: bool = False) -> str:
    """An expression for the value as it may be shown, which is without contacts.

    private: whether a value that may contain a contact is hidden as a whole.
    """
    if not private:
        return f"masked({value}::VARCHAR)"
    dates = r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}"
    left = f"regexp_replace({value}::VARCHAR, '{dates}', '', 'g')"
    return f"if(regexp_matches({left}, '{contacts.MAYBE}'), '{contacts.HIDDEN}', {value}::VARCHAR)"


def find_faults(column: Column, latest: datetime, private: bool = False) -> str:
    """WHEN clauses that give the reason why a value is rejected; `private` as in `hide_contacts`."""
    given, found = quoted("_" + column.name), quoted(column.name)
    shown = f"'''' || left({hide_contacts(given, private)}, 40) || ''''"
    blank = f"coalesce(trim({given}::VARCHAR), '') = ''"
    clauses = []
    if column.required:
        clauses.append(f"WHEN {found} IS NULL AND {blank} THEN 'no {column.name}'")
    if column.contacts == "refused":
        # Many ids are numbers of eleven digits, so an id needs @ or + as well to be taken for a contact.
        text = f"{given}::VARCHAR"
        condition = f"(contains({text}, '@') OR contains({text}, '+')) AND " if column.kind == "id" else ""
        words = f"{column.name} is an e-mail address or a phone number, which are never stored"
        clauses.append(f"WHEN {condition}masked({text}) <> {text} THEN '{words}'")
    if column.kind == "id":
        clauses.append(
            f"WHEN _rounded({given}::VARCHAR) THEN '{column.name} was rounded by a spreadsheet: ' || {shown}"
        )
    if column.kind in ("integer", "number", "time"):
        clauses.append(
            f"WHEN {found} IS NULL AND NOT {blank} THEN '{column.name} is not {TYPES[column.kind].one}: ' || {shown}"
        )
    if column.kind == "number":
        clauses.append(f"WHEN NOT isfinite({found}) THEN '{column.name} is not a number: ' || {shown}")
    if column.kind == "time":
        clauses.append(
            f"WHEN {found} < '{EARLIEST}' THEN '{column.name} ' || {found}::VARCHAR || ' is before {EARLIEST:%Y}'"
            f" WHEN {found} > '{latest}' THEN '{column.name} ' || {found}::VARCHAR || ' lies in the future'"
        )
    if column.low is not None:
        clauses.append(f"WHEN {found} < {column.low} THEN '{column.name} is below {column.low:g}: ' || {shown}")
    if column.high is not None:
        clauses.append(f"WHEN {found} > {column.high} THEN '{column.name} is above {column.high:g}: ' || {shown}")
    if column.choices:
        allowed = ", ".join(f"'{choice}'" for choice in column.choices)
        words = f"{column.name} is none of {', '.join(column.choices)}: "
        clauses.append(f"WHEN {found} NOT IN ({allowed}) THEN '{words}' || {shown}")
    return " ".join(clauses)


def quoted(name: str) -> str:
    """A name as a quoted identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
