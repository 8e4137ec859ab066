"""Positions on the map: a bubble for each niche, and in it a dot for each of its people.

Bubbles are placed first and people after them, so that the islands of the map are the niches of the list and no more.
A map starts from the map of the last run: known niches keep their place and move only where they would overlap; a
new niche takes the free place nearest to its kin. Nothing is random.

Coordinates: x to the right, y down, in units in which the squares of the bubbles' radii add up to 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from graphkoc.arrays import Indices, Values, number_ids
from graphkoc.graph.network import Network
from graphkoc.runs.roles import RANKED, WIDE_ROLES

__all__ = ["BUBBLES", "CLOSEST", "DOTS", "EGOS", "FINER", "TIES", "bubbles", "dots", "frame", "ties"]

BUBBLES = 100
"""Niches with a bubble, the largest. The people of others stand where those without a niche do."""
FINER = 3
"""Finer niches shown inside a bubble, the largest."""
DOTS = 30_000
"""People drawn at most; of more the bubbles are solid, and the picture is slow to move."""
TIES = 12_000
"""Ties drawn at most, but for those that whole audiences need; more of them only hide each other."""
EGOS = 20
"""Key opinion consumers whose audience is drawn with the ties in it, the first by rank."""
CLOSEST = 40
"""People of such an audience, the closest."""

GAP = 0.016
"""Between bubbles, where there is room."""
SHAPE = 1.6
"""Width of the map over its height."""
GOLDEN_ANGLE = float(np.pi * (3 - np.sqrt(5)))
DECIMALS = 6


def bubbles(niches: pd.DataFrame, members: pd.DataFrame, previous: pd.DataFrame | None = None) -> pd.DataFrame:
    """The positions of the niches: niche (str), x, y, radius (float64), a row for each that is drawn, by id.

    niches: niche, people and, where there are finer ones, parent: the niche that one is inside; NA, or
    anything else, there means that it stands for itself. members: consumer, niche. previous: such a
    frame of the last run, if there was one.

    The area of a bubble is its people. Bubbles do not overlap, and stand near each other when they
    share more people than chance would have them. Finer niches stand in a row in the lower half of
    their parent, to its scale where they fit. The same niches stay where they were.
    """
    table = niches[niches["people"] > 0].sort_values(["people", "niche"], ascending=[False, True])
    home = _find_home(table)
    large = table[home == table["niche"]].head(BUBBLES).sort_values("niche")
    ids = large["niche"].to_numpy(dtype=object)
    unit = np.sqrt(max(float(large["people"].sum()), 1.0))
    radius = np.sqrt(large["people"].to_numpy(float)) / unit
    places = np.full((len(ids), 2), np.nan)
    if previous is not None:
        places = previous.set_index("niche")[["x", "y"]].reindex(ids).to_numpy(float, copy=True)
    known = ~np.isnan(places).any(axis=1)
    places[known] = _push_apart(places[known], radius[known])
    places = _place(places, radius, _measure_kinship(ids, members))
    finer = [
        _place_in_row(x, y, r, inside.head(FINER).sort_values("niche"), unit)
        for niche, x, y, r in zip(ids, *places.T, radius, strict=True)
        if len(inside := table[(home == niche) & (table["niche"] != niche)])
    ]
    found = pd.DataFrame({"niche": ids, "x": places[:, 0], "y": places[:, 1], "radius": radius})
    found = pd.concat([found, *finer]).astype({"niche": "str"}).round(DECIMALS)
    return found.sort_values("niche", ignore_index=True)


def frame(positions: pd.DataFrame) -> tuple[float, float, float, float]:
    """The part of the plane that the map shows: left, top, width and height."""
    if positions.empty:
        return -SHAPE, -1.0, 2 * SHAPE, 2.0
    x, y, radius = (positions[name].to_numpy(float) for name in ("x", "y", "radius"))
    left, right, top, bottom = (x - radius).min(), (x + radius).max(), (y - radius).min(), (y + radius).max()
    height = 1.03 * max(bottom - top, (right - left) / SHAPE)
    width = height * SHAPE
    return float(left + right - width) / 2, float(top + bottom - height) / 2, float(width), float(height)


def ties(network: Network, people: pd.DataFrame) -> pd.DataFrame:
    """The ties that the map draws: source, target (int32, rows of people).

    people: a row for each node, in order; role, rank (NaN but for key opinion consumers), audience,
    niche. First the closest people of the first EGOS key opinion consumers (mutual ties before others,
    then by weight), and all ties among these people; then, until there are TIES, every tie of a key
    opinion consumer, every tie of a person with a wide audience, and the rest, where both ends are
    drawn. Of ties that do not fit, an even sample.
    """
    source, target = network.source, network.target
    key = source * np.int64(len(network)) + target
    mutual = np.isin(target * np.int64(len(network)) + source, key)
    ranked, wide = _rank(people), people["role"].isin(WIDE_ROLES).to_numpy(bool)
    turn = np.full(len(key), 5)
    near: list[Indices] = []
    for ego in ranked[:EGOS]:
        closest = np.flatnonzero(source == ego)
        closest = closest[np.lexsort((closest, -network.weight[closest], ~mutual[closest]))][:CLOSEST]
        around = np.zeros(len(network), dtype=bool)
        around[target[closest]] = True
        turn[around[source] & around[target]] = 1
        near.append(closest)
    koc = np.zeros(len(network), dtype=bool)
    koc[ranked] = True
    first = np.concatenate(near) if near else np.empty(0, dtype=np.int64)
    shown = np.zeros(len(network), dtype=bool)
    shown[_choose_shown(people, target[first])] = True
    turn = np.where(turn == 1, 1, np.select([koc[source] | koc[target], wide[source] | wide[target]], [2, 3], 4))
    turn[~(shown[source] & shown[target])] = 5
    turn[first] = 0
    kept = np.concatenate([first, np.flatnonzero(turn == 1)])
    for group in (2, 3, 4):
        kept = np.concatenate([kept, _sample_evenly(np.flatnonzero(turn == group), max(TIES - len(kept), 0))])
    return pd.DataFrame({"source": source[kept], "target": target[kept]})


def dots(
    people: pd.DataFrame, niches: pd.DataFrame, members: pd.DataFrame, positions: pd.DataFrame, ties: pd.DataFrame
) -> pd.DataFrame:
    """The positions of the people: person (int64, row of people), niche (str, NA for none), x, y (float64).

    Key opinion consumers by rank, then wide audiences, the widest first, then the rest; at most DOTS.
    Where people are more, the first key opinion consumers and the widest audiences, a third of DOTS of
    each at most, the closest people of the first EGOS, and an even sample of everybody else. Each
    person stands in the bubble of their strongest niche (members has the strongest first), the largest audience in
    the middle; people whose niche has no bubble, or who have no niche, are spread between the bubbles.
    """
    egos = _rank(people)[:EGOS]
    person = _choose_shown(people, ties.loc[ties["source"].isin(egos), "target"].to_numpy())
    home = pd.Series(_find_home(niches).to_numpy(), index=niches["niche"])
    disc = members["niche"].map(home)
    strongest = members.assign(disc=disc)[disc.isin(positions["niche"])].drop_duplicates("consumer")
    niche = people["consumer"].iloc[person].map(strongest.set_index("consumer")["disc"])
    found = pd.DataFrame({"person": person, "niche": niche.astype("str").to_numpy()})
    found["audience"] = people["audience"].to_numpy(float)[person]
    inside = found[found["niche"].notna()].sort_values(["niche", "audience", "person"], ascending=[True, False, True])
    place = inside.groupby("niche").cumcount().to_numpy()
    size = inside["niche"].map(inside["niche"].value_counts()).to_numpy(float)
    spot = positions.set_index("niche").loc[inside["niche"]]
    away = 0.95 * spot["radius"].to_numpy() * np.sqrt((place + 0.5) / size)
    found.loc[inside.index, "x"] = spot["x"].to_numpy() + away * np.cos(place * GOLDEN_ANGLE)
    found.loc[inside.index, "y"] = spot["y"].to_numpy() + away * np.sin(place * GOLDEN_ANGLE)
    outside = found["niche"].isna()
    found.loc[outside, ["x", "y"]] = _spread(int(outside.sum()), positions)
    return found.drop(columns="audience")


def _find_home(niches: pd.DataFrame) -> pd.Series[str]:
    """The niche that each one's people stand in: its parent where that is a niche, else itself."""
    if "parent" not in niches:
        return niches["niche"]
    return niches["parent"].where(niches["parent"].isin(niches["niche"]), niches["niche"])


