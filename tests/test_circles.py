"""Circles: planted ones are found, chance is not, and neither the order of rows nor the threads matter."""

from __future__ import annotations

import networkx
import pytest
from planted import ring_of_cliques, scale_free
from zoo import network_of

from graphkoc.circles import circles


def test_every_graph_of_the_zoo_has_an_answer(graph: networkx.DiGraph) -> None:
    found = circles(network_of(graph), min_size=3)
    assert found.table.columns.tolist() == ["circle", "people", "stability", "status", "cohort_ratio", "resolution"]
    assert found.members.columns.tolist() == ["consumer", "circle", "confidence"]


def test_nobody_is_in_a_circle_in_a_network_of_nobody() -> None:
    found = circles(network_of(networkx.DiGraph()))
    assert len(found.table) == len(found.members) == 0
    assert found.why_not is None


def test_a_ring_of_cliques_comes_apart_into_its_cliques() -> None:
    network, cliques = ring_of_cliques(100, 5)
    found = circles(network, min_size=5)
    members = found.members[found.members["confidence"] >= 0.5].groupby("circle")["consumer"].apply(frozenset)
    assert set(members) == {frozenset(network.ids[clique].tolist()) for clique in cliques}
    assert found.control == {"published": 0, "tentative": 0}


@pytest.mark.parametrize("rng_seed", [0, 1])
def test_preferential_attachment_makes_no_circle(rng_seed: int) -> None:
    found = circles(scale_free(2000, 4, rng_seed), rng_seed=rng_seed)
    assert len(found.table) == 0
    assert found.control == {"published": 0, "tentative": 0}
