"""Rank agreement: how much two rankings have in common, and the people on whom they disagree most."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from graphkoc.qualify.rank_agreement import agreement, engagement

PEOPLE = np.array([f"p{i:02}" for i in range(40)])


def test_two_equal_orders_agree_and_a_reversed_order_does_not() -> None:
    found = agreement(PEOPLE, {"score": np.arange(40.0), "twice": 2 * np.arange(40.0), "back": -np.arange(40.0)})
    assert found is not None
    assert found["k"] == 20
    assert found["by_lot"] == 0.5
    assert found["pairs"] == [
        {"a": "score", "b": "twice", "overlap": 1.0, "tau": 1.0},
        {"a": "score", "b": "back", "overlap": 0.0, "tau": -1.0},
        {"a": "twice", "b": "back", "overlap": 0.0, "tau": -1.0},
    ]
    assert found["breaks"][:2] == [
        {"consumer": "p00", "places": {"score": 40, "twice": 40, "back": 1}},
        {"consumer": "p39", "places": {"score": 1, "twice": 1, "back": 40}},
    ]


def test_tau_counts_the_pairs_of_people_in_the_same_order() -> None:
    found = agreement(PEOPLE[:5], {"a": np.array([1.0, 2, 3, 4, 5]), "b": np.array([2.0, 1, 3, 4, 5])})
    assert found is not None
    assert found["k"] == 2
    assert found["pairs"][0]["tau"] == pytest.approx((9 - 1) / 10)


def test_a_constant_or_duplicate_ranking_is_left_out() -> None:
    values = np.arange(40.0)
    found = agreement(PEOPLE, {"score": values, "formula": values.copy(), "engagement": np.zeros(40)})
    assert found is not None
    assert found["rankings"] == ["score"]
    assert found["pairs"] == found["breaks"] == []
    assert agreement(PEOPLE[:3], {"score": np.arange(3.0)}) is None
    assert agreement(PEOPLE[:0], {"score": np.empty(0)}) is None


def test_ties_are_ordered_by_id() -> None:
    found = agreement(PEOPLE[:6], {"a": np.array([5.0, 5, 5, 1, 1, 1]), "b": np.array([1.0, 1, 1, 2, 2, 2])})
    assert found is not None
    assert [one["consumer"] for one in found["breaks"]] == ["p00", "p01", "p02", "p03", "p04", "p05"]
    assert found["breaks"][0]["places"] == {"a": 1, "b": 4}


def test_engagement_is_the_larger_of_stated_counts_and_engagements_in_the_data() -> None:
    reviews = pd.DataFrame({"review": ["a", "b", "c"], "consumer": ["u", "u", "v"], "likes": [5, None, 1]})
    reviews = reviews.assign(collects=[1, None, None], comments=None, shares=None, helpful=None)
    answers = pd.DataFrame({"review": ["b", "b", "c", "c", "c", "a"]})
    assert engagement(reviews, answers, np.array(["t", "u", "v"])).tolist() == [0.0, 8.0, 3.0]
