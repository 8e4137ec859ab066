"""Where a text stands among its peers, and a person among people: percentiles, and a level drawn to the middle.

Older reviews are longer, and some products make people write more, so a text is compared with those about the same
product in the same half-year or, where these are fewer than `ENOUGH`, with those of the same category and year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.qualify.quality.texts import Texts

__all__ = ["ENOUGH", "Peers", "draw_to_middle", "find_peers"]

ENOUGH = 10
"""Texts from which on they are compared with each other."""
STRENGTH = 5.0
"""What the middle weighs, in texts, where too few people show how much they differ."""
SHOWING, PEOPLE = 3, 200
"""Texts of a person, and such people, from which on that weight is estimated."""
WEAKEST, STRONGEST = 0.5, 50.0


@dataclass(frozen=True, eq=False)
class Peers:
    """The peers of k texts.

    near, wide: (k,) int64, the same number for those about one product in one half-year, or of one category in one
    year. same_product: (k,) bool, whether a text is compared with the near ones. known: (k,) bool, whether with any.
    """

    near: NDArray[np.int64]
    wide: NDArray[np.int64]
    same_product: NDArray[np.bool_]
    known: NDArray[np.bool_]

    def rank(self, score: Values) -> Values:
        """(k,) float64: each score's percentile among its peers, 0 to 1, equals in the middle; NaN without peers."""
        return self._choose(score, lambda groups: (groups.rank() - 0.5) / groups.transform("size"))

    def mean(self, votes: Values) -> Values:
        """(k,) float64: the mean of the peers' votes, the text's own among them; NaN without peers or votes."""
        return self._choose(votes, lambda groups: groups.transform("mean"))

    def _choose(self, values: Values, of: Callable[[Any], pd.Series[float]]) -> Values:
        near, wide = (of(pd.Series(values).groupby(group)).to_numpy() for group in (self.near, self.wide))
        found: Values = np.where(self.same_product, near, np.where(self.known, wide, np.nan))
        return found


def find_peers(texts: Texts) -> Peers:
    """The peers of each text; texts without a date are compared among themselves."""
    when = pd.to_datetime(pd.Series(texts.day), unit="D")
    year = when.dt.year.fillna(0).to_numpy(dtype=np.int64)
    half = 2 * year + (when.dt.month > 6).to_numpy(dtype=np.int64)
    near, near_size = _number([texts.platform, texts.product, half])
    wide, wide_size = _number([texts.platform, texts.category, year])
    close = (near_size >= ENOUGH) & (texts.product >= 0)
    return Peers(near, wide, close, close | (wide_size >= ENOUGH))


def _number(keys: list[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """(k,) a number for each combination of keys, and (k,) how many rows have it."""
    group = pd.DataFrame(dict(enumerate(keys))).groupby(list(range(len(keys))), sort=True)
    number: NDArray[Any] = group.ngroup().to_numpy(dtype=np.int64)
    return number, np.bincount(number, minlength=1).astype(np.int64)[number]


def draw_to_middle(percentile: Values, person: NDArray[np.int64], n: int) -> tuple[Values, NDArray[Any], float]:
    """(n,) the level of each person, 0 to 1, and (n,) how many texts it rests on; and the weight of the middle.

    NaN without a text. The mean percentile of m texts weighs m, the middle k. By moments k is the variance within
    people over that between them (analysis of variance, one way), where enough people show it.
    """
    known = ~np.isnan(percentile)
    person, percentile = person[known], percentile[known]
    texts = np.bincount(person, minlength=n)
    mean = np.divide(np.bincount(person, percentile, minlength=n), texts, out=np.full(n, np.nan), where=texts > 0)
    k = _estimate_strength(percentile, person, mean, texts)
    with np.errstate(invalid="ignore"):
        level: Values = (texts * mean + k / 2) / (texts + k)
    return level, texts, k


def _estimate_strength(percentile: Values, person: NDArray[np.int64], mean: Values, texts: NDArray[Any]) -> float:
    shown = texts >= SHOWING
    people, total = int(shown.sum()), int(texts[shown].sum())
    if people < PEOPLE:
        return STRENGTH
    inside = shown[person]
    within = float(((percentile[inside] - mean[person[inside]]) ** 2).sum() / (total - people))
    middle = float(percentile[inside].mean())
    between = float((texts[shown] * (mean[shown] - middle) ** 2).sum() / (people - 1))
    size = (total - float((texts[shown] ** 2).sum()) / total) / (people - 1)
    apart = (between - within) / size
    return float(np.clip(within / apart, WEAKEST, STRONGEST)) if apart > 0 else STRONGEST
