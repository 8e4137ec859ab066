"""Costs: items that add up, a fee from a quote or the user's tier prices, and never a price by formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.activate.costs import (
    ITEMS,
    Costs,
    add_up_costs,
    describe_benchmark,
    describe_costs,
    price_candidates,
    read_costs,
    read_prices,
)
from graphkoc.errors import DataError, UsageError

SET = Costs(product=12, retail=39, shipping=4.5, customs=1, handling=0.5, platform_fee=0.1, tax=0.06, rebate=0.2)
MID_TIER = "腰部 (mid-tier KOL)"


def people(*rows: dict[str, Any]) -> pd.DataFrame:
    plain = {"role": "koc", "label": "KOC", "platform": "xiaohongshu", "quote": np.nan, "followers": 9_000.0}
    return pd.DataFrame([plain | {"consumer": f"p{place}"} | row for place, row in enumerate(rows)])


def price_file(*rows: tuple[object, ...]) -> pd.DataFrame:
    return read_prices(pd.DataFrame(rows, columns=["platform", "tier", "format", "price", "selling"]))


def price_one(row: dict[str, Any], costs: Costs = SET, *args: Any) -> pd.Series[Any]:
    return price_candidates(people(row), costs, *args).iloc[0]


def test_a_koc_without_a_quote_costs_the_product_and_its_way() -> None:
    found = price_one({})
    assert (found["price_source"], found["fee"], found["cost"]) == ("gift", 0, 18)
    assert found["retail"] == 39, "beside the cost, and no part of it"


def test_a_quote_comes_with_the_platforms_fee_tax_and_rebate() -> None:
    found = price_one({"quote": 500.0})
    # Tax is on 500 + 50; the rebate is a share of the fee alone.
    items = found[["fee", "platform_fee", "tax", "rebate", "cost"]].tolist()
    assert items == [500, 50, 33, 100, 18 + 500 + 50 + 33 - 100]
    assert found["price_source"] == "quote"


def test_a_tier_price_stands_in_for_a_quote_and_brings_its_selling_price() -> None:
    prices = price_file(("Xiaohongshu", "腰部", "image", 8000, 11000), ("xiaohongshu", "KOC", "image", 300, None))
    kol = price_one({"role": "kol", "label": MID_TIER}, Costs(), prices)
    assert kol[["fee", "cost", "selling", "format", "price_source"]].tolist() == [
        8000,
        8000,
        11000,
        "image",
        "tier price",
    ]
    koc = price_one({}, Costs(margin=0.5), prices)
    assert (koc["cost"], koc["selling"]) == (300, 450)
    quoted = price_one({"role": "kol", "label": MID_TIER, "quote": 9500.0}, Costs(), prices)
    assert quoted["cost"] == 9500
    assert np.isnan(quoted["selling"]), "the tier's selling price belongs to the tier's price"


@pytest.mark.parametrize("tier", ["腰部 (mid-tier KOL)", "腰部", " Mid-Tier  KOL ", "kol"])
def test_a_tier_is_found_by_its_label_either_part_of_it_or_the_role(tier: str) -> None:
    prices = price_file(("xiaohongshu", tier, "video", 8000, None))
    assert price_one({"role": "kol", "label": MID_TIER}, Costs(), prices)["cost"] == 8000


def test_the_label_comes_before_the_role() -> None:
    prices = price_file(("xiaohongshu", "kol", "video", 100, None), ("xiaohongshu", "腰部", "video", 200, None))
    assert price_one({"role": "kol", "label": MID_TIER}, Costs(), prices)["cost"] == 200


def test_of_several_formats_one_has_to_be_chosen() -> None:
    prices = price_file(("xiaohongshu", "kol", "image", 100, None), ("xiaohongshu", "kol", "video", 200, None))
    kol = {"role": "kol", "label": MID_TIER}
    found = price_one(kol, SET, prices)
    assert np.isnan(found["cost"])
    assert found["why_not"] == (
        "The price file has several formats for a KOL of the tier 腰部 (mid-tier KOL) on xiaohongshu (image, video), "
        "and none was chosen."
    )
    assert price_one(kol, Costs(), prices, "video")["cost"] == 200


@pytest.mark.parametrize("followers", [1e3, 680e3, 5e7])
def test_a_kol_has_no_price_by_formula_however_many_followers_are_stated(followers: float) -> None:
    found = price_one({"role": "kol", "label": MID_TIER, "followers": followers, "quote": 0.0})
    assert np.isnan(found["cost"])
    assert pd.isna(found["price_source"])
    assert found["why_not"] == (
        "Neither a quote nor a tier price is known for a KOL of the tier 腰部 (mid-tier KOL) on xiaohongshu."
    )


@given(st.floats(0, 1e9), st.floats(0, 1e6))
def test_stated_followers_and_audience_change_no_cost(followers: float, audience: float) -> None:
    rows = people({}, {"quote": 300.0}, {"role": "kol", "label": MID_TIER})
    moved = rows.assign(followers=followers, audience=audience)
    pd.testing.assert_frame_equal(price_candidates(rows, SET), price_candidates(moved, SET))


def test_a_koc_has_no_price_where_no_product_cost_is_set_and_nothing_was_asked() -> None:
    found = price_one({}, Costs(shipping=5))
    assert found["why_not"].startswith("No product cost is set")
    assert found[["fee", "shipping", "cost", "selling"]].isna().all()
    assert price_one({"quote": 80.0}, Costs(shipping=5))["cost"] == 85
    assert price_one({}, Costs(product=0))["cost"] == 0, "a product that costs nothing is a cost that is known"


def test_the_selling_price_is_their_own_else_by_the_margin_else_not_known() -> None:
    assert price_one({"quote": 100.0, "selling": 180.0}, Costs(margin=0.3))["selling"] == 180
    assert price_one({"quote": 100.0, "selling": np.nan}, Costs(margin=0.3))["selling"] == 130
    assert np.isnan(price_one({"quote": 100.0}, Costs())["selling"])


def test_boost_is_a_line_of_its_own_for_authorised_posts() -> None:
    rows = people({"boost_authorised": True}, {"boost_authorised": False}, {"boost_authorised": None})
    found = price_candidates(rows, Costs(product=10, boost=50))
    assert found["boost"].tolist() == [50, 0, 0]
    assert found["cost"].tolist() == [10, 10, 10]
    assert price_candidates(people({}), Costs(product=10, boost=50))["boost"].tolist() == [0]
    assert (add_up_costs(found)["cost"], add_up_costs(found)["boost"]) == (30, 50)


def test_a_quote_stands_beside_the_median_of_five_own_rows() -> None:
    asked = [200.0, 300.0, 400.0, 500.0, 9_000.0]
    others = [{"quote": 1.0, "label": "素人 (amateur)"}, {"quote": 2.0, "platform": "douyin"}]
    found = price_candidates(people(*({"quote": quote} for quote in asked), *others, {}), Costs(product=1))
    assert found["benchmark"].tolist()[:5] == [400] * 5
    assert found["benchmark_n"].tolist() == [5, 5, 5, 5, 5, 1, 1, 5]
    assert (
        describe_benchmark(found.iloc[0].to_dict())
        == "the median of 5 own rows of this platform, tier and format is 400.00"
    )
    assert describe_benchmark(found.iloc[5].to_dict()) == (
        "no benchmark: 1 own row of this platform, tier and format, and 5 are needed"
    )


def test_own_rows_of_another_format_are_no_benchmark_and_an_unknown_tier_has_none() -> None:
    rows = pd.DataFrame(
        [{"platform": "xiaohongshu", "label": "KOC", "format": "image", "price": price} for price in range(100, 106)]
    )
    quoted = people({"quote": 90.0}, {"quote": 90.0, "label": None})
    image, video = (price_candidates(quoted, Costs(), None, name, rows) for name in ("image", "video"))
    assert image["benchmark_n"].tolist() == [6, 0]
    assert image["benchmark"].iloc[0] == 102.5
    assert video["benchmark_n"].tolist() == [0, 0]


MONEY = st.floats(0, 1e6).map(lambda value: round(value, 3))
PART = st.floats(0, 1)


@given(
    st.builds(Costs, MONEY, MONEY, MONEY, MONEY, MONEY, PART, PART, PART, MONEY, PART),
    st.lists(st.one_of(st.just(np.nan), MONEY), min_size=1, max_size=6),
)
def test_items_add_up_and_no_cost_is_below_the_fee_less_the_rebate(costs: Costs, quotes: list[float]) -> None:
    found = price_candidates(people(*({"quote": quote} for quote in quotes)), costs)
    items = ["product", "shipping", "customs", "handling", "fee", "platform_fee", "tax"]
    assert np.allclose(found[items].sum(axis=1) - found["rebate"], found["cost"], rtol=0, atol=0.005)
    assert (found["cost"] >= found["fee"] - found["rebate"] - 0.005).all()
    assert (found["selling"] >= found["cost"] - 0.005).all()
    sums = add_up_costs(found)
    assert sum(sums[name] for name in items) - sums["rebate"] == pytest.approx(sums["cost"], abs=0.01)


def test_each_item_is_described_once_with_its_unit() -> None:
    lines = describe_costs(Costs(product=12, platform_fee=0.1))
    assert lines[:3] == [
        "fee: what the person asks for a post, else the price of their tier and format, else for a KOC nothing: a gift "
        "alone.",
        "product 12: the product at cost, an amount for each post.",
        "platform_fee 0.1: what the platform charges on a fee, a share of the fee, where 0.1 is 10%.",
    ]
    assert lines[3].startswith("Not set, so in no cost: retail, shipping, ")
    assert lines[4] == "Amounts are in the currency of your files, each item rounded to two decimals."
    assert [name for name in ITEMS if sum(line.startswith(f"{name} ") for line in describe_costs(SET)) > 1] == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"prduct": 1}, "there is no cost 'prduct'"),
        ({"product": -1}, "costs.product is -1, and a cost is 0 or more"),
        ({"product": float("nan")}, "costs.product is nan"),
        ({"tax": 19}, "costs.tax is 19, and it is a share of both, where 0.1 is 10%"),
    ],
)
def test_a_wrong_setting_is_one_sentence(values: dict[str, float], words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        read_costs(values)
    assert error.value.hint
    assert read_costs({"product": 3}) == Costs(product=3.0)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame({"platform": ["x"], "tier": ["y"], "price": [1]}), "the price file has no column format"),
        (
            pd.DataFrame([("x", "y", "z", "面议")], columns=["platform", "tier", "format", "price"]),
            "row 1 of the price",
        ),
        (pd.DataFrame([("x", "y", "z", -3)], columns=["platform", "tier", "format", "price"]), "no number above 0"),
        (
            pd.DataFrame([("x", "y", "z", 3, "much")], columns=["platform", "tier", "format", "price", "selling"]),
            "has the selling 'much'",
        ),
        (
            pd.DataFrame([("x", "y", "z", 3), ("X ", "y", "Z", 4)], columns=["platform", "tier", "format", "price"]),
            "the price file has two prices for x, y, z",
        ),
    ],
)
def test_a_wrong_price_file_is_one_sentence(table: pd.DataFrame, words: str) -> None:
    with pytest.raises(DataError, match=words) as error:
        read_prices(table)
    assert error.value.hint


def test_nobody_costs_nothing() -> None:
    found = price_candidates(people({}).iloc[:0], SET)
    assert len(found) == 0
    assert add_up_costs(found)["cost"] == 0
