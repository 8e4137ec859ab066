"""The probability that a follower follows on: that they write about an item within the horizon after the followee did.

It is learned for each follow from rolling snapshots of the log's own past. Beside the probabilities of today stand
those of models as they would have been at earlier days, which read nothing later; what followed them is known, so that
a plan can be compared with what happened (`graphkoc.activate.calibration`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from graphkoc.activate.features import FollowTable
from graphkoc.arrays import Indices
from graphkoc.errors import UsageError
from graphkoc.files import replace_file
from graphkoc.graph.action_log import Log
from graphkoc.measures.activity import Pairs
from graphkoc.qualify.score.features import History, Snapshot
from graphkoc.qualify.score.windows import find_first_day, plan_windows
from graphkoc.runs.horizon import describe_horizons
from graphkoc.text import count

__all__ = ["FILE", "Follows", "Learned", "PastDay", "learn", "read_probabilities", "write_probabilities"]

FILE = "probabilities.parquet"
FORMAT = 1
FEWEST = 20
"""Follows with an adoption in the windows under which nothing is learned."""
NEGATIVES = 0.1
"""Share of follows without an adoption that are learned from, at the weight of all."""
LEAST, MOST = 5_000, 10_000
"""So many of them a snapshot at least, where there are so many, and at most; the latter goes for adoptions too."""
SNAPSHOTS = 16
"""Snapshots that a model is learned from, the newest."""
CLOSED = 8
"""Past days whose horizon is over of which the probabilities are kept, the newest."""
STEPS = 2
"""Snapshots in a horizon, where the log's clock allows."""
ROWS = 200_000
"""Follows of which the features are held in memory at once."""
BINS = 64
MODEL = {
    "max_iter": 100,
    "learning_rate": 0.08,
    "max_leaf_nodes": 12,
    "min_samples_leaf": 100,
    "l2_regularization": 5.0,
    "max_features": 0.5,
    "max_bins": BINS,
    "early_stopping": False,
}


@dataclass(frozen=True, eq=False)
class PastDay:
    """An earlier day as a plan made then would have seen it, and what followed.

    as_of: the day. closed: whether its horizon was over by the reference date. probability: (m,) float32, NaN for a
    follow that was not known then. delay: (m,) float32, days from then to the follower's first adoption of the follow
    within the horizon, infinite without one; of a day that is not closed, up to the reference date.
    """

    as_of: float
    closed: bool
    probability: NDArray[np.float32]
    delay: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Learned:
    """Probabilities of the follows known at a reference date.

    as_of: that date, in days since 1970. horizon: days that a probability looks ahead. followee, follower: (m,) int32,
    positions among the sorted ids of all consumers; sorted by followee and follower. probability: (m,) float32, from 0
    to 1. past: earlier days, the newest first. why: what it was learned from, in one sentence.
    """

    as_of: float
    horizon: float
    followee: NDArray[np.int32]
    follower: NDArray[np.int32]
    probability: NDArray[np.float32]
    past: tuple[PastDay, ...]
    why: str


@dataclass(frozen=True, eq=False)
class _Window:
    """What is learned from of a snapshot.

    values: (r, features), adopted, weight: (r,), of follows whose follower wrote within the horizon before. silent,
    silent_adopted: how many other follows there are, and with how many of them there was an adoption.
    """

    values: NDArray[np.float32]
    adopted: NDArray[np.bool_]
    weight: NDArray[np.float64]
    silent: int
    silent_adopted: int


