"""How much a workbook becomes, found by streaming its XML before it is opened.

The reader of workbooks makes every cell of the used range, however few have a value, and a copy of a shared text for
each cell that names it: a file of 1.5 kB can ask for 549 GB. A workbook is a zip of XML files, whose directory may be
wrong about their sizes, so each of them is unpacked and counted. Regular expressions settle most workbooks, because
programs write cells in one way. Whatever they do not settle goes through an XML parser, which takes four times as long.
"""

from __future__ import annotations

import copy
import functools
import re
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from pyexpat import ExpatError, ParserCreate

from graphkoc.capture.reading import bounds

__all__ = ["check"]

LOCKED = b"\xd0\xcf\x11\xe0"
"""What a workbook with a password begins with: it is no zip."""
MARK = rb"<(?:[^\s<>/:]+:)?"
CELL, ROW, TEXT = (re.compile(MARK + name + rb"[\s/>]") for name in (b"c", b"row", b"si"))
COLUMN = re.compile(MARK + rb'c\s+r="([A-Za-z]{1,6})')
ROW_NUMBER = re.compile(MARK + rb'(?:c\s+r="[A-Za-z]{1,6}|row\s+r=")([0-9]{1,9})"')
PLACE = re.compile("([A-Za-z]{1,3})([0-9]+)")
MOST_DIGITS = 7
"""Of a row's number: the last row of a sheet is 1,048,576."""
SHOWN = 20
"""Letters of a wrong place that are shown."""
ODD = b"<!"
"""What begins a comment, or letters that only look like marks."""


def check(path: Path) -> None:
    """Raise DataError for a workbook that unpacks to too much, or whose used range is nearly empty.

    Raises ValueError with the reason for one whose sheets are wrong, and zipfile.BadZipFile, or what unpacking raises,
    for one that is damaged. A workbook that was found to be good is not measured again while it stays as it is: a load
    opens it for its sheets, and for the header and the rows of each.
    """
    state = path.stat()
    _check(path, (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns), bounds.LIMITS)


@functools.lru_cache(maxsize=256)
def _check(path: Path, state: tuple[int, ...], limits: bounds.Limits) -> None:
    """The same, for a file in this state."""
    with path.open("rb") as file:
        if file.read(len(LOCKED)) == LOCKED:
            return
    with zipfile.ZipFile(path) as archive:
        unpacked = _Unpacked(path, archive)
        parts = []
        for info in archive.infolist():
            # A part that is refused half way would keep its file open for as long as the error lives.
            with closing(unpacked.blocks(info)) as blocks:
                parts.append(_Part(path, info, blocks))
        texts = sum(part.cells for part in parts) * max((part.longest_text for part in parts), default=0)
        most = limits.free + limits.ratio * path.stat().st_size
        if (
            all(part.is_plain for part in parts)
            and sum(part.rows * part.columns for part in parts) <= limits.cells
            and texts <= most
        ):
            return
        unpacked, counter = _Unpacked(path, archive), _Counter(path)
        # Sheets name shared texts by their numbers, so the texts come first.
        for part in sorted(parts, key=lambda part: not part.longest_text):
            if part.cells or part.longest_text:
                with closing(unpacked.blocks(part.info)) as blocks:
                    counter.read(blocks)


