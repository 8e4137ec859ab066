"""Positions on the map: kin are near each other, known niches stay, and bubbles do not overlap."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zoo import network_of

from graphkoc.communities import positions
from graphkoc.graph.network import Network

NO_TIES = pd.DataFrame({"source": [], "target": []}, dtype="int32")


def world(people=4000, niches=24, rng_seed=0):
    """Niches of uneven size in blocks of four that share people: (table, members), as a run has them."""
    rng = np.random.default_rng(rng_seed)
    block = rng.integers(0, niches // 4, people)
    first = 4 * block + rng.choice(4, people, p=[0.5, 0.25, 0.15, 0.1])
    second = 4 * block + rng.integers(0, 4, people)
    stray = rng.integers(0, niches, people)
    second = np.where(rng.random(people) < 0.6, second, stray)
    pairs = pd.DataFrame({"consumer": [f"p{i:05}" for i in range(people)] * 2, "niche": [*first, *second]})
    members = pairs.drop_duplicates(ignore_index=True)
    members["niche"] = [f"n{niche:02}" for niche in members["niche"]]
    return table_of(members), members


def table_of(members):
    sizes = members["niche"].value_counts().sort_index()
    return pd.DataFrame({"niche": sizes.index, "people": sizes.to_numpy()})


def distances(places):
    x, y = places["x"].to_numpy(), places["y"].to_numpy()
    return np.hypot(x[:, None] - x, y[:, None] - y)


def overlaps(places):
    radius = places["radius"].to_numpy()
    short = radius[:, None] + radius - distances(places)
    np.fill_diagonal(short, -1)
    return (short > 1e-5).any()


def shift(before, after):
    """The mean move of a bubble, as a share of the map's radius."""
    both = before.merge(after, on="niche", suffixes=("_was", ""))
    _, _, width, height = positions.frame(before)
    return np.hypot(both["x"] - both["x_was"], both["y"] - both["y_was"]).mean() / (np.sqrt(width * height) / 2)


def people_of(members, niches=None, kocs=60, wide=12, rng_seed=1):
    ids = sorted(members["consumer"].unique())
    rng = np.random.default_rng(rng_seed)
    rank = pd.array([pd.NA] * len(ids), dtype="Int64")
    chosen = rng.permutation(len(ids))
    rank[chosen[:kocs]] = np.arange(1, kocs + 1)
    role = np.full(len(ids), "none", dtype=object)
    role[chosen[:kocs]] = "koc"
    role[chosen[kocs : kocs + wide]] = "kol"
    strongest = members.drop_duplicates("consumer").set_index("consumer")["niche"]
    return pd.DataFrame(
        {
            "consumer": ids,
            "role": role,
            "audience": rng.integers(0, 50, len(ids)).astype(float),
            "rank": rank,
            "niche": strongest.reindex(ids).astype("str").to_numpy(),
        }
    )


# Bubbles


def test_the_area_of_a_bubble_is_its_people():
    niches, members = world()
    found = positions.bubbles(niches, members).merge(niches, on="niche")
    assert (found["radius"] ** 2).sum() == pytest.approx(1, abs=1e-4)
    assert (found["radius"] ** 2 / found["people"]).to_numpy() == pytest.approx(1 / niches["people"].sum(), rel=1e-3)


def test_bubbles_do_not_overlap_and_are_packed():
    found = positions.bubbles(*world())
    assert not overlaps(found)
    _, _, width, height = positions.frame(found)
    assert np.pi / (width * height) > 0.4


def test_niches_that_share_people_stand_near_each_other():
    found = positions.bubbles(*world())
    radius = found["radius"].to_numpy()
    gap = distances(found) - radius[:, None] - radius
    block = np.arange(len(found)) // 4
    kin = (block[:, None] == block) & ~np.eye(len(found), dtype=bool)
    assert gap[kin].mean() < 0.5 * gap[block[:, None] != block].mean()


