"""Tables for people as files: a workbook of sheets, CSV, Parquet and JSON, with the same numbers in each."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.exports.rows import CREATED, LETTERS, ROWS, SAFE, safe_cell, without_controls

__all__ = ["Column", "Sheet", "as_book", "as_document", "as_sheet_csv", "as_sheet_parquet", "drop_empty"]

KINDS = ("text", "whole", "number", "share", "money", "day", "link")
NUMBERS = ("whole", "number", "share", "money")
FORMATS = {"whole": "#,##0", "number": "#,##0.00", "share": "0%", "money": "#,##0.00", "day": "yyyy-mm-dd"}
ALMOST_NONE, ALMOST_ALL = '"<1%"', '">99%"'
"""How a share is shown that is nearly 0 or 1, as `graphkoc.text.percent` writes it."""
WIDTHS = {"whole": 10, "number": 10, "share": 9, "money": 12, "day": 12, "link": 30}
NARROWEST, WIDEST, MEASURED = 8, 60, 500
"""Characters of a column; how many rows decide its width."""
LINE, MOST_LINES = 15, 20
"""Points of a line of a row, and lines of the highest row."""
LINKS, ADDRESS = 65_000, 2_000
"""Links of a sheet, and characters of an address, that spreadsheets open."""
TITLE = 31
"""Characters of the name of a sheet."""
WEB = re.compile(r"https?://[\x21\x23-\x26\x28-\x3b\x3d\x3f-\x7e]+")
"""An address of the web without spaces, quotes and angle brackets."""
HEAD, BAR = {"bold": True, "bg_color": "#E8ECF3", "bottom": 1, "text_wrap": True, "valign": "top"}, "#9DB7DE"
LINK = {"font_color": "#0B57D0", "underline": 1}


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    name: what programs call it. header: what people read above it. kind: text, whole, number, share (0 to 1), money,
    day (as YYYY-MM-DD) or link. bar: whether a workbook draws a bar behind its numbers.
    """

    name: str
    header: str
    kind: str = "text"
    bar: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table for people: rows by the names of its columns, None for what is not known.

    fixed: columns on the left that stay in view.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    fixed: int = 0


def drop_empty(sheet: Sheet) -> Sheet:
    """The sheet without columns in which no row has anything; whole where there are no rows."""
    kept = tuple(one for one in sheet.columns if any(row[one.name] not in (None, "") for row in sheet.rows))
    return replace(sheet, columns=kept) if sheet.rows else sheet


def as_document(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """The sheets as JSON values: {NAME: {title, columns: [{name, header, kind}], rows}}."""
    return {
        sheet.name: {
            "title": sheet.title,
            "columns": [{"name": one.name, "header": one.header, "kind": one.kind} for one in sheet.columns],
            "rows": [{one.name: _clean(row[one.name]) for one in sheet.columns} for row in sheet.rows],
        }
        for sheet in sheets
    }


def _clean(value: Any) -> Any:
    """A cell; a text without controls and what turns the text around it."""
    return without_controls(value) if isinstance(value, str) else value


def as_sheet_csv(sheet: Sheet) -> str:
    """The headers, also without a row, and one line per row; no text of it is a formula."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([safe_cell(one.header) for one in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_write_cell(row[one.name]) for one in sheet.columns])
    return sink.getvalue()


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    return safe_cell(value) if isinstance(value, str) else repr(value)


def as_sheet_parquet(sheet: Sheet) -> bytes:
    """One column for each name, with the type of its kind, also without a row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = dict.fromkeys(KINDS, pa.string()) | dict.fromkeys(NUMBERS, pa.float64())
    types |= {"whole": pa.int64(), "day": pa.date32()}
    columns = {}
    for one in sheet.columns:
        values = [_clean(row[one.name]) for row in sheet.rows]
        if one.kind == "day":
            values = [None if value is None else date.fromisoformat(value) for value in values]
        columns[one.name] = pa.array(values, type=types[one.kind])
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def as_book(sheets: Sequence[Sheet], title: str) -> bytes:
    """A workbook: a header that stays in view and filters, numbers as numbers, texts as texts, and links of the web.

    title: of the document. The same sheets are the same bytes. Raises UsageError for more rows than a sheet holds.
    """
    import xlsxwriter

    for sheet in sheets:
        if len(sheet.rows) >= ROWS:
            raise UsageError(
                f"a workbook holds {ROWS - 1:,} rows, and {sheet.title} has {len(sheet.rows):,}",
                hint="Name a file like people.csv or people.parquet.",
            )
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, **SAFE}) as book:
        book.set_properties({"created": CREATED, "title": without_controls(title)})
        formats = {kind: book.add_format({"num_format": code, "valign": "top"}) for kind, code in FORMATS.items()}
        for name, code in (("almost none", ALMOST_NONE), ("almost all", ALMOST_ALL)):
            formats[name] = book.add_format({"num_format": code, "align": "right", "valign": "top"})
        looks: dict[str, dict[str, Any]] = {"text": {}, "wrapped": {"text_wrap": True}, "link": LINK}
        apart = {"align": "left", "indent": 1}
        formats |= {name: book.add_format({"valign": "top", **apart, **look}) for name, look in looks.items()}
        formats |= {"head": book.add_format({**HEAD, **apart})}
        formats |= {"head of numbers": book.add_format({**HEAD, "align": "right"})}
        for sheet in sheets:
            _fill_sheet(book.add_worksheet(_name_tab(sheet.title)), sheet, formats)
    return sink.getvalue()


