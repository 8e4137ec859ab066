"""Douyin, Weibo and Bilibili as MediaCrawler saves them: recognised by their columns, each with ids of its own."""

from __future__ import annotations

import hashlib
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sources import Rows, file_counts, fixture, reasons
from sources import read as read_source
from sources import rows as source_rows

from graphkoc.capture import load

FIXTURE = fixture("mediacrawler")
read = partial(read_source, "mediacrawler")
USERS = ("7001", "7002", "7003", "1700000001", "1700000002", "1700000003", "31001", "31002", "31003", "31009")
PEOPLE = {hashlib.sha256(user_id.encode()).hexdigest()[:16]: user_id for user_id in USERS}


def with_own_id(cell: str) -> str:
    """The platform's own id in place of its hash."""
    platform, _, plain = cell.partition(":")
    return f"{platform}:{PEOPLE[plain]}" if plain in PEOPLE else cell


def rows(frame: pd.DataFrame, *columns: str) -> Rows:
    """Rows of these columns, sorted, with the platform's own ids."""
    return sorted(source_rows(frame, *columns, shorten=with_own_id), key=str)


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "bili/csv/creator_contacts_2025-05-03.csv": (6, 3, 1, 1, 0, 1),
        "bili/csv/search_videos_2025-05-03.csv": (1, 1, 0, 0),
        "bili/json/creator_creators_2025-05-03.json": (2, 2, 0, 0),
        "bili/json/search_comments_2025-05-03.json": (2, 2, 0, 0),
        "bili/jsonl/creator_dynamics_2025-05-03.jsonl": (2, 1, 1, 0),
        "bili/jsonl/search_contents_2026-07-22.jsonl": (2, 1, 1, 0),
        "douyin/csv/creator_creators_2025-05-01.csv": (1, 1, 0, 0),
        "douyin/csv/search_comments_2025-05-01.csv": (3, 2, 0, 1),
        "douyin/csv/search_contents_2025-05-01.csv": (3, 2, 0, 0, 0, 1),
        "douyin/jsonl/search_comments_2026-07-20.jsonl": (2, 1, 1, 0),
        "douyin/jsonl/search_contents_2026-07-20.jsonl": (2, 1, 1, 0),
        "kuaishou/csv/search_contents_2025-05-04.csv": (1, 0, 0, 1),
        "weibo/csv/creator_creators_2025-05-02.csv": (1, 1, 0, 0),
        "weibo/csv/search_contents_2025-05-02.csv": (3, 3, 0, 0),
        "weibo/json/search_comments_2025-05-02.json": (2, 2, 0, 0),
        "weibo/jsonl/search_comments_2026-07-21.jsonl": (2, 1, 1, 0),
    }
    assert reasons(loaded) == [
        ["bili/csv/creator_contacts_2025-05-03.csv", 7, "follower and followee are one"],
        [
            "douyin/csv/search_comments_2025-05-01.csv",
            4,
            "engagement was rounded by a spreadsheet: 'douyin:7.499E+18'",
        ],
        ["kuaishou/csv/search_contents_2025-05-04.csv", 2, "no table takes this row"],
    ]
    assert (loaded.mentioned, loaded.unread) == ({}, ())


def test_a_post_is_a_review_of_its_platform(loaded: load.Loaded) -> None:
    reviews = loaded.tables["reviews"]
    counts = ("likes", "collects", "comments", "shares", "views", "media")
    assert rows(reviews, "review", "consumer", *counts) == [
        ("bilibili:114400000000001", "bilibili:31001", 10300, 2345, 345, 678, 300000, 1),
        ("bilibili:114400000000002", "bilibili:31001", 55, 2345, 345, 678, 11000, 1),
        ("bilibili:d1061000000000000002", "bilibili:31001", 560, None, 12, 34, None, None),
        ("douyin:7499000000000000001", "douyin:7001", 23500, 410, 13000, 88, None, 1),
        ("douyin:7499000000000000002", "douyin:7002", 853, 12, 99, 7, None, 2),
        ("douyin:7499000000000000003", "douyin:7003", 3, 0, 1, 0, None, 1),
        ("weibo:5161000000000001", "weibo:1700000001", 120, None, 3, 1, None, None),
        ("weibo:5161000000000002", "weibo:1700000002", 1000000, None, 12000, 34000, None, None),
        ("weibo:5161000000000003", "weibo:1700000003", 8, None, 0, 0, None, None),
    ]
    assert rows(reviews, "title", "text", "origin", "tags") == [
        ("洗碗机半年体验", "感谢支持", "unknown", None),
        ("空气炸锅到底值不值得买", None, "unknown", None),
        (None, "#空气炸锅食谱# 今天做了鸡翅，外酥里嫩，家里老人小孩都喜欢，推荐大家试试", "unknown", "空气炸锅食谱"),
        (None, "【广告】全新空气炸锅上市，限时优惠，点击了解更多活动详情", "paid", None),
        (None, "三款空气炸锅横评，收到品牌方的赠品 #赠品", "gifted", "赠品"),
        (None, "抽奖送三台空气炸锅 #抽奖", "unknown", "抽奖"),
        (None, "用了半年的空气炸锅，清洗实在麻烦，朋友们还是想清楚再买吧", "unknown", None),
        (None, "空气炸锅食谱 #空气炸锅 #早餐", "unknown", "早餐 空气炸锅"),
        (None, "第一次用空气炸锅，翻车了", "unknown", None),
    ]


