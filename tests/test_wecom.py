"""WeCom: staff follow customers, groups are memberships, and nobody else is tied to anybody."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sources import file_counts, fixture, rows_without
from sources import read as read_source

from graphkoc.capture import load

FIXTURE = fixture("wecom")
read, rows = partial(read_source, "wecom"), rows_without("wecom:")
OFFICIAL = Path(__file__).parents[2] / "shared" / "formats" / "wecom" / "groupchat_get_example.json"


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def customer(number: int) -> str:
    return f"wmAbCd{number:04}AAAA"


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "contacts.jsonl": (7, 5, 1, 1),
        "get_by_user/Tommy.json": (1, 1, 0, 0),
        "groups.json": (8, 8, 0, 0),
        "page_1.json": (4, 3, 1, 0),
    }
    assert loaded.rejects[["file", "row"]].values.tolist() == [["contacts.jsonl", 6]]
    assert [file.file for file in loaded.unread] == ["openapi.yaml"]


def test_staff_follow_customers_and_customers_follow_nobody(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["follows"], "follower", "followee", "since") == [
        ("abel", customer(4), pd.Timestamp("2020-09-13 12:31:40")),
        ("abel", customer(6), pd.Timestamp("2022-04-15 05:20:00")),
        ("abel", customer(7), pd.Timestamp("2022-04-15 05:21:40")),
        ("rocky", customer(1), pd.Timestamp("2020-09-13 12:26:40")),
        ("rocky", customer(2), pd.Timestamp("2020-09-13 12:28:20")),
        ("rocky", customer(3), pd.Timestamp("2020-09-13 12:30:00")),
        ("tommy", customer(9), pd.Timestamp("2022-04-15 05:25:00")),
        ("zhushengben", customer(1), pd.Timestamp("2019-10-31 07:04:50")),
    ]
    kinds = loaded.tables["consumers"].set_index("consumer")["kind"]
    assert set(kinds[loaded.tables["follows"]["follower"]]) == {"staff"}
    assert set(kinds[loaded.tables["follows"]["followee"]]) == {"person"}


def test_customers_have_a_name_a_platform_and_a_unionid(loaded: load.Loaded) -> None:
    people = {row[0]: row[1:] for row in rows(loaded.tables["consumers"], "consumer", "name", "platform", "unionid")}
    assert len(people) == 15
    assert people[customer(1)] == ("王语嫣", "wechat", "ozynq0001-BBB")
    assert people[customer(3)] == ('=HYPERLINK("http://evil.example")', "wechat", "ozynq0003-BBB")
    assert people[customer(4)] == ("李总", "wecom", None)
    assert people[customer(7)] == ("小明", "wechat", None)
    assert people["wmZzZz7777AAAA"] == ("路人", "wechat", "ozynq7777-BBB")
    assert people["zhushengben"] == ("朱生本", "wecom", None)
    assert people["pony"] == (None, "wecom", None)


def test_groups_are_memberships(loaded: load.Loaded) -> None:
    first, second = "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA", "wrSecondGroupBBBB"
    assert rows(loaded.tables["memberships"], "group", "consumer", "role") == [
        (first, "abel", "admin"),
        (first, customer(1), None),
        (first, customer(6), None),
        (first, "wmZzZz7777AAAA", None),
        (first, "zhushengben", "owner"),
        (second, "rocky", "owner"),
        (second, customer(1), None),
        (second, customer(2), None),
    ]
    assert loaded.tables["memberships"]["joined_at"].min() == pd.Timestamp("2019-10-31 07:04:50")


def test_what_staff_note_about_customers_is_not_read(loaded: load.Loaded) -> None:
    everything = " ".join(frame.to_csv() for frame in loaded.tables.values()) + loaded.rejects.to_csv()
    assert "王语嫣" in everything
    for secret in ("13800001111", "电话", "老客户", "备注"):
        assert secret not in everything


def test_the_example_of_the_official_page() -> None:
    if not OFFICIAL.exists():
        pytest.skip("the example is not beside the checkout")
    loaded = read(OFFICIAL)
    assert [(c.read, c.loaded) for c in loaded.files] == [(2, 2)]
    assert rows(loaded.tables["consumers"], "consumer", "name", "kind", "unionid") == [
        ("abel", "张三丰", "staff", None),
        ("pony", None, "staff", None),
        ("sam", None, "staff", None),
        ("wmOgQhDgAAuXFJGwbve4g4iXknfOAAAA", "王语嫣", "person", "ozynqsulJFCZ2z1aYeS8h-nuasdAAA"),
        ("zhushengben", None, "staff", None),
    ]
