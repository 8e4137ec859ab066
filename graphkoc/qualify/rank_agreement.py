"""How far rankings agree on the first people, and the people on whom they disagree.

Different indices put different people first, and each looks convincing alone. Two rankings are compared by
how many of the first k they share (k / n by chance) and by Kendall's tau-b, 1 for the same order, 0 for none
in common (Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945).
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from graphkoc.arrays import number_ids

__all__ = ["agreement", "engagement"]

FIRST = 20
BREAKS = 10


def agreement(people: NDArray[Any], rankings: dict[str, NDArray[np.float64]]) -> dict[str, Any] | None:
    """Compare rankings of the same people; None for fewer than four people.

    people: (n,) ids, sorted, which decide between equals. rankings: name -> (n,) float64, higher is first; one
    in which all are equal is left out, and so is one that repeats an earlier one.
    Returns {people, k, by_lot, rankings, pairs: [{a, b, overlap, tau}], breaks: [{consumer, places}]}: overlap
    is the share of the first k that two rankings have in common, by_lot what chance gives. breaks are the
    people of any first k whose places differ most, places being the place in each ranking.
    """
    n = len(people)
    used: dict[str, NDArray[np.float64]] = {}
    for name, values in rankings.items():
        if n and np.ptp(values) > 0 and not any(np.array_equal(values, other) for other in used.values()):
            used[name] = values
    if n < 4:
        return None
    k = min(FIRST, n // 2)
    places = {name: _find_places(values) for name, values in used.items()}
    pairs = [
        {
            "a": a,
            "b": b,
            "overlap": float(((places[a] <= k) & (places[b] <= k)).sum() / k),
            "tau": float(scipy.stats.kendalltau(used[a], used[b]).statistic),
        }
        for a, b in combinations(used, 2)
    ]
    return {
        "people": n,
        "k": k,
        "by_lot": k / n,
        "rankings": list(used),
        "pairs": pairs,
        "breaks": _find_breaks(people, places, k) if len(used) > 1 else [],
    }


def _find_places(values: NDArray[np.float64]) -> NDArray[np.int64]:
    place = np.empty(len(values), dtype=np.int64)
    place[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return place


def _find_breaks(people: NDArray[Any], places: dict[str, NDArray[np.int64]], k: int) -> list[dict[str, Any]]:
    """The people whom one ranking has among the first k and another far behind, the largest gap first."""
    table = np.column_stack(list(places.values()))
    gap = np.ptp(table, axis=1)
    named = np.flatnonzero((table.min(axis=1) <= k) & (table.max(axis=1) > len(people) / 2))
    order = named[np.lexsort((named, -gap[named]))][:BREAKS]
    return [
        {"consumer": str(people[i]), "places": {name: int(place[i]) for name, place in places.items()}} for i in order
    ]


def engagement(reviews: pd.DataFrame, engagements: pd.DataFrame, ids: NDArray[Any]) -> NDArray[np.float64]:
    """The engagement that each person's reviews received: likes, collects, comments, shares and helpful votes.

    reviews: review, consumer and the numbers that the platform states. engagements: review, for those
    that are known one by one. Of the two the larger counts. Returns (n,) float64 in the order of ids.
    """
    stated = reviews[["likes", "collects", "comments", "shares", "helpful"]].astype(float).sum(axis=1)
    known = reviews["review"].map(engagements["review"].value_counts()).fillna(0).astype(float)
    author = number_ids(ids, reviews["consumer"])
    most = np.maximum(stated.to_numpy(), known.to_numpy())
    return np.bincount(author, most, minlength=len(ids)).astype(float)
