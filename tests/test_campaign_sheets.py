"""Sheets about campaigns: status sheets, results and answers, as people really write them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphkoc.campaigns.reading import SheetRows, read_sheet
from graphkoc.capture import load
from graphkoc.capture.proposal import propose_loader
from graphkoc.capture.recognise import recognise
from graphkoc.capture.sources import COMMANDS, find_source, sources
from graphkoc.errors import DataError
from graphkoc.files import read_toml
from graphkoc.tables.schema import EVENTS
from graphkoc.text import is_missing

Source = Literal["campaign", "results", "feedback"]
EXPLORE = "https://www.xiaohongshu.com/explore/"
BASE = (
    *(
        "发布链接",
        "内容方向",
        "笔记类型",
        "资源含税成本价",
        "资源含税售价",
        "内容形式",
        "总消耗",
        "曝光量",
        "阅读量",
        "点赞量",
    ),
    *("收藏量", "评论量", "转发量", "互动量", "CPM", "CPC", "CPE", "CTR"),
)
"""The columns of an agency's base table, in its order."""
NOTE = f"{EXPLORE}66f00000000000000000000{{}}?xsec_token=a"


def written(file: Path, rows: Sequence[Sequence[object]], title: str = "") -> Path:
    """A workbook with these rows, below a title over merged cells where there is one."""
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        if title:
            sheet.merge_range(0, 0, 0, 5, title)
        for place, row in enumerate(rows, 1 if title else 0):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell:
                    sheet.write_string(place, column, cell)
                elif not isinstance(cell, str):
                    sheet.write(place, column, cell)
    return file


def events(read: SheetRows, *columns: str) -> list[tuple[object, ...]]:
    """What happened, with these columns beside it; days without their hours."""
    frame = read.tables["campaign_events"][["consumer", "event", *columns]]
    return [tuple(_show(cell) for cell in row) for row in frame.itertuples(index=False)]


def _show(cell: object) -> object:
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return None if is_missing(cell) else cell


def is_accounted_for(read: SheetRows) -> bool:
    """Whether each row of each sheet has one fate, and each that was not taken a sentence."""
    fates = [(one.read, one.loaded + one.duplicate + one.conflict + one.rejected + one.skipped) for one in read.files]
    lost = sum(one.conflict + one.rejected for one in read.files)
    return all(rows == sums for rows, sums in fates) and len(read.rejected) == lost


def test_a_line_of_a_status_sheet_states_several_events_and_each_has_its_own_details(tmp_path: Path) -> None:
    header = [
        "达人昵称",
        "状态",
        "寄样日期",
        "签收日期",
        "发布日期",
        "发布链接",
        "快递公司",
        "快递单号",
        "报备单号",
        "备注",
    ]
    rows: list[list[object]] = [
        [*header],
        ["小鹿", "已发布", datetime(2025, 3, 1), "2025-03-04", "2025/3/10", NOTE.format(1), "顺丰", "SF1", "R77", "好"],
        ["阿茶", "3. 已寄样", "2025年3月2日", "", "", "", "", "SF2", "", ""],
        ["大锅", "婉拒！", "", "", "", "", "", "", "", "没时间"],
    ]
    read = read_sheet(written(tmp_path / "状态表.xlsx", rows, "春季种草 · 状态表"), "campaign", "campaign:spring")
    assert events(read, "happened_at", "url", "courier", "tracking", "filing", "note") == [
        ("小鹿", "shipped", "2025-03-01", None, "顺丰", "SF1", None, None),
        ("阿茶", "shipped", "2025-03-02", None, None, "SF2", None, None),
        ("小鹿", "received", "2025-03-04", None, None, None, None, None),
        ("小鹿", "posted", "2025-03-10", NOTE.format(1), None, None, "R77", "好"),
        ("大锅", "declined", None, None, None, None, None, "没时间"),
    ]
    assert set(read.tables["campaign_events"]["campaign"]) == {"campaign:spring"}
    assert (read.rows, read.rejected, read.notes) == (3, [], [])
    assert is_accounted_for(read)


