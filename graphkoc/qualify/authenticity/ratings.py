"""Ratings: people who rate at one end more often than others do, and low ratings with reasons.

Most people like most things, and some like all of them. So the share of ratings at an end (the best, or the
worst) is taken to vary from person to person as a beta distribution, fitted by moments, and a person stands
out whose own share is too high for the beta-binomial that follows, with false discoveries held at .01 over all
people (Skellam, "A probability distribution derived from the binomial distribution", J. R. Stat. Soc. B 10,
1948; as in Hooi et al., "BIRDNEST: Bayesian inference for ratings-fraud detection", SDM 2016).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from graphkoc.graph.significance import FALSE_DISCOVERY_RATE, benjamini_hochberg
from graphkoc.graph.terms import words_of

__all__ = ["critical", "extremes"]

BEST, WORST = 5.0, 1.0
"""The ratings at each end of 0 to 5: at least the first, at most the second."""
FEWEST = 10
"""Ratings that a person must have given."""
LOW = 2.0
REASONED = 8
"""Minimum number of different words, without stop words, of a review that counts as giving reasons."""


def extremes(person: NDArray[np.int64], rating: NDArray[np.float64]) -> pd.DataFrame:
    """The people who rate at one end, by number and end.

    person: (k,) numbers from 0. rating: (k,) float64, 0 to 5, no NaN. Returns person, end (best or worst),
    there (ratings at the end), total, usual (everybody's share) and p.
    """
    found = []
    total = np.bincount(person)
    people = np.flatnonzero(total >= FEWEST)
    for end, at_end in (("best", rating >= BEST), ("worst", rating <= WORST)):
        there = np.bincount(person[at_end], minlength=len(total))[people]
        a, b = _fit_beta(there, total[people])
        p = scipy.stats.betabinom.sf(there - 1, total[people], a, b) if len(people) else np.empty(0)
        kept = benjamini_hochberg(p, len(p)) <= FALSE_DISCOVERY_RATE
        table = {"person": people[kept], "end": end, "there": there[kept], "total": total[people][kept]}
        found.append(pd.DataFrame(table | {"usual": float(at_end.mean()) if len(at_end) else 0.0, "p": p[kept]}))
    return pd.concat(found).sort_values(["person", "end"], ignore_index=True)


def _fit_beta(there: NDArray[np.int64], total: NDArray[np.int64]) -> tuple[float, float]:
    """The two parameters of the beta from which people's shares come (Kleinman, JASA 68, 1973)."""
    if not total.sum():
        return 1.0, 1.0
    mean = float(np.clip(there.sum() / total.sum(), 1e-6, 1 - 1e-6))
    error = (there - total * mean) ** 2 - total * mean * (1 - mean)
    alike = float(error.sum() / (mean * (1 - mean) * (total * (total - 1.0)).sum()))
    strength = 1 / np.clip(alike, 1e-4, 1 - 1e-4) - 1
    return mean * strength, (1 - mean) * strength


def critical(reviews: pd.DataFrame, texts: pd.DataFrame) -> pd.Series[Any]:
    """How many reviews with a low rating give reasons, for each consumer who wrote a text at all.

    reviews: review, consumer, rating. texts: review, title, text. A review gives reasons when title and
    text have `REASONED` different words at least, stop words left out. Returns float64 by consumer.
    """
    written = texts[texts["text"].notna() | texts["title"].notna()]
    written = written.merge(reviews[["review", "consumer", "rating"]], on="review")
    low = written[written["rating"] <= LOW]
    content = low["title"].fillna("") + " " + low["text"].fillna("")
    reasoned = low["consumer"][[len(words_of(text)) >= REASONED for text in content]]
    return reasoned.value_counts().reindex(np.sort(written["consumer"].unique()), fill_value=0).astype(float)
