"""A lift as a document for JSON: the figures, for each person and niche, and what they say in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.activate.lift.effect import Lift, pool_lifts
from graphkoc.activate.lift.strata import Window
from graphkoc.arrays import Indices, Values
from graphkoc.graph.network import Network

__all__ = ["Sides", "describe_figures", "describe_parts", "describe_pooled", "find_sides"]

People = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sides:
    """Who is compared with whom.

    posted: (k,) int64, positions of those who posted, sorted. group: (n,) bool, their followers. others: (n,) bool,
    whom these are compared with. Nobody who was asked or posted is on either side.
    """

    posted: Indices
    group: People
    others: People


def find_sides(network: Network, posted: People, aside: People, unsure: People) -> Sides:
    """The two sides of a campaign; all (n,) bool.

    aside: people who are on no side, such as those who were asked and never posted. unsure: people whose followers are
    on no side either, unless they follow somebody who posted: those whose posts are left out.
    """
    group = find_followers(network, posted) & ~posted & ~aside & ~unsure
    others = ~group & ~posted & ~aside & ~unsure & ~find_followers(network, unsure)
    return Sides(np.flatnonzero(posted), group, others)


def find_followers(network: Network, people: People) -> People:
    """(n,) bool: who follows any of some people."""
    found = np.zeros(len(network), dtype=bool)
    found[network.target[people[network.source]]] = True
    return found


def describe_figures(lift: Lift) -> dict[str, Any]:
    """The figures of a lift; low, high, p and would_have_shown are null with too few controls."""
    low, high = lift.interval or (None, None)
    return {
        "adoptions": int(lift.adopters),
        "expected": lift.expected,
        "lift": lift.lift,
        "low": low,
        "high": high,
        "p": lift.p,
        "controls": len(lift.controls),
        "controls_as_large": int((lift.controls >= lift.z).sum()),
        "would_have_shown": lift.would_have_shown,
    }


def describe_pooled(lifts: Mapping[str, Lift]) -> dict[str, Any] | None:
    """Several campaigns by name as one, None for a single one."""
    if len(lifts) < 2 or any(lift.p is None for lift in lifts.values()):
        return None
    figures = describe_figures(pool_lifts(list(lifts.values())))
    return {"campaigns": list(lifts)} | {
        name: figures[name] for name in ("adoptions", "expected", "lift", "low", "high", "p", "would_have_shown")
    }


def describe_parts(
    window: Window, sides: Sides, item: int, lift: Lift, niches: Mapping[str, Sequence[int]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The followers compared, their adoptions and what is expected: of each who posted, and of each niche.

    A follower of several people counts for each in equal parts, so that the people add up to the campaign; a niche
    counts its followers whole. niches: positions of the members of each.
    """
    rates = window.find_rates(sides.others, item)
    compared = sides.group & ~np.isnan(rates)
    adopted = window.find_adopters(item) & compared
    expected = np.zeros(window.n)
    expected[compared] = _share_expected(rates[compared], lift)
    network = window.network
    rows = np.isin(network.source, sides.posted) & compared[network.target]
    place = np.searchsorted(sides.posted, network.source[rows])
    follows = csr_array((np.ones(len(place)), (place, network.target[rows])), shape=(len(sides.posted), window.n))
    parts = np.zeros(window.n)
    followed = np.asarray(follows.sum(axis=0)).reshape(-1)
    np.divide(1.0, followed, out=parts, where=followed > 0)
    by_person = [
        _describe_part(int(number), float(adoptions), float(usual))
        for number, adoptions, usual in zip(
            np.asarray(follows.sum(axis=1)).reshape(-1),
            follows @ (parts * adopted),
            follows @ (parts * expected),
            strict=True,
        )
    ]
    by_niche = []
    for niche, members in niches.items():
        inside = np.zeros(window.n, dtype=bool)
        inside[list(members)] = True
        inside &= compared
        if inside.any():
            figures = _describe_part(int(inside.sum()), float(adopted[inside].sum()), float(expected[inside].sum()))
            by_niche.append({"niche": niche} | figures)
    return by_person, by_niche


def _share_expected(rates: Values, lift: Lift) -> Values:
    """What is expected of each follower, whose sum is what is expected of all.

    Those of whom it is least certain share what controls show beyond those matched.
    """
    spread = rates * (1 - rates)
    if not spread.sum():
        spread = np.ones(len(rates))
    return np.asarray(rates + (lift.expected - lift.matched) * spread / max(spread.sum(), 1e-12))


def _describe_part(followers: int, adoptions: float, expected: float) -> dict[str, Any]:
    return {"followers": followers, "adoptions": adoptions, "expected": expected, "lift": adoptions - expected}
