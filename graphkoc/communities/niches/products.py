"""Groups of products that go together: those that significantly many people review both of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from graphkoc.graph import coreview
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import Network, seeded

__all__ = ["group_products"]

RUNS = 10
"""How often communities are looked for, each time with some pairs left out."""
LEFT_OUT = 0.05
STABLE = 0.9
"""Share of the runs in which products of one group are together."""
RESOLUTIONS = (1.0, 4.0, 16.0)
SMALLEST = 3


def group_products(log: Log, scope: NDArray[np.int32], rng_seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The groups of at least 3 products: (k,) int64, the group's number, from 0, and (k,) int64, the
    product's, as in Log.product.

    scope: (k,) int32, of each review, -1 for none; products of a group are of one scope. Communities of
    the significant pairs of products (`coreview.pair_products`) are looked for again and again while some
    pairs are left out (Leiden, modularity); pairs that nearly all runs keep together hold a group
    together. That is done at several resolutions, so a product may be in several groups.
    """
    pairs = coreview.pair_products(log, scope)
    if not len(pairs):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    products, ends = np.unique(pairs, return_inverse=True)
    low, high = ends.reshape(-1, 2).astype(np.int32).T
    unknown = np.full(len(low), np.nan)
    graph = Network(np.char.zfill(products.astype(str), 20), low, high, np.ones(len(low)), unknown).undirected
    rng = np.random.default_rng(rng_seed)
    groups, members, before = [], [], 0
    for resolution in RESOLUTIONS:
        together = np.zeros(len(low), dtype=np.int64)
        for run in range(RUNS):
            kept = np.flatnonzero(rng.random(len(low)) >= LEFT_OUT).tolist()
            with seeded(rng_seed + run):
                found = graph.subgraph_edges(kept, delete_vertices=False).community_leiden(
                    "modularity", resolution=resolution, n_iterations=2
                )
            label = np.array(found.membership)
            together += label[low] == label[high]
        stable = together >= STABLE * RUNS
        links = coo_array((np.ones(stable.sum()), (low[stable], high[stable])), shape=(len(products), len(products)))
        _, part = connected_components(links, directed=False)
        large = np.bincount(part) >= SMALLEST
        at = np.flatnonzero(large[part])
        groups.append((np.cumsum(large) - 1)[part[at]] + before)
        members.append(products[at])
        before += int(large.sum())
    return np.concatenate(groups), np.concatenate(members)
