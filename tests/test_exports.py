"""Results as files: each format holds the same rows, and no spreadsheet or terminal obeys a hostile name."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet
import pytest
import python_calamine
from command import run
from little_store import asked, held, tables

import graphkoc
from graphkoc.cli.results import Result, print_result
from graphkoc.cli.terminal import GAP, draw_table, measure_width
from graphkoc.errors import StoreError, UsageError
from graphkoc.exports.rows import as_csv, as_json, as_parquet, as_workbook, safe_cell, without_controls

HOSTILE = "=cmd|'/C calc'!A0"
ROWS = [
    {"name": HOSTILE, "number": 3, "share": 0.25, "who": ["a", "b"], "at": datetime(2025, 1, 2, 3), "ok": True},
    {"name": "\x1b[31m\x07-5", "number": None, "share": float("nan"), "who": [], "at": None, "ok": False},
]


def read_workbook(packed: bytes) -> list[list[object]]:
    sheet = python_calamine.load_workbook(io.BytesIO(packed)).get_sheet_by_index(0)
    return sheet.to_python()


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        (HOSTILE, "'" + HOSTILE),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("\x1b=1", "'=1"),
        ("\x00\x07=1", "'=1"),
        ("\r=1", "'=1"),
        ("a\x1b[31mred\x07\x9b", "a[31mred"),
        ("two\nlines", "two\nlines"),
        ("茶 👩‍🍳", "茶 👩‍🍳"),
    ],
)
def test_a_cell_of_a_csv_holds_no_control_and_begins_no_formula(hostile: str, shown: str) -> None:
    assert safe_cell(hostile) == shown
    assert list(csv.reader(io.StringIO(as_csv([{"name": hostile}]))))[1] == [shown]


def test_a_workbook_has_texts_as_texts_numbers_as_numbers_and_no_control(tmp_path: Path) -> None:
    packed = as_workbook(ROWS)
    assert packed == as_workbook(ROWS)
    header, first, second = read_workbook(packed)
    assert header == ["name", "number", "share", "who", "at", "ok"]
    assert first == [HOSTILE, 3, 0.25, '["a", "b"]', datetime(2025, 1, 2, 3), True]
    assert second == ["[31m-5", "", "", "[]", "", False]
    (tmp_path / "book.xlsx").write_bytes(packed)
    sheet = subprocess.run(
        ["unzip", "-p", "book.xlsx", "xl/worksheets/sheet1.xml"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "<f>" not in sheet.stdout


def test_a_number_too_great_for_a_workbook_and_a_text_too_long_are_kept_as_far_as_they_go() -> None:
    _, row = read_workbook(as_workbook([{"id": 2**60 + 1, "text": "x" * 40_000}]))
    assert row == [str(2**60 + 1), "x" * 32_767]


def test_parquet_has_types_and_keeps_every_letter() -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(as_parquet([*ROWS, ROWS[0] | {"number": 7}]))).to_pylist()
    assert [row["name"] for row in table] == [HOSTILE, "\x1b[31m\x07-5", HOSTILE]
    assert [row["number"] for row in table] == [3, None, 7]
    assert [row["share"] for row in table] == [0.25, None, 0.25]
    assert table[0]["at"] == datetime(2025, 1, 2, 3)
    mixed = pyarrow.parquet.read_table(io.BytesIO(as_parquet([{"value": 1}, {"value": "one"}]))).to_pylist()
    assert mixed == [{"value": "1"}, {"value": "one"}]
    assert pyarrow.parquet.read_table(io.BytesIO(as_parquet([]))).num_rows == 0


def test_no_name_turns_the_text_around_it_or_commands_a_terminal_and_json_loses_nothing_of_it() -> None:
    turning = "R\u202eTL \u2067x\u2069 \x85\x9b31m"
    assert safe_cell(turning) == "RTL x 31m"
    assert without_controls(turning) == "RTL x 31m"
    text = as_json([{"name": turning}])
    assert text.isascii()
    assert json.loads(text) == [{"name": turning}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store and a run of it, in which people have hostile names."""
    folder = tmp_path_factory.mktemp("formats")
    names = [f"{HOSTILE} {number}\x07" for number in range(60)]
    with held(folder / "graphkoc.lbug", tables(range(40), names=names)) as store:
        graphkoc.analyse(store, folder / "runs" / "one")
    return folder


def test_every_format_has_the_rows_of_the_json_and_a_missing_folder_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = ("query", "most_followed", "-p", "limit=5")
    rows = json.loads(asked(folder, monkeypatch, *query, "--format", "json").stdout)
    assert len(rows) == 5
    ids = [row["consumer"] for row in rows]
    for suffix in ("csv", "parquet", "xlsx", "json", "txt"):
        asked(folder, monkeypatch, *query, "-o", f"made/of/it/rows.{suffix}")
    made = folder / "made" / "of" / "it"
    assert sorted(path.name for path in made.iterdir()) == [
        f"rows.{s}" for s in ("csv", "json", "parquet", "txt", "xlsx")
    ]
    assert pd.read_csv(made / "rows.csv")["consumer"].tolist() == ids
    assert pd.read_parquet(made / "rows.parquet")["consumer"].tolist() == ids
    header, *lines = read_workbook((made / "rows.xlsx").read_bytes())
    assert [line[header.index("consumer")] for line in lines] == ids
    assert json.loads((made / "rows.json").read_text(encoding="utf-8")) == rows
    piped = asked(folder, monkeypatch, *query, "--format", "parquet").stdout_bytes
    assert pd.read_parquet(io.BytesIO(piped))["consumer"].tolist() == ids
    assert "does not write .doc" in asked(folder, monkeypatch, *query, "-o", "rows.doc", code=2).stderr


