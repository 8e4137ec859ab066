"""The score: how many follow-on reviews to expect, as points that add up.

Where the past of the data supports it, the score is a forecast, see `graphkoc.qualify.score.forecast`. This is the
formula, which an analyst can do by hand: own recent activity times followers' recent activity, each plus .01. The
points of a factor x are ln((x + .01) / .01), and the score is their sum: the same order, and 0 points for 0.
(graphkoc's own; checked by `graphkoc.qualify.backtest`.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphkoc.arrays import Values
from graphkoc.graph.action_log import Log
from graphkoc.measures.activity import activity, audience_activity

__all__ = ["OFFSET", "PARTS", "PILLARS", "Part", "Score", "Values", "formula", "points"]


OFFSET = 0.01
"""Of a recent review, that each factor of the formula is raised by: nobody's product is 0 for one factor alone."""


@dataclass(frozen=True)
class Part:
    """A part of the score: its name, a description, and the query that recomputes its value where it is one factor and
    not a sum."""

    name: str
    what: str
    query: str | None = None


PARTS = (
    Part("own_activity", "own recent activity", "own_activity"),
    Part("audience_activity", "followers' recent activity", "audience_activity"),
)
"""The parts of the formula."""

PILLARS = (
    Part("activity", "own activity"),
    Part("content", "topics of the reviews"),
    Part("reach", "followers' activity"),
    Part("relevance", "taste shared with followers"),
    Part("influence", "follow-on reviews so far"),
    Part("tightness", "ties with and among followers"),
)
"""The parts of a forecast: each is the sum of the features in it."""


@dataclass(frozen=True, eq=False)
class Score:
    """A score and what it is made of.

    kind: forecast, formula or percentiles. why: one sentence on why this kind. parts: what it is made of.
    values: part name -> (n,) float64, in units of recent reviews, for parts that are one factor. points: part
    name -> (n,) float64. total: (n,) float64, the sum of the points. low, high: (n,) float64, its 95 % interval,
    NaN where nothing was learned.
    """

    kind: str
    why: str
    parts: tuple[Part, ...]
    values: dict[str, Values]
    points: dict[str, Values]
    total: Values
    low: Values
    high: Values


def points(values: Values) -> Values:
    """ln((x + .01) / .01) of (n,) values that are not negative; 0 for 0."""
    return np.log1p(values / OFFSET)


def formula(log: Log, as_of: float, why: str = "") -> Score:
    """The formula's score of every consumer at day `as_of`; why: the reason against a forecast."""
    values = {"own_activity": activity(log, as_of), "audience_activity": audience_activity(log, as_of)}
    earned = {name: points(of) for name, of in values.items()}
    total = earned["own_activity"] + earned["audience_activity"]
    unknown = np.full(len(total), np.nan)
    what = "own recent activity times followers' recent activity, a formula that can be done by hand"
    return Score("formula", f"{what}; {why}" if why else what, PARTS, values, earned, total, unknown, unknown)