def _name_tab(title: str) -> str:
    """A title as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\]", " ", without_controls(title)).strip(" '")[:TITLE]


def _fill_sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any]) -> None:
    last = len(sheet.rows)
    page.freeze_panes(1, sheet.fixed)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    above, lines = 1, dict[int, int]()
    for place, column in enumerate(sheet.columns):
        head = "head" if column.kind in ("text", "link") else "head of numbers"
        page.write_string(0, place, without_controls(column.header), formats[head])
        width = _measure(column, [row[column.name] for row in sheet.rows[:MEASURED]])
        is_long = column.kind == "text" and width >= WIDEST
        above = max(above, -(-_measure_text(column.header, TITLE * 4) // width))
        page.set_column(place, place, width + 2)
        write = _choose_writer(page, column, formats, "wrapped" if is_long else "text")
        for line, row in enumerate(sheet.rows, 1):
            if (value := row[column.name]) is not None:
                write(line, place, value)
                if is_long and (size := _measure_text(value, WIDEST * MOST_LINES)) > WIDEST:
                    # A word that no longer fits leaves the rest of its line empty.
                    lines[line] = max(lines.get(line, 1), -(-size * 10 // (WIDEST * 9)))
        if column.bar and last:
            ends = {"min_type": "num", "min_value": 0}
            ends |= {"max_type": "num", "max_value": 1} if column.kind == "share" else {}
            bar = {"type": "data_bar", "bar_solid": True, "bar_color": BAR, "data_bar_2010": True, **ends}
            page.conditional_format(1, place, last, place, bar)
    page.set_row(0, LINE * above)
    for line, high in lines.items():
        page.set_row(line, LINE * min(high, MOST_LINES))
    if last and sheet.columns:
        page.autofilter(0, 0, last, len(sheet.columns) - 1)


def _choose_writer(
    page: Any, column: Column, formats: Mapping[str, Any], text: str
) -> Callable[[int, int, Any], object]:
    """What writes a cell of a column."""
    kind = column.kind

    def write_text(line: int, place: int, value: Any) -> None:
        page.write_string(line, place, without_controls(str(value))[:LETTERS], formats[text])

    def write_link(line: int, place: int, value: Any) -> None:
        if WEB.fullmatch(value) and len(value) <= ADDRESS and line <= LINKS:
            page.write_url(line, place, value, formats["link"], value)
        else:
            write_text(line, place, value)

    def write_share(line: int, place: int, value: Any) -> None:
        shown = "almost none" if 0 < value < 0.005 else "almost all" if 0.995 <= value < 1 else "share"
        page.write_number(line, place, value, formats[shown])

    def write_day(line: int, place: int, value: Any) -> None:
        page.write_datetime(line, place, datetime.fromisoformat(value), formats["day"])

    def write_number(line: int, place: int, value: Any) -> None:
        page.write_number(line, place, value, formats[kind])

    special = {"text": write_text, "link": write_link, "share": write_share, "day": write_day}
    return special.get(kind, write_number)


def _measure(column: Column, values: Sequence[Any]) -> int:
    """The width of a column in characters: that of its longest word above it, and of its texts up to WIDEST."""
    above = max((_measure_text(word) for word in column.header.split()), default=0)
    if column.kind in WIDTHS:
        return max(WIDTHS[column.kind], above)
    inside = max((_measure_text(str(value)) for value in values if value is not None), default=0)
    return min(WIDEST, max(NARROWEST, above, inside))


def _measure_text(text: str, most: int = WIDEST) -> int:
    """Characters of a text, of which at most so many are looked at; those of Chinese count twice."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text[:most])
