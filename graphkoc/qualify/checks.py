"""Checks for a human to judge: each names its evidence and quotes it. None excludes anybody by itself.

A check says what stands in the data and no more: an advertisement for a rival may be a contract or a single post, and
a word of the user's list may stand in a warning against it. `[safety] exclude` in graphkoc.toml names the checks that
take a person off the list. Ratings do not enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.errors import UsageError
from graphkoc.graph.accounts import ACCOUNTS
from graphkoc.graph.action_log import YEAR, moment
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.qualify.brand_names import Brand, find_mentions, find_sides, find_words
from graphkoc.runs.checks import CHECKS
from graphkoc.text import count, display_name

__all__ = ["find_checks", "list_excluded", "validate_excluding"]

AD = ("paid", "gifted")
"""Origins of a review that carries an advertising label, be it a hashtag, a word or the platform's own."""
AD_DAYS = 90
MOST_BRANDS = 2
"""Brands whose gifts in one year nobody needs to look at."""
COMPLAINT = {"disputed": "a dispute is open", "refunding": "a refund is open", "refunded": "refunded"}
"""What the state of an order says."""
REFUND_DAYS = 180
"""Days from an order on in which a refund is recent: about the time that a customer remembers it."""
WEEKS = 52
OFTEN = 52
"""Product reviews of a year that nobody needs to look at. Few households have a new product worth a text each week."""
EXPLAINED, SPARE = 5, 5
"""Reviews that one order explains, for an order has several products and a product is written about on several
platforms; and reviews beside them, of what was bought elsewhere."""
NEWEST = 3
"""Reviews or orders that are quoted of one person and check."""
LONGEST = 120
"""Characters of a quote."""
COLUMNS = ["consumer", "check", "evidence", "review", "quote"]


def find_checks(projection: Projection, brand: Brand | None, words: Sequence[str], as_of: float) -> pd.DataFrame:
    """What a human should judge, as of the day `as_of`: consumer, check (of CHECKS), evidence, review, quote.

    brand: ours and our rivals'. words: those of the user's brand-safety list. review and quote are null for what no
    single review shows. A review without a date counts for the words alone. Of one person and check at most NEWEST
    reviews or orders are quoted, the newest first. What is stated has no date and counts as it is now: consent,
    agencies, and the state of an order, also of one that is newer than the newest review.
    """
    accounts = _list_accounts(projection)
    written = projection.reviews.merge(projection.texts, on="review", how="left")
    written = written.assign(day=days(written["created_at"]))
    written = written[((written["day"] > as_of - YEAR) & (written["day"] <= as_of)) | written["day"].isna()]
    written = written.sort_values(["consumer", "day", "review"], ascending=[True, False, True])
    found = [
        _find_unwilling(accounts),
        _find_complaints(projection.complaints, as_of),
        _find_rival_ads(projection, written[written["day"] > as_of - AD_DAYS], brand),
        _find_prices(projection.consumers),
        _find_safety_words(written, words),
        _find_gifts(written, projection.products, brand),
        _find_many_reviews(written, projection.purchases, as_of),
        _find_agencies(accounts),
        _find_amazon_only(accounts),
        _find_handles(accounts),
    ]
    table = pd.concat([one[COLUMNS] for one in found], ignore_index=True).astype("str")
    place = table["check"].map(list(CHECKS).index)
    return table.assign(place=place).sort_values(["consumer", "place"], kind="stable", ignore_index=True)[COLUMNS]


def validate_excluding(exclude: Sequence[str]) -> None:
    """Raise UsageError for a check that there is none of."""
    if unknown := [name for name in exclude if name not in CHECKS]:
        raise UsageError(f"there is no check {unknown[0]!r}", hint=f"There are: {', '.join(CHECKS)}.")


def list_excluded(checks: pd.DataFrame, consumers: pd.Index, exclude: Sequence[str]) -> pd.Series[str]:
    """The checks that take each consumer off the list, separated by semicolons; null for none."""
    out = checks[checks["check"].isin(list(exclude))].drop_duplicates(["consumer", "check"])
    return out.groupby("consumer")["check"].agg("; ".join).reindex(consumers).astype("str")


def _list_accounts(projection: Projection) -> pd.DataFrame:
    """Every account with its person, also of people who have one: ACCOUNTS, sorted by both."""
    consumers, several = projection.consumers, projection.accounts
    alone = consumers[~consumers["consumer"].isin(several["consumer"])]
    written = alone["consumer"].map(projection.reviews["consumer"].value_counts()).fillna(0).astype("int64")
    one_each = alone.assign(account=alone["consumer"], reviews=written)[ACCOUNTS]
    every = pd.concat([one_each, several]) if len(several) else one_each
    return every.sort_values(["consumer", "account"], ignore_index=True)


