"""Lists of accounts as agencies and platforms export them."""

from __future__ import annotations

import csv
import hashlib
import io
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from sources import file_counts, fixture, reasons, rows
from sources import read as read_source

import graphkoc
from graphkoc.capture import contacts, load
from graphkoc.errors import DataError
from graphkoc.pipeline import project

FIXTURE = fixture("roster")
read = partial(read_source, "roster")


def crawled(platform: str, number: str) -> str:
    """What an account of that platform is called by the sources that read it."""
    return f"{platform}:{hashlib.sha256(number.encode()).hexdigest()[:16]}"


ACHA = crawled("xiaohongshu", "5f1a2b3c4d5e6f7a8b9c0d1e")
HULI = crawled("xiaohongshu", "5f1a2b3c4d5e6f7a8b9c0d1f")
KEY = contacts.keys(lambda: b"secret")


@pytest.fixture(scope="module", autouse=True)
def _secret() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKOC_KEY", "secret")
        yield


def one(folder: Path, header: str, row: str) -> dict[str, Any]:
    """What becomes of a list of one account."""
    (folder / "list.csv").write_text(f"昵称,{header}\n阿茶,{row}\n")
    frame = read(folder).tables["consumers"]
    return dict(zip(frame.columns, rows(frame, *frame.columns)[0], strict=True))


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "influencers.csv": (9, 7, 1, 1),
        "达人报价.csv": (12, 10, 0, 1, 1, 0),
    }
    assert reasons(loaded) == [
        ["influencers.csv", 9, "followers is below 0: '-5'"],
        ["influencers.csv", 10, "it has 4 cells, the header has 9"],
        [
            "达人报价.csv",
            9,
            "consumer xiaohongshu:52f21a4ed037a2c5 stands for other content in 达人报价.csv, row 2, which was taken",
        ],
        ["达人报价.csv", 10, "followers is not a whole number: '很多'"],
        ["达人报价.csv", 11, "quote is not a number: '图文3000 视频5000'"],
        ["达人报价.csv", 12, "followers is not a whole number: '(hidden)'"],
        ["达人报价.csv", 13, "no table takes this row"],
    ]
    assert (loaded.rejects["fate"] == "partial").sum() == 4
    assert loaded.ignored == {"达人报价.csv": ("序号", "备注")}


def test_accounts_become_consumers(loaded: load.Loaded) -> None:
    frame = loaded.tables["consumers"]
    found = rows(frame, "consumer", "name", "platform", "handle", "followers", "quote", "reads")
    assert sorted(found, key=lambda row: row[0]) == sorted(
        [
            ("instagram:ann_b", "Ann B", "instagram", "Ann_B", 12400, 450.0, 3100),
            ("instagram:neg", "Neg", "instagram", "neg", None, None, None),
            ("roster:xiaohongshu/unknown9", "粉丝不明", "xiaohongshu", "unknown9", None, 100.0, None),
            ("roster:xiaohongshu/unknown10", "报价不明", "xiaohongshu", "unknown10", 100, None, None),
            ("roster:xiaohongshu/wrong11", "号码当粉丝", "xiaohongshu", "wrong11", None, 100.0, None),
            ("instagram:cem.oz", "Cem Oz", "instagram", "cem.oz", 1200, 120.0, None),
            (crawled("bilibili", "987"), "锅盖UP", "bilibili", "guogai", 10000, 5000.0, 8000),
            ("roster:douyin/daguo", "大锅说", "douyin", "daguo", 1205000, 20000.0, None),
            ("roster:instagram/Just A Name", "Just A Name", "instagram", None, 40, None, None),
            ("roster:pinterest/Pinned", "Pin Ned", "pinterest", "Pinned", 300, None, None),
            ("roster:tiktok/boil", "Boil", "tiktok", "boil", None, None, None),
            ("roster:wechat/chashuijian", "茶水间", "wechat", "chashuijian", None, 3000.0, 2000),
            (crawled("weibo", "998877"), None, "weibo", "kettlefan", 3000, None, None),
            ("roster:xiaohongshu/xiaolu88", "小鹿煮水", "xiaohongshu", "xiaolu88", 100000, 12000.0, 99),
            ("roster:youtube/teatime", "Tea Time", "youtube", "teatime", 35000, 1500.0, 9000),
            (ACHA, "阿茶泡壶", "xiaohongshu", "achapaohu", 23000, 3000.0, 11000),
            (HULI, "壶里春秋", "xiaohongshu", "huli_cq", 5210, 1200.0, 3200),
        ],
        key=lambda row: row[0],
    )


def test_contacts_become_keys_and_are_masked_in_words(loaded: load.Loaded) -> None:
    people = {row[0]: row[1:] for row in rows(loaded.tables["consumers"], "consumer", "contact_key", "bio")}
    assert people["instagram:ann_b"] == (KEY("ann.b@example.com", ""), "Tea. Kettles. mail: [@]")
    assert people["roster:xiaohongshu/xiaolu88"] == (
        f"{KEY('lu@example.com', '')} {KEY('13800138022', '')}",
        None,
    )
    assert people[HULI] == (None, None)


