"""The choice of a plan: the people whose followers are worth most under a budget.

The value of a set S of people is f(S) = sum over followers f of w_f (1 - product over k in S of (1 - p_kf)): how many
followers are expected to do something, each counted once and by their weight. f never falls when somebody is added, and
rises by less the more are chosen already (it is monotone and submodular). So a greedy choice is good, may be made
lazily, and comes with a bound on what any plan could reach: Leskovec, Krause, Guestrin, Faloutsos, VanBriesen and
Glance, "Cost-effective outbreak detection in networks", KDD 2007 (CELF).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from graphkoc.activate.greedy import Plan, Problem, Task, add_up, find_allowed, find_missed, measure_value
from graphkoc.activate.limits import Limits
from graphkoc.arrays import Indices, Values
from graphkoc.errors import UsageError

__all__ = ["BUDGETS", "Choice", "Problem", "alternatives", "choose", "choose_each", "choose_mixes", "measure_value"]

BUDGETS = tuple(step * 10.0**power for power in range(1, 8) for step in (1, 2, 5))[:20]
"""The fixed budgets, from 10 to 20 million: a plan is at least as good as that of each smaller one."""
MIXES = ("joint", "koc only", "kol only")
CLOSEST = 3
"""Sets of which the bound is drawn with all limits."""


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
    """The best plan found under a budget: the last of `choose_each`.

    Raises UsageError for a budget that is not above 0, and where no plan within the budget meets the quotas.
    """
    search = _Search.of(problem, MIXES)
    *_, (step, plan) = search.climb(budget)
    return search.describe(step, plan)


def choose_each(problem: Problem, budget: float) -> dict[float, Choice]:
    """The plan of every fixed budget up to the budget, and of the budget: budget -> plan, ascending.

    A plan is the best of six greedy ones (joint, KOCs only and KOLs only, each by value per cost and by value), and of
    the same at each smaller budget of BUDGETS. So the value never falls from one of these budgets to any larger one.
    Budgets that are too small for the quotas are left out. Raises UsageError as `choose` does.
    """
    search = _Search.of(problem, MIXES)
    return {step: search.describe(step, plan) for step, plan in search.climb(budget)}


def alternatives(problem: Problem, budget: float, joint: Choice | None = None) -> dict[str, Choice]:
    """The plan, and the best of KOCs only and of KOLs only: joint, koc only, kol only.

    joint: the plan, where it is there already. An alternative need not meet the quotas that its role cannot meet, and
    `unmet` names them. Raises UsageError as `choose` does.
    """
    found = {"joint": choose(problem, budget) if joint is None else joint}
    for mix in MIXES[1:]:
        search = _Search.of(_relax(problem, mix, budget), (mix,))
        *_, (step, plan) = search.climb(budget)
        unmet = Limits(problem.cost, quotas=problem.quotas).find_unmet(plan.chosen)
        found[mix] = replace(search.describe(step, plan), unmet=tuple(quota.name for quota in unmet))
    return found


def choose_mixes(problem: Problem, budgets: Sequence[float]) -> dict[str, dict[float, Indices]]:
    """Who would be chosen for each budget: joint, koc only, kol only -> budget -> (c,) rows, in the order of choice.

    budgets: ascending. More money is never worth less, and budgets that are too small for the quotas are left out; for
    KOCs and KOLs alone only the quotas hold that they can meet. Raises UsageError as `choose` does.
    """
    found = {}
    for mix in MIXES:
        alone = mix != MIXES[0]
        search = _Search.of(_relax(problem, mix, budgets[-1]) if alone else problem, (mix,) if alone else MIXES)
        plans = search.climb(budgets[-1], budgets)
        found[mix] = {budget: np.array(plan.chosen, dtype=np.int64) for budget, plan in plans}
    return found


def _relax(problem: Problem, mix: str, budget: float) -> Problem:
    """The problem with the quotas that the people of a mix can meet together within the budget."""
    allowed = find_allowed(problem, mix)
    allowed = allowed[problem.cost[allowed] <= budget]
    quotas = tuple(
        replace(quota, least=min(quota.least, int(quota.members[allowed].sum()))) for quota in problem.quotas
    )
    relaxed = replace(problem, quotas=quotas)
    reserve = relaxed.limits.find_cheapest(allowed)
    if reserve is None or add_up(problem.cost, reserve) > budget:
        relaxed = replace(problem, quotas=())
    return relaxed


@dataclass
class _Search:
    """A search for the best plan among the people of some mixes.

    allowed: everybody who can be chosen. cheapest: what the quotas cost at least, NaN where they cannot be met.
    looked: the sets from which bounds are drawn, f of each and what each person would add to it.
    """

    problem: Problem
    tasks: list[Task]
    allowed: Indices
    cheapest: float
    looked: dict[tuple[int, ...], tuple[float, Values]] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem, mixes: tuple[str, ...]) -> _Search:
        """mixes: those that are tried; the first one holds the others."""
        tasks = [Task.of(problem, mix) for mix in mixes]
        cheapest = np.nan if tasks[0] is None else add_up(problem.cost, tasks[0].reserve)
        possible = [task for task in tasks if task is not None]
        return cls(problem, possible, find_allowed(problem, mixes[0]), cheapest)

    def climb(self, budget: float, steps: Sequence[float] = BUDGETS) -> Iterator[tuple[float, Plan]]:
        """The plans of the steps up to the budget, and of the budget, each the best so far."""
        self._check(budget)
        best: Plan | None = None
        for step in (*(fixed for fixed in steps if fixed < budget), budget):
            for task in self.tasks:
                for by_cost in (True, False):
                    plan = task.grow(step, by_cost)
                    if plan is not None and (best is None or plan.value > best.value):
                        best = plan
            if best is not None:
                yield step, best

    def describe(self, budget: float, plan: Plan) -> Choice:
        """The plan as a choice, with the bound on what any plan could reach."""
        kol = self.problem.is_kol[plan.chosen]
        mix = "joint" if kol.any() and not kol.all() else f"{'kol' if kol.any() else 'koc'} only"
        return Choice(
            np.array(plan.chosen, dtype=np.int64),
            np.array(plan.gains),
            plan.value,
            add_up(self.problem.cost, plan.chosen),
            max(self._bound(budget, plan.chosen), plan.value),
            mix if plan.chosen else "nobody",
        )

    def _bound(self, budget: float, chosen: list[int]) -> float:
        """The smallest bound of all sets looked at, among them the first 0, 1, 2, 4, ... of the people chosen.

        The limits make a bound smaller and take time, so that they are read only for the sets where it is smallest
        without them.
        """
        exposure, weight = self.problem.exposure, self.problem.weight
        for size in sorted({0, len(chosen), *(2**power for power in range(len(chosen).bit_length()))}):
            first = tuple(chosen[:size])
            if first not in self.looked:
                left = weight * find_missed(exposure, first)
                gain = exposure @ left
                gain[list(first)] = 0.0
                self.looked[first] = float((weight - left).sum()), gain
        limits, cost = self.problem.limits, self.problem.cost
        allowed = self.allowed[cost[self.allowed] <= budget]
        plain = sorted(
            (
                (value + Limits(cost).bound_gain(gain, allowed, budget), value, gain)
                for value, gain in self.looked.values()
            ),
            key=lambda looked: looked[0],
        )
        closest = plain[:CLOSEST] if limits else []
        return min([plain[0][0], *(value + limits.bound_gain(gain, allowed, budget) for _, value, gain in closest)])

    def _check(self, budget: float) -> None:
        """Raise UsageError for a budget that is none, or that no plan fits that meets the quotas."""
        if not (np.isfinite(budget) and budget > 0):
            raise UsageError(f"the budget must be above 0, not {budget:g}", hint="name what the plan may cost")
        wanted = " and ".join(
            f"{quota.least} of {quota.name or 'a group'}" for quota in self.problem.quotas if quota.least > 0
        )
        if np.isnan(self.cheapest):
            raise UsageError(
                f"no plan has at least {wanted} and keeps the other limits", hint="ask for fewer people, or allow more"
            )
        if self.cheapest > budget:
            raise UsageError(
                f"no plan within {budget:,.0f} has at least {wanted}",
                hint=f"the cheapest that has them costs {self.cheapest:,.0f}",
            )
