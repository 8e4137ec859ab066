"""How much of everybody's audience is in the data: what a list can be missing because nobody loaded it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values, is_among, number_ids
from graphkoc.graph.projection import Projection

__all__ = ["cover"]


def cover(projection: Projection, ids: NDArray[Any], audience: Values) -> pd.DataFrame:
    """How much was seen of everybody, a row per id.

    ids: (n,) consumers, sorted. audience: (n,) float64, their known audiences.

    Returns audience_seen, the known followers as a share of the followers that the platform states: NaN where it
    states none, or where people who engaged stand in for followers; and at most 1, for followers come and go between
    the two counts. Then posts, the number of a person's posts, and posts_seen, those of them that somebody else is
    known to have engaged with (int64).
    """
    n = len(ids)
    consumers = projection.consumers.set_index("consumer").loc[ids]
    stated = consumers["followers"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    ties = consumers["platform"].fillna("unknown").map(projection.ties_of()).to_numpy()
    countable = (stated > 0) & (ties != "engagements")
    share = np.divide(audience, stated, out=np.full(n, np.nan), where=countable)

    reviews, made = projection.reviews, projection.engagements
    author = made["review"].map(reviews.set_index("review")["consumer"])
    others = made.loc[author.to_numpy() != made["consumer"].to_numpy(), "review"]
    who = number_ids(ids, reviews["consumer"])
    seen = is_among(reviews["review"], others)
    return pd.DataFrame(
        {
            "audience_seen": np.minimum(share, 1.0),
            "posts": np.bincount(who, minlength=n),
            "posts_seen": np.bincount(who[seen], minlength=n),
        }
    )