class _Model:
    """Boosted trees (Friedman, Annals of Statistics 29, 2001) on binned features (Ke et al., "LightGBM", NIPS 2017).

    They are for followers who wrote within the last horizon. The others, most of all, have one probability: the
    share of such follows with an adoption.
    """

    def __init__(self, windows: Sequence[_Window]) -> None:
        # Who reads a run need not wait for this to load.
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits

        values = np.concatenate([window.values for window in windows])
        adopted = np.concatenate([window.adopted for window in windows])
        weight = np.concatenate([window.weight for window in windows])
        silent = sum(window.silent for window in windows)
        self.of_silent = sum(window.silent_adopted for window in windows) / max(silent, 1)
        # scikit-learn's own bins are quantiles by weight, which take as long as the trees.
        shares = np.linspace(0, 1, BINS + 1)[1:-1]
        self._cuts = [np.unique(np.quantile(column, shares, method="higher")) for column in values.T]
        # More threads wait for each other longer than they work, on so few rows.
        with threadpool_limits(1, "openmp"):
            self._trees = HistGradientBoostingClassifier(**MODEL, random_state=0).fit(
                self._bin(values), adopted, sample_weight=weight
            )

    def _bin(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(r, features) uint8: how many cuts of its feature each value reaches."""
        codes = np.empty(values.shape, dtype=np.uint8)
        for place, cuts in enumerate(self._cuts):
            codes[:, place] = np.searchsorted(cuts, values[:, place], side="right")
        return codes

    def predict(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """(r,) float32."""
        return np.asarray(self._trees.predict_proba(self._bin(values))[:, 1], dtype=np.float32)


class Follows:
    """The follows of a log, and what is learned of them at any of its days; each window is described once."""

    def __init__(self, log: Log, found: Pairs | None = None) -> None:
        self.log = log
        self.history = History(log, found)
        pairs = self.history.pairs
        self._adoptions = pairs.where(pairs.source_day < pairs.target_day)
        self._windows: dict[tuple[float, float], _Window] = {}
        self._predicted: dict[tuple[float, float], NDArray[np.float32] | None] = {}

    def learn(self, as_of: float, most_closed: int = CLOSED) -> tuple[Learned | None, str]:
        """The probabilities of the follows known at day `as_of`, or None where the log cannot carry them; and why.

        most_closed: past days whose horizon is over, at most; with 0 there is no past day at all. Nothing after
        `as_of` is read, and ratings are not read at all.
        """
        log = self.log
        written = int(np.searchsorted(log.day, as_of, side="right"))
        if not written:
            return None, "nobody has reviewed anything, so there is nothing to learn probabilities from"
        if log.day[0] == log.day[written - 1]:
            return None, "all reviews have the same time, so that none followed another"
        known = np.flatnonzero(log.known(as_of))
        if not len(known):
            return None, "nobody has a known follower, so there is no follow to learn a probability of"
        times = np.unique(log.day[:written])
        schedule = plan_windows(times, as_of)
        horizon = schedule.horizon
        days, ahead = _list_days(times, as_of, horizon, schedule.unit)
        begins = self._list_begins(days, 0, ahead)
        if not begins:
            return None, "the past is too short to have a day with enough before it and a horizon after it"
        after = f"{count(len(begins), 'snapshots')}, each with the {describe_horizons([horizon])} after it"
        events = sum(int(self._window(begin, until).adopted.sum()) for begin, until in begins)
        probability = self._predict(days, 0, ahead)
        if probability is None:
            few = f"only {count(events, 'follows')} had a follow-on review in {after}"
            return None, f"{few}, and from under {FEWEST} nothing is learned"
        past = self._look_back(days, ahead, known, most_closed)
        why = f"learned from {after}, in which {count(events, 'follows')} had a follow-on review"
        network = log.network
        return Learned(as_of, horizon, network.source[known], network.target[known], probability[known], past, why), why

    def _look_back(self, days: Sequence[float], ahead: int, known: Indices, most_closed: int) -> tuple[PastDay, ...]:
        """The past days of days[0]: half a horizon ago, and those whose horizon is over."""
        past: list[PastDay] = []
        places = [place for place in range(1, len(days)) if place >= ahead or 2 * place == ahead]
        for place in places if most_closed else ():
            if sum(day.closed for day in past) == most_closed:
                break
            then = self._predict(days, place, ahead)
            if then is None:
                break
            delay = self._find_delay(days[place], days[max(place - ahead, 0)])
            past.append(PastDay(days[place], place >= ahead, then[known], delay[known]))
        return tuple(past)

    def _list_begins(self, days: Sequence[float], place: int, ahead: int) -> list[tuple[float, float]]:
        """Begin and end of the windows that are over at a day of `days`, the newest first."""
        times = self.log.day[: int(np.searchsorted(self.log.day, days[place], side="right"))]
        first = find_first_day(times, days[place])
        places = range(place + ahead, len(days))
        return [(days[at], days[at - ahead]) for at in places if days[at] >= first][:SNAPSHOTS]

    def _predict(self, days: Sequence[float], place: int, ahead: int) -> NDArray[np.float32] | None:
        """(m,) float32: what a model of a day says of every follow of the log, NaN of those not known then; None where
        it has too little to learn from."""
        key = days[place], days[place + 1] if place + 1 < len(days) else -np.inf
        if key not in self._predicted:
            windows = [self._window(*span) for span in self._list_begins(days, place, ahead)]
            self._predicted[key] = self._learn_and_predict(windows, days[place], days[0] - days[ahead])
        return self._predicted[key]

    def _learn_and_predict(
        self, windows: Sequence[_Window], as_of: float, horizon: float
    ) -> NDArray[np.float32] | None:
        if sum(window.adopted.sum() for window in windows) < FEWEST:
            return None
        model = _Model(windows)
        table = FollowTable(Snapshot(self.history, as_of))
        silent = table.find_silent(horizon)
        probability = np.full(len(self.log.network.source), np.nan, dtype=np.float32)
        probability[table.edges[silent]] = model.of_silent
        active = table.edges[~silent]
        for first in range(0, len(active), ROWS):
            edges = active[first : first + ROWS]
            probability[edges] = model.predict(table.table(edges))
        return probability

    def _window(self, begin: float, until: float) -> _Window:
        if (begin, until) not in self._windows:
            table = FollowTable(Snapshot(self.history, begin))
            silent = table.find_silent(until - begin)
            adopted = np.isfinite(self._find_delay(begin, until))[table.edges]
            active = np.flatnonzero(~silent)
            chosen, weight = _sample(adopted[active])
            chosen = active[chosen]
            values = table.table(table.edges[chosen])
            counts = int(silent.sum()), int((silent & adopted).sum())
            self._windows[begin, until] = _Window(values, adopted[chosen], weight, *counts)
        return self._windows[begin, until]

    def _find_delay(self, begin: float, until: float) -> NDArray[np.float32]:
        """(m,) float32: days after `begin` to each follow's first adoption in (begin, until], infinite without one."""
        adoptions = self._adoptions
        inside = (adoptions.target_day > begin) & (adoptions.target_day <= until)
        delay = np.full(len(self.log.network.source), np.inf, dtype=np.float32)
        np.minimum.at(delay, adoptions.edge[inside], (adoptions.target_day[inside] - begin).astype(np.float32))
        return delay


def learn(log: Log, as_of: float) -> tuple[Learned | None, str]:
    """What `Follows.learn` gives for a log."""
    return Follows(log).learn(as_of)


def _list_days(times: NDArray[np.float64], as_of: float, horizon: float, unit: float) -> tuple[list[float], int]:
    """The days that are looked at, from `as_of` backwards, and how many steps of them a horizon has.

    times: (k,) the distinct times up to `as_of`, sorted. On a coarse clock the days are its times.
    """
    if unit > 1:
        every = max(round(horizon / STEPS / unit), 1)
        return times[::-1][::every].tolist(), max(round(horizon / unit / every), 1)
    step = horizon / STEPS
    return [as_of - step * number for number in range(int((as_of - times[0]) / step) + 1)], STEPS


def _sample(adopted: NDArray[np.bool_]) -> tuple[Indices, NDArray[np.float64]]:
    """Which rows of a window are learned from, sorted, and what each weighs: all with an adoption, and some of the
    others, up to MOST of each."""
    rng = np.random.default_rng(0)
    chosen, weight = [], []
    for rows, wanted in ((np.flatnonzero(adopted), 1.0), (np.flatnonzero(~adopted), NEGATIVES)):
        number = min(len(rows), MOST, max(LEAST, round(wanted * len(rows))) if wanted < 1 else len(rows))
        chosen.append(np.sort(rng.choice(rows, number, replace=False)))
        weight.append(np.full(number, len(rows) / max(number, 1)))
    rows, each = np.concatenate(chosen), np.concatenate(weight)
    order = np.argsort(rows)
    return rows[order], each[order]


def write_probabilities(folder: Path, learned: Learned) -> None:
    """Write FILE into a run's folder, whole or not at all. Raises OSError."""
    columns = {"followee": learned.followee, "follower": learned.follower, "probability": learned.probability}
    for number, day in enumerate(learned.past):
        columns |= {f"probability_{number}": day.probability, f"delay_{number}": day.delay}
    facts = {
        "format": FORMAT,
        "as_of": learned.as_of,
        "horizon": learned.horizon,
        "why": learned.why,
        "past": [{"as_of": day.as_of, "closed": day.closed} for day in learned.past],
    }
    table = pa.table(columns).replace_schema_metadata({"graphkoc": json.dumps(facts)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    replace_file(folder / FILE, sink.getvalue().to_pybytes())


def read_probabilities(folder: Path) -> Learned | None:
    """What was learned of a run, None where there is no such file. Raises UsageError for a file that is damaged."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        table = pq.read_table(path)
        facts = json.loads(table.schema.metadata[b"graphkoc"])
        if facts["format"] != FORMAT:
            raise UsageError(f"{path} has a format that this version of graphkoc does not read", hint="Analyse again.")
        values = {name: table.column(name).to_numpy() for name in table.column_names}
        past = tuple(
            PastDay(day["as_of"], day["closed"], values[f"probability_{number}"], values[f"delay_{number}"])
            for number, day in enumerate(facts["past"])
        )
        return Learned(
            facts["as_of"],
            facts["horizon"],
            values["followee"],
            values["follower"],
            values["probability"],
            past,
            facts["why"],
        )
    except (OSError, ValueError, TypeError, KeyError, pa.ArrowException) as error:
        raise UsageError(f"the run in {folder} is damaged: {FILE}: {error}", hint="Analyse again.") from error
