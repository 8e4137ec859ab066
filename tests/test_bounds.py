"""Small files that would become enormous are refused in one sentence; large and wide files of real data load."""

from __future__ import annotations

import dataclasses
import gzip
import os
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import bombs
import command
import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from graphkoc.capture import load
from graphkoc.capture.reading import bounds, files, formats, table_file, workbook_size
from graphkoc.capture.reading.views import View
from graphkoc.errors import DataError

MB = 1 << 20
Make = Callable[[Path], Path]
DAILY: dict[str, tuple[Make, str]] = {
    "far cell": (bombs.far_cell, "is nearly empty"),
    "far column": (partial(bombs.far_cell, place="AZ1048576"), "is nearly empty"),
    "far cell in disguise": (bombs.far_cell_in_disguise, "is nearly empty"),
    "unnamed cells": (bombs.unnamed_cells, "is nearly empty"),
    "long cell": (partial(bombs.long_cell, letters=40 * MB), "unpacks to more than 200 times its size"),
    "long cell in secret": (partial(bombs.long_cell_in_secret, letters=40 * MB), "unpacks to more than 200 times"),
    "shared text": (partial(bombs.shared_text, letters=MB), "unpacks to more than 200 times its size"),
    "long line": (partial(bombs.long_line, letters=20 * MB, suffix=".csv"), "has a line of more than 16 MB"),
    "long JSON line": (partial(bombs.long_line, letters=20 * MB, suffix=".jsonl"), "has a line of more than 16 MB"),
    "packed line": (partial(bombs.long_line, letters=40 * MB), "unpacks to more than 200 times its size"),
    "line in xz": (partial(bombs.long_line, letters=40 * MB, suffix=".csv.xz"), "unpacks to more than 200 times"),
    "many rows": (bombs.many_rows, "unpacks to more than 200 times its size"),
    "many columns": (partial(bombs.wide_table, columns=20_000), "has 20,000 columns"),
    "new keys": (partial(bombs.new_keys, lines=5_000), "is nearly empty"),
    "broken rows": (partial(bombs.broken_rows, rows=600_000), "has more than 500,000 rows that cannot be read"),
    "nested line": (partial(bombs.nested_line, depth=100_000), "holds no good row"),
    "repeated text": (bombs.repeated_text, "unpacks to more than 200 times its size"),
    "repeated text in lists": (partial(bombs.repeated_text_in_lists, rows=10), "unpacks to more than 200 times"),
    "differences": (partial(bombs.repeated_text_as_differences, rows=40), "unpacks to more than 200 times its size"),
    "repeated bytes": (partial(bombs.repeated_bytes, rows=40), "unpacks to more than 200 times its size"),
    "empty rows": (partial(bombs.empty_rows, rows=10_000_000), "unpacks to more than 200 times its size"),
}
FULL: dict[str, Make] = {
    "far cell": bombs.far_cell,
    "far column": partial(bombs.far_cell, place="AZ1048576"),
    "long cell": bombs.long_cell,
    "long cell in secret": bombs.long_cell_in_secret,
    "shared text": bombs.shared_text,
    "long line": bombs.long_line,
    "long line in xz": partial(bombs.long_line, suffix=".csv.xz"),
    "long JSON line": partial(bombs.long_line, suffix=".jsonl.gz"),
    "many rows": bombs.many_rows,
    "many columns": bombs.wide_table,
    "new keys": bombs.new_keys,
    "broken rows": bombs.broken_rows,
    "nested line": bombs.nested_line,
    "repeated text": bombs.repeated_text,
    "repeated text in lists": bombs.repeated_text_in_lists,
    "differences": partial(bombs.repeated_text_as_differences, rows=4_000),
    "repeated bytes": bombs.repeated_bytes,
    "empty rows": bombs.empty_rows,
}


@pytest.mark.parametrize("name", DAILY)
def test_a_file_that_would_become_enormous_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    make, words = DAILY[name]
    done = command.run("load", "csv", make(tmp_path), cwd=tmp_path)
    assert done.returncode == 3
    sentence, hint = [line for line in done.stderr.splitlines() if not line.startswith("reading")]
    assert words in sentence
    assert hint


