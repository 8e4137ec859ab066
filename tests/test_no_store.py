"""An analysis that leaves the store as it is, on every engine."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import little_store
import neo4j_server
import pandas as pd
import pytest
from command import run

import graphkoc
from graphkoc.tables.schema import RESULTS


@pytest.fixture(params=["ladybug", *neo4j_server.versions()])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a store of 40 people."""
    address = neo4j_server.empty_store(request.param, tmp_path, monkeypatch)
    with closing(graphkoc.open_store(address)) as store:
        store.upsert(little_store.tables(range(40)))
    return address


def read_results(url: str) -> dict[str, pd.DataFrame]:
    with closing(graphkoc.open_store(url)) as store:
        return {name: store.table(name) for name in RESULTS}


def test_the_run_is_the_same_and_the_store_keeps_the_results_of_the_analysis_before(url: str, tmp_path: Path) -> None:
    login = {name: value for name, value in os.environ.items() if name.startswith("GRAPHKOC_NEO4J")}

    def analyse(out: str, *words: str) -> dict:
        done = run("analyse", "--store", url, "--out", out, *words, "--format", "json", cwd=tmp_path, env=login)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert not analyse("first/run", "--no-store")["stored"]
    assert not len(read_results(url)["runs"])
    assert analyse("second/run")["stored"]
    before = read_results(url)
    assert before["runs"]["run"].tolist() == ["run"]
    analyse("third/run", "--no-store", "--until", "2020-02-01")
    for name, rows in read_results(url).items():
        pd.testing.assert_frame_equal(rows, before[name], obj=name)
    first, second = (graphkoc.find_run(str(tmp_path / name / "run")) for name in ("first", "second"))
    pd.testing.assert_frame_equal(first.people, second.people)


def test_the_command_says_that_nothing_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with little_store.held(tmp_path / "graphkoc.lbug", little_store.tables(range(40))):
        pass
    printed = little_store.asked(tmp_path, monkeypatch, "analyse", "--no-store").stdout
    assert "Nothing was written into the store" in printed
