"""Groups of a network's nodes as arrays: who is in which circle or niche; people may be in several."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.errors import DataError
from graphkoc.graph.network import Network

__all__ = ["Groups", "nodes", "positions"]

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Groups:
    """The memberships of nodes in groups.

    ids: (g,) str, sorted. node, group: (k,) int64, one entry a membership, sorted by node and group,
    none twice. size: how many nodes the network has.
    """

    ids: NDArray[Any]
    node: Indices
    group: Indices
    size: int

    @classmethod
    def of(cls, network: Network, members: pd.DataFrame, column: str) -> Groups:
        """The groups in a frame of consumer and `column`, whose rows may come in any order.

        Raises DataError for a consumer who is no node of the network.
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
        """The groups of each of (q,) nodes, one entry a group: which of the q it is, and the group."""
        ends = np.searchsorted(self.node, node, side="right")
        counts = ends - np.searchsorted(self.node, node)
        which = np.repeat(np.arange(len(node)), counts)
        place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - ends, counts)
        return which, self.group[place]

    def place(self, node: NDArray[np.integer[Any]], group: Indices) -> Indices:
        """Which membership each of (q,) pairs is: an index into `node` and `group`, -1 for none."""
        width = max(len(self), 1)
        return positions(self.node * width + self.group, np.asarray(node, dtype=np.int64) * width + group)


def nodes(network: Network, consumers: pd.Series[Any]) -> Indices:
    """Where the consumers are in network.ids; DataError for one who is not."""
    at: Indices = pd.Index(network.ids).get_indexer(pd.Index(consumers.to_numpy(dtype=str))).astype(np.int64)
    if (at < 0).any():
        raise DataError(f"somebody is no node of the network: {consumers.iloc[int(np.argmax(at < 0))]}")
    return at


def positions(keys: Indices, wanted: Indices) -> Indices:
    """Where each of `wanted` is among the sorted keys; -1 for none."""
    if not len(keys):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)
