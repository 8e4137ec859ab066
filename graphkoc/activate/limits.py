"""The limits of a plan: at most so many people of a kind, at least so many, at most a share of the plan.

All of them are linear, so that scipy's HiGHS says exactly what the cheapest plan within them costs, and bounds what a
plan within them and a budget can gain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from graphkoc.arrays import Indices, Values

__all__ = ["Cap", "Limits", "Quota", "Share"]

ROUNDING = 2e-6
"""What a share of a number of people may miss a whole number by and still be it; the solver rounds by half of it."""
PROMISING = 500
"""People of a group among whom the prices of the limits are looked for first."""
ROUNDS = 4
"""How often people whom the prices leave out are added at most."""


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

    def holds(self, chosen: Sequence[int]) -> bool:
        """Whether it holds for the people chosen."""
        return int(self.members[list(chosen)].sum()) <= self.allow(len(chosen))


@dataclass(frozen=True, eq=False)
class Limits:
    """All limits of a plan of k people. cost: (k,) float64, finite."""

    cost: Values
    caps: Sequence[Cap] = ()
    quotas: Sequence[Quota] = ()
    shares: Sequence[Share] = ()

    def __bool__(self) -> bool:
        """Whether there is a limit beside the budget."""
        return bool(self.groups)

    @property
    def groups(self) -> list[NDArray[np.bool_]]:
        """The members of each limit, (k,) bool: of caps, quotas and shares."""
        return [limit.members for limits in (self.caps, self.quotas, self.shares) for limit in limits]

    def hold_shares(self, chosen: Sequence[int]) -> bool:
        """Whether the shares hold for the people chosen."""
        return all(share.holds(chosen) for share in self.shares)

    def find_unmet(self, chosen: Sequence[int]) -> list[Quota]:
        """The quotas that the people chosen do not meet."""
        people = list(chosen)
        return [quota for quota in self.quotas if int(quota.members[people].sum()) < quota.least]

    def find_cheapest(self, allowed: Indices) -> list[int] | None:
        """The people of the cheapest plan within the limits, ascending; None where there is none.

        allowed: who can be chosen. Solved exactly, as mixed integer programmes: a share comes in when a plan without it
        breaks it, since few of them matter.
        """
        if all(quota.least <= 0 for quota in self.quotas):
            return []
        shares: list[Share] = []
        while True:
            found = replace(self, shares=shares)._solve(allowed)
            broken = [share for share in self.shares if share not in shares and not share.holds(found or [])]
            if not broken:
                return found
            shares = [*shares, *broken]

    def _solve(self, allowed: Indices) -> list[int] | None:
        """The cheapest plan, where a quota asks for somebody."""
        if not len(allowed):
            return None
        allowed = self._leave_out_dear(allowed)
        rows, low, high = self._make_rows(allowed)
        width, people = rows.shape[1], len(allowed)
        cost, upper = np.zeros(width), np.full(width, float(people))
        cost[:people], upper[:people] = self.cost[allowed], 1.0
        found = milp(
            cost, constraints=LinearConstraint(rows, low, high), integrality=np.ones(width), bounds=(0.0, upper)
        )
        return None if found.x is None else allowed[found.x[:people] > 0.5].tolist()

    def bound_gain(self, gain: Values, allowed: Indices, budget: float) -> float:
        """An upper bound on the sum of gains of people who cost at most the budget, within the limits.

        gain: (k,) float64, at least 0. allowed: who can be chosen. Without limits it is the fractional
        knapsack, else the linear relaxation. Its dual gives the bound: a price for each limit, and for each person what
        they gain above the prices. Any prices give a valid bound, so it is enough to find them among part of the
        people, and what the solver rounds makes the bound wider and never wrong.
        """
        bound, price = _bound_knapsack(gain[allowed], self.cost[allowed], budget)
        best = allowed[gain[allowed] > price * self.cost[allowed]].tolist()
        # A limit that the knapsack keeps by itself seldom has a price, and may have none.
        broken = Limits(
            self.cost,
            [cap for cap in self.caps if int(cap.members[best].sum()) > cap.most],
            self.find_unmet(best),
            [share for share in self.shares if not share.holds(best)],
        )
        if not broken or not len(allowed):
            return bound
        rows, low, high = broken._make_rows(allowed)
        width, people = rows.shape[1], len(allowed)
        cost, value, upper = np.zeros(width), np.zeros(width), np.full(width, float(people))
        cost[:people], value[:people], upper[:people] = self.cost[allowed], gain[allowed], 1.0
        # Every limit as a most; the row of the number of people, if there is one, is an equality.
        sign = np.where(np.isfinite(high), 1.0, -1.0)
        rows = vstack([csr_array(cost[None, :]), rows.multiply(sign[:, None])], format="csc")
        most = np.append(budget, np.where(np.isfinite(high), high, -low))
        equal = np.append(False, low == high)
        inside = broken._find_promising(gain, allowed, price, width)
        for _ in range(ROUNDS):
            found = linprog(
                -value[inside],
                A_ub=rows[~equal][:, inside],
                b_ub=most[~equal],
                A_eq=rows[equal][:, inside] if equal.any() else None,
                b_eq=most[equal] if equal.any() else None,
                bounds=np.column_stack([np.zeros(inside.sum()), upper[inside]]),
                method="highs",
            )
            if found.status != 0:
                break
            prices = np.zeros(len(most))
            prices[~equal] = np.maximum(-found.ineqlin.marginals, 0.0)
            if equal.any():
                prices[equal] = -found.eqlin.marginals
            above = np.maximum(value - rows.T @ prices, 0.0)
            bound = min(bound, float(prices @ most + above @ upper))
            added = (above > ROUNDING) & ~inside
            if not added.any():
                break
            inside |= added
        return bound

    def _find_promising(self, gain: Values, allowed: Indices, price: float, width: int) -> NDArray[np.bool_]:
        """The columns among which prices are looked for first: of all people and of each group the most promising."""
        inside = np.zeros(width, dtype=bool)
        inside[len(allowed) :] = True
        above = gain[allowed] - price * self.cost[allowed]
        groups = [group[allowed] for group in self.groups]
        for group in [np.ones(len(allowed), dtype=bool), *groups]:
            member = np.flatnonzero(group)
            for key in (-above[member], self.cost[allowed[member]]):
                least = slice(None) if len(key) <= PROMISING else np.argpartition(key, PROMISING)[:PROMISING]
                inside[member[least]] = True
        return inside

    def _leave_out_dear(self, allowed: Indices) -> Indices:
        """The people without those who cannot be in a cheapest plan: enough cheaper ones are in the same groups."""
        groups = np.array([group[allowed] for group in self.groups])
        _, kind = np.unique(np.packbits(groups, axis=0).T, axis=0, return_inverse=True)
        enough = sum(quota.least for quota in self.quotas)
        # Others are only needed to make a share of them small enough.
        smallest = min((share.most for share in self.shares if share.most > 0), default=1.0)
        kind = kind.ravel()
        order = np.lexsort((allowed, self.cost[allowed], kind))
        first = np.searchsorted(kind[order], kind[order])
        return np.sort(allowed[order[np.arange(len(order)) - first < math.ceil(enough / smallest)]])

    def _make_rows(self, allowed: Indices) -> tuple[csr_array, Values, Values]:
        """The limits as low <= rows @ x <= high, where x is who is chosen and, if there are shares, how many."""
        sets = [group[allowed] for group in self.groups]
        rows = csr_array(np.array(sets, dtype=bool).reshape(len(sets), len(allowed))).astype(float)
        low = np.concatenate([np.full(len(self.caps), -np.inf), [float(quota.least) for quota in self.quotas]])
        high = np.concatenate([[float(cap.most) for cap in self.caps], np.full(len(self.quotas), np.inf)])
        if not self.shares:
            return rows, low, high
        size = np.zeros((len(sets) + 1, 1))
        size[len(low) : -1, 0] = [-share.most for share in self.shares]
        size[-1] = -1.0
        rows = hstack([vstack([rows, csr_array(np.ones((1, len(allowed))))]), csr_array(size)], format="csr")
        spare = [1.0 - 1e-3 if share.round_up else 0.0 for share in self.shares]
        low = np.concatenate([low, np.full(len(spare), -np.inf), [0.0]])
        return rows, low, np.concatenate([high, spare, [0.0]])


def _bound_knapsack(gain: Values, cost: Values, budget: float) -> tuple[float, float]:
    """The largest sum of gains where parts of people could be chosen, and the gain per cost at which money runs out."""
    with np.errstate(divide="ignore"):
        rate = np.where(cost > 0, gain / np.where(cost > 0, cost, 1.0), np.inf)
    order = np.argsort(-rate, kind="stable")
    over = np.flatnonzero(np.cumsum(cost[order]) > budget)
    price = float(rate[order[over[0]]]) if len(over) else 0.0
    return float(price * budget + np.maximum(gain - price * cost, 0.0).sum()), price
