"""Checks for a human to judge: what is found and quoted, what is not, and that none excludes unless it is asked to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_market import market
from small_run import BRAND, small_market

import graphkoc
from graphkoc.analysis import Settings, analyse
from graphkoc.errors import UsageError
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.progress import Clock
from graphkoc.qualify.brand_names import Brand
from graphkoc.qualify.checks import LONGEST, NEWEST, find_checks
from graphkoc.runs.checks import CHECKS
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run

AT = "2026-06-30"
NAMES = Brand(("Nordkessel",), ("Brisko",))


def held(*reviews: dict[str, Any], products: list[dict[str, Any]] | None = None, **quotes: float) -> Projection:
    """Reviews of (consumer, created_at, text, product, origin), each of an id of its own."""
    rows = [{"review": f"r{number}", "created_at": AT} | row for number, row in enumerate(reviews)]
    return market(
        consumers=[{"consumer": one, "quote": quotes.get(one)} for one in "abcdefg"],
        products=products or [{"product": "o", "brand": "Nordkessel"}, {"product": "t", "brand": "Brisko"}],
        reviews=rows,
        texts=[{"review": row["review"], "text": row["text"]} for row in rows if "text" in row],
    )


def found(projection: Projection, brand: Brand | None = NAMES, words: tuple[str, ...] = ()) -> pd.DataFrame:
    return find_checks(projection, brand, words, float(days(pd.Series([pd.Timestamp(AT)]))[0]))


def test_an_advertisement_for_a_rival_is_labelled_recent_and_about_nobody_else() -> None:
    projection = held(
        {"consumer": "a", "product": "t", "origin": "paid", "created_at": "2026-04-02", "text": "I love it"},
        {"consumer": "b", "origin": "gifted", "text": "My new BRISKO is quiet #ad"},
        {"consumer": "c", "origin": "paid", "text": "Nordkessel beats Brisko #ad"},
        {"consumer": "d", "product": "t", "origin": "paid", "created_at": "2026-04-01"},
        {"consumer": "e", "product": "t", "origin": "earned"},
        {"consumer": "f", "product": "o", "origin": "paid", "text": "Better than a Brisko"},
        {"consumer": "g", "product": "t", "origin": "paid", "created_at": None},
    )
    rows = found(projection)
    assert rows[["consumer", "check", "evidence", "review", "quote"]].to_numpy().tolist() == [
        ["a", "rival_ad", "labelled as paid, about a rival, 2 April 2026", "r0", "I love it"],
        ["b", "rival_ad", "labelled as gifted, about a rival, 30 June 2026", "r1", "My new BRISKO is quiet #ad"],
    ]
    for brand in (None, Brand(("Nordkessel",))):
        assert found(projection, brand).empty


def test_who_is_on_a_price_list_is_for_hire() -> None:
    rows = found(held({"consumer": "a"}, b=300.0, c=0.0))
    assert rows[["consumer", "check", "evidence"]].to_numpy().tolist() == [
        ["b", "for_hire", "on a price list, which asks 300 for a post"],
        ["c", "for_hire", "on a price list, which asks 0 for a post"],
    ]
    assert rows[["review", "quote"]].isna().all(axis=None)


def test_the_words_of_the_user_are_quoted_from_the_last_year_and_from_texts_without_a_date() -> None:
    long = f"{'Tea is good. ' * 30}Then the online  CASINO came. {'And so on. ' * 30}"
    projection = held(
        {"consumer": "a", "text": long},
        {"consumer": "b", "text": "Casinos and occasions"},
        {"consumer": "c", "text": "casino", "created_at": "2025-06-29"},
        {"consumer": "d", "text": "赌场水壶", "created_at": None},
        {"consumer": "e", "text": "A casino, a 赌场"},
    )
    rows = found(projection, None, ("casino", "赌场"))
    assert rows["evidence"].tolist() == [
        "has the word casino, 30 June 2026", "has the word 赌场", "has the word casino, 30 June 2026",
    ]  # fmt: skip
    assert rows["consumer"].tolist() == ["a", "d", "e"]
    assert "Then the online CASINO came." in rows["quote"][0]
    assert len(rows["quote"][0]) <= LONGEST
    assert found(projection, None).empty


def test_of_one_person_the_newest_reviews_are_quoted() -> None:
    texts = [{"consumer": "a", "text": f"casino {day}", "created_at": f"2026-06-{day:02}"} for day in range(1, 8)]
    rows = found(held(*texts), None, ("casino",))
    assert rows["quote"].tolist() == ["casino 7", "casino 6", "casino 5"]
    assert len(rows) == NEWEST


def test_gifts_are_of_brands_that_products_state() -> None:
    products = [{"product": one, "brand": brand} for one, brand in zip("wxyz", ("W", " w ", "Y", "Z"), strict=True)]
    gifts = [{"consumer": "a", "product": one, "origin": "gifted"} for one in "wxyz"]
    gifts += [{"consumer": "b", "product": one, "origin": "gifted"} for one in "wxy"]
    gifts += [{"consumer": "c", "product": one, "origin": "paid"} for one in "wxyz"]
    rows = found(held(*gifts, products=products), None)
    assert rows[["consumer", "evidence"]].to_numpy().tolist() == [
        ["a", "gifts from 3 brands in the last year: W, Y, Z"]
    ]


def test_gifts_without_a_stated_brand_are_of_the_brands_that_the_review_names() -> None:
    named = ["My Nordkessel", "ＮＯＲＤＫＥＳＳＥＬ again", "水壶 #brisko", "Tessin is nice", "a kettle"]
    gifts = [{"consumer": "a", "origin": "gifted", "text": text} for text in named]
    gifts += [{"consumer": "b", "origin": "gifted", "text": text} for text in named[:3]]
    brand = Brand(("Nordkessel", "NK"), ("Brisko", "Tessin"))
    rows = found(held(*gifts), brand)
    assert rows.loc[rows["check"] == "many_gifts", ["consumer", "evidence"]].to_numpy().tolist() == [
        ["a", "gifts from 3 brands in the last year: Brisko, Nordkessel, Tessin"]
    ]


def test_a_gift_in_data_without_products_and_without_a_brand_is_of_no_brand() -> None:
    forum = held({"consumer": "a", "origin": "gifted", "text": "A kettle"})
    assert found(replace(forum, products=forum.products[:0]), None).empty


def said(check: str, **tables: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What a check says of each person of a market: their evidence, the newest first."""
    rows = found(market(**tables), None)
    assert rows.loc[rows["check"] == check, ["review", "quote"]].isna().all(axis=None)
    return rows[rows["check"] == check].groupby("consumer")["evidence"].agg(list).to_dict()


