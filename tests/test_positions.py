"""Positions on the map: kin are near each other, known niches stay, and bubbles do not overlap."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkoc.communities import positions
from graphkoc.runs.members import find_platforms


def world(people=4000, niches=24, rng_seed=0):
    """Niches of uneven size in blocks of four that share people: (table, members), as a run has them."""
    rng = np.random.default_rng(rng_seed)
    block = rng.integers(0, niches // 4, people)
    first = 4 * block + rng.choice(4, people, p=[0.5, 0.25, 0.15, 0.1])
    second = 4 * block + rng.integers(0, 4, people)
    stray = rng.integers(0, niches, people)
    second = np.where(rng.random(people) < 0.6, second, stray)
    pairs = pd.DataFrame({"consumer": [f"p{i:05}" for i in range(people)] * 2, "group": [*first, *second]})
    members = pairs.drop_duplicates(ignore_index=True)
    members["group"] = [f"n{niche:02}" for niche in members["group"]]
    return table_of(members), members


def table_of(members):
    sizes = members["group"].value_counts().sort_index()
    return pd.DataFrame({"group": sizes.index, "people": sizes.to_numpy()})


def distances(places):
    x, y = places["x"].to_numpy(), places["y"].to_numpy()
    return np.hypot(x[:, None] - x, y[:, None] - y)


def overlaps(places):
    radius = places["radius"].to_numpy()
    short = radius[:, None] + radius - distances(places)
    np.fill_diagonal(short, -1)
    return (short > 1e-5).any()


def extent(places):
    """Width and height of the part of the plane that the bubbles fill."""
    x, y, radius = (places[name].to_numpy() for name in ("x", "y", "radius"))
    return (x + radius).max() - (x - radius).min(), (y + radius).max() - (y - radius).min()


def shift(before, after):
    """The mean move of a bubble, as a share of the map's radius."""
    both = before.merge(after, on="group", suffixes=("_was", ""))
    width, height = extent(before)
    return np.hypot(both["x"] - both["x_was"], both["y"] - both["y_was"]).mean() / (np.sqrt(width * height) / 2)


# Bubbles


def test_the_area_of_a_bubble_is_its_people():
    niches, members = world()
    found = positions.bubbles(niches, members).merge(niches, on="group")
    assert (found["radius"] ** 2).sum() == pytest.approx(1, abs=1e-4)
    assert (found["radius"] ** 2 / found["people"]).to_numpy() == pytest.approx(1 / niches["people"].sum(), rel=1e-3)


def test_bubbles_do_not_overlap_and_are_packed():
    found = positions.bubbles(*world())
    assert not overlaps(found)
    width, height = extent(found)
    assert np.pi / (width * height) > 0.4
    assert width < height


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
        changed.loc[moved, "group"] = rng.choice(niches["group"], moved.sum())
        changed = changed.drop_duplicates(["consumer", "group"])
        places = positions.bubbles(table_of(changed), changed, first)
        assert not overlaps(places)
        assert shift(first, places) < 0.02
    cold = positions.bubbles(table_of(changed), changed)
    assert shift(first, places) < 0.2 * shift(first, cold)


def test_a_new_niche_takes_a_free_place_and_the_others_stay():
    niches, members = world()
    first = positions.bubbles(niches[niches["group"] != "n07"], members[members["group"] != "n07"])
    second = positions.bubbles(niches, members, first)
    assert "n07" in set(second["group"])
    assert not overlaps(second)
    assert shift(first, second) < 1e-6


def test_a_niche_that_is_gone_leaves_its_place_and_the_others_stay():
    niches, members = world()
    first = positions.bubbles(niches, members)
    rest = positions.bubbles(niches[niches["group"] != "n00"], members[members["group"] != "n00"], first)
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
    niches = pd.DataFrame({"group": [f"n{i:02}" for i in range(len(bubbles))], "people": [b[0] for b in bubbles]})
    places = niches[["group"]].assign(x=[b[1] for b in bubbles], y=[b[2] for b in bubbles], radius=0.1)
    known = places[[b[3] for b in bubbles]]
    members = pd.DataFrame({"consumer": ["a"] * len(niches), "group": niches["group"]})
    found = positions.bubbles(niches, members, known)
    assert not overlaps(found)
    pd.testing.assert_frame_equal(positions.bubbles(niches, members, found), found)


