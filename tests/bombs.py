"""Files that are small and would become enormous: packed, sparse, or wrong about their own sizes.

Each function writes one into a folder, named as the reviews of the source csv, and returns its path. The sizes are what
an attack would take; tests that run every day ask for smaller ones.
"""

from __future__ import annotations

import gzip
import json
import lzma
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

GB = 1 << 30
PIECE = 1 << 20
HEADER = ("review", "consumer", "product", "text")
ROW = "r1,ann,tea,"

OPEN_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CLOSE_SHEET = "</sheetData></worksheet>"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{RELATIONS}"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def _letters(count: int) -> Iterator[bytes]:
    """So many letters, in pieces."""
    for start in range(0, count, PIECE):
        yield b"x" * min(PIECE, count - start)


def pack(path: Path, parts: Iterable[bytes]) -> Path:
    """A file of these parts, packed where its suffix says so."""
    packer: Callable[..., Any] = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with packer(path, "wb") as file:
        for part in parts:
            file.write(part)
    return path


# --- text -----------------------------------------------------------------------------------------------


def long_line(folder: Path, letters: int = 2 * GB, suffix: str = ".csv.gz") -> Path:
    """A table of which one line is as long as the memory, packed where the suffix says so."""
    head = f"{','.join(HEADER)}\n{ROW}".encode()
    return pack(folder / f"reviews{suffix}", [head, *_letters(letters)])


