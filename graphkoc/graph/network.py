"""The network that measures work on: numbered nodes, arrays of edges, igraph built once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import igraph
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids, repeats
from graphkoc.errors import DataError

if TYPE_CHECKING:
    import networkx

    from graphkoc.graph.networkx_backend import BackendGraph

__all__ = ["Network", "days", "seeded"]

MICROSECONDS = 86_400_000_000
"""In a day."""


@dataclass(frozen=True, eq=False)
class Network:
    """A directed weighted network; an edge goes from the influencer to the influenced.

    ids: (n,) str, sorted, unique. source, target: (m,) int32, indices into ids, sorted by source and
    target, no edge twice and none from a node to itself. weight: (m,) float64, above 0.
    since: (m,) float64, days since 1970-01-01 UTC, NaN where an edge has no date.

    networkx functions that `graphkoc.graph.networkx_backend` has take a Network as it is: `networkx.pagerank(network)`.
    """

    __networkx_backend__: ClassVar[str] = "graphkoc"

    ids: NDArray[Any]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    weight: NDArray[np.float64]
    since: NDArray[np.float64]

    @classmethod
    def from_edges(cls, edges: pd.DataFrame, nodes: Sequence[str]) -> Network:
        """The network of a frame with source, target, weight and, if there is one, since.

        nodes: every node's id, in any order. Of an edge that comes twice the earliest stays; edges
        from a node to itself are left out. Raises DataError for an edge whose end is not a node, or a
        weight that is not above 0. The order of the rows makes no difference.
        """
        ids = np.sort(np.asarray(list(nodes), dtype=str))
        ends = [number_ids(ids, edges[end].to_numpy(dtype=str)) for end in ("source", "target")]
        for end, found in zip(("source", "target"), ends, strict=True):
            if (found < 0).any():
                raise DataError(f"edge {end} {edges[end].iloc[int(np.argmax(found < 0))]} is not a node of the network")
        weight = edges["weight"].to_numpy(dtype=float)
        if not (weight > 0).all():
            raise DataError("an edge has a weight that is not above 0")
        since = days(edges["since"]) if "since" in edges else np.full(len(edges), np.nan)
        order = np.lexsort((weight, since, ends[1], ends[0]))
        source, target = ends[0][order].astype(np.int32), ends[1][order].astype(np.int32)
        keep = ~repeats(source, target) & (source != target)
        return cls(ids, source[keep], target[keep], weight[order][keep], since[order][keep])

    def __len__(self) -> int:
        """The number of nodes."""
        return len(self.ids)

    def subset(self, edges: NDArray[np.bool_]) -> Network:
        """The same nodes with some of the edges; edges: (m,) bool."""
        return Network(self.ids, self.source[edges], self.target[edges], self.weight[edges], self.since[edges])

    @cached_property
    def graph(self) -> igraph.Graph:
        """The network in igraph: vertex i is node i, edge j is edge j, with `weight`."""
        graph = igraph.Graph(len(self), _ends(self.source, self.target), directed=True)
        # Weights are few numbers many times; igraph keeps each as an object.
        numbers, which = np.unique(self.weight, return_inverse=True)
        graph.es["weight"] = numbers.astype(object)[which].tolist()
        return graph

    @cached_property
    def undirected(self) -> igraph.Graph:
        """The simple undirected graph in igraph: vertex i is node i; two edges there and back are one."""
        low, high = np.minimum(self.source, self.target), np.maximum(self.source, self.target)
        pairs = np.unique(low.astype(np.int64) * len(self) + high)
        return igraph.Graph(len(self), _ends(*np.divmod(pairs, max(len(self), 1))), directed=False)

    def tied(self, edges: NDArray[np.bool_]) -> tuple[Network, NDArray[np.int64]]:
        """Some of the edges with only the nodes that have one; and which nodes these are, as indices.

        Its graphs are cut out of this network's, which for many parts of one network is faster than to
        build each. edges: (m,) bool.
        """
        part = self.subset(edges)
        alone = np.ones(len(self), dtype=bool)
        alone[part.source] = alone[part.target] = False
        nodes = np.flatnonzero(~alone)
        inner = np.cumsum(~alone, dtype=np.int32) - 1
        part = Network(self.ids[nodes], inner[part.source], inner[part.target], part.weight, part.since)
        graph = self.graph.copy()
        graph.delete_edges(np.flatnonzero(~edges).tolist())
        graph.delete_vertices(np.flatnonzero(alone).tolist())
        vars(part).update(graph=graph, undirected=graph.as_undirected(mode="collapse"))
        return part, nodes

    def reverse(self) -> Network:
        """The same nodes with each edge the other way round: from the influenced to the influencer."""
        order = np.lexsort((self.source, self.target))
        return Network(self.ids, self.target[order], self.source[order], self.weight[order], self.since[order])

    def to_undirected(self) -> BackendGraph:
        """The network without directions, for functions of networkx that need such a graph, such as Leiden's.

        Two edges there and back are one, with the sum of their weights; dates are left out.
        """
        from graphkoc.graph.networkx_backend import BackendGraph

        graph = self.graph.as_undirected(mode="collapse", combine_edges={"weight": "sum"})
        return BackendGraph(self.ids.tolist(), graph)

    def to_networkx(self) -> networkx.DiGraph:
        """The network in networkx: nodes are ids, edges have `weight`, and `since` (days) where known."""
        # Only this method needs networkx, which takes a quarter of a second to import.
        import networkx

        graph = networkx.DiGraph()
        graph.add_nodes_from(self.ids.tolist())
        for source, target, weight, since in zip(
            self.ids[self.source].tolist(),
            self.ids[self.target].tolist(),
            self.weight.tolist(),
            self.since.tolist(),
            strict=True,
        ):
            graph.add_edge(source, target, weight=weight, **({} if np.isnan(since) else {"since": since}))
        return graph

    def to_igraph(self) -> igraph.Graph:
        """A copy of the network in igraph, directed: vertices have `name`, the id; edges have `weight`, and `since`
        (days, None where not known).

        Vertex i is node i and edge j is edge j.
        """
        graph = self.graph.copy()
        graph.vs["name"] = self.ids.tolist()
        graph.es["since"] = [None if np.isnan(since) else since for since in self.since.tolist()]
        return graph

    def to_pandas(self) -> pd.DataFrame:
        """The edges as a frame, a row each, in the network's order: source, target (ids), weight, since (times in UTC,
        NaT where not known).

        Nodes without an edge are in `ids` alone. `Network.from_edges(frame, ids)` gives the same network.
        """
        # A float of days is exact to a third of a microsecond, and the times of a store are whole ones.
        since = pd.Series(np.round(self.since * MICROSECONDS)).astype("Int64").astype("datetime64[us]")
        ids = pd.array(self.ids, dtype="str")
        return pd.DataFrame(
            {"source": ids[self.source], "target": ids[self.target], "weight": self.weight, "since": since}
        )

    def is_directed(self) -> bool:
        """True: what networkx asks of a graph."""
        return True

    def is_multigraph(self) -> bool:
        """False: what networkx asks of a graph."""
        return False


def _ends(first: NDArray[Any], second: NDArray[Any]) -> Iterator[tuple[int, int]]:
    """Edges as igraph takes them. One by one: of an array it makes a list of lists first, ten times as slowly."""
    return zip(first.data, second.data, strict=True)


@contextmanager
def seeded(rng_seed: int) -> Iterator[None]:
    """Within it igraph's random numbers begin at `rng_seed`; after it they are Python's own again."""
    igraph.set_random_number_generator(random.Random(rng_seed))
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def days(times: pd.Series[Any]) -> NDArray[np.float64]:
    """Times as days since 1970-01-01 UTC, float64, NaN for none."""
    elapsed = pd.to_datetime(times).astype("datetime64[us]") - pd.Timestamp(0)
    return elapsed.dt.total_seconds().to_numpy(dtype=float) / 86_400
