"""What several tests share: each graph of the zoo, and the example, loaded and analysed once for all workers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import filelock
import hypothesis
import neo4j_server
import networkx
import pytest
from brand_demo import BEFORE, make_brand
from neo4j_jars import LTS, NEWEST, RELEASES
from page_browser import launch_chromium
from playwright.sync_api import Browser
from small_campaign import Campaign, make_campaign
from small_example import write_small_example
from small_run import analyse_small_market
from zoo import ZOO

import graphkoc
from graphkoc import assets

# A shared machine may pause for seconds: speed is measured in bench/, not here.
# Where CI runs, the drawn examples are the same each time; at home they are new ones, and a soak draws many.
hypothesis.settings.register_profile(
    "graphkoc", deadline=None, max_examples=25, derandomize=os.environ.get("CI") == "true"
)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=500)
hypothesis.settings.load_profile("graphkoc")

ENGINES = ("igraph", "duckdb", "ladybug", "pandas", "numpy")

FIRST = (
    *(LTS, "test_cli.py", "test_missing_tables.py", "test_contributing.py", NEWEST, "test_shared_data.py"),
    *("test_docs.py", "test_synthetic.py", "test_stores.py", "test_report.py", "test_forecast.py", "test_bounds.py"),
)
"""The groups that take longest, which therefore begin first. A server starts and the example is analysed (by
test_cli.py) while the third worker has tests that need neither; whoever reads the example comes later."""


def pytest_report_header() -> list[str]:
    return ["engines: " + ", ".join(f"{name} {version(name)}" for name in ENGINES), neo4j_server.report()]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: workers often wait for a server, a disk or a process. A second costs more.

    One where the tests were given a server: they empty it, so they cannot share it.
    """
    return 1 if "NEO4J_URI" in os.environ else (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay on one worker, and so do all tests of a Neo4j release: its server is started once.

    So do all tests of pages in a browser, whatever their files.

    On the newest release only what is marked `every_release` is not left to a soak. The longest groups come first,
    and in a group what kills its server comes last.
    """
    places: dict[str, tuple[int, bool]] = {}
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        releases = [str(value) for value in params.values() if str(value) in RELEASES]
        fixtures = [fixture for fixture in getattr(item, "fixturenames", ()) if fixture in neo4j_server.FIXTURES]
        browsers = ["browser"] if "chromium" in getattr(item, "fixturenames", ()) else []
        groups = [*releases, *(neo4j_server.FIXTURES[fixture] for fixture in fixtures), *browsers, item.path.name]
        item.add_marker(pytest.mark.xdist_group(groups[0]))
        if NEWEST in releases and item.get_closest_marker("every_release") is None:
            item.add_marker(pytest.mark.soak)
        place = FIRST.index(groups[0]) if groups[0] in FIRST else len(FIRST)
        places[item.nodeid] = place, "own_server" in getattr(item, "fixturenames", ())
    items.sort(key=lambda item: places[item.nodeid])


@pytest.fixture(scope="session", autouse=True)
def own_configuration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A configuration folder of the tests' own: a load may make a key there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("configuration")))
        yield


@pytest.fixture(params=list(ZOO))
def graph(request: pytest.FixtureRequest) -> networkx.DiGraph:
    graph = ZOO[request.param]()
    graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
    return graph


@pytest.fixture(scope="session")
def ciao_files() -> Path:
    return assets.folder("examples") / "ciao"


def make_once(name: str, make: Callable[[Path], None], factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that `make` fills, once for all workers; only to be read or copied."""
    base = factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / name
    with filelock.FileLock(f"{folder}.lock"):
        if not (made := Path(f"{folder}.made")).exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            made.touch()
    return folder


def run_demo(folder: Path) -> None:
    """Run `graphkoc demo` in a folder: graphkoc-demo/ (graphkoc.lbug, run/, report.html) and demo.txt, its output."""
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHKOC_")}
    command = [sys.executable, "-m", "graphkoc", "demo"]
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (folder / "demo.txt").write_text(done.stdout, encoding="utf-8")


def analyse_part(folder: Path) -> None:
    """Load and analyse a part of the example that has a forecast, circles and niches: raw/, graphkoc.lbug, run/."""
    write_small_example(folder / "raw", people=500, years=6, products=5)
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    graphkoc.load(store, "ciao", [folder / "raw"])
    graphkoc.analyse(store, folder / "run")
    store.close()


@pytest.fixture(scope="session")
def brand_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder in which the demonstration of an invented brand has run (see `make_brand`)."""
    return make_once("brand-demo", make_brand, tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def brand_output(brand_demo: Path) -> Path:
    """A folder with an invented brand, loaded and analysed: files/, truth.json, graphkoc.lbug, run/; no campaigns."""
    return brand_demo / BEFORE


@pytest.fixture(scope="session")
def demo_output(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder in which `graphkoc demo` has run (see `run_demo`)."""
    return make_once("demo-output", run_demo, tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def part_output(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with a part of the example, loaded and analysed (see `analyse_part`)."""
    return make_once("part-output", analyse_part, tmp_path_factory, worker_id)


@pytest.fixture(params=["part", pytest.param("whole", marks=pytest.mark.soak)])
def example_and_run(request: pytest.FixtureRequest) -> tuple[Path, graphkoc.Run]:
    """Files of the example, a part or the whole, and their run on the embedded store; only to be read."""
    if request.param == "whole":
        return request.getfixturevalue("ciao_files"), request.getfixturevalue("ciao_run")
    folder = request.getfixturevalue("part_output")
    return folder / "raw", graphkoc.find_run(str(folder / "run"))


@pytest.fixture(scope="session")
def example(demo_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This worker's own copy of `graphkoc-demo`, for tests that read the store or the run."""
    return Path(shutil.copytree(demo_output / "graphkoc-demo", tmp_path_factory.mktemp("example") / "graphkoc-demo"))


@pytest.fixture(scope="session")
def ciao(example: Path) -> Iterator[graphkoc.Store]:
    """The example, loaded into a store."""
    store = graphkoc.open_store(f"ladybug:{example / 'graphkoc.lbug'}")
    yield store
    store.close()


@pytest.fixture(scope="session")
def ciao_read(ciao: graphkoc.Store) -> graphkoc.Projection:
    """What an analysis reads of the example; only to be read."""
    return graphkoc.project(ciao)


@pytest.fixture(scope="session")
def ciao_run(example: Path) -> graphkoc.Run:
    """The example, analysed."""
    return graphkoc.find_run(str(example / "run"))


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> graphkoc.Run:
    """A run of a small market, which follows on from a run of fewer people; saved in its folder."""
    return analyse_small_market(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of all tests, for pages that several tests of a file look at."""
    with launch_chromium() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser; what a test opens in it is closed after the test."""
    before = list(chromium.contexts)
    yield chromium
    for context in chromium.contexts:
        if context not in before:
            context.close()


@pytest.fixture(scope="session")
def small_campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A small market in a store with its run, and a CRM's file of its people; only to be read or copied."""
    return make_campaign(tmp_path_factory.mktemp("campaign"))
