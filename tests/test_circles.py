"""Circles: planted ones are found, chance is not, and neither the order of rows nor the number of processes matters."""

from __future__ import annotations

from pathlib import Path

import igraph
import networkx
import numpy as np
import pandas as pd
import pytest
from planted import Groups, groups_of, lfr, ring_of_cliques, scale_free, undirected
from zoo import network_of

from graphkoc.communities.circles import Circles, ensemble, find_circles
from graphkoc.communities.circles.stability import Candidate, accepted
from graphkoc.communities.circles.ties import rewired, ties
from graphkoc.graph.network import Network, seeded
from graphkoc.runs.members import MEMBER

TRUST = Path(__file__).parents[2] / "shared" / "data" / "filmtrust" / "trust.txt"
NOTHING = {"published": 0, "tentative": 0}


def likeness(network: Network, found: Circles, planted: Groups) -> np.ndarray:
    """(circles, planted) float64: the Jaccard similarity of each published circle and each planted group."""
    published = found.table.loc[found.table["status"] == "published", "circle"]
    inside = found.members[found.members["confidence"] >= MEMBER].groupby("circle")["consumer"].apply(frozenset)
    there = [frozenset(network.ids[group].tolist()) for group in planted]
    return np.array([[len(a & b) / len(a | b) for b in there] for a in inside[published]])


def test_every_graph_of_the_zoo_has_an_answer(graph: networkx.DiGraph) -> None:
    found = find_circles(network_of(graph), min_size=3)
    assert found.table.columns.tolist() == ["circle", "people", "stability", "status", "cohort_ratio", "resolution"]
    assert found.members.columns.tolist() == ["consumer", "circle", "confidence"]


def test_nobody_is_in_a_circle_in_a_network_of_nobody() -> None:
    found = find_circles(network_of(networkx.DiGraph()))
    assert len(found.table) == len(found.members) == 0
    assert found.why_not is None


def test_a_ring_of_cliques_comes_apart_into_its_cliques() -> None:
    network, cliques = ring_of_cliques(100, 5)
    found = find_circles(network, min_size=5)
    members = found.members[found.members["confidence"] >= 0.5].groupby("circle")["consumer"].apply(frozenset)
    assert set(members) == {frozenset(network.ids[clique].tolist()) for clique in cliques}
    assert found.control == NOTHING


@pytest.mark.parametrize("rng_seed", [0, 1])
def test_preferential_attachment_makes_no_circle(rng_seed: int) -> None:
    found = find_circles(scale_free(2000, 4, rng_seed), rng_seed=rng_seed)
    assert len(found.table) == 0
    assert found.control == NOTHING


def test_ties_dealt_out_by_lot_make_no_circle() -> None:
    with seeded(0):
        graph = igraph.Graph.Erdos_Renyi(n=2000, m=8000)
    found = find_circles(undirected(np.asarray(graph.get_edgelist()), 2000))
    assert len(found.table) == 0
    assert found.control == NOTHING


@pytest.mark.skipif(not TRUST.is_file(), reason="needs FilmTrust, which is not beside this checkout")
def test_filmtrust_rewired_has_no_circle() -> None:
    pairs = pd.read_csv(TRUST, sep=r"\s+", header=None, usecols=[0, 1]).to_numpy()
    real = undirected(pairs, int(pairs.max()) + 1)
    chance = rewired(ties(real), 1)
    network = undirected(chance.people[np.column_stack([chance.low, chance.high])], len(real))
    degrees = [np.bincount(np.concatenate([one.low, one.high])).tolist() for one in (ties(real), ties(network))]
    assert degrees[0] == degrees[1]
    found = find_circles(network)
    assert len(found.table) == 0
    assert found.control == NOTHING


def test_planted_groups_are_found_all_of_them_and_no_other() -> None:
    network, groups = groups_of(8, 100, 14, 4, 0)
    alike = likeness(network, find_circles(network), groups)
    assert alike.shape == (8, 8)
    assert (alike.max(axis=1) > 0.95).all()
    assert (alike.max(axis=0) > 0.95).all()


