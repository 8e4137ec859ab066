"""Authenticity: rings of reviewers are found among honest ones, and every pattern has its evidence."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rings import KINDS, find_patterns, with_rings
from zoo import log_of

import graphkoc
from graphkoc.graph.network import Network
from graphkoc.qualify.authenticity import (
    PATTERNS,
    blocks,
    burst,
    examine,
    lockstep,
    near_copies,
    ranking_without,
    ratings,
)

PEOPLE, PRODUCTS = 1500, 900


@pytest.fixture(scope="module")
def honest() -> pd.DataFrame:
    """Reviews with what honest ones have: a few who write much, tastes, and products that come out on a day."""
    rng = np.random.default_rng(5)
    activity = rng.pareto(1.5, PEOPLE) + 0.3
    taste = rng.integers(0, 9, PEOPLE)
    released = rng.uniform(0, 1000, PRODUCTS)
    person = rng.choice(PEOPLE, 16_000, p=activity / activity.sum())
    inside = rng.random(len(person)) < 0.7
    product = np.where(inside, rng.integers(0, PRODUCTS // 9, len(person)) * 9 + taste[person], 0)
    product = np.where(inside, product, rng.integers(0, PRODUCTS, len(person)))
    day = 14_000 + released[product] + rng.exponential(60, len(person))
    table = pd.DataFrame({"person": person, "product": product}).astype(str)
    frame = pd.DataFrame({"consumer": "honest:" + table["person"], "product": "p" + table["product"]})
    frame["rating"] = rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], len(person), p=[0.05, 0.05, 0.1, 0.3, 0.5])
    frame["created_at"] = pd.to_datetime(day, unit="D").astype("datetime64[us]")
    return frame.drop_duplicates(["consumer", "product"], ignore_index=True)


def test_honest_reviewers_are_not_called_suspicious(honest: pd.DataFrame) -> None:
    found, _ = find_patterns(honest)
    assert not found.suspicious.any()
    assert found.summary["people"] == 0
    assert found.summary["blocks"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_camouflaged_ring_is_found_among_them(honest: pd.DataFrame, kind: str) -> None:
    reviews, members = with_rings(kind, 2, 25, 8, honest, rng_seed=1)
    found, people = find_patterns(reviews)
    named = set(people[found.suspicious].tolist())
    assert len(named & members) >= 0.9 * len(named)
    assert len(named & members) >= 0.8 * len(members)
    first = found.suspicions.query("pattern == 'group'").iloc[0]
    assert first["evidence"].startswith("reviewed up to ")
    assert first["group"] in ("g1", "g2")


def test_a_large_ring_is_a_block_that_is_denser_than_chance_and_nearly_nobody_else(honest: pd.DataFrame) -> None:
    reviews, members = with_rings("random", 1, 80, 16, honest, rng_seed=2)
    found, _ = find_patterns(reviews)
    inside = set(found.suspicions.query("pattern == 'block'")["consumer"])
    assert len(inside & members) >= 0.9 * max(len(members), len(inside))
    block = found.summary["blocks"][0]
    assert block["density"] <= block["bound"] <= 2 * block["density"]
    assert block["density"] > blocks.BEYOND * block["chance"]


def test_a_patient_ring_is_found_when_it_is_large(honest: pd.DataFrame) -> None:
    reviews, members = with_rings("random", 1, 80, 16, honest, rng_seed=2, campaign=365.0)
    found, people = find_patterns(reviews)
    named = set(people[found.suspicious].tolist())
    assert len(named & members) >= 0.9 * len(named)
    assert len(named & members) >= 0.8 * len(members)
    assert found.suspicions["evidence"].str.contains("in the same year").any()


def test_the_order_of_rows_changes_nothing(honest: pd.DataFrame) -> None:
    reviews, _ = with_rings("popular", 1, 15, 6, honest, rng_seed=3)
    reviews["review"] = [f"r{i:06}" for i in range(len(reviews))]
    network = nobody_follows(reviews["consumer"].unique().tolist())
    texts = pd.DataFrame({"review": ["r000001", "r000002", "r000400"], "title": None, "text": LONG}, dtype="str")
    one = examine(network, reviews, texts)
    other = examine(network, reviews.sample(frac=1, random_state=1), texts.iloc[::-1])
    pd.testing.assert_frame_equal(one.suspicions, other.suspicions)
    np.testing.assert_array_equal(one.critical, other.critical)
    assert one.summary == other.summary
    assert {"group", "copied text"} <= set(one.suspicions["pattern"]) <= set(PATTERNS)


def test_honest_power_reviewers_of_the_example_are_left_alone(ciao_read: graphkoc.Projection) -> None:
    network = ciao_read.log().network
    found = examine(network, ciao_read.reviews, ciao_read.texts)
    power = ciao_read.reviews["consumer"].value_counts().reindex(network.ids).to_numpy() >= 50
    assert power.sum() == 1322
    assert found.suspicious[power].mean() <= 0.01
    assert found.suspicious.mean() <= 0.01
    assert np.isnan(found.critical).all()


def test_without_times_taste_is_not_taken_for_acting_together() -> None:
    reviews = pd.DataFrame(
        [(f"a:{i}", f"p{j}", 5.0) for i in range(20) for j in range(8)], columns=["consumer", "product", "rating"]
    )
    found, _ = find_patterns(reviews.assign(created_at=pd.NaT))
    assert not found.suspicious.any()
    assert (
        found.summary["why_not"]
        == "no review names a product and has a date, so shared taste and acting together cannot be distinguished"
    )


def test_nobody_is_suspicious_where_there_is_nothing() -> None:
    nothing = pd.DataFrame({"consumer": [], "product": [], "rating": [], "created_at": []}, dtype="str")
    found, _ = find_patterns(nothing.astype({"rating": float, "created_at": "datetime64[us]"}))
    assert len(found.suspicions) == 0
    assert found.summary["patterns"] == dict.fromkeys(PATTERNS, 0)


# FRAUDAR

TIES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=25)


def density(ties: set[tuple[int, int]], people: set[int], columns: set[int]) -> float:
    degree = np.bincount([column for _, column in ties])
    inside = [1 / np.log(degree[c] + 5) for p, c in ties if p in people and c in columns]
    return sum(inside) / (len(people) + len(columns))


def subsets(numbers: set[int]) -> list[set[int]]:
    return [set(some) for k in range(len(numbers) + 1) for some in combinations(sorted(numbers), k)]


def peeled(ties: set[tuple[int, int]]) -> float:
    """The best of all that is left while whoever has least goes, without any short cut."""
    degree = np.bincount([column for _, column in ties])
    left = {("p", p) for p, _ in ties} | {("c", c) for _, c in ties}
    best = 0.0
    while left:
        inside = [(p, c) for p, c in ties if ("p", p) in left and ("c", c) in left]
        best = max(best, sum(1 / np.log(degree[c] + 5) for _, c in inside) / len(left))
        weight = dict.fromkeys(sorted(left), 0.0)
        for p, c in inside:
            weight["p", p] += 1 / np.log(degree[c] + 5)
            weight["c", c] += 1 / np.log(degree[c] + 5)
        left.remove(min(weight, key=lambda node: (round(weight[node], 9), node[0] == "c", node[1])))
    return best


@given(TIES)
@settings(max_examples=60)
def test_a_block_is_at_least_half_as_dense_as_the_densest_and_its_bound_holds(pairs: list[tuple[int, int]]) -> None:
    ties = set(pairs)
    block = found_in(ties)
    people, columns = {p for p, _ in ties}, {c for _, c in ties}
    densest = max(density(ties, a, b) for a in subsets(people) for b in subsets(columns) if a or b)
    assert block.density == pytest.approx(density(ties, set(block.people.tolist()), set(block.columns.tolist())))
    assert densest / 2 - 1e-9 <= block.density <= densest + 1e-9
    assert densest <= block.bound + 1e-9
    assert block.bound <= 2 * block.density + 1e-9


@given(TIES)
@settings(max_examples=60)
def test_what_goes_at_once_would_have_gone_one_by_one(pairs: list[tuple[int, int]]) -> None:
    assert found_in(set(pairs)).density == pytest.approx(peeled(set(pairs)))


def test_the_block_is_the_ring_and_not_what_everybody_reviews() -> None:
    ring = [(p, c) for p in range(8) for c in range(6)]
    camouflage = [(p, 50 + p) for p in range(8)]
    popular = [(100 + p, 50 + c) for p in range(60) for c in range(8) if (p + c) % 8 == 0]
    block = found_in({*ring, *camouflage, *popular})
    assert block.people.tolist() == list(range(8))
    assert block.columns.tolist() == list(range(6))


def found_in(ties: set[tuple[int, int]]) -> blocks.Block:
    ends = np.array(sorted(ties), dtype=np.int64)
    # A tie that comes twice is one.
    block = blocks.densest(*np.concatenate([ends, ends[:1]]).T)
    assert block is not None
    return block


def test_there_is_no_block_without_ties() -> None:
    assert blocks.densest(np.empty(0, np.int64), np.empty(0, np.int64)) is None


# In step


def test_who_shares_much_at_once_is_in_step_and_who_shares_it_a_year_apart_is_not() -> None:
    person, product = np.divmod(np.arange(4 * 8), 8)
    others = np.arange(4, 4000)
    person, product = np.concatenate([person, others]), np.concatenate([product, others + 100])
    day = np.concatenate([np.tile(100.0 * np.arange(8), 4), np.linspace(0, 800, len(others))])
    steps = lockstep.in_step(person, product, day, lockstep.FAST)
    assert list(zip(steps.first.tolist(), steps.second.tolist(), strict=True)) == list(combinations(range(4), 2))
    assert steps.shared.tolist() == [8] * 6
    assert (steps.expected < 0.5).all()
    assert [group.tolist() for group in lockstep.groups(steps, 2)] == [[0, 1, 2, 3]]
    assert not len(lockstep.in_step(person, product, day + 400.0 * (person < 4) * person, lockstep.FAST).first)


def test_a_chain_of_pairs_is_no_group() -> None:
    pairs = np.array([[0, 1], [1, 2], [2, 3], [5, 6], [5, 7], [6, 7]])
    steps = lockstep.Steps(pairs[:, 0], pairs[:, 1], np.full(6, 5), np.full(6, 0.1))
    assert [group.tolist() for group in lockstep.groups(steps, 2)] == [[5, 6, 7]]


# Alone


def test_a_burst_is_more_than_her_own_rate_gives() -> None:
    steady = np.arange(0, 2000, 10.0)
    eager = np.concatenate([np.arange(0, 2000, 100.0), 705 + np.linspace(0, 5, 40)])
    person = np.repeat([0, 1, 2], [len(steady), len(eager), len(steady)])
    found = burst.bursts(person, np.concatenate([steady, eager, steady]))
    assert found["person"].tolist() == [1]
    assert found[["most", "total", "begin"]].iloc[0].tolist() == [40, 60, 705.0]
    assert found["usual"].iloc[0] == pytest.approx(60 * 7 / 1900)


def test_followers_who_come_at_once_are_told_where_follows_have_dates() -> None:
    days = np.concatenate([np.arange(0, 2000, 50.0), 705 + np.linspace(0, 5, 60)])
    fans = [f"fan:{i:03}" for i in range(len(days))]
    follows = pd.DataFrame({"source": "star", "target": fans, "weight": 1.0})
    steady = pd.DataFrame({"source": "calm", "target": fans, "weight": 1.0, "since": np.arange(len(fans)) * 20.0})
    follows = pd.concat([follows.assign(since=days), steady])
    follows["since"] = pd.to_datetime(follows["since"], unit="D")
    network = Network.from_edges(follows, ["star", "calm", *fans])
    found = examine(network, NO_REVIEWS, NO_TEXTS)
    assert found.suspicions.to_dict("records") == [
        {
            "consumer": "star",
            "pattern": "sudden followers",
            "evidence": "60 of 100 new followers in the 7 days from 1971-12-07, where the person's own rate gives 0.4",
            "group": None,
        }
    ]
    assert not found.suspicious.any()


def test_ratings_at_one_end_stand_out_where_people_differ_little() -> None:
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(300), 30)
    rating = rng.choice([1.0, 3.0, 4.0, 5.0], len(person), p=[0.1, 0.3, 0.3, 0.3])
    rating[person == 7], rating[person == 9] = 5.0, 1.0
    found = ratings.extremes(person, rating)
    assert found[["person", "end", "there", "total"]].to_numpy().tolist() == [[7, "best", 30, 30], [9, "worst", 30, 30]]


def test_ratings_at_one_end_do_not_stand_out_where_half_the_people_do_it() -> None:
    person = np.repeat(np.arange(200), 30)
    rating = np.where(person % 2 == 0, 5.0, np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 1200))
    assert ratings.extremes(person, rating).empty


LONG = [
    "The grinder is quiet and the burrs are sharp, but the hopper sheds chaff all over the bench every morning.",
    "the grinder is quiet, and the burrs are sharp; but the hopper sheds chaff all over the bench every morning",
    "A completely different text about a kettle whose handle stays cool even after it has boiled for a long time.",
]


def test_near_copies_by_others_are_found_and_the_first_is_the_original() -> None:
    chinese = "这台磨豆机声音很小，刀盘也很锋利，但是每天早上豆仓都会把银皮弄得满桌子都是，"
    chinese += "清理起来非常麻烦，而且说明书写得一点也不清楚。"
    texts = [LONG[1], LONG[0], LONG[2], LONG[2], chinese, chinese.replace("非常", "特别"), "Great!", "Great!"]
    reviews = pd.DataFrame(
        {
            "review": list("abcdefgh"),
            "consumer": ["x:2", "x:1", "x:1", "x:1", "x:3", "x:4", "x:5", "x:6"],
            "created_at": pd.to_datetime(["2020-02-02", "2020-01-01", *["2020-03-03"] * 4, None, None]),
        }
    )
    found = near_copies.copies(reviews, pd.DataFrame({"review": list("abcdefgh"), "text": texts}))
    assert found.to_dict("records") == [
        {"review": "a", "consumer": "x:2", "original": "b", "author": "x:1"},
        {"review": "f", "consumer": "x:4", "original": "e", "author": "x:3"},
    ]


@given(st.text("ab é咖", max_size=80))
def test_texts_are_compared_by_their_runs_of_five_letters(text: str) -> None:
    runs = {text[at : at + near_copies.RUN] for at in range(len(text) - near_copies.RUN + 1)}
    assert len(near_copies._hash_runs(text)) == len(runs)


def test_a_low_rating_with_reasons_counts_and_one_without_does_not() -> None:
    reviews = pd.DataFrame({"review": list("abcd"), "consumer": ["u", "u", "v", "w"], "rating": [1.0, 2.0, 5.0, 1.0]})
    texts = pd.DataFrame({"review": list("abc"), "title": ["Broke", None, None], "text": [LONG[0], "bad", LONG[2]]})
    assert ratings.critical(reviews, texts).to_dict() == {"u": 1.0, "v": 0.0}


# What it changes


def test_the_ranking_without_suspicious_people_tells_who_goes_and_who_moves_among_the_rest() -> None:
    people = pd.DataFrame({"consumer": list("abcde"), "rank": [1, 2, 3, 4, None], "score": [9.0, 8.0, 7.0, 6.0, 5.0]})
    people = people.assign(rank=people["rank"].astype("Int64"), role=["koc", "koc", "possible", "koc", "none"])
    found = ranking_without.moves(
        people, np.array([False, True, False, False, False]), np.array([5.0, 0.0, 7.0, 4.0, 9.0])
    )
    assert found[["consumer", "rank"]].to_numpy().tolist() == [["a", 1], ["b", 2], ["c", 3], ["d", 4]]
    assert found["rank_without"].fillna(0).tolist() == [2, 0, 1, 3]
    assert found["moved"].fillna(0).tolist() == [-1, 0, 1, 0]
    assert ranking_without.summarise_moves(found) == {"leave": 1, "stay": 3, "move": 2, "furthest": 1}


def test_a_log_without_people_keeps_them_as_nodes_and_nothing_of_theirs() -> None:
    log = log_of([("a", "p", 1.0), ("b", "p", 2.0), ("c", "p", 3.0)], [("b", "a"), ("c", "b"), ("c", "a")])
    left = log.without(np.array([False, True, False]))
    assert left.network.ids.tolist() == ["a", "b", "c"]
    assert left.person.tolist() == [0, 2]
    assert (left.network.source.tolist(), left.network.target.tolist()) == ([0], [2])


@pytest.fixture(scope="module")
def ringed(honest: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[graphkoc.Run, set[str]]:
    """The run of a small site with a ring of accounts that were taken over, and who is in it."""
    few = honest[honest["consumer"].isin(honest["consumer"].value_counts().index[:400])].reset_index(drop=True)
    reviews, members = with_rings("taken over", 1, 20, 8, few, rng_seed=4)
    folder = tmp_path_factory.mktemp("ringed")
    (folder / "raw").mkdir()
    reviews.assign(review=[f"r{i:06}" for i in range(len(reviews))]).to_parquet(folder / "raw" / "reviews.parquet")
    rng = np.random.default_rng(6)
    people = np.sort(reviews["consumer"].unique())
    follows = pd.DataFrame({"follower": rng.choice(people, 6000), "followee": rng.choice(people, 6000)})
    follows.query("follower != followee").drop_duplicates().to_parquet(folder / "raw" / "follows.parquet")
    store = graphkoc.open_store(f"ladybug:{folder / 'store.lbug'}")
    graphkoc.load(store, "csv", [folder / "raw"])
    run = graphkoc.analyse(store, folder / "run", processes=1)
    store.close()
    return graphkoc.find_run(run.folder), members


def test_a_run_keeps_who_is_suspicious_with_evidence_and_what_the_ranking_is_without_them(
    ringed: tuple[graphkoc.Run, set[str]],
) -> None:
    run, members = ringed
    named = set(run.people.loc[run.people["suspicious"], "consumer"])
    assert len(named & members) >= 0.8 * len(members)
    assert len(named & members) >= 0.9 * len(named)
    kept = run.info["authenticity"]
    assert kept["people"] == len(named)
    leaving = set(run.moves.loc[run.moves["rank_without"].isna(), "consumer"])
    ranked = set(run.people.loc[run.people["rank"].notna(), "consumer"])
    assert leaving == named & ranked
    assert set(run.moves["consumer"]) == ranked
    assert kept["effect"]["leave"] == len(leaving) > 0
    stay = run.moves[run.moves["rank_without"].notna()]
    assert stay["score_without"].notna().all()
    assert (stay["score_without"] != stay["score"]).any()


def test_explain_tells_the_patterns_of_a_person_and_never_says_fake(ringed: tuple[graphkoc.Run, set[str]]) -> None:
    run, members = ringed
    seen = run.suspicions[run.suspicions["consumer"].isin(members) & (run.suspicions["pattern"] == "group")].iloc[0]
    why = graphkoc.explain_consumer(run, seen["consumer"])
    assert f"{seen['evidence']}: consistent with people who review together" in why["cautions"]
    assert "fake" not in " ".join(why["cautions"])
    row = next(row for row in graphkoc.list_kocs(run, limit=None) if row["consumer"] in members)
    assert "group" in row["patterns"]


def nobody_follows(people: list[str]) -> Network:
    return Network.from_edges(pd.DataFrame({"source": [], "target": [], "weight": []}), people)


NO_REVIEWS = pd.DataFrame({"review": [], "consumer": [], "product": [], "rating": [], "created_at": []}, dtype="str")
NO_REVIEWS = NO_REVIEWS.astype({"rating": float, "created_at": "datetime64[us]"})
NO_TEXTS = pd.DataFrame({"review": [], "title": [], "text": []}, dtype="str")
