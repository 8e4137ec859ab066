"""Who takes the seats of a group: facility location by lazy greedy, with conditions on who sits beside whom.

The value of a set of people is the mean, over everybody whom the group stands for, of their likeness to the chosen one
who is most like them (facility location: Cornuejols, Fisher, Nemhauser, Management Science 23, 1977). It is monotone
and submodular, so without conditions a greedy choice has at least 1 - 1/e of the best value (Nemhauser, Wolsey, Fisher,
Mathematical Programming 14, 1978), and a gain computed earlier bounds the gain now, which saves computing most of them
again (Minoux 1978). Taking somebody who adds at least a share a of the most leaves 1 - 1/e^a of the best. With the
conditions the choice is a heuristic: no bound holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Indices, Values

__all__ = ["WITHIN", "Cap", "Conditions", "Quota", "Spread", "choose_seats", "value_of"]

WITHIN = 0.9
"""Share of a set's value that one without two who know each other must have to be taken in its place."""
DECIMALS = 12
"""Digits of a gain that count: sums of another order differ beyond them, and must not part equals."""


@dataclass(frozen=True, eq=False)
class Quota:
    """At least so many of these; members: (c,) bool."""

    members: NDArray[np.bool_]
    least: int


@dataclass(frozen=True, eq=False)
class Spread:
    """At least so many different labels; labels: (c,) int64, -1 for none."""

    labels: Indices
    least: int


@dataclass(frozen=True, eq=False)
class Cap:
    """At most so many with one label, as long as others are left; labels: (c,) int64, -1 for none."""

    labels: Indices
    most: int


@dataclass(frozen=True, eq=False)
class Conditions:
    """What a group of some of c candidates must be like, as far as there are such people.

    tied: (c, c) bool, symmetric: who knows whom. quotas and spreads come before the value; caps and ties after them.
    near: the share of the largest gain with which an earlier candidate is taken before a later one.
    """

    tied: NDArray[np.bool_]
    quotas: tuple[Quota, ...] = ()
    spreads: tuple[Spread, ...] = ()
    caps: tuple[Cap, ...] = ()
    near: float = 1.0


def value_of(likeness: Values, chosen: Sequence[int]) -> float:
    """The value of a set of candidates, 0 to 1; likeness: (c, d) of the candidates to those they stand for."""
    return float(likeness[list(chosen)].max(axis=0).mean()) if len(chosen) else 0.0


def choose_seats(
    likeness: Values, size: int, conditions: Conditions | None = None, after: Sequence[int] = ()
) -> list[int]:
    """`size` of c candidates in the order in which they are chosen, fewer where there are not as many.

    likeness: (c, d) float64, 0 to 1. Equal gains go to the earlier candidate. after: who has a seat already; the
    result is without them. Nobody is chosen who is tied to somebody chosen where another one gives the set at least
    WITHIN of the value, which is looked at again once all seats are taken.
    """
    n = len(likeness)
    wanted = conditions or Conditions(np.zeros((n, n), dtype=bool))
    seats = _Seats(likeness, wanted, list(after))
    for remaining in range(min(size, n - len(after)), 0, -1):
        seats.take(remaining)
    seats.part_tied(len(after))
    return seats.chosen[len(after) :]


