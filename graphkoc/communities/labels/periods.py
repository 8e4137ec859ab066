"""The years in which most of a group's people joined, where others did not: what sets a cohort apart.

Communities of a network are often people who joined together (`graphkoc.communities.circles.cohorts`), and have no
subject of their own. Such a group is named after its years before it is named after a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import binom

from graphkoc.arrays import Values
from graphkoc.communities.labels.log_odds import FEWEST, People
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE

__all__ = ["MOST", "TIMES", "Period", "find_periods"]

MOST = 0.75
"""Share of a group's people who joined in its years."""
TIMES = 2.0
"""How many times the share of the others that must be."""
LONGEST = 3
"""Years."""


@dataclass(frozen=True)
class Period:
    """The years in which most of a group joined.

    years: "2005" or "2006–2007". inside, outside: how many of the group and of the others joined in them; dated,
    others: of how many the date is known.
    """

    years: str
    inside: int
    outside: int
    dated: int
    others: int


def find_periods(people: People, joined: Values | None) -> list[Period | None]:
    """The period of each group, None for none; joined: (n,) days since 1970, NaN for unknown.

    It is the shortest run of years in which `MOST` of the people joined, at most `LONGEST`, the fullest of several.
    The date of half of the group is known. More of the group joined in it than chance explains: a binomial test as in
    `log_odds`, times the number of runs that there are to choose from.
    """
    g = people.inside.shape[0]
    if joined is None or not np.isfinite(joined).any():
        return [None] * g
    known = np.isfinite(joined)
    years = np.full(len(joined), -1)
    years[known] = np.floor(joined[known]).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    first = int(years[known].min())
    span = int(years[known].max()) - first + 1
    rows = np.flatnonzero(known)
    of_year = csr_array((np.ones(len(rows), dtype=np.int64), (rows, years[rows] - first)), shape=(len(joined), span))
    inside = csr_array(people.inside @ of_year).toarray()
    outside = np.where(
        people.parted[:, None],
        csr_array(people.outside @ of_year).toarray(),
        np.bincount(years[rows] - first, minlength=span)[None, :] - inside,
    )
    return [_find_period(inside[row], outside[row], first, int(people.sizes[row])) for row in range(g)]


def _find_period(inside: NDArray[np.int64], outside: NDArray[np.int64], first: int, size: int) -> Period | None:
    """inside, outside: people of the group, and others, by the year in which they joined, from the year `first` on."""
    dated, others = int(inside.sum()), int(outside.sum())
    lengths = range(1, min(LONGEST, len(inside) - 1) + 1)
    runs = [(length, start) for length in lengths for start in range(len(inside) - length + 1)]
    for length in lengths:
        sums = [int(inside[start : start + length].sum()) for start in range(len(inside) - length + 1)]
        start = int(np.argmax(sums))
        most = sums[start]
        if most < MOST * dated or most < FEWEST:
            continue
        there = int(outside[start : start + length].sum())
        p = binom.sf(most - 1, most + there, dated / max(dated + others, 1)) * len(runs)
        if 2 * dated < size or p > FALSE_DISCOVERY_RATE or most * others < TIMES * there * dated:
            return None
        years = str(first + start) if length == 1 else f"{first + start}–{first + start + length - 1}"
        return Period(years, most, there, dated, others)
    return None
