"""The contract of a store, run against every real engine: the embedded one and each release of Neo4j.

What is marked `every_release` is the core, which always runs on both releases; `make soak` runs all on both.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import neo4j
import neo4j_server
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import graphkoc
from graphkoc.capture import identity
from graphkoc.errors import DataError, GraphkocError, QueryError, StoreError
from graphkoc.measures.activity import activity, audience_activity
from graphkoc.stores import CAMPAIGNS, Store, arrow, frame, ladybug, open_store
from graphkoc.stores.changes import Changes, RowChanges
from graphkoc.stores.journal import Decision, Settlement
from graphkoc.stores.neo4j import bulk, connection, migration, reading, settling, writing
from graphkoc.tables.schema import CANONICAL, RESULTS, TABLES

NEO4J = neo4j_server.versions()

HOSTILE = [
    "Robert'); MATCH (n) DETACH DELETE n //",
    "`a` {b: 'c'} $d \\ \" ` --",
    "咖啡 ☕ 👩‍👩‍👧 é é",
    "مرحبا\u202e‏ שלום",
    "two\nlines\r\nand\ttabs",
    "nul\0inside",
    "1e5",
    "007",
    "NULL",
    "",
    " ",
    "x" * 100_000,
]


@dataclass
class Place:
    """Where a store of one engine is; a test may open it as often as it likes."""

    engine: str
    url: str
    server: neo4j_server.Server | None = None

    def open(self) -> Store:
        return open_store(self.url)

    @property
    def environment(self) -> dict[str, str]:
        password = self.server.password if self.server else ""
        return {**os.environ, "GRAPHKOC_NEO4J_PASSWORD": password}


@pytest.fixture(params=["ladybug", *NEO4J])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "ladybug":
        return Place("ladybug", f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    server = neo4j_server.shared_or_skip(request.param)
    server.empty()
    return _on(server, monkeypatch)


@pytest.fixture(params=NEO4J)
def neo4j_place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    server = neo4j_server.shared_or_skip(request.param)
    server.empty()
    return _on(server, monkeypatch)


@pytest.fixture
def ladybug_place(tmp_path: Path) -> Place:
    return Place("ladybug", f"ladybug:{tmp_path / 'graphkoc.lbug'}")


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    store = place.open()
    yield store
    store.close()


def _on(server: neo4j_server.Server, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
    monkeypatch.setenv("GRAPHKOC_NEO4J_USER", server.user)
    monkeypatch.delenv("GRAPHKOC_NEO4J_PASSWORD_FILE", raising=False)
    return Place("neo4j", server.uri, server)


def times(*texts: str | None) -> pd.Series[Any]:
    return pd.Series(pd.to_datetime(list(texts), format="ISO8601")).astype("datetime64[us]")


def tables() -> dict[str, pd.DataFrame]:
    """A small graph with something in every canonical table."""
    return {
        "consumers": pd.DataFrame(
            {
                "consumer": ["s:ann", "s:bob", "s:cyd"],
                "name": ["Ann", None, "Cyd"],
                "platform": ["s", "s", None],
                "followers": pd.array([10, None, 0], "Int64"),
                "joined_at": times("2019-01-02T03:04:05.678901", None, "1990-01-01"),
                "quote": [9.5, None, 0.0],
            }
        ),
        "products": pd.DataFrame(
            {"product": ["s:tea", "s:pot"], "title": ["Tea", None], "category": ["Drinks", None], "price": [3.25, None]}
        ),
        "reviews": pd.DataFrame(
            {
                "review": ["s:r1", "s:r2", "s:r3"],
                "consumer": ["s:ann", "s:bob", "s:dan"],
                "product": ["s:tea", "s:cup", None],
                "rating": [5.0, None, 0.5],
                "created_at": times("2020-01-01", None, "2020-02-03T04:05:06"),
                "likes": pd.array([3, None, 2**62], "Int64"),
                "text": ["good", "", None],
            }
        ),
        "follows": pd.DataFrame(
            {
                "follower": ["s:ann", "s:bob", "s:ann", "s:eve"],
                "followee": ["s:bob", "s:ann", "s:ann", "s:ann"],
                "since": times("2018-01-01", None, None, "2018-01-01"),
            }
        ),
        "engagements": pd.DataFrame(
            {
                "engagement": ["s:e1", "s:e2", "s:e3"],
                "consumer": ["s:bob", "s:bob", "s:fay"],
                "review": ["s:r1", "s:r1", "s:r9"],
                "kind": ["like", "comment", None],
                "parent": [None, "s:e0", None],
            }
        ),
        "purchases": pd.DataFrame(
            {
                "consumer": ["s:bob", "s:bob", "s:gus"],
                "product": ["s:tea", "s:tea", "s:tea"],
                "order": ["s:o1", "s:o2", "s:o1"],
                "quantity": [1.0, 2.0, None],
            }
        ),
        "memberships": pd.DataFrame(
            {"group": ["s:g1", "s:g1"], "consumer": ["s:ann", "s:hal"], "role": ["owner", None]}
        ),
        "identities": pd.DataFrame({"account": ["s:ann", "s:bob"], "person": ["p1", "p1"]}),
        "campaigns": pd.DataFrame(
            {"campaign": ["s:c1", "s:c2"], "name": ["Spring", None], "starts": times("2021-03-01", None)}
        ),
        "invitations": invitations(
            ("s:c1", "s:ann", "koc", 1), ("s:c1", "s:bob", None, None), ("s:c3", "s:ann", None, 2)
        ),
        "campaign_events": pd.DataFrame(
            {
                "entry": ["s:j1", "s:j2", "s:j3"],
                "campaign": ["s:c1", "s:c1", "s:c2"],
                "consumer": ["s:ann", "s:ann", "s:ivy"],
                "event": ["invited", "posted", "paid"],
                "happened_at": times("2021-03-01", None, "2021-04-01"),
                "quantity": [None, 2.0, None],
            }
        ),
        "posts": pd.DataFrame(
            {
                "post": ["s:x1", "s:x2"],
                "campaign": ["s:c1", "s:c2"],
                "consumer": ["s:ann", "s:ann"],
                "reads": pd.array([None, 5_000], "Int64"),
                "cost": [None, 0.25],
                "url": ["https://s.example/1", None],
            }
        ),
        "campaign_units": pd.DataFrame(
            {
                "offer": ["s:u1"],
                "campaign": ["s:c1"],
                "product": ["s:mug"],
                "offered": pd.array([30], "Int64"),
            }
        ),
        "feedback": pd.DataFrame(
            {
                "feedback": ["s:f1", "s:f2"],
                "consumer": ["s:ann", "s:jan"],
                "campaign": ["s:c1", "s:c4"],
                "product": ["s:tea", None],
                "rating": [4.0, None],
                "text": ["the lid drips", None],
                "given_at": times("2021-03-05", None),
            }
        ),
    }


def invitations(*given: tuple[str, str, str | None, int | None]) -> pd.DataFrame:
    """Rows of campaign, consumer, role and wave."""
    made = pd.DataFrame(given, columns=["campaign", "consumer", "role", "wave"])
    return made.astype({"wave": "Int64"})


def result_tables() -> dict[str, pd.DataFrame]:
    """What an analysis leaves: Ann and Bob are one person, and Cyd has one account."""
    return {
        "runs": pd.DataFrame({"run": ["run-0", "run-1"], "shown": ["no", "yes"], "at": times(None, "2021-01-01")}),
        "continues": pd.DataFrame({"run": ["run-1"], "before": ["run-0"]}),
        "run_loads": pd.DataFrame({"run": ["run-1"], "load": ["shop:1"]}),
        "scores": pd.DataFrame(
            {
                "person": ["p1", "s:cyd"],
                "consumer": ["s:ann", "s:cyd"],
                "name": ["Ann", "s:cyd"],
                "tier": ["small", "wide"],
                "role": ["koc", "kol"],
                "score": [1.5, 2.5],
                "rank": [1, None],
                "reasons": ["3 reviews\ntea", None],
                "gates_failed": pd.array([0, 2], "Int64"),
                "last_review": times("2020-01-01", None),
            }
        ),
        "persons": pd.DataFrame({"account": ["s:ann", "s:bob", "s:cyd"], "person": ["p1", "p1", "s:cyd"]}),
        "hears": pd.DataFrame(
            {
                "listener": ["s:cyd", "p1"],
                "speaker": ["p1", "s:cyd"],
                "weight": [1.0, 3.0],
                "since": times("2018-01-01", None),
                "since_ms": pd.array([1_514_764_800_000, None], "Int64"),
                "how": ["follows", "engaged"],
            }
        ),
        "niches": pd.DataFrame({"niche": ["n1", "n2"], "name": ["Tea", "Pots"], "people": [1, 1]}),
        "niche_categories": pd.DataFrame({"niche": ["n1", "n2"], "category": ["Drinks", "Drinks"]}),
        "finer": pd.DataFrame({"niche": ["n2"], "parent": ["n1"]}),
        "members": pd.DataFrame(
            {"person": ["p1", "s:cyd", "p1"], "niche": ["n1", "n1", "n2"], "confidence": [1.0, None, 0.25]}
        ),
        "circles": pd.DataFrame({"circle": ["c1", "c2"], "name": ["Joined in 2006", None], "stability": [0.8, None]}),
        "circle_bridges": pd.DataFrame({"circle_a": ["c2"], "circle_b": ["c1"], "ties": [3], "width": [1]}),
        "bridges": pd.DataFrame({"person": ["p1", "p1", "s:cyd"], "circle": ["c1", "c2", "c1"]}),
        "circle_members": pd.DataFrame({"person": ["p1", "s:cyd"], "circle": ["c1", "c1"], "confidence": [1.0, 0.5]}),
        "reach": pd.DataFrame({"person": ["p1"], "niche": ["n1"], "reached": [3], "role": ["koc"]}),
        "carries": pd.DataFrame({"circle": ["c1"], "niche": ["n1"], "people": [2], "lift": [1.5]}),
        "events": pd.DataFrame({"event": ["circle c1 born", "niche n2 born", "niche n9 died"], "now": [2, 1, 0]}),
        "circle_events": pd.DataFrame({"event": ["circle c1 born"], "circle": ["c1"]}),
        "niche_events": pd.DataFrame({"event": ["niche n2 born"], "niche": ["n2"]}),
        "product_results": pd.DataFrame(
            {
                "product": ["s:cup", "s:tea"],
                "brand_read": [None, "Leaf"],
                "first_at": times(None, "2020-01-01"),
                "reviews": pd.array([1, 1], "Int64"),
            }
        ),
        "copies": pd.DataFrame({"review": ["s:r2", "s:r3"], "original": ["s:r1", "s:r2"]}),
    }


def rows(store: Store, name: str) -> pd.DataFrame:
    """A table as the store has it, by key."""
    return store.table(name).sort_values(list(TABLES[name].key), ignore_index=True)


def content(store: Store) -> dict[str, pd.DataFrame]:
    return {name: rows(store, name) for name in TABLES}


def assert_same(left: Mapping[str, pd.DataFrame], right: Mapping[str, pd.DataFrame]) -> None:
    assert left.keys() == right.keys()
    for name in left:
        pd.testing.assert_frame_equal(left[name], right[name], obj=name)


def typed(name: str, given: pd.DataFrame) -> pd.DataFrame:
    """A frame as a store gives it back: all columns, typed, by key."""
    return frame(arrow(given, TABLES[name])).sort_values(list(TABLES[name].key), ignore_index=True)


def whole_graph(server: neo4j_server.Server) -> tuple[list[str], list[str]]:
    """Every node and every edge of the database, ours or not, as sorted text."""
    nodes = server.run("MATCH (n) RETURN labels(n) AS labels, properties(n) AS has")
    edges = server.run(
        "MATCH (a)-[e]->(b) RETURN labels(a) AS a, properties(a) AS pa, type(e) AS t, properties(e) AS pe,"
        " labels(b) AS b, properties(b) AS pb"
    )
    return (
        sorted(json.dumps(row, default=str, sort_keys=True) for row in nodes),
        sorted(json.dumps(row, default=str, sort_keys=True) for row in edges),
    )


# What every engine does.


@pytest.mark.every_release
def test_rows_that_are_stored_are_read_unchanged(store: Store) -> None:
    given = tables()
    assert store.upsert(given).wrote
    for name in (name for name in given if not TABLES[name].node):
        pd.testing.assert_frame_equal(rows(store, name), typed(name, given[name]), obj=name)
    for name in (name for name in given if TABLES[name].node):
        key = TABLES[name].key[0]
        found = rows(store, name)
        found = found[found[key].isin(given[name][key])].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, typed(name, given[name]), obj=name)


def test_nodes_that_are_only_mentioned_are_made(store: Store) -> None:
    store.upsert(tables())
    people = [f"s:{name}" for name in ("ann", "bob", "cyd", "dan", "eve", "fay", "gus", "hal", "ivy", "jan")]
    assert rows(store, "consumers")["consumer"].tolist() == people
    assert rows(store, "products")["product"].tolist() == ["s:cup", "s:mug", "s:pot", "s:tea"]
    assert rows(store, "reviews")["review"].tolist() == ["s:r1", "s:r2", "s:r3", "s:r9"]
    assert rows(store, "campaigns")["campaign"].tolist() == ["s:c1", "s:c2", "s:c3", "s:c4"]
    assert store.read("MATCH (p:Person) RETURN p.person AS person")["person"].tolist() == ["p1"]


@pytest.mark.every_release
def test_twice_is_once(store: Store) -> None:
    book = {"loads": pd.DataFrame({"load": ["s-1"], "source": ["s"], "loaded_at": times("2021-01-01")})}
    assert store.upsert(tables() | book).wrote
    before = content(store)
    later = {"loads": pd.DataFrame({"load": ["s-1"], "source": ["s"], "loaded_at": times("2022-02-02")})}
    assert not store.upsert(tables() | later).wrote
    assert_same(content(store), before)


def test_a_load_is_in_the_book_once_it_brought_something_or_was_never_there(store: Store) -> None:
    def book(load: str, at: str) -> dict[str, pd.DataFrame]:
        return {"loads": pd.DataFrame({"load": [load], "source": ["s"], "loaded_at": times(at)})}

    given = {"consumers": tables()["consumers"]}
    assert store.upsert(given | book("a", "2021-01-01")).wrote
    assert store.upsert(given | book("b", "2021-01-02")).wrote  # nothing new, but this load is not in the book yet
    assert not store.upsert(given | book("a", "2021-01-03")).wrote
    given["consumers"].loc[1, "name"] = "Bob"
    assert store.upsert(given | book("a", "2021-01-04")).wrote
    assert rows(store, "loads")["loaded_at"].dt.day.tolist() == [4, 2]


def test_a_value_replaces_an_older_one_and_a_null_leaves_it(store: Store) -> None:
    store.upsert(tables())
    assert store.upsert({"consumers": pd.DataFrame({"consumer": ["s:ann", "s:cyd"], "name": [None, "C."]})}).wrote
    found = rows(store, "consumers").set_index("consumer")
    assert found.loc["s:ann", "name"] == "Ann"
    assert found.loc["s:cyd", "name"] == "C."
    assert found.loc["s:ann", "followers"] == 10
    assert store.upsert(
        {"follows": pd.DataFrame({"follower": ["s:bob"], "followee": ["s:ann"], "since": times("2017-01-01")})}
    ).wrote
    assert not store.upsert(
        {"follows": pd.DataFrame({"follower": ["s:bob"], "followee": ["s:ann"], "since": times(None)})}
    ).wrote
    assert rows(store, "follows").loc[2, "since"] == datetime(2017, 1, 1)


def test_a_load_says_of_every_row_whether_it_was_new_changed_or_known(store: Store) -> None:
    first = store.upsert(tables())
    assert first.tables == {name: RowChanges(new=len(given)) for name, given in tables().items()}
    again = store.upsert(tables())
    assert again.tables == {name: RowChanges(known=len(given)) for name, given in tables().items()}
    assert (first.wrote, again.wrote) == (True, False)
    later = store.upsert(
        {
            # Ann is as she was, for a null is no value; Cyd has another name; Dan was only mentioned until now, once
            # with a value and once without; Ida is new.
            "consumers": pd.DataFrame(
                {"consumer": ["s:ann", "s:cyd", "s:dan", "s:eve", "s:ida"], "name": [None, "C.", "Dan", None, None]}
            ),
            "products": pd.DataFrame({"product": ["s:tea", "s:cup"], "category": ["Leaves", None]}),
            "reviews": pd.DataFrame(
                {"review": ["s:r1", "s:r2", "s:r4"], "consumer": ["s:bob", "s:bob", "s:ann"], "product": None}
            ),
            "follows": pd.DataFrame(
                {
                    "follower": ["s:ann", "s:bob", "s:cyd"],
                    "followee": ["s:bob", "s:ann", "s:ann"],
                    "since": times("2018-01-01", "2018-01-02", None),
                }
            ),
            "engagements": tables()["engagements"].assign(review=["s:r1", "s:r2", "s:r9"]),
            "purchases": tables()["purchases"].assign(quantity=[1.0, None, 3.0]),
        }
    )
    assert later.tables == {
        "consumers": RowChanges(new=1, changed=2, known=2),
        "products": RowChanges(changed=1, known=1),
        "reviews": RowChanges(new=1, changed=1, known=1),
        "follows": RowChanges(new=1, changed=1, known=1),
        "engagements": RowChanges(changed=1, known=2),
        "purchases": RowChanges(changed=1, known=2),
    }


def test_persons_and_loads_are_changes_too(store: Store) -> None:
    store.upsert({"consumers": tables()["consumers"]})
    known = {"consumers": RowChanges(known=3)}
    link = decided("link", "s:ann", "s:bob")
    changes = decide(store, [link], {"s:ann": "s:ann", "s:bob": "s:ann"})
    assert (changes.tables, changes.wrote) == ({}, True)
    assert not decide(store, [], {"s:ann": "s:ann", "s:bob": "s:ann"}).wrote
    assert decide(store, [decided("unlink", "s:bob", "s:cyd")], {"s:ann": "s:ann", "s:bob": "s:ann"}).wrote
    book = {"loads": pd.DataFrame({"load": ["s-1"], "source": ["s"], "loaded_at": times("2021-01-01")})}
    changes = store.upsert({"consumers": tables()["consumers"]} | book)
    assert (changes.tables, changes.wrote) == (known, True)


def test_a_store_remembers_the_fingerprint_of_the_newest_key(place: Place) -> None:
    def book(load: str, at: str, key: str | None) -> dict[str, pd.DataFrame]:
        row = {"load": [load], "source": ["s"], "loaded_at": times(at), "key_fingerprint": [key]}
        return {"loads": pd.DataFrame(row)}

    store = place.open()
    assert store.key_fingerprint() is None
    for load, at, key, newest in (
        ("c", "2021-01-01", None, None),
        ("b", "2021-01-02", "one", "one"),
        ("a", "2021-01-03", "two", "two"),
        ("d", "2021-01-04", None, "two"),
    ):
        store.upsert({"consumers": tables()["consumers"]} | book(load, at, key))
        assert store.key_fingerprint() == newest
    store.close()


def test_an_edge_moves_when_its_row_names_another_end_and_leaves_nothing_behind(store: Store) -> None:
    store.upsert(tables())
    store.upsert({"products": pd.DataFrame({"product": ["s:tea"], "category": ["Leaves"]})})
    store.upsert({"reviews": pd.DataFrame({"review": ["s:r1"], "consumer": ["s:bob"], "product": [None]})})
    store.upsert({"engagements": pd.DataFrame({"engagement": ["s:e2"], "consumer": ["s:ann"], "review": ["s:r2"]})})
    store.upsert({"identities": pd.DataFrame({"account": ["s:ann", "s:bob"], "person": ["p2", "p2"]})})
    assert store.read("MATCH (k:Category) RETURN k.category AS k")["k"].tolist() == ["Leaves"]
    assert store.read("MATCH (p:Person) RETURN p.person AS p")["p"].tolist() == ["p2"]
    wrote = store.read(
        "MATCH (c:Consumer)-[:WROTE]->(r:Review) RETURN r.review AS review, c.consumer AS who ORDER BY review"
    )
    assert wrote["who"].tolist() == ["s:bob", "s:bob", "s:dan"]
    assert rows(store, "reviews").loc[0, "product"] == "s:tea"
    moved = rows(store, "engagements").loc[1]
    assert moved.tolist()[:5] == ["s:e2", "s:ann", "s:r2", "comment", "s:e0"]
    assert len(store.read("MATCH ()-[e:ENGAGED]->() RETURN e.engagement AS e")) == 3


@pytest.mark.every_release
def test_names_are_data_and_never_code(store: Store) -> None:
    store.upsert(tables())
    before = {name: len(found) for name, found in content(store).items()}
    ids = [f"s:x{i:02}" for i in range(len(HOSTILE))]
    store.upsert({"consumers": pd.DataFrame({"consumer": ids, "name": HOSTILE})})
    assert rows(store, "consumers").set_index("consumer").loc[ids, "name"].tolist() == HOSTILE
    before["consumers"] += len(ids)
    assert {name: len(found) for name, found in content(store).items()} == before
    for text in HOSTILE:
        asked = store.read("MATCH (c:Consumer) WHERE c.name = $name RETURN c.name AS name", {"name": text})
        assert asked["name"].tolist() == [text]


def test_keys_are_data_and_never_code(store: Store) -> None:
    short = [text for text in HOSTILE if len(text) < 1_000]
    ids = [*short, *(f"s:{text}" for text in short), "s:a:b:c"]
    given = {
        "consumers": pd.DataFrame({"consumer": ids, "name": ids}),
        "products": pd.DataFrame({"product": ids, "category": ids}),
        "reviews": pd.DataFrame({"review": ids, "consumer": ids, "product": ids}),
        "follows": pd.DataFrame({"follower": ids, "followee": ids[::-1]}),
        "purchases": pd.DataFrame({"consumer": ids, "product": ids, "order": ids}),
    }
    assert store.upsert(given).wrote
    for name, table in given.items():
        pd.testing.assert_frame_equal(rows(store, name), typed(name, table), obj=name)
    assert not store.upsert(given).wrote
    assert store.forget(short)["consumers"] == len(short)
    assert set(rows(store, "consumers")["consumer"]) == set(ids) - set(short)


def test_a_key_that_a_server_cannot_index_is_refused_in_words(neo4j_place: Place) -> None:
    store = neo4j_place.open()
    with pytest.raises(DataError, match=r"consumers has a consumer of 100,002 bytes"):
        store.upsert({"consumers": pd.DataFrame({"consumer": ["s:" + "x" * 100_000]})})
    fits = pd.DataFrame({"consumer": ["s:" + "é" * 3_999]})
    assert store.upsert({"consumers": fits}).wrote
    assert rows(store, "consumers")["consumer"].tolist() == fits["consumer"].tolist()
    store.close()


WRONG: list[tuple[dict[str, dict[str, list[Any]]], str]] = [
    ({"consumers": {"consumer": ["a", "a"]}}, "consumers has two rows with the key a"),
    ({"consumers": {"consumer": ["a", None]}}, "consumers has rows without a consumer"),
    ({"follows": {"follower": ["a", "a"], "followee": ["b", "b"]}}, "follows has two rows with the key a, b"),
    ({"reviews": {"review": ["r"]}}, "reviews has rows without a consumer"),
    ({"reviews": {"review": ["r"], "consumer": ["a"], "colour": ["red"]}}, "reviews has no column 'colour'"),
    ({"people": {"person": ["p"]}}, "there is no table called 'people'"),
    ({"consumers": {"consumer": ["a"], "followers": ["many"]}}, "consumers.followers does not hold whole numbers"),
    ({"consumers": {"consumer": ["a"], "name": ["\ud800"]}}, "consumers.name does not hold text"),
]


def test_wrong_tables_are_refused_before_anything_is_written(store: Store) -> None:
    store.upsert(tables())
    before = content(store)
    for wrong, words in WRONG:
        with pytest.raises(DataError, match=words):
            store.upsert({name: pd.DataFrame(columns, dtype="object") for name, columns in wrong.items()})
    assert_same(content(store), before)


@pytest.mark.every_release
def test_a_query_returns_typed_columns_in_its_order(store: Store) -> None:
    store.upsert(tables())
    found = store.read(
        "MATCH (c:Consumer) RETURN c.quote AS quote, c.joined_at AS joined_at, c.name AS name,"
        " c.followers AS followers, c.consumer AS consumer ORDER BY consumer LIMIT 3"
    )
    assert found.dtypes.astype(str).to_dict() == {
        "quote": "float64",
        "joined_at": "datetime64[us]",
        "name": "str",
        "followers": "Int64",
        "consumer": "str",
    }
    assert found["joined_at"].tolist()[0] == datetime(2019, 1, 2, 3, 4, 5, 678901)
    assert found["followers"].tolist() == [10, pd.NA, 0]


@pytest.mark.parametrize("limit", [0, 1])
def test_columns_without_a_value_keep_their_names_and_types(store: Store, limit: int) -> None:
    store.upsert({"consumers": pd.DataFrame({"consumer": ["s:a"]})})
    found = store.read(
        "MATCH (c:Consumer) RETURN c.joined_at AS first, c.name AS who, max(c.joined_at) AS joined_at,"
        f" c.followers AS n, c.quote AS quote LIMIT {limit}"
    )
    types = ["datetime64[us]", "str", "datetime64[us]", "Int64", "float64"]
    assert found.columns.tolist() == ["first", "who", "joined_at", "n", "quote"]
    assert found.dtypes.astype(str).tolist() == types
    assert len(found) == limit


@pytest.mark.every_release
def test_a_node_or_an_edge_is_a_dict_of_its_properties_and_a_path_the_tuple_of_its_nodes(store: Store) -> None:
    store.upsert(
        {
            "consumers": pd.DataFrame({"consumer": ["s:a", "s:b"], "followers": [1, None], "name": ["A", "B"]}),
            "follows": pd.DataFrame({"follower": ["s:a"], "followee": ["s:b"], "since": [datetime(2020, 1, 2)]}).astype(
                {"since": "datetime64[us]"}
            ),
        }
    )
    found = store.read(
        "MATCH path = (a:Consumer)-[follows:FOLLOWS]->(b:Consumer) OPTIONAL MATCH (b)-[:WROTE]->(review:Review)"
        " RETURN a, follows, path, [a, b] AS both, {who: a, lack: b.followers} AS mapping, review, 1 AS one"
    )
    a = {"consumer": "s:a", "followers": 1, "name": "A", "own_name": "A"}
    b = {"consumer": "s:b", "name": "B", "own_name": "B"}
    row = found.drop(columns=["review"]).iloc[0].to_dict()
    assert row == {
        "a": a,
        "follows": {"since": datetime(2020, 1, 2)},
        "path": (a, b),
        "both": (a, b),
        "mapping": {"who": a, "lack": None},
        "one": 1,
    }
    assert list(row["a"]) == sorted(row["a"])
    assert found["review"].isna().all()
    assert found.dtypes.astype(str).to_dict()["review"] == "str"
    assert found.columns.tolist() == ["a", "follows", "path", "both", "mapping", "review", "one"]


def test_parameters_of_every_type_arrive_as_they_are(store: Store) -> None:
    store.upsert({"consumers": pd.DataFrame({"consumer": ["s:a"]})})
    values = [
        "text",
        "",
        "$name",
        0,
        -(2**63),
        2**63 - 1,
        0.1,
        -0.0,
        True,
        False,
        datetime(2020, 1, 2, 3, 4, 5, 678901),
    ]
    for value in values:
        found = store.read("MATCH (c:Consumer) RETURN $value AS value", {"value": value})["value"][0]
        assert found == value
        assert not isinstance(value, float) or math.copysign(1, found) == math.copysign(1, value)


WRITES = [
    "CREATE (c:Consumer {consumer: 'x'}) RETURN c.consumer",
    "MATCH (c:Consumer) SET c.name = 'x' RETURN c.name",
    "MATCH (c:Consumer) DETACH DELETE c",
    "// harmless\nMATCH (c:Consumer) DETACH DELETE c",
    "/* MATCH */ MERGE (c:Consumer {consumer: 'x'}) RETURN c.consumer",
    "MATCH (c:Consumer) REMOVE c.name RETURN c.consumer",
    "RETURN 1; MATCH (c:Consumer) DETACH DELETE c",
    "EXPLAIN CREATE (c:Consumer {consumer: 'x'})",
    "PROFILE CREATE (c:Consumer {consumer: 'x'})",
    "DROP TABLE Consumer",
    "COPY (MATCH (c:Consumer) RETURN c.consumer) TO '{folder}/copied.csv'",
    "EXPORT DATABASE '{folder}/exported'",
    "RETURN 1; EXPORT DATABASE '{folder}/exported'",
    "CREATE INDEX by_name FOR (c:Consumer) ON (c.name)",
    "CREATE USER mallory SET PASSWORD 'mallory-1'",
    "CALL db.createLabel('Mallory')",
]


@pytest.mark.every_release
def test_a_query_cannot_write(store: Store, tmp_path: Path) -> None:
    store.upsert(tables())
    before = content(store)
    for text in WRITES:
        with pytest.raises(QueryError):
            store.read(text.replace("{folder}", str(tmp_path)))
    assert_same(content(store), before)
    assert not {path.name for path in tmp_path.iterdir()} & {"copied.csv", "exported"}


@pytest.mark.every_release
def test_a_server_refuses_the_write_even_if_we_did_not(neo4j_place: Place) -> None:
    store = neo4j_place.open()
    text = "CREATE (c:Consumer {consumer: 'x'})"
    store._connection._checked[text] = []  # type: ignore[attr-defined]
    with pytest.raises(QueryError, match=r"(?i)read access mode"):
        store.read(text)
    store.close()


@pytest.mark.every_release
def test_a_wrong_query_is_a_query_error_of_one_line(store: Store) -> None:
    store.upsert({"consumers": tables()["consumers"]})
    for text in ("MATCH (c:Consumer RETURN c", "MATCH (c) RETURN $missing AS x", "", "  // nothing", "nonsense"):
        with pytest.raises(QueryError) as error:
            store.read(text)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("value", [2**63, "\ud800"])
def test_a_parameter_that_no_store_has_a_type_for_is_a_query_error(neo4j_place: Place, value: Any) -> None:
    store = neo4j_place.open()
    with pytest.raises(QueryError):
        store.read("RETURN $value AS value", {"value": value})
    store.close()


def test_a_table_is_read_whole_or_in_part(store: Store) -> None:
    store.upsert(tables())
    part = store.table("reviews", ["likes", "consumer", "created_at"])
    assert part.dtypes.astype(str).to_dict() == {"likes": "Int64", "consumer": "str", "created_at": "datetime64[us]"}
    whole = store.table("reviews")
    order = ["consumer", "likes", "created_at"]
    pd.testing.assert_frame_equal(
        part[order].sort_values(order, ignore_index=True), whole[order].sort_values(order, ignore_index=True)
    )
    assert len(store.table("runs")) == 0
    assert store.table("runs").columns.tolist() == TABLES["runs"].names


def test_many_rows_of_a_query_come_typed_in_its_own_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_A_RECORD", 2)
    store.upsert(tables())
    text = "MATCH (c:Consumer) RETURN c.consumer AS who, c.followers AS many, c.joined_at AS day ORDER BY who"
    found = store.read_columns(text, {"who": "id", "many": "integer", "day": "time"})
    pd.testing.assert_frame_equal(found, store.read(text))
    assert found.dtypes.astype(str).to_dict() == {"who": "str", "many": "Int64", "day": "datetime64[us]"}
    none = store.read_columns(f"{text} LIMIT 0", {"who": "id", "many": "integer", "day": "time"})
    pd.testing.assert_frame_equal(none, found[:0])


@pytest.mark.every_release
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "MATCH (c:Consumer)-[f:FOLLOWS]->(d:Consumer)\n"
            "RETURN c.consumer AS one, d.consumer AS other, f.since AS day",
            id="both ends of an edge",
        ),
        pytest.param(
            "MATCH (r:Review)\nOPTIONAL MATCH (r)-[:ABOUT]->(p:Product)\n"
            "RETURN r.review AS one, p.product AS other, r.created_at AS day",
            id="a node that may be missing",
        ),
        pytest.param(
            "MATCH (c:Consumer)-[:WROTE]->(r:Review)\nWITH r AS c, c AS r\n"
            "RETURN c.review AS one, r.consumer AS other, c.created_at AS day",
            id="names that change their nodes",
        ),
    ],
)
def test_a_query_in_columns_gives_what_the_query_gives(store: Store, text: str) -> None:
    store.upsert(tables())
    found = store.read_columns(text, {"one": "id", "other": "id", "day": "time"})
    expected = store.read(text)
    assert len(found) > 0
    by = ["one", "other"]
    pd.testing.assert_frame_equal(found.sort_values(by, ignore_index=True), expected.sort_values(by, ignore_index=True))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("MATCH (c:Consumer) RETURN c.consumer AS who, c.name AS name", "the query returns who, name"),
        ("MATCH (c:Consumer) RETURN c.consumer AS one", "the query returns one"),
        ("MATCH (c:Consumer) SET c.name = 'x' RETURN c.consumer AS who", "would change the store|refuses the query"),
        ("MATCH (c:Consumer) RETURN", "refuses the query"),
    ],
)
def test_a_query_in_columns_that_is_wrong_is_refused(store: Store, text: str, words: str) -> None:
    store.upsert(tables())
    before = rows(store, "consumers")
    with pytest.raises(QueryError, match=words):
        store.read_columns(text, {"who": "id"})
    pd.testing.assert_frame_equal(rows(store, "consumers"), before)


@pytest.mark.every_release
def test_an_analysis_replaces_what_an_earlier_one_left(store: Store) -> None:
    store.upsert(tables())
    plain = {name: found for name, found in content(store).items() if name in CANONICAL}
    store.annotate(result_tables())
    for name, table in result_tables().items():
        pd.testing.assert_frame_equal(rows(store, name), typed(name, table), obj=name)
    newer = {
        "runs": pd.DataFrame({"run": ["run-1", "run-2"], "at": times("2021-01-01", "2022-01-01")}),
        "continues": pd.DataFrame({"run": ["run-2"], "before": ["run-1"]}),
        "run_loads": pd.DataFrame({"run": ["run-2"], "load": ["shop:1"]}),
        "scores": pd.DataFrame(
            {"person": ["s:dan"], "consumer": ["s:dan"], "name": ["Dan"], "tier": [None], "score": [9.0], "rank": [1]}
        ),
        "persons": pd.DataFrame({"account": ["s:dan"], "person": ["s:dan"]}),
        "hears": pd.DataFrame({"listener": ["s:dan"], "speaker": ["s:eve"], "weight": [1.0]}),
        "niches": pd.DataFrame({"niche": ["n2", "n3"], "name": [None, "New"], "people": [3, 4]}),
        "members": pd.DataFrame({"person": ["s:dan"], "niche": ["n3"], "confidence": [0.5]}),
        "finer": pd.DataFrame({"niche": ["n3"], "parent": ["n2"]}),
        "circles": pd.DataFrame({"circle": ["c2"], "name": ["Others"]}),
        "circle_bridges": pd.DataFrame({"circle_a": ["c2"], "circle_b": ["c2"], "ties": [1]}),
        "bridges": pd.DataFrame({"person": ["s:dan"], "circle": ["c2"]}),
        "circle_members": pd.DataFrame({"person": ["s:dan"], "circle": ["c2"], "confidence": [0.75]}),
        "reach": pd.DataFrame({"person": ["s:dan"], "niche": ["n3"], "reached": [1]}),
        "carries": pd.DataFrame({"circle": ["c2"], "niche": ["n3"], "people": [1]}),
        "events": pd.DataFrame({"event": ["circle c2 died"], "kind": ["circle"]}),
        "circle_events": pd.DataFrame({"event": ["circle c2 died"], "circle": ["c2"]}),
        "niche_events": pd.DataFrame({"event": ["circle c2 died"], "niche": ["n3"]}),
        "niche_categories": pd.DataFrame({"niche": ["n3"], "category": ["Drinks"]}),
        "product_results": pd.DataFrame({"product": ["s:pot"], "brand_read": ["Pots"]}),
        "copies": pd.DataFrame({"review": ["s:r2"], "original": ["s:r3"]}),
    }
    store.annotate(newer)
    for name, table in newer.items():
        pd.testing.assert_frame_equal(rows(store, name), typed(name, table), obj=name)
    assert_same({name: found for name, found in content(store).items() if name in CANONICAL}, plain)
    groups = [name for name in newer if name not in ("runs", "scores")]
    store.annotate({name: newer[name][:0] for name in groups})
    assert [len(rows(store, name)) for name in groups] == [0] * len(groups)
    assert len(rows(store, "scores")) == 1


def second_version() -> dict[str, pd.DataFrame]:
    """Other rows of the campaign s:c1: some stay, some go, some come, some say something else."""
    given = tables()
    mine = {name: given[name][given[name]["campaign"] == "s:c1"] for name in CAMPAIGNS}
    answer = {"feedback": ["s:f3"], "consumer": ["s:bob"], "campaign": ["s:c1"], "product": ["s:pot"]}
    return {
        "campaigns": pd.DataFrame({"campaign": ["s:c1"], "name": ["Summer"], "product": ["Tea"]}),
        "invitations": invitations(("s:c1", "s:bob", "kol", 3), ("s:c1", "s:new", None, None)),
        "campaign_events": mine["campaign_events"][1:].assign(happened_at=times("2021-05-01"), quantity=None),
        "posts": mine["posts"].assign(consumer="s:bob", cost=7.5),
        "campaign_units": mine["campaign_units"].assign(product="s:tea"),
        "feedback": pd.concat([mine["feedback"].assign(product=None, rating=2.0), pd.DataFrame(answer)]),
    }


@pytest.mark.every_release
def test_a_campaign_is_replaced_whole_and_nothing_else_changes(store: Store) -> None:
    store.upsert(tables())
    store.annotate(result_tables())
    before = content(store)
    new = second_version()
    assert store.replace_campaign("s:c1", new)
    assert not store.replace_campaign("s:c1", new)
    after = content(store)
    for name in CAMPAIGNS[1:]:
        others = before[name][before[name]["campaign"] != "s:c1"]
        pd.testing.assert_frame_equal(after[name], typed(name, pd.concat([others, new[name]])), obj=name)
    assert after["campaigns"].set_index("campaign").loc["s:c1"].dropna().to_dict() == {
        "name": "Summer",
        "product": "Tea",
    }, "a value that the new rows lack is gone"
    assert set(after["consumers"]["consumer"]) - set(before["consumers"]["consumer"]) == {"s:new"}
    for name in set(TABLES) - {*CAMPAIGNS, "consumers"}:
        pd.testing.assert_frame_equal(after[name], before[name], obj=name)
    answers = store.read("MATCH (f:Feedback) RETURN f.feedback AS feedback, f.name AS name ORDER BY feedback")
    assert answers.to_numpy().tolist() == [["s:f1", "2021-03-05 · 2.0 stars"], ["s:f2", "s:f2"], ["s:f3", "s:f3"]]
    assert store.replace_campaign("s:c1", {name: tables()[name].query("campaign == 's:c1'") for name in CAMPAIGNS})
    assert_same({name: rows(store, name) for name in CAMPAIGNS}, {name: before[name] for name in CAMPAIGNS})


@pytest.mark.every_release
def test_a_row_of_another_campaign_becomes_a_row_of_this_one(store: Store) -> None:
    store.upsert(tables())
    taken = {
        name: tables()[name].query("campaign == 's:c1'").assign(campaign="s:c2")
        for name in ("campaign_events", "posts", "campaign_units", "feedback")
    }
    assert store.replace_campaign("s:c2", taken)
    for name, moved in taken.items():
        found = rows(store, name).query("campaign != 's:c4'").reset_index(drop=True)
        pd.testing.assert_frame_equal(found, typed(name, moved), obj=name)
    assert len(rows(store, "invitations").query("campaign == 's:c1'")) == 2


@pytest.mark.every_release
def test_a_campaign_that_is_new_is_made_and_one_without_rows_goes(store: Store) -> None:
    store.upsert({"consumers": tables()["consumers"]})
    about, who = pd.DataFrame({"campaign": ["s:new"], "name": ["New"]}), invitations(("s:new", "s:ann", "koc", None))
    assert store.replace_campaign("s:new", {"campaigns": about, "invitations": who})
    assert rows(store, "invitations")["consumer"].tolist() == ["s:ann"]
    assert store.replace_campaign("s:new", {"campaigns": about})
    assert (len(rows(store, "invitations")), len(rows(store, "campaigns"))) == (0, 1)
    assert store.replace_campaign("s:new", {})
    assert len(rows(store, "campaigns")) == 0
    assert not store.replace_campaign("s:new", {})
    assert rows(store, "consumers")["consumer"].tolist() == ["s:ann", "s:bob", "s:cyd"]
    store.upsert(tables())
    for campaign in ("s:c1", "s:c2", "s:c3", "s:c4"):
        store.replace_campaign(campaign, {})
    assert [len(rows(store, name)) for name in CAMPAIGNS] == [0] * len(CAMPAIGNS)


def test_a_campaign_survives_the_next_load_and_the_next_analysis(store: Store) -> None:
    about, who = pd.DataFrame({"campaign": ["s:c9"], "name": ["New"]}), invitations(("s:c9", "s:ann", "koc", 1))
    store.upsert({"consumers": tables()["consumers"]})
    store.replace_campaign("s:c9", {"campaigns": about, "invitations": who})
    kept = rows(store, "campaigns"), rows(store, "invitations")
    store.upsert({name: table for name, table in tables().items() if name not in CAMPAIGNS})
    for _ in range(2):
        store.annotate(result_tables())
    for name, before in zip(("campaigns", "invitations"), kept, strict=True):
        pd.testing.assert_frame_equal(rows(store, name), before)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"consumers": pd.DataFrame({"consumer": ["s:ann"]})}, "there is no table called 'consumers'"),
        ({"campaigns": pd.DataFrame({"campaign": ["s:c2"]})}, "campaigns has rows of another campaign than s:c1"),
        ({"invitations": invitations(("s:c1", "s:ann", None, None)).assign(mood="high")}, "no column 'mood'"),
    ],
)
def test_a_wrong_campaign_is_refused_before_anything_is_written(
    store: Store, wrong: dict[str, pd.DataFrame], words: str
) -> None:
    store.upsert(tables())
    before = content(store)
    with pytest.raises(DataError, match=re.escape(words)):
        store.replace_campaign("s:c1", wrong)
    assert_same(content(store), before)


def test_only_results_are_annotated(store: Store) -> None:
    store.upsert(tables())
    before = content(store)
    with pytest.raises(DataError, match="there is no table called 'consumers'"):
        store.annotate({"consumers": pd.DataFrame({"consumer": ["s:x"]})})
    assert_same(content(store), before)


def test_loading_leaves_the_results_and_results_survive_a_load(store: Store) -> None:
    store.upsert(tables())
    store.annotate(result_tables())
    before = {name: rows(store, name) for name in RESULTS}
    store.upsert({"consumers": pd.DataFrame({"consumer": ["s:ann", "s:new"], "name": ["Anna", "New"]})})
    assert_same({name: rows(store, name) for name in RESULTS}, before)


@pytest.mark.every_release
def test_everybody_who_was_analysed_is_a_person_also_with_one_account_and_a_load_leaves_them(store: Store) -> None:
    store.upsert(tables())
    store.annotate(result_tables())
    shown = (
        "MATCH (p:Person)-[:HAS_ACCOUNT]->(c:Consumer) RETURN p.name AS name, c.consumer AS account ORDER BY account"
    )
    persons = [["Ann", "s:ann"], ["Ann", "s:bob"], ["s:cyd", "s:cyd"]]
    assert store.read(shown).to_numpy().tolist() == persons
    linked = (
        "MATCH (p:Person)<-[:BELONGS_TO]-(c:Consumer) RETURN p.name AS name, c.consumer AS account ORDER BY account"
    )
    assert store.read(linked).to_numpy().tolist() == persons[:2], "who is linked and who was analysed is one node"
    assert decide(store, [decided("unlink", "s:ann", "s:bob")], {}).wrote
    assert len(rows(store, "identities")) == 0
    assert store.read(shown).to_numpy().tolist() == persons, "results are those of the analysis until the next one"
    decide(store, [], {"s:ann": "s:ann", "s:cyd": "s:ann"})
    assert rows(store, "identities").to_numpy().tolist() == [["s:ann", "s:ann"], ["s:cyd", "s:ann"]]
    assert len(rows(store, "scores")) == 2, "a link alone is not a result"


@pytest.mark.every_release
def test_a_servers_persons_have_the_labels_of_their_roles_which_the_next_analysis_moves(neo4j_place: Place) -> None:
    store, server = neo4j_place.open(), neo4j_place.server
    assert server
    server.run("CREATE (:Koc {name: 'somebody else'})")

    def labelled() -> dict[str, list[str]]:
        found = server.run("MATCH (p) WHERE p:Koc OR p:Kol RETURN p.name, labels(p)")
        return {str(name): sorted(labels) for name, labels in found}  # type: ignore[call-overload]

    store.upsert(tables())
    store.annotate(result_tables())
    others = {"somebody else": ["Koc"]}
    assert labelled() == others | {"Ann": ["Koc", "Person"], "s:cyd": ["Kol", "Person"]}
    store.annotate({"scores": result_tables()["scores"].assign(role=["none", "possible"])})
    assert labelled() == others | {"s:cyd": ["Koc", "Person"]}
    store.forget(["s:cyd"])
    assert labelled() == others
    store.close()


@pytest.mark.every_release
def test_a_server_finds_people_by_rank_and_name_reviews_by_time_and_texts_by_words_of_any_script(
    neo4j_place: Place,
) -> None:
    store, server = neo4j_place.open(), neo4j_place.server
    assert server
    texts = pd.DataFrame({"review": ["s:r1", "s:r2"], "consumer": "s:ann", "text": ["这个水壶很好用", "a good teapot"]})
    store.upsert(tables() | {"reviews": texts})
    store.annotate(result_tables())
    server.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    for index, words, name in (
        ("texts", "水壶", "s:r1"),
        ("texts", "teapot", "s:r2"),
        ("names", "cyd", "Cyd"),
        ("names", "pots", "Pots"),
    ):
        search = f"CALL db.index.fulltext.queryNodes('graphkoc_{index}', $words) YIELD node RETURN node.name AS name"
        assert name in store.read(search, {"words": words})["name"].tolist()
    for looked_up in (
        "(x:Person) WHERE x.rank <= 10",
        "(x:Person {name: 'Ann'})",
        "(x:Review) WHERE x.created_at > datetime('2020-01-01')",
    ):
        with server.driver() as driver, driver.session() as session:
            plan = session.run(f"EXPLAIN MATCH {looked_up} RETURN count(x)").consume().plan  # type: ignore[arg-type]
        assert "NodeIndexSeek" in str(plan), looked_up
    store.close()


def test_results_that_an_older_version_left_on_accounts_are_cleared_by_the_next_analysis(
    neo4j_place: Place, ladybug_place: Place
) -> None:
    import ladybug

    server = neo4j_place.server
    assert server
    old = (
        "CREATE (c:Consumer {consumer: 's:ann', name: 'Ann', tier: 'small', score: 1.0})"
        "-[:MEMBER_OF {confidence: 1.0}]->(:Niche {niche: 'n9'})"
    )
    server.run(old)
    server.run("CREATE (:Load {load: 's:1', source: 's', loaded_at: localdatetime('2020-01-01T00:00')})")
    database = ladybug.Database(ladybug_place.url.removeprefix("ladybug:"))
    connection = ladybug.Connection(database)
    for ddl in (
        "NODE TABLE Consumer (consumer STRING PRIMARY KEY, name STRING, tier STRING, score DOUBLE)",
        "NODE TABLE Person (person STRING PRIMARY KEY)",
        "NODE TABLE Niche (niche STRING PRIMARY KEY)",
        "REL TABLE MEMBER_OF (FROM Consumer TO Niche, confidence DOUBLE)",
    ):
        connection.execute(f"CREATE {ddl}")
    connection.execute(old)
    connection.close()
    database.close()
    asked = graphkoc.open_store(ladybug_place.url)
    with pytest.raises(QueryError) as refused:
        graphkoc.run_query(asked, "top_kocs")
    assert refused.value.hint == "The store is of an older version of graphkoc: load the files again, and ask again."
    asked.close()
    for place in (neo4j_place, ladybug_place):
        store = place.open()
        store.upsert({"consumers": tables()["consumers"][1:]})
        assert rows(store, "consumers")["name"].dropna().tolist() == ["Ann", "Cyd"]
        assert len(rows(store, "scores")) == 0
        store.annotate(result_tables())
        for name, table in result_tables().items():
            pd.testing.assert_frame_equal(rows(store, name), typed(name, table), obj=name)
        members = store.read("MATCH (x)-[:MEMBER_OF]->() RETURN count(x) AS members, count(x.person) AS persons")
        assert members.to_numpy().tolist() == [[5, 5]]
        store.close()
    kept = server.run("MATCH (c:Consumer {consumer: 's:ann'}) UNWIND keys(c) AS name RETURN name ORDER BY name")
    assert kept == [["consumer"], ["name"], ["own_name"]]


@pytest.mark.every_release
def test_every_node_is_shown_with_a_name(store: Store) -> None:
    def names(label: str, key: str) -> dict[str, str]:
        found = store.read(f"MATCH (n:{label}) RETURN n.`{key}` AS key, n.name AS name")
        return dict(zip(found["key"], found["name"], strict=True))

    handles = pd.DataFrame({"consumer": ["s:eve", "s:ivy"], "handle": ["eve_1", "ivy"]})
    store.upsert(tables())
    store.upsert({"consumers": handles})
    store.annotate(result_tables())
    assert names("Consumer", "consumer") == {
        "s:ann": "Ann",
        "s:bob": "Ann",  # a person's accounts without a name have the person's
        "s:cyd": "Cyd",
        "s:eve": "eve_1",
        "s:ivy": "ivy",
        **{f"s:{one}": f"s:{one}" for one in ("dan", "fay", "gus", "hal", "jan")},
    }
    assert names("Product", "product") == {"s:tea": "Tea", "s:pot": "s:pot", "s:cup": "s:cup", "s:mug": "s:mug"}
    assert names("Review", "review") == {
        "s:r1": "2020-01-01 · Tea",
        "s:r2": "s:cup",
        "s:r3": "2020-02-03 · s:r3",
        "s:r9": "s:r9",
    }
    assert names("Category", "category") == {"Drinks": "Drinks"}
    assert names("MemberGroup", "group") == {"s:g1": "s:g1"}
    assert names("Campaign", "campaign") == {"s:c1": "Spring", "s:c2": "s:c2", "s:c3": "s:c3", "s:c4": "s:c4"}
    assert names("Feedback", "feedback") == {"s:f1": "2021-03-05 · 4.0 stars", "s:f2": "s:f2"}
    assert names("Person", "person") == {"p1": "Ann", "s:cyd": "s:cyd"}
    newer = {
        "consumers": pd.DataFrame({"consumer": ["s:dan", "s:bob"], "handle": ["dan", None], "name": [None, "Bob"]}),
        "products": pd.DataFrame({"product": ["s:tea", "s:cup"], "title": ["Green tea", "Cup"]}),
        "reviews": pd.DataFrame({"review": ["s:r3"], "consumer": ["s:dan"], "product": ["s:pot"]}),
    }
    store.upsert(newer)
    assert names("Consumer", "consumer").items() >= {"s:dan": "dan", "s:bob": "Bob", "s:ann": "Ann"}.items()
    assert names("Review", "review") == {
        "s:r1": "2020-01-01 · Green tea",
        "s:r2": "Cup",
        "s:r3": "2020-02-03 · s:pot",
        "s:r9": "s:r9",
    }
    assert rows(store, "consumers").set_index("consumer")["name"].dropna().to_dict() == {
        "s:ann": "Ann",
        "s:bob": "Bob",
        "s:cyd": "Cyd",
    }
    store.annotate({name: table[:0] for name, table in result_tables().items()})
    assert names("Person", "person") == {"p1": "p1"}


@pytest.mark.every_release
def test_times_have_a_zone_and_several_words_are_a_list(store: Store) -> None:
    store.upsert(tables() | {"reviews": tables()["reviews"].assign(tags=["tea pot", None, "tea"])})
    tagged = store.read("MATCH (r:Review) WHERE 'pot' IN r.tags RETURN r.review AS review, r.tags AS tags")
    assert tagged.to_numpy().tolist() == [["s:r1", ("tea", "pot")]]
    assert rows(store, "reviews").set_index("review")["tags"].dropna().to_dict() == {"s:r1": "tea pot", "s:r3": "tea"}
    later = "MATCH (r:Review) WHERE r.created_at > $moment RETURN r.review AS review"
    assert store.read(later, {"moment": datetime(2020, 1, 15)})["review"].tolist() == ["s:r3"]
    if store.dialect == "neo4j":
        assert store.read(later.replace("$moment", "datetime('2020-01-15')"))["review"].tolist() == ["s:r3"]


AN_OLDER_VERSION = [
    "MATCH (n:Consumer) SET n.name = n.own_name REMOVE n.own_name SET n.joined_at = localdatetime(n.joined_at)",
    "MATCH (n) WHERE NOT n:Consumer AND NOT n:Person AND NOT n:Niche AND NOT n:Circle REMOVE n.name",
    "MATCH (n:Review) SET n.created_at = localdatetime(n.created_at)",
    "MATCH (n:Review) WHERE n.tags IS NOT NULL SET n.tags = reduce(t = head(n.tags), w IN tail(n.tags) | t + ' ' + w)",
    "MATCH (n:Load) SET n.loaded_at = localdatetime(n.loaded_at)",
    "MATCH (n:Run) SET n.at = localdatetime(n.at)",
    "MATCH ()-[e:FOLLOWS|HEARS]->() SET e.since = localdatetime(e.since)",
    "MATCH (n:Decision) SET n.at = toString(n.at)",
    "MATCH (:Decision)-[e:DECIDES_ON]->() DELETE e",
]
"""What makes the graph of this version that of an older one."""


def dump(server: neo4j_server.Server) -> list[list[object]]:
    """Every node and edge with its labels and properties, in an order of its own."""
    nodes = server.run("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")
    edges = server.run("MATCH (a)-[e]->(b) RETURN properties(a), type(e), properties(e), properties(b)")
    return sorted(nodes + edges, key=str)


@pytest.mark.parametrize("steps", [0, 1, 5, 20])
def test_a_load_brings_a_database_of_an_older_version_up_to_date(neo4j_place: Place, steps: int) -> None:
    """Also one whose migration was cut short after some steps."""
    server = neo4j_place.server
    assert server
    store = neo4j_place.open()
    loaded = tables() | {"reviews": tables()["reviews"].assign(tags=["tea pot", None, "tea"])}
    book = pd.DataFrame({"load": ["s:1"], "source": ["s"], "loaded_at": times("2020-05-05T05:05:05"), "files": ["[]"]})
    identities = loaded.pop("identities")
    settlement = Settlement(["consumer"], lambda *_: ([decided("link", "s:ann", "s:bob")], identities))
    store.upsert(loaded | {"loads": book}, settlement=settlement)
    store.annotate(result_tables())
    server.run("MATCH (n:Consumer) WHERE n.own_name IS NULL SET n.name = n.consumer")
    settled = dump(server)
    for change in AN_OLDER_VERSION:
        server.run(change)
    assert dump(server) != settled
    store.close()
    store = neo4j_place.open()
    with pytest.raises(StoreError, match="the database is of an older version of graphkoc"):
        graphkoc.project(store)
    for step in list(migration._list_steps())[:steps]:
        server.run(step)
    store.upsert({"consumers": loaded["consumers"]})
    server.run("MATCH (n:Consumer) WHERE n.own_name IS NULL SET n.name = n.consumer")
    assert dump(server) == settled
    assert not graphkoc.project(store).reviews.empty
    store.close()


@pytest.mark.parametrize(
    ("older", "asks", "hint"),
    [
        ("ALTER TABLE Consumer DROP location", "project", "load the files again"),
        ("DROP TABLE HEARS", "MATCH ()-[h:HEARS]->() RETURN count(h)", "analyse once"),
    ],
)
def test_a_file_of_an_older_version_is_made_anew_by_the_same_load(
    ladybug_place: Place, older: str, asks: str, hint: str
) -> None:
    import ladybug

    store = ladybug_place.open()
    store.upsert(tables())
    store.close()
    database = ladybug.Database(ladybug_place.url.removeprefix("ladybug:"))
    connection = ladybug.Connection(database)
    connection.execute(older)
    connection.close()
    database.close()

    def ask(store: Store) -> object:
        return graphkoc.project(store) if asks == "project" else store.read(asks)

    store = ladybug_place.open()
    with pytest.raises(QueryError) as refused:
        ask(store)
    assert refused.value.hint == f"The store is of an older version of graphkoc: {hint}, and ask again."
    before = rows(store, "consumers")
    store.upsert(tables())
    ask(store)
    pd.testing.assert_frame_equal(rows(store, "consumers"), before)
    store.close()


@pytest.mark.every_release
def test_forgetting_a_consumer_removes_all_that_names_them_and_leaves_the_rest(store: Store) -> None:
    store.upsert(tables())
    store.annotate(result_tables())
    before = content(store)
    removed = store.forget(["s:ann", "nobody", "s:ann"])
    assert removed == {
        "consumers": 1,
        "reviews": 1,
        "follows": 4,
        "engagements": 2,
        "memberships": 1,
        "identities": 1,
        "invitations": 2,
        "campaign_events": 2,
        "posts": 2,
        "feedback": 1,
        "scores": 1,
        "persons": 2,
        "hears": 2,
        "bridges": 2,
        "members": 2,
        "circle_members": 1,
        "reach": 1,
        "product_results": 1,
        "copies": 1,
    }
    after = content(store)
    for name, found in after.items():
        # What was found out about a person came from all accounts, so it goes with each of them.
        gone = {"s:ann", "s:r1", "s:f1"} | ({"p1"} if name in RESULTS else set())
        # What was found out about a product came from its reviews, so it goes with the one of theirs.
        gone |= {"s:tea"} if name == "product_results" else set()
        kept = before[name][~before[name].isin(gone).any(axis=1)].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, kept, obj=name)
    persons = "MATCH (p:Person) RETURN p.person AS person, p.name AS name ORDER BY person"
    assert store.read(persons).to_numpy().tolist() == [
        ["p1", "p1"],
        ["s:cyd", "s:cyd"],
    ]
    assert store.forget(["s:ann"]) == {}
    assert store.forget([]) == {}
    store.forget(["s:bob"])
    assert store.read(persons)["person"].tolist() == ["s:cyd"]
    assert store.forget(["s:cyd"])["scores"] == 1
    assert len(store.read(persons)) == 0


def test_forgetting_a_consumer_takes_their_id_out_of_names_of_groups_and_reasons_of_others(store: Store) -> None:
    store.upsert(tables())
    results = result_tables()
    results["circles"] = results["circles"].assign(name=["People around s:ann", "People around s:annabel"])
    why = "3 reviews\nmember of the circle People around s:ann\nmember of the circle People around s:annabel"
    results["scores"] = results["scores"].assign(reasons=[None, why])
    store.annotate(results)
    store.forget(["s:ann"])
    assert rows(store, "circles")["name"].tolist() == ["c1", "People around s:annabel"]
    (reasons,) = rows(store, "scores")["reasons"]
    assert reasons == "3 reviews\nmember of the circle People around s:annabel"


def test_closing_twice_is_closing_once(place: Place) -> None:
    store = place.open()
    store.upsert(tables())
    store.close()
    store.close()
    again = place.open()
    assert len(again.table("consumers")) == 10
    again.close()


def test_progress_is_reported_and_stored_comes_last(store: Store) -> None:
    reported: list[tuple[str, int, int, int]] = []
    store.upsert(tables(), lambda *step: reported.append(step))
    steps = [step[0] for step in reported]
    assert set(steps) == {"storing", "stored"}
    assert steps.index("stored") == len(steps) - 1
    assert all(0 <= done <= total for step, done, total, _ in reported if step == "storing")


def test_two_processes_that_load_at_once_end_with_the_right_graph(place: Place, tmp_path: Path) -> None:
    code = (
        "import sys, pickle, time\n"
        "from graphkoc.stores import open_store\n"
        "from graphkoc.errors import StoreError\n"
        "given = pickle.load(open(sys.argv[2], 'rb'))\n"
        "for attempt in range(200):\n"
        "    store = open_store(sys.argv[1])\n"
        "    try:\n"
        "        store.upsert(given)\n"
        "        break\n"
        "    except StoreError as error:\n"
        "        assert 'another process' in str(error), error\n"
        "        time.sleep(0.05)\n"
        "    finally:\n"
        "        store.close()\n"
        "else:\n"
        "    raise SystemExit('never got its turn')\n"
    )
    parts = {
        "a": {name: tables()[name] for name in ("consumers", "reviews", "follows", "identities")},
        "b": {name: tables()[name] for name in ("products", "follows", "engagements", "purchases", "memberships")},
    }
    parts["b"] |= {name: tables()[name] for name in CAMPAIGNS}
    running = []
    for name, part in parts.items():
        pd.to_pickle(part, tmp_path / name)
        command = [sys.executable, "-c", code, place.url, str(tmp_path / name)]
        running.append(subprocess.Popen(command, env=place.environment, stderr=subprocess.PIPE, text=True))
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in running] == [("", 0), ("", 0)]
    store = place.open()
    found = content(store)
    assert not store.upsert(tables()).wrote
    assert_same(content(store), found)
    assert len(found["follows"]) == 4
    store.close()


@pytest.mark.every_release
def test_a_second_writer_is_refused_while_the_first_one_writes(place: Place) -> None:
    code = (
        "import sys\n"
        "import pandas as pd\n"
        "from graphkoc.stores import open_store\n"
        "from graphkoc.errors import StoreError\n"
        "store = open_store(sys.argv[1])\n"
        "try:\n"
        "    store.upsert({'consumers': pd.DataFrame({'consumer': ['s:second']})})\n"
        "except StoreError as error:\n"
        "    print(error)\n"
        "store.close()\n"
    )
    refused = []

    def second(step: str, *_: int) -> None:
        if not refused:
            command = [sys.executable, "-c", code, place.url]
            refused.append(subprocess.run(command, env=place.environment, capture_output=True, text=True, check=True))

    store = place.open()
    store.upsert({"consumers": tables()["consumers"]})  # on ladybug the lock is the file, which now is there
    began = datetime.now(UTC).replace(tzinfo=None)
    store.upsert(tables(), second)
    assert refused[0].stdout.startswith("another process is writing to")
    if place.server:
        since = re.search(r" since (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC$", refused[0].stdout)
        assert since
        assert abs(datetime.fromisoformat(since[1]) - began) < timedelta(seconds=30)
    assert refused[0].stderr == ""
    assert "s:second" not in store.table("consumers")["consumer"].tolist()
    store.close()


texts = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(HOSTILE[:-1]))
keys = st.text(max_size=12)
instants = st.one_of(st.none(), st.datetimes(datetime(1900, 1, 1), datetime(2300, 1, 1)))
numbers = st.one_of(st.none(), st.floats(allow_nan=False))
integers = st.one_of(st.none(), st.integers(0, 2**63 - 1))


@st.composite
def any_tables(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Consumers, reviews and follows of any content whose keys are unique."""
    people = draw(st.lists(keys, min_size=1, max_size=6, unique=True))
    written = draw(st.lists(keys, max_size=6, unique=True))
    ties = draw(st.lists(st.tuples(st.sampled_from(people), st.sampled_from(people)), max_size=8, unique=True))

    def column(values: st.SearchStrategy[Any], count: int, kind: str) -> pd.Series[Any]:
        drawn = draw(st.lists(values, min_size=count, max_size=count))
        return pd.Series(drawn, dtype=kind) if kind != "time" else pd.Series(drawn, dtype="datetime64[us]")

    consumers = pd.DataFrame(
        {
            "consumer": pd.Series(people, dtype="str"),
            "name": column(texts, len(people), "str"),
            "followers": column(integers, len(people), "Int64"),
            "joined_at": column(instants, len(people), "time"),
            "quote": column(numbers, len(people), "float64"),
        }
    )
    reviews = pd.DataFrame(
        {
            "review": pd.Series(written, dtype="str"),
            "consumer": column(st.sampled_from(people), len(written), "str"),
            "product": column(st.one_of(st.none(), keys), len(written), "str"),
            "text": column(texts, len(written), "str"),
            "created_at": column(instants, len(written), "time"),
        }
    )
    follows = pd.DataFrame(
        {
            "follower": pd.Series([tie[0] for tie in ties], dtype="str"),
            "followee": pd.Series([tie[1] for tie in ties], dtype="str"),
            "since": column(instants, len(ties), "time"),
        }
    )
    return {"consumers": consumers, "reviews": reviews, "follows": follows}


