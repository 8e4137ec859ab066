"""Gates: each with its number and its limit; unknown keeps nobody out, a failed one that is required does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import market

from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.measures.closure import measure_closure
from graphkoc.qualify import tiers
from graphkoc.qualify.authenticity.near_copies import copies
from graphkoc.qualify.brand import Brand
from graphkoc.qualify.engagement import engagements
from graphkoc.qualify.gates import gates
from graphkoc.qualify.gates.origins import ledger
from graphkoc.qualify.gates.words import GATES, STATES, list_gates, words
from graphkoc.runs.roles import ROLES

AT = "2026-06-30"
LONG = "This kettle boils in two minutes and is quiet enough for a small flat"


def review(i: int, consumer: str, day: str = "2026-06-01", **given: Any) -> dict[str, Any]:
    return {"review": f"r{i:03}", "consumer": consumer, "product": f"p{i}", "created_at": day} | given


def table(projection: Projection, brand: Brand | None = None) -> pd.DataFrame:
    """The gates by consumer."""
    log = projection.log()
    ids = log.network.ids
    consumers = projection.consumers.set_index("consumer").loc[ids]
    audience = np.bincount(log.network.source, minlength=len(ids)).astype(float)
    sizes = tiers.sized(consumers["platform"], consumers["followers"], audience)
    kept = ledger(projection, ids, engagements(projection))
    at = float(days(pd.Series([pd.Timestamp(AT)]))[0])
    copied = copies(projection.reviews, projection.texts)["review"]
    limits, knit_z = tiers.limits(consumers["platform"]), measure_closure(log.network)["knit_z"].to_numpy()
    found = gates.gates(projection, log, at, sizes, limits, kept, knit_z, copied, brand)
    return found.set_index(pd.Index(ids))


def people(*ids: str, **given: Any) -> list[dict[str, Any]]:
    return [{"consumer": one, "platform": "forum"} | given for one in ids]


def ring(*ids: str) -> list[dict[str, Any]]:
    return [{"source": a, "target": b, "weight": 1.0} for a in ids for b in ids if a != b]


LIMITS = tiers.limits([])
"""Of every platform without a tier file."""
CROWD = [f"z{i:02}" for i in range(21)]
"""So many people with an audience that audiences can be compared."""


def test_an_account_of_a_brand_or_of_staff_fails_and_one_of_unknown_type_is_unknown() -> None:
    consumers = [
        {"consumer": kind or "none", "platform": "forum", "kind": kind} for kind in ("person", "brand", "staff", None)
    ]
    ids = [one["consumer"] for one in consumers]
    reviews = [review(i, one) for i, one in enumerate(ids)]
    found = table(market(consumers=consumers, reviews=reviews, follows=ring(*ids)))
    assert found["gate_person"].to_dict() == {
        "person": "passed",
        "brand": "failed",
        "staff": "failed",
        "none": "unknown",
    }


def test_active_counts_first_reviews_in_the_year_up_to_the_day() -> None:
    reviews = [review(1, "a", "2025-07-01"), review(2, "b", "2025-06-29"), review(3, "c", "2020-01-01")]
    reviews += [review(4, "a", "2026-06-30") | {"product": "p1"}, review(5, "a", "2026-06-30")]
    ids = ("a", "b", "c", "d")
    held = market(consumers=people(*ids, *CROWD), reviews=reviews, follows=ring(*ids) + ring(*CROWD))
    found = table(held).loc[list(ids)]
    assert found["gate_active_value"].to_dict() == {"a": 2, "b": 0, "c": 0, "d": 0}
    assert found["gate_active"].to_dict() == {"a": "passed", "b": "failed", "c": "failed", "d": "failed"}
    assert set(found["role"]) == {"none"}


def test_an_order_in_the_year_is_active_too_of_people_who_have_written_something() -> None:
    ids = ("a", "b", "c", "d", "e")
    bought = {"a": "2026-05-01", "b": "2026-05-01", "c": "2024-05-01", "d": None, "e": "2026-07-02"}
    purchases = [
        {"order": f"o{who}", "consumer": who, "product": what, "bought_at": day}
        for who, day in bought.items()
        for what in ("p1", "p2")
    ]
    old = [review(number, one, "2020-01-01") for number, one in enumerate(ids) if one != "b"]
    newest = review(9, "f", "2026-06-30")
    held = market(consumers=people(*ids, "f"), reviews=[*old, newest], purchases=purchases, follows=ring(*ids, "f"))
    found = table(held)
    assert found["gate_active"][["a", "b", "c", "d", "e"]].tolist() == ["passed", *["failed"] * 4]
    assert found["gate_active_value"]["a"] == found["gate_active_orders"]["a"] == 1, "two products are one order"
    assert words("active", found.loc["a"]) == "0 reviews and 1 order in the window, at least 1"
    undated = [one | {"created_at": None} for one in old]
    still = table(market(consumers=people(*ids), reviews=undated, purchases=purchases[:2], follows=ring(*ids)))
    assert still["gate_active"][["a", "b", "c"]].tolist() == ["passed", "failed", "unknown"]


def test_a_client_has_bought_our_brand_and_a_person_without_known_purchases_is_unknown() -> None:
    products = [{"product": "ours", "brand": "Kettle & Co"}, {"product": "theirs", "brand": "Other"}]
    bought = [("a", "ours", "2026-05-01"), ("a", "ours", "2026-06-01"), ("b", "theirs", "2026-05-01")]
    bought += [("c", "ours", "2020-01-01"), ("e", "ours", None)]
    purchases = [
        {"order": f"o{i}", "consumer": who, "product": what, "bought_at": day}
        for i, (who, what, day) in enumerate(bought)
    ]
    ids = ("a", "b", "c", "d", "e")
    held = market(
        consumers=people(*ids),
        reviews=[review(i, one) for i, one in enumerate(ids)],
        products=products,
        purchases=purchases,
        follows=ring(*ids),
    )
    found = table(held, Brand(("KETTLE & CO",)))
    assert found["gate_client"].to_dict() == {
        "a": "passed",
        "b": "failed",
        "c": "failed",
        "d": "unknown",
        "e": "unknown",
    }
    assert found["gate_client_value"]["a"] == 2
    assert (table(held)["gate_client"] == "unknown").all()


def test_creative_content_is_neither_copied_nor_repeated() -> None:
    texts_by = {
        1: ("a", LONG),
        2: ("b", f"  {LONG.upper()}!!! "),
        3: ("b", "Nice."),
        4: ("c", "Steeps gently, pours without a drip, and the lid stays on: " + "a" * 5),
        5: ("c", "Steeps gently, pours without a drip, and the lid stays on: " + "a" * 5),
        6: ("c", "Too small for two people, and the handle gets hot after a minute"),
        7: ("d", "烧水很快，声音也小，很适合小房子"),
        8: ("e", "好用"),
        9: ("f", None),
        10: ("g", None),
    }
    ids = ("a", "b", "c", "d", "e", "f", "g", "h")
    reviews = [review(i, who, f"2026-06-{i:02}", media=2 if who == "f" else None) for i, (who, _) in texts_by.items()]
    texts = [{"review": f"r{i:03}", "text": text} for i, (_, text) in texts_by.items() if text]
    found = table(market(consumers=people(*ids), reviews=reviews, texts=texts, follows=ring(*ids)))
    share = found["gate_creative_value"]
    assert share[["a", "b", "d", "e", "f", "g"]].to_dict() == {"a": 1, "b": 0, "d": 1, "e": 0, "f": 1, "g": 0}
    assert share["c"] == pytest.approx(2 / 3)
    assert found["gate_creative"].to_dict() == {
        **dict.fromkeys("acdf", "passed"),
        **dict.fromkeys("beg", "failed"),
        "h": "unknown",
    }


def test_a_text_that_differs_in_a_few_words_from_an_earlier_one_is_not_own_content() -> None:
    first = f"{LONG}, and I would buy it again for my mother, who makes tea all day long and never waits for it"
    handed_out = first.replace("mother", "father").replace("tea", "coffee")
    texts_by = {"anna": first, "bea": handed_out, "cleo": f"{first[::-1]} is what I say"}
    reviews = [review(i, one, f"2026-06-0{i + 1}") for i, one in enumerate(texts_by)]
    texts = [{"review": f"r{i:03}", "text": text} for i, text in enumerate(texts_by.values())]
    found = table(market(consumers=people(*texts_by), reviews=reviews, texts=texts, follows=ring(*texts_by)))
    assert found["gate_creative"].to_dict() == {"anna": "passed", "bea": "failed", "cleo": "passed"}


def test_where_there_is_no_text_at_all_creative_is_unknown_and_keeps_nobody_out() -> None:
    ids = [f"u{i}" for i in range(7)]
    found = table(
        market(consumers=people(*ids), reviews=[review(i, one) for i, one in enumerate(ids)], follows=ring(*ids))
    )
    assert (found["gate_creative"] == "unknown").all()
    assert found["gate_creative_value"].isna().all()
    assert set(found["role"]) == {"possible"}, "of seven people no audience can be compared"


def test_unpaid_is_judged_by_bounds_as_no_marker_is_no_proof() -> None:
    origins = {
        "a": ["earned", "earned", "paid"],
        "b": ["paid", "paid", "earned"],
        "c": ["paid", None, None],
        "d": [None],
        "e": ["gifted", "invited"],
    }
    reviews = [
        review(i, who, origin=origin)
        for i, (who, origin) in enumerate((who, origin) for who, some in origins.items() for origin in some)
    ]
    found = table(market(consumers=people(*origins, "f"), reviews=reviews, follows=ring(*origins, "f")))
    assert found["gate_unpaid"].to_dict() == {
        "a": "passed",
        "b": "failed",
        "c": "unknown",
        "d": "unknown",
        "e": "passed",
        "f": "unknown",
    }
    assert found["gate_unpaid_value"][["a", "b", "c"]].tolist() == pytest.approx([2 / 3, 1 / 3, 2 / 3])
    assert found["role"]["b"] == "none"


def test_a_scattered_audience_fails_the_knit_gate_and_the_person_is_a_koc_all_the_same() -> None:
    circle = [f"c{i}" for i in range(8)]
    strangers = [f"s{i}" for i in range(7)]
    ids = [*circle, *strangers, "scattered"]
    follows = ring(*circle) + [{"source": "scattered", "target": one, "weight": 1.0} for one in strangers]
    reviews = [review(i, one) for i, one in enumerate(ids)]
    found = table(market(consumers=people(*ids, *CROWD), reviews=reviews, follows=follows + ring(*CROWD)))
    assert set(found.loc[circle, "gate_knit"]) == {"passed"}
    assert found["gate_knit"]["scattered"] == "failed"
    assert set(found.loc[strangers, "gate_knit"]) == {"unknown"}
    assert found["gate_small"]["scattered"] == "passed"
    assert found["role"]["scattered"] == "koc"


def test_every_persons_gates_are_listed_with_number_limit_and_words() -> None:
    ids = [f"u{i:02}" for i in range(21)]
    projection = market(
        consumers=people(*ids), reviews=[review(i, one) for i, one in enumerate(ids)], follows=ring(*ids)
    )
    row = table(projection).assign(
        platform="forum", tier_profile="relative", ties="follows", knit_ties=36.0, knit_expected=30.0
    )
    listed = {gate["gate"]: gate for gate in list_gates(row.iloc[0], LIMITS)}
    assert list(listed) == [gate.name for gate in GATES]
    assert listed["active"] == {
        "gate": "active",
        "who": "active",
        "what": "has reviewed or bought lately",
        "state": "passed",
        "value": 1.0,
        "least": 1.0,
        "most": None,
        "required": True,
        "words": "1 review in the window, at least 1",
    }
    assert listed["small"]["words"] == "20 known followers, small is 5 to 20 (relative)"
    engaged = {gate["gate"]: gate["words"] for gate in list_gates(row.assign(ties="engagements").iloc[0], LIMITS)}
    assert engaged["small"] == "20 people who engaged, small is 5 to 20 (relative)"
    nobody = {gate["gate"]: gate["words"] for gate in list_gates(row.assign(gate_small_most=3.0).iloc[0], LIMITS)}
    assert nobody["small"] == "20 known followers, no audience is small here, where small begins at 5 (relative)"
    assert not listed["knit"]["required"]
    counts = {row["gate"]: row for row in gates.count_gates(row, LIMITS)}
    assert counts["small"]["passed"] == 21
    assert counts["client"] == {
        "gate": "client",
        "who": "a client",
        "what": "buys our own brand or its categories",
        "required": False,
        "passed": 0,
        "failed": 0,
        "unknown": 21,
    }


NAMES = [f"n{i:02}" for i in range(9)]


@st.composite
def markets(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    who = st.sampled_from(NAMES)
    posts = st.fixed_dictionaries(
        {
            "consumer": who,
            "product": st.sampled_from(["p1", "p2", "p3"]),
            "created_at": st.sampled_from(["2026-06-01", "2026-01-05", "2021-01-01"]),
            "origin": st.sampled_from(["paid", "earned", "gifted", None]),
            "media": st.sampled_from([None, 0, 3]),
        }
    )
    reviews = [row | {"review": f"r{i:03}"} for i, row in enumerate(draw(st.lists(posts, min_size=1, max_size=25)))]
    words = [{"review": row["review"], "text": draw(st.sampled_from([None, LONG, LONG * 2, "ok"]))} for row in reviews]
    ties = draw(st.sets(st.tuples(who, who).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=40))
    return {
        "consumers": people(*NAMES),
        "reviews": reviews,
        "texts": [row for row in words if row["text"]],
        "follows": [{"source": a, "target": b, "weight": 1.0} for a, b in sorted(ties)],
    }


@settings(max_examples=20)
@given(markets(), st.permutations(NAMES), st.randoms())
def test_other_ids_permute_the_gates_and_another_order_of_rows_changes_nothing(
    held: dict[str, list[dict[str, Any]]], order: list[str], chance: Any
) -> None:
    first = table(market(**held))
    turned = {name: chance.sample(rows, len(rows)) for name, rows in held.items()}
    pd.testing.assert_frame_equal(table(market(**turned)), first)
    new = dict(zip(NAMES, order, strict=True))
    ends = ("consumer", "source", "target")
    renamed = {
        name: [row | {end: new[row[end]] for end in ends if end in row} for row in rows] for name, rows in held.items()
    }
    again = table(market(**renamed)).loc[[new[name] for name in NAMES]].set_index(pd.Index(NAMES))
    pd.testing.assert_frame_equal(again, first, rtol=1e-6, atol=1e-6)


@settings(max_examples=20)
@given(markets())
def test_nobody_without_a_follower_is_knit_and_a_required_gate_that_fails_keeps_out(
    held: dict[str, list[dict[str, Any]]],
) -> None:
    found = table(market(**held))
    followed = {row["source"] for row in held["follows"]}
    assert (found.loc[[name for name in NAMES if name not in followed], "gate_knit"] == "unknown").all()
    required = ["person", "active", "creative", "small", "unpaid"]
    failed = (found[[f"gate_{name}" for name in required]] == "failed").any(axis=1)
    known = (found["gate_small"] != "unknown") & found.index.isin(followed)
    assert (found["role"] == np.select([failed, known], ["none", "koc"], "possible")).all(), "nobody is wide here"


states = st.sampled_from(STATES)
sizes_and_gates = st.fixed_dictionaries(
    {
        "platform": st.sampled_from([None, "forum", "xiaohongshu"]),
        "tier": st.sampled_from([*tiers.SIZES, tiers.UNKNOWN]),
        "tier_profile": st.sampled_from([tiers.RELATIVE, "desk"]),
        "audience": st.sampled_from([0.0, 1.0, 20.0]),
        **{f"gate_{gate.name}": states for gate in GATES},
    }
)


@given(st.lists(sizes_and_gates, max_size=30))
def test_a_role_is_one_of_five_and_a_person_over_the_limit_is_a_kol_by_stated_followers_alone(
    rows: list[dict[str, Any]],
) -> None:
    held = pd.DataFrame(
        rows, columns=["platform", "tier", "tier_profile", "audience", *(f"gate_{gate.name}" for gate in GATES)]
    )
    found = gates.roles(held, tiers.limits(["xiaohongshu"]))
    for row, role in zip(rows, found, strict=True):
        fails = "failed" in [row[f"gate_{name}"] for name in ("person", "active", "creative", "small", "unpaid")]
        if row["tier"] == "wide":
            assert role == ("wide" if row["tier_profile"] == tiers.RELATIVE else "kol")
        elif fails:
            assert role == "none"
        else:
            unknown = row["gate_small"] == "unknown" or not row["audience"]
            assert role == ("possible" if unknown else "koc")
    assert set(found) <= set(ROLES)
