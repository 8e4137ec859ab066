"""The industry's numbers and the origin ledger, by hand on a few posts; what is not known is null."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import market

from graphkoc.graph.projection import Projection
from graphkoc.qualify import tiers
from graphkoc.qualify.engagement import engagements, response
from graphkoc.qualify.gates.origins import ledger
from graphkoc.qualify.gates.words import ORIGINS
from graphkoc.qualify.industry import NUMBERS

Rows = list[dict[str, Any]]


def posts(**by: Rows) -> Rows:
    """The posts of each consumer, a day apart."""
    return [
        {"review": f"{who}{i:02}", "consumer": who, "created_at": f"2026-01-{i + 1:02}"} | post
        for who, some in by.items()
        for i, post in enumerate(some)
    ]


def people(**followers: int | None) -> Rows:
    return [{"consumer": who, "platform": "xiaohongshu", "followers": n} for who, n in followers.items()]


def ids(projection: Projection) -> np.ndarray[Any, Any]:
    return np.sort(projection.consumers["consumer"].to_numpy(dtype=str))


def numbers(projection: Projection, name: str | None = "prizm") -> pd.DataFrame:
    """The industry's numbers by consumer; everybody has one known follower."""
    consumers = projection.consumers.set_index("consumer").loc[ids(projection)]
    sizes = tiers.sized(consumers["platform"], consumers["followers"], np.ones(len(consumers)), name)
    found = response(projection, ids(projection), sizes.table, engagements(projection))
    return found.set_index(consumers.index)


def test_without_any_engagement_every_number_is_null() -> None:
    found = numbers(market(consumers=people(a=10, b=None), reviews=posts(a=[{}, {}])))
    assert found.columns.tolist() == [number.name for number in NUMBERS]
    assert found.isna().all(axis=None)


def test_the_engagement_rate_is_engagements_of_a_post_over_followers_and_stands_beside_the_tiers_median() -> None:
    reviews = posts(
        a=[{"likes": 10, "collects": 5, "comments": 4, "shares": 1}, {"likes": 20}, {}],
        b=[{"likes": 5, "collects": 10}],
        c=[{"likes": 1, "collects": 1}],
        d=[{"likes": 4_000, "collects": 1_000}],
        e=[{}],
    )
    found = numbers(market(consumers=people(a=100, b=100, c=100, d=100_000, e=100), reviews=reviews))
    assert found["engagements_per_post"].tolist()[:4] == [20, 15, 2, 5_000]
    assert found["engagement_rate"].tolist()[:4] == [0.2, 0.15, 0.02, 0.05]
    assert found["engagement_rate_to_tier"].tolist()[:4] == pytest.approx([0.2 / 0.15, 1, 0.02 / 0.15, 1])
    assert found["collect_rate"].tolist()[:4] == [0.05, 0.1, 0.01, 0.01]
    assert found["collect_rate_to_tier"].tolist()[:4] == pytest.approx([1, 2, 0.2, 1])
    assert found.loc["e"].isna().all()


def test_followers_that_nobody_states_are_those_that_are_known() -> None:
    found = numbers(market(consumers=people(a=None, b=4), reviews=posts(a=[{"likes": 3}], b=[{"likes": 3}])))
    assert found["engagement_rate"].tolist() == [3, 0.75]
    assert found["engagement_rate_to_tier"].tolist() == [1, 1]


def test_the_interaction_rate_is_over_views_of_posts_that_have_them() -> None:
    reviews = posts(
        a=[
            {"likes": 4, "collects": 3, "comments": 1, "shares": 50, "views": 100},
            {"likes": 2, "views": 100},
            {"likes": 90},
        ],
        b=[{"likes": 9}],
        c=[{"likes": 0, "views": 0}],
    )
    found = numbers(market(consumers=people(a=1, b=1, c=1), reviews=reviews))
    assert found["interaction_rate"]["a"] == 10 / 200
    assert found["interaction_rate"][["b", "c"]].isna().all()


def test_a_hit_has_ten_times_her_own_median_of_views_or_else_of_engagements() -> None:
    reviews = posts(
        a=[{"views": v} for v in (10, 10, 10, 99, 100)],
        b=[{"likes": v} for v in (1, 1, 1, 10, 20)],
        c=[{"views": v} for v in (1, 1, 1, 10)],
        d=[{"likes": v} for v in (0, 0, 0, 7, 9)],
    )
    found = numbers(market(consumers=people(a=1, b=1, c=1, d=1), reviews=reviews))
    assert found["hit_share"][["a", "b"]].tolist() == [0.2, 0.4]
    assert found["hit_share"][["c", "d"]].isna().all(), "too few posts, or no median to speak of"


def test_costs_need_a_price() -> None:
    consumers = [*people(a=1, b=1, d=1), {"consumer": "c", "platform": "xiaohongshu", "quote": 60.0}]
    consumers[0]["quote"] = 50.0
    consumers[2]["quote"] = 0.0
    reviews = posts(
        a=[{"likes": 10, "views": 400}, {"likes": 15, "views": 600}], b=[{"likes": 5, "views": 5}], d=[{"likes": 2}]
    )
    found = numbers(market(consumers=consumers, reviews=reviews))
    assert found.loc["a", ["cost_per_engagement", "cost_per_thousand"]].tolist() == [4, 100]
    assert found.loc["d", "cost_per_engagement"] == 0
    assert found.loc[["b", "c"], ["cost_per_engagement", "cost_per_thousand"]].isna().all(axis=None)
    assert np.isnan(found.loc["d", "cost_per_thousand"])


