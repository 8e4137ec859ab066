"""Yelp Open Dataset: reviews of businesses, and friends who follow each other."""

from __future__ import annotations

import re
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sources import file_counts, fixture, reasons
from sources import read as read_source
from sources import rows as source_rows

from graphkoc.capture import load

FIXTURE = fixture("yelp")
read = partial(read_source, "yelp")


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def shortened(cell: str) -> str:
    """An id as its kind and number."""
    return re.sub(r"yelp:made_(\w+?)_(\d\d)[-_]A+", r"\1 \2", cell)


rows = partial(source_rows, shorten=shortened)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "yelp_academic_dataset_business.json": (5, 5, 0, 0),
        "yelp_academic_dataset_review.json": (10, 8, 1, 1),
        "yelp_academic_dataset_user.json": (7, 5, 1, 1),
    }
    assert reasons(loaded) == [
        ["yelp_academic_dataset_review.json", 8, "created_at is not a time: '2012-13-01 10:00:00'"],
        ["yelp_academic_dataset_user.json", 6, "joined_at is not a time: 'yesterday'"],
    ]
    assert [file.file for file in loaded.unread] == ["yelp_academic_dataset_tip.json"]
    assert loaded.mentioned == {"products": 1}


def test_reviews_and_the_businesses_that_they_are_about(loaded: load.Loaded) -> None:
    columns = ("review", "consumer", "product", "rating", "created_at", "helpful", "likes", "origin")
    time = pd.Timestamp
    assert rows(loaded.tables["reviews"], *columns) == [
        ("note 01", "user 01", "shop 01", 5, time("2018-07-07 22:09:11"), 3, 3, "unknown"),
        ("note 02", "user 02", "shop 01", 1, time("2012-01-03 15:28:18"), 0, 0, "unknown"),
        ("note 03", "user 02", "shop 02", 4, time("2015-09-23 23:10:31"), 1, 1, "invited"),
        ("note 04", "user 03", "shop 02", 3, time("2014-02-05"), 0, 0, "unknown"),
        ("note 05", "user 09", "shop 03", 2, time("2018-07-07 22:09:11"), 0, 0, "unknown"),
        ("note 06", "user 01", "shop 99", 5, time("2018-07-07 22:09:11"), 0, 0, "unknown"),
        ("note 07", "user 04", "shop 03", 5, time("2018-07-07 22:09:11"), 0, 0, "gifted"),
        ("note 10", "user 01", "shop 03", 4, None, 0, 0, "unknown"),
    ]
    assert loaded.tables["reviews"]["text"].tolist()[0] == "Best dumplings in town.\n\nGo early."
    assert rows(loaded.tables["products"], "product", "title", "category") == [
        ("shop 01", "Made Dumplings", "Restaurants"),
        ("shop 02", "Café Madé", "Restaurants"),
        ("shop 03", "Made Salon", "Beauty & Spas"),
        ("shop 04", "Nothing yet", None),
        ("shop 05", "Made Spa", "Beauty & Spas"),
    ]


def test_friends_follow_each_other_and_never_themselves(loaded: load.Loaded) -> None:
    follows = rows(loaded.tables["follows"], "follower", "followee")
    pairs = [("01", "02"), ("01", "03"), ("01", "05"), ("01", "77"), ("03", "04"), ("03", "05")]
    assert follows == sorted((f"user {a}", f"user {b}") for one in pairs for a, b in (one, one[::-1]))


def test_people_are_those_with_a_row_and_those_who_are_named(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["consumers"], "consumer", "name", "platform", "followers", "kind", "joined_at") == [
        ("user 01", "Ann", "yelp", 12, "person", pd.Timestamp("2013-10-08 23:11:33")),
        ("user 02", "Bo", "yelp", 0, "person", pd.Timestamp("2013-10-08 23:11:33")),
        ("user 03", "Çem", "yelp", 3, "person", pd.Timestamp("2009-01-25 04:35:42")),
        ("user 04", "Dora", "yelp", 0, "person", pd.Timestamp("2013-10-08 23:11:33")),
        ("user 05", None, "yelp", 0, "person", pd.Timestamp("2011-04-01")),
        ("user 09", None, "yelp", None, "person", None),
        ("user 77", None, "yelp", None, "person", None),
    ]


def test_the_archive_as_it_is_downloaded_gives_the_same_tables(tmp_path: Path, loaded: load.Loaded) -> None:
    packed = read(Path(shutil.make_archive(str(tmp_path / "yelp_dataset"), "tar", FIXTURE)))
    for name, frame in loaded.tables.items():
        pd.testing.assert_frame_equal(packed.tables[name], frame)