def test_a_time_that_a_spreadsheet_broke_is_taken_from_weibos_date_beside_it(loaded: load.Loaded) -> None:
    written = loaded.tables["reviews"].set_index("review")["created_at"]
    assert written["weibo:5161000000000001"] == pd.Timestamp("2025-04-30 08:00")
    assert written["weibo:5161000000000002"] == pd.Timestamp("2025-05-01 01:30")
    assert written["douyin:7499000000000000001"] == pd.Timestamp("2025-04-30 08:00")
    assert written["bilibili:d1061000000000000002"] == pd.Timestamp("2025-04-30 09:00")


def test_a_comment_is_an_engagement_and_a_root_answers_nothing(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["engagements"], "engagement", "consumer", "review", "parent", "text", "likes") == [
        ("bilibili:260000000001", "bilibili:31002", "bilibili:114400000000001", None, "三连了", 66),
        (
            "bilibili:260000000002",
            "bilibili:31001",
            "bilibili:114400000000001",
            "bilibili:260000000001",
            "谢谢支持",
            3,
        ),
        ("douyin:7499100000000000001", "douyin:7003", "douyin:7499000000000000001", None, "看饿了", 8),
        (
            "douyin:7499100000000000002",
            "douyin:7001",
            "douyin:7499000000000000001",
            "douyin:7499100000000000001",
            "快去做",
            11000,
        ),
        ("douyin:7499100000000000003", "douyin:7001", "douyin:7499000000000000002", None, "老王又来了", 0),
        ("weibo:5161100000000001", "weibo:1700000003", "weibo:5161000000000001", None, "求食谱", 3),
        (
            "weibo:5161100000000002",
            "weibo:1700000001",
            "weibo:5161000000000001",
            "weibo:5161100000000001",
            "回复@爱吃的猫:私信你啦",
            0,
        ),
        ("weibo:5161100000000003", "weibo:1700000003", "weibo:5161000000000002", None, "太贵了", 7),
    ]


def test_fans_on_bilibili_follow(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["follows"], "follower", "followee") == [
        ("bilibili:31001", "bilibili:31009"),
        ("bilibili:31002", "bilibili:31001"),
        ("bilibili:31003", "bilibili:31001"),
    ]


def test_an_account_has_its_platform_and_what_its_profile_says(loaded: load.Loaded) -> None:
    columns = ("consumer", "name", "platform", "followers", "kind", "handle", "bio")
    assert rows(loaded.tables["consumers"], *columns) == [
        ("bilibili:31001", "评测员阿强", "bilibili", 45678, None, None, "只测不吹"),
        ("bilibili:31002", "弹幕侠", "bilibili", None, None, None, "抖音同名"),
        ("bilibili:31003", "新人", "bilibili", None, None, None, None),
        ("bilibili:31009", "某厨电", "bilibili", 1200000, "brand", None, None),
        ("douyin:7001", "豆浆油条", "douyin", 34567, None, "doujiang01", "早餐博主｜合作请私信"),
        ("douyin:7002", "老王测评", "douyin", None, None, "laowang", "只说真话"),
        ("douyin:7003", "路人甲", "douyin", None, None, None, None),
        ("weibo:1700000001", "微博小厨娘", "weibo", 15000, None, None, "做饭的日常"),
        ("weibo:1700000002", "某电器官方微博", "weibo", None, None, None, None),
        ("weibo:1700000003", "爱吃的猫", "weibo", None, None, None, None),
    ]
    assert loaded.tables["consumers"]["url"].str.extract(r"//([^/]+)/")[0].value_counts().to_dict() == {
        "space.bilibili.com": 4,
        "www.douyin.com": 3,
        "weibo.com": 3,
    }