def test_a_line_with_a_wrong_day_or_word_is_not_taken_and_the_others_are(tmp_path: Path) -> None:
    rows = [
        ["Handle", "Status", "Shipped on", "Delivered on", "Tracking number"],
        ["@ann", "delivered", "2025-03-01", "2025-03-04", "1Z1"],
        ["@bob", "shipped", "soon", "2025-03-03", ""],
        ["@cem", "teleported", "2025-03-01", "", ""],
        ["@dan", "to contact", "", "", ""],
        ["Total", "", "3", "", ""],
    ]
    read = read_sheet(written(tmp_path / "status.xlsx", rows), "campaign", "campaign:spring")
    assert events(read) == [("ann", "shipped"), ("ann", "received")]
    first, second = read.rejected
    assert first == "status.xlsx, row 3: happened_at is not a time: 'soon'"
    assert second.startswith("status.xlsx, row 4: event is none of invited, accepted, ")
    assert read.notes == ["status.xlsx: skipped 1 row (nothing happened), 1 row (total)"]
    assert is_accounted_for(read)


def test_a_base_table_is_read_with_its_amounts_to_the_cent_and_its_totals_are_checked(tmp_path: Path) -> None:
    first = [
        "¥3,000.00",
        "¥3,600.55",
        "图文",
        "1,234.5",
        "1.2w",
        "1,234",
        "99",
        "10",
        "5",
        "1",
        "115",
        "102",
        "2.4",
        "26",
    ]
    second = [800.1, "960元", "视频", "-", "8,000", "900", "50", "3", "2", "0", "55", "", "", ""]
    total = ["4,500.00", "4,560.55", "", "1,234.5", "20000", "2146", "150", "13", "7", "1", "170"]
    rows: list[list[object]] = [
        [*BASE, "博主昵称", "是否报备"],
        [NOTE.format(1), "测评", "报备", *first, "3.1%", "小鹿", "是"],
        ["看看 http://xhslink.com/a/1b2，复制", "测评", "", *second, "", "阿茶", "否"],
        [""] * 20,
        [NOTE.format(2), "测评", "", "置换", "0", "图文", "", "many", "12", "1", *[""] * 8, "大锅", ""],
        ["合计", "", "", *total],
        ["注：以上为含税价"],
    ]
    read = read_sheet(written(tmp_path / "底表.xlsx", rows, "结案"), "results", "campaign:spring")
    posts = read.tables["posts"].set_index("consumer")
    assert posts["cost"].fillna(-1).to_dict() == {"小鹿": 3000.0, "阿茶": 800.1, "大锅": -1}
    assert posts["selling"].to_dict() == {"小鹿": 3600.55, "阿茶": 960.0, "大锅": 0.0}
    assert list(posts.loc["小鹿", ["boost", "impressions", "reads", "engagements", "filing", "format"]]) == [
        *(1234.5, 12_000, 1234, 115, "yes", "图文")
    ]
    assert posts["url"].to_dict() == {
        "小鹿": NOTE.format(1),
        "阿茶": "http://xhslink.com/a/1b2",
        "大锅": NOTE.format(2),
    }
    assert posts.loc["小鹿", "post"] == "xiaohongshu:66f000000000000000000001"
    assert read.notes == [
        "底表.xlsx, row 7: its totals are not the sums of the rows, and are left out: cost 4,500.00, added up 3,800.10",
        "底表.xlsx, row 6: cost is not a number: '置换'; impressions is not a whole number: 'many'",
        "底表.xlsx: skipped 1 row (total), 1 row (remark)",
    ]
    assert read.rejected == []
    assert is_accounted_for(read)


