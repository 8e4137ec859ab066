"""The tables of a run in a file: a workbook of all of them, JSON of all, or one as CSV or Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphkoc.errors import StoreError, UsageError
from graphkoc.exports.book import Sheet, as_book, as_document, as_sheet_csv, as_sheet_parquet, drop_empty
from graphkoc.exports.rows import as_json
from graphkoc.files import replace_file, translate_errors
from graphkoc.report.document import make_view
from graphkoc.report.readers import Reader
from graphkoc.report.tables.about import make_about
from graphkoc.report.tables.changes import make_changes
from graphkoc.report.tables.groups import make_circles, make_niches
from graphkoc.report.tables.people import make_people
from graphkoc.report.tables.plan import make_plan
from graphkoc.report.view import View
from graphkoc.runs.run import Run
from graphkoc.text import count, display_name

__all__ = ["SHEETS", "export_tables", "make_tables"]

MAKERS = {
    "people": make_people,
    "niches": make_niches,
    "circles": make_circles,
    "changes": make_changes,
    "plan": make_plan,
}
SHEETS = tuple(MAKERS)
"""The tables that a file of one table may have."""


def make_tables(run: Run, language: str = "en", reader: Reader | None = None) -> list[Sheet]:
    """The tables of a run with all rows: those of SHEETS, and about, which says what their columns mean.

    Raises UsageError for an unknown language.
    """
    return _make_sheets(make_view(run, language, reader or Reader()), is_short=False)


def _make_sheets(view: View, *, is_short: bool) -> list[Sheet]:
    """is_short: leave out columns in which no row has anything."""
    sheets = [make(view) for make in MAKERS.values()]
    sheets = [drop_empty(sheet) for sheet in sheets] if is_short else sheets
    return [*sheets, make_about(view, sheets)]


def export_tables(
    run: Run, path: Path, *, language: str = "en", reader: Reader | None = None, sheet: str = "people"
) -> dict[str, Any]:
    """Write the tables of a run to `path`, whole or not at all, with all rows.

    The suffix says as what: .xlsx all of them, .json all with what they mean, .csv and .parquet the one called `sheet`.
    A workbook and a CSV have headers in the language; in Parquet and JSON columns have the same names in all. Returns
    {file, sheets: {NAME: rows}, named}: named is how many people it names. Raises UsageError for an unknown language,
    sheet or kind of file, and StoreError when the file cannot be written.
    """
    kind = path.suffix.lower()
    if sheet not in SHEETS:
        raise UsageError(f"there is no sheet {sheet!r}", hint=f"There are: {', '.join(SHEETS)}.")
    if kind not in (".xlsx", ".json", ".csv", ".parquet"):
        hint = "Use .xlsx, .csv, .parquet or .json."
        raise UsageError(f"tables are not written to files like {path.name}", hint=hint)
    view = make_view(run, language, reader or Reader())
    if kind in (".csv", ".parquet"):
        sheets = [MAKERS[sheet](view)]
        # A byte order mark lets spreadsheets recognise a CSV's encoding.
        one = sheets[0]
        written = as_sheet_csv(one).encode("utf-8-sig") if kind == ".csv" else as_sheet_parquet(one)
    elif kind == ".json":
        sheets = _make_sheets(view, is_short=False)
        written = as_json(_make_document(view, sheets)).encode()
    else:
        sheets = _make_sheets(view, is_short=True)
        written = as_book(sheets, display_name(run.name))
    with translate_errors(f"{path} cannot be written", "Name another file with -o.", StoreError):
        replace_file(path, written)
    counts = {one.name: len(one.rows) for one in sheets if one.name in SHEETS}
    return {"file": str(path), "sheets": counts, "named": len(view.names.named), "about": _describe(view, counts)}


def _make_document(view: View, sheets: list[Sheet]) -> dict[str, Any]:
    return {
        "run": display_name(view.run.name),
        "as_of": view.run.info["at"] if view.dated else None,
        "language": view.say.language,
        "reader": view.reader.kind,
        "version": view.run.info["versions"]["graphkoc"],
        "named": len(view.names.named),
        "tables": as_document(sheets),
    }


def _describe(view: View, counts: dict[str, int]) -> str:
    """What is in the file, as a clause: `205 people, 9 niches`."""
    nouns = {"people": "people", "niches": "niches", "circles": "circles", "changes": "changes"}
    skipped = view.run.skipped
    found = [count(n, nouns.get(name, f"people of the {name}")) for name, n in counts.items() if name not in skipped]
    return ", ".join(found)