JOINED = [{"account": one, "person": "p"} for one in ("a", "b")]


def test_who_refused_with_any_account_is_not_to_be_contacted() -> None:
    consumers = [{"consumer": "a", "consent": "yes"}, {"consumer": "b", "consent": "no"}]
    consumers += [{"consumer": "c", "consent": "no"}, {"consumer": "d", "consent": "unknown"}, {"consumer": "e"}]
    assert said("not_to_contact", consumers=consumers, identities=JOINED) == {
        "a": ["may not be contacted, as b states"],
        "c": ["may not be contacted, as c states"],
    }


def test_an_order_is_a_complaint_while_it_is_open_and_half_a_year_after_it_was_refunded() -> None:
    orders = [
        ("a", "1", "2026-01-02", "refunded"),
        ("a", "2", "2026-01-01", "refunded"),
        ("b", "3", "2024-05-03", "disputed"),
        ("b", "4", None, "refunding"),
        ("b", "5", "2026-07-02", "refunding"),
        ("c", "6", "2026-06-01", "completed"),
        ("d", "7", "2026-06-01", None),
    ]
    purchases = [
        {"consumer": who, "order": order, "product": product, "bought_at": day, "status": status}
        for who, order, day, status in orders
        for product in "xy"
    ]
    assert said("open_complaint", consumers=[{"consumer": one} for one in "abcd"], purchases=purchases) == {
        "a": ["order 1 of 2 January 2026: refunded"],
        "b": [
            "order 5 of 2 July 2026: a refund is open",
            "order 3 of 3 May 2024: a dispute is open",
            "order 4: a refund is open",
        ],
    }