def test_the_order_of_the_rows_makes_no_difference():
    niches, members = world()
    again = positions.bubbles(niches.sample(frac=1, random_state=3), members.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(again, positions.bubbles(niches, members))


def test_what_has_not_changed_has_not_moved(tmp_path):
    niches, members = world()
    first = positions.bubbles(niches, members)
    pd.testing.assert_frame_equal(positions.bubbles(niches, members, first), first)
    first.to_parquet(tmp_path / "positions.parquet")
    kept = pd.read_parquet(tmp_path / "positions.parquet")
    pd.testing.assert_frame_equal(positions.bubbles(niches, members, kept), first)


def test_five_percent_of_other_people_move_the_map_by_less_than_two_percent():
    niches, members = world()
    places = first = positions.bubbles(niches, members)
    rng = np.random.default_rng(5)
    for _ in range(5):
        changed = members.copy()
        moved = rng.random(len(members)) < 0.05
        changed.loc[moved, "niche"] = rng.choice(niches["niche"], moved.sum())
        changed = changed.drop_duplicates(["consumer", "niche"])
        places = positions.bubbles(table_of(changed), changed, first)
        assert not overlaps(places)
        assert shift(first, places) < 0.02
    cold = positions.bubbles(table_of(changed), changed)
    assert shift(first, places) < 0.2 * shift(first, cold)


def test_a_new_niche_takes_a_free_place_and_the_others_stay():
    niches, members = world()
    first = positions.bubbles(niches[niches["niche"] != "n07"], members[members["niche"] != "n07"])
    second = positions.bubbles(niches, members, first)
    assert "n07" in set(second["niche"])
    assert not overlaps(second)
    assert shift(first, second) < 1e-6


def test_a_niche_that_is_gone_leaves_its_place_and_the_others_stay():
    niches, members = world()
    first = positions.bubbles(niches, members)
    rest = positions.bubbles(niches[niches["niche"] != "n00"], members[members["niche"] != "n00"], first)
    assert len(rest) == len(first) - 1
    assert not overlaps(rest)
    assert shift(first, rest) < 0.06


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(1, 10_000), st.floats(-2, 2), st.floats(-2, 2), st.booleans()), min_size=1, max_size=12
    )
)
def test_from_wherever_a_map_starts_no_bubbles_overlap_and_it_comes_to_rest(bubbles):
    niches = pd.DataFrame({"niche": [f"n{i:02}" for i in range(len(bubbles))], "people": [b[0] for b in bubbles]})
    places = niches[["niche"]].assign(x=[b[1] for b in bubbles], y=[b[2] for b in bubbles], radius=0.1)
    known = places[[b[3] for b in bubbles]]
    members = pd.DataFrame({"consumer": ["a"] * len(niches), "niche": niches["niche"]})
    found = positions.bubbles(niches, members, known)
    assert not overlaps(found)
    pd.testing.assert_frame_equal(positions.bubbles(niches, members, found), found)


def test_bubbles_on_one_spot_part():
    niches = pd.DataFrame({"niche": list("abc"), "people": [9, 9, 9]})
    members = pd.DataFrame({"consumer": ["p"], "niche": ["a"]})
    assert not overlaps(positions.bubbles(niches, members, niches[["niche"]].assign(x=0.0, y=0.0, radius=1.0)))


def test_only_the_largest_hundred_have_a_bubble():
    niches = pd.DataFrame({"niche": [f"n{i:03}" for i in range(140)], "people": range(1, 141)})
    members = pd.DataFrame({"consumer": ["p"] * 140, "niche": niches["niche"]})
    found = positions.bubbles(niches, members)
    assert sorted(found["niche"]) == list(niches["niche"][40:])
    assert not overlaps(found)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_map_is_made_of_little(count):
    niches = pd.DataFrame({"niche": [f"n{i}" for i in range(count)], "people": [5] * count}).astype({"niche": "str"})
    members = pd.DataFrame({"consumer": ["p"] * count, "niche": niches["niche"]}).astype("str")
    found = positions.bubbles(niches, members)
    assert list(found.columns) == ["niche", "x", "y", "radius"]
    assert len(found) == count
    assert not overlaps(found)
    assert positions.frame(found)[2] == pytest.approx(1.6 * positions.frame(found)[3])


# Finer niches


