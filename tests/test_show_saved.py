"""A saved list in the graph: its people are invited there, survive an analysis, and are replaced by the next list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j_server
import pandas as pd
import pytest
from pack_graph import small_graph

import graphkoc
from graphkoc.stores import Store, open_store

PEOPLE: list[dict[str, Any]] = [
    {"consumer": "x:ann", "role": "koc", "place": "roster", "wave": 1, "status": "invited", "selling": 120.0},
    {"consumer": "x:dan", "role": "kol", "wave": 2},
    {"consumer": "x:bob", "role": "koc", "place": "reserve"},
]


@pytest.fixture(params=["ladybug", *neo4j_server.versions()])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The small graph, without campaigns."""
    raw, found = small_graph()
    store = open_store(neo4j_server.empty_store(request.param, tmp_path, monkeypatch))
    store.upsert({name: frame for name, frame in raw.items() if name not in ("campaigns", "invitations")})
    store.annotate(found)
    yield store
    store.close()


def a_plan(*people: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "plan", "name": "春季 1", "made_at": "2025-05-01T09:00:00+00:00", "people": [*people]} | more


def invited(store: Store) -> list[tuple[Any, ...]]:
    """Campaign, person, role, place, wave and status of each invitation."""
    shown = ["campaign", "consumer", "role", "place", "wave", "status"]
    rows = store.table("invitations", shown).sort_values(["campaign", "consumer"]).astype(object)
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows.itertuples(index=False)]


@pytest.mark.every_release
def test_the_people_of_a_list_are_invited_in_the_graph(store: Store) -> None:
    about = {
        "client": "Tea House",
        "product": "Green leaf",
        "starts": "2025-07-01",
        "ends": "2025-07-31T22:00:00+02:00",
    }
    assert graphkoc.show_saved(store, a_plan(*PEOPLE, **about))
    assert invited(store) == [
        ("plan:春季 1", "x:ann", "koc", "roster", 1, "invited"),
        ("plan:春季 1", "x:bob", "koc", "reserve", None, None),
        ("plan:春季 1", "x:dan", "kol", "roster", 2, None),
    ]
    (campaign,) = store.table("campaigns").to_dict("records")
    assert campaign == {
        "campaign": "plan:春季 1",
        "name": "春季 1",
        "kind": "plan",
        "product": "Green leaf",
        "client": "Tea House",
        "starts": pd.Timestamp("2025-07-01"),
        "ends": pd.Timestamp("2025-07-31T20:00"),
    }
    found = store.read("MATCH (c:Campaign)-[:INVITED]->(a:Consumer)<-[:HAS_ACCOUNT]-(p:Person) RETURN c.name, p.name")
    assert sorted(map(tuple, found.to_numpy())) == [("春季 1", "Ann"), ("春季 1", "Bob"), ("春季 1", "Dan")]
    assert not graphkoc.show_saved(store, a_plan(*PEOPLE, **about)), "the same list changes nothing"


def test_a_list_that_is_saved_again_replaces_its_people_and_no_others(store: Store) -> None:
    other = a_plan({"consumer": "x:eve"}, kind="focus-group", name="group")
    for document in (other, a_plan(*PEOPLE), a_plan(PEOPLE[1], {"consumer": "x:eve"})):
        assert graphkoc.show_saved(store, document)
    assert [(row[0], row[1]) for row in invited(store)] == [
        ("focus-group:group", "x:eve"),
        ("plan:春季 1", "x:dan"),
        ("plan:春季 1", "x:eve"),
    ]
    assert graphkoc.show_saved(store, a_plan())
    assert [row[0] for row in invited(store)] == ["focus-group:group"]
    assert len(store.table("campaigns")) == 2


def test_a_new_analysis_leaves_the_lists(store: Store) -> None:
    graphkoc.show_saved(store, a_plan(*PEOPLE))
    before = invited(store)
    store.annotate(small_graph()[1])
    assert invited(store) == before
    assert graphkoc.run_query(store, "invited", campaign="plan:春季 1")["consumer"].tolist() == [
        "x:ann",
        "x:dan",
        "x:bob",
    ]


def test_somebody_who_was_forgotten_does_not_come_back_with_an_old_list(store: Store) -> None:
    store.forget(["x:dan"])
    graphkoc.show_saved(store, a_plan(*PEOPLE))
    assert [row[1] for row in invited(store)] == ["x:ann", "x:bob"]
    assert "x:dan" not in set(store.table("consumers", ["consumer"])["consumer"])
    assert store.forget(["x:bob"])["invitations"] == 1


def test_what_the_graph_has_no_word_for_is_left_out(store: Store) -> None:
    strange = {"consumer": "x:ann", "role": "guest", "wave": "first", "status": 3, "place": "roster"}
    graphkoc.show_saved(store, a_plan(strange))
    assert invited(store) == [("plan:春季 1", "x:ann", None, "roster", None, "3")]
