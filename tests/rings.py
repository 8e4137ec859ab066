"""Rings of reviewers put among honest ones: three kinds of camouflage, as in Hooi et al., FRAUDAR, KDD 2016."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.network import Network, days
from graphkoc.qualify.authenticity import Authenticity, examine

__all__ = ["KINDS", "find_patterns", "ring", "with_rings"]

KINDS = ("random", "popular", "taken over")
"""New accounts that also review products at random; or what is popular; old accounts that were taken over."""
CAMPAIGN = 7.0
PART = 0.9
"""The share of a ring that takes part in a campaign."""
CAMOUFLAGE = 1.0
"""Reviews that hide a ring of new accounts, for each review of what it promotes."""


def ring(
    kind: str,
    people: int,
    products: int,
    honest: pd.DataFrame,
    rng: np.random.Generator,
    campaign: float = CAMPAIGN,
) -> tuple[pd.DataFrame, NDArray[np.str_]]:
    """The reviews of a ring, with the best rating, and its members.

    honest: consumer, product, rating, created_at. Two products, which others know too, are promoted in each
    campaign of so many days.
    """
    name = f"ring{rng.integers(1 << 40)}"
    since = pd.Series(days(honest["created_at"]))
    if kind == "taken over":
        known = honest["consumer"].value_counts().sort_index()
        members = rng.choice(known.index[known >= 10].to_numpy(dtype=str), people, replace=False)
    else:
        members = np.array([f"{name}:{i}" for i in range(people)])
    targets = rng.choice(np.sort(honest["product"].unique()), products, replace=False)
    starts = rng.uniform(since.quantile(0.2), since.quantile(0.95), size=(products + 1) // 2)
    who, what = np.divmod(np.arange(people * products), products)
    part = rng.random(len(who)) < PART
    who, what = who[part], what[part]
    rows = pd.DataFrame({"consumer": members[who], "product": targets[what], "rating": 5.0})
    rows["day"] = starts[what // 2] + rng.uniform(0, campaign, len(rows))
    if kind != "taken over":
        n = int(CAMOUFLAGE * len(rows))
        # At random among products, or among reviews, where popular products are drawn more often.
        pool = honest["product"] if kind == "popular" else pd.Series(np.sort(honest["product"].unique()))
        cover = pd.DataFrame({"consumer": rng.choice(members, n), "product": rng.choice(pool.to_numpy(), n)})
        cover["rating"] = rng.choice(honest["rating"].to_numpy(), n)
        cover["day"] = rng.uniform(starts.min(), starts.max() + campaign, n)
        rows = pd.concat([rows, cover], ignore_index=True)
    rows["created_at"] = pd.to_datetime(rows.pop("day"), unit="D").astype("datetime64[us]")
    return rows, members


def with_rings(
    kind: str, rings: int, people: int, products: int, honest: pd.DataFrame, rng_seed: int, campaign: float = CAMPAIGN
) -> tuple[pd.DataFrame, set[str]]:
    """Honest reviews with rings among them, and the members of the rings."""
    rng = np.random.default_rng(rng_seed)
    made = [ring(kind, people, products, honest, rng, campaign) for _ in range(rings)]
    together = pd.concat([honest, *(rows for rows, _ in made)], ignore_index=True)
    return together, {str(member) for _, members in made for member in members}


def find_patterns(reviews: pd.DataFrame, texts: pd.DataFrame | None = None) -> tuple[Authenticity, NDArray[np.str_]]:
    """The patterns in reviews (consumer, product, rating, created_at) of people without follows, and their ids."""
    reviews = reviews.assign(review=[f"r{i:07}" for i in range(len(reviews))])
    reviews = reviews.astype({"review": "str"})
    people = np.unique(reviews["consumer"].to_numpy(dtype=str))
    network = Network.from_edges(pd.DataFrame({"source": [], "target": [], "weight": []}), people.tolist())
    none = pd.DataFrame({"review": [], "title": [], "text": []}, dtype="str")
    return examine(network, reviews, none if texts is None else texts), people
