"""Every file under the given paths, in nested folders and in archives, sorted into a source's views.

Nothing is lost: a row is in a view, or is reported with the reason; a file that belongs to no view is listed as unread.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute

from graphkoc.capture.reading import archives, json_documents, table_file
from graphkoc.capture.reading.archives import Member
from graphkoc.capture.reading.formats import Cell
from graphkoc.capture.reading.table_file import BadRow, RawFile
from graphkoc.capture.reading.views import View
from graphkoc.errors import DataError
from graphkoc.progress import Progress

__all__ = ["GatheredFiles", "gather_files"]

DOCUMENTS = (".json", ".jsonl")
LARGEST = 256 * 1024 * 1024
"""Bytes of one file of documents, which is read as a whole."""
FEW = 20
"""Up to so many documents in a folder are counted one by one; more are counted as the folder."""
CHUNK = 8_192
"""Rows; a document's may be long."""
Keep = Callable[[str, pa.Table], pa.Table]
Taker = tuple[View, dict[str, str]]
"""A view that a file belongs to, and what its pattern caught."""


@dataclass(frozen=True)
class GatheredFiles:
    """The files of each view, and the files that belong to none, by their names in counts and rejects.

    A `RawFile` is what one view has of one file, or of an archive, or of a folder of more than FEW documents; its
    `_file` is a document's own name.
    """

    files: dict[str, list[RawFile]]
    unread: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    """A file: its path, its name in counts and rejects, and the given folder under which it was found."""

    path: Path
    name: str
    root: Path


def gather_files(
    paths: Sequence[Path],
    views: Mapping[str, View],
    *,
    asked: str | None = None,
    progress: Progress | None = None,
    keep: Keep | None = None,
) -> GatheredFiles:
    """Read what belongs to the views; `asked` is the encoding of text without a byte order mark.

    `keep` receives the view's name and a chunk of a table's rows, and returns what replaces them in the
    `RawFile`: tables may be larger than the memory.
    Raises DataError for a path that does not exist, when no file belongs to a view, for a table without a required
    column, and for an archive or a table that is unreadable as a whole.
    """
    places = _find_places(paths)
    work = _Work(views, asked, progress, keep)
    work.counted = _name_counted([place for place in places if work.has_documents(place)])
    for done, place in enumerate(places):
        if progress and not done % 100:
            progress("reading", done, len(places), work.rows)
        if archives.is_archive(place.path):
            work.read_archive(place)
        else:
            work.read_file(place)
    files = work.finish()
    if not any(files.values()):
        wanted = ", ".join(dict.fromkeys(pattern for view in views.values() for pattern in view.files))
        raise DataError(
            f"there is nothing to read in {', '.join(map(str, paths))}",
            hint=f"It would read {wanted}, also packed (.gz, .xz), and in a .tar, .tar.gz, .tar.xz or .zip.",
        )
    return GatheredFiles(files, tuple(work.unread))


def _find_places(paths: Sequence[Path]) -> list[_Place]:
    found: dict[Path, _Place] = {}
    for path in paths:
        if not path.exists():
            raise DataError(f"there is no file or folder {path}", hint="Check the spelling of the path.")
        inside = _walk(path) if path.is_dir() else [_Place(path, path.name, path.parent)]
        for place in inside:
            found.setdefault(place.path.resolve(), place)
    names = Counter(place.name for place in found.values())
    taken = Counter[str]()
    return [
        replace(place, name=_make_unique(place.name if names[place.name] == 1 else str(place.path), taken))
        for place in found.values()
    ]


def _name_counted(places: Sequence[_Place]) -> dict[Path, str]:
    """The folders as which documents are counted: the innermost ones that have many of them, however deep."""
    counted: dict[Path, str] = {}
    levels: dict[int, dict[tuple[Path, Path], list[Path]]] = {}
    for place in places:
        folder = place.path.parent
        levels.setdefault(len(folder.parts), {}).setdefault((folder, place.root), []).append(place.path)
    for depth in range(max(levels, default=0), -1, -1):
        for (folder, root), inside in levels.get(depth, {}).items():
            if len(inside) > FEW:
                inner = folder.relative_to(root).as_posix() if folder != root else folder.resolve().name
                counted |= dict.fromkeys(inside, f"{_make_printable(inner)}/")
            elif folder != root:
                levels.setdefault(depth - 1, {}).setdefault((folder.parent, root), []).extend(inside)
    return counted


def _walk(folder: Path) -> Iterator[_Place]:
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(table_file.ASIDE))
        for name in sorted(files):
            if not name.startswith(table_file.ASIDE):
                file = Path(inside) / name
                yield _Place(file, file.relative_to(folder).as_posix(), folder)


