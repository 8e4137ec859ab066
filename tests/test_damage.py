"""Damaged files: whatever is wrong with them, a clear error or a counted reject, and no row lost in silence.

A source joins by adding a folder `tests/data/<source>/` with files in its true layout, and a layout by adding a file to
`tests/data/exports/`. Nothing else is needed.
Every damage is done to all the files of the folder at once, each of them read as what its suffix says: JSON (a
document, a list, or one a line), CSV, TSV, or lines of text. A damage that a file cannot have leaves it as it is.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import lzma
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphkoc.capture import load, sources
from graphkoc.capture.answers import Answers
from graphkoc.errors import GraphkocError
from graphkoc.tables.schema import CANONICAL

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DATA = Path(__file__).with_name("data")
EXPORTS = "exports"
"""The folder with a file of each layout, whose source is found out."""
SOURCES = [*sorted(folder.name for folder in DATA.iterdir() if folder.name in sources.sources()), EXPORTS]
ANSWERS = Answers(direction={"result.csv": "followers"})
PACKED: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (gzip.decompress, gzip.compress),
    ".xz": (lzma.decompress, lzma.compress),
}
BINARY = (".xlsx", ".parquet")
"""Suffixes of files that are no text, which these damages leave as they are."""
MILLION = ("amazon", "epinions", "wecom", "yelp")
"""Sources that have every kind of file between them and are read fast: their cells are the longest in every run."""
NAMES = {"name", "nickname", "username", "user_name", "full_name", "title", "reviewername", "product_title"}
FIGURE = re.compile(
    r"time|date|stamp|(_|\b)(at|ts)$|(_|\b)count|(like|comment|play|share|collect|digg)s?count|likes|fans"
    r"|follow.*s$|total|price|amount|rating|cancelled|时间|数$|金额",
    re.IGNORECASE,
)
"""The names of fields with a time or a figure, and of no id."""
BROKEN = ("!!", "~~", "-5", "1899-01-01", "2999-01-01")
"""What nothing can be made of, before and after every other text, and what can be read and no row may have."""
FORMULA = '=HYPERLINK("http://evil.example","x")'

Read = load.Loaded | GraphkocError


# --- files as what they hold ----------------------------------------------------------------------------


class Contents:
    """What a text file holds: `rows` are JSON documents, lists of cells with the header first, or lines."""

    def __init__(self, path: Path) -> None:
        unpack, self._pack = PACKED.get(path.suffix, (bytes, bytes))
        name = path.name.removesuffix(path.suffix) if path.suffix in PACKED else path.name
        self.encoding = "utf-8"
        data = unpack(path.read_bytes())
        try:
            self.mark, text = data.startswith(b"\xef\xbb\xbf"), data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.mark, self.encoding, text = False, "gb18030", data.decode("gb18030")
        self.kind, self.rows = self._parsed(Path(name).suffix, text)

    def _parsed(self, suffix: str, text: str) -> tuple[str, list[Any]]:
        if suffix in (".json", ".jsonl"):
            for kind, parts in (("json", [text]), ("jsonl", text.splitlines())):
                try:
                    found = [json.loads(line) for line in parts if line.strip()]
                except ValueError:
                    continue
                return ("list", found[0]) if kind == "json" and isinstance(found[0], list) else (kind, found)
        if suffix in (".csv", ".tsv"):
            if suffix == ".tsv":
                return "tsv", [line.split("\t") for line in text.splitlines()]
            return "csv", list(csv.reader(io.StringIO(text, newline="")))
        return "lines", text.splitlines()

    def written(self) -> bytes:
        if self.kind in ("json", "jsonl", "list"):
            documents = [self.rows] if self.kind == "list" else self.rows
            text = "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents)
        elif self.kind == "csv":
            sink = io.StringIO()
            csv.writer(sink, lineterminator="\n").writerows(self.rows)
            text = sink.getvalue()
        else:
            text = "".join(("\t".join(row) if self.kind == "tsv" else row) + "\n" for row in self.rows)
        return self._pack((b"\xef\xbb\xbf" if self.mark else b"") + text.encode(self.encoding))


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, outermost first."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from objects(part)


def walked(value: Any, change: Callable[[str, Any], Any]) -> None:
    for found in objects(value):
        for key in list(found):
            found[key] = change(key, found[key])


# --- damages that leave rows rows -----------------------------------------------------------------------


def in_another_order(file: Contents) -> None:
    if file.kind in ("csv", "tsv"):
        file.rows = [row[::-1] for row in file.rows]
    elif file.kind != "lines":
        for found in objects(file.rows):
            for key in list(found)[::-1]:
                found[key] = found.pop(key)


def twice(file: Contents) -> None:
    if file.kind == "json":
        file.kind = "list"
    file.rows += file.rows[1:] if file.kind in ("csv", "tsv") else json.loads(json.dumps(file.rows))


def with_formulas_and_a_long_cell(letters: int) -> Callable[[Contents], None]:
    """With a formula in every name, and with a text of so many letters."""

    def damage(file: Contents) -> None:
        with_formulas(file)
        long = iter(["名" * letters])

        def change(key: str, value: Any) -> Any:
            return next(long, value) if isinstance(value, str) and key.lower() in (*NAMES, "text", "cooked") else value

        if file.kind in ("csv", "tsv"):
            file.rows[1][-1] = next(long)
        elif file.kind != "lines":
            walked(file.rows, change)

    return damage


def with_formulas(file: Contents) -> None:
    def change(key: str, value: Any) -> Any:
        return FORMULA + value if isinstance(value, str) and key.lower() in NAMES else value

    if file.kind in ("csv", "tsv"):
        places = [place for place, column in enumerate(file.rows[0]) if column.lower() in NAMES]
        for row in file.rows[1:]:
            for place in places:
                if place < len(row):
                    row[place] = FORMULA + row[place]
    elif file.kind != "lines":
        walked(file.rows, change)


def with_broken_copies(file: Contents) -> None:
    """With copies of each row, in each of which one time or figure is broken."""

    def broken(row: Any) -> Iterator[Any]:
        places = [(n, key) for n, found in enumerate(objects(row)) for key in found if FIGURE.search(key)]
        for (n, key), junk in itertools.product(places, BROKEN):
            copy = json.loads(json.dumps(row))
            found = list(objects(copy))[n]
            if not isinstance(found[key], dict | list):
                found[key] = junk
                yield copy

    if file.kind in ("csv", "tsv"):
        places = [place for place, column in enumerate(file.rows[0]) if FIGURE.search(column)]
        file.rows += [
            [*row[:place], junk, *row[place + 1 :]]
            for row in file.rows[1:]
            for place, junk in itertools.product(places, BROKEN)
        ]
    elif file.kind != "lines":
        file.kind = "list" if file.kind == "json" else file.kind
        file.rows += [copy for row in file.rows for copy in broken(row)]


def without_a_field(which: int) -> Callable[[Contents], None]:
    """Without one of the fields that its rows have, in every row."""

    def damage(file: Contents) -> None:
        if file.kind in ("csv", "tsv"):
            place = which % len(file.rows[0])
            for row in file.rows:
                del row[place : place + 1]
        elif file.kind != "lines":
            keys = sorted({key for found in objects(file.rows) for key in found})
            for found in list(objects(file.rows)):
                found.pop(keys[which % len(keys)], None)

    return damage


def with_nonsense(value: Any) -> Callable[[Contents], None]:
    """With this in the place of every object and list within a row."""

    def damage(file: Contents) -> None:
        if file.kind in ("json", "jsonl", "list"):
            walked(file.rows, lambda _, found: value if isinstance(found, dict | list) else found)

    return damage


# --- damages of bytes -----------------------------------------------------------------------------------


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def emptied(_: bytes) -> bytes:
    return b""


def in_utf16_without_a_mark(data: bytes) -> bytes:
    return data.decode(errors="replace").encode("utf-16-be", errors="replace")


def with_broken_letters(data: bytes) -> bytes:
    return data.replace(b"a", b"\xff")


# --- what must hold -------------------------------------------------------------------------------------


def copied(source: str, folder: Path) -> Path:
    return Path(shutil.copytree(DATA / source, folder / source))


def files(folder: Path) -> list[Path]:
    """The files of data; a mapping only tells what they are."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "mapping.toml")