def _measure_kinship(ids: NDArray[np.object_], members: pd.DataFrame) -> Values:
    """(k, k): how far the people two niches share exceed those that chance would give them, at least 0.

    In standard deviations of the Poisson count that chance would give; 0 on the diagonal.
    """
    niche = number_ids(ids, members["niche"])
    person, people = pd.factorize(members["consumer"])
    there = niche >= 0
    ones = np.ones(int(there.sum()), dtype=np.int64)
    belongs = sparse.csr_array((ones, (person[there], niche[there])), shape=(len(people), len(ids)))
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


def _place_in_row(x: float, y: float, radius: float, finer: pd.DataFrame, unit: float) -> pd.DataFrame:
    """Bubbles of finer niches side by side in the lower half of the one at x, y: as `bubbles` returns them."""
    radii = np.sqrt(finer["people"].to_numpy(float)) / unit
    radii *= min(1, 0.4 * radius / radii.max(), (1.45 * radius - GAP * (len(radii) - 1)) / (2 * radii.sum()))
    ends = np.cumsum(2 * radii + GAP)
    places = x + ends - radii - GAP - (ends[-1] - GAP) / 2
    return pd.DataFrame({"niche": finer["niche"], "x": places, "y": y + 0.42 * radius, "radius": radii})


def _rank(people: pd.DataFrame) -> Indices:
    """The rows of the key opinion consumers, by rank."""
    ranked = np.flatnonzero(people["role"].isin(RANKED))
    return ranked[np.argsort(people["rank"].to_numpy(float, na_value=np.nan)[ranked], kind="stable")]


