"""A plan's prediction against what happened to the same plan at earlier days."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from graphkoc.activate.calibration import DRAWN, FEWEST, Calibration, calibrate, expect
from graphkoc.activate.probability import Learned, PastDay

HORIZON = 366.0
HALF = HORIZON / 2
PEOPLE, FOLLOWERS = 4, 30


def make_learned(closed: int, delays: float = 100.0, share: float = 0.5) -> Learned:
    """Four people, each followed by thirty of their own with probability .5; on each past day so large a share of
    them adopted after so many days."""
    follower = np.arange(PEOPLE, PEOPLE * (FOLLOWERS + 1), dtype=np.int32)
    followee = np.repeat(np.arange(PEOPLE, dtype=np.int32), FOLLOWERS)
    probability = np.full(len(follower), 0.5, dtype=np.float32)
    adopts = np.arange(len(follower)) % FOLLOWERS < share * FOLLOWERS
    delay = np.where(adopts, delays, np.inf).astype(np.float32)
    past = [PastDay(-HALF * number, number > 1, probability, delay) for number in range(1, closed + 2)]
    return Learned(0.0, HORIZON, followee, follower, probability, tuple(past), "")


def weights(learned: Learned) -> NDArray[np.float64]:
    return np.ones(int(learned.follower.max()) + 1)


def pick_first_two(probability: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.array([0, 1])


def check(learned: Learned) -> Calibration:
    return calibrate(learned, pick_first_two, weights(learned))


def test_expectation_is_that_of_independent_follows() -> None:
    followee, follower = np.array([0, 0, 1, 1, 2], np.int32), np.array([3, 4, 3, 5, 3], np.int32)
    probability = np.array([0.2, 0.5, 0.4, np.nan, 1.0], np.float32)
    learned = Learned(0.0, HORIZON, followee, follower, probability, (), "")
    weight = np.array([1.0, 1.0, 1.0, 2.0, 1.0, 1.0])
    assert expect(learned, probability, np.array([0, 1]), weight) == pytest.approx(2 * (1 - 0.8 * 0.6) + 0.5)
    assert expect(learned, probability, np.array([2, 1]), weight) == pytest.approx(2.0, abs=1e-6)
    assert expect(learned, probability, np.array([], np.int64), weight) == 0


def test_under_five_closed_plans_nothing_is_calibrated() -> None:
    found = check(make_learned(FEWEST))
    assert found.closed == FEWEST - 1
    assert not found.calibrated
    assert found.why.startswith("not calibrated: 4 closed plans")
    assert found.predict(30.0)[1:] == (None, None)
    assert check(make_learned(FEWEST + 1)).calibrated


def test_without_a_past_the_prediction_stays_as_it_is() -> None:
    found = calibrate(make_learned(-1), pick_first_two, np.ones(200))
    assert (found.factor, found.closed, found.within, found.error) == (1.0, 0, None, None)
    assert found.predict(12.0) == (12.0, None, None)


def test_the_factor_is_that_of_the_plan_of_half_a_horizon_ago() -> None:
    # Two people, 60 followers, of whom half were expected; 12 adopted, all within half a horizon.
    found = check(make_learned(8, share=0.2))
    assert found.factor == pytest.approx((12 + DRAWN) / (30 + DRAWN))
    assert found.predict(30.0)[0] == pytest.approx(30 * found.factor)
    assert found.within == {30.0: 0.0, 90.0: 0.0}
    assert found.error == pytest.approx(abs(np.log(13 / (30 * found.factor + 1))))


def test_followers_who_do_not_count_are_left_out() -> None:
    learned = make_learned(8, share=0.2)
    weight = weights(learned)
    weight[learned.follower[:FOLLOWERS]] = 0
    found = calibrate(learned, pick_first_two, weight)
    assert found.factor == pytest.approx((6 + DRAWN) / (15 + DRAWN))


def test_shares_of_shorter_windows_are_of_closed_plans() -> None:
    learned = make_learned(8)
    open_day, *closed = learned.past
    early = [
        PastDay(day.as_of, True, day.probability, np.where(np.arange(len(day.delay)) % 3, day.delay, day.delay - 80))
        for day in closed
    ]
    found = check(
        Learned(0.0, HORIZON, learned.followee, learned.follower, learned.probability, (open_day, *early), "")
    )
    assert found.within is not None
    assert found.within[30.0] == pytest.approx(1 / 3)
    assert found.within[90.0] == found.within[30.0]


@pytest.mark.parametrize(("expected", "error"), [(0.5, 0.4), (30.0, 0.3), (400.0, 0.1), (7.0, 0.0)])
def test_the_interval_holds_four_of_five_outcomes(expected: float, error: float) -> None:
    found = Calibration(HORIZON, 1.0, True, 6, error, None, "")
    value, low, high = found.predict(expected)
    rng = np.random.default_rng(0)
    drawn = rng.poisson(expected * np.exp(error * rng.standard_normal(200_000)))
    assert value == expected
    assert low is not None and high is not None
    assert low == pytest.approx(np.quantile(drawn, 0.1), abs=max(1, 0.01 * expected))
    assert high == pytest.approx(np.quantile(drawn, 0.9), abs=max(1, 0.01 * expected))
    assert ((drawn >= low) & (drawn <= high)).mean() >= 0.79


def test_a_plan_is_chosen_anew_for_each_day_by_what_was_known_then() -> None:
    learned = make_learned(8)
    unknown = learned.past[3].probability.copy()
    unknown[:FOLLOWERS] = np.nan
    past = [*learned.past[:3], PastDay(learned.past[3].as_of, True, unknown, learned.past[3].delay), *learned.past[4:]]
    seen = []

    def pick(probability: NDArray[np.float32]) -> NDArray[np.int64]:
        seen.append(int(np.isnan(probability).sum()))
        return np.array([0, 1])

    calibrate(
        Learned(0.0, HORIZON, learned.followee, learned.follower, learned.probability, tuple(past), ""),
        pick,
        weights(learned),
    )
    assert seen == [0, 0, 0, FOLLOWERS, *[0] * 5]
