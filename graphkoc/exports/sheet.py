"""Workbooks as people make them by hand: a title over the whole width, a header below it, and cells of any kind."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from graphkoc.exports.rows import CREATED, SAFE, without_controls

__all__ = ["make_sheet"]


def make_sheet(lines: Sequence[Sequence[str | float | datetime | None]], title: str = "") -> bytes:
    """One sheet of these lines, the first of which is the header; None is an empty cell, and a time shows its day.

    title: what stands above them, in one cell as wide as the header.
    """
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, **SAFE}) as book:
        book.set_properties({"created": CREATED})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        if title:
            sheet.merge_range(0, 0, 0, len(lines[0]) - 1, without_controls(title))
        for place, line in enumerate(lines, 1 if title else 0):
            for column, value in enumerate(line):
                if isinstance(value, datetime):
                    sheet.write_datetime(place, column, value, days)
                elif isinstance(value, int | float):
                    sheet.write_number(place, column, value)
                elif value is not None:
                    sheet.write_string(place, column, without_controls(value))
    return sink.getvalue()
