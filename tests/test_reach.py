"""Reach: every number is a count of people that can be made by hand, and is, for drawn graphs."""

from __future__ import annotations

from itertools import product

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zoo import network_of

from graphkoc.communities import reach as module
from graphkoc.communities.reach import bridges, carriers, circle_bridges, reach
from graphkoc.errors import DataError
from graphkoc.graph.membership import Groups
from graphkoc.graph.network import Network

PEOPLE = [f"p{i}" for i in range(9)]


def frame(column: str, rows: list) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["consumer", column], dtype="str")


def followed_by(**followers: str) -> Network:
    """A network of who is followed by whom: a="b c" says that b and c follow a."""
    graph = networkx.DiGraph([(one, other) for one, heard in followers.items() for other in heard.split()])
    return network_of(graph)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[networkx.DiGraph, dict, dict, dict]:
    """A graph, the members of niches, of circles (people may be in several), and roles."""
    edges = draw(st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=40))
    graph = networkx.DiGraph()
    graph.add_nodes_from(PEOPLE)
    graph.add_edges_from((a, b) for a, b in edges if a != b)
    groups = st.dictionaries(
        st.sampled_from("wxyz"), st.sets(st.sampled_from(PEOPLE), min_size=1, max_size=6), max_size=4
    )
    roles = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(["kol", "koc", "possible"]), max_size=6)
    return graph, draw(groups), draw(groups), draw(roles)


def rows(groups: dict) -> list:
    return [(person, group) for group, people in groups.items() for person in people]


