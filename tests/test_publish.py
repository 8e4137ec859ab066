"""Which run the store shows: the main analysis, a side analysis that was published, or none; raw data never change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import little_store
import neo4j_server
import pandas as pd
import pytest

import graphkoc
from graphkoc.errors import QueryError, UsageError
from graphkoc.tables.schema import CANONICAL, RESULTS, TABLES

UNTIL = datetime(2020, 2, 1)


def some_tables() -> dict[str, pd.DataFrame]:
    """40 accounts, of which two are one person; and their load."""
    tables = little_store.tables(range(40))
    load = pd.DataFrame({"load": ["csv:1"], "source": "csv", "files": "[]"})
    load["loaded_at"] = pd.array([datetime(2020, 5, 6)], dtype="datetime64[us]")
    linked = pd.DataFrame({"account": ["csv:0", "csv:1"], "person": "one"})
    return tables | {"identities": linked, "loads": load}


@pytest.fixture(params=["ladybug", *neo4j_server.versions()])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[graphkoc.Store]:
    with closing(graphkoc.open_store(neo4j_server.empty_store(request.param, tmp_path, monkeypatch))) as store:
        store.upsert(some_tables())
        yield store


def read_tables(store: graphkoc.Store, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    return {name: store.table(name).sort_values(list(TABLES[name].key), ignore_index=True) for name in names}


def read_graph(store: graphkoc.Store) -> list[str]:
    """Every node and edge of the graph with its labels, ours or not; of a file its tables."""
    if store.dialect == "ladybug":
        return [frame.to_csv() for frame in read_tables(store, TABLES).values()]
    nodes = store.read("MATCH (n) RETURN labels(n) AS labels, properties(n) AS has")
    edges = store.read(
        "MATCH (a)-[e]->(b) RETURN labels(a) AS a, properties(a) AS pa, type(e) AS t, properties(e) AS pe,"
        " labels(b) AS b, properties(b) AS pb"
    )
    rows = [*nodes.to_numpy().tolist(), *edges.to_numpy().tolist()]
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)


def shown(store: graphkoc.Store) -> dict[str, str]:
    return store.table("runs").set_index("run")["shown"].to_dict()


def test_a_side_analysis_is_shown_once_it_is_published_and_the_main_one_comes_back_as_it_was(
    store: graphkoc.Store, tmp_path: Path
) -> None:
    untouched, raw = read_graph(store), read_tables(store, CANONICAL)
    side = graphkoc.analyse(store, tmp_path / "sides" / "side", graphkoc.Settings(until=UNTIL))
    assert read_graph(store) == untouched, "not even where the store shows nothing yet"
    main = graphkoc.analyse(store, tmp_path / "mains" / "main")
    before = read_graph(store)
    assert shown(store) == {"main": "yes"}
    assert set(store.table("run_loads")["load"]) == {"csv:1"}

    graphkoc.publish(store, side)
    assert shown(store) == {"main": "no", "side": "yes"}
    assert graphkoc.status(store, tmp_path)["shown"] == "side"
    named = store.table("runs").set_index("run").loc["side"]
    assert (named["name"], named["until"]) == ("side · until 2020-02-01", UNTIL)
    for name in ("scores", "niches", "circles", "events"):
        assert set(store.table(name)["run"]) <= {"side"}
    assert len(store.table("scores")) == len(side.people)
    again = graphkoc.analyse(store, tmp_path / "sides" / "again", graphkoc.Settings(until=UNTIL))
    assert shown(store) == {"main": "no", "side": "yes"}
    graphkoc.publish(store, again)
    assert shown(store) == {"main": "no", "side": "no", "again": "yes"}
    assert store.table("continues").to_dict("records") == [{"run": "again", "before": "side"}]
    ranks = store.table("scores").set_index("consumer")["rank_before"].dropna().to_dict()
    assert ranks == side.people.set_index("consumer")["rank"].dropna().to_dict() != {}

    graphkoc.publish(store, graphkoc.find_run(main.folder))
    assert shown(store) == {"main": "yes", "side": "no", "again": "no"}
    for name in ("side", "again"):
        assert not graphkoc.forget_run(store, name), "its results were not shown"
    assert read_graph(store) == before

    assert graphkoc.forget_run(store, "main")
    assert read_graph(store) == untouched
    for name, rows in read_tables(store, CANONICAL).items():
        pd.testing.assert_frame_equal(rows, raw[name], obj=name)
    assert [name for name in RESULTS if len(store.table(name))] == ["loads"]
    after = graphkoc.analyse(store, tmp_path / "after" / "main")
    for path in sorted(Path(main.folder).glob("*.parquet")):
        assert path.read_bytes() == (Path(after.folder) / path.name).read_bytes(), path.name
    with pytest.raises(UsageError, match="the store has no run called 'side'") as unknown:
        graphkoc.forget_run(store, "side")
    assert unknown.value.hint == "It has: main."

    later = some_tables()["reviews"][-1:].assign(review="csv:later", created_at=UNTIL + timedelta(days=1_000))
    store.upsert({"reviews": later.astype({"created_at": "datetime64[us]"})})
    with pytest.raises(UsageError, match=r"have changed since the run main \(reviews\), so its ties and consents"):
        graphkoc.publish(store, after)
    graphkoc.publish(store, side)
    assert shown(store) == {"main": "no", "side": "yes"}, "what is newer than the side analysis is no part of it"


def test_results_of_an_older_version_have_to_be_made_again(store: graphkoc.Store, tmp_path: Path) -> None:
    store.annotate({"runs": pd.DataFrame({"run": ["old"]})})
    with pytest.raises(QueryError) as refused:
        graphkoc.run_query(store, "top_kocs")
    assert refused.value.hint == "Analyse once, and ask again."
    assert len(graphkoc.run_query(store, "most_active"))
    assert graphkoc.status(store, tmp_path)["shown"] == "old"
    assert graphkoc.first_checks(store)
    assert graphkoc.forget_run(store, "old")
    assert graphkoc.run_query(store, "top_kocs").empty


def test_the_commands_say_what_the_store_shows_and_how_to_change_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with little_store.held(tmp_path / "graphkoc.lbug", little_store.tables(range(40))):
        pass

    def ask(*words: str, code: int = 0) -> str:
        return " ".join(little_store.asked(tmp_path, monkeypatch, *words, code=code).output.split())

    said = ask("analyse", "--until", "2020-02-01", "--out", "sides/side")
    assert "Nothing was written into the store" in said
    assert "`graphkoc publish sides/side` puts this one there" in said
    assert "shown" not in ask("status")
    assert ask("publish", "sides/side").endswith("The store shows the run side.")
    assert "shown side" in ask("status")
    said = ask("forget-run", "sides/side")
    assert said.endswith("The store shows no results any more: `graphkoc publish sides/side` puts them back.")
    assert "the store has no run called 'side'" in ask("forget-run", "side", code=2)
