"""What each query of `cypher/explore/` answers on a graph whose answers are known by hand, on every store."""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import little_store
import neo4j_jars
import neo4j_server
import pandas as pd
import pytest
from pack_graph import small_graph
from pages import ROOT

from graphkoc.errors import QueryError
from graphkoc.stores import Store, open_store, queries

PACK = {name.rpartition("/")[2]: query for name, query in queries.queries().items() if name.startswith("explore/")}

AT = datetime(2025, 6, 1, 12)

GIVEN = {"campaign": "plan:spring", "consumer": "x:ann", "niche": "n1", "circle": "c1", "brand": "Tea House", "at": AT}
"""What is asked for by a parameter without a default, where OTHERS has nothing else."""

OTHERS = {
    "answers": {"campaign": "campaign:autumn"},
    "campaign_posts": {"campaign": "campaign:autumn"},
    "circle_links": {"other": "c3"},
    "overlap_drawn": {"other": "x:cyd"},
    "paths_between": {"other": "x:dan"},
    "people_of_two_niches": {"other": "n2"},
    "unreached": {"niche": "n2"},
}


def halved(*times: str) -> float:
    """The activity of reviews of these times at AT."""
    return sum(0.5 ** ((AT - datetime.fromisoformat(time)).total_seconds() / 86_400 / 90) for time in times)


