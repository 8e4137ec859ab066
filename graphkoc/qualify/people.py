"""The table of people: what an analysis knows about each of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphkoc.graph.action_log import Log, moment
from graphkoc.graph.projection import Projection
from graphkoc.measures.activity import pairs, past_credit
from graphkoc.qualify.score import Score
from graphkoc.runs.roles import RANKED

__all__ = ["YEAR", "people"]

YEAR = 365.0
"""Days in which somebody has reviewed lately."""


def people(
    projection: Projection,
    log: Log,
    at: float,
    measured: pd.DataFrame,
    qualified: pd.DataFrame,
    scored: Score,
    by_hand: Score,
) -> pd.DataFrame:
    """One row a consumer, sorted by id, as `graphkoc.runs.run.Run` says, but for her niche and circle.

    measured: the measures, a row a node of log.network. qualified: tiers, gates, ledger and the industry's
    numbers, likewise. A rank is for the roles in `graphkoc.runs.roles.RANKED`. by_hand: the formula, whose factors
    are told beside any score.
    """
    n = len(log.network)
    recent = np.bincount(log.person[log.day > at - YEAR], minlength=n).astype(float)
    last = np.full(n, -np.inf)
    np.maximum.at(last, log.person, log.day)
    consumers = projection.consumers.set_index("consumer").loc[log.network.ids]

    table = pd.DataFrame({"consumer": log.network.ids}).astype("str")
    table[["name", "platform"]] = consumers[["name", "platform"]].astype("str").to_numpy()
    table["ties"] = consumers["platform"].fillna("unknown").map(projection.ties_of()).to_numpy()
    for name, of in qualified.items():
        table[name] = of.to_numpy()
    for name, values in measured.items():
        table[name] = values.to_numpy()
    table["reviews"] = np.bincount(log.person, minlength=n)
    table["reviews_365"] = recent
    table["audience_reviews_365"] = np.bincount(log.network.source, recent[log.network.target], minlength=n)
    told = np.isfinite(last) & (not projection.undated)
    table["last_review"] = [moment(day) if known else pd.NaT for day, known in zip(last, told, strict=True)]
    table["follow_on"] = past_credit(pairs(log), n, at, np.inf)
    for name, factor in (by_hand.values | scored.values).items():
        table[name] = factor
    for name, earned in (by_hand.points | scored.points).items():
        table[f"{name}_points"] = earned
    table["score"], table["low"], table["high"] = scored.total, scored.low, scored.high
    candidates = np.flatnonzero(table["role"].isin(RANKED))
    order = candidates[np.lexsort((candidates, -scored.total[candidates]))]
    rank = pd.array([pd.NA] * n, dtype="Int64")
    rank[order] = np.arange(1, len(order) + 1)
    table["rank"] = rank
    return table.astype({"name": "str", "platform": "str", "ties": "str", "last_review": "datetime64[us]"})
