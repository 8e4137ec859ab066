"""The profile: each measure is networkx's, chance is a rewired network, and joining dates are those given."""

from __future__ import annotations

from itertools import pairwise

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zoo import network_of

from graphkoc.communities.circles.profile import MEASURES, explained_by_joining, profile_circles

PEOPLE = [f"p{i}" for i in range(10)]


def members(**circles: str) -> pd.DataFrame:
    """The frame of x="a b c" and so on."""
    rows = [(person, circle) for circle, people in circles.items() for person in people.split()]
    return pd.DataFrame(rows, columns=["consumer", "circle"], dtype="str")


def unknown(network) -> np.ndarray:
    return np.full(len(network), np.nan)


def caves(number: int, size: int, rng_seed: int = 0) -> networkx.DiGraph:
    """Groups in which many follow each other, and few follows between them; nodes are c<group>-<number>."""
    rng = np.random.default_rng(rng_seed)
    names = [f"c{i}-{j:02}" for i in range(number) for j in range(size)]
    group = np.repeat(np.arange(number), size)
    follows = rng.random((len(names), len(names))) < np.where(group[:, None] == group, 0.3, 0.02)
    graph = networkx.DiGraph([(names[a], names[b]) for a, b in np.argwhere(follows) if a != b])
    graph.add_nodes_from(names)
    return graph


def caves_members(number: int, size: int) -> pd.DataFrame:
    return members(**{f"c{i}": " ".join(f"c{i}-{j:02}" for j in range(size)) for i in range(number)})


edges = st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=60)
people_of_circles = st.lists(st.sets(st.sampled_from(PEOPLE), min_size=1), max_size=3)


@settings(max_examples=60)
@given(edges, people_of_circles)
def test_each_measure_is_that_of_networkx_also_where_circles_overlap(edges: set, circles: list) -> None:
    graph = networkx.DiGraph()
    graph.add_nodes_from(PEOPLE)
    graph.add_edges_from((a, b) for a, b in edges if a != b)
    network = network_of(graph)
    rows = members(**{f"x{i}": " ".join(people) for i, people in enumerate(circles)})
    found = profile_circles(network, rows, unknown(network), copies=2).set_index("circle")
    assert len(found) == len(circles)
    for i, people in enumerate(circles):
        row = found.loc[f"x{i}"]
        inside = graph.subgraph(people)
        simple = inside.to_undirected()
        touching = [edge for edge in graph.edges if people & set(edge)]
        assert row["density"] == pytest.approx(networkx.density(inside))
        assert row["reciprocity"] == (networkx.overall_reciprocity(inside) if inside.edges else 0)
        assert row["clustering"] == pytest.approx(networkx.average_clustering(simple))
        assert row["core"] == max(networkx.core_number(simple).values())
        assert row["inside_share"] == pytest.approx(len(inside.edges) / max(len(touching), 1))
        both_ways = networkx.MultiGraph(list(graph.edges))
        rest = set(PEOPLE) - people
        if networkx.volume(both_ways, people) and networkx.volume(both_ways, rest):
            assert row["conductance"] == pytest.approx(networkx.conductance(both_ways, people, rest))
        else:
            assert row["conductance"] == 0


def test_a_planted_circle_is_tighter_than_its_rewired_copies() -> None:
    network = network_of(caves(5, 20))
    found = profile_circles(network, caves_members(5, 20), unknown(network))
    for name in ("density", "clustering", "core", "inside_share"):
        assert (found[f"{name}_z"] > 3).all(), name
    assert (found["conductance_z"] < -3).all()
    assert (found["tightness"] > 0.5).all()


def test_people_thrown_together_are_no_tighter_than_chance() -> None:
    network = network_of(caves(5, 20))
    rng = np.random.default_rng(1)
    thrown = caves_members(5, 20).assign(consumer=rng.permutation(network.ids))
    found = profile_circles(network, thrown, unknown(network))
    for name in ("density", "inside_share", "conductance"):
        assert (found[f"{name}_z"].abs() < 5).all(), name
    assert (found["tightness"] < 0.1).all()


