"""The ego networks of people who are listed: what she joins that would be apart without her.

Of the simple undirected graph: herself, everybody who is tied to her, and the ties among them. networkx has
the effective size; the constraint is igraph's, which is the same and stands audiences of thousands.
"""

from __future__ import annotations

import igraph
import networkx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.network import Network

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
    rows = [_measured(network.undirected, ego, circle) for ego in egos.tolist()]
    columns = ["constraint", "effective_size", "circle_bridges"]
    return pd.DataFrame(rows, index=egos, columns=columns).astype(float)


def _measured(graph: igraph.Graph, ego: int, circle: NDArray[np.object_]) -> tuple[float, float, int]:
    # igraph numbers the vertices of a subgraph in their old order.
    near = sorted(graph.neighborhood(ego))
    inside, at = graph.induced_subgraph(near), near.index(ego)
    made = networkx.Graph()
    made.add_nodes_from(range(len(near)))
    made.add_edges_from(inside.get_edgelist())
    # Who is tied to nobody but the ego here shares nobody with her.
    bridged = (near[other] for other in inside.neighbors(at) if inside.degree(other) == 1)
    apart = [other for other in bridged if None not in (circle[ego], circle[other]) and circle[other] != circle[ego]]
    return inside.constraint([at])[0], networkx.effective_size(made, [at])[at], len(apart)