ANSWERS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    # start
    "sizes": (
        "what how_many",
        [
            *(("consumers", 13), ("products", 4), ("reviews", 15), ("follows", 12), ("engagements", 6)),
            *(("purchases", 4), ("memberships", 1), ("identities", 6)),
            *(("campaigns", 4), ("invitations", 10), ("campaign_events", 7), ("posts", 1), ("campaign_units", 1)),
            *(("feedback", 3), ("loads", 2), ("runs", 2)),
            *(("people analysed", 9), ("people with a rank", 3), ("niches", 3), ("circles", 3)),
        ],
    ),
    "shown_run": (
        "run at made_at platform until method signal warning people reviews invented version follows_on",
        [
            (
                *("second", "2025-06-01T12:00:00", "2025-06-02T00:00:00", None, None, "forecast", "yes", None),
                *(9, 12, "all", "1", "first"),
            )
        ],
    ),
    "loaded": (
        "loaded_at source rows rejected read load",
        [
            ("2025-06-03T10:00:00", "shop", 4, 0, "no", "shop-1"),
            ("2025-05-30T10:00:00", "xhs", 30, 2, "yes", "xhs-1"),
        ],
    ),
    # kocs
    "top_kocs": (
        "place consumer name niche audience score reasons",
        [
            (1, "i:ann", "Ann", "Tea", 3, 3.5, ("3 follow-on reviews", "1 listener whom nobody else reaches")),
            (2, "x:bob", "Bob", "Tea", 3, 2.25, ("2 follow-on reviews",)),
            (3, "i:cyd", "Cyd", "Toys", 2, 1.0, None),
        ],
    ),
    "kocs_and_listeners": (
        "koc hears listener",
        [
            *(("Ann", 1.0, "Gus"), ("Ann", 1.0, "Bob"), ("Ann", 1.0, "Eve")),
            *(("Bob", 1.0, "Gus"), ("Bob", 1.0, "Eve"), ("Bob", 1.0, "Hal")),
            *(("Cyd", 1.0, "Gus"), ("Cyd", 2.0, "Fay")),
        ],
    ),
    "one_koc": (
        "person has what wrote review about product",
        [
            ("Ann", 1.0, "Ann's table", None, None, None, None),
            ("Ann", "", "Ann", "", "r:2", "", "Black leaf"),
            ("Ann", 1.0, "Tea", None, None, None, None),
            ("Ann", 1.0, "Green tea", None, None, None, None),
            ("Ann", "", "Ann", "", "r:10", None, None),
            ("Ann", "", "Ann", "", "r:1", "", "Green leaf"),
        ],
    ),
    "gates_of": (
        "gate result name role",
        [
            *((gate, "passed", "Ann", "koc") for gate in ("person", "active", "client", "creative", "small", "unpaid")),
            ("knit", "unknown", "Ann", "koc"),
        ],
    ),
    "nearly_kocs": (
        "consumer name failed audience reviews score",
        [("x:eve", "Eve", ("client", "creative"), 1, 1, 0.5), ("w:gus", "Gus", ("small",), 0, 2, None)],
    ),
    "rising": (
        "place place_before risen consumer name audience",
        [(3, 7, 4, "i:cyd", "Cyd", 2), (1, 2, 1, "i:ann", "Ann", 3)],
    ),
    "gone_quiet": (
        "place consumer name last_review reviews",
        [(2, "x:bob", "Bob", "2025-01-20T00:00:00", 1), (3, "i:cyd", "Cyd", "2024-11-01T00:00:00", 2)],
    ),
    "best_of_niches": (
        "niche name place consumer koc audience score",
        [
            ("n1", "Tea", 1, "i:ann", "Ann", 3, 3.5),
            ("n1", "Tea", 2, "x:bob", "Bob", 3, 2.25),
            ("n2", "Toys", 2, "x:bob", "Bob", 3, 2.25),
            ("n2", "Toys", 3, "i:cyd", "Cyd", 2, 1.0),
            ("n3", "Green tea", 1, "i:ann", "Ann", 3, 3.5),
        ],
    ),
    "reviews_to_read": (
        "person has account wrote review about product",
        [
            ("Ann", "", "Ann", "", "r:2", "", "Black leaf"),
            ("Ann", "", "Ann", "", "r:10", None, None),
            ("Ann", "", "Ann", "", "r:1", "", "Green leaf"),
        ],
    ),
    "comments_of": (
        "asks account wrote review comment reader",
        [
            (True, "Ann", "", "r:2", "多少钱？", "Gus"),
            (True, "Ann", "", "r:1", "Where do you buy it?", "Eve"),
            (False, "Ann", "", "r:1", "Nice", "Hal"),
        ],
    ),
    "follow_on_reviews": (
        "product title follower first_review follow_on",
        [
            ("p:green", "Green leaf", "w:gus", "2025-01-10T08:00:00.500000", "2025-04-01T23:59:59.999999"),
            ("p:green", "Green leaf", "x:eve", "2025-01-10T08:00:00.500000", "2025-03-05T00:00:00"),
            ("p:green", "Green leaf", "x:bob", "2025-01-10T08:00:00.500000", "2025-01-20T00:00:00"),
        ],
    ),
    "follow_ons_drawn": (
        "earlier follow_on",
        [
            (("Ann", "Ann", "r:1", "Green leaf"), ("Green leaf", "r:8", "Gus", "Gus")),
            (("Ann", "Ann", "r:1", "Green leaf"), ("Green leaf", "r:4", "Eve", "Eve")),
            (("Ann", "Ann", "r:1", "Green leaf"), ("Green leaf", "r:3", "Bob", "Bob")),
        ],
    ),
    "reviews_of": (
        "created_at product title category rating review account",
        [
            ("2025-05-01T00:00:00", None, None, None, None, "r:10", "x:ann"),
            ("2025-02-01T00:00:00", "p:black", "Black leaf", "Tea", 4.0, "r:2", "i:ann"),
            ("2025-01-10T08:00:00.500000", "p:green", "Green leaf", "Tea", 5.0, "r:1", "x:ann"),
        ],
    ),
    "own_activity": ("reviews activity", [(3, halved("2025-01-10T08:00:00.5", "2025-02-01", "2025-05-01"))]),
    "most_active": (
        "consumer name reviews since last_at",
        [
            ("i:ann", "Ann", 3, "2025-01-10T08:00:00.500000", "2025-05-01T00:00:00"),
            ("i:cyd", "Cyd", 2, "2024-10-01T00:00:00", "2024-11-01T00:00:00"),
            ("w:gus", "Gus", 2, "2025-04-01T23:59:59.999999", "2025-04-20T00:00:00"),
            ("x:ours", "Tea House", 2, "2025-05-10T00:00:00", "2025-05-11T00:00:00"),
            ("x:bob", "Bob", 1, "2025-01-20T00:00:00", "2025-01-20T00:00:00"),
            ("x:dan", "Dan", 1, "2025-01-15T00:00:00", "2025-01-15T00:00:00"),
            ("x:eve", "Eve", 1, "2025-03-05T00:00:00", "2025-03-05T00:00:00"),
            ("x:fay", "Fay", 1, "2025-03-01T00:00:00", "2025-03-01T00:00:00"),
            ("x:hal", "Hal", 1, None, None),
        ],
    ),
    # audience
    "most_followed": (
        "consumer name audience",
        [("i:ann", "Ann", 3), ("x:bob", "Bob", 3), ("i:cyd", "Cyd", 2), ("x:dan", "Dan", 2), ("x:eve", "Eve", 1)],
    ),
    "followers_of": (
        "consumer name reviews last_review",
        [
            ("w:gus", "Gus", 2, "2025-04-20T00:00:00"),
            ("x:bob", "Bob", 1, "2025-01-20T00:00:00"),
            ("x:eve", "Eve", 1, "2025-03-05T00:00:00"),
        ],
    ),
    "audience_activity": (
        "followers reviews activity",
        [(3, 4, halved("2025-01-20", "2025-03-05", "2025-04-01T23:59:59.999999", "2025-04-20"))],
    ),
    "shared_audience": (
        "consumer name other other_name shared share",
        [
            ("i:ann", "Ann", "x:bob", "Bob", 2, 2 / 3),
            ("i:ann", "Ann", "i:cyd", "Cyd", 1, 1 / 2),
            ("x:bob", "Bob", "i:cyd", "Cyd", 1, 1 / 2),
        ],
    ),
    "overlap_drawn": ("one hears_one listener hears_two two", [("Ann", 1.0, "Gus", 1.0, "Cyd")]),
    "only_theirs": ("person hears listener", [("Ann", 1.0, "Bob")]),
    "covering_set": (
        "place consumer name new reached people",
        [(1, "i:ann", "Ann", 3, 3, 5), (2, "x:bob", "Bob", 1, 4, 5)],
    ),
    "paths_between": ("path", [(("Ann", "Bob", "Hal", "Dan"),), (("Ann", "Gus", "Cyd", "Dan"),)]),
    "followers_of_followers": (
        "person hears between hears_them member member_of niche",
        [("Ann", 1.0, "Bob", 1.0, "Hal", 0.6, "Tea")],
    ),
    # niches
    "niche_map": (
        "niche inside wider of category",
        [
            ("Tea", None, None, "", "Tea"),
            ("Toys", None, None, "", "Toys"),
            ("Green tea", "", "Tea", None, None),
        ],
    ),
    "white_space": (
        "niche name people reached_kol only_koc nobody not_known white_space kocs kols",
        [
            ("n1", "Tea", 5, 1, 3, 0, 1, 3 / 5, 2, 0),
            ("n2", "Toys", 5, 1, 2, 1, 1, 3 / 5, 2, 1),
            ("n3", "Green tea", 2, 0, 1, 0, 1, 1 / 2, 1, 0),
        ],
    ),
    "niche_reach": (
        "niche name people reached_kol only_koc nobody not_known",
        [("n1", "Tea", 5, 1, 3, 0, 1), ("n2", "Toys", 5, 1, 2, 1, 1), ("n3", "Green tea", 2, 0, 1, 0, 1)],
    ),
    "niche_members": (
        "consumer name tier confidence part place",
        [
            ("i:ann", "Ann", "small", 1.0, "not_known", 1),
            ("x:bob", "Bob", "small", 0.9, "only_koc", 2),
            ("x:eve", "Eve", "small", 0.8, "only_koc", None),
            ("w:gus", "Gus", "tiny", 0.7, "only_koc", None),
            ("x:hal", "Hal", "tiny", 0.6, "reached_kol", None),
        ],
    ),
    "unreached": ("niche member_of member hears heard", [("Toys", 0.6, "Ivy", 1.0, "Eve")]),
    "reaches_niche": (
        "person reaches niche",
        [("Ann", 3, "Tea"), ("Bob", 3, "Tea"), ("Cyd", 1, "Tea"), ("Dan", 1, "Tea")],
    ),
    "niche_products": (
        "members product in_category category of niche",
        [
            (4, "Green leaf", "", "Tea", "", "Tea"),
            (2, "Black leaf", "", "Tea", "", "Tea"),
            (1, "p:kite", None, None, None, "Tea"),
        ],
    ),
    "people_of_two_niches": ("niche in_one person in_other other", [("Tea", 0.9, "Bob", 1.0, "Toys")]),
    # circles
    "circle_ties": (
        "circle member_of member hears heard",
        [
            ("Ann's table", 1.0, "Ann", None, None),
            ("Ann's table", 0.9, "Bob", 1.0, "Ann"),
            ("Ann's table", 0.8, "Eve", 1.0, "Ann"),
            ("Ann's table", 0.8, "Eve", 1.0, "Bob"),
            ("Ann's table", 0.7, "Gus", 1.0, "Ann"),
            ("Ann's table", 0.7, "Gus", 1.0, "Bob"),
        ],
    ),
    "circle_members": (
        "consumer name tier confidence part place hears_inside",
        [
            ("i:ann", "Ann", "small", 1.0, "not_known", 1, 0),
            ("x:bob", "Bob", "small", 0.9, "only_koc", 2, 1),
            ("x:eve", "Eve", "small", 0.8, "only_koc", None, 2),
            ("w:gus", "Gus", "tiny", 0.7, "only_koc", None, 2),
        ],
    ),
    "circle_reach": (
        "circle name people reached_kol only_koc nobody not_known",
        [("c1", "Ann's table", 4, 0, 3, 0, 1), ("c2", "Robots", 3, 1, 1, 0, 1), ("c3", "Quiet", 2, 1, 0, 1, 0)],
    ),
    "circles_and_niches": (
        "circle carries niche",
        [
            ("Ann's table", 2.25, "Green tea"),
            ("Ann's table", 1.8, "Tea"),
            ("Robots", 1.8, "Toys"),
            ("Quiet", None, None),
        ],
    ),
    "circle_links": ("circle in_one person in_other other bridged_to", [("Ann's table", "", "Bob", "", "Quiet", 2)]),
    "circles_without_koc": (
        "circle name people kols stability evidence carries",
        [("c3", "Quiet", 2, 0, 0.5, "no tie inside", None)],
    ),
    "circles": (
        "circle name people stability status change kocs kols inside_share evidence",
        [
            ("c1", "Ann's table", 4, 1.0, "published", "grown", 2, 0, 0.625, "5 of 8 ties inside"),
            ("c2", "Robots", 3, 0.75, "published", None, 1, 1, 0.5, None),
            ("c3", "Quiet", 2, 0.5, "tentative", "born", 0, 0, 0.0, "no tie inside"),
        ],
    ),
    "changes": (
        "event happened_to of",
        [
            ("Ann's table grew from 3 to 4", "", "Ann's table"),
            ("Quiet is new", "", "Quiet"),
            ("Kites is gone", None, None),
        ],
    ),
    # products
    "first_on": (
        "product about review wrote account has person",
        [
            ("Robot", "", "r:5", "", "Cyd", "", "Cyd"),
            ("Robot", "", "r:6", "", "Cyd", "", "Cyd"),
            ("Robot", "", "r:7", "", "Dan", "", "Dan"),
            ("Robot", "", "r:9", "", "Fay", "", "Fay"),
            ("Robot", "", "r:13", "", "Tea House", None, None),
            ("Green leaf", "", "r:1", "", "Ann", "", "Ann"),
            ("Green leaf", "", "r:3", "", "Bob", "", "Bob"),
            ("Green leaf", "", "r:4", "", "Eve", "", "Eve"),
            ("Green leaf", "", "r:8", "", "Gus", "", "Gus"),
            ("Black leaf", "", "r:2", "", "Ann", "", "Ann"),
        ],
    ),
    "our_products": (
        "product about review wrote account has person",
        [
            ("Green leaf", "", "r:1", "", "Ann", "", "Ann"),
            ("Green leaf", "", "r:3", "", "Bob", "", "Bob"),
            ("Green leaf", "", "r:8", "", "Gus", "", "Gus"),
            ("Green leaf", "", "r:4", "", "Eve", "", "Eve"),
        ],
    ),
    "share_of_voice": (
        "niche name brand people reviews share",
        [
            ("n1", "Tea", "Tea House", 4, 4, 4 / 6),
            ("n1", "Tea", "Rival", 2, 2, 2 / 6),
            ("n2", "Toys", "Rival", 3, 4, 4 / 5),
            ("n2", "Toys", "Tea House", 1, 1, 1 / 5),
            ("n3", "Green tea", "Tea House", 2, 2, 2 / 3),
            ("n3", "Green tea", "Rival", 1, 1, 1 / 3),
        ],
    ),
    "stars_by_month": ("year month reviews stars", [(2025, 1, 2, 4.5), (2025, 3, 1, 2.0), (2025, 4, 1, 3.0)]),
    "categories": ("category reviews people products", [("Tea", 6, 5, 2), ("Toys", 6, 4, 1)]),
    # trade
    "several_platforms": (
        "person belongs account",
        [(one, "", one) for one in ("Ann", "Ann", "Cyd", "Cyd", "Gus", "Gus")],
    ),
    "kocs_who_buy": ("place consumer name orders code with_code", [(1, "i:ann", "Ann", 2, "ANN10", 1)]),
    "paid_and_gifted": (
        "place consumer name reviews paid gifted",
        [(1, "i:ann", "Ann", 3, 0.0, 1 / 3), (2, "x:bob", "Bob", 1, 0.0, 0.0), (3, "i:cyd", "Cyd", 2, 0.0, 0.0)],
    ),
    "patterns": (
        "person has account wrote review copied original original_wrote author",
        [("Bob", "", "Bob", "", "r:3", "", "r:1", "", "Ann")],
    ),
    # campaigns
    "campaigns": (
        "campaign name kind client product first_day last_day roster reserve",
        [
            (
                *("plan:spring", "Spring", "plan", "Tea House", "Green leaf"),
                *("2025-07-01T00:00:00", "2025-07-31T00:00:00", 2, 1),
            ),
            (
                *("campaign:autumn", "Autumn", "campaign", "Tea House", "Green leaf"),
                *("2024-10-01T00:00:00", "2024-10-31T00:00:00", 3, 1),
            ),
            ("focus-group:none", "focus-group:none", "focus-group", None, None, None, None, 0, 0),
            ("focus-group:tea", "Tea", "focus-group", None, None, None, None, 3, 0),
        ],
    ),
    "never_posted": (
        "campaign first_day consumer name status invited_at received_at",
        [
            (
                *("campaign:autumn", "2024-10-01T00:00:00", "w:gus", "Gus", "received"),
                *("2024-09-20T00:00:00", "2024-10-06T00:00:00"),
            ),
            (
                *("campaign:autumn", "2024-10-01T00:00:00", "x:dan", "Dan", "declined"),
                *("2024-09-21T00:00:00", None),
            ),
            ("focus-group:tea", None, "x:cyd", "Cyd", "invited", "2025-05-01T00:00:00", None),
        ],
    ),
    "critical": (
        "campaign consumer name product stars answer given_at status posts reviews_since stars_since",
        [
            (
                *("focus-group:tea", "x:eve", "Eve", None, 1.0, "too sweet", "2025-04-01T00:00:00", None),
                *(0, 0, None),
            ),
            (
                *("campaign:autumn", "i:ann", "Ann", "Green leaf", 2.0, "the lid drips", "2024-10-10T00:00:00"),
                *("posted", 1, 1, 5.0),
            ),
        ],
    ),
    "not_asked_lately": (
        "place consumer name last_asked campaigns",
        [(1, "i:ann", "Ann", "2024-09-20T00:00:00", 1)],
    ),
    "rivals_advertised": (
        "consumer name rival paid gifted last_review",
        [
            ("x:dan", "Dan", "Rival", 1, 0, "2025-01-15T00:00:00"),
            ("i:ann", "Ann", "Rival", 0, 1, "2025-02-01T00:00:00"),
        ],
    ),
    "units": (
        "campaign product title channel enrolled_at offered claimed shipped received reviewed",
        [("campaign:autumn", "p:green", "Green leaf", "Vine", "2024-09-15T00:00:00", 10, 8, 8, 7, 5)],
    ),
    "campaign_posts": ("campaign post account has person", [("Autumn", "t:1", "Ann", "", "Ann")]),
    "answers": (
        "account gave answer to campaign concerns product",
        [
            ("Ann", "", "2024-10-10 · 2.0 stars", "", "Autumn", "", "Green leaf"),
            ("Gus", "", "2024-10-12 · 5.0 stars", "", "Autumn", "", "Green leaf"),
        ],
    ),
    "invited": (
        "place wave role consumer name status consent checks patterns",
        [
            ("roster", 1, "koc", "i:ann", "Ann", "accepted", "yes", ("texts: read two of them",), None),
            ("roster", 2, "kol", "x:dan", "Dan", None, "unknown", None, None),
            ("reserve", None, None, "x:eve", "Eve", None, None, None, None),
        ],
    ),
    "on_no_list": (
        "place consumer name audience last_review checks",
        [(2, "x:bob", "Bob", 3, "2025-01-20T00:00:00", None)],
    ),
    "in_several": (
        "campaign invited account has person",
        [
            *(("Autumn", "", "Ann", "", "Ann"), ("Tea", "", "Ann", "", "Ann"), ("Spring", "", "Ann", "", "Ann")),
            *(("Autumn", "", "Dan", "", "Dan"), ("Spring", "", "Dan", "", "Dan")),
        ],
    ),
    "niches_of_campaign": (
        "niche name heard reached people share",
        [
            ("n1", "Tea", 2, 4, 5, 4 / 5),
            ("n2", "Toys", 2, 2, 5, 2 / 5),
            ("n3", "Green tea", 1, 1, 2, 1 / 2),
        ],
    ),
    "prices": (
        "place consumer name quote followers audience consent",
        [
            (1, "i:ann", "Ann", 120.0, 700, 3, "yes"),
            (2, "x:bob", "Bob", None, None, 3, "no"),
            (3, "i:cyd", "Cyd", 80.5, None, 2, None),
        ],
    ),
}
"""Columns and rows of each query; a node is shown by its name, a review by its key, and an edge by
what is on it ("" for nothing)."""

