"""What niches are good for: a gain where their people go on to what the niche likes, none where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from niche_gain import Gain, _later, gain
from zoo import log_of

import graphkoc
from graphkoc.graph.action_log import Log

KINDS = ["tea", "pots", "cups", *(f"other{i}" for i in range(37))]


def tastes(rng_seed: int, *, liked: int = 3) -> Log:
    """Those who write about tea write about pots and cups too, so that who has not yet, soon will; 40 of 300."""
    rng = np.random.default_rng(rng_seed)
    rows = []
    for person in range(300):
        for day in rng.choice(1_000, 30, replace=False):
            kind = KINDS[rng.integers(0, liked if person < 40 and rng.random() < 0.9 else len(KINDS))]
            rows.append((f"p{person:03}", f"{kind}-{rng.integers(0, 500)}", float(day)))
    return log_of(rows, [], category=[product.split("-")[0] for product in sorted({row[1] for row in rows})])


@pytest.mark.parametrize("rng_seed", range(3))
def test_a_niche_tells_what_its_people_have_not_reviewed_yet(rng_seed: int) -> None:
    found = gain(tastes(rng_seed), min_size=5)
    assert found is not None
    assert found.low < found.bits < found.high
    assert found.low > 0
    assert found.strict_low < found.strict_bits < found.strict_high
    assert found.strict_bits > 0
    assert 0 < found.inside < 1
    assert found.to_dict()["bits"] == found.bits


def test_niches_whose_people_change_their_taste_tell_nothing() -> None:
    log = tastes(0)
    late = log.day > np.quantile(log.day, 0.75)
    category = log.category.copy()
    category[late] = np.random.default_rng(1).permutation(category[late])
    found = gain(replace(log, category=category), min_size=5)
    assert found is not None
    assert found.bits < 0.01


def test_a_forecast_is_a_distribution_over_all_categories() -> None:
    log = tastes(1)
    at, until = 800.0, 10_000.0
    people = np.unique(log.person[log.day <= at])
    kinds = len(log.categories)
    everything = replace(
        log,
        person=np.concatenate([log.person[log.day <= at], np.repeat(people, kinds)]),
        product=np.concatenate([log.product[log.day <= at], np.arange(len(people) * kinds)]),
        has_product=np.ones((log.day <= at).sum() + len(people) * kinds, dtype=bool),
        day=np.concatenate([log.day[log.day <= at], np.full(len(people) * kinds, 900.0)]),
        category=np.concatenate([log.category[log.day <= at], np.tile(np.arange(kinds), len(people))]).astype(np.int32),
    )
    later = _later(everything, at, until, 5)
    assert len(later.person) == len(people) * kinds
    for shares in (later.own, later.everybody, *later.niches):
        np.testing.assert_allclose(shares.reshape(-1, kinds).sum(axis=1), 1)
    assert (later.niches[:, ~later.inside] == later.everybody[~later.inside]).all()
    np.testing.assert_array_equal(later.before[::kinds], np.bincount(log.person[log.day <= at])[people])


def test_nothing_later_makes_a_forecast() -> None:
    log = tastes(2)
    now = _later(log, 700.0, 900.0, 5)
    kept = log.day <= 900.0
    each = ("person", "product", "has_product", "day", "category")
    cut = replace(log, **{name: getattr(log, name)[kept] for name in each})
    then = _later(cut, 700.0, 2_000.0, 5)
    for name in ("person", "before", "own", "everybody", "inside", "niches"):
        np.testing.assert_array_equal(getattr(now, name), getattr(then, name))


@pytest.mark.parametrize(
    "log",
    [
        log_of([], [("a", "b")]),
        log_of([("a", "x", 0.0)], []),
        log_of([("a", f"x{i}", float(i)) for i in range(40)], []),
        tastes(0, liked=40),
    ],
    ids=["empty", "one review", "one category", "no niche"],
)
def test_where_it_cannot_be_told_it_is_not(log: Log) -> None:
    assert gain(log) is None


def test_the_niches_of_the_example_gain_what_was_asked_for(ciao_read: graphkoc.Projection) -> None:
    found = gain(ciao_read.log())
    assert isinstance(found, Gain)
    assert found.people == 1_083
    assert found.bits >= 0.06
    assert found.low >= 0.035
