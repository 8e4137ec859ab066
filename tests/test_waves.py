"""The waiting list: two random halves, by circle where there are enough, and how far their followers overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from graphkoc.activate.waves import ENOUGH_CIRCLES, Waves, split_waves


def split(circles: list[str | None], rng_seed: int = 1, followers: list[list[int]] | None = None) -> Waves:
    names = [f"p{place}" for place in range(len(circles))]
    follows = csr_array(np.array(followers if followers is not None else np.zeros((len(circles), 1)), dtype=float))
    return split_waves(names, circles, follows, rng_seed)


CIRCLES = [f"c{place}" for place in range(ENOUGH_CIRCLES)]


def test_whole_circles_are_drawn_where_there_are_enough() -> None:
    found = split([circle for circle in CIRCLES for _ in range(3)])
    assert found.by == "circle"
    waves = found.people.groupby("unit")["wave"]
    assert (waves.nunique() == 1).all()
    assert waves.first().value_counts().to_dict() == {1: 4, 2: 4}
    assert split([circle for circle in CIRCLES[:-1] for _ in range(3)]).by == "person"


def test_the_same_seed_draws_the_same_and_every_person_can_be_in_either_wave() -> None:
    circles: list[str | None] = [*CIRCLES, None, None]
    pd.testing.assert_frame_equal(split(circles, 7).people, split(circles, 7).people)
    draws = np.array([split(circles, seed).people["wave"] for seed in range(300)])
    assert np.abs((draws == 1).mean(axis=0) - 0.5).max() < 0.12


def test_the_leak_is_the_share_of_followers_who_follow_people_of_both_waves() -> None:
    # p0 and p1 are a pair, so they are in different waves; two of their five followers follow both.
    found = split([None, None], followers=[[1, 1, 1, 0, 0, 0], [0, 1, 1, 1, 1, 0]])
    assert (found.reached, found.both, found.leak) == (5, 2, 0.4)
    assert found.sentence == (
        "For the two waves people were drawn one by one; 40% of 5 followers follow people of both waves (the leak)."
    )


def test_a_follower_of_two_people_of_one_circle_is_no_leak_where_circles_are_drawn() -> None:
    circles: list[str | None] = [circle for circle in CIRCLES for _ in range(2)]
    followers = np.repeat(np.eye(len(CIRCLES), dtype=int), 2, axis=0).tolist()
    assert (split(circles, followers=followers).both, split(circles, followers=followers).reached) == (0, 8)
    few = split(["c"] * 2, followers=[[1], [1]])
    assert few.leak == 1, "people of one circle are drawn apart, and their followers see both"


def test_where_no_follower_is_known_the_overlap_is_not_known() -> None:
    found = split([None, None, None])
    assert np.isnan(found.leak)
    assert found.sentence.endswith("none of their followers is known, so the overlap is not known.")
    assert len(split([]).people) == 0


@given(st.lists(st.sampled_from([None, *CIRCLES, "c8"]), max_size=60), st.integers(0, 1000))
def test_the_halves_differ_by_at_most_one(circles: list[str | None], rng_seed: int) -> None:
    found = split(circles, rng_seed)
    people = found.people.assign(circle=pd.Series(circles, dtype="str"))
    sign = people["wave"].map({1: 1, 2: -1})
    if found.by == "circle":
        each = people[people["circle"].notna()].drop_duplicates("circle").index
        assert abs(sign[each].sum()) <= 1, "as many circles"
        assert abs(sign[people["circle"].isna()].sum()) <= 1
    else:
        assert abs(sign.sum()) <= 1
        assert (sign.groupby(people["circle"]).sum().abs() <= 1).all(), "as many people of each circle"
    pairs = found.people.drop_duplicates("unit").groupby("pair")["wave"].agg(["size", "nunique"])
    assert (pairs["size"] == pairs["nunique"]).all(), "of a pair one is in each wave"
    assert (pairs["size"] <= 2).all()


@pytest.mark.parametrize("sizes", [[9, 8, 3, 3, 2, 2, 1, 1], [40, 1, 1, 1, 1, 1, 1, 1, 1]])
def test_circles_of_like_size_are_paired(sizes: list[int]) -> None:
    circles: list[str | None] = [f"c{place}" for place, size in enumerate(sizes) for _ in range(size)]
    units = split(circles).people.groupby("unit").agg(pair=("pair", "first"), size=("wave", "size"))
    largest = units.groupby("pair")["size"].max()
    assert largest.tolist() == sorted(sizes, reverse=True)[::2]
