"""How long, and in how much memory, a forecast is learned from five million reviews: `python bench/forecast_size.py`.

The log is made up: a million people, of whom few write much and few are followed by many, follows that mostly stay
among people with the same favourite category, half of them dated, and reviews over eight years, one in ten of a
product that somebody they follow wrote about before. `forecast` learns from every snapshot of that past and
scores everybody, of this log and of the example, each in a process of its own, whose peak of memory the system tells.
`--reviews 500000` makes all of it a tenth as large.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pickle
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import igraph
import numpy as np
from numpy.typing import NDArray

from graphkoc import assets, load, open_store, project
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import Network
from graphkoc.qualify.score.forecast import Past, forecast

CATEGORIES = 50
DAYS = 8 * 365
BEGIN = 14_000
"""The first day, since 1970."""
FOLLOWS, PEOPLE = 2.0, 0.2
"""For each review."""
AT_HOME = 0.8
"""Share of follows, and of reviews, within a favourite category."""
AFTER_OTHERS = 0.1
"""Share of reviews of what somebody they follow reviewed before."""
SPARE = 1.7
"""Times what is wanted that is drawn, as some of it comes twice or too late."""
GOAL_BYTES, GOAL_SECONDS = 6 * 10**9, 60


def drawn(
    rng: np.random.Generator, weights: NDArray[np.float64], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Indices by lot, each as often as its weight says, within [begin, end)."""
    total = np.concatenate([[0], np.cumsum(weights)])
    at = total[begin] + (total[end] - total[begin]) * rng.random(len(begin))
    return np.clip(np.searchsorted(total, at, side="right") - 1, begin, end - 1)


def anywhere(rng: np.random.Generator, weights: NDArray[np.float64], number: int) -> NDArray[np.int64]:
    """So many indices by lot, each as often as its weight says."""
    return drawn(rng, weights, np.zeros(number, dtype=np.int64), np.full(number, len(weights)))


def without_repeats(*columns: NDArray[np.generic]) -> NDArray[np.int64]:
    """The rows, by the last columns first, of which the first of each pair of the last two stays."""
    order = np.lexsort(columns)
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (np.diff(columns[-1][order]) == 0) & (np.diff(columns[-2][order]) == 0)
    return order[~again]


def made_up_follows(
    rng: np.random.Generator, number: int, home: NDArray[np.int64], busy: NDArray[np.float64], joined: NDArray[np.int64]
) -> Network:
    """Who follows whom; the busy follow and are followed more, and a few by far the most. home: (n,), sorted."""
    people, wanted = len(home), int(SPARE * number)
    follower = anywhere(rng, busy**0.6, wanted)
    alike = rng.random(wanted) < AT_HOME
    begins = np.searchsorted(home, np.arange(CATEGORIES + 1))
    begin = np.where(alike, begins[home[follower]], 0)
    end = np.where(alike, begins[home[follower] + 1], people)
    followee = drawn(rng, busy**0.6 * (1 + rng.pareto(1.5, people)), begin, end)
    kept = without_repeats(follower, followee)
    kept = np.sort(rng.permutation(kept[follower[kept] != followee[kept]])[:number])
    order = kept[np.lexsort((follower[kept], followee[kept]))]
    source, target = followee[order], follower[order]
    since = np.maximum(joined[source], joined[target])
    since = since + np.floor((BEGIN + DAYS - since) * rng.random(len(order)))
    return Network(
        np.array([f"made-up:{person:07}" for person in range(people)]),
        source.astype(np.int32),
        target.astype(np.int32),
        np.ones(len(order)),
        np.where(rng.random(len(order)) < 0.5, since, np.nan),
    )


