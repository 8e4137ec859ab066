"""The forecast: how many follow-on reviews will a person's followers write in the coming year?

It is learned from rolling windows of the log's own past, and used only where that past supports it: enough windows
with enough follow-on reviews, and in trials on the newest windows no worse than the formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphkoc.arrays import Values
from graphkoc.graph.action_log import Log
from graphkoc.qualify.score import PILLARS, Score, formula
from graphkoc.qualify.score.features import FEATURES, Feature, History, Snapshot
from graphkoc.qualify.score.model import Z95, Model, fit
from graphkoc.qualify.score.percentiles import percentiles
from graphkoc.qualify.score.top_share import NAMED, SHARE, top_share
from graphkoc.qualify.score.windows import HORIZON, Past, Window, by_hand, candidates
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
    "candidates",
    "choose",
    "fit",
    "forecast",
]


LEARNED_FROM = 4
"""The fewest windows that a forecast is learned from."""
CREDIT = 50.0
"""The fewest follow-on reviews in them."""


def choose(past: Past, as_of: float) -> tuple[Model | None, str]:
    """The forecast to use at day `as_of`, or None where the formula is to be used; and why, in one sentence.

    Nothing after that day is read. In a trial the forecast is learned from the windows that were over when
    a newer one began, and compared with the formula by the share of that window's follow-on reviews that
    the first people of each collect.
    """
    if not len(past.log.day):
        return None, "nobody has reviewed anything"
    if not len(past.log.network.source):
        return None, "nobody has a known follower, and without followers the formula reduces to own recent activity"
    windows = past.windows(as_of)
    credit = sum(float(window.credit.sum()) for window in windows)
    if len(windows) < LEARNED_FROM:
        return None, (
            f"the past is too short for a forecast: it has {count(len(windows), 'snapshots')} with enough people and "
            f"a year after them, and a forecast needs {LEARNED_FROM}"
        )
    if credit < CREDIT:
        return None, (
            f"there are too few follow-on reviews to learn a forecast from: {credit:,.0f} in "
            f"{count(len(windows), 'snapshots')}"
        )
    tried = [
        (share(window, forecast), share(window, window.formula)) for window, forecast in _run_trials(past, windows)
    ]
    if not tried:
        return None, "the past is too short to try a forecast on it"
    ours, by_formula = np.mean(tried, axis=0)
    found = f"it found {ours:.0%} of the follow-on reviews, the formula {by_formula:.0%}"
    compared = f"in {len(tried)} trials on the past {found}"
    if ours < by_formula:
        return None, f"a forecast does no better than the formula here: {compared}"
    return fit(windows, as_of), f"learned from {count(len(windows), 'snapshots')} of the past: {compared}"


def _run_trials(past: Past, windows: Sequence[Window]) -> list[tuple[Window, Values]]:
    tried = []
    for window in windows:
        before = [earlier for earlier in windows if earlier.as_of + HORIZON <= window.as_of]
        if len(before) >= LEARNED_FROM and window.credit.sum() and sum(w.credit.sum() for w in before) >= CREDIT:
            trial = (*before, window)
            if trial not in past.trials:
                past.trials[trial] = fit(before, window.as_of).score(window.values)
            tried.append((window, past.trials[trial]))
    return tried


def share(window: Window, ranking: Values) -> float:
    """The share of a window's credit that the first people of a ranking collect."""
    n = min(len(window.people), max(NAMED, int(SHARE * len(window.people))))
    return float(top_share(ranking, window.credit, n)[0])


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
    model, why = choose(past, as_of)
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
    rated = np.isfinite(log.rating)
    highest = log.rating[rated].max(initial=0.0)
    reserve = np.bincount(log.person[rated], highest - log.rating[rated], minlength=len(log.network))
    features["reserve"] = reserve / np.maximum(np.bincount(log.person[rated], minlength=len(log.network)), 1)
    return Forecast(percentiles(features), formula(log, as_of), features, None)
