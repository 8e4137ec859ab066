"""Discourse: a forum's answers become its topics, replies, likes, follows and groups."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sources import file_counts, fixture, reasons, rows_without
from sources import read as read_source

from graphkoc.capture import load

FIXTURE = fixture("discourse")
read, rows = partial(read_source, "discourse"), rows_without("discourse:")


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "categories.json": (3, 3, 0, 0),
        "directory_items.json": (3, 3, 0, 0),
        "groups/testers/members.json": (3, 2, 1, 0),
        "t/101.json": (5, 5, 0, 0),
        "t/102.json": (2, 2, 0, 0),
        "t/103.json": (3, 3, 0, 0),
        "t/104.json": (1, 1, 0, 0),
        "u/Cem.json": (1, 1, 0, 0),
        "u/ann/follow/following.json": (1, 1, 0, 0),
        "u/cem/follow/followers.json": (2, 1, 1, 0),
        "u/cem/follow/following.json": (1, 1, 0, 0),
        "user_actions/ann.json": (7, 4, 2, 1),
        "user_actions/bob.json": (2, 0, 2, 0),
    }
    assert reasons(loaded) == [["user_actions/ann.json", 7, "no table takes this row"]]
    assert [file.file for file in loaded.unread] == ["about.html"]
    assert loaded.mentioned == {"reviews": 1}


def test_a_topic_is_a_review(loaded: load.Loaded) -> None:
    reviews = loaded.tables["reviews"]
    columns = ("review", "consumer", "title", "text", "created_at", "likes", "comments", "views", "media", "origin")
    assert rows(reviews, *columns) == [
        (
            "t101",
            "ann",
            "Does the AirDry 3 work for curls?",
            "Does it dry curls? I have 2c hair & no time.",
            pd.Timestamp("2024-03-01 08:15:30.123"),
            3,
            4,
            318,
            1,
            "unknown",
        ),
        (
            "t102",
            "李雷",
            "希望增加冷风档",
            "冬天太热，能不能加一个冷风档？",
            pd.Timestamp("2024-03-05 23:59:59.999"),
            0,
            1,
            45,
            0,
            "unknown",
        ),
        (
            "t103",
            "dora",
            "Motor died after two weeks",
            "It just stopped. Video",
            pd.Timestamp("2024-03-07 12:00"),
            0,
            2,
            1204,
            0,
            "unknown",
        ),
        (
            "t104",
            "cem",
            "I love my AirDry",
            "Best gift ever. #gifted",
            pd.Timestamp("2024-03-09 12:00"),
            1,
            0,
            12,
            0,
            "paid",
        ),
    ]
    assert "product" not in reviews


def test_what_kind_of_topic_it_is_stands_in_its_tags_with_its_category(loaded: load.Loaded) -> None:
    assert loaded.tables["reviews"]["tags"].tolist() == [
        "kind:question category:hair-dryers airdry-3",
        "kind:request category:feature-requests",
        "kind:concern category:bugs air-dry-3 warranty",
        "kind:praise category:hair-dryers #ad",
    ]


def test_replies_likes_and_bookmarks_are_engagements_with_the_one_that_they_answer(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["engagements"], "engagement", "consumer", "review", "kind", "parent", "text") == [
        ("bookmark-103-1-ann", "ann", "t103", "collect", None, None),
        ("like-101-1-bob", "bob", "t101", "like", None, None),
        ("like-101-2-ann", "ann", "t101", "like", "p1002", None),
        ("p1002", "bob", "t101", "comment", None, "Yes :grinning:"),
        ("p1003", "ann", "t101", "comment", "p1002", "Thank you, I <3 it!"),
        ("p1004", "cem", "t101", "comment", None, "fast\nloud"),
        ("p1005", "system", "t101", None, None, None),
        ("p1012", "mod_max", "t102", "comment", None, "Noted, thanks!"),
        ("p1022", "bob", "t103", "comment", None, '=HYPERLINK("http://evil.example","same here")'),
        ("p1023", "dora", "t103", "comment", "p1022", "(post deleted by author)"),
        ("p990", "ann", "t99", "comment", None, "Merry Christmas & all"),
    ]


def test_people_groups_and_follows(loaded: load.Loaded) -> None:
    people = loaded.tables["consumers"]
    assert rows(people, "consumer", "name", "handle", "kind", "followers") == [
        ("ann", "Ann Reed", "ann", "person", None),
        ("bob", "BoB", "BoB", "person", None),
        ("cem", "Cem Öz", "cem", "person", 2),
        ("dora", "dora", "dora", "person", None),
        ("lurker", "Lu Ker", "lurker", "person", None),
        ("mod_max", "Max", "Mod_Max", "staff", None),
        ("system", "system", "system", "staff", None),
        ("李雷", "李雷", "李雷", "person", None),
    ]
    cem = people.set_index("consumer").loc["discourse:cem"]
    assert (cem["joined_at"], cem["bio"]) == (pd.Timestamp("2022-05-06 07:08:09"), "Barber in Köln. IG: @cem.oz")
    assert rows(loaded.tables["follows"], "follower", "followee") == [("ann", "cem"), ("cem", "ann"), ("dora", "cem")]
    assert rows(loaded.tables["memberships"], "group", "consumer", "role", "joined_at") == [
        ("köln", "cem", None, None),
        ("testers", "ann", "owner", pd.Timestamp("2023-01-02 03:04:05")),
        ("testers", "cem", None, pd.Timestamp("2023-02-02 03:04:05")),
    ]


@pytest.mark.parametrize("name", ["forum.tar.xz", "forum.zip"])
def test_an_archive_of_a_forum_gives_the_same_tables(tmp_path: Path, loaded: load.Loaded, name: str) -> None:
    kind = {"forum.tar.xz": "xztar", "forum.zip": "zip"}[name]
    packed = read(Path(shutil.make_archive(str(tmp_path / "forum"), kind, FIXTURE)))
    assert [(count.file, count.read) for count in packed.files] == [(name, sum(c.read for c in loaded.files))]
    for table, frame in loaded.tables.items():
        pd.testing.assert_frame_equal(packed.tables[table], frame)


KINDS = [
    ("Tea", "Ideas", [], "", "request"),
    ("Tea?", "Bug reports", [], "", "concern"),
    ("My tea is great", "Support", [], "", "question"),
    ("Tea", "Off topic", ["help"], "", "question"),
    ("Feature request: tea", None, [], "", "request"),
    ("Please add tea", None, [], "", "request"),
    ("Why does it not work?", None, [], "", "concern"),
    ("It won't boil", None, [], "", "concern"),
    ("My cat and tea", None, [], "", None),
    ("How to make tea", None, [], "", "question"),
    ("Best way to make tea", None, [], "", "question"),
    ("Best tea ever", None, [], "", "praise"),
    ("充不进电，故障", None, [], "", "concern"),
    ("充电怎么这么慢", None, [], "", "question"),
    ("Tea", None, [], "Is it any good?", "question"),
    ("Tea", None, [], "See http://example.com/?a=1", None),
]
"""Title, category, tags and text of a topic, and the kind that it is."""


def test_the_rule_of_kinds(tmp_path: Path) -> None:
    topics, categories = [], []
    for number, (title, category, tags, words, _) in enumerate(KINDS, 100):
        post = {
            "id": number,
            "post_number": 1,
            "username": "ann",
            "created_at": "2024-01-01T00:00:00Z",
            "cooked": words,
        }
        topics.append(
            {"id": number, "title": title, "category_id": number, "tags": tags, "post_stream": {"posts": [post]}}
        )
        categories += [{"id": number, "name": category}] if category else []
    (tmp_path / "topics.json").write_text(json.dumps(topics))
    (tmp_path / "site.json").write_text(json.dumps({"categories": categories}))
    found = read(tmp_path).tables["reviews"]["tags"].str.extract(r"kind:(\w+)")[0]
    assert [(title, None if pd.isna(kind) else kind) for (title, *_), kind in zip(KINDS, found, strict=True)] == [
        (title, kind) for title, *_, kind in KINDS
    ]


def write_topic(folder: Path, number: int, given: int, stated: int) -> None:
    """The answer about a topic: its first posts, and how many it has."""
    posts = [
        {
            "id": number * 100 + place,
            "post_number": place,
            "username": f"u{place}",
            "created_at": "2025-03-02T10:00:00Z",
        }
        | {"cooked": "<p>words</p>"}
        for place in range(1, given + 1)
    ]
    answer = {"id": number, "title": "Tea", "posts_count": stated, "post_stream": {"posts": posts}}
    (folder / f"{number}.json").write_text(json.dumps(answer))


def test_posts_that_the_files_lack_are_told_with_the_way_to_get_them(tmp_path: Path, loaded: load.Loaded) -> None:
    assert loaded.gaps == ()
    for number, given, stated in ((11, 20, 45), (12, 20, 21), (13, 3, 3)):
        write_topic(tmp_path, number, given, stated)
    (gap,) = read(tmp_path).gaps
    assert gap.startswith("26 posts of 2 topics are not in the files")
    assert "/t/11.json" in gap
    assert "/t/ID/posts.json?post_ids[]=" in gap


def test_posts_that_come_in_a_second_answer_are_not_missing(tmp_path: Path) -> None:
    write_topic(tmp_path, 11, 2, 3)
    post = {"id": 9, "post_number": 3, "username": "u", "created_at": "2025-03-02T10:00:00Z", "cooked": "<p>x</p>"}
    (tmp_path / "posts.json").write_text(json.dumps({"id": 11, "post_stream": {"posts": [post]}}))
    assert read(tmp_path).gaps == ()
    (tmp_path / "posts.json").unlink()
    assert read(tmp_path).gaps[0].startswith("1 post of 1 topic is not in the files")
