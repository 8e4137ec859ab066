"""Networks in which it is known what circles there are, or that there are none."""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.network import Network, seeded

__all__ = ["ring_of_cliques", "scale_free", "undirected"]

Groups = list[NDArray[np.int64]]


def undirected(pairs: NDArray[np.integer], people: int, rng_seed: int = 0) -> Network:
    """A network of pairs of 0..people-1; who follows whom in each is a throw of a coin."""
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    turned = np.random.default_rng(rng_seed).random(len(pairs)) < 0.5
    ids = np.array([f"p{i:07}" for i in range(people)])
    first, second = np.where(turned, pairs[:, 1], pairs[:, 0]), np.where(turned, pairs[:, 0], pairs[:, 1])
    edges = pd.DataFrame({"source": ids[first], "target": ids[second], "weight": 1.0})
    return Network.from_edges(edges, ids.tolist())


def ring_of_cliques(cliques: int, size: int) -> tuple[Network, Groups]:
    """Cliques in a ring, one tie between each and the next."""
    inside = np.argwhere(np.triu(np.ones((size, size)), 1))
    first = np.arange(cliques) * size
    pairs = np.concatenate(
        [
            first.repeat(len(inside))[:, None] + np.tile(inside, (cliques, 1)),
            np.column_stack([first, np.roll(first, -1) + 1]),
        ]
    )
    return undirected(pairs, cliques * size), list(np.arange(cliques * size).reshape(cliques, size))


def scale_free(people: int, ties: int, rng_seed: int) -> Network:
    """Preferential attachment (Barabasi and Albert, Science 286, 1999): hubs, and no circles."""
    with seeded(rng_seed):
        graph = igraph.Graph.Barabasi(people, ties)
    return undirected(np.asarray(graph.get_edgelist()), people)
