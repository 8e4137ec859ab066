"""The figure of a ranking: what share of all gain its first people collect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Values

__all__ = ["NAMED", "SHARE", "top_share"]


NAMED = 20
"""How many people an analyst would name: a top is at least so many."""
SHARE = 0.02
"""Of the candidates, that a top is."""


def top_share(ranking: Values, gain: Values, n: int, counts: NDArray[np.int32] | None = None) -> Values:
    """The share of all gain that the n highest of a ranking collect, ties averaged.

    ranking, gain: (c,). counts: (b, c), how often each is there, once by default. Returns (b,) float64,
    NaN where there is no gain at all.
    """
    counts = np.ones((1, len(gain)), dtype=np.int32) if counts is None else counts
    order = np.argsort(-ranking, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(ranking[order]) != 0]))
    people = np.add.reduceat(counts[:, order], starts, axis=1)
    gains = np.add.reduceat(counts[:, order] * gain[order], starts, axis=1)
    before = np.cumsum(people, axis=1) - people
    taken = np.clip(n - before, 0, people)
    collected = (gains * np.divide(taken, people, out=np.zeros(gains.shape), where=people > 0)).sum(axis=1)
    total = gains.sum(axis=1)
    share: Values = np.divide(collected, total, out=np.full(len(total), np.nan), where=total > 0)
    return share
