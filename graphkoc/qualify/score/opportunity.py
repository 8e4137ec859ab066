"""What followers may come to next: items of a person's reviews that are still reviewed, but not yet by the follower.

On Ciao more than half of a year's follow-on reviews are of items that the person reviewed before that year. A review
that the person would share with others whom the follower follows counts for as much less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.arrays import Values, batches, find_sorted, ragged_ranges
from graphkoc.graph.network import Network

__all__ = ["opportunity"]

Numbers = NDArray[np.int32]

ROWS = 1_000_000
"""Follows' items that are gone through at once."""


def opportunity(
    network: Network,
    who: Numbers,
    item: Numbers,
    kind_of: NDArray[np.int64],
    active: csr_array,
    weight: Values,
    people: NDArray[np.int64],
) -> Values:
    """(len(people),) float64: the sum over followers and items of weight times activity, shared.

    Of each follower and each item that the person has come to and the follower has not: the follower's activity in
    the item's kind, times the item's weight, divided by how many of those whom the follower follows have
    come to it. who, item: (j,), who has come to what. kind_of: (items,). active: (n, kinds) sparse, 0 for
    those to leave out. weight: (items,), 0 for those to leave out. people: indices into the network.
    """
    n, items = len(network), len(kind_of)
    kept = weight[item] > 0
    who, item = who[kept], item[kept]
    order = np.lexsort((item, who))
    who, item = who[order], item[order]
    cells = who.astype(np.int64) * items + item
    begin = np.searchsorted(who, np.arange(n + 1))
    asked = np.zeros(n, dtype=bool)
    asked[people] = True
    # All that the followers of these people follow is gone through, for the sharing; of others nothing.
    theirs = np.diff(active.indptr) > 0
    theirs[np.setdiff1d(np.arange(n), network.target[asked[network.source]])] = False
    edge = np.flatnonzero(theirs[network.target])
    edge = edge[np.argsort(network.target[edge], kind="stable")]
    source, target = network.source[edge], network.target[edge]
    size = np.diff(begin)[source]
    offered = np.zeros(n)
    # All that one follower follows is in one batch.
    for first, last in batches(size, ROWS, np.flatnonzero(np.diff(target, prepend=-1))):
        row, follow = ragged_ranges(begin[source[first:last]], size[first:last])
        key = target[first:last].astype(np.int64)[follow] * items + item[row]
        order = np.argsort(key, kind="stable")
        key, whose = key[order], who[row[order]]
        each = np.flatnonzero(np.diff(key, prepend=-1))
        shared_by = np.diff(each, append=len(key))
        key = key[each]
        follower, what = np.divmod(key, items)
        value = np.asarray(active[follower, kind_of[what]]).reshape(-1) * weight[what] / shared_by
        value[find_sorted(cells, key) >= 0] = 0
        offered += np.bincount(whose, np.repeat(value, shared_by), minlength=n)
    return offered[people]
