"""Shapes that people reported of crawlers, spreadsheets and pandas: each is read right, or refused in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from graphkoc.capture import load
from graphkoc.capture.sources import find_source
from graphkoc.errors import DataError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VIDEOS = "aweme_id,title,desc,create_time,user_id,nickname,liked_count\n"
COMMENTS = "comment_id,create_time,aweme_id,content,user_id,nickname,parent_comment_id,like_count\n"


def read(source: str, *paths: Path) -> load.Loaded:
    return load.read(find_source(source), paths, accept_partial=True, now=NOW)


def placed(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def note(number: int, **cells: object) -> dict[str, object]:
    return {
        "note_id": f"68{number}",
        "time": 1744189043000,
        "user_id": f"u{number}",
        "desc": "tea",
        "liked_count": "3",
    } | cells


@pytest.mark.parametrize("broken", ["7.526154947621031e+18", "9.87654321E+17", "1,5E+20"])
def test_an_id_that_a_table_program_rounded_is_nobody(tmp_path: Path, broken: str) -> None:
    rows = f'"{broken}",a,b,1744189043,u1,n,1\n71,a,b,1744189043,"{broken}",n,1\n72,a,b,1744189043,u2,n,1\n'
    loaded = read("mediacrawler", placed(tmp_path, "search_contents_1.csv", VIDEOS + rows))
    assert loaded.tables["reviews"]["review"].tolist() == ["douyin:72"]
    assert loaded.rejects["reason"].str.contains("was rounded by a spreadsheet").sum() == 2


@pytest.mark.parametrize("nobody", ["", "nan", "NaN", "null", "None", "<NA>"])
def test_what_tools_write_for_nothing_is_nobody(tmp_path: Path, nobody: str) -> None:
    rows = f"c1,1744189043,71,hi,{nobody},,0,1\nc2,1744189043,71,hi,u2,n,{nobody},1\n"
    engagements = read("mediacrawler", placed(tmp_path, "search_comments_1.csv", COMMENTS + rows)).tables["engagements"]
    assert engagements["engagement"].tolist() == ["douyin:c2"]
    assert engagements["parent"].isna().all()


def test_ids_meet_whatever_invisible_letters_and_decimals_they_came_with(tmp_path: Path) -> None:
    ids = ["ann\u200b", "\ufeffbob", "cem\u00a0", "dan\t", "\u200eeve", "12.0"]
    reviews = "".join(f'"{one}",p{number}\n' for number, one in enumerate(ids))
    placed(tmp_path, "reviews.csv", f"consumer,product\n{reviews}")
    placed(tmp_path, "follows.csv", "follower,followee\nann,bob\ncem,dan\neve,12\n")
    people = read("csv", tmp_path).tables["consumers"]["consumer"]
    assert people.tolist() == ["csv:12", "csv:ann", "csv:bob", "csv:cem", "csv:dan", "csv:eve"]


def test_json_that_breaks_off_gives_its_place_and_what_was_saved(tmp_path: Path) -> None:
    whole = json.dumps([note(1), note(2), note(3)], indent=1)
    placed(tmp_path, "search_contents_1.json", whole[: whole.index("note_id", whole.index("683") - 20) + 20])
    loaded = read("xiaohongshu", tmp_path)
    assert loaded.tables["reviews"]["review"].tolist() == ["xiaohongshu:681", "xiaohongshu:682"]
    (reason,) = loaded.rejects["reason"]
    assert reason.startswith("the list breaks off or is damaged: Unterminated string starting at line ")
    assert reason.endswith("2 before it were read")


def test_nan_in_json_is_a_missing_value(tmp_path: Path) -> None:
    placed(tmp_path, "search_contents_1.json", json.dumps([note(1, liked_count=float("nan")), note(2)]))
    reviews = read("xiaohongshu", tmp_path).tables["reviews"]
    assert reviews["likes"].isna().tolist() == [True, False]


def test_files_that_are_not_read_are_named_where_there_is_nothing_else(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "xhs_search.xlsx") as book:
        for sheet in ("Contents", "Comments"):
            book.add_worksheet(sheet).write_string(0, 0, "note_id")
    with pytest.raises(DataError, match=r"it holds xhs_search\.xlsx/Contents, xhs_search\.xlsx/Comments"):
        read("xiaohongshu", tmp_path)
    (tmp_path / "search_contents_1.json").write_text(json.dumps([note(1)]))
    unread = [one.file for one in read("xiaohongshu", tmp_path).unread]
    assert unread == ["xhs_search.xlsx/Contents", "xhs_search.xlsx/Comments"]


def test_days_in_a_workbook_of_excel_for_mac_are_the_right_ones(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "reviews.xlsx", {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["consumer", "created_at"])
        sheet.write_string(1, 0, "ann")
        sheet.write_datetime(1, 1, datetime(2024, 6, 30, 18, 5), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    assert read("csv", tmp_path).tables["reviews"]["created_at"].tolist() == [pd.Timestamp("2024-06-30 18:05:00")]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "\ufeffSEP=;"])
def test_the_first_line_of_excel_is_no_header(tmp_path: Path, first: str) -> None:
    text = f"{first}\nconsumer;product;text\nann;p1;ok, fine\nbob;p1\n"
    loaded = read("csv", placed(tmp_path, "reviews.csv", text))
    assert loaded.tables["reviews"]["text"].tolist() == ["ok, fine"]
    assert loaded.rejects["row"].tolist() == [4]


@pytest.mark.parametrize(
    "cell",
    [
        "2024-06-30T18:05:00+0800",
        "2024-06-30 18:05:00 +0800",
        "2024-06-30T18:05:00+08:00",
        "Sun Jun 30 18:05:00 +0800 2024",
    ],
)
def test_a_time_that_states_its_zone_is_moved_to_utc(tmp_path: Path, cell: str) -> None:
    reviews = read("csv", placed(tmp_path, "reviews.csv", f"consumer,product,created_at\nann,p,{cell}\n")).tables[
        "reviews"
    ]
    assert reviews["created_at"].tolist() == [pd.Timestamp("2024-06-30 10:05:00")]


@pytest.mark.parametrize(
    ("cell", "pictures"),
    [("https://a.example/5.jpg", 1), ('"https://a.example/5.jpg,https://a.example/6.jpg"', 2), ("3", 3), ("", None)],
)
def test_each_link_to_a_picture_counts_as_one(tmp_path: Path, cell: str, pictures: int | None) -> None:
    reviews = read("csv", placed(tmp_path, "reviews.csv", f"consumer,product,media\nann,p,{cell}\n")).tables["reviews"]
    assert [None if pd.isna(value) else value for value in reviews["media"]] == [pictures]


def test_contacts_in_tables_of_ones_own_join_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHKOC_KEY", "k" * 40)
    placed(tmp_path, "reviews.csv", "consumer,product,email\nr1,p,Ann@Example.com\nr2,p,\nr3,q,bob@example.com\n")
    placed(tmp_path, "consumers.csv", "consumer,phone,country,name\nc9,0151 1234567,DE,Ann\nr3,,,Bob\n")
    people = read("csv", tmp_path).tables["consumers"].set_index("consumer")["contact_key"]
    assert people.notna().to_dict() == {"csv:c9": True, "csv:r1": True, "csv:r2": False, "csv:r3": True}
    without = load.read(find_source("csv"), [tmp_path], without_contacts=True, now=NOW).tables["consumers"]
    assert without.get("contact_key", pd.Series(dtype="str")).isna().all()


def test_a_key_is_made_where_contacts_come_and_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPHKOC_KEY", raising=False)
    monkeypatch.delenv("GRAPHKOC_KEY_FILE", raising=False)
    (tmp_path / "in").mkdir()
    placed(tmp_path / "in", "reviews.csv", "consumer,product,email\nr1,p,ann@example.com\n")
    key = tmp_path / "own" / "key"
    first = load.read(find_source("csv"), [tmp_path / "in"], new_key_file=key, now=NOW)
    assert (first.new_key, key.stat().st_mode & 0o777) == (key, 0o600)
    again = load.read(find_source("csv"), [tmp_path / "in"], new_key_file=key, now=NOW)
    assert again.new_key is None
    assert again.tables["consumers"]["contact_key"].tolist() == first.tables["consumers"]["contact_key"].tolist()
    with pytest.raises(DataError, match="there is no key to hash them with"):
        load.read(find_source("csv"), [tmp_path / "in"], now=NOW)


def test_tags_are_split_alike_whatever_signs_stand_between_them(tmp_path: Path) -> None:
    row = "71,a,#茶 ＃香,1744189043,u1,n,1\n"
    crawled = read("mediacrawler", placed(tmp_path, "search_contents_1.csv", VIDEOS + row))
    (tmp_path / "listed").mkdir()
    header = "笔记标题,笔记链接,发布时间,达人昵称,达人主页链接,话题\n"
    link = "https://www.xiaohongshu.com/{}/68f0a1b2000000000301c001"
    listed = f"茶,{link.format('explore')},2025-04-09 10:00,安,{link.format('user/profile')},＃茶、香\n"
    social = read("social", placed(tmp_path / "listed", "新红.csv", header + listed))
    for loaded in (crawled, social):
        assert sorted(loaded.tables["reviews"]["tags"].iloc[0].split()) == ["茶", "香"]
