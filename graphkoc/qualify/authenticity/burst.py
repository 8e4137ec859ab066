"""Bursts: more in a short window than a person's own rate gives, of reviews or of new followers.

The most that a person has in any `WINDOW` days is compared with a Poisson of their own rate, from the first event to
the last, widened to a negative binomial by as much as people here vary anyway: honest reviewers write in
bouts. The window may begin anywhere, which counts as so many tries as windows fit into that time (the scan
statistic of Naus, "The distribution of the size of the maximum cluster of points on a line", JASA 60, 1965,
with Bonferroni's bound). False discoveries are held at .01 over all people.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE, benjamini_hochberg

__all__ = ["WINDOW", "bursts"]


WINDOW = 7.0
FEWEST = 10
"""Below it nothing is called a burst."""


def bursts(person: NDArray[np.int64], day: Values) -> pd.DataFrame:
    """The people who have a burst, sorted by number.

    person: (k,) numbers from 0, whose each event is. day: (k,) float64, when it was. Returns person, most
    (events in the window), total, usual (what their own rate gives in a window), begin (the window's first day)
    and p.
    """
    order = np.lexsort((day, person))
    person, day = person[order].astype(np.int64), day[order]
    table = _scanned(person, day)
    spread = _spread(person, day)
    tries = np.maximum(table["span"] / WINDOW, 1)
    few, usual = table["most"] - 1, table["usual"]
    # sf at 1 / spread successes is the Poisson's, with a variance of usual + spread usual^2.
    tail = (
        scipy.stats.nbinom.sf(few, 1 / spread, 1 / (1 + spread * usual))
        if spread
        else scipy.stats.poisson.sf(few, usual)
    )
    table["p"] = np.minimum(tail * tries, 1.0)
    q = benjamini_hochberg(table["p"].to_numpy(), len(table))
    found = table[(q <= FALSE_DISCOVERY_RATE) & (table["most"] >= FEWEST)]
    return found.drop(columns="span").reset_index(drop=True)


def _scanned(person: NDArray[np.int64], day: Values) -> pd.DataFrame:
    """Of each person: most, total, usual, begin, span; person and day are sorted."""
    # One line for all: far enough apart that no window holds two people.
    apart = float(np.ptp(day)) + 2 * WINDOW if len(day) else 1.0
    line = day - day.min(initial=0.0) + person * apart
    inside = np.searchsorted(line, line + WINDOW, side="left") - np.arange(len(line))
    events = pd.DataFrame({"person": person, "day": day, "inside": inside})
    by = events.groupby("person")
    total, first, last = by.size(), by["day"].min(), by["day"].max()
    best = events.loc[by["inside"].idxmax()].set_index("person") if len(events) else events.set_index("person")
    span = np.maximum(last - first, WINDOW)
    table = pd.DataFrame({"most": best["inside"], "total": total, "usual": total * WINDOW / span})
    return table.assign(begin=best["day"], span=span).reset_index()


def _spread(person: NDArray[np.int64], day: Values) -> float:
    """How much more than a Poisson the numbers in a window vary: (variance - mean) / mean^2, people pooled."""
    if not len(day):
        return 0.0
    window = np.floor(day / WINDOW).astype(np.int64)
    counts = pd.DataFrame({"person": person, "window": window}).groupby(["person", "window"]).size()
    by = counts.groupby("person")
    windows = (pd.Series(window).groupby(person).agg(np.ptp) + 1).astype(float)
    mean = by.sum() / windows
    extra = counts.pow(2).groupby("person").sum() - windows * mean**2 - by.sum()
    return max(float(extra.sum() / (windows * mean**2).sum()), 0.0)