def made_up(reviews: int, products: int, rng_seed: int) -> Log:
    """A log of about so many reviews, twice as many follows, and a fifth as many people."""
    rng = np.random.default_rng(rng_seed)
    people = int(PEOPLE * reviews)
    home = np.sort(rng.integers(0, CATEGORIES, people))
    busy = rng.lognormal(0, 1.8, people)
    joined = BEGIN + (DAYS * rng.random(people)).astype(np.int64)
    stays = rng.exponential(500, people)
    network = made_up_follows(rng, int(FOLLOWS * reviews), home, busy, joined)

    wanted = int(SPARE * reviews)
    copies = int(AFTER_OTHERS * wanted)
    person = np.sort(anywhere(rng, busy, wanted - copies))
    category = np.sort(rng.integers(0, CATEGORIES, products))
    begins = np.searchsorted(category, np.arange(CATEGORIES + 1))
    kind = np.where(rng.random(len(person)) < AT_HOME, home[person], rng.integers(0, CATEGORIES, len(person)))
    # Pareto's weights: of each category a few products are in everybody's hands.
    product = drawn(rng, 1 + rng.pareto(1.2, products), begins[kind], begins[kind + 1])
    day = joined[person] + stays[person] * rng.exponential(1, len(person))
    # Some weeks after one of their followees' reviews, a busy follower reviews the same.
    first = np.searchsorted(person, np.arange(people + 1))
    wrote = np.diff(first)
    tie = anywhere(rng, busy[network.target] * (wrote[network.source] > 0), copies)
    seen = first[network.source[tie]] + (wrote[network.source[tie]] * rng.random(copies)).astype(np.int64)
    later = np.maximum(day[seen], joined[network.target[tie]]) + rng.exponential(60, copies)
    person = np.concatenate([person, network.target[tie]])
    product = np.concatenate([product, product[seen]])
    day = np.floor(np.concatenate([day, later]))

    kept = without_repeats(day, product, person)
    kept = rng.permutation(kept[day[kept] < BEGIN + DAYS])[:reviews]
    kept = kept[np.lexsort((product[kept], person[kept], day[kept]))]
    return Log(
        network,
        person[kept].astype(np.int32),
        product[kept],
        np.ones(len(kept), dtype=bool),
        day[kept],
        category[product[kept]].astype(np.int32),
        [f"category {number:02}" for number in range(CATEGORIES)],
        0,
        np.empty(0, dtype=np.int32),
        np.empty(0, dtype=np.int64),
        np.empty(0),
        np.array([f"made-up:{product:07}" for product in range(products)], dtype=object),
        np.empty(0, dtype=object),
    )


def write_made_up(path: Path, reviews: int, products: int, rng_seed: int) -> None:
    with path.open("wb") as file:
        pickle.dump(made_up(reviews, products, rng_seed), file, protocol=5)


def write_example(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, path.open("wb") as file:
        store = open_store(f"ladybug:{Path(folder) / 'ciao.lbug'}")
        load(store, "ciao", [assets.folder("examples") / "ciao"])
        pickle.dump(project(store).log(), file, protocol=5)
        store.close()


def measured(name: str, path: Path) -> None:
    """Forecast the log of a file, and print a row."""
    with path.open("rb") as file:
        log = pickle.load(file)
    wall, spent = time.perf_counter(), time.process_time()
    past = Past(log)
    found = forecast(past, log.last_day)
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sizes = (len(log.day), len(log.network.source), len(log.network), len(past.windows(log.last_day)))
    counts = " | ".join(f"{number:,}" for number in (*sizes, len(past.history.pairs.edge)))
    print(f"| {name} | {counts} | {spent:.0f} | {wall:.0f} | {peak / 1e9:.2f} GB | {found.score.kind} |", flush=True)
    print(f"{name}: {found.score.why}.", file=sys.stderr)


def main() -> None:
    """Measure both logs, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reviews", type=int, default=5_000_000, help="of the log that is made up")
    parser.add_argument("--products", type=int, help="by default one for 25 reviews; fewer make more pairs")
    parser.add_argument("--rng-seed", type=int, default=0)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, DuckDB {duckdb.__version__},", end=" ")
    print(f"igraph {igraph.__version__}. Goal: {GOAL_BYTES / 1e9:.0f} GB; the example in {GOAL_SECONDS} s.\n")
    print("| log | reviews | follows | people | snapshots | pairs | CPU seconds | seconds | peak of memory | score |")
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    # Each in a process of its own: a peak of memory counts from a process's beginning.
    processes = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.pickle"
        for target, arguments in (
            (write_example, (path,)),
            (measured, ("the example", path)),
            (write_made_up, (path, given.reviews, given.products or given.reviews // 25, given.rng_seed)),
            (measured, ("made up", path)),
        ):
            process = processes.Process(target=target, args=arguments)
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
