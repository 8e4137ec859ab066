"""Yields: expected posts by rates that were stated, how many to invite, who is in reserve, and what lost units cost."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.activate.costs import Costs, price_candidates
from graphkoc.activate.yields import expect_posts, match_rates, plan_invitations, read_rates
from graphkoc.errors import DataError, UsageError

COLUMNS = ["tier", "channel", "accept", "deliver", "post", "n"]


def rates_of(*rows: tuple[object, ...]) -> pd.DataFrame:
    return read_rates(pd.DataFrame(rows, columns=COLUMNS))


def people(*rows: dict[str, Any]) -> pd.DataFrame:
    plain = {"role": "koc", "label": "素人 (amateur)", "platform": "xiaohongshu", "quote": np.nan}
    return pd.DataFrame([plain | {"consumer": f"p{place}"} | row for place, row in enumerate(rows)])


def order_of(expected: list[float], group: str = "koc", n: float = math.nan) -> pd.DataFrame:
    names = [f"{group}{place}" for place in range(len(expected))]
    lost = [(1 - one) / 5 for one in expected]
    return pd.DataFrame({"consumer": names, "group": group, "expected": expected, "lost": lost, "n": n})


@pytest.mark.parametrize(
    "cells", [(0.48, 1, 0.82), (48, 100, 82), ("48%", "100%", "82 %"), ("0.48", "1", "82%"), ("48", "100", "82%")]
)
def test_shares_and_percent_are_read_alike(cells: tuple[object, ...]) -> None:
    found = rates_of(("", "", *cells, 60))
    assert found[["accept", "deliver", "post"]].iloc[0].tolist() == pytest.approx([0.48, 1, 0.82])
    assert found["n"].tolist() == [60]


def test_the_most_specific_row_wins() -> None:
    rates = rates_of(
        ("素人", "xiaohongshu", 0.1, 1, 1, 1),
        ("素人", "", 0.2, 1, 1, 2),
        ("all", "Xiaohongshu", 0.3, 1, 1, 3),
        ("*", "all", 0.4, 1, 1, 4),
        ("kol", "xiaohongshu", 0.5, 1, 1, 5),
    )
    who = people(
        {},
        {"platform": "discourse"},
        {"label": "KOC"},
        {"label": None, "platform": "instagram"},
        {"role": "kol", "label": "腰部 (mid-tier KOL)"},
    )
    found = match_rates(who, rates)
    assert found["accept"].tolist() == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert found["n"].tolist() == [1, 2, 3, 4, 5]
    assert found["basis"].tolist()[:4] == ["素人 on xiaohongshu", "素人 on all", "all on xiaohongshu", "all on all"]


def test_a_channel_of_its_own_comes_in_the_place_of_the_platform() -> None:
    rates = rates_of(("", "email", 0.2, 1, 1, 9))
    assert match_rates(people({"channel": "email"}, {"channel": None}), rates)["accept"].tolist()[:1] == [0.2]


def test_without_rates_no_number_of_posts_is_named() -> None:
    for rates in (None, rates_of(("kol", "", 0.5, 1, 1, 9))):
        found = match_rates(people({}), rates)
        assert found.isna().all(axis=None)
        assert expect_posts(found, price_candidates(people({}), Costs(product=5))).isna().all(axis=None)
    plan = plan_invitations(order_of([math.nan, math.nan, math.nan]), {"koc": 2})
    assert plan.people["status"].tolist() == ["invite", "invite", "reserve"]
    assert plan.groups[["expected", "units", "lost", "short"]].isna().all(axis=None)
    assert plan.sentences == ("koc: no rates are known for everybody, so no number of posts is named.",)


def test_invite_46_for_18_posts() -> None:
    order = order_of([0.48 * 0.82] * 60, n=60).assign(lost=0.48 * 0.18)
    plan = plan_invitations(order, {"koc": 18})
    assert plan.sentences == (
        "koc: invite 46 for 18 posts, as 39% of those invited post (rates of n = 60 or more); 22.1 units go out, and "
        "4.0 of them bring no post.",
    )
    assert plan.groups[["invite", "reserve"]].values.tolist() == [[46, 14]]
    assert plan.groups[["units", "lost"]].iloc[0].tolist() == pytest.approx([46 * 0.48, 46 * 0.48 * 0.18])
    assert plan.people["consumer"][plan.people["status"] == "reserve"].iloc[0] == "koc46", "the next in the order"
    assert plan.people["place"].tolist() == [*range(1, 47), *range(1, 15)]


def test_groups_are_planned_apart_and_rates_may_differ_within_one() -> None:
    order = pd.concat([order_of([0.5, 0.25, 0.25, 0.5]), order_of([1.0, 1.0], "kol")], ignore_index=True)
    plan = plan_invitations(order, {"kol": 1, "koc": 1})
    assert plan.groups["group"].tolist() == ["koc", "kol"]
    assert plan.groups["invite"].tolist() == [3, 1]
    assert plan.people["status"].tolist() == ["invite"] * 3 + ["reserve", "invite", "reserve"]


def test_too_few_people_give_fewer_posts_and_it_says_so() -> None:
    plan = plan_invitations(order_of([0.5] * 3), {"koc": 2})
    assert plan.groups[["invite", "expected", "short"]].values.tolist() == [[3, 1.5, 0.5]]
    assert plan.sentences == ("koc: all 3 people invited give 1.5 of 2 posts.",)
    assert plan_invitations(order_of([0.5] * 3), {"koc": 0}).groups["invite"].tolist() == [0]


@given(st.integers(1, 40), st.floats(0.01, 1), st.integers(0, 20))
def test_as_many_are_invited_as_are_needed_and_not_one_more(people_: int, rate: float, wanted: int) -> None:
    row = plan_invitations(order_of([rate] * people_), {"koc": wanted}).groups.iloc[0]
    needed = math.ceil(wanted / rate - 1e-6)
    assert row["invite"] == min(needed, people_)
    assert row["invite"] + row["reserve"] == people_
    assert (row["short"] > 0) == (needed > people_)


def test_a_post_costs_its_fees_and_the_units_that_brought_no_post() -> None:
    who = people({}, {"quote": 100.0}, {"role": "kol"})
    priced = price_candidates(who, Costs(product=16, shipping=4, platform_fee=0.1))
    yields = pd.DataFrame({"accept": 0.5, "deliver": 0.9, "post": [0.8, 0.8, 0.8]})
    found = expect_posts(yields, priced)
    assert found["expected"].tolist() == pytest.approx([0.36] * 3)
    assert found["lost"].tolist() == pytest.approx([0.09] * 3)
    # 20 for a unit, of which 8 in 10 bring a post; and 110 of fees, for a post alone.
    assert found["cost_per_post"].tolist()[:2] == pytest.approx([25, 135])
    assert found["expected_cost"].tolist()[:2] == pytest.approx([0.36 * 25, 0.36 * 135])
    assert found[["cost_per_post", "expected_cost"]].iloc[2].isna().all(), "who has no price has no expected cost"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 500))
def test_units_are_lost_or_bring_a_post_and_no_post_is_cheaper_than_without_losses(
    accept: float, deliver: float, post: float, quote: float
) -> None:
    priced = price_candidates(people({"quote": quote}), Costs(product=16))
    found = expect_posts(pd.DataFrame({"accept": [accept], "deliver": [deliver], "post": [post]}), priced).iloc[0]
    assert found["expected"] + found["lost"] == pytest.approx(accept * deliver)
    assert found["expected_cost"] >= found["expected"] * priced["cost"].iloc[0] - 1e-6
    if post > 0.001:
        assert found["cost_per_post"] >= priced["cost"].iloc[0] - 1e-6
        assert found["expected_cost"] == pytest.approx(found["expected"] * found["cost_per_post"], abs=1e-6)
    elif post == 0:
        assert math.isnan(found["cost_per_post"])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "", 0.48, 1, 82, 5), "has 0.48 and 82, so shares and percent are mixed"),
        (("", "", 1, 60, 82, 5), "has 1 and 60, so shares and percent are mixed"),
        (("", "", 480, 100, 82, 5), "row 1 of the file of yields has the accept '480', which is no rate"),
        (("", "", -0.1, 1, 1, 5), "has the accept '-0.1', which is no rate"),
        (("", "", "most", 1, 1, 5), "has the accept 'most', which is no rate"),
        (("", "", None, 1, 1, 5), "which is no rate"),
        (("", "", "120%", "100%", "82%", 5), "has the accept '120%', which is no rate"),
        (("", "", 0.5, 1, 1, "many"), "has the n 'many', which is no whole number"),
        (("", "", 0.5, 1, 1, 2.5), "has the n '2.5', which is no whole number"),
    ],
)
def test_nonsense_is_one_sentence(row: tuple[object, ...], words: str) -> None:
    with pytest.raises(DataError, match=words) as error:
        rates_of(row)
    assert error.value.hint


def test_a_missing_column_two_rows_of_one_kind_and_wrong_numbers_of_posts_are_one_sentence() -> None:
    with pytest.raises(DataError, match="the file of yields has no column deliver"):
        read_rates(pd.DataFrame({"accept": [1], "post": [1]}))
    with pytest.raises(DataError, match="two rows for the tier all and the channel email"):
        rates_of(("", "email", 1, 1, 1, 1), ("all", "Email", 1, 1, 1, 1))
    with pytest.raises(UsageError, match="-1 posts of koc are wanted"):
        plan_invitations(order_of([1.0]), {"koc": -1})
    with pytest.raises(UsageError, match="posts of kol are wanted, and nobody of them is chosen"):
        plan_invitations(order_of([1.0]), {"kol": 1})
    assert read_rates(pd.DataFrame({"accept": [0.5], "deliver": [1], "post": [1]}))["n"].isna().all()
