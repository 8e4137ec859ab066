"""The probability of each follow: its features against loops, nothing read ahead, the same for the same data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits
from zoo import log_of

from graphkoc.activate.features import FOLLOW_FEATURES, FollowTable
from graphkoc.activate.probability import FILE, Learned, learn, read_probabilities, write_probabilities
from graphkoc.errors import UsageError
from graphkoc.graph.action_log import Log
from graphkoc.qualify.score.features import History, Snapshot
from graphkoc.runs.folder import check_free

NAMES = [feature.name for feature in FOLLOW_FEATURES]
AS_OF = 600.25


def village(rng_seed: int = 1, people: int = 25) -> Log:
    """A small log: dated and undated follows, two reviews of one time, products without a category."""
    rng = np.random.default_rng(rng_seed)
    ties = sorted({(a, int(b)) for a in range(people) for b in rng.integers(0, people, 8) if a != b})
    rows = [
        (f"p{a:02}", f"x{int(rng.integers(0, 30)):02}", float(rng.integers(1, 90)) * 10 + 0.25)
        for a in range(people)
        for _ in range(rng.integers(0, 25))
    ]
    products = sorted({product for _, product, _ in rows})
    since: list[object] = [None if rng.random() < 0.5 else float(rng.integers(0, 900)) for _ in ties]
    category: list[object] = [None if int(name[1:]) % 7 == 0 else f"c{int(name[1:]) % 4}" for name in products]
    return log_of(rows, [(f"p{a:02}", f"p{b:02}") for a, b in ties], since=since, category=category)


def town_frames(rng_seed: int = 0, people: int = 160, days: int = 1700) -> dict[str, pd.DataFrame]:
    """Four frames of a log that is long enough to learn from: some write about what their followees wrote about."""
    rng = np.random.default_rng(rng_seed)
    busy = rng.lognormal(0, 1, people)
    follows = [
        (a, int(b)) for a in range(people) for b in np.unique(rng.choice(people, 10, p=busy / busy.sum())) if a != b
    ]
    rows = [
        (a, int(rng.integers(0, 300)), float(rng.integers(0, days)))
        for a in range(people)
        for _ in range(int(6 * busy[a]))
    ]
    reviewed: dict[int, list[tuple[int, float]]] = {}
    for person, product, day in rows:
        reviewed.setdefault(person, []).append((product, day))
    for follower, followee in follows:
        for product, day in reviewed.get(followee, []):
            if rng.random() < 0.1 * min(busy[follower], 3):
                rows.append((follower, product, day + float(rng.integers(1, 200))))
    reviews = pd.DataFrame([row for row in rows if row[2] < days], columns=["consumer", "product", "day"])
    reviews["review"] = [f"r{number}" for number in range(len(reviews))]
    reviews["rating"] = rng.integers(1, 6, len(reviews)).astype(float)
    reviews["created_at"] = pd.to_datetime(reviews.pop("day"), unit="D").astype("datetime64[us]")
    for name in ("consumer", "product"):
        reviews[name] = reviews[name].map(lambda number, letter=name[0]: f"{letter}{number:03}")
    edges = pd.DataFrame(
        {"source": [f"c{b:03}" for _, b in follows], "target": [f"c{a:03}" for a, _ in follows], "weight": 1.0}
    )
    edges["since"] = pd.NaT
    products = pd.DataFrame({"product": sorted(set(reviews["product"]))}, dtype="str")
    products["category"] = [f"k{int(name[1:]) % 5}" for name in products["product"]]
    consumers = pd.DataFrame({"consumer": [f"c{number:03}" for number in range(people)]}, dtype="str")
    return {"follows": edges, "reviews": reviews, "products": products, "consumers": consumers}


@pytest.fixture(scope="module")
def town() -> Log:
    return Log.from_frames(**town_frames())


@pytest.fixture(scope="module")
def learned(town: Log) -> Learned:
    found, why = learn(town, town.last_day)
    assert found is not None, why
    return found


def by_hand(log: Log, as_of: float) -> dict[tuple[int, int], dict[str, float]]:
    """The features of every known follow that are of the pair, by loops."""
    network, items = log.network, log.items
    kind_of = dict(zip(items.item.tolist(), items.kind.tolist(), strict=True))
    met: dict[int, dict[int, float]] = {person: {} for person in range(len(network))}
    for person, item, day in zip(items.person.tolist(), items.item.tolist(), items.day.tolist(), strict=True):
        if day <= as_of:
            met[person][item] = day

    def decay(day: float, h: float) -> float:
        return float(2 ** (-(as_of - day) / h))

    def of_kind(person: int, h: float) -> dict[int, float]:
        sums: dict[int, float] = {}
        for item, day in met[person].items():
            sums[kind_of[item]] = sums.get(kind_of[item], 0) + (1 if np.isinf(h) else decay(day, h))
        return sums

    def popularity(h: float) -> dict[int, float]:
        sums: dict[int, float] = {}
        for record in met.values():
            for item, day in record.items():
                sums[item] = sums.get(item, 0) + decay(day, h)
        return sums

    def totals(h: float) -> dict[int, float]:
        sums: dict[int, float] = {}
        for item, value in popularity(h).items():
            sums[kind_of[item]] = sums.get(kind_of[item], 0) + value
        return sums

    def dot(one: dict[int, float], other: dict[int, float], weight: dict[int, float]) -> float:
        return sum(one[kind] * other[kind] * weight[kind] for kind in one if kind in other)

    def cosine(one: dict[int, float], other: dict[int, float]) -> float:
        lengths = [sum(value**2 for value in vector.values()) ** 0.5 for vector in (one, other)]
        return dot(one, other, dict.fromkeys(one, 1.0)) / (lengths[0] * lengths[1]) if all(lengths) else 0.0

    known = log.known(as_of)
    ties = {(int(a), int(b)) for a, b in zip(network.source[known], network.target[known], strict=True)}
    first = {person: min(record.values(), default=np.inf) for person, record in met.items()}
    credit: dict[tuple[int, int], int] = {}
    for followee, follower in ties:
        for item, day in met[follower].items():
            if met[followee].get(item, np.inf) < day:
                credit[follower, item] = credit.get((follower, item), 0) + 1
    found = {}
    for edge in np.flatnonzero(known).tolist():
        k, f = int(network.source[edge]), int(network.target[edge])
        both = [item for item in met[k] if item in met[f] and met[k][item] != met[f][item]]
        adopted = [item for item in both if met[k][item] < met[f][item]]
        returned = [item for item in both if item not in adopted]
        since = network.since[edge]
        row = {
            "age": as_of - (max(first[k], first[f]) if np.isnan(since) else since),
            "mutual": float((f, k) in ties),
            "followee_audience": sum(source == k for source, _ in ties),
            "followee_followees": sum(target == k for _, target in ties),
            "follower_reviews": len(met[f]),
            "follower_act90": sum(decay(day, 90) for day in met[f].values()),
            "adoptions": len(adopted),
            "adoption_credit": sum(1 / credit[f, item] for item in adopted),
            "adoption_credit365": sum(decay(met[f][item], 365) / credit[f, item] for item in adopted),
            "since_adoption": min((as_of - met[f][item] for item in adopted), default=as_of - float(log.day[0])),
            "returned": len(returned),
            "returned365": sum(decay(met[k][item], 365) for item in returned),
            "shared": len(both),
            "shared365": sum(decay(max(met[k][item], met[f][item]), 365) for item in both),
            "cosine": cosine(of_kind(k, np.inf), of_kind(f, np.inf)),
            "cosine365": cosine(of_kind(k, 365), of_kind(f, 365)),
            "match_rate": dot(of_kind(k, 365), of_kind(f, 365), {kind: 1 / v for kind, v in totals(365).items()}),
            "follower_adoptions": sum(1.0 for person, _ in credit if person == f),
        }
        for h in (90, 365, 1095):
            row[f"adoptions{h}"] = sum(decay(met[f][item], h) for item in adopted)
            squares: dict[int, float] = {}
            for item, value in popularity(h).items():
                squares[kind_of[item]] = squares.get(kind_of[item], 0) + (value / totals(h)[kind_of[item]]) ** 2
            row[f"match{h}"] = dot(of_kind(k, h), of_kind(f, h), squares)
        for name, h in (("opportunity", 90), ("opportunity365", 365)):
            row[name] = sum(
                popularity(h)[item] / totals(365)[kind_of[item]] * of_kind(f, 365).get(kind_of[item], 0)
                for item in met[k]
                if item not in both
            )
        found[k, f] = row
    return found


@pytest.mark.parametrize("rng_seed", [1, 2])
def test_features_of_a_pair_are_those_of_loops(rng_seed: int) -> None:
    log = village(rng_seed)
    table = FollowTable(Snapshot(History(log), AS_OF))
    values = pd.DataFrame(table.table(table.edges), columns=NAMES)
    ends = list(zip(log.network.source[table.edges].tolist(), log.network.target[table.edges].tolist(), strict=True))
    expected = by_hand(log, AS_OF)
    assert set(expected) == set(ends)
    assert values["adoptions"].sum() > 20 and values["returned"].sum() > 20
    for place, end in enumerate(ends):
        for name, value in expected[end].items():
            assert values.loc[place, name] == pytest.approx(value, rel=1e-4, abs=1e-5), (end, name)


def test_a_part_of_the_table_has_the_rows_of_the_whole() -> None:
    table = FollowTable(Snapshot(History(village()), AS_OF))
    part = table.edges[3::5]
    np.testing.assert_array_equal(table.table(part), table.table(table.edges)[3::5])
    assert table.table(table.edges[:0]).shape == (0, len(NAMES))


def test_features_read_nothing_later() -> None:
    log = village()
    then = log.until(AS_OF)
    whole, cut = (FollowTable(Snapshot(History(one), AS_OF)) for one in (log, then))
    assert len(log.day) > len(then.day) and len(log.network.source) > len(then.network.source)
    np.testing.assert_array_equal(whole.table(whole.edges), cut.table(cut.edges))


def test_probabilities_are_of_the_known_follows_and_tell_who_follows_on(town: Log, learned: Learned) -> None:
    known = town.known(learned.as_of)
    np.testing.assert_array_equal(learned.followee, town.network.source[known])
    np.testing.assert_array_equal(learned.follower, town.network.target[known])
    assert ((learned.probability >= 0) & (learned.probability <= 1)).all()
    for day in learned.past:
        then = town.known(day.as_of)[known]
        np.testing.assert_array_equal(~np.isnan(day.probability), then)
        assert (day.delay[np.isfinite(day.delay)] > 0).all()
        assert (day.delay[np.isfinite(day.delay)] <= learned.horizon).all()
    assert [day.closed for day in learned.past] == [False] + [True] * (len(learned.past) - 1)
    assert len(learned.past) >= 3
    adopted = np.isfinite(learned.past[1].delay)
    assert learned.past[1].probability[adopted].mean() > 1.5 * np.nanmean(learned.past[1].probability[~adopted])


def test_a_past_day_is_what_that_day_would_have_learned(town: Log, learned: Learned) -> None:
    then = learned.past[0]
    again, why = learn(town.until(then.as_of), then.as_of)
    assert again is not None, why
    np.testing.assert_array_equal(again.probability, then.probability[~np.isnan(then.probability)])


def test_nothing_after_the_reference_date_is_read(town: Log) -> None:
    as_of = town.last_day - 60
    whole, cut = learn(town, as_of)[0], learn(town.until(as_of), as_of)[0]
    assert whole is not None and cut is not None
    assert_same(whole, cut)


def test_order_ratings_and_threads_change_nothing(learned: Learned) -> None:
    frames = town_frames()
    shuffled = {name: frame.sample(frac=1, random_state=3) for name, frame in frames.items()}
    shuffled["reviews"]["rating"] = 6 - shuffled["reviews"]["rating"]
    log = Log.from_frames(**shuffled)
    with threadpool_limits(3):
        again, _ = learn(log, log.last_day)
    assert again is not None
    assert_same(learned, again)


def assert_same(one: Learned, other: Learned) -> None:
    assert (one.as_of, one.horizon, one.why) == (other.as_of, other.horizon, other.why)
    for name in ("followee", "follower", "probability"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert len(one.past) == len(other.past)
    for ours, theirs in zip(one.past, other.past, strict=True):
        assert (ours.as_of, ours.closed) == (theirs.as_of, theirs.closed)
        np.testing.assert_array_equal(ours.probability, theirs.probability)
        np.testing.assert_array_equal(ours.delay, theirs.delay)


def test_a_file_holds_all_of_it(learned: Learned, tmp_path: Path) -> None:
    write_probabilities(tmp_path, learned)
    content = (tmp_path / FILE).read_bytes()
    read = read_probabilities(tmp_path)
    assert read is not None
    assert_same(learned, read)
    write_probabilities(tmp_path, read)
    assert (tmp_path / FILE).read_bytes() == content


def test_an_analysis_may_replace_a_folder_that_holds_it(learned: Learned, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    write_probabilities(tmp_path, replace(learned, past=()))
    check_free(tmp_path)


def test_no_file_is_nothing_and_a_damaged_one_is_a_sentence(learned: Learned, tmp_path: Path) -> None:
    assert read_probabilities(tmp_path) is None
    write_probabilities(tmp_path, replace(learned, past=()))
    content = (tmp_path / FILE).read_bytes()
    for damaged in (b"", content[:-40], b"PAR1" + b"\0" * 40 + b"PAR1"):
        (tmp_path / FILE).write_bytes(damaged)
        with pytest.raises(UsageError, match="is damaged"):
            read_probabilities(tmp_path)
    pd.DataFrame({"followee": [1]}).to_parquet(tmp_path / FILE)
    with pytest.raises(UsageError, match="is damaged"):
        read_probabilities(tmp_path)


def test_a_log_that_cannot_carry_probabilities_says_why() -> None:
    ties = [("a", "b"), ("b", "c")]
    long = [("a", f"x{number}", 40.0 * number) for number in range(40)]
    for log, expected in (
        (log_of([], ties), "nobody has reviewed anything"),
        (log_of([("a", "x", 5.0), ("b", "y", 5.0)], ties), "the same time"),
        (log_of([("a", "x", 5.0), ("b", "y", 9.0)], []), "no follow"),
        (log_of([("a", "x", 5.0), ("b", "y", 9.0)], ties), "too short"),
        (log_of([*long, ("b", "x1", 90.0), ("c", "x1", 700.0)], ties), "from under 20"),
    ):
        found, why = learn(log, log.last_day)
        assert found is None
        assert expected in why
