"""The ego networks of people who are listed: what she joins that would be apart without her.

Of the simple undirected graph: herself, everybody who is tied to her, and the ties among them. networkx
computes them, as such networks are small.
"""

from __future__ import annotations

import igraph
import networkx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.network import Network

__all__ = ["ego_measures"]


def ego_measures(network: Network, egos: NDArray[np.int64], circle: NDArray[np.object_]) -> pd.DataFrame:
    """Three measures of each ego: index the egos, float64 columns.

    egos: (e,) indices into network.ids. circle: (n,) each person's circle, None for none.
    constraint: Burt's, 0 to about 1.2: how much all her ties lead to the same people; NaN without ties.
    effective_size: her ties, less the mean number of ties that each of those people has to the others (Burt,
    "Structural Holes", 1992; Borgatti, "Structural holes: unpacking Burt's redundancy measures", Connections
    20, 1997); NaN without ties.
    circle_bridges: her ties to people of another circle with whom she shares nobody (local bridges:
    Granovetter, "The strength of weak ties", American Journal of Sociology 78, 1973).
    """
    graph = network.undirected
    rows = [_measured(_ego_network(graph, ego), ego, circle) for ego in egos.tolist()]
    columns = ["constraint", "effective_size", "circle_bridges"]
    return pd.DataFrame(rows, index=egos, columns=columns).astype(float)


def _ego_network(graph: igraph.Graph, ego: int) -> networkx.Graph:
    near = graph.neighborhood(ego)
    inside = graph.induced_subgraph(near)
    # igraph numbers the vertices of a subgraph in their old order.
    numbers = sorted(near)
    made = networkx.Graph()
    made.add_nodes_from(numbers)
    made.add_edges_from((numbers[a], numbers[b]) for a, b in inside.get_edgelist())
    return made


def _measured(graph: networkx.Graph, ego: int, circle: NDArray[np.object_]) -> tuple[float, float, int]:
    # Any tie between two others has the ego as somebody shared, so what is left are the ego's own.
    bridged = {end for pair in networkx.local_bridges(graph, with_span=False) for end in pair} - {ego}
    apart = [other for other in bridged if None not in (circle[ego], circle[other]) and circle[other] != circle[ego]]
    return networkx.constraint(graph)[ego], networkx.effective_size(graph, [ego])[ego], len(apart)
