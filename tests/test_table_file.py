"""Raw files: every row is read as it is, or named with what is wrong with it, and harms no other."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphkoc.capture.reading import table_file
from graphkoc.capture.reading.views import View
from graphkoc.errors import DataError

cells = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=20)


def written(folder: Path, data: bytes, name: str = "things.csv") -> Path:
    path = folder / name
    path.write_bytes({".gz": gzip.compress, ".xz": lzma.compress}.get(path.suffix, bytes)(data))
    return path


def rows(file: table_file.RawFile) -> list[dict]:
    return [{k: v for k, v in row.items() if k != "_file"} for row in file.table.to_pylist()]


@given(st.lists(st.tuples(cells, cells), max_size=10))
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_what_csv_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, suffix: str, table: list) -> None:
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter="," if suffix == ".csv" else "\t", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("first column", "second column"), *table])
    path = written(tmp_path_factory.mktemp("raw"), sink.getvalue().encode(), f"things{suffix}")
    file = table_file.read(path)
    assert file.bad == ()
    assert [(row["first column"], row["second column"]) for row in file.table.to_pylist()] == table


@given(
    st.lists(
        st.one_of(st.just(b"1,2\n"), st.binary(max_size=12).map(lambda b: b.replace(b"\r", b"") + b"\n")), max_size=30
    )
)
def test_good_rows_after_the_header_are_separated_from_bad_ones_whatever_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    file = table_file.read(written(tmp_path_factory.mktemp("raw"), b"a,b\n" + b"".join(lines)))
    assert file.read == file.table.num_rows + len(file.bad)
    numbers = sorted([*file.table.column("_row").to_pylist(), *(bad.row for bad in file.bad)])
    assert len(set(numbers)) == len(numbers)
    assert all(bad.reason for bad in file.bad)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1,2,3\n", "it has 3 cells, the header has 2"),
        (b",".join([b"x"] * 40) + b"\n", "it has 40 cells, the header has 2"),
        (b"1\n", "it has 1 cells, the header has 2"),
        (b"a\0b,2\n", "it holds a NUL byte"),
        (b"\xff,2\n", "byte 0xff is not UTF-8"),
        (b'"never closed,2\n', "its quotes are not closed or not doubled"),
        (b'"a"b,2\n', "its quotes are not closed or not doubled"),
    ],
)
def test_a_bad_row_is_rejected_alone(tmp_path: Path, line: bytes, reason: str) -> None:
    file = table_file.read(written(tmp_path, b"a,b\n1,one\n" + line + b"3,three\n4,four\n"))
    assert rows(file) == [
        {"a": "1", "b": "one", "_row": 2},
        {"a": "3", "b": "three", "_row": 4},
        {"a": "4", "b": "four", "_row": 5},
    ]
    assert [(bad.row, bad.reason) for bad in file.bad] == [(3, reason)]


def test_a_quote_that_swallows_a_thousand_lines_costs_one_row(tmp_path: Path) -> None:
    file = table_file.read(written(tmp_path, b'a,b\n"open,1\n' + b"x,y\n" * 3000))
    assert (file.table.num_rows, len(file.bad)) == (3000, 1)


def test_newlines_quotes_and_a_byte_order_mark_are_data_or_nothing(tmp_path: Path) -> None:
    file = table_file.read(written(tmp_path, b'\xef\xbb\xbfa,b\r\n"two\nlines","say ""hi"""\r\n\r\n5" pipe,\r\n'))
    assert rows(file) == [{"a": "two\nlines", "b": 'say "hi"', "_row": 2}, {"a": '5" pipe', "b": None, "_row": 4}]


def test_a_hundred_thousand_characters_are_one_cell(tmp_path: Path) -> None:
    long = "名" * 100_000
    assert rows(table_file.read(written(tmp_path, f"a\n{long}\n".encode())))[0]["a"] == long


def test_a_text_file_is_one_column_of_lines(tmp_path: Path) -> None:
    file = table_file.read(written(tmp_path, b'1 DVDs\n\n2 "Books"', "kinds.txt"))
    assert rows(file) == [{"line": "1 DVDs", "_row": 1}, {"line": '2 "Books"', "_row": 3}]


