"""Saved lists and running campaigns in the graph: people, journal, posts, units and answers, as the files have them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import neo4j_server
import pandas as pd
import pytest
from pack_graph import small_graph

import graphkoc
from graphkoc.activate.running import journal
from graphkoc.campaigns import showing
from graphkoc.errors import UsageError
from graphkoc.invite.saved import plans_folder, save_list
from graphkoc.runs.ledger import add_entries
from graphkoc.stores import CAMPAIGNS, Store, open_store

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
    store.upsert({name: frame for name, frame in raw.items() if name not in CAMPAIGNS})
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


def a_campaign(*people: dict[str, Any], **more: Any) -> dict[str, Any]:
    about: dict[str, Any] = {
        "kind": "campaign",
        "name": "spring",
        "plan": "春季 1",
        "product": "Green leaf",
        "starts": "2025-05-01",
    }
    return about | {"made_at": "2025-05-01T10:00:00+00:00", "people": [*people]} | more


def write_ledgers(folder: Path) -> None:
    """A campaign of three people with everything that can be known of one, and a group that was asked."""
    save_list(folder, a_campaign(*PEOPLE, {"consumer": "x:gone"}))
    events: list[tuple[str, str, str, dict[str, Any]]] = [
        ("x:ann", "invited", "2025-05-02", {}),
        ("x:ann", "received", "2025-05-06", {"tracking": "SF1"}),
        ("x:ann", "posted", "2025-05-10", {"url": "https://x.example/1"}),
        ("x:dan", "invited", "2025-05-02", {}),
        ("x:dan", "paid", "2025-05-03", {"amount": 80.5, "currency": "EUR"}),
        ("x:gone", "invited", "2025-05-02", {}),
    ]
    rows = [{"consumer": one, "event": event, "happened_at": day, **more} for one, event, day, more in events]
    assert not journal.record(folder, "spring", rows, "status.xlsx", now=datetime(2025, 6, 1, tzinfo=UTC)).not_taken
    about: dict[str, Any] = {"at": "2025-06-01T00:00:00+00:00", "campaign": "spring", "file": "results.xlsx"}
    first: dict[str, Any] = {
        "post": "p1",
        "consumer": "x:ann",
        "url": "https://x.example/1?from=share",
        "measured_at": "2025-05-20",
    }
    newer = {"consumer": "x:ann", "url": "http://www.x.example/1/", "measured_at": "2025-05-25", "reads": 900}
    posts = [newer, first | {"reads": 100, "cost": 12.5}, {"post": "p2", "consumer": None, "reads": 5}]
    add_entries(folder / "posts.jsonl", lambda _: [about | post for post in posts])
    units = [{"product": "Green leaf", "channel": "Vine", "offered": 30}, {"product": "unknown", "offered": 1}]
    add_entries(folder / "units.jsonl", lambda _: [about | {"offer": None, **offer} for offer in units])
    answers: list[dict[str, Any]] = [
        {"campaign": "spring", "consumer": "x:ann", "product": "p:green", "rating": 2.0, "text": "the lid drips"},
        {"campaign": "group", "consumer": "x:eve", "product": "Bag", "rating": None, "text": "滴水"},
    ]
    add_entries(folder / "feedback.jsonl", lambda _: [about | answer for answer in answers])


def values(store: Store, table: str, columns: str) -> list[tuple[Any, ...]]:
    """These columns of a table, sorted, with None for what is not known."""
    rows = store.table(table, columns.split()).astype(object)
    return sorted((tuple(None if pd.isna(cell) else cell for cell in row) for row in rows.to_numpy()), key=str)


@pytest.mark.every_release
def test_a_campaign_is_shown_with_all_that_its_ledgers_have_and_its_plan_goes(store: Store, tmp_path: Path) -> None:
    runs, folder = tmp_path / "runs", tmp_path / "runs" / "campaigns"
    save_list(plans_folder(runs / "run"), group := a_plan({"consumer": "x:eve"}, kind="focus-group", name="group"))
    graphkoc.show_saved(store, a_plan(*PEOPLE))
    write_ledgers(folder)
    products = len(store.table("products"))
    assert showing.show_campaign(store, folder, "spring")
    assert not showing.show_campaign(store, folder, "spring"), "the same ledgers change nothing"
    assert values(store, "campaigns", "campaign product") == [("campaign:spring", "Green leaf")]
    day = pd.Timestamp
    assert values(store, "invitations", "consumer status incentive invited_at received_at") == [
        ("x:ann", "posted", "gift", day("2025-05-02"), day("2025-05-06")),
        ("x:bob", "reserve", "gift", None, None),
        ("x:dan", "invited", "paid", day("2025-05-02"), None),
    ]
    assert values(store, "campaign_events", "entry consumer event tracking amount") == [
        ("campaign:1", "x:ann", "invited", None, None),
        ("campaign:2", "x:ann", "received", "SF1", None),
        ("campaign:3", "x:ann", "posted", None, None),
        ("campaign:4", "x:dan", "invited", None, None),
        ("campaign:5", "x:dan", "paid", None, 80.5),
    ]
    assert values(store, "posts", "post consumer reads cost") == [
        ("campaign:spring:x.example/1", "x:ann", 900, 12.5)
    ], "the newest figures of a post stand, whatever its address is written like"
    assert values(store, "campaign_units", "product channel offered") == [("p:green", "Vine", 30)]
    assert values(store, "feedback", "campaign consumer product rating text") == [
        ("campaign:spring", "x:ann", "p:green", 2.0, "the lid drips")
    ]
    assert len(store.table("products")) == products, "no product is made up"
    assert showing.show_campaign(store, folder, "group")
    assert values(store, "feedback", "campaign consumer product text") == [
        ("campaign:spring", "x:ann", "p:green", "the lid drips"),
        ("focus-group:group", "x:eve", None, "滴水"),
    ]
    assert not graphkoc.show_saved(store, group, folder), "a group that is saved again keeps its answers"
    assert not graphkoc.show_saved(store, a_plan(*PEOPLE), folder), "the campaign stands for its plan"


def test_a_ledger_that_a_store_could_not_show_is_shown_by_the_next_call(store: Store, tmp_path: Path) -> None:
    write_ledgers(tmp_path)
    store.forget(["x:ann"])
    showing.show_campaign(store, tmp_path, "spring")
    assert [row[0] for row in values(store, "invitations", "consumer")] == ["x:bob", "x:dan"]
    assert values(store, "feedback", "consumer") == values(store, "posts", "consumer") == []
    store.upsert({"consumers": pd.DataFrame({"consumer": ["x:ann"]})})
    assert showing.show_campaign(store, tmp_path, "spring")
    assert values(store, "feedback", "consumer") == values(store, "posts", "consumer") == [("x:ann",)]
    with pytest.raises(UsageError, match="no saved plan or focus-group called 'summer'"):
        showing.show_campaign(store, tmp_path, "summer")


def test_a_gift_has_a_cost_and_somebody_with_a_fee_or_who_was_paid_is_paid(store: Store, tmp_path: Path) -> None:
    people: list[dict[str, Any]] = [
        {"consumer": "x:ann", "incentive": "gift", "cost": 30.0, "fee": 0.0},
        {"consumer": "x:bob", "cost": 30.0, "selling": 45.0},
        {"consumer": "x:cyd", "incentive": "sample", "fee": 500.0},
        {"consumer": "x:dan", "incentive": "paid"},
        {"consumer": "x:eve"},
    ]
    save_list(tmp_path, a_campaign(*people, plan=None))
    paid = [{"consumer": "x:eve", "event": "paid", "happened_at": "2025-05-03", "amount": 80.0}]
    assert not journal.record(tmp_path, "spring", paid, "status.xlsx", now=datetime(2025, 6, 1, tzinfo=UTC)).not_taken
    showing.show_campaign(store, tmp_path, "spring")
    assert values(store, "invitations", "consumer incentive") == [
        *(("x:ann", "gift"), ("x:bob", "gift"), ("x:cyd", "paid"), ("x:dan", "paid"), ("x:eve", "paid"))
    ]