def check_round_trip(place: Place, given: dict[str, pd.DataFrame]) -> None:
    if place.server is not None:
        place.server.empty()
    else:
        Path(place.url.removeprefix("ladybug:")).unlink(missing_ok=True)
    store = place.open()
    try:
        store.upsert(given)
        for name, table in given.items():
            pd.testing.assert_frame_equal(rows(store, name), typed(name, table), obj=name)
        assert not store.upsert(given).wrote
    finally:
        store.close()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_tables())
def test_tables_of_any_content_are_read_unchanged(place: Place, given: dict[str, pd.DataFrame]) -> None:
    check_round_trip(place, given)


@pytest.mark.soak
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_tables())
def test_tables_of_any_content_are_read_unchanged_at_length(place: Place, given: dict[str, pd.DataFrame]) -> None:
    check_round_trip(place, given)


# What only a file can do.


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mongo://h", "no store of the kind 'mongo://h'"),
        ("nothing", "no store of the kind 'nothing'"),
        ("neo4js://u:secret@h", "no store of the kind 'neo4js:…'"),
        ("ladybug:{folder}", "is a folder, not a store"),
        ("ladybug:{folder}/none/here.lbug", "there is no folder"),
        ("neo4j://", "names no server"),
        ("bolt://h:port", "cannot be read"),
        ("neo4j://u:secret@h", "has a password in it"),
    ],
)
def test_a_url_where_no_store_can_be_is_refused_without_showing_secrets(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as error:
        open_store(url.replace("{folder}", str(tmp_path)))
    assert "secret" not in str(error.value) + error.value.hint
    assert error.value.hint


def test_a_store_that_was_never_made_is_an_error(ladybug_place: Place) -> None:
    store = ladybug_place.open()
    for ask in (lambda: store.read("MATCH (c:Consumer) RETURN c.consumer"), lambda: store.table("consumers")):
        with pytest.raises(StoreError, match="there is no store at"):
            ask()


def test_somebody_elses_database_is_refused_and_left_alone(ladybug_place: Place) -> None:
    import ladybug

    path = Path(ladybug_place.url.removeprefix("ladybug:"))
    database = ladybug.Database(path)
    connection = ladybug.Connection(database)
    connection.execute("CREATE NODE TABLE Invoice (id STRING PRIMARY KEY)").close()
    connection.close()
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="somebody else's database: it has a table Invoice"):
        ladybug_place.open().upsert(tables())
    assert path.read_bytes() == before