def _make_printable(name: str) -> str:
    """The name without letters that would break a line or a table of text."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def _make_unique(name: str, taken: Counter[str]) -> str:
    """The name, printable, with a number added where another file has the same."""
    own = plain = _make_printable(name)
    while own in taken:
        taken[plain] += 1
        own = f"{plain} ({taken[plain]})"
    taken[own] += 1
    return own


class _Sheet:
    """The rows that one view has of what is counted as one."""

    def __init__(self, name: str, view: View) -> None:
        self.name, self.columns = name, view.columns
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
        return RawFile(self.name, pa.concat_tables(self._chunks), tuple(self.bad))


@dataclass
class _Work:
    """What has been gathered so far."""

    views: Mapping[str, View]
    asked: str | None
    progress: Progress | None
    keep: Keep | None = None
    counted: dict[Path, str] = field(default_factory=dict)
    """The names as which files are counted, where they are not their own."""
    unread: list[str] = field(default_factory=list)
    rows: int = 0
    tables: dict[str, list[RawFile]] = field(default_factory=dict)
    sheets: dict[tuple[str, str], _Sheet] = field(default_factory=dict)
    there: dict[str, set[str]] = field(default_factory=dict)
    """The columns that a view's files have."""

    def read_archive(self, place: _Place) -> None:
        """Documents as they come by; tables, which are read twice, when all have been seen."""
        later: list[tuple[Member, str, list[Taker]]] = []
        taken = Counter[str]()
        with archives.readable(place.path):
            for member in archives.members(place.path):
                parts = member.name.split("/")
                if any(part.startswith((*table_file.ASIDE, "__MACOSX")) and part not in (".", "..") for part in parts):
                    continue
                name = _make_unique(f"{place.name}/{member.name}", taken)
                takers = self._find_takers(f"{place.path.resolve().as_posix()}/{member.name}")
                kind = table_file.suffix(member.name, DOCUMENTS)
                if not takers or member.stream is None or kind not in (*table_file.TEXTS, *DOCUMENTS):
                    self.unread.append(name)
                elif _holds_documents(kind, takers):
                    if self.progress and not member.place % 100:
                        self.progress(f"reading {place.name}", 0, 0, self.rows)
                    with archives.unpacked(member.stream, member.name) as stream:
                        self._read_documents(place.name, name, stream, takers)
                else:
                    later.append((member, name, takers))
        for member, name, takers in later:
            self._read_table(place.path, name, takers[0], member)

    def has_documents(self, place: _Place) -> bool:
        """Whether it is a file of documents that belongs to a view."""
        kind = table_file.suffix(place.path.name, DOCUMENTS)
        return kind in DOCUMENTS and bool(self._find_takers(place.path.resolve().as_posix()))

    def read_file(self, place: _Place) -> None:
        """One that is not an archive."""
        takers = self._find_takers(place.path.resolve().as_posix())
        kind = table_file.suffix(place.path.name, DOCUMENTS)
        counted = self.counted.get(place.path, place.name)
        if not takers or not kind:
            self.unread.append(place.name)
        elif _holds_documents(kind, takers) and not _is_in_lines(place.path, takers):
            try:
                with (
                    archives.readable(place.path),
                    place.path.open("rb") as file,
                    archives.unpacked(file, place.path.name) as stream,
                ):
                    self._read_documents(counted, place.name, stream, takers)
            except DataError as error:
                self._refuse(counted, place.name, takers[0][0], 1, str(error))
        else:
            self._read_table(place.path, place.name, takers[0], None)

    def finish(self) -> dict[str, list[RawFile]]:
        files = {name: self.tables.get(name, []) for name in self.views}
        for (view, _), sheet in self.sheets.items():
            files[view].append(sheet.finish())
        for name, there in self.there.items():
            mapped = self.views[name].names if self.views[name].mapped else ()
            if gone := next(((column, words) for column, words in mapped if column not in there), None):
                raise DataError(
                    f"no file of {name} has a column {gone[1][0]!r}, which the mapping takes for {gone[0]}",
                    hint="Put the mapping right, or take that line out of it.",
                )
        return files

    def _find_takers(self, path: str) -> list[Taker]:
        """The views that a file belongs to: where all of them are of plain rows, the first alone."""
        caught = ((view, view.caught(path)) for view in self.views.values())
        takers = [(view, parts) for view, parts in caught if parts is not None]
        return takers[:1] if _are_plain(takers) else takers

    def _read_documents(self, counted: str, name: str, stream: BinaryIO, takers: Sequence[Taker]) -> None:
        """One row after the other, numbered from 1 whatever view it goes to."""
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            self._refuse(counted, name, takers[0][0], 1, f"it is larger than {LARGEST // 2**20} MB")
            return
        kind = table_file.suffix(name, DOCUMENTS)
        found = json_documents.rows(data, [view for view, _ in takers], lines=kind == ".jsonl", asked=self.asked)
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

    def _find_sheet(self, counted: str, view: View) -> _Sheet:
        key = (view.name, counted)
        if key not in self.sheets:
            self.sheets[key] = _Sheet(counted, view)
        return self.sheets[key]

    def _read_table(self, path: Path, name: str, taker: Taker, member: Member | None) -> None:
        view, caught = taker
        encoding = table_file.detect(path, self.asked, member)
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
            path,
            None if member else self.progress,
            encoding=encoding,
            name=name,
            view=view,
            member=member,
            keep=keep,
        )
        self.there.setdefault(view.name, set()).update(known.values())
        if missing := next((column for column in view.must if column not in known.values()), None):
            raise DataError(
                f"{name} has no column {missing!r}, which every file of {view.name} must have",
                hint="Is it from elsewhere, or was a column taken out of it?",
            )
        # A broken row may contain anything, so nothing of it is shown.
        bad = tuple(replace(row, text="") for row in file.bad) if view.private else file.bad
        self.tables.setdefault(view.name, []).append(replace(file, bad=bad))
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
        with archives.readable(path), path.open("rb") as file, archives.unpacked(file, path.name) as stream:
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
