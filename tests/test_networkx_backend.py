"""The backend for networkx: what it computes is what networkx computes, or it is refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zoo import network_of

from graphkoc.graph import networkx_backend
from graphkoc.graph.networkx_info import get_info

OWN_TESTS = ("link_analysis.tests.test_pagerank", "tests.test_core", "community.tests.test_leiden")
"""networkx's own tests of the functions, under `networkx.algorithms`."""
KINDS = (networkx.Graph, networkx.DiGraph, networkx.MultiGraph, networkx.MultiDiGraph)


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """networkx finds a backend by what is installed, which a new checkout is not until pip has seen it."""
    found = entry_points(group="networkx.backends", name="graphkoc")
    assert found, "graphkoc was installed without its entry points; `pip install -e .` adds them"


def drawn_graphs(kinds: tuple[Callable, ...], loops: bool = True) -> st.SearchStrategy[networkx.Graph]:
    """Graphs of up to 8 nodes, with weights from 0 on, some of them missing."""
    edge = st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([None, 0, 0.5, 1, 3]))

    def build(kind: Callable, nodes: int, edges: list) -> networkx.Graph:
        graph = kind()
        graph.add_nodes_from(range(nodes))
        for a, b, weight in edges:
            if loops or a != b:
                graph.add_edge(a, b, **({} if weight is None else {"weight": weight}))
        return graph

    return st.builds(build, st.sampled_from(kinds), st.integers(0, 8), st.lists(edge, max_size=25))


def is_close(one: dict, other: dict) -> bool:
    """Whether two results have the same nodes in the same order, and nearly the same values."""
    return list(one) == list(other) and np.allclose(list(one.values()), list(other.values()), atol=1e-9)


@given(drawn_graphs(KINDS), st.sampled_from(["weight", None, "other"]), st.floats(0.05, 0.95), st.data())
def test_pagerank_is_that_of_networkx(graph: networkx.Graph, weight: str | None, alpha: float, data) -> None:
    likes = data.draw(st.dictionaries(st.sampled_from([*graph, "nobody"]), st.floats(0.1, 9), max_size=5))
    liked = likes if any(node in graph for node in likes) else None
    asked = {"alpha": alpha, "personalization": liked, "weight": weight, "tol": 1e-12}
    ours = networkx.pagerank(graph, **asked, backend="graphkoc")
    assert is_close(ours, networkx.pagerank(graph, **asked, max_iter=5_000, backend="networkx"))
    assert all(type(value) is float for value in ours.values())


@given(drawn_graphs(KINDS[:2], loops=False))
def test_core_numbers_are_those_of_networkx(graph: networkx.Graph) -> None:
    ours = networkx.core_number(graph, backend="graphkoc")
    assert list(ours.items()) == list(networkx.core_number(graph, backend="networkx").items())


@given(drawn_graphs((networkx.Graph, networkx.MultiGraph)), st.sampled_from([0.5, 1, 2]))
def test_leiden_parts_a_graph_into_connected_communities_no_worse_than_its_components(
    graph: networkx.Graph, resolution: float
) -> None:
    found = networkx.community.leiden_communities(graph, resolution=resolution, seed=7, backend="graphkoc")
    assert networkx.community.is_partition(graph, found)
    tied = networkx.Graph((a, b) for a, b, weight in graph.edges(data="weight", default=1) if weight)
    tied.add_nodes_from(graph)
    assert all(networkx.is_connected(tied.subgraph(community)) for community in found)
    if graph.size(weight="weight"):
        quality = [
            networkx.community.modularity(graph, parts, resolution=resolution)
            for parts in (found, [{node} for node in graph])
        ]
        assert quality[0] >= quality[1] - 1e-12


def ring_of_cliques(loop: float) -> networkx.Graph:
    graph = networkx.ring_of_cliques(6, 5)
    graph.add_edges_from((node, node, {"weight": loop}) for node in range(0, 30, 5) if loop)
    return graph


