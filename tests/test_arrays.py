"""Arrays: ragged ranges, batches, lookups, and repeated rows, each against a loop in plain Python."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.arrays import batches, find_sorted, is_among, number_ids, ragged_ranges, repeats

SMALL = st.integers(-5, 5)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9))))
def test_ragged_ranges_are_the_ranges_one_after_the_other(ranges: list[tuple[int, int]]) -> None:
    first, length = np.array(ranges, dtype=np.int32).reshape(-1, 2).T
    values, which = ragged_ranges(first, length)
    assert values.tolist() == [value for begin, size in ranges for value in range(begin, begin + size)]
    assert which.tolist() == [number for number, (_, size) in enumerate(ranges) for _ in range(size)]
    assert values.dtype == which.dtype == np.int64


@given(st.lists(st.integers(0, 30), max_size=30), st.integers(1, 12))
def test_batches_follow_each_other_and_exceed_the_limit_by_at_most_one_row(cost: list[int], most: int) -> None:
    found = list(batches(np.array(cost, dtype=np.int64), most))
    assert [row for begin, end in found for row in range(begin, end)] == list(range(len(cost)))
    assert all(begin < end and sum(cost[begin:end]) - cost[begin] <= most for begin, end in found)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=20), st.integers(1, 40))
def test_batches_begin_only_where_they_may(blocks: list[tuple[int, int]], most: int) -> None:
    cost = np.repeat(*np.array(blocks, dtype=np.int64).reshape(-1, 2).T)
    starts = np.cumsum([0, *(size for _, size in blocks)])[: len(blocks)]
    found = list(batches(cost, most, starts))
    assert [row for begin, end in found for row in range(begin, end)] == list(range(len(cost)))
    assert {begin for begin, _ in found} <= set(starts.tolist())


@given(st.sets(SMALL), st.lists(SMALL))
def test_a_key_is_found_at_its_position_or_not_at_all(keys: set[int], wanted: list[int]) -> None:
    there = sorted(keys)
    found = find_sorted(np.array(there, dtype=np.int64), np.array(wanted, dtype=np.int64))
    assert found.tolist() == [there.index(key) if key in keys else -1 for key in wanted]


@pytest.mark.parametrize("wrap", [list, pd.Index, pd.Series, lambda ids: np.array(ids, dtype=str)])
def test_an_id_has_the_number_of_its_position_or_none(wrap) -> None:
    numbers = number_ids(wrap(["a", "b", "c"]), pd.Series(["c", None, "a", "z", "c"]))
    assert numbers.tolist() == [2, -1, 0, -1, 2]
    assert numbers.dtype == np.int64
    assert number_ids(wrap([]), pd.Series(["a"], dtype="str")).tolist() == [-1]
    assert number_ids(wrap(["a"]), pd.Series([], dtype="str")).tolist() == []


@pytest.mark.parametrize("wrap", [list, pd.Index, pd.Series, lambda ids: np.array(ids, dtype=str)])
def test_a_value_is_among_ids_that_may_come_twice(wrap) -> None:
    found = is_among(pd.Series(["c", None, "a", "z", "c"]), wrap(["a", "b", "c", "a"]))
    assert found.tolist() == [True, False, True, False, True]
    assert is_among(pd.Series([None, "a"], dtype="str"), pd.Series([None, "b"], dtype="str")).tolist() == [True, False]
    assert is_among(pd.Series(["a"], dtype="str"), wrap([])).tolist() == [False]
    assert is_among(pd.Series([], dtype="str"), wrap(["a"])).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1))))
def test_a_row_repeats_where_all_its_columns_do(rows: list[tuple[int, int]]) -> None:
    one, other = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    assert repeats(one, other).tolist() == [i > 0 and rows[i] == rows[i - 1] for i in range(len(rows))]
