"""A client's sheet read back: whose row has which mark, however the sheet was changed meanwhile.

Rows may have been sorted, added, filtered or removed, and columns moved, added, renamed or translated. A person is
recognised by their id in whatever column it stands; the column of decisions by its name (`marks.toml`), else by its
marks. A row that cannot be read is reported with its number, and never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from graphkoc.errors import DataError
from graphkoc.files import read_toml
from graphkoc.text import display_name

__all__ = ["Fault", "Mark", "Marks", "Sheet", "read_mark", "read_marks"]

WORDS = Path(__file__).with_name("marks.toml")
HEADERS = 20
"""Rows among which the header may be: clients put titles above it."""
MOSTLY = 0.5
"""Minimum share of a column's cells that are ids or marks for it to be taken for such a column."""
ROUND = " \t\n\u3000\u200b\ufe0f.,;:!。，；：！()（）[]【】\"'“”"
"""Characters around a mark that mean nothing."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of cells: rows are (its number in the file, its cells)."""

    name: str
    rows: Sequence[tuple[int, Sequence[str | None]]]


@dataclass(frozen=True)
class Mark:
    """A person's mark, with the reason beside it and the first row that has it."""

    consumer: str
    decision: str
    reason: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Fault:
    """A row that could not be read, and why."""

    sheet: str
    row: int
    person: str
    why: str


@dataclass
class Marks:
    """What was read of a file.

    marks: one a person. faults: the rows that were not taken. unread: columns that have marks too and were not read.
    people: how many of the rows name somebody.
    """

    marks: list[Mark] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    people: int = 0


@dataclass(frozen=True)
class _Table:
    """A sheet below its header, with the places of the columns that are read."""

    sheet: Sheet
    header: Sequence[str | None]
    rows: Sequence[tuple[int, Sequence[str | None]]]
    ids: Sequence[int]
    decisions: Sequence[int]
    reasons: Sequence[int]
    unread: Sequence[int]


def read_mark(cell: str) -> str | None:
    """The decision that a cell states: yes, no or reserve; None where it is none that is known."""
    return _marks().get(_trim(cell))


def read_marks(sheets: Sequence[Sheet], whose: Mapping[str, str]) -> Marks:
    """The marks on the sheets of a file.

    whose: the consumer of each id that a row may have. Of a person with several rows equal marks are one, with the
    reasons joined, and different ones are faults. Raises DataError where no sheet has a column of ids and one of
    decisions, or where it is not clear which column is the latter.
    """
    folded = {_fold_id(one): consumer for one, consumer in whose.items()}
    tables = [table for sheet in sheets if (table := _find_table(sheet, folded)) is not None]
    if not tables:
        hint = "It needs the ids of the longlist, and a column called decision."
        raise DataError("no sheet of the file has ids of people and decisions", hint=hint)
    found = Marks()
    by_person: dict[str, list[Mark]] = {}
    for table in tables:
        found.unread += [str(table.header[place]) for place in table.unread]
        for row, cells in table.rows:
            _read_row(table, row, cells, folded, by_person, found)
    for consumer, marks in by_person.items():
        if len({mark.decision for mark in marks}) > 1:
            places = ", ".join(f"row {mark.row} says {mark.decision}" for mark in marks)
            found.faults += [
                Fault(one.sheet, one.row, consumer, f"marked in different ways: {places}") for one in marks
            ]
            continue
        reasons = dict.fromkeys(mark.reason for mark in marks if mark.reason)
        first = marks[0]
        found.marks.append(Mark(consumer, first.decision, "; ".join(reasons), first.sheet, first.row))
    found.faults = sorted(dict.fromkeys(found.faults), key=lambda fault: (fault.sheet, fault.row))
    return found


def _read_row(
    table: _Table,
    row: int,
    cells: Sequence[str | None],
    folded: Mapping[str, str],
    by_person: dict[str, list[Mark]],
    found: Marks,
) -> None:
    """Add what one row says to the marks of its person, or to the faults."""
    ids = [cell for cell in _take(cells, table.ids) if cell]
    people = {folded[_fold_id(cell)] for cell in ids if _fold_id(cell) in folded}
    marks = [cell for cell in _take(cells, table.decisions) if _trim(cell)]
    reason = "; ".join(dict.fromkeys(cell.strip() for cell in _take(cells, table.reasons) if cell.strip()))
    found.people += bool(people)
    shown = display_name(ids[0]) if ids else ""

    def report(why: str) -> None:
        found.faults.append(Fault(table.sheet.name, row, next(iter(people)) if len(people) == 1 else shown, why))

    if not marks:
        if reason and people:
            report("a reason without a decision")
        return
    if len(people) != 1:
        report("it names several people" if people else "its id is unknown" if ids else "it has no id")
        return
    for cell in marks:
        decision = read_mark(cell)
        if decision is None:
            report(f"“{display_name(cell)}” is neither yes, no nor reserve")
        else:
            mark = Mark(next(iter(people)), decision, reason, table.sheet.name, row)
            by_person.setdefault(mark.consumer, []).append(mark)


