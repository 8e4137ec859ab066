"""What is read as one table or as documents: a file, a member of an archive, or a sheet of a workbook.

`list_units` names them as counts and rejects do, so that what is found out about a unit beforehand applies to the same
name when it is read.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from graphkoc.capture.reading import archives, bounds, formats, json_documents, table_file
from graphkoc.capture.reading.archives import Member
from graphkoc.capture.reading.json_documents import Document
from graphkoc.capture.reading.places import Place, find_places, make_unique, write_reason
from graphkoc.errors import DataError

__all__ = ["DOCUMENTS", "Unit", "list_members", "list_units", "name_sheets"]

DOCUMENTS = (".json", ".jsonl")
TOP = 60
"""Rows of a table that are inspected."""
NO_FILE = "it is a link, a device or a file with holes, none of which is read in an archive"
HEAD = 32 << 20
"""Bytes of lines that are inspected."""


@dataclass(frozen=True)
class Unit:
    """What is read as one.

    where: its path with / between the parts, by which a source's patterns find it. fault: why it cannot be opened.
    """

    name: str
    path: Path
    where: str
    member: Member | None = None
    sheet: str | None = None
    fault: str = ""

    @property
    def kind(self) -> str:
        """The suffix that gives its format, "" for none that is read here."""
        kind = table_file.suffix(self.where, DOCUMENTS)
        return kind if self.member is None or kind in (*table_file.TEXTS, *DOCUMENTS) else ""

    @property
    def has_documents(self) -> bool:
        """Whether it is JSON."""
        return self.kind in DOCUMENTS

    def read_top(self, asked: str | None = None) -> table_file.Top:
        """Its first rows; DataError where it cannot be read."""
        return table_file.read_top(self.path, TOP, asked, member=self.member, sheet=self.sheet)

    def count_rows(self, key: str = "", asked: str | None = None) -> int:
        """Its rows below the first; of JSON the elements of the list `key`, or its documents."""
        if self.has_documents:
            return sum(1 for _ in json_documents.records(self.list_documents(self.read_documents(), asked), key))
        return table_file.count_rows(self.path, asked, member=self.member, sheet=self.sheet)

    def read_documents(self) -> bytes:
        """Its bytes, not packed; DataError where there are too many."""
        size = self.path.stat().st_size
        with archives.readable(self.path), self._open() as file:
            path = self.path / self.member.name if self.member else self.path
            with bounds.unpacked(file, path, size) as stream:
                data, reason = bounds.read_document(stream, size)
        if reason:
            raise DataError(f"{self.name}: {reason}")
        return data

    def read_head(self) -> bytes:
        """The first lines of a `.jsonl`, which may be larger than the memory; of other documents all of them."""
        if self.kind != ".jsonl":
            return self.read_documents()
        with archives.readable(self.path), self._open() as file:
            path = self.path / self.member.name if self.member else self.path
            with bounds.unpacked(file, path, self.path.stat().st_size) as stream:
                data = stream.read(HEAD)
        return data if len(data) < HEAD else data[: data.rfind(b"\n") + 1]

    def _open(self) -> AbstractContextManager[BinaryIO]:
        stream = self.member.stream if self.member else None
        return nullcontext(stream) if stream else self.path.open("rb")

    def list_documents(self, data: bytes, asked: str | None = None) -> Iterator[Document]:
        """The documents in its bytes."""
        return json_documents.documents(data, lines=self.kind == ".jsonl", asked=asked)

    def read_first_documents(self, asked: str | None = None) -> list[Document]:
        """Its first documents, by which it is recognised."""
        return list(itertools.islice(self.list_documents(self.read_head(), asked), json_documents.TOP))


def list_units(paths: Sequence[Path]) -> Iterator[Unit]:
    """Every unit under the paths. A member of an archive can be read until the next unit is asked for.

    Raises DataError for a path that does not exist.
    """
    for place in find_places(paths):
        where = place.path.resolve().as_posix()
        try:
            if archives.is_archive(place.path):
                yield from list_members(place)
            else:
                yield from [Unit(name, place.path, where, sheet=sheet) for name, sheet in name_sheets(place)]
        except DataError as error:
            yield Unit(place.name, place.path, where, fault=write_reason(error, place.name))


def list_members(place: Place) -> Iterator[Unit]:
    """The members of an archive, except hidden ones."""
    taken = Counter[str]()
    with archives.readable(place.path):
        for member in archives.members(place.path):
            parts = member.name.split("/")
            if not any(part.startswith((*table_file.ASIDE, "__MACOSX")) and part not in (".", "..") for part in parts):
                name = make_unique(f"{place.name}/{member.name}", taken)
                fault = "" if member.stream else NO_FILE
                yield Unit(name, place.path, f"{place.path.resolve().as_posix()}/{member.name}", member, fault=fault)


def name_sheets(place: Place) -> list[tuple[str, str | None]]:
    """The sheets of a workbook and what each is called; of any other file the file itself."""
    if table_file.suffix(place.path.name) != ".xlsx":
        return [(place.name, None)]
    sheets = formats.sheets(place.path)
    if len(sheets) == 1:
        return [(place.name, sheets[0])]
    return [(f"{place.name}/{sheet}", sheet) for sheet in sheets]