def test_a_header_that_comes_again_is_counted_and_is_no_row(tmp_path: Path) -> None:
    file = table_file.read(written(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n\xef\xbb\xbfa,b\n3,4\na,b\na,c\n"))
    assert [(row["a"], row["b"]) for row in rows(file)] == [("1", "2"), ("3", "4"), ("a", "c")]
    assert (file.read, file.again, file.bad) == (5, 2, ())


def test_the_only_column_of_a_table_may_hold_its_own_name(tmp_path: Path) -> None:
    file = table_file.read(written(tmp_path, b"word\nword\n"))
    assert (file.table.num_rows, file.again) == (1, 0)


LOOSE = View("things", ("things.*",), ("who", "what"), ("rating", "time"), reading="loose")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("things.txt", b" 1 2 3.5\n\n4\t5   6\n"),
        ("things.csv", b"1,2,3.5\r\n4,5,6\r\n"),
        ("things.csv", b"user;item;rating\n1;2;3.5\n4;5;6\n"),
        ("things.csv", b'"user","item","rating"\n"1","2","3.5"\n"4","5","6"\n'),
        ("things.tsv", b"# FromNodeId\tToNodeId 7 8\n%bip\n1\t2\t3.5\n4\t5\t6"),
        ("things.txt", b"\xef\xbb\xbfV1 V2 V3\n1 2 3.5\n4 5 6\n"),
    ],
)
def test_loose_tables_are_read_whatever_stands_between_their_cells(tmp_path: Path, name: str, data: bytes) -> None:
    file = table_file.read(written(tmp_path, data, name), view=LOOSE)
    assert [(r["who"], r["what"], r["rating"], r["time"]) for r in rows(file)] == [
        ("1", "2", "3.5", None),
        ("4", "5", "6", None),
    ]
    assert file.bad == ()


def test_a_loose_row_that_is_too_short_or_too_long_is_bad(tmp_path: Path) -> None:
    file = table_file.read(written(tmp_path, b"1 2\n1\n1 2 3 4 5\nuser item\n", "things.txt"), view=LOOSE)
    assert [(bad.row, bad.reason) for bad in file.bad] == [
        (2, "it has 1 cells, and should have 2 to 4"),
        (3, "it has 5 cells, and should have 2 to 4"),
    ]
    assert rows(file)[1]["who"] == "user", "only the first row can be a header"


def test_a_loose_table_may_say_how_its_header_calls_the_columns(tmp_path: Path) -> None:
    view = View("things", ("things.*",), ("who", "what"), ("rating", "header"), reading="loose")
    file = table_file.read(written(tmp_path, b"Item, User\n1,2\n3,4,5\nItem, User\n1,2,3,4\n", "things.csv"), view=view)
    assert [(r["who"], r["rating"], r["header"]) for r in rows(file)] == [
        ("1", None, "Item User"),
        ("3", "5", "Item User"),
    ]
    assert (file.again, [bad.reason for bad in file.bad]) == (1, ["it has 4 cells, and should have 2 to 3"])
    (row,) = rows(table_file.read(written(tmp_path, b"1 2\n", "things.txt"), view=view))
    assert row["header"] is None


UNQUOTED = View("things", ("things.tsv",), ("a", "b"), reading="unquoted")


def test_where_quotes_are_letters_a_line_is_a_row(tmp_path: Path) -> None:
    data = b'a\tb\r\n"Great" kettle\t"\n"open\t5" pipe"\n"all, ""of"" it"\tx\n\t""\n1\t2\t3\na\tb\n'
    file = table_file.read(written(tmp_path, data, "things.tsv"), view=UNQUOTED)
    assert [(row["a"], row["b"]) for row in rows(file)] == [
        ('"Great" kettle', '"'),
        ('"open', '5" pipe"'),
        ('all, "of" it', "x"),
        (None, ""),
    ]
    assert [(bad.row, bad.reason) for bad in file.bad] == [(6, "it has 3 cells, the header has 2")]
    assert (file.again, file.read) == (1, 6)


@pytest.mark.parametrize("name", ["things.csv.gz", "things.csv.xz"])
def test_a_packed_file_is_the_same_file(tmp_path: Path, name: str) -> None:
    data = b"a,b\n1,2\n"
    plain, packed = table_file.read(written(tmp_path, data)), table_file.read(written(tmp_path, data, name))
    assert rows(plain) == rows(packed)
    assert packed.name == name


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "things.csv", "is empty"),
        (b"", "things.txt", "is empty"),
        (b"\0" * 100, "things.csv", "does not begin with a header row: it holds a NUL byte"),
        (b"a,a\n1,2\n", "things.csv", "two columns called 'a'"),
        (b"\x1f\x8bnonsense", "broken.csv.gz", "damaged or cut off"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(tmp_path: Path, data: bytes, name: str, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DataError, match=words):
        table_file.read(path)


def test_a_packed_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)
    path = tmp_path / "things.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="damaged or cut off"):
        table_file.read(path)


