"""The choice of a plan: never over its limits, within its bound of the best, and never worse for more money."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from graphkoc.activate.choice import BUDGETS, Choice, Problem, alternatives, choose, choose_each, measure_value
from graphkoc.activate.limits import Cap, Quota, Share
from graphkoc.errors import UsageError

MOST = 8
"""People who can be chosen: all their sets are tried."""


@st.composite
def problems(draw: st.DrawFn, limited: bool = True) -> Problem:
    """Graphs of at most 20 people, of whom at most MOST can be chosen."""
    n, k = draw(st.integers(1, 20)), draw(st.integers(1, MOST))
    chance = st.sampled_from([0.0, 0.0, 0.01, 0.2, 0.5, 1.0])
    exposure = np.array(draw(st.lists(chance, min_size=k * n, max_size=k * n))).reshape(k, n)
    weight = draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=n, max_size=n))
    cost = draw(st.lists(st.one_of(st.integers(0, 60), st.just(np.nan)), min_size=k, max_size=k))
    flags = st.lists(st.booleans(), min_size=k, max_size=k).map(np.array)
    problem = Problem(csr_array(exposure), np.array(weight), np.array(cost, dtype=float), draw(flags))
    if not limited:
        return problem
    caps = st.builds(Cap, flags, st.integers(0, 3))
    quotas = st.builds(Quota, flags, st.integers(0, 2), st.just("teapots"))
    shares = st.builds(Share, flags, st.sampled_from([0.0, 0.2, 1 / 3, 0.5, 1.0]), st.booleans())
    return replace(
        problem,
        caps=tuple(draw(st.lists(caps, max_size=2))),
        quotas=tuple(draw(st.lists(quotas, max_size=2))),
        shares=tuple(draw(st.lists(shares, max_size=2))),
    )


def is_within(problem: Problem, people: tuple[int, ...], budget: float) -> bool:
    """Whether a plan may be chosen, by the words of the limits."""

    def count(members: np.ndarray) -> int:
        return sum(bool(members[k]) for k in people)

    return (
        not np.isnan(problem.cost[list(people)]).any()
        and problem.cost[list(people)].sum() <= budget
        and all(count(cap.members) <= cap.most for cap in problem.caps)
        and all(count(quota.members) >= quota.least for quota in problem.quotas)
        and all(
            count(share.members) < share.most * len(people) + 1 - 1e-9
            if share.round_up
            else count(share.members) <= share.most * len(people) + 1e-9
            for share in problem.shares
        )
    )


def find_best(problem: Problem, budget: float) -> float | None:
    """The value of the best plan of all sets of people; None where none may be chosen."""
    exposure = problem.exposure.toarray()
    values = [
        float((problem.weight * (1 - np.prod(1 - exposure[list(people)], axis=0))).sum())
        for size in range(len(problem.cost) + 1)
        for people in combinations(range(len(problem.cost)), size)
        if is_within(problem, people, budget)
    ]
    return max(values, default=None)


def choose_if_possible(problem: Problem, budget: float) -> Choice | None:
    try:
        return choose(problem, budget)
    except UsageError:
        return None


@given(problems(), st.integers(1, 300))
@settings(deadline=None, max_examples=300)
def test_a_plan_is_within_its_limits_and_within_its_bound_of_the_best(problem: Problem, budget: int) -> None:
    choice, best = choose_if_possible(problem, budget), find_best(problem, budget)
    assert (choice is None) == (best is None)
    if choice is None or best is None:
        return
    chosen = tuple(choice.chosen.tolist())
    assert len(set(chosen)) == len(chosen)
    assert is_within(problem, chosen, budget)
    assert choice.cost == problem.cost[list(chosen)].sum()
    assert choice.value <= best + 1e-9
    assert best <= choice.bound + 1e-9
    assert choice.value == pytest.approx(measure_value(problem.exposure, problem.weight, chosen))
    assert choice.gains.sum() == pytest.approx(choice.value)
    assert not choice.unmet


@given(problems(limited=False), st.integers(1, 300))
@settings(deadline=None)
def test_under_a_budget_alone_a_plan_has_the_share_of_the_best_that_greedy_guarantees(
    problem: Problem, budget: int
) -> None:
    best = find_best(problem, budget)
    assert best is not None
    assert choose(problem, budget).value >= (1 - np.exp(-1)) / 2 * best - 1e-9


@given(problems(), st.integers(1, 300))
@settings(deadline=None)
def test_equal_inputs_give_equal_plans(problem: Problem, budget: int) -> None:
    first, second = choose_if_possible(problem, budget), choose_if_possible(replace(problem), budget)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.chosen.tolist() == second.chosen.tolist()
        assert (first.value, first.cost, first.bound, first.mix) == (
            second.value,
            second.cost,
            second.bound,
            second.mix,
        )


@given(problems(), st.sampled_from([budget for budget in BUDGETS if budget < 1_000]), st.integers(1, 1_000))
@settings(deadline=None)
def test_more_money_than_a_fixed_budget_never_lowers_the_value(problem: Problem, fixed: float, more: int) -> None:
    less, plenty = choose_if_possible(problem, fixed), choose_if_possible(problem, fixed + more)
    if less is not None:
        assert plenty is not None
        assert plenty.value >= less.value


@given(problems(), st.integers(1, 300))
@settings(deadline=None)
def test_the_plans_of_the_fixed_budgets_are_those_that_are_chosen_under_them(problem: Problem, budget: int) -> None:
    if choose_if_possible(problem, budget) is None:
        return
    for step, choice in choose_each(problem, budget).items():
        alone = choose(problem, step)
        assert alone.chosen.tolist() == choice.chosen.tolist()
        assert alone.value <= choice.bound + 1e-9


@given(problems(), st.integers(1, 300))
@settings(deadline=None)
def test_kocs_only_and_kols_only_stand_beside_the_plan(problem: Problem, budget: int) -> None:
    if choose_if_possible(problem, budget) is None:
        return
    found = alternatives(problem, budget)
    assert list(found) == ["joint", "koc only", "kol only"]
    for name, choice in found.items():
        kol = problem.is_kol[choice.chosen]
        assert name == "joint" or (kol == (name == "kol only")).all()
        assert choice.cost <= budget
        if not choice.unmet:
            assert is_within(problem, tuple(choice.chosen.tolist()), budget)
            assert choice.value <= found["joint"].value + 1e-9


def star(audiences: list[int]) -> csr_array:
    """A person per audience, whose followers nobody else has."""
    owner = np.repeat(np.arange(len(audiences)), audiences)
    return csr_array((np.ones(len(owner)), (owner, np.arange(len(owner)))), shape=(len(audiences), len(owner)))


def stars(audiences: list[int], cost: list[float], kol: list[int] | None = None) -> Problem:
    exposure = star(audiences)
    is_kol = np.isin(np.arange(len(cost)), kol or [])
    return Problem(exposure, np.ones(exposure.shape[1]), np.array(cost, dtype=float), is_kol)


def flags(*people: int, of: int) -> np.ndarray:
    return np.isin(np.arange(of), people)


def test_equals_are_chosen_in_the_order_of_the_people() -> None:
    assert choose(stars([3, 3, 3, 3], [10, 10, 10, 10]), 20).chosen.tolist() == [0, 1]


def test_a_person_without_a_price_is_not_chosen() -> None:
    assert choose(stars([9, 3], [np.nan, 10]), 100).chosen.tolist() == [1]


def test_followers_of_somebody_who_is_booked_count_for_nothing() -> None:
    problem = stars([5, 3], [10, 10])
    booked = replace(problem, weight=np.array([0.0] * 5 + [1.0] * 3))
    assert choose(problem, 10).chosen.tolist() == [0]
    assert choose(booked, 100).chosen.tolist() == [1]


def test_greedy_by_value_saves_a_plan_that_greedy_per_cost_would_spoil() -> None:
    """One follower for 1 is the best rate, and leaves too little for 90 followers for 100."""
    assert choose(stars([1, 90], [1, 100]), 100).chosen.tolist() == [1]


def test_everybody_who_is_affordable_and_adds_something_is_in() -> None:
    choice = choose(stars([2, 0, 4], [10, 10, 10], kol=[2]), 1_000)
    assert choice.chosen.tolist() == [2, 0]
    assert (choice.value, choice.bound, choice.cost, choice.mix) == (6.0, 6.0, 20.0, "joint")


def test_a_quota_is_met_by_the_best_that_the_money_allows() -> None:
    problem = stars([90, 80, 4, 5], [50, 50, 10, 30])
    quota = Quota(flags(2, 3, of=4), 1, "teapots")
    assert choose(replace(problem, quotas=(quota,)), 110).chosen.tolist() == [0, 1, 2]
    assert choose(replace(problem, quotas=(quota,)), 80).chosen.tolist() == [0, 3]


def test_people_held_in_reserve_for_a_quota_give_way_to_better_ones_under_the_same_cap() -> None:
    """The cheapest two teapots are 0 and 2; 1 is worth more than 0, and only one of these may be chosen."""
    problem = stars([2, 9, 1], [8, 50, 9])
    limited = replace(problem, quotas=(Quota(flags(0, 1, 2, of=3), 2),), caps=(Cap(flags(0, 1, of=3), 1),))
    assert choose(limited, 100).chosen.tolist() == [1, 2]


def test_a_quota_that_cannot_be_met_is_refused_with_what_it_costs() -> None:
    problem = stars([9, 2, 2], [10, 30, 40])
    teapots = Quota(flags(1, 2, of=3), 2, "teapots")
    with pytest.raises(UsageError, match="no plan within 60 has at least 2 of teapots") as refused:
        choose(replace(problem, quotas=(teapots,)), 60)
    assert refused.value.hint == "the cheapest that has them costs 70"
    capped = replace(problem, quotas=(teapots,), caps=(Cap(flags(0, 1, 2, of=3), 1),))
    with pytest.raises(UsageError, match="no plan has at least 2 of teapots and keeps the other limits"):
        choose(capped, 1_000)


def test_an_alternative_names_the_quotas_that_its_role_cannot_meet() -> None:
    problem = stars([90, 4], [50, 10], kol=[0])
    found = alternatives(replace(problem, quotas=(Quota(flags(1, of=2), 1, "teapots"),)), 100)
    assert found["kol only"].unmet == ("teapots",)
    assert found["kol only"].chosen.tolist() == [0]
    assert not found["koc only"].unmet


def test_at_most_a_share_is_known_already() -> None:
    """The three best are known; half of the plan must be new."""
    problem = stars([9, 8, 7, 2, 1], [10] * 5)
    known = flags(0, 1, 2, of=5)
    assert choose(replace(problem, shares=(Share(known, 0.5),)), 1_000).chosen.tolist() == [0, 1, 3, 4]
    assert choose(replace(problem, shares=(Share(known, 0.0),)), 1_000).chosen.tolist() == [3, 4]


def test_one_person_of_an_agency_may_be_in_a_plan_of_any_size() -> None:
    problem = stars([9, 8, 2], [10, 10, 10])
    agency = Share(flags(0, 1, of=3), 0.3, round_up=True)
    assert choose(replace(problem, shares=(agency,)), 1_000).chosen.tolist() == [0, 2]


@pytest.mark.parametrize("budget", [0, -5, float("nan"), float("inf")])
def test_a_budget_that_is_none_is_refused(budget: float) -> None:
    with pytest.raises(UsageError, match="the budget must be above 0"):
        choose(stars([1], [1]), budget)


def test_nobody_is_chosen_where_nobody_can_be() -> None:
    for problem in (stars([5], [np.nan]), stars([5], [1_000]), stars([], [])):
        choice = choose(problem, 100)
        assert (choice.chosen.tolist(), choice.value, choice.mix) == ([], 0.0, "nobody")
