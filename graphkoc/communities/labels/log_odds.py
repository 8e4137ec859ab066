"""Items that distinguish a group: log-odds with an informative Dirichlet prior, counted by people.

Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16 (2008), section 3.5. An item is a
word, a product, a category; each counts once per person, so that no single person names a group by writing a word
two hundred times. y of the group's people and o of the others use the item; n and m are the sums of y and o over all
items; a is the item's part of the prior A:

    d = ln((y + a) / (n + A - y - a)) - ln((o + a) / (m + A - o - a))
    z = d / sqrt(1 / (y + a) + 1 / (o + a))

An item counts if more of the group's people use it than chance would explain: a binomial test of y among y + o at
n in n + m, with the false discovery rate held at FALSE_DISCOVERY_RATE for each group (Benjamini and Hochberg,
J. R. Stat. Soc. B 57, 1995). The usual limit, z above 2.58, gives a group of a thousand randomly drawn people eight
words.

The others are everybody else, or for a group inside a parent the parent's other people. The prior is
how often both together use the item, and A is PRIOR times n. Among values from a quarter of n to eight times n,
twice n has most words on topic (`bench/names.py`); a fixed A is too small for large groups, and a share of all uses
too large for small ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, issparse

from graphkoc.arrays import number_ids
from graphkoc.graph.action_log import Log
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE, benjamini_hochberg
from graphkoc.runs.members import MEMBER

__all__ = ["FEWEST", "PRIOR", "People", "marked", "values_at"]

FEWEST = 3
"""People of the group who must use an item."""
PRIOR = 2.0
"""Weight of the prior, in the group's own uses."""


@dataclass(frozen=True, eq=False)
class People:
    """The people of each of g groups, and the others whom they are compared with; of n people.

    inside: (g, n) int64, 1 for the people of each. parted: (g,) bool, whether the others are a parent's
    other people; outside: (g, n) int64, 1 for these.
    """

    inside: csr_array
    parted: NDArray[np.bool_]
    outside: csr_array

    @classmethod
    def of(cls, ids: list[str], parents: list[str | None], members: pd.DataFrame, log: Log) -> People:
        """The people of the groups `ids` in a frame of group, consumer and confidence.

        parents: for each group the one that it lies inside, or a category, whose people are those who
        reviewed in it. Where it is neither, or nobody in it is outside the group, the others are everybody.
        """
        people = len(log.network)
        sure = members[members["confidence"] >= MEMBER]
        row = number_ids(ids, sure["group"])
        inside = marked(row, number_ids(log.network.ids, sure["consumer"]), (len(ids), people))
        reviewing = marked(log.category, log.person, (len(log.categories), people))
        rows = np.arange(len(ids))
        group = number_ids(ids, parents)
        category = number_ids(log.categories, parents)
        of_group = marked(rows, group, (len(ids), len(ids)))
        of_category = marked(rows, np.where(group < 0, category, -1), (len(ids), len(log.categories)))
        around = csr_array(of_group @ inside + of_category @ reviewing)
        outside = csr_array(around - around * inside)
        outside.eliminate_zeros()
        return cls(inside, np.asarray(outside.sum(axis=1)) > 0, outside)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(g,) int64: how many people each group has."""
        return np.asarray(self.inside.sum(axis=1), dtype=np.int64)

    @property
    def others(self) -> NDArray[np.int64]:
        """(g,) int64: how many people each group is compared with."""
        everybody = self.inside.shape[1] - self.sizes
        return np.where(self.parted, np.asarray(self.outside.sum(axis=1)), everybody).astype(np.int64)

    def distinguish(self, used: csr_array, most: int) -> pd.DataFrame:
        """The items that distinguish each group, at most `most` items a group, strongest first, ties by number.

        used: (n, t) int64, 1 where a person uses an item. Returns row (the group) and item, numbers;
        z (float64); inside and outside (int64), how many of its people and of the others use it.
        """
        mine = csr_array(self.inside @ used)
        row = np.repeat(np.arange(mine.shape[0]), np.diff(mine.indptr))
        enough = mine.data >= FEWEST
        row, item, inside = row[enough], mine.indices[enough].astype(np.int64), mine.data[enough]
        theirs = csr_array(self.outside @ used)
        total = np.asarray(used.sum(axis=0), dtype=np.int64)
        n = np.asarray(mine.sum(axis=1))
        outside = np.where(self.parted[row], values_at(theirs, row, item), total[item] - inside)
        m = np.where(self.parted, np.asarray(theirs.sum(axis=1)), total.sum() - n)
        p = scipy.stats.binom.sf(inside - 1, inside + outside, n[row] / np.maximum(n + m, 1)[row])
        hypotheses = int((total >= FEWEST).sum())
        each = np.split(p, np.searchsorted(row, np.arange(1, mine.shape[0])))
        q = np.concatenate([benjamini_hochberg(some, hypotheses) for some in each])
        z = _z(inside, outside, n[row], m[row])
        found = pd.DataFrame({"row": row, "item": item, "z": z, "inside": inside, "outside": outside})
        found = found[q <= FALSE_DISCOVERY_RATE].sort_values(["row", "z", "item"], ascending=[True, False, True])
        return found.groupby("row", sort=False).head(most).reset_index(drop=True)


def _z(
    inside: NDArray[np.int64], outside: NDArray[np.int64], n: NDArray[np.int64], m: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The z of items that `inside` and `outside` people use, of `n` and `m` uses of all; see the module."""
    weight = PRIOR * n
    prior = weight * (inside + outside) / (n + m)
    mine, theirs = inside + prior, outside + prior
    # If one item is all that everybody uses, both odds are infinite: it distinguishes no group, and z is NaN.
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.log(mine / (n + weight - mine)) - np.log(theirs / (m + weight - theirs))
    return np.asarray(distance / np.sqrt(1 / mine + 1 / theirs))


def marked(row: ArrayLike, column: ArrayLike, shape: tuple[int, int]) -> csr_array:
    """int64, 1 at each of the places, however often it comes; those with a negative index are none."""
    row, column = np.asarray(row), np.asarray(column)
    there = (row >= 0) & (column >= 0)
    matrix = csr_array((np.ones(int(there.sum()), dtype=np.int64), (row[there], column[there])), shape=shape)
    matrix.data[:] = 1
    return matrix


def values_at(matrix: csr_array, row: NDArray[Any], column: NDArray[Any]) -> NDArray[np.int64]:
    """The values at places of a sparse matrix."""
    found = matrix[row, column]
    return np.asarray(found.toarray() if issparse(found) else found, dtype=np.int64).ravel()