def read(source: str, folder: Path) -> Read:
    """What was loaded, or the error in one sentence; anything else is a bug."""
    try:
        if source == EXPORTS:
            texts = [path for path in files(folder) if path.suffix != ".xlsx"]
            loaded = load.read_recognised(texts, ANSWERS, accept_partial=True, now=NOW)
        else:
            loaded = load.read(sources.find_source(source), [folder], accept_partial=True, now=NOW)
    except GraphkocError as error:
        assert str(error)
        assert "\n" not in str(error)
        return error
    for count in loaded.files:
        fates = (count.loaded, count.duplicate, count.conflict, count.rejected, count.skipped)
        assert count.read == sum(fates), count
        assert min(fates) >= 0, count
    assert len(loaded.rejects) >= sum(count.rejected > 0 for count in loaded.files)
    return loaded


def named(loaded: load.Loaded) -> set[str]:
    """The files of which something was read, and those that are named as unread."""
    return {count.file for count in loaded.files} | {one.file for one in loaded.unread}


@pytest.fixture(scope="module", autouse=True)
def _key() -> Iterator[None]:
    """A secret for the sources with contacts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKOC_KEY", "of these tests")
        yield


@cache
def undamaged(source: str) -> load.Loaded:
    """What the folder of a source holds."""
    loaded = read(source, DATA / source)
    assert isinstance(loaded, load.Loaded)
    return loaded


@pytest.fixture(params=SOURCES)
def whole(request: pytest.FixtureRequest) -> tuple[str, load.Loaded]:
    """A source and what its folder holds, undamaged."""
    return request.param, undamaged(request.param)


def damaged(source: str, folder: Path, damage: Callable[[Contents], None]) -> Read:
    """What is read of a source's damaged files, or of the files as they are where none can have this damage."""
    copy, changed = copied(source, folder), False
    for path in files(copy):
        if path.suffix not in BINARY:
            contents = Contents(path)
            whole = contents.written()
            damage(contents)
            path.write_bytes(contents.written())
            changed |= path.read_bytes() != whole
    return read(source, copy) if changed else undamaged(source)


