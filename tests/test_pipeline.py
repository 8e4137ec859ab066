"""The whole way: files to store to run; what a run keeps, and what it does not depend on."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import networkx
import numpy as np
import pandas as pd
import pytest

import graphkoc
from graphkoc.errors import AnalysisError, StoreError, UsageError
from graphkoc.graph.projection import COLUMNS
from graphkoc.qualify.explain import cautions
from graphkoc.qualify.gates.words import ORIGINS
from graphkoc.qualify.reasons import reasons
from graphkoc.runs.tables import TABLES


@pytest.fixture
def store(tmp_path: Path):
    store = graphkoc.open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    yield store
    store.close()


def shuffled(source: Path, target: Path, rng_seed: int) -> None:
    """The same packed CSV with its rows in another order."""
    header, *rows = gzip.decompress(source.read_bytes()).decode().splitlines()
    random.Random(rng_seed).shuffle(rows)
    target.write_bytes(gzip.compress("\n".join([header, *rows, ""]).encode()))


def test_another_order_of_rows_gives_the_same_run_byte_for_byte_but_for_times(
    example_and_run: tuple[Path, graphkoc.Run], store: graphkoc.Store, tmp_path: Path
) -> None:
    files, run = example_and_run
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("ratings.csv.gz", "trust.csv.gz"):
        shuffled(files / name, raw / name, rng_seed=5)
    (raw / "category.txt").write_bytes((files / "category.txt").read_bytes())
    graphkoc.load(store, "ciao", [raw])
    again = graphkoc.analyse(store, tmp_path / "run")
    for name in TABLES:
        one, other = (Path(each.folder) / f"{name}.parquet" for each in (run, again))
        assert one.read_bytes() == other.read_bytes(), name
    kept = [json.loads((Path(each.folder) / "run.json").read_text()) for each in (run, again)]
    for info in kept:
        assert {info.pop("started_at") is None, info.pop("seconds") is None} == {False}
    assert kept[0] == kept[1]


def test_a_run_that_is_saved_is_loaded_equal(ciao_run: graphkoc.Run) -> None:
    again = graphkoc.find_run(ciao_run.folder)
    assert again.info == json.loads(json.dumps(ciao_run.info))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(ciao_run, name))


def test_the_example_has_the_people_that_its_files_have(ciao_run: graphkoc.Run) -> None:
    counts = ciao_run.info["counts"]
    assert (counts["consumers"], counts["reviews"], counts["follows"]) == (7_375, 283_728, 111_781)
    assert counts["first_reviews"] == 282_650
    assert sum(ciao_run.info["tiers"]["people"].values()) == 7_375
    assert ciao_run.info["niche_control"] == 0
    niches = ciao_run.niches[ciao_run.niches["level"] == "niche"]
    assert len(niches[niches["people"] >= 20]) == 25


def test_only_active_people_with_a_small_audience_are_ranked_and_by_their_score(ciao_run: graphkoc.Run) -> None:
    people = ciao_run.people
    ranked = people[people["rank"].notna()]
    assert (people["role"] == "koc").equals(people["rank"].notna())
    assert (people["role"] == "wide").equals(people["tier"] == "wide")
    assert (ranked["tier"] == "small").all()
    assert (ranked["reviews_365"] > 0).all()
    left_out = people[people["rank"].isna()]
    assert ((left_out["tier"] != "small") | (left_out["reviews_365"] == 0)).all()
    kocs = ciao_run.kocs()
    assert kocs["rank"].tolist() == list(range(1, len(kocs) + 1))
    assert kocs["score"].is_monotonic_decreasing


def test_points_add_up_for_everybody(ciao_run: graphkoc.Run) -> None:
    people = ciao_run.people
    total = sum(people[f"{part['name']}_points"] for part in ciao_run.info["score"]["parts"])
    np.testing.assert_allclose(total, people["score"], atol=1e-9)
    for consumer in people["consumer"].sample(25, random_state=1):
        why = graphkoc.explain_consumer(ciao_run, consumer)
        assert sum(part["points"] for part in why["parts"]) == pytest.approx(why["score"], abs=1e-9)


def test_what_carried_past_adoptions_is_what_its_query_counts_and_the_follow_ons_are_hers(
    ciao_run: graphkoc.Run,
) -> None:
    follows, items = ciao_run.read_follows, ciao_run.read_items.set_index(["consumer", "item"])["day"]
    for row in graphkoc.list_kocs(ciao_run, limit=10):
        why = graphkoc.explain_consumer(ciao_run, row["consumer"])
        audience = set(follows.loc[follows["followee"] == row["consumer"], "follower"])
        assert {one["consumer"] for one in why["carried_by"]} <= audience
        for one in why["carried_by"]:
            assert items[one["consumer"], one["last"]] > items[row["consumer"], one["last"]]
        for one, number in [(one, "times") for one in why["carried_by"]] + [
            (one, "followers") for one in why["carried_reviews"]
        ]:
            assert duckdb.sql(one["query"]).fetchall() == [(one[number],)]
        times = [one["times"] for one in why["carried_by"]]
        assert times == sorted(times, reverse=True)
        assert bool(times) == bool(why["carried_reviews"]) == (ciao_run.person(row["consumer"])["follow_on"] > 0)


def test_niches_that_have_enough_are_checked_against_the_past_by_themselves(ciao_run: graphkoc.Run) -> None:
    parts = ciao_run.info["backtest"]["parts"]
    kocs = ciao_run.people[ciao_run.people["rank"].notna()]
    assert kocs["niche"].value_counts().max() < 50, "so few of the list are in any niche"
    assert parts == [], "and one platform that is all says nothing new"


def test_niches_count_their_own_members(ciao_run: graphkoc.Run) -> None:
    people = ciao_run.people.set_index("consumer")
    for niche in graphkoc.list_niches(ciao_run):
        members = [row["consumer"] for row in graphkoc.list_members(ciao_run, niche["niche"])]
        assert niche["people"] == len(members) == len(set(members))
        assert niche["kocs"] == (people.loc[members, "role"] == "koc").sum()
        assert niche["kols"] == 0, "Ciao states no followers, so nobody is a KOL"
        assert niche["wide"] == (people.loc[members, "role"] == "wide").sum()
        assert 0 <= niche["kol_reach"] <= 1


def test_the_share_that_wide_audiences_reach_agrees_with_the_query(
    ciao: graphkoc.Store, ciao_run: graphkoc.Run
) -> None:
    asked = graphkoc.run_query(ciao, "niche_reach").set_index("niche")
    for niche in graphkoc.list_niches(ciao_run):
        assert asked.loc[niche["niche"], "people"] == niche["people"]
        assert asked.loc[niche["niche"], "reached_kol"] == round(niche["kol_reach"] * niche["people"])


def test_the_people_of_ciao_are_in_four_parts_by_who_reaches_them(ciao: graphkoc.Store, ciao_run: graphkoc.Run) -> None:
    parts = {"reached_kol": 6_539, "only_koc": 35, "nobody": 723, "not_known": 78}
    assert ciao_run.info["parts"] == ciao_run.people["part"].value_counts().to_dict() == parts
    assert sum(parts.values()) == len(ciao_run.people) == 7_375
    sentence = (
        "of 7,375 consumers, accounts widely followed here reach 6,539, only KOCs reach 35, nobody listed reaches 723, "
        "and of 78 it is not known"
    )
    assert sentence in graphkoc.describe_run(ciao_run)
    whose = ciao_run.people.set_index("consumer")["part"]
    groups = [("niche", graphkoc.list_niches(ciao_run)), ("circle", graphkoc.list_circles(ciao_run))]
    for kind, rows in groups:
        asked = graphkoc.run_query(ciao, f"{kind}_reach").set_index(kind)[list(parts)].to_dict("index")
        inside = ciao_run.members_of(kind).groupby(kind)["consumer"]
        assert rows
        for row in rows:
            assert sum(row["parts"].values()) == row["people"]
            assert row["parts"] == asked[row[kind]]
            counted = whose[inside.get_group(row[kind])].value_counts().to_dict()
            assert {part: number for part, number in row["parts"].items() if number} == counted
            white = row["parts"]["only_koc"] + row["parts"]["nobody"]
            assert row["white_space"] == pytest.approx(white / row["people"])


@pytest.fixture(scope="module")
def part_read(
    part_output: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[graphkoc.Store, graphkoc.Projection]]:
    """The store of a part of the example, and what an analysis reads of it."""
    file = shutil.copy(part_output / "graphkoc.lbug", tmp_path_factory.mktemp("part"))
    store = graphkoc.open_store(f"ladybug:{file}")
    yield store, graphkoc.project(store)
    store.close()


@pytest.mark.parametrize("name", ["follows", "reviews", "consumers", "products", "engagements", "purchases", "loads"])
def test_what_an_analysis_reads_is_what_the_query_answers(
    part_read: tuple[graphkoc.Store, graphkoc.Projection], name: str
) -> None:
    store, projection = part_read
    asked = graphkoc.run_query(store, f"project/{name}")
    # A projection adds the platform to reviews.
    read = getattr(projection, name)[list(COLUMNS[name])]
    keys = list(read.columns[:2])
    pd.testing.assert_frame_equal(read, asked.sort_values(keys, ignore_index=True)[list(read.columns)])


def test_the_direction_turns_round_once(store: graphkoc.Store) -> None:
    """One follow: in the store the follower FOLLOWS, in the network the followee comes first."""
    store.upsert({"follows": pd.DataFrame({"follower": ["x:fan"], "followee": ["x:star"]})})
    stored = store.read(
        "MATCH (a:Consumer)-[:FOLLOWS]->(b:Consumer) RETURN a.consumer AS follower, b.consumer AS followee"
    )
    assert stored.to_dict("records") == [{"follower": "x:fan", "followee": "x:star"}]
    network = graphkoc.project(store).log().network
    assert networkx.to_edgelist(network.to_networkx()) is not None
    assert list(network.to_networkx().edges()) == [("x:star", "x:fan")]


def test_one_platform_can_be_looked_at_alone(store: graphkoc.Store, tmp_path: Path) -> None:
    people = [f"{platform}:{i}" for platform in ("a", "b") for i in range(40)]
    days = pd.date_range("2020-01-01", periods=80).astype("datetime64[us]")
    store.upsert(
        {
            "consumers": pd.DataFrame({"consumer": people, "platform": [person[0] for person in people]}),
            "reviews": pd.DataFrame(
                {"review": [f"r{i}" for i in range(80)], "consumer": people, "product": "x:p", "created_at": days}
            ),
            "follows": pd.DataFrame({"follower": people[1:] + people[:1], "followee": people}),
        }
    )
    run = graphkoc.analyse(store, tmp_path / "run", graphkoc.Settings(platform="a"))
    assert set(run.people["platform"]) == {"a"}
    assert run.info["counts"]["follows"] == 39
    assert run.info["backtest"] is None
    assert "small audience" in run.info["backtest_why_not"]
    with pytest.raises(AnalysisError, match="nobody on the platform 'c'"):
        graphkoc.analyse(store, tmp_path / "other", graphkoc.Settings(platform="c"))


def test_reasons_and_cautions_say_what_the_row_says(ciao_run: graphkoc.Run) -> None:
    first = ciao_run.kocs(limit=1).iloc[0]
    assert reasons(ciao_run, first)[0] == f"{first['reviews_365']:,.0f} reviews in the last year"
    wide = ciao_run.people[ciao_run.people["tier"] == "wide"].iloc[0]
    assert any("widely followed here, by more than" in caution for caution in cautions(ciao_run, wide))
    quiet = ciao_run.people[(ciao_run.people["reviews_365"] == 0)].iloc[0]
    assert "no review in the last year" in cautions(ciao_run, quiet)


def test_origins_are_shares_of_what_is_known(store: graphkoc.Store, ciao_run: graphkoc.Run) -> None:
    assert (ciao_run.people["origin_unknown"] == 1).all()
    shares = ciao_run.people[[f"origin_{origin}" for origin in ORIGINS]].sum(axis=1)
    np.testing.assert_allclose(shares, 1)


def test_a_store_that_has_nothing_dated_is_said_so(store: graphkoc.Store, tmp_path: Path) -> None:
    store.upsert({"reviews": pd.DataFrame({"review": ["x:1"], "consumer": ["x:a"]})})
    run = graphkoc.analyse(store, tmp_path / "run")
    assert run.info["score"]["kind"] == "percentiles"
    assert run.info["score"]["why"].startswith("no review has a date")
    assert run.info["counts"]["last_review"] == "undated"


def test_runs_are_found_by_folder_by_name_and_by_age(ciao_run: graphkoc.Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no run in"):
        graphkoc.find_run(folder=tmp_path)
    with pytest.raises(UsageError, match="there is no run in"):
        graphkoc.find_run("mine", tmp_path)
    assert graphkoc.find_run(Path(ciao_run.folder).name, Path(ciao_run.folder).parent).name == "run"
    assert graphkoc.find_run(folder=Path(ciao_run.folder).parent).folder == ciao_run.folder


def test_an_analysis_does_not_take_a_folder_with_files_of_others(ciao_run: graphkoc.Run, tmp_path: Path) -> None:
    run = ciao_run.replaced(folder=str(tmp_path / "run"))
    run.save()
    (tmp_path / "run" / "report.html").write_text("made of the run before")
    run.save()
    assert not (tmp_path / "run" / "report.html").exists()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"holds notes\.txt too"):
        run.save()
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"


def test_a_run_of_another_format_or_without_its_columns_is_not_read(ciao_run: graphkoc.Run, tmp_path: Path) -> None:
    run = ciao_run.replaced(folder=str(tmp_path / "run"))
    run.save()
    ciao_run.niches.to_parquet(tmp_path / "run" / "people.parquet")
    with pytest.raises(UsageError, match=r"people\.parquet: it has no column"):
        _ = graphkoc.find_run(run.folder).people
    (tmp_path / "run" / "run.json").write_text("{}")
    with pytest.raises(UsageError, match="has a format that this version of graphkoc does not read"):
        graphkoc.find_run(run.folder)


def test_a_run_folder_that_cannot_be_written_is_said_and_leaves_nothing(ciao_run: graphkoc.Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = ciao_run.replaced(folder=str(tmp_path / "file" / "run"))
    with pytest.raises(StoreError, match="cannot be written"):
        blocked.save()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
