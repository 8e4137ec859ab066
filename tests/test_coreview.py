"""Co-review: what the definition gives pair by pair, nothing among shuffled reviews, and hubs left out by size."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, poisson
from zoo import log_of

import graphkoc
from graphkoc.graph import coreview
from graphkoc.graph.action_log import Log
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE


def groups(rng_seed: int) -> list:
    """Sixteen groups of sixteen people, each with twelve products of its own that it nearly always reviews."""
    rng = np.random.default_rng(rng_seed)
    rows = []
    for person in range(256):
        for day in range(10):
            block = person % 16 if rng.random() < 0.9 else rng.integers(0, 16)
            rows.append((f"p{person:03}", f"{block:02}-{rng.integers(0, 12):02}", float(day)))
    return rows


def grouped(rng_seed: int) -> Log:
    rows = groups(rng_seed)
    kinds = ["odd" if int(product[:2]) % 2 else "even" for product in sorted({product for _, product, _ in rows})]
    return log_of(rows, [], category=kinds)


def reshuffled(log: Log, rng_seed: int, within: bool = False) -> Log:
    """The same numbers of reviews, of people and of products (within each category), shuffled."""
    kind = log.category * within
    order = np.lexsort((np.random.default_rng(rng_seed).random(len(kind)), kind))
    person = np.empty_like(log.person)
    person[np.argsort(kind, kind="stable")] = log.person[order]
    return replace(log, person=person)


def by_definition(rows: dict[int, set[int]]) -> tuple[list[tuple[int, int]], list[float]]:
    """Every pair of rows, and the chance to share as many columns as it does."""
    popularity = Counter(column for row in rows.values() for column in row)
    each = sum(k * (k - 1) for k in popularity.values()) / popularity.total() ** 2
    pairs = list(combinations(sorted(rows), 2))
    expected = [len(rows[i]) * len(rows[j]) * each for i, j in pairs]
    return pairs, poisson.sf([len(rows[i] & rows[j]) - 1 for i, j in pairs], expected).tolist()


def significant(pairs: list, p: list) -> list:
    passes = false_discovery_control(p) <= FALSE_DISCOVERY_RATE
    return sorted(pair for pair, kept in zip(pairs, passes, strict=True) if kept)


@pytest.mark.parametrize("rng_seed", range(5))
def test_pairs_of_people_are_those_of_the_definition(rng_seed: int) -> None:
    log = grouped(rng_seed)
    baskets = {person: set(log.product[log.person == person].tolist()) for person in set(log.person.tolist())}
    expected = significant(*by_definition(baskets))
    found = coreview.pair_people(log)
    assert found.dtype == np.int32
    assert [tuple(pair) for pair in found.tolist()] == expected
    assert len(expected) > 20


@pytest.mark.parametrize("rng_seed", range(5))
def test_pairs_of_products_are_those_of_the_definition_in_each_category(rng_seed: int) -> None:
    log = grouped(rng_seed)
    pairs, p = [], []
    for kind in range(len(log.categories)):
        inside = log.category == kind
        readers = {
            product: set(log.person[inside & (log.product == product)].tolist())
            for product in log.product[inside].tolist()
        }
        more, chances = by_definition(readers)
        pairs += more
        p += chances
    expected = significant(pairs, p)
    found = coreview.pair_products(log)
    assert found.dtype == np.int64
    assert [tuple(pair) for pair in found.tolist()] == expected
    assert len(expected) > 20


@pytest.mark.parametrize("rng_seed", range(5))
def test_shuffled_reviews_give_none(rng_seed: int) -> None:
    log = grouped(rng_seed)
    assert len(coreview.pair_people(log)) > 100
    assert len(coreview.pair_people(reshuffled(log, rng_seed))) == 0
    assert len(coreview.pair_products(reshuffled(log, rng_seed, within=True))) == 0


def test_how_many_are_counted_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log = grouped(0)
    people, products = coreview.pair_people(log), coreview.pair_products(log)
    for block in (1, 100, 1_000):
        monkeypatch.setattr(coreview, "BLOCK", block)
        np.testing.assert_array_equal(coreview.pair_people(log), people)
        np.testing.assert_array_equal(coreview.pair_products(log), products)


def test_the_order_of_rows_changes_nothing() -> None:
    rows = groups(3)
    one, other = log_of(rows, []), log_of(rows[::-1], [])
    np.testing.assert_array_equal(coreview.pair_people(one), coreview.pair_people(other))
    np.testing.assert_array_equal(coreview.pair_products(one), coreview.pair_products(other))


def test_what_comes_twice_counts_once() -> None:
    log = grouped(0)
    twice = replace(
        log, **{name: np.repeat(getattr(log, name), 2) for name in ("person", "product", "has_product", "category")}
    )
    np.testing.assert_array_equal(coreview.pair_people(log), coreview.pair_people(twice))
    np.testing.assert_array_equal(coreview.pair_products(log), coreview.pair_products(twice))


def test_a_hub_is_left_out_and_named_and_the_rest_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = groups(1)
    people = sorted({person for person, _, _ in rows})
    log = log_of([*rows, *((person, "hub", 99.0) for person in people)], [])
    assert len(coreview.find_hubs(log).products) == len(coreview.find_hubs(log).people) == 0
    monkeypatch.setattr(coreview, "MOST_PAIRS", 256 * 255 // 2)
    hub = log.product[log.day == 99.0][0]
    assert coreview.find_hubs(log).products.tolist() == [hub]
    np.testing.assert_array_equal(coreview.pair_people(log), coreview.pair_people(log_of(rows, [])))


def test_hubs_of_one_size_are_left_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"p{i}", f"hub{j}", 0.0) for i in range(10) for j in range(3)] + [
        ("p0", "small", 0.0),
        ("p1", "small", 0.0),
    ]
    monkeypatch.setattr(coreview, "MOST_PAIRS", 100)
    log = log_of(rows, [])
    assert len(coreview.find_hubs(log).products) == 3


def test_a_person_who_reviewed_everything_is_left_out_of_the_pairs_of_products(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = groups(1)
    everything = sorted({product for _, product, _ in rows})
    log = log_of([*rows, *(("robot", product, 99.0) for product in everything)], [])
    robot = int(np.flatnonzero(log.network.ids == "robot")[0])
    monkeypatch.setattr(coreview, "MOST_PAIRS", len(everything) * (len(everything) - 1) // 2)
    assert coreview.find_hubs(log).people.tolist() == [robot]
    np.testing.assert_array_equal(coreview.pair_products(log), coreview.pair_products(log_of(rows, [])))
    assert len(coreview.pair_products(log)) > 20


@pytest.mark.parametrize(
    "rows",
    [[], [("a", "x", 0.0)], [("a", "x", 0.0), ("b", "y", 0.0)], [("a", "x", 0.0), ("a", "y", 0.0)]],
    ids=["empty", "one review", "nothing shared", "one person"],
)
def test_where_there_is_nothing_to_compare_there_is_no_pair(rows: list) -> None:
    log = log_of(rows, [("c", "d")])
    assert coreview.pair_people(log).shape == coreview.pair_products(log).shape == (0, 2)
    assert len(coreview.find_hubs(log).products) == len(coreview.find_hubs(log).people) == 0


def test_products_of_no_category_and_notes_about_nothing_sold_make_no_pair() -> None:
    log = grouped(0)
    assert len(coreview.pair_products(replace(log, category=np.full_like(log.category, -1)))) == 0
    unsold = replace(log, has_product=np.zeros_like(log.has_product))
    assert len(coreview.pair_products(unsold)) == len(coreview.pair_people(unsold)) == 0


def test_the_example_has_the_links_that_were_measured_and_none_when_shuffled(ciao_read: graphkoc.Projection) -> None:
    log = ciao_read.log()
    past = log.until(float(np.quantile(log.day, 0.75)))
    assert len(coreview.pair_people(past)) == 47_573
    assert len(coreview.pair_people(reshuffled(past, 0))) == 0
    assert len(coreview.pair_products(reshuffled(past, 0, within=True))) == 0
