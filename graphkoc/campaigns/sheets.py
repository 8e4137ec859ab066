"""Files of people's rows that spreadsheets open: which kinds there are, and the one place that writes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from graphkoc.errors import UsageError
from graphkoc.exports.rows import Row, as_csv, as_workbook
from graphkoc.files import replace_file, translate_errors

__all__ = ["check_sheet", "write_sheet"]

SHEETS = (".csv", ".xlsx")
"""The kinds of files that lists of people are written as."""


def check_sheet(file: Path) -> None:
    """Raise UsageError for a file of a kind that lists of people are not written as."""
    if file.suffix.lower() not in SHEETS:
        kind = file.suffix or "files without a suffix"
        raise UsageError(f"a list of people is not written as {kind}", hint=f"Use {' or '.join(SHEETS)}.")


def write_sheet(
    file: Path,
    rows: Sequence[Row],
    choices: Mapping[str, Sequence[str]] | None = None,
    verbatim: Collection[str] = (),
) -> None:
    """Write rows as a CSV or a workbook, whole or not at all; StoreError where the file cannot be written."""
    check_sheet(file)
    # A byte order mark lets spreadsheets recognise a CSV's encoding.
    text = file.suffix.lower() == ".csv"
    content = as_csv(rows, verbatim).encode("utf-8-sig") if text else as_workbook(rows, choices)
    with translate_errors(f"{file} cannot be written", "Is the disk full, or the folder not yours?"):
        replace_file(file, content)