def _find_table(sheet: Sheet, folded: Mapping[str, str]) -> _Table | None:
    """Which columns of a sheet are read; None for a sheet that has no ids or no marks.

    Raises DataError where several columns may be the one with decisions.
    """
    place = _find_header(sheet, folded)
    header = sheet.rows[place][1] if place >= 0 else []
    rows = sheet.rows[place + 1 :]
    width = max((len(cells) for _, cells in rows), default=0)
    header = [*header, *[None] * (width - len(header))]
    named = [_name(cell) for cell in header]
    columns = [[cell for _, cells in rows if (cell := _cell(cells, place))] for place in range(len(header))]
    ids = [
        place
        for place, cells in enumerate(columns)
        if named[place] in (None, "consumer") and _share(cells, lambda cell: _fold_id(cell) in folded) >= MOSTLY
    ]
    ids = ids or [place for place, name in enumerate(named) if name == "consumer"]
    free = [place for place, name in enumerate(named) if name is None and place not in ids]
    decisions = [place for place, name in enumerate(named) if name == "decision"]
    for place in free:
        cells = columns[place]
        if _mentions(header[place]) and (
            not cells or _share(cells, lambda cell: read_mark(cell) is not None) >= MOSTLY
        ):
            decisions.append(place)
    alike = [place for place in free if place not in decisions and _share(columns[place], _is_word) == 1]
    if not any(columns[place] for place in decisions):
        if len(alike) > 1 and not decisions:
            names = ", ".join(str(header[place] or f"column {place + 1}") for place in alike)
            raise DataError(f"it is not clear which column has the decisions: {names}", hint="Call it decision.")
        if len(alike) == 1:
            decisions, alike = alike, []
    if not ids or not decisions:
        return None
    reasons = [place for place, name in enumerate(named) if name == "reason"]
    unread = [place for place in alike if header[place]]
    return _Table(sheet, header, rows, ids, sorted(decisions), reasons, unread)


def _find_header(sheet: Sheet, folded: Mapping[str, str]) -> int:
    """The place of the row with the columns' names: the one above the first person that has most names of ours, else
    the last one above them; -1 for none."""
    first = 0
    while first < len(sheet.rows) and not any(_fold_id(cell or "") in folded for cell in sheet.rows[first][1]):
        first += 1
    top = [[_name(cell) for cell in cells] for _, cells in sheet.rows[: min(first, HEADERS)]]
    weights = [("decision" in names) * 4 + ("consumer" in names) * 2 + ("reason" in names) for names in top]
    return weights.index(max(weights)) if any(weights) else len(top) - 1


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    """The share of the cells that fit; 0 without a cell."""
    return sum(map(fits, cells)) / len(cells) if cells else 0.0


def _is_word(cell: str) -> bool:
    """Whether a cell is a mark that is no number, which may be a count or an amount."""
    return read_mark(cell) is not None and not _trim(cell).isdecimal()


def _take(cells: Sequence[str | None], places: Sequence[int]) -> list[str]:
    return [_cell(cells, place) for place in places]


def _cell(cells: Sequence[str | None], place: int) -> str:
    """A cell as text; "" where the row ends before it."""
    return (cells[place] or "").strip() if place < len(cells) else ""


def _name(cell: str | None) -> str | None:
    """Which of our columns a header is: consumer, decision, reason or others; None for none of them."""
    return _names().get(_plain(cell or ""))


def _mentions(header: str | None) -> bool:
    """Whether a header has a name of the column of decisions in it, such as "Client's decision"."""
    plain = _plain(header or "")
    return any(word in plain for word, column in _names().items() if column == "decision" and len(word) > 1)


def _fold_id(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().strip("'\u200b").casefold()


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())


def _trim(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).casefold().strip(ROUND)


@cache
def _names() -> dict[str, str]:
    columns: Mapping[str, list[str]] = read_toml(WORDS)["columns"]
    return {_plain(word): column for column, words in columns.items() for word in words}


@cache
def _marks() -> dict[str, str]:
    marks: Mapping[str, list[str]] = read_toml(WORDS)["marks"]
    return {_trim(word): decision for decision, words in marks.items() for word in words}
