"""Lookalikes: each kind of likeness is found where it is planted, with its reason in words."""

from __future__ import annotations

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zoo import network_of

from graphkoc.errors import UsageError
from graphkoc.graph.network import Network
from graphkoc.qualify.lookalikes import similar


def wrote(*pairs: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["consumer", "product"]).astype({"consumer": "str", "product": "str"})


def goods(*names: str, category: str | None = None) -> pd.DataFrame:
    """Products whose titles are their names, in the category given or each in that of its first letter."""
    kinds = [category or name[0] for name in names]
    frame = pd.DataFrame({"product": list(names), "title": [f"The {name}" for name in names], "category": kinds})
    return frame.astype({"product": "str", "title": "str", "category": "str"})


def inside(column: str, *rows: tuple) -> pd.DataFrame:
    columns = ["consumer", column, "confidence"] if column == "circle" else ["consumer", column]
    frame = pd.DataFrame(list(rows), columns=columns).astype({"consumer": "str", column: "str"})
    return frame.astype({"confidence": "float64"}) if column == "circle" else frame


NO_NICHE, NO_CIRCLE = inside("niche"), inside("circle")


def people(*names: str, follows: str = "") -> Network:
    """People, and follows such as "a>b": b follows a."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from(pair.split(">") for pair in follows.split())
    return network_of(graph)


def test_taste_prefers_people_who_share_rare_products() -> None:
    # Everybody reviews t1; a and b also t2, which nobody else does.
    reviews = wrote(*((person, "t1") for person in "abcdef"), ("a", "t2"), ("b", "t2"), ("c", "t3"), ("d", "t4"))
    found = similar(people(*"abcdefg"), reviews, goods("t1", "t2", "t3", "t4"), NO_NICHE, NO_CIRCLE, "a")
    assert found[0]["consumer"] == "b"
    assert found[0]["taste"] == pytest.approx(1)
    assert found[0]["reasons"] == ["shares 2 products, e.g. The t2, The t1", "both write about t"]
    # g has written nothing and follows nobody: there is no reason to list g.
    assert [row["consumer"] for row in found] == ["b", "e", "f", "c", "d"]
    assert [row["rank"] for row in found] == [1, 2, 3, 4, 5]


def test_taste_is_the_mean_of_two_cosines() -> None:
    reviews = wrote(("a", "x1"), ("a", "y1"), ("b", "x1"), ("b", "y2"), ("c", "z1"))
    found = similar(people(*"abc"), reviews, goods("x1", "y1", "y2", "z1"), NO_NICHE, NO_CIRCLE, "a")
    two, one = np.log1p(3 / 2), np.log1p(3)
    assert [row["consumer"] for row in found] == ["b"]
    assert found[0]["taste"] == pytest.approx((two**2 / (two**2 + one**2) + 1) / 2)
    assert found[0]["products"] == 1


def test_a_circle_counts_by_the_probability_that_both_are_in_it() -> None:
    circles = inside("circle", ("a", "x", 0.9), ("b", "x", 0.6), ("c", "x", 1.0), ("d", "y", 1.0), ("c", "y", 0.5))
    found = similar(people(*"abcd"), wrote(), goods(), NO_NICHE, circles, "a")
    assert [(row["consumer"], row["circle"], row["reasons"]) for row in found] == [
        ("c", "x", ["same circle: x"]),
        ("b", "x", ["same circle: x"]),
    ]


def test_an_audience_in_common_is_a_share_of_the_persons_followers() -> None:
    follows = " ".join([*(f"a>f{i}" for i in range(10)), *(f"b>f{i}" for i in range(4)), "b>g", "c>f0", "c>h"])
    found = similar(people(*"abc", follows=follows), wrote(), goods(), NO_NICHE, NO_CIRCLE, "a")
    assert [row["consumer"] for row in found] == ["b"]
    assert (found[0]["followers"], found[0]["audience_overlap"]) == (4, 0.4)
    assert found[0]["reasons"] == ["40% of the followers follow both"]


def test_two_tiny_audiences_that_agree_rank_after_large_ones_that_nearly_agree() -> None:
    follows = [f"{who}>f{i}" for who in "ab" for i in range(40)] + ["c>f0", "c>f1"]
    found = similar(people(*"abc", follows=" ".join(follows)), wrote(), goods(), NO_NICHE, NO_CIRCLE, "c", limit=5)
    assert {row["consumer"] for row in found} == {"a", "b"}
    found = similar(people(*"abc", follows=" ".join(follows)), wrote(), goods(), NO_NICHE, NO_CIRCLE, "a", limit=5)
    assert [row["consumer"] for row in found] == ["b", "c"]


def test_a_person_with_several_reasons_ranks_first() -> None:
    reviews = wrote(("a", "x1"), ("b", "x1"), ("c", "x1"), ("d", "z1"))
    circles = inside("circle", ("a", "x", 1.0), ("b", "x", 0.9), ("d", "x", 1.0))
    niches = inside("niche", ("a", "tea"), ("b", "tea"), ("b", "toys"))
    found = similar(people(*"abcd"), reviews, goods("x1", "z1"), niches, circles, "a")
    assert found[0]["consumer"] == "b"
    # First of two in circles by the probability, and tied with c in taste: the mean rank of 1 and 2.
    assert found[0]["score"] == pytest.approx(1 / (60 + 1.5) + 1 / (60 + 2))
    assert found[0]["niches"] == ["tea"]
    assert found[0]["reasons"] == [
        "shares 1 product, e.g. The x1",
        "both write about x",
        "both stand out in tea",
        "same circle: x",
    ]


def test_products_without_title_or_category_and_reviews_without_a_product_are_read() -> None:
    bare = pd.DataFrame({"product": ["p:1"], "title": [None], "category": [None]}).astype("str")
    found = similar(people(*"ab"), wrote(("a", "p:1"), ("b", "p:1"), ("a", None)), bare, NO_NICHE, NO_CIRCLE, "a")
    assert found[0]["reasons"] == ["shares 1 product, e.g. p:1"]
    assert found[0]["taste"] == pytest.approx(1)


def test_a_long_title_is_cut() -> None:
    long = goods("x1").assign(title="word " * 40)
    found = similar(people(*"ab"), wrote(("a", "x1"), ("b", "x1")), long, NO_NICHE, NO_CIRCLE, "a")
    assert len(found[0]["reasons"][0]) < 80


def test_an_unknown_consumer_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no consumer called 'z'"):
        similar(people(*"ab"), wrote(), goods(), NO_NICHE, NO_CIRCLE, "z")


def test_without_data_nobody_is_alike() -> None:
    assert similar(people("a"), wrote(), goods(), NO_NICHE, NO_CIRCLE, "a") == []


PEOPLE = st.sampled_from("abcdef")


@settings(max_examples=25)
@given(
    st.lists(st.tuples(PEOPLE, st.sampled_from(["x1", "x2", "y1", "z1", None])), max_size=20),
    st.sets(st.tuples(PEOPLE, PEOPLE), max_size=20),
    st.sets(st.tuples(PEOPLE, st.sampled_from("uv")), max_size=8),
    st.integers(0, 8),
)
def test_likeness_is_bounded_has_reasons_and_does_not_depend_on_order(pairs, follows, members, limit) -> None:
    network = people(*"abcdef", follows=" ".join(f"{a}>{b}" for a, b in follows if a != b))
    products = goods("x1", "x2", "y1", "z1")
    circles = inside("circle", *((person, circle, 0.8) for person, circle in sorted(members)))
    found = similar(network, wrote(*pairs), products, NO_NICHE, circles, "a", limit)
    assert len(found) <= limit
    scores = [row["score"] for row in found]
    assert scores == sorted(scores, reverse=True)
    for row in found:
        assert row["consumer"] != "a"
        assert 0 <= row["taste"] <= 1 + 1e-9
        assert 0 <= row["audience_overlap"] <= 1
        assert row["reasons"]
    again = similar(
        network, wrote(*pairs[::-1]), products.iloc[::-1], NO_NICHE, circles.sample(frac=1, random_state=1), "a", limit
    )
    assert again == found
