"""Co-review: pairs of people who review the same products, and of products with the same reviewers, more often than
chance would explain.

With reviews shuffled so that each person and each product keeps its number of reviews, two people of k_i and k_j
reviews share about a Poisson number of products, with the mean

    k_i k_j sum_p k_p (k_p - 1) / E^2        (k_p: reviews of a product; E: all reviews).

A pair is kept if it shares significantly more, with the false discovery rate over all pairs, including those that
share nothing, held at FALSE_DISCOVERY_RATE (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). The usual
hypergeometric test (Tumminello et al., PLoS ONE 6, 2011) treats all products as equally popular, and finds hundreds of
thousands of links among shuffled reviews.

The shared items of pairs are counted by a sparse product, a block of rows at a time. A hub counts for little and
costs much: a product that 10,000 people reviewed makes fifty million pairs. If there would be more pairs than
`MOST_PAIRS`, the largest hubs are left out until there are not; `find_hubs` returns them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import gammainc

from graphkoc.arrays import batches
from graphkoc.graph.action_log import Log
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE, benjamini_hochberg

__all__ = ["MOST_PAIRS", "Hubs", "find_hubs", "pair_people", "pair_products"]

MOST_PAIRS = 200_000_000
"""Pairs that are counted at most, each as often as it shares an item."""
BLOCK = 10_000_000
"""Pairs that are counted at a time, at about 50 bytes each."""


@dataclass(frozen=True, eq=False)
class Hubs:
    """The hubs that the counting leaves out, in large logs only.

    products: int64, sorted, the products (numbers as in Log.product) that `pair_people` leaves out.
    people: int32, sorted, the people (indices into network.ids) that `pair_products` leaves out, at least
    in one category.
    """

    products: NDArray[np.int64]
    people: NDArray[np.int32]


def pair_people(log: Log) -> NDArray[np.int32]:
    """The pairs of people who share significantly many products: (k, 2) int32, indices into
    network.ids, the lower first, sorted."""
    person, product = log.person[log.has_product], log.product[log.has_product]
    kept = ~_mark_hubs(product)
    return _find_significant(person[kept], product[kept], np.zeros(int(kept.sum()), dtype=np.int64))


def pair_products(log: Log, group: NDArray[np.int32] | None = None) -> NDArray[np.int64]:
    """The pairs of products of one category that share significantly many reviewers: (k, 2) int64,
    numbers as in Log.product, the lower first, sorted.

    group: (k,) int32, the category of each review's product, -1 for none; log.category by default. The
    expected number is that of each category, and the false discovery rate is held over all of them.
    """
    used, member, inside = _select_in_categories(log, group)
    kept = ~_mark_hubs(member)
    return _find_significant(log.product[used][kept], member[kept], inside[kept])


def find_hubs(log: Log, group: NDArray[np.int32] | None = None) -> Hubs:
    """What `pair_people(log)` and `pair_products(log, group)` leave out."""
    product = log.product[log.has_product]
    used, member, _ = _select_in_categories(log, group)
    return Hubs(np.unique(product[_mark_hubs(product)]), np.unique(log.person[used][_mark_hubs(member)]))


def _select_in_categories(
    log: Log, group: NDArray[np.int32] | None
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """(k,) bool, the reviews that are about a product of a category; and person and category as one number, and the
    category, of each of these."""
    group = log.category if group is None else group
    used = log.has_product & (group >= 0)
    inside = group[used].astype(np.int64)
    return used, log.person[used] * (inside.max(initial=0) + 1) + inside, inside


def _mark_hubs(column: NDArray[Any]) -> NDArray[np.bool_]:
    """(k,) bool: the entries in the largest columns, those without which at most MOST_PAIRS pairs are left.

    Columns of one size go or stay together, so that no order of names decides.
    """
    _, inverse, size = np.unique(column, return_inverse=True, return_counts=True)
    rising = np.sort(size)
    pairs = np.cumsum(rising * (rising - 1) // 2)
    fitting = int(np.searchsorted(pairs, MOST_PAIRS, side="right"))
    return size[inverse] >= rising[fitting] if fitting < len(rising) else np.zeros(len(column), dtype=bool)


def _find_significant(row: NDArray[Any], column: NDArray[Any], group: NDArray[np.int64]) -> NDArray[Any]:
    """The pairs of rows that share significantly many columns; see `pair_people`.

    row, column, group: one entry per review, those of the same row and column are one; a row is of one
    group, and so is a column.
    """
    rows, row_at = np.unique(row, return_inverse=True)
    columns, column_at = np.unique(column, return_inverse=True)
    _, once = np.unique(row_at * len(columns) + column_at, return_index=True)
    row_at, column_at, group = row_at[once], column_at[once], group[once]
    reviews = np.bincount(group, minlength=1)
    group_of_row, group_of_column = np.zeros((2, max(len(rows), len(columns), 1)), dtype=np.int64)
    group_of_row[row_at], group_of_column[column_at] = group, group
    degree, popularity = np.bincount(row_at), np.bincount(column_at)
    twice = popularity * (popularity - 1.0)
    chance = np.bincount(group_of_column[: len(columns)], twice, len(reviews)) / np.maximum(reviews, 1.0) ** 2
    size = np.bincount(group_of_row[: len(rows)])
    hypotheses = float(np.sum(size * (size - 1.0) / 2))
    sharing = float(twice.sum() / 2)
    if not sharing:
        return np.empty((0, 2), dtype=row.dtype)

    # No more pairs can pass than share something, so none passes with a p above that share of the rate.
    ceiling = FALSE_DISCOVERY_RATE * min(1.0, sharing / hypotheses)
    matrix = csr_array((np.ones(len(once), dtype=np.int32), (row_at, column_at)), shape=(len(rows), len(columns)))
    found = []
    for first, last in batches(matrix @ popularity, BLOCK):
        shared = (matrix[first:last] @ matrix[first:].T).tocoo()
        upper = shared.row < shared.col
        low, high, count = shared.row[upper] + first, shared.col[upper] + first, shared.data[upper]
        p = gammainc(count, degree[low] * degree[high] * chance[group_of_row[low]])
        few = p <= ceiling
        found.append((low[few], high[few], p[few]))
    low, high, p = (np.concatenate(parts) for parts in zip(*found, strict=True))
    kept = benjamini_hochberg(p, hypotheses) <= FALSE_DISCOVERY_RATE
    low, high = low[kept], high[kept]
    order = np.lexsort((high, low))
    return np.column_stack([rows[low[order]], rows[high[order]]])
