"""Text whose rows are its lines, as researchers and old exports write tables.

loose     cells with blanks, tabs, commas or semicolons between, named by their places; lines that begin
          with # or % are comments. A last column `header` of the view has the names that the file itself
          gives them, with blanks between, or null
unquoted  a header and cells with tabs between, in which a quote is a letter; only a cell that is quoted as
          a whole, as spreadsheets do, loses its quotes
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.csv

from graphkoc.capture.reading.formats import Cell, Record

__all__ = ["AGAIN", "READINGS", "loose", "read_fast", "unquoted"]

MOST = 512 << 20
"""Bytes that are read at once."""

AGAIN = "it is the header again"
HEADER = "header"

READINGS = ("loose", "unquoted")

BETWEEN = re.compile(r"[\s,;]+")
WHOLE = re.compile(r'"(?:[^"]|"")*"')


def loose(lines: Iterator[tuple[str, str]], columns: Sequence[str], least: int) -> Iterator[Record]:
    """Records of (text, what is wrong with it); each has at least so many of the columns.

    A first row without any digit is a header: these tables are made of numbers.
    """
    first = True
    header: list[Cell] = []
    named = columns[-1] == HEADER
    most = len(columns) - named
    for row, (text, reason) in enumerate(lines, 1):
        bare = text.strip(" \t\r\n,;\ufeff")
        if not bare or bare.startswith(("#", "%")):
            continue
        cells: list[Cell] = [cell.strip("\"'") or None for cell in BETWEEN.split(bare)]
        is_header = first and not reason and not re.search(r"\d", re.sub(r"c(?:olumn)?\d+|v\d+", "", bare.lower()))
        first = False
        if is_header:
            header = cells
            continue
        if not reason and cells == header:
            reason = AGAIN
        elif not reason and not least <= len(cells) <= most:
            reason = f"it has {len(cells)} cells, and should have {least} to {most}"
        if named and header:
            cells += [None] * (most - len(cells)) + [" ".join(cell or "" for cell in header)]
        yield row, cells, reason, text


def unquoted(lines: Iterator[tuple[str, str]], first: int = 1) -> Iterator[Record]:
    """Records of (text, what is wrong with it), the header first; `first` is the first line's number."""
    for row, (text, reason) in enumerate(lines, first):
        text = text.rstrip("\r\n")
        if text or reason:
            cells = text.split("\t")
            yield (
                row,
                [_unquote(cell) for cell in cells] if '"' in text else [cell or None for cell in cells],
                reason,
                text,
            )


def read_fast(data: bytes, header: Sequence[str], wanted: Sequence[str]) -> pa.Table | None:
    """The wanted columns of many lines in UTF-8, as `unquoted` reads them but many times faster.

    None where any line is unusual: then they have to be read one by one.
    """
    odd = (b"\0", b"\r", b'\t"', b'\n"', b"\n\n", "\t".join(header).encode())
    if not wanted or len(data) > MOST or data.startswith((b'"', b"\n")) or any(mark in data for mark in odd):
        return None
    try:
        return pyarrow.csv.read_csv(
            pa.BufferReader(data),
            pyarrow.csv.ReadOptions(column_names=list(header), block_size=len(data) + 1, use_threads=False),
            pyarrow.csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                include_columns=list(wanted),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None


def _unquote(cell: str) -> Cell:
    if cell.startswith('"') and WHOLE.fullmatch(cell):
        return cell[1:-1].replace('""', '"')
    return cell or None
