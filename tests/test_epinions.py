"""Epinions and Ciao as researchers publish them: tables of numbers, of which the file says which column is what."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from small_example import write_small_example
from sources import file_counts, fixture, reasons
from sources import read as read_source

from graphkoc.capture import load

FIXTURE = fixture("epinions")
RATINGS = ["user", "item", "category", "rating", "helpfulness", "timestamp"]


def read(*paths: Path, source: str = "epinions") -> load.Loaded:
    return read_source(source, *paths)


def bare(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.replace("epinions:|ciao:", "", regex=True)


@pytest.fixture(scope="module")
def layouts() -> load.Loaded:
    """The fixture: a few rows of each layout."""
    return read(FIXTURE)


def test_every_row_is_accounted_for(layouts: load.Loaded) -> None:
    assert file_counts(layouts) == {
        "category.txt": (3, 3, 0, 0),
        "movie-ratings.txt": (4, 3, 0, 1),
        "rating_with_timestamp.txt": (3, 3, 0, 0),
        "ratings.csv": (8, 4, 1, 3),
        "ratings_data.txt": (8, 5, 1, 2),
        "soc-sign-epinions.txt": (6, 4, 0, 2),
        "trust.csv": (6, 6, 0, 0),
        "trust_data.txt": (5, 3, 1, 1),
        "trustnetwork.txt": (4, 4, 0, 0),
        "user_rating.txt": (2, 1, 0, 1),
    }
    assert reasons(layouts) == [
        ["movie-ratings.txt", 3, "created_at is not a time: '2004-02-30'"],
        ["ratings.csv", 7, "created_at is not a time: 'soon'"],
        ["ratings.csv", 8, "no table takes this row"],
        ["ratings.csv", 9, "created_at 1970-04-22 01:59:24 is before 1990"],
        ["ratings_data.txt", 7, "rating is above 5: '6'"],
        ["ratings_data.txt", 8, "it has 2 cells, and should have 3 to 6"],
        ["soc-sign-epinions.txt", 2, "no table takes this row"],
        ["soc-sign-epinions.txt", 4, "no table takes this row"],
        ["trust_data.txt", 6, "follower and followee are one"],
        ["user_rating.txt", 2, "no table takes this row"],
    ]


def test_ratings_of_every_layout(layouts: load.Loaded) -> None:
    tables = {name: bare(frame) for name, frame in layouts.tables.items()}
    times = tables["reviews"].pop("created_at").astype("str").fillna("").replace("NaT", "")
    assert tables["reviews"].assign(time=times).values.tolist() == [
        ["1-100", "1", "100", 4, ""],
        ["1-101", "1", "101", 5, ""],
        ["11-200-2000-05-30", "11", "200", 5, "2000-05-30 07:00:00"],
        ["11-201-2000-05-31", "11", "201", 4, "2000-05-31 07:00:00"],
        ["12-200-2011-04-12", "12", "200", 2, "2011-04-12 00:16:40"],
        ["13-202-2000-05-31", "13", "202", 0, "2000-05-31 07:00:00"],
        ["2-100", "2", "100", 3, ""],
        ["2-102", "2", "102", 1, ""],
        ["21-200-2001-09-09", "21", "200", 4, "2001-09-09 01:46:40"],
        ["22-210-2001-09-10", "22", "210", 5, "2001-09-10 01:46:40"],
        ["23-210-2001-09-11", "23", "210", 1.5, "2001-09-11 01:46:40"],
        ["3-101", "3", "101", 2, ""],
        ["31-300-2003-06-17", "31", "300", 4, "2003-06-17 00:00:00"],
        ["31-301-2003-07-01", "31", "301", 5, "2003-07-01 00:00:00"],
        ["32-301-2004-02-28", "32", "301", 2, "2004-02-28 00:00:00"],
    ]
    categories = tables["products"].set_index("product")["category"]
    assert categories.dropna().to_dict() == {
        "200": "Food & Drink",
        "201": "House & Garden",
        "202": "Books",
        "210": "12",
        "300": "5",
        "301": "8",
    }
    assert sorted(categories.index[categories.isna()]) == ["100", "101", "102"]


def test_who_trusts_follows_and_distrust_is_no_follow(layouts: load.Loaded) -> None:
    follows = bare(layouts.tables["follows"])
    assert follows[["follower", "followee"]].values.tolist() == [
        ["1", "2"],
        ["1", "3"],
        ["12", "1"],
        ["12", "11"],
        ["12", "2"],
        ["12", "3"],
        ["13", "11"],
        ["2", "5"],
        ["21", "11"],
        ["22", "13"],
        ["3", "2"],
        ["3", "5"],
        ["31", "32"],
        ["4", "1"],
        ["4", "2"],
        ["4", "3"],
        ["4", "5"],
        ["5", "3"],
    ]
    assert follows.dropna(subset="since")[["follower", "since"]].values.tolist() == [["31", pd.Timestamp("2001-01-10")]]


LAYOUTS = {
    "all": RATINGS,
    "no time": RATINGS[:5],
    "no helpfulness": ["user", "item", "category", "rating", "timestamp"],
    "no category": ["user", "item", "rating", "helpfulness", "timestamp"],
    "category alone": RATINGS[:4],
    "time alone": ["user", "item", "rating", "timestamp"],
    "neither": ["user", "item", "rating"],
}


class Published(NamedTuple):
    """Ciao's files, or those of its busiest people, and what is known of them."""

    folder: Path
    products: int
    people: int
    shares: tuple[float, float]
    """Of the follows, and of shuffled ones: those between two people who rated a common item."""


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of Ciao's busiest people."""
    folder = tmp_path_factory.mktemp("part") / "ciao"
    write_small_example(folder)
    return folder


