"""Groups of a network's nodes as arrays: who is in which circle or niche; people may be in several."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.arrays import Indices, find_sorted, number_ids, ragged_ranges
from graphkoc.errors import DataError
from graphkoc.graph.network import Network

__all__ = ["Groups", "nodes"]


@dataclass(frozen=True, eq=False)
class Groups:
    """The memberships of nodes in groups.

    ids: (g,) str, sorted. node, group: (k,) int64, one entry per membership, sorted by node and group,
    none twice. size: how many nodes the network has.
    """

    ids: NDArray[Any]
    node: Indices
    group: Indices
    size: int

    @classmethod
    def of(cls, network: Network, members: pd.DataFrame, column: str) -> Groups:
        """The groups in a frame of consumer and `column`, whose rows may come in any order.

        Raises DataError for a consumer who is not a node of the network.
        """
        code, ids = pd.factorize(members[column].to_numpy(dtype=str), sort=True)
        keys = np.unique(nodes(network, members["consumer"]) * max(len(ids), 1) + code)
        return cls(ids, keys // max(len(ids), 1), keys % max(len(ids), 1), len(network))

    def __len__(self) -> int:
        """The number of groups."""
        return len(self.ids)

    @cached_property
    def people(self) -> Indices:
        """(g,) int64: how many are in each group."""
        return np.bincount(self.group, minlength=len(self))

    @cached_property
    def matrix(self) -> csr_array:
        """(n, g) int64: 1 where a node is in a group."""
        ones = np.ones(len(self.node), dtype=np.int64)
        return csr_array((ones, (self.node, self.group)), shape=(self.size, len(self)))

    def each(self, node: NDArray[np.integer[Any]]) -> tuple[Indices, Indices]:
        """The groups of each of (q,) nodes, one entry per group: which of the q it is, and the group."""
        first = np.searchsorted(self.node, node)
        place, which = ragged_ranges(first, np.searchsorted(self.node, node, side="right") - first)
        return which, self.group[place]

    def place(self, node: NDArray[np.integer[Any]], group: Indices) -> Indices:
        """Which membership each of (q,) pairs is: an index into `node` and `group`, -1 for none."""
        width = max(len(self), 1)
        return find_sorted(self.node * width + self.group, np.asarray(node, dtype=np.int64) * width + group)


def nodes(network: Network, consumers: pd.Series[Any]) -> Indices:
    """Where the consumers are in network.ids; DataError for one who is not."""
    number = number_ids(network.ids, consumers.to_numpy(dtype=str))
    if (number < 0).any():
        raise DataError(f"person {consumers.iloc[int(np.argmax(number < 0))]} is not a node of the network")
    return number
