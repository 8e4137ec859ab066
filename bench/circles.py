"""What circles are found where they are planted, in chance, and in real follows: `python bench/circles.py`.

`--data FOLDER` may hold `filmtrust/trust.txt` (who trusts whom, three columns); without it that control is
left out. `--follows 1000000` looks, rewired control included, at about so many made-up follows instead.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import igraph
import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from planted import Groups, groups_of, lfr, ring_of_cliques, scale_free, undirected

from graphkoc import assets, load, open_store, project
from graphkoc.communities import tracking
from graphkoc.communities.circles import PUBLISHED, find_circles
from graphkoc.communities.circles.search import search
from graphkoc.communities.circles.ties import Ties, rewired, ties
from graphkoc.graph import coreview
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import Network, seeded
from graphkoc.runs.members import MEMBER

SEEDS = range(3)
RERUNS = range(1, 11)
DROPPED = 0.05
"""Share of the follows that a rerun does without."""
CHANGED = 0.015
"""Share of the follows that are others a little later: half of them are gone, and as many are new."""
ALIKE = 0.75
"""Jaccard of its people from which a circle is the planted one, or is recovered."""
MIXINGS = {0.3: 0.95, 0.4: 0.90, 0.5: 0.80, 0.6: 0.70}


@contextmanager
def timed() -> Iterator[Callable[[], str]]:
    wall, spent = time.perf_counter(), cpu()
    yield lambda: f"{time.perf_counter() - wall:.0f} s, {cpu() - spent:.0f} s of processors"


def cpu() -> float:
    """Seconds of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def example() -> Log:
    """Ciao's log, whole."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"ladybug:{Path(folder) / 'graphkoc.lbug'}")
        load(store, "ciao", [assets.folder("examples") / "ciao"])
        projection = project(store)
        store.close()
    return projection.log()


def filmtrust(folder: Path) -> Network | None:
    """Who trusts whom; None where the file is not there."""
    path = folder / "filmtrust" / "trust.txt"
    if not path.is_file():
        return None
    rows = pd.read_csv(path, sep=r"\s+", header=None, usecols=[0, 1], dtype="str")
    return undirected(pd.factorize(rows.to_numpy().ravel())[0].reshape(-1, 2), int(rows.stack().nunique()))


def random_ties(people: int, number: int, rng_seed: int) -> Network:
    """Random ties (Erdos and Renyi, Publ. Math. Debrecen 6, 1959)."""
    with seeded(rng_seed):
        graph = igraph.Graph.Erdos_Renyi(n=people, m=number)
    return undirected(np.asarray(graph.get_edgelist()), people)


def sets(table: pd.DataFrame, circle: str = "circle") -> list[frozenset[str]]:
    """The members of each circle."""
    inside = table[table["confidence"] >= MEMBER]
    return [frozenset(people) for _, people in inside.groupby(circle)["consumer"]]


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def found_in(some: Ties, rng_seed: int) -> int:
    """Circles of at least tentative stability, before any control."""
    return len(search(some, [], 10, rng_seed, None, lambda done, total: None))


def chance(log: Log, together: NDArray[np.integer], folder: Path) -> None:
    print("Where there are none: circles found, by seed, before any control")
    film = filmtrust(folder)
    nulls: dict[str, Callable[[int], Ties]] = {
        "Barabasi-Albert, 5000 people, 4 ties each": lambda seed: ties(scale_free(5000, 4, seed)),
        "Erdos-Renyi, 5000 people, 20,000 ties": lambda seed: ties(random_ties(5000, 20_000, seed)),
        "Ciao rewired": lambda seed: rewired(ties(log.network, together), 100 + seed),
    }
    if film is not None:
        nulls["FilmTrust rewired"] = lambda seed: rewired(ties(film), 100 + seed)
    for name, made in nulls.items():
        print(f"  {name}: {[found_in(made(seed), seed) for seed in SEEDS]}", flush=True)


def against(network: Network, planted: Groups, min_size: int, rng_seed: int) -> tuple[float, float, int]:
    """Recall and precision of the published circles, and how many there are."""
    result = find_circles(network, min_size=min_size, rng_seed=rng_seed)
    published = result.table.loc[result.table["status"] == "published", "circle"]
    here = sets(result.members[result.members["circle"].isin(published)])
    there = [frozenset(network.ids[group].tolist()) for group in planted]
    alike = np.array([[jaccard(a, b) >= ALIKE for b in there] for a in here]).reshape(len(here), len(there))
    return float(alike.any(axis=0).mean()), float(alike.any(axis=1).mean()) if len(here) else 1.0, len(here)


def planted() -> None:
    print(f"Where they are planted: published (S at least {PUBLISHED}) with a Jaccard of at least {ALIKE}")
    recall, precision, number = against(*ring_of_cliques(500, 5), min_size=5, rng_seed=0)
    print(f"  ring of 500 five-cliques: {number} found, recall {recall:.2f}, precision {precision:.2f}", flush=True)
    recall, precision, number = against(*groups_of(20, 200, 15, 5, 0), min_size=10, rng_seed=0)
    print(f"  20 groups of 200: {number} found, recall {recall:.2f}, precision {precision:.2f}", flush=True)
    for mixing, goal in MIXINGS.items():
        rows = np.array([against(*lfr(5000, mixing, seed), min_size=10, rng_seed=seed) for seed in SEEDS])
        recalls, precisions = (", ".join(f"{value:.3f}" for value in rows[:, column]) for column in (0, 1))
        print(f"  LFR, mixing {mixing}: recall {recalls} (goal {goal:.2f}); precision {precisions}", flush=True)


def follows(log: Log, together: NDArray[np.integer]) -> None:
    network = log.network
    with timed() as spent:
        result = find_circles(
            network, together=together, joined=np.where(np.isfinite(log.first_day), log.first_day, np.nan)
        )
    before = find_circles(network, together=together)
    sizes = {status: int((before.table["status"] == status).sum()) for status in ("published", "tentative")}
    print(f"Ciao up to the 75 % split: {len(ties(network)):,} ties ({spent()} with the control)")
    print(f"  before the cohort test: {sizes['published']} published, {sizes['tentative']} tentative")
    print(f"  after it: {result.table['status'].value_counts().to_dict()}, {result.explained} explained by joining")
    print(f"  rewired: {result.control}; refused: {result.why_not}", flush=True)

    stable = before.table.loc[before.table["status"] == "published", "circle"]
    wanted = sets(before.members[before.members["circle"].isin(stable)])
    back = []
    for seed in RERUNS:
        kept = np.random.default_rng([seed, 1]).random(len(network.source)) >= DROPPED
        rerun = search(ties(network.subset(kept), together), [], 10, seed, None, lambda done, total: None)
        people = ties(network.subset(kept), together).people
        there = [frozenset(network.ids[people[one.members]].tolist()) for one in rerun]
        back.append(sum(any(jaccard(one, other) >= ALIKE for other in there) for one in wanted))
    share = sum(back) / max(len(back) * len(wanted), 1)
    print(
        f"  recovered, of {len(wanted)} at S {PUBLISHED}, in each of {len(back)} reruns: {back} ({share:.0%})",
        flush=True,
    )


def ids_kept(log: Log, together: NDArray[np.integer]) -> None:
    """How many circles keep their id when some follows are others."""
    network = log.network
    first = find_circles(network, together=together)
    inside = first.members[first.members["confidence"] >= MEMBER]
    past = tracking.follow("circle", inside, as_of="one")
    node = pd.Series(np.arange(len(network)), index=network.ids)
    known = [node[list(people)].to_numpy() for people in sets(inside)]
    kept = []
    for seed in RERUNS:
        changed = with_others(network, seed)
        now = find_circles(changed, together=together, known=known, rng_seed=0)
        here = now.members[now.members["confidence"] >= MEMBER]
        followed = tracking.follow("circle", here, past.lifelines, as_of="two")
        kept.append(len(set(followed.ids.values()) & set(past.ids.values())))
    print(f"  {CHANGED:.1%} of the follows changed: {kept} of {len(past.ids)} ids kept", flush=True)


def with_others(network: Network, rng_seed: int) -> Network:
    """The network with some follows gone and as many new ones between people who follow and are followed."""
    rng = np.random.default_rng([rng_seed, 2])
    m = len(network.source)
    changed = round(m * CHANGED / 2)
    kept = np.ones(m, dtype=bool)
    kept[rng.choice(m, changed, replace=False)] = False
    source = np.concatenate([network.source[kept], rng.permutation(network.source)[:changed]])
    target = np.concatenate([network.target[kept], rng.permutation(network.target)[:changed]])
    edges = pd.DataFrame({"source": network.ids[source], "target": network.ids[target], "weight": 1.0})
    edges = edges[edges["source"] != edges["target"]].drop_duplicates(ignore_index=True)
    return Network.from_edges(edges, network.ids.tolist())


def at_size(number: int) -> None:
    network, groups = lfr(number * 61 // 1000, 0.5, 0)
    print(f"Made up: {len(network):,} people, {len(network.source):,} follows, {len(groups):,} groups", flush=True)
    with timed() as spent:
        recall, precision, found = against(network, groups, min_size=10, rng_seed=0)
    # A worker's peak is its own; they stand beside the caller's.
    own, worker = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    most = own + len(os.sched_getaffinity(0)) * worker
    print(f"  {found} published, recall {recall:.3f}, precision {precision:.3f}; with the control in {spent()}")
    print(f"  at most {most / 1e6:.1f} GB in all processes together")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--follows", type=int, default=0, help="how many to make up")
    asked = parser.parse_args()
    if asked.follows:
        at_size(asked.follows)
        return
    whole = example()
    log = whole.until(float(np.quantile(whole.day, 0.75)))
    together = coreview.pair_people(log)
    follows(log, together)
    ids_kept(log, together)
    chance(log, together, asked.data)
    planted()


if __name__ == "__main__":
    main()
