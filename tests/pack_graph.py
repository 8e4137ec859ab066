"""A small graph whose answers are known by hand: linked accounts, niches, circles, orders with codes, gifts, copies.

Three people have two accounts each. Ann writes with `x:ann`, and is followed as `i:ann`, so that whatever counts one
account alone answers wrongly. All of it is made up; the figures that an analysis would find are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from graphkoc.tables.schema import TABLES

__all__ = ["small_graph"]


def table(columns: str, *rows: Sequence[Any]) -> pd.DataFrame:
    """A frame of these columns; times are ISO text."""
    return pd.DataFrame(rows, columns=columns.split())


def typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the types of the table of that name."""
    for column in (column for column in TABLES[name] if column.name in frame):
        if column.kind == "time":
            frame[column.name] = pd.to_datetime(frame[column.name], format="ISO8601").astype("datetime64[us]")
        elif column.kind == "integer":
            frame[column.name] = frame[column.name].astype("Int64")
    return frame


def small_graph() -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """The canonical tables, and the results of an analysis, in which every query finds something."""
    results = persons() | groups() | products() | runs()
    raw, found = ({name: typed(name, frame) for name, frame in made.items()} for made in (canonical(), results))
    return raw, found


def canonical() -> dict[str, pd.DataFrame]:
    """What was loaded."""
    accounts = (
        "x:ann",
        "i:ann",
        "x:bob",
        "x:cyd",
        "i:cyd",
        "x:dan",
        "x:eve",
        "x:fay",
        "x:gus",
        "w:gus",
        "x:hal",
        "x:ivy",
    )
    named: dict[str, str | None] = {"i:ann": None}
    stated = {"x:dan": 90_000, "i:ann": 700}
    platforms = {"x": "xiaohongshu", "i": "instagram", "w": "wecom"}
    return {
        "consumers": table(
            "consumer name platform followers kind",
            *((one, named.get(one, one[2:].title()), platforms[one[0]], stated.get(one), None) for one in accounts),
            ("x:ours", "Tea House", "xiaohongshu", 10, "brand"),
        ),
        "products": table(
            "product title brand category price",
            ("p:green", "Green leaf", "Tea House", "Tea", 12.5),
            ("p:black", "Black leaf", None, "Tea", None),
            ("p:robot", "Robot", None, "Toys", 30.0),
            ("p:kite", None, None, None, None),
        ),
        "reviews": table(
            "review consumer product rating title text created_at origin likes tags",
            *(
                (*row, *[None] * (10 - len(row)))
                for row in (
                    (
                        "r:1",
                        "x:ann",
                        "p:green",
                        5.0,
                        "Fresh",
                        "I drink it daily",
                        "2025-01-10T08:00:00.5",
                        None,
                        12,
                        "tea 绿茶",
                    ),
                    ("r:2", "i:ann", "p:black", 4.0, None, "Thanks for the box", "2025-02-01", "gifted"),
                    ("r:3", "x:bob", "p:green", 4.0, None, "I drink it daily too", "2025-01-20"),
                    ("r:4", "x:eve", "p:green", 2.0, None, None, "2025-03-05"),
                    ("r:5", "x:cyd", "p:robot", 5.0, None, None, "2024-10-01"),
                    ("r:6", "i:cyd", "p:robot", 3.0, None, None, "2024-11-01"),
                    ("r:7", "x:dan", "p:robot", 5.0, None, None, "2025-01-15", "paid"),
                    ("r:8", "x:gus", "p:green", 3.0, None, None, "2025-04-01T23:59:59.999999"),
                    ("r:9", "x:fay", "p:robot", 1.0, None, None, "2025-03-01"),
                    ("r:10", "x:ann", None, None, "Notes", None, "2025-05-01"),
                    ("r:11", "x:hal", "p:black"),
                    ("r:12", "x:gus", "p:kite", 5.0, None, None, "2025-04-20"),
                    ("r:13", "x:ours", "p:robot", None, None, None, "2025-05-10"),
                    ("r:14", "x:ours", "p:robot", None, None, None, "2025-05-11"),
                )
            ),
        ),
        "follows": table(
            "follower followee since",
            ("x:bob", "i:ann", "2025-01-01"),
            ("x:eve", "i:ann", None),
            ("w:gus", "i:ann", None),
            ("x:gus", "x:ann", None),
            ("x:eve", "x:bob", None),
            ("x:gus", "x:bob", None),
            ("x:hal", "x:bob", None),
            ("x:hal", "x:dan", None),
            ("i:cyd", "x:dan", None),
            ("x:fay", "i:cyd", None),
            ("x:gus", "i:cyd", None),
            ("x:ivy", "x:eve", None),
        ),
        "engagements": table(
            "engagement consumer review kind parent created_at text likes",
            ("e:1", "x:eve", "r:1", "comment", None, "2025-01-11", "Where do you buy it?", 3),
            ("e:2", "x:hal", "r:1", "comment", None, "2025-01-12", "Nice", None),
            ("e:3", "x:gus", "r:2", "comment", None, "2025-02-02", "多少钱？", None),
            ("e:4", "x:ann", "r:1", "comment", "e:1", "2025-01-13", "At the station?", None),
            ("e:5", "x:bob", "r:1", "like", None, None, None, None),
            ("e:6", "x:hal", "r:mentioned", "like", None, None, None, None),
        ),
        "purchases": table(
            "order product consumer bought_at quantity amount currency code status",
            ("o:1", "p:green", "w:gus", "2025-02-10", 1.0, 12.5, "EUR", "ANN10", "paid"),
            ("o:2", "p:green", "x:ann", "2025-03-10", 2.0, 25.0, "EUR", None, "completed"),
            ("o:3", "p:green", "i:ann", "2025-04-10", 1.0, 11.25, "EUR", "ANN10", "completed"),
            ("o:3", "p:black", "i:ann", "2025-04-10", 1.0, 9.0, "EUR", "ANN10", "completed"),
        ),
        "memberships": table("group consumer role joined_at", ("g:tea", "w:gus", "owner", "2024-01-01")),
        "identities": table(
            "account person",
            ("x:ann", "person ann"),
            ("i:ann", "person ann"),
            ("x:cyd", "x:cyd"),
            ("i:cyd", "x:cyd"),
            ("x:gus", "person gus"),
            ("w:gus", "person gus"),
        ),
        "campaigns": table(
            "campaign name kind product client starts ends",
            ("plan:spring", "Spring", "plan", "Green leaf", "Tea House", "2025-07-01", "2025-07-31"),
            ("campaign:autumn", "Autumn", "campaign", "Green leaf", "Tea House", "2024-10-01", "2024-10-31"),
            ("focus-group:tea", "Tea", "focus-group", None, None, None, None),
            ("focus-group:none", None, "focus-group", None, None, None, None),
        ),
        "invitations": table(
            "campaign consumer role place wave status incentive invited_at received_at",
            *(
                (*row, *[None] * (9 - len(row)))
                for row in (
                    ("plan:spring", "x:dan", "kol", "roster", 2),
                    ("plan:spring", "i:ann", "koc", "roster", 1, "accepted"),
                    ("plan:spring", "x:eve", None, "reserve"),
                    ("focus-group:tea", "x:ann"),
                    ("focus-group:tea", "x:ivy", None, "roster"),
                    ("focus-group:tea", "x:cyd", None, "roster", None, "invited", None, "2025-05-01"),
                    ("campaign:autumn", "i:ann", "koc", "roster", 1, "posted", "gift", "2024-09-20", "2024-10-05"),
                    ("campaign:autumn", "w:gus", None, "roster", 1, "received", "gift", "2024-09-20", "2024-10-06"),
                    ("campaign:autumn", "x:dan", "kol", "roster", 1, "declined", "paid", "2024-09-21"),
                    ("campaign:autumn", "x:hal", None, "reserve"),
                )
            ),
        ),
        "campaign_events": table(
            "entry campaign consumer event happened_at url",
            ("j:1", "campaign:autumn", "i:ann", "invited", "2024-09-20", None),
            ("j:2", "campaign:autumn", "i:ann", "received", "2024-10-05", None),
            ("j:3", "campaign:autumn", "i:ann", "posted", "2024-10-20", "https://i.example/p/1"),
            ("j:4", "campaign:autumn", "w:gus", "invited", "2024-09-20", None),
            ("j:5", "campaign:autumn", "w:gus", "received", "2024-10-06", None),
            ("j:6", "campaign:autumn", "x:dan", "invited", "2024-09-21", None),
            ("j:7", "campaign:autumn", "x:dan", "declined", "2024-09-22", None),
        ),
        "posts": table(
            "post campaign consumer posted_at url reads likes",
            ("t:1", "campaign:autumn", "i:ann", "2024-10-20", "https://i.example/p/1", 900, 40),
        ),
        "campaign_units": table(
            "offer campaign product channel enrolled_at offered claimed shipped received reviewed",
            ("u:1", "campaign:autumn", "p:green", "Vine", "2024-09-15", 10, 8, 8, 7, 5),
        ),
        "feedback": table(
            "feedback consumer campaign product rating text given_at",
            ("f:1", "i:ann", "campaign:autumn", "p:green", 2.0, "the lid drips", "2024-10-10"),
            ("f:2", "w:gus", "campaign:autumn", "p:green", 5.0, "盖子很好", "2024-10-12"),
            ("f:3", "x:eve", "focus-group:tea", None, 1.0, "too sweet", "2025-04-01"),
        ),
        "loads": table(
            "load source loaded_at files rows rejected",
            ("xhs-1", "xhs", "2025-05-30T10:00:00", "[]", 30, 2),
            ("shop-1", "shop", "2025-06-03T10:00:00", "[]", 4, 0),
        ),
    }