def test_a_file_that_is_no_store_is_an_error(ladybug_place: Place) -> None:
    path = Path(ladybug_place.url.removeprefix("ladybug:"))
    path.write_bytes(b"not a store at all, but long enough to look at" * 200)
    with pytest.raises(StoreError, match="cannot be opened as a store"):
        ladybug_place.open().table("consumers")


def test_a_killed_load_leaves_the_file_as_it_was_and_the_next_one_works(ladybug_place: Place, tmp_path: Path) -> None:
    store = ladybug_place.open()
    store.upsert({"consumers": tables()["consumers"]})
    path = Path(ladybug_place.url.removeprefix("ladybug:"))
    before = path.read_bytes()
    code = (
        "import os, pickle, signal, sys\n"
        "from graphkoc.stores import open_store\n"
        "def die(step, done, *_):\n"
        "    if step == sys.argv[3] and done >= int(sys.argv[4]):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "open_store(sys.argv[1]).upsert(pickle.load(open(sys.argv[2], 'rb')), die)\n"
    )
    pd.to_pickle(tables(), tmp_path / "tables")
    for step, done in (("storing", 0), ("storing", 12), ("stored", 0)):
        command = [sys.executable, "-c", code, ladybug_place.url, str(tmp_path / "tables"), step, str(done)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        assert path.read_bytes() == before
        assert path.with_name(f".{path.name}.graphkoc-new").exists()
        assert len(store.table("consumers")) == 3
        store.close()
    assert store.upsert(tables()).wrote
    assert [file.name for file in path.parent.glob(f"{path.name}*")] == [path.name]
    assert len(store.table("consumers")) == 10
    store.close()


def test_a_full_disk_is_an_error_and_the_store_is_as_it_was(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can only be made by root")
    store = open_store(f"ladybug:{disk / 'graphkoc.lbug'}")
    try:
        store.upsert({"consumers": tables()["consumers"]})
        before = content(store)
        ids = [f"s:{i:09}" for i in range(30_000)]
        many = pd.DataFrame({"consumer": ids, "name": [key * 10 for key in ids]})
        with pytest.raises(StoreError) as error:
            store.upsert({"consumers": many})
        assert "disk is full" in str(error.value)
        assert_same(content(store), before)
        assert not (disk / ".graphkoc.lbug.graphkoc-new").exists()
    finally:
        store.close()
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


# What only a server can do.


def test_other_peoples_nodes_are_left_alone(neo4j_place: Place) -> None:
    server = neo4j_place.server
    assert server is not None
    server.run(
        "CREATE (k:Person {name: 'Keanu'})-[:ACTED_IN]->(:Movie {title: 'The Matrix'}), (k)-[:FOLLOWS]->(k),"
        " (:Consumer {name: 'not ours'})-[:WROTE]->(:Review {text: 'not ours'}), (:Category {name: 'alone'}),"
        " (:Niche), (:Product {price: 'dear'})-[:IN_CATEGORY]->(:Category)"
    )
    theirs = whole_graph(server)
    store = neo4j_place.open()
    store.upsert(tables())
    store.annotate(result_tables())
    assert "not ours" not in rows(store, "consumers")["name"].tolist()
    assert len(rows(store, "reviews")) == 4
    store.annotate({name: given[:0] for name, given in result_tables().items()})
    store.forget(rows(store, "consumers")["consumer"])
    nodes, edges = whole_graph(server)
    products, categories, reviews, loads, campaigns, offers = 4, 1, 1, 1, 4, 1  # nobody's, once nobody is left
    assert len(nodes) == len(theirs[0]) + products + categories + reviews + loads + campaigns
    assert len(edges) == len(theirs[1]) + categories + offers
    server.run(
        "MATCH (n) WHERE n.product IS NOT NULL OR n.review IS NOT NULL OR n.category IS NOT NULL OR n.load IS NOT NULL"
        " OR n.campaign IS NOT NULL"
        " DETACH DELETE n"
    )
    assert whole_graph(server) == theirs
    store.close()


def test_an_edge_that_somebody_drew_twice_counts_once(neo4j_place: Place) -> None:
    server = neo4j_place.server
    assert server is not None
    store = neo4j_place.open()
    store.upsert(tables())
    server.run("MATCH (r:Review {review: 's:r1'}), (c:Consumer {consumer: 's:cyd'}) CREATE (c)-[:WROTE]->(r)")
    assert len(rows(store, "reviews")) == 4
    assert len(graphkoc.project(store).reviews) == 3  # nobody is known to have written s:r9
    store.upsert(tables())
    assert rows(store, "reviews").loc[0, "consumer"] == "s:ann"
    assert not store.upsert(tables()).wrote
    store.close()


def test_a_value_of_another_type_is_an_error(neo4j_place: Place) -> None:
    server = neo4j_place.server
    assert server is not None
    store = neo4j_place.open()
    store.upsert(tables())
    server.run("MATCH (c:Consumer {consumer: 's:ann'}) SET c.followers = 'many'")
    with pytest.raises(StoreError, match="values that graphkoc did not write"):
        store.table("consumers")
    store.close()


def test_many_rows_go_in_many_transactions_and_two_lanes(neo4j_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("NODES_A_CALL", 70), ("EDGES_A_CALL", 90), ("ONE_LANE", 100), ("CONSUMERS_A_CALL", 7)):
        monkeypatch.setattr(writing, name, size)
    given = a_crowd(120)
    store = neo4j_place.open()
    assert store.upsert(given).wrote
    for name in ("follows", "reviews"):
        pd.testing.assert_frame_equal(rows(store, name), typed(name, given[name]), obj=name)
    assert not store.upsert(given).wrote
    some = [f"s:{i:04}" for i in range(0, 120, 7)]
    removed = store.forget(some)
    gone = given["follows"]["follower"].isin(some) | given["follows"]["followee"].isin(some)
    assert removed["follows"] == gone.sum()
    assert removed["reviews"] == given["reviews"]["consumer"].isin(some).sum()
    store.close()


@pytest.mark.every_release
def test_a_second_writer_is_also_refused_where_the_server_does_not_show_the_transactions_of_others(
    neo4j_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "FIND_WRITER", "CALL a.procedure.that.is.not.there()")
    first, second = neo4j_place.open(), neo4j_place.open()
    refused = []

    def load(*_: int) -> None:
        if not refused:
            with pytest.raises(StoreError) as error:
                second.upsert(tables())
            refused.append(str(error.value))

    first.upsert(tables(), load)  # type: ignore[arg-type]
    assert refused == [f"another process is writing to {neo4j_place.url}"]
    first.close()
    second.close()


@pytest.mark.every_release
def test_a_load_of_few_rows_reads_only_these_and_changes_what_a_reading_of_whole_tables_would(
    neo4j_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = {
        "consumers": pd.DataFrame({"consumer": ["s:ann", "s:ida", "s:eve"], "name": ["Anna", "Ida", None]}),
        "products": pd.DataFrame({"product": ["s:tea", "s:jug"], "category": ["Leaves", "Drinks"]}),
        "reviews": pd.DataFrame(
            {"review": ["s:r2", "s:r3", "s:r4"], "consumer": ["s:bob", "s:ida", "s:jon"], "product": ["s:tea"] * 3}
        ),
        "follows": pd.DataFrame(
            {
                "follower": ["s:ann", "s:bob", "s:ida", "s:ann", "s:kim"],
                "followee": ["s:bob", "s:ann", "s:ann", "s:kim", "s:lea"],
                "since": times("2017-01-01", None, "2021-01-01", None, None),
            }
        ),
        "engagements": tables()["engagements"].assign(review=["s:r1", "s:r2", "s:r9"], kind=["share", "comment", None]),
        "purchases": tables()["purchases"].assign(quantity=[1.0, None, 3.0]),
        "memberships": pd.DataFrame(
            {"group": ["s:g1", "s:g2"], "consumer": ["s:hal", "s:ann"], "role": ["owner", None]}
        ),
        "identities": pd.DataFrame({"account": ["s:ann", "s:cyd"], "person": ["p1", "p1"]}),
    }
    found = []
    for times_to_find in (writing.TIMES_TO_FIND, 0):
        assert neo4j_place.server
        neo4j_place.server.empty()
        store = neo4j_place.open()
        store.upsert(tables())
        with monkeypatch.context() as few:
            few.setattr(writing, "TIMES_TO_FIND", times_to_find)
            if not times_to_find:
                few.setattr(reading.Reading, "rows", None)
                few.setattr(reading.Reading, "nodes", None)
            changes = store.upsert(later)
            assert not store.upsert(later).wrote
        found.append((changes, content(store), whole_graph(neo4j_place.server)))
        store.close()
    whole, few_rows = found
    assert few_rows[0] == whole[0]
    assert_same(few_rows[1], whole[1])
    assert few_rows[2] == whole[2]


@pytest.mark.every_release
def test_that_two_accounts_are_tied_is_found_without_looking_through_all_ties_of_one(neo4j_place: Place) -> None:
    asked: list[str] = []

    class Recorder(reading.Reading):
        def columns(self, match: str, *others: Any) -> Any:
            asked.append(f"{match} RETURN xs")

    assert neo4j_place.server
    Recorder(None).find_edges_between(TABLES["follows"], [], pa.array([], pa.int64()))  # type: ignore[arg-type]
    with neo4j_place.server.driver() as driver, driver.session() as session:
        plan = session.run(f"EXPLAIN {asked[0]}", pairs=[1], width=2).consume().plan  # type: ignore[arg-type]
    assert "Expand(Into)" in str(plan)
    assert "Expand(All)" not in str(plan)


def a_crowd(people: int) -> dict[str, pd.DataFrame]:
    """About ten rows a person, with a hub that everybody follows."""
    ids = [f"s:{i:04}" for i in range(people)]
    ties = sorted(
        {(ids[i], ids[(i * i + step) % people]) for i in range(people) for step in range(6)}
        | {(i, ids[0]) for i in ids}
    )
    return {
        "consumers": pd.DataFrame({"consumer": ids, "name": [f"n{i}" for i in range(people)]}),
        "products": pd.DataFrame(
            {"product": [f"p:{i}" for i in range(40)], "category": [f"k{i % 5}" for i in range(40)]}
        ),
        "reviews": pd.DataFrame(
            {
                "review": [f"r:{i:04}" for i in range(3 * people)],
                "consumer": [ids[i * 7 % people] for i in range(3 * people)],
                "product": [f"p:{i % 41}" if i % 41 else None for i in range(3 * people)],
                "created_at": pd.date_range("2020-01-01", periods=3 * people, freq="h", unit="us"),
            }
        ),
        "follows": pd.DataFrame(ties, columns=["follower", "followee"]),
    }


@pytest.mark.every_release
def test_a_server_that_is_down_or_does_not_let_us_in_is_one_sentence(
    neo4j_place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    for url in (f"bolt://127.0.0.1:{port}", f"neo4j://127.0.0.1:{port}", f"bolt+s://127.0.0.1:{port}"):
        with pytest.raises(StoreError, match=f"the server at {url.replace('+', '.')} does not answer"):
            open_store(url)
    with pytest.raises(StoreError, match="has no database 'elsewhere'"):
        open_store(f"{neo4j_place.url}/elsewhere").table("consumers")
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", "wrong")
    with pytest.raises(StoreError, match="does not accept the user and password") as error:
        open_store(neo4j_place.url)
    assert "wrong" not in str(error.value) + error.value.hint
    monkeypatch.delenv("GRAPHKOC_NEO4J_PASSWORD")
    with pytest.raises(StoreError, match="does not accept the user and password"):
        open_store(neo4j_place.url)
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(StoreError, match="GRAPHKOC_NEO4J_PASSWORD_FILE cannot be read"):
        open_store(neo4j_place.url)
    assert neo4j_place.server is not None
    (tmp_path / "secret").write_text(neo4j_place.server.password + "\n", encoding="utf-8")
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD_FILE", str(tmp_path / "secret"))
    store = open_store(neo4j_place.url.replace("://", f"://{neo4j_place.server.user}@"))
    assert len(store.table("consumers")) == 0
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.table("consumers")
    assert capfd.readouterr() == ("", "")


def test_files_with_names_like_the_stores_are_left_alone(tmp_path: Path) -> None:
    neighbours = [tmp_path / name for name in ("a.lbug.new", "a.lbug.newsletter.csv", "[a].lbug.new", "a.lbug.wal.csv")]
    for path in neighbours:
        path.write_text("mine")
    for name in ("a.lbug", "[a].lbug"):
        store = open_store(f"ladybug:{tmp_path / name}")
        store.upsert(tables())
        store.forget(["s:ann"])
        store.close()
    assert [path.read_text() for path in neighbours] == ["mine"] * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["a.lbug", "[a].lbug", *(path.name for path in neighbours)]
    )


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[neo4j_server.LocalServer]:
    """The LTS release's server, empty as on its first day. A test may kill it: the next one has it started again."""
    if NEO4J == ["NEO4J_URI"]:
        pytest.skip("the server that NEO4J_URI names is not ours to kill")
    server = neo4j_server.shared_or_skip(neo4j_server.LTS)
    if not isinstance(server, neo4j_server.LocalServer):
        if neo4j_server.required():
            pytest.fail("GRAPHKOC_REQUIRE_NEO4J is set, and a container's Neo4j cannot be killed")
        pytest.skip("a container's Neo4j cannot be killed")
    server.empty(schema=True)
    # A server that was killed does not come back by itself.
    monkeypatch.setattr(connection, "SECONDS_TO_RETRY", 0.5)
    monkeypatch.setattr(connection, "SECONDS_TO_COME_BACK", 0.0)
    settings = dict(server.settings)
    yield server
    if server.settings != settings:
        server.settings = settings
        server.shut_down()


def test_a_database_that_may_only_be_read_is_read_and_refuses_the_load(
    own_server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Community edition has no roles, so every user may write; but a database can be made read-only."""
    place = _on(own_server, monkeypatch)
    store = place.open()
    store.upsert(tables())
    store.close()
    # Not killed: what a killed server left must be recovered, which a read-only database may refuse.
    own_server.shut_down()
    own_server.settings["server.databases.default_to_read_only"] = "true"
    own_server.start()
    store = place.open()
    assert len(store.table("consumers")) == 10
    verbs: list[Callable[[], object]] = [
        lambda: store.upsert(tables()),
        lambda: store.annotate(result_tables()),
        lambda: store.forget(["s:ann"]),
    ]
    for verb in verbs:
        with pytest.raises(StoreError, match=r"read-only|does not let this user write"):
            verb()
    store.close()


def kill_and_load_again(
    server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch, people: int, rows_done: list[int]
) -> None:
    for name, size in (("NODES_A_CALL", 70), ("EDGES_A_CALL", 90), ("ONE_LANE", 100)):
        monkeypatch.setattr(writing, name, size)
    place = _on(server, monkeypatch)
    given = a_crowd(people)
    store = place.open()
    store.upsert(given)
    undisturbed = whole_graph(server)
    for at in rows_done:
        server.empty()

        def kill(step: str, done: int, total: int, rows: int, at: int = at) -> None:
            if step == "storing" and done >= at and server.pid:
                server.kill()

        with pytest.raises(StoreError) as error:
            store.upsert(given, kill)
        assert error.value.hint
        server.start()
        assert store.upsert(given).wrote, at
        assert whole_graph(server) == undisturbed, at
    store.close()


def test_a_server_that_dies_half_way_and_a_second_load_end_with_the_undisturbed_graph(
    own_server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_and_load_again(own_server, monkeypatch, 80, [500])


@pytest.mark.soak
def test_it_does_not_matter_when_the_server_dies(
    own_server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_and_load_again(own_server, monkeypatch, 300, [1, 200, 340, 700, 1_250, 1_300, 2_000, 2_500])


SMALL_CALLS = {"NODES_A_CALL": 70, "EDGES_A_CALL": 90, "ONE_LANE": 100}

LOAD = f"""
import pickle, sys
from graphkoc.capture import identity
from graphkoc.stores import open_store
from graphkoc.stores.neo4j import writing
vars(writing).update({SMALL_CALLS})
given, stated = pickle.load(open(sys.argv[2], 'rb'))
store = open_store(sys.argv[1])
print('ready', flush=True)
sys.stdin.readline()
store.upsert(given, settlement=identity.settlement(stated))
"""


def everything(people: int) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Rows of every table that a load brings, and persons of some accounts."""
    crowd, few = a_crowd(people), tables()
    given = {name: pd.concat([few[name], crowd[name]]) if name in crowd else few[name] for name in few}
    given |= {"loads": pd.DataFrame({"load": ["s-1"], "source": ["s"], "loaded_at": times("2021-01-01")})}
    del given["identities"]
    pairs = [f"s:{number:04}" for number in range(0, people, 3)]
    return given, pd.DataFrame({"account": pairs, "person": [f"p:{number // 2}" for number in range(len(pairs))]})


def dump_hash(place: Place) -> str:
    """A hash of every row of the store, in an order; without the time of a decision, which is that of its load."""
    if place.server:
        nodes, edges = whole_graph(place.server)
        dumped = re.sub(r'"at": "[^"]+", ', "", "\n".join([*nodes, *edges]))
    else:
        store = place.open()
        dumped = json.dumps([(name, found.to_csv()) for name, found in content(store).items()])
        dumped += str([(line.verb, line.account, line.other) for line in store.decisions()])
        store.close()
    return hashlib.sha256(dumped.encode()).hexdigest()


def random_moments(seconds: float, count: int) -> list[float]:
    """Moments of a load that takes so many seconds; a test that fails prints them."""
    moments = np.random.default_rng().uniform(0, seconds, count).tolist()
    sys.stdout.write(f"moments: {moments}\n")
    return moments


@pytest.mark.soak
def test_a_server_that_is_killed_at_any_moment_has_the_undisturbed_graph_after_the_load_again(
    own_server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in SMALL_CALLS.items():
        monkeypatch.setattr(writing, name, size)
    place = _on(own_server, monkeypatch)
    given, stated = everything(300)
    store = place.open()

    def load() -> float:
        began = time.monotonic()
        store.upsert(given, settlement=identity.settlement(stated))
        return time.monotonic() - began

    load()
    own_server.empty()
    seconds = load()
    undisturbed = dump_hash(place)
    cut_short = 0
    for moment in random_moments(seconds, 20):
        own_server.empty()
        killer = threading.Timer(moment, own_server.kill)
        killer.start()
        try:
            load()
        except StoreError as error:
            cut_short += 1
            assert error.hint
        killer.join()
        own_server.start()
        load()
        assert dump_hash(place) == undisturbed, moment
    sys.stdout.write(f"{cut_short} of 20 loads of {seconds:.1f} s were cut short\n")
    assert cut_short >= 10
    store.close()


@pytest.mark.soak
@pytest.mark.parametrize("place", ["ladybug", neo4j_server.LTS], indirect=True)
def test_a_load_that_is_killed_at_any_moment_and_done_again_leaves_the_undisturbed_graph(
    place: Place, tmp_path: Path
) -> None:
    given, stated = everything(300)
    pd.to_pickle((given, stated), tmp_path / "given")

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", LOAD, place.url, str(tmp_path / "given")]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen(command, env=place.environment, text=True, **pipes)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    def empty() -> None:
        if place.server:
            place.server.empty()
        for path in tmp_path.glob("*graphkoc.lbug*"):
            path.unlink() if path.is_file() else shutil.rmtree(path)

    def load(moment: float | None = None) -> tuple[int, float]:
        with begin() as process:
            began = time.monotonic()
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
            if moment is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(moment)
                process.kill()
            process.wait()
            return process.returncode, time.monotonic() - began

    load()
    empty()
    code, seconds = load()
    assert code == 0
    undisturbed = dump_hash(place)
    cut_short = 0
    for moment in random_moments(seconds, 20):
        empty()
        cut_short += load(moment)[0] == -signal.SIGKILL
        assert load()[0] == 0
        assert dump_hash(place) == undisturbed, moment
    sys.stdout.write(f"{cut_short} of 20 loads of {seconds:.1f} s were cut short\n")
    assert cut_short >= 10


@pytest.mark.parametrize("goes", ["kill", pytest.param("shut_down", marks=pytest.mark.soak)])
def test_a_load_outlasts_a_restart_of_the_server_and_counts_every_row_once(
    own_server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch, goes: str
) -> None:
    for name, size in SMALL_CALLS.items():
        monkeypatch.setattr(writing, name, size)
    place = _on(own_server, monkeypatch)
    given, stated = everything(80)
    store = place.open()
    changes = store.upsert(given, settlement=identity.settlement(stated))
    undisturbed = dump_hash(place)
    own_server.empty()
    monkeypatch.setattr(connection, "SECONDS_TO_COME_BACK", 120.0)
    restarts = []

    def restart(step: str, done: int, *_: int) -> None:
        if done >= 500 and not restarts:
            restarts.append(done)
            getattr(own_server, goes)()
            own_server.start()

    assert store.upsert(given, restart, identity.settlement(stated)) == changes
    assert restarts
    assert dump_hash(place) == undisturbed
    store.close()


def test_a_server_that_dies_while_results_are_written_has_all_that_was_loaded_and_the_results_after_the_next_try(
    own_server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _on(own_server, monkeypatch)
    store = place.open()
    store.upsert(tables())
    store.annotate(result_tables())
    loaded, undisturbed = content(store), dump_hash(place)
    store.annotate({name: given[:0] for name, given in result_tables().items()})

    def die(step: str, done: int, *_: int) -> None:
        if done >= 8 and own_server.pid:
            own_server.kill()

    with pytest.raises(StoreError):
        store.annotate(result_tables(), die)
    own_server.start()
    kept = {name: rows(store, name) for name in CANONICAL}
    assert_same(kept, {name: loaded[name] for name in CANONICAL})
    store.annotate(result_tables())
    assert dump_hash(place) == undisturbed
    store.close()


@pytest.mark.every_release
def test_a_transaction_that_ends_in_a_deadlock_is_done_again(neo4j_place: Place) -> None:
    """Ours locks Ann, another one locks Bob and waits for Ann, and then ours asks for Bob."""
    assert neo4j_place.server
    store = neo4j_place.open()
    store.upsert(tables())
    visit = "MATCH (c:Consumer {consumer: $who}) SET c.visits = coalesce(c.visits, 0) + 1 RETURN c.visits"
    tries, refused = [], []

    def wait_for_ann(transaction: Any) -> None:
        try:
            transaction.run(visit, who="s:ann").consume()
            transaction.commit()
        except neo4j.exceptions.TransientError as error:
            refused.append(error)
            transaction.rollback()

    with neo4j_place.server.driver() as driver, driver.session() as session:
        other = session.begin_transaction()
        other.run(visit, who="s:bob").consume()
        waiting = threading.Thread(target=wait_for_ann, args=[other])

        class Statements(list[Any]):
            def __iter__(self) -> Iterator[Any]:
                tries.append(len(tries))
                yield visit, {"who": "s:ann"}
                if len(tries) == 1:
                    waiting.start()
                    blocked = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) > 0"
                    while not neo4j_place.server.run(blocked)[0][0]:  # type: ignore[union-attr]
                        time.sleep(0.05)
                yield visit, {"who": "s:bob"}

        with store._connection.lock() as write:  # type: ignore[attr-defined]
            write(Statements())
        waiting.join()
    assert len(tries) + len(refused) == 2, "one of the two had to begin again"
    visits = "MATCH (c:Consumer) WHERE c.visits > 0 RETURN c.consumer, c.visits ORDER BY c.consumer"
    assert neo4j_place.server.run(visits) == [["s:ann", 2 - len(refused)], ["s:bob", 2 - len(refused)]]
    store.close()


@pytest.mark.parametrize("of", ["ladybug", pytest.param("neo4j", marks=pytest.mark.soak)])
def test_what_is_exported_in_bulk_and_imported_is_the_graph_of_a_load(
    own_server: neo4j_server.LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    online = _on(own_server, monkeypatch)
    stores = {"ladybug": open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}"), "neo4j": online.open()}
    given = tables()
    del given["identities"]
    hostile = pd.DataFrame({"review": [f"h:{i}" for i in range(len(HOSTILE))], "text": HOSTILE, "title": HOSTILE})
    given["reviews"] = pd.concat([given["reviews"], hostile.assign(consumer="s:ann", tags="a b")], ignore_index=True)
    book = {"loads": pd.DataFrame({"load": ["s-1"], "source": ["s"], "loaded_at": times("2021-01-01")})}
    for store in stores.values():
        store.upsert(given | book)
        decide(store, [decided("link", "s:ann", "s:bob", HOSTILE[4])], {"s:ann": "s:ann", "s:bob": "s:ann"})
        store.annotate(result_tables())
    loaded = whole_graph(own_server)
    monkeypatch.setattr(bulk, "ROWS_A_FILE", 3)
    for _ in range(2):  # an older export is replaced
        made = graphkoc.export_bulk(stores[of], tmp_path / "out")
    for store in stores.values():
        store.close()
    assert (sum(made.nodes.values()), sum(made.relationships.values())) == tuple(map(len, loaded))
    own_server.shut_down()
    program, *words = made.command.split()
    assert program == "neo4j-admin"
    printed = own_server.administer(*words, folder=made.folder)
    own_server.start()
    assert {what: int(number) for number, what in re.findall(r"(?m)^  (\d+) (\w+)$", printed)} == made.reported
    assert whole_graph(own_server) == loaded
    store = online.open()
    assert not store.upsert(given | book).wrote, "and a load goes on from there"
    store.close()


def test_a_folder_that_is_no_export_is_left_alone(ladybug_place: Place, tmp_path: Path) -> None:
    store = ladybug_place.open()
    store.upsert(tables())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    for taken in (tmp_path / "mine", tmp_path / "mine" / "letter.txt"):
        with pytest.raises(StoreError, match="is not an export"):
            graphkoc.export_bulk(store, taken)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    store.close()


@pytest.mark.parametrize(
    "command",
    ["the report", *(pytest.param(command, marks=pytest.mark.soak) for command in ("the load again", "a link"))],
)
def test_a_server_that_dies_before_a_load_is_settled_has_its_persons_after_the_next_command(
    own_server: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    place = _on(own_server, monkeypatch)
    store = place.open()
    own_server.empty()
    stated = pd.DataFrame({"account": ["a:1", "b:1"], "person": ["p", "p"]})  # b:1 is loaded later
    store.upsert({"consumers": pd.DataFrame({"consumer": ["a:1", "c:1"]})}, settlement=identity.settlement(stated))
    assert rows(store, "identities").to_numpy().tolist() == [["a:1", "p"]]
    later = {"consumers": pd.DataFrame({"consumer": ["b:1"]})}

    def die(accounts: pd.DataFrame, journal: Sequence[Decision]) -> tuple[list[Decision], pd.DataFrame]:
        own_server.kill()
        return identity.settlement().decide(accounts, journal)

    with pytest.raises(StoreError):
        store.upsert(later, settlement=Settlement(["consumer", *identity.COMPARED, "name", "platform"], die))
    own_server.start()
    assert "b:1" in store.table("consumers")["consumer"].tolist()
    if command == "the load again":
        store.upsert(later, settlement=identity.settlement())
    elif command == "a link":
        identity.link_accounts(store, "a:1", "c:1", "met them")
        identity.unlink_accounts(store, "c:1")
    else:
        assert identity.identity_report(store)["persons"] == 2
    assert rows(store, "identities").to_numpy().tolist() == [["a:1", "p"], ["b:1", "p"]]
    store.close()


def test_an_error_of_a_store_is_one_of_ours() -> None:
    assert issubclass(StoreError, GraphkocError)
    assert StoreError.exit_code == 5


def test_many_rows_go_through_a_file_and_are_the_same(
    ladybug_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "it's here").mkdir()
    stores = [ladybug_place.open(), open_store(f"ladybug:{folder / 'graphkoc.lbug'}")]
    for store, many in zip(stores, (ladybug.MANY, 0), strict=True):
        monkeypatch.setattr(ladybug, "MANY", many)
        assert store.upsert(tables()).wrote
    for name in tables():
        few, many_ = (store.table(name) for store in stores)
        key = list(TABLES[name].key)
        pd.testing.assert_frame_equal(
            few.sort_values(key, ignore_index=True), many_.sort_values(key, ignore_index=True)
        )
    for store in stores:
        store.close()
    assert [path.name for path in folder.iterdir() if "new" in path.name] == []


# The journal of identities.


def decided(verb: str, account: str, other: str, why: str = "because") -> Decision:
    return Decision("2026-01-02T03:04:05+00:00", verb, account, other, "person", why)


def decide(store: Store, lines: list[Decision], persons: dict[str, str]) -> Changes:
    """Add lines to the journal, and make these the persons of accounts."""
    table = pd.DataFrame({"account": list(persons), "person": list(persons.values())}, dtype="str")
    return store.upsert({}, settlement=Settlement(["consumer"], lambda accounts, journal: (lines, table)))


@pytest.mark.every_release
def test_the_link_journal_only_grows_and_unlinking_restores_the_graph(place: Place, store: Store) -> None:
    given = {name: frame for name, frame in tables().items() if name != "identities"}
    store.upsert(given)
    before = content(store)
    assert store.decisions() == []
    link, unlink = decided("link", "s:ann", "s:bob", HOSTILE[0]), decided("unlink", "s:bob", "s:ann", HOSTILE[4])
    decide(store, [link], {"s:ann": "s:ann", "s:bob": "s:ann"})
    assert store.table("identities")["person"].tolist() == ["s:ann", "s:ann"]
    decide(store, [unlink], {})
    assert_same(content(store), before)
    assert not store.upsert(given).wrote
    again = place.open()
    assert again.decisions() == [link, unlink]
    assert [line.why for line in again.decisions()] == [HOSTILE[0], HOSTILE[4]]
    again.close()


def test_lines_and_persons_are_one_transaction(neo4j_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store = neo4j_place.open()
    store.upsert({"consumers": tables()["consumers"]})
    before = content(store)
    persons = {"s:ann": "s:ann", "s:bob": "s:ann"}
    monkeypatch.setattr(settling, "ROWS_A_STATEMENT", 1)
    with monkeypatch.context() as broken, pytest.raises(StoreError, match="refuses"):
        broken.setattr(settling, "REMOVE_PERSONS", "this is the last statement, and no Cypher")
        decide(store, [decided("link", "s:ann", "s:bob")], persons)
    assert store.decisions() == []
    assert_same(content(store), before)
    lines = [decided("link", "s:ann", "s:bob"), decided("link", "s:ann", "s:cyd")]
    assert decide(store, lines, persons | {"s:cyd": "s:ann"}).wrote
    assert store.decisions() == lines
    assert rows(store, "identities")["person"].tolist() == ["s:ann"] * 3
    store.close()


def test_forgetting_a_consumer_removes_their_lines_from_the_link_journal(store: Store) -> None:
    store.upsert(tables())
    lines = [decided("link", "s:ann", "s:bob"), decided("link", "s:cyd", "s:dan")]
    decide(store, lines, {"s:cyd": "s:cyd", "s:dan": "s:cyd"})
    assert store.forget(["s:ann"])["journal"] == 1
    assert store.decisions() == lines[1:]


def test_a_person_is_not_called_as_somebody_forgotten_and_nobody_is_a_person_of_one_account(store: Store) -> None:
    people = {"a:1": "k", "b:1": "k", "c:1": "k", "d:1": "l", "e:1": "l", "f:1": None, "g:1": None}
    store.upsert({"consumers": pd.DataFrame({"consumer": list(people), "contact_key": list(people.values())})})
    identity.settle(store)
    identity.link_accounts(store, "f:1", "g:1", "met them")
    assert store.forget(["a:1", "e:1", "f:1"]) == {"consumers": 3, "identities": 6, "journal": 4}
    gone = {"a:1", "e:1", "f:1"}
    assert not gone & set(rows(store, "identities").to_numpy().ravel())
    assert not gone & set(store.read("MATCH (p:Person) RETURN p.person AS p")["p"])
    identity.settle(store)
    assert rows(store, "identities").to_numpy().tolist() == [["b:1", "b:1"], ["c:1", "b:1"]]
    assert store.read("MATCH (p:Person) RETURN p.person AS p")["p"].tolist() == ["b:1"]
    found = identity.identity_report(store)
    assert (found["accounts"], found["persons"], found["linked"], found["by_rule"]) == (4, 3, 2, {"contact_key": 1})
    assert not [line for line in store.decisions() if {line.account, line.other} & gone]
    store.forget(["b:1", "c:1"])
    identity.settle(store)
    assert (len(rows(store, "identities")), store.decisions()) == (0, [])


def test_a_load_settles_identities_in_the_same_write(store: Store) -> None:
    people = {"a:1": "k", "b:1": "k", "c:1": None}
    consumers = pd.DataFrame({"consumer": list(people), "contact_key": list(people.values())})
    follows = pd.DataFrame({"follower": ["only:mentioned"], "followee": ["a:1"]})
    settlement = identity.settlement(pd.DataFrame({"account": ["c:1", "only:mentioned"], "person": ["p", "p"]}))
    assert store.upsert({"consumers": consumers, "follows": follows}, settlement=settlement).wrote
    settled = [["a:1", "a:1"], ["b:1", "a:1"], ["c:1", "p"], ["only:mentioned", "p"]]
    assert rows(store, "identities").to_numpy().tolist() == settled
    assert [line.rule for line in store.decisions()] == ["contact_key", "source", "source"]
    assert not store.upsert({"consumers": consumers, "follows": follows}, settlement=settlement).wrote
    assert len(store.decisions()) == 3
    store.forget(["b:1"])
    assert store.upsert({"consumers": consumers[:1]}, settlement=identity.settlement()).wrote
    assert rows(store, "identities").to_numpy().tolist() == settled[2:]


def test_the_queries_of_the_formula_count_persons_as_the_analysis_does(store: Store) -> None:
    rng = np.random.default_rng(1)
    ids = [f"{name}:{i}" for name in ("notes", "forum") for i in range(8)]
    days = np.datetime64("2024-01-01", "us") + rng.integers(0, 300 * 86_400 * 10**6, 120).astype("timedelta64[us]")
    undated = pd.Series(days).where(rng.random(120) < 0.7)
    ends = pd.DataFrame({"follower": rng.choice(ids[8:], 40), "followee": rng.choice(ids[8:], 40)})
    follows = ends[ends["follower"] != ends["followee"]].drop_duplicates().assign(since=undated)
    reviews = [f"r:{i}" for i in range(60)]
    store.upsert(
        {
            "consumers": pd.DataFrame({"consumer": ids, "platform": [name.split(":")[0] for name in ids]}),
            "reviews": pd.DataFrame(
                {
                    "review": reviews,
                    "consumer": rng.choice(ids, 60),
                    "product": pd.Series(rng.choice(["p:1", "p:2", "p:3", "p:4"], 60)).where(rng.random(60) < 0.6),
                    "created_at": days[:60],
                }
            ),
            "follows": follows,
            "identities": pd.DataFrame(
                {
                    "account": ["notes:0", "forum:0", "notes:1", "forum:1", "forum:2", "notes:3", "notes:4"],
                    "person": ["one", "one", "two", "two", "two", "three", "three"],
                }
            ),
            "engagements": pd.DataFrame(
                {
                    "engagement": [f"e:{i}" for i in range(60)],
                    "consumer": rng.choice(ids, 60),
                    "review": rng.choice(reviews, 60),
                    "created_at": undated[60:].reset_index(drop=True),
                }
            ),
        }
    )
    last = days[:60].max()
    at = (last - np.datetime64(0, "us")) / np.timedelta64(1, "D")
    for platform, people in ((None, 12), ("notes", 7), ("forum", 7)):
        log = graphkoc.project(store, platform=platform).log()
        assert len(log.network) == people
        asked = {"at": pd.Timestamp(last).isoformat()} | ({"platform": platform} if platform else {})
        for name, measure in (("own_activity", activity), ("audience_activity", audience_activity)):
            expected = measure(log, at)
            assert (expected > 0).sum() >= 5
            found = [
                graphkoc.run_query(store, name, consumer=one, **asked)["activity"].fillna(0)[0]
                for one in log.network.ids
            ]
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_identities_are_the_same_on_every_store(store: Store) -> None:
    people = pd.DataFrame(
        {
            "consumer": ["a:1", "b:1", "b:2", "c:1"],
            "platform": ["a", "b", "b", "c"],
            "contact_key": ["k", "k", None, None],
            "bio": [None, None, None, "b: 2"],
        }
    )
    store.upsert({"consumers": people})
    identity.settle(store)
    found = rows(store, "identities")
    assert found.to_numpy().tolist() == [["a:1", "a:1"], ["b:1", "a:1"]]
    identity.link_accounts(store, "b:2", "c:1", "met them")
    assert rows(store, "identities")["person"].tolist() == ["a:1", "a:1", "b:2", "b:2"]
    identity.unlink_accounts(store, "b:2")
    pd.testing.assert_frame_equal(rows(store, "identities"), found)
    report = identity.identity_report(store)
    assert (report["accounts"], report["persons"], report["linked"], report["unknown"]) == (4, 3, 2, 2)
