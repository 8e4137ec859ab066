"""The profile of a circle: its measures beside those of the same people in rewired networks, and joining dates.

A rewired network is a copy of the whole network in which each person follows, and is followed by, as many people as
before (double edge swaps; Fosdick, Larremore, Nishimura, Ugander, "Configuring random graph models with fixed degree
sequences", SIAM Review 60, 2018).
"""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.graph.action_log import YEAR
from graphkoc.graph.membership import Groups
from graphkoc.graph.network import Network, seeded

__all__ = ["MEASURES", "explained_by_joining", "profile_circles"]

COPIES = 10
SWAPS = 10
"""Attempted swaps a follow, in each copy."""
MOST_SWAPS = 50_000_000
"""In all copies together: above half a million follows there are fewer of them."""
FEWEST_COPIES = 3

MEASURES = ("density", "reciprocity", "clustering", "core", "conductance", "inside_share")
"""What each circle is measured by, on the real network and on its copies."""


def profile_circles(
    network: Network,
    members: pd.DataFrame,
    joined: Values,
    rng_seed: int = 0,
    copies: int | None = None,
) -> pd.DataFrame:
    """What sets each circle apart, one row per circle, sorted by id.

    members: consumer, circle; every row counts, so leave the fringe out (confidence below
    `graphkoc.runs.members.MEMBER`). joined: (n,) days since 1970 at which each consumer of the network joined; NaN or
    infinite where it is unknown. copies: how many rewired networks to compare with, by default 10,
    and fewer above half a million follows. Raises DataError for a member who is not a node of the network.

    Returns circle, then of each measure x its value, x_null (mean over the copies) and x_z (the difference in
    standard deviations of the copies, where each is at least that of copies of which one is a step off):
      density: follows inside, of all that could be (Wasserman and Faust, "Social Network Analysis", 1994).
      reciprocity: share of the follows inside that are returned (the same); 0 without follows.
      clustering: mean over the members of the share of their pairs of acquaintances inside who know each
      other (Watts and Strogatz, Nature 393, 1998).
      core: the largest k such that some members have k ties each among themselves (Seidman, Social
      Networks 5, 1983).
      conductance: follows across its border, of the ends of follows at its members or at all others,
      whichever are fewer (Shi and Malik, IEEE TPAMI 22, 2000); low is tight.
      inside_share: share of the follows that touch it which stay inside.
    Clustering and core are of the simple undirected graph. Rewiring separates mutual follows, which makes two ties
    of one, so that these two are rather understated.

    Then tightness: (inside_share - its null) / (1 - its null), at least 0: of the follows that chance
    would lead out of the circle, the share that stays (chance-corrected as in Cohen, "A coefficient of
    agreement for nominal scales", Educ. Psychol. Meas. 20, 1960). And cohort_share (share of the members
    who joined in the circle's busiest year, of those whose date is known), cohort_share_of_all
    (everybody's in that year) and joined_median (time, UTC, to the second).
    """
    circles = Groups.of(network, members, "circle")
    if not len(circles):
        # There is nothing to compare, so no follow is rewired.
        network = network.subset(np.zeros(len(network.source), dtype=bool))
    m = len(network.source)
    if copies is None:
        copies = int(np.clip(MOST_SWAPS // max(SWAPS * m, 1), FEWEST_COPIES, COPIES))
    real, step = _measured(circles, network.source, network.target)
    chance = []
    rewired = network.graph.copy()
    with seeded(rng_seed):
        for _ in range(copies):
            rewired.rewire(SWAPS * m)
            ends = np.asarray(rewired.get_edgelist(), dtype=np.int32).reshape(-1, 2)
            chance.append(_measured(circles, ends[:, 0], ends[:, 1])[0])
    null = {name: np.mean([copy[name] for copy in chance], axis=0) for name in MEASURES}
    spread = {name: np.std([copy[name] for copy in chance], axis=0, ddof=1) for name in MEASURES}

    table = pd.DataFrame({"circle": circles.ids}).astype("str")
    for name in MEASURES:
        table[name] = real[name]
        table[f"{name}_null"] = null[name]
        table[f"{name}_z"] = (real[name] - null[name]) / np.maximum(spread[name], step[name] / np.sqrt(copies))
    stays, by_chance = real["inside_share"], null["inside_share"]
    kept = np.divide(stays - by_chance, 1 - by_chance, out=np.zeros(len(circles)), where=by_chance < 1)
    table["tightness"] = np.maximum(kept, 0)
    return table.join(_cohorts(circles, joined))


def explained_by_joining(network: Network, members: pd.DataFrame, joined: Values) -> float:
    """Share of the variance of joining dates that lies between circles, 0 to 1; NaN where all dates are equal.

    members, joined: as for `profile_circles`. Eta squared, over all memberships whose date is known (Fisher,
    "Statistical Methods for Research Workers", 1925). Many small circles explain something by chance
    too, about (circles - 1) / (memberships - 1).
    """
    circles = Groups.of(network, members, "circle")
    day, circle = _dated(circles, joined)
    if not len(day) or day.min() == day.max():
        return float("nan")
    people = np.bincount(circle, minlength=len(circles))
    mean = np.bincount(circle, day, minlength=len(circles)) / np.maximum(people, 1)
    return float(np.sum(people * (mean - day.mean()) ** 2) / np.sum((day - day.mean()) ** 2))


def _measured(
    circles: Groups, source: NDArray[np.int32], target: NDArray[np.int32]
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Each measure of each circle, (g,) float64, and the smallest step by which it could differ."""
    g, k, people = len(circles), len(circles.node), circles.people
    follow, circle = circles.each(source)
    followed = np.bincount(circle, minlength=g)
    following = np.bincount(circles.each(target)[1], minlength=g)
    one, other = circles.place(source[follow], circle), circles.place(target[follow], circle)
    one, other = one[other >= 0], other[other >= 0]
    inside = np.bincount(circles.group[one], minlength=g)
    returned = np.bincount(circles.group[one[np.isin(other * k + one, one * k + other)]], minlength=g)
    # Circles lie side by side in one graph of memberships, so that igraph is asked once for all.
    pairs = np.unique(np.column_stack([np.minimum(one, other), np.maximum(one, other)]), axis=0)
    graph = igraph.Graph(k, pairs)
    core = np.zeros(g)
    np.maximum.at(core, circles.group, np.asarray(graph.coreness(), dtype=float))
    closed = np.asarray(graph.transitivity_local_undirected(mode="zero"), dtype=float)

    ends, could = followed + following, people * (people - 1)
    touching = ends - inside
    border = np.minimum(ends, 2 * len(source) - ends)
    return {
        "density": inside / np.maximum(could, 1),
        "reciprocity": returned / np.maximum(inside, 1),
        "clustering": np.bincount(circles.group, closed, minlength=g) / people,
        "core": core,
        "conductance": (ends - 2 * inside) / np.maximum(border, 1),
        "inside_share": inside / np.maximum(touching, 1),
    }, {
        "density": 1 / np.maximum(could, 1),
        "reciprocity": 1 / np.maximum(inside, 1),
        "clustering": 1 / people,
        "core": np.ones(g),
        "conductance": 1 / np.maximum(border, 1),
        "inside_share": 1 / np.maximum(touching, 1),
    }


def _dated(circles: Groups, joined: Values) -> tuple[Values, NDArray[np.int64]]:
    """The joining dates that are known, and their circles; one entry per membership, by circle and date."""
    day = joined[circles.node]
    known = np.isfinite(day)
    order = np.lexsort((day[known], circles.group[known]))
    return day[known][order], circles.group[known][order]


def _cohorts(circles: Groups, joined: Values) -> pd.DataFrame:
    """cohort_share, cohort_share_of_all and joined_median of each circle; NaN and NaT where no date is known."""
    day, circle = _dated(circles, joined)
    everybody = np.sort(joined[np.isfinite(joined)])
    table = pd.DataFrame(
        {"cohort_share": np.nan, "cohort_share_of_all": np.nan, "joined_median": np.nan}, index=range(len(circles))
    )
    if len(day):
        # A circle's dates lie more than a year away from the next one's.
        apart = circle * (day.max() - day.min() + 2 * YEAR) + (day - day.min())
        within = np.searchsorted(apart, apart + YEAR, side="right") - np.arange(len(day))
        dated = pd.DataFrame({"circle": circle, "day": day, "within": within})
        busiest = dated.loc[dated.groupby("circle")["within"].idxmax()].set_index("circle")
        start = busiest["day"].to_numpy()
        all_within = np.searchsorted(everybody, start + YEAR, side="right") - np.searchsorted(everybody, start)
        table["cohort_share"] = busiest["within"] / dated["circle"].value_counts()
        table.loc[busiest.index, "cohort_share_of_all"] = all_within / len(everybody)
        table["joined_median"] = dated.groupby("circle")["day"].median()
    table["joined_median"] = pd.to_datetime(table["joined_median"], unit="D").dt.round("s").astype("datetime64[us]")
    return table