DRAWN = (
    *("model", "kocs_and_listeners", "one_koc", "reviews_to_read", "comments_of", "follow_ons_drawn", "overlap_drawn"),
    *("only_theirs", "paths_between", "followers_of_followers", "niche_map", "unreached", "reaches_niche"),
    *("niche_products", "people_of_two_niches", "circle_ties", "circles_and_niches", "circle_links", "changes"),
    *("first_on", "our_products", "several_platforms", "patterns", "in_several", "campaign_posts", "answers"),
)
"""The queries of which Neo4j Browser draws a graph."""

FEW = ("Campaign", "Circle", "Event", "Feedback", "Load", "Niche", "Run")
FEW += ("ACTIVATED", "ANSWERS", "INVITED", "OFFERED", "TRACKS")
"""Labels and types of which a graph has at most some thousand, so that reading them all costs nothing."""

READS_ALL = {
    "audience_activity": "whether a platform has follows is known from the first account with one, if there is any",
    "categories": "counts all reviews",
    "first_on": "the products with most reviews are found by reading the numbers of all products",
    "model": "takes the first relationship of each type, and stops",
    "most_active": "counts all reviews",
    "most_followed": "counts all follows",
    "nearly_kocs": "no index has the number of failed gates",
    "our_products": "no index has brands, and there are few products beside reviews",
    "several_platforms": "reads all links between accounts",
    "share_of_voice": "counts all reviews of all niches",
    "sizes": "counts everything, which Neo4j knows without reading where nothing is asked of a node",
    "stars_by_month": "no index has brands, and there are few products beside reviews",
}
"""The queries that read a whole label or relationship type, each with its reason."""


