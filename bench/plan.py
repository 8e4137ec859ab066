"""Which people a plan reaches whose followers follow on, beside textbook choices: `python bench/plan.py`.

On Ciao, at five days in its past, sets of people are chosen by what was known then; the figure is how many distinct
followers of the set adopt within the 365 days after it, as a mean over the days. All methods are compared by that same
outcome, with 95 % intervals of the difference (paired bootstrap over followers). Costs are assumed, for the comparison
alone: 30 + 0.05 x audience for a person of the small band (audience of 5 to the 80th percentile), 10 x audience^0.9
above it. The second table compares 170 predicted reaches with what happened.
`--follows 10000000` instead learns from so many synthetic follows (`bench/forecast_size.py`) and tells time and memory.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import igraph
import numpy as np
from forecast import read_log
from forecast_size import FOLLOWS, made_up
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc import assets, measures
from graphkoc.activate.calibration import calibrate, expect
from graphkoc.activate.choice import Problem, choose
from graphkoc.activate.probability import FILE, Follows, Learned, learn, write_probabilities
from graphkoc.graph.action_log import Log
from graphkoc.measures.activity import activity
from graphkoc.qualify.score.forecast import Past, forecast

SPLITS = (0.60, 0.70, 0.75, 0.80, 0.85)
YEAR = 365.0
MUST_GOAL = {
    "20 people": (18.5, 22),
    "50 people": (30, 35),
    "5,000, small band": (49.5, 54),
    "joint 2,000": (54, 62),
    "joint 5,000": (100, 110),
    "joint 20,000": (190, 203),
    "20 beside 5 KOLs": (10, 12.5),
    "niche": (9.5, 11.5),
}
NICHES, NICHE_DAYS, NICHE_REVIEWS = 8, 730, 2
BOOKED = 5
REPETITIONS = 2_000
RR_GRAPHS, RR_ROOTS = 40, 50
TIMES, EVERY = 17, 91.5
PLANS = (
    *((20, False), (50, False)),
    *((budget, True) for budget in (1_000, 2_000, 5_000, -1_000, -2_000, -5_000, -10_000, -20_000)),
)
"""Plans whose reach is predicted: people of the small band, or a budget; below 0 for all people."""
RATIO, LOG_ERROR, COVERAGE = (0.8, 1.25), (0.32, 0.24), (0.70, 0.92)

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Column:
    """What a plan may cost, who can be in it, and which followers count; name: the column of the table."""

    name: str
    people: NDArray[np.bool_]
    cost: Values
    budget: float
    weight: Values


class Day:
    """Ciao as known at a day: follows, audiences, assumed costs; and what happened in the year after it."""

    def __init__(self, log: Log, follows: Follows, as_of: float) -> None:
        self.as_of, self.n = as_of, len(log.network)
        self.network = log.network.subset(log.known(as_of))
        self.audience = np.bincount(self.network.source, minlength=self.n).astype(float)
        self.adopted = np.isfinite(follows._find_delay(as_of, as_of + YEAR))[log.known(as_of)].astype(float)
        limit = np.quantile(self.audience[self.audience > 0], 0.8)
        self.small = (self.audience >= 5) & (self.audience <= limit)
        self.kol = self.audience > limit
        self.cost = np.where(self.small, 30 + 0.05 * self.audience, 10 * self.audience**0.9)

    def exposure(self, probability: Values) -> csr_array:
        begins = np.searchsorted(self.network.source, np.arange(self.n + 1))
        return csr_array((probability, self.network.target, begins), shape=(self.n, self.n))

    def columns(self, log: Log) -> Iterator[Column]:
        every, one = np.ones(self.n), np.ones(self.n)
        anyone = self.small | self.kol
        yield Column("20 people", self.small, one, 20, every)
        yield Column("50 people", self.small, one, 50, every)
        yield Column("5,000, small band", self.small, self.cost, 5_000, every)
        for budget in (2_000, 5_000, 20_000):
            yield Column(f"joint {budget:,}", anyone, self.cost, budget, every)
        booked = np.argsort(-self.audience, kind="stable")[:BOOKED]
        weight = every.copy()
        weight[self.network.target[np.isin(self.network.source, booked)]] = 0
        yield Column("20 beside 5 KOLs", self.small, one, 20, weight)
        past = log.day <= self.as_of
        busiest = np.argsort(-np.bincount(log.category[past & (log.category >= 0)]), kind="stable")[:NICHES]
        recent = past & (log.day > self.as_of - NICHE_DAYS)
        for category in busiest.tolist():
            wrote = np.bincount(log.person[recent & (log.category == category)], minlength=self.n)
            yield Column("niche", self.small, one, 20, (wrote >= NICHE_REVIEWS).astype(float))

    def adopters(self, chosen: NDArray[np.int64], weight: Values) -> Values:
        """(n,) float64: 1 where somebody is a follower of the chosen, counts and adopted."""
        found = np.zeros(self.n)
        found[self.network.target[np.isin(self.network.source, chosen) & (self.adopted > 0)]] = 1
        return found * (weight > 0)


Method = Callable[[Day, Column], NDArray[np.int64]]


def by_exposure(exposure: csr_array, weight: Values, day: Day, column: Column) -> NDArray[np.int64]:
    people = np.flatnonzero(column.people)
    problem = Problem(exposure[people], weight, column.cost[people], day.kol[people])
    return people[choose(problem, column.budget).chosen]


def by_rank(score: Values, column: Column) -> NDArray[np.int64]:
    """The best by score who can be afforded, one after the other."""
    people = np.flatnonzero(column.people)
    chosen, left = [], column.budget
    for person in people[np.argsort(-score[people], kind="stable")].tolist():
        if column.cost[person] <= left:
            chosen.append(person)
            left -= column.cost[person]
    return np.array(chosen, dtype=np.int64)


def independent_set(day: Day, column: Column) -> NDArray[np.int64]:
    """People of whom none follows another, those with most followers first."""
    following = csr_array(
        (np.ones(len(day.network.source)), (day.network.source, day.network.target)), shape=(day.n, day.n)
    )
    tied = (following + following.T).tocsr()
    people, barred = np.flatnonzero(column.people), np.zeros(day.n, dtype=bool)
    score = np.full(day.n, -1.0)
    for person in people[np.argsort(-day.audience[people], kind="stable")].tolist():
        if not barred[person]:
            score[person] = day.audience[person]
            barred[tied.indices[tied.indptr[person] : tied.indptr[person + 1]]] = True
    return by_rank(score, Column(column.name, score >= 0, column.cost, column.budget, column.weight))


def rr_sets(day: Day, probability: Values) -> tuple[csr_array, NDArray[np.int64]]:
    """(n, sets): who reaches a random person in a random part of the network, over any number of steps; (sets,) whom.

    Reverse reachable sets: Borgs, Brautbar, Chayes, Lucier, SODA 2014; Tang, Xiao, Shi, SIGMOD 2014.
    """
    rng = np.random.default_rng(0)
    people, sets, whom = [], [], []
    for number in range(RR_GRAPHS):
        live = rng.random(len(probability)) < probability
        edges = np.column_stack([day.network.source[live], day.network.target[live]])
        graph = igraph.Graph(day.n, edges.tolist(), directed=True)
        roots = rng.integers(0, day.n, RR_ROOTS)
        whom.append(roots)
        for place, found in enumerate(graph.neighborhood(roots.tolist(), order=day.n, mode="in")):
            people.append(np.array(found))
            sets.append(np.full(len(found), number * RR_ROOTS + place))
    who, which = np.concatenate(people), np.concatenate(sets)
    shape = day.n, RR_GRAPHS * RR_ROOTS
    return csr_array((np.ones(len(who)), (who, which)), shape=shape), np.concatenate(whom)


def list_methods(log: Log, past: Past, day: Day, learned: Learned) -> dict[str, Method]:
    source, target = day.network.source, day.network.target
    ones = np.ones(len(source))
    rng = np.random.default_rng(0)
    chance = rng.random(day.n)
    pagerank, score = measures.pagerank(day.network), np.exp(forecast(past, day.as_of).score.total)
    recent = activity(log, day.as_of)
    follows = np.maximum(np.bincount(target, minlength=day.n), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_cost = score / day.cost

    def covering(probability: Values, each: Values | None = None) -> Method:
        exposure = day.exposure(probability)
        return lambda day, column: by_exposure(
            exposure, column.weight if each is None else column.weight * each, day, column
        )

    def cascading(sets: csr_array, whom: NDArray[np.int64]) -> Method:
        return lambda day, column: by_exposure(sets, column.weight[whom], day, column)

    return {
        "graphkoc: learned probability per follow": covering(learned.probability.astype(float)),
        "random": lambda day, column: by_rank(chance, column),
        "most followers": lambda day, column: by_rank(day.audience, column),
        "PageRank": lambda day, column: by_rank(pagerank, column),
        "greedy coverage of followers": covering(ones),
        "the same x follower's recent activity": covering(ones, recent),
        "independent cascade, p = .1": cascading(*rr_sets(day, 0.1 * ones)),
        "weighted cascade": cascading(*rr_sets(day, 1 / follows[target])),
        "one maximal independent set": independent_set,
        "forecast score (joint: per cost)": lambda day, column: by_rank(
            per_cost if column.name.startswith("joint") else score, column
        ),
        "oracle": covering(day.adopted),
    }


def compare(log: Log, follows: Follows) -> None:
    """Print the figures of every method, and the intervals of the differences."""
    past = Past(log)
    found: dict[str, dict[str, Values]] = {}
    for split in SPLITS:
        day = Day(log, follows, float(np.quantile(log.day, split)))
        learned, why = follows.learn(day.as_of, most_closed=0)
        if learned is None:
            raise SystemExit(why)
        methods, columns = list_methods(log, past, day, learned), list(day.columns(log))
        for name, method in methods.items():
            for column in columns:
                share = len(SPLITS) * (NICHES if column.name == "niche" else 1)
                into = found.setdefault(name, {}).setdefault(column.name, np.zeros(day.n))
                into += day.adopters(method(day, column), column.weight) / share
            print(f"  {split:.0%}: {name:45}", end="\r", file=sys.stderr, flush=True)
    ours, *peers = found
    print("| method | " + " | ".join(MUST_GOAL) + " |")
    print("|---" * (len(MUST_GOAL) + 1) + "|")
    for name, figures in found.items():
        print(f"| {name} | " + " | ".join(f"{figures[column].sum():.1f}" for column in MUST_GOAL) + " |")
    print("| must / goal | " + " | ".join(f"{must:g} / {goal:g}" for must, goal in MUST_GOAL.values()) + " |")
    reached = [judge(found[ours][column].sum(), *limits) for column, limits in MUST_GOAL.items()]
    print("| reached | " + " | ".join(reached) + " |\n")
    print("| graphkoc minus | " + " | ".join(MUST_GOAL) + " |")
    print("|---" * (len(MUST_GOAL) + 1) + "|")
    for peer in peers:
        cells = [bootstrap(found[ours][column] - found[peer][column]) for column in MUST_GOAL]
        print(f"| {peer} | " + " | ".join(cells) + " |", flush=True)


def judge(figure: float, must: float, goal: float) -> str:
    return "goal" if figure >= goal else "must" if figure >= must else "MISSED"


def bootstrap(difference: Values) -> str:
    """The sum over followers, and its 95 % interval over resamples of all people, the same in every split."""
    rng = np.random.default_rng(0)
    values = difference[difference != 0]
    # How often each of these is drawn when as many people as there are are drawn from all: Poisson, nearly.
    drawn = rng.poisson(1.0, (REPETITIONS, len(values))) @ values
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{difference.sum():+.1f} [{low:.1f}, {high:.1f}]"


def choose_by(
    learned: Learned, day: Day, size: int, is_money: bool, probability: NDArray[np.float32]
) -> NDArray[np.int64]:
    """One of PLANS, by the probabilities of a day: audiences, bands and costs are those of the follows known then."""
    known, every = ~np.isnan(probability), np.ones(day.n)
    audience = np.bincount(learned.followee[known], minlength=day.n).astype(float)
    limit = np.quantile(audience[audience > 0], 0.8)
    small, kol = (audience >= 5) & (audience <= limit), audience > limit
    cost = np.where(small, 30 + 0.05 * audience, 10 * audience**0.9) if is_money else every
    people = np.flatnonzero(small if size > 0 else small | kol)
    exposure = day.exposure(np.nan_to_num(probability).astype(float))
    return people[choose(Problem(exposure[people], every, cost[people], kol[people]), abs(size)).chosen]


def check_reach(log: Log, follows: Follows) -> None:
    """Print how predicted reaches compare with what happened, of plans whose horizon is over at the log's end."""
    seen, raw, corrected, held = [], [], [], []
    last = float(np.floor(log.last_day))
    for number in range(TIMES):
        as_of = last - 366 - EVERY * number
        day = Day(log, follows, as_of)
        learned, why = follows.learn(as_of)
        if learned is None:
            raise SystemExit(why)
        delay = follows._find_delay(as_of, as_of + learned.horizon)[log.known(as_of)]
        every = np.ones(day.n)
        for size, is_money in PLANS:
            pick = partial(choose_by, learned, day, size, is_money)
            chosen = pick(learned.probability)
            predicted = expect(learned, learned.probability, chosen, every)
            found = calibrate(learned, pick, every)
            expected, low, high = found.predict(predicted)
            rows = np.isin(learned.followee, chosen) & np.isfinite(delay)
            happened = len(np.unique(learned.follower[rows]))
            seen.append(happened)
            raw.append(predicted)
            corrected.append(expected)
            if low is not None and high is not None:
                held.append(low <= happened <= high)
    print("\n| reach | observed / predicted | mean absolute log error | 80 % interval covers |")
    print("|---|---|---|---|")
    for name, values in (("raw 1 - prod(1 - p)", raw), ("half-year factor", corrected)):
        error = float(np.mean(np.abs(np.log((np.array(seen) + 1) / (np.array(values) + 1)))))
        cover = f"{np.mean(held):.2f} of {len(held)}" if name.startswith("half") else ""
        print(f"| {name} | {sum(seen) / sum(values):.2f} | {error:.2f} | {cover} |")
    ratio, cover = sum(seen) / sum(corrected), float(np.mean(held))
    passed = (
        "must" if RATIO[0] <= ratio <= RATIO[1] else "MISSED",
        "goal" if error <= LOG_ERROR[1] else "must" if error <= LOG_ERROR[0] else "MISSED",
        "must" if COVERAGE[0] <= cover <= COVERAGE[1] else "MISSED",
    )
    print(
        f"| must / goal | {RATIO[0]} to {RATIO[1]} | {LOG_ERROR[0]} / {LOG_ERROR[1]} | {COVERAGE[0]} to {COVERAGE[1]} |"
    )
    print("| reached | " + " | ".join(passed) + " |", flush=True)


