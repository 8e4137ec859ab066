"""The limits of a plan: at most so many people of a kind, at least so many, at most a share of the plan.

All of them are linear, so that scipy's HiGHS says exactly what the cheapest plan within them costs, and bounds what a
plan within them and a budget can gain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from graphkoc.arrays import Indices, Values

__all__ = ["Cap", "Limits", "Quota", "Share"]

ROUNDING = 1e-9
"""What a share of a number of people may miss a whole number by and still be it."""


@dataclass(frozen=True, eq=False)
class Cap:
    """At most `most` of the members are chosen; members: (k,) bool."""

    members: NDArray[np.bool_]
    most: int
    name: str = ""


@dataclass(frozen=True, eq=False)
class Quota:
    """At least `least` of the members are chosen; members: (k,) bool. name: what they are, for a sentence."""

    members: NDArray[np.bool_]
    least: int
    name: str = ""


@dataclass(frozen=True, eq=False)
class Share:
    """At most this share of the people chosen are members; members: (k,) bool, most: 0 to 1.

    round_up: whether a part of a person counts as one, so that one member is allowed in however small a plan (people of
    one agency), or as none, so that the share holds exactly (known faces).
    """

    members: NDArray[np.bool_]
    most: float
    round_up: bool = False
    name: str = ""

    def allow(self, people: int) -> int:
        """How many members a plan of so many people may have."""
        share = self.most * people
        return math.ceil(share - ROUNDING) if self.round_up else math.floor(share + ROUNDING)


@dataclass(frozen=True, eq=False)
class Limits:
    """All limits of a plan of k people. cost: (k,) float64, finite."""

    cost: Values
    caps: Sequence[Cap] = ()
    quotas: Sequence[Quota] = ()
    shares: Sequence[Share] = ()

    def __bool__(self) -> bool:
        """Whether there is a limit beside the budget."""
        return bool(self.caps or self.quotas or self.shares)

    def hold_shares(self, chosen: Sequence[int]) -> bool:
        """Whether the shares hold for the people chosen."""
        people = list(chosen)
        return all(int(share.members[people].sum()) <= share.allow(len(people)) for share in self.shares)

    def find_unmet(self, chosen: Sequence[int]) -> list[Quota]:
        """The quotas that the people chosen do not meet."""
        people = list(chosen)
        return [quota for quota in self.quotas if int(quota.members[people].sum()) < quota.least]

    def find_cheapest(self, allowed: Indices) -> list[int] | None:
        """The people of the cheapest plan within the limits, ascending; None where there is none.

        allowed: who can be chosen. Solved exactly as a mixed integer programme.
        """
        if not self.quotas:
            return []
        rows, low, high = self._make_rows(allowed)
        width = rows.shape[1]
        upper = np.ones(width)
        upper[len(allowed) :] = len(allowed)
        cost = np.zeros(width)
        cost[: len(allowed)] = self.cost[allowed]
        found = milp(
            cost, constraints=LinearConstraint(rows, low, high), integrality=np.ones(width), bounds=(0.0, upper)
        )
        return None if found.x is None else allowed[found.x[: len(allowed)] > 0.5].tolist()

    def bound_gain(self, gain: Values, allowed: Indices, budget: float) -> float:
        """An upper bound on the sum of gains of people who cost at most the budget, within the limits.

        gain: (k,) float64, at least 0. allowed: who can be chosen. Without limits it is the fractional knapsack, else the
        linear relaxation. Both are read from the dual, where every price of the limits gives a valid bound: what the
        solver rounds makes it wider and never wrong.
        """
        value, cost = gain[allowed], self.cost[allowed]
        if not self:
            return _bound_knapsack(value, cost, budget)
        rows, low, high = self._make_rows(allowed)
        width = rows.shape[1]
        rows = vstack([rows, csr_array(np.pad(cost, (0, width - len(cost)))[None, :])], format="csr")
        low, high = np.append(low, -np.inf), np.append(high, budget)
        value = np.pad(value, (0, width - len(value)))
        upper = np.ones(width)
        upper[len(allowed) :] = len(allowed)
        # A row has one finite side, or is an equality of which either side may have a price.
        sign = np.where(np.isfinite(high), 1.0, -1.0)
        most, signed = np.where(np.isfinite(high), high, -low), rows.multiply(sign[:, None]).tocsr()
        equal = low == high
        found = linprog(
            -value,
            A_ub=signed[~equal],
            b_ub=most[~equal],
            A_eq=signed[equal] if equal.any() else None,
            b_eq=most[equal] if equal.any() else None,
            bounds=np.column_stack([np.zeros(width), upper]),
            method="highs",
        )
        if found.status != 0:
            return _bound_knapsack(gain[allowed], cost, budget)
        price = np.zeros(len(most))
        price[~equal] = np.maximum(-found.ineqlin.marginals, 0.0)
        if equal.any():
            price[equal] = -found.eqlin.marginals
        left = np.maximum(value - signed.T @ price, 0.0) * upper
        return float(price @ most + left.sum())

    def _make_rows(self, allowed: Indices) -> tuple[csr_array, Values, Values]:
        """The limits as low <= rows @ x <= high, where x is who is chosen and, if there are shares, how many."""
        sets = [limit.members[allowed] for limit in (*self.caps, *self.quotas, *self.shares)]
        rows = csr_array(np.array(sets, dtype=float).reshape(len(sets), len(allowed)))
        low = np.concatenate([np.full(len(self.caps), -np.inf), [float(quota.least) for quota in self.quotas]])
        high = np.concatenate([[float(cap.most) for cap in self.caps], np.full(len(self.quotas), np.inf)])
        if not self.shares:
            return rows, low, high
        size = np.zeros((len(sets) + 1, 1))
        size[len(low) : -1, 0] = [-share.most for share in self.shares]
        size[-1] = -1.0
        rows = hstack([vstack([rows, csr_array(np.ones((1, len(allowed))))]), csr_array(size)], format="csr")
        spare = [1.0 - 1e-3 if share.round_up else ROUNDING for share in self.shares]
        low = np.concatenate([low, np.full(len(spare), -np.inf), [0.0]])
        return rows, low, np.concatenate([high, spare, [0.0]])


def _bound_knapsack(gain: Values, cost: Values, budget: float) -> float:
    """The fractional knapsack: the largest sum of gains where parts of people could be chosen."""
    with np.errstate(divide="ignore"):
        rate = np.where(cost > 0, gain / np.where(cost > 0, cost, 1.0), np.inf)
    order = np.argsort(-rate, kind="stable")
    over = np.flatnonzero(np.cumsum(cost[order]) > budget)
    price = float(rate[order[over[0]]]) if len(over) else 0.0
    return float(price * budget + np.maximum(gain - price * cost, 0.0).sum())
