"""Reviews that our own campaigns brought about: they are gifted or paid, whatever their source says of them.

Without that the people whom a brand paid last quarter would be its most eager volunteers in the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.arrays import is_among
from graphkoc.text import fold_address

__all__ = ["SEEDING", "mark_seeded"]

SEEDING: dict[str, dict[str, str]] = {
    "seeded": {"consumer": "id", "product": "text", "since": "time", "until": "time", "incentive": "text"},
    "seeded_posts": {"url": "text", "incentive": "text"},
}
"""For each query in `cypher/project/` that is about campaigns, the columns that it must return, and their kinds."""

DAYS = 90
"""Days after the end of a campaign in which a review of its product still comes of it."""
STRENGTHS = ("", "gifted", "paid")
"""What a review was written for; a later one is never replaced by an earlier one."""


def mark_seeded(
    reviews: pd.DataFrame, products: pd.DataFrame, identities: pd.DataFrame, seeding: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """The reviews with the origin of those that a campaign brought about: paid where its posts are paid, else gifted.

    reviews: review, consumer, product, created_at, origin and url. products: product and title. identities: account,
    person. seeding: a frame for each name in SEEDING. A review is of a campaign where it has the address of one of its
    posts, or where somebody whom the campaign gave its product wrote about it, with any account, from that day until
    DAYS after the end; without an end, until DAYS after that day. A review that its source states as paid stays paid.
    """
    found = pd.concat(
        [
            _find_by_address(seeding["seeded_posts"], reviews),
            _find_by_product(reviews, products, identities, seeding["seeded"]),
        ]
    )
    given = found.groupby("review")["strength"].max().reindex(reviews["review"]).fillna(0).to_numpy(dtype=int)
    stated = reviews["origin"].map({origin: at for at, origin in enumerate(STRENGTHS)}).fillna(0).to_numpy(dtype=int)
    stronger = given > stated
    if not stronger.any():
        return reviews
    origin = reviews["origin"].copy()
    origin[stronger] = np.array(STRENGTHS)[given[stronger]]
    return reviews.assign(origin=origin)


def _find_by_address(posts: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """Reviews whose address is a post's: review, strength."""
    folded = posts["url"].map(fold_address).to_numpy()
    strengths = _grade(posts["incentive"]).groupby(folded).max().drop("", errors="ignore")
    if strengths.empty:
        return pd.DataFrame({"review": [], "strength": []})
    addressed = reviews[reviews["url"].notna()]
    strength = addressed["url"].map(fold_address).map(strengths)
    return pd.DataFrame({"review": addressed["review"], "strength": strength}).dropna()


def _find_by_product(
    reviews: pd.DataFrame, products: pd.DataFrame, identities: pd.DataFrame, seeded: pd.DataFrame
) -> pd.DataFrame:
    """Reviews of a campaign's product by those whom it was given to: review, strength."""
    names = pd.concat([products["product"], products["title"]], ignore_index=True).map(_fold, na_action="ignore")
    of_name = pd.DataFrame({"name": names, "product": pd.concat([products["product"]] * 2, ignore_index=True)})
    persons = dict(zip(identities["account"], identities["person"], strict=True))
    given = seeded.dropna(subset=["since", "product"])
    given = given.assign(
        person=_find_persons(given["consumer"], persons),
        name=given["product"].map(_fold),
        first=given["since"].dt.normalize(),
        last=given[["since", "until"]].max(axis=1).dt.normalize() + pd.Timedelta(days=DAYS + 1),
        strength=_grade(given["incentive"]),
    )[["person", "name", "first", "last", "strength"]]
    given = given.merge(of_name.dropna().drop_duplicates(), on="name")
    about = reviews.loc[is_among(reviews["product"], given["product"]), ["review", "consumer", "product", "created_at"]]
    about = about.assign(person=_find_persons(about["consumer"], persons))
    pairs = about.merge(given, on=["person", "product"])
    return pairs.loc[pairs["created_at"].between(pairs["first"], pairs["last"], "left"), ["review", "strength"]]


def _find_persons(consumers: pd.Series[Any], persons: Mapping[str, str]) -> pd.Series[Any]:
    """The person of each account, which is its own where it is linked to no other."""
    return pd.Series([persons.get(one, one) for one in consumers], consumers.index, dtype="str")


def _grade(incentives: pd.Series[Any]) -> pd.Series[Any]:
    """The place in STRENGTHS of what posts are given for; where that is not stated, it is a gift."""
    return pd.Series(np.where(incentives.eq("paid").fillna(False), 2, 1), incentives.index)


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
