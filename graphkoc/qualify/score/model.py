"""A Poisson regression of the follow-on reviews to come, whose parts add up and which can be done again by hand.

It is drawn towards the formula, the more the fewer independent follow-on reviews the past holds. The score is the sum
over features of coefficient x ln(1 + value) / scale; exp(start + score) is the number of follow-on reviews to expect
within the horizon, of people with a small audience.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphkoc.arrays import Values
from graphkoc.qualify.score.features import FEATURES
from graphkoc.qualify.score.windows import Window

__all__ = ["DRAWN", "Model", "count_events", "fit"]


DRAWN = 100.0
"""Independent follow-on reviews that weigh as much as the formula."""
MEMORY = 365.0
"""Days in which a window's weight halves: the newest year counts about as much as all before it."""
Z95 = 1.959964
GROWING = ("reach", "relevance", "influence")
CONSTANT = 1e-9
"""Spread, beside its mean, up to which a feature is one number with rounding errors."""
LOWEST, HIGHEST = -30.0, 20.0
"""Of the linear predictor, whose exponential is taken."""


@dataclass(frozen=True, eq=False)
class Model:
    """What was learned. coefficient, mean, scale: (43,) float64, of ln(1 + value) standardised; a scale of 1
    stands where a feature never varied, and it is smaller where the coefficient is penalised less. intercept: of
    the linear predictor. start: what exp needs beside the score. covariance: (43, 43), of the coefficients.
    horizon: days that it looks ahead. windows: the days of the snapshots; rows, credit: the examples in them, and the
    follow-on reviews that these earned. events: as many independent ones.
    """

    coefficient: Values
    mean: Values
    scale: Values
    intercept: float
    covariance: Values
    horizon: float
    windows: tuple[float, ...]
    rows: int
    credit: float
    events: float

    @property
    def start(self) -> float:
        """What the linear predictor is for somebody whose features are all 0."""
        return float(self.intercept - (self.coefficient * self.mean / self.scale).sum())

    @property
    def kept(self) -> float:
        """The share, 0 to 1, to which it keeps to the formula."""
        return DRAWN / (DRAWN + self.events)

    def points(self, values: Values) -> Values:
        """(c, 43) float64: the points of each feature; 0 where its value is 0."""
        each = logs(values)
        each *= self.coefficient / self.scale
        return each

    def score(self, values: Values) -> Values:
        """(c,) float64: the sum of the points of (c, 43) features."""
        return np.asarray(self.points(values).sum(axis=1))

    def error(self, values: Values) -> Values:
        """(c,) float64: the standard error of the score, beside that of an average person."""
        standard = logs(values)
        standard -= self.mean
        standard /= self.scale
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", standard @ self.covariance, standard)))

    def to_dict(self) -> dict[str, Any]:
        """The model as numbers and lists, for JSON: enough to recompute any score by hand."""
        return {
            "features": [
                {"feature": f.name, "pillar": f.pillar, "what": f.what, "coefficient": c, "mean": m, "scale": s}
                for f, c, m, s in zip(
                    FEATURES, self.coefficient.tolist(), self.mean.tolist(), self.scale.tolist(), strict=True
                )
            ],
            "intercept": self.intercept,
            "start": self.start,
            "horizon_days": self.horizon,
            "memory_days": MEMORY,
            "windows": list(self.windows),
            "rows": self.rows,
            "credit": self.credit,
            "events": self.events,
            "keeps_to_formula": self.kept,
        }


def logs(values: Values) -> Values:
    """ln(1 + value), of what is below 0 as of 0."""
    above: Values = np.maximum(values, 0)
    return np.log1p(above, out=above)