def finer_world(sizes=(300, 200, 100, 50), parent=1000):
    niches = pd.DataFrame(
        {
            "niche": ["food", "games", *[f"food/{i}" for i in range(len(sizes))]],
            "people": [parent, 400, *sizes],
            "parent": [None, "a category that is not a niche", *["food"] * len(sizes)],
        }
    )
    return niches, pd.DataFrame({"consumer": ["p", "p"], "niche": ["food", "games"]})


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_finer_niches_stand_inside_their_parent_and_beside_each_other(sizes):
    found = positions.bubbles(*finer_world(sizes)).set_index("niche")
    food, inner = found.loc["food"], found[found.index.str.startswith("food/")]
    assert len(inner) == min(len(sizes), positions.FINER)
    away = np.hypot(inner["x"] - food["x"], inner["y"] - food["y"]) + inner["radius"]
    assert (away < food["radius"]).all()
    assert (inner["y"] > food["y"]).all()
    assert not overlaps(inner)
    assert not overlaps(found.loc[["food", "games"]])


def test_finer_niches_that_fit_are_drawn_to_scale_and_the_largest_are_chosen():
    niches, members = finer_world((30, 60, 10, 20))
    found = positions.bubbles(niches, members).merge(niches, on="niche")
    assert list(found["niche"]) == ["food", "food/0", "food/1", "food/3", "games"]
    assert (found["radius"] ** 2 / found["people"]).to_numpy() == pytest.approx(1 / 1400, rel=1e-3)


# People


def test_everybody_stands_in_the_bubble_of_her_strongest_niche():
    niches, members = world(2000)
    members = members.sort_values("consumer", kind="stable", ignore_index=True)
    people, places = people_of(members), positions.bubbles(niches, members)
    found = positions.dots(people, niches, members, places, NO_TIES)
    assert sorted(found["person"]) == list(range(len(people)))
    assert (people["niche"].to_numpy()[found["person"]] == found["niche"]).all()
    spot = places.set_index("niche").loc[found["niche"]].reset_index()
    assert (np.hypot(found["x"] - spot["x"], found["y"] - spot["y"]) < spot["radius"]).all()


def test_key_opinion_consumers_come_first_by_rank_and_then_the_widest_audiences():
    niches, members = world(500)
    people = people_of(members, kocs=20, wide=5)
    found = positions.dots(people, niches, members, positions.bubbles(niches, members), NO_TIES)
    shown = people.iloc[found["person"]]
    assert list(shown["rank"][:20]) == list(range(1, 21))
    assert (shown["role"][20:25] == "kol").all()
    assert list(shown["audience"][20:25]) == sorted(shown["audience"][20:25], reverse=True)


def test_the_best_known_stand_in_the_middle():
    niches, members = world(1000)
    people, places = people_of(members), positions.bubbles(niches, members)
    found = positions.dots(people, niches, members, places, NO_TIES)
    first = found[found["niche"] == "n00"].merge(places, on="niche", suffixes=("", "_of"))
    away = np.hypot(first["x"] - first["x_of"], first["y"] - first["y_of"])
    audience = people["audience"].to_numpy()[first["person"]]
    assert (np.diff(audience[np.argsort(away, kind="stable")]) <= 0).all()


def test_people_of_finer_niches_stand_in_the_large_one_and_people_without_between():
    niches, _ = finer_world((300,))
    members = pd.DataFrame({"consumer": ["a", "b", "b"], "niche": ["food/0", "games", "food/0"]})
    people = people_of(pd.DataFrame({"consumer": list("abcdefgh"), "niche": "x"}), kocs=1, wide=1)
    places = positions.bubbles(niches, members)
    found = positions.dots(people, niches, members, places, NO_TIES).set_index("person").sort_index()
    assert list(found["niche"][:2]) == ["food", "games"]
    assert found["niche"][2:].isna().all()
    outside = found.loc[2:]
    spots = places.itertuples()
    assert all((np.hypot(outside["x"] - s.x, outside["y"] - s.y) > s.radius).all() for s in spots)
    left, top, width, height = positions.frame(places)
    assert outside["x"].between(left, left + width).all()
    assert outside["y"].between(top, top + height).all()


