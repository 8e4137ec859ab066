"""Dense blocks of reviewers and what they reviewed in a stretch of days: FRAUDAR, with its bound.

Hooi, Song, Beutel, Shah, Shin, Faloutsos, "FRAUDAR: bounding graph fraud in the face of camouflage", KDD 2016.
A block's density is the weight of the ties inside it, divided by its people and columns; a tie weighs
1 / ln(degree + 5) of its column, so what everybody reviews counts little and reviews of it hide nobody.

Honest reviewers make blocks too, because they share tastes and new products appear. A block counts when it is `BEYOND`
times as dense as the densest block with reviews shuffled within each stretch, each person's and each product's number
of reviews kept. (On Ciao honest ones are 1.1 times as dense.)
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from graphkoc.arrays import Indices, Values

__all__ = ["BEYOND", "Block", "beyond_chance", "denser", "densest"]

OFFSET = 5.0
"""Added to a column's degree before the logarithm, as in the paper."""
BEYOND = 1.5
SHUFFLES = 3


@dataclass(frozen=True, eq=False)
class Block:
    """people, columns: sorted numbers of those in the block. density: its weight by its size.
    bound: no block of these ties is denser than that; at most twice the density."""

    people: Indices
    columns: Indices
    density: float
    bound: float


def densest(person: Indices, column: Indices) -> Block | None:
    """The densest block that greedy peeling finds; None without ties.

    person, column: (k,) numbers from 0, the two ends of each tie; a tie that comes twice is one. Whoever
    has the least weight left goes first, ties by number, and the best of all that was left on the way is
    the block: at least half as dense as the densest that there is. The bound is the largest of the least
    weights, as all in the densest block have at least its density. Whoever has less weight than what is left
    is dense would go before the rest in any case, so all such go at once, in arrays, before a heap orders
    the few that stay.
    """
    if not len(person):
        return None
    people, ends = np.divmod(np.unique(person * (int(column.max()) + 1) + column), int(column.max()) + 1)
    weight = (1 / np.log(np.bincount(ends) + OFFSET))[ends]
    offset = int(people.max()) + 1
    ends = ends + offset
    people, ends, weight = _find_core(people, ends, weight)
    order, least = _peel(people, ends, weight)
    density = _compute_densities(order, people, ends, weight)
    best = int(np.argmax(density))
    inside = np.sort(order[best:])
    return Block(inside[inside < offset], inside[inside >= offset] - offset, float(density[best]), least)


def beyond_chance(person: Indices, column: Indices, stretch: Indices, rng_seed: int) -> float:
    """The density above which a block is denser than chance: BEYOND times the densest of some shuffles.

    person, column, stretch: (k,) numbers from 0; a column is of one stretch.
    """
    rng = np.random.default_rng(rng_seed)
    by_stretch = np.argsort(stretch, kind="stable")
    most = 0.0
    for _ in range(SHUFFLES):
        shuffled = np.empty_like(column)
        shuffled[by_stretch] = column[np.lexsort((rng.random(len(column)), stretch))]
        block = densest(person, shuffled)
        most = max(most, block.density if block else 0.0)
    return BEYOND * most


def denser(person: Indices, column: Indices, limit: float) -> list[Block]:
    """The blocks that are denser than a limit, the densest first; the ties of each are removed before the
    next search."""
    found: list[Block] = []
    while (block := densest(person, column)) and block.density > limit:
        found.append(block)
        left = ~(np.isin(person, block.people) & np.isin(column, block.columns))
        person, column = person[left], column[left]
    return found


def _find_core(people: Indices, ends: Indices, weight: Values) -> tuple[Indices, Indices, Values]:
    """The ties that are left when nobody has less weight than what is left is dense."""
    n = int(ends.max()) + 1
    while True:
        left = np.bincount(people, weight, minlength=n) + np.bincount(ends, weight, minlength=n)
        there = np.zeros(n, dtype=bool)
        there[people] = there[ends] = True
        density = weight.sum() / there.sum()
        # Sums of the same weights in another order differ in the last digits.
        keep = left >= density * (1 - 1e-9)
        stay = keep[people] & keep[ends]
        if stay.all():
            return people, ends, weight
        people, ends, weight = people[stay], ends[stay], weight[stay]


def _peel(people: Indices, ends: Indices, weight: Values) -> tuple[Indices, float]:
    """The nodes in the order in which they go, and the largest weight that the next to go had."""
    nodes, numbers = np.unique(np.concatenate([people, ends]), return_inverse=True)
    half = len(people)
    near = np.concatenate([numbers[half:], numbers[:half]])
    order = np.lexsort((near, numbers))
    neighbours, weights = near[order].tolist(), np.concatenate([weight, weight])[order].tolist()
    start = np.concatenate([[0], np.cumsum(np.bincount(numbers))]).tolist()
    left = np.bincount(numbers, np.concatenate([weight, weight])).tolist()
    gone = [False] * len(nodes)
    heap = [(value, node) for node, value in enumerate(left)]
    heapq.heapify(heap)
    removed: list[int] = []
    least = 0.0
    while heap:
        value, node = heapq.heappop(heap)
        # A weight only falls, so of a node's entries the last pushed comes first and the others are stale.
        if gone[node]:
            continue
        gone[node] = True
        removed.append(node)
        least = max(least, value)
        for i in range(start[node], start[node + 1]):
            other = neighbours[i]
            if not gone[other]:
                left[other] -= weights[i]
                heapq.heappush(heap, (left[other], other))
    return nodes[np.array(removed)], least


def _compute_densities(order: Indices, people: Indices, ends: Indices, weight: Values) -> Values:
    """(s,) float64: how dense what is left is before each node goes."""
    when = np.zeros(int(order.max()) + 1, dtype=np.int64)
    when[order] = np.arange(len(order))
    lost = np.bincount(np.minimum(when[people], when[ends]), weight, minlength=len(order))
    return np.cumsum(lost[::-1])[::-1] / np.arange(len(order), 0, -1)
