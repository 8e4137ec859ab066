"""The reach of a plan, its goals and the proposal among plans: the counts agree with sets of people."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from graphkoc.activate.choice import BUDGETS, Problem, choose, choose_each, measure_value
from graphkoc.activate.goal_names import GOALS
from graphkoc.activate.goals import apply_goals
from graphkoc.activate.proposal import Outlook, propose
from graphkoc.activate.reach import (
    count_niches,
    count_people,
    count_reach,
    draw_curve,
    explain_independence,
    list_overlaps,
    sum_columns,
)
from graphkoc.errors import UsageError

PEOPLE = 20


def follows_of(audiences: list[set[int]], values: float = 1.0) -> csr_array:
    """Who follows whom: a row per person; an entry of 0 is a follow as well."""
    rows = [k for k, audience in enumerate(audiences) for _ in audience]
    columns = [follower for audience in audiences for follower in sorted(audience)]
    return csr_array((np.full(len(rows), values), (rows, columns)), shape=(len(audiences), PEOPLE))


def frame(people: int, reads: float = 100.0) -> pd.DataFrame:
    return pd.DataFrame(
        {"consumer": [f"p{k}" for k in range(people)], "followers": np.full(people, 200.0), "reads": reads}
    )


audience_sets = st.lists(st.sets(st.integers(0, PEOPLE - 1)), min_size=1, max_size=6)


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[set[int]], np.ndarray]:
    """Audiences, and the rows of some people in any order."""
    audiences = draw(audience_sets)
    chosen = draw(st.lists(st.integers(0, len(audiences) - 1), unique=True))
    return audiences, np.array(chosen, dtype=np.int64)


@given(plans(), st.sampled_from([0.0, 0.3]))
@settings(deadline=None)
def test_people_are_counted_as_sets_would_count_them(plan: tuple[list[set[int]], np.ndarray], values: float) -> None:
    audiences, chosen = plan
    times = [sum(person in audiences[k] for k in chosen) for person in range(PEOPLE)]
    reach = count_reach(follows_of(audiences, values), chosen, PEOPLE)
    assert reach.counted == tuple(sum(t >= level for t in times) for level in (1, 2, 3))
    assert reach.counted[0] >= reach.counted[1] >= reach.counted[2]
    assert reach.independent[0] >= reach.independent[1] - 1e-9 >= reach.independent[2] - 2e-9
    shares = [len(audiences[k]) / PEOPLE for k in chosen]
    assert reach.independent[0] == pytest.approx(PEOPLE * (1 - np.prod([1 - share for share in shares])))
    exactly_one = sum(
        share * np.prod([1 - other for j, other in enumerate(shares) if j != i]) for i, share in enumerate(shares)
    )
    assert reach.independent[1] == pytest.approx(reach.independent[0] - PEOPLE * exactly_one)


@given(plans())
@settings(deadline=None)
def test_each_person_is_counted_with_those_whom_nobody_else_reaches(plan: tuple[list[set[int]], np.ndarray]) -> None:
    audiences, chosen = plan
    follows = follows_of(audiences)
    people = count_people(follows, frame(len(audiences)), chosen, np.full(len(audiences), 2.0), minimum=1)
    assert people["consumer"].tolist() == [f"p{k}" for k in chosen]
    for row, k in zip(people.itertuples(), chosen, strict=True):
        others = set().union(*(audiences[j] for j in chosen if j != k))
        assert row.counted == len(audiences[k])
        assert row.only_here == len(audiences[k] - others)
        assert row.capture == len(audiences[k]) / 200
        assert row.estimated == 200
    reach = count_reach(follows, chosen, PEOPLE)
    assert people["only_here"].sum() <= reach.counted[0] <= people["counted"].sum()
    assert sum_columns(follows, people, chosen, minimum=1)["counted"] == reach.counted[0]


@given(plans())
@settings(deadline=None)
def test_pairs_are_those_that_share_much_of_the_smaller_audience(plan: tuple[list[set[int]], np.ndarray]) -> None:
    audiences, chosen = plan
    found = list_overlaps(follows_of(audiences), [f"p{k}" for k in range(len(audiences))], chosen, minimum=1)
    wanted = {
        (f"p{a}", f"p{b}", len(audiences[a] & audiences[b]), min(len(audiences[a]), len(audiences[b])))
        for a, b in combinations(chosen.tolist(), 2)
        if len(audiences[a] & audiences[b]) > 0.3 * min(len(audiences[a]), len(audiences[b]))
    }
    assert set(found[["a", "b", "both", "smaller"]].itertuples(index=False, name=None)) == wanted
    assert found["share"].is_monotonic_decreasing


@given(audience_sets.filter(lambda audiences: len(audiences) >= 2))
@settings(deadline=None)
def test_of_two_people_inclusion_and_exclusion_add_up(audiences: list[set[int]]) -> None:
    follows, two = follows_of(audiences), np.array([0, 1])
    reach = count_reach(follows, two, PEOPLE)
    both = len(audiences[0] & audiences[1])
    assert reach.counted[0] == len(audiences[0]) + len(audiences[1]) - both
    assert reach.counted[1] == both


@given(plans(), st.sets(st.integers(0, PEOPLE - 1)), st.sets(st.integers(0, PEOPLE - 1), min_size=1))
@settings(deadline=None)
def test_niches_are_counted_as_sets_would_count_them(
    plan: tuple[list[set[int]], np.ndarray], white: set[int], niche: set[int]
) -> None:
    audiences, chosen = plan
    members = pd.DataFrame({"consumer": [f"f{i:02}" for i in [*niche, *niche, 99]], "niche": "teapots"})
    white_space = np.isin(np.arange(PEOPLE), list(white))
    ids = np.array([f"f{i:02}" for i in range(PEOPLE)])
    table = count_niches(follows_of(audiences), chosen, ids, members, white_space, minimum=1)
    reached = set().union(*(audiences[k] for k in chosen))
    assert table.iloc[0].tolist() == [
        "teapots",
        len(niche),
        len(niche & reached),
        len(niche & white),
        len((niche & white) - reached),
    ]


def test_figures_about_few_people_are_not_shown() -> None:
    audiences = [set(range(10)), {0, 1, 2}, set(range(8, 16)), set()]
    follows, chosen = follows_of(audiences), np.arange(4)
    people = count_people(follows, frame(4), chosen, np.ones(4))
    assert people["counted"].astype(object).where(people["counted"].notna(), None).tolist() == [10, None, 8, 0]
    assert people["only_here"].isna().tolist() == [False, False, False, False]
    assert people["capture"].isna().tolist() == [False, True, False, False]
    assert list_overlaps(follows, list("abcd"), chosen).empty
    members = pd.DataFrame({"consumer": [f"f{i:02}" for i in range(4)], "niche": "small"})
    ids = np.array([f"f{i:02}" for i in range(PEOPLE)])
    table = count_niches(follows, chosen, ids, members, np.ones(PEOPLE, dtype=bool))
    assert table.iloc[0, 1:].isna().all()
    assert sum_columns(follows_of([{1, 2}]), people.head(1), np.array([0]))["counted"] is None


def test_counted_and_estimated_are_two_columns_and_unknown_reads_are_said() -> None:
    follows = follows_of([set(range(10)), set(range(5, 15))])
    candidates = frame(2).assign(reads=[300.0, np.nan])
    people = count_people(follows, candidates, np.array([1, 0]), np.array([0.5, 1.0]))
    assert people["estimated"].iloc[1] == 150
    assert sum_columns(follows, people, np.array([1, 0])) == {"counted": 15, "estimated": 150.0, "estimated_of": 1}
    nobody = count_people(follows, frame(2, np.nan), np.array([0]), np.ones(2))
    assert sum_columns(follows, nobody, np.array([0]))["estimated"] is None


def test_the_sentence_says_whether_audiences_overlap_more_than_independent_ones() -> None:
    same = count_reach(follows_of([set(range(10)), set(range(10))]), np.array([0, 1]), PEOPLE)
    assert explain_independence(same) == (
        "The plan reaches 10 people, counted on known followers. Independent audiences of these sizes would reach 15 "
        "(Sainsbury): these overlap more than independent ones do."
    )
    apart = count_reach(follows_of([set(range(10)), set(range(10, 20))]), np.array([0, 1]), PEOPLE)
    assert "these overlap less" in explain_independence(apart)
    assert "would reach as many" in explain_independence(count_reach(follows_of([{1}]), np.array([0]), PEOPLE))


def test_the_curve_has_a_row_per_fixed_budget_and_never_falls_where_reach_is_the_goal() -> None:
    follows = follows_of([set(range(k, 3 * k + 1)) for k in range(6)])
    problem = Problem(follows, np.ones(PEOPLE), np.array([5.0, 8.0, 12.0, 15.0, 20.0, 30.0]), np.zeros(6, dtype=bool))
    curve = draw_curve(follows, choose_each(problem, 75), follows, problem.weight, PEOPLE, minimum=1)
    assert curve["budget"].tolist() == [*(budget for budget in BUDGETS if budget < 75), 75]
    assert curve["reached_1"].is_monotonic_increasing
    assert (curve["cost"] <= curve["budget"]).all()
    assert (curve["reached_1"] == curve["expected"]).all()


def problem_of_goals() -> Problem:
    """Two KOLs and two KOCs; follower 9 follows the second KOC alone."""
    exposure = csr_array(
        (np.full(14, 0.1), np.array([*range(6), *range(3), 6, 7, 8, 0, 9]), [0, 6, 9, 12, 14]), shape=(4, 10)
    )
    return Problem(exposure, np.ones(10), np.full(4, 10.0), np.array([True, True, False, False]))


def test_without_goals_of_their_own_the_exposure_is_the_learned_one() -> None:
    problem = problem_of_goals()
    exposure, weight = apply_goals(problem.exposure, problem.weight, problem.is_kol)
    assert exposure is problem.exposure
    assert weight is problem.weight


@pytest.mark.parametrize(("goal", "value"), [("reach", 10.0), ("white-space", 1.0), ("posts", 4.0)])
def test_a_goal_of_both_is_counted_in_its_unit(goal: str, value: float) -> None:
    problem = problem_of_goals()
    white_space = np.arange(10) == 9
    exposure, weight = apply_goals(
        problem.exposure, problem.weight, problem.is_kol, kol=goal, koc=goal, white_space=white_space
    )
    assert measure_value(exposure, weight, range(4)) == value


def test_kols_for_reach_and_kocs_for_white_space_are_chosen_each_for_theirs() -> None:
    problem = problem_of_goals()
    exposure, weight = apply_goals(
        problem.exposure,
        problem.weight,
        problem.is_kol,
        kol="reach",
        koc="white-space",
        white_space=np.arange(10) == 9,
    )
    assert choose(replace(problem, exposure=exposure, weight=weight), 20).chosen.tolist() == [3, 0]


@given(st.sampled_from(GOALS), st.sampled_from(GOALS))
def test_every_pair_of_goals_keeps_the_form_of_the_objective(kol: str, koc: str) -> None:
    problem = problem_of_goals()
    exposure, weight = apply_goals(
        problem.exposure, problem.weight, problem.is_kol, kol=kol, koc=koc, white_space=np.arange(10) >= 6
    )
    assert exposure.shape == (4, len(weight))
    assert 0 <= exposure.data.min() <= exposure.data.max() <= 1
    assert (weight >= 0).all()
    if kol != koc:
        assert measure_value(exposure, weight, [0, 1]) == pytest.approx(1.0 if kol != "white-space" else 0.0)
        assert measure_value(exposure, weight, [2, 3]) == pytest.approx(1.0)


def test_an_unknown_goal_and_an_unknown_white_space_are_refused() -> None:
    problem = problem_of_goals()
    with pytest.raises(UsageError, match="there is no goal fame"):
        apply_goals(problem.exposure, problem.weight, problem.is_kol, kol="fame")
    with pytest.raises(UsageError, match="white space is not known"):
        apply_goals(problem.exposure, problem.weight, problem.is_kol, koc="white-space")


def test_plans_whose_ranges_overlap_cannot_be_told_apart() -> None:
    plans = {"joint": Outlook(44, 32, 61), "koc only": Outlook(40, 29, 56), "kol only": Outlook(10, 5, 20)}
    proposal = propose(plans)
    assert (proposal.name, proposal.level) == ("joint", ("koc only",))
    assert proposal.why == "joint and koc only cannot be told apart: their ranges overlap"
    assert propose(plans, {"joint": 3, "koc only": 9, "kol only": 90}).name == "koc only"


def test_a_simpler_plan_that_is_better_or_equal_is_proposed() -> None:
    assert propose({"joint": Outlook(40, 38, 42), "koc only": Outlook(50, 45, 55)}).name == "koc only"
    assert propose({"joint": Outlook(40, 38, 42), "kol only": Outlook(40, 38, 42)}).name == "kol only"


def test_plans_whose_ranges_are_apart_are_told_apart() -> None:
    proposal = propose({"joint": Outlook(50, 45, 55), "koc only": Outlook(30, 25, 35), "kol only": Outlook(9, 5, 20)})
    assert proposal.why == "joint is above koc only and kol only: their ranges do not overlap"


def test_without_ranges_it_is_not_known_whether_plans_can_be_told_apart() -> None:
    proposal = propose({"joint": Outlook(50), "koc only": Outlook(30)})
    assert (proposal.name, proposal.level) == ("joint", ())
    assert "not calibrated" in proposal.why