def test_a_fixture_has_rows_enough_and_loads(whole: tuple[str, load.Loaded]) -> None:
    assert sum(count.read for count in whole[1].files) >= 20
    assert all(count.read for count in whole[1].files)


def test_fields_in_another_order_are_the_same_tables(whole: tuple[str, load.Loaded], tmp_path: Path) -> None:
    source, before = whole
    after = damaged(source, tmp_path, in_another_order)
    assert isinstance(after, load.Loaded), after
    assert after.files == before.files
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(after.tables[name], frame)


def test_rows_that_come_twice_are_counted_twice_and_kept_once(whole: tuple[str, load.Loaded], tmp_path: Path) -> None:
    source, before = whole
    after = damaged(source, tmp_path, twice)
    assert isinstance(after, load.Loaded), after
    assert sum(count.read for count in after.files) == 2 * sum(count.read for count in before.files)
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(after.tables[name], frame)


def test_a_row_with_a_broken_figure_costs_no_other_row_of_the_same_post_or_person(
    whole: tuple[str, load.Loaded], tmp_path: Path
) -> None:
    source, before = whole
    after = damaged(source, tmp_path, with_broken_copies)
    assert isinstance(after, load.Loaded), after
    for name, frame in before.tables.items():
        key = list(CANONICAL[name].key)
        kept = after.tables[name].merge(frame[key], on=key).sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(kept, frame.sort_values(key, ignore_index=True))


