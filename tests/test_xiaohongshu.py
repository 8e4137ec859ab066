"""Xiaohongshu as MediaCrawler saves it: notes, comments and profiles of both eras, and what spreadsheets do to them."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sources import file_counts, fixture, reasons
from sources import read as read_source
from sources import rows as source_rows

import graphkoc
from graphkoc.capture import load
from graphkoc.errors import DataError

FIXTURE = fixture("xiaohongshu")
read = partial(read_source, "xiaohongshu")
CRAWL = Path(__file__).parents[2] / "shared" / "data" / "xiaohongshu"
NAMES = ("an", "bai", "cem", "dou", "eva")
USERS = {name: f"5b8c07e02b60b2a2886900{letter}1" for name, letter in zip(NAMES, "abcde", strict=True)}


def hashed(user_id: str) -> str:
    return hashlib.sha256(user_id.encode()).hexdigest()[:16]


PEOPLE = {hashed(user_id): name for name, user_id in USERS.items()}


def shortened(cell: str) -> str:
    """An id without what all of them begin with, and a person's name in place of their id."""
    if not cell.startswith("xiaohongshu:"):
        return cell
    plain = cell.removeprefix("xiaohongshu:")
    return PEOPLE.get(plain, re.sub("^(6811960000000000230100|68119de40000000012020)", "", plain))


rows = partial(source_rows, shorten=shortened)


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "xhs/csv/creator_creators_2025-05-02.csv": (3, 2, 1, 0),
        "xhs/csv/search_comments_2025-05-01.csv": (7, 5, 0, 1, 0, 1),
        "xhs/csv/search_comments_2025-05-03.csv": (4, 2, 1, 1),
        "xhs/csv/search_contents_2025-05-01.csv": (5, 3, 0, 1, 0, 1),
        "xhs/json/detail_contents_2025-06-01.json": (2, 1, 1, 0),
        "xhs/jsonl/search_comments_2026-07-20.jsonl": (3, 2, 1, 0),
        "xhs/jsonl/search_contents_2026-07-20.jsonl": (3, 2, 1, 0),
    }
    assert reasons(loaded) == [
        ["xhs/csv/search_comments_2025-05-01.csv", 8, "no consumer"],
        ["xhs/csv/search_comments_2025-05-03.csv", 5, "engagement was rounded by a spreadsheet: '6.81E+23'"],
        ["xhs/csv/search_contents_2025-05-01.csv", 6, "likes is not a whole number: '很多'"],
    ]
    assert loaded.mentioned == {"reviews": 1}


def test_a_note_is_a_review_with_its_counts(loaded: load.Loaded) -> None:
    reviews = loaded.tables["reviews"]
    columns = ("review", "consumer", "created_at", "likes", "collects", "comments", "shares", "media", "origin", "tags")
    assert rows(reviews, *columns) == [
        ("01", "an", pd.Timestamp("2025-04-30 08:00"), 24000, 101000, 1401, 1024, 3, "unknown", "吹风机 护发"),
        ("02", "bai", pd.Timestamp("2025-04-30 09:00"), 853, 120, 31, 7, 1, "gifted", "寄样 吹风机"),
        ("03", "an", None, 1000, 10, 0, None, None, "paid", "广告 粉色-控"),
        ("05", "cem", pd.Timestamp("2025-04-30 11:00"), 12, 3, 4, 0, 2, "unknown", None),
        ("06", "dou", pd.Timestamp("2025-04-30 12:00"), 12000, 4321, 210, 88, 5, "unknown", "自费"),
        ("07", "bai", pd.Timestamp("2025-04-30 13:00"), 45, 6, 3, 1, 1, "invited", "护发"),
    ]
    assert "product" not in reviews
    assert reviews["url"].iloc[0] == "https://www.xiaohongshu.com/explore/681196000000000023010001"


def test_a_note_has_the_words_of_the_last_crawl_and_no_title_that_is_its_text(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["reviews"], "title", "text") == [
        ("戴森吹风机两个月使用感受", "头发真的不毛躁了，吹得也快\n就是贵 #吹风机 #护发"),
        (None, "谢谢品牌寄来的样品！风很大，声音也不吵，就是有点重。#寄样 #吹风机"),
        ("春日限定｜粉色吹风机开箱", "合作 #广告 #粉色 控"),
        ('=HYPERLINK("http://evil.example","点我")', "两百块的吹风机够用吗？"),
        ("自费测评三款吹风机", "不是广告，都是自己买的 #自费"),
        ("新品体验官", "受邀体验新款 #护发"),
    ]