def test_communities_of_many_sizes_are_found_where_half_of_the_ties_lead_out() -> None:
    network, groups = lfr(1500, 0.5, 1)
    alike = likeness(network, find_circles(network), groups) >= 0.75
    assert alike.any(axis=0).mean() >= 0.8
    assert alike.any(axis=1).mean() >= 0.95


def test_neither_the_order_of_rows_nor_the_number_of_processes_changes_a_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensemble, "WORTH_A_WORKER", 0)
    network, _ = groups_of(8, 30, 8, 3, 2)
    edges = pd.DataFrame({"source": network.ids[network.source], "target": network.ids[network.target], "weight": 1.0})
    turned = Network.from_edges(edges.sample(frac=1, random_state=3), network.ids[::-1].tolist())
    one, other, again = (
        find_circles(network, processes=1),
        find_circles(network, processes=2),
        find_circles(turned, processes=2),
    )
    assert len(one.table) == 8
    for found in (other, again):
        pd.testing.assert_frame_equal(found.table, one.table, check_exact=True)
        pd.testing.assert_frame_equal(found.members, one.members, check_exact=True)


@pytest.mark.parametrize(
    "graph",
    [networkx.empty_graph(1), networkx.empty_graph(50), networkx.complete_graph(30), networkx.Graph([(0, 1)])],
    ids=["one person", "no ties", "one circle", "one tie"],
)
def test_where_there_is_nothing_to_tell_apart_there_is_no_circle(graph: networkx.Graph) -> None:
    found = find_circles(network_of(networkx.DiGraph(graph)))
    assert len(found.table) == len(found.members) == found.explained == 0
    assert found.control == NOTHING
    assert found.why_not is None


def test_people_who_only_joined_together_are_left_out_and_counted() -> None:
    network, groups = groups_of(8, 40, 10, 2, 4)
    joined = np.full(len(network), 12_000.0)
    for group in groups[:4]:
        joined[group] += 400 * (1 + int(group[0]) // 40)
    dated = find_circles(network, joined=joined)
    untold = find_circles(network)
    assert len(untold.table) == 8
    assert not untold.dated
    assert untold.table["cohort_ratio"].isna().all()
    assert dated.dated
    assert dated.explained == 4
    assert len(dated.table) == 4
    assert (dated.table["cohort_ratio"] > 1.5).all()


def test_when_chance_has_circles_too_nothing_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _ = groups_of(8, 40, 10, 2, 4)
    monkeypatch.setattr("graphkoc.communities.circles.rewired", lambda real, rng_seed: real)
    found = find_circles(network)
    assert len(found.table) == len(found.members) == 0
    assert found.control == {"published": 8, "tentative": 0}
    assert found.why_not == "8 circles were found in a randomly rewired network"


def candidate(first: int, last: int, stability: float, known: bool = False) -> Candidate:
    people = np.arange(first, last, dtype=np.int32)
    return Candidate(people, np.ones(len(people)), stability, 1.0, known)


def test_of_two_circles_of_the_same_people_the_more_stable_stands() -> None:
    one, other, apart = candidate(0, 40, 0.8), candidate(10, 50, 0.9), candidate(60, 80, 0.7)
    assert accepted([one, other, apart], 100) == [other, apart]
    assert accepted([candidate(0, 40, 0.59)], 100) == []


@pytest.mark.parametrize("wide", [0.7, 0.9])
def test_a_small_circle_in_a_wide_one_stands_whichever_is_the_more_stable(wide: float) -> None:
    small, around = candidate(0, 20, 0.8), candidate(0, 81, wide)
    standing = sorted([small, around], key=lambda one: -one.stability)
    assert accepted([small, around], 100) == standing
    close = candidate(0, 79, 0.9)
    assert accepted([small, close], 100) == [close]


def test_a_wide_circle_that_is_no_more_than_small_ones_is_left_out() -> None:
    small = [candidate(first, first + 10, 1.0) for first in range(0, 60, 10)]
    assert accepted([*small, candidate(0, 60, 0.9)], 100) == small


def test_a_known_circle_has_the_place_and_a_lower_bar() -> None:
    known, fresh = candidate(0, 40, 0.56, known=True), candidate(10, 50, 0.9)
    assert accepted([fresh, known], 100) == [known]
    assert accepted([candidate(0, 40, 0.54, known=True), fresh], 100) == [fresh]