def test_reviewers_are_ranked_by_helpful_votes_within_their_platform() -> None:
    consumers = [
        *people(a=1, b=1, c=1),
        {"consumer": "z", "platform": "amazon"},
        {"consumer": "y", "platform": "amazon"},
    ]
    reviews = posts(
        a=[{"helpful": 3}, {"helpful": 4}, {}], b=[{"helpful": 7}], c=[{"helpful": 0}], z=[{"helpful": 1}], y=[{}]
    )
    found = numbers(market(consumers=consumers, reviews=reviews))
    assert found["helpful"][["a", "b", "c", "z"]].tolist() == [7, 7, 0, 1]
    assert found["helpful_rank"][["a", "b", "c", "z"]].tolist() == [1, 1, 3, 1]
    assert found.loc["y", ["helpful", "helpful_rank"]].isna().all()


def test_the_engagement_score_ignores_size_and_a_comment_weighs_four_likes() -> None:
    reviews = posts(
        a=[{"likes": 40, "views": 100}],
        b=[{"comments": 11, "views": 100}],
        c=[{"likes": 300, "collects": 90, "views": 1_000}],
        d=[{"shares": 1, "views": 100}],
    )
    found = numbers(market(consumers=people(a=10, b=10, c=1_000_000, d=10), reviews=reviews))
    assert found["engagement_score"].sort_values().index.tolist() == ["d", "c", "a", "b"]
    assert found["engagement_score"].tolist() == [75, 100, 50, 25]


def test_engagements_that_are_known_one_by_one_are_counted_where_no_count_is_stated() -> None:
    made = [
        ("b", "a00", "like"),
        ("c", "a00", "like"),
        ("a", "a00", "like"),
        ("b", "a00", "comment"),
        ("b", "d00", "like"),
    ]
    made = [
        {"engagement": f"e{i}", "consumer": who, "review": what, "kind": kind}
        for i, (who, what, kind) in enumerate(made)
    ]
    consumers = [*people(a=1, b=1, c=1, d=1), {"consumer": "o", "platform": "other"}]
    reviews = posts(a=[{}, {"likes": 9}], d=[{"likes": 40}], o=[{}])
    found = engagements(market(consumers=consumers, reviews=reviews, engagements=made))
    known = found.set_index(pd.Index(["a00", "a01", "d00", "o00"]))
    assert known["likes"].tolist()[:3] == [2, 9, 40], "an own like does not count, and a stated count is the count"
    assert known["comments"].tolist()[:3] == [1, 0, 0]
    assert known["collects"].isna().all(), "nobody's collects are known"
    assert known["all"].tolist()[:3] == [3, 9, 40]
    assert known.loc["o00"].isna().all(), "of the other platform no engagement is known"


def test_the_ledger_has_shares_that_add_up_and_bounds_for_what_is_unpaid() -> None:
    origins = {"a": ["earned", "gifted", "paid", "invited", None], "b": [None, None], "c": []}
    projection = market(
        consumers=people(**dict.fromkeys(origins, 1)),
        reviews=posts(**{who: [{"origin": origin} for origin in some] for who, some in origins.items()}),
    )
    found = ledger(projection, ids(projection), engagements(projection))
    assert found[[f"origin_{origin}" for origin in ORIGINS]].to_numpy().tolist() == [
        [0.2] * 5,
        [0, 0, 0, 0, 1],
        [0] * 5,
    ]
    assert found["unpaid_low"].tolist()[:2] == pytest.approx([0.6, 0])
    assert found["unpaid_high"].tolist()[:2] == pytest.approx([0.8, 1])
    assert found.loc[2, ["unpaid_low", "unpaid_high"]].isna().all()


def test_paid_posts_are_set_against_those_without_a_marker() -> None:
    reviews = posts(
        a=[
            {"origin": "paid", "likes": 10},
            {"origin": "paid", "likes": 20},
            {"likes": 40},
            {"origin": "earned", "likes": 20},
            {"origin": "gifted", "likes": 9_999},
        ],
        b=[{"origin": "paid", "likes": 10}],
        c=[{"origin": "paid", "likes": 10}, {"likes": 0}],
        d=[{"origin": "paid"}, {"likes": 5}],
    )
    projection = market(consumers=people(a=1, b=1, c=1, d=1), reviews=reviews)
    found = ledger(projection, ids(projection), engagements(projection))
    assert found.loc[0, ["paid_response", "organic_response", "paid_to_organic"]].tolist() == [15, 30, 0.5]
    assert found["paid_to_organic"][1:].isna().all()


COUNT = st.one_of(st.none(), st.integers(0, 500))


@settings(max_examples=20)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"who": st.sampled_from("abcd")}
            | dict.fromkeys(("likes", "collects", "comments", "shares", "views", "helpful"), COUNT)
        ),
        max_size=20,
    ),
    st.permutations("abcd"),
)
def test_other_ids_permute_the_numbers_and_another_order_of_posts_changes_nothing(rows: Rows, order: list[str]) -> None:
    reviews = [
        {"review": f"r{i:02}", "consumer": row["who"], **{k: v for k, v in row.items() if k != "who"}}
        for i, row in enumerate(rows)
    ]
    followers = {"a": 10, "b": 2_000, "c": None, "d": 10}
    first = numbers(market(consumers=people(**followers), reviews=reviews))
    pd.testing.assert_frame_equal(numbers(market(consumers=people(**followers), reviews=reviews[::-1])), first)
    new = dict(zip("abcd", order, strict=True))
    renamed = market(
        consumers=people(**{new[who]: n for who, n in followers.items()}),
        reviews=[row | {"consumer": new[row["consumer"]]} for row in reviews],
    )
    again = numbers(renamed).loc[[new[who] for who in "abcd"]].set_index(first.index)
    pd.testing.assert_frame_equal(again, first, rtol=1e-12)