PERSON = {"Ann": "person ann", "Bob": "x:bob", "Cyd": "x:cyd", "Dan": "x:dan", "Eve": "x:eve", "Fay": "x:fay"}
PERSON |= {"Gus": "person gus", "Hal": "x:hal", "Ivy": "x:ivy"}


def persons() -> dict[str, pd.DataFrame]:
    """Everybody who was analysed, their accounts, and who hears whom."""
    fine = ("person", "active", "client", "creative", "small", "unpaid", "knit")

    def gates(**others: str) -> str:
        return "\n".join(f"{gate}: {others.get(gate, 'passed')}" for gate in fine)

    scores = table(
        "name consumer tier role part audience score rank rank_before niche circle reviews last_review quote followers"
        " consent client client_orders origin_paid origin_gifted reasons gates gates_failed patterns checks",
        (
            *("Ann", "i:ann", "small", "koc", "not_known", 3, 3.5, 1, 2, "n1", "c1", 3, "2025-05-01", 120.0, 700),
            *("yes", "yes", 2, 0.0, 1 / 3, "3 follow-on reviews\n1 listener whom nobody else reaches"),
            *(gates(knit="unknown"), 0, None, "texts: read two of them"),
        ),
        (
            *("Bob", "x:bob", "small", "koc", "only_koc", 3, 2.25, 2, 1, "n1", "c1", 1, "2025-01-20", None, None),
            *("no", "no", 0, 0.0, 0.0, "2 follow-on reviews", gates(client="failed"), 0),
            *("near copies: 1 of 1 reviews", None),
        ),
        (
            *("Cyd", "i:cyd", "unknown", "possible", "reached_kol", 2, 1.0, 3, 7, "n2", "c2", 2, "2024-11-01", 80.5),
            *(None, None, "not known", None, 0.0, 0.0, None, gates(small="unknown"), 0, None, None),
        ),
        (
            *("Dan", "x:dan", "wide", "kol", "not_known", 2, 4.0, None, None, "n2", "c2", 1, "2025-01-15", 5_000.0),
            *(90_000, "unknown", "not known", None, 1.0, 0.0, None, gates(small="failed"), 1, None, None),
        ),
        (
            *("Eve", "x:eve", "small", "none", "only_koc", 1, 0.5, None, 4, "n1", "c1", 1, "2025-03-05", None, None),
            *(None, "no", 0, 0.0, 0.0, None, gates(client="failed", creative="failed"), 1, None, None),
        ),
        (
            *("Fay", "x:fay", "tiny", "none", "only_koc", 0, None, None, None, "n2", "c2", 1, "2025-03-01", None, None),
            *(None, "no", 0, 0.0, 0.0, None, gates(active="failed", small="failed"), 2, None, None),
        ),
        (
            *("Gus", "w:gus", "tiny", "none", "only_koc", 0, None, None, None, "n1", "c1", 2, "2025-04-20", None, None),
            *(None, "yes", 1, 0.0, 0.0, None, gates(small="failed"), 1, None, None),
        ),
        (
            *("Hal", "x:hal", "tiny", "none", "reached_kol", 0, None, None, None, "n1", "c3", 1, None, None, None),
            *(None, "not known", None, 0.0, 0.0, None, gates(active="failed", small="failed"), 2, None, None),
        ),
        (
            *("Ivy", "x:ivy", "tiny", "none", "nobody", 0, None, None, None, "n2", "c3", 0, None, None, None),
            *(None, "not known", None, None, None, None, gates(active="failed", small="failed"), 2, None, None),
        ),
    )
    accounts = {"Ann": ("x:ann", "i:ann"), "Cyd": ("x:cyd", "i:cyd"), "Gus": ("x:gus", "w:gus")}
    hears = [
        ("Bob", "Ann", 1.0, "2025-01-01", 1_735_689_600_000, "follows"),
        *((one, "Ann", 1.0, None, None, "follows") for one in ("Eve", "Gus")),
        *((one, "Bob", 1.0, None, None, "follows") for one in ("Eve", "Gus", "Hal")),
        *((one, "Dan", 1.0, None, None, "follows") for one in ("Hal", "Cyd")),
        ("Fay", "Cyd", 2.0, None, None, "engaged"),
        ("Gus", "Cyd", 1.0, None, None, "follows"),
        ("Ivy", "Eve", 1.0, None, None, "follows"),
    ]
    return {
        "scores": scores.assign(person=scores["name"].map(PERSON), run="second"),
        "persons": table(
            "account person",
            *((account, PERSON[one]) for one in PERSON for account in accounts.get(one, (PERSON[one],))),
        ),
        "hears": table(
            "listener speaker weight since since_ms how",
            *((PERSON[listener], PERSON[speaker], *rest) for listener, speaker, *rest in hears),
        ),
    }