def test_the_units_of_a_programme_are_those_enrolled(tmp_path: Path) -> None:
    rows = [
        [
            "ASIN",
            "Product title",
            "Enrollment date",
            "Units available",
            "Units enrolled",
            "Units claimed",
            "Reviews",
            "Status",
        ],
        ["B0A", "Luto", "03/14/2025", "12", "30", "18", "11", "Reviews in progress"],
        ["B0B", "Mini", "03/15/2025", "4", "", "6", "x", "Awaiting reviews"],
        ["Total", "", "", "", "30", "24", "11", ""],
    ]
    read = read_sheet(written(tmp_path / "vine.xlsx", rows), "results", "campaign:spring")
    units = (
        read.tables["campaign_units"].set_index("product")[["offered", "claimed", "reviewed", "state"]].astype(object)
    )
    assert list(units.loc["B0A"]) == [30, 18, 11, "Reviews in progress"]
    assert list(units.loc["B0B"])[:2] == [10, 6]
    assert read.notes == ["vine.xlsx, row 3: reviewed is not a whole number: 'x'", "vine.xlsx: skipped 1 row (total)"]
    assert is_accounted_for(read)


def test_answers_keep_their_words_and_a_rating_that_is_none_costs_itself_alone(tmp_path: Path) -> None:
    file = tmp_path / "问卷.csv"
    file.write_text(
        "提交答卷时间,您的昵称,产品,评分,您的建议,优点\n"
        "2025/4/1 15:04:05,小鹿,Luto Mini,4星,盖子漏水,好看\n"
        "2025/4/2 9:00:00,阿茶,Luto Mini,9/10,很好,\n"
        "2025/4/2 9:00:00,,Luto Mini,5,匿名,\n"
        "2025/4/2 9:00:00,大锅,Luto Mini,9,分不对,\n"
        "2025/4/2 9:00:00,没答,,,,\n",
        encoding="gb18030",
    )
    read = read_sheet(file, "feedback", "focus-group:tea")
    answers = read.tables["feedback"].set_index("consumer")
    assert answers["rating"].fillna(-1).to_dict() == {"小鹿": 4.0, "阿茶": 4.5, "大锅": -1}
    assert list(answers.loc["小鹿", ["text", "product"]]) == ["盖子漏水\n+ 好看", "Luto Mini"]
    assert read.rejected == ["问卷.csv, row 4: no consumer"]
    assert read.notes == ["问卷.csv, row 5: rating is above 5: '9'", "问卷.csv: skipped 1 row (no answer)"]
    assert is_accounted_for(read)


def test_a_file_of_something_else_is_refused_with_what_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / "orders.xlsx", [["Order", "Total"], ["1", "9"]])
    with pytest.raises(DataError, match=r"orders\.xlsx is not read as results: it looks like nothing that is known"):
        read_sheet(file, "results", "campaign:spring")


def test_one_column_of_days_decides_the_order_of_the_others(tmp_path: Path) -> None:
    rows = [
        ["Name", "Status", "Invited on", "Shipped on", "Note"],
        ["Ann", "shipped", "03/04/2025", "13/04/2025", "x"],
        ["Bob", "invited", "04/04/2025", "", ""],
    ]
    read = read_sheet(written(tmp_path / "status.xlsx", rows), "campaign", "campaign:spring")
    assert events(read, "happened_at") == [
        ("Ann", "invited", "2025-04-03"),
        ("Bob", "invited", "2025-04-04"),
        ("Ann", "shipped", "2025-04-13"),
    ]
    rows[1][3] = "05/04/2025"
    file = written(tmp_path / "open.xlsx", rows)
    with pytest.raises(DataError, match="leaves open which part of 03/04/2024 is the day: say --dates dmy"):
        read_sheet(file, "campaign", "campaign:spring")
    stated = read_sheet(file, "campaign", "campaign:spring", dates="mdy")
    assert events(stated, "happened_at")[0] == ("Ann", "invited", "2025-03-04")