def _find_unwilling(accounts: pd.DataFrame) -> pd.DataFrame:
    """The people of whom any account has no consent."""
    refused = accounts[accounts["consent"] == "no"].drop_duplicates("consumer")
    return _state(refused["consumer"], "not_to_contact", "may not be contacted, as " + refused["account"] + " states")


def _find_complaints(complaints: pd.DataFrame, as_of: float) -> pd.DataFrame:
    """The orders with an open dispute or refund, and the recent ones that were refunded; newest first."""
    orders = complaints.assign(day=days(complaints["bought_at"]))
    orders = orders[(orders["status"] != "refunded") | (orders["day"] > as_of - REFUND_DAYS)]
    orders = orders.sort_values(["consumer", "day", "order", "product"], ascending=[True, False, True, True])
    orders = orders.drop_duplicates(["consumer", "order"]).groupby("consumer").head(NEWEST)
    evidence = [
        f"order {order}{'' if pd.isna(day) else f' of {_write_day(day)}'}: {COMPLAINT[status]}"
        for order, day, status in zip(orders["order"], orders["day"], orders["status"], strict=True)
    ]
    return _state(orders["consumer"], "open_complaint", evidence)


def _find_rival_ads(projection: Projection, written: pd.DataFrame, brand: Brand | None) -> pd.DataFrame:
    """Labelled advertisements about a rival's product, or that name a rival and not us."""
    if brand is None or not brand.rivals:
        return pd.DataFrame(columns=COLUMNS)
    labelled = written[written["origin"].isin(AD)]
    side = find_sides(brand, projection.products)["side"]
    named = find_mentions(brand, labelled[["review", "product"]], projection.texts, side.index)
    sides = named.groupby("review")["side"].agg(set)
    only_rival = sides.index[sides.map(lambda one: one == {"rival"}).astype(bool)]
    about = labelled[(labelled["product"].map(side) == "rival") | labelled["review"].isin(only_rival)]
    return _quote(about, "rival_ad", "labelled as " + about["origin"] + ", about a rival", brand.rivals)


def _find_prices(consumers: pd.DataFrame) -> pd.DataFrame:
    """The people on a price list."""
    asked = consumers[consumers["quote"].notna()]
    evidence = [f"on a price list, which asks {price:,.10g} for a post" for price in asked["quote"].astype(float)]
    return _state(asked["consumer"], "for_hire", evidence)


def _find_safety_words(written: pd.DataFrame, words: Sequence[str]) -> pd.DataFrame:
    """The texts of the last year with a word of the user's list."""
    there = _join(written)
    hits = [there.index[find_words([word], there)] for word in dict.fromkeys(words)]
    which = pd.Series(
        {row: word for word, rows in reversed(list(zip(dict.fromkeys(words), hits, strict=True))) for row in rows},
        dtype="str",
    )
    found = written[written.index.isin(which.index)]
    named = which.reindex(found.index)
    return _quote(found, "safety_words", "has the word " + named, words)


def _find_gifts(written: pd.DataFrame, products: pd.DataFrame, brand: Brand | None) -> pd.DataFrame:
    """The people whose gifted reviews of the last year are of many brands.

    A review is of the brand that its product states; where none is stated, of those of ours and our rivals' that its
    title, text or tags name.
    """
    gifted = written[(written["origin"] == "gifted") & written["day"].notna()]
    # Where there is no product the column would have no type.
    stated = gifted.assign(brand=gifted["product"].map(products.set_index("product")["brand"]).astype("str"))
    open_, there = stated[stated["brand"].isna()], _join(stated[stated["brand"].isna()])
    own, rivals = (brand.own, brand.rivals) if brand else ((), ())
    # Several spellings of our own brand are one brand.
    names = dict.fromkeys(own, "".join(own[:1])) | dict(zip(rivals, rivals, strict=True))
    named = [open_[find_words([name], there)].assign(brand=of) for name, of in names.items()]
    brands = pd.concat([stated.dropna(subset=["brand"]), *named])
    brands["key"] = brands["brand"].str.strip().str.casefold()
    brands = brands.sort_values(["consumer", "key"], kind="stable").drop_duplicates(["consumer", "key"])
    lists = brands.groupby("consumer")["brand"].agg(list)
    many = lists[lists.map(len).astype(int) > MOST_BRANDS]
    evidence = [
        f"gifts from {count(len(names), 'brands')} in the last year: "
        f"{display_name(', '.join(str(name) for name in names), LONGEST)}"
        for names in many
    ]
    return _state(many.index, "many_gifts", evidence)