@pytest.fixture(scope="module", params=["ladybug", *neo4j_server.versions()])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with the small graph."""
    with pytest.MonkeyPatch.context() as patch:
        store = open_store(neo4j_server.empty_store(request.param, tmp_path_factory.mktemp("pack"), patch))
        for put, tables in zip((store.upsert, store.annotate), small_graph(), strict=True):
            put(tables)
        if request.param != "ladybug":
            # Plans are made of samples of the indexes, which a busy server takes late.
            with neo4j_server.shared_or_skip(request.param).driver() as driver:
                driver.execute_query("CALL db.prepareForReplanning(120)")
        yield store
        store.close()


def bound(name: str) -> dict[str, queries.Value]:
    """The values with which a query is asked."""
    given = GIVEN | OTHERS.get(name, {})
    return PACK[name].bind({p.name: given[p.name] for p in PACK[name].parameters if p.default is None})


@functools.cache
def prefixes(store: Store) -> list[str]:
    """What to write before a query, to ask it as it is, and under each version of Cypher that the store knows."""
    found = [""]
    for prefix in ("CYPHER 5 ", "CYPHER 25 ") if store.dialect == "neo4j" else ():
        with contextlib.suppress(QueryError):
            store.read(f"{prefix}RETURN 1 AS one")
            found.append(prefix)
    return found


def texts(store: Store, name: str) -> list[str]:
    """The query under each version of Cypher."""
    return [prefix + PACK[name].text(store.dialect) for prefix in prefixes(store)]


@pytest.mark.every_release
def test_every_server_knows_cypher_5_and_the_newest_knows_cypher_25_too(store: Store, request: Any) -> None:
    wanted = {"ladybug": [""], neo4j_jars.LTS: ["", "CYPHER 5 "]}.get(request.node.callspec.params["store"])
    assert prefixes(store) in ([wanted] if wanted else [["", "CYPHER 5 "], ["", "CYPHER 5 ", "CYPHER 25 "]])


def shown(value: Any) -> Any:
    """A value as ANSWERS has it."""
    if isinstance(value, tuple):
        return tuple(map(shown, value))
    if isinstance(value, dict):
        told = ("review", "post", "name", "text", "weight", "confidence", "reached", "lift", "ties")
        return next((value[key] for key in told if key in value), "")
    if value is pd.NaT or value is pd.NA or value != value:
        return None
    return value.isoformat() if isinstance(value, datetime) else value


def test_every_query_of_the_pack_has_an_answer_here() -> None:
    assert set(ANSWERS) == set(PACK) - {"model"}
    assert set(DRAWN) < set(PACK)
    assert set(READS_ALL) < set(PACK)


def test_the_page_lists_every_query_in_its_folder_and_says_which_of_them_draw() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    listed = [
        (folder, name, cell is drawing)
        for folder, returning, drawing in re.findall(r"^\| (\w+) \| (`.*?) \| (`.*?)? ?\|$", page, re.MULTILINE)
        for cell in (returning, drawing)
        for name in re.findall(r"`(\w+)`", cell)
    ]
    assert sorted(listed) == sorted((query.name.split("/")[1], name, name in DRAWN) for name, query in PACK.items())


@pytest.mark.every_release
@pytest.mark.parametrize("name", ANSWERS)
def test_a_query_answers_what_is_known_by_hand_under_every_version_of_cypher(store: Store, name: str) -> None:
    columns, rows = ANSWERS[name]
    for text in texts(store, name):
        found = store.read(text, bound(name))
        assert found.columns.tolist() == columns.split()
        lines = [tuple(map(shown, row)) for row in found.astype(object).itertuples(index=False)]
        if "ORDER BY" not in text:
            lines, rows = sorted(lines), sorted(rows)
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            assert all(
                one == pytest.approx(other) if isinstance(other, float) else one == other
                for one, other in zip(line, row, strict=True)
            ), f"{line} instead of {row}"


@pytest.mark.every_release
def test_the_example_of_the_model_has_one_of_each_relationship(store: Store) -> None:
    keys = ("campaign", "person", "review", "product", "category", "consumer", "group", "circle", "niche", "event")
    keys += ("run", "load", "feedback")
    for text in texts(store, "model"):
        (row,) = store.read(text, bound("model")).to_dict("records")
        found = {name: [next(key for key in keys if key in node) for node in path] for name, path in row.items()}
        assert found == {
            "wrote": ["consumer", "review", "product", "category"],
            "follows": ["consumer", "consumer"],
            "engaged": ["consumer", "review"],
            "purchased": ["consumer", "product"],
            "joined": ["consumer", "group"],
            "linked": ["consumer", "person"],
            "account": ["person", "consumer"],
            "hears": ["person", "person"],
            "niche": ["person", "niche"],
            "reaches": ["person", "niche"],
            "finer": ["niche", "niche", "category"],
            "circle": ["person", "circle", "niche"],
            "bridge": ["person", "circle", "circle"],
            "event": ["event", "circle"],
            "copied": ["review", "review"],
            "invited": ["campaign", "consumer"],
            "tracks": ["campaign", "consumer"],
            "posted": ["campaign", "consumer"],
            "offered": ["campaign", "product"],
            "answered": ["consumer", "feedback", "campaign"],
            "concerns": ["feedback", "product"],
            "run": ["run", "load"],
        }


@pytest.mark.every_release
@pytest.mark.parametrize("store", neo4j_server.versions(), indirect=True)
@pytest.mark.parametrize("name", PACK)
def test_a_query_draws_a_graph_where_it_says_so(store: Store, request: pytest.FixtureRequest, name: str) -> None:
    server = neo4j_server.shared_or_skip(request.node.callspec.params["store"])
    with server.driver() as driver:
        graph = driver.execute_query(PACK[name].text("neo4j"), bound(name), result_transformer_=lambda r: r.graph())
    assert (len(graph.nodes) > 1, len(graph.relationships) > 0) == ((True, True) if name in DRAWN else (False, False))
    limit = re.search(r"^LIMIT (\S+)\s*\Z", PACK[name].text("neo4j"), re.MULTILINE)
    assert limit is None or limit[1].isdecimal() == (name in DRAWN), "a graph has a limit that needs no parameter"
    assert limit is not None or name not in DRAWN


@pytest.mark.every_release
@pytest.mark.parametrize("store", neo4j_server.versions(), indirect=True)
@pytest.mark.parametrize("name", PACK)
def test_a_query_reads_no_whole_label_but_for_a_reason(store: Store, name: str) -> None:
    plan = store.explain(PACK[name].text("neo4j"), bound(name))
    scans = plan.loc[plan["operator"].str.contains("Scan"), "details"]
    labels = scans.str.extract(r":(\w+)(?:$|\])")[0]
    assert bool(len(scans[~labels.isin(FEW)])) == (name in READS_ALL), scans.tolist()


def test_a_table_shows_nodes_by_name_and_the_first_items_of_a_list_and_json_has_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, found = small_graph()
    found["scores"].loc[0, "reasons"] = "first\nsecond\nthird\nfourth"
    with little_store.held(tmp_path / "graphkoc.lbug", raw) as store:
        store.annotate(found)

    def ask(*args: str) -> str:
        return little_store.asked(tmp_path, monkeypatch, "query", *args).output

    assert ask("top_kocs", "-p", "limit=1").splitlines()[2].endswith("  first; second; 2 more")
    drawn = ask("overlap_drawn", "-p", "consumer=x:ann", "-p", "other=x:cyd").splitlines()[2]
    assert re.split(r"  +", drawn) == ["Ann", "how follows, weight 1.000", "Gus", "how follows, weight 1.000", "Cyd"]
    path = ask("paths_between", "-p", "consumer=x:ann", "-p", "other=x:dan").splitlines()
    assert sorted(path[2:]) == ["Ann – Bob – Hal – Dan", "Ann – Gus – Cyd – Dan"]
    (row,) = json.loads(ask("top_kocs", "-p", "limit=1", "--format", "json"))
    assert row["reasons"] == ["first", "second", "third", "fourth"]
    (edge,) = json.loads(ask("overlap_drawn", "-p", "consumer=x:ann", "-p", "other=x:cyd", "--format", "json"))
    assert edge["hears_one"] == {"how": "follows", "weight": 1.0}
    assert edge["one"]["gates_failed"] == 0
