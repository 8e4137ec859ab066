"""What a command returns, and the one place that prints it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphkoc.cli.options import SUFFIXES
from graphkoc.cli.terminal import WIDTH, draw_table, find_room, paint, strip_controls, wrap
from graphkoc.errors import UsageError

if TYPE_CHECKING:
    from graphkoc.exports.rows import Row

__all__ = ["Result", "print_result"]


@dataclass(frozen=True)
class Result:
    """What a command found.

    document: printed as JSON. rows: printed as CSV, Parquet, a workbook or a table; by default the document.
    lines: printed as a terminal's table in place of the rows, for want of room. entries: printed in place of a
    table, a text for each row. text: printed in place of a table, however many rows there are. below: sentences
    below a table. notes: sentences for stderr, whatever the format. exit_code: 0, or the code of a command that did
    its work but refused some rows. service: runs after all is printed, until an interrupt ends it.
    """

    document: Any
    rows: Sequence[Row] | None = None
    lines: Sequence[Row] | None = None
    entries: Sequence[str] | None = None
    text: str | None = None
    below: Sequence[str] = ()
    notes: Sequence[str] = ()
    exit_code: int = 0
    service: Callable[[], None] | None = None


def print_result(
    result: Result, format_: str | None = None, output: Path | None = None, limit: int | None = None
) -> None:
    """Print a result to stdout, or to the file `output`, whose folder is made if it is missing.

    format_: None for the one of the file's suffix, or a table. limit: rows to print, with a sentence on stderr
    about those left out; None for all. Raises UsageError for bytes that a terminal would show, StoreError where the
    file cannot be written.
    """
    from graphkoc.exports.rows import as_csv, as_json, as_parquet, as_workbook

    if format_ is None:
        format_ = SUFFIXES[output.suffix.lower()] if output is not None else "table"
    document = result.document
    rows = document if result.rows is None else result.rows
    rows = [rows] if isinstance(rows, Mapping) else rows
    lines = rows if result.lines is None or output is not None else result.lines
    total = len(rows)
    if limit is not None and total > limit:
        document = document[:limit] if isinstance(document, list) else document
        rows, lines = rows[:limit], lines[:limit]
    if format_ in ("parquet", "xlsx"):
        if output is None and sys.stdout.isatty():
            raise UsageError(f"{format_} cannot be shown in a terminal", hint="Name a file with -o.")
        printed: str | bytes = as_parquet(rows) if format_ == "parquet" else as_workbook(rows)
    elif format_ == "json":
        printed = as_json(document, output is None and "utf" not in (sys.stdout.encoding or "").lower())
    elif format_ == "csv":
        printed = as_csv(rows)
    else:
        printed = _draw(result, lines, find_room() if output is None else None) + _join_lines(result.below)
    if output is None:
        click.echo(paint(printed) if format_ == "table" and isinstance(printed, str) else printed, nl=False)
    elif isinstance(printed, str):
        # A byte order mark lets spreadsheets recognise a CSV's encoding.
        _write(output, printed.encode("utf-8-sig" if format_ == "csv" else "utf-8"))
    else:
        _write(output, printed)
    for note in result.notes:
        room = find_room(err=True)
        lines = [strip_controls(note)] if room is None else wrap(note, columns=min(room, WIDTH))
        click.echo(paint("\n".join(lines), err=True), err=True)
    if len(rows) < total:
        click.echo(f"{len(rows):,} of {total:,} rows; --limit sets how many.", err=True)


def _draw(result: Result, lines: Sequence[Row], room: int | None) -> str:
    """room: the columns of the terminal, None for lines of any length."""
    if result.text is not None:
        return _join_lines(result.text.split("\n"))
    if result.entries is not None:
        return _join_lines("\n".join(result.entries[: len(lines)]).split("\n"))
    return draw_table(lines, room)


def _join_lines(lines: Sequence[str]) -> str:
    return "".join(f"{strip_controls(line)}\n" for line in lines)


def _write(output: Path, packed: bytes) -> None:
    from graphkoc.files import replace_file, translate_errors

    with translate_errors(f"{output} cannot be written", "Is the disk full, or the folder not yours?"):
        replace_file(output, packed)