def count_events(windows: Sequence[Window], horizon: float) -> float:
    """As how many independent follow-on reviews the windows' credit counts; 0 without any.

    The windows overlap, so each review stands in several of them, and one person's come together: Kish, "Survey
    Sampling" (1965), of the credit by person.
    """
    if not windows:
        return 0.0
    covered = len(windows) * horizon / (windows[-1].as_of - windows[0].as_of + horizon)
    person = np.concatenate([window.people for window in windows])
    credit = np.bincount(person, np.concatenate([window.credit for window in windows])) / covered
    total = float(credit.sum())
    return min(total, total**2 / float(np.square(credit).sum())) if total else 0.0


def fit(windows: Sequence[Window], as_of: float, horizon: float) -> Model:
    """The model of windows that are over by day `as_of` and in which there is credit.

    Ridge regression towards the formula (`Feature.prior`) with a Poisson likelihood, by L-BFGS-B, on standardised
    ln(1 + value), newer windows weighing more. A feature of the followers never has a negative coefficient, so that a
    follower more never costs points.
    """
    # Who reads a run need not wait for this to load.
    from scipy.optimize import minimize

    values = logs(np.concatenate([window.values for window in windows]))
    credit = np.concatenate([window.credit for window in windows])
    weight = np.concatenate([np.full(len(w.people), np.exp2(-(as_of - w.as_of) / MEMORY)) for w in windows])
    weight /= weight.sum()
    events = count_events(windows, horizon)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    varies = spread > CONSTANT * (1 + np.abs(mean))
    # A feature that is penalised less is one that varies less, so that one penalty does for all.
    scale = np.where(varies, spread, 1.0) * np.sqrt([feature.penalty for feature in FEATURES])
    prior = scale * [feature.prior for feature in FEATURES]
    standard = (values - mean) / scale
    standard[:, ~varies] = 0
    rate = float(weight @ credit)
    penalty = rate * (1 + DRAWN / events)

    def loss(given: Values) -> tuple[float, Values]:
        coefficient, intercept = given[:-1], given[-1]
        linear = standard @ coefficient + intercept
        inside = (linear > LOWEST) & (linear < HIGHEST)
        linear = np.clip(linear, LOWEST, HIGHEST)
        expected = np.exp(linear)
        away = coefficient - prior
        slope = weight * (expected - credit) * inside
        value = weight @ (expected - credit * linear) + penalty / 2 * (away @ away)
        gradient = np.append(standard.T @ slope + penalty * away, slope.sum())
        return float(value) / rate, gradient / rate

    growing = np.array([feature.pillar in GROWING for feature in FEATURES])
    bounds = [(0.0 if grows else None, None) for grows in growing] + [(None, None)]
    begin = np.append(prior, np.log(rate / (weight @ np.exp(standard @ prior))))
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-10, "maxiter": 1000})
    coefficient, intercept = found.x[:-1], float(found.x[-1])
    used = ~growing | (coefficient > 0)
    expected = np.exp(np.clip(standard @ coefficient + intercept, LOWEST, HIGHEST))
    covariance = np.zeros((len(FEATURES), len(FEATURES)))
    covariance[np.ix_(used, used)] = _estimate_covariance(standard[:, used], weight, expected, penalty, events)
    return Model(
        coefficient,
        mean,
        scale,
        intercept,
        covariance,
        horizon,
        tuple(window.as_of for window in windows),
        len(credit),
        float(credit.sum()),
        events,
    )


def _estimate_covariance(standard: Values, weight: Values, expected: Values, penalty: float, events: float) -> Values:
    """Of the coefficients: the inverse of what the events and the draw towards the formula tell of them.

    Laplace's approximation of the posterior (Tierney and Kadane, JASA 81, 1986), the draw being the prior. The windows
    overlap, so the likelihood counts as many events as are independent, and not the rows.
    """
    design = np.column_stack([standard, np.ones(len(standard))])
    information = (design * (weight * expected)[:, None]).T @ design
    information[np.diag_indices(standard.shape[1])] += penalty
    return np.asarray(np.linalg.inv(information) * (weight @ expected) / events)[:-1, :-1]
