"""Tiers are data: every file says where it is from, and two that contradict each other move labels."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphkoc
from graphkoc.errors import UsageError
from graphkoc.qualify import tiers

PUBLISHED = [profile for profile in tiers.profiles().values() if profile.bands]


CROWD = [None] * 20
HEARD = [6.0] * 20
"""So many others that known audiences can be compared."""


def people(followers: list[int | None], platform: str | None = "xiaohongshu") -> tuple[pd.Series, pd.Series]:
    return pd.Series([platform] * len(followers), dtype="str"), pd.Series(followers, dtype="Int64")


@pytest.mark.parametrize("profile", tiers.profiles().values(), ids=lambda profile: profile.name)
def test_every_profile_has_a_version_a_source_and_words(profile: tiers.Profile) -> None:
    assert pd.Timestamp(profile.version) <= pd.Timestamp("2100-01-01")
    assert profile.source
    assert profile.says
    assert profile.why


@pytest.mark.parametrize("profile", PUBLISHED, ids=lambda profile: profile.name)
def test_bands_begin_at_nothing_rise_and_hold_one_small_audience_between_the_others(profile: tiers.Profile) -> None:
    least = [band.least for band in profile.bands]
    assert least[0] == 0
    assert all(a < b for a, b in itertools.pairwise(least))
    sizes = [size for size, _ in itertools.groupby(band.size for band in profile.bands)]
    # The default of Xiaohongshu has nobody below the small tier: people under 1,000 followers are candidates.
    assert sizes == ["tiny", "small", "wide"][profile.name == "desk" :]
    assert len({band.label for band in profile.bands}) == len(profile.bands)


def test_each_platform_has_one_file_and_each_file_one_default() -> None:
    platforms = [platform for profile in PUBLISHED if profile.default for platform in profile.platforms]
    assert len(platforms) == len(set(platforms))
    files = {profile.title for profile in tiers.profiles().values()}
    assert {profile.title for profile in tiers.profiles().values() if profile.default} == files


def test_the_published_limits_contradict_each_other_as_they_do_in_the_field() -> None:
    limits = {profile.name: profile.small for profile in PUBLISHED}
    assert limits["eac"] == (1, 999)
    assert limits["fishdesign"] == (1_000, 4_999)
    assert limits["prizm"] == (1, 9_999)
    assert limits["huojian"] == (1_000, 49_999)
    assert limits["desk"] == (0, 10_000)


def test_stated_followers_have_the_platforms_own_tiers_and_known_followers_the_relative_ones() -> None:
    platform, followers = people([999, 1_000, 10_000, 10_001, None, None, None, *CROWD])
    audience = np.array([0, 0, 0, 0, 4, 5, 100, *HEARD], dtype=float)
    found = tiers.sized(platform, followers, audience)
    assert found.table["tier"].tolist()[:7] == ["small", "small", "small", "wide", "tiny", "small", "wide"]
    assert found.table["label"].tolist()[:7] == [
        "素人 (amateur)",
        "KOC",
        "KOC",
        "初级 (junior KOL)",
        "tiny audience",
        "small audience",
        "widely followed here",
    ]
    assert found.table["tier_profile"].tolist() == ["desk"] * 4 + ["relative"] * 23
    assert found.table["tier_platform"].fillna("-").tolist() == ["xiaohongshu"] * 4 + ["-"] * 23
    assert found.summary["name"] == "relative"
    assert found.summary["people"] == {"small": 24, "tiny": 1, "wide": 2}
    assert found.summary["small"] == (
        "a small audience is 5 to 6 known followers; up to 10,000 followers (Xiaohongshu)"
    )
    assert "by the tiers desk of 2026-11-29" in found.summary["why"], "the file in use is named with its version"
    assert "4 people" in found.summary["why"]
    assert "for the other 23, known followers are compared with each other" in found.summary["why"]


def test_without_stated_followers_nobody_is_called_koc_or_kol_whatever_profile_is_chosen() -> None:
    platform, followers = people([None] * 4 + CROWD)
    for name in (None, "desk", "huojian", "relative"):
        found = tiers.sized(platform, followers, np.array([0.0, 4, 5, 9, *HEARD]), name)
        assert found.table["tier_profile"].unique().tolist() == ["relative"]
        assert not found.table["label"].str.contains("KO[CL]").any()
    assert found.summary["why"].startswith("relative tiers were chosen")


def test_where_nobody_has_a_known_follower_only_stated_followers_give_a_tier() -> None:
    platform, followers = people([None] * 3)
    found = tiers.sized(platform, followers, np.zeros(3))
    assert found.table["tier"].tolist() == ["unknown"] * 3
    assert found.table["label"].tolist() == ["unknown audience"] * 3
    assert (found.summary["low"], found.summary["high"]) == (None, None)
    assert found.summary["why"].endswith("nobody here has known followers, so tiers are unknown")
    stated = tiers.sized(*people([2_000, 2_000, None]), np.zeros(3))
    assert stated.table["label"].tolist() == ["KOC", "KOC", "unknown audience"]
    assert (stated.summary["name"], stated.summary["low"]) == ("desk", 0)


def test_a_platform_without_published_limits_is_compared_with_itself_though_it_states_followers() -> None:
    platform, followers = people([10, 20_000, 3, *CROWD], "discourse")
    audience = np.array([5.0, 9, 0, *HEARD])
    found = tiers.sized(platform, followers, audience)
    assert found.table["tier_size"].tolist()[:3] == [5, 9, 0]
    assert found.summary["name"] == "relative"
    named = tiers.sized(platform, followers, audience, "prizm")
    assert named.table["label"].tolist()[:3] == ["KOC", "KOL", "KOC"]


def test_the_audiences_of_a_handful_are_not_compared_with_each_other() -> None:
    platform, followers = people([None] * 25, "xhs")
    audience = np.array([9_760, 7_000, 5_000, 900, 800, 700] + [0] * 19, dtype=float)
    found = tiers.sized(platform, followers, audience, basis="people who engaged")
    assert found.table["tier"].unique().tolist() == ["unknown"]
    assert (found.summary["low"], found.summary["high"], found.summary["small"]) == (None, None, None)
    assert found.summary["why"].endswith(
        "only 6 people have people who engaged, and audience sizes are compared only among 20 or more people, so tiers "
        "are unknown"
    )


def test_where_four_in_five_audiences_are_tiny_no_audience_is_small_and_the_summary_says_so() -> None:
    platform, followers = people([None] * 25)
    found = tiers.sized(platform, followers, np.array([3.0] * 24 + [50]))
    assert (found.table["tier"] == "small").sum() == 0
    assert found.summary["small"] == (
        "no audience is small here: small begins at 5, and four in five of the people with an audience have at most 3 "
        "known followers"
    )


def test_an_unknown_profile_is_refused_with_the_names_of_those_that_exist() -> None:
    with pytest.raises(UsageError, match="no tiers called 'nobody'") as caught:
        tiers.sized(*people([1]), np.array([1.0]), "nobody")
    assert "relative" in caught.value.hint


@given(st.sampled_from(PUBLISHED), st.lists(st.integers(0, 2_000_000), min_size=2, max_size=30))
def test_more_followers_never_make_a_smaller_tier(profile: tiers.Profile, followers: list[int]) -> None:
    platform, stated = people(sorted(followers))
    table = tiers.sized(platform, stated, np.ones(len(followers)), profile.name).table
    assert table["tier"].map({"tiny": 0, "small": 1, "wide": 2}).is_monotonic_increasing
    inside = (table["tier_size"] >= table["tier_low"]) & (table["tier_size"] <= table["tier_high"])
    assert (inside == (table["tier"] == "small")).all()


@given(
    st.lists(
        st.tuples(st.integers(0, 60_000) | st.sampled_from([999, 1_000, 10_000, 10_001]), st.integers(0, 500)),
        min_size=1,
        max_size=20,
    ),
    st.booleans(),
)
def test_stated_followers_alone_give_the_label_and_known_followers_alone_make_no_kol(
    held: list[tuple[int, int]], crowded: bool
) -> None:
    # Each pair is an account of Xiaohongshu that states its followers, one that states none, and one of a forum.
    known = [float(audience) for _, audience in held]
    stated = [followers for followers, _ in held]
    n, crowd = len(held), HEARD * crowded
    platform = pd.Series(["xiaohongshu"] * 2 * n + ["discourse"] * n + ["discourse"] * len(crowd), dtype="str")
    followers = pd.Series(stated + [None] * n + stated + [None] * len(crowd), dtype="Int64")
    table = tiers.sized(platform, followers, np.array(known * 3 + crowd)).table.assign(followers=followers)
    ours, others = table[:n], table[n:]
    assert (ours.groupby("followers")["label"].nunique() == 1).all()
    labels = ours["label"].to_numpy()
    assert (labels == np.array([tiers.sized(*people([one]), np.zeros(1)).table["label"][0] for one in stated])).all()
    assert not (ours.loc[ours["followers"] > 10_000, "label"] == "KOC").any()
    assert (ours["label"].str.contains("KOL") == (ours["followers"] > 10_000)).all()
    assert not others["label"].str.contains("KO[CL]").any()
    assert (others["tier_profile"] == tiers.RELATIVE).all()


def test_a_person_with_several_accounts_has_a_label_an_account_and_that_of_the_largest_stated_one() -> None:
    rows = [
        ("a", "a1", "discourse", None),
        ("a", "a2", "xiaohongshu", 143),
        ("b", "b1", "xiaohongshu", 34_000),
        ("b", "b2", "instagram", 9_000),
        ("c", "c1", "discourse", 90_000),
        ("c", "c2", "amazon", None),
    ]
    accounts = pd.DataFrame(rows, columns=["consumer", "account", "platform", "followers"])
    accounts = accounts.astype({"followers": "Int64", "platform": "str"})
    consumers = accounts.drop_duplicates("consumer").set_index("consumer")[["platform", "followers"]]
    found = tiers.largest_stated(consumers, accounts)
    assert found["platform"].tolist() == ["xiaohongshu", "xiaohongshu", "discourse"]
    assert found["followers"].tolist() == [143, 34_000, 90_000]
    labelled = tiers.label_accounts(accounts)
    assert labelled["label"].fillna("-").tolist() == [
        "-",
        "素人 (amateur)",
        "初级 (junior KOL)",
        "nano influencer",
        "-",  # no limits are published for a forum
        "-",
    ]
    audience = np.array([64.0, 2, 80])
    table = tiers.sized(found["platform"], found["followers"], audience).table
    assert table["label"].tolist() == ["素人 (amateur)", "初级 (junior KOL)", "unknown audience"]
    assert tiers.largest_stated(consumers, accounts, "prizm")["followers"].tolist() == [143, 34_000, 90_000]
    assert tiers.largest_stated(consumers, accounts, "relative").equals(consumers)


@pytest.fixture
def store(tmp_path: Path):
    """Forty people on Xiaohongshu, who state 100 to 200,000 followers and follow each other in a ring."""
    store = graphkoc.open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    ids = [f"x:{i:02}" for i in range(40)]
    store.upsert(
        {
            "consumers": pd.DataFrame(
                {
                    "consumer": ids,
                    "platform": "xiaohongshu",
                    "followers": pd.array(np.geomspace(100, 200_000, 40).astype(int), "Int64"),
                }
            ),
            "reviews": pd.DataFrame(
                {
                    "review": [f"x:r{i}" for i in range(40)],
                    "consumer": ids,
                    "product": "x:p",
                    "created_at": pd.date_range("2026-01-01", periods=40).astype("datetime64[us]"),
                }
            ),
            "follows": pd.DataFrame({"follower": ids[1:] + ids[:1], "followee": ids}),
        }
    )
    yield store
    store.close()


def test_the_same_data_under_two_profiles_list_whose_label_moved(store: graphkoc.Store, tmp_path: Path) -> None:
    one = graphkoc.analyse(store, tmp_path / "one", graphkoc.Settings(tiers="fishdesign"))
    other = graphkoc.analyse(store, tmp_path / "other", graphkoc.Settings(tiers="prizm"))
    labels = pd.DataFrame({"one": one.people["label"], "other": other.people["label"]})
    expected = one.people.loc[labels["one"] != labels["other"], "consumer"].tolist()
    moved = graphkoc.list_moved(one, "prizm")
    assert [row["consumer"] for row in moved] == expected
    assert {(row["label"], row["label_then"]) for row in moved} == {("amateur", "KOC"), ("KOL", "KOC")}
    assert [row["consumer"] for row in graphkoc.list_moved(other, "fishdesign")] == expected
    ranked = set(other.kocs()["consumer"])
    assert {row["consumer"] for row in moved if row["koc_then"]} <= ranked
    stayed = set(one.kocs()["consumer"]) - set(expected)
    assert ranked == stayed | {row["consumer"] for row in moved if row["koc_then"]}
    assert graphkoc.list_moved(one, "fishdesign") == []
    assert one.info["tiers"]["name"] == "fishdesign"
    assert one.info["settings"]["tiers"] == "fishdesign"


def test_the_default_of_a_platform_that_states_followers_is_that_of_its_file(
    store: graphkoc.Store, tmp_path: Path
) -> None:
    run = graphkoc.analyse(store, tmp_path / "run")
    assert run.info["tiers"]["name"] == "desk"
    assert "nobody above 10,000 is a KOC" in run.info["tiers"]["why"]
    listed = graphkoc.list_kocs(run, limit=None)
    assert {row["label"] for row in listed} == {"KOC", "素人 (amateur)"}
    assert max(row["followers"] for row in listed) <= 10_000
    small = next(gate for gate in listed[0]["gates"] if gate["gate"] == "small")
    assert (small["least"], small["most"]) == (0, 10_000)
    assert any("by the tiers desk" in sentence for sentence in graphkoc.describe_run(run)), "the one used is printed"


def test_the_list_of_tiers_has_each_with_its_source_and_the_default_with_its_reason() -> None:
    rows = {row["tiers"]: row for row in graphkoc.list_tiers()}
    assert list(rows) == list(tiers.profiles())
    assert rows["relative"]["least"] is None
    assert rows["desk"]["why"]
    assert rows["huojian"]["why"] is None
    assert rows["prizm"]["source"].startswith("https://")