def groups() -> dict[str, pd.DataFrame]:
    """Niches and circles, their members, and what hangs on them."""
    members = {"n1": "Ann Bob Eve Gus Hal", "n2": "Bob Cyd Dan Fay Ivy", "n3": "Ann Eve"}
    circles = {"c1": "Ann Bob Eve Gus", "c2": "Cyd Dan Fay", "c3": "Hal Ivy"}
    bridges = {"Bob": "c1 c3", "Cyd": "c1 c2", "Dan": "c2 c3"}
    reach = [
        *(("Ann", "n1", 3, 1, "koc"), ("Bob", "n1", 3, 0, "koc"), ("Cyd", "n1", 1, 0, "possible")),
        *(("Dan", "n1", 1, 0, "kol"), ("Ann", "n2", 1, 1, "koc"), ("Cyd", "n2", 1, 1, "possible")),
        *(("Dan", "n2", 1, 1, "kol"), ("Ann", "n3", 1, 0, "koc"), ("Bob", "n3", 1, 0, "koc")),
    ]

    def inside(kind: str, of: dict[str, str]) -> pd.DataFrame:
        return table(
            f"person {kind} confidence",
            *((PERSON[one], group, 1.0 - place / 10) for group in of for place, one in enumerate(of[group].split())),
        )

    return {
        "niches": table(
            "niche name people level change reached_kol only_koc nobody not_known kocs kols evidence terms",
            ("n1", "Tea", 5, "niche", "grown", 1, 3, 0, 1, 2, 0, "Tea is 5 times as common", "leaf\n茶"),
            ("n2", "Toys", 5, "niche", None, 1, 2, 1, 1, 2, 1, "Toys are 4 times as common", "robot"),
            ("n3", "Green tea", 2, "finer", None, 0, 1, 0, 1, 1, 0, None, None),
        ).assign(run="second"),
        "finer": table("niche parent", ("n3", "n1")),
        "niche_categories": table("niche category", ("n1", "Tea"), ("n2", "Toys")),
        "members": inside("niche", members),
        "circles": table(
            "circle name people stability status change kocs kols evidence inside_share",
            ("c1", "Ann's table", 4, 1.0, "published", "grown", 2, 0, "5 of 8 ties inside", 0.625),
            ("c2", "Robots", 3, 0.75, "published", None, 1, 1, None, 0.5),
            ("c3", "Quiet", 2, 0.5, "tentative", "born", 0, 0, "no tie inside", 0.0),
        ).assign(run="second"),
        "circle_members": inside("circle", circles),
        "reach": table("person niche reached only_here role", *((PERSON[one], *rest) for one, *rest in reach)),
        "carries": table("circle niche people lift", ("c1", "n1", 4, 1.8), ("c1", "n3", 2, 2.25), ("c2", "n2", 3, 1.8)),
        "bridges": table("person circle", *((PERSON[one], c) for one in bridges for c in bridges[one].split())),
        "circle_bridges": table(
            "circle_a circle_b ties width", ("c1", "c3", 2, 2), ("c2", "c1", 1, 1), ("c2", "c3", 1, 1)
        ),
        "events": table(
            "event name kind group_id happened words at before now",
            *(
                (f"{kind} {group} {what}", words, kind, group, what, words, "2025-06-01T12:00:00", before, now)
                for kind, group, what, words, before, now in (
                    ("circle", "c1", "grown", "Ann's table grew from 3 to 4", 3, 4),
                    ("circle", "c3", "born", "Quiet is new", None, 2),
                    ("niche", "n9", "died", "Kites is gone", 6, None),
                )
            ),
        ),
        "circle_events": table("event circle", ("circle c1 grown", "c1"), ("circle c3 born", "c3")),
    }


def products() -> dict[str, pd.DataFrame]:
    """What was found about products and reviews."""
    return {
        "product_results": table(
            "product brand_read first_at reviews",
            ("p:green", "Tea House", "2025-01-10T08:00:00.5", 4),
            ("p:black", "Rival", "2025-02-01", 2),
            ("p:robot", "Rival", "2024-10-01", 6),
            ("p:kite", None, "2025-04-20", 1),
        ),
        "copies": table("review original", ("r:3", "r:1")),
    }


def runs() -> dict[str, pd.DataFrame]:
    """Two runs, the second of which is shown and continues the first."""
    return {
        "runs": table(
            "run name at made_at method signal warning people reviews version invented shown",
            (
                "first",
                "first",
                "2025-03-01",
                "2025-03-02",
                "formula",
                "not checked",
                "Not checked",
                7,
                8,
                "1",
                None,
                "no",
            ),
            (
                "second",
                "second",
                "2025-06-01T12:00:00",
                "2025-06-02",
                "forecast",
                "yes",
                None,
                9,
                12,
                "1",
                "all",
                "yes",
            ),
        ),
        "continues": table("run before", ("second", "first")),
        "run_loads": table("run load", ("second", "xhs-1")),
    }