@pytest.mark.soak
@pytest.mark.parametrize("name", FULL)
def test_at_its_full_size_it_is_refused_in_20_seconds_and_1_gigabyte(tmp_path: Path, name: str) -> None:
    path = FULL[name](tmp_path)
    program = [sys.executable, "-m", "graphkoc", "load", "csv", str(path)]
    process = subprocess.Popen(["timeout", "20", *program], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    assert process.returncode == 3, words
    assert "Traceback" not in words
    assert usage.ru_maxrss < 1_000_000, "kilobytes"


def limited(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    monkeypatch.setattr(bounds, "LIMITS", dataclasses.replace(bounds.LIMITS, **limits))


# --- files of real data ---------------------------------------------------------------------------------


def reviews(count: int) -> str:
    """A table of reviews with texts of 40 words."""
    chance = random.Random(1)
    words = [f"word{number}" for number in range(500)]
    lines = [f"r{n},u{n % 997},p{n % 91},{' '.join(chance.choices(words, k=40))}\n" for n in range(count)]
    return f"{','.join(bombs.HEADER)}\n{''.join(lines)}"


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".csv.xz"])
def test_texts_of_people_are_read_whatever_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    limited(monkeypatch, free=1_000, ratio=20, line=2 * MB)
    path = tmp_path / f"reviews{suffix}"
    bombs.pack(path, [reviews(8_000).encode()]) if suffix != ".csv" else path.write_text(reviews(8_000))
    assert table_file.read(path).table.num_rows == 8_000


@pytest.mark.soak
def test_a_packed_table_of_half_a_gigabyte_loads(tmp_path: Path) -> None:
    lines = reviews(200_000).splitlines(keepends=True)
    block = "".join(lines[1:])
    with gzip.open(tmp_path / "reviews.csv.gz", "wt", compresslevel=1) as file:
        file.write(lines[0])
        for part in "abcdefghijk":
            file.write(block.replace("\nr", f"\n{part}"))
    done = command.run("load", "csv", tmp_path / "reviews.csv.gz", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2,200,000" in done.stdout


def test_a_table_of_three_thousand_columns_loads(tmp_path: Path) -> None:
    names = [*bombs.HEADER, *(f"answer {place}" for place in range(3_000))]
    rows = "".join(f"r{n},u{n},tea,good{',' * 3_000}\n" for n in range(500))
    (tmp_path / "reviews.csv").write_text(f"{','.join(names)}\n{rows}")
    done = command.run("load", "csv", tmp_path / "reviews.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"></c></row>',
        '<row r="3"/><!-- <c r="XFD1048576"><v>1</v></c> -->',
        f"<row><c/><c><v>1</v></c></row>{'<row/>' * 50}",
    ],
    ids=["formatted", "in a comment", "without places"],
)
def test_a_sheet_is_as_large_as_the_values_in_it(tmp_path: Path, far: str) -> None:
    row = "".join(bombs.cell(f"{letter}2", "x") for letter in "ABCD")
    path = bombs.workbook(tmp_path, [bombs.head(), f'<row r="2">{row}</row>{far}'])
    header, rows = formats.workbook(path)
    assert header[:4] == [*bombs.HEADER]
    assert next(rows)[1][:4] == ["x"] * 4


HOSTILE = (
    (rb' r="[A-Z]+[0-9]+"', (b' r="A0"', b' r="-1"', b' r="XFE1"')),
    (rb"<v>[^<]*</v>", (b"<v>-1e12</v>", b"<v>1e999</v>", b"<v>nan</v>", b"<v>&bad;</v>", b"<v>99999999999</v>")),
    (rb' t="\w+"', (b' t="d"', b' t="e"', b' t="zzz"', b' t="s"')),
    (rb' s="\d+"', (b' s="999"', b' s="-1"')),
    (rb'Target="[^"]*"', (b'Target="../../etc/passwd"', b'Target=""')),
    (rb'ContentType="[^"]*"', (b'ContentType="text/html"',)),
    (rb'encoding="UTF-8"', (b'encoding="UTF-16"', b'encoding="none"')),
    (rb'ref="[^"]*"', (b'ref="A1:ZZZZZZZ99999999999"', b'ref="Z9:A1"')),
    (rb"\A[^?]*\?>", (b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"\0", b"")),
)
"""What stands in a workbook's XML, and what is put in its place."""


