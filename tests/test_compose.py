"""The compose file: valid, and a server with the settings that the tests' own servers have."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import little_store
import neo4j_server
import pytest
from neo4j_jars import LTS
from ruamel.yaml import YAML

import graphkoc
from graphkoc.cli.browser import browser
from graphkoc.stores.browser.examples import Examples
from graphkoc.stores.browser.pack import _make_pack
from graphkoc.stores.browser.serving import DEFAULT_PORT

COMPOSE = neo4j_server.CHECKOUT / "docker-compose.yml"
DOCUMENT = YAML(typ="safe").load(COMPOSE)
SERVICE, GUIDE = DOCUMENT["services"]["neo4j"], DOCUMENT["services"]["guide"]
MEMORY = {"server.memory.heap.max_size", "server.memory.pagecache.size"}


def read_settings() -> dict[str, str]:
    """Neo4j's settings as the image reads them from its environment, with the defaults of variables."""
    found = {}
    for variable, value in SERVICE["environment"].items():
        if variable != "NEO4J_AUTH":
            name = variable.removeprefix("NEO4J_").replace("__", " ").replace("_", ".").replace(" ", "_")
            found[name] = re.sub(r"\$\{\w+:-(.*)\}", r"\1", value)
    return found


def test_the_file_follows_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_settings_are_those_of_the_tests_own_servers_but_for_memory() -> None:
    settings = read_settings()
    assert settings.keys() >= MEMORY
    assert {name: value for name, value in settings.items() if name not in MEMORY} == {
        name: value for name, value in neo4j_server.SETTINGS.items() if name not in MEMORY
    }
    assert SERVICE["image"] == f"neo4j:{LTS}-community"


def test_it_is_reached_from_this_machine_alone_and_comes_back_after_a_restart() -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICE["ports"])
    assert SERVICE["restart"] == "unless-stopped"


def test_its_memory_fits_a_machine_of_8_gb_and_can_be_set() -> None:
    settings = read_settings()
    assert sum(int(settings[name].removesuffix("g")) for name in MEMORY) <= 4
    variables = {value for value in SERVICE["environment"].values() if value.startswith("${")}
    assert {re.findall(r"\w+", value)[0] for value in variables} == {
        *("GRAPHKOC_NEO4J_HEAP", "GRAPHKOC_NEO4J_PAGECACHE", "GRAPHKOC_NEO4J_READ_ONLY"),
    }  # fmt: skip


def test_the_guide_is_served_to_this_machine_alone_where_the_command_serves_it() -> None:
    assert GUIDE["ports"] == [f"127.0.0.1:{DEFAULT_PORT}:{DEFAULT_PORT}"]
    assert {option.name: option.default for option in browser.params}["port"] == DEFAULT_PORT
    assert GUIDE["profiles"] == ["guide"], "docker compose up alone needs no pack"
    assert GUIDE["volumes"][0]["read_only"]
    served = DOCUMENT["configs"]["guide"]["content"]
    assert f"http://localhost:{DEFAULT_PORT}, http://127.0.0.1:{DEFAULT_PORT} {{" in served
    (files,) = re.findall(r"@other not path (.*)", served)
    tops = {name.partition("/")[0] for name in _make_pack(Examples(), DEFAULT_PORT)}
    assert set(files.split()) == {f"/{name}" if "." in name else f"/{name}/*" for name in tops}


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[neo4j_server.LocalServer]:
    """A server for one test, which may stop it and change its settings."""
    with neo4j_server.fail_or_skip_when_missing(), neo4j_server.serving(LTS) as server:
        if not isinstance(server, neo4j_server.LocalServer):
            pytest.skip("a container's Neo4j has settings and an admin tool of its own")
        monkeypatch.setenv("GRAPHKOC_NEO4J_USER", server.user)
        monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
        yield server


@pytest.mark.soak
def test_a_load_outlives_the_limit_for_transactions(own_server: neo4j_server.LocalServer) -> None:
    own_server.shut_down()
    own_server.settings["db.transaction.timeout"] = "5s"
    own_server.start()
    waits = iter([8.0])
    with closing(graphkoc.open_store(own_server.uri)) as store:
        store.upsert(little_store.tables(range(60)), lambda *step: time.sleep(next(waits, 0.0)))
        assert len(store.table("consumers")) == 60


@pytest.mark.soak
def test_a_dump_brings_everything_back(own_server: neo4j_server.LocalServer, tmp_path: Path) -> None:
    with closing(graphkoc.open_store(own_server.uri)) as store:
        store.upsert(little_store.tables(range(60)))
    own_server.shut_down()
    own_server.administer("database", "dump", "neo4j", f"--to-path={tmp_path}")
    own_server.start().empty()
    own_server.shut_down()
    own_server.administer("database", "load", "neo4j", f"--from-path={tmp_path}", "--overwrite-destination=true")
    own_server.start()
    with closing(graphkoc.open_store(own_server.uri)) as store:
        assert len(store.table("consumers")) == 60
