"""Networks whose circles, or lack of circles, are known."""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.network import Network, seeded

__all__ = ["groups_of", "lfr", "ring_of_cliques", "scale_free", "undirected"]

Groups = list[NDArray[np.int64]]


def undirected(pairs: NDArray[np.integer], people: int, rng_seed: int = 0) -> Network:
    """A network of pairs of 0..people-1; the direction of each follow is random."""
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


def groups_of(groups: int, size: int, inside: float, outside: float, rng_seed: int) -> tuple[Network, Groups]:
    """Groups of one size; each person has about `inside` ties within their group, and `outside` ties with anybody.

    The planted partition of Condon and Karp, Random Struct. Algorithms 18, 2001.
    """
    rng = np.random.default_rng(rng_seed)
    people = groups * size
    own = round(people * inside / 2)
    pairs = rng.integers(0, size, (own, 2)) + size * rng.integers(0, groups, (own, 1))
    others = rng.integers(0, people, (round(people * outside / 2), 2))
    return undirected(np.concatenate([pairs, others]), people), list(np.arange(people).reshape(groups, size))


def lfr(people: int, mixing: float, rng_seed: int) -> tuple[Network, Groups]:
    """The benchmark of Lancichinetti, Fortunato and Radicchi, Phys. Rev. E 78, 2008.

    Degrees 15 to 100 by a power law of exponent -2, groups of 20 to 200 by one of -1.5; of each person's
    ties the share `mixing` leaves the group.
    """
    rng = np.random.default_rng(rng_seed)
    degree = _power_law(rng, 15, 100, 2.0, people)
    inside = np.floor((1 - mixing) * degree + rng.random(people)).astype(int)
    sizes = _sizes(rng, people)
    group, free = np.empty(people, dtype=int), sizes.copy()
    # People with the most ties choose first, among the groups that are large enough for them.
    for person in np.argsort(-inside, kind="stable"):
        places = np.where(sizes > inside[person], free, 0)
        group[person] = rng.choice(len(sizes), p=places / places.sum())
        free[group[person]] -= 1
    members = [np.flatnonzero(group == g) for g in range(len(sizes))]
    with seeded(rng_seed):
        pairs = [who[_inside(inside[who])] for who in members]
    pairs.append(_between(rng, degree - inside, group))
    return undirected(np.concatenate(pairs), people), members


def _power_law(rng: np.random.Generator, least: int, most: int, exponent: float, count: int) -> NDArray[np.int64]:
    values = np.arange(least, most + 1)
    chance = values**-exponent
    return rng.choice(values, count, p=chance / chance.sum())


def _sizes(rng: np.random.Generator, people: int) -> NDArray[np.int64]:
    """Sizes of groups that make `people` together."""
    while True:
        sizes = _power_law(rng, 20, 200, 1.5, people)
        sizes = sizes[: np.searchsorted(np.cumsum(sizes), people, side="right")]
        if (rest := people - sizes.sum()) == 0 or rest >= 20:
            return np.append(sizes, rest) if rest else sizes


def _inside(degree: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of 0..k-1 with these degrees, or slightly fewer, where no simple graph has them."""
    degree = degree.copy()
    while not igraph.is_graphical(degree.tolist(), None, loops=False, multiple=False):
        degree[degree.argmax()] -= 1
    graph = igraph.Graph.Degree_Sequence(degree.tolist(), method="edge_switching_simple")
    return np.asarray(graph.get_edgelist(), dtype=int).reshape(-1, 2)


def _between(rng: np.random.Generator, degree: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs with these degrees, none within a group; pairs that violate this are drawn again with others."""
    ends = rng.permutation(np.repeat(np.arange(len(degree)), degree))
    pairs = ends[: len(ends) // 2 * 2].reshape(-1, 2)
    for _ in range(100):
        _, first = np.unique(np.sort(pairs, axis=1), axis=0, return_index=True)
        wrong = np.ones(len(pairs), dtype=bool)
        wrong[first] = False
        wrong |= group[pairs[:, 0]] == group[pairs[:, 1]]
        if not wrong.any():
            break
        wrong |= rng.random(len(pairs)) < 2 * wrong.mean()
        pairs[wrong] = rng.permutation(pairs[wrong].ravel()).reshape(-1, 2)
    return pairs[~wrong]
