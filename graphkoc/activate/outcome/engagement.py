"""What posts brought: sums of what platforms state, and rates from these sums.

A rate is of the posts of which both of its sides are known, and says of how many. Organic figures and those of boosted
posts stand apart, because a boosted post's figures contain what the boost brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.definitions import Definitions
from graphkoc.activate.outcome.posts import FIGURES
from graphkoc.qualify.tiers import label_accounts, profiles

__all__ = [
    "RATES",
    "add_up_cents",
    "count_viral",
    "describe_tier_mix",
    "fill_engagements",
    "measure_rates",
    "sum_figure",
]

RATES = ("cpm", "cpc", "cpe", "ctr")
"""Cost of 1,000 impressions, of a read and of an engagement, and reads for an impression: from sums, not means."""
REACTIONS = ("likes", "collects", "comments", "shares")
UNKNOWN = None
"""The tier of an author whose followers nobody states: a class of its own, which is no KOC."""


def fill_engagements(posts: pd.DataFrame) -> pd.DataFrame:
    """The posts with the engagements of each: as stated, else the sum of its reactions that are known, else NaN."""
    summed = posts[list(REACTIONS)].sum(axis=1, min_count=1)
    return posts.assign(engagements=posts["engagements"].fillna(summed))


def sum_figure(posts: pd.DataFrame, name: str) -> dict[str, Any]:
    """The sum of a column over the posts of which it is known, and of how many: {value, how, of, posts}."""
    known = posts[name].dropna()
    cents = name not in FIGURES or name == "revenue"
    value = (add_up_cents(known) if cents else int(known.sum())) if len(known) else None
    return {"value": value, "how": "stated", "of": len(known), "posts": len(posts)}


def add_up_cents(amounts: Sequence[float] | pd.Series[float]) -> float:
    """The sum of amounts to the cent: each is rounded to cents, and these are added as whole numbers."""
    return sum(round(float(amount) * 100) for amount in amounts) / 100


def measure_rates(posts: pd.DataFrame, costs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """RATES of posts: {value, how, of, posts}; None where nothing is known or the denominator is 0.

    costs: the columns that add up to the cost of a post; a post has one where the first is known.
    """
    spent = posts[list(costs)].fillna(0).sum(axis=1).where(posts[costs[0]].notna())
    sides = {
        "cpm": (spent, posts["impressions"], 1000),
        "cpc": (spent, posts["reads"], 1),
        "cpe": (spent, posts["engagements"], 1),
        "ctr": (posts["reads"], posts["impressions"], 1),
    }
    rates = {}
    for name, (upper, lower, each) in sides.items():
        both = upper.notna() & lower.notna()
        top = float(upper[both].sum()) if name == "ctr" else add_up_cents(upper[both])
        bottom = float(lower[both].sum())
        value = each * top / bottom if bottom > 0 else None
        rates[name] = {"value": value, "how": "stated", "of": int(both.sum()), "posts": len(posts)}
    return rates


def count_viral(posts: pd.DataFrame, definitions: Definitions) -> dict[str, Any]:
    """The posts with at least so many likes: {value, how, of (posts whose likes are known), posts}."""
    known = posts["likes"].dropna()
    value = int((known >= definitions.viral_likes).sum()) if len(known) else None
    return {"value": value, "how": "counted", "of": len(known), "posts": len(posts)}


def describe_tier_mix(people: pd.DataFrame, posts: pd.DataFrame) -> list[dict[str, Any]]:
    """What was planned and what came of each tier, the largest audiences first and those of unknown tier last.

    people: those invited: consumer, platform, followers. posts: as `fill_engagements` returns them. A tier is that of
    the platform's published profile by stated followers, as the sheet of results has them, else the plan. 0 followers
    are not known ones. Returns platform, tier, planned, people (authors), posts, and sums as `sum_figure` has them.
    """
    planned = _label(people["platform"], people["followers"])
    theirs = people.set_index("consumer")[["platform", "followers"]]
    author = posts["consumer"].map(lambda one: one if one in theirs.index else None)
    followers = posts["followers"].where(posts["followers"] > 0)
    followers = followers.fillna(author.map(theirs["followers"]).astype("float64"))
    platform = posts["platform"].fillna(author.map(theirs["platform"]))
    mine = _label(platform, followers)
    keys = {*zip(planned["platform"], planned["tier"], strict=True), *zip(mine["platform"], mine["tier"], strict=True)}
    rows = []
    for key in sorted(keys, key=_order):
        here = posts[((mine["platform"] == key[0]) & (mine["tier"] == key[1])).to_numpy()]
        invited = (planned["platform"] == key[0]) & (planned["tier"] == key[1])
        figures = {name: sum_figure(here, name)["value"] for name in (*SUMMED, "cost", "selling")}
        rows.append(
            {"platform": key[0] or None, "tier": key[1] or UNKNOWN, "planned": int(invited.sum())}
            | {"people": int(here["consumer"].nunique()), "posts": len(here), **figures}
        )
    return rows


SUMMED = ("impressions", "reads", "engagements")
"""The figures of a tier that are shown."""


def _label(platform: pd.Series[Any], followers: pd.Series[Any]) -> pd.DataFrame:
    """platform and tier of each, empty where they are not known."""
    stated = pd.to_numeric(followers, errors="coerce").astype("float64")
    table = pd.DataFrame({"platform": platform.to_numpy(dtype=object), "followers": stated.to_numpy()})
    labels = label_accounts(table.assign(followers=table["followers"].where(table["followers"] > 0)))["label"]
    return pd.DataFrame({"platform": table["platform"].fillna(""), "tier": labels.fillna("").astype(object)})


def _order(key: tuple[str, str]) -> tuple[bool, str, float]:
    """By platform, the largest tier first; unknown ones last."""
    platform, tier = key
    least = [
        band.least
        for one in profiles().values()
        if one.default and platform in one.platforms
        for band in one.bands
        if band.label == tier
    ]
    return tier == "", platform, -float(least[0]) if least else 0.0
