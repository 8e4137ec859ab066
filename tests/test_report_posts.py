"""The posts that a report may quote: whose they are, whose brand they name, how critical, and what is quoted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import market

from graphkoc.graph.network import days
from graphkoc.qualify.brand_names import Brand
from graphkoc.qualify.posts import MOST, NAMED_DAYS, list_posts
from graphkoc.qualify.remarks.quotes import LONGEST, quote_texts
from graphkoc.qualify.remarks.remarks import CRITICAL, POSITIVE, PROBLEMS, find_critical, read_remarks
from graphkoc.runs.run import Run

AS_OF = "2026-07-01"
BRAND = Brand(("Nordkessel", "北壶"), ("Brisko", "Tessin"))


def list_of(*reviews: dict[str, Any], roles: dict[str, str] | None = None, brand: Brand | None = BRAND) -> pd.DataFrame:
    """The posts of reviews, by people who are KOCs unless roles say otherwise; each may have text, title and tags."""
    rows = [{"review": f"r{at}", "consumer": "ann", "created_at": "2026-06-20"} | one for at, one in enumerate(reviews)]
    consumers = sorted({row["consumer"] for row in rows})
    data = market(
        consumers=[{"consumer": one, "platform": "forum"} for one in consumers],
        reviews=rows,
        texts=rows,
        products=[
            {"product": "ours", "title": "Luto kettle", "brand": "nordkessel", "category": "Kettles"},
            {"product": "theirs", "title": "Brisko Presto kettle", "category": "Kettles"},
            {"product": "other", "title": "Plain pan", "brand": "Pannen", "category": "Pans"},
        ],
    )
    people = pd.DataFrame({"consumer": consumers, "followers": np.nan, "audience": 3.0, "language": "English"})
    people["role"] = [(roles or {}).get(one, "koc") for one in consumers]
    people["rank"] = range(1, len(people) + 1)
    return list_posts(data, people, float(days(pd.Series([AS_OF]))[0]), brand)


def test_a_brand_is_read_in_the_product_its_title_and_the_text_of_a_post_about_neither() -> None:
    found = list_of(
        {"product": "ours"},
        {"product": "theirs"},
        {"text": "北壶的水壶很安静"},
        {"tags": "tessin kettle"},
        {"title": "Brisko or Nordkessel?"},
        {"product": "other", "text": "A pan"},
    ).set_index("review")
    assert found["side"].fillna("").to_dict() == dict(
        zip(found.index.sort_values(), ["own", "rival", "own", "rival", "own", ""], strict=True)
    )
    assert found.loc[["r0", "r1", "r2", "r3", "r4"], "brand"].tolist() == [
        *("Nordkessel", "Brisko", "Nordkessel", "Tessin", "Nordkessel")
    ]
    assert pd.isna(found.loc["r5", "brand"])
    assert found.loc["r1", ["title", "type"]].tolist() == ["Brisko Presto kettle", "Kettles"]


def test_without_a_brand_posts_are_of_no_side() -> None:
    assert list_of({"product": "ours"}, brand=None)[["side", "brand"]].isna().all(axis=None)


def test_whom_a_report_does_not_name_is_in_it_with_newest_posts_about_a_brand_alone() -> None:
    late, early = "2026-04-03", "2026-04-02"
    found = list_of(
        {"consumer": "ann", "created_at": early},
        {"consumer": "kim", "created_at": early, "product": "other"},
        {"consumer": "bob", "created_at": late, "product": "theirs"},
        {"consumer": "bob", "created_at": early, "product": "theirs"},
        {"consumer": "bob", "created_at": late, "product": "other"},
        {"consumer": "bob", "created_at": None, "product": "ours"},
        roles={"bob": "none", "kim": "kol"},
    )
    assert NAMED_DAYS == 90
    assert found["review"].tolist() == ["r0", "r2", "r1"]


def test_the_newest_posts_of_24_months_are_listed_and_those_without_a_date_come_last() -> None:
    old = {"created_at": "2024-06-30"}
    assert list_of(old, {"created_at": "2024-07-03"}, {"created_at": None})["review"].tolist() == ["r1", "r2"]
    many = list_of(*({"created_at": f"2026-05-{1 + at % 28:02}"} for at in range(MOST + 20)))
    assert len(many) == MOST
    assert many["day"].is_monotonic_decreasing
    assert not many["review"].isin([f"r{at}" for at in range(MOST + 20) if at % 28 < 3]).any()


def test_an_ad_label_survives_and_what_nobody_marked_has_none() -> None:
    found = list_of({"origin": "paid", "text": "#广告 #水壶 北壶的水壶很安静。"}, {"origin": "unknown"}).sort_values(
        "review"
    )
    assert found["origin"].fillna("").tolist() == ["paid", ""]
    assert found["quote"].iloc[0] == "北壶的水壶很安静。"


PROBLEM = "The lid drips when I pour. The handle gets hot and the switch broke after a week."


@pytest.mark.parametrize(
    ("review", "critical"),
    [
        ({"rating": 2.0, "text": "Lovely."}, True),
        ({"rating": 3.0, "text": PROBLEM}, False),
        ({"rating": None, "text": PROBLEM}, True),
        ({"rating": None, "text": "It boils quickly, and looks good."}, False),
        ({"rating": None}, False),
    ],
)
def test_a_post_is_critical_by_its_rating_and_by_its_words_where_it_has_none(
    review: dict[str, Any], critical: bool
) -> None:
    assert list_of(review)["critical"].tolist() == [critical]


CLAUSES = [
    "the lid drips",
    "it leaks",
    "it does not leak",
    "great kettle",
    "I wish it were lighter",
    "It is red",
    "壶嘴漏水",
]
REMARKS = st.lists(st.sampled_from(CLAUSES), max_size=6).map(". ".join)


@given(st.lists(REMARKS, min_size=1, max_size=8))
def test_texts_are_critical_as_all_their_remarks_say(texts: list[str]) -> None:
    written, ratings = pd.Series(texts, dtype="str"), pd.Series(np.nan, range(len(texts)))
    remarks = read_remarks(pd.DataFrame({"consumer": written.index, "rating": ratings, "text": written}))
    signs = [remarks.loc[remarks["text"] == at, "sign"].tolist() for at in range(len(texts))]
    wanted = [PROBLEMS <= one.count(CRITICAL) > one.count(POSITIVE) for one in signs]
    assert find_critical(written, ratings).tolist() == wanted


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It boils. It is quiet! #kettle 😍", "It boils. It is quiet!"),
        ("盖子漏水!!售后没有回复😤[笑哭R] 不推荐 #水壶[话题]#", "盖子漏水!! 售后没有回复 不推荐"),
        ("It is quiet 😍 The lid drips", "It is quiet – The lid drips"),
        ("See https://example.com/a?b=c now.<br>Good.", "See now. Good."),
        ("W" * 130 + ". Short enough.", "Short enough."),
        ("the lid, " + "which is of glass and heavy " * 3 + ", drips " + "again and " * 10, None),
        ("😍 #tea", ""),
        (None, ""),
    ],
)
def test_a_quote_is_the_first_whole_sentences_without_tags_and_pictures(text: str | None, quote: str | None) -> None:
    found = quote_texts(pd.Series([text], dtype="str")).fillna("").iloc[0]
    if quote is None:
        assert found == "the lid, " + ("which is of glass and heavy " * 3).rstrip() + "…"
    else:
        assert found == quote


@given(st.lists(st.text(max_size=400), min_size=1, max_size=5))
def test_a_quote_is_short_and_on_one_line_whatever_people_write(texts: list[str]) -> None:
    found = quote_texts(pd.Series(texts, dtype="str")).dropna()
    assert all(0 < len(quote) <= LONGEST and quote == " ".join(quote.split()) for quote in found)


def test_the_language_is_that_of_the_text_and_of_the_author_where_it_is_too_short_to_tell() -> None:
    found = list_of(
        {"text": "Der Deckel tropft, wenn man ihn nicht gut schließt."},
        {"text": "盖子漏水，不推荐购买"},
        {"text": "Mhm!"},
        {"text": None},
    )
    assert found.sort_values("review")["language"].fillna("").tolist() == ["de", "zh", "en", ""]


def test_a_run_has_the_posts_in_one_order_whatever_the_brand(small_run: Run) -> None:
    posts = small_run.posts
    assert len(posts)
    assert posts["review"].is_unique
    assert posts.sort_values(["consumer", "day", "review"], ascending=[True, False, True]).index.equals(posts.index)
    assert set(small_run.people.query("rank.notna()")["consumer"]) <= set(posts["consumer"])
    assert set(posts["platform"]) <= {"forum", "weibo", "xiaohongshu", "instagram"}
