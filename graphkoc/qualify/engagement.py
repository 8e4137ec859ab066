"""The engagement that a person's posts received, in the industry's own numbers.

Followers differ by orders of magnitude, so these numbers are compared inside a tier only. What the data do not hold
is null; nothing is guessed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values, is_among, number_ids
from graphkoc.graph.projection import Projection
from graphkoc.qualify.industry import NUMBERS
from graphkoc.qualify.tiers import RELATIVE

__all__ = ["engagements", "mean", "response"]


KINDS = {"likes": "like", "collects": "collect", "comments": "comment", "shares": "share"}
"""A review's counts, and the kinds of engagement that they count."""
FEW_POSTS = 5
"""Posts below which a person has no median to speak of."""
HIT = 10
"""A hit has at least so many times the person's median."""
DEEP = 4
"""What a comment or share weighs beside a like or collect."""


def engagements(projection: Projection) -> pd.DataFrame:
    """The engagements of each review, a row per review in their order: likes, collects, comments, shares, all.

    float64, NaN where not known. A count is what the platform states; where it states none, and engagements
    of that kind with anybody's reviews on that platform are known, it is how many others' are known.
    """
    reviews, made = projection.reviews, projection.engagements
    platform = projection.consumers.set_index("consumer")["platform"].fillna("")
    place = reviews["consumer"].map(platform).astype("str")
    author = made["review"].map(reviews.set_index("review")["consumer"])
    others = made[author.to_numpy() != made["consumer"].to_numpy()]
    table = pd.DataFrame(index=range(len(reviews)))
    for column, kind in KINDS.items():
        stated = reviews[column].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        engaged = made.loc[made["kind"] == kind, "review"]
        if len(engaged):
            places = place[is_among(reviews["review"], engaged)].unique()
            counted = reviews["review"].map(others.loc[others["kind"] == kind, "review"].value_counts()).fillna(0)
            stated = np.where(np.isnan(stated) & place.isin(places), counted.to_numpy(dtype=float), stated)
        table[column] = stated
    table["all"] = table[list(KINDS)].sum(axis=1, min_count=1)
    return table


def response(projection: Projection, ids: NDArray[Any], sizes: pd.DataFrame, engaged: pd.DataFrame) -> pd.DataFrame:
    """The industry's numbers of everybody: the columns of NUMBERS, a row per id, float64, NaN where not known.

    ids: (n,) consumers, sorted. sizes: label, tier_profile and tier_size, a row per id (`graphkoc.qualify.tiers`);
    people with the same two names are of one tier. engaged: what `engagements` returns. helpful_rank shares a place
    among equals, the best one.
    """
    n = len(ids)
    reviews = projection.reviews
    who = number_ids(ids, reviews["consumer"])
    consumers = projection.consumers.set_index("consumer").loc[ids]
    platform = consumers["platform"].fillna("").to_numpy(dtype=object)
    quote = consumers["quote"].to_numpy(dtype=float, na_value=np.nan)
    views = reviews["views"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    size = sizes["tier_size"].to_numpy(dtype=float)
    # People who engaged are what the rate counts; they are not an audience to divide by.
    ties = pd.Series(platform).replace("", "unknown").map(projection.ties_of())
    engagers = (ties == "engagements").to_numpy() & (sizes["tier_profile"] == RELATIVE).to_numpy()
    size = np.where((size > 0) & ~engagers, size, np.nan)
    tier = [sizes["tier_profile"].to_numpy(dtype=object), sizes["label"].to_numpy(dtype=object)]

    table = pd.DataFrame(index=range(n))
    per_post = mean(who, engaged["all"].to_numpy(), n)
    mean_views = mean(who, views, n)
    table["engagements_per_post"] = per_post
    for name, values in (("engagement_rate", per_post), ("collect_rate", mean(who, engaged["collects"].to_numpy(), n))):
        table[name] = values / size
        table[f"{name}_to_tier"] = _divide(table[name], table[name].groupby(tier).transform("median").to_numpy())

    shallow, deep = engaged[["likes", "collects"]], engaged[["comments", "shares"]]
    interactions = engaged[["likes", "collects", "comments"]].sum(axis=1, min_count=1).to_numpy()
    seen = ~np.isnan(interactions) & (views > 0)
    table["interaction_rate"] = _divide(
        np.bincount(who[seen], interactions[seen], minlength=n),
        np.bincount(who[seen], views[seen], minlength=n),
    )
    by_views, by_engagements = _share_hits(who, views, n), _share_hits(who, engaged["all"].to_numpy(), n)
    table["hit_share"] = np.where(np.isnan(by_views), by_engagements, by_views)
    table["cost_per_engagement"] = _divide(quote, per_post)
    table["cost_per_thousand"] = _divide(1000 * quote, mean_views)
    votes = reviews["helpful"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    table["helpful"] = mean(who, votes, n) * np.bincount(who[~np.isnan(votes)], minlength=n)
    table["helpful_rank"] = table["helpful"].groupby(platform).rank(method="min", ascending=False)
    points = shallow.sum(axis=1) + DEEP * deep.sum(axis=1)
    earned = mean(who, points.where(engaged["all"].notna()).to_numpy(), n)
    by_what = np.where(mean_views > 0, "views", "followers")
    exposed = np.where(mean_views > 0, mean_views, size)
    table["engagement_score"] = 100 * pd.Series(earned / exposed).groupby([platform, by_what]).rank(pct=True)
    return table[[number.name for number in NUMBERS]]


def mean(who: NDArray[np.int64], values: Any, n: int) -> Values:
    """(n,) mean of each person's known values; NaN without any."""
    known = ~np.isnan(values)
    count = np.bincount(who[known], minlength=n)
    total = np.bincount(who[known], values[known], minlength=n)
    of_each: Values = np.divide(total, count, out=np.full(n, np.nan), where=count > 0)
    return of_each


def _divide(values: Any, by: Any) -> Values:
    """The values over `by`; NaN where that is 0 or not known."""
    ratio: Values = np.divide(values, by, out=np.full(len(values), np.nan), where=by > 0)
    return ratio


def _share_hits(who: NDArray[np.int64], values: Any, n: int) -> Values:
    """(n,) share of each person's posts that have at least HIT times their median."""
    posts = pd.DataFrame({"who": who, "value": values}).dropna()
    median = posts.groupby("who")["value"].transform("median")
    hit = (posts["value"] >= HIT * median).groupby(posts["who"]).mean()
    fair = (posts.groupby("who")["value"].agg(["size", "median"])).query("size >= @FEW_POSTS and median > 0").index
    share = np.full(n, np.nan)
    share[fair] = hit[fair]
    return share