@pytest.mark.parametrize(
    ("source", "letters"),
    [
        *((source, 1_000_000 if source in MILLION else 100_000) for source in SOURCES),
        *(pytest.param(source, 1_000_000, marks=pytest.mark.soak) for source in SOURCES if source not in MILLION),
    ],
)
def test_a_million_letters_and_formulas_are_text(source: str, letters: int, tmp_path: Path) -> None:
    before, after = undamaged(source), damaged(source, tmp_path, with_formulas_and_a_long_cell(letters))
    assert isinstance(after, load.Loaded), after
    assert [(count.file, count.read) for count in after.files] == [(count.file, count.read) for count in before.files]


@pytest.mark.parametrize(
    "nonsense", ["nonsense", *(pytest.param(value, marks=pytest.mark.soak) for value in (None, [["["]], {}, True))]
)
def test_what_is_no_object_where_one_should_be_costs_its_own_row_at_most(
    whole: tuple[str, load.Loaded], tmp_path: Path, nonsense: Any
) -> None:
    source, before = whole
    after = damaged(source, tmp_path, with_nonsense(nonsense))
    assert isinstance(after, load.Loaded), after
    assert named(after) == named(before)


@pytest.mark.parametrize("which", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 60))])
def test_a_field_that_is_gone_is_an_error_or_missing_in_every_row(
    whole: tuple[str, load.Loaded], tmp_path: Path, which: int
) -> None:
    source, before = whole
    after = damaged(source, tmp_path, without_a_field(which))
    if isinstance(after, GraphkocError):
        assert any(Path(count.file).name in str(after) for count in before.files), f"it names no file: {after}"
        return
    assert named(after) == named(before)
    # Rows stay rows: a table is read with all of them, or is named as unread as a whole.
    tables = {path.name for path in files(tmp_path) if path.suffix in (".csv", ".tsv") and path.read_bytes().strip()}
    unread = {one.file for one in after.unread}
    found = {count.file: count.read for count in after.files}
    expected = {c.file: c.read for c in before.files if Path(c.file).name in tables and c.file not in unread}
    assert {file: found[file] for file in expected} == expected


BROKEN_BYTES = [
    pytest.param(source, damage, marks=pytest.mark.soak if (place + turn) % 2 else ())
    for place, source in enumerate(SOURCES)
    for turn, damage in enumerate((cut, emptied, in_utf16_without_a_mark, with_broken_letters))
]
"""Each source with each damage of bytes: two of them in every run, and the other two in a soak."""


@pytest.mark.parametrize(("source", "damage"), BROKEN_BYTES)
def test_broken_bytes_are_an_error_or_rejects_and_no_file_vanishes(
    source: str, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    before, copy = undamaged(source), copied(source, tmp_path)
    for path in files(copy):
        path.write_bytes(damage(path.read_bytes()))
    after = read(source, copy)
    if isinstance(after, load.Loaded):
        assert named(after) == named(before)
        # Of some files no more than a part of the header is left.
        headers = {path.relative_to(copy).as_posix() for path in files(copy) if b"\n" not in path.read_bytes()}
        assert {count.file for count in after.files if not count.read} <= headers


def test_one_broken_file_does_not_hide_the_others(whole: tuple[str, load.Loaded], tmp_path: Path) -> None:
    source, before = whole
    copy = copied(source, tmp_path)
    broken = max((path for path in files(copy) if path.suffix != ".html"), key=lambda path: path.stat().st_size)
    broken.write_bytes(cut(broken.read_bytes()))
    after = read(source, copy)
    if isinstance(after, load.Loaded):
        others = {c.file: c.read for c in before.files if not broken.match(c.file)}
        assert {c.file: c.read for c in after.files if not broken.match(c.file)} == others


def test_another_sources_files_are_an_error_or_rejects(whole: tuple[str, load.Loaded], tmp_path: Path) -> None:
    source, before = whole
    other = SOURCES[SOURCES.index(source) - 1]
    read(source, copied(other, tmp_path))
    copy = copied(source, tmp_path / "under its own names")
    strange = {path.suffix: path.read_bytes() for path in files(DATA / other)}
    for path in files(copy):
        if path.suffix in strange:
            path.write_bytes(strange[path.suffix])
    after = read(source, copy)
    if isinstance(after, load.Loaded):
        assert named(after) == named(before)
