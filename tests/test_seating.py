"""Who takes the seats of a group: the choice against brute force, and its conditions."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graphkoc.invite.seating import WITHIN, Cap, Conditions, Quota, Spread, choose_seats, value_of

likenesses = st.integers(1, 7).flatmap(
    lambda n: st.integers(1, 6).flatmap(
        lambda d: arrays(np.float64, (n, d), elements=st.integers(0, 20).map(lambda value: value / 20))
    )
)


@given(likenesses, st.integers(1, 4), st.sampled_from([1.0, 0.75]))
def test_the_greedy_choice_is_within_its_bound_of_the_best(likeness: np.ndarray, size: int, near: float) -> None:
    n = len(likeness)
    chosen = choose_seats(likeness, size, Conditions(np.zeros((n, n), dtype=bool), near=near))
    assert len(chosen) == len(set(chosen)) == min(size, n)
    best = max(value_of(likeness, some) for some in itertools.combinations(range(n), min(size, n)))
    assert value_of(likeness, chosen) >= (1 - np.exp(-near)) * best - 1e-9


@given(likenesses, st.integers(1, 4))
def test_a_lazy_choice_is_the_one_that_computes_everything(likeness: np.ndarray, size: int) -> None:
    chosen: list[int] = []
    for _ in range(min(size, len(likeness))):
        left = [one for one in range(len(likeness)) if one not in chosen]
        gains = [round(value_of(likeness, [*chosen, one]) - value_of(likeness, chosen), 9) for one in left]
        chosen.append(left[int(np.argmax(gains))])
    assert choose_seats(likeness, size) == chosen


@given(likenesses, st.integers(1, 4), st.data())
def test_quotas_and_spreads_are_met_where_there_are_such_people(
    likeness: np.ndarray, size: int, data: st.DataObject
) -> None:
    n = len(likeness)
    size = min(size, n)
    labels = data.draw(arrays(np.int64, n, elements=st.integers(-1, 3)))
    rare = data.draw(arrays(np.bool_, n))
    distinct = len(set(labels[labels >= 0].tolist()))
    conditions = Conditions(
        np.zeros((n, n), dtype=bool),
        quotas=(Quota(rare, min(1, int(rare.sum()))),),
        spreads=(Spread(labels, min(distinct, max(0, size - 1))),),
    )
    chosen = choose_seats(likeness, size, conditions)
    assert rare[chosen].any() == rare.any()
    assert len({label for label in labels[chosen].tolist() if label >= 0}) >= min(distinct, size - 1)


@given(likenesses, st.integers(2, 4), st.data())
def test_nobody_sits_beside_whom_they_know_where_somebody_else_is_nearly_as_good(
    likeness: np.ndarray, size: int, data: st.DataObject
) -> None:
    n = len(likeness)
    drawn = data.draw(arrays(np.bool_, (n, n)))
    tied = drawn | drawn.T
    np.fill_diagonal(tied, False)
    chosen = choose_seats(likeness, size, Conditions(tied))
    assert_no_better_stranger(likeness, tied, chosen)


def assert_no_better_stranger(likeness: np.ndarray, tied: np.ndarray, chosen: list[int]) -> None:
    """Nobody is tied to another one chosen while a stranger to all would keep WITHIN of the value."""
    for one in chosen:
        others = [other for other in chosen if other != one]
        if not tied[one, others].any():
            continue
        for stranger in set(range(len(likeness))) - set(chosen):
            if not tied[stranger, others].any():
                assert value_of(likeness, [*others, stranger]) < WITHIN * value_of(likeness, chosen) + 1e-9


def test_a_cap_holds_as_long_as_there_are_others() -> None:
    likeness = np.eye(5)
    labels = np.array([0, 0, 0, 1, -1])
    none = np.zeros((5, 5), dtype=bool)
    assert choose_seats(likeness, 3, Conditions(none, caps=(Cap(labels, 1),))) == [0, 3, 4]
    assert choose_seats(likeness, 5, Conditions(none, caps=(Cap(labels, 1),))) == [0, 3, 4, 1, 2]
