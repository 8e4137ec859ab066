"""Graphs and logs to test on: each is made for one test, so that no test depends on another."""

from __future__ import annotations

from collections.abc import Callable

import networkx
import numpy as np
import pandas as pd

from graphkoc.graph.action_log import Log
from graphkoc.graph.network import Network

__all__ = ["ZOO", "log_of", "network_of"]


def network_of(graph: networkx.DiGraph) -> Network:
    """The Network of a networkx graph, whose edges go from the influencer to the influenced."""
    edges = pd.DataFrame(
        [(str(a), str(b), d.get("weight", 1.0)) for a, b, d in graph.edges(data=True)],
        columns=["source", "target", "weight"],
    )
    return Network.from_edges(edges, [str(node) for node in graph])


def _weighted(graph: networkx.DiGraph) -> networkx.DiGraph:
    rng = np.random.default_rng(7)
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(rng.integers(1, 9)) / 2
    return graph


ZOO: dict[str, Callable[[], networkx.DiGraph]] = {
    "empty": lambda: networkx.empty_graph(5, create_using=networkx.DiGraph),
    "one edge": lambda: networkx.DiGraph([(0, 1)]),
    "mutual": lambda: networkx.DiGraph([(0, 1), (1, 0)]),
    "cycle": lambda: networkx.cycle_graph(7, create_using=networkx.DiGraph),
    "star out": lambda: networkx.DiGraph([(0, i) for i in range(1, 9)]),
    "star in": lambda: networkx.DiGraph([(i, 0) for i in range(1, 9)]),
    "complete": lambda: networkx.complete_graph(6, create_using=networkx.DiGraph),
    "karate": lambda: networkx.DiGraph(networkx.karate_club_graph().edges()),
    "random": lambda: networkx.gnp_random_graph(60, 0.08, seed=3, directed=True),
    "scale free": lambda: networkx.DiGraph(networkx.scale_free_graph(80, seed=5).edges()),
    "two parts": lambda: networkx.DiGraph([(0, 1), (1, 2), (2, 0), (10, 11), (11, 10)]),
    "weighted": lambda: _weighted(networkx.gnp_random_graph(40, 0.1, seed=9, directed=True)),
}
"""Functions that make the graphs; none has an edge from a node to itself but where it comes in as raw."""


def log_of(reviews: list[tuple[str, str, float]], follows: list[tuple[str, str]], **columns: list[object]) -> Log:
    """A log of (person, product, day) and (follower, followee); `since` and `category` may be given."""
    frame = pd.DataFrame(reviews, columns=["consumer", "product", "day"])
    frame["review"] = [f"r{i}" for i in range(len(frame))]
    frame["created_at"] = pd.to_datetime(frame["day"], unit="D").astype("datetime64[us]")
    products = pd.DataFrame({"product": sorted({product for _, product, _ in reviews})}, dtype="str")
    products["category"] = columns.get("category", ["all"] * len(products))
    edges = pd.DataFrame({"source": [b for _, b in follows], "target": [a for a, _ in follows], "weight": 1.0})
    edges["since"] = pd.to_datetime(pd.Series(columns.get("since", [None] * len(edges)), dtype=float), unit="D")
    people = sorted({person for person, _, _ in reviews} | {end for pair in follows for end in pair})
    return Log.from_frames(edges, frame, products, pd.DataFrame({"consumer": people}))
