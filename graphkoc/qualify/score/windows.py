"""The log's own past as examples: what was known of people at a day, and what their followers did in the year after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.errors import AnalysisError
from graphkoc.graph.action_log import YEAR, Log
from graphkoc.measures.activity import Pairs, credit
from graphkoc.qualify import tiers
from graphkoc.qualify.score import points
from graphkoc.qualify.score.features import FEATURES, History, Snapshot

__all__ = ["HORIZON", "Past", "Window"]


HORIZON = float(YEAR)
"""Days after a snapshot in which follow-on reviews are counted."""
WARM_UP = 400.0
"""Days of the log before the first snapshot."""
STEP = 91.0
FEWEST = 50
"""Minimum number of candidates of a snapshot."""
MOST = 10_000
"""Maximum number of candidates of a snapshot that are learned from; of more, so many are sampled at random."""


@dataclass(frozen=True, eq=False)
class Window:
    """One snapshot: its day, the people that could be key opinion consumers then, what was known of them,
    the formula's score, and the credit that they earned in the HORIZON after it.

    people: (c,) int64, indices into the network. values: (c, 41) float64. formula, credit: (c,) float64.
    """

    as_of: float
    people: NDArray[np.int64]
    values: Values
    formula: Values
    credit: Values


class Past:
    """The windows of a log. They are the same whatever comes after them, so those of one day serve later ones.

    trials: the scores of a trial's newest window, as forecast from those before it: the key is all of them.
    """

    def __init__(self, log: Log, found: Pairs | None = None) -> None:
        self.log = log
        self.history = History(log, found)
        self.trials: dict[tuple[Window, ...], Values] = {}
        self._windows: dict[float, Window | None] = {}

    def windows(self, as_of: float) -> list[Window]:
        """The windows that are over by day `as_of`, the oldest first.

        A snapshot every 91 days, or every unit of a coarser clock, from 400 days after the first review.
        """
        days = self.log.day[: int(np.searchsorted(self.log.day, as_of, side="right"))]
        if not len(days):
            return []
        gaps = np.diff(np.unique(days))
        step = max(STEP, float(gaps.min(initial=np.inf))) if len(gaps) else STEP
        starts = np.arange(float(days[0]) + WARM_UP, as_of - HORIZON + 1e-9, step)
        return [window for start in starts.tolist() if (window := self._find_window(start)) is not None]

    def _find_window(self, as_of: float) -> Window | None:
        if as_of not in self._windows:
            self._windows[as_of] = self._build_window(as_of)
        return self._windows[as_of]

    def _build_window(self, as_of: float) -> Window | None:
        snapshot = Snapshot(self.history, as_of)
        people = candidates(snapshot.audience)
        if len(people) < FEWEST:
            return None
        if len(people) > MOST:
            people = np.sort(np.random.default_rng(0).choice(people, MOST, replace=False))
        values = snapshot.table(people)
        found = self.history.pairs
        return Window(
            as_of,
            people,
            values,
            by_hand(values),
            credit(found.where(snapshot.known[found.edge]), snapshot.n, after=as_of, until=as_of + HORIZON)[people],
        )


def candidates(audience: Values) -> NDArray[np.int64]:
    """Who has a small audience: indices; none where nobody has a follower."""
    try:
        return np.flatnonzero(tiers.relative(audience).small(audience))
    except AnalysisError:
        return np.empty(0, dtype=np.int64)


def by_hand(values: Values) -> Values:
    """The formula's score of (c, 41) features; (c,) float64."""
    names = [feature.name for feature in FEATURES]
    return points(values[:, names.index("act90")]) + points(values[:, names.index("audience_act90")])