def test_what_was_refunded_or_cancelled_is_no_purchase() -> None:
    states = ("paid", "disputed", "refunding", "refunded", "cancelled", "unknown", None)
    purchases = [
        {"consumer": "a", "order": str(number), "product": "x", "status": state} for number, state in enumerate(states)
    ]
    held = market(consumers=[{"consumer": "a"}], purchases=purchases)
    assert held.purchases["order"].tolist() == ["0", "1", "2", "5", "6"]
    assert held.complaints["order"].tolist() == ["1", "2", "3"]


def written(consumer: str, number: int, **row: Any) -> list[dict[str, Any]]:
    """So many reviews of products by an account, all at the reference date."""
    return [
        {"review": f"{consumer}{n}", "consumer": consumer, "product": f"p{n}", "created_at": AT} | row
        for n in range(number)
    ]


def test_many_reviews_are_those_of_more_than_one_a_week_that_orders_do_not_explain() -> None:
    reviews = [
        *written("a", 99),
        *written("b", 99),
        *written("c", 99),
        *written("d", 52),
        *written("e", 99, product=None),
        *written("f", 99, created_at="2025-06-29"),
        *written("g", 99),
    ]
    bought = [("a", n, "2026-01-01") for n in range(2)] + [("b", n, "2026-01-01") for n in range(19)]
    bought += [("g", n, "2025-01-01") for n in range(19)]
    purchases = [
        {"consumer": who, "order": f"{who}{n}", "product": product, "bought_at": day}
        for who, n, day in bought
        for product in ("p0", "p1")
    ]
    consumers = [{"consumer": one} for one in "abcdefg"]
    assert said("out_of_proportion", consumers=consumers, reviews=reviews, purchases=purchases) == {
        "a": ["99 product reviews in 12 months, 1.9 a week; 2 orders known"],
        "c": ["99 product reviews in 12 months, 1.9 a week"],
        "g": ["99 product reviews in 12 months, 1.9 a week; 0 orders known"],
    }


def test_the_agency_is_quoted_with_the_number_of_its_other_people() -> None:
    consumers = [{"consumer": one, "agency": "壶说文化"} for one in "abc"]
    consumers += [{"consumer": "d", "agency": "Solo Talents"}, {"consumer": "e"}]
    assert said("agency", consumers=consumers, identities=JOINED) == {
        "a": ["of the agency 壶说文化, with 1 other here"],
        "c": ["of the agency 壶说文化, with 1 other here"],
        "d": ["of the agency Solo Talents"],
    }


def test_reviews_on_amazon_alone_are_those_of_people_who_wrote_nowhere_else() -> None:
    platforms = {"a": "amazon", "b": "forum", "c": "amazon", "d": "forum", "e": "amazon", "f": "crm"}
    consumers = [{"consumer": one, "platform": platform} for one, platform in platforms.items()]
    identities = [{"account": one, "person": "ab" if one in "ab" else "ef"} for one in "abef"]
    reviews = [row for one in "abcde" for row in written(one, 1)]
    evidence = "reviews on Amazon alone: a free product for a review is allowed there through Vine only"
    assert said("amazon_only", consumers=consumers, reviews=reviews, identities=identities) == {
        "c": [evidence],
        "e": [evidence],
    }