def test_whatever_is_wrong_in_a_workbook_it_is_read_or_refused_in_one_sentence(tmp_path: Path) -> None:
    whole = tmp_path / "whole.xlsx"
    with xlsxwriter.Workbook(whole) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, bombs.HEADER)
        for row in (1, 2, 3):
            sheet.write_row(row, 0, [f"r{row}", "ann"])
            sheet.write_datetime(row, 2, datetime(2024, 1, row), day)
        book.add_worksheet("others").write_row(0, 0, bombs.HEADER)
    with zipfile.ZipFile(whole) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(1)
    wrong: list[dict[str, bytes]] = [{k: v for k, v in members.items() if k != name} for name in members]
    for name, data in members.items():
        wrong += [
            members | {name: re.sub(old, lambda _, new=new: new, data, count=count)}
            for old, news in HOSTILE
            if re.search(old, data)
            for new in news
            for count in (0, 1)
        ]
        for _ in range(10):
            damaged = bytearray(data)
            for _ in range(chance.choice((1, 3, 10))):
                damaged[chance.randrange(len(data))] = chance.randrange(256)
            wrong.append(members | {name: bytes(damaged)})
    sentences = set()
    for place, parts in enumerate(wrong):
        path = tmp_path / f"{place}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        try:
            for sheet_name in formats.sheets(path):
                list(formats.workbook(path, sheet_name)[1])
        except DataError as error:
            sentences.add(str(error).removeprefix(str(path)))
    assert len(wrong) > 200
    assert " is not a workbook that can be read: it has no sheet" in sentences
    assert not [sentence for sentence in sentences if "\n" in sentence]


@pytest.mark.parametrize("place", ["A99999999999999", "A4294967297", "ZZZZZZZ1", "1A", ""])
def test_a_cell_that_no_sheet_has_is_refused_before_memory_is_taken_for_it(tmp_path: Path, place: str) -> None:
    path = bombs.far_cell(tmp_path, place)
    with pytest.raises(DataError, match="is not a workbook that can be read: no sheet has a"):
        formats.workbook(path)


def test_a_good_workbook_is_measured_once_in_a_load_and_again_after_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Path] = []
    unpacked = workbook_size._Unpacked
    monkeypatch.setattr(workbook_size, "_Unpacked", lambda *args: measured.append(args[0]) or unpacked(*args))
    path = tmp_path / "reviews.xlsx"
    for people in (3, 40):
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("reviews")
            sheet.write_row(0, 0, ["consumer", "product", "rating"])
            for row in range(1, people):
                sheet.write_row(row, 0, [f"u{row}", "tea", 4])
        measured.clear()
        loaded = load.read_recognised([path], now=datetime(2026, 1, 1, tzinfo=UTC))
        assert len(loaded.tables["reviews"]) == people - 1
        assert measured == [path]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists its open files there")
@pytest.mark.parametrize("place", ["AZ1048576", "A4294967297"])
def test_a_refused_workbook_is_closed_while_its_error_still_lives(tmp_path: Path, place: str) -> None:
    path = bombs.far_cell(tmp_path, place)
    with pytest.raises(DataError) as refused:
        formats.workbook(path)
    held = [os.path.realpath(file) for file in Path("/proc/self/fd").iterdir()]
    assert str(path) in str(refused.value)
    assert str(path.resolve()) not in held


def test_the_sheets_of_a_workbook_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, cells=150)
    rows = [bombs.head(), f'<row r="30">{bombs.cell("D30", "x")}</row>']
    assert formats.workbook(bombs.workbook(tmp_path, rows))[0] == [*bombs.HEADER]
    with zipfile.ZipFile(bombs.workbook(tmp_path, rows), "a") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        for number in (2, 3, 4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
    with pytest.raises(DataError, match="its values are spread over 360 cells"):
        formats.workbook(tmp_path / "reviews.xlsx")


def test_a_cell_is_measured_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, line=MB)
    with pytest.raises(DataError, match="has a cell of more than 1 MB"):
        formats.workbook(bombs.long_cell(tmp_path, 4 * MB))


def test_a_text_that_many_cells_share_is_read_where_the_workbook_has_the_size_for_it(tmp_path: Path) -> None:
    path = bombs.shared_text(tmp_path, letters=1_000, cells=5_000)
    _, rows = formats.workbook(path)
    assert sum(len(cells[0] or "") for _, cells, _, _ in rows) == 5_000_000


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("encoding", ["RLE_DICTIONARY", "PLAIN", "DELTA_BYTE_ARRAY"])
def test_texts_of_parquet_are_the_same_however_they_are_kept(tmp_path: Path, encoding: str, version: str) -> None:
    path = tmp_path / "things.parquet"
    texts = [["tea", "名", None, ""][place % 4] for place in range(40_000)]
    names = [f"name {place}" for place in range(40_000)]
    lists = [[text, name] if text else None for text, name in zip(texts, names, strict=True)]
    table = pa.table({"text": texts, "name": names, "list": lists, "object": [{"a": text} for text in texts]})
    options = {} if encoding == "RLE_DICTIONARY" else {"column_encoding": dict.fromkeys(("text", "name"), encoding)}
    pyarrow.parquet.write_table(
        table,
        path,
        row_group_size=25_000,
        data_page_version=version,
        dictionary_pagesize_limit=50_000,
        use_dictionary=not options,
        **options,
    )
    header, rows = formats.parquet(path)
    cells = [cells for _, cells, _, _ in rows]
    assert header == ["text", "name", "list", "object"]
    assert [row[0] for row in cells] == texts
    assert [row[1] for row in cells] == names
    assert [row[2] for row in cells][:4] == ["tea name 0", "名 name 1", None, None]
    assert cells[30_001][3] == '{"a": "名"}'