def test_bytes_are_not_shown_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(UsageError, match="xlsx cannot be shown in a terminal"):
        print_result(Result(ROWS), "xlsx")


def test_what_is_printed_in_place_of_a_table_holds_no_controls_either(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(Result({}, text="one \x1b[31mred\x07\ntwo"))
    assert capsys.readouterr().out == "one [31mred\ntwo\n"


FAMILY = "👨‍👩‍👧"
"""One picture of five characters: three people and the joiners between them."""


@pytest.mark.parametrize(
    ("name", "columns"),
    [("Anna", 4), ("王小明", 6), (FAMILY, 2), (f"{FAMILY}一家", 6), ("❤️", 2), ("👍🏽", 2), ("é", 1), ("e\u0301", 1)],
)
def test_the_columns_of_a_table_are_aligned_whatever_the_characters(
    name: str, columns: int, capsys: pytest.CaptureFixture[str]
) -> None:
    print_result(Result([{"name": name, "score": 1}, {"name": "somebody", "score": 2}]))
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == f"{name}{' ' * (8 - columns)}      1"
    assert lines[3] == "somebody      2"


def test_a_long_cell_is_cut_by_columns_and_never_within_a_picture() -> None:
    for name, cut in (("王" * 100, "王" * 29), (f"x{'王' * 100}", f"x{'王' * 29}"), (FAMILY * 40, FAMILY * 29)):
        line = draw_table([{"name": name, "score": 1}], room=60 + GAP + len("score")).splitlines()[2]
        assert line.split() == [f"{cut}…", "1"]
        assert measure_width(line) == 60 + GAP + len("score")


@pytest.mark.parametrize("hidden", ["a\u200db", "\u200d", f"{FAMILY[:2]}a", "a\u202eb", "1\u2066"])
def test_a_joiner_that_joins_no_pictures_is_not_printed(hidden: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_result(Result([{"name": hidden, "score": 1}]))
    assert not set("\u200d\u202e\u2066") & set(capsys.readouterr().out)


def test_a_file_that_cannot_be_written_is_named_as_the_user_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"file/rows\.csv cannot be written: "):
        print_result(Result(ROWS), output=tmp_path / "file" / "rows.csv")


@pytest.mark.parametrize("command", [["analyse", "--out", "runs/two"], ["load", "csv", "reviews.csv"]])
def test_on_a_full_disk_no_temporary_file_is_named_or_left(folder: Path, tmp_path: Path, command: list[str]) -> None:
    os.link(folder / "graphkoc.lbug", tmp_path / "graphkoc.lbug")
    (tmp_path / "reviews.csv").write_text("review,consumer,created_at\nnew,anna,2025-01-01\n")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [sys.executable, "-m", "graphkoc", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=little_room,
    )
    assert done.returncode == 5, done.stderr
    assert "Traceback" not in done.stderr
    error = done.stderr[done.stderr.index("Error: ") :]
    for hidden in (".new", ".old", "graphkoc-new", "graphkoc-old"):
        assert hidden not in error, error
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["graphkoc.lbug", "reviews.csv"]


def test_verbose_prints_the_duration_of_each_step(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("review,consumer,created_at\n1,anna,2025-01-01\n")
    lines = run("-v", "load", "csv", "reviews.csv", cwd=tmp_path).stderr.splitlines()
    assert [line.split(" s  ")[1] for line in lines[:2]] == ["reading reviews.csv", "checking reviews"]
    assert "Loaded: 1 review, 1 consumer." in lines
    both = run("-v", "-q", "status", cwd=tmp_path)
    assert (both.returncode, "Either --quiet or --verbose." in both.stderr) == (2, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="every folder takes files of root")
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["analyse"], "the run cannot be written to runs/"),
        (["load", "csv", "reviews.csv"], "nothing can be written beside graphkoc.lbug"),
        (["status", "-o", "status.json"], "status.json cannot be written: Permission denied"),
    ],
)
def test_a_folder_without_write_permission_is_named_at_once_and_a_home_without_it_is_not_needed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], words: str
) -> None:
    os.link(folder / "graphkoc.lbug", tmp_path / "graphkoc.lbug")
    (tmp_path / "reviews.csv").write_text("review,consumer,created_at\nnew,anna,2025-01-01\n")
    (tmp_path / "home").mkdir(mode=0)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    tmp_path.chmod(0o555)
    try:
        errors = asked(tmp_path, monkeypatch, *command, code=5).stderr
    finally:
        tmp_path.chmod(0o755)
        (tmp_path / "home").chmod(0o755)
    assert f"Error: {words}" in errors
    assert "checking against the past" not in errors
    assert ".new" not in errors
    assert "graphkoc-new" not in errors
