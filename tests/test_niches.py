"""Niches: those who over-index are found, chance is not, and the order of rows changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from zoo import log_of

from graphkoc.communities.niches import MIN_REVIEWS, find_niches
from graphkoc.communities.niches.tables import ids, slug
from graphkoc.graph.significance import benjamini_hochberg


def planted(fans: int, others: int, rng_seed: int = 0) -> list:
    """People who write about anything, and fans who nearly always write about tea."""
    rng = np.random.default_rng(rng_seed)
    kinds = ["tea", "toys", "books", "bikes", "beds"]
    products = [f"{kind}{i}" for kind in kinds for i in range(200)]
    rows = []
    for person in range(fans + others):
        for day in range(20):
            tea = person < fans and rng.random() < 0.9
            pick = rng.integers(0, 200) if tea else rng.integers(0, 1000)
            rows.append((f"p{person:03}", products[pick], float(day)))
    return rows


def log_with_kinds(rows: list):
    there = sorted({product for _, product, _ in rows})
    return log_of(rows, [], category=["".join(c for c in product if c.isalpha()) for product in there])


def test_the_fans_of_a_category_are_its_niche() -> None:
    rows = planted(fans=30, others=170)
    found = find_niches(log_with_kinds(rows))
    assert found.table["name"].tolist() == ["tea"]
    members = set(found.members["consumer"])
    fans = {f"p{i:03}" for i in range(30)}
    assert len(members & fans) >= 28
    assert len(members - fans) <= 2


def test_nobody_stands_out_where_all_is_chance() -> None:
    found = find_niches(log_with_kinds(planted(fans=0, others=300)), min_size=1)
    assert len(found.table) == 0
    assert len(found.members) == 0
    assert found.control == 0


def test_the_control_counts_what_shuffled_categories_give() -> None:
    assert find_niches(log_with_kinds(planted(fans=60, others=140))).control == 0


def test_every_member_has_the_reviews_and_the_certainty_that_the_method_asks_for() -> None:
    found = find_niches(log_with_kinds(planted(fans=30, others=170)), min_size=1)
    assert (found.members["reviews"] >= MIN_REVIEWS).all()
    assert (found.members["confidence"] >= 0.99).all()
    assert (found.members["share"] <= 1).all()
    sizes = found.members["niche"].value_counts()
    assert sizes.to_dict() == found.table.set_index("niche")["people"].to_dict()


def test_a_niche_too_small_is_not_published() -> None:
    assert len(find_niches(log_with_kinds(planted(fans=30, others=170)), min_size=50).table) == 0


def test_the_order_of_rows_changes_nothing() -> None:
    rows = planted(fans=30, others=100)
    one, other = find_niches(log_with_kinds(rows)), find_niches(log_with_kinds(rows[::-1]))
    assert one.table.equals(other.table)
    assert one.members.equals(other.members)
    assert one.control == other.control


@pytest.mark.parametrize("rng_seed", range(5))
def test_q_values_are_those_of_benjamini_and_hochberg(rng_seed: int) -> None:
    p = np.random.default_rng(rng_seed).random(50) ** 3
    np.testing.assert_allclose(benjamini_hochberg(p, 50), false_discovery_control(p))
    padded = false_discovery_control(np.concatenate([p, np.ones(30)]))[:50]
    np.testing.assert_allclose(benjamini_hochberg(p, 80), padded)


def test_ids_are_readable_and_distinct() -> None:
    names = ["Food & Drink", "food/drink", "Food Drink 2", "咖啡", "&", "!"]
    assert ids(slug(name) for name in names) == [
        "food-drink",
        "food-drink-2",
        "food-drink-2-2",
        "咖啡",
        "niche",
        "niche-2",
    ]
