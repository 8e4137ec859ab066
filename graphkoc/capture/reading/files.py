"""Every file under the given paths, in nested folders and in archives, sorted into a source's views.

Nothing is lost: a row is in a view, or is reported with the reason; a file that belongs to no view is listed as unread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute

from graphkoc.capture.reading import archives, bounds, json_documents, table_file
from graphkoc.capture.reading.formats import Cell
from graphkoc.capture.reading.layouts import Layout
from graphkoc.capture.reading.places import Place, find_places, list_files, name_counted, write_reason
from graphkoc.capture.reading.table_file import BadRow, RawFile
from graphkoc.capture.reading.units import DOCUMENTS, Unit, list_members, name_sheets
from graphkoc.capture.reading.views import View
from graphkoc.errors import DataError
from graphkoc.progress import Progress

__all__ = ["NO_VIEW", "GatheredFiles", "gather_files"]

NO_VIEW = "the source does not read it"

NAMED = 3
"""Files that an error names one by one."""
CHUNK = 8_192
"""Rows; a document's may be long."""
Keep = Callable[[str, pa.Table], pa.Table]
Taker = tuple[View, dict[str, str]]
"""A view that a file belongs to, and what its pattern caught."""


@dataclass(frozen=True)
class GatheredFiles:
    """The files of each view, and those that are not read, with the reason, by their names in counts and rejects.

    A `RawFile` is what one view has of one file, or of an archive, or of a folder of more than FEW documents; its
    `_file` is a document's own name.
    """

    files: dict[str, list[RawFile]]
    unread: dict[str, str]


def gather_files(
    paths: Sequence[Path],
    views: Mapping[str, View],
    *,
    chosen: Mapping[str, Layout | None] | None = None,
    asked: str | None = None,
    progress: Progress | None = None,
    keep: Keep | None = None,
) -> GatheredFiles:
    """Read what belongs to the views; `asked` is the encoding of text without a byte order mark.

    chosen: the units (`graphkoc.capture.reading.units`) to read, by name, and the layout of each, None where the
    patterns of the views decide; by default every unit that a pattern fits. Others are left alone. `keep` receives the
    view's name and a chunk of a table's rows, and returns what replaces them in the `RawFile`: tables may be larger
    than the memory. It may have received rows of a table that turns out to be unreadable, and is then named as unread.
    An archive or a table without a required column, or unreadable as a whole, is unread. Raises DataError for a path
    that does not exist, when no file belongs to a view, and for the first unreadable one where there is nothing else.
    """
    places = find_places(paths)
    work = _Work(views, chosen, asked, progress, keep)
    work.counted = name_counted([place for place in places if work.has_documents(place)])
    for done, place in enumerate(places):
        if progress and not done % 100:
            progress("reading", done, len(places), work.rows)
        try:
            if archives.is_archive(place.path):
                work.read_archive(place)
            else:
                work.read_file(place)
        except DataError as error:
            work.leave(place.name, error)
    files = work.finish()
    if not any(files.values()):
        if work.errors:
            raise work.errors[0]
        wanted = ", ".join(dict.fromkeys(pattern for view in views.values() for pattern in view.files))
        named = ", ".join([*work.unread][:NAMED]) + (", ..." if len(work.unread) > NAMED else "")
        raise DataError(
            f"there is nothing to read in {', '.join(map(str, paths))}{f'; it holds {named}' if named else ''}",
            hint=f"The source reads {wanted}, also packed (.gz, .xz), and in a .tar, .tar.gz, .tar.xz or .zip.",
        )
    return GatheredFiles(files, work.unread)