def many_rows(folder: Path, rows: int = 12_600_000, suffix: str = ".csv.gz") -> Path:
    """A packed table of rows that are all the same."""
    block = b"a,b\n" * 100_000
    return pack(folder / f"reviews{suffix}", (block for _ in range(rows // 100_000)))


def wide_table(folder: Path, columns: int = 1_000_000) -> Path:
    """A plain table of a million columns and two rows."""
    path = folder / "reviews.csv"
    names = [*HEADER, *(f"c{place}" for place in range(columns - len(HEADER)))]
    path.write_text(f"{','.join(names)}\n" + (",".join("1" * columns) + "\n") * 2)
    return path


def new_keys(folder: Path, lines: int = 16_000) -> Path:
    """JSON lines each of which has a key of its own, so that the table has the square of them."""
    path = folder / "reviews.jsonl"
    path.write_text("".join(json.dumps({f"k{place}": 1}) + "\n" for place in range(lines)))
    return path


def broken_rows(folder: Path, rows: int = 12_600_000) -> Path:
    """A plain table none of whose rows has the right number of cells."""
    path = folder / "reviews.csv"
    path.write_bytes(f"{','.join(HEADER)}\n".encode() + b"x\n" * rows)
    return path


def nested_line(folder: Path, depth: int = 8_000_000) -> Path:
    """A line of JSON that is nested as deep as it is long."""
    path = folder / "reviews.jsonl"
    path.write_bytes(b'{"review": "1", "consumer": "ann", "product": ' + b"[" * depth + b"]" * depth + b"}\n")
    return path


def many_values(path: Path, values: int = 80_000_000) -> Path:
    """A packed JSON document of empty objects, each of which takes 80 bytes of memory."""
    block = b"{}," * 100_000
    return pack(path, [b'{"user": [', *(block for _ in range(values // 100_000)), b"{}]}"])


# --- workbooks ------------------------------------------------------------------------------------------


def workbook(folder: Path, sheet: Iterable[str | bytes], shared: Iterable[str | bytes] = ()) -> Path:
    """A workbook of one sheet with these rows and these shared texts, in XML."""
    path = folder / "reviews.xlsx"
    texts = [f'<sst xmlns="{OPEN_SHEET.split(chr(34))[1]}">', *shared, "</sst>"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        for name, parts in (
            ("xl/sharedStrings.xml", texts),
            ("xl/worksheets/sheet1.xml", [OPEN_SHEET, *sheet, CLOSE_SHEET]),
        ):
            with archive.open(name, "w", force_zip64=True) as file:
                for part in parts:
                    file.write(part.encode() if isinstance(part, str) else part)
    return path


def cell(place: str, text: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def head() -> str:
    """The first row of a sheet of reviews."""
    return f'<row r="1">{"".join(cell(f"{letter}1", name) for letter, name in zip("ABCD", HEADER, strict=True))}</row>'


def far_cell(folder: Path, place: str = "XFD1048576") -> Path:
    """A sheet with one cell far from its table."""
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return workbook(folder, [head(), f'<row r="{row}">{cell(place, "x")}</row>'])


def far_cell_in_disguise(folder: Path) -> Path:
    """The same, written as no program writes it: the place is behind a > and a comment, in a prefix of its own."""
    sheet = '<x:row r="1048576" xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    sheet += "<x:c t='n' cm='>' r = 'XFD1048576'><!-- <c r=\"A1\"> --><x:v>1</x:v></x:c></x:row>"
    return workbook(folder, [head(), sheet])


def unnamed_cells(folder: Path) -> Path:
    """Sixteen thousand cells that do not state their places, in the last row."""
    return workbook(folder, [head(), f'<row r="1048576">{"<c><v>1</v></c>" * 16_000}</row>'])


def long_cell(folder: Path, letters: int = 12 * GB // 10) -> Path:
    """A sheet of which one cell is as long as the memory."""
    row = '<row r="2"><c r="A2" t="inlineStr"><is><t>'
    return workbook(folder, [head(), row, *_letters(letters), "</t></is></c></row>"])


def long_cell_in_secret(folder: Path, letters: int = 12 * GB // 10) -> Path:
    """The same, with a directory that says the sheet has 100 bytes."""
    path = long_cell(folder, letters)
    with zipfile.ZipFile(path) as archive:
        (size,) = [info.file_size for info in archive.infolist() if "sheet1" in info.filename]
    data = path.read_bytes()
    stated, place = size.to_bytes(4, "little"), data.rindex(b"PK\x01\x02")
    path.write_bytes(data[:place] + data[place:].replace(stated, (100).to_bytes(4, "little"), 1))
    return path


def shared_text(folder: Path, letters: int = 8 << 20, cells: int = 1_000) -> Path:
    """A sheet whose cells all name one long text."""
    rows = (f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, cells + 2))
    return workbook(folder, [head(), *rows], ["<si><t>", *_letters(letters), "</t></si>"])


# --- Parquet --------------------------------------------------------------------------------------------


def _parquet(folder: Path, values: pa.Array, **options: object) -> Path:
    path = folder / "reviews.parquet"
    same = pa.array(["1"] * len(values)) if len(values) < 1_000_000 else pa.nulls(len(values), pa.string())
    table = pa.table([same, same, same, values], names=list(HEADER))
    pyarrow.parquet.write_table(table, path, compression="zstd", store_schema=False, **options)
    return path


def _repeated(rows: int, letters: int) -> pa.Array:
    """One text that stands in each row, as a dictionary has it."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, "int32")), pa.array(["x" * letters]))


def repeated_text(folder: Path, rows: int = 4_000, letters: int = 1_000_000) -> Path:
    """A column of one long text."""
    return _parquet(folder, _repeated(rows, letters))


def repeated_text_in_lists(folder: Path, rows: int = 100, letters: int = 1_000_000) -> Path:
    """A column of lists that have one long text forty times."""
    lists = pa.ListArray.from_arrays(pa.array(range(0, 40 * rows + 1, 40), pa.int32()), _repeated(40 * rows, letters))
    return _parquet(folder, lists)


def repeated_text_as_differences(folder: Path, rows: int = 400, letters: int = 1_000_000) -> Path:
    """A column of one long text, of which each row has only what is new: nothing."""
    encodings = dict.fromkeys(HEADER, "DELTA_BYTE_ARRAY")
    texts = pa.array(["x" * letters] * rows)
    return _parquet(folder, texts, use_dictionary=False, column_encoding=encodings)


def repeated_bytes(folder: Path, rows: int = 4_000, letters: int = 1_000_000) -> Path:
    """A column of texts of one length, of which a dictionary has one."""
    kind = pa.binary(letters)
    values = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, "int32")), pa.array([b"x" * letters], kind))
    return _parquet(folder, values)


def empty_rows(folder: Path, rows: int = 200_000_000) -> Path:
    """A column of nothing, two hundred million times."""
    return _parquet(folder, pa.nulls(rows, pa.string()))


def lying_summary(folder: Path, letters: int = 40_000_000) -> Path:
    """One long text, of which the summary says that it has 50 bytes."""
    path = _parquet(folder, pa.array(["x" * letters]))
    size = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(3).total_uncompressed_size
    data = path.read_bytes()
    stated, place = _write_count(2 * size), len(data) - int.from_bytes(data[-8:-4], "little")
    lie = bytes([100 | 128, *[128] * (len(stated) - 2), 0])
    assert data[place:].count(stated) == 1
    path.write_bytes(data[:place] + data[place:].replace(stated, lie))
    return path


def _write_count(count: int) -> bytes:
    """A number as Thrift's compact protocol writes it."""
    parts = []
    while count > 127:
        parts.append(count & 127 | 128)
        count >>= 7
    return bytes([*parts, count])
