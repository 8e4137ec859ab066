"""The score: how many follow-on reviews to expect, as points that add up.

This is the formula, which an analyst can do by hand: own recent activity times followers' recent
activity, each plus .01. Its points are ln((x + .01) / .01) of each factor, and the score is their
sum: the same order, and 0 points for 0. (graphkoc's own; checked by `graphkoc.backtest`.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphkoc.log import Log
from graphkoc.measures.activity import activity, audience_activity

__all__ = ["PARTS", "Part", "Score", "formula", "points"]

Values = NDArray[np.float64]

OFFSET = 0.01


@dataclass(frozen=True)
class Part:
    """One factor of the score: its name, what it is in words, and the query that recomputes it."""

    name: str
    what: str
    query: str


PARTS = (
    Part("own_activity", "own recent activity", "explore/own_activity"),
    Part("audience_activity", "followers' recent activity", "explore/audience_activity"),
)


@dataclass(frozen=True, eq=False)
class Score:
    """A score and what it is made of.

    kind: formula. why: one sentence on why this kind. values, points: part name -> (n,) float64, in
    units of recent reviews and in points. total: (n,) float64, the sum of the points.
    """

    kind: str
    why: str
    values: dict[str, Values]
    points: dict[str, Values]
    total: Values


def points(values: Values) -> Values:
    """ln((x + .01) / .01) of (n,) values that are not negative; 0 for 0."""
    return np.log1p(values / OFFSET)


def formula(log: Log, at: float) -> Score:
    """The formula's score of every consumer at day `at`."""
    values = {"own_activity": activity(log, at), "audience_activity": audience_activity(log, at)}
    earned = {name: points(of) for name, of in values.items()}
    total = earned["own_activity"] + earned["audience_activity"]
    return Score(
        "formula",
        "own recent activity times followers' recent activity, a formula that can be done by hand",
        values,
        earned,
        total,
    )