class _Sheet:
    """The rows that one view has of what is counted as one."""

    def __init__(self, name: str, view: View, layout: str) -> None:
        self.name, self.columns, self.layout = name, view.columns, layout
        self.bad: list[BadRow] = []
        self._chunks = [table_file.make_table(self.columns, [], [], [])]
        self._rows: list[list[Cell]] = []
        self._files: list[str] = []
        self._numbers: list[int] = []

    def add(self, file: str, row: int, cells: list[Cell]) -> None:
        self._rows.append(cells)
        self._files.append(file)
        self._numbers.append(row)
        if len(self._rows) == CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._chunks.append(table_file.make_table(self.columns, self._rows, self._files, self._numbers))
        self._rows, self._files, self._numbers = [], [], []

    def finish(self) -> RawFile:
        self._flush()
        return RawFile(self.name, pa.concat_tables(self._chunks), tuple(self.bad), layout=self.layout)


@dataclass
class _Work:
    """What has been gathered so far."""

    views: Mapping[str, View]
    chosen: Mapping[str, Layout | None] | None
    asked: str | None
    progress: Progress | None
    keep: Keep | None = None
    counted: dict[Path, str] = field(default_factory=dict)
    """The names as which files are counted, where they are not their own."""
    unread: dict[str, str] = field(default_factory=dict)
    errors: list[DataError] = field(default_factory=list)
    rows: int = 0
    tables: dict[str, list[RawFile]] = field(default_factory=dict)
    sheets: dict[tuple[str, str], _Sheet] = field(default_factory=dict)
    there: dict[str, set[str]] = field(default_factory=dict)
    """The columns that a view's files have."""

    @cached_property
    def chosen_files(self) -> set[str]:
        """The files with a chosen unit."""
        return list_files(self.chosen or ())

    def leave(self, name: str, error: DataError) -> None:
        """Name a file as unread, and take nothing of it."""
        self.unread[name] = write_reason(error, name)
        self.errors.append(error)
        for key in [key for key in self.sheets if key[1] == name]:
            del self.sheets[key]

    def read_archive(self, place: Place) -> None:
        """Documents as they come by; tables, which are read twice, when all have been seen."""
        if self.chosen is not None and place.name not in self.chosen_files:
            return
        later: list[tuple[Unit, list[Taker], Layout | None]] = []
        with archives.readable(place.path):
            for unit in list_members(place):
                if self._is_left_alone(unit.name):
                    continue
                layout = (self.chosen or {}).get(unit.name)
                takers = [(layout.view, {})] if layout else self._find_takers(unit.where)
                if unit.member is None or unit.member.stream is None or not takers or not unit.kind:
                    self.unread[unit.name] = unit.fault or NO_VIEW
                elif layout and unit.has_documents:
                    self._read_records(place.name, unit, layout)
                elif _holds_documents(unit.kind, takers):
                    if self.progress and not unit.member.place % 100:
                        self.progress(f"reading {place.name}", 0, 0, self.rows)
                    size = place.path.stat().st_size
                    path = place.path / unit.member.name
                    with bounds.unpacked(unit.member.stream, path, size) as stream:
                        self._read_documents(place.name, unit.name, stream, size, takers)
                else:
                    later.append((unit, takers, layout))
        for unit, takers, layout in later:
            try:
                self._read_table(unit, takers[0], layout)
            except DataError as error:
                self.leave(unit.name, error)

    def has_documents(self, place: Place) -> bool:
        """Whether it is a file of documents that belongs to a view."""
        kind = table_file.suffix(place.path.name, DOCUMENTS)
        return kind in DOCUMENTS and bool(self._find_takers(place.path.resolve().as_posix()))

    def read_file(self, place: Place) -> None:
        """One that is not an archive."""
        where = place.path.resolve().as_posix()
        if self.chosen is not None and place.name not in self.chosen_files:
            return
        units = [Unit(name, place.path, where, sheet=sheet) for name, sheet in name_sheets(place)]
        for unit in units:
            if not self._is_left_alone(unit.name):
                try:
                    self._read_unit(place, unit, is_only=len(units) == 1)
                except DataError as error:
                    self.leave(unit.name, error)

    def _read_unit(self, place: Place, unit: Unit, is_only: bool) -> None:
        """A file that is not an archive, or a sheet of a workbook."""
        layout = (self.chosen or {}).get(unit.name)
        takers = [(layout.view, {})] if layout else self._find_takers(unit.where)
        counted = self.counted.get(place.path, place.name)
        if not takers or not unit.kind:
            self.unread[unit.name] = NO_VIEW
        elif layout and unit.has_documents:
            self._read_records(unit.name, unit, layout)
        elif _holds_documents(unit.kind, takers) and not _is_in_lines(place.path, takers):
            try:
                size = place.path.stat().st_size
                with (
                    archives.readable(place.path),
                    place.path.open("rb") as file,
                    bounds.unpacked(file, place.path, size) as stream,
                ):
                    self._read_documents(counted, place.name, stream, size, takers)
            except DataError as error:
                self._refuse(counted, place.name, takers[0][0], 1, write_reason(error, place.name))
        elif is_only or layout or self._has_columns(unit, takers[0][0]):
            self._read_table(unit, takers[0], layout)
        else:
            # Of a workbook with several sheets one may be a cover or a legend.
            self.unread[unit.name] = NO_VIEW

    def _is_left_alone(self, name: str) -> bool:
        return self.chosen is not None and name not in self.chosen

    def _has_columns(self, unit: Unit, view: View) -> bool:
        """Whether one of a table's first rows has the columns that the view must have."""
        tops = [view.matched([cell or "" for cell in row]) for row in unit.read_top(self.asked)[: table_file.TITLES]]
        return any(top and set(view.must) <= set(top.values()) for top in tops)

    def finish(self) -> dict[str, list[RawFile]]:
        files = {name: self.tables.get(name, []) for name in self.views}
        for (view, _), sheet in self.sheets.items():
            files[view].append(sheet.finish())
        for name, there in self.there.items():
            mapped = self.views[name].names if self.views[name].mapped else ()
            if gone := next(((column, words) for column, words in mapped if column not in there), None):
                read = ", ".join(file.name for file in files[name])
                raise DataError(
                    f"{read} has no column {gone[1][0]!r}, which the mapping takes for {gone[0]}",
                    hint="Put the mapping right, or take that line out of it.",
                )
        return files

    def _find_takers(self, path: str) -> list[Taker]:
        """The views that a file belongs to: where all of them are of plain rows, the first alone."""
        caught = ((view, view.caught(path)) for view in self.views.values())
        takers = [(view, parts) for view, parts in caught if parts is not None]
        return takers[:1] if _are_plain(takers) else takers

    def _read_documents(self, counted: str, name: str, stream: BinaryIO, size: int, takers: Sequence[Taker]) -> None:
        """One row after the other, numbered from 1 whatever view it goes to; `size` is that of the file on disk."""
        data, reason = bounds.read_document(stream, size)
        if reason:
            self._refuse(counted, name, takers[0][0], 1, reason)
            return
        kind = table_file.suffix(name, DOCUMENTS)
        documents = json_documents.documents(data, lines=kind == ".jsonl", asked=self.asked)
        found = json_documents.rows(documents, [view for view, _ in takers])
        for row, (place, cells, reason) in enumerate(found, 1):
            view, caught = takers[place]
            if reason:
                self._refuse(counted, name, view, row, reason)
            else:
                cells += [caught.get(column) for column in view.captured]
                self._find_sheet(counted, view).add(name, row, cells)
                self.rows += 1

    def _refuse(self, counted: str, name: str, view: View, row: int, reason: str) -> None:
        # Without its text: a document may contain private data, which must not get into a file of rejects.
        self._find_sheet(counted, view).bad.append(BadRow(name, row, reason, ""))

    def _find_sheet(self, counted: str, view: View, layout: Layout | None = None) -> _Sheet:
        key = (view.name, counted)
        if key not in self.sheets:
            self.sheets[key] = _Sheet(counted, view, layout.name if layout else "")
        return self.sheets[key]

    def _read_records(self, counted: str, unit: Unit, layout: Layout) -> None:
        """A table in JSON: each element of the layout's list is a row."""
        view = layout.view
        sheet = self._find_sheet(counted, view, layout)
        columns, always = view.columns, dict(view.always)
        found = json_documents.records(unit.list_documents(unit.read_documents(), self.asked), layout.rows)
        for row, (cells, reason) in enumerate(found, 1):
            if reason:
                sheet.bad.append(BadRow(unit.name, row, reason, ""))
                continue
            here = {column: cells[name] for name, column in view.matched(list(cells)).items()}
            sheet.add(unit.name, row, [here.get(column) or always.get(column) for column in columns])
            self.rows += 1

    def _read_table(self, unit: Unit, taker: Taker, layout: Layout | None) -> None:
        view, caught = taker
        encoding = table_file.detect(unit.path, self.asked, unit.member)
        known: dict[str, str] = {}

        def keep(chunk: pa.Table) -> pa.Table:
            here = view.matched([name for name in chunk.column_names if name not in ("_file", "_row")])
            known.update(here)
            chunk = chunk.rename_columns([here.get(column, column) for column in chunk.column_names])
            for column in view.captured:
                text = pa.scalar(caught.get(column), pa.string())
                chunk = chunk.append_column(column, pa.repeat(text, chunk.num_rows))
            for column, text in view.always:
                chunk = _fill_column(chunk, column, text)
            # The reader reports two columns of one name with a better message.
            alike = len(set(chunk.column_names)) < chunk.num_columns
            return chunk if alike or self.keep is None else self.keep(view.name, chunk)

        file = table_file.read(
            unit.path,
            None if unit.member else self.progress,
            encoding=encoding,
            name=unit.name,
            view=view,
            member=unit.member,
            sheet=unit.sheet,
            keep=keep,
        )
        if missing := next((column for column in view.must if column not in known.values()), None):
            raise DataError(
                f"{unit.name} has no column {missing!r}, which every file of {view.name} must have",
                hint="Is it from elsewhere, or was a column taken out of it?",
            )
        self.there.setdefault(view.name, set()).update(known.values())
        # A broken row may contain anything, so nothing of it is shown.
        bad = tuple(replace(row, text="") for row in file.bad) if view.private else file.bad
        # The columns of a tool's own layout that are not read are no surprise.
        left = () if layout and layout.header else file.left
        name = layout.name if layout else ""
        self.tables.setdefault(view.name, []).append(replace(file, bad=bad, left=left, layout=name))
        self.rows += file.read


