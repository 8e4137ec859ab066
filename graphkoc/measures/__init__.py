"""Measures of a consumer's position in the network. Each is cited from a paper; the score, which is our own, is not.

A measure takes a Network and returns one float64 per node, in the network's order. The measures
here are always computed, those in `graphkoc.measures.centralities` on request. Measures that also need the
dated log (activity, adoption credit) are in `graphkoc.measures.activity`.
"""

from __future__ import annotations

import numpy as np

from graphkoc.arrays import Values
from graphkoc.graph.network import Network, seeded
from graphkoc.measures import centralities
from graphkoc.measures.registry import MEASURES, Measure, check_known, measure, optional_measure, table

__all__ = ["MEASURES", "Measure", "centralities", "check_known", "measure", "optional_measure", "table"]


@measure
def audience(network: Network) -> Values:
    """Known followers.

    Out-degree, as an edge goes from the influencer to the influenced. Freeman, "Centrality in social
    networks", Social Networks 1 (1979).
    """
    return np.bincount(network.source, minlength=len(network)).astype(float)


@measure
def pagerank(network: Network) -> Values:
    """PageRank: followers vote for those they follow, damping .85.

    Weighted, and computed against the edges' direction; sums to 1. Page, Brin, Motwani, Winograd,
    "The PageRank citation ranking" (1999).
    """
    if not len(network):
        return np.empty(0)
    graph = network.graph.copy()
    graph.reverse_edges()
    # igraph's default, PRPACK, differs in the last digits from call to call, whatever the seed.
    with seeded(0):
        return np.asarray(graph.pagerank(damping=0.85, weights="weight", implementation="arpack"))


@measure
def core(network: Network) -> Values:
    """Core number: the largest k with a group around the person in which everybody has k ties to the others.

    Of the simple undirected graph. Seidman, "Network structure and minimum degree", Social Networks 5
    (1983); Batagelj and Zaversnik, arXiv cs/0310049 (2003).
    """
    return np.asarray(network.undirected.coreness(), dtype=float)


@measure
def reciprocity(network: Network) -> Values:
    """Share of the followers whom the person follows back, 0 to 1; 0 without followers.

    Wasserman and Faust, "Social Network Analysis" (1994), chapter 13, counted per node.
    """
    n = len(network)
    there = network.source.astype(np.int64) * n + network.target
    back = np.isin(there, network.target.astype(np.int64) * n + network.source)
    followers = audience(network)
    mutual = np.bincount(network.source[back], minlength=n)
    return np.divide(mutual, followers, out=np.zeros(n), where=followers > 0)


@measure
def clustering(network: Network) -> Values:
    """Local clustering: share of the pairs of neighbours who are tied to each other, 0 to 1.

    Of the simple undirected graph; 0 with fewer than two neighbours. Watts and Strogatz, "Collective
    dynamics of small-world networks", Nature 393 (1998).
    """
    return np.asarray(network.undirected.transitivity_local_undirected(mode="zero"), dtype=float)
