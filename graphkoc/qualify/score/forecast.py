"""The forecast: how many follow-on reviews will a person's followers write within the horizon?

It is learned from rolling windows of the log's own past, and keeps to the formula as far as that past has little to
learn from. Where it has nothing at all, the formula is the score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphkoc.arrays import Values
from graphkoc.graph.action_log import Log
from graphkoc.qualify.score import PILLARS, Score, formula
from graphkoc.qualify.score.features import FEATURES, Feature, History, Snapshot
from graphkoc.qualify.score.model import Z95, Model, count_events, fit
from graphkoc.qualify.score.percentiles import percentiles
from graphkoc.qualify.score.windows import Past, Window, by_hand
from graphkoc.runs.horizon import describe_horizons
from graphkoc.text import count

__all__ = [
    "FEATURES",
    "Feature",
    "Forecast",
    "History",
    "Model",
    "Past",
    "Snapshot",
    "Window",
    "by_hand",
    "fit",
    "forecast",
    "learn",
]


FEW_EVENTS = 10.0
"""Independent follow-on reviews under which the sentence warns of what a forecast learned from them is worth."""


def learn(past: Past, as_of: float) -> tuple[Model | None, str]:
    """The forecast to use at day `as_of`, or None where there is nothing to learn one from; and why, in one sentence.

    Nothing after that day is read.
    """
    if not len(past.log.day):
        return None, "nobody has reviewed anything"
    if not len(past.log.network.source):
        return None, "nobody has a known follower, and without followers the formula reduces to own recent activity"
    windows = past.windows(as_of)
    if not windows:
        return None, "the past has no day with enough people and time after it to learn a forecast from"
    horizon = past.schedule(as_of).horizon
    after = f"{count(len(windows), 'snapshots')}, each with the {describe_horizons([horizon])} after it"
    if not count_events(windows, horizon):
        return None, f"nobody's followers followed on in {after}, so there is nothing to learn a forecast from"
    model = fit(windows, as_of, horizon)
    learned = f"learned from {after}: as much as {model.events:,.0f} independent follow-on reviews"
    few = ", which is few" if model.events < FEW_EVENTS else ""
    return model, f"{learned}{few}; it keeps to the formula by {model.kept:.0%}"


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is expected of everybody. score: the score to rank by; by_hand: the formula's, which is the same where
    nothing could be learned. features: a row per node, a column for each of FEATURES. model: what was learned."""

    score: Score
    by_hand: Score
    features: pd.DataFrame
    model: Model | None

    def again(self, log: Log, as_of: float) -> Values:
        """(n,) float64: the same kind of score, with the same weights, of another log of the same people."""
        if self.model is None:
            return formula(log, as_of).total if not log.timeless else _score_without_dates(Past(log), as_of).score.total
        return self.model.score(Snapshot(History(log), as_of).table(np.arange(len(log.network))))


def forecast(past: Past, as_of: float) -> Forecast:
    """The score of everybody at day `as_of`: a forecast where the past bears one, else the formula; of a log without
    times, percentiles."""
    if past.log.timeless:
        return _score_without_dates(past, as_of)
    model, why = learn(past, as_of)
    by_hand = formula(past.log, as_of, "" if model else why)
    values = Snapshot(past.history, as_of).table(np.arange(len(past.log.network)))
    features = pd.DataFrame(values, columns=[feature.name for feature in FEATURES])
    if model is None:
        return Forecast(by_hand, by_hand, features, None)
    error = Z95 * model.error(values)
    each = model.points(values)
    pillar = np.array([feature.pillar for feature in FEATURES])
    points = {part.name: each[:, pillar == part.name].sum(axis=1) for part in PILLARS}
    total = np.sum(list(points.values()), axis=0)
    score = Score("forecast", why, PILLARS, {}, points, total, total - error, total + error)
    return Forecast(score, by_hand, features, model)


def _score_without_dates(past: Past, as_of: float) -> Forecast:
    log = past.log
    values = Snapshot(past.history, as_of).table(np.arange(len(log.network)))
    features = pd.DataFrame(values, columns=[feature.name for feature in FEATURES])
    return Forecast(percentiles(features), formula(log, as_of), features, None)
