"""The forecast: every feature against SQL, nothing read ahead, scores that can be done again by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from zoo import log_of

import graphkoc
from graphkoc.analysis import _log_tables
from graphkoc.errors import AnalysisError
from graphkoc.graph.action_log import Log
from graphkoc.measures.activity import activity, credit, pairs
from graphkoc.qualify.backtest import _shuffle_log, backtest
from graphkoc.qualify.score.forecast import FEATURES, Forecast, History, Past, Snapshot, candidates, choose, forecast
from graphkoc.qualify.score.model import GROWING
from graphkoc.qualify.score.percentiles import percentile_query
from graphkoc.qualify.score.sql import feature_query

NAMES = [feature.name for feature in FEATURES]
PLANTED = 50


def village(rng_seed: int = 1, people: int = 40) -> Log:
    """A small log with followers, silent people, and products without a category."""
    rng = np.random.default_rng(rng_seed)
    ties = {(a, b) for a in range(people) for b in rng.integers(0, people, rng.integers(0, 12)).tolist() if a != b}
    rows = [
        (f"p{a:02}", f"x{int(rng.integers(0, 30))}", float(rng.integers(1, 900)) + 0.25)
        for a in range(people - 2)
        for _ in range(int(rng.integers(1, 20)))
    ]
    category = [None if i % 7 == 0 else f"c{i % 4}" for i in range(len({product for _, product, _ in rows}))]
    return log_of(rows, sorted((f"p{a:02}", f"p{b:02}") for a, b in ties), category=category)


def influenced(people: int, days: int = 2400) -> tuple[Log, set[str]]:
    """A log of people who are all as active and as widely followed, of whom 50 are followed in what they review."""
    rng = np.random.default_rng(3)
    names = np.array([f"p{i:04}" for i in range(people)])
    follows = [(a, int(b)) for a in range(people) for b in rng.choice(people, 9, replace=False) if a != b]
    followers = {b: [a for a, c in follows if c == b] for b in range(people)}
    planted = set(rng.choice(people, PLANTED, replace=False).tolist())
    rows = []
    for person in range(people):
        for day in rng.uniform(0, days, rng.poisson(16)):
            product = int(rng.integers(0, 40_000))
            rows.append((names[person], f"x{product}", float(day)))
            if person in planted:
                late = [f for f in followers[person] if rng.random() < 0.3]
                rows += [(names[f], f"x{product}", float(day + rng.uniform(1, 60))) for f in late]
    rows = [row for row in rows if row[2] < days]
    return log_of(rows, [(names[a], names[b]) for a, b in follows]), {str(names[i]) for i in planted}


@pytest.fixture(scope="module", params=[500, pytest.param(1000, marks=pytest.mark.soak)])
def forecasted(request: pytest.FixtureRequest) -> tuple[Log, set[str], Past, Forecast]:
    log, planted = influenced(request.param)
    past = Past(log)
    return log, planted, past, forecast(past, log.last_day)


def test_every_feature_is_what_its_query_gives(tmp_path: Path) -> None:
    at = 700.0
    log = village().until(at)
    values = Snapshot(History(log), at).table(np.arange(len(log.network)))
    for name, table in _log_tables(log).items():
        table.to_parquet(tmp_path / f"{name}.parquet")
    features = pd.DataFrame(values, columns=NAMES).assign(consumer=log.network.ids)
    features.to_parquet(tmp_path / "features.parquet")
    assert (np.ptp(values, axis=0) > 0).sum() >= len(FEATURES) - 1
    with duckdb.connect() as connection:
        for row, consumer in list(enumerate(log.network.ids))[::5]:
            for column, name in enumerate(NAMES):
                asked = connection.execute(feature_query(name, str(tmp_path), str(consumer), at)).fetchone()
                assert asked[0] == pytest.approx(values[row, column], rel=1e-9, abs=1e-9), (name, consumer)


def test_what_followers_may_come_to_next_is_shared_with_whom_else_they_follow() -> None:
    rows = [("a", "x", 1.0), ("a", "y", 1.0), ("b", "x", 2.0), ("f", "z", 3.0), ("g", "x", 3.0), ("g", "z", 3.0)]
    log = log_of(rows, [("f", "a"), ("f", "b"), ("g", "a"), ("h", "a")])
    at, column = 3.0, NAMES.index("opportunity")
    year, quarter = (lambda age, h=h: 2 ** (-age / h) for h in (365, 90))
    kind = 2 * year(2) + year(1) + 3
    # To f, who came to neither, both could come, x also by b; to g, who had x, only y; h has written nothing.
    x, y = quarter(2) + quarter(1) + 1, quarter(2)
    expected = [1000 * (x / 2 + y + 2 * y) / kind, 1000 * (x / 2) / kind, 0, 0, 0]
    found = Snapshot(History(log), at).table(np.arange(5))[:, column]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert Snapshot(History(log), at + 366).table(np.arange(5))[:, column].tolist() == [0, 0, 0, 0, 0]


def test_what_comes_after_a_day_changes_no_bit_of_its_scores(forecasted: tuple[Log, set[str], Past, Forecast]) -> None:
    log, _, past, _ = forecasted
    at = float(np.quantile(log.day, 0.8))
    expected = forecast(past, at)
    assert expected.model is not None
    later = log.day > at
    rng = np.random.default_rng(0)
    order = np.arange(len(log.day))
    order[later] = rng.permutation(order[later])
    mixed = replace(log, person=log.person[order], product=log.product[order], category=log.category[order])
    deleted = log.until(at)
    for other in (mixed, deleted):
        found = forecast(Past(other), at)
        assert found.score.total.tobytes() == expected.score.total.tobytes()
        assert found.features.to_numpy().tobytes() == expected.features.to_numpy().tobytes()


def test_planted_people_are_recovered(forecasted: tuple[Log, set[str], Past, Forecast]) -> None:
    log, planted, _, expected = forecasted
    assert expected.score.kind == "forecast"
    people = candidates(expected.features["audience"].to_numpy())
    first = people[np.argsort(-expected.score.total[people], kind="stable")][:PLANTED]
    there = planted & set(log.network.ids[people].tolist())
    found = planted & set(log.network.ids[first].tolist())
    assert len(there) >= PLANTED * 0.8
    assert len(found) / PLANTED >= 0.8


def test_points_add_up_and_an_audience_of_nobody_earns_none(forecasted: tuple[Log, set[str], Past, Forecast]) -> None:
    _, _, _, expected = forecasted
    np.testing.assert_allclose(sum(expected.score.points.values()), expected.score.total, atol=1e-9)
    alone = Snapshot(History(village()), 900.0)
    silent = np.flatnonzero(alone.audience == 0)
    assert expected.model is not None
    points = expected.model.points(alone.table(np.arange(alone.n)))
    for column, feature in enumerate(FEATURES):
        if feature.pillar in ("reach", "influence", "relevance"):
            assert (points[silent, column] == 0).all(), feature.name


def test_a_follower_more_never_lowers_what_an_audience_earns(forecasted: tuple[Log, set[str], Past, Forecast]) -> None:
    model = forecasted[3].model
    assert model is not None
    growing = [i for i, feature in enumerate(FEATURES) if feature.pillar in GROWING]
    assert (model.coefficient[growing] >= 0).all()
    reach = [i for i, feature in enumerate(FEATURES) if feature.pillar == "reach"]
    log = village()
    network = log.network
    for edge in range(0, len(network.source), 9):
        keep = np.arange(len(network.source)) != edge
        fewer = replace(log, network=network.subset(keep))
        who = network.source[[edge]].astype(np.int64)
        before = model.points(Snapshot(History(fewer), 900.0).table(who))[0, reach]
        after = model.points(Snapshot(History(log), 900.0).table(who))[0, reach]
        assert (after >= before - 1e-12).all()


def test_renaming_people_moves_their_scores_with_them() -> None:
    rows = [(f"p{a:02}", f"x{(a * 7 + k) % 23}", 5.0 + a + 30.0 * k) for a in range(30) for k in range(9)]
    ties = [(f"p{a:02}", f"p{(a * k + 3) % 30:02}") for a in range(30) for k in (2, 5, 7) if (a * k + 3) % 30 != a]
    renamed = {f"p{a:02}": f"q{(a * 11) % 30:02}" for a in range(30)}
    first = log_of(rows, ties)
    second = log_of(
        [(renamed[a], product, day) for a, product, day in rows[::-1]],
        [(renamed[a], renamed[b]) for a, b in ties[::-1]],
    )
    scores = [forecast(Past(log), 300.0).score.total for log in (first, second)]
    by_name = dict(zip(second.network.ids.tolist(), scores[1].tolist(), strict=True))
    moved = [by_name[renamed[name]] for name in first.network.ids.tolist()]
    np.testing.assert_allclose(moved, scores[0], atol=1e-9)


def test_without_enough_past_the_formula_is_used_and_why_is_said() -> None:
    log = village()
    expected = forecast(Past(log), 900.0)
    assert expected.score.kind == "formula"
    assert "the past is too short for a forecast" in expected.score.why
    assert np.isnan(expected.score.low).all()
    assert choose(Past(log), 0.0)[0] is None


def test_on_ciao_the_score_finds_more_than_the_formula(ciao_run: graphkoc.Run) -> None:
    tested = ciao_run.info["backtest"]
    rows = {row["ranking"]: row for row in tested["rows"]}
    assert set(tested["kinds"]) == {"forecast"}
    assert rows["score"]["mean"] >= 0.37
    assert tested["margin"]["low"] > 0
    assert np.mean(rows["score"]["hits"]) >= 14
    published = {"audience": 0.055, "pagerank": 0.103, "core": 0.050, "reviews": 0.049, "past_credit": 0.285}
    published |= {"activity": 0.331, "formula": 0.352, "oracle": 0.684}
    for ranking, mean in published.items():
        assert rows[ranking]["mean"] == pytest.approx(mean, abs=0.01), ranking
    assert tested["chance"]["score"] > tested["chance"]["share"]


def test_any_score_can_be_computed_again_from_the_run(ciao_run: graphkoc.Run) -> None:
    model = ciao_run.info["score"]["model"]
    by_hand = np.zeros(len(ciao_run.people))
    for feature in model["features"]:
        values = ciao_run.features[feature["feature"]].to_numpy()
        by_hand += feature["coefficient"] * np.log1p(np.maximum(values, 0)) / feature["scale"]
    np.testing.assert_allclose(by_hand, ciao_run.people["score"], atol=1e-9)
    assert (ciao_run.features["consumer"] == ciao_run.people["consumer"]).all()
    assert len(model["windows"]) > 30
    first = ciao_run.kocs(limit=1).iloc[0]
    assert first["low"] < first["score"] < first["high"]


def test_tags_stand_in_for_products_where_nothing_is_sold() -> None:
    notes = pd.DataFrame(
        {
            "review": ["r1", "r2", "r3"],
            "consumer": ["a", "b", "b"],
            "product": pd.array([None, None, None], dtype="str"),
            "created_at": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
        }
    )
    topics = pd.DataFrame({"review": ["r1", "r2", "r3"], "topic": ["tea", "tea", "sun"]}, dtype="str")
    ties = pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [1.0]})
    products = pd.DataFrame({"product": [], "category": []}, dtype="str")
    log = Log.from_frames(ties, notes, products, pd.DataFrame({"consumer": ["a", "b"]}), topics)
    assert log.item_names().tolist() == ["#sun", "#tea"]
    assert credit(pairs(log), 2, after=0).tolist() == [1.0, 0.0]
    assert activity(log, log.last_day, 1.0).tolist() == [0.25, 1.5]


def test_without_times_the_score_is_percentiles_whose_queries_give_them(tmp_path: Path) -> None:
    log = village()
    still = replace(log, day=np.full(len(log.day), 20_000.0))
    expected = forecast(Past(still), 20_000.0)
    assert expected.score.kind == "percentiles"
    np.testing.assert_allclose(sum(expected.score.points.values()), expected.score.total, atol=1e-9)
    expected.features.assign(consumer=log.network.ids).to_parquet(tmp_path / "features.parquet")
    with duckdb.connect() as connection:
        for pillar, values in expected.score.values.items():
            for row in (0, 7, 39):
                asked = connection.execute(
                    percentile_query(pillar, str(tmp_path), str(log.network.ids[row]))
                ).fetchone()
                assert asked[0] == pytest.approx(values[row], abs=1e-9)
    with pytest.raises(AnalysisError, match="no review has a date"):
        backtest(still)


@pytest.mark.soak
def test_ciao_without_structure_has_no_signal_beyond_chance(ciao: graphkoc.Store) -> None:
    log = graphkoc.project(ciao).log()
    tested = backtest(_shuffle_log(log, np.random.default_rng(11)))
    assert tested.verdict.startswith("There is no signal beyond chance")
