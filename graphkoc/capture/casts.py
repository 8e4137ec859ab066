"""SQL expressions that cast and check what a loader's SELECT gives, column by column."""

from __future__ import annotations

from datetime import datetime

from graphkoc.capture import contacts
from graphkoc.tables.schema import EARLIEST, Column
from graphkoc.tables.types import TYPES

__all__ = ["MACROS", "cast", "find_faults", "hide_contacts", "quoted", "reject"]

MACROS = "count_links id_of _absent prefixed to_time to_number to_whole masked _rounded"
"""What the expressions here call."""


def cast(column: Column, prefix: str) -> str:
    """An expression for the canonical value, null if none.

    It reads the SELECT's value under the column's name with an underscore before it.
    """
    given = quoted("_" + column.name)
    if column.kind == "id":
        return f"prefixed(id_of({given}), '{prefix}')"
    if column.kind == "time":
        return f"to_time({given})"
    if column.kind == "number":
        return f"nullif(to_number({given}), 'nan'::DOUBLE)"
    if column.kind == "integer" and column.high == 1:
        return f"coalesce(to_whole({given}), TRY_CAST(TRY_CAST({given}::VARCHAR AS BOOLEAN) AS BIGINT))"
    if column.links:
        return f"to_whole(count_links({given}::VARCHAR))"
    if column.kind == "integer":
        return f"to_whole({given})"
    if column.choices:
        return f"CASE WHEN NOT _absent({given}::VARCHAR) THEN nullif(lower(trim({given}::VARCHAR)), '') END"
    if column.kind == "words":
        return f"nullif(trim(regexp_replace(masked({given}::VARCHAR), '\\s+', ' ', 'g')), '')"
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


def find_faults(column: Column, latest: datetime) -> str:
    """WHEN clauses, each as `reject` writes it, for what makes a value wrong."""
    given, found = quoted("_" + column.name), quoted(column.name)
    text = f"{given}::VARCHAR"
    blank = f"coalesce(_absent(trim({text})), true)"
    clauses = []
    if column.required:
        clauses.append(reject(f"{found} IS NULL AND {blank}", f"'no {column.name}'"))
    if column.contacts == "refused":
        # Many ids are numbers of eleven digits, so an id needs @ or + as well to be taken for a contact.
        condition = f"(contains({text}, '@') OR contains({text}, '+')) AND " if column.kind == "id" else ""
        reason = f"'{column.name} is an e-mail address or a phone number, which are never stored'"
        clauses.append(reject(f"{condition}masked({text}) <> {text}", reason))
    if column.kind == "id":
        clauses.append(reject(f"_rounded({text})", f"'{column.name} was rounded by a spreadsheet'", text))
    if column.kind in ("integer", "number", "time"):
        condition = f"{found} IS NULL AND NOT {blank}"
        clauses.append(reject(condition, f"'{column.name} is not {TYPES[column.kind].one}'", text))
    if column.kind == "number":
        clauses.append(reject(f"NOT isfinite({found})", f"'{column.name} is not a number'", text))
    if column.kind == "time":
        bounds = [(f"{found} < '{EARLIEST}'", f"is before {EARLIEST:%Y}")]
        bounds += [] if column.ahead else [(f"{found} > '{latest}'", "lies in the future")]
        for condition, words in bounds:
            clauses.append(reject(condition, f"'{column.name} ' || {found}::VARCHAR || ' {words}'"))
    if column.low is not None:
        clauses.append(reject(f"{found} < {column.low}", f"'{column.name} is below {column.low:g}'", text))
    if column.high is not None:
        clauses.append(reject(f"{found} > {column.high}", f"'{column.name} is above {column.high:g}'", text))
    if column.choices:
        allowed = ", ".join(f"'{choice}'" for choice in column.choices)
        reason = f"'{column.name} is none of {', '.join(column.choices)}'"
        clauses.append(reject(f"{found} NOT IN ({allowed})", reason, text))
    return " ".join(clauses)


def reject(condition: str, reason: str, value: str = "NULL::VARCHAR") -> str:
    """A WHEN clause that gives a row's fault, a struct: `reason`, and the `value` to show after it, null for none.

    All three are expressions. The value is as it was given, so that contacts are hidden where it is shown.
    """
    return f"WHEN {condition} THEN {{'reason': {reason}, 'value': {value}}}"


def quoted(name: str) -> str:
    """A name as a quoted identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
