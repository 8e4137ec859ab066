"""Measures of the dated log: recent activity, and the follow-on reviews that a person is credited with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Values, batches, find_sorted, ragged_ranges
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import Network

__all__ = ["HALF_LIFE", "Pairs", "activity", "audience_activity", "credit", "pairs", "past_credit"]


HALF_LIFE = 90.0
"""Days in which a review's weight halves."""
ROWS = 2_000_000
"""Items of follows that are looked up at once."""


def activity(log: Log, as_of: float, half_life: float = HALF_LIFE) -> Values:
    """Recent activity as of a day: each first review weighs 2^(-age / half_life), ages in days.

    Returns (n,) float64. Exponential decay as in Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay",
    ICDE 2009.
    """
    past = log.day <= as_of
    weights = np.exp2(-(as_of - log.day[past]) / half_life)
    return np.bincount(log.person[past], weights, minlength=len(log.network)).astype(float)


def audience_activity(log: Log, as_of: float, half_life: float = HALF_LIFE) -> Values:
    """The recent activity of the followers known as of a day, summed; (n,) float64."""
    network = log.network.subset(log.known(as_of))
    return np.bincount(network.source, activity(log, as_of, half_life)[network.target], minlength=len(network)).astype(
        float
    )


@dataclass(frozen=True, eq=False)
class Pairs:
    """Follows whose two ends met the same item on different days, one row per follow and item.

    edge: (q,) int32, index into the network's edges. source, target: (q,) int32, the edge's ends (who is
    followed, who follows). item: (q,) int32, a product or a tag, as in Log.items. source_day, target_day: (q,)
    float64, when each first met it. adoption: (q,) int32, a number for each target and item.
    """

    edge: NDArray[np.int32]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    item: NDArray[np.int32]
    source_day: Values
    target_day: Values
    adoption: NDArray[np.int32]

    def where(self, mask: NDArray[np.bool_]) -> Pairs:
        """Some of the rows; mask: (q,) bool."""
        return Pairs(*(values[mask] for values in vars(self).values()))

    def shares(self) -> Values:
        """(q,) float64: each adoption's credit of 1, shared equally among its rows.

        An adoption is one follower's first meeting with one item. Goyal, Bonchi, Lakshmanan, "A data-based
        approach to social influence maximization", VLDB 2011, with equal shares.
        """
        return 1.0 / np.bincount(self.adoption)[self.adoption] if len(self.adoption) else np.empty(0)


def pairs(log: Log, network: Network | None = None) -> Pairs:
    """The pairs of a log, sorted by edge and item; `network` stands in for the log's own (a placebo's follows)."""
    network = network or log.network
    items = log.items
    count = int(items.item.max(initial=0)) + 1
    cells = items.person.astype(np.int64) * count + items.item
    order = np.argsort(cells)
    cells, day = cells[order], items.day[order]
    begin = np.searchsorted(cells, np.arange(len(network) + 1) * count)
    met = np.diff(begin)
    # Of a follow's two ends the one that met fewer items is searched for among those of the other.
    less = met[network.source] <= met[network.target]
    one, other = np.where(less, (network.source, network.target), (network.target, network.source))
    # A Bloom filter of one hash (Bloom, Communications of the ACM 13, 1970): most lookups find nothing.
    bits = len(cells).bit_length() + 3
    filled = np.zeros(1 << bits, dtype=bool)
    filled[_slots(cells, bits)] = True
    found = [np.empty((3, 0), dtype=np.int64)]
    for first, last in batches(met[one], ROWS):
        here, there = one[first:last], other[first:last]
        mine, edge = ragged_ranges(begin[here], met[here])
        wanted = cells[mine] + ((there.astype(np.int64) - here) * count)[edge]
        row = np.flatnonzero(filled[_slots(wanted, bits)])
        mine, edge, wanted = mine[row], edge[row], wanted[row]
        theirs = find_sorted(cells, wanted)
        both = (theirs >= 0) & (day[theirs] != day[mine])
        found.append(np.stack([first + edge[both], mine[both], theirs[both]]))
    edge, mine, theirs = np.concatenate(found, axis=1)
    mine, theirs = np.where(less[edge], (mine, theirs), (theirs, mine))
    _, adoption = np.unique(cells[theirs], return_inverse=True)
    return Pairs(
        edge.astype(np.int32),
        network.source[edge],
        network.target[edge],
        (cells[mine] % count).astype(np.int32),
        day[mine],
        day[theirs],
        adoption.astype(np.int32),
    )


def _slots(cells: NDArray[np.int64], bits: int) -> NDArray[np.uint64]:
    """A number of so many bits for each cell: Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4)."""
    return (cells.view(np.uint64) * np.uint64(11400714819323198485)) >> np.uint64(64 - bits)


def credit(pairs: Pairs, n: int, after: float, until: float = np.inf) -> Values:
    """Adoption credit that each of n people earns by reviews in (after, until].

    pairs: the rows to count, already limited to the follows that are known. A follower's review
    counts when a followee came first; those who came first share 1 equally. Returns (n,) float64.
    """
    first = pairs.where(pairs.source_day < pairs.target_day)
    shares = first.shares()
    window = (first.target_day > after) & (first.target_day <= until)
    return np.bincount(first.source[window], shares[window], minlength=n).astype(float)


def past_credit(pairs: Pairs, n: int, as_of: float, half_life: float) -> Values:
    """Adoption credit earned up to a day, each adoption weighing 2^(-age / half_life); (n,) float64."""
    first = pairs.where((pairs.source_day < pairs.target_day) & (pairs.target_day <= as_of))
    weights = first.shares() * np.exp2(-(as_of - first.target_day) / half_life)
    return np.bincount(first.source, weights, minlength=n).astype(float)
