"""What followers may come to next: subjects that she wrote about, that are still written about, and that they have not.

On Ciao more than half of a year's follow-on reviews are of what she wrote before it began. A review that she would
share with others whom the follower follows counts for as much less.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.graph.network import Network

__all__ = ["opportunity"]

Values = NDArray[np.float64]
Numbers = NDArray[np.int32]

ROWS = 1_000_000
"""Follows' subjects that are gone through at once."""


def opportunity(
    network: Network,
    who: Numbers,
    subject: Numbers,
    kind_of: NDArray[np.int64],
    active: csr_array,
    weight: Values,
    people: NDArray[np.int64],
) -> Values:
    """(len(people),) float64: the sum over followers and subjects of weight times activity, shared.

    Of each follower and each subject that she has come to and the follower has not: the follower's activity in
    the subject's kind, times the subject's weight, divided by how many of those whom the follower follows have
    come to it. who, subject: (j,), who has come to what. kind_of: (subjects,). active: (n, kinds) sparse, 0 for
    those to leave out. weight: (subjects,), 0 for those to leave out. people: indices into the network.
    """
    n, subjects = len(network), len(kind_of)
    kept = weight[subject] > 0
    who, subject = who[kept], subject[kept]
    order = np.lexsort((subject, who))
    who, subject = who[order], subject[order]
    cells = who.astype(np.int64) * subjects + subject
    begin = np.searchsorted(who, np.arange(n + 1))
    hers = np.zeros(n, dtype=bool)
    hers[people] = True
    # All that the followers of these people follow is gone through, for the sharing; of others nothing.
    theirs = np.diff(active.indptr) > 0
    theirs[np.setdiff1d(np.arange(n), network.target[hers[network.source]])] = False
    edge = np.flatnonzero(theirs[network.target])
    edge = edge[np.argsort(network.target[edge], kind="stable")]
    source, target = network.source[edge], network.target[edge]
    size = np.diff(begin)[source]
    offered = np.zeros(n)
    for first, last in _batches(target, size):
        long = size[first:last]
        ends = np.cumsum(long)
        row = np.arange(int(long.sum())) + np.repeat(begin[source[first:last]] - ends + long, long)
        key = np.repeat(target[first:last].astype(np.int64) * subjects, long) + subject[row]
        order = np.argsort(key, kind="stable")
        key, whose = key[order], who[row[order]]
        each = np.flatnonzero(np.diff(key, prepend=-1))
        shared_by = np.diff(each, append=len(key))
        key = key[each]
        place = np.minimum(np.searchsorted(cells, key), len(cells) - 1)
        follower, what = np.divmod(key, subjects)
        value = np.asarray(active[follower, kind_of[what]]).reshape(-1) * weight[what] / shared_by
        value[cells[place] == key] = 0
        offered += np.bincount(whose, np.repeat(value, shared_by), minlength=n)
    return offered[people]


def _batches(target: Numbers, size: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Ranges of follows, sorted by follower, with all of a follower's, and not many more rows than fit."""
    if not size.sum():
        return iter(())
    batch = np.cumsum(size) // ROWS
    starts = np.flatnonzero(np.diff(target, prepend=-1))
    starts = starts[np.diff(batch[starts], prepend=-1) != 0]
    return pairwise([*starts.tolist(), len(target)])
