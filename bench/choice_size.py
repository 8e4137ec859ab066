"""How long, and in how much memory, a plan is chosen from ten million follows: `python bench/choice_size.py`.

The follows are made up: two million people, 200,000 of whom can be chosen; audiences have a heavy tail. The plan keeps
to every kind of limit: a cap on KOLs, quotas of eight niches, shares of 50 agencies and of known faces. Measured are
the plans of all fixed budgets with their bounds, KOCs only and KOLs only, and the reach. Learning is not part of it.
`--follows 1000000` makes all of it a tenth as large.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from graphkoc.activate.choice import Problem, alternatives, choose_each
from graphkoc.activate.limits import Cap, Quota, Share
from graphkoc.activate.reach import count_niches, count_people, draw_curve, list_overlaps

GOAL_BYTES, GOAL_SECONDS = 6 * 10**9, 90
NICHES, AGENCIES = 8, 50
CANDIDATES, PEOPLE = 0.02, 0.2
"""For each follow."""


def made_up_problem(rng: np.random.Generator, number: int) -> Problem:
    """A problem of so many follows, or a little fewer where one came twice."""
    chosen, people = int(number * CANDIDATES), int(number * PEOPLE)
    size = np.minimum((rng.pareto(1.2, chosen) + 1) * 10, people / 10)
    size = (size / size.sum() * number).astype(np.int64) + 1
    ends = np.concatenate([[0], np.cumsum(size)])
    followers = rng.integers(0, people, ends[-1]).astype(np.int32)
    exposure = csr_array((rng.random(ends[-1]) ** 3 * 0.02, followers, ends), shape=(chosen, people))
    exposure.sum_duplicates()
    audience = np.diff(exposure.indptr)
    is_kol = audience > 200
    agency = rng.integers(-AGENCIES, AGENCIES, chosen)
    return Problem(
        exposure,
        np.ones(people),
        np.where(is_kol, 10 * audience**0.9, 30 + 0.05 * audience),
        is_kol,
        caps=(Cap(is_kol, 10),),
        quotas=tuple(Quota(rng.random(chosen) < 0.01, 5, f"niche {niche}") for niche in range(NICHES)),
        shares=(
            *(Share(agency == number, 0.1, round_up=True) for number in range(AGENCIES)),
            Share(rng.random(chosen) < 0.5, 0.5),
        ),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--follows", type=int, default=10_000_000)
    parser.add_argument("--budget", type=float, default=20_000)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    problem = made_up_problem(rng, options.follows)
    chosen, people = problem.exposure.shape
    ids = np.array([f"p{number:08}" for number in range(people)])
    candidates = pd.DataFrame({"consumer": ids[:chosen], "followers": 10_000.0, "reads": 500.0})
    members = pd.DataFrame({"consumer": ids, "niche": rng.integers(0, NICHES, people).astype(str)})
    white_space = rng.random(people) < 0.3

    begin = time.perf_counter()
    choices = choose_each(problem, options.budget)
    plans = alternatives(problem, options.budget, choices[options.budget])
    plan = plans["joint"].chosen
    between = time.perf_counter()
    draw_curve(problem.exposure, choices, problem.exposure, problem.weight, people)
    count_people(problem.exposure, candidates, plan, np.ones(chosen))
    list_overlaps(problem.exposure, candidates["consumer"], plan)
    count_niches(problem.exposure, plan, ids, members, white_space)
    end = time.perf_counter()

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"{problem.exposure.nnz:,} follows of {people:,} people, {chosen:,} of whom can be chosen")
    for name, choice in plans.items():
        print(f"{name:9} {len(choice.chosen):5} people, value {choice.value:9.2f}, bound {choice.bound:9.2f}")
    print(f"plans {between - begin:.1f} s, reach {end - between:.1f} s, peak {peak / 1e9:.2f} GB")
    return int(end - begin > GOAL_SECONDS or peak > GOAL_BYTES)


if __name__ == "__main__":
    raise SystemExit(main())
