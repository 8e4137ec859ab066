"""Who follows the candidates of a plan, and how likely each follower is to follow on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.activate.probability import Learned
from graphkoc.arrays import Indices, Values, number_ids
from graphkoc.runs.run import Run

__all__ = ["Audience", "make_exposure", "read_audience"]


@dataclass(frozen=True, eq=False)
class Audience:
    """The follows of a run, as positions among its people, and what each is worth.

    followee, follower: (m,) int32. worth: (m,) float64 from 0 to 1: the probability that was learned or, where none
    could be, the follower's recent activity as a share of the largest. learned: None in that case. why: what it was
    learned from, or why it could not be, in one sentence.
    """

    followee: NDArray[np.int32]
    follower: NDArray[np.int32]
    worth: Values
    learned: Learned | None
    why: str

    def exposure(self, rows: Indices, people: int) -> csr_array:
        """(len(rows), people) float64: the worth of each follow of the people at `rows`, sorted positions."""
        return make_exposure(self.followee, self.follower, self.worth, rows, people)


def make_exposure(
    followee: NDArray[np.int32], follower: NDArray[np.int32], worth: NDArray[np.floating], rows: Indices, people: int
) -> csr_array:
    """(len(rows), people) float64: the worth of the follows of the people at `rows`; NaN is no follow.

    followee, follower, worth: (m,), positions among the people. rows: (k,) sorted positions.
    """
    place = np.full(people, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    kept = (place[followee] >= 0) & ~np.isnan(worth)
    ends = place[followee[kept]], follower[kept]
    return csr_array((worth[kept].astype(np.float64), ends), shape=(len(rows), people))


def read_audience(run: Run, learned: Learned | None, why: str) -> Audience:
    """The audience of a run's people. why: why nothing was learned; passed over where something was."""
    if learned is not None:
        worth = learned.probability.astype(np.float64)
        return Audience(learned.followee, learned.follower, worth, learned, learned.why)
    follows: pd.DataFrame = run.read_follows
    ids = run.people["consumer"].to_numpy(dtype=str)
    followee, follower = (number_ids(ids, follows[end]).astype(np.int32) for end in ("followee", "follower"))
    activity = run.people["reviews_365"].to_numpy(dtype=float)
    most = max(float(activity.max(initial=0.0)), 1.0)
    return Audience(followee, follower, activity[follower] / most, None, why)
