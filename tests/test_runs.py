"""Runs in one folder: which run continues which, and that a run is written whole or not at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from little_store import held, tables

import graphkoc
from graphkoc import files
from graphkoc.errors import BusyError, StoreError, UsageError
from graphkoc.runs import edits, folder
from graphkoc.runs.edited import edit_groups
from graphkoc.runs.run import previous_run


def continued(run: graphkoc.Run) -> str | None:
    """The name of the run that this one continues."""
    return run.info["previous"]["run"] if run.info["previous"] else None


OTHERS = {
    "another source": tables(range(40), source="shop"),
    "the same numbers, other names": tables(range(40), names=[f"Kunde {n}" for n in range(60)]),
    "ten people of forty in common": tables(range(30, 70)),
}
"""What other people's stores hold, where ours holds 40 people of the source csv."""


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs, only to be read or copied: `ours`, then one of each of OTHERS, then `again`, which is ours."""
    folder = tmp_path_factory.mktemp("beside")
    with held(folder / "ours.lbug", tables(range(40))) as store:
        graphkoc.analyse(store, folder / "runs" / "ours")
        for name, other in OTHERS.items():
            with held(folder / f"{name}.lbug", other) as others:
                graphkoc.analyse(others, folder / "runs" / name)
        graphkoc.analyse(store, folder / "runs" / "again")
    return folder / "runs"


@pytest.fixture
def ours(beside: Path, tmp_path: Path) -> graphkoc.Run:
    """A copy of the run of ours, alone in `runs`."""
    shutil.copytree(beside / "ours", tmp_path / "runs" / "ours")
    return graphkoc.find_run("ours", tmp_path / "runs")


def test_next_weeks_data_continue_the_run_in_the_same_store_and_in_a_new_one(
    beside: Path, ours: graphkoc.Run, tmp_path: Path
) -> None:
    next_week = tables(range(5, 45), since="2020-03-25")
    shutil.copy(beside.parent / "ours.lbug", tmp_path)
    with held(tmp_path / "ours.lbug", next_week) as store:
        second = graphkoc.analyse(store, tmp_path / "runs" / "second")
    with held(tmp_path / "new.lbug", next_week) as store:
        third = graphkoc.analyse(store, tmp_path / "runs" / "third")
    assert [continued(run) for run in (ours, second, third)] == [None, "ours", "second"]
    assert ours.line == second.line == third.line != ""


def test_a_run_does_not_continue_a_run_of_other_people_beside_it(beside: Path) -> None:
    ours, again = (graphkoc.find_run(name, beside) for name in ("ours", "again"))
    assert continued(again) == "ours", "the newest run of the same people, not the newest of all"
    assert ours.line == again.line
    lines = {ours.line}
    for name in OTHERS:
        theirs = graphkoc.find_run(name, beside)
        assert continued(theirs) is None, name
        assert theirs.events["event"].isin(["born"]).all(), name
        lines.add(theirs.line)
    assert len(lines) == 1 + len(OTHERS)


def test_an_analysis_up_to_a_date_does_not_come_between_two_of_everything(ours: graphkoc.Run, tmp_path: Path) -> None:
    def find(limited: bool) -> str | None:
        previous, passed_over = previous_run(tmp_path / "runs" / "next", None, ours.people, limited)
        assert passed_over == []
        return previous and previous.name

    assert [find(False), find(True)] == ["ours", "ours"], "there is no other"
    for day, until in (("2040-01-01", "2020-02-01T00:00:00"), ("2041-01-01", "2020-03-01T00:00:00")):
        info = ours.info | {"started_at": f"{day}T00:00:00+00:00", "settings": ours.info["settings"] | {"until": until}}
        ours.replaced(folder=str(tmp_path / "runs" / day), info=info).save()
    assert [find(False), find(True)] == ["ours", "2041-01-01"]
    shutil.rmtree(tmp_path / "runs" / "ours")
    assert find(False) == "2041-01-01"


def test_edits_of_one_graph_do_not_apply_to_another_beside_it(beside: Path, tmp_path: Path) -> None:
    runs = {}
    for name, kept in (("ours", "ours"), ("theirs", "another source")):
        shutil.copytree(beside / kept, tmp_path / "runs" / name)
        niches = pd.DataFrame({"niche": ["tea", "toys"], "name": ["Tea", "Toys"], "people": [9, 8]})
        runs[name] = graphkoc.find_run(name, tmp_path / "runs").replaced(niches=niches)
        runs[name].niches["niche"] = runs[name].niches["niche"].astype("str")

    def names(name: str) -> list[str]:
        run = runs[name]
        journal = edits.read(tmp_path / "runs").of(run.line)
        return edit_groups(journal, "niche", run.niches, run.members_of("niche"))[0]["name"].tolist()

    graphkoc.rename_group(runs["ours"], "niche", "tea", "Tea drinkers")
    assert (names("ours"), names("theirs")) == (["Tea drinkers", "Toys"], ["Tea", "Toys"])
    with pytest.raises(UsageError, match="nothing to undo"):
        graphkoc.undo_edit(runs["theirs"], "niche")
    graphkoc.undo_edit(runs["ours"], "niche")
    assert names("ours") == ["Tea", "Toys"]


def test_an_interrupted_write_leaves_no_run_and_the_store_as_it_was(tmp_path: Path) -> None:
    steps: list[str] = []

    def stop(at: str):
        def progress(step: str, *_: int) -> None:
            steps.append(step)
            if step == at:
                raise KeyboardInterrupt

        return progress

    with held(tmp_path / "one.lbug", tables(range(40))) as store:
        for last in ("storing", "stored"):
            with pytest.raises(KeyboardInterrupt):
                graphkoc.analyse(store, tmp_path / "runs" / "first", progress=stop(last))
            assert steps[-1] == last
            assert not (tmp_path / "runs").exists()
            assert graphkoc.status(store, tmp_path / "runs")["runs"] == []
            assert graphkoc.run_query(store, "top_kocs").empty
        kept = graphkoc.analyse(store, tmp_path / "runs" / "first")
        before = {path.name: path.read_bytes() for path in Path(kept.folder).iterdir()}
        with pytest.raises(KeyboardInterrupt):
            graphkoc.analyse(store, tmp_path / "runs" / "first", progress=stop("stored"))
    assert {path.name: path.read_bytes() for path in Path(kept.folder).iterdir()} == before
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["first"]


def test_undated_data_give_the_same_run_whenever_they_are_loaded(tmp_path: Path) -> None:
    runs = []
    undated = tables(range(40))
    undated["reviews"] = undated["reviews"].drop(columns="created_at")
    for year in (2024, 2026):
        load = pd.DataFrame({"load": ["csv:1"], "source": "csv", "files": "[]"})
        load["loaded_at"] = pd.array([datetime(year, 5, 6)], dtype="datetime64[us]")
        (tmp_path / str(year)).mkdir()
        with held(tmp_path / str(year) / "one.lbug", undated | {"loads": load}) as store:
            runs.append(graphkoc.analyse(store, tmp_path / str(year) / "run"))
    one, other = (Path(run.folder) for run in runs)
    for path in sorted(one.glob("*.parquet")):
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name
    kept = [json.loads((folder / "run.json").read_text(encoding="utf-8")) for folder in (one, other)]
    for info in kept:
        del info["started_at"], info["seconds"]
    assert kept[0] == kept[1]
    assert runs[0].people["last_review"].isna().all()
    assert runs[0].info["counts"]["last_review"] == "undated"


def test_a_store_that_refuses_the_results_leaves_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    with held(tmp_path / "one.lbug", tables(range(40))) as store:
        monkeypatch.setattr(store, "annotate", refuse)
        with pytest.raises(StoreError, match="the disk is full"):
            graphkoc.analyse(store, tmp_path / "runs" / "first")
    assert not (tmp_path / "runs").exists()


def test_the_leftovers_of_a_killed_analysis_are_no_run_and_the_run_that_it_moved_aside_is_put_back(
    ours: graphkoc.Run, tmp_path: Path
) -> None:
    killed = tmp_path / "runs" / ".ours.graphkoc-new"
    ours.replaced(folder=str(killed / "new")).save()
    Path(ours.folder).rename(killed / "old")
    (tmp_path / "runs" / ".second.graphkoc-new" / "new").mkdir(parents=True)
    assert graphkoc.find_run("ours", tmp_path / "runs").info == ours.info
    assert graphkoc.find_run(folder=tmp_path / "runs").name == "ours"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["ours"]


def test_a_second_analysis_into_the_same_folder_is_refused_at_once(tmp_path: Path) -> None:
    steps: list[str] = []
    with held(tmp_path / "one.lbug", tables(range(40))) as store:

        def analyse_too(step: str, *_: int) -> None:
            if not steps:
                steps.append(step)
                with pytest.raises(StoreError, match=r"^another process is writing to .*runs/first$"):
                    graphkoc.analyse(store, tmp_path / "runs" / "first")

        run = graphkoc.analyse(store, tmp_path / "runs" / "first", progress=analyse_too)
    assert steps == ["reading the store"]
    assert graphkoc.find_run("first", tmp_path / "runs").info == run.info


def test_runs_that_are_begun_under_one_name_are_several_runs(tmp_path: Path) -> None:
    def write(fresh: Path) -> None:
        (fresh / "run.json").write_text("{}", encoding="utf-8")

    with folder.next_run(tmp_path, "now") as (first, fresh):
        write(fresh)
        with folder.next_run(tmp_path, "now") as (second, beside):
            write(beside)
    with folder.next_run(tmp_path, "now") as (third, fresh):
        write(fresh)
    assert [path.name for path in (first, second, third)] == ["now", "now-2", "now-3"]
    assert [path.name for path in folder.run_folders(tmp_path)] == ["now", "now-2", "now-3"]


def test_two_analyses_that_two_processes_begin_at_once_are_two_runs(tmp_path: Path) -> None:
    with held(tmp_path / "graphkoc.lbug", tables(range(40))):
        pass
    command = [sys.executable, "-m", "graphkoc", "analyse"]
    begun = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=300)[1].decode() for process in begun]
    assert [process.returncode for process in begun] == [0, 0], said
    runs = [graphkoc.find_run(str(path)) for path in folder.run_folders(tmp_path / "runs")]
    assert len(runs) == 2
    pd.testing.assert_frame_equal(runs[0].people, runs[1].people)


def test_results_wait_until_another_writer_has_written_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def connect(**options: Any) -> duckdb.DuckDBPyConnection:
        """What a writer does first."""
        order.append("the results are written")
        return connected(**options)

    def finish() -> None:
        order.append("the other is done")
        writing.close()

    with held(tmp_path / "one.lbug", tables(range(40))) as store:
        writing = ExitStack()
        writing.enter_context(files.working_folder(store.path))
        with pytest.raises(BusyError, match="another process is writing to"):
            store.upsert(tables(range(50)))
        connected = duckdb.connect
        monkeypatch.setattr(duckdb, "connect", connect)
        soon = threading.Timer(1.0, finish)
        soon.start()
        store.annotate({"runs": pd.DataFrame({"run": ["one"]})})
        soon.join()
        assert order[:2] == ["the other is done", "the results are written"]
        assert store.read("MATCH (r:Run) RETURN r.run AS run")["run"].tolist() == ["one"]


def test_a_run_that_cannot_be_written_names_the_folder_that_was_asked_for(ours: graphkoc.Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as refused:
        ours.replaced(folder=str(tmp_path / "file" / "run")).save()
    assert str(refused.value) == (
        f"the run cannot be written to {tmp_path / 'file' / 'run'}: {tmp_path / 'file'} is not a folder"
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("forum:1", "forum:1"),
        ("weibo:9", "forum:1"),
        ("Ann Lee", "forum:1"),
        ("ann lee", "forum:1"),
        ("@tea_ann", "forum:1"),
        ("Ann on Weibo", "forum:1"),
        ("forum:2", "forum:2"),
        ("bob", "2 people are called 'bob'"),
        ("nobody", "there is no consumer called 'nobody'"),
    ],
)
def test_a_person_is_found_by_id_account_handle_or_a_name_that_is_theirs_alone(wanted: str, found: str) -> None:
    people = pd.DataFrame(
        {
            "consumer": ["forum:1", "forum:2", "forum:3", "forum:4"],
            "name": ["Ann Lee", "Bob", "Bob", None],
            "handle": ["tea_ann", None, "bob3", None],
        },
        dtype="str",
    )
    accounts = pd.DataFrame(
        {"consumer": "forum:1", "account": ["forum:1", "weibo:9"], "name": ["Ann Lee", "Ann on Weibo"]}, dtype="str"
    )
    run = graphkoc.Run("run", {}, people=people, accounts=accounts)
    if not found.startswith("forum"):
        with pytest.raises(UsageError, match=found):
            run.person(wanted)
        return
    assert run.person(wanted)["consumer"] == found
