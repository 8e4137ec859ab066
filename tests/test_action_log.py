"""The dated log, activity and adoption credit, against definitions spelled out the slow way."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import market
from zoo import log_of

from graphkoc.graph.action_log import Items, Log
from graphkoc.measures.activity import activity, audience_activity, credit, pairs, past_credit

people = st.sampled_from(list("abcde"))
reviews = st.lists(
    st.tuples(people, st.sampled_from(["x", "y", "z"]), st.integers(1, 30).map(float)), min_size=1, max_size=30
)
follows = st.lists(st.tuples(people, people), max_size=15, unique=True)


def first_reviews(rows: list[tuple[str, str, float]]) -> dict[tuple[str, str], float]:
    first: dict[tuple[str, str], float] = {}
    for person, product, day in rows:
        first[person, product] = min(day, first.get((person, product), np.inf))
    return first


def slow_credit(rows: list, ties: list, at: float, until: float = np.inf) -> dict[str, float]:
    """The definition, word by word: undated follows known at `at`, credit for adoptions in (at, until]."""
    first = first_reviews(rows)
    joined = {person: min(day for (p, _), day in first.items() if p == person) for person, _ in first}
    known = [(a, b) for a, b in ties if a != b and max(joined.get(a, np.inf), joined.get(b, np.inf)) <= at]
    earned: dict[str, float] = {}
    for (follower, product), day in first.items():
        if not at < day <= until:
            continue
        before = [b for a, b in known if a == follower and first.get((b, product), np.inf) < day]
        for followee in before:
            earned[followee] = earned.get(followee, 0) + 1 / len(before)
    return earned


def by_name(log: Log, values: np.ndarray) -> dict[str, float]:
    return {name: value for name, value in zip(log.network.ids.tolist(), values.tolist(), strict=True) if value}


@given(reviews, follows, st.integers(0, 30))
def test_credit_is_what_its_definition_says(rows: list, ties: list, at: int) -> None:
    log = log_of(rows, ties)
    known = log.known(at)
    found = pairs(log)
    earned = credit(found.where(known[found.edge]), len(log.network), after=at)
    assert by_name(log, earned) == pytest.approx(slow_credit(rows, ties, at))


@given(reviews, follows, st.sampled_from([1, 7, 2_000_000]))
def test_pairs_are_the_follows_of_whom_both_ends_reviewed_a_product_on_different_days(
    rows: list, ties: list, at_once: int
) -> None:
    log = log_of(rows, ties)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphkoc.measures.activity.ROWS", at_once)
        found = pairs(log)
    first = first_reviews(rows)
    wanted = sorted(
        (followee, follower, product, first[followee, product], first[follower, product])
        for follower, followee in ties
        for product in "xyz"
        if follower != followee
        and first.get((followee, product), np.inf) != first.get((follower, product), np.inf)
        and {(followee, product), (follower, product)} <= set(first)
    )
    ids, items = log.network.ids, log.item_names()
    np.testing.assert_array_equal(found.source, log.network.source[found.edge])
    np.testing.assert_array_equal(found.target, log.network.target[found.edge])
    columns = (ids[found.source], ids[found.target], items[found.item], found.source_day, found.target_day)
    assert list(zip(*(values.tolist() for values in columns), strict=True)) == wanted
    adoptions = dict(zip(zip(found.target.tolist(), found.item.tolist(), strict=True), found.adoption, strict=True))
    assert sorted(adoptions.values()) == list(range(len(adoptions)))


@given(reviews, follows)
def test_an_adoption_gives_one_credit_in_all(rows: list, ties: list) -> None:
    log = log_of(rows, ties)
    found = pairs(log)
    first = found.where(found.source_day < found.target_day)
    adoptions = set(zip(first.target.tolist(), first.item.tolist(), strict=True))
    assert credit(found, len(log.network), after=-np.inf).sum() == pytest.approx(len(adoptions))


@given(reviews, follows, st.integers(1, 30))
def test_past_credit_without_decay_is_the_credit_up_to_then(rows: list, ties: list, at: int) -> None:
    log = log_of(rows, ties)
    n = len(log.network)
    earned = credit(pairs(log), n, after=-np.inf, until=at)
    np.testing.assert_allclose(past_credit(pairs(log), n, at, np.inf), earned)
    assert (past_credit(pairs(log), n, at, 10.0) <= earned + 1e-12).all()


@given(reviews, follows, st.integers(1, 30))
def test_nothing_that_comes_after_is_known(rows: list, ties: list, at: int) -> None:
    """Whatever happens after day `at`, everything computed at that day stays the same."""
    later = [row for row in rows if row[2] > at]
    log, before = log_of(rows, ties), log_of([row for row in rows if row not in later] or [("a", "x", 1.0)], ties)
    if before.network.ids.tolist() != log.network.ids.tolist() or len(later) == len(rows):
        return
    np.testing.assert_array_equal(log.known(at), before.known(at))
    np.testing.assert_array_equal(activity(log, at), activity(before, at))
    np.testing.assert_array_equal(audience_activity(log, at), audience_activity(before, at))


@given(reviews, follows, st.integers(1, 30))
def test_the_log_as_it_was_has_the_activity_of_that_day(rows: list, ties: list, at: int) -> None:
    log = log_of(rows, ties)
    then = log.until(at)
    np.testing.assert_array_equal(activity(log, at), activity(then, at))
    np.testing.assert_array_equal(audience_activity(log, at), audience_activity(then, at))
    assert not (then.day > at).any()


def test_of_several_reviews_of_one_product_the_first_counts() -> None:
    log = log_of([("a", "x", 9.0), ("a", "x", 3.0), ("a", "y", 5.0)], [])
    assert sorted(log.day.tolist()) == [3.0, 5.0]


def test_several_ids_of_one_product_are_one_item_whose_first_meeting_counts() -> None:
    person, item, kind = (np.array(one, dtype=np.int32) for one in ([0, 1, 0, 1, 0], [3, 5, 5, 7, 7], [4, 1, 1, 2, 2]))
    items = Items(person, item, np.array([1.0, 2.0, 3.0, 4.0, 5.0]), kind)
    united = items.unite(np.array([5, 3]))
    assert list(zip(united.person.tolist(), united.item.tolist(), united.day.tolist(), strict=True)) == [
        (0, 5, 1.0), (1, 5, 2.0), (1, 7, 4.0), (0, 7, 5.0),
    ]  # fmt: skip
    assert united.kind.tolist() == [1, 1, 2, 2], "the kind of a product outweighs that of a tag"
    assert items.item.tolist() == [3, 5, 5, 7, 7]


def test_a_dated_follow_is_known_from_its_date_and_an_undated_one_when_both_have_reviewed() -> None:
    log = log_of([("a", "x", 1.0), ("b", "x", 10.0)], [("a", "b"), ("b", "a")], since=[5.0, None])
    # Edges sort by who is followed: a <- b (undated), then b <- a (since day 5).
    assert log.known(4.9).tolist() == [False, False]
    assert log.known(5.0).tolist() == [False, True]
    assert log.known(10.0).tolist() == [True, True]


def test_an_engagement_without_a_date_is_dated_by_the_newest_review() -> None:
    projection = market(
        consumers=[{"consumer": consumer, "platform": "x"} for consumer in "abc"],
        reviews=[
            {"review": "r", "consumer": "a", "created_at": "2024-01-01"},
            {"review": "s", "consumer": "a", "created_at": "2024-03-01"},
        ],
        engagements=[
            {"engagement": "1", "review": "r", "consumer": "b", "created_at": "2024-01-01"},
            {"engagement": "2", "review": "r", "consumer": "c"},
            {"engagement": "3", "review": "s", "consumer": "c"},
        ],
    )
    ties = projection.ties()
    assert ties[["source", "target", "weight"]].values.tolist() == [["a", "b", 1.0], ["a", "c", 2.0]]
    assert ties["since"].tolist() == [pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 3, 1)]


def test_activity_halves_with_each_half_life() -> None:
    log = log_of([("a", "x", 10.0), ("a", "y", 100.0), ("b", "x", 190.0)], [("a", "b")])
    assert by_name(log, activity(log, 190.0, 90.0)) == {"a": 0.25 + 0.5, "b": 1.0}
    assert by_name(log, audience_activity(log, 190.0, 90.0)) == {"b": 0.75}
    assert by_name(log, audience_activity(log, 100.0, 90.0)) == {}


def test_a_review_about_nothing_sold_is_activity_but_no_adoption() -> None:
    log = log_of([("a", "x", 1.0), ("b", "x", 2.0)], [("b", "a")])
    assert by_name(log, credit(pairs(log), 2, after=0)) == {"a": 1.0}
    notes = dataclasses.replace(log, has_product=np.array([False, False]))
    assert by_name(notes, credit(pairs(notes), 2, after=0)) == {}
    assert activity(notes, 2.0).sum() > 0
