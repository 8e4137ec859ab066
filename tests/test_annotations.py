"""What an analysis leaves in the graph is what its run says, and the runs before it stay in a chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_run import BRAND, PEOPLE, small_market

import graphkoc
from graphkoc.annotations import add_history, list_results
from graphkoc.qualify.brand_names import read_brands
from graphkoc.qualify.people import find_ranks_before
from graphkoc.runs.edited import apply_edits
from graphkoc.runs.tables import shaped
from graphkoc.tables.schema import RESULTS

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def results(small_run: graphkoc.Run) -> Frames:
    return list_results(small_run, small_market(PEOPLE))


def test_there_is_a_frame_for_each_table_of_results_with_its_columns(results: Frames) -> None:
    assert results.keys() == RESULTS.keys() - {"loads"}
    for name, frame in results.items():
        assert set(frame) == set(RESULTS[name].names), name
        assert not frame.duplicated(list(RESULTS[name].key)).any(), name


def test_who_bridges_circles_and_which_circles_they_bridge(small_run: graphkoc.Run, results: Frames) -> None:
    counts = results["bridges"]["person"].value_counts().to_dict()
    assert counts == {row["consumer"]: row["circles"] for row in small_run.rows("bridges") if row["circles"] >= 2} != {}
    pd.testing.assert_frame_equal(results["circle_bridges"], small_run.circle_bridges)


def test_an_edge_never_leads_to_a_group_that_does_not_exist(small_run: graphkoc.Run) -> None:
    gone = small_run.circle_bridges.loc[0, "circle_a"]
    left = small_run.circles[small_run.circles["circle"] != gone]
    edited = list_results(small_run.replaced(circles=left), small_market(PEOPLE))
    assert gone not in edited["circle_bridges"].to_numpy()
    assert len(edited["circle_bridges"])
    assert gone in edited["events"]["group_id"].to_numpy()
    assert gone not in edited["circle_events"]["circle"].to_numpy()


@pytest.mark.parametrize("kind", ["circle", "niche"])
def test_groups_that_a_user_merged_are_one_node_with_one_edge_to_each_other(
    small_run: graphkoc.Run, tmp_path: Path, kind: str
) -> None:
    run = small_run.replaced(folder=str(tmp_path / "run"))
    first, second = run.table(f"{kind}s")[kind][:2]
    graphkoc.merge_groups(run, kind, [first, second])
    found = list_results(apply_edits(run), small_market(PEOPLE))
    for name, frame in found.items():
        assert not frame.duplicated(list(RESULTS[name].key)).any(), name
        for edge in RESULTS[name].edges:
            ends = ((edge.source, edge.source_column), (edge.target, edge.target_column))
            mentioned = {key for label, column in ends if label == kind.title() for key in frame[column]}
            assert second not in mentioned, name
    assert second not in found["scores"][kind].to_numpy()
    merged = found[f"{kind}s"].set_index(kind).loc[first]
    inside = found["members" if kind == "niche" else "circle_members"]
    assert merged["people"] == (inside[kind] == first).sum() > 15


def test_copied_reviews_and_suspicious_patterns_are_left_too(small_run: graphkoc.Run) -> None:
    copied = {"review": ["r1-1"], "consumer": ["weibo:01"], "original": ["r0-1"], "author": ["forum:00"]}
    shown = {"consumer": ["weibo:01"] * 2, "pattern": ["burst", "copied text"], "evidence": ["9 of 10\nin a day", "1"]}
    run = small_run.replaced(
        copies=shaped("copies", pd.DataFrame(copied)), suspicions=shaped("suspicions", pd.DataFrame(shown))
    )
    found = list_results(run, small_market(PEOPLE))
    assert found["copies"].to_dict("records") == [{"review": "r1-1", "original": "r0-1"}]
    patterns = found["scores"].set_index("consumer")["patterns"].dropna().to_dict()
    assert patterns == {"weibo:01": "burst: 9 of 10 in a day\ncopied text: 1"}


def test_a_product_has_the_brand_that_it_states_or_that_its_title_alone_names(results: Frames) -> None:
    brands = results["product_results"].set_index("product")["brand_read"]
    assert brands[["p0", "p1"]].tolist() == ["Kettle & Co", "Other"]
    products = pd.DataFrame(
        {
            "brand": ["KETTLE  & co", "Third", None, None, None, None],
            "title": ["by Other", "a Kettle & Co pot", "Pot by kettle & co", "Other", "Other than Kettle & Co", None],
        }
    )
    read = read_brands(products, BRAND)
    assert read.tolist() == ["Kettle & Co", "Third", "Kettle & Co", "Other", None, None]
    assert read_brands(products, None).tolist() == ["KETTLE  & co", "Third", None, None, None, None]


def test_a_rank_before_is_that_of_the_same_person_whose_accounts_may_have_been_several(
    small_run: graphkoc.Run, results: Frames
) -> None:
    before = pd.DataFrame({"consumer": ["a", "b", "c", "x"], "rank": pd.array([4, 2, None, 1], "Int64")})
    accounts = pd.DataFrame({"account": ["a", "b"], "consumer": ["a", "a"]})
    ranks = find_ranks_before(pd.DataFrame({"consumer": ["a", "c", "d"]}), accounts, before)
    assert ranks.astype(object).where(ranks.notna(), None).tolist() == [2, None, None]
    shown = results["scores"].set_index("consumer")["rank_before"]
    pd.testing.assert_series_equal(shown, small_run.people.set_index("consumer")["rank_before"], check_dtype=False)
    assert shown.notna().sum() > 10


def runs_of(results: Frames) -> Frames:
    return {name: results[name] for name in ("runs", "continues", "run_loads")}


def test_runs_that_were_shown_stay_in_the_chain_of_those_that_continue_them(small_run: graphkoc.Run) -> None:
    def show(name: str, previous: str | None, before: Frames) -> Frames:
        info: dict[str, Any] = small_run.info | {"previous": previous and {"run": previous, "at": "2026-06-28"}}
        run = small_run.replaced(folder=name, info=info)
        return runs_of(add_history(runs_of(list_results(run, small_market(PEOPLE))), before))

    def shown(found: Frames) -> dict[str, str]:
        return found["runs"].set_index("run")["shown"].to_dict()

    tables = ("runs", "continues", "run_loads")
    nothing = {name: pd.DataFrame(columns=RESULTS[name].names, dtype="str") for name in tables}
    first = show("one", "zero", nothing)
    assert shown(first) == {"one": "yes"}
    assert first["continues"].empty, "the graph does not know the run before"
    second = show("two", "one", first)
    assert shown(second) == {"one": "no", "two": "yes"}
    third = show("three", "two", second)
    assert third["continues"].to_numpy().tolist() == [["two", "one"], ["three", "two"]]
    assert third["run_loads"]["load"].tolist() == ["shop:1"] * 3
    again = show("two", "one", third)
    assert shown(again) == {"one": "no", "three": "no", "two": "yes"}
    assert sorted(again["continues"].to_numpy().tolist()) == [["three", "two"], ["two", "one"]]
    assert show("one", "one", first)["continues"].empty, "a run that replaced the one before continues none"
