"""Measures: networkx is the oracle, over the zoo; and what must hold for any of them."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
from zoo import network_of

from graphkoc.errors import UsageError
from graphkoc.graph.network import Network
from graphkoc.measures import MEASURES, table
from graphkoc.measures.ego import ego_measures

NO_PAPER = ("(19", "(20")


def oracle(graph: networkx.DiGraph, name: str) -> dict[object, float]:
    undirected = networkx.Graph(graph.to_undirected())
    if name == "audience":
        return dict(graph.out_degree())
    if name == "pagerank":
        return networkx.pagerank(graph.reverse(), alpha=0.85, weight="weight", tol=1e-12, max_iter=1000)
    if name == "core":
        return networkx.core_number(undirected)
    if name == "clustering":
        return networkx.clustering(undirected)
    if name == "betweenness":
        return networkx.betweenness_centrality(graph, normalized=False)
    if name == "closeness":
        return networkx.harmonic_centrality(graph.reverse())
    if name == "collective_influence":
        degree = dict(undirected.degree())
        return {
            a: (degree[a] - 1)
            * sum(
                degree[b] - 1
                for b, steps in networkx.single_source_shortest_path_length(undirected, a, cutoff=2).items()
                if steps == 2
            )
            for a in undirected
        }
    assert name == "reciprocity"
    return {
        a: np.mean([graph.has_edge(b, a) for b in graph.successors(a)]) if graph.out_degree(a) else 0.0 for a in graph
    }


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_agrees_with_networkx(graph: networkx.DiGraph, name: str) -> None:
    network = network_of(graph)
    expected = {str(node): value for node, value in oracle(graph, name).items()}
    np.testing.assert_allclose(MEASURES[name].compute(network), [expected[node] for node in network.ids], atol=1e-9)


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_is_one_finite_float_a_node_and_moves_with_its_name(graph: networkx.DiGraph, name: str) -> None:
    network = network_of(graph)
    values = MEASURES[name].compute(network)
    assert values.shape == (len(network),)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    renamed = networkx.relabel_nodes(graph, {node: f"z{9999 - i}" for i, node in enumerate(graph)})
    back = dict(zip(network_of(renamed).ids, MEASURES[name].compute(network_of(renamed)), strict=True))
    expected = dict(zip(network.ids, values, strict=True))
    for i, node in enumerate(graph):
        assert back[f"z{9999 - i}"] == pytest.approx(expected[str(node)], abs=1e-9)


@pytest.mark.parametrize("name", [name for name in MEASURES if name != "pagerank"])
def test_a_stranger_changes_nobody_else(graph: networkx.DiGraph, name: str) -> None:
    before = dict(zip(network_of(graph).ids, MEASURES[name].compute(network_of(graph)), strict=True))
    graph.add_node("zz")
    after = dict(zip(network_of(graph).ids, MEASURES[name].compute(network_of(graph)), strict=True))
    assert after.pop("zz") == 0
    assert after == before


def test_one_follow_gives_the_followed_one_an_audience() -> None:
    network = network_of(networkx.DiGraph([("followed", "follower")]))
    values = table(network)["audience"].to_dict()
    assert values == {"followed": 1.0, "follower": 0.0}


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_says_what_it_is_and_cites_a_paper(name: str) -> None:
    assert MEASURES[name].description.endswith(".")
    assert any(mark in (MEASURES[name].compute.__doc__ or "") for mark in NO_PAPER)


def test_ego_measures_are_those_of_the_whole_network_where_it_is_her_ego_network(graph: networkx.DiGraph) -> None:
    network = network_of(graph)
    undirected = networkx.Graph(graph.to_undirected())
    circle = np.array([f"c{i % 3}" if i % 4 else None for i in range(len(network))], dtype=object)
    circle_of = dict(zip(network.ids, circle, strict=True))
    found = ego_measures(network, np.arange(len(network)), circle)
    size = networkx.effective_size(undirected)
    for node, row in zip(sorted(graph, key=str), found.to_dict("records"), strict=True):
        near = networkx.ego_graph(undirected, node)
        assert row["constraint"] == pytest.approx(networkx.constraint(near, [node])[node], nan_ok=True)
        assert row["effective_size"] == pytest.approx(size[node], nan_ok=True)
        bridged = [
            other
            for other in undirected[node]
            if not set(undirected[node]) & set(undirected[other])
            and None not in (circle_of[str(node)], circle_of[str(other)])
            and circle_of[str(node)] != circle_of[str(other)]
        ]
        assert row["circle_bridges"] == len(bridged)


def test_who_joins_two_circles_is_less_constrained_than_who_stands_in_one() -> None:
    graph = networkx.DiGraph([(a, b) for group in ("abcd", "efgh") for a in group for b in group if a < b])
    graph.add_edges_from([("x", "a"), ("x", "e")])
    network = network_of(graph)
    circle = np.array(["left"] * 4 + ["right"] * 4 + ["left"], dtype=object)
    found = ego_measures(network, np.array([0, 8]), circle)
    assert found.loc[8, "effective_size"] == 2
    assert found.loc[8, "constraint"] == pytest.approx(0.5)
    assert found.loc[0, "constraint"] > found.loc[8, "constraint"]
    assert found["circle_bridges"].tolist() == [0, 1]


def test_nobody_is_measured_as_nothing() -> None:
    empty = network_of(networkx.DiGraph())
    assert isinstance(empty, Network)
    assert table(empty, list(MEASURES)).shape == (0, len(MEASURES))


def test_optional_measures_are_computed_when_they_are_asked_for() -> None:
    network = network_of(networkx.DiGraph([(0, 1), (1, 2)]))
    usual = table(network)
    assert list(usual) == [name for name in MEASURES if not MEASURES[name].optional]
    assert {name for name in MEASURES if MEASURES[name].optional} == {
        "betweenness",
        "closeness",
        "collective_influence",
    }
    assert table(network, ["betweenness"])["betweenness"].to_dict() == {"0": 0.0, "1": 1.0, "2": 0.0}
    with pytest.raises(UsageError, match="no measure called 'eigenvector'"):
        table(network, ["eigenvector"])


@pytest.mark.parametrize("name", ["betweenness", "closeness"])
def test_a_large_network_is_walked_from_drawn_people_who_stand_for_all(name: str) -> None:
    graph = networkx.gnp_random_graph(700, 0.01, seed=1, directed=True)
    values = MEASURES[name].compute(network_of(graph))
    np.testing.assert_array_equal(values, MEASURES[name].compute(network_of(graph)))
    expected = {str(node): value for node, value in oracle(graph, name).items()}
    exact = np.array([expected[node] for node in network_of(graph).ids])
    assert values.sum() == pytest.approx(exact.sum(), rel=0.03)
    assert np.corrcoef(values, exact)[0, 1] > 0.95
