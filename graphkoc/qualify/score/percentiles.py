"""Where nothing has a time: each pillar as a percentile among everybody, weighted and added up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

from graphkoc.qualify.score import Part, Score, Values
from graphkoc.qualify.score.sql import quoted, tables

__all__ = ["WEIGHTED", "percentile_query", "percentiles"]

WEIGHTED = (
    (Part("activity", "own reviews"), 0.25, ("reviews",)),
    (Part("content", "breadth of topics"), 0.15, ("kinds",)),
    (Part("tightness", "ties with and among followers"), 0.2, ("reciprocity", "clustering", "core")),
    (Part("relevance", "taste shared with followers"), 0.2, ("cosine", "match_rate")),
    (Part("influence", "followers' own reach and activity"), 0.2, ("pagerank", "audience_act365")),
)
"""Each pillar without dates, its weight, and the features whose percentiles it is the mean of."""


def percentiles(features: pd.DataFrame) -> Score:
    """The score of everybody by weighted percentiles.

    features: a row per node, with the columns that WEIGHTED names. A percentile is the share of all people, 0 to 100,
    whose value is lower, so nothing earns nothing. Graphkoc's own; the weights are a convention, not learned.
    """
    below = {name: 100 * (scipy.stats.rankdata(values, "min") - 1) / len(values) for name, values in features.items()}
    values: dict[str, Values] = {
        part.name: np.mean([below[name] for name in names], axis=0) for part, _, names in WEIGHTED
    }
    points = {part.name: weight * values[part.name] for part, weight, _ in WEIGHTED}
    total = np.sum(list(points.values()), axis=0)
    unknown = np.full(len(total), np.nan)
    why = (
        "no review has a date, or all have the same, so who is active now and who came first are not known: "
        "percentiles of the pillars, weighted by convention, that no past could check"
    )
    return Score("percentiles", why, tuple(part for part, _, _ in WEIGHTED), values, points, total, unknown, unknown)


def percentile_query(pillar: str, folder: str, consumer: str) -> str:
    """The SELECT that gives a consumer's percentile of a pillar, out of the features in a run's folder."""
    names = next(names for part, _, names in WEIGHTED if part.name == pillar)
    table = tables(folder)["features"]
    below = " + ".join(f"avg((everybody.{name} < one.{name})::int)" for name in names)
    return (
        f"SELECT 100 * ({below}) / {len(names)} FROM {table} AS everybody, "
        f"(SELECT * FROM {table} WHERE consumer = {quoted(consumer)}) AS one"
    )