def _choose_shown(people: pd.DataFrame, near: NDArray[np.int32]) -> Indices:
    """The rows of those who are drawn, in the order of `dots`; near: rows that closest ties lead to.

    The even sample does not depend on `near`, so that more of these only add to it.
    """
    audience = people["audience"].to_numpy(float)
    ranked = _rank(people)
    wide = np.flatnonzero(people["role"].isin(WIDE_ROLES).to_numpy(bool))
    wide = wide[np.argsort(-audience[wide], kind="stable")]
    shown = np.ones(len(people), dtype=bool)
    if len(people) > DOTS:
        shown[:] = False
        shown[ranked[: DOTS // 3]] = shown[wide[: DOTS // 3]] = True
        niche, _ = pd.factorize(people["niche"].to_numpy(dtype=object), sort=True)
        order = np.lexsort((-audience, niche))
        shown[_sample_evenly(order[~shown[order]], DOTS - int(shown.sum()) - EGOS * CLOSEST)] = True
        shown[near[: EGOS * CLOSEST]] = True
    rest = np.setdiff1d(np.flatnonzero(shown), np.concatenate([ranked, wide]))
    return np.concatenate([ranked[shown[ranked]], wide[shown[wide]], rest])


def _sample_evenly(rows: Indices, most: int) -> Indices:
    """All rows, or `most` of them at equal steps."""
    if len(rows) <= most:
        return rows
    return rows[np.arange(most) * len(rows) // max(most, 1)]


def _spread(n: int, positions: pd.DataFrame) -> Values:
    """(n, 2): points spread evenly over what the bubbles leave free of the frame.

    The additive recurrence on the plastic number (M. Roberts, "The unreasonable effectiveness of
    quasirandom sequences", 2018), without the points that fall into a bubble.
    """
    left, top, width, height = frame(positions)
    x, y, radius = (positions[name].to_numpy(float) for name in ("x", "y", "radius"))
    found = np.empty((0, 2))
    start, plastic = 1, 1.32471795724474602596
    while len(found) < n:
        k = np.arange(start, start + 2 * n)
        points = np.column_stack([left + width * (k / plastic % 1), top + height * (k / plastic**2 % 1)])
        away = np.hypot(points[:, None, 0] - x, points[:, None, 1] - y)
        found = np.concatenate([found, points[(away > radius + GAP).all(axis=1)]])
        start += 2 * n
    return found[:n]
