"""What several tests share: each graph of the zoo, and the example's store and run, made once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import hypothesis
import neo4j_server
import networkx
import pytest
from zoo import ZOO

import graphkoc
from graphkoc import assets

# A shared machine may pause for seconds: speed is measured in bench/, not here.
# Where CI runs, the drawn examples are the same each time; at home they are new ones.
hypothesis.settings.register_profile("graphkoc", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("graphkoc")

ENGINES = ("igraph", "duckdb", "ladybug", "pandas", "numpy")


def pytest_report_header() -> list[str]:
    return ["engines: " + ", ".join(f"{name} {version(name)}" for name in ENGINES), neo4j_server.report()]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """One worker where the tests were given a server: they empty it, so they cannot share it."""
    return 1 if "NEO4J_URI" in os.environ else None


@pytest.fixture(params=list(ZOO))
def graph(request: pytest.FixtureRequest) -> networkx.DiGraph:
    graph = ZOO[request.param]()
    graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
    return graph


@pytest.fixture(scope="session")
def ciao_files() -> Path:
    return assets.folder("examples") / "ciao"


@pytest.fixture(scope="session")
def ciao(tmp_path_factory: pytest.TempPathFactory, ciao_files: Path) -> Iterator[graphkoc.Store]:
    """The example, loaded into a store."""
    store = graphkoc.open_store(f"ladybug:{tmp_path_factory.mktemp('ciao') / 'graphkoc.lbug'}")
    graphkoc.load(store, "ciao", [ciao_files])
    yield store
    store.close()


@pytest.fixture(scope="session")
def ciao_run(ciao: graphkoc.Store, tmp_path_factory: pytest.TempPathFactory) -> graphkoc.Run:
    """The example, analysed."""
    return graphkoc.analyse(ciao, tmp_path_factory.mktemp("runs") / "run")
