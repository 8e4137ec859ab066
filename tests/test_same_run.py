"""A real Neo4j and the embedded store give the same tables, byte for byte, through the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import neo4j_server
import pytest
from command import run

import graphkoc
from graphkoc.runs.tables import TABLES


@pytest.fixture(scope="module")
def server() -> Iterator[neo4j_server.Server]:
    """The LTS release."""
    server = neo4j_server.shared_or_skip(neo4j_server.LTS)
    yield server
    server.empty()


@pytest.fixture(scope="module")
def env(server: neo4j_server.Server) -> dict[str, str]:
    """How the command reaches the server: never by an argument that others could see."""
    return {
        "GRAPHKOC_STORE": server.uri,
        "GRAPHKOC_NEO4J_USER": server.user,
        "GRAPHKOC_NEO4J_PASSWORD": server.password,
    }


def test_every_step_on_neo4j_gives_what_it_gives_on_the_embedded_store(
    tmp_path: Path, server: neo4j_server.Server, env: dict[str, str], example_and_run: tuple[Path, graphkoc.Run]
) -> None:
    files, on_embedded = example_and_run
    server.empty()

    def asked(*args: object) -> object:
        done = run(*args, "--format", "json", cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert asked("load", "ciao", files)["tables"]["reviews"] == on_embedded.info["counts"]["reviews"]
    assert asked("status")["dialect"] == "neo4j"
    asked("analyse", "--out", "runs/one")

    ours, theirs = Path(on_embedded.folder), tmp_path / "runs" / "one"
    for name in TABLES:
        assert (ours / f"{name}.parquet").read_bytes() == (theirs / f"{name}.parquet").read_bytes(), name
    kept = [json.loads((folder / "run.json").read_text()) for folder in (ours, theirs)]
    for info in kept:
        del info["started_at"], info["seconds"]
    assert kept[0] == kept[1]

    assert asked("kocs", "--limit", 5) == graphkoc.list_kocs(on_embedded, limit=5)
    assert asked("niches") == graphkoc.list_niches(on_embedded)
    # One split shows that the store's past is the same; the run above has all of them.
    assert [row["shares"] for row in asked("backtest", "--splits", "0.8")["rows"]] == [
        [row["shares"][kept[0]["backtest"]["splits"].index(0.8)]] for row in kept[0]["backtest"]["rows"]
    ]
    assert Path(tmp_path / asked("report")["report"]).stat().st_size < 1_000_000
    top = asked("query", "top_kocs", "-p", "limit=3")
    assert [row["consumer"] for row in top] == on_embedded.kocs(limit=3)["consumer"].tolist()
    why = graphkoc.explain_consumer(on_embedded, top[0]["consumer"])
    asked_there = asked("explain", top[0]["consumer"])
    assert [part["value"] for part in asked_there["parts"]] == [part["value"] for part in why["parts"]]
    with duckdb.connect() as connection:
        for part in why["parts"]:
            assert connection.execute(part["query"]).fetchone() == (pytest.approx(part["value"], rel=1e-9),)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"GRAPHKOC_NEO4J_PASSWORD": "wrong password"}, "does not accept the user and password"),
        ({"GRAPHKOC_STORE": "neo4j://localhost:1"}, "does not answer"),
        ({"GRAPHKOC_STORE": "bolt://neo4j:secret@localhost:1"}, "has a password in it"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, env: dict[str, str], changed: dict[str, str], words: str
) -> None:
    done = run("status", cwd=tmp_path, env=env | changed)
    assert done.returncode == 5
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
