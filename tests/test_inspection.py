"""What doctor says of a store itself: a file, and each release of Neo4j."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import little_store
import neo4j_server
import pandas as pd
import pytest
from command import run

import graphkoc
from graphkoc.errors import StoreError
from graphkoc.files import working_folder
from graphkoc.stores.neo4j import inspection

ANN = {"consumers": pd.DataFrame({"consumer": ["shop:ann"]})}


def find_checks(url: str) -> dict[str, graphkoc.stores.Condition]:
    with closing(graphkoc.open_store(url)) as store:
        return {one.check: one for one in store.inspect()}


@pytest.fixture(params=neo4j_server.versions())
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty server."""
    return neo4j_server.empty_store(request.param, tmp_path, monkeypatch)


@pytest.mark.every_release
def test_all_is_well_with_a_server_after_a_load(url: str, request: pytest.FixtureRequest) -> None:
    with closing(graphkoc.open_store(url)) as store:
        store.upsert(little_store.tables(range(60)))
    found = find_checks(url)
    assert {name for name, one in found.items() if not one.ok} == set()
    assert list(found) == [
        *("version", "Cypher", "rights", "indexes", "memory", "time zone", "clock", "encryption", "GDS"),
    ]  # fmt: skip
    assert request.node.callspec.params["url"] in found["version"].detail
    newest = request.node.callspec.params["url"] == neo4j_server.NEWEST
    assert found["Cypher"].detail == f"the server takes Cypher {'5 and 25' if newest else '5'}"
    assert found["memory"].detail.startswith("heap 1.0 GB, page cache 0.5 GB; the graph takes about 0.")
    assert found["encryption"].detail == "not encrypted, within this machine"


def test_nothing_is_left_of_the_check_of_rights(url: str) -> None:
    find_checks(url)
    with closing(graphkoc.open_store(url)) as store:
        assert store.read("MATCH (n) RETURN count(n) AS nodes")["nodes"].tolist() == [0]


def test_an_empty_server_is_checked_before_the_first_load(url: str, tmp_path: Path) -> None:
    login = {name: value for name, value in os.environ.items() if name.startswith("GRAPHKOC_NEO4J")}
    done = run("doctor", "--store", url, cwd=tmp_path, env=login)
    assert done.returncode == 0, done.stderr
    assert "ok      rights: this user may write\n" in done.stdout
    assert "not ok  people: the store holds no consumers\n" in done.stdout


@pytest.fixture
def reading_server() -> Iterator[neo4j_server.Server]:
    """A server that may only be read, with little memory and the time of Shanghai."""
    with neo4j_server.fail_or_skip_when_missing(), neo4j_server.serving(neo4j_server.LTS) as server:
        if not isinstance(server, neo4j_server.LocalServer):
            pytest.skip("a container's Neo4j has settings of its own")
        server.shut_down()  # a database has to be made before it may only be read
        server.settings |= {
            "server.databases.default_to_read_only": "true",
            "server.memory.heap.max_size": "512m",
            "server.memory.pagecache.size": "8m",
            "db.temporal.timezone": "+08:00",
        }
        yield server.start()


@pytest.mark.skipif("NEO4J_URI" in os.environ, reason="the server that NEO4J_URI names has settings of its own")
def test_what_is_wrong_with_a_server_is_named_with_what_to_do(
    reading_server: neo4j_server.Server, tmp_path: Path
) -> None:
    login = {"GRAPHKOC_NEO4J_USER": reading_server.user, "GRAPHKOC_NEO4J_PASSWORD": reading_server.password}
    done = run("doctor", "--store", reading_server.uri, "--format", "json", cwd=tmp_path, env=login)
    assert done.returncode == StoreError.exit_code
    found = {check["check"]: check for check in json.loads(done.stdout)}
    assert found["rights"]["detail"] == "this user may only read this database"
    assert found["indexes"]["hint"] == "The next load makes them."
    assert found["memory"]["detail"].startswith("heap 0.5 GB, page cache 8.0 MB; the graph takes about")
    assert found["time zone"]["detail"] == "times without a zone are read as +08:00"
    assert all(check["hint"] for check in found.values() if not check["ok"])


@pytest.mark.parametrize(
    ("url", "ok", "detail"),
    [
        ("neo4j://localhost", True, "not encrypted, within this machine"),
        ("bolt://[::1]:7688", True, "not encrypted, within this machine"),
        ("neo4j://graph.example.com", False, "not encrypted"),
        ("neo4j+s://graph.example.com", True, "encrypted, with a certificate that was checked"),
        ("bolt+ssc://graph.example.com", True, "encrypted; the server's certificate is not checked"),
    ],
)
def test_an_address_says_whether_others_can_read_along(url: str, ok: bool, detail: str) -> None:
    found = inspection.check_encryption(url)
    assert (found.ok, found.detail) == (ok, detail)


@pytest.mark.parametrize(
    ("value", "size"), [("1.00GiB", 1 << 30), ("512.00MiB", 1 << 29), ("100B", 100), (None, 0), ("No Value", 0)]
)
def test_sizes_of_settings_are_read(value: str | None, size: int) -> None:
    assert inspection.read_size(value) == size


def test_of_a_file_it_says_the_size_the_room_and_whether_somebody_writes(tmp_path: Path) -> None:
    path = tmp_path / "graphkoc.lbug"
    with closing(graphkoc.open_store(f"ladybug:{path}")) as store:
        store.upsert(ANN)
    found = find_checks(f"ladybug:{path}")
    assert {name: one.ok for name, one in found.items()} == {"disk": True, "rights": True, "writers": True}
    assert found["disk"].detail.startswith("the file has ")
    with working_folder(path):
        busy = find_checks(f"ladybug:{path}")["writers"]
    assert (busy.ok, busy.detail) == (False, "another process is writing to it")
    assert [one.name for one in tmp_path.iterdir()] == ["graphkoc.lbug"]


def test_a_disk_without_room_for_a_second_file_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with little_store.held(tmp_path / "graphkoc.lbug", ANN):
        pass
    monkeypatch.setattr("graphkoc.stores.ladybug.ROOM", 1 << 60)
    printed = little_store.asked(tmp_path, monkeypatch, "doctor", code=StoreError.exit_code)
    assert "not ok  disk: the file has" in printed.stdout