class _Seats:
    """The seats taken so far, and an upper bound of what each candidate would add."""

    def __init__(self, likeness: Values, conditions: Conditions, chosen: list[int]) -> None:
        self.likeness, self.conditions, self.chosen = likeness, conditions, chosen
        self.best = likeness[chosen].max(axis=0) if chosen else np.zeros(likeness.shape[1])
        self.bound = np.full(len(likeness), np.inf)

    def take(self, remaining: int) -> None:
        """Choose one more, of the `remaining` that are still to be chosen."""
        free = np.ones(len(self.likeness), dtype=bool)
        free[self.chosen] = False
        filled = self._count_filled(self.chosen)
        # Once every seat left is needed for what is missing, only those come in question who bring most of it.
        needed = filled.max(initial=0, where=free) > 0 and self._count_needed(free) >= remaining
        pool = free & (filled == filled[free].max()) if needed else free
        pool = self._respect_caps(pool, self.chosen)
        one = self._find_best(np.flatnonzero(pool))
        if self.conditions.tied[one, self.chosen].any():
            strangers = pool & ~self.conditions.tied[:, self.chosen].any(axis=1)
            if strangers.any():
                other = self._find_best(np.flatnonzero(strangers))
                with_one, with_other = (value_of(self.likeness, [*self.chosen, who]) for who in (one, other))
                one = other if with_other >= WITHIN * with_one else one
        self.chosen.append(one)
        self.best = np.maximum(self.best, self.likeness[one])

    def part_tied(self, first: int) -> None:
        """Put somebody else in the place of each who is tied to another, where that keeps WITHIN of the value.

        first: how many of the chosen stay in any case. Of each quota one is enough here. Whoever comes is tied to
        nobody, so there are fewer ties each time.
        """
        while any(self._replace(place) for place in reversed(range(first, len(self.chosen)))):
            pass

    def _replace(self, place: int) -> bool:
        """Put a stranger in that place if its holder is tied to another and one is there; whether one was."""
        others = self.chosen[:place] + self.chosen[place + 1 :]
        if not self.conditions.tied[self.chosen[place], others].any():
            return False
        missing = self._count_missing(self.chosen)
        pool = np.asarray(~self.conditions.tied[:, others].any(axis=1))
        pool[self.chosen] = False
        pool[pool] = [self._count_missing([*others, int(who)]) <= missing for who in np.flatnonzero(pool)]
        at = np.flatnonzero(self._respect_caps(pool, others))
        if not len(at):
            return False
        rest = self.likeness[others].max(axis=0) if others else np.zeros(self.likeness.shape[1])
        values = np.maximum(self.likeness[at], rest).mean(axis=1).round(DECIMALS)
        if values.max() < WITHIN * value_of(self.likeness, self.chosen):
            return False
        self.chosen[place] = int(at[values.argmax()])
        return True

    def _find_best(self, pool: Indices) -> int:
        """The first of the pool who adds nearly as much as whoever adds most.

        Only those are computed whose bound is high enough.
        """
        most = 0.0
        for who in pool[np.lexsort((pool, -self.bound[pool]))].tolist():
            if self.bound[who] < self.conditions.near * most:
                break
            self.bound[who] = np.maximum(self.likeness[who] - self.best, 0).mean().round(DECIMALS)
            most = max(most, float(self.bound[who]))
        return int(pool[self.bound[pool] >= self.conditions.near * most].min())

    def _count_filled(self, chosen: list[int]) -> Indices:
        """(c,) int64: how many of the quotas and spreads that are not met yet each candidate would help to meet."""
        filled = np.zeros(len(self.likeness), dtype=np.int64)
        for quota in self.conditions.quotas:
            filled += quota.members & (quota.members[chosen].sum() < quota.least)
        for spread in self.conditions.spreads:
            there = np.unique(spread.labels[chosen])
            new = (spread.labels >= 0) & ~np.isin(spread.labels, there)
            filled += new & ((there >= 0).sum() < spread.least)
        return filled

    def _count_missing(self, chosen: list[int]) -> int:
        """How many quotas nobody is of, and how many labels the spreads lack."""
        lacking = [int(quota.least > 0 and not quota.members[chosen].any()) for quota in self.conditions.quotas]
        for spread in self.conditions.spreads:
            there = np.unique(spread.labels[chosen])
            lacking.append(max(0, spread.least - int((there >= 0).sum())))
        return sum(lacking)

    def _count_needed(self, free: NDArray[np.bool_]) -> int:
        """How many seats it takes to meet what is not met, when each goes to whoever helps most (greedy cover)."""
        trial, free = list(self.chosen), free.copy()
        while True:
            filled = np.where(free, self._count_filled(trial), 0)
            if filled.max(initial=0) == 0:
                return len(trial) - len(self.chosen)
            trial.append(int(filled.argmax()))
            free[trial[-1]] = False

    def _respect_caps(self, pool: NDArray[np.bool_], chosen: list[int]) -> NDArray[np.bool_]:
        """Those of the pool of whose label fewer than may be are chosen; a cap that leaves nobody is passed over."""
        for cap in self.conditions.caps:
            labels, times = np.unique(cap.labels[chosen], return_counts=True)
            full = labels[(times >= cap.most) & (labels >= 0)]
            if (left := pool & ~np.isin(cap.labels, full)).any():
                pool = left
        return pool