def measure_size(follows: int) -> None:
    """Print how long, and in how much memory, the probabilities of a synthetic log are learned and saved."""
    reviews = int(follows / FOLLOWS)
    log = made_up(reviews, reviews // 25, 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    wall, spent = time.perf_counter(), time.process_time()
    learned, why = learn(log, log.last_day)
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if learned is None:
        raise SystemExit(why)
    with tempfile.TemporaryDirectory() as folder:
        write_probabilities(Path(folder), learned)
        size = (Path(folder) / FILE).stat().st_size
    print("| follows | people | reviews | past days | seconds | CPU seconds | peak of memory | before | file |")
    print("|---|---|---|---|---|---|---|---|---|")
    sizes = len(learned.probability), len(log.network), len(log.day), len(learned.past)
    numbers = " | ".join(f"{number:,}" for number in sizes)
    bytes_ = " | ".join(f"{number / 1e9:.2f} GB" for number in (peak, before, size))
    print(f"| {numbers} | {wall:.0f} | {spent:.0f} | {bytes_} |\n\n{why}", flush=True)


def main() -> None:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("sets", "reach"), help="one of the two tables")
    parser.add_argument("--follows", type=int, help="of a synthetic log, which is learned from instead")
    asked = parser.parse_args()
    if asked.follows:
        measure_size(asked.follows)
        return
    log = read_log("ciao", assets.folder("examples") / "ciao")
    follows = Follows(log)
    for name, step in (("sets", compare), ("reach", check_reach)):
        if asked.only in (None, name):
            spent = time.process_time()
            step(log, follows)
            print(f"\nCPU seconds: {time.process_time() - spent:.0f}\n", flush=True)


if __name__ == "__main__":
    main()