def test_bubbles_on_one_spot_part():
    niches = pd.DataFrame({"group": list("abc"), "people": [9, 9, 9]})
    members = pd.DataFrame({"consumer": ["p"], "group": ["a"]})
    assert not overlaps(positions.bubbles(niches, members, niches[["group"]].assign(x=0.0, y=0.0, radius=1.0)))


def test_only_the_largest_hundred_have_a_bubble():
    niches = pd.DataFrame({"group": [f"n{i:03}" for i in range(140)], "people": range(1, 141)})
    members = pd.DataFrame({"consumer": ["p"] * 140, "group": niches["group"]})
    found = positions.bubbles(niches, members)
    assert sorted(found["group"]) == list(niches["group"][40:])
    assert not overlaps(found)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_map_is_made_of_little(count):
    niches = pd.DataFrame({"group": [f"n{i}" for i in range(count)], "people": [5] * count}).astype({"group": "str"})
    members = pd.DataFrame({"consumer": ["p"] * count, "group": niches["group"]}).astype("str")
    found = positions.bubbles(niches, members)
    assert list(found.columns) == ["group", "x", "y", "radius"]
    assert len(found) == count
    assert not overlaps(found)


# Clusters


def two_platforms():
    """Niches with a finer one, circles on two platforms and one on none, and their members."""
    niches = pd.DataFrame(
        {"niche": ["food", "food~tea", "games"], "people": [90, 30, 60], "level": ["niche", "finer", "niche"]}
    )
    circles = pd.DataFrame(
        {"circle": ["c1", "c2", "c3", "c4"], "people": [40, 30, 20, 10], "platform": ["forum", "weibo", "forum", None]}
    )
    ids = [("niche", one) for one in niches["niche"]] + [("circle", one) for one in circles["circle"]]
    members = pd.DataFrame([(kind, group, "p") for kind, group in ids], columns=["kind", "group", "consumer"])
    return niches, circles, members


def test_niches_and_the_circles_of_each_platform_are_clusters_and_finer_niches_are_not_drawn():
    found = positions.place_groups(*two_platforms())
    assert list(zip(found["kind"], found["group"], strict=True)) == [
        *(("circle", group) for group in ("c1", "c2", "c3", "c4")),
        *(("niche", group) for group in ("food", "games")),
    ]
    for cluster in (("food", "games"), ("c1", "c3"), ("c2",), ("c4",)):
        rows = found[found["group"].isin(cluster)]
        assert (rows["radius"] ** 2).sum() == pytest.approx(1, abs=1e-4)
        assert not overlaps(rows)


def test_clusters_start_from_those_of_the_last_run_each_kind_from_its_own():
    niches, circles, members = two_platforms()
    first = positions.place_groups(niches, circles, members)
    pd.testing.assert_frame_equal(positions.place_groups(niches, circles, members, first), first)
    # A niche with the id of a circle has a place of its own.
    same = niches.replace({"niche": {"games": "c1"}})
    renamed = positions.place_groups(same, circles, members, first).set_index(["kind", "group"])
    assert tuple(renamed.loc[("circle", "c1")]) == tuple(first.set_index(["kind", "group"]).loc[("circle", "c1")])


def test_without_groups_there_is_no_map():
    niches, circles, members = (frame.head(0) for frame in two_platforms())
    found = positions.place_groups(niches, circles, members)
    assert list(found.columns) == ["kind", "group", "x", "y", "radius"]
    assert found.empty


def test_a_run_keeps_the_map_of_its_niches_and_circles_and_the_white_space_of_the_last_run(small_run):
    assert set(small_run.bubbles["kind"]) == {"niche", "circle"}
    assert set(small_run.niches["niche"]) >= set(small_run.bubbles.query("kind == 'niche'")["group"])
    for table in (small_run.niches, small_run.circles):
        known = table["white_people_before"].notna()
        assert (known == (table["change"] != "new")).all()


# Platforms of circles


def test_the_platform_of_a_circle_is_the_one_with_ties_that_most_of_its_people_are_on():
    circles = pd.DataFrame({"circle": ["c1", "c1", "c1", "c2", "c2", "c3"], "consumer": list("abcdef")})
    people = pd.DataFrame({"consumer": list("abcdef"), "platform": ["shop", "shop", "shop", "weibo", "forum", "shop"]})
    accounts = pd.DataFrame({"consumer": list("abc"), "platform": ["weibo", "weibo", "forum"]})
    ties_of = {"shop": "none", "weibo": "engagements", "forum": "follows"}
    assert find_platforms(circles, people, accounts, ties_of).to_dict() == {"c1": "weibo", "c2": "forum"}
