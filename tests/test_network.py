"""The network: any frame of edges becomes the same sorted arrays, and igraph and networkx agree with them."""

from __future__ import annotations

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zoo import network_of

from graphkoc.errors import DataError
from graphkoc.graph.network import Network, days

names = st.text(alphabet="abcdefgh", min_size=1, max_size=2)
edge_lists = st.lists(
    st.tuples(names, names, st.floats(0.5, 9), st.one_of(st.none(), st.integers(0, 20_000))), max_size=40
)


def framed(edges: list[tuple[str, str, float, int | None]]) -> tuple[pd.DataFrame, list[str]]:
    frame = pd.DataFrame(edges, columns=["source", "target", "weight", "since"])
    frame["since"] = pd.to_datetime(frame["since"].astype(float), unit="D")
    return frame, sorted({end for a, b, *_ in edges for end in (a, b)})


@given(edge_lists, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_nodes_makes_no_difference(edges: list, random) -> None:
    frame, nodes = framed(edges)
    shuffled = list(edges)
    random.shuffle(shuffled)
    again, _ = framed(shuffled)
    one, other = Network.from_edges(frame, nodes), Network.from_edges(again, nodes[::-1])
    for name in ("ids", "source", "target", "weight", "since"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@given(edge_lists)
def test_nodes_are_sorted_and_edges_are_distinct_and_none_goes_to_itself(edges: list) -> None:
    frame, nodes = framed(edges)
    network = Network.from_edges(frame, nodes)
    assert network.ids.tolist() == nodes
    pairs = list(zip(network.source.tolist(), network.target.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    wanted = {(a, b) for a, b, *_ in edges if a != b}
    assert {(network.ids[a], network.ids[b]) for a, b in pairs} == wanted
    assert (network.source.dtype, network.weight.dtype) == (np.int32, np.float64)


@given(edge_lists)
def test_igraph_and_networkx_hold_the_same_nodes_edges_and_weights(edges: list) -> None:
    frame, nodes = framed(edges)
    network = Network.from_edges(frame, nodes)
    assert network.graph.get_edgelist() == list(zip(network.source.tolist(), network.target.tolist(), strict=True))
    assert network.graph.es["weight"] == network.weight.tolist()
    other = network.to_networkx()
    assert sorted(other) == nodes
    assert {(a, b): d["weight"] for a, b, d in other.edges(data=True)} == {
        (network.ids[a], network.ids[b]): w
        for a, b, w in zip(network.source, network.target, network.weight, strict=True)
    }


@given(edge_lists)
def test_a_frame_of_the_edges_gives_the_same_network_again(edges: list) -> None:
    frame, nodes = framed(edges)
    network = Network.from_edges(frame, nodes)
    given = network.to_pandas()
    assert list(given.columns) == ["source", "target", "weight", "since"]
    assert given["since"].dtype == "datetime64[us]"
    again = Network.from_edges(given, network.ids)
    for name in ("ids", "source", "target", "weight", "since"):
        np.testing.assert_array_equal(getattr(again, name), getattr(network, name))


@given(edge_lists)
def test_every_format_has_the_same_directions_weights_and_dates(edges: list) -> None:
    network = Network.from_edges(*framed(edges))
    frame = network.to_pandas()
    since = [None if np.isnan(day) else day for day in days(frame["since"]).tolist()]
    rows = list(zip(frame["source"], frame["target"], frame["weight"], since, strict=True))
    assert rows == [(a, b, d["weight"], d.get("since")) for a, b, d in network.to_networkx().edges(data=True)]
    graph = network.to_igraph()
    assert graph.is_directed()
    assert graph.vs["name"] == network.ids.tolist()
    names = graph.vs["name"]
    assert rows == [(names[edge.source], names[edge.target], edge["weight"], edge["since"]) for edge in graph.es]


def test_a_day_to_the_microsecond_comes_through_a_frame() -> None:
    times = pd.to_datetime(["2026-11-30 03:15:08.123457", None, "1969-12-31 23:59:59.999999"])
    edges = pd.DataFrame({"source": ["a", "b", "c"], "target": ["b", "c", "a"], "weight": 1.0, "since": times})
    network = Network.from_edges(edges, ["a", "b", "c"])
    pd.testing.assert_series_equal(network.to_pandas()["since"], edges["since"].astype("datetime64[us]"))


def test_a_copy_in_igraph_leaves_the_network_as_it_is() -> None:
    frame, nodes = framed([("a", "b", 1.0, 30), ("b", "a", 2.0, None)])
    network = Network.from_edges(frame, nodes)
    network.to_igraph().delete_vertices([0])
    assert network.graph.ecount() == 2


@given(edge_lists)
def test_the_other_way_round_is_networkx_reverse_and_twice_is_the_network_itself(edges: list) -> None:
    network = Network.from_edges(*framed(edges))
    turned = network.reverse()
    assert {*turned.to_networkx().edges(data="weight")} == {*network.to_networkx().reverse().edges(data="weight")}
    for one, other in ((turned.reverse(), network), (Network.from_edges(turned.to_pandas(), turned.ids), turned)):
        for name in ("ids", "source", "target", "weight", "since"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_undirected_graph_is_simple(graph: networkx.DiGraph) -> None:
    undirected = network_of(graph).undirected
    assert undirected.is_simple()
    assert undirected.ecount() == graph.to_undirected().number_of_edges()


@given(edge_lists, st.randoms(use_true_random=False))
def test_a_part_cut_out_has_the_graphs_of_a_network_of_its_edges(edges: list, random) -> None:
    frame, nodes = framed(edges)
    network = Network.from_edges(frame, nodes)
    kept = np.array([random.random() < 0.5 for _ in network.source], dtype=bool)
    part, which = network.tied(kept)
    inside = set(zip(network.ids[network.source[kept]], network.ids[network.target[kept]], strict=True))
    built = Network.from_edges(*framed([edge for edge in edges if edge[:2] in inside]))
    assert part.ids.tolist() == network.ids[which].tolist() == built.ids.tolist()
    assert part.graph.get_edgelist() == built.graph.get_edgelist()
    assert part.graph.es["weight"] == built.graph.es["weight"]
    assert sorted(part.undirected.get_edgelist()) == sorted(built.undirected.get_edgelist())


def test_of_an_edge_that_comes_twice_the_earliest_stays() -> None:
    frame, nodes = framed([("a", "b", 1.0, 30), ("a", "b", 2.0, 10), ("a", "b", 3.0, None)])
    network = Network.from_edges(frame, nodes)
    assert (network.since.tolist(), network.weight.tolist()) == ([10.0], [2.0])


def test_an_edge_to_nobody_and_a_weight_of_nothing_are_refused() -> None:
    frame, _ = framed([("a", "b", 1.0, None)])
    with pytest.raises(DataError, match="edge target b is not a node of the network"):
        Network.from_edges(frame, ["a"])
    with pytest.raises(DataError, match="not above 0"):
        Network.from_edges(frame.assign(weight=0.0), ["a", "b"])


def test_days_count_from_1970_in_utc_and_have_no_number_for_no_time() -> None:
    times = pd.Series([pd.Timestamp(1970, 1, 2), pd.NaT, pd.Timestamp(2000, 1, 1, 12)])
    np.testing.assert_array_equal(days(times), [1.0, np.nan, 10957.5])
    assert np.isnan(days(pd.Series([None, None]))).all()