def _holds_documents(kind: str, takers: Sequence[Taker]) -> bool:
    """Whether a file is read as documents; a `.jsonl` of plain rows is a table, which may be larger than the memory."""
    return kind == ".json" or (kind == ".jsonl" and not _are_plain(takers))


def _are_plain(takers: Sequence[Taker]) -> bool:
    return not any(view.rows or view.around for view, _ in takers)


def _is_in_lines(path: Path, takers: Sequence[Taker]) -> bool:
    """Whether a `.json` of plain rows has one a line, as a `.jsonl` does."""
    if table_file.suffix(path.name, DOCUMENTS) != ".json" or not _are_plain(takers):
        return False
    try:
        with (
            archives.readable(path),
            path.open("rb") as file,
            bounds.unpacked(file, path, path.stat().st_size) as stream,
        ):
            first, second = (stream.readline(table_file.LONGEST_FIELD).decode(errors="replace") for _ in range(2))
    except DataError:
        return False  # the error appears when the whole file is read
    return json_documents.in_lines(first.removeprefix(table_file.MARK), second)


def _fill_column(table: pa.Table, column: str, text: str) -> pa.Table:
    """The table with this text in the column where it has none."""
    if column not in table.column_names:
        return table.append_column(column, pa.repeat(pa.scalar(text, pa.string()), table.num_rows))
    place = table.column_names.index(column)
    return table.set_column(place, column, pyarrow.compute.fill_null(table.column(place), text))
