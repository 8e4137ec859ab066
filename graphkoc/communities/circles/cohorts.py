"""Cohorts: how far a circle is explained by members who joined at the same time.

People follow those whom they meet, and they meet those who are there: people who joined together form a community
of the network whatever else they share. So the ties within a circle are compared with those in a network whose ties
are rewired within each pair of cohorts (half a year each), so that each person keeps their number of ties with each
cohort.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.communities.circles.ties import Ties

__all__ = ["HALF_YEAR", "ratios"]

HALF_YEAR = 365.25 / 2


def ratios(ties: Ties, joined: NDArray[np.float64], groups: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
    """(k,) float64: the ties within each group, divided by those that the cohorts of its people explain.

    joined: (n,) float64, days, NaN for unknown, which makes a cohort of its own. Cohorts explain the mean number of
    ties over all rewired networks: of m ties between two cohorts, m a b / m^2 are inside a group that has a and b of
    their ends; of m ties within one cohort, m (s^2 - sum d^2) / ((2m)^2 - sum d^2), where s counts the ends in the
    group and d those of each person. NaN where cohorts explain no tie.
    """
    n, k = len(ties.people), len(groups)
    sizes = [len(group) for group in groups]
    people = np.concatenate([*groups, np.empty(0, dtype=np.int32)])
    member = _counts(np.repeat(np.arange(k), sizes), people, (k, n))
    both = np.concatenate([ties.low, ties.high]), np.concatenate([ties.high, ties.low])
    inside = (member @ _counts(*both, (n, n))).multiply(member).sum(axis=1) / 2

    _, cohort = np.unique(np.floor(joined / HALF_YEAR), return_inverse=True)
    alike = cohort[ties.low] == cohort[ties.high]
    turned = cohort[ties.low] > cohort[ties.high]
    earlier, later = np.where(turned, ties.high, ties.low)[~alike], np.where(turned, ties.low, ties.high)[~alike]
    pairs, block = np.unique(np.column_stack([cohort[earlier], cohort[later]]), axis=0, return_inverse=True)
    size = np.bincount(block, minlength=len(pairs))
    shape = n, len(pairs)
    ends = (member @ _counts(earlier, block, shape)).multiply(member @ _counts(later, block, shape))
    explained = ends @ (1 / size)

    degree = np.bincount(np.concatenate([ties.low[alike], ties.high[alike]]), minlength=n).astype(float)
    of_cohort = _counts(np.arange(n), cohort, (n, int(cohort.max(initial=0)) + 1))
    ends, squares = degree @ of_cohort, degree**2 @ of_cohort
    here, squares_here = (member * degree) @ of_cohort, (member * degree**2) @ of_cohort
    within = np.divide(ends / 2, ends**2 - squares, out=np.zeros(len(ends)), where=ends > 0)
    explained = explained + (here.power(2) - squares_here) @ within
    result: NDArray[np.float64] = np.divide(inside, explained, out=np.full(k, np.nan), where=explained > 0)
    return result


def _counts(row: NDArray[np.integer], column: NDArray[np.integer], shape: tuple[int, int]) -> csr_array:
    """How often each row and column come together."""
    return csr_array((np.ones(len(row)), (row, column)), shape=shape)
