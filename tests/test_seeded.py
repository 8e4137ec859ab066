"""Reviews that our own campaigns brought about are gifted or paid in every analysis that comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import little_store
import pandas as pd
import pytest

import graphkoc
from graphkoc.graph.seeded import SEEDING, mark_seeded
from graphkoc.stores import Store

CAMPAIGN = {"consumer": "x:ann", "product": "p:mug", "since": "2025-03-10T15:00", "until": "2025-03-31"}


def table(columns: Mapping[str, str], rows: list[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=list(columns))
    kinds = {"time": "datetime64[us]"}
    return made.astype({name: kinds.get(kind, "str") for name, kind in columns.items()})


def origins(
    reviews: Sequence[tuple[str, str | None, str | None, str | None]],
    seeded: Sequence[dict[str, Any]] = (),
    posts: Sequence[dict[str, Any]] = (),
    addresses: Sequence[str | None] = (),
    identities: Mapping[str, str] | None = None,
) -> list[str | None]:
    """The origin of each review (consumer, product, day, stated origin), which are called r0, r1, ..."""
    given = pd.DataFrame(reviews, columns=["consumer", "product", "created_at", "origin"]).astype(
        {"consumer": "str", "product": "str", "created_at": "datetime64[us]", "origin": "str"}
    )
    given.insert(0, "review", [f"r{at}" for at in range(len(given))])
    given["url"] = pd.Series(addresses or [None] * len(given), dtype="str")
    seeding = dict(zip(SEEDING, (seeded, posts), strict=True))
    found = mark_seeded(
        given,
        pd.DataFrame({"product": ["p:mug", "q:7", "p:cup"], "title": ["Mug", "mug ", None]}, dtype="str"),
        pd.DataFrame(list((identities or {}).items()), columns=["account", "person"], dtype="str"),
        {name: table(SEEDING[name], list(rows)) for name, rows in seeding.items()},
    )
    pd.testing.assert_frame_equal(found.drop(columns="origin"), given.drop(columns="origin"))
    assert found["origin"].dtype == given["origin"].dtype
    return [None if pd.isna(origin) else origin for origin in found["origin"]]


def test_what_somebody_writes_about_the_product_from_the_day_on_until_90_days_after_the_end_is_gifted() -> None:
    days = ["2025-03-09T23:59", "2025-03-10", "2025-06-29T23:59", "2025-06-30", None]
    found = origins([("x:ann", "p:mug", day, None) for day in days], [CAMPAIGN])
    assert found == [None, "gifted", "gifted", None, None]
    endless = [CAMPAIGN | {"until": None}]
    assert origins([("x:ann", "p:mug", day, None) for day in ("2025-06-08", "2025-06-09")], endless) == ["gifted", None]
    late = [CAMPAIGN | {"since": "2025-05-01"}]
    assert origins([("x:ann", "p:mug", "2025-07-29", None)], late) == ["gifted"], "the parcel came after the end"


def test_of_other_people_and_other_products_nothing_changes() -> None:
    rows = [
        ("x:bob", "p:mug", "2025-04-01", None),
        ("x:ann", "p:cup", "2025-04-01", "earned"),
        ("x:ann", None, None, None),
    ]
    assert origins(rows, [CAMPAIGN]) == [None, "earned", None]
    assert origins(rows, [CAMPAIGN | {"product": "Robot"}]) == [None, "earned", None]
    assert origins(rows, [CAMPAIGN | {"since": None}]) == [None, "earned", None]


def test_a_person_is_given_it_with_all_accounts_and_the_product_is_known_by_its_title_on_every_platform() -> None:
    rows = [("i:ann", "q:7", "2025-04-01", None), ("x:ann", "p:mug", "2025-04-01", None)]
    assert origins(rows, [CAMPAIGN | {"product": "MUG"}], identities={"x:ann": "Ann", "i:ann": "Ann"}) == ["gifted"] * 2
    assert origins(rows, [CAMPAIGN]) == [None, "gifted"]


@pytest.mark.parametrize("stated", [None, "earned", "unknown", "invited", "gifted", "paid"])
def test_it_is_never_weaker_than_the_source_states(stated: str | None) -> None:
    review = [("x:ann", "p:mug", "2025-04-01", stated)]
    assert origins(review, [CAMPAIGN | {"incentive": "gift"}]) == ["paid" if stated == "paid" else "gifted"]
    assert origins(review, [CAMPAIGN, CAMPAIGN | {"incentive": "paid"}]) == ["paid"]


def test_a_review_with_the_address_of_a_post_came_of_the_campaign_whenever_and_by_whomever_it_was_written() -> None:
    rows = [("y:1", None, None, None), ("y:2", None, "2020-01-01", None), ("y:3", None, None, "earned")]
    posts = [{"url": "https://www.x.example/p/1/?from=share", "incentive": "paid"}, {"url": "not an address"}]
    addresses = ["http://x.example/p/1", None, "also none"]
    assert origins(rows, posts=posts, addresses=addresses) == ["paid", None, "earned"]


def campaign(*people: tuple[str, str, str | None]) -> dict[str, pd.DataFrame]:
    """A campaign with p0 of the little store, in the days of all reviews; people: consumer, status, incentive."""
    about = {"campaign": ["campaign:c"], "kind": ["campaign"], "product": ["csv:p0"]}
    dates = {"starts": pd.to_datetime(["2020-01-01"]), "ends": pd.to_datetime(["2020-06-01"])}
    asked = [("campaign:c", *person) for person in people]
    return {
        "campaigns": pd.DataFrame(about | dates),
        "invitations": pd.DataFrame(asked, columns=["campaign", "consumer", "status", "incentive"]),
    }


def held_origins(store: Store) -> dict[str, str]:
    """The origin of every review of which it is known, by author."""
    reviews = graphkoc.project(store).reviews
    known = reviews.dropna(subset=["origin"])
    return dict(zip(known["consumer"], known["origin"], strict=True))


def test_only_who_was_asked_and_did_not_decline_was_given_something(tmp_path: Path) -> None:
    people = [("csv:0", "invited", None), ("csv:2", "declined", "paid"), ("csv:4", "posted", "paid")]
    people += [("csv:6", "planned", None), ("csv:8", "lost", None), ("csv:10", "reserve", None)]
    with little_store.held(tmp_path / "graphkoc.lbug", little_store.tables(range(60))) as store:
        before = graphkoc.project(store).inputs()
        store.replace_campaign("campaign:c", campaign(*people))
        assert held_origins(store) == {"csv:0": "gifted", "csv:4": "paid"}
        after = graphkoc.project(store).inputs()
        assert {name for name in after if after[name] != before[name]} == {"reviews"}
        store.replace_campaign("campaign:c", {"campaigns": campaign()["campaigns"].assign(kind="plan")})
        assert graphkoc.project(store).inputs() == before


def test_answers_units_and_what_else_happened_are_in_no_analysis(tmp_path: Path) -> None:
    ends = {"campaign": ["campaign:c"], "consumer": ["csv:1"], "product": ["csv:p2"]}
    happened = {"entry": ["campaign:1"], "campaign": ["campaign:c"], "consumer": ["csv:1"], "event": ["declined"]}
    more = {
        "campaign_events": pd.DataFrame(happened),
        "campaign_units": pd.DataFrame({"offer": ["u:1"], "campaign": ["campaign:c"], "product": ["csv:p2"]}),
        "feedback": pd.DataFrame({"feedback": ["f:1"], **ends, "rating": [1.0], "text": ["the lid drips"]}),
    }
    with little_store.held(tmp_path / "graphkoc.lbug", little_store.tables(range(60))) as store:
        before = graphkoc.project(store).inputs()
        assert store.replace_campaign("campaign:c", campaign(("csv:1", "declined", None)) | more)
        assert graphkoc.project(store).inputs() == before


def test_the_next_quarters_kocs_are_not_our_own_seeding(tmp_path: Path) -> None:
    with little_store.held(tmp_path / "graphkoc.lbug", little_store.tables(range(60))) as store:
        before = graphkoc.analyse(store, tmp_path / "before").people.set_index("consumer")
        seeded = [one for one in before.index[before["rank"] > 0] if int(one[4:]) % 2 == 0]
        urls = {one: f"https://x.example/{one}" for one in seeded}
        reviews = store.table("reviews", ["review", "consumer"]).query("consumer in @urls")
        store.upsert({"reviews": reviews.assign(url=reviews["consumer"].map(urls))})
        posts = {"post": [f"t:{one}" for one in seeded], "campaign": "campaign:c", "consumer": seeded}
        asked = campaign(*((one, "posted", "paid") for one in seeded))
        store.replace_campaign("campaign:c", asked | {"posts": pd.DataFrame(posts).assign(url=list(urls.values()))})
        after = graphkoc.analyse(store, tmp_path / "after").people.set_index("consumer")
    assert len(seeded) > 5
    assert set(before.loc[seeded, "gate_unpaid"]) == {"unknown"}
    assert set(after.loc[seeded, "gate_unpaid"]) == {"failed"}
    assert after.loc[seeded, "rank"].isna().all() and (after["rank"] > 0).any()
