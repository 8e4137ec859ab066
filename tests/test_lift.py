"""The lift of one product among a group, and of several campaigns together."""

from __future__ import annotations

from dataclasses import replace

import lift_market
import numpy as np
import pytest
from numpy.typing import NDArray

from graphkoc.activate.lift.effect import CONTROLS, LEVEL, POWER, Lift, find_controls, find_p, measure_lift, pool_lifts
from graphkoc.activate.lift.strata import Window
from graphkoc.graph.action_log import Items

SEED = 17
CAMPAIGNS = 200


@pytest.fixture(scope="module")
def window() -> Window:
    return lift_market.open_window(np.random.default_rng(SEED))


@pytest.fixture(scope="module")
def group(window: Window) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    return lift_market.draw_group(np.random.default_rng(SEED), window.network)


def nobody() -> NDArray[np.bool_]:
    return np.zeros(lift_market.PEOPLE, dtype=bool)


def test_expectation_is_the_sum_of_the_rates_of_the_others_of_each_stratum(
    window: Window, group: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> None:
    followers, others = group
    items = np.arange(window.items)
    found = window.compare(followers, others, items)
    for item in items.tolist():
        rates = window.find_rates(others, item)
        eligible = followers & ~np.isnan(rates)
        assert found.adopters[item] == (window.find_adopters(item) & followers).sum()
        assert found.expected[item] == pytest.approx(rates[eligible].sum())
        assert found.variance[item] == pytest.approx((rates * (1 - rates))[eligible].sum())


def test_a_group_of_nobody_has_no_adopters_and_no_lift(window: Window) -> None:
    found = measure_lift(window, nobody(), ~nobody(), 3)
    assert (found.adopters, found.matched, found.lift) == (0, 0, 0)
    assert found.p == 1


def test_where_everybody_follows_nothing_is_expected_and_nothing_is_called_a_lift(window: Window) -> None:
    found = measure_lift(window, ~nobody(), nobody(), 3)
    assert found.matched == 0, "there is nobody to compare with"
    assert found.adopters > 0
    assert found.p is not None
    assert found.p > LEVEL


def test_without_adoptions_there_is_neither_a_lift_nor_a_control(window: Window) -> None:
    empty = np.array([], dtype=np.int32)
    still = Window(Items(empty, empty, empty.astype(np.float64), empty), window.network, 0.0, 1.0)
    assert still.items == 0
    early = lift_market.draw_items(np.random.default_rng(SEED))
    quiet = Window(replace(early, day=early.day - 5_000), window.network, lift_market.BEGIN, lift_market.END)
    found = measure_lift(quiet, ~nobody(), nobody(), 3)
    assert (found.adopters, found.lift, found.p, found.interval, found.would_have_shown) == (0, 0, None, None, None)


def test_who_knew_the_product_before_is_not_compared(window: Window) -> None:
    known = np.isnan(window.find_rates(~nobody(), 3))
    assert known.any()
    found = window.compare(known, ~known, np.array([3]))
    assert (found.adopters[0], found.expected[0]) == (0, 0)


def test_controls_are_the_nearest_by_adopters_and_category_and_never_barred(
    window: Window, group: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> None:
    _, others = group
    controls = find_controls(window, others, 3)
    assert len(controls) == len(set(controls)) == CONTROLS
    assert 3 not in controls
    barred = controls[:5]
    again = find_controls(window, others, 3, barred)
    assert not set(again) & set(barred)
    adopters = window.count_adopters(others)
    apart = np.abs(np.log1p(adopters) - np.log1p(adopters[3])) + 0.35 * (window.kind_of != window.kind_of[3])
    left = np.setdiff1d(np.arange(window.items), [*controls, 3])
    assert apart[controls].max() <= apart[left].min()


def test_a_planted_effect_is_found_and_measured() -> None:
    rng = np.random.default_rng(SEED)
    items, network = lift_market.draw_items(rng), lift_market.draw_network(rng)
    followers, others = lift_market.draw_group(rng, network)
    quiet = Window(items, network, lift_market.BEGIN, lift_market.END)
    before = measure_lift(quiet, followers, others, 3)
    unmet = np.setdiff1d(np.flatnonzero(followers), items.person[items.item == 3])
    added = rng.choice(unmet, 15, replace=False).astype(np.int32)
    day = np.full(15, lift_market.BEGIN + 10)
    planted = Items(
        np.concatenate([items.person, added]),
        np.concatenate([items.item, np.full(15, 3, dtype=np.int32)]),
        np.concatenate([items.day, day]),
        np.concatenate([items.kind, np.full(15, 3 % 8, dtype=np.int32)]),
    )
    loud = Window(planted, network, lift_market.BEGIN, lift_market.END)
    found = measure_lift(loud, followers, others, 3)
    assert find_controls(loud, others, 3).tolist() == find_controls(quiet, others, 3).tolist()
    assert found.adopters == before.adopters + 15
    assert found.matched == pytest.approx(before.matched)
    assert found.lift == pytest.approx(before.lift + 15)
    assert found.p is not None
    assert found.p <= LEVEL
    assert found.interval is not None
    assert found.interval[0] > 0
    assert found.interval[0] < found.lift < found.interval[1]


def test_campaigns_without_an_effect_are_seldom_found_to_have_one() -> None:
    """And the power curve at an effect of zero is that rate."""
    rng = np.random.default_rng(SEED)
    alarms, power = [], []
    for _ in range(CAMPAIGNS // 20):
        window = lift_market.open_window(rng)
        for item in rng.choice(window.items, 20, replace=False).tolist():
            followers, others = lift_market.draw_group(rng, window.network)
            found = measure_lift(window, followers, others, item)
            assert found.p is not None
            alarms.append(found.p <= LEVEL)
            power.append([find_p(found.z + effect / found.deviation, found.controls) <= LEVEL for effect in (0, 3, 12)])
            assert 0 <= found.find_power(0) <= LEVEL
    rate = float(np.mean(alarms))
    assert len(alarms) == CAMPAIGNS
    assert 0 <= rate <= 0.10
    curve = np.mean(power, axis=0)
    assert curve[0] == rate
    assert rate < curve[1] < curve[2]


@pytest.mark.parametrize("controls", [19, 40, 99])
def test_the_lower_end_is_above_zero_where_the_rank_says_so(controls: int) -> None:
    rng = np.random.default_rng(SEED)
    for adopters in range(12):
        found = Lift(float(adopters), 2.0, 1.3, rng.normal(0.2, 1.2, controls))
        assert found.p is not None
        assert found.interval is not None
        assert (found.interval[0] > 0) == (found.p <= LEVEL)


def test_with_too_few_controls_nothing_is_tested() -> None:
    found = Lift(9.0, 1.0, 1.0, np.zeros(18))
    assert (found.p, found.interval, found.would_have_shown, found.lift) == (None, None, None, 8.0)


def test_the_effect_that_would_have_shown_is_the_smallest_with_enough_power() -> None:
    controls = np.random.default_rng(SEED).normal(0.3, 1.1, 99)
    found = Lift(4.0, 3.0, 1.7, controls)
    shown = found.would_have_shown
    assert shown is not None
    assert found.find_power(shown) >= POWER
    assert found.find_power(shown - 1) < POWER
    assert found.find_power(0) <= LEVEL


def test_what_followers_usually_do_beyond_others_is_expected_of_them() -> None:
    assert Lift(5.0, 2.0, 2.0, np.full(99, 0.5)).expected == 3.0
    assert Lift(5.0, 0.1, 1.0, np.full(99, -0.5)).expected == 0.0, "nobody is the least that can be expected"


def test_campaigns_add_up_and_show_together_what_none_shows_alone() -> None:
    rng = np.random.default_rng(SEED)
    lifts = [Lift(4.0, 2.0, 2.0, rng.normal(0, 1, 99)) for _ in range(5)]
    assert all(one.p is not None and one.p > LEVEL for one in lifts)
    pooled = pool_lifts(lifts)
    assert (pooled.adopters, pooled.matched) == (20, 10)
    assert pooled.p is not None
    assert pooled.p <= LEVEL
    assert pooled.p == pool_lifts(lifts).p
    alone, again = lifts[0], pool_lifts(lifts[:1])
    assert (again.adopters, again.z) == (alone.adopters, alone.z)
    assert again.p == pytest.approx(alone.p, abs=0.02)