def test_cells_that_say_yes_and_no_are_events_without_a_day_and_none(tmp_path: Path) -> None:
    rows = [
        ["博主", "是否邀约", "是否寄样", "是否签收", "是否报备", "是否标注广告", "授权到期", "发布链接"],
        ["小鹿", "是", "√", "未签收", "是", "否", "2099-12-31", ""],
        ["阿茶", "已邀约", "×", "", "", "", "永久", f"{NOTE.format(1)}\n{NOTE.format(2)}"],
    ]
    read = read_sheet(written(tmp_path / "状态.xlsx", rows), "campaign", "campaign:spring")
    columns = ("happened_at", "url", "filing", "label_seen", "rights_until")
    assert sorted(events(read, *columns), key=str) == [
        ("小鹿", "invited", None, None, None, None, None),
        ("小鹿", "shipped", None, None, "yes", "no", "2099-12-31"),
        ("阿茶", "invited", None, None, None, None, None),
        ("阿茶", "posted", None, NOTE.format(1), None, None, None),
        ("阿茶", "posted", None, NOTE.format(2), None, None, None),
    ]
    assert read.notes == ["状态.xlsx, row 3: rights_until is not a time: '永久'"]
    assert is_accounted_for(read)


@pytest.mark.parametrize("wrapped", ["{}", '{{"list": {}, "total": 1}}', '{{"code": 0, "data": {{"list": {}}}}}'])
def test_a_list_of_notes_of_pugongying_is_read_whatever_is_around_it(tmp_path: Path, wrapped: str) -> None:
    note = {"noteId": "692d91eb000000001e037005", "readNum": 50, "likeNum": 6, "collectNum": 4, "isAdvertise": True}
    (tmp_path / "notes.json").write_text(wrapped.format(json.dumps([note | {"title": "t", "date": "2025-12-01"}])))
    posts = read_sheet(tmp_path / "notes.json", "results", "campaign:spring").tables["posts"]
    assert posts[["post", "reads", "filing", "url"]].values.tolist() == [
        ["xiaohongshu:692d91eb000000001e037005", 50, "yes", f"{EXPLORE}692d91eb000000001e037005"]
    ]


def test_the_details_of_a_note_of_pugongying_name_the_account_that_crawlers_know(tmp_path: Path) -> None:
    note: dict[str, object] = {
        "noteId": "684aae12000000002001f502",
        "noteLink": f"{EXPLORE}684aae12000000002001f502",
        "redId": None,
    }
    note |= {"userId": "5f01", "name": "荔枝", "createTime": "2025-06-12 18:38", "impNum": 1000, "likeNum": 5}
    note |= {"favNum": 3, "cmtNum": 1, "readNum": 300, "shareNum": 0, "reportBrandName": None}
    (tmp_path / "note.json").write_text(json.dumps(note))
    posts = read_sheet(tmp_path / "note.json", "results", "campaign:spring").tables["posts"]
    assert posts["consumer"].tolist() == ["xiaohongshu:b17b766c745156c8"]
    assert posts[["impressions", "collects", "comments"]].values.tolist() == [[1000, 3, 1]]
    assert posts["posted_at"].tolist() == [pd.Timestamp("2025-06-12 10:38:00")]
    assert posts["filing"].isna().all()