def framed(world: tuple) -> tuple[Network, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    graph, niches, circles, roles = world
    return (
        network_of(graph),
        frame("niche", rows(niches)),
        frame("circle", rows(circles)),
        frame("role", [*roles.items()]),
    )


@settings(max_examples=25)
@given(worlds())
def test_reach_is_who_follows(world: tuple) -> None:
    graph, niches, _, roles = world
    network, members, _, role = framed(world)
    found = reach(network, members, role).people.set_index(["consumer", "niche"])
    for person, (niche, people) in product(roles, niches.items()):
        hears = people & set(graph[person])
        assert ((person, niche) in found.index) == bool(hears)
        if hears:
            row = found.loc[(person, niche)]
            assert (row["reached"], row["share"], row["role"]) == (len(hears), len(hears) / len(people), roles[person])
            alone = {one for one in hears if not any(one in graph[other] for other in roles if other != person)}
            assert row["only_here"] == len(alone)


@settings(max_examples=25)
@given(worlds())
def test_the_reach_of_kols_and_kocs_is_what_can_be_counted_by_hand(world: tuple) -> None:
    graph, niches, _, roles = world
    network, members, _, role = framed(world)
    found = reach(network, members, role)
    table = found.niches.set_index("niche")
    assert table.index.tolist() == sorted(niches)
    for niche, people in niches.items():
        by = {
            wanted: {p for p in people if any(p in graph[r] for r in roles if (roles[r] == "kol") == (wanted == "kol"))}
            for wanted in ("kol", "koc")
        }
        row = table.loc[niche]
        assert row["people"] == len(people)
        assert row["kol_reach"] == pytest.approx(len(by["kol"]) / len(people))
        assert row["koc_reach"] == pytest.approx(len(by["koc"]) / len(people))
        assert row["both"] == pytest.approx(len(by["kol"] & by["koc"]) / len(people))
    alone = found.people.groupby("niche")["only_here"].sum().reindex(table.index, fill_value=0)
    assert (alone <= table["people"]).all()


@settings(max_examples=25)
@given(worlds())
def test_bridges_are_what_can_be_counted_by_hand(world: tuple) -> None:
    graph, niches, circles, roles = world
    network, niche, circle, role = framed(world)
    found = bridges(network, circle, niche, role).set_index("consumer")
    for person in roles:
        audience = set(graph[person])
        heard = [people for people in circles.values() if people & audience]
        twice = [
            people
            for people in circles.values()
            if any(
                (listener in audience) + sum(listener in graph[voice] for voice in people & audience) >= 2
                for listener in people - {person}
            )
        ]
        parts = networkx.connected_components(graph.subgraph(audience).to_undirected())
        counts = {
            "circles": len(heard),
            "circles_twice": len(twice),
            "structural_diversity": sum(len(part) >= 2 for part in parts),
            "niches": sum(len(people & audience) >= 2 for people in niches.values()),
        }
        assert (person in found.index) == (counts["circles"] >= 2 or counts["niches"] >= 2)
        if person in found.index:
            assert found.loc[person, list(counts)].to_dict() == counts
            assert counts["circles_twice"] <= counts["circles"]


@settings(max_examples=25)
@given(worlds())
def test_the_width_of_a_bridge_counts_those_with_two_voices(world: tuple) -> None:
    graph, _, circles, _ = world
    network, _, circle, _ = framed(world)
    found = circle_bridges(network, circle).set_index(["circle_a", "circle_b"])
    for a, b in product(circles, repeat=2):
        speakers, listeners = circles[a] - circles[b], circles[b] - circles[a]
        voices = {v: sum(v in graph[s] for s in speakers) for v in listeners} if a != b else {}
        assert ((a, b) in found.index) == bool(sum(voices.values()))
        if (a, b) in found.index:
            assert found.loc[(a, b)].tolist() == [sum(voices.values()), sum(v >= 2 for v in voices.values())]


@settings(max_examples=25)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(world: tuple, random) -> None:
    network, niche, circle, role = framed(world)
    order = [frame.sample(frac=1, random_state=random.randrange(100)) for frame in (niche, circle, role)]
    for one, other in [
        (reach(network, niche, role).people, reach(network, order[0], order[2]).people),
        (reach(network, niche, role).niches, reach(network, order[0], order[2]).niches),
        (carriers(network, circle, niche), carriers(network, order[1], order[0])),
        (bridges(network, circle, niche, role), bridges(network, order[1], order[0], order[2])),
        (circle_bridges(network, circle), circle_bridges(network, order[1])),
    ]:
        pd.testing.assert_frame_equal(one, other)


def test_a_second_voice_comes_from_a_follower_in_the_same_circle() -> None:
    # In x, c follows both the author and a, who follows the author too; in y, two follow the author and not each other.
    network = followed_by(author="a c e f", a="c")
    circle = frame("circle", [("a", "x"), ("c", "x"), ("e", "y"), ("f", "y")])
    found = bridges(network, circle, frame("niche", []), frame("role", [("author", "koc")]))
    assert found.iloc[0].tolist() == ["author", "koc", 2, 1, 1, 0]


def test_a_circle_carries_the_niche_that_its_people_are_in() -> None:
    people = [f"p{i:03}" for i in range(200)]
    network = network_of(networkx.DiGraph(zip(people, people[1:] + people[:1], strict=True)))
    circle = frame("circle", [(person, "first") for person in people[:40]])
    tea = [(person, "tea") for person in people[:30]]
    toys = [(person, "toys") for person in people[::2]]
    found = carriers(network, circle, frame("niche", tea + toys))
    assert found[["circle", "niche", "people"]].to_numpy().tolist() == [["first", "tea", 30]]
    # 30 of the circle's 50 memberships are in tea, where 30 of all 130 are.
    row = found.iloc[0]
    assert (row["share_of_circle"], row["share_of_niche"]) == (30 / 40, 1)
    assert row["lift"] == pytest.approx((30 / 50) / (30 / 130))
    assert 0 < row["q"] <= module.CARRIERS_RATE


def test_busy_people_alone_make_no_circle_carry_anything() -> None:
    rng = np.random.default_rng(0)
    people = [f"p{i:03}" for i in range(400)]
    network = network_of(networkx.DiGraph(zip(people, people[1:] + people[:1], strict=True)))
    circle = frame("circle", [(person, "busy") for person in people[:50]])
    in_niches = [
        (person, f"n{niche}")
        for i, person in enumerate(people)
        for niche in rng.choice(10, 6 if i < 50 else 1, replace=False)
    ]
    assert carriers(network, circle, frame("niche", in_niches)).empty


def test_those_without_a_tie_are_not_counted_among_those_who_could_be_in_a_circle() -> None:
    graph = networkx.DiGraph([("a", "b"), ("b", "c")])
    graph.add_nodes_from(f"alone{i}" for i in range(500))
    niche = frame("niche", [(node, "tea" if len(node) == 1 else "toys") for node in graph])
    circle = frame("circle", [("a", "x"), ("b", "x"), ("c", "x")])
    assert carriers(network_of(graph), circle, niche).empty


@pytest.mark.parametrize("empty", [Network.from_edges(frame("x", []).assign(source="", target="", weight=1.0), []), 1])
def test_nothing_in_gives_empty_frames_of_the_right_kinds(empty: Network | int) -> None:
    network = followed_by(a="b") if empty == 1 else empty
    niche, circle, role = frame("niche", []), frame("circle", []), frame("role", [])
    found = reach(network, niche, role)
    for empty, strings in [
        (found.people, {"consumer", "niche", "role"}),
        (found.niches, {"niche"}),
        (carriers(network, circle, niche), {"circle", "niche"}),
        (bridges(network, circle, niche, role), {"consumer", "role"}),
        (circle_bridges(network, circle), {"circle_a", "circle_b"}),
    ]:
        assert len(empty) == 0
        for name, kind in empty.dtypes.items():
            assert (kind == "str") if name in strings else kind.kind in "if", name


def test_somebody_who_is_not_in_the_network_is_refused() -> None:
    with pytest.raises(DataError, match="person z is not a node of the network"):
        reach(followed_by(a="b"), frame("niche", [("z", "tea")]), frame("role", []))


@settings(max_examples=25)
@given(worlds())
def test_groups_hold_each_membership_once_in_order(world: tuple) -> None:
    network, niche, _, _ = framed(world)
    groups = Groups.of(network, pd.concat([niche, niche]), "niche")
    listed = list(zip(network.ids[groups.node], groups.ids[groups.group], strict=True))
    assert listed == sorted(rows(world[1]))
    assert groups.people.tolist() == [len(world[1][name]) for name in groups.ids]
    everybody = np.arange(len(network))
    which, group = groups.each(everybody)
    assert list(zip(network.ids[which], groups.ids[group], strict=True)) == listed
    np.testing.assert_array_equal(groups.place(groups.node, groups.group), np.arange(len(groups.node)))
    for code, name in enumerate(groups.ids):
        inside = groups.place(everybody, np.full(len(everybody), code)) >= 0
        assert set(network.ids[inside]) == world[1][name]