@pytest.mark.parametrize(
    ("header", "cells", "stated"),
    [
        ("女粉占比,粉丝画像", "85%,上海 18-24", "women 85%; 上海 18-24"),
        ("% female,Audience demographics", "0.7,-", "women 0.7"),
        ("粉丝画像", "18岁 13800138001", "18岁 [☎]"),
        ("女粉占比", "暂无", None),
    ],
)
def test_who_the_audience_is_stays_as_it_is_stated(tmp_path: Path, header: str, cells: str, stated: str | None) -> None:
    assert one(tmp_path, f"粉丝数,{header}", f"100,{cells}")["audience_stated"] == stated


@pytest.mark.parametrize(
    ("header", "cells", "location"),
    [
        ("地区", "浙江杭州", "浙江杭州"),
        ("所在地", "-", None),
        ("IP属地", "上海", "上海"),
        ("Location", "Berlin", "Berlin"),
        ("Country/Region", "Germany", "Germany"),
        ("城市,省份", "杭州,浙江", "杭州, 浙江"),
        ("城市,省份,国家", "上海,上海,中国", "上海, 中国"),
        ("City,Country", "Singapore,Singapore", "Singapore"),
        ("City,Country", ",DE", "DE"),
        ("Location", "call +49 30 1234567", "call [☎]"),
        ("备注", "上海", None),
    ],
)
def test_where_an_account_is_stays_as_it_is_stated(
    tmp_path: Path, header: str, cells: str, location: str | None
) -> None:
    cells = f'"{cells}"' if header == "Location" else cells
    assert one(tmp_path, f"粉丝数,{header}", f"100,{cells}")["location"] == location


@pytest.mark.parametrize(("cell", "agency"), [("壶说文化", "壶说文化"), ("个人", None), ("-", None), ("", None)])
def test_the_agency_is_the_one_that_is_stated(tmp_path: Path, cell: str, agency: str | None) -> None:
    for header in ("粉丝数,所属机构", "粉丝数,MCN", "粉丝数,Agency"):
        assert one(tmp_path, header, f"100,{cell}")["agency"] == agency