@pytest.fixture(scope="module", params=["part", pytest.param("whole", marks=pytest.mark.soak)])
def published(request: pytest.FixtureRequest, part: Path, ciao_files: Path) -> Published:
    if request.param == "whole":
        return Published(ciao_files, products=105_114, people=7_375, shares=(0.503, 0.34))
    return Published(part, products=26_546, people=250, shares=(0.417, 0.37))


@pytest.fixture(scope="module")
def ciao(part: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Some ratings of Ciao, a row a person and item, and the ties between some people."""
    ratings = pd.read_csv(part / "ratings.csv.gz").drop_duplicates(["user", "item"]).head(3_000)
    return ratings, pd.read_csv(part / "trust.csv.gz")


@pytest.mark.parametrize(("layout", "between"), [*zip(LAYOUTS, [" ", ",", "\t", ";", ", ", "  ", ","], strict=True)])
def test_without_a_header_the_columns_are_recognised_by_their_contents(
    tmp_path: Path, ciao: tuple[pd.DataFrame, pd.DataFrame], layout: str, between: str
) -> None:
    ratings, columns = ciao[0], LAYOUTS[layout]
    (tmp_path / "rating.txt").write_text(ratings[columns].to_csv(header=False, index=False).replace(",", between))
    loaded = read(tmp_path)
    assert [(c.read, c.loaded) for c in loaded.files] == [(len(ratings), len(ratings))]
    reviews = bare(loaded.tables["reviews"]).astype({"consumer": int, "product": int})
    found = reviews.sort_values(["consumer", "product"])
    wanted = ratings.sort_values(["user", "item"])
    assert (
        found[["consumer", "product", "rating"]].values.tolist() == wanted[["user", "item", "rating"]].values.tolist()
    )
    if "timestamp" in columns:
        assert found["created_at"].tolist() == pd.to_datetime(wanted["timestamp"], unit="s").tolist()
    else:
        assert found["created_at"].isna().all()
    assert loaded.tables["products"]["category"].notna().all() == ("category" in columns)


@pytest.mark.parametrize("rename", [str, lambda name: f"{name.upper()}_ID", lambda name: name.title()])
def test_with_a_header_the_columns_may_have_any_order(
    tmp_path: Path, ciao: tuple[pd.DataFrame, pd.DataFrame], rename: Callable[[str], str]
) -> None:
    ratings, trust = (part.head(500) for part in ciao)
    columns = random.Random(1).sample(RATINGS, 6)
    ratings[columns].rename(columns=rename).to_csv(tmp_path / "ratings.csv", index=False)
    trust[["trustee", "truster"]].rename(columns=rename).to_csv(tmp_path / "trust.csv", sep=" ", index=False)
    (plain := tmp_path / "plain").mkdir()
    ratings.to_csv(plain / "ratings.csv", header=False, index=False)
    trust.to_csv(plain / "trust.csv", sep=" ", header=False, index=False)
    found, wanted = (
        read(*folder) for folder in ([tmp_path / "ratings.csv", tmp_path / "trust.csv"], [tmp_path / "plain"])
    )
    for name, frame in wanted.tables.items():
        pd.testing.assert_frame_equal(found.tables[name], frame)


@pytest.fixture(scope="module")
def loaded(published: Published) -> load.Loaded:
    """The published files, with header and commas."""
    return read(published.folder)


def test_ciao_is_what_its_files_say(loaded: load.Loaded, published: Published) -> None:
    ratings = pd.read_csv(published.folder / "ratings.csv.gz")
    day = pd.to_datetime(ratings["timestamp"], unit="s").dt.strftime("%Y-%m-%d")
    key = "epinions:" + ratings["user"].astype(str) + "-" + ratings["item"].astype(str) + "-" + day
    lowest = ratings.groupby(key)["rating"].min()
    reviews = loaded.tables["reviews"]
    assert reviews["review"].tolist() == lowest.index.tolist()
    assert reviews["rating"].tolist() == lowest.tolist()
    assert loaded.tables["products"]["category"].value_counts()["House & Garden"] > 1_000
    assert len(loaded.tables["products"]) == ratings["item"].nunique() == published.products
    assert len(loaded.tables["consumers"]) == published.people


@pytest.mark.parametrize("columns", [["truster", "trustee"], ["trustee", "truster"]])
def test_a_network_published_either_way_round_has_its_most_trusted_followed(
    tmp_path: Path, published: Published, columns: list[str]
) -> None:
    trust = pd.read_csv(published.folder / "trust.csv.gz")
    trust[columns].to_csv(tmp_path / "trustnetwork.txt", sep="\t", header=False, index=False)
    follows = read(tmp_path).tables["follows"]
    wanted = ("epinions:" + trust.astype(str)).sort_values(["truster", "trustee"])
    assert follows[["follower", "followee"]].values.tolist() == wanted.values.tolist()


def test_people_who_trust_each_other_rated_common_items_more_often_than_shuffled_ones(
    loaded: load.Loaded, published: Published
) -> None:
    """The check of the README: the people of one file are the people of the other."""
    items = loaded.tables["reviews"].groupby("consumer")["product"].agg(set).to_dict()
    follower, followee = (loaded.tables["follows"][end].to_numpy(object) for end in ("follower", "followee"))

    def share(followees: np.ndarray) -> float:
        pairs = zip(follower, followees, strict=True)
        return float(np.mean([not items.get(a, set()).isdisjoint(items.get(b, ())) for a, b in pairs]))

    shuffled = share(np.random.default_rng(0).permutation(followee))
    assert (round(share(followee), 3), round(shuffled, 2)) == published.shares
