"""The choice of a plan: the people whose followers are worth most under a budget.

The worth of a set S of people is f(S) = sum over followers f of w_f (1 - product over k in S of (1 - p_kf)): the weighted
number of followers of whom something is expected that S makes likely. f never falls when somebody is added, and adds
less the more are chosen already (it is monotone and submodular). So a greedy choice is good, may be made lazily, and
comes with a bound on what any plan could reach: Leskovec, Krause, Guestrin, Faloutsos, VanBriesen and Glance,
"Cost-effective outbreak detection in networks", KDD 2007 (CELF).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.activate.limits import Cap, Limits, Quota, Share
from graphkoc.arrays import Indices, Values
from graphkoc.errors import UsageError

__all__ = ["BUDGETS", "Choice", "Problem", "alternatives", "choose", "choose_each", "measure_value"]

BUDGETS = tuple(step * 10.0**power for power in range(1, 8) for step in (1, 2, 5))[:20]
"""The fixed budgets, from 10 to 20 million: a plan is at least as good as that of each smaller one."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What a plan is chosen from.

    exposure: (k, n) csr, float64 from 0 to 1: p_kf, of person k and follower f. weight: (n,) float64, at least 0: w_f; 0
    for followers of somebody who is booked already. cost: (k,) float64, at least 0, in the user's currency; NaN for a
    person who cannot be chosen. is_kol: (k,) bool. caps, quotas, shares: limits beside the budget.
    The order of the people decides between equals.
    """

    exposure: csr_array
    weight: Values
    cost: Values
    is_kol: NDArray[np.bool_]
    caps: tuple[Cap, ...] = ()
    quotas: tuple[Quota, ...] = ()
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, eq=False)
class Choice:
    """The people chosen.

    chosen: (c,) int64, in the order in which they were chosen; gains: (c,) float64, what each added to the value.
    value: f of them. cost: what they cost. bound: no plan within the limits and the budget has a larger value.
    mix: joint, koc only, kol only or nobody: who is in it. unmet: the quotas that it does not meet, by name.
    """

    chosen: Indices
    gains: Values
    value: float
    cost: float
    bound: float
    mix: str
    unmet: tuple[str, ...] = ()


def choose(problem: Problem, budget: float) -> Choice:
    """The best plan found under a budget: see `choose_each`, whose last it is.

    Raises UsageError for a budget that is not above 0, and where no plan within the budget meets the quotas.
    """
    *_, (_, choice) = _climb(problem, budget, ("joint", "koc only", "kol only"))
    return choice


def choose_each(problem: Problem, budget: float) -> dict[float, Choice]:
    """The plan of every fixed budget up to the budget, and of the budget: budget -> plan, ascending.

    A plan is the best of four greedy ones, by value per cost, by value, of KOCs only and of KOLs only (both per cost and
    not), and of the same at each smaller budget of BUDGETS. So the value never falls from one of these budgets to any
    larger one. Budgets that are too small for the quotas are left out. Raises UsageError as `choose` does.
    """
    return dict(_climb(problem, budget, ("joint", "koc only", "kol only")))


def alternatives(problem: Problem, budget: float) -> dict[str, Choice]:
    """The plan, and the best of KOCs only and of KOLs only: joint, koc only, kol only.

    An alternative need not meet the quotas that its role cannot meet: `unmet` names them.
    Raises UsageError as `choose` does.
    """
    found = {"joint": choose(problem, budget)}
    for name in ("koc only", "kol only"):
        *_, (_, found[name]) = _climb(_relax(problem, name, budget), budget, (name,), problem.quotas)
    return found


def measure_value(exposure: csr_array, weight: Values, chosen: Sequence[int] | Indices) -> float:
    """f of the people chosen; exposure, weight: as in a Problem. The order of the people makes no difference."""
    missed = np.ones(exposure.shape[1])
    for k in sorted(int(k) for k in chosen):
        row = slice(exposure.indptr[k], exposure.indptr[k + 1])
        missed[exposure.indices[row]] *= 1.0 - exposure.data[row]
    return float((weight * (1.0 - missed)).sum())


def _find_allowed(problem: Problem, mix: str) -> Indices:
    """The people who can be in a plan of a mix."""
    priced = np.isfinite(problem.cost)
    if mix != "joint":
        priced &= problem.is_kol == (mix == "kol only")
    return np.flatnonzero(priced)


def _relax(problem: Problem, mix: str, budget: float) -> Problem:
    """The problem with the quotas that the people of a mix can meet together within the budget."""
    allowed = _find_allowed(problem, mix)
    quotas = tuple(
        Quota(quota.members, min(quota.least, int(quota.members[allowed].sum())), quota.name)
        for quota in problem.quotas
    )
    for wanted in (quotas, ()):
        relaxed = Problem(
            problem.exposure, problem.weight, problem.cost, problem.is_kol, problem.caps, wanted, problem.shares
        )
        reserve = _limits(relaxed).find_cheapest(allowed[problem.cost[allowed] <= budget])
        if reserve is not None and problem.cost[reserve].sum() <= budget:
            break
    return relaxed


def _limits(problem: Problem) -> Limits:
    return Limits(problem.cost, problem.caps, problem.quotas, problem.shares)


def _climb(
    problem: Problem, budget: float, mixes: tuple[str, ...], quotas: tuple[Quota, ...] | None = None
) -> Iterator[tuple[float, Choice]]:
    """The plans of the fixed budgets up to the budget, and of the budget, each the best so far.

    mixes: the mixes that are tried; the first holds the others. quotas: those that a plan is said not to meet.
    """
    if not (np.isfinite(budget) and budget > 0):
        raise UsageError(f"the budget must be above 0, not {budget:g}", hint="name what the plan may cost")
    limits = _limits(problem)
    tasks = [task for mix in mixes if (task := _Task.of(problem, limits, mix)) is not None]
    whole = tasks[0].allowed if tasks else np.empty(0, dtype=np.int64)
    _check_quotas(problem, limits, tasks, mixes[0], budget)
    looked = _Looked(problem)
    best: tuple[float, list[int], list[float]] | None = None
    for step in (*(fixed for fixed in BUDGETS if fixed < budget), budget):
        for task in tasks:
            for by_cost in (True, False):
                found = task.grow(step, by_cost)
                if found is None:
                    continue
                value = measure_value(problem.exposure, problem.weight, found[0])
                if best is None or value > best[0]:
                    best = value, *found
        if best is None:
            continue
        value, chosen, gains = best
        looked.add(chosen)
        bound = min(
            at + limits.bound_gain(gain, whole[problem.cost[whole] <= step], step) for at, gain in looked.sets.values()
        )
        kol = problem.is_kol[chosen]
        mix = (
            "nobody" if not chosen else "joint" if kol.any() and not kol.all() else f"{'kol' if kol[0] else 'koc'} only"
        )
        unmet = Limits(problem.cost, quotas=problem.quotas if quotas is None else quotas).find_unmet(chosen)
        yield (
            step,
            Choice(
                np.array(chosen, dtype=np.int64),
                np.array(gains),
                value,
                _add_up(problem.cost, chosen),
                max(bound, value),
                mix,
                tuple(quota.name for quota in unmet),
            ),
        )


def _check_quotas(problem: Problem, limits: Limits, tasks: list[_Task], mix: str, budget: float) -> None:
    """Raise UsageError where no plan within the budget meets the quotas."""
    if tasks and _add_up(problem.cost, tasks[0].reserve) <= budget:
        return
    wanted = ", ".join(f"{quota.least} of {quota.name or 'a group'}" for quota in problem.quotas)
    if tasks:
        raise UsageError(
            f"no plan within {budget:,.0f} has at least {wanted}",
            hint=f"the cheapest that has them costs {_add_up(problem.cost, tasks[0].reserve):,.0f}",
        )
    raise UsageError(
        f"no plan has at least {wanted} and keeps the other limits", hint="ask for fewer people, or allow more"
    )


def _add_up(cost: Values, chosen: Sequence[int]) -> float:
    """What they cost, added in the order of choice, as the budget was spent."""
    return float(sum(cost[list(chosen)].tolist()))


@dataclass
class _Looked:
    """The sets from which a bound is drawn: by size, f of the set and what each person would add to it."""

    problem: Problem
    sets: dict[tuple[int, ...], tuple[float, Values]] = field(default_factory=dict)

    def add(self, chosen: list[int]) -> None:
        """Look at the first 0, 1, 2, 4, 8, ... of the people chosen, and at all of them."""
        sizes = {0, len(chosen), *(2**power for power in range(len(chosen).bit_length()))}
        for size in sorted(sizes):
            first = tuple(chosen[:size])
            if first in self.sets:
                continue
            exposure, weight = self.problem.exposure, self.problem.weight
            left = weight.copy()
            for k in first:
                row = slice(exposure.indptr[k], exposure.indptr[k + 1])
                left[exposure.indices[row]] *= 1.0 - exposure.data[row]
            gain = exposure @ left
            gain[list(first)] = 0.0
            self.sets[first] = measure_value(exposure, weight, first), gain


@dataclass
class _Task:
    """Greedy plans among the people of one mix.

    allowed: who can be chosen. reserve: the cheapest people who meet the quotas. start: what each adds to nobody.
    """

    problem: Problem
    limits: Limits
    allowed: Indices
    reserve: list[int]
    start: Values
    order: dict[bool, Indices]

    @classmethod
    def of(cls, problem: Problem, limits: Limits, mix: str) -> _Task | None:
        """None where no plan of the mix is within the limits."""
        allowed = _find_allowed(problem, mix)
        reserve = limits.find_cheapest(allowed)
        if reserve is None:
            return None
        start = problem.exposure @ problem.weight
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(problem.cost > 0, start / problem.cost, np.where(start > 0, np.inf, 0.0))
        order = {
            by_cost: allowed[np.argsort(-key[allowed], kind="stable")]
            for by_cost, key in ((True, rate), (False, start))
        }
        return cls(problem, limits, allowed, reserve, start, order)

    def grow(self, budget: float, by_cost: bool) -> tuple[list[int], list[float]] | None:
        """A greedy plan within a budget and the limits, and what each person added; None where there is none.

        Shares depend on how many people the plan has. They are tried as caps: none at first, then those of the size that
        the plan had, until a plan keeps its own shares. The size falls with each try, and where a tighter cap never makes
        a larger plan this finds the largest size that agrees with its caps.
        """
        if _add_up(self.problem.cost, self.reserve) > budget:
            return None
        size: int | None = None
        while True:
            caps = [] if size is None else [Cap(share.members, share.allow(size)) for share in self.limits.shares]
            found = self._grow_within(budget, by_cost, [*self.limits.caps, *caps])
            if found is None or self.limits.hold_shares(found[0]):
                return found or self._take_reserve()
            size = len(found[0])

    def _take_reserve(self) -> tuple[list[int], list[float]]:
        """The cheapest plan that meets the quotas, as it is."""
        values = [
            measure_value(self.problem.exposure, self.problem.weight, self.reserve[:size])
            for size in range(len(self.reserve) + 1)
        ]
        return self.reserve, np.diff(values).tolist()

    def _grow_within(self, budget: float, by_cost: bool, caps: list[Cap]) -> tuple[list[int], list[float]] | None:
        """Lazy greedy: what somebody adds is worked out again only when they would be next."""
        problem, start = self.problem, self.start
        cost, exposure = problem.cost, problem.exposure
        room = _Room(cost, budget, caps, self.limits.quotas, self.reserve)
        if not room.fits():
            return None
        order = self.order[by_cost]
        order = order[cost[order] <= budget]
        left = problem.weight.copy()
        chosen: list[int] = []
        gains: list[float] = []
        heap: list[tuple[float, int, float, int]] = []
        waiting = iter(zip(order.tolist(), start[order].tolist(), cost[order].tolist(), strict=True))

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
            if room.spent + cost[k] > budget:
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

    def __init__(
        self, cost: Values, budget: float, caps: Sequence[Cap], quotas: Sequence[Quota], reserve: list[int]
    ) -> None:
        self.cost, self.budget, self.reserve, self.spent = cost, budget, set(reserve), 0.0
        self._capped = _list_groups([cap.members for cap in caps], len(cost))
        self._wanted = _list_groups([quota.members for quota in quotas], len(cost))
        self._room = [cap.most for cap in caps]
        self._need = [quota.least for quota in quotas]

    def fits(self) -> bool:
        """Whether the people in reserve are within the caps."""
        return self._has_room(self.reserve)

    def take(self, k: int) -> bool:
        """Add a person, if the quotas can be met beside them; and whether they were added."""
        reserve = self._shrink(k) if self.reserve else self.reserve
        after = self.spent + float(self.cost[k])
        if after + _add_up(self.cost, sorted(reserve)) > self.budget or not self._has_room({k, *reserve}):
            return False
        for group in self._capped(k):
            self._room[group] -= 1
        for group in self._wanted(k):
            self._need[group] -= 1
        self.spent, self.reserve = after, reserve
        return True

    def _has_room(self, people: set[int]) -> bool:
        taken: dict[int, int] = {}
        for person in people:
            for group in self._capped(person):
                taken[group] = taken.get(group, 0) + 1
        return all(number <= self._room[group] for group, number in taken.items())

    def _shrink(self, k: int) -> set[int]:
        """The people who are still needed in reserve beside k, the most expensive left out first."""
        kept = self.reserve - {k}
        spare = [-need for need in self._need]
        for person in (k, *kept):
            for group in self._wanted(person):
                spare[group] += 1
        for person in sorted(kept, key=lambda person: (-self.cost[person], -person)):
            groups = self._wanted(person)
            if all(spare[group] > 0 for group in groups):
                kept = kept - {person}
                for group in groups:
                    spare[group] -= 1
        return kept


def _list_groups(members: list[NDArray[np.bool_]], people: int):  # type: ignore[no-untyped-def]
    """A function that lists the groups of a person."""
    if not members:
        return lambda person: ()
    table = csr_array(np.array(members, dtype=bool).reshape(len(members), people).T)
    ends, groups = table.indptr.tolist(), table.indices.tolist()
    return lambda person: groups[ends[person] : ends[person + 1]]
