"""What people came to within a window of time, and which of them were alike at its start.

A stratum is of people with about the same recent activity, as many followees, and the same activity in the category of
an item. A group is expected to do what the others of its strata did within the window, so that a group that is more
active or keener on a category than most is compared with people who are as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Indices, Values, find_sorted, ragged_ranges
from graphkoc.graph.action_log import Items
from graphkoc.graph.network import Network

__all__ = ["Comparison", "Window"]

ACTIVITY, FOLLOWEES, IN_KIND = (0.01, 0.1, 0.5, 2, 6), (1, 5, 20, 60), (0.01, 0.2, 1, 4)
"""The limits between strata; measured in `bench/lift.py`."""
HALF_LIFE, KIND_HALF_LIFE = 90.0, 365.0
"""Days in which what somebody came to halves in weight: of everything, and of a category."""
BINS = len(IN_KIND) + 1
STRATA = (len(ACTIVITY) + 1) * (len(FOLLOWEES) + 1) * BINS
LEAST_VARIANCE = 0.25
"""Where almost nobody is expected, one adopter is not to count for many standard deviations."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """A group beside the others, for each of (i,) items.

    adopters: members of the group who came to the item within the window. expected: how many would have, at the rates
    of the others of their strata. variance: of that number, where each member comes to the item by chance.
    """

    adopters: Values
    expected: Values
    variance: Values

    @property
    def deviation(self) -> Values:
        """(i,) float64: the standard deviation of the adopters, at least half a person."""
        return np.asarray(np.sqrt(np.maximum(self.variance, LEAST_VARIANCE)))

    @property
    def z(self) -> Values:
        """(i,) float64: adopters beyond those expected, in standard deviations."""
        return np.asarray((self.adopters - self.expected) / self.deviation)


@dataclass(frozen=True, eq=False)
class _Meetings:
    """First meetings, sorted by item: those of item i are at [begin[i], begin[i + 1])."""

    person: NDArray[np.int32]
    item: NDArray[np.int32]
    begin: Indices

    @classmethod
    def of(cls, items: Items, rows: NDArray[np.bool_], count: int) -> _Meetings:
        item = items.item[rows]
        order = np.argsort(item, kind="stable")
        return cls(items.person[rows][order], item[order], np.searchsorted(item[order], np.arange(count + 1)))

    def find(self, items: Indices) -> tuple[Indices, Indices]:
        """The rows of some items, and the place of each one's item among these."""
        return ragged_ranges(self.begin[items], self.begin[items + 1] - self.begin[items])

    def people(self, item: int) -> NDArray[np.int32]:
        return self.person[self.begin[item] : self.begin[item + 1]]