@pytest.mark.parametrize("loop", [0, 4.0])
def test_leiden_finds_the_cliques_of_a_ring_also_where_some_people_have_loops(loop: float) -> None:
    found = networkx.community.leiden_communities(ring_of_cliques(loop), seed=1, backend="graphkoc")
    assert found == [set(range(first, first + 5)) for first in range(0, 30, 5)]


def test_leiden_with_loops_is_no_worse_than_louvain() -> None:
    graph = networkx.karate_club_graph()
    graph.add_edge(0, 0, weight=30.0)
    ours = networkx.community.leiden_communities(graph, seed=1, backend="graphkoc")
    theirs = [networkx.community.louvain_communities(graph, seed=seed) for seed in range(5)]
    best = max(networkx.community.modularity(graph, parts) for parts in theirs)
    assert networkx.community.modularity(graph, ours) >= best - 1e-3


def test_leiden_with_one_seed_gives_one_answer() -> None:
    graph = networkx.gnp_random_graph(60, 0.1, seed=3)
    graph.__networkx_cache__ = None
    one, again = (networkx.community.leiden_communities(graph, seed=5, backend="graphkoc") for _ in range(2))
    assert one == again


def test_a_network_is_taken_as_it_is(graph: networkx.DiGraph) -> None:
    network = network_of(graph)
    plain = network.to_networkx()
    assert is_close(
        networkx.pagerank(network, tol=1e-12), networkx.pagerank(plain, tol=1e-12, max_iter=5_000, backend="networkx")
    )
    assert networkx.core_number(network) == networkx.core_number(plain, backend="networkx")
    undirected = network.to_undirected()
    assert networkx.community.is_partition(
        plain.to_undirected(), networkx.community.leiden_communities(undirected, seed=1)
    )


def test_a_network_the_other_way_round_ranks_those_who_are_followed(graph: networkx.DiGraph) -> None:
    network = network_of(graph)
    ranked = networkx.pagerank(network.reverse(), tol=1e-12)
    assert is_close(ranked, networkx.pagerank(network.to_networkx().reverse(), tol=1e-12, max_iter=5_000))


def test_without_directions_two_edges_are_one_with_both_weights() -> None:
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 2.0), ("b", "a", 0.5), ("b", "c", 1.0)])
    graph.add_node("d")
    undirected = networkx_backend.convert_to_nx(network_of(graph).to_undirected())
    assert sorted(undirected.edges(data="weight")) == [("a", "b", 2.5), ("b", "c", 1.0)]
    assert list(undirected) == ["a", "b", "c", "d"]


@given(drawn_graphs(KINDS))
def test_a_graph_that_was_converted_comes_back(graph: networkx.Graph) -> None:
    back = networkx_backend.convert_to_nx(networkx_backend.convert_from_nx(graph, edge_attrs={"weight": 1}))
    assert type(back) is type(graph)
    assert list(back) == list(graph)

    def list_edges(one: networkx.Graph) -> list:
        return sorted((*sorted(ends), weight) for *ends, weight in one.edges(data="weight", default=1))

    if not graph.is_directed():
        assert list_edges(back) == list_edges(graph)
    else:
        assert sorted(back.edges(data="weight")) == sorted(graph.edges(data="weight", default=1))


def test_a_function_that_is_not_here_runs_on_a_network_where_networkx_may_convert_it() -> None:
    network = network_of(networkx.DiGraph([(0, 1), (1, 2)]))
    with pytest.raises(NotImplementedError, match="backend_priority"):
        networkx.degree_centrality(network)
    with networkx.config(fallback_to_nx=True):
        assert networkx.degree_centrality(network) == {"0": 0.5, "1": 1.0, "2": 0.5}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"dangling": {0: 1}}, "dangling"),
        ({"max_iter": 99}, "does not count steps"),
        ({"tol": 1e-13}, "tol"),
        ({"alpha": 1}, "alpha"),
        ({"personalization": {0: -1, 1: 2}}, "negative"),
        ({"nstart": {0: -1, 1: 2}}, "nstart"),
        ({"nstart": {"nobody": 1}}, "nstart"),
        ({"weight": 7}, "name of an edge attribute"),
    ],
)
def test_pagerank_refuses_what_it_would_not_compute_alike(asked: dict, reason: str) -> None:
    graph = networkx.path_graph(4)
    answer = networkx_backend.can_run("pagerank", (graph,), asked)
    assert isinstance(answer, str)
    assert reason in answer
    with pytest.raises(NotImplementedError, match="for the given arguments"):
        networkx.pagerank(graph, **asked, backend="graphkoc")


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf"), "heavy"])
def test_a_weight_that_is_no_number_from_0_on_is_refused(weight: object) -> None:
    graph = networkx.Graph()
    graph.add_edge(0, 1, weight=weight)
    with pytest.raises(NotImplementedError, match="backend"):
        networkx.pagerank(graph, backend="graphkoc")