def test_of_too_many_people_an_even_sample_stays_with_all_key_opinion_consumers(monkeypatch):
    monkeypatch.setattr(positions, "DOTS", 1200)
    monkeypatch.setattr(positions, "EGOS", 2)
    niches, members = world(6000)
    people = people_of(members, kocs=60, wide=30)
    found = positions.dots(people, niches, members, positions.bubbles(niches, members), NO_TIES)
    assert len(found) <= 1200
    assert len(found) > 1100
    assert found["person"].is_unique
    shown = people.iloc[found["person"]]
    assert shown["rank"].notna().sum() == 60
    assert (shown["role"] == "kol").sum() == 30
    share = shown["niche"].value_counts() / people["niche"].value_counts()
    assert share.between(0.5 * share.mean(), 2 * share.mean()).all()


def test_nobody_makes_no_dots():
    niches, members = world(100)
    people = people_of(members).head(0)
    assert positions.dots(people, niches, members, positions.bubbles(niches, members), NO_TIES).empty


# Ties


def crowd(n=300, m=3000, kocs=30, wide=10, rng_seed=2):
    rng = np.random.default_rng(rng_seed)
    ids = [f"p{i:05}" for i in range(n)]
    edges = pd.DataFrame({"source": rng.choice(ids, m), "target": rng.choice(ids, m), "weight": 1.0})
    network = Network.from_edges(edges, ids)
    people = people_of(pd.DataFrame({"consumer": ids, "niche": "all"}), kocs=kocs, wide=wide)
    return network, people


def pairs(frame):
    return set(zip(frame["source"].tolist(), frame["target"].tolist(), strict=True))


def test_all_ties_are_drawn_where_they_fit():
    network, people = crowd()
    found = positions.ties(network, people)
    assert pairs(found) == set(zip(network.source.tolist(), network.target.tolist(), strict=True))
    assert len(found) == len(pairs(found))
    assert list(found.dtypes) == ["int32", "int32"]


def test_of_too_many_ties_those_of_key_opinion_consumers_stay(monkeypatch):
    network, people = crowd()
    koc = people["rank"].notna().to_numpy()
    touches = koc[network.source] | koc[network.target]
    monkeypatch.setattr(positions, "EGOS", 0)
    monkeypatch.setattr(positions, "TIES", int(touches.sum()) + 100)
    found = positions.ties(network, people)
    assert len(found) == positions.TIES
    inside = koc[found["source"]] | koc[found["target"]]
    assert inside.sum() == touches.sum()
    wide = (people["role"] == "kol").to_numpy()[found.loc[~inside, ["source", "target"]]]
    assert wide.any(axis=1).all()


def test_the_audiences_of_the_first_are_there_with_the_ties_among_them(monkeypatch):
    network, people = crowd(n=400, m=30_000)
    monkeypatch.setattr(positions, "EGOS", 3)
    monkeypatch.setattr(positions, "CLOSEST", 10)
    monkeypatch.setattr(positions, "TIES", 400)
    found = pairs(positions.ties(network, people))
    every = set(zip(network.source.tolist(), network.target.tolist(), strict=True))
    for rank in (1, 2, 3):
        ego = int(people.index[people["rank"].eq(rank).fillna(False)][0])
        closest = [b for a, b in positions.ties(network, people).head(30).itertuples(index=False) if a == ego]
        mutual = [(b, ego) in every for b in closest]
        assert len(closest) == 10
        assert mutual == sorted(mutual, reverse=True)
        assert {(a, b) for a, b in every if a in closest and b in closest} <= found


def test_where_people_are_too_many_the_ties_are_those_of_the_people_drawn(monkeypatch):
    monkeypatch.setattr(positions, "DOTS", 200)
    monkeypatch.setattr(positions, "EGOS", 2)
    monkeypatch.setattr(positions, "CLOSEST", 5)
    network, people = crowd(n=2000, m=9000)
    drawn = positions.ties(network, people)
    members = people[["consumer", "niche"]]
    niches = table_of(members)
    shown = positions.dots(people, niches, members, positions.bubbles(niches, members), drawn)
    assert len(shown) <= 200
    assert set(drawn["source"]) | set(drawn["target"]) <= set(shown["person"])


def test_every_graph_has_ties_to_draw_or_none(graph):
    network = network_of(graph)
    people = people_of(pd.DataFrame({"consumer": network.ids, "niche": "all"}), kocs=2, wide=1)
    assert pairs(positions.ties(network, people)) == set(
        zip(network.source.tolist(), network.target.tolist(), strict=True)
    )