def test_a_comment_is_an_engagement_with_the_one_that_it_answers(loaded: load.Loaded) -> None:
    engagements = loaded.tables["engagements"]
    assert rows(engagements, "engagement", "consumer", "review", "kind", "parent", "created_at", "likes") == [
        ("001", "bai", "01", "comment", None, pd.Timestamp("2025-04-30 08:10"), 840),
        ("002", "an", "01", "comment", "001", pd.Timestamp("2025-04-30 08:11"), 12000),
        ("003", "cem", "01", "comment", None, pd.Timestamp("2025-04-30 08:12"), 0),
        ("004", "an", "02", "comment", None, pd.Timestamp("2025-04-30 09:06:40"), 2),
        ("005", "cem", "63", "comment", None, pd.Timestamp("2025-04-30 09:08:20"), 0),
        ("007", "dou", "01", "comment", None, None, 5),
        ("008", "eva", "02", "comment", None, None, 1),
        ("009", "eva", "06", "comment", None, pd.Timestamp("2025-04-30 12:10"), 3),
        ("00a", "dou", "06", "comment", "009", pd.Timestamp("2025-04-30 12:11:40"), 0),
    ]
    assert engagements["text"].iloc[6] == "同问，声音大不大？晚上孩子睡觉的时候能不能用"


def test_a_person_of_both_eras_is_one_and_keeps_their_name_and_address(loaded: load.Loaded) -> None:
    people = loaded.tables["consumers"]
    address = "https://www.xiaohongshu.com/user/profile/"
    assert rows(people, "consumer", "name", "platform", "followers", "bio", "url") == [
        ("an", "安安爱护发", "xiaohongshu", 12000, "发质拯救中 B站同名", address + USERS["an"]),
        ("cem", "Cem在上海", "xiaohongshu", None, None, address + USERS["cem"]),
        ("dou", "豆豆妈妈", "xiaohongshu", None, None, address + USERS["dou"]),
        ("bai", "小白", "xiaohongshu", 853, None, address + USERS["bai"]),
        ("eva", "吃货一枚", "xiaohongshu", None, None, address + USERS["eva"]),
    ]


def test_an_account_is_where_it_wrote_last_or_its_profile_was_seen(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["consumers"], "consumer", "location") == [
        ("an", "上海"),  # of the profile, a day after their comments from 广东
        ("cem", "上海"),
        ("dou", "广东"),
        ("bai", "上海"),  # of their note, an hour after a comment from 广东 that was crawled again later
        ("eva", "广东"),
    ]
    later = read(FIXTURE / "xhs" / "jsonl").tables["consumers"]
    assert "location" not in later or later["location"].isna().all(), "since July 2026 the crawler keeps no place"


@pytest.mark.parametrize(
    ("places", "location"),
    [
        (("浙江", "上海"), "上海"),
        (("浙江", ""), "浙江"),
        (("浙江", "未知"), "浙江"),
        (("", ""), None),
        (("中国香港", "IP属地：美国"), "美国"),
        (("浙江", "上海 13800138001"), "上海 [☎]"),
    ],
)
def test_of_several_places_the_newest_that_is_stated_counts(
    tmp_path: Path, places: tuple[str, str], location: str | None
) -> None:
    # The newer note stands first, and was crawled first.
    notes = f"n2,1714557600000,u,茶,{places[1]},1714600000000\nn1,1704557600000,u,茶,{places[0]},1714600000001\n"
    (tmp_path / "search_contents_1.csv").write_text(
        f"note_id,time,user_id,nickname,ip_location,last_modify_ts\n{notes}"
    )
    assert rows(read(tmp_path).tables["consumers"], "location") == [(location,)]


def test_what_the_new_era_alone_tells_of_a_person_is_a_masked_name() -> None:
    people = read(FIXTURE / "xhs" / "jsonl").tables["consumers"]
    assert rows(people, "consumer", "name") == [
        ("an", "安***发"),
        ("dou", "豆***妈"),
        ("bai", "小*"),
        ("eva", "吃***枚"),
    ]
    assert people["url"].isna().all()


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_files_put_one_after_the_other_are_one_crawl(tmp_path: Path, loaded: load.Loaded, packed: Any) -> None:
    folder = Path(shutil.copytree(FIXTURE, tmp_path / "crawl"))
    file = folder / "xhs" / "csv" / "search_comments_2025-05-01.csv"
    header = file.read_bytes().splitlines(keepends=True)[0]
    file.write_bytes(file.read_bytes() + header)
    if packed is gzip.compress:
        file.rename(file.with_suffix(".csv.gz")).write_bytes(packed(file.with_suffix(".csv.gz").read_bytes()))
    again = read(folder)
    counts = {c.file.removesuffix(".gz"): (c.read, c.loaded, c.duplicate, c.skipped, c.rejected) for c in again.files}
    assert counts["xhs/csv/search_comments_2025-05-01.csv"] == (8, 5, 0, 2, 1)
    for name, frame in loaded.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)


def test_comments_of_weibo_are_not_taken_for_xiaohongshus(tmp_path: Path) -> None:
    comment = {
        "comment_id": "1",
        "note_id": "2",
        "create_time": 1746000000,
        "create_date_time": "2025-04-30",
        "user_id": 3,
    }
    (tmp_path / "search_comments_2025-05-01.json").write_text(json.dumps([comment]))
    found = read(tmp_path)
    assert found.rejects["reason"].tolist() == ["no table takes this row"]
    assert found.tables["consumers"].empty


