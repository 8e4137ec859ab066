"""Closure: circles and stars are distinguished, and a random network is centred on 0."""

from __future__ import annotations

from pathlib import Path

import igraph
import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zoo import network_of

from graphkoc.graph.network import Network, seeded
from graphkoc.measures.closure import measure_closure


def edges(pairs: list[tuple[int, int]], nodes: int) -> Network:
    """A network of pairs (who is followed, who follows)."""
    frame = pd.DataFrame(pairs, columns=["source", "target"]).map(lambda i: f"p{i:05}").assign(weight=1.0)
    return Network.from_edges(frame, [f"p{i:05}" for i in range(nodes)])


def random_follows(nodes: int, follows: int, rng_seed: int) -> list[tuple[int, int]]:
    rng = np.random.default_rng(rng_seed)
    return [tuple(pair) for pair in rng.integers(0, nodes, (follows, 2)).tolist()]


def counted(graph: networkx.DiGraph, node: object) -> int:
    """Follows among the followers, and from the person to them, one by one."""
    followers = set(graph.successors(node))
    return sum(b in followers or b == node for a in followers for b in graph.successors(a))


def test_ties_are_those_among_her_followers_and_from_her_to_them(graph: networkx.DiGraph) -> None:
    network = network_of(graph)
    found = dict(zip(network.ids, measure_closure(network)["knit_ties"], strict=True))
    for node in graph:
        if graph.out_degree(node):
            assert found[str(node)] == counted(graph, node)
        else:
            assert np.isnan(found[str(node)])


def test_nobody_without_a_follower_is_knit_or_not() -> None:
    table = measure_closure(edges([(0, 1)], 3))
    assert table.isna().all(axis=1).tolist() == [False, True, True]
    assert measure_closure(edges([], 2)).isna().all(axis=None)
    assert measure_closure(network_of(networkx.DiGraph())).shape == (0, 3)


def test_a_planted_clique_stands_out_and_a_star_does_not() -> None:
    clique = [(a, b) for a in range(12) for b in range(12) if a != b]
    star = [(12, leaf) for leaf in range(100, 111)]
    table = measure_closure(edges(clique + star + random_follows(1_000, 8_000, 1), 1_000))
    assert table["knit_ties"][0] >= 11 * 10 + 11
    assert table["knit_z"][:12].min() > 30
    assert abs(table["knit_z"][12]) < 2


def test_a_scattered_audience_is_not_knit_though_others_follow_each_other_a_lot() -> None:
    """Twenty groups of ten; one person has a follower in each, and the head of each group ten in the group."""
    groups = [(10 * g + a, 10 * g + b) for g in range(20) for a in range(10) for b in range(10) if a != b]
    scattered = [(200, 10 * g + 3) for g in range(20)]
    z = measure_closure(edges(groups + scattered, 201))["knit_z"]
    assert z[200] < 1
    assert z[:200].min() > 8


def test_followers_of_one_only_are_expected_to_know_nobody() -> None:
    table = measure_closure(edges([(0, leaf) for leaf in range(1, 40)], 40))
    assert table["knit_ties"][0] == 0
    assert table["knit_expected"][0] == pytest.approx(0, abs=1e-9)
    assert table["knit_z"][0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("rng_seed", [1, 2])
def test_rewired_ciao_is_centred_at_nothing_whatever_the_audience(ciao_files: Path, rng_seed: int) -> None:
    """Each band's mean z lies within a tenth of a standard deviation of 0, but for the few largest, and the
    spread is one, or less where hardly anything could be knit."""
    follows = pd.read_csv(ciao_files / "trust.csv.gz").astype(str)
    frame = pd.DataFrame({"source": follows["trustee"], "target": follows["truster"], "weight": 1.0})
    nodes = sorted({*frame["source"], *frame["target"]})
    real = Network.from_edges(frame, nodes)
    graph: igraph.Graph = real.graph.copy()
    with seeded(rng_seed):
        graph.rewire(10 * len(real.source))
    ends = np.asarray(graph.get_edgelist())
    rewired = Network.from_edges(
        pd.DataFrame({"source": real.ids[ends[:, 0]], "target": real.ids[ends[:, 1]], "weight": 1.0}), nodes
    )
    audience = np.bincount(rewired.source, minlength=len(rewired))
    by_chance, as_it_is = (measure_closure(network)["knit_z"].to_numpy() for network in (rewired, real))
    for low, high, within in ((1, 4, 0.1), (5, 20, 0.1), (21, 62, 0.1), (63, 200, 0.2), (201, 10_000, 0.6)):
        band = (audience >= low) & (audience <= high)
        assert abs(by_chance[band].mean()) < within, (low, high)
        assert by_chance[band].std() < 1.2, (low, high)
        assert (by_chance[band] >= 2).mean() < 0.1, (low, high)
    small = (audience >= 5) & (audience <= 18)
    assert (as_it_is[small] >= 2).mean() > 0.9


def test_over_many_rewired_copies_everybodys_z_has_mean_nothing_and_spread_one() -> None:
    real = edges([*random_follows(80, 500, 3), *((0, b) for b in range(30)), *((b, 1) for b in range(2, 20))], 80)
    copies = []
    with seeded(4):
        for _ in range(200):
            graph: igraph.Graph = real.graph.copy()
            graph.rewire(5 * len(real.source))
            ends = np.asarray(graph.get_edgelist())
            frame = pd.DataFrame({"source": real.ids[ends[:, 0]], "target": real.ids[ends[:, 1]], "weight": 1.0})
            copies.append(measure_closure(Network.from_edges(frame, real.ids.tolist()))["knit_z"].to_numpy())
    heard = np.bincount(real.source, minlength=80) > 0
    mean, spread = np.mean(copies, axis=0)[heard], np.std(copies, axis=0)[heard]
    assert abs(mean.mean()) < 0.05
    assert np.abs(mean).max() < 0.35
    assert np.median(spread) == pytest.approx(1, abs=0.15)
    assert spread.max() < 1.3


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=60), st.permutations(range(15)))
def test_other_ids_permute_it_and_another_order_of_rows_changes_nothing(
    pairs: list[tuple[int, int]], order: list[int]
) -> None:
    table = measure_closure(edges(pairs, 15))
    pd.testing.assert_frame_equal(measure_closure(edges(pairs[::-1], 15)), table)
    renamed = measure_closure(edges([(order[a], order[b]) for a, b in pairs], 15))
    pd.testing.assert_frame_equal(renamed.loc[order].reset_index(drop=True), table, rtol=1e-6, atol=1e-6)


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=60))
def test_every_number_is_finite_where_there_is_a_follower(pairs: list[tuple[int, int]]) -> None:
    network = edges(pairs, 15)
    table = measure_closure(network)
    heard = np.bincount(network.source, minlength=15) > 0
    assert np.isfinite(table[heard]).all(axis=None)
    assert table[~heard].isna().all(axis=None)
    assert (table["knit_expected"][heard] >= 0).all()
