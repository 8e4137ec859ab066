"""A plan's expectation against what happened: the same plan, made at earlier days, whose followers are known by now.

A plan that is made for an earlier day is chosen by what was known then. It is closed when its horizon is over. The
half-year factor compares what became of the plan of half a horizon ago with what was expected of it; measured in
`bench/plan.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, pdtr

from graphkoc.activate.probability import Learned, PastDay
from graphkoc.arrays import Indices, Values
from graphkoc.text import count

__all__ = ["WINDOWS", "Calibration", "calibrate", "expect"]

FEWEST = 5
"""Closed plans under which nothing is called calibrated."""
DRAWN = 5.0
"""Adopters, expected and seen alike, that draw the factor to 1."""
COVERED = 0.8
"""Of the outcomes that the interval is meant to hold."""
WINDOWS = (30.0, 90.0)
"""Days of campaigns for which the share of a horizon's adopters is given."""
GRID = 400
"""Quantiles by which the error's distribution is averaged over."""

Pick = Callable[[NDArray[np.float32]], Indices]


@dataclass(frozen=True)
class Calibration:
    """How a plan's prediction is to be corrected.

    horizon: days that it looks ahead. factor: the half-year factor, 1 where there is none. calibrated: whether enough
    closed plans were compared. closed: how many were. error: root mean square of ln((observed + 1) / (expected + 1)) of
    these, None without one. within: of WINDOWS, the share of a horizon's adopters that came within so many days, None
    where no closed plan had any. why: what it is calibrated by, or why it is not, in one sentence.
    """

    horizon: float
    factor: float
    calibrated: bool
    closed: int
    error: float | None
    within: dict[float, float] | None
    why: str

    def predict(self, predicted: float) -> tuple[float, float | None, float | None]:
        """The expected number of adopters within the horizon, and its 80 % interval, None where it is not calibrated.

        predicted: the sum over followers of weight times 1 - product of (1 - p).
        """
        expected = predicted * self.factor
        if not self.calibrated or self.error is None:
            return expected, None, None
        means = expected * np.exp(self.error * ndtri((np.arange(GRID) + 0.5) / GRID))
        return expected, _find_quantile(means, (1 - COVERED) / 2), _find_quantile(means, (1 + COVERED) / 2)


@dataclass(frozen=True)
class _Plan:
    """A plan of an earlier day: what it predicted, and the days until each adopter's first adoption, sorted."""

    as_of: float
    closed: bool
    predicted: float
    delays: Values
    weights: Values

    def count_adopters(self, within: float) -> float:
        """By weight, those within so many days."""
        return float(self.weights[self.delays <= within].sum())


def expect(learned: Learned, probability: NDArray[np.float32], chosen: Indices, weight: Values) -> float:
    """The expected number of distinct adopters among the followers of the people chosen, each counted by weight.

    Adoptions of different follows count as independent: the sum over followers of weight times 1 - product of (1 - p).
    weight: (n,).
    """
    rows = np.isin(learned.followee, chosen) & ~np.isnan(probability)
    missed = np.zeros(len(weight))
    # The product as a sum of logarithms; a probability of 1 would be an infinite one.
    np.add.at(missed, learned.follower[rows], np.log1p(-np.minimum(probability[rows].astype(float), 1 - 1e-9)))
    return float((weight * -np.expm1(missed)).sum())


def calibrate(learned: Learned, pick: Pick, weight: Values) -> Calibration:
    """How far to trust the prediction of a plan.

    pick: chooses the plan of a day by its (m,) probabilities, NaN for a follow that was not known then; it gives the
    positions of the people chosen among all consumers. weight: (n,) float64, what each follower counts.
    """
    plans = [_follow(learned, day, pick(day.probability), weight) for day in learned.past]
    closed = [plan for plan in plans if plan.closed]
    half = learned.horizon / 2
    total = sum(plan.count_adopters(learned.horizon) for plan in closed)
    share = sum(plan.count_adopters(half) for plan in closed) / total if total else 0.0
    within = {days: sum(plan.count_adopters(days) for plan in closed) / total for days in WINDOWS} if total else None
    before = _find_before(plans, learned.as_of, half)
    factor = _find_factor(before, share, half) if before is not None and total else 1.0
    errors = []
    for plan in closed:
        then = _find_before(plans, plan.as_of, half)
        if then is not None and total:
            corrected = plan.predicted * _find_factor(then, share, half)
            errors.append(np.log((plan.count_adopters(learned.horizon) + 1) / (corrected + 1)))
    calibrated = before is not None and len(errors) >= FEWEST
    error = float(np.sqrt(np.mean(np.square(errors)))) if errors else None
    compared = f"{count(len(errors), 'closed plans')} of this log's past"
    why = (
        f"calibrated by {compared}; that of {half:.0f} days ago has had {factor:.2f} times the adopters expected of it"
        if calibrated
        else f"not calibrated: {compared} can be compared, and {FEWEST} are needed"
    )
    return Calibration(learned.horizon, factor, calibrated, len(errors), error, within, why)


def _follow(learned: Learned, day: PastDay, chosen: Indices, weight: Values) -> _Plan:
    """What a plan of a past day predicted, and what followed."""
    rows = np.isin(learned.followee, chosen) & ~np.isnan(day.probability)
    delay = np.full(len(weight), np.inf)
    np.minimum.at(delay, learned.follower[rows], day.delay[rows].astype(float))
    adopted = np.flatnonzero(np.isfinite(delay))
    predicted = expect(learned, day.probability, chosen, weight)
    return _Plan(day.as_of, day.closed, predicted, delay[adopted], weight[adopted])


def _find_before(plans: Sequence[_Plan], as_of: float, half: float) -> _Plan | None:
    """The plan of half a horizon before a day; on a clock of months that is half a horizon to a fifth."""
    near = [plan for plan in plans if abs(as_of - plan.as_of - half) <= half / 5]
    return min(near, key=lambda plan: abs(as_of - plan.as_of - half), default=None)


def _find_factor(plan: _Plan, share: float, half: float) -> float:
    """The half-year factor of the plan of half a horizon ago."""
    return (plan.count_adopters(half) + DRAWN) / (plan.predicted * share + DRAWN)


def _find_quantile(means: Values, share: float) -> float:
    """The smallest number that a Poisson number of one of the means is at most, with this probability at least."""
    low, high = -1, int(np.max(means) + 10 * np.sqrt(np.max(means) + 1)) + 10
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if pdtr(middle, means).mean() >= share else (middle, high)
    return float(high)