@pytest.mark.parametrize(
    ("header", "row", "found"),
    [
        (
            # Meta Business Suite
            "Post ID,Account username,Account name,Description,Publish time,Permalink,Post type,Date,Views,Reach,Likes,"
            "Shares,Follows,Comments,Saves",
            "18012,ann_b,Ann,A kettle,04/15/2025 09:30,https://www.instagram.com/reel/Cabc/,IG reel,Lifetime,5400,4100,"
            "320,12,3,41,57",
            {"post": "instagram:Cabc", "consumer": "instagram:ann_b", "reads": 5400, "likes": 320, "collects": 57},
        ),
        (
            # 星图, by the names of campaign.md
            "达人昵称,星图ID,视频链接,发布时间,播放量,点赞,分享,评论,商单组件点击量",
            "大锅说,77,https://www.douyin.com/video/7300000000000000001,2025-04-15 20:00,12.3万,1.2w,88,301,95",
            {
                "post": "douyin:7300000000000000001",
                "consumer": "大锅说",
                "reads": 123_000,
                "likes": 12_000,
                "clicks": 95,
            },
        ),
        (
            # GRIN's content breakdown
            "Creator,Network,Content URL,Date Posted,Impressions,Engagements,Likes,Comments,Clicks,Conversions,Revenue,"
            "Spend",
            'Ann B,Instagram,https://www.instagram.com/p/Cabc/,2025-04-15,"8,100",402,360,42,31,4,"$1,299.95",$150',
            {"consumer": "Ann B", "impressions": 8100, "orders": 4, "revenue": 1299.95, "cost": 150.0},
        ),
        (
            # Modash keeps what is counted and what is estimated apart
            "Creator handle,Platform,Post link,Posted,Total views,Est. impressions,Likes,Comments",
            "@ann_b,TikTok,https://www.tiktok.com/@ann_b/video/73,2025-04-15,9000,14000,700,12",
            {"post": "tiktok:73", "consumer": "tiktok:ann_b", "reads": 9000, "impressions": None},
        ),
    ],
)
def test_exports_of_tools_are_read_by_their_columns(
    tmp_path: Path, header: str, row: str, found: dict[str, object]
) -> None:
    (tmp_path / "export.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    read = read_sheet(tmp_path / "export.csv", "results", "campaign:spring", dates="mdy")
    (post,) = read.tables["posts"].to_dict("records")
    assert {column: None if pd.isna(post[column]) else post[column] for column in found} == found
    assert (read.rejected, read.notes) == ([], [])


@pytest.mark.parametrize(
    ("header", "row", "found"),
    [
        ("ASIN,Units enrolled,Units claimed,Reviews", "B0A,30,18,11", [30, 18, None, 11]),
        # TryIt and other samplings count members
        ("Product,Members invited,Participating,Received,Reviewed", "Luto,50,40,38,31", [50, 40, 38, 31]),
        (
            "Product name,Sample units,Requested,Shipped,Received,Reviews collected",
            "Luto,50,40,39,38,31",
            [50, 40, 38, 31],
        ),
    ],
)
def test_the_funnels_of_programmes_have_their_own_words(
    tmp_path: Path, header: str, row: str, found: list[object]
) -> None:
    (tmp_path / "units.csv").write_text(f"{header}\n{row}\n")
    units = read_sheet(tmp_path / "units.csv", "results", "campaign:spring").tables["campaign_units"]
    shown = units[["offered", "claimed", "received", "reviewed"]].astype(object).iloc[0]
    assert [None if pd.isna(one) else one for one in shown] == found


def test_the_questions_of_a_form_are_whatever_its_maker_wrote(tmp_path: Path) -> None:
    header = [
        *("Timestamp", "Email Address", "What is your Instagram handle?", "Which product did you try?"),
        *("How would you rate it out of 5?", "What did you like?", "What did you not like?", "Would you buy it?"),
        "Anything else?",
    ]
    row = ["2025/04/01 3:04:05 PM GMT+2", "ann@x.example", "@ann_b", "Luto Mini", "4", "The shape", "Lid drips", "Yes"]
    (tmp_path / "form.csv").write_text(f"{','.join(header)}\n{','.join(row)},Pack it better\n")
    read = read_sheet(tmp_path / "form.csv", "feedback", "focus-group:tea")
    assert read.tables["feedback"][["consumer", "product", "rating", "text", "given_at"]].values.tolist() == [
        ["ann_b", "Luto Mini", 4.0, "+ The shape\n- Lid drips\nPack it better", pd.Timestamp("2025-04-01 13:04:05")]
    ]
    assert "ann@x" not in str(read)


def test_a_form_in_chinese_numbers_its_questions_and_is_answered_by_the_clock_of_china(tmp_path: Path) -> None:
    (tmp_path / "问卷星.csv").write_text(
        "序号,提交答卷时间,所用时间,来源,来自IP,1、您的小红书昵称是？,2、请给产品打分,3、有哪些需要改进的地方？,4、您的手机号,总分\n"
        "1,2025/4/1 15:04:05,86秒,微信,1.2.3.4(上海),小鹿,4,盖子漏水,13800138000,0\n",
        encoding="gb18030",
    )
    read = read_sheet(tmp_path / "问卷星.csv", "feedback", "focus-group:tea")
    assert read.tables["feedback"][["consumer", "rating", "text", "given_at"]].values.tolist() == [
        ["小鹿", 4.0, "- 盖子漏水", pd.Timestamp("2025-04-01 07:04:05")]
    ]
    assert "13800138000" not in read.tables["feedback"].to_csv()


def test_a_mapping_beside_the_file_says_which_column_is_which(tmp_path: Path) -> None:
    file = written(
        tmp_path / "odd.xlsx", [["Wer", "Wo", "Sichtungen", "Herzen"], ["Ann", NOTE.format(1), "1.200", "7"]]
    )
    with pytest.raises(DataError, match="looks like nothing that is known"):
        read_sheet(file, "results", "campaign:spring")
    (tmp_path / "mapping.toml").write_text(
        '[posted]\nfiles = ["odd.xlsx"]\n\n[posted.columns]\nname = "Wer"\nlink = "Wo"\nreads = "Sichtungen"\n'
        'likes = "Herzen"\n'
    )
    posts = read_sheet(file, "results", "campaign:spring").tables["posts"]
    assert posts[["consumer", "campaign", "reads", "likes"]].values.tolist() == [["Ann", "campaign:spring", 1200, 7]]


def test_a_scaffold_proposes_such_a_mapping_and_names_the_command_that_reads_the_file(tmp_path: Path) -> None:
    rows = [["Wer", "Post link", "Views", "Likes"], ["Ann", NOTE.format(1), "1.200", "7"]]
    file = written(tmp_path / "odd.xlsx", rows)
    source = find_source("results")
    made = propose_loader(source, [file], tmp_path)
    assert made is not None
    assert made.made.columns == {"posted": {"link": "Post link", "reads": "Views", "likes": "Likes"}}
    assert (made.problem, made.rows[0]["reads"]) == ("", 1200)
    assert source.write_command("odd.xlsx") == "graphkoc results odd.xlsx --campaign NAME"
    posts = read_sheet(file, "results", "campaign:spring").tables["posts"]
    assert posts["consumer"].tolist() == [NOTE.format(1)]


def test_a_column_called_campaign_does_not_say_which_campaign_it_is(tmp_path: Path) -> None:
    rows = [["Name", "Campaign", "Status", "Date"], ["Ann", "Frühling", "shipped", "2025-03-01"]]
    read = read_sheet(written(tmp_path / "status.xlsx", rows), "campaign", "campaign:spring")
    assert read.tables["campaign_events"]["campaign"].tolist() == ["campaign:spring"]


@pytest.mark.parametrize(
    ("rows", "command"),
    [
        ([["达人昵称", "状态", "备注"], ["小鹿", "已发布", ""]], "graphkoc campaign update sheet.xlsx --campaign NAME"),
        (
            [[*BASE], [NOTE.format(1), "测评", "", 5, 6, "图文", 0, 9, 8, 7]],
            "graphkoc results sheet.xlsx --campaign NAME",
        ),
        (
            [["Name", "Product", "Rating", "Feedback"], ["Ann", "x", 5, "ok"]],
            "graphkoc feedback sheet.xlsx --campaign NAME",
        ),
    ],
)
def test_a_load_names_the_command_that_reads_such_a_file(
    tmp_path: Path, rows: list[list[object]], command: str
) -> None:
    file = written(tmp_path / "sheet.xlsx", rows)
    (one,) = recognise([file], list(sources().values()))
    assert one.reason == f"the file is about a campaign, which another command reads: {command}"
    assert one.chosen is None
    with pytest.raises(DataError, match=r"sheet\.xlsx: the file is about a campaign"):
        load.read_recognised([file])
    with pytest.raises(DataError, match=r"sheet\.xlsx is not read by .*: the file is about a campaign"):
        load.read(find_source(one.source), [file])


@pytest.mark.parametrize(
    "header",
    [
        # Orders of Douyin, PrestaShop and TikTok, reviews of Okendo, and a forum
        "主订单编号,子订单编号,选购商品,商品规格,商品数量,订单提交时间,商家备注,订单状态,发货时间,达人ID,达人昵称,支付方式",
        "ID,Reference,New client,Delivery,Customer,Total,Payment,Status,Date",
        "Order ID,Order Status,SKU ID,Product Name,Quantity,Order Amount,Paid Time,Tracking ID,Recipient",
        "name,body,handle,productId,rating,sku,dateCreated,countryCode,email,imageUrls,isApproved,isVerifiedBuyer,title",
        "author,body,id,link_id,parent_id,permalink,score,subreddit,created_utc",
    ],
)
def test_what_is_of_something_else_is_not_taken_for_a_sheet_about_a_campaign(tmp_path: Path, header: str) -> None:
    cells = ["Delivered", *("" for _ in header.split(",")[1:])]
    (tmp_path / "export.csv").write_text(f"{header}\n{','.join(cells)}\n", encoding="utf-8")
    (one,) = recognise([tmp_path], list(sources().values()))
    assert one.source not in COMMANDS


def test_every_layout_about_a_campaign_waits_for_the_command_that_names_it() -> None:
    known = sources()
    assert set(COMMANDS) <= set(known)
    for name, source in known.items():
        asks = {"campaign" in layout.asks for layout in source.layouts}
        assert asks == {True} if name in COMMANDS else True not in asks


def test_every_status_word_is_one_event(tmp_path: Path) -> None:
    words = read_toml(Path("loaders/campaign/words.toml"))
    assert set(words["events"]) == set(EVENTS)
    every = Counter(word for some in [*words["events"].values(), words["open"]["words"]] for word in some)
    assert [word for word, times in every.items() if times > 1] == []
    marks = Counter(word for some in words["marks"].values() for word in some)
    assert [word for word, times in marks.items() if times > 1] == []
    rows = [["Name", "Status", "Date"], *([f"{n}", word, ""] for n, word in enumerate(every))]
    read = read_sheet(written(tmp_path / "status.xlsx", rows), "campaign", "campaign:spring")
    expected = {word: event for event, some in words["events"].items() for word in some}
    shown = {rows[int(str(consumer)) + 1][1]: event for consumer, event in events(read)}
    assert (shown, read.rejected) == (expected, [])


CELLS = st.one_of(
    st.sampled_from(["", "-", "是", "否", "2025-03-01", "soon", "1.2w", "¥3,000.00", "合计", NOTE.format(1), "=1+1"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
HEADERS: dict[Source, list[str]] = {
    "campaign": ["昵称", "状态", "寄样日期", "发布日期", "发布链接", "快递单号", "授权到期", "数量", "备注"],
    "results": ["昵称", *BASE[:15]],
    "feedback": ["昵称", "产品", "评分", "建议", "提交时间", "您还有什么想说的？"],
}


@pytest.mark.parametrize("source", ["campaign", "results", "feedback"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_in_the_cells_every_row_has_one_fate(tmp_path: Path, source: Source, data: st.DataObject) -> None:
    header = HEADERS[source]
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), min_size=1, max_size=6))
    file = tmp_path / "sheet.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    assert is_accounted_for(read_sheet(file, source, "campaign:spring", dates="dmy"))