class _Unpacked:
    """The files in a workbook, whose bytes are counted together."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive, self._size, self._given = path, archive, path.stat().st_size, 0

    def blocks(self, info: zipfile.ZipInfo) -> Generator[bytes, None, None]:
        """The bytes of one file, whatever the directory says of their number."""
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError("only Deflate is known in workbooks")
        whole = copy.copy(info)
        whole.file_size = 1 << 62
        with self._archive.open(whole) as stream:
            while block := stream.read(bounds.BLOCK):
                self._given += len(block)
                bounds.check_unpacked(self._path, self._given, self._size)
                yield block


class _Part:
    """What one file of a workbook holds, as far as regular expressions see it."""

    def __init__(self, path: Path, info: zipfile.ZipInfo, blocks: Iterator[bytes]) -> None:
        self.info = info
        self.cells = self.rows = self.columns = self.longest_text = 0
        self._text = 0
        self._is_odd = False
        rest = b""
        for block in blocks:
            block = rest + block
            end = max(block.rfind(b"<"), 0)
            self._add(block[:end])
            rest = block[end:]
            bounds.check_line(path, len(rest), "a cell")
        self._add(rest)

    def _add(self, block: bytes) -> None:
        """Count a block that begins and ends between two marks."""
        columns, numbers = COLUMN.findall(block), ROW_NUMBER.findall(block)
        cells, rows = len(CELL.findall(block)), len(ROW.findall(block))
        self.cells += cells
        self.columns = max([self.columns, *map(_number_column, set(columns))])
        self.rows = max([self.rows, *map(int, set(numbers))])
        self._is_odd |= ODD in block or len(columns) < cells or len(numbers) < cells + rows
        starts = [match.start() for match in TEXT.finditer(block)]
        if starts or self.longest_text:
            edges = [-self._text, *starts, len(block)]
            self.longest_text = max(self.longest_text, *(end - start for start, end in pairwise(edges)))
            self._text = edges[-1] - edges[-2]

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it was missed: it has no cells and no shared texts, or all are written as usual."""
        return not self._is_odd or not (self.cells or self.longest_text)


class _Counter:
    """The used ranges of sheets together, and the letters of shared texts in them, counted by an XML parser."""

    def __init__(self, path: Path) -> None:
        self._path, self._size = path, path.stat().st_size
        self._lengths: list[int] = []
        self._given = self._area = self._full = 0

    def read(self, blocks: Iterator[bytes]) -> None:
        """Count one file."""
        self._row = self._column = self._rows = self._columns = 0
        self._is_shared = self._is_full = False
        self._parser = ParserCreate()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        try:
            for block in blocks:
                self._parser.Parse(block, False)
            self._parser.Parse(b"", True)
        except ExpatError as error:
            raise ValueError(f"its XML is broken: {error}") from error
        self._area += self._rows * self._columns
        bounds.check_filled(self._path, self._area, self._full)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._row, self._column = _read_row(attributes.get("r"), self._row + 1), 0
        elif name == "c":
            self._row, self._column = _read_place(attributes.get("r"), self._row, self._column + 1)
            self._is_shared, self._is_full = attributes.get("t") == "s", False
        elif name in ("v", "is", "f") and not self._is_full:
            self._is_full = True
            self._full += 1
            self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)
        elif name == "si":
            self._lengths.append(0)
            self._parser.CharacterDataHandler = self._add_text
        if name == "v" and self._is_shared:
            self._number = ""
            self._parser.CharacterDataHandler = self._add_number

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self._parser.CharacterDataHandler = None
        elif name == "v" and self._is_shared:
            self._parser.CharacterDataHandler = None
            number = _read_number(self._number.strip(), len(self._lengths))
            self._given += self._lengths[number] if number < len(self._lengths) else 0
            bounds.check_unpacked(self._path, self._given, self._size)

    def _add_text(self, text: str) -> None:
        self._lengths[-1] += len(text)

    def _add_number(self, text: str) -> None:
        self._number += text


def _number_column(letters: bytes) -> int:
    """The number of a column: A is 1, XFD is 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _read_place(place: str | None, row: int, column: int) -> tuple[int, int]:
    """The row and the column of a cell, these two where it does not state its place."""
    if place is None:
        return row, column
    match = PLACE.fullmatch(place)
    if match is None:
        raise ValueError(f"no sheet has a cell {place[:SHOWN]!r}")
    return _read_row(match[2], row), _number_column(match[1].encode())


def _read_row(number: str | None, row: int) -> int:
    """The number of a row, this one where it is not stated."""
    if number is None:
        return row
    if not number.isdecimal() or len(number) > MOST_DIGITS or not int(number):
        # The reader of workbooks keeps the last 32 bits of a number, and takes that for the row.
        raise ValueError(f"no sheet has a row {number[:SHOWN]!r}")
    return int(number)


def _read_number(text: str, other: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else other
