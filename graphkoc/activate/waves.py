"""The waiting list: a random half of the people is invited in wave 1, and the rest, who lose nothing, in wave 2.

Wave 2 is what wave 1 is compared with, for as long as it waits. Followers of people in both waves blur the comparison:
they are the leak. Where the people are of enough circles, whole circles are drawn, so that fewer followers follow both
(randomised by cluster, and the clusters paired by size: Imai, King and Nall, "The essential role of pair matching in
cluster-randomized experiments", Statistical Science 24, 2009). Else people are drawn, in pairs of one circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from graphkoc.text import count, percent

__all__ = ["ENOUGH_CIRCLES", "Waves", "split_waves"]

ENOUGH_CIRCLES = 8
"""Circles with a chosen person from which on circles are drawn: fewer give too few ways to draw them."""


@dataclass(frozen=True, eq=False)
class Waves:
    """Who is invited in which wave.

    people: a row per person in their order: consumer, wave (1 or 2), unit (the circle that was drawn, or the person),
    pair (the number of the draw: of a pair one unit is in each wave; a unit that is left over has one of its own). by:
    circle or person. reached: followers of any of them. both: those of them who follow people of both waves. leak:
    their share; NaN where nobody is reached.
    """

    people: pd.DataFrame
    by: str
    reached: int
    both: int
    leak: float

    @property
    def sentence(self) -> str:
        """How the halves were drawn, and how far they overlap."""
        drawn = "whole circles were drawn" if self.by == "circle" else "people were drawn one by one"
        if not self.reached:
            return f"For the two waves {drawn}; none of their followers is known, so the overlap is not known."
        followers = count(self.reached, "followers")
        return f"For the two waves {drawn}; {percent(self.leak)} of {followers} follow people of both waves (the leak)."


def split_waves(consumers: Sequence[str], circles: Sequence[str | None], followers: csr_array, rng_seed: int) -> Waves:
    """Draw the two waves.

    consumers: (k,) in the order of choice. circles: (k,) the circle of each, null for none. followers: (k, n), not 0
    where the node follows the person. The two waves have as many circles, and as many people of no circle, but for one;
    where people are drawn, they have as many people of each circle, and as many people, but for one.
    """
    people = pd.DataFrame(
        {
            "consumer": pd.Series(consumers, dtype="str"),
            "circle": pd.Series(np.array(circles, dtype=object), dtype="str"),
        }
    )
    sizes = people["circle"].value_counts()
    by_circle = len(sizes) >= ENOUGH_CIRCLES
    alone = people["consumer"][people["circle"].isna()].tolist()
    if by_circle:
        largest = sorted(sizes.index, key=lambda circle: (-sizes[circle], circle))
        pairs = [*_pair(largest), *_pair(alone)]
        unit = people["circle"].where(people["circle"].notna(), people["consumer"])
    else:
        within = [_pair(group.tolist()) for _, group in people.groupby("circle")["consumer"]]
        left = {pair[0] for pairs in within for pair in pairs if len(pair) == 1} | set(alone)
        rest = [consumer for consumer in people["consumer"] if consumer in left]
        pairs = [*(pair for pairs in within for pair in pairs if len(pair) == 2), *_pair(rest)]
        unit = people["consumer"]
    coins = np.random.default_rng(rng_seed).integers(0, 2, size=len(pairs))
    wave = {
        one: (coin + place) % 2 + 1 for pair, coin in zip(pairs, coins, strict=True) for place, one in enumerate(pair)
    }
    number = {one: place for place, pair in enumerate(pairs) for one in pair}
    table = people[["consumer"]].assign(unit=unit.astype("str"))
    table["wave"] = table["unit"].map(wave).astype("int64")
    table["pair"] = table["unit"].map(number).astype("int64")
    reached, both = _count_followers(followers, table["wave"].to_numpy())
    leak = both / reached if reached else float("nan")
    return Waves(table[["consumer", "wave", "unit", "pair"]], "circle" if by_circle else "person", reached, both, leak)


def _pair(units: Sequence[str]) -> list[tuple[str, ...]]:
    """Neighbours in pairs; the last one alone where they are odd."""
    return [tuple(units[place : place + 2]) for place in range(0, len(units), 2)]


def _count_followers(followers: csr_array, wave: np.ndarray) -> tuple[int, int]:
    """The followers of anybody, and of people of both waves."""
    follows = followers.astype(bool)
    first, second = (follows[wave == one].sum(axis=0) > 0 for one in (1, 2))
    return int((first | second).sum()), int((first & second).sum())