def test_an_account_is_where_the_platform_says(loaded: load.Loaded) -> None:
    places = rows(loaded.tables["consumers"], "consumer", "location")
    assert [place for place in places if place[1]] == [
        ("douyin:7001", "浙江"),
        ("douyin:7003", "浙江"),
        ("weibo:1700000001", "江苏"),
        ("weibo:1700000003", "广东"),
    ]


def test_the_newest_place_counts_in_whatever_unit_its_time_is(tmp_path: Path) -> None:
    (tmp_path / "search_contents_1.csv").write_text(
        "aweme_id,title,create_time,user_id,ip_location,last_modify_ts\n"
        "2,Tea,1746000000,7001,上海,1746100000000\n1,Tea,1736000000,7001,浙江,1746100000001\n"
    )
    profile = "user_id,nickname,fans,videos_count,ip_location,last_modify_ts\n"
    account = tmp_path / "creator_creators_1.csv"
    account.write_text(f"{profile}7001,Ann,5,1,IP属地：美国,1745000000000\n")
    assert rows(read(tmp_path).tables["consumers"], "location") == [("上海",)]
    account.write_text(f"{profile}7001,Ann,5,1,IP属地：美国,1746100000002\n")
    assert rows(read(tmp_path).tables["consumers"], "location") == [("美国",)]


def test_files_without_their_folders_are_the_same(tmp_path: Path, loaded: load.Loaded) -> None:
    for number, path in enumerate(sorted(path for path in FIXTURE.rglob("*") if path.is_file())):
        shutil.copy(path, tmp_path / f"{number}_{path.name}")
    flat = read(tmp_path)
    for name, frame in loaded.tables.items():
        pd.testing.assert_frame_equal(flat.tables[name], frame)


def test_notes_of_xiaohongshu_are_rejected_one_by_one(tmp_path: Path) -> None:
    notes = FIXTURE.parent / "xiaohongshu" / "xhs" / "jsonl" / "search_contents_2026-07-20.jsonl"
    found = read(Path(shutil.copy(notes, tmp_path)))
    assert found.rejects["reason"].tolist() == ["no table takes this row"] * 3
    assert found.tables["consumers"].empty


@pytest.mark.parametrize("cell", ["-1", "--", "-", "None", ""])
def test_a_count_that_the_platform_does_not_tell_is_missing(tmp_path: Path, cell: str) -> None:
    header = "video_id,title,create_time,user_id,liked_count,video_play_count,video_comment"
    (tmp_path / "search_videos_1.csv").write_text(f"{header}\n1,Tea,1714557600,31001,5,{cell},2\n")
    (tmp_path / "creator_creators_1.csv").write_text(f"user_id,nickname,total_fans\n31001,Ann,{cell or -1}\n")
    (tmp_path / "search_comments_1.csv").write_text(
        f"comment_id,video_id,content,create_time,user_id,like_count\n7,1,Nice,1714557600,31002,{cell}\n"
    )
    found = read(tmp_path)
    assert rows(found.tables["reviews"], "review", "likes", "views", "comments") == [("bilibili:1", 5, None, 2)]
    assert rows(found.tables["engagements"], "engagement", "likes") == [("bilibili:7", None)]
    assert rows(found.tables["consumers"], "consumer", "followers") == [
        ("bilibili:31001", None),
        ("bilibili:31002", None),
    ]
    assert found.rejects.empty


def test_of_several_crawls_one_that_tells_a_count_counts(tmp_path: Path) -> None:
    header = "video_id,title,create_time,user_id,video_play_count,video_comment"
    crawls = "1,Tea,1714557600,31001,-1,--\n1,Tea,1714557600,31001,100,2\n"
    (tmp_path / "search_videos_1.csv").write_text(f"{header}\n{crawls}")
    assert rows(read(tmp_path).tables["reviews"], "views", "comments") == [(100, 2)]