def test_two_handles_are_accounts_of_one_person_on_one_platform_but_not_in_a_shop() -> None:
    consumers: list[dict[str, Any]] = [
        {"consumer": "a", "platform": "xiaohongshu", "handle": "tea1"},
        {"consumer": "b", "platform": "xiaohongshu", "name": "Tea  Two", "followers": 10},
        {"consumer": "c", "platform": "instagram", "handle": "tea"},
        *({"consumer": one, "platform": "crm", "name": "Ann"} for one in "de"),
        *({"consumer": one, "platform": "forum"} for one in "fg"),
    ]
    identities = [{"account": one, "person": "f" if one in "fg" else "a"} for one in "abcdefg"]
    reviews = written("f", 1) + written("g", 1)
    assert said("two_handles", consumers=consumers, reviews=reviews, identities=identities) == {
        "a": ["2 accounts on xiaohongshu: @tea1 and Tea Two"],
        "f": ["2 accounts on forum: f and g"],
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Run]:
    """A run that excludes nobody, and one that excludes rivals' advertisers."""
    projection, folder = small_market(45), tmp_path_factory.mktemp("checks")
    projection = replace(projection, reviews=projection.reviews.assign(origin="earned"))
    last = projection.reviews["created_at"] >= "2026-06-01"
    rival = projection.reviews["product"].isin(["p1", "p3", "p5"])
    origin = projection.reviews["origin"].mask(last & rival, "gifted")
    projection = replace(projection, reviews=projection.reviews.assign(origin=origin))
    runs = {}
    for exclude in ((), ("rival_ad",)):
        settings = Settings(brand=BRAND, safety_words=("quietly",), exclude=exclude)
        run = analyse(projection, folder / f"run{len(exclude)}", settings, Clock(None), processes=1)
        run.save()
        runs[exclude] = run
    return runs


def test_none_excludes_unless_the_settings_say_so(runs: dict[tuple[str, ...], Run]) -> None:
    every, fewer = runs[()], runs["rival_ad",]
    pd.testing.assert_frame_equal(every.checks, fewer.checks)
    assert set(every.checks["check"]) == {"rival_ad", "safety_words"}
    assert every.people["excluded"].isna().all()
    out = set(every.checks.loc[every.checks["check"] == "rival_ad", "consumer"])
    listed = [set(run.people.loc[run.people["role"].isin(RANKED), "consumer"]) for run in (every, fewer)]
    assert listed[0] & out
    assert listed[1] == listed[0] - out
    assert set(fewer.people.loc[fewer.people["excluded"].notna(), "consumer"]) == out
    assert {row["consumer"] for row in graphkoc.list_kocs(fewer, limit=None)} == listed[1]
    moved = graphkoc.list_moved(fewer, "relative")
    assert not any(row["koc_then"] for row in moved if row["consumer"] in out)
    assert fewer.info["settings"]["exclude"] == ["rival_ad"]


def test_list_and_explanation_quote_what_was_found(runs: dict[tuple[str, ...], Run]) -> None:
    every, fewer = runs[()], runs["rival_ad",]
    stored = Run.load(Path(every.folder))
    assert graphkoc.list_kocs(every, limit=None) == graphkoc.list_kocs(stored, limit=None)
    row = next(row for row in graphkoc.list_kocs(stored, limit=None) if len(row["checks"]) > 1)
    assert set(row["checks"][0]) == {"check", "evidence", "review", "quote"}
    why = graphkoc.explain_consumer(stored, row["consumer"])
    assert why["checks"] == row["checks"]
    first = row["checks"][0]
    assert f"to judge: {first['evidence']}: “{first['quote']}” ({first['review']})" in why["cautions"]
    out = fewer.people.loc[fewer.people["excluded"].notna(), "consumer"].iloc[0]
    cautions = graphkoc.explain_consumer(fewer, out)["cautions"]
    assert "not listed, because [safety] in graphkoc.toml excludes rival_ad" in cautions


def test_ratings_and_the_order_of_rows_do_not_enter() -> None:
    projection = small_market(45)
    rows = find_checks(projection, BRAND, ("quietly",), 1e6)
    other = projection.reviews.assign(rating=5.0).sample(frac=1, random_state=1)
    shuffled = replace(projection, reviews=other, texts=projection.texts.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(rows, find_checks(shuffled, BRAND, ("quietly",), 1e6))


def test_an_unknown_check_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no check 'rivals'") as caught:
        analyse(small_market(45), tmp_path, Settings(exclude=("rivals",)), Clock(None), processes=1)
    assert caught.value.hint == f"There are: {', '.join(CHECKS)}."
