"""The demonstrations in a store that the user names: its own data alone, on every engine."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import closing
from pathlib import Path

import neo4j_server
import pandas as pd
import pytest
from brand_demo import DEMO, DONE, STORE
from command import run
from small_example import write_small_example

import graphkoc
from graphkoc import assets
from graphkoc.errors import UsageError


@pytest.fixture
def small_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration has 60 people."""
    write_small_example(tmp_path / "examples" / "ciao", people=60)
    shipped = assets.folder
    monkeypatch.setattr(assets, "folder", lambda name: tmp_path / name if name == "examples" else shipped(name))


@pytest.fixture(params=["ladybug", *neo4j_server.versions()])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty store."""
    return neo4j_server.empty_store(request.param, tmp_path, monkeypatch)


def ask(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command with what it takes to reach the server, and these variables."""
    login = {name: value for name, value in os.environ.items() if name.startswith("GRAPHKOC_NEO4J")}
    return run(*words, cwd=cwd, env=login | variables)


def test_the_data_go_into_the_store_that_is_named_and_the_rest_into_the_folder(
    url: str, small_demo: None, tmp_path: Path
) -> None:
    done = ask("demo", "--store", url, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"  store   {url}\n" in done.stdout
    assert {path.name for path in (tmp_path / "graphkoc-demo").iterdir()} == {"run", "report.html"}
    status = json.loads(ask("status", "--store", url, "--format", "json", cwd=tmp_path).stdout)
    assert status["tables"]["consumers"] == 60


def test_an_invented_brand_goes_there_too_and_stays_marked_as_invented(brand_demo: Path) -> None:
    done = json.loads((brand_demo / DONE).read_text(encoding="utf-8"))
    with closing(graphkoc.open_store(f"ladybug:{brand_demo / STORE}")) as store:
        assert graphkoc.status(store)["notice"] == done["notice"]
    assert not (brand_demo / DEMO / "graphkoc.lbug").exists()


@pytest.mark.parametrize("release", neo4j_server.versions())
def test_an_invented_brand_goes_to_a_server_too(release: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = neo4j_server.empty_store(release, tmp_path, monkeypatch)
    with closing(graphkoc.open_store(url)) as store:
        done = graphkoc.demo_brand(tmp_path / "brand", store=store, people=100)
        assert graphkoc.status(store)["notice"] == done["notice"]
    assert not (tmp_path / "brand" / "graphkoc.lbug").exists()


@pytest.mark.parametrize("demonstration", ["demo", "demo --brand"])
def test_a_store_that_holds_data_is_refused_and_nothing_is_written(
    demonstration: str, url: str, tmp_path: Path
) -> None:
    with closing(graphkoc.open_store(url)) as store:
        assert not store.holds_data()
        store.upsert({"consumers": pd.DataFrame({"consumer": ["shop:ann"]})})
        assert store.holds_data()
    done = ask(*demonstration.split(), cwd=tmp_path, GRAPHKOC_STORE=url)
    assert done.returncode == UsageError.exit_code
    assert done.stderr.startswith(
        f"Error: the store {url} holds data, with which those of the demonstration would mix\n"
    )
    assert not list(tmp_path.glob("graphkoc-*"))


def test_a_store_with_nothing_but_links_holds_data(url: str) -> None:
    with closing(graphkoc.open_store(url)) as store:
        store.upsert({"consumers": pd.DataFrame({"consumer": ["shop:ann", "forum:ann"]})})
        graphkoc.link_accounts(store, "shop:ann", "forum:ann", "they said so")
    if url.startswith("ladybug:"):
        Path(url.removeprefix("ladybug:")).unlink()
    with closing(graphkoc.open_store(url)) as store:
        assert store.holds_data()


def test_a_store_of_the_configuration_file_is_left_alone(small_demo: None, tmp_path: Path) -> None:
    (tmp_path / "graphkoc.toml").write_text('store = "ladybug:brand.lbug"\n')
    done = run("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "graphkoc-demo" / "graphkoc.lbug").exists()
    assert not (tmp_path / "brand.lbug").exists()
