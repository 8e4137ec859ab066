"""The lift of a campaign that is over: whether followers came to its product more than people like them.

Followers of those who posted are compared with other people of the same strata, and so they are for products that
nobody was paid for: the control products. These show what the comparison gives where there is no effect, such as when
followers share a taste. A lift is seen where the campaign's own product stands out among them.

With 99 controls, followers of the 20 best, of 20 random people and of people who had reviewed the product themselves
were found to have a lift without any effect in as many cases as they should; see `bench/lift.py`. Rejecting by the rank
among controls is the permutation test of Abadie, Diamond and Hainmueller (Journal of the American Statistical
Association 105, 2010) with products in the place of regions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphkoc.activate.lift.strata import Window
from graphkoc.arrays import Indices, Values

__all__ = ["CONTROLS", "LEVEL", "POWER", "Lift", "find_controls", "find_p", "measure_lift", "pool_lifts"]

CONTROLS = 99
"""Control products, where there are so many."""
LEVEL = 0.05
"""The share of campaigns without an effect for which a lift is reported."""
POWER = 0.8
"""The share of campaigns for which an effect that would have shown is found."""
ELSEWHERE = 0.35
"""How much further away a product of another category is, in logarithms of adopters."""
DRAWS = 9_999
"""Sums of controls that several campaigns are compared with."""


@dataclass(frozen=True, eq=False)
class Lift:
    """What a campaign's followers did with its product.

    adopters: followers who came to it. matched: how many others of their strata would have. deviation: of that number.
    controls: (c,) the z of each control product, see `graphkoc.activate.lift.strata.Comparison`.
    """

    adopters: float
    matched: float
    deviation: float
    controls: Values

    @property
    def expected(self) -> float:
        """How many would have come without an effect: those matched and, as these followers may share a taste that no
        stratum knows, what they came to control products beyond those matched, on average."""
        usual = float(self.controls.mean()) if len(self.controls) else 0.0
        return max(self.matched + usual * self.deviation, 0.0)

    @property
    def lift(self) -> float:
        """Adopters beyond those expected."""
        return self.adopters - self.expected

    @property
    def z(self) -> float:
        """Adopters beyond those matched, in standard deviations."""
        return (self.adopters - self.matched) / self.deviation

    @property
    def p(self) -> float | None:
        """The share of products with as large a z, this one among them; None with too few controls for LEVEL."""
        return find_p(self.z, self.controls) if _find_place(len(self.controls)) else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The lifts that are ruled out neither from below nor from above, at LEVEL each; None with too few controls.

        The lower end is above 0 where p is at most LEVEL.
        """
        place = _find_place(len(self.controls))
        if not place:
            return None
        ranked = np.sort(self.controls)
        low, high = ((self.z - float(ranked[at])) * self.deviation for at in (-place, place - 1))
        return low, high

    @property
    def would_have_shown(self) -> int | None:
        """The fewest further adopters that are found with a probability of POWER; None with too few controls.

        The controls stand for what may happen without an effect.
        """
        place = _find_place(len(self.controls))
        if not place:
            return None
        ranked = np.sort(self.controls)
        needed = float(ranked[-place] - np.quantile(ranked, 1 - POWER, method="lower")) * self.deviation
        return max(int(np.floor(needed)) + 1, 1)

    def find_power(self, effect: float) -> float:
        """The share of controls that would be found, if they had so many further adopters, among the other controls.

        With an effect of 0 it is the rate of false alarms.
        """
        found = [
            find_p(z + effect / self.deviation, np.delete(self.controls, place)) <= LEVEL
            for place, z in enumerate(self.controls)
        ]
        return float(np.mean(found))


def measure_lift(
    window: Window,
    group: NDArray[np.bool_],
    others: NDArray[np.bool_],
    item: int,
    barred: Indices | None = None,
    most: int = CONTROLS,
) -> Lift:
    """The lift of an item among a group, such as the followers of those who posted about it.

    group, others: (n,) bool, of which nobody is in both; those who posted are in neither. barred: items that are no
    controls, such as the products of other campaigns. most: controls, at most.
    """
    controls = find_controls(window, others, item, barred, most)
    found = window.compare(group, others, np.concatenate([[item], controls]))
    return Lift(float(found.adopters[0]), float(found.expected[0]), float(found.deviation[0]), found.z[1:])


def find_controls(
    window: Window, others: NDArray[np.bool_], item: int, barred: Indices | None = None, most: int = CONTROLS
) -> Indices:
    """(c,) int64: the items that are most like one in how many others came to them, and in category.

    What the group did is not looked at, so that it decides nothing. See `measure_lift`.
    """
    adopters = np.log1p(window.count_adopters(others))
    distance = np.abs(adopters - adopters[item]) + ELSEWHERE * (window.kind_of != window.kind_of[item])
    allowed = window.alive.copy()
    allowed[item] = False
    if barred is not None:
        allowed[barred] = False
    candidates = np.flatnonzero(allowed)
    return candidates[np.argsort(distance[candidates], kind="stable")[:most]]


def find_p(z: float, controls: Values) -> float:
    """The rank of z among itself and the controls, as a share: 1 over their number for the largest."""
    return (1 + int((controls >= z).sum())) / (1 + len(controls))


def pool_lifts(lifts: Sequence[Lift], rng_seed: int = 0) -> Lift:
    """Several campaigns as one: adopters and those matched are summed up.

    Its controls are DRAWS sums of a random control of each campaign.
    """
    deviations = np.array([lift.deviation for lift in lifts])
    deviation = float(np.sqrt(np.square(deviations).sum()))
    rng = np.random.default_rng(rng_seed)
    drawn = sum((rng.choice(lift.controls, DRAWS) * lift.deviation for lift in lifts), np.zeros(DRAWS))
    return Lift(sum(lift.adopters for lift in lifts), sum(lift.matched for lift in lifts), deviation, drawn / deviation)


def _find_place(controls: int) -> int:
    """Which of the largest controls has to be exceeded; 0 where there are too few for LEVEL."""
    return int(LEVEL * (controls + 1) + 1e-9)
