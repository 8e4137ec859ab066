"""How much of everybody's audience is in the data: what a list may lack because it was not loaded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphkoc.arrays import Values, is_among, number_ids
from graphkoc.graph.projection import Projection

__all__ = ["cover"]


def cover(projection: Projection, consumers: pd.DataFrame, audience: Values) -> pd.DataFrame:
    """How much of everybody's audience is known, a row per consumer.

    consumers: platform and followers, indexed by consumer, sorted. audience: (n,) float64, their known audiences.

    Returns audience_coverage, the known followers as a share of the followers that the platform states: NaN where it
    states none, or where people who engaged stand in for followers; and at most 1, for followers come and go between
    the two counts. Then posts, the number of a person's posts, and posts_engaged, those of them that somebody else is
    known to have engaged with (int64).
    """
    ids, n = consumers.index.to_numpy(), len(consumers)
    stated = consumers["followers"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    ties = consumers["platform"].fillna("unknown").map(projection.ties_of()).to_numpy()
    countable = (stated > 0) & (ties != "engagements")
    share = np.divide(audience, stated, out=np.full(n, np.nan), where=countable)

    reviews, made = projection.reviews, projection.engagements
    author = made["review"].map(reviews.set_index("review")["consumer"])
    others = made.loc[author.to_numpy() != made["consumer"].to_numpy(), "review"]
    who = number_ids(ids, reviews["consumer"])
    engaged = is_among(reviews["review"], others)
    return pd.DataFrame(
        {
            "audience_coverage": np.minimum(share, 1.0),
            "posts": np.bincount(who, minlength=n),
            "posts_engaged": np.bincount(who[engaged], minlength=n),
        }
    )