def test_a_workbook_under_a_title_gives_what_the_text_gives(tmp_path: Path, loaded: load.Loaded) -> None:
    text = (FIXTURE / "达人报价.csv").read_bytes().decode("gb18030")
    with xlsxwriter.Workbook(tmp_path / "报价.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 11, "小红书达人报价表 2024年5月")
        for place, row in enumerate(csv.reader(io.StringIO(text)), 1):
            for column, cell in enumerate(row):
                if place > 1 and cell.isdigit() and len(cell) < 8:
                    sheet.write_number(place, column, int(cell))
                else:
                    sheet.write_string(place, column, cell)
    after = read(tmp_path)
    assert [(c.file, c.read, c.loaded, c.duplicate, c.rejected) for c in after.files] == [("报价.xlsx", 12, 10, 0, 1)]
    before = loaded.tables["consumers"]
    listed = before[~before["consumer"].isin(["roster:pinterest/Pinned", "roster:youtube/teatime"])]
    listed = listed[~listed["platform"].isin(["instagram", "tiktok"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(after.tables["consumers"], listed)


@pytest.mark.parametrize(
    ("cell", "followers"),
    [
        ("2.3万", 23_000),
        ("10w+", 100_000),
        ("35K", 35_000),
        ('"1,024"', 1024),
        ("3千", 3000),
        ("1.2M", 1_200_000),
        ("2.3m", 2_300_000),
        ('"12,5K"', 12_500),
        ('"1,2 тыс"', 1200),
        ("1 mln", 1_000_000),
        ("12K+", 12_000),
        ("1 234", 1234),
        ("1\u202f234", 1234),
        ("1.234", 1234),
        ("-", None),
        ("暂无", None),
    ],
)
def test_counts_are_read_as_they_are_abbreviated(tmp_path: Path, cell: str, followers: int | None) -> None:
    assert one(tmp_path, "粉丝数", cell)["followers"] == followers


@pytest.mark.parametrize("cell", ["很多", "1.5", '"1,234K"', "12 mil", "1.2.3", "-5"])
def test_a_count_that_is_not_understood_costs_the_number_and_not_the_account(tmp_path: Path, cell: str) -> None:
    (tmp_path / "list.csv").write_text(f"昵称,粉丝数,报价\n阿茶,{cell},300\n")
    loaded = read(tmp_path)
    assert rows(loaded.tables["consumers"], "name", "followers", "quote") == [("阿茶", None, 300.0)]
    assert file_counts(loaded) == {"list.csv": (1, 1, 0, 0)}
    (reason,) = loaded.rejects["reason"]
    assert reason.startswith("followers is ") and cell.strip('"') in reason


def test_a_row_may_lose_several_numbers_and_each_is_listed(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("昵称,粉丝数,报价\n阿茶,很多,很贵\n")
    assert reasons(read(tmp_path)) == [
        ["list.csv", 2, "followers is not a whole number: '很多'"],
        ["list.csv", 2, "quote is not a number: '很贵'"],
    ]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://www.instagram.com/p/DFJDC_AvVr0/", None),
        ("https://www.instagram.com/reel/C011VfrOyFQ/?igsh=abc", None),
        ("https://instagram.com/reels/C011VfrOyFQ/", None),
        ("https://www.instagram.com/tv/C011VfrOyFQ", None),
        ("https://www.instagram.com/explore/tags/tea/", None),
        ("https://www.instagram.com/stories/highlights/3333/", None),
        ("https://www.instagram.com/stories/ada_x/3333/", "https://www.instagram.com/ada_x/"),
        ("https://www.instagram.com/ada_x/p/DPddxTbkn7M", "https://www.instagram.com/ada_x/"),
        ("instagram.com/ada_x", "https://www.instagram.com/ada_x/"),
    ],
)
def test_the_address_of_an_account_is_kept_and_that_of_a_post_is_not(
    tmp_path: Path, link: str, address: str | None
) -> None:
    found = one(tmp_path, "账号ID,平台,链接", f"@Ada_X,Instagram,{link}")
    assert (found["consumer"], found["handle"], found["url"]) == ("instagram:ada_x", "Ada_X", address)


@pytest.mark.parametrize(
    ("platform", "link"),
    [
        ("tiktok", "https://www.tiktok.com/t/ZTR9d/"),
        ("youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("youtube", "https://youtu.be/dQw4w9WgXcQ"),
        ("xiaohongshu", "https://www.xiaohongshu.com/explore/66f0aa"),
        ("douyin", "https://www.douyin.com/video/7300000000000000000"),
        ("bilibili", "https://www.bilibili.com/video/BV1xx411c7mD"),
        ("weibo", "https://m.weibo.cn/detail/4900000000000000"),
    ],
)
def test_of_an_account_with_a_link_to_a_post_alone_the_name_says_who_it_is(
    tmp_path: Path, platform: str, link: str
) -> None:
    found = one(tmp_path, "链接", link)
    assert (found["consumer"], found["platform"], found["url"]) == (f"roster:{platform}/阿茶", platform, None)


def test_a_unit_may_stand_in_the_header(tmp_path: Path) -> None:
    assert one(tmp_path, "粉丝数（万）,阅读中位数(万)", "2.3,0.8") | {"consumer": ""} == {
        **dict.fromkeys(
            ("platform", "contact_key", "quote", "url", "handle", "bio", "agency", "audience_stated", "location")
        ),
        "consumer": "",
        "name": "阿茶",
        "followers": 23_000,
        "reads": 8000,
    }


@pytest.mark.parametrize(
    ("cell", "quote"),
    [
        ('"¥3,000"', 3000.0),
        ("1.2万", 12_000.0),
        ("3k", 3000.0),
        ("800-1200元/篇", 1200.0),
        ("1-2万", 20_000.0),
        ("2万/条", 20_000.0),
        ("$450", 450.0),
        ("$1.5K", 1500.0),
        ("1.200 €", 1200.0),
        ("€ 90", 90.0),
        ('"12,50"', 12.5),
        ("3.000-5.000", 5000.0),
        ("面议", None),
        ("on request", None),
    ],
)
def test_prices_are_read_as_agencies_write_them(tmp_path: Path, cell: str, quote: float | None) -> None:
    assert one(tmp_path, "报价", cell)["quote"] == quote


def test_a_mapping_states_other_names(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Wer,Wie viele\nAnn,1024\n")
    with pytest.raises(DataError, match=r"list\.csv has no column 'name'"):
        read(tmp_path)
    (tmp_path / "mapping.toml").write_text(
        '[accounts]\nfiles = ["list.csv"]\n[accounts.columns]\nname = "Wer"\nfollowers = "Wie viele"\n'
        '[accounts.always]\nplatform = "Instagram"\n'
    )
    assert rows(read(tmp_path).tables["consumers"], "consumer", "followers") == [("roster:instagram/Ann", 1024)]


@pytest.mark.parametrize(
    "row",
    [
        ",,https://www.xiaohongshu.com/user/profile/5f1a2b3c4d5e6f7a8b9c0d1e?xsec=1",
        "小红书,5f1a2b3c4d5e6f7a8b9c0d1e,",
        "RED,tea_ann,",
    ],
)
def test_a_price_stands_with_the_person_who_wrote_the_notes(tmp_path: Path, row: str) -> None:
    (tmp_path / "list.csv").write_text(f"昵称,平台,小红书号,主页链接,报价\n阿茶,{row},300\n")
    notes = "note_id,time,user_id,nickname,title\nn1,1714557600000,5f1a2b3c4d5e6f7a8b9c0d1e,阿茶,Tea\n"
    (tmp_path / "search_contents_1.csv").write_text(notes)
    (tmp_path / "consumers.csv").write_text(f"consumer,platform,handle\n{ACHA},xiaohongshu,Tea_Ann\n")
    store = graphkoc.open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    for source, file in (("csv", "consumers.csv"), ("xiaohongshu", "search_contents_1.csv"), ("roster", "list.csv")):
        graphkoc.load(store, source, [tmp_path / file])
    people = project(store).consumers
    store.close()
    assert [(*row, 1) for row in rows(people, "quote")] == [(300.0, 1)]
