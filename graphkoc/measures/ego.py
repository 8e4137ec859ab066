"""Measures of ego networks: how far a person joins people who would not be joined without them.

An ego network is the part of the simple undirected graph that holds a person (the ego), everybody tied to them, and
the ties among these people. networkx is the oracle in the tests; igraph and the closed form of the effective size
take audiences of thousands.
"""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.network import Network

__all__ = ["ego_measures"]


def ego_measures(network: Network, egos: NDArray[np.int64], circle: NDArray[np.object_]) -> pd.DataFrame:
    """Three measures of each ego: index the egos, float64 columns.

    egos: (e,) indices into network.ids. circle: (n,) each person's circle, None for none.
    constraint: Burt's constraint, 0 to about 1.2: how far the ego's ties lead to the same people; NaN without ties.
    effective_size: n - 2t / n for an ego with n ties whose other ends have t ties among each other: the ties, less
    the mean number of ties of each of these people to the others (Burt, "Structural Holes", 1992; Borgatti,
    "Structural holes: unpacking Burt's redundancy measures", Connections 20, 1997); NaN without ties.
    circle_bridges: the ego's ties to people of another circle with whom they share nobody (local bridges:
    Granovetter, "The strength of weak ties", American Journal of Sociology 78, 1973).
    """
    rows = [_measured(network.undirected, ego, circle) for ego in egos.tolist()]
    columns = ["constraint", "effective_size", "circle_bridges"]
    return pd.DataFrame(rows, index=egos, columns=columns).astype(float)


def _measured(graph: igraph.Graph, ego: int, circle: NDArray[np.object_]) -> tuple[float, float, int]:
    # igraph numbers the vertices of a subgraph in their old order.
    near = sorted(graph.neighborhood(ego))
    inside, place = graph.induced_subgraph(near), near.index(ego)
    ties = len(near) - 1
    effective_size = ties - 2 * (inside.ecount() - ties) / ties if ties else np.nan
    # A person whose only tie here is to the ego shares nobody with them.
    bridged = (near[other] for other in inside.neighbors(place) if inside.degree(other) == 1)
    apart = [other for other in bridged if None not in (circle[ego], circle[other]) and circle[other] != circle[ego]]
    return inside.constraint([place])[0], effective_size, len(apart)