def test_a_file_of_another_platform_is_named(tmp_path: Path) -> None:
    (tmp_path / "search_contents_2025-05-01.csv").write_text("aweme_id,create_time\n1,1746000000\n")
    with pytest.raises(DataError, match=r"search_contents_2025-05-01\.csv has no column 'note_id'"):
        read(tmp_path)


# --- a real crawl ---------------------------------------------------------------------------------------


def raw(name: str) -> list[dict[str, str]]:
    with gzip.open(CRAWL / name) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8-sig", newline="")))


def counted(cell: str) -> int:
    """A count by other means than the loader's: exact decimals, by their letters."""
    plain = cell.rstrip("+")
    for letter, times in (("万", 10_000), ("千", 1_000)):
        if plain.endswith(letter):
            return round(float(plain[:-1]) * times)
    return int(plain)


def time_of(cell: str) -> pd.Timestamp | None:
    return None if "E" in cell else pd.Timestamp(int(cell), unit="ms")


@pytest.fixture(scope="module")
def crawl() -> load.Loaded:
    if not CRAWL.exists():
        pytest.skip("the crawl is not beside the checkout")
    return read(CRAWL)


def test_a_real_crawl_gives_what_a_count_by_other_means_gives(crawl: load.Loaded) -> None:
    notes, comments = raw("search_contents_2025-08-10.csv.gz"), raw("search_comments_2025-08-10.csv.gz")
    assert (len(notes), len(comments)) == (109, 80_716)
    assert [(c.file, c.read, c.loaded, c.duplicate, c.rejected) for c in crawl.files] == [
        ("search_comments_2025-08-10.csv.gz", 80_716, 80_716, 0, 0),
        ("search_contents_2025-08-10.csv.gz", 109, 109, 0, 0),
    ]
    reviews = crawl.tables["reviews"].set_index("review")
    assert len(reviews) == 109
    for column, name in (("likes", "liked"), ("collects", "collected"), ("comments", "comment"), ("shares", "share")):
        expected = {f"xiaohongshu:{note['note_id']}": counted(note[f"{name}_count"]) for note in notes}
        assert reviews[column].to_dict() == expected
    times = {f"xiaohongshu:{note['note_id']}": time_of(note["time"]) for note in notes}
    assert {key: None if pd.isna(at) else at for key, at in reviews["created_at"].items()} == times
    assert reviews["consumer"].nunique() == 6

    engagements = crawl.tables["engagements"].set_index("engagement")
    assert len(engagements) == 80_716
    ours = {f"xiaohongshu:{comment['comment_id']}": comment for comment in comments}
    assert set(engagements.index) == set(ours)
    assert engagements["consumer"].to_dict() == {
        key: f"xiaohongshu:{hashed(comment['user_id'])}" for key, comment in ours.items()
    }
    assert engagements["likes"].to_dict() == {key: counted(comment["like_count"]) for key, comment in ours.items()}
    parents = {key: comment["parent_comment_id"] for key, comment in ours.items()}
    assert engagements["parent"].dropna().to_dict() == {
        key: f"xiaohongshu:{parent}" for key, parent in parents.items() if parent != "0" and "E+" not in parent
    }
    assert sum("E+" in parent for parent in parents.values()) == 17
    assert engagements["created_at"].isna().sum() == sum("E" in comment["create_time"] for comment in comments)
    assert len(crawl.tables["consumers"]) == len({row["user_id"] for row in notes + comments}) == 57_414


@pytest.mark.soak
def test_a_real_crawl_is_analysed_by_who_commented_on_whose_notes(tmp_path: Path, crawl: load.Loaded) -> None:
    store = graphkoc.open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    store.upsert(crawl.tables)
    run = graphkoc.analyse(store, tmp_path / "run", processes=1)
    store.close()
    notes = raw("search_contents_2025-08-10.csv.gz")
    wrote = {note["note_id"]: note["user_id"] for note in notes}
    newest = max(int(note["time"]) for note in notes if "E" not in note["time"])
    # By the newest note, whose day is the analysis's: who first commented later is not yet known.
    first: dict[str, dict[str, int]] = {user_id: {} for user_id in wrote.values()}
    for comment in raw("search_comments_2025-08-10.csv.gz"):
        times = first[wrote[comment["note_id"]]]
        undated = "E" in comment["create_time"]
        time = sys.maxsize if undated else int(comment["create_time"])
        times[comment["user_id"]] = min(time, times.get(comment["user_id"], sys.maxsize))
    known = {
        f"xiaohongshu:{hashed(author)}": sum(
            who != author and (time <= newest or time == sys.maxsize) for who, time in times.items()
        )
        for author, times in first.items()
    }
    kocs = run.kocs()
    assert run.info["ties_of"] == {"xiaohongshu": "engagements"}
    for person in graphkoc.list_kocs(run):
        assert f"{person['audience']:,} people who engaged" in person["reasons"][1]
    assert len(kocs) == 6, "everybody who wrote a note"
    assert set(kocs["role"]) == {"possible"}, "of so few audiences none is compared with the others"
    assert dict(zip(kocs["consumer"], kocs["audience"], strict=True)) == {key: known[key] for key in kocs["consumer"]}
