"""The fate of each row: read = loaded + duplicate + conflict + rejected + skipped."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from graphkoc.capture import load
from graphkoc.capture.sources import find_source
from graphkoc.errors import DataError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEAD = "review,consumer,product,rating,text,created_at\n"


def placed(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read(*paths: Path, source: str = "csv", accept_partial: bool = False) -> load.Loaded:
    return load.read(find_source(source), paths, accept_partial=accept_partial, now=NOW)


def fates(loaded: load.Loaded) -> dict[str, tuple[int, ...]]:
    return {
        one.file: (one.read, one.loaded, one.duplicate, one.conflict, one.rejected, one.skipped) for one in loaded.files
    }


def test_a_key_that_repeats_is_a_duplicate_only_where_the_rows_say_the_same(tmp_path: Path) -> None:
    once = "r1,zoe,p,5,good,2024-01-02\n"
    text = f"{HEAD}{once}r1,ann,q,1,bad,2024-01-03\n{once}r2,bob,p,4,ok,2024-01-04\n"
    loaded = read(placed(tmp_path, reviews=text))
    assert fates(loaded) == {"reviews.csv": (4, 2, 1, 1, 0, 0)}
    assert loaded.tables["reviews"]["consumer"].tolist() == ["csv:zoe", "csv:bob"]
    assert loaded.rejects[["row", "fate", "reason"]].values.tolist() == [
        [3, "conflict", "review csv:r1 stands for other content in reviews.csv, row 2, which was taken"]
    ]


def test_of_two_files_that_disagree_the_first_stands_and_both_are_named(tmp_path: Path) -> None:
    for month, rating in (("a", "5"), ("b", "1")):
        (tmp_path / month).mkdir()
        others = "".join(f"{month}{n},u{n},p,3,ok,2024-01-0{n}\n" for n in (1, 2))
        placed(tmp_path / month, reviews=f"{HEAD}r1,zoe,p,{rating},x,2024-01-02\n{others}")
    loaded = read(tmp_path / "a" / "reviews.csv", tmp_path / "b" / "reviews.csv")
    assert loaded.tables["reviews"].set_index("review").loc["csv:r1", "rating"] == 5
    (reason,) = loaded.rejects["reason"]
    assert f"{tmp_path}/a/reviews.csv, row 2" in reason
    assert loaded.rejects["file"].tolist() == [f"{tmp_path}/b/reviews.csv"]


def test_a_repeated_header_is_skipped_with_the_reason(tmp_path: Path) -> None:
    loaded = read(placed(tmp_path, reviews=f"{HEAD}r1,zoe,p,5,x,2024-01-02\n{HEAD}r2,zoe,q,5,x,2024-01-02\n"))
    assert fates(loaded) == {"reviews.csv": (3, 2, 0, 0, 0, 1)}
    assert loaded.files[0].why_skipped == {"repeated header": 1}


def test_nothing_is_taken_of_a_file_that_would_lose_most_of_it(tmp_path: Path) -> None:
    text = "r1,zoe,p,five,x,2024-01-02\nr2,bob,p,four,x,2024-01-02\nr3,bob,q,4,x,2024-01-02\n"
    folder = placed(tmp_path, reviews=HEAD + text)
    with pytest.raises(DataError, match="2 of its 3 rows cannot be taken, most often because rating is not a number"):
        read(folder)
    assert fates(read(folder, accept_partial=True)) == {"reviews.csv": (3, 1, 0, 0, 2, 0)}
    half = placed(tmp_path, reviews=f"{HEAD}r1,zoe,p,five,x,2024-01-02\nr3,bob,q,4,x,2024-01-02\n")
    assert fates(read(half)) == {"reviews.csv": (2, 1, 0, 0, 1, 0)}


def test_the_other_files_are_taken_and_the_lost_one_is_named_with_its_rows(tmp_path: Path) -> None:
    folder = placed(tmp_path, reviews=f"{HEAD}r1,zoe,p,five,x,2024-01-02\n", follows="follower,followee\nzoe,bob\n")
    loaded = read(folder)
    assert fates(loaded) == {"follows.csv": (1, 1, 0, 0, 0, 0)}
    assert list(loaded.tables) == ["follows", "consumers"]
    assert [one.file for one in loaded.unread] == ["reviews.csv"]
    assert loaded.rejects["file"].tolist() == ["reviews.csv"]


def test_a_file_that_is_no_table_of_ours_is_named_and_the_others_are_loaded(tmp_path: Path) -> None:
    folder = placed(tmp_path, reviews=f"{HEAD}r1,zoe,p,5,x,2024-01-02\n", campaign_plan="a;b\n1;2\n")
    loaded = read(folder)
    assert fates(loaded) == {"reviews.csv": (1, 1, 0, 0, 0, 0)}
    looks = "it is named after no table; it looks like nothing that is known (its columns: a, b)"
    assert [(one.file, one.reason) for one in loaded.unread] == [("campaign_plan.csv", looks)]
    (folder / "notes.pdf").write_bytes(b"%PDF")
    assert {one.file for one in read(folder).unread} == {"campaign_plan.csv", "notes.pdf"}
    recognised = load.read_recognised([folder], now=NOW)
    assert [one.file for one in recognised.files] == ["reviews.csv"]
    assert {one.file: one.reason for one in recognised.unread} == {
        "campaign_plan.csv": "it looks like nothing that is known (its columns: a, b)",
        "notes.pdf": "graphkoc does not read .pdf files",
    }


def test_every_sheet_of_a_workbook_is_read_or_named(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "follows.xlsx") as book:
        for name, rows in (
            ("Cover", [["Report of March"]]),
            ("Jan", [["follower", "followee"], ["ann", "bob"]]),
            ("Feb", [["follower", "followee"], ["bob", "cem"]]),
            ("reviews", [["consumer", "rating"], ["ann", "5"]]),
        ):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    for loaded in (read(tmp_path), load.read_recognised([tmp_path], now=NOW)):
        assert sorted(fates(loaded)) == ["follows.xlsx/Feb", "follows.xlsx/Jan", "follows.xlsx/reviews"]
        assert [one.file for one in loaded.unread] == ["follows.xlsx/Cover"]
        assert (len(loaded.tables["follows"]), len(loaded.tables["reviews"])) == (2, 1)


def test_a_part_of_a_row_that_is_lost_is_listed_as_partial(tmp_path: Path) -> None:
    loaded = read(placed(tmp_path, consumers="consumer,followers\nann,many\nbob,12\n"))
    assert fates(loaded) == {"consumers.csv": (2, 2, 0, 0, 0, 0)}
    assert loaded.rejects[["row", "fate", "reason"]].values.tolist() == [
        [2, "partial", "followers is not a whole number: 'many'"]
    ]