def test_rewired_copies_keep_what_does_not_depend_on_who_is_tied_to_whom() -> None:
    # Everybody is in the circle, so that rewiring changes neither density nor inside share.
    network = network_of(caves(3, 10))
    row = profile_circles(network, members(all=" ".join(network.ids)), unknown(network)).iloc[0]
    assert row["density_null"] == pytest.approx(row["density"])
    assert (row["inside_share"], row["inside_share_null"], row["conductance"]) == (1, 1, 0)
    assert (row["density_z"], row["tightness"]) == (pytest.approx(0), 0)


def test_the_same_seed_gives_the_same_bytes_whatever_the_order_of_rows() -> None:
    network = network_of(caves(3, 12))
    rows = caves_members(3, 12)
    joined = np.arange(len(network), dtype=float)
    one = profile_circles(network, rows, joined, rng_seed=4)
    pd.testing.assert_frame_equal(
        one, profile_circles(network, rows.sample(frac=1, random_state=1), joined, rng_seed=4)
    )
    other = profile_circles(network, rows, joined, rng_seed=5)
    assert not one["density_null"].equals(other["density_null"])
    pd.testing.assert_frame_equal(one[list(MEASURES)], other[list(MEASURES)])


def test_the_busiest_year_is_where_most_members_joined() -> None:
    network = network_of(networkx.DiGraph([("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")]))
    joined = np.array([0.0, 300, 365, 366, 1000, np.nan, 5000, np.inf])
    found = profile_circles(network, members(x="a b c d e f", y="e g", z="f h"), joined).set_index("circle")
    # a, b, c within a year and a day, or b, c, d: three of the five who have a date.
    assert found["cohort_share"].tolist()[:2] == [3 / 5, 1 / 2]
    assert found["cohort_share_of_all"].tolist()[:2] == [3 / 6, 1 / 6]
    assert found.loc["x", "joined_median"] == pd.Timestamp(1971, 1, 1)
    assert found.loc["z", ["cohort_share", "cohort_share_of_all", "joined_median"]].isna().all()


def test_circles_explain_joining_where_they_are_cohorts() -> None:
    network = network_of(caves(4, 10))
    rows = caves_members(4, 10)
    cohort = np.repeat([0.0, 100, 200, 300], 10)
    assert explained_by_joining(network, rows, cohort) == 1
    assert explained_by_joining(network, rows, np.tile(np.arange(10.0), 4)) == pytest.approx(0)
    mixed = cohort + np.tile([-50.0, 50], 20)
    assert explained_by_joining(network, rows, mixed) == pytest.approx(np.var(cohort) / np.var(mixed))


@pytest.mark.parametrize("joined", [np.nan, 7.0])
def test_nothing_is_explained_where_no_date_differs(joined: float) -> None:
    network = network_of(caves(2, 5))
    assert np.isnan(explained_by_joining(network, caves_members(2, 5), np.full(len(network), joined)))


@pytest.mark.parametrize("people", [[], ["alone"], ["a", "b"]])
def test_a_network_of_nobody_one_or_two_has_a_card(people: list[str]) -> None:
    graph = networkx.DiGraph()
    graph.add_nodes_from(people)
    graph.add_edges_from(pairwise(people))
    network = network_of(graph)
    empty = profile_circles(network, members(), unknown(network))
    full = profile_circles(network, members(**({"x": " ".join(people)} if people else {})), unknown(network))
    assert (len(empty), len(full)) == (0, bool(people))
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    numbers = [f"{name}{suffix}" for name in MEASURES for suffix in ("", "_null", "_z")]
    assert list(full.columns) == [
        "circle",
        *numbers,
        "tightness",
        "cohort_share",
        "cohort_share_of_all",
        "joined_median",
    ]
    assert full[[*numbers, "tightness"]].notna().all(axis=None)
