"""The forecast: every feature against SQL, nothing read ahead, scores that can be done again by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zoo import log_of

import graphkoc
from graphkoc.analysis import _log_tables
from graphkoc.errors import AnalysisError
from graphkoc.graph.action_log import Log
from graphkoc.measures.activity import activity, credit, pairs
from graphkoc.qualify.backtest import _shuffle_log, backtest
from graphkoc.qualify.candidates import AUDIENCE
from graphkoc.qualify.score import formula
from graphkoc.qualify.score.forecast import FEATURES, Forecast, History, Past, Snapshot, forecast
from graphkoc.qualify.score.model import GROWING, count_events, fit
from graphkoc.qualify.score.percentiles import percentile_query
from graphkoc.qualify.score.sql import feature_query
from graphkoc.qualify.score.windows import Window, plan_windows
from graphkoc.runs.horizon import HORIZONS, describe_horizons

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


@pytest.mark.parametrize(("quantile", "horizon"), [(0.1, 31), (0.2, 92), (0.5, 184), (0.8, 366)])
def test_what_comes_after_a_day_changes_no_bit_of_its_scores(
    quantile: float, horizon: float, forecasted: tuple[Log, set[str], Past, Forecast]
) -> None:
    log, _, past, _ = forecasted
    at = float(np.quantile(log.day, quantile))
    expected = forecast(past, at)
    assert expected.model is not None
    assert expected.model.horizon == horizon
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
    people = AUDIENCE.find(log, expected.features["audience"].to_numpy(), log.last_day)
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


def test_a_past_in_which_nobody_followed_on_keeps_the_order_of_the_formula() -> None:
    rng = np.random.default_rng(0)
    rows = [(f"p{a:02}", f"x{a}-{k}", float(rng.integers(0, 400))) for a in range(40) for k in range(8)]
    log = log_of(rows, [(f"p{a:02}", f"p{b:02}") for a in range(40) for b in range(40) if 0 < (a - b) % 40 < 9])
    past = Past(log)
    assert past.windows(log.last_day)
    expected = forecast(past, log.last_day)
    assert expected.model is None
    assert "nobody's followers followed on in" in expected.score.why
    assert expected.score.total.tobytes() == formula(log, log.last_day).total.tobytes()
    assert np.isnan(expected.score.low).all()


def test_a_forecast_keeps_to_the_formula_by_as_much_as_there_is_little_to_learn_from() -> None:
    log = village(people=120)
    past = Past(log)
    at = log.last_day
    windows, horizon = past.windows(at), past.schedule(at).horizon
    model = fit(windows, at, horizon)
    assert 0 < model.events <= sum(window.credit.sum() for window in windows)
    values = Snapshot(past.history, at).table(np.arange(len(log.network)))
    barely = fit([replace(window, credit=window.credit * 1e-9) for window in windows], at, horizon)
    np.testing.assert_allclose(barely.score(values), 0.15 * formula(log, at).total, atol=1e-5)
    assert barely.kept == pytest.approx(1)
    assert np.median(barely.error(values)) > np.median(model.error(values)), "what is hardly learned is not narrow"


def test_a_feature_that_varies_by_rounding_alone_earns_nobody_anything() -> None:
    log = village(people=120)
    past = Past(log)
    windows, horizon = past.windows(log.last_day), past.schedule(log.last_day).horizon
    column = NAMES.index("kinds")
    rng = np.random.default_rng(0)
    for window in windows:
        window.values[:, column] = 3 + 1e-15 * rng.integers(0, 3, len(window.people))
    model = fit(windows, log.last_day, horizon)
    assert model.scale[column] == 1
    assert model.coefficient[column] == pytest.approx(0, abs=1e-9)


def test_one_person_s_many_follow_on_reviews_are_few_independent_ones() -> None:
    people, values = np.arange(4), np.zeros((4, len(FEATURES)))
    alike, alone = (Window(0.0, 31.0, people, values, np.array(credit)) for credit in ([2.0] * 4, [8.0, 0.0, 0.0, 0.0]))
    assert count_events([alike], 31.0) == 4
    assert count_events([alone], 31.0) == 1
    again = [replace(alike, as_of=float(begin), until=begin + 31.0) for begin in (0, 31)]
    assert count_events(again, 31.0) == pytest.approx(4), "16 of each person's 2 in each window, by 2 people's worth"
    assert count_events([alike, replace(alike, as_of=0.0)], 31.0) == 4, "windows of the same days count once"
    assert count_events([], 31.0) == 0


daily = st.lists(st.integers(0, 4000), min_size=1, max_size=400, unique=True).map(sorted)


@given(daily, st.integers(0, 500), st.sampled_from([1.0, 7.0, 30.0, 91.0]))
def test_windows_are_over_by_their_day_and_begin_after_a_warm_up(days: list[int], later: int, unit: float) -> None:
    times = np.array(days) * unit
    as_of = float(times[-1] + later)
    plan = plan_windows(times, as_of)
    length = as_of - times[0]
    assert plan.horizon in HORIZONS or plan.horizon >= 7
    assert plan.spans == tuple(sorted(plan.spans))
    for begin, end in plan.spans:
        assert times[0] + 0.98 * min(length / 3, 366) <= begin < end <= as_of
    longer = plan_windows(times, as_of + 1)
    assert longer.horizon >= plan.horizon


@pytest.mark.parametrize(
    ("times", "horizon"),
    [
        pytest.param(np.arange(121.0), "month", id="4 months of daily data"),
        pytest.param(np.arange(0, 301, 30.0), "2 months", id="10 months of 30-day ticks"),
        pytest.param(np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273.0]), "2 months", id="month dates"),
        pytest.param(np.arange(0, 4000, 1.0), "12 months", id="eleven years"),
        pytest.param(np.arange(0, 20_000, 500.0), "500 days", id="a clock coarser than a year"),
    ],
)
def test_the_horizon_and_the_windows_scale_to_the_past(times: np.ndarray, horizon: str) -> None:
    plan = plan_windows(times, float(times[-1]))
    assert describe_horizons([plan.horizon]) == horizon
    assert len(plan.spans) >= 3
    if len(times) < 20:
        assert all(begin in times and end in times for begin, end in plan.spans), "a coarse clock has its own ticks"


def test_a_snapshot_of_one_day_serves_pasts_of_other_lengths() -> None:
    days = np.arange(1000.0)
    spans = [{begin for begin, _ in plan_windows(days, end).spans} for end in (300.0, 500.0, 900.0)]
    assert spans[1] & spans[2]
    assert all(begin % (91 / 8) == 0 for starts in spans for begin in starts)


def test_on_ciao_the_score_finds_more_than_the_formula(ciao_run: graphkoc.Run) -> None:
    tested = ciao_run.info["backtest"]
    rows = {row["ranking"]: row for row in tested["rows"]}
    assert set(tested["kinds"]) == {"forecast"}
    assert rows["score"]["mean"] >= 0.36
    assert tested["margin"]["low"] > 0
    assert np.mean(rows["score"]["hits"]) >= 13
    assert tested["chance"]["credit"] > 3 * tested["chance"]["highest"]


def test_by_audience_alone_the_figures_are_those_of_before(
    ciao_read: graphkoc.Projection, ciao_run: graphkoc.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Chance is tested elsewhere, and its copies are most of a backtest's work.
    monkeypatch.setattr("graphkoc.qualify.backtest.COPIES", 1)
    monkeypatch.setattr("graphkoc.qualify.backtest.SHUFFLED", 1)
    log = ciao_read.log()
    inside = ciao_run.members_of("niche").groupby("niche")["consumer"]
    niches = {str(niche): np.isin(log.network.ids, people.to_numpy(dtype=str)) for niche, people in inside}
    tested = backtest(log, groups={"niche": niches})
    published = {"audience": 0.055, "pagerank": 0.103, "core": 0.050, "reviews": 0.049, "past_credit": 0.285}
    published |= {"activity": 0.331, "formula": 0.352, "oracle": 0.684}
    for ranking, mean in published.items():
        assert tested.row(ranking).mean == pytest.approx(mean, abs=0.001), ranking
    assert tested.row("score").mean >= 0.385
    assert tested.candidates.n == (1260, 1522, 1575, 1630, 1678)
    assert tested.n == (25, 30, 31, 32, 33)
    assert [round(credit) for credit in tested.credit] == [140, 145, 172, 114, 145]
    assert {part.name for part in tested.parts} >= {"dvds", "music", "beauty"}
    for part in tested.parts:
        assert (part.candidates >= 50, part.credit >= 10) == (True, True)
        assert part.low <= part.score <= part.high


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
