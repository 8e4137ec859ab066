"""The plan of a query, on a server and on the embedded store: shown, and the query is not run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import little_store
import neo4j_server
import pytest
from command import run

import graphkoc
from graphkoc.stores import queries
from graphkoc.stores.neo4j.plan import list_operators

Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=neo4j_server.versions())
def ask(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A command on a server with 40 people."""
    url = neo4j_server.empty_store(request.param, tmp_path, monkeypatch)
    login = {name: value for name, value in os.environ.items() if name.startswith("GRAPHKOC_NEO4J")}
    with closing(graphkoc.open_store(url)) as store:
        store.upsert(little_store.tables(range(40)))
    return lambda *words: run(*words, cwd=tmp_path, env=login | {"GRAPHKOC_STORE": url})


@pytest.mark.every_release
def test_a_server_gives_a_table_of_operators_and_a_sentence_on_scans(ask: Ask) -> None:
    done = ask("query", "most_followed", "--explain")
    assert done.returncode == 0, done.stderr
    head, _, first, *_ = done.stdout.splitlines()
    assert head.split() == ["operator", "details", "rows"]
    assert first.startswith("ProduceResults")
    assert "NodeByLabelScan" in done.stdout
    assert re.search(r"The plan reads every node of a label or of the graph \(\w+:Consumer\), which", done.stderr)


def test_a_query_for_one_person_uses_the_index_and_has_no_such_sentence(ask: Ask) -> None:
    done = ask("query", "reviews_of", "-p", "consumer=csv:1", "--explain", "--format", "json")
    document = json.loads(done.stdout)
    assert document["scans"] == []
    assert "NodeUniqueIndexSeek" in {row["operator"] for row in document["plan"]}
    assert "reads every node" not in done.stderr


def test_parameters_are_checked_as_when_the_query_runs(ask: Ask) -> None:
    done = ask("query", "reviews_of", "--explain")
    assert done.returncode == graphkoc.QueryError.exit_code
    assert done.stderr.startswith("Error: the query explore/kocs/reviews_of needs the parameter consumer")


def test_a_branch_of_a_plan_has_a_bar_in_front() -> None:
    def made(operator: str, *children: dict[str, Any]) -> dict[str, Any]:
        return {"operatorType": f"{operator}@neo4j", "args": {"EstimatedRows": 1.6}, "children": list(children)}

    plan = made("Join", made("Filter", made("Argument")), made("Expand", made("Scan")))
    assert [row["operator"] for row in list_operators(plan)] == ["Join", "| Expand", "| Scan", "Filter", "Argument"]
    assert next(list_operators(plan)) == {"operator": "Join", "details": "", "rows": 2}


def test_the_embedded_store_draws_the_plan_of_every_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with little_store.held(tmp_path / "graphkoc.lbug", little_store.tables(range(40))) as store:
        for name, query in queries.queries().items():
            given = {one.name: "2024-01-01" for one in query.parameters if one.default is None}
            found = graphkoc.explain_query(store, name, **given)
            assert "Physical Plan" in "".join(row["plan"] for row in found["plan"])
            assert found["scans"] == []
    printed = little_store.asked(tmp_path, monkeypatch, "query", "most_followed", "--explain").stdout
    assert "SCAN_NODE_TABLE" in printed or "SCAN_REL_TABLE" in printed
