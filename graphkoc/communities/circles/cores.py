"""Cores: groups of people who are in one cluster in nearly every run, and whom many ties hold together.

A tie is stable when its two ends are in one cluster in nearly every run. The connected components of the stable ties
are the first groups. A group that log10 n ties or fewer hold together (n: people with ties) is cut in two there, until
no such group is left. This is the criterion of Park et al., "Well-connected communities in real-world and synthetic
networks", Complex Networks 2023. Networks without communities do not pass it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import igraph
import numpy as np
from numpy.typing import NDArray

from graphkoc.communities.circles.ties import Ties

__all__ = ["LARGEST", "LARGEST_SHARE", "cannot_have_core", "cores"]

LARGEST = 2000
LARGEST_SHARE = 0.25
"""A group of more people, or more of all with ties, is not a core."""

Group = NDArray[np.int32]


def cores(ties: Ties, stable: NDArray[np.bool_], min_size: int) -> list[Group]:
    """The cores of at least `min_size` people, each sorted, ordered by their first; no two share a person.

    stable: (m,) bool, the ties to go by.
    """
    n = len(ties.people)
    few = _few(ties)
    largest = min(LARGEST, LARGEST_SHARE * n)
    graph = _graph(ties, stable)
    found: list[Group] = []
    for component in graph.connected_components():
        if min_size <= len(component) <= largest:
            found += _well_connected(graph, component, few, min_size)
    return sorted(found, key=lambda group: int(group[0]))


def cannot_have_core(ties: Ties, stable: NDArray[np.bool_], min_size: int) -> bool:
    """Whether there is no core among these ties, nor among any part of them, for want of people who
    have enough of them; False when that is not known."""
    held = np.asarray(_graph(ties, stable).coreness()) > _few(ties)
    return int(held.sum()) < min_size


def _graph(ties: Ties, stable: NDArray[np.bool_]) -> igraph.Graph:
    pairs = zip(ties.low[stable].tolist(), ties.high[stable].tolist(), strict=True)
    return igraph.Graph(len(ties.people), pairs)


def _few(ties: Ties) -> float:
    """The number of ties that do not hold a group together."""
    return math.log10(max(len(ties.people), 1))


def _well_connected(graph: igraph.Graph, group: Sequence[int], few: float, min_size: int) -> list[Group]:
    """The parts of a group that no `few` ties would cut in two."""
    found, pieces = [], [np.asarray(group, dtype=np.int32)]
    while pieces:
        people = pieces.pop()
        part = graph.induced_subgraph(people.tolist())
        held = np.flatnonzero(np.asarray(part.coreness()) > few)
        if len(held) < len(people):
            part = part.induced_subgraph(held.tolist())
            people = people[held]
        for component in part.connected_components():
            if len(component) < min_size:
                continue
            piece = people[component]
            cut = part.induced_subgraph(component).mincut()
            if cut.value > few:
                found.append(np.sort(piece))
            else:
                pieces += [piece[side] for side in cut.partition]
    return found
