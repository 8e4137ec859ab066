"""Positions on the map: a bubble for each niche, and one for each circle.

Niches are packed into one cluster and the circles of each platform into one of their own. A map starts from the map of
the last run: known groups keep their place and move only where they would overlap; a new one takes the free place
nearest to its kin. Nothing is random.

Coordinates: x to the right, y down; those of a cluster are in units in which the squares of its radii add up to 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from graphkoc.arrays import Values, number_ids

__all__ = ["BUBBLES", "bubbles", "place_groups"]

BUBBLES = 100
"""Groups of a cluster with a bubble, the largest."""

GAP = 0.016
"""Between bubbles, where there is room."""
SHAPE = 0.5
"""Width of a cluster over its height: clusters stand side by side, also on a phone."""
DECIMALS = 6


def place_groups(
    niches: pd.DataFrame, circles: pd.DataFrame, members: pd.DataFrame, previous: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The positions of niches and circles: kind, group, x, y, radius, a row for each that is drawn, by kind and id.

    niches: niche, people, level; finer ones are not drawn. circles: circle, people, platform, of which each is a
    cluster. members: kind, group, consumer. previous: what this returned for the last run, if there was one.
    """
    coarse = niches.loc[niches["level"] != "finer", ["niche", "people"]].rename(columns={"niche": "group"})
    by_platform = circles.rename(columns={"circle": "group"}).groupby("platform", dropna=False)
    clusters = [("niche", coarse), *(("circle", rows[["group", "people"]]) for _, rows in by_platform)]
    found = []
    for kind, groups in clusters:
        before = None if previous is None else previous[previous["kind"] == kind]
        placed = bubbles(groups, members[members["kind"] == kind], before)
        found.append(placed.assign(kind=kind))
    table = pd.concat(found).astype({"kind": "str"})
    return table[["kind", "group", "x", "y", "radius"]].sort_values(["kind", "group"], ignore_index=True)


def bubbles(groups: pd.DataFrame, members: pd.DataFrame, previous: pd.DataFrame | None = None) -> pd.DataFrame:
    """The positions of one cluster: group (str), x, y, radius (float64), a row for each that is drawn, by id.

    groups: group, people. members: consumer, group. previous: such a frame of the last run, if there was one.

    The area of a bubble is its people. Bubbles do not overlap, and stand near each other when they share more people
    than chance would have them. The same groups stay where they were.
    """
    table = groups[groups["people"] > 0].sort_values(["people", "group"], ascending=[False, True])
    large = table.head(BUBBLES).sort_values("group")
    ids = large["group"].to_numpy(dtype=object)
    radius = np.sqrt(large["people"].to_numpy(float) / max(float(large["people"].sum()), 1.0))
    places = np.full((len(ids), 2), np.nan)
    if previous is not None:
        places = previous.set_index("group")[["x", "y"]].reindex(ids).to_numpy(float, copy=True)
    known = ~np.isnan(places).any(axis=1)
    places[known] = _push_apart(places[known], radius[known])
    places = _place(places, radius, _measure_kinship(ids, members))
    found = pd.DataFrame({"group": ids, "x": places[:, 0], "y": places[:, 1], "radius": radius})
    return found.astype({"group": "str"}).round(DECIMALS)


def _measure_kinship(ids: NDArray[np.object_], members: pd.DataFrame) -> Values:
    """(k, k): how far the people two groups share exceed those that chance would give them, at least 0.

    In standard deviations of the Poisson count that chance would give; 0 on the diagonal.
    """
    group = number_ids(ids, members["group"])
    person, people = pd.factorize(members["consumer"])
    there = group >= 0
    ones = np.ones(int(there.sum()), dtype=np.int64)
    belongs = sparse.csr_array((ones, (person[there], group[there])), shape=(len(people), len(ids)))
    shared = (belongs.T @ belongs).toarray().astype(float)
    size = shared.diagonal()
    expected = np.maximum(size[:, None] * size / max(len(people), 1), 1e-9)
    kinship: Values = np.maximum((shared - expected) / np.sqrt(expected), 0)
    np.fill_diagonal(kinship, 0)
    return kinship


def _place(places: Values, radius: Values, kinship: Values) -> Values:
    """The places with those that are still unknown (NaN) filled in, one after the other.

    Next comes the one with most kin among those placed. It touches two of them (or the only one), where
    its kin are nearest and the middle is not far. (On Ciao as good as stress majorisation followed by a
    push, and it does not hang on a start.)
    """
    places = places.copy()
    there = ~np.isnan(places[:, 0])
    while not there.all():
        waiting = np.flatnonzero(~there)
        kin = kinship[np.ix_(waiting, there)].sum(axis=1)
        i = waiting[np.lexsort((waiting, -radius[waiting], -kin))[0]]
        centre, reach = places[there], radius[there] + radius[i] + GAP
        spots = _find_tangents(centre, reach)
        away = np.hypot(spots[:, None, 0] - centre[:, 0], spots[:, None, 1] - centre[:, 1])
        free = (away >= reach - 1e-9).all(axis=1)
        pull = kinship[i, there] / max(kinship[i, there].sum(), 1e-9)
        cost = (away[free] * pull).sum(axis=1) + 2 * (spots[free, 0] ** 2 + (SHAPE * spots[free, 1]) ** 2)
        places[i] = spots[free][np.argmin(cost.round(9))]
        there[i] = True
    return places


def _find_tangents(centre: Values, reach: Values) -> Values:
    """(s, 2): points `reach` away from two of the centres, or just right of one; the origin without any."""
    if not len(centre):
        return np.zeros((1, 2))
    a, b = np.triu_indices(len(centre), 1)
    step = centre[b] - centre[a]
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    along = (reach[a] ** 2 - reach[b] ** 2 + length**2) / (2 * length)
    squared = reach[a] ** 2 - along**2
    meet = squared >= 0
    step = step[meet] / length[meet, None]
    foot = centre[a[meet]] + step * along[meet, None]
    aside = np.column_stack([-step[:, 1], step[:, 0]]) * np.sqrt(squared[meet])[:, None]
    right = centre + np.column_stack([reach, np.zeros(len(reach))])
    return np.concatenate([foot + aside, foot - aside, right])


def _push_apart(places: Values, radius: Values) -> Values:
    """The places with overlapping bubbles pushed apart, the smaller one further; others stay as they are."""
    wanted = radius[:, None] + radius + GAP / 2
    np.fill_diagonal(wanted, 0)
    yields = radius**2 / (radius[:, None] ** 2 + radius**2) if len(radius) else wanted
    # On one spot they part along x, by their order.
    aside = np.sign(np.subtract.outer(np.arange(len(radius)), np.arange(len(radius)))).astype(float)
    slack = GAP / 4
    for _ in range(2000):
        step = places[:, None] - places[None]
        away = np.hypot(step[..., 0], step[..., 1])
        short = wanted - away
        if (short <= slack).all():
            return places
        slack = GAP / 8
        step[..., 0] += np.where(away < 1e-9, aside, 0)
        push = np.maximum(short, 0) * yields * 0.6 / np.maximum(away, 1e-9 + (away < 1e-9))
        places = places + (push[..., None] * step).sum(axis=1)
    middle = places.mean(axis=0)
    away = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(away, 1)
    scale = float((wanted / away).max())
    return np.asarray(middle + (places - middle) * scale)