def test_files_are_found_by_name_and_unreadable_ones_are_reported(tmp_path: Path) -> None:
    for name in ("ratings.csv.gz", "my-list.tsv", "notes.txt", "README.md", "ratings.tsv"):
        (tmp_path / name).write_bytes(b"")
    found = table_file.find([tmp_path])
    assert {name: [path.name for path in paths] for name, paths in found.items()} == {
        "my_list": ["my-list.tsv"],
        "notes": ["notes.txt"],
        "ratings": ["ratings.csv.gz", "ratings.tsv"],
    }
    with pytest.raises(DataError, match="there is no file or folder"):
        table_file.find([tmp_path / "nowhere"])
    with pytest.raises(DataError, match="of no kind that graphkoc reads"):
        table_file.find([tmp_path / "README.md"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="nothing to read"):
        table_file.find([tmp_path / "empty"])


def test_progress_ends_with_every_row(tmp_path: Path) -> None:
    seen: list[tuple] = []
    table_file.read(written(tmp_path, b"a\n" + b"1\n" * (table_file.CHUNK + 5)), lambda *step: seen.append(step))
    assert seen[-1][1] == seen[-1][2]
    assert seen[-1][3] == table_file.CHUNK + 5


ODD = ["", "\t", '"', '""', "a", "x y", '"a', 'b"', '"a b"', "ü", "\r", "\0", "b\tc", "\ud800", "a\tb"]


@given(cells=st.lists(st.lists(st.sampled_from(ODD), min_size=2, max_size=2), max_size=12), ends=st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_lines_at_once_are_what_they_are_one_by_one(
    tmp_path: Path, cells: list[list[str]], ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a\tb\n" + "\n".join("\t".join(row) for row in cells) + "\n" * ends
    path = written(tmp_path, text.encode(errors="surrogatepass"), "things.tsv")
    with monkeypatch.context() as patch:
        patch.setattr(table_file, "BLOCK", 8)
        found = table_file.read(path, view=UNQUOTED)
        patch.setattr(table_file.line_files, "read_fast", lambda *_: None)
        wanted = table_file.read(path, view=UNQUOTED)
    assert rows(found) == rows(wanted)
    assert (found.bad, found.again, found.read) == (wanted.bad, wanted.again, wanted.read)


# --- cells of a sheet ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"a,b\n1,2\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b"Title, which has a comma;\na;b\n1, 2, 3;x\n4, 5;y\n", [(3, ["1, 2, 3", "x"]), (4, ["4, 5", "y"])]),
        (b"a\tb\n1, 2\t3\n", [(1, ["a", "b"]), (2, ["1, 2", "3"])]),
        (b"sep=;\na;b\n1;2\n", [(2, ["a", "b"]), (3, ["1", "2"])]),
        (b'a;b\n"x; ""y"",\nz";2\n', [(1, ["a", "b"]), (2, ['x; "y",\nz', "2"])]),
        (b"a,b,c\n1\n\n,,\n2,3,4,5\n", [(1, ["a", "b", "c"]), (2, ["1"]), (5, ["2", "3", "4", "5"])]),
    ],
)
def test_the_cells_of_a_sheet_are_as_they_are_whatever_separates_them(
    tmp_path: Path, data: bytes, found: list[tuple[int, list[str]]]
) -> None:
    ((rows, bad),) = table_file.read_cells(written(tmp_path, data)).values()
    assert bad == []
    assert [row for row in rows if row in found] == found
    assert len(rows) - len(found) in (0, 2), "a title and a header"


def test_a_row_of_a_sheet_whose_quotes_are_never_closed_harms_no_other(tmp_path: Path) -> None:
    ((rows, bad),) = table_file.read_cells(written(tmp_path, b'a,b\n1,"2\n3,4\n')).values()
    assert rows == [(1, ["a", "b"]), (3, ["3", "4"])]
    assert [(one.row, one.reason) for one in bad] == [(2, "its quotes are not closed or not doubled")]


def test_a_very_long_cell_of_a_sheet_is_read(tmp_path: Path) -> None:
    ((rows, _),) = table_file.read_cells(written(tmp_path, b"a;b\n" + b"x" * 200_000 + b";2\n")).values()
    assert [len(cells) for _, cells in rows] == [2, 2]