class Window:
    """What people came to between two days, and their strata at the first one.

    meetings: first meetings of people with items, see `graphkoc.graph.action_log.Items`. network: the follows known at
    `begin`. Only what is dated up to `begin` makes a stratum, and nothing after `end` is read.
    kind_of: (items,) int64. alive: (items,) bool, what anybody came to within the window, or in as many days before it.
    """

    def __init__(self, meetings: Items, network: Network, begin: float, end: float) -> None:
        self.begin, self.end, self.network, self.n = begin, end, network, len(network)
        self.items = int(meetings.item.max(initial=-1)) + 1
        self.kind_of = np.zeros(self.items, dtype=np.int64)
        self.kind_of[meetings.item] = meetings.kind
        self._kinds = int(meetings.kind.max(initial=-1)) + 1
        past = meetings.day <= begin
        inside = ~past & (meetings.day <= end)
        age = begin - meetings.day[past]
        activity = np.bincount(meetings.person[past], np.exp2(-age / HALF_LIFE), minlength=self.n)
        followees = np.bincount(network.target, minlength=self.n)
        base = np.digitize(activity, ACTIVITY) * (len(FOLLOWEES) + 1) + np.digitize(followees, FOLLOWEES)
        self._base = base * BINS
        cells = meetings.person[past].astype(np.int64) + meetings.kind[past].astype(np.int64) * self.n
        self._cells, place = np.unique(cells, return_inverse=True)
        in_kind = np.bincount(place, np.exp2(-age / KIND_HALF_LIFE), minlength=len(self._cells))
        self._bins = np.digitize(in_kind, IN_KIND)
        self._before = _Meetings.of(meetings, past, self.items)
        self._within = _Meetings.of(meetings, inside, self.items)
        lately = past & (meetings.day > begin - (end - begin))
        self.alive = np.bincount(meetings.item[lately | inside], minlength=self.items) > 0

    def count_adopters(self, people: NDArray[np.bool_]) -> Values:
        """(items,) float64: how many of some people came to each item within the window. people: (n,) bool."""
        return np.bincount(self._within.item[people[self._within.person]], minlength=self.items).astype(float)

    def find_adopters(self, item: int) -> NDArray[np.bool_]:
        """(n,) bool: who came to an item within the window."""
        return self._mark(self._within.people(item))

    def find_rates(self, others: NDArray[np.bool_], item: int) -> Values:
        """(n,) float64: the share of the others of each person's stratum who came to an item within the window.

        NaN for those who knew the item before. others: (n,) bool. It is 0 where the stratum has no others.
        """
        before = self._mark(self._before.people(item))
        stratum = self._find_strata(np.arange(self.n), np.full(self.n, self.kind_of[item]))
        compared = others & ~before
        there = np.bincount(stratum[compared], minlength=STRATA)
        came = np.bincount(stratum[compared & self.find_adopters(item)], minlength=STRATA)
        return np.where(before, np.nan, _divide(came, there)[stratum])

    def compare(self, group: NDArray[np.bool_], others: NDArray[np.bool_], items: Indices) -> Comparison:
        """How many of a group came to each of (i,) items, beside how many are expected by the others.

        group, others: (n,) bool, of which nobody is in both. Who knew an item before is left out of both.
        """
        adopters = self._count(self._within, group, items)
        of_others = self._count(self._within, others, items)
        members = self._count_people(group, items) - self._count(self._before, group, items)
        rest = self._count_people(others, items) - self._count(self._before, others, items)
        rate = _divide(of_others, rest)
        return Comparison(adopters.sum(axis=1), (members * rate).sum(axis=1), (members * rate * (1 - rate)).sum(axis=1))

    def _mark(self, people: NDArray[np.int32]) -> NDArray[np.bool_]:
        marked = np.zeros(self.n, dtype=bool)
        marked[people] = True
        return marked

    def _find_strata(self, people: NDArray[np.integer], kinds: Indices) -> Indices:
        """(r,) int64: the stratum of each person for a kind of items."""
        cell = find_sorted(self._cells, people + kinds * self.n)
        known = cell >= 0
        strata: Indices = self._base[people]
        strata[known] += self._bins[cell[known]]
        return strata

    def _count(self, meetings: _Meetings, people: NDArray[np.bool_], items: Indices) -> Values:
        """(i, STRATA) float64: the meetings of some people with each item, by stratum."""
        rows, place = meetings.find(items)
        kept = people[meetings.person[rows]]
        rows, place = rows[kept], place[kept]
        strata = self._find_strata(meetings.person[rows], self.kind_of[items][place])
        counted = np.bincount(place * STRATA + strata, minlength=len(items) * STRATA)
        return counted.reshape(len(items), STRATA).astype(float)

    def _count_people(self, people: NDArray[np.bool_], items: Indices) -> Values:
        """(i, STRATA) float64: some people by their stratum for each item."""
        kinds, place = np.unique(self.kind_of[items], return_inverse=True)
        # Everybody has the lowest bin of a kind, but those whom its cells name.
        counted = np.tile(np.bincount(self._base[people], minlength=STRATA).astype(float), (len(kinds), 1))
        first = np.searchsorted(self._cells, kinds * self.n)
        last = np.searchsorted(self._cells, (kinds + 1) * self.n)
        rows, of_kind = ragged_ranges(first, last - first)
        who = self._cells[rows] - kinds[of_kind] * self.n
        kept = people[who]
        rows, of_kind, who = rows[kept], of_kind[kept], who[kept]
        np.subtract.at(counted, (of_kind, self._base[who]), 1.0)
        np.add.at(counted, (of_kind, self._base[who] + self._bins[rows]), 1.0)
        return counted[place]


def _divide(above: NDArray[Any], below: NDArray[Any]) -> Values:
    """above / below, 0 where below is 0."""
    return np.asarray(np.divide(above, below, out=np.zeros(below.shape), where=below > 0))
