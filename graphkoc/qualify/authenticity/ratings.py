"""Ratings: who rates at one end more than reviewers here do, and who says what is bad and why.

Most people like most things, and some like all of them. So the share of ratings at an end (the best, or the
worst) is taken to vary from person to person as a beta distribution, fitted by moments, and somebody stands
out when her own is too much for the beta-binomial that follows, with false discoveries held at .01 over all
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
"""Ratings from which on, or down to which, something is rated at an end, of 0 to 5."""
FEWEST = 10
"""Ratings below which nobody is said to rate at one end."""
LOW = 2.0
REASONED = 8
"""Different words that say something, from which on a review is taken to give reasons."""


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
        a, b = _beta(there, total[people])
        p = scipy.stats.betabinom.sf(there - 1, total[people], a, b) if len(people) else np.empty(0)
        kept = benjamini_hochberg(p, len(p)) <= FALSE_DISCOVERY_RATE
        table = {"person": people[kept], "end": end, "there": there[kept], "total": total[people][kept]}
        found.append(pd.DataFrame(table | {"usual": float(at_end.mean()) if len(at_end) else 0.0, "p": p[kept]}))
    return pd.concat(found).sort_values(["person", "end"], ignore_index=True)


def _beta(there: NDArray[np.int64], total: NDArray[np.int64]) -> tuple[float, float]:
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

    reviews: review, consumer, rating. texts: review, title, text. Reasons are taken to be there when title and
    text have `REASONED` different words at least, stop words left out. Returns float64 by consumer.
    """
    told = texts[texts["text"].notna() | texts["title"].notna()]
    told = told.merge(reviews[["review", "consumer", "rating"]], on="review")
    low = told[told["rating"] <= LOW]
    said = low["title"].fillna("") + " " + low["text"].fillna("")
    reasoned = low["consumer"][[len(words_of(text)) >= REASONED for text in said]]
    return reasoned.value_counts().reindex(np.sort(told["consumer"].unique()), fill_value=0).astype(float)
