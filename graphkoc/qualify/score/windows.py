"""The log's own past as examples: what was known of people at a day, and what their followers did afterwards.

How long afterwards (the horizon), how often (the step), and from when on (the warm-up) follow from how long the past
is, so that half a year of history has examples too. (graphkoc's own; measured in `bench/forecast.py`.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.graph.action_log import Log
from graphkoc.measures.activity import Pairs, credit
from graphkoc.qualify.candidates import AUDIENCE, Candidates
from graphkoc.qualify.score import points
from graphkoc.qualify.score.features import FEATURES, History, Snapshot
from graphkoc.runs.horizon import HORIZONS

__all__ = ["Past", "Schedule", "Window", "by_hand", "find_first_day", "plan_windows"]


STEPS = (91 / 8, 91 / 4, 91 / 2, 91.0)
"""Days between snapshots. Each is a multiple of those before it, so a snapshot of one day serves other ends too."""
ROUNDED = 0.98
"""Of a horizon that must have passed: a calendar's quarters are no quarters of its years to the day."""
COARSE = 7.0
"""Days between its times from which a clock is coarse: its windows are counted in times and not in days."""
PARTS_OF_PAST = 4
"""Horizons that a past has to hold, so that several windows are independent."""
WARM_UP = 366.0
"""The most days of the log before the first snapshot; of a short log, a third of it."""
SNAPSHOTS = 24
"""Steps that a past is divided into, at least, where it is shorter than two years."""
FEWEST = 20
"""Minimum number of candidates of a snapshot."""
MOST = 10_000
"""Maximum number of candidates of a snapshot that are learned from; of more, so many are sampled at random."""


@dataclass(frozen=True, eq=False)
class Window:
    """One snapshot: its day, the people that could be key opinion consumers then, what was known of them, and the
    credit that they earned by reviews in (as_of, until].

    people: (c,) int64, indices into the network. values: (c, 42) float64. credit: (c,) float64.
    """

    as_of: float
    until: float
    people: NDArray[np.int64]
    values: Values
    credit: Values


@dataclass(frozen=True)
class Schedule:
    """horizon: days that a forecast looks ahead. unit: days between the times of a coarse clock, 1 where the clock is
    fine. spans: beginning and end of each window, the oldest first."""

    horizon: float
    unit: float
    spans: tuple[tuple[float, float], ...]


def plan_windows(times: Values, as_of: float) -> Schedule:
    """Which windows a past is divided into.

    times: (k,) float64, the distinct times of the reviews up to `as_of`, sorted; at least one.
    """
    length = as_of - float(times[0])
    gaps = np.diff(times)
    coarse = len(gaps) > 0 and float(gaps.min()) >= COARSE
    unit = float(np.median(gaps)) if coarse else 1.0
    horizon = _choose_horizon(length, unit)
    step = next((step for step in STEPS if step >= length / SNAPSHOTS), STEPS[-1])
    first = find_first_day(times, as_of)
    if coarse:
        ahead, every = max(round(horizon / unit), 1), max(round(step / unit), 1)
        begins = range(0, len(times) - ahead, every)
        spans = [(float(times[i]), float(times[i + ahead])) for i in begins if times[i] >= first]
    else:
        begin = float(times[0])
        number = np.arange(int(np.ceil((first - begin) / step)), int((as_of - horizon - begin) / step) + 1)
        spans = [(x, x + horizon) for x in (begin + step * number).tolist() if x >= first and x + horizon <= as_of]
    return Schedule(horizon, unit, tuple(spans))


def find_first_day(times: Values, as_of: float) -> float:
    """The first day of the past of which enough is known for a snapshot; times as in `plan_windows`."""
    return float(times[0]) + ROUNDED * min((as_of - float(times[0])) / 3, WARM_UP)


def _choose_horizon(length: float, unit: float) -> float:
    """The longest horizon that fits into a past often enough, and at least one time of its clock."""
    fitting = [days for days in HORIZONS if ROUNDED * days <= length / PARTS_OF_PAST]
    ticking = next((days for days in HORIZONS if days >= ROUNDED * unit), unit)
    return max([ticking, *fitting])


class Past:
    """The windows of a log. They are the same whatever comes after them, so those of one day serve later ones.

    candidates: whose they are.
    """

    def __init__(self, log: Log, found: Pairs | None = None, candidates: Candidates = AUDIENCE) -> None:
        self.log = log
        self.candidates = candidates
        self.history = History(log, found)
        self._snapshots: dict[float, tuple[NDArray[np.int64], Values] | None] = {}
        self._windows: dict[tuple[float, float], Window | None] = {}

    def schedule(self, as_of: float) -> Schedule:
        """The windows to look for in what was known by day `as_of`; at least one review is from before it."""
        return plan_windows(np.unique(self.log.day[: int(np.searchsorted(self.log.day, as_of, side="right"))]), as_of)

    def windows(self, as_of: float) -> list[Window]:
        """The windows that are over by day `as_of` and have enough candidates, the oldest first."""
        if not len(self.log.day) or self.log.day[0] > as_of:
            return []
        spans = self.schedule(as_of).spans
        return [window for span in spans if (window := self._find_window(*span)) is not None]

    def _find_window(self, begin: float, end: float) -> Window | None:
        if (begin, end) not in self._windows:
            self._windows[begin, end] = self._build_window(begin, end)
        return self._windows[begin, end]

    def _build_window(self, begin: float, end: float) -> Window | None:
        if begin not in self._snapshots:
            self._snapshots[begin] = self._take_snapshot(begin)
        if (snapshot := self._snapshots[begin]) is None:
            return None
        people, values = snapshot
        found = self.history.pairs
        known = found.where(self.log.known(begin)[found.edge])
        earned = credit(known, len(self.log.network), after=begin, until=end)
        return Window(begin, end, people, values, earned[people])

    def _take_snapshot(self, as_of: float) -> tuple[NDArray[np.int64], Values] | None:
        """The candidates of a day and what was known of them; None where they are too few."""
        snapshot = Snapshot(self.history, as_of)
        people = self.candidates.find(self.log, snapshot.audience, as_of)
        if len(people) < FEWEST:
            return None
        if len(people) > MOST:
            people = np.sort(np.random.default_rng(0).choice(people, MOST, replace=False))
        return people, snapshot.table(people)


def by_hand(values: Values) -> Values:
    """The formula's score of (c, 43) features; (c,) float64."""
    names = [feature.name for feature in FEATURES]
    return points(values[:, names.index("act90")]) + points(values[:, names.index("audience_act90")])