def _find_many_reviews(written: pd.DataFrame, purchases: pd.DataFrame, as_of: float) -> pd.DataFrame:
    """The people with more product reviews in a year than OFTEN and than their orders explain, where these are known.

    Of those without a known order nothing is said of orders.
    """
    reviews = written[written["day"].notna() & written["product"].notna()]["consumer"].value_counts().sort_index()
    often = reviews[reviews > OFTEN]
    day = days(purchases["bought_at"])
    recent = purchases[(day > as_of - YEAR) & (day <= as_of)]
    orders = recent.groupby("consumer")["order"].nunique().reindex(often.index, fill_value=0)
    table = pd.DataFrame({"reviews": often, "orders": orders.where(often.index.isin(purchases["consumer"]))})
    # A comparison with an unknown number is false.
    many = table[~(table["reviews"] <= EXPLAINED * table["orders"] + SPARE)]
    evidence = [
        f"{count(number, 'product reviews')} in 12 months, {number / WEEKS:.1f} a week"
        + ("" if pd.isna(ordered) else f"; {count(ordered, 'orders')} known")
        for number, ordered in zip(many["reviews"], many["orders"], strict=True)
    ]
    return _state(many.index, "out_of_proportion", evidence)


def _find_agencies(accounts: pd.DataFrame) -> pd.DataFrame:
    """The people of an agency, with the number of its other people."""
    members = accounts[accounts["agency"].notna()].drop_duplicates(["consumer", "agency"])
    others = members.groupby("agency")["consumer"].transform("size").astype("int64") - 1
    evidence = [
        f"of the agency {display_name(agency)}" + (f", with {count(number, 'others')} here" if number else "")
        for agency, number in zip(members["agency"], others, strict=True)
    ]
    return _state(members["consumer"], "agency", evidence)


def _find_amazon_only(accounts: pd.DataFrame) -> pd.DataFrame:
    """The people who wrote on Amazon and nowhere else."""
    wrote = accounts[accounts["reviews"] > 0]
    alone = (wrote["platform"] == "amazon").groupby(wrote["consumer"]).all().astype(bool)
    evidence = "reviews on Amazon alone: a free product for a review is allowed there through Vine only"
    return _state(alone.index[alone], "amazon_only", evidence)


def _find_handles(accounts: pd.DataFrame) -> pd.DataFrame:
    """The people with several accounts on one platform; a customer's numbers in a shop are no accounts."""
    public = accounts[(accounts["reviews"] > 0) | accounts[["handle", "followers"]].notna().any(axis=1)]
    shown = ("@" + public["handle"]).fillna(public["name"]).fillna(public["account"])
    lists = shown.map(display_name).groupby([public["consumer"], public["platform"]]).agg(list)
    several = lists[lists.map(len).astype(int) > 1]
    evidence = [
        f"{count(len(names), 'accounts')} on {platform}: {', '.join(names[:-1])} and {names[-1]}"
        for platform, names in zip(several.index.get_level_values("platform"), several, strict=True)
    ]
    return _state(several.index.get_level_values("consumer"), "two_handles", evidence)


def _state(consumers: Any, check: str, evidence: Any) -> pd.DataFrame:
    """Rows of a check that no single review shows; evidence: of all, or one for each of the consumers."""
    found = pd.DataFrame({"consumer": np.asarray(consumers, dtype=object)})
    return found.assign(check=check, evidence=np.asarray(evidence) if len(found) else None, review=None, quote=None)


def _write_day(day: float) -> str:
    return f"{moment(day).day} {moment(day):%B %Y}"


def _quote(rows: pd.DataFrame, check: str, evidence: pd.Series[str], words: Sequence[str]) -> pd.DataFrame:
    """The newest reviews of each person, with the day in the evidence and the text around the first of the words."""
    day = ["" if pd.isna(one) else f", {_write_day(one)}" for one in rows["day"]]
    found = rows[["consumer", "review"]].assign(
        check=check, evidence=evidence + pd.Series(day, rows.index, dtype="str")
    )
    found["quote"] = [_cut(text, words) for text in _join(rows)]
    return found.groupby("consumer").head(NEWEST)


def _join(rows: pd.DataFrame) -> pd.Series[str]:
    """Title, text and tags of each review."""
    return rows["title"].fillna("") + "\n" + rows["text"].fillna("") + "\n" + rows["tags"].fillna("")


def _cut(text: str, words: Sequence[str]) -> str | None:
    """A piece of the text around the first of the words that is in it, or its beginning; None for no text."""
    whole = display_name(text, len(text) + 1)
    places = [place for word in words if (place := whole.casefold().find(word.casefold())) >= 0]
    begin = max(min(places, default=0) - LONGEST // 3, 0)
    shown = display_name(("…" if begin else "") + whole[begin:], LONGEST)
    return shown or None
