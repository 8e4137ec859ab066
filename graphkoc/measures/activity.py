"""Measures of the dated log: recent activity, and the follow-on reviews that a person is credited with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.log import Log
from graphkoc.network import Network

__all__ = ["HALF_LIFE", "Pairs", "activity", "audience_activity", "credit", "pairs", "past_credit"]

Values = NDArray[np.float64]

HALF_LIFE = 90.0
"""Days in which a review's weight halves."""


def activity(log: Log, at: float, half_life: float = HALF_LIFE) -> Values:
    """Recent activity at day `at`: each first review weighs 2^(-age / half_life), ages in days.

    Returns (n,) float64. Exponential decay as in Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay",
    ICDE 2009.
    """
    past = log.day <= at
    weights = np.exp2(-(at - log.day[past]) / half_life)
    return np.bincount(log.person[past], weights, minlength=len(log.network)).astype(float)


def audience_activity(log: Log, at: float, half_life: float = HALF_LIFE) -> Values:
    """The recent activity of the followers known at day `at`, summed; (n,) float64."""
    network = log.network.subset(log.known(at))
    return np.bincount(network.source, activity(log, at, half_life)[network.target], minlength=len(network)).astype(
        float
    )


@dataclass(frozen=True, eq=False)
class Pairs:
    """Follows whose two ends came upon the same subject on different days, one row a follow and subject.

    edge: (q,) int32, index into the network's edges. source, target: (q,) int32, the edge's ends (who is
    followed, who follows). thing: (q,) int32, the subject: a product, or a tag. source_day, target_day: (q,)
    float64, when each first came upon it. adoption: (q,) int32, a number for each target and thing.
    """

    edge: NDArray[np.int32]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    thing: NDArray[np.int32]
    source_day: Values
    target_day: Values
    adoption: NDArray[np.int32]

    def where(self, mask: NDArray[np.bool_]) -> Pairs:
        """Some of the rows; mask: (q,) bool."""
        return Pairs(*(values[mask] for values in vars(self).values()))

    def shares(self) -> Values:
        """(q,) float64: each adoption's credit of 1, shared equally among its rows.

        An adoption is one follower's coming upon one subject. Goyal, Bonchi, Lakshmanan, "A data-based
        approach to social influence maximization", VLDB 2011, with equal shares.
        """
        return 1.0 / np.bincount(self.adoption)[self.adoption] if len(self.adoption) else np.empty(0)


def pairs(log: Log, network: Network | None = None) -> Pairs:
    """The pairs of a log; `network` stands in for the log's own (a placebo's shuffled follows)."""
    network = network or log.network
    subjects = log.subjects
    edges = {"edge": np.arange(len(network.source), dtype=np.int32), "source": network.source, "target": network.target}
    firsts = {"person": subjects.person, "thing": subjects.subject, "day": subjects.day}
    with duckdb.connect() as connection:
        connection.register("edges", pd.DataFrame(edges))
        connection.register("firsts", pd.DataFrame(firsts))
        text = Path(__file__).with_name("pairs.sql").read_text(encoding="utf-8")
        found = connection.execute(text).fetchnumpy()
    edge, thing = np.asarray(found["edge"]), np.asarray(found["thing"])
    source, target = network.source[edge], network.target[edge]
    things = int(subjects.subject.max(initial=0)) + 1
    _, adoption = np.unique(target.astype(np.int64) * things + thing, return_inverse=True)
    return Pairs(
        edge,
        source,
        target,
        thing,
        np.asarray(found["source_day"]),
        np.asarray(found["target_day"]),
        adoption.astype(np.int32),
    )


def credit(pairs: Pairs, n: int, after: float, until: float = np.inf) -> Values:
    """Adoption credit that each of n people earns by reviews in (after, until].

    pairs: the rows to count, already limited to the follows that are known. A follower's review
    counts when a followee came first; those who came first share 1 equally. Returns (n,) float64.
    """
    first = pairs.where(pairs.source_day < pairs.target_day)
    shares = first.shares()
    window = (first.target_day > after) & (first.target_day <= until)
    return np.bincount(first.source[window], shares[window], minlength=n).astype(float)


def past_credit(pairs: Pairs, n: int, at: float, half_life: float) -> Values:
    """Adoption credit earned up to day `at`, each adoption weighing 2^(-age / half_life); (n,) float64."""
    first = pairs.where((pairs.source_day < pairs.target_day) & (pairs.target_day <= at))
    weights = first.shares() * np.exp2(-(at - first.target_day) / half_life)
    return np.bincount(first.source, weights, minlength=n).astype(float)