def test_what_a_parquet_file_says_of_its_pages_is_not_trusted(tmp_path: Path) -> None:
    path = bombs.lying_summary(tmp_path)
    chunk = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(3)
    assert chunk.total_uncompressed_size < 100
    with pytest.raises(DataError, match="unpacks to more than 200 times its size"):
        formats.parquet(path)


@pytest.mark.parametrize("place", [4, 5, 6, 10, 20])
def test_a_parquet_file_whose_pages_have_no_headers_is_refused(tmp_path: Path, place: int) -> None:
    path = bombs.repeated_text(tmp_path, 10, 10)
    data = bytearray(path.read_bytes())
    data[place : place + 8] = b"\xff" * 8
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"is not a Parquet file|is damaged|unpacks to more"):
        list(formats.parquet(path)[1])


@pytest.mark.parametrize("schema", [True, False], ids=["with Arrow's schema", "without"])
def test_a_parquet_column_whose_name_is_not_utf_8_is_refused_in_one_sentence(tmp_path: Path, schema: bool) -> None:
    path = tmp_path / "reviews.parquet"
    pyarrow.parquet.write_table(pa.table({"reviewZ": ["1"]}), path, store_schema=schema)
    path.write_bytes(path.read_bytes().replace(b"reviewZ", b"review\xff"))
    done = command.run("load", "csv", path, cwd=tmp_path)
    assert done.returncode == 3
    assert "has a column whose name is not UTF-8" in done.stderr


# --- what only some readers meet ------------------------------------------------------------------------


def test_other_limits_take_the_place_of_these(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bombs.many_rows(tmp_path, 100_000)
    limited(monkeypatch, free=1_000, ratio=10)
    with pytest.raises(DataError, match="unpacks to more than 10 times its size"):
        table_file.read(path)
    limited(monkeypatch, free=1_000, ratio=2_000)
    assert table_file.read(path).read == 99_999


def test_a_line_is_measured_in_letters_where_bytes_do_not_show_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, line=10_000)
    path = tmp_path / "things.csv"
    path.write_text("a,b\n" + "\u0a0a" * 20_000 + ",1\n", encoding="utf-16")
    with pytest.raises(DataError, match="has a line of more than 0 MB"):
        table_file.read(path, encoding="utf-16")


def test_a_record_of_many_lines_that_is_too_long_is_rejected_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, line=1_000)
    path = tmp_path / "things.csv"
    path.write_text('a,b\n"' + f"{'x' * 300}\n" * 3 + '",fits\n"' + f"{'y' * 300}\n" * 9 + '",long\n1,2\n')
    file = table_file.read(path)
    assert file.table.column("b").to_pylist() == ["fits", "2"]
    assert file.bad[0].row == 3
    assert file.bad[0].reason == "its quotes are not closed or not doubled"


def test_a_document_of_more_values_than_text_is_one_reject(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"user": "ann"}')
    bombs.many_values(tmp_path / "bad.json.gz", 2_000_000)
    found = files.gather_files([tmp_path], {"users": View("users", ("*.json",), ("user",))})
    assert [row for file in found.files["users"] for row in file.table.column("user").to_pylist()] == ["ann"]
    assert [(bad.file, bad.reason) for file in found.files["users"] for bad in file.bad] == [
        ("bad.json.gz", "it has more values than a document of this size should have")
    ]


def test_an_object_that_python_printed_is_read_where_it_is_short() -> None:
    assert formats.json_value("{'name': 'ann', 'old': None}") == ({"name": "ann", "old": None}, "")
    assert formats.json_value("{'names': [" + "'ann'," * 300_000 + "]}")[1].startswith("it is not JSON")
