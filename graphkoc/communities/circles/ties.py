"""Ties: the undirected weighted network that circles are found in, and its rewired control."""

from __future__ import annotations

from dataclasses import dataclass

import igraph
import numpy as np
from numpy.typing import NDArray

from graphkoc.graph.network import Network, seeded

__all__ = ["TOGETHER", "Ties", "rewired", "ties"]

TOGETHER = 4.0
"""What the weight of a tie is multiplied by when its two ends review the same products."""


@dataclass(frozen=True, eq=False)
class Ties:
    """The ties, among the people who have one.

    people: (n,) int32, sorted, their indices in the network. low, high: (m,) int32, indices into
    people, low < high, sorted by low and high, no pair twice. weight: (m,) float64, above 0.
    """

    people: NDArray[np.int32]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    weight: NDArray[np.float64]

    def __len__(self) -> int:
        """The number of ties."""
        return len(self.low)


def ties(network: Network, together: NDArray[np.integer] | None = None) -> Ties:
    """The ties of a network: a pair's weight is the sum of its two directions'.

    together: (k, 2), pairs of nodes, either way round, whose ties weigh `TOGETHER` times as much;
    pairs that are not tied make no difference.
    """
    n = len(network)
    keys, inverse = np.unique(_keys(np.column_stack([network.source, network.target]), n), return_inverse=True)
    weight = np.bincount(inverse, network.weight, minlength=len(keys)).astype(float)
    if together is not None and len(together):
        weight[np.isin(keys, _keys(together, n))] *= TOGETHER
    pairs = np.column_stack([keys // max(n, 1), keys % max(n, 1)])
    people, ends = np.unique(pairs, return_inverse=True)
    low, high = ends.reshape(-1, 2).astype(np.int32).T
    return Ties(people.astype(np.int32), low, high, weight)


def rewired(real: Ties, rng_seed: int) -> Ties:
    """A randomly rewired network in which each person has as many ties as before.

    Ten swaps of ends are tried a tie (Maslov and Sneppen, Science 296, 2002). The weights are the same
    ones: the weight of the tie with the k-th greatest product of degrees goes to the new tie with the
    k-th greatest, so that ties between well-connected people are as heavy as they were.
    """
    rng = np.random.default_rng([rng_seed, 0])
    degree = np.bincount(np.concatenate([real.low, real.high])).astype(float)
    graph = igraph.Graph(len(real.people), zip(real.low.tolist(), real.high.tolist(), strict=True))
    with seeded(int(rng.integers(2**62))):
        graph.rewire(n=10 * len(real))
    ends = np.sort(np.asarray(graph.get_edgelist(), dtype=np.int32).reshape(-1, 2), axis=1)
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    chance = rng.random(len(real))
    weight = np.empty(len(real))
    weight[np.lexsort((chance, degree[ends[:, 0]] * degree[ends[:, 1]]))] = real.weight[
        np.lexsort((chance, degree[real.low] * degree[real.high]))
    ]
    return Ties(real.people, ends[:, 0], ends[:, 1], weight)


def _keys(pairs: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    """One number for each pair, the same either way round."""
    first, second = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    return np.minimum(first, second) * n + np.maximum(first, second)