def test_a_network_has_no_weight_but_its_own() -> None:
    network = network_of(networkx.DiGraph([(0, 1)]))
    assert networkx_backend.can_run("pagerank", (network,), {"weight": None}) is True
    assert "since" in str(networkx_backend.can_run("pagerank", (network,), {"weight": "since"}))


def test_leiden_refuses_levels_and_directions() -> None:
    graph = networkx.path_graph(4)
    assert "levels" in str(networkx_backend.can_run("leiden_communities", (graph,), {"max_level": 1}))
    assert "directed" in str(networkx_backend.can_run("leiden_communities", (networkx.DiGraph(graph),), {}))
    with pytest.raises(networkx.NetworkXNotImplemented):
        networkx.community.leiden_communities(network_of(networkx.DiGraph(graph)))


def test_the_errors_are_those_of_networkx() -> None:
    with pytest.raises(ZeroDivisionError):
        networkx.pagerank(networkx.path_graph(3), personalization={0: 0}, backend="graphkoc")
    with pytest.raises(networkx.NetworkXNotImplemented, match="self loops"):
        networkx.core_number(networkx.Graph([(0, 0)]), backend="graphkoc")


def test_networkx_converts_unasked_only_where_it_is_worth_it() -> None:
    for name in get_info()["functions"]:
        assert (networkx_backend.should_run(name, (), {}) is True) == (name != "pagerank"), name


def test_networkx_names_the_backend_in_the_help_of_each_function() -> None:
    info = get_info()
    functions = {name: getattr(networkx_backend, name) for name in info["functions"]}
    assert set(functions) == {"pagerank", "core_number", "leiden_communities"}
    assert "graphkoc" in networkx.pagerank.backends
    assert info["functions"]["pagerank"]["additional_docs"] in networkx.pagerank.__doc__


def test_what_networkx_reads_at_its_import_is_light() -> None:
    program = (
        "import sys; from graphkoc.graph.networkx_info import get_info; get_info()\n"
        "print([name for name in ['numpy', 'igraph', 'networkx', 'pandas'] if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_networkx_own_tests_pass_on_the_backend(tmp_path: Path) -> None:
    """What is refused runs on networkx; the log says what was, so that nothing else is."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nlog_file_level = DEBUG\n")
    modules = [f"networkx.algorithms.{name}" for name in OWN_TESTS]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--log-file=log.txt"]
    chosen = os.environ | {"NETWORKX_TEST_BACKEND": "graphkoc", "NETWORKX_FALLBACK_TO_NX": "True"}
    done = subprocess.run(
        [*command, "-c", "pytest.ini", "--pyargs", *modules], cwd=tmp_path, env=chosen, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert not re.search(r"failed|xfailed|error", done.stdout.splitlines()[-1]), done.stdout
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    for name in get_info()["functions"]:
        assert f"Using backend 'graphkoc' for call to '{name}'" in log, name
    refused = set(re.findall(r"Backend 'graphkoc' can't run `(\w+)`.*because: (.*)", log))
    assert {name for name, _ in refused} == {"pagerank"}
    assert {reason.split(",")[0] for _, reason in refused} == {
        "max_iter is below 100",
        "igraph leaves nodes without outgoing edges by the personalization",
    }
    assert "Graph conversion failed" not in log
