"""Sheets about campaigns: status sheets, results and answers, as people really write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from graphkoc.campaigns.reading import SheetRows, read_sheet
from graphkoc.errors import DataError

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
NOTE = "https://www.xiaohongshu.com/explore/66f00000000000000000000{}?xsec_token=a"


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
    return None if pd.isna(cell) else cell


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
    rows = [
        header,
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
    assert posts.loc["小鹿", ["boost", "impressions", "reads", "engagements", "filing", "format"]].tolist() == [
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
    assert units.loc["B0A"].tolist() == [30, 18, 11, "Reviews in progress"]
    assert units.loc["B0B"].tolist()[:2] == [10, 6]
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
    assert answers.loc["小鹿", ["text", "product"]].tolist() == ["盖子漏水\n+ 好看", "Luto Mini"]
    assert read.rejected == ["问卷.csv, row 4: no consumer"]
    assert read.notes == ["问卷.csv, row 5: rating is above 5: '9'", "问卷.csv: skipped 1 row (no answer)"]
    assert is_accounted_for(read)


def test_a_file_of_something_else_is_refused_with_what_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / "orders.xlsx", [["Order", "Total"], ["1", "9"]])
    with pytest.raises(DataError, match=r"orders\.xlsx is not read as results: it looks like nothing that is known"):
        read_sheet(file, "results", "campaign:spring")
