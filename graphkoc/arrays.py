"""Arrays: ragged ranges, batches that fit memory, lookups among ids and in sorted keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Indices", "Values", "batches", "find_sorted", "is_among", "number_ids", "ragged_ranges", "repeats"]

Values = NDArray[np.float64]
Indices = NDArray[np.int64]


def number_ids(ids: Any, wanted: Any) -> Indices:
    """The position in `ids` of each of (k,) ids, -1 for an id that is not there: (k,) int64.

    ids: unique ids, as a sequence, an array or an index. wanted: a series or an array of ids.
    """
    # What reads a run by numpy alone does not wait for pandas.
    import pandas as pd

    return np.asarray(pd.Index(ids).get_indexer(pd.Index(wanted)), dtype=np.int64)


def is_among(values: Any, ids: Any) -> NDArray[np.bool_]:
    """Which of (k,) values are among the ids: (k,) bool. pandas' isin takes ten times as long for many texts.

    values: a series or an array. ids: a sequence, an array or an index, in which an id may come more than once. Null is
    among them where they have one, as for isin.
    """
    import pandas as pd

    return number_ids(pd.Index(ids).unique(), values) >= 0


def find_sorted(keys: NDArray[np.integer[Any]], wanted: NDArray[np.integer[Any]]) -> Indices:
    """The position in the sorted `keys` of each of (k,) keys, -1 for a key that is not there: (k,) int64."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def ragged_ranges(first: NDArray[np.integer[Any]], length: NDArray[np.integer[Any]]) -> tuple[Indices, Indices]:
    """The integers of (r,) ranges, one range after the other, and the range of each: both (sum of length,) int64.

    Range i begins at first[i] and has length[i] integers.
    """
    ends = np.cumsum(length, dtype=np.int64)
    which = np.repeat(np.arange(len(first), dtype=np.int64), length)
    return np.arange(len(which)) + np.repeat(first - ends + length, length), which


def batches(cost: ArrayLike, most: float, starts: Indices | None = None) -> Iterator[tuple[int, int]]:
    """Consecutive ranges (begin, end) that cover the rows of `cost`, each as long as fits memory.

    cost: (r,) what each row needs. most: what a range may need, but for one row more. starts: the sorted
    positions at which a range may begin, 0 among them; by default every row.
    """
    batch = (np.cumsum(cost) // most).astype(np.int64)
    starts = np.arange(len(batch)) if starts is None else starts
    begins = starts[np.diff(batch[starts], prepend=-1) != 0]
    return pairwise([*begins.tolist(), len(batch)])


def repeats(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows of (k,) columns are equal to the row before in every column: (k,) bool."""
    repeated = np.zeros(len(columns[0]), dtype=bool)
    repeated[1:] = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    return repeated
