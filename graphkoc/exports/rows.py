"""Rows as files: JSON, CSV and workbooks that no spreadsheet or terminal executes, and Parquet unchanged."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from graphkoc.errors import UsageError

__all__ = ["Row", "as_csv", "as_json", "as_parquet", "as_workbook", "jsonable", "safe_cell", "without_controls"]

Row = Mapping[str, Any]

ROWS = 1_048_576
"""Rows of a sheet of a workbook, including its header."""
LETTERS = 32_767
"""Characters of a cell of a workbook."""
WIDEST = 60
"""Characters of a column of a workbook, beyond which a text is wrapped."""
SPARE = 500
"""Rows below the last one that also offer a choice: whoever adds a row has it too."""
EXACT = 2**53
"""Largest number up to which a workbook holds every whole number exactly."""
CREATED = datetime(2000, 1, 1)
"""The date in a workbook: equal rows are equal bytes."""
SAFE = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
"""Options by which a text is a text in a workbook, whatever it begins with."""
TURNS = "\u202a-\u202e\u2066-\u2069"
"""Characters that change the direction of the text around them."""


def without_controls(text: str) -> str:
    """The text without control characters (but with line ends and tabs), without characters that change its direction,
    and without what no file of XML holds: lone surrogates, U+FFFE and U+FFFF."""
    visible = re.sub(f"[{TURNS}\ufffe\uffff]", "", text)
    return "".join(c for c in visible if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def safe_cell(value: str) -> str:
    """A text that a spreadsheet shows and does not run: without controls, and a ' before a leading = + - @ or tab."""
    shown = without_controls(value)
    return "'" + shown if shown[:1] in tuple("=+-@\t\n＝＋－＠") else shown


def jsonable(value: Any) -> Any:
    """A value as JSON holds it; a missing value or NaN is None."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, datetime):
        return None if value != value else value.isoformat()
    if hasattr(value, "item") and not isinstance(value, Iterable):
        return jsonable(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Iterable):
        return [jsonable(item) for item in value]
    return None if value != value or str(value) in ("<NA>", "NaT") else str(value)


def as_json(document: Any, ascii_only: bool = False) -> str:
    """A document as JSON text, with every character escaped that a terminal would execute.

    ascii_only: escape every other character too, for outputs that take only ASCII.
    """
    text = json.dumps(jsonable(document), indent=1, ensure_ascii=ascii_only, allow_nan=False)
    return re.sub(f"[\x7f-\x9f{TURNS}]", lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def as_csv(rows: Sequence[Row], verbatim: Collection[str] = ()) -> str:
    """A header and one line per row; lists and mappings are JSON.

    verbatim: columns of texts that were checked, such as phone numbers, and are written without the ' of `safe_cell`.
    """
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([value if name in verbatim else _text(value) for name, value in row.items()])
    return sink.getvalue()


def _text(value: Any) -> str:
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else repr(value)


def _plain(value: Any) -> Any:
    """The value as a text, number, bool, time or None; lists and mappings are JSON."""
    if isinstance(value, datetime):
        return None if value != value else value
    value = jsonable(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def as_parquet(rows: Sequence[Row]) -> bytes:
    """One column for each name; a column of several types is text, and lists and mappings are JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {}
    for name in rows[0] if rows else ():
        values = [_plain(row[name]) for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            columns[name] = pa.array([None if value is None else str(value) for value in values])
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def as_workbook(rows: Sequence[Row], choices: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """One sheet, a header above; a text is a text in it, whatever it begins with.

    choices: columns that offer a drop-down of these texts and take any other; the columns are then as wide as their
    texts, and long texts are wrapped. Raises UsageError for more rows than a sheet holds.
    """
    import xlsxwriter

    if len(rows) >= ROWS:
        raise UsageError(
            f"a workbook holds {ROWS - 1:,} rows, and these are {len(rows):,}", hint="Use --format csv or parquet."
        )
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, **SAFE}) as book:
        book.set_properties({"created": CREATED})
        times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(rows[0] if rows else ()):
            sheet.write_string(0, column, without_controls(name))
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(map(_plain, row.values())):
                if isinstance(value, bool):
                    sheet.write_boolean(line, column, value)
                elif isinstance(value, datetime):
                    sheet.write_datetime(line, column, value, times)
                elif isinstance(value, int | float) and abs(value) <= EXACT:
                    sheet.write_number(line, column, value)
                elif value is not None:
                    sheet.write_string(line, column, without_controls(str(value))[:LETTERS])
        if choices is not None:
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            for column, name in enumerate(rows[0] if rows else ()):
                longest = max(len(str(row[name] or "")) for row in rows)
                sheet.set_column(column, column, min(WIDEST, max(len(name), longest) + 2), wrapped)
                if name in choices:
                    offered = {"validate": "list", "source": list(choices[name]), "show_error": False}
                    sheet.data_validation(1, column, min(len(rows) + SPARE, ROWS - 1), column, offered)
    return sink.getvalue()
