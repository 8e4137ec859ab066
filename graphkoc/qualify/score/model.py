"""A Poisson regression of next year's follow-on reviews, whose parts add up and which can be done again by hand.

The score is the sum over features of coefficient x ln(1 + value) / scale; exp(start + score) is the number of
follow-on reviews to expect in the year after, of people with a small audience.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from graphkoc.arrays import Values
from graphkoc.qualify.score.features import FEATURES
from graphkoc.qualify.score.windows import HORIZON, Window

__all__ = ["Model", "fit"]


ALPHA = 1.0
MEMORY = 365.0
"""Days in which a window's weight halves: the newest year counts about as much as all before it."""
Z95 = 1.959964
GROWING = ("reach", "relevance", "influence")


@dataclass(frozen=True, eq=False)
class Model:
    """What was learned. coefficient, mean, scale: (41,) float64, of ln(1 + value) standardised; a scale of 1
    stands where a feature never varied, and it is smaller where the coefficient is penalised less. intercept: of
    the linear predictor. start: what exp needs beside the score. covariance: (41, 41), of the coefficients.
    windows: the days of the snapshots; rows, credit: the examples in them, and the follow-on reviews that these
    earned.
    """

    coefficient: Values
    mean: Values
    scale: Values
    intercept: float
    covariance: Values
    windows: tuple[float, ...]
    rows: int
    credit: float

    @property
    def start(self) -> float:
        """What the linear predictor is for somebody whose features are all 0."""
        return float(self.intercept - (self.coefficient * self.mean / self.scale).sum())

    def points(self, values: Values) -> Values:
        """(c, 41) float64: the points of each feature; 0 where its value is 0."""
        each = logs(values)
        each *= self.coefficient / self.scale
        return each

    def score(self, values: Values) -> Values:
        """(c,) float64: the sum of the points of (c, 41) features."""
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
            "alpha": ALPHA,
            "horizon_days": HORIZON,
            "memory_days": MEMORY,
            "windows": list(self.windows),
            "rows": self.rows,
            "credit": self.credit,
        }


def logs(values: Values) -> Values:
    """ln(1 + value), of what is below 0 as of 0."""
    above: Values = np.maximum(values, 0)
    return np.log1p(above, out=above)


def fit(windows: Sequence[Window], as_of: float) -> Model:
    """The model of windows that are over by day `as_of`.

    scikit-learn's PoissonRegressor (alpha 1, less for a feature with a lesser penalty) on standardised
    ln(1 + value), newer windows weighing more.
    A feature of the followers whose coefficient would be negative is left out, so that a follower more never
    costs points.
    """
    # Who reads a run need not wait for this to load.
    from sklearn.linear_model import PoissonRegressor
    from sklearn.preprocessing import StandardScaler

    values = logs(np.concatenate([window.values for window in windows]))
    credit = np.concatenate([window.credit for window in windows])
    person = np.concatenate([window.people for window in windows])
    weight = np.concatenate([np.full(len(w.people), np.exp2(-(as_of - w.as_of) / MEMORY)) for w in windows])
    scaler = StandardScaler().fit(values)
    scale = scaler.scale_ * np.sqrt([feature.penalty for feature in FEATURES])
    standard = (values - scaler.mean_) / scale
    used = np.ones(len(FEATURES), dtype=bool)
    growing = np.array([feature.pillar in GROWING for feature in FEATURES])
    while True:
        regression = PoissonRegressor(alpha=ALPHA, max_iter=1000).fit(standard[:, used], credit, sample_weight=weight)
        coefficient = np.zeros(len(FEATURES))
        coefficient[used] = regression.coef_
        if not (wrong := used & growing & (coefficient < 0)).any():
            break
        used &= ~wrong
    covariance = np.zeros((len(FEATURES), len(FEATURES)))
    covariance[np.ix_(used, used)] = _estimate_covariance(
        standard[:, used], credit, weight, person, regression.predict(standard[:, used])
    )
    return Model(
        coefficient,
        scaler.mean_,
        scale,
        float(regression.intercept_),
        covariance,
        tuple(window.as_of for window in windows),
        len(credit),
        float(credit.sum()),
    )


def _estimate_covariance(
    standard: Values, credit: Values, weight: Values, person: NDArray[np.int64], expected: Values
) -> Values:
    """Of the coefficients, over people: one person's rows of all windows go together.

    The sandwich of Liang and Zeger, "Longitudinal data analysis using generalized linear models",
    Biometrika 73 (1986), with the penalty in the bread.
    """
    design = np.column_stack([standard, np.ones(len(standard))])
    share = weight / weight.sum()
    bread = (design * (share * expected)[:, None]).T @ design
    bread[np.diag_indices(standard.shape[1])] += ALPHA
    people, row = np.unique(person, return_inverse=True)
    whose = coo_array((share * (credit - expected), (row, np.arange(len(row)))), shape=(len(people), len(row))).tocsr()
    inverse = np.linalg.inv(bread)
    scores = whose @ design
    return np.asarray(inverse @ (scores.T @ scores) @ inverse)[:-1, :-1]
