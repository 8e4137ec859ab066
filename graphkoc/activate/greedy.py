"""Greedy plans: lazily, under a budget, caps, quotas and shares.

Greedy by value per cost and greedy by value; the better of the two is within a constant factor of the best plan under a
budget alone (CELF: see `graphkoc.activate.choice`).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.activate.limits import Cap, Limits, Quota, Share
from graphkoc.arrays import Indices, Values

__all__ = ["Plan", "Problem", "Task", "add_up", "find_allowed", "find_missed", "measure_value"]

CHUNK = 1_000
"""People who are looked at before those for whom no money is left are left out again."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What a plan is chosen from.

    exposure: (k, n) csr, float64 from 0 to 1, no entry twice: p_kf, of person k and follower f. weight: (n,) float64,
    at least 0: w_f; 0 for followers of somebody who is booked already. cost: (k,) float64, at least 0, in the user's
    currency; NaN for a person who cannot be chosen. is_kol: (k,) bool. caps, quotas, shares: limits beside the budget.
    The order of the people decides between equals.
    """

    exposure: csr_array
    weight: Values
    cost: Values
    is_kol: NDArray[np.bool_]
    caps: tuple[Cap, ...] = ()
    quotas: tuple[Quota, ...] = ()
    shares: tuple[Share, ...] = ()

    @property
    def limits(self) -> Limits:
        """The limits beside the budget."""
        return Limits(self.cost, self.caps, self.quotas, self.shares)


@dataclass(frozen=True)
class Plan:
    """People in the order of choice, what each added, and f of them."""

    chosen: list[int]
    gains: list[float]
    value: float


@dataclass
class Task:
    """Greedy plans among the people of one mix.

    reserve: the cheapest people who meet the quotas. start: what each adds to nobody. order: who adds most first, per
    cost (True) or not. capped, wanted: the caps and shares, and the quotas, that each person is in.
    """

    problem: Problem
    reserve: list[int]
    start: Values
    order: dict[bool, Indices]
    capped: _Groups
    wanted: _Groups

    @classmethod
    def of(cls, problem: Problem, mix: str) -> Task | None:
        """None where no plan of the mix is within the limits."""
        allowed = find_allowed(problem, mix)
        reserve = problem.limits.find_cheapest(allowed)
        if reserve is None:
            return None
        start = problem.exposure @ problem.weight
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(problem.cost > 0, start / problem.cost, np.where(start > 0, np.inf, 0.0))
        order = {
            by_cost: allowed[np.argsort(-key[allowed], kind="stable")]
            for by_cost, key in ((True, rate), (False, start))
        }
        capped = _Groups([limit.members for limits in (problem.caps, problem.shares) for limit in limits], len(start))
        return cls(
            problem, reserve, start, order, capped, _Groups([quota.members for quota in problem.quotas], len(start))
        )

    def grow(self, budget: float, by_cost: bool) -> Plan | None:
        """A greedy plan within a budget and the limits, and what each person added; None where there is none.

        Shares depend on how many people the plan has. They are tried as caps: none at first, then those of the size
        that the plan had, until a plan keeps its own shares. The size falls with each try, and where a tighter cap
        never makes a larger plan this finds the largest size that agrees with its caps.
        """
        if add_up(self.problem.cost, self.reserve) > budget:
            return None
        limits = self.problem.limits
        # Nobody is kept out by a share of everybody.
        most = [len(self.start)] * len(limits.shares)
        while True:
            found = self._grow_within(budget, by_cost, [*(cap.most for cap in limits.caps), *most])
            if limits.hold_shares(found[0]):
                return Plan(*found, measure_value(self.problem.exposure, self.problem.weight, found[0]))
            most = [share.allow(len(found[0])) for share in limits.shares]

    def _grow_within(self, budget: float, by_cost: bool, most: list[int]) -> tuple[list[int], list[float]]:
        """Lazy greedy: what somebody adds is worked out again only when they would be next.

        Where the people in reserve do not fit the caps of shares, they are the plan: their own shares hold.
        """
        problem, start = self.problem, self.start
        cost, exposure = problem.cost, problem.exposure
        room = _Room(self, budget, most)
        order = self.order[by_cost] if room.fits() else self.order[by_cost][:0]
        left = problem.weight.copy()
        chosen: list[int] = []
        gains: list[float] = []
        heap: list[tuple[float, int, float, int]] = []

        def wait() -> Iterator[tuple[int, float, float]]:
            for first in range(0, len(order), CHUNK):
                part = order[first : first + CHUNK]
                part = part[room.find_open(part)]
                yield from zip(part.tolist(), start[part].tolist(), cost[part].tolist(), strict=True)

        waiting = wait()

        def rank(k: int, gain: float, price: float) -> tuple[float, int]:
            if not by_cost:
                return -gain, k
            return (-gain / price if price > 0 else -np.inf if gain > 0 else 0.0), k

        following = next(waiting, None)
        while following or heap:
            if following and (not heap or rank(*following) < heap[0][:2]):
                k, gain, _ = following
                fresh = not chosen
                following = next(waiting, None)
            else:
                _, k, gain, seen = heapq.heappop(heap)
                fresh = seen == len(chosen)
            if not room.is_open(k):
                continue
            row = slice(exposure.indptr[k], exposure.indptr[k + 1])
            if not fresh:
                # Rounding must not make anybody worth more than before.
                gain = min(gain, float((exposure.data[row] * left[exposure.indices[row]]).sum()))
                heapq.heappush(heap, (*rank(k, gain, float(cost[k])), gain, len(chosen)))
                continue
            if gain <= 0:
                break
            if room.take(k):
                chosen.append(k)
                gains.append(gain)
                left[exposure.indices[row]] *= 1.0 - exposure.data[row]
        for k in sorted(room.reserve):
            row = slice(exposure.indptr[k], exposure.indptr[k + 1])
            chosen.append(k)
            gains.append(float((exposure.data[row] * left[exposure.indices[row]]).sum()))
            left[exposure.indices[row]] *= 1.0 - exposure.data[row]
        return chosen, gains


class _Room:
    """What a growing plan may still take, while people in reserve keep the quotas within reach."""

    def __init__(self, task: Task, budget: float, most: list[int]) -> None:
        """most: for each group of `task.capped`, how many people it may have."""
        self.cost, self.budget, self.reserve, self.spent = task.problem.cost, budget, set(task.reserve), 0.0
        self._held = add_up(self.cost, task.reserve)
        self._capped, self._wanted = task.capped, task.wanted
        self._room, self._need = list(most), [quota.least for quota in task.problem.quotas]
        self._full = np.zeros(len(self.cost), dtype=bool)
        for group, number in enumerate(most):
            if number <= 0:
                self._full |= self._capped.members[group]
        self._find_useful()

    def _find_useful(self) -> None:
        """Who could take a place in reserve: (k,) bool, the members of quotas that are not met yet."""
        self._useful = np.zeros(len(self.cost), dtype=bool)
        for members, need in zip(self._wanted.members, self._need, strict=True):
            if need > 0:
                self._useful |= members

    def fits(self) -> bool:
        """Whether the people in reserve are within the caps."""
        return self._has_room(self.reserve)

    def find_open(self, people: Indices) -> NDArray[np.bool_]:
        """Who of (q,) people is not kept out by the money left or a full cap."""
        left = self.budget - self.spent
        affordable = self.cost[people] <= np.where(self._useful[people], left, left - self._held)
        return affordable & ~self._full[people]

    def is_open(self, k: int) -> bool:
        """Whether a person might be taken; who is not is passed over and not looked at again."""
        if self._full[k]:
            return False
        # Only who takes a place in reserve can be paid for with the money that is held back.
        after = self.spent + self.cost[k] + (0.0 if self._useful[k] else self._held)
        return bool(after <= self.budget)

    def take(self, k: int) -> bool:
        """Add a person, if the quotas can be met beside them; and whether they were added."""
        reserve, held = self.reserve, self._held
        if reserve and (k in reserve or self._wanted[k]):
            reserve = self._shrink(k)
            held = add_up(self.cost, sorted(reserve))
        after = self.spent + float(self.cost[k])
        if after + held > self.budget or (reserve and not self._has_room({k, *reserve})):
            return False
        for group in self._capped[k]:
            self._room[group] -= 1
            if self._room[group] == 0:
                self._full |= self._capped.members[group]
        for group in self._wanted[k]:
            self._need[group] -= 1
            if self._need[group] == 0:
                self._find_useful()
        self.spent, self.reserve, self._held = after, reserve, held
        return True

    def _has_room(self, people: set[int]) -> bool:
        taken: dict[int, int] = {}
        for person in people:
            for group in self._capped[person]:
                taken[group] = taken.get(group, 0) + 1
        return all(number <= self._room[group] for group, number in taken.items())

    def _shrink(self, k: int) -> set[int]:
        """The people who are still needed in reserve beside k.

        Left out first are those who take up room under a cap that k needs too, and the most expensive.
        """
        kept = self.reserve - {k}
        spare = [-need for need in self._need]
        for person in (k, *kept):
            for group in self._wanted[person]:
                spare[group] += 1
        shared = set(self._capped[k])

        def order(person: int) -> tuple[bool, float, int]:
            return shared.isdisjoint(self._capped[person]), -float(self.cost[person]), -person

        for person in sorted(kept, key=order):
            groups = self._wanted[person]
            if all(spare[group] > 0 for group in groups):
                kept = kept - {person}
                for group in groups:
                    spare[group] -= 1
        return kept


class _Groups:
    """The groups of each person: groups[person] is a list of them."""

    def __init__(self, members: list[NDArray[np.bool_]], people: int) -> None:
        self.members = members
        table = csr_array(np.array(members, dtype=bool).reshape(len(members), people).T)
        self._ends: list[int] = table.indptr.tolist()
        self._groups: list[int] = table.indices.tolist()

    def __getitem__(self, person: int) -> list[int]:
        return self._groups[self._ends[person] : self._ends[person + 1]]


def measure_value(exposure: csr_array, weight: Values, chosen: Iterable[int]) -> float:
    """f of the people chosen; exposure, weight: as in a Problem. The order of the people makes no difference."""
    return float((weight * (1.0 - find_missed(exposure, chosen))).sum())


def find_missed(exposure: csr_array, chosen: Iterable[int]) -> Values:
    """(n,) the probability that nothing is made likely of a follower: the product of 1 - p over the people chosen."""
    missed = np.ones(exposure.shape[1])
    for k in sorted(chosen):
        row = slice(exposure.indptr[k], exposure.indptr[k + 1])
        missed[exposure.indices[row]] *= 1.0 - exposure.data[row]
    return missed


def find_allowed(problem: Problem, mix: str) -> Indices:
    """The people who can be in a plan of a mix."""
    priced = np.isfinite(problem.cost)
    if mix != "joint":
        priced &= problem.is_kol == (mix == "kol only")
    return np.flatnonzero(priced)


def add_up(cost: Values, chosen: Sequence[int]) -> float:
    """What they cost, added in the order of choice, as the budget was spent."""
    return float(sum(cost[list(chosen)].tolist()))
