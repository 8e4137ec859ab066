"""Closure: how tightly an audience is knit, that is, whether the followers of a person know each other and the person
more than chance would explain.

The ties counted are the follows among the followers and those by which the person follows them back. They are compared
with a randomly rewired network in which each person follows, and is followed by, as many people as before: the
directed configuration model, in which each follow is an independent draw with the probability x y / (1 + x y) of the
greatest entropy (Park and Newman, "Statistical mechanics of networks", Phys. Rev. E 70, 2004; Squartini and
Garlaschelli, "Analytical maximum-likelihood method to detect patterns in real networks", New J. Phys.
13, 2011). Its mean and variance are sums over classes of followers, so that no network is
actually rewired.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from graphkoc.arrays import Values, batches
from graphkoc.graph.network import Network

__all__ = ["measure_closure"]


CLASSES = 1.1
"""Degrees that differ by less than this factor are in one class, and count as its mean."""
ROUNDS = 300
EXACT = 1e-9
"""Relative error of the degrees at which the fitting ends."""
PRODUCTS = 20_000_000
"""Numbers that are held at once while triangles are counted."""
ROWS = 50_000


def measure_closure(network: Network) -> pd.DataFrame:
    """The closure of each audience, beside that of a rewired network; one row per node, in the network's order.

    knit_ties: float64, follows among the followers, and follows from the person to them. knit_expected: float64, the
    number expected by chance. knit_z: float64, the difference in standard deviations, each of which is at least one
    follow, so that a single accidental follow makes little difference. All three are NaN for a person without
    followers. Each direction counts; weights and dates do not.

    The variance is that of independent draws, times (1 - a / m)(1 - b / m) for the a of the m follows that
    start at the followers and the b that end at them or the person, as in a draw without replacement: degrees are
    kept exactly, not on average (Fosdick et al., SIAM Review 60, 2018).
    """
    n = len(network)
    out, into = (np.bincount(ends, minlength=n) for ends in (network.source, network.target))
    audience = sparse.csr_array(
        (np.ones(len(network.source)), (network.source, network.target)), shape=(n, n), dtype=np.float64
    )
    ties = _count_closed(audience, out) + _count_returned(network, n)
    expected, variance = _expect(audience, out, into)
    table = pd.DataFrame({"knit_ties": ties, "knit_expected": expected})
    table["knit_z"] = (ties - expected) / np.maximum(np.sqrt(variance), 1)
    table.loc[out == 0] = np.nan
    return table


def _count_returned(network: Network, n: int) -> Values:
    """(n,) how many of their followers each person follows."""
    there, back = (
        one.astype(np.int64) * n + other
        for one, other in ((network.source, network.target), (network.target, network.source))
    )
    return np.bincount(network.source[np.isin(there, back)], minlength=n).astype(float)


def _count_closed(audience: sparse.csr_array, out: NDArray[np.int64]) -> Values:
    """(n,) follows among the followers of each node, a slice of the product of matrices at a time."""
    closed = np.zeros(len(out))
    for start, end in batches(audience @ out.astype(float), PRODUCTS):
        rows = audience[start:end]
        closed[start:end] = (rows @ audience).multiply(rows).sum(axis=1)
    return closed


@dataclass(frozen=True, eq=False)
class _Classes:
    """Degrees put into classes: which one each belongs to, how many do, and the mean degree of each."""

    of: NDArray[np.int64]
    size: Values
    degree: Values

    @classmethod
    def made(cls, degree: NDArray[np.int64]) -> _Classes:
        """The classes of (n,) degrees."""
        step = np.floor(np.log(np.maximum(degree, 1)) / np.log(CLASSES)).astype(np.int64) + (degree > 0)
        _, of = np.unique(step, return_inverse=True)
        size = np.bincount(of).astype(float)
        return cls(of, size, np.bincount(of, degree) / size)


def _expect(audience: sparse.csr_array, out: NDArray[np.int64], into: NDArray[np.int64]) -> tuple[Values, Values]:
    """(n,) mean and variance of the number of ties in a rewired network."""
    n, m = len(out), int(out.sum())
    if not m:
        return np.zeros(n), np.zeros(n)
    givers, takers = _Classes.made(out), _Classes.made(into)
    x, y = _fit(givers, takers)
    followers = _Classes.made(np.maximum(into - 1, 0))
    back = _make_probabilities(x, y)
    mean, variance = np.zeros(n), np.zeros(n)
    by_giver, by_follower = _make_indicator(givers), _make_indicator(followers)
    for kind in np.flatnonzero(givers.degree):
        # That the followers follow the person is given; only their other follows, to other people, are random.
        others = givers.size - (np.arange(len(x)) == kind)
        among = _make_probabilities(x, _solve(x, others, followers.degree, y.max()))
        nodes = np.flatnonzero(givers.of == kind)
        for rows in np.array_split(nodes, len(nodes) // ROWS + 1):
            audiences = audience[rows]
            starts, ends = (audiences @ by_giver).toarray(), (audiences @ by_follower).toarray()
            for total, each_other, returned in (
                (mean, among, back),
                (variance, among * (1 - among), back * (1 - back)),
            ):
                total[rows] = ((starts @ each_other) * ends).sum(axis=1)
                total[rows] -= audiences @ each_other[givers.of, followers.of]
                total[rows] += (starts * returned[:, takers.of[rows]].T).sum(axis=1)
    left = np.maximum(m - out, 1)
    a, b = audience @ out.astype(float), audience @ np.maximum(into - 1, 0).astype(float) + into
    variance *= np.clip(1 - a / left, 0, 1) * np.clip(1 - b / left, 0, 1)
    return mean, np.maximum(variance, 0)


def _make_probabilities(x: Values, y: Values) -> Values:
    """The probability of a follow for each pair of classes."""
    product = np.outer(x, y)
    return product / (1 + product)


def _make_indicator(classes: _Classes) -> sparse.csr_array:
    """One row per node, 1 in the column of its class."""
    n = len(classes.of)
    return sparse.csr_array((np.ones(n), classes.of, np.arange(n + 1)), shape=(n, len(classes.size)))


def _fit(givers: _Classes, takers: _Classes) -> tuple[Values, Values]:
    """The x and y of each class for which the expected degrees are the real ones."""
    total = np.sqrt(max(float(givers.size @ givers.degree), 1.0))
    x, y = givers.degree / total, takers.degree / total
    for _ in range(ROUNDS):
        x = givers.degree / ((takers.size * y) / (1 + np.outer(x, y))).sum(axis=1)
        sums = ((givers.size * x)[:, None] / (1 + np.outer(x, y))).sum(axis=0)
        taken = y * sums
        y = takers.degree / sums
        if np.abs(taken - takers.degree).max() <= EXACT * takers.degree.max():
            break
    return x, y


def _solve(x: Values, size: Values, degree: Values, start: float) -> Values:
    """The y of each class with the expected degree `degree`, for givers with these x."""
    y = np.minimum(degree, start)
    for _ in range(ROUNDS):
        sums = ((size * x)[:, None] / (1 + np.outer(x, y))).sum(axis=0)
        change = np.divide(degree, sums, out=y.copy(), where=sums > 0) - y
        y = y + change
        if np.abs(change).max() <= EXACT * max(y.max(), EXACT):
            break
    return y
