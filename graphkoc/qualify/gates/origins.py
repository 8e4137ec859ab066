"""The origin ledger: how much of what a person writes is earned, gifted, paid, invited or not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids
from graphkoc.graph.projection import Projection
from graphkoc.qualify.engagement import mean
from graphkoc.qualify.gates.words import ORIGINS

__all__ = ["ledger"]


def ledger(projection: Projection, ids: NDArray[Any], engaged: pd.DataFrame) -> pd.DataFrame:
    """The ledger of everybody, a row per id, float64.

    ids: (n,) consumers, sorted. engaged: the engagements of each review (`graphkoc.qualify.engagement.engagements`).

    Returns origin_x, the share of a person's reviews of each origin x, 0 without a review. No marker is unknown, not
    earned: most who are paid do not say so (D. Ershov, Y. He, S. Seiler 2025: 96 % of sponsored tweets do not). So
    unpaid_low and unpaid_high are bounds: earned, gifted and invited ones, and all but paid ones; NaN without
    a review. A gift is not pay here; its share stands beside.
    paid_response and organic_response: mean engagements of their paid posts, and of their posts without any
    marker of pay, gift or invitation; paid_to_organic is one over the other, what others call paid post
    performance. NaN where a post of either kind, or its engagements, are not known, or nobody responds to
    the organic ones.
    """
    n = len(ids)
    who = number_ids(ids, projection.reviews["consumer"])
    origin = projection.reviews["origin"].fillna("unknown").to_numpy(dtype=object)
    written = np.bincount(who, minlength=n)
    table = pd.DataFrame(index=range(n))
    for name in ORIGINS:
        of = np.bincount(who[origin == name], minlength=n)
        table[f"origin_{name}"] = np.divide(of, written, out=np.zeros(n), where=written > 0)
    some = written > 0
    table["unpaid_low"] = np.where(
        some, table[["origin_earned", "origin_gifted", "origin_invited"]].sum(axis=1), np.nan
    )
    table["unpaid_high"] = np.where(some, 1 - table["origin_paid"], np.nan)
    for name, posts in (("paid", origin == "paid"), ("organic", np.isin(origin, ["earned", "unknown"]))):
        table[f"{name}_response"] = mean(who[posts], engaged["all"].to_numpy()[posts], n)
    organic = table["organic_response"].to_numpy()
    table["paid_to_organic"] = np.divide(
        table["paid_response"].to_numpy(), organic, out=np.full(n, np.nan), where=organic > 0
    )
    return table
